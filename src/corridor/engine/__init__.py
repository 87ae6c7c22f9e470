"""Levers, compiled corridors and the day loop, for whole people or expected values."""

from corridor.engine.compile import check_scenario, compile_corridor
from corridor.engine.compiled import Compiled
from corridor.engine.index import CorridorIndex, index_corridor
from corridor.engine.levers import LEVERS, Lever, LeverEffect, allowed_strengths, neutral_strength
from corridor.engine.member import MemberArrays, arrays_from, expected_arrays, member_arrays
from corridor.engine.notes import NOTES, MeasureNote, measure_notes
from corridor.engine.paths import MemberPaths, Move, holder_classes
from corridor.engine.run import MemberResult, count_shapes, run_member, state_after
from corridor.engine.scope import Scope, Touched, touched
from corridor.engine.spec import CellState, Noise, RunSpec, Values

__all__ = [
    "LEVERS",
    "NOTES",
    "CellState",
    "Compiled",
    "CorridorIndex",
    "Lever",
    "LeverEffect",
    "MeasureNote",
    "MemberArrays",
    "MemberPaths",
    "MemberResult",
    "Move",
    "Noise",
    "RunSpec",
    "Scope",
    "Touched",
    "Values",
    "allowed_strengths",
    "arrays_from",
    "check_scenario",
    "compile_corridor",
    "count_shapes",
    "expected_arrays",
    "holder_classes",
    "index_corridor",
    "measure_notes",
    "member_arrays",
    "neutral_strength",
    "run_member",
    "state_after",
    "touched",
]
