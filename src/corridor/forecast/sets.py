"""The series sets that forecasts are scored on, and their panels from the shipped datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.data import Dataset, load
from corridor.forecast.panel import Panel
from corridor.forecast.rolling import SeriesSet

NAMED: tuple[str, ...] = ("VEN", "ECU", "COL", "CUB", "HTI", "CHN", "IND", "BRA", "PER")
TRANSIT: tuple[str, ...] = (*NAMED, "OOO")
"""The ten transit nationalities; ``OOO`` is what the US leaves unnamed, elsewhere all but the nine."""

SECTORS: tuple[str, ...] = (
    "big_bend_sector", "del_rio_sector", "el_centro_sector", "el_paso_sector", "laredo_sector",
    "rio_grande_valley_sector", "san_diego_sector", "tucson_sector", "yuma_sector",
)  # fmt: skip
FIELD_OFFICES: tuple[str, ...] = (
    "el_paso_field_office", "laredo_field_office", "san_diego_field_office", "tucson_field_office",
)  # fmt: skip


@dataclass(frozen=True)
class Margin:
    """One way in which a publisher's dataset is split into series of a panel."""

    dim: str
    names: tuple[str, ...]
    rest: str | None = None
    """Name of the sum over all other codes."""


@dataclass(frozen=True)
class Publisher:
    """A publisher's dataset and the series of its panel: the total, and one per margin's name."""

    dataset: str
    margins: tuple[Margin, ...]


_OTHERS = Margin("nationality", NAMED, rest="OOO")
PUBLISHERS: Mapping[str, Publisher] = {
    "us": Publisher(
        "us_southwest_encounters",
        (Margin("nationality", TRANSIT), Margin("area", (*SECTORS, *FIELD_OFFICES))),
    ),
    "mexico": Publisher("mexico_encounters", (_OTHERS,)),
    "honduras": Publisher("honduras_entries", (_OTHERS,)),
    "darien": Publisher("darien_transits", (_OTHERS,)),
}

SETS: tuple[SeriesSet, ...] = (
    SeriesSet("us_transit_nationalities", "us", TRANSIT),
    SeriesSet("us_total", "us", ("total",)),
    SeriesSet("us_sectors", "us", SECTORS),
    SeriesSet("us_field_offices", "us", FIELD_OFFICES),
    SeriesSet("mexico_total", "mexico", ("total",)),
    SeriesSet("mexico_nationalities", "mexico", TRANSIT),
    SeriesSet("honduras_total", "honduras", ("total",)),
    SeriesSet("honduras_nationalities", "honduras", TRANSIT),
    SeriesSet("darien_total", "darien", ("total",)),
    SeriesSet("darien_nationalities", "darien", TRANSIT),
)


def published_series(
    dataset: Dataset, by: Sequence[str] = (), where: Mapping[str, Sequence[str]] | None = None
) -> pl.DataFrame:
    """Sums ``date, *by, value`` on a full grid of months; null where the count is missing.

    Missing is a gap of the dataset, and a month in which the publisher gave no detail of a dimension that
    is asked for (every row blank): that is not a zero.

    Raises
    ------
    InputError
        As :meth:`corridor.data.Dataset.series`.
    """
    where = where or {}
    sums = dataset.series(by, where)
    for dim in {*by, *(name for name, values in where.items() if "" not in values)}:
        detailed = dataset.table.filter(pl.col(dim) != "")["date"].unique()
        known = pl.col("date").is_in(detailed.implode())
        sums = sums.with_columns(pl.when(known).then(pl.col("value")).alias("value"))
    return sums


def panel_of(publisher: Publisher, dataset: Dataset | None = None) -> Panel:
    """The panel of a publisher, from its shipped dataset unless another is given (such as one ``as_of``)."""
    dataset = dataset or load(publisher.dataset)
    frames = [published_series(dataset).with_columns(pl.lit("total").alias("series"))]
    for margin in publisher.margins:
        codes = [code for code in dataset.table[margin.dim].unique().sort() if code]
        groups = {name: [name] for name in margin.names}
        if margin.rest:
            groups[margin.rest] = [code for code in codes if code not in margin.names]
        for name, members in groups.items():
            part = published_series(dataset, (), {margin.dim: members})
            frames.append(part.with_columns(pl.lit(name).alias("series")))
    long = pl.concat(frame.select("date", "series", pl.col("value").cast(pl.Float64)) for frame in frames)
    return Panel.from_frame(long, dataset.lag_days)


def standard_panels() -> dict[str, Panel]:
    """Panels of all publishers from the shipped datasets."""
    return {name: panel_of(publisher) for name, publisher in PUBLISHERS.items()}
