"""Made-up places of reception whose truth is known."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.reception.balance import AGES, Paths, Plan, Prior, State
from corridor.reception.figures import Figure

FIRST = dt.date(2024, 1, 7)


def census(day: dt.date, value: float, household: str = "") -> Figure:
    return Figure("census", day, day, value, value, value, day, household)


def flow(kind: str, end: dt.date, value: float) -> Figure:
    start = end - dt.timedelta(weeks=1)
    return Figure(kind, start, end, value, value, value, end)  # pyrefly: ignore  # a kind by name


def steady(
    weeks: int, arrivals: float, leave: float, start: float, *, flows: tuple[str, ...] = ()
) -> list[Figure]:
    """A census with constant arrivals and a constant chance to leave, as a recursion by hand."""
    people, found = start, [census(FIRST, round(start))]
    for week in range(1, weeks + 1):
        gone = people * leave
        people = people - gone + arrivals
        day = FIRST + dt.timedelta(weeks=week)
        found.append(census(day, round(people)))
        if "arrivals" in flows:
            found.append(flow("arrivals", day, round(arrivals)))
        if "exits" in flows:
            found.append(flow("exits", day, round(gone)))
    return found


def paths_of(totals: list[list[float]], arrivals: list[list[float]] | None = None) -> Paths:
    """Paths from rows of weeks, columns of draws."""
    total = np.array(totals, dtype=float)
    came = np.array(arrivals, dtype=float) if arrivals is not None else np.zeros_like(total)
    days = tuple(FIRST + dt.timedelta(weeks=week) for week in range(len(total)))
    return Paths(days, ("",), total[:, :, None], came, np.zeros((*total.shape, 1)))


def still_state(people: float, rate: float, *, households: int = 1, shape: float = 0.0) -> State:
    """One member without noise: everybody has just come."""
    cohorts = np.zeros((1, households, AGES))
    cohorts[0, :, 0] = people / households
    one, types = np.zeros(1), np.zeros((1, households))
    return State(FIRST, cohorts, np.full(1, -50.0), np.full(1, np.log(rate)), np.full(1, np.log(rate)), types, types,
                 one + shape, one - 30.0, one, np.zeros((1, 3)))  # fmt: skip


def still_plan(**words: object) -> Plan:
    """A plan whose permit clock never runs out."""
    return Plan(prior=Prior(clock_days=10_000), **words)  # pyrefly: ignore  # fields by name
