"""Measures of a scenario by class of response: whom they stand for, which way they go, when they begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from corridor.engine.levers import neutral_strength
from corridor.evaluate.episodes import LAST_DAY, WINDOWS, Kind
from corridor.model import Corridor, Measure, Scenario
from corridor.model.periods import add_months

KINDS: Mapping[str, Kind] = {
    "mexican_enforcement": "enforcement_mexico", "redirect_south": "enforcement_mexico",
    "transit_enforcement": "enforcement_transit", "visas": "entry", "asylum_rules": "asylum",
    "consequences": "asylum", "repatriation": "removal_flights",
}  # fmt: skip
"""Class of response by lever. A lawful pathway alone has no pool: those of the past came with returns."""
MOST_NAMED = 5
"""Nationalities up to which a measure counts as one on named nationalities."""


@dataclass(frozen=True)
class Package:
    """Measures of one class in a scenario that go the same way, for the same people."""

    kind: Kind
    sign: int
    """1 where they narrow what people meet, -1 where they widen it."""
    scenario: Scenario
    measures: tuple[Measure, ...]

    @property
    def lead(self) -> Measure:
        """The first of them to begin."""
        return min(self.measures, key=lambda m: (m.start, m.id))

    @property
    def first(self) -> dt.date:
        """First month after the start, by the rule of the episodes."""
        month = self.lead.start.replace(day=1)
        return month if self.lead.start.day <= LAST_DAY else add_months(month, 1)

    @property
    def nationalities(self) -> tuple[str, ...]:
        """Nationalities that the measures name; none where they concern most."""
        return named(self.lead)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Measures that are nothing but an assumed answer of departures: the measured one replaces them."""
        return tuple(m.id for m in self.measures if m.lever == "asylum_rules" and m.unit == "ratio")

    @property
    def windows(self) -> list[tuple[dt.date, dt.date | None]]:
        """First and last day of the departures of each window that the measures reach; the last ends with them."""
        lead = self.lead
        if lead.trigger:
            return [(lead.start, lead.end)]
        turns = [add_months(self.first, end) for _, end in WINDOWS[:-1]]
        ends: list[dt.date | None] = [*(turn - dt.timedelta(days=1) for turn in turns), None]
        found = []
        for start, end in zip([lead.start, *turns], ends, strict=True):
            last = min((day for day in (end, lead.end) if day), default=None)
            if last is None or start <= last:
                found.append((start, last))
        return found


def packages(corridor: Corridor, scenario: Scenario) -> list[Package]:
    """The classes of a scenario's measures, those that narrow apart from those that widen.

    Two measures of a class for the same people answer once, so of a second one nothing remains: an assumption.
    """
    by_id = {measure.id: measure for measure in corridor.measures}
    classes: dict[tuple[Kind, int, tuple[str, ...]], list[Measure]] = {}
    for measure in (by_id[name] for name in scenario.measures if name in by_id):
        kind, sign = KINDS.get(measure.lever), _sign(measure)
        if kind and sign and not measure.in_base:
            classes.setdefault((kind, sign, named(measure)), []).append(measure)
    return [
        Package(kind, sign, scenario, tuple(found))
        for (kind, sign, names), found in classes.items()
        if not (names and (kind, sign, ()) in classes)  # a package for everybody answers already
    ]


def named(measure: Measure) -> tuple[str, ...]:
    """Nationalities that a measure names; none where it concerns most."""
    return () if len(measure.nationalities) > MOST_NAMED else tuple(sorted(measure.nationalities))


def _sign(measure: Measure) -> int:
    """1 where a measure narrows what people meet, -1 where it widens it, 0 where it changes nothing."""
    fewer = measure.lever in ("visas", "consequences") or (
        measure.lever == "asylum_rules" and measure.unit == "ratio"
    )
    neutral = neutral_strength(measure.lever, measure.unit) or 0.0
    return int(np.sign(neutral - measure.strength if fewer else measure.strength - neutral))
