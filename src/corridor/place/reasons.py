"""For every household: why it goes where it goes, the next-best site, and what would have to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.place.problem import PEOPLE, to_program
from corridor.place.program import Bools, Floats, Ints, Program, _ranges, owner
from corridor.place.result import LEFT_OUT, PLACED, UNPLACEABLE, Placement
from corridor.place.sites import REASONS
from corridor.text import Pair, join, say

CHUNK = 20_000
"""Units that are looked at in one go."""


@dataclass(frozen=True)
class _Facts:
    """Arrays that the sentences are made of, by unit."""

    outcome: Sequence[str]
    site: Ints
    top: Ints
    """Site with the highest score of those that fit (-1: none fits)."""
    next: Ints
    """Next-best site by score less prices (-1: none)."""
    rise: Floats
    """What its score there would have to rise by; at most 0 where only room is missing."""
    fitting: Ints
    value: Floats
    """Units × sites of the chunk: score."""


def explain(placement: Placement) -> Iterator[pl.DataFrame]:
    """Tables of households in order of their units, chunk by chunk, with sentences in both languages.

    Columns: ``id outcome site name score reason reason_es next_best change change_es
    size`` and every ``need_*`` (so that the table tells a later call what room is taken).
    """
    problem = placement.problem
    program = to_program(problem)
    members = np.argsort(problem.unit, kind="stable")
    start = np.searchsorted(problem.unit[members], np.arange(problem.units + 1))
    room = _room(placement)
    site = np.full(problem.units, -1, np.int64)
    site[problem.unit] = placement.site
    weight = placement.solution.prices.weight
    if weight.size == len(problem.groups) and weight.any():
        grouped = to_program(problem, by_group=True)
    else:
        grouped, weight = program, np.zeros(1)
    needs = {f"need_{kind}": pl.Float64 for kind in problem.kinds if kind != PEOPLE}
    columns = COLUMNS | {"size": pl.Int64} | needs
    for first in range(0, problem.units, CHUNK):
        units = np.arange(first, min(first + CHUNK, problem.units))
        facts = _facts(placement, program, grouped, weight, units, site[units])
        rows: list[tuple[object, ...]] = []
        for i, unit in enumerate(units):
            mine = members[start[unit] : start[unit + 1]]
            rows += _rows(placement, facts, i, mine, room)
        yield pl.DataFrame(rows, schema=columns, orient="row")


COLUMNS = {
    "id": pl.String, "outcome": pl.String, "site": pl.String, "name": pl.String, "score": pl.Float64,
    "reason": pl.String, "reason_es": pl.String, "next_best": pl.String, "change": pl.String, "change_es": pl.String,
}  # fmt: skip


def _room(placement: Placement) -> Floats:
    """Room left, kinds × sites (only the kinds of the problem)."""
    problem = placement.problem
    placed = np.flatnonzero(placement.site >= 0)
    capacity = placement.limits.capacity[: len(problem.kinds)]
    taken = np.zeros_like(capacity)
    for kind in range(taken.shape[0]):
        taken[kind] = np.bincount(placement.site[placed], problem.need[placed, kind], taken.shape[1])
    return capacity - taken


def _facts(
    placement: Placement, program: Program, grouped: Program, weight: Floats, units: Ints, site: Ints
) -> _Facts:
    fits = program.fits[units]
    value = program.value[units]
    net = program.bonus[units][:, None] + _weighted(grouped, weight, units) - _paid(placement, program, units)
    any_fits = np.any(fits, axis=1)
    top = np.where(any_fits, np.where(fits, value, -np.inf).argmax(axis=1), -1)
    other: Bools = fits.copy()
    rows = np.arange(units.size)
    other[rows[site >= 0], site[site >= 0]] = False
    next_best = np.where(other.any(axis=1), np.where(other, net, -np.inf).argmax(axis=1), -1)
    own = np.where(site >= 0, net[rows, np.maximum(site, 0)], 0.0)
    rise = own - net[rows, np.maximum(next_best, 0)]
    outcome = [
        PLACED if s >= 0 else LEFT_OUT if fit else UNPLACEABLE
        for s, fit in zip(site.tolist(), any_fits.tolist(), strict=True)
    ]
    return _Facts(outcome, site, top, next_best, rise, fits.sum(axis=1), value)


def _weighted(program: Program, weight: Floats, units: Ints) -> Floats:
    """Scores with the floors' weights, units × sites."""
    parts, start = _ranges(program.part_start, units)
    lifted = program.value[parts] * (1.0 + weight[program.part_group[parts]])[:, None]
    if parts.size == units.size:
        return lifted
    return np.add.reduceat(lifted, start[:-1], axis=0)


def _paid(placement: Placement, program: Program, units: Ints) -> Floats:
    """Price of all that units need, units × sites."""
    entries, start = _ranges(program.need_start, units)
    paid = np.zeros((units.size, program.fits.shape[1]))
    price = placement.solution.prices.place
    np.add.at(paid, owner(start), program.need_amount[entries, None] * price[program.need_kind[entries]])
    return paid


def _rows(
    placement: Placement, facts: _Facts, i: int, members: Ints, room: Floats
) -> Iterator[tuple[object, ...]]:
    """One row for each household of a unit."""
    problem = placement.problem
    outcome, site, next_site = facts.outcome[i], int(facts.site[i]), int(facts.next[i])
    for m in members:
        if outcome == UNPLACEABLE:
            reason, change, nearest = _no_site(placement, members, int(m))
        else:
            reason = _reason(placement, facts, i, int(m), members.size)
            change = _change(placement, facts, i, members, room)
            nearest = next_site
        yield (
            problem.ids[m], outcome, problem.sites[site] if site >= 0 else "",
            problem.names[site] if site >= 0 else "", float(problem.score[m, site]) if site >= 0 else None,
            *reason, problem.sites[nearest] if nearest >= 0 else "", *change, int(problem.size[m]),
            *(float(problem.need[m, k]) for k, kind in enumerate(problem.kinds) if kind != PEOPLE),
        )  # fmt: skip


def _reason(placement: Placement, facts: _Facts, i: int, member: int, tied: int) -> Pair:
    """Why a household is where it is, or why it is left out."""
    site, top, names = int(facts.site[i]), int(facts.top[i]), placement.problem.names
    fitting = int(facts.fitting[i])
    if site < 0:
        key = "placement.no_value" if facts.value[i].max() <= 0 else "placement.left_out"
        return say(key, fitting=fitting)
    value = facts.value[i]
    if facts.fitting[i] == 1:
        said = say("placement.only", site=names[site], sites=len(names))
    elif value[site] >= value[top] - 1e-12:
        said = say("placement.best", site=names[site], score=float(value[site]), fitting=fitting)
    else:
        key = "placement.floor" if any(floor.weight > 0 for floor in placement.floors) else "placement.scarce"
        said = say(key, site=names[site], score=float(value[site]), top=names[top],
                    top_score=float(value[top]))  # fmt: skip
    if tied > 1:
        said = join(said, say("placement.tied", count=tied - 1))
    return said


def _change(placement: Placement, facts: _Facts, i: int, members: Ints, room: Floats) -> Pair:
    """What would have to change for the next-best site."""
    next_site, problem = int(facts.next[i]), placement.problem
    if next_site < 0:
        return say("placement.no_next")
    lacking = [
        say("placement.more_people", count=f"{short:g}")
        if kind == PEOPLE
        else say("placement.more_of", count=f"{short:g}", kind=kind)
        for kind, short in zip(
            problem.kinds, problem.need[members].sum(axis=0) - room[:, next_site], strict=True
        )
        if short > 1e-9
    ]
    name, rise = problem.names[next_site], float(facts.rise[i])
    if not lacking:  # moving alone is enough once the scores differ by so much
        own = int(facts.site[i])
        rise = float((facts.value[i, own] if own >= 0 else 0.0) - facts.value[i, next_site])
        return say("placement.would_rise", next=name, rise=float(max(rise, 0.0)))
    more = join(*lacking, between=", ")
    if rise <= 1e-12:
        return say("placement.would_room", next=name, room=more)
    return say("placement.would_rise_room", next=name, room=more, rise=float(rise))


def _no_site(placement: Placement, members: Ints, member: int) -> tuple[Pair, Pair, int]:
    """Why a household fits nowhere, what the nearest site lacks, and that site."""
    problem = placement.problem
    flags = problem.flags[members] if members.size > 1 else problem.flags[member][None, :]
    joint: NDArray[np.uint8] = np.bitwise_or.reduce(flags, axis=0)
    together = (problem.need[members].sum(axis=0)[:, None] > problem.capacity + 1e-9).any(axis=0)
    reasons = [
        say(f"placement.why_{word}", count=int(((joint & bit) > 0).sum()))
        for bit, word in REASONS.items()
        if (joint & bit).any()
    ]
    if members.size > 1 and (together & (joint == 0)).any():
        reasons.append(say("placement.why_together", count=int((together & (joint == 0)).sum())))
    said = join(*reasons, between="; ")
    if members.size > 1:
        reason = say("placement.unplaceable_tied", count=members.size, reasons=said)
        if (flags == 0).any(axis=1).all():
            return reason, say("placement.would_fit_apart"), -1
    else:
        reason = say("placement.unplaceable", reasons=said)
    lacks = (
        np.array([[bool(joint[s] & bit) for bit in REASONS] for s in range(joint.size)]).sum(axis=1)
        + together
    )
    nearest = int(lacks.argmin())
    cures = [
        say(f"placement.cure_{word}", size=int(problem.size[members].max()))
        if word == "size"
        else say(f"placement.cure_{word}")
        for bit, word in REASONS.items()
        if joint[nearest] & bit
    ] or [say("placement.cure_room")]
    change = say("placement.would_fit", next=problem.names[nearest], reasons=join(*cures, between=", "))
    return reason, change, nearest
