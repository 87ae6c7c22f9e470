"""The series sets that forecasts are scored on, and their panels from the shipped datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from corridor.data import Dataset, load
from corridor.forecast.panel import Panel
from corridor.forecast.rolling import SeriesSet
from corridor.forecast.view import Handling, Subject
from corridor.series import TOTAL, read_series

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

KEPT = 16
"""Panels that are kept, those used last; a dataset that was renewed is another object, and read again."""

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


def panel_of(publisher: Publisher, dataset: Dataset | None = None) -> Panel:
    """The panel of a publisher, from its shipped dataset unless another is given (such as one ``as_of``)."""
    return _panel_of(publisher, dataset or load(publisher.dataset))


@lru_cache(maxsize=KEPT)
def _panel_of(publisher: Publisher, dataset: Dataset) -> Panel:
    series, names = [read_series(dataset)], [TOTAL]
    for margin in publisher.margins:
        groups = {name: [name] for name in margin.names}
        if margin.rest:
            codes = [code for code in dataset.codes(margin.dim) if code]
            groups[margin.rest] = [code for code in codes if code not in margin.names]
        for name, members in groups.items():
            series.append(read_series(dataset, (), {margin.dim: members}))
            names.append(name)
    panel = Panel.from_series(series, names)
    panel.values.setflags(write=False)
    return panel


def standard_panels() -> dict[str, Panel]:
    """Panels of all publishers from the shipped datasets."""
    return {name: panel_of(publisher) for name, publisher in PUBLISHERS.items()}


SUBJECT_SOURCES: Mapping[str, tuple[str, ...]] = {
    "us": ("honduras", "darien"),
    "mexico": ("honduras", "darien"),
    "honduras": ("darien",),
    "darien": (),
}
"""Which publishers count people on their way to another's counting points."""

WEEKLY: Mapping[str, str] = {"us": "us_border_patrol_weekly"}
"""Weekly counts of a part of a publisher's months."""

HANDLING: Mapping[str, Handling] = {
    "us": Handling(plain=("total", "field_offices"), sum_share=0.5),
    "mexico": Handling(plain=("total",), total_share=0.5),
    "honduras": Handling(total_share=0.5),
    "darien": Handling(),
}
"""Chosen on origins up to 2023-12, with what they are worth in docs/backtest.md."""


def _pool(publisher: Publisher) -> tuple[str, ...]:
    """Series of the publisher's standard panel."""
    rest = [margin.rest for margin in publisher.margins if margin.rest]
    return ("total", *(name for margin in publisher.margins for name in margin.names), *rest)


def standard_subjects(panels: Mapping[str, Panel] | None = None) -> dict[str, Subject]:
    """What is forecast together, by publisher: the total, its parts by nationality, and US areas.

    The US panel here has every nationality, since only their sum is the total.
    """
    result = {}
    for name, publisher in PUBLISHERS.items():
        panel = (panels or {}).get(name) or panel_of(publisher)
        leaves: tuple[str, ...] = TRANSIT
        groups: dict[str, tuple[str, ...]] = {"total": ("total",)}
        if name == "us":
            dataset = load(publisher.dataset)
            codes = dataset.table["nationality"].unique().sort()
            leaves = tuple(code for code in codes if code)
            panel = panel_of(
                replace(publisher, margins=(Margin("nationality", leaves), publisher.margins[1]))
            )
            groups |= {"sectors": SECTORS, "field_offices": FIELD_OFFICES}
        groups["nationalities"] = leaves
        handling = replace(HANDLING[name], pool=_pool(publisher))
        weekly = load(WEEKLY[name]) if name in WEEKLY else None
        result[name] = Subject(
            name, panel, groups, leaves, "total", SUBJECT_SOURCES[name], handling, weekly, publisher.dataset
        )
    return result
