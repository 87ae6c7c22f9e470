"""Tables by sex and age, as Honduras, Mexico and Panama's figures are passed on: their words as the datasets' codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from corridor.data.countries import plain_name
from corridor.data.dataset import Dataset
from corridor.data.nested_people import one_row_each
from corridor.data.reading import ReadOptions, understand
from corridor.model import Fault, InputError, did_you_mean

_SAME: Mapping[str, Mapping[str, str]] = {
    "demographic": {
        "men": "men, man, hombres, hombres adultos, varones, adult men, men 18", "women": "women, woman, mujeres, mujeres adultas, adult women",
        "boys": "boys, boy, ninos, ninos y adolescentes varones", "girls": "girls, girl, ninas, ninas y adolescentes",
    },
    "sex": {
        "male": "male, m, men, hombre, hombres, masculino, h", "female": "female, f, women, mujer, mujeres, femenino",
    },
    "age": {
        "18_plus": "18 plus, 18, 18 and over, 18 anos y mas, 18 y mas, adults, adultos, mayores de 18 anos",
        "12_17": "12 17, 12 to 17, 12 a 17 anos, 12 a 17, de 12 a 17 anos",
        "under_12_accompanied": "under 12 accompanied, menores de 12 anos acompanados, 0 a 11 anos acompanados",
        "under_12_unaccompanied": "under 12 unaccompanied, menores de 12 anos no acompanados, 0 a 11 anos no acompanados",
    },
}  # fmt: skip
"""Words of the layouts that are known, by dimension and code."""
CODES: Mapping[str, Mapping[str, str]] = {
    dim: {**{code: code for code in words}, **{word: code for code, text in words.items() for word in text.split(", ")}}
    for dim, words in _SAME.items()
}  # fmt: skip


def is_by_people(dataset: Dataset) -> bool:
    """Whether all dimensions of a dataset are of sex and age."""
    return bool(dataset.dims) and set(dataset.dims) <= set(CODES)


def by_people(
    content: bytes, label: str, dataset: Dataset, on: dt.date | None = None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A table by sex and age, in rows, across, or one below the other, in English or Spanish, as an edition of a dataset.

    Raises
    ------
    InputError
        If its step or its categories are not those of the dataset.
    """
    if set(dataset.dims) == {"sex", "age"}:
        content = one_row_each(content, label) or content
    read = understand(content, label, ReadOptions(repeats="sum"), on=on)
    if read.frequency != dataset.frequency:
        raise InputError(
            f"{label} holds a figure per {read.frequency}, {dataset.id} one per {dataset.frequency}; nothing was changed"
        )
    table, faults = read.table.drop("known_from"), list[Fault]()
    place = {dim: name for name in read.dims for dim in dataset.dims if _known(table, name, dim)}
    if set(place) != set(dataset.dims):
        for name in read.dims:
            dim = next((d for d in dataset.dims if d not in place), dataset.dims[0])
            unknown = [text for text in table[name].unique().sort() if plain_name(text) not in CODES[dim]]
            faults += [
                Fault(
                    label, None, name, f"{text!r} is no {dim} that is known", did_you_mean(text, CODES[dim])
                )
                for text in unknown[:5]
            ]
        raise InputError(
            f"{label}: {dataset.id} is counted by {' and '.join(dataset.dims)}; nothing was changed",
            faults=faults,
        )
    coded = [
        pl.col(place[dim]).map_elements(lambda text, dim=dim: CODES[dim][plain_name(text)], return_dtype=pl.String).alias(dim)
        for dim in dataset.dims
    ]  # fmt: skip
    found = table.select("date", *coded, "value").group_by("date", *dataset.dims).agg(pl.col("value").sum())
    return found.sort("date", *dataset.dims), tuple(read.notes)


def _known(table: pl.DataFrame, name: str, dim: str) -> bool:
    return all(plain_name(text) in CODES[dim] for text in table[name].unique())
