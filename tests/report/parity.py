"""The page's engine in Chromium beside the Python one, on the same measures."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled, MemberResult, compile_corridor, run_member
from corridor.model import Lift, Measure, Parameter, Scenario
from corridor.report.assets import ENGINE, read
from corridor.study.engine_payload import EPOCH, engine_payload

SCRIPTS = tuple(name for name in ENGINE if name != "engine-worker.js")
COUNTS = ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock", "trigger_on")

LOAD = "async (text) => { globalThis.model = await CorridorEngine.load(text); }"
RUN = """(chosen) => {
  const out = CorridorEngine.run(globalThis.model, chosen);
  const coded = {};
  for (const [name, array] of Object.entries(out)) {
    const bytes = new Uint8Array(Float64Array.from(array).buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    coded[name] = btoa(text);
  }
  return coded;
}"""


@dataclass(frozen=True)
class Move:
    """What a reader has set a measure to; a measure of the base that is off is lifted on its first day."""

    on: bool
    start: dt.date
    end: dt.date | None
    strength: float


def in_page(page: Any, compiled: Compiled, moves: Mapping[str, Move]) -> dict[str, npt.NDArray[np.float64]]:
    """Counts of the page's engine, shaped like those of `MemberResult`; ``compiled`` has every measure."""
    page.evaluate(LOAD, engine_payload(compiled))
    return run_page(page, compiled, moves)


def run_page(page: Any, compiled: Compiled, moves: Mapping[str, Move]) -> dict[str, npt.NDArray[np.float64]]:
    """The same, of the engine that is loaded already."""
    chosen = []
    for index, active in enumerate(compiled.measures):
        move = moves.get(active.measure.id)
        if move is None or (not move.on and not active.measure.in_base):
            continue
        start = move.start.toordinal() - EPOCH
        last = start - 1 if not move.on else None if move.end is None else move.end.toordinal() - EPOCH
        chosen.append({"index": index, "start": start, "last": last, "strength": move.strength})
    found = page.evaluate(
        RUN, {"measures": chosen, "events": list(range(len(compiled.events))), "daily": True}
    )
    shapes = (len(compiled.months), len(compiled.flow_ids), len(compiled.groups)), (
        len(compiled.months), len(compiled.stock_ids), len(compiled.groups),
    )  # fmt: skip
    days = len(compiled.dates)
    shape = dict(zip(COUNTS, (*shapes, (days, -1), (days, -1), (days, len(compiled.triggers))), strict=True))
    return {name: np.frombuffer(base64.b64decode(found[name]), "<f8").reshape(shape[name]) for name in COUNTS}


def in_python(
    compiled: Compiled, moves: Mapping[str, Move], calibrated: Sequence[Parameter] = ()
) -> tuple[Compiled, MemberResult]:
    """A run of expected values by the Python engine, compiled anew with the moved measures alone."""
    kept: list[Measure] = []
    lifted: list[Lift] = []
    for active in compiled.measures:
        m = active.measure
        move = moves.get(m.id)
        if move is None or (not move.on and not m.in_base):
            continue
        moved = {"start": move.start, "end": move.end, "strength": move.strength, "low": None, "high": None}
        kept.append(m.model_copy(update=moved))
        if not move.on:
            lifted.append(Lift(measure=m.id, on=move.start))
    changed = compiled.corridor.model_copy(update={"measures": tuple(kept)})
    scenario = Scenario(
        id="moved", name="m", name_es="m", description="m", description_es="m", lift=tuple(lifted),
        measures=tuple(m.id for m in kept if not m.in_base), events=tuple(e.id for e in compiled.events),
    )  # fmt: skip
    again = compile_corridor(changed, scenario, compiled.spec, calibrated)
    return again, run_member(again)


def worst(
    python: tuple[Compiled, MemberResult], page: Mapping[str, npt.NDArray[np.float64]], compiled: Compiled
) -> tuple[float, str]:
    """Largest difference relative to the larger of a number and one person, and where it is."""
    again, result = python
    triggers = [[t.id for t in compiled.triggers].index(t.id) for t in again.triggers]
    others = [t for t in range(len(compiled.triggers)) if t not in triggers]
    assert not page["trigger_on"][:, others].any()  # without a measure it is never on
    assert (page["trigger_on"][:, triggers] == result.trigger_on).all()
    found = [(0.0, "")]
    for name in itertools.takewhile(lambda n: n != "trigger_on", COUNTS):
        theirs = getattr(result, name)
        gap = np.abs(page[name] - theirs) / np.maximum(np.abs(theirs), 1.0)
        if gap.size:
            found.append((float(np.nan_to_num(gap, nan=np.inf).max()), name))
    return max(found)


def blank(browser: Any) -> Any:
    """A page with the engine's scripts and nothing else."""
    page = browser.new_page()
    for name in SCRIPTS:
        page.add_script_tag(content=read(name))
    return page
