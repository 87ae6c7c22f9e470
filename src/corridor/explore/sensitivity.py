"""What makes the difference: grouped Sobol indices of measures and of blocks of assumptions, by SALib.

First order: the part of an outcome's variance that a group makes alone (Saltelli and others 2010,
doi:10.1016/j.cpc.2009.09.018); total: the part with all its interactions (Jansen 1999).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corridor.model.arrays import Floats


@dataclass(frozen=True)
class Indices:
    """First-order and total index of each group, (groups, outcomes), each with half its 95 % bootstrap interval."""

    groups: tuple[str, ...]
    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats


def grouped_indices(
    groups: Mapping[str, int],
    model: Callable[[Floats], Floats],
    *,
    samples: int,
    seed: int = 1,
) -> Indices:
    """Sobol indices of groups of inputs that are uniform on [0, 1).

    ``groups`` gives the number of inputs of each group, in the order of the model's inputs; ``model`` takes rows of inputs, (runs,
    inputs), and returns (runs, outcomes). It is given ``samples * (groups + 2)`` rows; ``samples`` is best a power of two.
    """
    from SALib.sample.sobol import sample

    names = [f"{group}.{n}" for group, count in groups.items() for n in range(count)]
    problem = {
        "num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names),
        "groups": [group for group, count in groups.items() for _ in range(count)],
    }  # fmt: skip
    rows = sample(problem, samples, calc_second_order=False, seed=seed)
    return _analyze(problem, model(np.minimum(rows, 1.0 - 1e-12)), tuple(groups), seed)


def _analyze(problem: Mapping[str, object], values: Floats, groups: tuple[str, ...], seed: int) -> Indices:
    from SALib.analyze.sobol import analyze

    shape = (len(groups), values.shape[1])
    parts = {name: np.zeros(shape) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    for k in range(values.shape[1]):
        column = values[:, k]
        if np.ptp(column) <= 1e-9 * max(1.0, float(np.abs(column).max())):
            continue  # nothing moves it
        found = analyze(problem, column, calc_second_order=False, num_resamples=100, seed=seed)
        for name, table in parts.items():
            table[:, k] = found[name]
    return Indices(groups, parts["S1"], parts["S1_conf"], parts["ST"], parts["ST_conf"])


def level_of(uniform: float, levels: int) -> int:
    """A number from 0 to ``levels``, each as likely, from a uniform one."""
    return min(int(uniform * (levels + 1)), levels)


def member_of(uniform: float, members: int) -> int:
    """One of ``members`` equally likely draws, from a uniform number: the label of a draw that stands for a whole block."""
    return min(int(uniform * members), members - 1)


def ranked(indices: Indices, outcome: int) -> Sequence[int]:
    """Positions of the groups, those with the highest total index first."""
    return [int(n) for n in np.argsort(-indices.total[:, outcome], kind="stable")]
