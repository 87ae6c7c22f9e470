"""Coordination under a scenario: its releases, the cities' census limits, and four rules of sending people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.model import Corridor, InputError
from corridor.place import Destination
from corridor.place.coordination import compare
from corridor.reception.places import city_ids
from corridor.reception.run import city_state
from corridor.reception.scenario import expected

ELSEWHERE = "elsewhere"
ARRIVED = ".arrived"
BUSED = "bused"


@dataclass(frozen=True)
class Releases:
    """People released by week, and where they go as it was."""

    weeks: tuple[float, ...]
    destinations: tuple[Destination, ...]


def releases(
    corridor: Corridor, scenario: str | None, as_of: dt.date, weeks: int, seat_cost: float = 0.0
) -> Releases:
    """A scenario's releases and the cities they reach, with the census limits that reception knows.

    As it was is the mean of the weeks; those who are not bused are taken to go to somebody they know (an
    assumption). A city without known beds has no limit.

    Raises
    ------
    InputError
        If no flow of the corridor leads to a city's reception, or there is no calibration on the day.
    """
    stocks = {
        f.from_stock
        for f in corridor.flows
        if f.to_stock and f.to_stock.endswith(ARRIVED) and f.kind == BUSED
    }
    flows = [f for f in corridor.flows if f.from_stock in stocks]
    if not flows:
        raise InputError(f"no bused arrivals are in the corridor {corridor.settings.id!r}")
    weekly = expected(corridor, scenario, as_of, weeks, [f.id for f in flows])
    total = weekly.sum()
    ends = [
        (f.to_stock or "").removesuffix(ARRIVED) if (f.to_stock or "").endswith(ARRIVED) else ELSEWHERE
        for f in flows
    ]
    found = []
    for end in dict.fromkeys([*ends, ELSEWHERE]):
        mine = np.array([e == end for e in ends])
        bused = np.array([f.kind == BUSED for f in flows])
        share, ties = weekly[:, mine].sum() / total, weekly[:, mine & ~bused].sum() / total
        held, limit, stay = city_state(corridor, end, as_of) if end in city_ids() else (0.0, np.inf, 20.0)
        found.append(Destination(end, float(share), float(ties), held, limit, stay, cost=seat_cost))
    return Releases(tuple(weekly.sum(axis=1).tolist()), tuple(found))


def coordination_table(
    corridor: Corridor, scenario: str | None, as_of: dt.date, *, weeks: int = 26, own_way: float = 0.3, part: float = 1.0,
    seat_cost: float = 0.0,
) -> pl.DataFrame:  # fmt: skip
    """The four rules side by side under a scenario (see :func:`corridor.place.coordination.compare`)."""
    found = releases(corridor, scenario, as_of, weeks, seat_cost)
    return compare(found.weeks, found.destinations, own_way=own_way, part=part)
