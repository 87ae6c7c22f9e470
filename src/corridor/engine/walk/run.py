"""One member of a run by the walk rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.kernels.walk import run_walk_days
from corridor.engine.walk.compile import WalkCompiled


@dataclass(frozen=True)
class WalkResult:
    """Units at each place in the evening, (days, places), and on all links, (days)."""

    stay: npt.NDArray[np.int32]
    travelling: npt.NDArray[np.int32]
    splits: int
    """Cells whose people were split: the work that was done."""


def run_walk(compiled: WalkCompiled, member: int = 0) -> WalkResult:
    """Run one member; the result depends on the seed and the member only."""
    days, places = compiled.days.departures.size, compiled.days.initial.size
    stay = np.zeros((days, places), np.int32)
    travelling = np.zeros(days, np.int32)
    splits = run_walk_days(
        compiled.network,
        compiled.days,
        compiled.constants,
        np.uint64(compiled.spec.seed),
        member,
        stay,
        travelling,
    )
    return WalkResult(stay, travelling, int(splits))
