"""Multi-objective search over packages: NSGA-II or NSGA-III of pymoo, every package it has seen kept, resumable.

Deb, Pratap, Agarwal and Meyarivan 2002 (doi:10.1109/4235.996017); Deb and Jain 2014 (doi:10.1109/TEVC.2013.2281535).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.explore.space import Package
from corridor.model.arrays import Floats

Evaluate = Callable[[Sequence[Package]], Floats]
"""Objectives of packages, each to be made small; with a last column that must not be above 0 where the search has a limit."""

MANY = 3
"""Objectives above which NSGA-III is used."""
POPULATION = 100
FEWEST = 20
"""Packages of a generation, at most and at least."""
HYPERVOLUME_SAMPLES = 200_000
BEYOND = 1.1
"""Reference point of the hypervolume on every normalized objective: a tenth beyond the worst of the front."""


@dataclass(frozen=True)
class Archive:
    """Every package that a search has seen, with its objectives; ``limit`` above 0: it is not allowed."""

    packages: npt.NDArray[np.int64]
    """(packages, elements)"""
    objectives: Floats
    """(packages, objectives)"""
    limit: Floats
    """(packages)"""

    @property
    def allowed(self) -> Archive:
        """Without the packages that pass the limit."""
        return self.take(np.flatnonzero(self.limit <= 0))

    @property
    def front(self) -> Archive:
        """The packages that no other allowed one is better than on every objective, in order of their numbers."""
        allowed = self.allowed
        return allowed.take(np.flatnonzero(not_dominated(allowed.objectives)))

    def take(self, rows: npt.NDArray[np.intp]) -> Archive:
        """Some of its packages."""
        return Archive(self.packages[rows], self.objectives[rows], self.limit[rows])

    def merged(self, other: Archive) -> Archive:
        """Both, each package once, in order of their numbers."""
        packages = np.concatenate([self.packages, other.packages])
        _, first = np.unique(packages, axis=0, return_index=True)
        objectives = np.concatenate([self.objectives, other.objectives])
        return Archive(packages, objectives, np.concatenate([self.limit, other.limit])).take(first)


def not_dominated(objectives: Floats) -> npt.NDArray[np.bool_]:
    """Whether no other row is at most as large in every column and smaller in one, shape (rows); of equal rows, each."""
    out = np.ones(len(objectives), dtype=bool)
    for n, row in enumerate(objectives):
        if out[n]:
            worse = (objectives >= row).all(axis=1) & (objectives > row).any(axis=1)
            out &= ~worse
    return out


def search(
    levels: Sequence[int],
    evaluate: Evaluate,
    *,
    seed: int,
    evaluations: int,
    start: Sequence[Package] = (),
    limited: bool = False,
    population: int = POPULATION,
    store: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Archive:
    """Search packages with numbers from 0 to ``levels`` for small objectives, with about ``evaluations`` new ones.

    A space of at most ``evaluations`` packages is enumerated. ``start`` are packages to begin with. With ``store`` (a file)
    what was evaluated is kept there after every generation; the same call takes it up, repeats none, and gives the same
    result.
    """
    seen = _Seen(evaluate, limited, store, progress)
    population = min(population, max(FEWEST, evaluations // 3))
    size = int(np.prod([level + 1.0 for level in levels]))
    if size <= evaluations:
        grid = np.stack(np.meshgrid(*[np.arange(n + 1) for n in levels], indexing="ij"), axis=-1)
        for part in np.array_split(grid.reshape(-1, len(levels)), max(1, size // population)):
            seen(part)
        return seen.archive()
    rng = np.random.default_rng(seed)
    first = _first_population(levels, start, population, rng)
    values, limit = seen(first)
    algorithm = _algorithm(levels, values.shape[1], first, population, seed, limited=limited)
    while len(seen.found) < evaluations and algorithm.has_next():
        asked = algorithm.ask()
        if asked is None or len(asked) == 0:
            break
        values, limit = seen(np.rint(asked.get("X")).astype(np.int64))
        _tell(algorithm, asked, values, limit if limited else None)
    return seen.archive()


class _Seen:
    """Evaluates each package once and keeps it, in memory and on disk."""

    def __init__(
        self, evaluate: Evaluate, limited: bool, store: Path | None, progress: Callable[[int], None] | None
    ) -> None:
        self.evaluate, self.limited, self.store, self.progress = evaluate, limited, store, progress
        self.found: dict[Package, Floats] = {}
        self.kept: dict[Package, Floats] = {}
        if store is not None and store.exists():
            with np.load(store) as data:
                self.kept = {
                    tuple(map(int, p)): v for p, v in zip(data["packages"], data["values"], strict=True)
                }

    def __call__(self, packages: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        asked = [tuple(map(int, row)) for row in packages]
        new = list(dict.fromkeys(p for p in asked if p not in self.found))
        missing = [p for p in new if p not in self.kept]
        if missing:
            self.kept |= dict(zip(missing, np.asarray(self.evaluate(missing), dtype=np.float64), strict=True))
            self._write()
        self.found |= {p: self.kept[p] for p in new}
        if self.progress and new:
            self.progress(len(new))
        rows = np.stack([self.found[p] for p in asked])
        return (rows[:, :-1], rows[:, -1]) if self.limited else (rows, np.zeros(len(rows)))

    def _write(self) -> None:
        if self.store is None:
            return
        self.store.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.store.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, packages=np.array(list(self.kept)), values=np.stack(list(self.kept.values())))
        Path(name).replace(self.store)

    def archive(self) -> Archive:
        packages = np.array(sorted(self.found), dtype=np.int64)
        values, limit = self(packages)
        return Archive(packages, values, limit)


def _first_population(
    levels: Sequence[int], start: Sequence[Package], size: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """The packages to begin with, then random ones: from sparse to full, so that small packages are among them."""
    top = np.asarray(levels)
    rows = [np.asarray(p) for p in dict.fromkeys(start)][:size]
    while len(rows) < size:
        part = rng.random() ** 1.5
        rows.append(np.where(rng.random(len(top)) < part, rng.integers(0, top + 1), 0))
    return np.stack(rows).astype(np.int64)


def _algorithm(
    levels: Sequence[int], objectives: int, first: npt.NDArray[np.int64], population: int, seed: int, *, limited: bool
) -> Any:  # fmt: skip
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair

    operators = {
        "sampling": first,
        "crossover": SBX(prob=0.9, eta=5, vtype=float, repair=RoundingRepair()),
        "mutation": PM(eta=5, vtype=float, repair=RoundingRepair()),
        "eliminate_duplicates": True,
    }
    if objectives <= MANY:
        algorithm: Any = NSGA2(pop_size=population, **operators)
    else:
        algorithm = NSGA3(_directions(objectives, population), pop_size=population, **operators)
    problem = Problem(
        n_var=len(levels), n_obj=objectives, n_ieq_constr=int(limited), xl=np.zeros(len(levels)),
        xu=np.asarray(levels, dtype=np.float64), vtype=int,
    )  # fmt: skip
    algorithm.setup(problem, termination=("n_gen", 10_000), seed=seed, verbose=False)
    return algorithm


def _directions(objectives: int, population: int) -> Floats:
    """As many reference directions of Das and Dennis as the population has room for."""
    from math import comb

    from pymoo.util.ref_dirs import get_reference_directions

    parts = 1
    while comb(objectives + parts, parts + 1) <= population:
        parts += 1
    found: Floats = get_reference_directions("das-dennis", objectives, n_partitions=parts)
    return found


def _tell(algorithm: Any, asked: Any, values: Floats, limit: Floats | None) -> None:
    from pymoo.problems.static import StaticProblem

    given = {"F": values} if limit is None else {"F": values, "G": limit[:, None]}
    algorithm.evaluator.eval(StaticProblem(algorithm.problem, **given), asked)
    algorithm.tell(infills=asked)


def hypervolume(front: Floats, ideal: Floats, worst: Floats, seed: int = 0) -> float:
    """Share of the box between ``ideal`` and a point a tenth beyond ``worst`` that the front is better than.

    Up to three objectives it is exact (Fonseca, Paquete and Lopez-Ibanez 2006, in pymoo); beyond, from uniform samples that are the
    same in every call (standard error at most 0.0012).
    """
    width = np.where(worst > ideal, worst - ideal, 1.0)
    points = np.unique((front - ideal) / width, axis=0)
    points = points[(points < BEYOND).all(axis=1)]
    dims = front.shape[1]
    if not len(points):
        return 0.0
    if dims <= MANY:
        from pymoo.indicators.hv import HV

        found: Any = HV(ref_point=np.full(dims, BEYOND))(points)
        return float(found) / BEYOND**dims
    sample = np.random.default_rng(seed).random((HYPERVOLUME_SAMPLES, dims)) * BEYOND
    left = np.arange(HYPERVOLUME_SAMPLES)
    for point in points[np.argsort(points.sum(axis=1))]:
        left = left[~(sample[left] >= point).all(axis=1)]
    return 1.0 - len(left) / HYPERVOLUME_SAMPLES
