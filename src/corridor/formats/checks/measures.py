"""Measures and scenarios can be carried out: known levers in their unit, existing scopes, nothing ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.formats import levers
from corridor.formats.checks.ids import named
from corridor.formats.levers import LeverFacts
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Measure, Scenario, did_you_mean


def check_measures(parts: Parts) -> Iterator[Fault]:
    """Faults of measures, then of the scenarios that name them."""
    known = levers.known_levers() if parts.measures.rows else {}
    for row in parts.measures:
        yield from _lever(row, known)
        yield from _dates_and_strength(row, parts)
        yield from _scope(row, parts)
    measures = parts.measures.by_id()
    for scenario in parts.scenario_rows():
        yield from _scenario(scenario, measures, parts)


def _lever(row: Row[Measure], known: Mapping[str, LeverFacts]) -> Iterator[Fault]:
    measure = row.item
    lever = known.get(measure.lever)
    if lever is None:
        yield row.fault("lever", f"there is no lever {measure.lever!r}", did_you_mean(measure.lever, known))
    elif measure.unit not in lever.units:
        message = f"{measure.unit!r} is not a unit of lever {measure.lever}"
        yield row.fault("unit", message, f"give the strength in {' or '.join(lever.units)}")


def _dates_and_strength(row: Row[Measure], parts: Parts) -> Iterator[Fault]:
    measure, settings = row.item, parts.settings
    if measure.end is not None and measure.end < measure.start:
        yield row.fault("end", f"the measure ends on {measure.end}, before it starts on {measure.start}")
    if measure.in_base and settings is not None and measure.start > settings.as_of:
        message = (
            f"starts on {measure.start}, after the as-of date {settings.as_of}, so it is not in the base"
        )
        yield row.fault("in_base", message, "write no, and name it in scenarios")
    if measure.low is not None and measure.low > measure.strength:
        yield row.fault("low", f"{measure.low:g} is above the strength, {measure.strength:g}")
    if measure.high is not None and measure.high < measure.strength:
        yield row.fault("high", f"{measure.high:g} is below the strength, {measure.strength:g}")
    if (measure.low is None) != (measure.high is None):
        column = "low" if measure.low is None else "high"
        yield row.fault(column, "low and high stand together: fill both or neither")


def _scope(row: Row[Measure], parts: Parts) -> Iterator[Fault]:
    """Places (or zones of places and routes), routes, nationalities and households that a measure names."""
    measure = row.item
    zones = {item.zone for item in (*parts.places.items, *parts.routes.items) if item.zone}
    for name in measure.places:
        if name not in parts.places.known | zones and not (parts.places.faults or parts.routes.faults):
            hint = did_you_mean(name, parts.places.known | zones)
            yield row.fault("places", f"there is no place or zone {name!r}", hint)
    for name in measure.routes:
        yield from named(row, "routes", name, parts.routes, "route")
    nationalities = {group.item.nationality for group in parts.groups}
    for name in measure.nationalities:
        if name not in nationalities and not parts.groups.faults:
            message = f"no group is of nationality {name!r}"
            yield row.fault("nationalities", message, did_you_mean(name, nationalities))
    households = {group.item.household for group in parts.groups}
    for name in measure.households:
        if name not in households and not parts.groups.faults:
            message = f"no group is of household {name!r}"
            yield row.fault("households", message, did_you_mean(name, households))


def _scenario(row: Row[Scenario], measures: Mapping[str, Row[Any]], parts: Parts) -> Iterator[Fault]:
    scenario = row.item
    for place, name in enumerate(scenario.measures):
        column = f"measures[{place + 1}]"
        yield from named(row, column, name, parts.measures, "measure")
        if name in scenario.measures[:place]:
            yield row.fault(column, f"measure {name!r} is named twice")
        if name in measures:
            yield from _named_measure(row, column, measures[name].item)
    for place, lift in enumerate(scenario.lift):
        column = f"lift[{place + 1}].measure"
        yield from named(row, column, lift.measure, parts.measures, "measure")
        if lift.measure in measures:
            lifted = measures[lift.measure].item
            if not lifted.in_base:
                message = f"measure {lifted.id!r} is not in the base, so it cannot be lifted"
                yield row.fault(column, message)
            if lift.on < lifted.start:
                message = f"{lift.on} is before the measure starts"
                yield row.fault(f"lift[{place + 1}].on", message)


def _named_measure(row: Row[Scenario], column: str, measure: Measure) -> Iterator[Fault]:
    if measure.in_base:
        yield row.fault(column, f"measure {measure.id!r} is in the base, so every scenario has it already")
    if measure.hindsight and not row.item.hindsight:
        message = f"measure {measure.id!r} rests on hindsight, and the scenario does not say so"
        yield row.fault(column, message, "set hindsight: yes, or name another measure")
