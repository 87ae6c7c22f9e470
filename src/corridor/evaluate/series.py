"""Monthly published counts as arrays: what an effect is measured on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from corridor.data import Dataset
from corridor.evaluate.counterfactual import Array
from corridor.forecast import published_series
from corridor.forecast.panel import months_between
from corridor.model import InputError, Observation, did_you_mean
from corridor.text import Pair, nationality

OFFSET = 10.0
"""Added to counts before the log, as in the reference forecast."""


@dataclass(frozen=True, repr=False, eq=False)
class Monthly:
    """A monthly series: successive months, counts (NaN where missing) and the day each was public."""

    id: str
    name: Pair
    datasets: tuple[str, ...]
    publishers: tuple[str, ...]
    months: tuple[dt.date, ...]
    values: Array
    known_from: tuple[dt.date | None, ...]
    unit: str
    offset: float = OFFSET
    nationalities: tuple[str, ...] = ()
    """What the series is narrowed to; empty means all."""

    def __repr__(self) -> str:
        return f"Monthly({self.id!r}, {self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m})"

    @property
    def logs(self) -> Array:
        """Log of the counts plus the offset, shape ``(months,)``."""
        return np.log(self.values + self.offset)

    @property
    def calendar(self) -> np.ndarray:
        """Month of the year of each month."""
        return np.array([month.month for month in self.months])

    def position(self, month: dt.date) -> int:
        """Row of a month; it may lie outside the series."""
        return months_between(self.months[0], month)


def monthly_series(
    observation: Observation, dataset: Dataset, by: Mapping[str, Sequence[str]] | None = None
) -> Monthly:
    """The published counts of an observation, narrowed to values of the dataset's dimensions.

    Raises
    ------
    InputError
        On an unknown dimension or value, counts that are not monthly or negative, or rows of a month that
        may not be summed.
    """
    by = by or {}
    if dataset.frequency != "month":
        hint = "effects are measured on monthly counts"
        raise InputError(f"{observation.id!r} is counted by {dataset.frequency}", hint=hint)
    for dim, wanted in by.items():
        _check_values(dataset, dim, wanted)
    where = {**observation.where, **by}
    rows = _rows(observation, dataset, where).drop_nulls("date")
    trimmed = rows.with_row_index().filter(pl.col("value").is_not_null())
    if trimmed.is_empty():
        raise InputError(f"{observation.id!r} has no published month", hint="take a later --as-of")
    rows = rows[int(trimmed["index"][0]) :]
    if (rows["value"].drop_nulls() < 0).any():
        raise InputError(f"{observation.id!r} has negative counts", hint="a count of people is 0 or more")
    public = dict(dataset.table.group_by("date").agg(pl.col("known_from").max()).iter_rows())
    months = tuple(rows["date"].to_list())
    return Monthly(
        id=observation.id, name=_name(observation, by), datasets=(dataset.id,),
        publishers=tuple(dict.fromkeys(source.publisher for source in dataset.sources)) or (dataset.title,),
        months=months, values=rows["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        known_from=tuple(public.get(month) for month in months), unit=dataset.unit,
        nationalities=tuple(by.get("nationality", ())),
    )  # fmt: skip


def ratio_of(series: Monthly, other: Monthly) -> Monthly:
    """A series per unit of another, over the months that both cover."""
    first, last = max(series.months[0], other.months[0]), min(series.months[-1], other.months[-1])
    mine = slice(series.position(first), series.position(last) + 1)
    theirs = slice(other.position(first), other.position(last) + 1)
    counts, base = (np.where(v > 0, v, np.nan) for v in (series.values[mine], other.values[theirs]))
    pairs = zip(series.known_from[mine], other.known_from[theirs], strict=True)
    english, spanish = (f"{series.name[i]} {('per', 'por')[i]} {other.name[i]}" for i in range(2))
    return replace(
        series, id=f"{series.id}/{other.id}", name=(english, spanish), offset=0.0,
        datasets=(*series.datasets, *other.datasets),
        publishers=tuple(dict.fromkeys((*series.publishers, *other.publishers))),
        months=series.months[mine], values=counts / base, unit="ratio",
        known_from=tuple(max(filter(None, pair), default=None) for pair in pairs),
    )  # fmt: skip


def _rows(observation: Observation, dataset: Dataset, where: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    if dataset.additive:
        return published_series(dataset, (), where)
    rows = dataset.table.filter(*[pl.col(name).is_in(list(values)) for name, values in where.items()])
    if rows["date"].is_duplicated().any():
        hint = f"narrow it by {', '.join(dataset.dims)}"
        raise InputError(f"{observation.id!r}: several rows of a month may not be summed", hint=hint)
    if rows.is_empty():
        return rows.select("date", "value")
    months = pl.date_range(pl.lit(rows["date"].min()), pl.lit(rows["date"].max()), "1mo", eager=True)
    return pl.DataFrame({"date": months}).join(rows.select("date", "value"), on="date", how="left")


def _check_values(dataset: Dataset, dim: str, wanted: Sequence[str]) -> None:
    if dim not in dataset.dims:
        hint = did_you_mean(dim, dataset.dims) or "it has no dimensions"
        raise InputError(f"{dataset.id} has no dimension {dim!r}", hint=hint)
    known = [value for value in dataset.table[dim].unique().to_list() if value]
    for value in wanted:
        if value not in known:
            raise InputError(f"{dataset.id} has no {dim} {value!r}", hint=did_you_mean(value, known))


def _name(observation: Observation, by: Mapping[str, Sequence[str]]) -> Pair:
    """Name of the series with what it is narrowed to."""
    values = [value for wanted in by.values() for value in wanted]
    if not values:
        return observation.name, observation.name_es
    parts = [", ".join(nationality(v)[lang] for v in values) for lang in range(2)]
    return f"{observation.name} ({parts[0]})", f"{observation.name_es} ({parts[1]})"
