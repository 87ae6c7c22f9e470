"""HiGHS behind one function: a linear or integer program in arrays, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from corridor.model import CorridorError
from corridor.place.program import Bools, Floats, Ints


@dataclass(frozen=True)
class Rows:
    """A sparse matrix by column: ``entries[start[j]:start[j + 1]]`` are those of column ``j``."""

    start: Ints
    row: Ints
    entry: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Answer:
    """Values of the columns, duals of the rows (not of an integer program), and the proven bound."""

    x: Floats
    dual: Floats
    value: float
    bound: float
    optimal: bool


def maximise(
    gain: Floats,
    upper: Floats,
    rows: Rows,
    *,
    whole: Bools | None = None,
    seconds: float = 1e9,
    gap: float = 0.0,
    start: Floats | None = None,
) -> Answer | None:
    """Maximise ``gain @ x`` with ``0 <= x <= upper`` and rows within their limits; None without a solution.

    ``whole`` marks integer columns; ``gap`` is absolute; ``start`` is a solution to begin from.
    Raises: `CorridorError` where HiGHS itself fails.
    """
    if not gain.size:
        return Answer(gain, np.zeros(rows.lower.size), 0.0, 0.0, True)
    import highspy  # takes half a second

    solver: Any = cast(Any, highspy.Highs.__base__)()  # the wrapper's constructor prints a banner
    for name, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", float(max(seconds, 0.05))),
        ("mip_abs_gap", float(gap)),
        ("mip_rel_gap", 0.0),
        ("random_seed", 1),
        ("mip_feasibility_tolerance", 1e-7),
    ):
        solver.setOptionValue(name, setting)
    solver.passModel(_model(highspy, gain, upper, rows, whole))
    if start is not None:
        guess = highspy.HighsSolution()
        guess.col_value = start.tolist()
        solver.setSolution(guess)
    solver.run()
    return _answer(highspy, solver, whole is not None)


def _model(highspy: Any, gain: Floats, upper: Floats, rows: Rows, whole: Bools | None) -> Any:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = gain.size, rows.lower.size
    model.col_cost_ = gain
    model.col_lower_ = np.zeros(gain.size)
    model.col_upper_ = upper
    model.row_lower_, model.row_upper_ = rows.lower, rows.upper
    model.sense_ = highspy.ObjSense.kMaximize
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = rows.start.astype(np.int32)
    model.a_matrix_.index_ = rows.row.astype(np.int32)
    model.a_matrix_.value_ = rows.entry
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in whole]
    return model


def _answer(highspy: Any, solver: Any, integer: bool) -> Answer | None:
    status, info = solver.getModelStatus(), solver.getInfo()
    known = highspy.HighsModelStatus
    if status in (known.kSolveError, known.kModelError, known.kLoadError, known.kMemoryLimit):
        raise CorridorError(f"HiGHS stopped: {solver.modelStatusToString(status)}")
    if status == known.kInfeasible or info.primal_solution_status != 2:
        return None
    found = solver.getSolution()
    value = float(info.objective_function_value)
    optimal = status == known.kOptimal
    bound = float(info.mip_dual_bound) if integer else value
    return Answer(np.array(found.col_value), np.array(found.row_dual), value, bound, optimal)
