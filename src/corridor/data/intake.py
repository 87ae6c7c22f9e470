"""Editions of known datasets by the layout of their file: an agency's own, the user's, or our own columns."""

from __future__ import annotations

import datetime as dt
from functools import partial

import polars as pl

from corridor.data import user
from corridor.data.cbp import read_agency_edition, serves
from corridor.data.countries import SPANISH, country_code
from corridor.data.counts import read_counts
from corridor.data.dataset import Dataset
from corridor.data.editions import Refreshed, keep_edition
from corridor.data.own import table_of
from corridor.data.own_series import options_of
from corridor.data.people import by_people, is_by_people
from corridor.data.reading import ReadOptions, understand
from corridor.model import DatasetEntry, Fault, InputError, Source
from corridor.model.text import decode


def refresh(content: bytes, label: str, name: str, on: dt.date, *, accept: bool = False) -> Refreshed:
    """Keep an edition of dataset ``name`` that was public on ``on``.

    What stood before stays what was known before. ``accept`` lets through an edition that changes the total
    of a period by more than half, which is refused otherwise: the file may be cut or be another one.

    Raises
    ------
    InputError
        With every fault of the file; if there is no such dataset, or it has no periods.
    """
    return keep_edition(content, label, name, on, partial(read_edition, on=on), accept=accept)


def read_edition(
    content: bytes, label: str, dataset: Dataset, on: dt.date | None = None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A file as an edition of ``dataset``: its columns without ``known_from``, and what should be said.

    ``on`` is the day on which it was public: a period that had not ended by then is left out.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    if serves(content, dataset.id):
        return read_agency_edition(content, label, dataset)
    text = decode(content, label)
    if isinstance(text, str) and _has_our_columns(text, dataset):
        return _tidy(text, label, dataset)
    if dataset.id in user.user_entries():
        return _like_the_first(content, label, dataset, on)
    if dataset.dims in ((), ("nationality",)):
        return _by_country(content, label, dataset, on)
    if is_by_people(dataset):
        return by_people(content, label, dataset, on)
    if isinstance(text, Fault):
        raise InputError(f"{label} cannot be read", faults=[text])
    return _tidy(text, label, dataset)


_WRITTEN_OTHERWISE = {"STL": "LCA"}
_OF_PUBLISHER = {"honduras_entries": {"TWN": "CHN"}}
"""Codes of these publishers' files that stand for another country (see the notes of the datasets)."""


def _by_country(
    content: bytes, label: str, dataset: Dataset, on: dt.date | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A publisher's table by country, in English or Spanish names: as Panama's, Honduras' and Mexico's bulletins print it."""
    read = understand(
        content, label, ReadOptions(repeats="sum"), on=on
    )  # surplus rows are summed, as the shipped figures were
    if read.frequency != dataset.frequency:
        raise InputError(
            f"{label} holds a figure per {read.frequency}, {dataset.id} one per {dataset.frequency}; nothing was changed"
        )
    table, notes = read.table.drop("known_from"), list(read.notes)
    if not dataset.dims:
        return table.group_by("date").agg(pl.col("value").sum()), tuple(notes)
    if len(read.dims) != 1:
        names = ", ".join(read.dims) or "none"
        raise InputError(
            f"{label}: one column of nationalities is needed (found: {names}); nothing was changed"
        )
    held = set(dataset.table["nationality"])
    alias = {**_WRITTEN_OTHERWISE, **_OF_PUBLISHER.get(dataset.id, {})}
    codes = {
        name: alias[name]
        if name in alias
        else name
        if name in held
        else country_code(name, SPANISH) or country_code(name)
        for name in table[read.dims[0]].unique()
    }
    unknown = sorted(name for name, code in codes.items() if code is None)
    if unknown:
        notes.append(
            f"counted with the others (OOO), since no country has the name: {', '.join(unknown[:8])}"
        )
    column = pl.col(read.dims[0]).replace_strict({name: code or "OOO" for name, code in codes.items()})
    table = table.with_columns(column.alias("nationality"))
    return table.group_by("date", "nationality").agg(pl.col("value").sum()).select(
        "date", "nationality", "value"
    ), tuple(notes)


def _has_our_columns(text: str, dataset: Dataset) -> bool:
    names = [name.strip().strip('"') for name in text.partition("\n")[0].split(",")]
    return {"date", "value"} <= set(names) and (set(dataset.dims) <= set(names) or len(names) > 2)


def _tidy(text: str, label: str, dataset: Dataset) -> tuple[pl.DataFrame, tuple[str, ...]]:
    read, faults = read_counts(text, label, dataset.dims, dataset.frequency)
    faults += [
        Fault(label, line, "known_from", "an edition is of one day", "leave the column out; see --on")
        for row, line in zip(read.rows, read.lines, strict=True)
        if row[3] is not None
    ][:1]
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InputError(f"{label}: {count}; nothing was changed", faults=faults)
    return table_of(_entry_of(dataset), read.rows).drop("known_from"), ()


def _like_the_first(
    content: bytes, label: str, dataset: Dataset, on: dt.date | None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """An edition in the layout in which the series was added."""
    read = understand(content, label, options_of(dataset.id, dataset.dims), on=on)
    if read.frequency != dataset.frequency and read.table["date"].n_unique() > 1:
        raise InputError(
            f"{label} holds a figure per {read.frequency}, {dataset.id} one per {dataset.frequency}; nothing was changed"
        )
    return read.table.drop("known_from"), read.notes


def _entry_of(dataset: Dataset) -> DatasetEntry:
    source = Source(id="file", title="file", publisher="file", license="file", grade="secondary")
    return DatasetEntry(
        id=dataset.id, title=dataset.title, unit=dataset.unit, frequency=dataset.frequency, dims=dataset.dims,
        lag_days=dataset.lag_days, sources=(source,),
    )  # fmt: skip
