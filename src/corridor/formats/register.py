"""The register of measures as it could be read on a day: what was known, and what models it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridor.model import Corridor, Event, Measure, RegisterEntry
from corridor.model.scalars import to_text

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
    measures: tuple[Measure | Event, ...]
    """What models it, as far as that was known."""

    @property
    def strength(self) -> str:
        """Strengths of its measures with interval and unit, separated by ``;``."""
        return "; ".join(strength_text(measure) for measure in self.measures)

    @property
    def grade(self) -> str:
        """Grades of its measures, in their order; an event has none."""
        return ";".join(measure.grade for measure in self.measures if isinstance(measure, Measure))


def strength_text(model: Measure | Event) -> str:
    """``1.6 [1.1, 2.2] ratio``; of an event its people."""
    size, unit = (model.strength, model.unit) if isinstance(model, Measure) else (model.people, "people")
    interval = "" if model.low is None else f" [{to_text(model.low)}, {to_text(model.high)}]"
    return f"{to_text(size)}{interval} {unit}"


def registered(corridor: Corridor, as_of: dt.date, *, hindsight: bool = False) -> tuple[Registered, ...]:
    """Entries known on ``as_of``, in the order in which they became known; with hindsight, all of them.

    Without hindsight the end of an entry is hidden until it has passed, and so are measures that became
    known later. The status of an entry that became known later is that of the day on which it did.
    """
    models = {model.id: model for model in (*corridor.measures, *corridor.events)}
    entries = sorted(corridor.register_entries, key=lambda entry: (entry.known_from, entry.id))
    return tuple(
        _as_of(entry, models, as_of, hindsight) for entry in entries if hindsight or entry.known_from <= as_of
    )


def _as_of(
    entry: RegisterEntry, models: Mapping[str, Measure | Event], as_of: dt.date, hindsight: bool
) -> Registered:
    own = [models[name] for name in entry.measures]
    return Registered(
        entry=entry,
        status=entry.status_on(max(as_of, entry.known_from)),
        later=entry.known_from > as_of,
        end=entry.end if hindsight or entry.end is None or entry.end < as_of else None,
        measures=tuple(m for m in own if hindsight or (m.known_from <= as_of and not m.hindsight)),
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
