"""The register of measures as it could be read on a day: what was known, and what models it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridor.model import Corridor, Measure, RegisterEntry

REGISTER_COLUMNS = (
    "id", "name", "name_es", "actor", "actor_es", "levers", "status", "later", "weak", "announced", "known_from",
    "start", "end", "dating", "scope", "scope_es", "value", "unit", "measures", "strength", "grade", "note",
    "note_es", "source", "publisher", "url", "source_grade",
)  # fmt: skip
"""Columns of a row of the register, in order; lists are separated by ``;``."""


@dataclass(frozen=True)
class Registered:
    """An entry, as known on a day."""

    entry: RegisterEntry
    status: str
    later: bool
    """Known only after the day; seen with hindsight."""
    end: dt.date | None
    """Its end, once that is known."""
    measures: tuple[Measure, ...]
    """What models it, as far as that was known."""

    @property
    def strength(self) -> str:
        """Strengths of its measures with interval and unit, separated by ``;``."""
        return "; ".join(strength_text(measure) for measure in self.measures)

    @property
    def grade(self) -> str:
        """Grades of its measures, in their order."""
        return ";".join(measure.grade for measure in self.measures)


def strength_text(measure: Measure) -> str:
    """``1.6 [1.1, 2.2] ratio``."""
    interval = "" if measure.low is None else f" [{measure.low:g}, {measure.high:g}]"
    return f"{measure.strength:g}{interval} {measure.unit}"


def registered(corridor: Corridor, as_of: dt.date, *, hindsight: bool = False) -> tuple[Registered, ...]:
    """Entries known on ``as_of``, in the order in which they became known; with hindsight, all of them.

    Without hindsight the end of an entry is hidden until it has passed, and so are measures that became
    known later. The status of an entry that became known later is that of the day on which it did.
    """
    measures = {measure.id: measure for measure in corridor.measures}
    entries = sorted(corridor.register_entries, key=lambda entry: (entry.known_from, entry.id))
    return tuple(
        _as_of(entry, measures, as_of, hindsight)
        for entry in entries
        if hindsight or entry.known_from <= as_of
    )


def _as_of(
    entry: RegisterEntry, measures: Mapping[str, Measure], as_of: dt.date, hindsight: bool
) -> Registered:
    models = [measures[name] for name in entry.measures]
    return Registered(
        entry=entry,
        status=entry.status_on(max(as_of, entry.known_from)),
        later=entry.known_from > as_of,
        end=entry.end if hindsight or entry.end is None or entry.end < as_of else None,
        measures=tuple(m for m in models if hindsight or (m.known_from <= as_of and not m.hindsight)),
    )


def register_row(found: Registered) -> dict[str, Any]:
    """The row of `REGISTER_COLUMNS`: texts, dates, numbers and truth values; None where nothing is known."""
    entry = found.entry
    own = {name: getattr(entry, name) for name in REGISTER_COLUMNS if name in RegisterEntry.model_fields}
    derived = {
        "levers": ";".join(entry.levers),
        "status": found.status,
        "later": found.later,
        "weak": entry.weak,
        "end": found.end,
        "measures": ";".join(measure.id for measure in found.measures),
        "strength": found.strength or None,
        "grade": found.grade or None,
    }
    return {name: {**own, **derived}[name] for name in REGISTER_COLUMNS}
