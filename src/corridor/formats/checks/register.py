"""The register names levers and measures that exist, and says why where nothing models an entry."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats import levers
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, RegisterEntry, did_you_mean


def check_register(parts: Parts) -> Iterator[Fault]:
    """Faults of ``register.csv``."""
    if not parts.register_entries.rows:
        return
    known = levers.known_levers()
    models = parts.measures.known | parts.events.known
    judged = not (parts.measures.faults or parts.events.faults)
    for row in parts.register_entries:
        entry = row.item
        for name in entry.levers:
            if name not in known:
                yield row.fault("levers", f"there is no lever {name!r}", did_you_mean(name, known))
        for name in entry.measures:
            if name not in models and judged:
                yield row.fault(
                    "measures", f"there is no measure or event {name!r}", did_you_mean(name, models)
                )
        yield from _dates(row)
        yield from _texts(row)


def _dates(row: Row[RegisterEntry]) -> Iterator[Fault]:
    entry = row.item
    if entry.end is not None and entry.start is not None and entry.end < entry.start:
        yield row.fault("end", f"it ends on {entry.end}, before it starts on {entry.start}")
    if entry.announced is not None and entry.announced > entry.known_from:
        message = f"it was announced on {entry.announced}, after it was known ({entry.known_from})"
        yield row.fault("announced", message)


def _texts(row: Row[RegisterEntry]) -> Iterator[Fault]:
    entry = row.item
    if (entry.note is None) != (entry.note_es is None):
        column = "note" if entry.note is None else "note_es"
        yield row.fault(column, "is blank, but the other language has a note")
    if not entry.measures and entry.note is None:
        yield row.fault("note", "nothing models the entry, and the note does not say why")
    if (entry.value is None) != (entry.unit is None):
        column = "value" if entry.value is None else "unit"
        yield row.fault(column, "value and unit stand together: fill both or neither")
