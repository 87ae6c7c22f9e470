"""Triggers look at something that the corridor counts, and can go on and off."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats.checks.ids import named
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Trigger


def check_triggers(parts: Parts) -> Iterator[Fault]:
    """Faults of triggers, and of measures that name none."""
    for row in parts.triggers:
        yield from _looks_at(row, parts)
        yield from _thresholds(row)
    for measure in parts.measures:
        yield from named(measure, "trigger", measure.item.trigger, parts.triggers, "trigger")


def _looks_at(row: Row[Trigger], parts: Parts) -> Iterator[Fault]:
    trigger = row.item
    if (trigger.observation is None) == (trigger.stock is None):
        message = "a trigger looks at a published series or at a stock: fill one of observation and stock"
        yield row.fault("observation", message)
        return
    yield from named(row, "observation", trigger.observation, parts.observations, "observation")
    yield from named(row, "stock", trigger.stock, parts.stocks, "stock")
    seen = parts.observations.by_id().get(trigger.observation or "")
    if seen is not None and not seen.item.flows:
        message = f"observation {trigger.observation!r} counts stocks, and a trigger needs a count by day"
        yield row.fault("observation", message, "name a series of flows, or fill stock instead")


def _thresholds(row: Row[Trigger]) -> Iterator[Fault]:
    trigger = row.item
    if trigger.off_below >= trigger.on_above:
        message = f"{trigger.off_below:g} is not below on_above, {trigger.on_above:g}"
        yield row.fault("off_below", message, "between the two it stays as it is, so it does not chatter")
    if trigger.day_above is not None and trigger.day_above < trigger.on_above:
        message = f"{trigger.day_above:g} is below on_above, {trigger.on_above:g}"
        yield row.fault("day_above", message, "one single day must pass more than the mean of the window")
    if trigger.max_days is not None and trigger.min_days > trigger.max_days:
        message = f"{trigger.min_days} days at least are more than max_days, {trigger.max_days}"
        yield row.fault("min_days", message)
