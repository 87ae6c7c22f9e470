"""Measures in force together do not ask for contradictory shares of the same people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from corridor.formats import levers
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Corridor, Fault, Measure, Scenario

SLACK = 1e-9


@dataclass(frozen=True)
class _Target:
    """A measure that sets shares: its row, its last day, and what it sets."""

    row: Row[Measure]
    last: dt.date
    groups: frozenset[str]
    flows: frozenset[str]

    @property
    def share(self) -> float:
        """The share that its flows together shall have."""
        return self.row.item.strength


def check_overlaps(parts: Parts) -> Iterator[Fault]:
    """One fault for each contradictory pair of a scenario and its base; for a network without faults."""
    if parts.measures.faults:
        return
    corridor = parts.assemble()
    targets = {
        row.item.id: _Target(row, row.item.end or dt.date.max, groups, flows)
        for row in parts.measures
        for groups, flows in levers.shares_set(corridor, row.item)
    }
    told: set[tuple[str, str]] = set()
    for scenario in (None, *corridor.scenarios):
        for one, other in combinations(_together(corridor, scenario, targets), 2):
            pair = (one.row.item.id, other.row.item.id)
            why = _contradiction(one, other, corridor)
            if why and pair not in told:
                told.add(pair)
                where = "the base" if scenario is None else f"scenario {scenario.id!r}"
                message = f"measures {pair[0]!r} and {pair[1]!r} contradict each other in {where}: {why}"
                hint = "give them other days, groups or places, or make them one measure"
                yield other.row.fault("strength", message, hint)


def _together(corridor: Corridor, scenario: Scenario | None, targets: dict[str, _Target]) -> list[_Target]:
    """What sets shares in the base or in a scenario, lifted where the scenario says so."""
    lifted = {lift.measure: lift.on for lift in scenario.lift} if scenario else {}
    named = scenario.measures if scenario else ()
    return [
        _Target(
            target.row,
            min(target.last, lifted[name] - dt.timedelta(days=1)) if name in lifted else target.last,
            target.groups,
            target.flows,
        )
        for name, target in targets.items()
        if target.row.item.in_base or name in named
    ]


def _contradiction(one: _Target, other: _Target, corridor: Corridor) -> str | None:
    """Why two targets cannot both be met, or None."""
    days = one.row.item.start <= other.last and other.row.item.start <= one.last
    if not days or not one.groups & other.groups:
        return None
    start = {flow.id: flow.from_stock for flow in corridor.flows}
    for stock in sorted({start[f] for f in one.flows} & {start[f] for f in other.flows} - {None}, key=str):
        ours, theirs = ({f for f in t.flows if start[f] == stock} for t in (one, other))
        if ours == theirs and one.groups == other.groups and abs(one.share - other.share) > SLACK:
            flows = ", ".join(sorted(ours))
            return f"{one.share:g} and {other.share:g} of those who leave {stock} by {flows}"
        if not ours & theirs and one.share + other.share > 1 + SLACK:
            return f"{one.share:g} and {other.share:g} of those who leave {stock} are more than all"
    return None
