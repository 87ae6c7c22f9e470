"""What a reader must know of each measure of a run: moved nothing, cut at a bound, or how much of it was used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from corridor.engine import Compiled, MeasureNote, measure_notes, run_member
from corridor.model import Measure
from corridor.study.assemble import ScenarioRun
from corridor.study.schema import TABLES
from corridor.text import Pair, say

_KEYS = {
    "nothing": "notes.nothing", "blocked": "notes.blocked", "used": "notes.used",
    "least_ratio": "notes.clipped_least_ratio", "share": "notes.clipped_share", "zero": "notes.clipped_zero",
    "least_days": "notes.clipped_least_days",
}  # fmt: skip
TOLD_BELOW = 0.95
"""Of an addition that is used more than that, nothing is said."""


def notes_table(runs: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``measure_notes``: by scenario and measure, what `corridor.engine.measure_notes` found, with a sentence."""
    rows = [row for run in runs for row in _rows(run.id, run.compiled)]
    return pl.DataFrame(rows, schema=dict(TABLES["measure_notes"]), orient="row")


def _rows(scenario: str, compiled: Compiled) -> Iterator[tuple[object, ...]]:
    measures = {active.measure.id: active.measure for active in compiled.measures}
    for note in measure_notes(compiled, run_member(compiled)):
        if note.used is None or note.used < TOLD_BELOW:
            said = note_text(note, measures[note.measure], measures.values())
            yield scenario, note.measure, note.found, note.bound, ";".join(note.by), note.used, *said


def note_text(note: MeasureNote, measure: Measure, others: Iterable[Measure]) -> Pair:
    """A note as a sentence in both languages; ``others`` hold the measures that it may name."""
    names = {other.id: (other.name, other.name_es) for other in others}
    slots: dict[str, Any] = {"name": (f"“{measure.name}”", f"«{measure.name_es}»")}
    if note.found == "blocked":
        slots["by"] = [names[name] for name in note.by]
    if note.found == "used":
        slots["part"] = note.used
    return say(_KEYS[note.bound or note.found], **slots)
