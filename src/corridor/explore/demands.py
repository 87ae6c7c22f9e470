"""Which demands of which party a package meets, breaks or leaves open, and which demands contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from corridor.engine import neutral_strength
from corridor.explore.space import Package, Space
from corridor.formats.checks.parties import exclude_each_other
from corridor.model import Corridor, Demand, InputError, Interest, Measure, Party, Statement, did_you_mean

Verdict = Literal["met", "broken", "open"]


def known_from(corridor: Corridor, statement: Statement) -> dt.date:
    """The day on which a statement was public."""
    entries = {entry.id: entry for entry in corridor.register_entries}
    entry = entries.get(statement.entry or "")
    found = statement.known_from or (entry.known_from if entry else None)
    if found is None:
        raise InputError("a statement has neither a date nor an entry of the register")
    return found


def parties_on(corridor: Corridor, names: Sequence[str], as_of: dt.date, *, hindsight: bool = False) -> tuple[Party, ...]:  # fmt: skip
    """The parties (all, or those named) with what they had stated by ``as_of``; with hindsight, with all of it.

    Raises InputError for an unknown party, and for a corridor without parties.
    """
    if not corridor.parties:
        raise InputError(
            f"corridor {corridor.settings.id!r} has no parties", hint="declare them in parties.yaml (docs/explore.md)"
        )  # fmt: skip
    known = {party.id: party for party in corridor.parties}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"there is no party {unknown[0]!r}", hint=did_you_mean(unknown[0], known))

    def public(statement: Statement) -> bool:
        return hindsight or known_from(corridor, statement) <= as_of

    chosen = [known[name] for name in names] if names else corridor.parties
    return tuple(
        party.model_copy(
            update={
                "demands": tuple(d for d in party.demands if public(d)),
                "interests": tuple(i for i in party.interests if public(i)),
            }
        )
        for party in chosen
    )


def interests_of(parties: Iterable[Party]) -> list[Interest]:
    """The indicators that parties name, each once for each direction."""
    found = {(i.indicator, i.direction): i for party in parties for i in party.interests}
    return list(found.values())


def verdict(demand: Demand, space: Space, package: Package) -> Verdict:
    """Whether a package meets the demand, breaks it or leaves it open.

    A demand is open where the package says nothing about it. One without a measure is always open. A measure that a
    scenario changed counts as the measure, at its own strength; to change one that is in force does not end it.
    """
    held = list(_held(space, package))
    names = {one.name for one in held}
    ours = [
        one.measure for one in held if one.name in demand.measures and (one.ended or demand.bound != "lifted")
    ]
    if not demand.measures:
        return "open"
    if demand.bound == "not_at_all":
        return "broken" if ours else "met"
    if demand.bound == "only_with":
        if not ours:
            return "open"
        return "met" if names & set(demand.together) else "broken"
    if demand.bound == "no_more_than":
        return "met" if all(_size(m) <= _limit(demand, m) + 1e-12 for m in ours) else "broken"
    if not ours:
        return "broken" if _opposed(demand, space, [one.measure for one in held]) else "open"
    if demand.bound == "no_less_than":
        return "met" if any(_size(m) >= _limit(demand, m) - 1e-12 for m in ours) else "broken"
    return "met"


@dataclass(frozen=True)
class Held:
    """A measure of a package at its level, or one that it ends, under the id of the measure that it is or changes."""

    name: str
    measure: Measure
    ended: bool


def _held(space: Space, package: Package) -> Iterator[Held]:
    from corridor.explore.space import scaled

    for element, level in space.parts(package):
        for m in element.measures:
            measure = m if element.lift else scaled(m, level)
            yield Held(space.corridor.original(m.id), measure, element.lift)


def _size(measure: Measure) -> float:
    """Distance of a strength from the one that changes nothing."""
    neutral = neutral_strength(measure.lever, measure.unit)
    return abs(measure.strength - (neutral or 0.0))


def _limit(demand: Demand, measure: Measure) -> float:
    neutral = neutral_strength(measure.lever, measure.unit)
    return abs((demand.value or 0.0) - (neutral or 0.0))


def _opposed(demand: Demand, space: Space, held: Sequence[Measure]) -> bool:
    """Whether a package holds the opposite of every measure that the demand could be met by."""
    by_id = {m.id: m for m in space.corridor.measures}
    return all(any(opposite(by_id[name], m) for m in held) for name in demand.measures)


def opposite(one: Measure, other: Measure) -> bool:
    """Whether two measures pull one lever in opposite directions for some of the same people and places."""
    if one.lever != other.lever or one.unit != other.unit or one.in_base or other.in_base:
        return False
    neutral = neutral_strength(one.lever, one.unit)
    if neutral is None or (one.strength - neutral) * (other.strength - neutral) >= 0:
        return False

    def meet(a: Sequence[str], b: Sequence[str]) -> bool:
        return not a or not b or bool(set(a) & set(b))

    scopes = ("places", "routes", "nationalities", "households")
    return all(meet(getattr(one, name), getattr(other, name)) for name in scopes)


@dataclass(frozen=True)
class Contradiction:
    """Two demands of different parties that no package meets together."""

    party: str
    demand: str
    other_party: str
    other_demand: str


def contradictions(corridor: Corridor, parties: Sequence[Party]) -> list[Contradiction]:
    """Every pair of demands that exclude each other: by their bounds, or since their measures pull opposite ways."""
    return list(_contradictions({m.id: m for m in corridor.measures}, parties))


def _contradictions(by_id: Mapping[str, Measure], parties: Sequence[Party]) -> Iterator[Contradiction]:
    pairs = [(party, demand) for party in parties for demand in party.demands]
    for n, (party, demand) in enumerate(pairs):
        for other_party, other in pairs[n + 1 :]:
            if party.id != other_party.id and _contradict(by_id, demand, other):
                yield Contradiction(party.id, demand.id, other_party.id, other.id)


def _contradict(by_id: Mapping[str, Measure], one: Demand, other: Demand) -> bool:
    if exclude_each_other(one, other):
        return True
    asks = {"included", "no_less_than"}
    if one.bound not in asks or other.bound not in asks:
        return False
    pairs = [(by_id[a], by_id[b]) for a in one.measures for b in other.measures]
    return bool(pairs) and all(opposite(a, b) for a, b in pairs)
