"""The search of a plan: several seeds, each resumable, merged; and the packages of the front that are shown."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corridor.explore.judge import accepting, meets_a_demand
from corridor.explore.plan import Plan
from corridor.explore.runs import Draw
from corridor.explore.search import Archive, hypervolume, search
from corridor.explore.space import Package
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.workers import run_tasks

DRAWS = 2
"""Members whose expected values the search looks at."""


@dataclass(frozen=True)
class SeedResult:
    """What one seed of the search has found."""

    seed: int
    archive: Archive
    hypervolume: float
    """Of its own front, in the box of the merged one."""


@dataclass(frozen=True)
class Found:
    """The seeds of a search, merged."""

    seeds: tuple[SeedResult, ...]
    archive: Archive
    hypervolume: float

    @property
    def gap(self) -> float:
        """Largest difference of the seeds' hypervolumes, relative to the largest."""
        values = [s.hypervolume for s in self.seeds]
        return (max(values) - min(values)) / max(values) if max(values) > 0 else 0.0


@dataclass(frozen=True)
class Settings:
    """How the search is run."""

    evaluations: int
    draws: int
    store: Path | None


class Objectives:
    """Objectives of packages: the plan's, in expected change against no agreement, and the parties that may not accept.

    With a budget a last column is what a package costs above it, in USD.
    """

    def __init__(self, plan: Plan, draws: int) -> None:
        self.plan = plan
        self.field = plan.field
        self.draws = [Draw(member) for member in range(draws)]
        self.none = self.field.mean(tuple(0 for _ in plan.space.elements), self.draws)

    def __call__(self, packages: Sequence[Package]) -> Floats:
        """(packages, objectives)."""
        return np.stack([self.of(package) for package in packages])

    def of(self, package: Package) -> Floats:
        """Objectives of one package."""
        plan = self.plan
        gaps = self.field.mean(package, self.draws) - self.none
        mean = gaps.mean(axis=0)
        values = [mean[plan.at[o.outcome.id]] * o.sign for o in plan.objectives]
        values.append(-float(accepting(plan, package, gaps)))
        if plan.budget is not None:
            values.append(float(mean[list(plan.costs)].sum()) - plan.budget)
        return np.array(values)


def find(
    plan: Plan,
    *,
    seeds: Sequence[int],
    evaluations: int,
    draws: int = DRAWS,
    workers: int = 1,
    store: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Found:
    """Search with every seed and merge what they found; with ``store`` it is resumable.

    Raises InputError where no package is allowed.
    """
    settings = Settings(evaluations, draws, None if store is None else store / _name(plan, draws))
    _ = plan.field.whole  # before workers start: what it rests on takes longer than a hundred packages
    if workers <= 1 or len(seeds) <= 1:
        archives = {seed: _search((plan, settings), seed, progress) for seed in seeds}
    else:
        with _Watch(settings.store, progress) as watch:
            found = run_tasks(workers, _search, (plan, settings), {seed: seed for seed in seeds})
            archives = dict(found)
            watch.finish(sum(len(a.packages) for a in archives.values()))
    return merge({seed: archives[seed] for seed in seeds})


def merge(archives: dict[int, Archive]) -> Found:
    """The seeds' archives together, with the hypervolume of each front in the box of the merged one."""
    merged = None
    for archive in archives.values():
        merged = archive if merged is None else merged.merged(archive)
    if merged is None or not merged.allowed.packages.any():
        raise InputError("no package is within the limits", hint="raise the budget, or name more measures")
    front = merged.front.objectives
    ideal, worst = front.min(axis=0), front.max(axis=0)
    seeds = tuple(
        SeedResult(seed, archive, hypervolume(archive.front.objectives, ideal, worst))
        for seed, archive in archives.items()
    )
    return Found(seeds, merged, hypervolume(front, ideal, worst))


def _search(shared: tuple[Plan, Settings], seed: int, progress: Callable[[int], None] | None = None) -> Archive:  # fmt: skip
    plan, settings = shared
    path = None if settings.store is None else settings.store / f"search-{seed}.npz"
    return search(
        plan.space.levels, Objectives(plan, settings.draws), seed=seed, evaluations=settings.evaluations,
        start=first_packages(plan), limited=plan.budget is not None, store=path, progress=progress,
    )  # fmt: skip


def first_packages(plan: Plan) -> list[Package]:
    """Nothing, everything, each element alone, all that each party asks for, and the scenarios."""
    space = plan.space
    top = space.levels
    none = tuple(0 for _ in top)
    alone = [tuple(t if n == k else 0 for n, t in enumerate(top)) for k in range(len(top))]
    asked = []
    for party in plan.parties:
        names = {name for d in party.demands if d.bound != "not_at_all" for name in d.measures}
        at = {space.originals[name] for name in names if name in space.originals}
        asked.append(tuple(t if n in at else 0 for n, t in enumerate(top)))
    scenarios = [space.of_scenario(s) for s in space.corridor.scenarios if not s.hindsight]
    return list(dict.fromkeys([none, *scenarios, *asked, top, *alone]))


def _name(plan: Plan, draws: int) -> str:
    """Name of what a search rests on."""
    corridor = plan.space.corridor.model_dump_json()
    parts = (
        corridor, repr(plan.space.elements), repr(plan.space.enters), repr(plan.reader), repr(plan.parties), str(plan.study.as_of),
        str(plan.budget), str(plan.study.seed), str(draws),
    )  # fmt: skip
    return hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]


class _Watch:
    """Tells the progress of searches in other processes by what they have stored."""

    def __init__(self, store: Path | None, progress: Callable[[int], None] | None) -> None:
        self.store, self.progress, self.told = store, progress, 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        if self.store is not None and self.progress is not None:
            self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        if self.thread.is_alive():
            self.thread.join()

    def _look(self) -> None:
        while not self.stop.wait(1.0):
            self.finish(sum(_stored(path) for path in self.store.glob("search-*.npz")) if self.store else 0)

    def finish(self, seen: int) -> None:
        """Tell how many were seen."""
        if self.progress is not None and seen > self.told:
            self.progress(seen - self.told)
            self.told = seen


def _stored(path: Path) -> int:
    try:
        with np.load(path) as data:
            return len(data["packages"])
    except (OSError, ValueError, KeyError):
        return 0


def shown(plan: Plan, found: Found, most: int) -> list[Package]:
    """Packages of the front to be shown: each meets a demand of somebody; those that most parties may accept come first, then
    those that differ most from the ones chosen already."""
    front = found.archive.front
    rows = [n for n, p in enumerate(front.packages) if meets_a_demand(plan, tuple(map(int, p)))]
    if not rows:
        return []
    values = front.objectives[rows]
    width = np.where(np.ptp(values, axis=0) > 0, np.ptp(values, axis=0), 1.0)
    scaled = (values - values.min(axis=0)) / width
    accept = -values[:, -1]
    chosen: list[int] = [int(np.lexsort((scaled.sum(axis=1), -accept))[0])]
    while len(chosen) < min(most, len(rows)):
        apart = np.min(np.linalg.norm(scaled[:, None, :] - scaled[chosen][None, :, :], axis=2), axis=1)
        apart = np.where(accept == accept.max(), apart + 1e-9, apart * 0.5)
        apart[chosen] = -1.0
        chosen.append(int(np.argmax(apart)))
    return [tuple(map(int, front.packages[rows[n]])) for n in chosen]
