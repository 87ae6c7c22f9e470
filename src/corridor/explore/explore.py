"""Packages explored: searched, run again with the full ensemble, and seen by each party."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from corridor.explore.cards import Card, cards
from corridor.explore.demands import Contradiction, contradictions
from corridor.explore.drivers import BLOCKS, Drivers, drivers
from corridor.explore.find import Found, find, shown
from corridor.explore.judge import View, meets_a_demand, views_of
from corridor.explore.plan import Plan
from corridor.explore.runs import Rerun, full_ensemble, single_effects
from corridor.explore.space import Package, Space, make_space
from corridor.model.arrays import Floats

Step = Callable[[str, int], AbstractContextManager[Callable[[float], None]]]

EVALUATIONS = 300
SEEDS = (1, 2)
MOST_SHOWN = 8
NONE = "none"


@dataclass(frozen=True)
class Effort:
    """How much is run: seeds and evaluations of the search, packages shown, samples of the sensitivity."""

    seeds: tuple[int, ...] = SEEDS
    evaluations: int = EVALUATIONS
    draws: int = 2
    shown: int = MOST_SHOWN
    samples: int = 16
    counts: bool = False
    """Chance in every count of the front's runs, too; three times as long."""
    workers: int = 1


@dataclass(frozen=True)
class Shown:
    """A package with the changes that it makes, (members, outcomes), against no agreement, and what parties make of it.

    ``scenario`` is the id of the scenario that it is, where it is one; ``late``: it rests on what became known later.
    """

    id: str
    package: Package
    space: Space
    gaps: Floats
    views: tuple[View, ...]
    scenario: str | None = None
    late: bool = False
    on_front: bool = True

    @property
    def accepted(self) -> bool:
        """Whether every party that has stated something may accept it."""
        return all(view.may_accept for view in self.views)


@dataclass(frozen=True)
class Explored:
    """The whole result; ``corridor.explore.tables`` makes its tables."""

    plan: Plan
    found: Found
    none: Rerun
    packages: tuple[Shown, ...]
    hindsight: tuple[Shown, ...]
    contradictions: tuple[Contradiction, ...]
    drivers: Drivers | None
    cards: tuple[Card, ...]
    responses: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Names of measured responses, by the name of the assumption."""

    @property
    def accepted(self) -> tuple[Shown, ...]:
        """Packages that every party may accept."""
        return tuple(p for p in self.packages if p.accepted)

    @property
    def in_all_accepted(self) -> tuple[str, ...]:
        """Ids of the elements that are in each of them."""
        held = [{e.id for e, _ in p.space.parts(p.package)} for p in self.accepted]
        common: set[str] = set.intersection(*held) if held else set()
        return tuple(e.id for e in self.plan.space.elements if e.id in common)

    def closest(self, package: str, demand: str) -> Shown | None:
        """Of the packages shown, the one with the fewest elements changed that also meets a demand."""
        by_id = {p.id: p for p in self.packages}
        start = by_id[package]
        meeting = [p for p in self.packages
                   if any(view.verdicts.get(demand) == "met" for view in p.views)]  # fmt: skip
        return min(meeting, key=lambda p: (distance(start.package, p.package), p.id), default=None)


def distance(one: Package, other: Package) -> int:
    """Number of elements in which two packages differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))


def no_bar(text: str, total: int) -> AbstractContextManager[Callable[[float], None]]:
    """A step that shows nothing."""
    del text, total
    return nullcontext(lambda steps: None)


def run(plan: Plan, effort: Effort | None = None, *, step: Step = no_bar, store: Path | None = None) -> Explored:  # fmt: skip
    """Search, run the front again, and say what parties make of it.

    ``store`` keeps what is finished, so that an interruption repeats none; ``step`` opens a progress bar.

    Raises InputError where no package is within the limits.
    """
    effort = effort or Effort()
    plan = replace(plan, study=replace(plan.study, workers=effort.workers))
    total = effort.evaluations * len(effort.seeds)
    with step("search", total) as advance:
        found = find(
            plan, seeds=effort.seeds, evaluations=effort.evaluations, draws=effort.draws, workers=effort.workers,
            store=store, progress=advance,
        )  # fmt: skip
    chosen = named_packages(plan, found, effort.shown)
    late_space, late = late_packages(plan)
    empty: Package = tuple(0 for _ in plan.space.elements)
    with step(f"front, {plan.study.members} members each", len(chosen) + len(late) + 1) as advance:
        runs = full_ensemble(
            plan.study, plan.space, plan.reader, {NONE: empty, **{p.id: p.package for p in chosen}},
            counts=effort.counts, workers=effort.workers, store=store, progress=advance,
        )  # fmt: skip
        later = full_ensemble(
            plan.study, late_space, plan.reader, late, hindsight=frozenset(late), counts=effort.counts, workers=effort.workers, store=store,
            progress=advance,
        ) if late else {}  # fmt: skip
    none = runs.pop(NONE)
    single = single_effects(plan.field)
    packages = tuple(_viewed(plan, p, runs[p.id].outcomes - none.outcomes, single) for p in chosen)
    hindsight = tuple(
        _late(plan, late_space, name, package, later[name].outcomes - none.outcomes) for name, package in late.items()
    )  # fmt: skip
    made = _drivers(plan, effort, step)
    pairs: list[tuple[str, str | None]] = [(p.id, None) for p in packages]
    pairs += [(a.id, b.id) for a, b in pairwise(packages)]
    return Explored(
        plan, found, none, packages, hindsight, tuple(contradictions(plan.space.corridor, plan.parties)), made,
        tuple(cards(plan, plan.parties, runs, none, pairs)),
        {name: pair for run in runs.values() for name, pair in run.names.items()},
    )  # fmt: skip


def _drivers(plan: Plan, effort: Effort, step: Step) -> Drivers | None:
    if effort.samples <= 0:
        return None
    levers = {element.lead.lever for element in plan.space.elements}
    with step("what makes the difference", effort.samples * (len(levers) + len(BLOCKS) + 2)) as advance:
        return drivers(plan, samples=effort.samples, workers=effort.workers, progress=advance)


def named_packages(plan: Plan, found: Found, most: int) -> list[Shown]:
    """The packages that are run again: those of the front, P1, P2 …, then the scenarios that are packages of the same measures."""
    front = shown(plan, found, most)
    nothing = np.zeros((0, len(plan.outcomes)))
    scenarios = {
        plan.space.of_scenario(s): s.id for s in plan.space.corridor.scenarios
        if not s.hindsight and _within(plan.space, s.id)
    }  # fmt: skip
    on_front = {tuple(map(int, row)) for row in found.archive.front.packages}
    out = [
        Shown(f"P{n}", package, plan.space, nothing, (), scenarios.get(package))
        for n, package in enumerate(front, 1)
    ]
    out += [
        Shown(name, package, plan.space, nothing, (), name, on_front=package in on_front)
        for package, name in scenarios.items()
        if package not in front and any(package) and meets_a_demand(plan, package) and plan.budget is None
    ]
    return out


def _within(space: Space, scenario: str) -> bool:
    """Whether a scenario is a package of these elements: nothing that it adds is missing."""
    one = space.corridor.scenario_ids[scenario]
    added = {*one.measures, *space.corridor.lifted_in(one)} - set(space.base.measures)
    return added <= set(space.positions)


def late_packages(plan: Plan) -> tuple[Space, dict[str, Package]]:
    """Scenarios that rest on hindsight and hold what a party stated after the as-of date, for what is shown apart."""
    corridor = plan.space.corridor
    before = {d.id for party in plan.parties for d in party.demands}
    later = {name for party in plan.late for d in party.demands if d.id not in before for name in d.measures}
    chosen = [
        s for s in corridor.scenarios if s.hindsight and later & set(map(corridor.original, s.measures))
    ]
    if not chosen or plan.study.hindsight:
        return plan.space, {}
    names = {corridor.original(m.id): m.id for m in reversed(corridor.measures)
             if any(m.id in s.measures for s in chosen) and m.id not in plan.space.base.measures}  # fmt: skip
    if len(names) < 2:
        return plan.space, {}
    space = make_space(
        corridor, plan.space.base, tuple(reversed(names.values())), as_of=plan.study.as_of, hindsight=True
    )
    others = corridor.originals.keys() - set(names.values())
    return space, {s.id: space.of_scenario(s) for s in chosen if not others & set(s.measures)}


def _viewed(plan: Plan, shown: Shown, gaps: Floats, single: Floats) -> Shown:
    views = views_of(plan, plan.parties, shown.package, gaps, single)
    return replace(shown, gaps=gaps, views=tuple(views))


def _late(plan: Plan, space: Space, name: str, package: Package, gaps: Floats) -> Shown:
    """A package of later knowledge, judged by all that parties have stated by then."""
    whole = replace(plan, space=space, parties=plan.late)
    views = views_of(whole, plan.late, package, gaps, None)
    return Shown(name, package, space, gaps, tuple(views), name, late=True, on_front=False)
