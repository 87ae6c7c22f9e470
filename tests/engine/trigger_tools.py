"""A town whose inflow is known by day, a port that a trigger closes, and triggers in short form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from engine_tools import SILENT, Floats, compiled, measure

import small_corridors as small
from corridor.engine import Compiled, MemberResult, Noise
from corridor.model import Corridor, Measure, Observation, Scenario, Trigger

WAITING = 1e6
A_DAY = 1000.0


def day(number: int) -> dt.date:
    """Day ``number`` of 2023, from 1."""
    return dt.date(2022, 12, 31) + dt.timedelta(days=number)


def trigger(on_above: float, off_below: float, **fields: Any) -> Trigger:
    """A trigger on the town's crossings, unless said otherwise."""
    given = {"id": "busy", "name": "busy", "name_es": "busy", "source": "assumption, for tests"}
    if "stock" not in fields:
        given["observation"] = "crossings"
    return Trigger.model_validate({**given, "on_above": on_above, "off_below": off_below, **fields})


def closure(**fields: Any) -> Measure:
    """The port lets half as many pass while the trigger is on."""
    return measure("ports_closure", 0.5, "ratio", **{"trigger": "busy", "start": day(1), **fields})


def town(inflow: Sequence[tuple[int, float]], *, days: int = 60) -> Corridor:
    """People cross on the day on which they come: ``inflow`` holds (first day, people a day), by day of 2023.

    Beside it ``port.queue`` never runs dry: ``A_DAY`` people a day pass.
    """
    rows = [small.parameter("initial", WAITING, "port.queue")]
    for (first, people), after in zip(inflow, [*(first for first, _ in inflow[1:]), None], strict=True):
        for start, end, length in _months(first, after or days + 1):
            rows.append(
                small.parameter("departures", people * length, "town.here", valid_from=start, valid_to=end)
            )
    return small.small_corridor(
        [
            small.stock("town.here", stay_days=1),
            small.stock("town.out"),
            small.stock("port.queue", stay_days=1),
            small.stock("port.out"),
        ],
        [
            small.flow("cross", "town.here", "town.out", "crossing", share=1),
            small.flow("pass", "port.queue", "port.out", "port_admission", share=1, throughput=A_DAY),
        ],
        rows,
        days=days,
        observations=(crossings("cross"),),
    )


def _months(first: int, after: int) -> list[tuple[dt.date, dt.date, int]]:
    """The days from ``first`` to before ``after`` by month: first and last day, and the month's length."""
    out: list[tuple[dt.date, dt.date, int]] = []
    for number in range(first, after):
        date = day(number)
        if not out or date.day == 1:
            turn = (date.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
            out.append((date, date, (turn - date.replace(day=1)).days))
        out[-1] = (out[-1][0], date, out[-1][2])
    return out


def crossings(*flows: str) -> Observation:
    """The series that triggers look at."""
    return Observation(
        id="crossings", name="c", name_es="c", dataset="none", flows=flows, counting_point="town"
    )


def switched(
    corridor: Corridor,
    triggers: Sequence[Trigger],
    measures: Sequence[Measure],
    *,
    scenario: Scenario | None = None,
    noise: Noise = SILENT,
    **spec: Any,
) -> Compiled:
    """The corridor with these triggers and measures, all in force."""
    chosen = scenario or Scenario(
        id="test", name="t", name_es="t", description="t", description_es="t",
        measures=tuple(m.id for m in measures if not m.in_base),
    )  # fmt: skip
    changed = corridor.model_copy(update={"triggers": tuple(triggers), "measures": tuple(measures)})
    return compiled(changed, chosen, noise=noise, **spec)


def days_on(result: MemberResult, which: int = 0) -> list[int]:
    """Days of the run, from 1, on which a trigger is on."""
    return [int(d) + 1 for d in np.nonzero(result.trigger_on[:, which])[0]]


def passed(run: Compiled, result: MemberResult) -> Floats:
    """People who pass the port each day."""
    return result.daily_flow[:, run.flow_ids.index("pass")]
