"""Members on the level of the central run, before their counts are carried to draws.

The central run meets the medians of the forecast. Members that stand about it with their own hazards, shares and shocks count less in the
median: behind a limit a larger share fills a queue and a smaller one empties the port, interdiction grows faster with its hazard than it
falls, and the sum of shocks that each keep the mean has a median below it. A run's waiting, custody and people on the way
would be as much too low, since carrying moves counts alone. So departures of all members are moved by one factor a month.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from corridor.engine import Compiled, MemberPaths, expected_arrays, run_member
from corridor.forecast.coupled.sources import Counter, Sources
from corridor.model.arrays import Floats

FEWEST = 8
"""Members that a median needs; fewer are left where they are."""
MOST = 40
"""Members that are run for it: as many as a posterior has."""
STEP_SD = 0.15
"""Standard deviation of a month's factor, in logs, a priori."""
EXACT_SD = 0.01
"""How exactly the medians of the total are met, in logs."""
LARGEST = 0.5


def on_central_level(
    compiled: Compiled, paths: MemberPaths, counter: Counter, sources: Sources, ahead: list[int]
) -> MemberPaths:
    """``paths`` with the members' departures moved so that the median of their expected totals is that of the central run.

    ``compiled`` is the run on these paths, the first series of ``counter`` and ``sources`` the one that is met in the months ``ahead``
    (positions). The central run stays as it is.
    """
    members = min(paths.members, MOST)
    if members < FEWEST:
        return paths
    away = _totals(compiled, counter, range(members)) - _totals(compiled, counter, [None])
    log = departures_for(-np.median(away, axis=0), sources, ahead)
    moves = tuple(
        replace(move, log=np.concatenate([move.log[:-1] + log[None, :, None], move.log[-1:]]))
        if move.on == "departures" else move
        for move in paths.moves
    )  # fmt: skip
    return replace(paths, moves=moves)


def _totals(compiled: Compiled, counter: Counter, members: range | list[None]) -> Floats:
    """(members, months) logs of the expected counts of the first series."""
    counts = [
        counter.read(run_member(compiled, None, expected_arrays(compiled, m)))[0].sum(axis=1) for m in members
    ]
    return np.log(np.maximum(np.stack(counts), 1.0))


def departures_for(wanted: Floats, sources: Sources, ahead: list[int]) -> Floats:
    """(months) log factors of departures whose counts in the months ``ahead`` grow by the logs ``wanted`` (months): the
    smallest ones, by ridge regression on the parts of each month's count that follow each month's departures."""
    level = sources.level[0]
    follows = (level[:, :, None] * sources.part[0, :, :, sources.classes :]).sum(axis=1)
    jacobian = (follows / np.maximum(level.sum(axis=1), 1e-9)[:, None])[ahead]
    gram = jacobian @ jacobian.T * STEP_SD**2 + EXACT_SD**2 * np.eye(len(ahead))
    return np.clip(STEP_SD**2 * jacobian.T @ np.linalg.solve(gram, wanted[ahead]), -LARGEST, LARGEST)
