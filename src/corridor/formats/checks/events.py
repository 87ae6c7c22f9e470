"""Events can happen: people who are somewhere, on days of the corridor's period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from corridor.formats.checks.ids import named
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Event, Fault, Scenario, Settings


def check_events(parts: Parts) -> Iterator[Fault]:
    """Faults of events, then of the scenarios that name them."""
    for row in parts.events:
        yield from _who(row, parts)
        yield from _people(row)
        if parts.settings is not None:
            yield from _when(row, parts.settings)
    for scenario in parts.scenario_rows():
        yield from _scenario(scenario, parts)


def _who(row: Row[Event], parts: Parts) -> Iterator[Fault]:
    event = row.item
    if (event.flow is None) == (event.stock is None):
        message = "people leave by a flow or come to a stock: fill one of flow and stock"
        yield row.fault("flow", message)
        return
    yield from named(row, "flow", event.flow, parts.flows, "flow")
    yield from named(row, "stock", event.stock, parts.stocks, "stock")
    yield from named(row, "group", event.group, parts.groups, "group")
    if event.stock is not None and event.group is None:
        yield row.fault("group", "people who come to a stock are of a group: name it")
    if event.flow is not None and event.group is not None:
        message = "must be blank for a flow: people leave as they are found"
        yield row.fault("group", message, "the groups column of flows.csv says whom a flow is open to")
    flow = parts.flows.by_id().get(event.flow or "")
    if flow is not None and flow.item.from_stock is None:
        message = f"flow {event.flow!r} starts from a route, and people set out from a stock"
        yield row.fault("flow", message, "name a flow with a from_stock")


def _people(row: Row[Event]) -> Iterator[Fault]:
    event = row.item
    if event.low is not None and event.low > event.people:
        yield row.fault("low", f"{event.low:g} is above people, {event.people:g}")
    if event.high is not None and event.high < event.people:
        yield row.fault("high", f"{event.high:g} is below people, {event.people:g}")
    if (event.low is None) != (event.high is None):
        column = "low" if event.low is None else "high"
        yield row.fault(column, "low and high stand together: fill both or neither")


def _when(row: Row[Event], settings: Settings) -> Iterator[Fault]:
    event = row.item
    period = f"the corridor's period, {settings.start} to {settings.end}"
    if event.start < settings.start:
        yield row.fault("start", f"{event.start} is before {period}")
    elif event.start > settings.end:
        yield row.fault("start", f"{event.start} is after {period}")
    elif event.start + dt.timedelta(days=event.days - 1) > settings.end:
        yield row.fault("days", f"{event.days} days from {event.start} go beyond {period}")


def _scenario(row: Row[Scenario], parts: Parts) -> Iterator[Fault]:
    events = parts.events.by_id()
    for place, name in enumerate(row.item.events):
        column = f"events[{place + 1}]"
        yield from named(row, column, name, parts.events, "event")
        if name in row.item.events[:place]:
            yield row.fault(column, f"event {name!r} is named twice")
        event = events.get(name)
        if event is not None and event.item.in_base:
            yield row.fault(column, f"event {name!r} is in the base, so every scenario has it already")
        if event is not None and event.item.hindsight and not row.item.hindsight:
            message = f"event {name!r} rests on hindsight, and the scenario does not say so"
            yield row.fault(column, message, "set hindsight: yes, or name another event")
