"""Running one member of a compiled corridor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.compile import Compiled, MemberArrays
from corridor.engine.kernels.days import run_days
from corridor.engine.spec import CellState
from corridor.model import CorridorError


@dataclass(frozen=True)
class MemberResult:
    """People counted in one member's run.

    ``monthly_flow`` (months, flows, groups), ``month_end_stock`` (months, stocks, groups),
    ``daily_flow`` (days, flows), ``daily_stock`` (days, stocks), ``inside`` and ``departed`` (days).
    """

    monthly_flow: npt.NDArray[np.float64]
    month_end_stock: npt.NDArray[np.float64]
    daily_flow: npt.NDArray[np.float64]
    daily_stock: npt.NDArray[np.float64]
    inside: npt.NDArray[np.float64]
    departed: npt.NDArray[np.float64]
    start_people: float
    end_units: npt.NDArray[np.float64]


def run_member(
    compiled: Compiled, member: int | None = None, arrays: MemberArrays | None = None
) -> MemberResult:
    """Run one member; ``member`` None, or noise in counts switched off, gives expected values.
    ``arrays`` replaces the member's own numbers (calibration changes them in place).

    Raises CorridorError if people were created or lost, which would be a defect of the engine.
    """
    stochastic = member is not None and compiled.spec.noise.counts
    arrays = compiled.arrays(member) if arrays is None else arrays
    n = compiled.network
    groups, days, months = len(compiled.groups), len(compiled.dates), len(compiled.months)
    flows, stocks = len(compiled.flow_ids), len(compiled.stock_ids)
    result = MemberResult(
        monthly_flow=np.zeros((months, flows, groups)),
        month_end_stock=np.zeros((months, stocks, groups)),
        daily_flow=np.zeros((days, flows)),
        daily_stock=np.zeros((days, stocks)),
        inside=np.zeros(days),
        departed=np.zeros(days),
        start_people=float((arrays.count * n.cell_size).sum()),
        end_units=arrays.count,
    )
    run_days(
        stochastic, np.uint64(compiled.spec.seed), np.uint64(member or 0), compiled.spec.start.toordinal(),
        arrays.count, n.cell_size, n.cell_stock, n.cell_group, n.cell_start, n.cell_key,
        n.edge_dest, n.edge_flow, n.edge_size, n.edge_key, n.edge_overflow, n.edge_level, n.edge_gated, n.level_count,
        n.gate_level, n.gate_kind, n.gate_index, n.gate_key, n.gate_start, n.gate_edges,
        compiled.day_segment, compiled.day_month,
        arrays.segment_rate, arrays.segment_throughput, arrays.segment_room,
        compiled.depart_cell, compiled.depart_keys, arrays.depart_mean, arrays.depart_weight,
        result.monthly_flow, result.month_end_stock, result.daily_flow, result.daily_stock,
        result.inside, result.departed,
    )  # fmt: skip
    _check_balance(result, stochastic)
    return result


def _check_balance(result: MemberResult, stochastic: bool) -> None:
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
    names = compiled.network.cell_name
    return {name: float(u) for name, u in zip(names, result.end_units, strict=True) if u > 0}
