"""What a reader of a run must know of a measure: that it moved nothing, was cut at a bound, or was not all used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridor.engine.bound import BoundEffect, BoundMeasure
from corridor.engine.compiled import Compiled
from corridor.engine.levers import Moved
from corridor.engine.rules import READ_FOR, clipped
from corridor.engine.run import MemberResult
from corridor.engine.scope import touched
from corridor.engine.spec import UNLIMITED, Floats, Values

Found = Literal["nothing", "blocked", "clipped", "used"]
NOTES: tuple[Found, ...] = ("nothing", "blocked", "clipped", "used")


@dataclass(frozen=True)
class MeasureNote:
    """One thing to know of a measure in a run.

    ``nothing``: it touches nothing in this corridor. ``blocked``: it touches something, but no number of the run
    is another without it; ``by`` are the measures that move the same numbers. ``clipped``: its strength goes
    further than a bound of the rule, which ``bound`` names. ``used``: the part ``used`` (0 to 1) of what it adds
    to limits that people took.
    """

    measure: str
    found: Found
    by: tuple[str, ...] = ()
    bound: str = ""
    used: float | None = None


def measure_notes(compiled: Compiled, result: MemberResult | None = None) -> tuple[MeasureNote, ...]:
    """Notes on the measures of a run, in their order.

    ``result`` is the run of expected values; without it nothing is said of what was used. Of measures with a trigger
    only that they touch nothing is told.
    """
    drawn = compiled.table.values(compiled.spec.seed, None)
    return tuple(note for i in range(len(compiled.measures)) for note in _notes(compiled, result, i, drawn))


def _notes(compiled: Compiled, result: MemberResult | None, i: int, drawn: Floats) -> Iterator[MeasureNote]:
    """Notes on one measure."""
    active = compiled.measures[i]
    name = active.measure.id
    if touched(compiled.corridor, active.measure).nothing:
        yield MeasureNote(name, "nothing")
        return
    part = compiled.numbers.by_date[i]
    if not part.any():
        return
    moved = {bound.effect.parameter for bound in active.bound_effects}
    with_it, without = compiled.central, _values_without(compiled, drawn, i, moved)
    if all(_equal(getattr(with_it, name), getattr(without, name)) for name in moved):
        yield MeasureNote(name, "blocked", by=tuple(_others(compiled, active)))
        return
    bounds = clipped(without, active.bound_effects, part, active.strength(drawn), active.lever_values(drawn))
    yield from (MeasureNote(name, "clipped", bound=bound) for bound in bounds)
    used = _part_used(compiled, result, active, with_it, without) if result else None
    if used is not None:
        yield MeasureNote(name, "used", used=used)


def _values_without(compiled: Compiled, drawn: Floats, i: int, moved: set[Moved]) -> Values:
    """Numbers of the run without one measure; only those named in ``moved``, and what rules read for them, are right."""
    made = moved | {other for name in moved for other in READ_FOR.get(name, ())}
    made |= {other for name in made for other in READ_FOR.get(name, ())}
    part = [np.zeros_like(p) if j == i else p for j, p in enumerate(compiled.numbers.by_date)]
    return compiled.numbers.apply_measures(compiled.base_copy(made), drawn, part, made)


def _equal(one: Floats, other: Floats) -> bool:
    return np.allclose(one, other, rtol=1e-9, atol=1e-9)


def _others(compiled: Compiled, active: BoundMeasure) -> Iterator[str]:
    """Measures that move a number that ``active`` moves."""
    ours = _moved(active)
    for other in compiled.measures:
        if other.measure.id != active.measure.id and ours & _moved(other):
            yield other.measure.id


def _moved(active: BoundMeasure) -> set[tuple[str, int]]:
    return {(bound.effect.parameter, at) for bound in active.bound_effects for at in bound.targets}


def _part_used(
    compiled: Compiled, result: MemberResult, active: BoundMeasure, with_it: Values, without: Values
) -> float | None:
    """Part of what the measure adds to limits that was taken; None where it adds to none."""
    added = used = 0.0
    for bound in active.bound_effects:
        if bound.effect.rule != "distribute" or bound.effect.parameter not in ("throughput", "capacity"):
            continue
        more, taken = _added_and_taken(compiled, result, bound, with_it, without)
        added, used = added + more, used + taken
    return used / added if added > 0 else None


def _added_and_taken(
    compiled: Compiled, result: MemberResult, bound: BoundEffect, with_it: Values, without: Values
) -> tuple[float, float]:
    """Sums over days and targets of what is added and of how much of it is in use, in people (or people-days)."""
    days, name = compiled.calendar.day_segment, bound.effect.parameter
    at = [t for t in bound.targets if name == "capacity" or t < len(compiled.flow_ids)]
    before, after = (getattr(values, name)[days][:, at] for values in (without, with_it))
    taken = result.daily_stock[:, at] + with_it.occupied[days][:, at] if name == "capacity" else result.daily_flow[:, at]  # fmt: skip
    limited = before < UNLIMITED
    more = np.where(limited, np.maximum(after - before, 0.0), 0.0)
    return float(more.sum()), float(np.where(limited, np.clip(taken - before, 0.0, more), 0.0).sum())
