"""Running one member of a compiled corridor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.compiled import Compiled
from corridor.engine.kernels.bundles import Outputs
from corridor.engine.kernels.days import run_days
from corridor.engine.member import MemberArrays, arrays_after_switch, member_arrays
from corridor.engine.spec import CellState
from corridor.engine.triggers import new_state
from corridor.model import CorridorError, InputError


@dataclass(frozen=True)
class MemberResult:
    """People counted in one member's run.

    ``monthly_flow`` (months, flows, groups), ``month_end_stock`` (months, stocks, groups),
    ``daily_flow`` (days, flows), ``daily_stock`` (days, stocks), ``inside`` and ``departed`` (days);
    ``trigger_on`` (days, triggers): 1 where the trigger was on.
    """

    monthly_flow: npt.NDArray[np.float64]
    month_end_stock: npt.NDArray[np.float64]
    daily_flow: npt.NDArray[np.float64]
    daily_stock: npt.NDArray[np.float64]
    inside: npt.NDArray[np.float64]
    departed: npt.NDArray[np.float64]
    start_people: float
    end_units: npt.NDArray[np.float64]
    trigger_on: npt.NDArray[np.uint8]


def run_member(
    compiled: Compiled, member: int | None = None, arrays: MemberArrays | None = None
) -> MemberResult:
    """Run one member; ``member`` None, or noise in counts switched off, gives expected values.
    ``arrays`` replaces the member's own numbers (calibration changes them in place).

    Raises CorridorError if people were created or lost, which would be a defect of the engine; InputError on more
    than `MOST_PEOPLE`.
    """
    stochastic = member is not None and compiled.spec.noise.counts
    arrays = member_arrays(compiled, member) if arrays is None else arrays
    start_people = float((arrays.count * compiled.structure.network.cell_size).sum())
    out = _outputs(compiled)
    state = new_state(compiled.structure.departures.cell.size, len(compiled.triggers))
    seed, number = np.uint64(compiled.spec.seed), np.uint64(member or 0)
    first, day = compiled.spec.start.toordinal(), 0
    inputs, ahead = arrays.inputs(compiled)

    def go_on() -> int:
        return run_days(
            stochastic, seed, number, first, day, arrays.count, compiled.structure.layout, inputs, compiled.watch,
            state, out,
        )  # fmt: skip

    while (day := go_on()) < len(compiled.dates):
        whose = member if stochastic else None
        arrays = arrays_after_switch(compiled, arrays, day, out.trigger_on, state, ahead, whose)
        inputs, ahead = arrays.inputs(compiled)
    result = MemberResult(
        monthly_flow=out.monthly_flow,
        month_end_stock=out.month_end_stock,
        daily_flow=out.daily_flow,
        daily_stock=out.daily_stock,
        inside=out.inside,
        departed=out.departed,
        start_people=start_people,
        end_units=arrays.count,
        trigger_on=out.trigger_on,
    )
    _check_balance(result, stochastic)
    return result


def count_shapes(compiled: Compiled) -> dict[str, tuple[int, ...]]:
    """Shapes of the counts of a member, by their names in `MemberResult`."""
    groups, days, months = len(compiled.groups), len(compiled.dates), len(compiled.months)
    flows, stocks = len(compiled.flow_ids), len(compiled.stock_ids)
    return {
        "monthly_flow": (months, flows, groups),
        "month_end_stock": (months, stocks, groups),
        "daily_flow": (days, flows),
        "daily_stock": (days, stocks),
        "trigger_on": (days, len(compiled.triggers)),
    }


def _outputs(compiled: Compiled) -> Outputs:
    shapes = count_shapes(compiled)
    return Outputs(
        monthly_flow=np.zeros(shapes["monthly_flow"]),
        month_end_stock=np.zeros(shapes["month_end_stock"]),
        daily_flow=np.zeros(shapes["daily_flow"]),
        daily_stock=np.zeros(shapes["daily_stock"]),
        inside=np.zeros(len(compiled.dates)),
        departed=np.zeros(len(compiled.dates)),
        trigger_on=np.zeros(shapes["trigger_on"], dtype=np.uint8),
        trigger_seen=np.zeros(shapes["trigger_on"]),
    )


MOST_PEOPLE = 1e12
"""People in a run at a time; counts of many more would not be whole numbers in double precision."""


def _check_balance(result: MemberResult, stochastic: bool) -> None:
    most = float(result.inside.max(initial=0.0))
    if most > MOST_PEOPLE:
        raise InputError(
            f"the run counts up to {most:.2g} people, more than the {MOST_PEOPLE:.0g} that it can",
            hint="lower the departures and the stocks at the start",
        )
    gap = np.abs(result.inside - result.departed - result.start_people)
    allowed = 0.0 if stochastic else 1e-6 * max(1.0, float(result.inside.max(initial=0.0)))
    if gap.max(initial=0.0) > allowed:
        day = int(np.argmax(gap > allowed))
        raise CorridorError(
            f"people do not balance on day {day}: {gap[day]:g} created or lost",
            hint="this is a defect of Corridor; please report it with the manifest",
        )


def state_after(compiled: Compiled, result: MemberResult) -> CellState:
    """Units in every cell at the end of a run, to start another one from."""
    names = compiled.structure.network.cell_name
    return {name: float(u) for name, u in zip(names, result.end_units, strict=True) if u > 0}
