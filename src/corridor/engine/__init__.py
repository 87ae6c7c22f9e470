"""Levers, compiled corridors and the day loop, for whole people or expected values."""

from corridor.engine.compile import Compiled, compile_corridor
from corridor.engine.levers import LEVERS, Effect, Lever, allowed_strengths, neutral_strength
from corridor.engine.run import MemberResult, count_shapes, run_member, state_after
from corridor.engine.scope import Scope, Touched, touched
from corridor.engine.spec import CellState, Noise, RunSpec, Values

__all__ = [
    "LEVERS",
    "CellState",
    "Compiled",
    "Effect",
    "Lever",
    "MemberResult",
    "Noise",
    "RunSpec",
    "Scope",
    "Touched",
    "Values",
    "allowed_strengths",
    "compile_corridor",
    "count_shapes",
    "neutral_strength",
    "run_member",
    "state_after",
    "touched",
]
