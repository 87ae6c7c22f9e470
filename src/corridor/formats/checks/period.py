"""Dates lie in order and in the corridor's period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Settings

LONGEST = 50 * 366
"""Days that a corridor's period may have."""


def check_period(parts: Parts) -> Iterator[Fault]:
    """Faults of the period itself, and rows that can never apply in it."""
    settings = parts.settings
    if settings is None:
        return
    (whole,) = parts.corridor.rows
    if settings.end < settings.start:
        yield whole.fault("end", f"{settings.end} is before the start, {settings.start}")
        return
    if (settings.end - settings.start).days >= LONGEST:
        message = f"{settings.end} is more than 50 years after the start, {settings.start}"
        yield whole.fault("end", message, "runs go day by day; shorten the period")
        return
    if not settings.start <= settings.as_of <= settings.end:
        message = f"{settings.as_of} is not in the period, {settings.start} to {settings.end}"
        yield whole.fault("as_of", message)
    for row in parts.parameters:
        yield from _outside(row, "valid_from", row.item.valid_from, "valid_to", row.item.valid_to, settings)
    for row in parts.measures:
        yield from _outside(row, "start", row.item.start, "end", row.item.end, settings)
    for scenario in parts.scenario_rows():
        for place, lift in enumerate(scenario.item.lift):
            if not settings.start <= lift.on <= settings.end:
                message = f"{lift.on} is not in the period, {settings.start} to {settings.end}"
                yield scenario.fault(f"lift[{place + 1}].on", message)


def _outside(
    row: Row[Any], first: str, start: dt.date | None, last: str, end: dt.date | None, settings: Settings
) -> Iterator[Fault]:
    period = f"the corridor's period, {settings.start} to {settings.end}"
    if start is not None and start > settings.end:
        yield row.fault(first, f"{start} is after {period}")
    if end is not None and end < settings.start:
        yield row.fault(last, f"{end} is before {period}")
