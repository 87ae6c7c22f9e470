"""What parties make of a package: what it does to their indicators and demands, in expectation and by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.explore.demands import Verdict, verdict
from corridor.explore.plan import Plan
from corridor.explore.runs import grade_of
from corridor.explore.space import Package
from corridor.model import Party
from corridor.model.arrays import Floats

NO_DIFFERENCE = 0.5
"""A change of less than half a person, death, night or dollar is none."""
ACCEPTS_FROM = 0.5
"""Least chance of being better off with which a party may accept a package."""


def better(plan: Plan, party: Party, gaps: Floats) -> npt.NDArray[np.bool_]:
    """Whether each run is better for a party than no agreement: none of its indicators is worse, and one is better.

    ``gaps`` are changes against no agreement, (runs, outcomes). No weight is put on any indicator.
    """
    columns = [gaps[:, at] * sign for at, sign in plan.interests(party)]
    moved = np.stack([np.where(np.abs(c) < NO_DIFFERENCE, 0.0, c) for c in columns], axis=1)
    found: npt.NDArray[np.bool_] = np.logical_and((moved <= 0).all(axis=1), (moved < 0).any(axis=1))
    return found


@dataclass(frozen=True)
class Chance:
    """Share of the runs that are better for a party, with half its 95 % Monte-Carlo interval (Agresti and Coull 1998)."""

    value: float
    error: float


def chance_of(flags: npt.NDArray[np.bool_]) -> Chance:
    """The chance that these runs give."""
    n, hits = len(flags), int(flags.sum())
    middle = (hits + 2) / (n + 4)
    return Chance(hits / n, 1.96 * math.sqrt(middle * (1 - middle) / (n + 4)))


@dataclass(frozen=True)
class View:
    """A party's view of a package; ``chance`` and ``assumed`` are None for a party without indicators."""

    party: Party
    verdicts: dict[str, Verdict]
    """By demand."""
    chance: Chance | None
    assumed: float | None
    """Part of the changes in its indicators that rests on assumed strengths, by the sizes of single measures."""
    grade: str

    @property
    def may_accept(self) -> bool:
        """It breaks no demand, and is better for the party with an even chance at least, or meets a demand of one without
        indicators."""
        if "broken" in self.verdicts.values():
            return False
        if self.chance is None:
            return "met" in self.verdicts.values()
        return self.chance.value >= ACCEPTS_FROM


def views_of(
    plan: Plan, parties: Sequence[Party], package: Package, gaps: Floats, single: Floats | None
) -> list[View]:
    """The view of each party that has stated something; ``single`` as of `runs.single_effects`."""
    out = []
    for party in parties:
        if not (party.demands or party.interests):
            continue
        verdicts = {d.id: verdict(d, plan.space, package) for d in party.demands}
        chance = chance_of(better(plan, party, gaps)) if party.interests else None
        shares = grade_shares(plan, package, single, [at for at, _ in plan.interests(party)])
        grade = max(shares, key=lambda name: shares[name]) if shares else ""
        assumed = shares.get("assumed", 0.0) if shares else None
        out.append(View(party, verdicts, chance, assumed if party.interests else None, grade))
    return out


def grade_shares(
    plan: Plan, package: Package, single: Floats | None, outcomes: Sequence[int]
) -> dict[str, float]:
    """On what changes in these outcomes rest: each element alone in expected values, the sizes added up by grade, each outcome
    counting alike (`study.contrast` does the same for scenarios)."""
    if single is None or not outcomes:
        return {}
    total: dict[str, float] = {}
    for at in outcomes:
        sizes: dict[str, float] = {}
        for n, level in enumerate(package):
            if level:
                grade = grade_of(plan.space.elements[n])
                sizes[grade] = sizes.get(grade, 0.0) + abs(float(single[n, level - 1, at]))
        whole = sum(sizes.values())
        for grade, size in sizes.items():
            total[grade] = total.get(grade, 0.0) + (size / whole if whole > 1e-9 else 0.0)
    whole = sum(total.values())
    return {grade: size / whole for grade, size in total.items()} if whole > 1e-9 else {}


def accepting(plan: Plan, package: Package, gaps: Floats) -> int:
    """Parties that may accept a package, as expected values tell it."""
    mean = gaps.mean(axis=0, keepdims=True)
    return sum(view.may_accept for view in views_of(plan, plan.parties, package, mean, None))


def meets_a_demand(plan: Plan, package: Package) -> bool:
    """Whether a package meets a demand of anybody."""
    demands = [d for party in plan.parties for d in party.demands]
    if not demands:
        return any(package)
    return any(package) and any(verdict(d, plan.space, package) == "met" for d in demands)
