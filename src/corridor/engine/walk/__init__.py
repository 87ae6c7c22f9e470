"""The walk movement rule: a corridor's places, routes, conflicts and closures to arrays, and a run over them."""

from corridor.engine.walk.compile import WalkCompiled, compile_walk
from corridor.engine.walk.run import WalkResult, run_walk

__all__ = ["WalkCompiled", "WalkResult", "compile_walk", "run_walk"]
