"""What would have to be true: the assumptions under which a conclusion about two packages flips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.explore.judge import better
from corridor.explore.plan import Plan
from corridor.explore.prim import Box, find_box
from corridor.explore.runs import Rerun
from corridor.model import Party
from corridor.model.arrays import Floats

FEWEST_CASES = 10
"""Runs in which the order must flip, and runs in which it must not, for a card."""
LIFT = 1.3
"""A box tells something if cases are that much more frequent in it than in all runs."""
FUTURE = "future:"
"""Before the id of an outcome: its value without an agreement, in the same run."""


@dataclass(frozen=True)
class Card:
    """A conclusion, and where it flips.

    ``holds`` is the share of the runs in which the conclusion holds; ``box`` tells those in which it does not, None where no
    conditions do. ``other`` is None for no agreement.
    """

    package: str
    other: str | None
    party: str
    holds: float
    box: Box | None


def cards(
    plan: Plan, parties: Sequence[Party], runs: Mapping[str, Rerun], none: Rerun, pairs: Sequence[tuple[str, str | None]]
) -> list[Card]:  # fmt: skip
    """A card for each pair of packages (the second None: no agreement) and each party that names indicators."""
    return [card for first, second in pairs for card in _of_pair(plan, parties, runs, none, first, second)]


def _of_pair(
    plan: Plan, parties: Sequence[Party], runs: Mapping[str, Rerun], none: Rerun, first: str, second: str | None
) -> Iterator[Card]:  # fmt: skip
    against = none if second is None else runs[second]
    gaps = runs[first].outcomes - against.outcomes
    columns = assumptions(plan, [runs[first], against], none)
    told: dict[tuple[tuple[int, int], ...], Card] = {}
    for party in parties:
        if not party.interests:
            continue
        key = tuple(sorted(plan.interests(party)))
        if key not in told:
            told[key] = _card(first, second, party, better(plan, party, gaps), columns)
        card = told[key]
        yield Card(first, second, party.id, card.holds, card.box)


def _card(
    first: str, second: str | None, party: Party, holds: npt.NDArray[np.bool_], columns: Mapping[str, Floats]
) -> Card:
    """The conclusion is what most runs say; the cases are the others."""
    share = float(holds.mean())
    cases = ~holds if share >= 0.5 else holds
    box = None
    if FEWEST_CASES <= int(cases.sum()) <= len(cases) - FEWEST_CASES:
        box = find_box(columns, cases)
        if box is not None and (not box.limits or box.density < LIFT * float(cases.mean())):
            box = None
    return Card(first, second, party.id, share, box)


def assumptions(plan: Plan, runs: Sequence[Rerun], none: Rerun) -> dict[str, Floats]:
    """What the runs of two packages differ in, by name: strengths, parameters of levers, and what comes without an agreement."""
    columns: dict[str, Floats] = {}
    for run in runs:
        columns |= dict(run.assumptions)
    future = [
        n for n, o in enumerate(plan.outcomes) if o.flows and o.tag == "observed" and o.unit == "people"
    ][:2]
    columns |= {f"{FUTURE}{plan.outcomes[n].id}": none.outcomes[:, n] for n in future}
    return {name: values for name, values in columns.items() if np.ptp(values) > 0}
