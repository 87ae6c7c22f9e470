"""Events of a run: a number of people who set out together, such as a caravan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corridor.engine.parameters import ParameterTable
from corridor.engine.spec import Floats, RunSpec
from corridor.model import Corridor, Event, Fault, InputError, Parameter, Scenario, did_you_mean


def active_events(corridor: Corridor, scenario: Scenario | None, spec: RunSpec) -> tuple[Event, ...]:
    """The events of a run: those of the base as far as they are known, and those of the scenario.

    Raises: `InputError` for one that does not exist, is not known yet or rests on hindsight.
    """
    named = scenario.events if scenario else ()
    by_id = {event.id: event for event in corridor.events}
    where = f"scenarios/{scenario.id}.yaml" if scenario else "events.csv"
    faults = []
    for name in named:
        event = by_id.get(name)
        if event is None:
            message, hint = f"there is no event {name!r}", did_you_mean(name, by_id)
            faults.append(Fault(where, None, "events", message, hint))
        elif not is_known(event, spec):
            message = f"event {name!r} was not known on {spec.as_of} (known from {event.known_from})"
            if event.hindsight:
                message = f"event {name!r} rests on hindsight"
            faults.append(Fault(where, None, "events", message, "add --hindsight"))
    if faults:
        raise InputError(f"{len(faults)} events cannot be run", faults=faults)
    return tuple(
        event for event in corridor.events if event.id in named or (event.in_base and is_known(event, spec))
    )


def is_known(event: Event, spec: RunSpec) -> bool:
    """Whether a run that stands at its as-of date may use the event."""
    if spec.hindsight:
        return True
    return not event.hindsight and (spec.as_of is None or event.known_from <= spec.as_of)


def event_rows(table: ParameterTable, events: Sequence[Event]) -> list[int]:
    """Rows of the parameter table for the number of people of each event, with the noise of its range."""
    rows = [
        Parameter(
            parameter="event", target=event.id, value=event.people, low=event.low, high=event.high,
            unit="people", source=event.source,
        )
        for event in events
    ]  # fmt: skip
    return [table.add_strength(row, (0.0, float("inf"))) for row in rows]


def by_day(events: Sequence[Event], people: Sequence[float], spec: RunSpec, *, whole: bool) -> Floats:
    """People of each event on each day of the run, shape (days, events).

    They are spread evenly, and ``whole`` ones so that their sum is the rounded number; what lies outside the
    run is not in it.
    """
    out = np.zeros((spec.days, len(events)))
    for e, (event, number) in enumerate(zip(events, people, strict=True)):
        until = np.arange(event.days + 1) * (number / event.days)
        daily = np.diff(np.floor(until + 0.5) if whole else until)
        first = (event.start - spec.start).days
        begin, end = max(first, 0), min(first + event.days, spec.days)
        if begin < end:
            out[begin:end, e] = daily[begin - first : end - first]
    return out
