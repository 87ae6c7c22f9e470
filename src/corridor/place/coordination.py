"""Buses and flights from the border to the cities: a flow over weeks, planned by a linear program.

For each week the people released are sent to destinations. A share goes its own way whatever is planned; the
rest is sent as it was, by ties, by room, or by the program

    minimise   sum travel cost + over price * people above the census limits + home price * ties not followed
    subject to everybody is sent; seats per week; census = what is left of it + arrivals

with HiGHS (Huangfu and Hall 2018, https://doi.org/10.1007/s12532-017-0130-5) through ``highspy``.
A census above its limit is allowed at a price, so that the program always has an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from corridor.model import Fault, InputError
from corridor.model.arrays import Floats
from corridor.place.highs import Rows, maximise

Rule = Literal["as_it_was", "ties", "room", "solver"]
RULES: tuple[Rule, ...] = ("as_it_was", "ties", "room", "solver")


@dataclass(frozen=True)
class Destination:
    """A city, or everywhere else (without a limit)."""

    id: str
    share: float
    """Of those released who went there as it was."""
    ties: float
    """Of those released who have somebody there."""
    census: float = 0.0
    limit: float = float("inf")
    """Most people in reception."""
    stay_weeks: float = 20.0
    """Mean stay."""
    seats: float = float("inf")
    """Seats a week of buses and flights that are planned."""
    cost: float = 0.0
    """US dollars per seat."""


@dataclass(frozen=True)
class Coordination:
    """Who is sent where by one rule: ``sent`` and ``census`` are (week, destination) people."""

    rule: Rule
    destinations: tuple[str, ...]
    sent: Floats
    census: Floats
    over: Floats
    """People above the census limits, (week, destination)."""
    cost: float
    """Of the seats, US dollars."""
    by_ties: float
    """People sent to a place where they have somebody, at most as many as have."""

    @property
    def over_nights(self) -> float:
        """Person-weeks above the limits."""
        return float(self.over.sum())


def coordinate(
    released: Sequence[float], destinations: Sequence[Destination], rule: Rule = "solver", *, own_way: float = 0.3,
    part: float = 1.0, over_price: float = 1000.0, tie_price: float = 300.0,
) -> Coordination:  # fmt: skip
    """Send people released each week to destinations.

    Parameters
    ----------
    released
        People by week.
    own_way
        Share that goes where it went as it was, whatever is planned.
    part
        Of the others, the share to which the rule applies (the ``coordination`` lever's strength); the rest goes
        as it was.
    over_price, tie_price
        US dollars for a person-week above a limit, and for a person with a tie who is sent elsewhere.

    Raises
    ------
    InputError
        On shares that do not add up to one, negative numbers, or an unknown rule; all faults at once.
    """
    people = np.asarray(released, dtype=np.float64)
    _check(people, destinations, rule, own_way, part)
    share = np.array([d.share for d in destinations])
    fixed = people[:, None] * share * (own_way + (1.0 - own_way) * (1.0 - part))
    free = people * (1.0 - own_way) * part
    if rule == "solver":
        planned = _program(free, fixed, destinations, over_price, tie_price)
    else:
        planned = _by_rule(rule, free, fixed, destinations)
    sent = fixed + planned
    census = _census(sent, destinations)
    limits = np.array([d.limit for d in destinations])
    ties = np.array([d.ties for d in destinations])
    followed = np.minimum(sent, people[:, None] * ties).sum()
    cost = float((planned * np.array([d.cost for d in destinations])).sum())
    over = np.maximum(census - limits, 0.0)
    return Coordination(rule, tuple(d.id for d in destinations), sent, census, over, cost, float(followed))


def compare(
    released: Sequence[float], destinations: Sequence[Destination], *, own_way: float = 0.3, part: float = 1.0
) -> pl.DataFrame:
    """All rules beside each other: people sent in all by destination, person-weeks above limits, cost, ties."""
    rows = []
    for rule in RULES:
        found = coordinate(released, destinations, rule, own_way=own_way, part=part)
        totals = {f"sent_{d}": float(found.sent[:, i].sum()) for i, d in enumerate(found.destinations)}
        rows.append({"rule": rule, **totals, "person_weeks_over": found.over_nights, "seat_cost": found.cost,
                     "to_ties": found.by_ties})  # fmt: skip
    return pl.DataFrame(rows)


def _keep(destinations: Sequence[Destination]) -> Floats:
    """Share of a census that is still there a week later."""
    return np.array([np.exp(-1.0 / d.stay_weeks) for d in destinations])


def _census(sent: Floats, destinations: Sequence[Destination]) -> Floats:
    keep = _keep(destinations)
    held = np.array([d.census for d in destinations])
    out = np.empty_like(sent)
    for week in range(len(sent)):
        held = held * keep + sent[week]
        out[week] = held
    return out


def _by_rule(rule: Rule, free: Floats, fixed: Floats, destinations: Sequence[Destination]) -> Floats:
    share = np.array([d.share for d in destinations])
    if rule == "as_it_was":
        return free[:, None] * share
    if rule == "ties":
        ties = np.array([d.ties for d in destinations])
        rest = max(0.0, 1.0 - ties.sum())
        return free[:, None] * (ties + rest * share)
    keep, held = _keep(destinations), np.array([d.census for d in destinations])
    limits = np.array([d.limit for d in destinations])
    bounded = np.isfinite(limits)
    planned = np.zeros_like(fixed)
    for week in range(len(free)):
        part = share[bounded].sum()  # those who went to the cities; elsewhere keeps its own
        planned[week, ~bounded] = free[week] * share[~bounded]
        room = np.maximum(limits - held, 0.0)[bounded]
        own, people = share[bounded] * free[week], free[week] * part
        scale = min(1.0, room.sum() / people) if people > 0 else 0.0  # never more than there are beds
        by_room = people * room / room.sum() if room.sum() > 0 else own
        planned[week, bounded] = (1.0 - scale) * own + scale * by_room
        held = held * keep + fixed[week] + planned[week]
    return planned


def _program(
    free: Floats, fixed: Floats, destinations: Sequence[Destination], over_price: float, tie_price: float
) -> Floats:
    """People sent by the linear program, (week, destination).

    Variables: x sent beyond ties, y sent to ties (at most those who have one), s people above the limit.
    """
    weeks, count = fixed.shape
    keep = _keep(destinations)
    size = weeks * count
    cost = np.array([d.cost for d in destinations])
    ties = np.array([d.ties for d in destinations])
    c = np.concatenate(
        [np.tile(cost + tie_price * ties.sum(), weeks), np.tile(cost, weeks), np.full(size, over_price)]
    )
    equal = np.zeros((weeks, 3 * size))
    for week in range(weeks):
        equal[week, week * count : (week + 1) * count] = 1.0
        equal[week, size + week * count : size + (week + 1) * count] = 1.0
    rows: list[Floats] = []
    bounds_right: list[float] = []
    for j, d in enumerate(destinations):
        if not np.isfinite(d.limit):
            continue
        held = d.census
        for week in range(weeks):
            held = held * keep[j] + fixed[week, j]
            row = np.zeros(3 * size)
            for earlier in range(week + 1):
                weight = keep[j] ** (week - earlier)
                row[earlier * count + j] = row[size + earlier * count + j] = weight
            row[2 * size + week * count + j] = -1.0
            rows.append(row)
            bounds_right.append(d.limit - held)
    for week in range(weeks):
        for j, d in enumerate(destinations):
            if np.isfinite(d.seats):
                row = np.zeros(3 * size)
                row[week * count + j] = row[size + week * count + j] = 1.0
                rows.append(row)
                bounds_right.append(d.seats)
    ties_left = (free[:, None] * ties).ravel()
    upper = np.concatenate([np.full(size, np.inf), ties_left, np.full(size, np.inf)])
    matrix = np.concatenate([equal, np.array(rows).reshape(-1, 3 * size)])
    right = np.concatenate([free, bounds_right])
    left = np.concatenate([free, np.full(len(bounds_right), -np.inf)])
    found = maximise(-c, upper, _sparse(matrix, left, right))
    if found is None:
        raise InputError(
            "there are too few seats for those who are to be sent",
            hint="give one destination (for example elsewhere) no limit of seats",
        )
    return (found.x[:size] + found.x[size : 2 * size]).reshape(weeks, count)


def _sparse(matrix: Floats, lower: Floats, upper: Floats) -> Rows:
    """A dense matrix by column, for HiGHS."""
    column, row = np.nonzero(matrix.T)
    start = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=matrix.shape[1]))])
    return Rows(start, row, matrix[row, column], lower, upper)


def _check(
    people: Floats, destinations: Sequence[Destination], rule: str, own_way: float, part: float
) -> None:
    faults: list[Fault] = []
    where = "coordination"
    if rule not in RULES:
        faults.append(Fault(where, None, "rule", f"there is no rule {rule!r}", f"one of {', '.join(RULES)}"))
    if not len(people) or (people < 0).any() or not np.isfinite(people).all():
        faults.append(Fault(where, None, "released", "people released are negative, missing or of no week"))
    for name, value in (("own_way", own_way), ("part", part)):
        if not 0 <= value <= 1:
            faults.append(Fault(where, None, name, f"{name} is {value:g}", "from 0 to 1"))
    if abs(sum(d.share for d in destinations) - 1.0) > 1e-6:
        faults.append(Fault(where, None, "share", "shares of the destinations do not add up to 1"))
    if sum(d.ties for d in destinations) > 1.0 + 1e-6:
        faults.append(Fault(where, None, "ties", "ties add up to more than 1"))
    ids = [d.id for d in destinations]
    faults += [
        Fault(where, None, "id", f"{i!r} stands twice") for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
    for d in destinations:
        for name in ("share", "ties", "census", "limit", "seats", "cost"):
            if not getattr(d, name) >= 0:
                faults.append(
                    Fault(where, None, name, f"{d.id}: {name} is {getattr(d, name):g}", "zero or more")
                )
        if not d.stay_weeks > 0:
            faults.append(
                Fault(where, None, "stay_weeks", f"{d.id}: stay_weeks is {d.stay_weeks:g}", "above zero")
            )
    if faults:
        raise InputError("the coordination cannot be planned", faults=faults)
