"""One household, or one batch, at a time: prices from sampled futures, learned anew as households arrive.

Before each decision the households still to come are pictured by those of the past and those that have
arrived, weighted to the mix that is expected (:mod:`corridor.place.futures`); the prices at which they and the room
left balance say what a place is worth to who comes later. The household goes where its score exceeds the price of
what it takes by most (bid-price control, Talluri and van Ryzin 1998, doi:10.1287/mnsc.44.11.1577; prices are found anew as in
Jasin and Kumar 2012, doi:10.1287/moor.1120.0537).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from corridor.model import did_you_mean
from corridor.place.futures import expected_units
from corridor.place.prices import bound_at, find_prices
from corridor.place.problem import PEOPLE, Problem, to_program
from corridor.place.program import (
    Floats,
    Ints,
    Limits,
    Prices,
    Program,
    Solution,
    join,
    objective,
    owner,
    sums,
    take,
    used,
)
from corridor.place.read import Source, read_sheet, stop_on
from corridor.place.result import Placement
from corridor.place.solve import solve

MOST = 1500
"""Households of the past, and of those arrived, that futures are made of."""
PRICINGS = 50
"""Prices are found anew at least so often while half of those who are left arrive."""
COOLEST = 0.01
"""Last temperature of the prices, in parts of the spread of values: a pool is a sample, and needs no finer ones."""


@dataclass
class Online:
    """State of placing as households arrive: room left, who has come, who is still expected.

    room: kinds × sites; expected: units still to come; past: units of an earlier time (None: not known).
    """

    room: Floats
    expected: int
    past: Program | None = None
    seed: int = 1
    prices: Prices = field(init=False)
    _seen: list[Program] = field(default_factory=list)
    _arrived: int = 0
    _wait: int = 0

    def __post_init__(self) -> None:
        self.prices = Prices(np.zeros(self.room.shape), np.zeros(1))
        if self.past is not None and self.past.bonus.size > MOST:
            rng = np.random.default_rng(self.seed)
            self.past = take(self.past, np.sort(rng.choice(self.past.bonus.size, MOST, replace=False)))

    def decide(self, batch: Program) -> Ints:
        """Site of each unit of a batch (-1: nowhere), and the room is taken.

        Units have one part each. With one unit it goes to the site with the highest net value that has room.
        """
        many = batch.bonus.size
        self._arrived += many
        self.expected = max(0, self.expected - many)
        self._seen = [*self._seen, batch][-MOST:]
        self._price()
        net = batch.value + batch.bonus[:, None] - self._paid(batch)
        if many == 1:
            needs = np.zeros(self.room.shape[0])
            needs[batch.need_kind] = batch.need_amount
            fits = batch.fits[0] & np.all(self.room >= needs[:, None] - 1e-9, axis=0)
            best = int(np.where(fits, net[0], -np.inf).argmax())
            site = np.array([best if fits.any() and net[0, best] >= 0 else -1])
        else:
            priced = batch._replace(value=net, bonus=np.zeros(many))
            site = solve(priced, Limits(self.room, np.zeros(1)), seconds=5.0).site
        placed = np.flatnonzero(site >= 0)
        self.room = self.room - used(batch, placed, site[placed], np.ones(placed.size), self.room)
        return site

    def _paid(self, batch: Program) -> Floats:
        """Price of what each unit needs, units × sites."""
        paid = np.zeros(batch.fits.shape)
        row = owner(batch.need_start)
        np.add.at(paid, row, batch.need_amount[:, None] * self.prices.place[batch.need_kind])
        return paid

    def _price(self) -> None:
        """Prices of the room left for the units still expected; not at each arrival while many are."""
        if self.expected == 0:
            self.prices = Prices(np.zeros(self.room.shape), np.zeros(1))
            return
        self._wait -= 1
        if self._wait > 0:
            return
        self._wait = self.expected // PRICINGS
        start = self.prices if self.prices.place.any() else None
        future = expected_units(self.past, join(self._seen), self._arrived, self.expected)
        self.prices = find_prices(future, Limits(self.room, np.zeros(1)), start=start, fine=COOLEST)


def place_arrivals(
    problem: Problem,
    past: Problem | None,
    *,
    expected: int = 0,
    taken: Floats | None = None,
    per_person: float = 0.0,
    seed: int = 1,
) -> Placement:
    """Place the households that have arrived, with ``expected`` more units to come.

    ``taken`` (kinds × sites) is the room that is no longer free. The placement's bound is that of placing these
    households alone; what matters to those to come is in its prices.
    """
    begin = time.monotonic()
    program = to_program(problem, per_person=per_person)
    room = problem.capacity if taken is None else np.maximum(problem.capacity - taken, 0.0)
    before = to_program(past, per_person=per_person) if past is not None else None
    state = Online(room, expected + problem.units, before, seed=seed)
    site = state.decide(program)
    limits = Limits(room, np.zeros(1))
    value = objective(program, limits, site)
    alone = bound_at(program, limits, Prices(np.zeros(room.shape), np.zeros(1)))
    solution = Solution(site, value, max(value, alone), state.prices)
    return Placement(problem, solution, limits, site[problem.unit], seconds=time.monotonic() - begin)


def read_taken(source: Source, problem: Problem) -> Floats:
    """Room taken by households placed before: columns ``site``, ``size`` and every ``need_*``; no site, no room.

    Raises: `InputError` for a site that is not known and for cells that are not numbers.
    """
    columns = ["size" if kind == PEOPLE else f"need_{kind}" for kind in problem.kinds]
    sheet = read_sheet(source, ("site", *columns), "taken", may_be_empty=True)
    stop_on((sheet,))
    place = {site: s for s, site in enumerate(problem.sites)}
    names = sheet.text("site")
    for row, name in enumerate(names):
        if name and name not in place:
            sheet.fault(row, "site", f"{name!r} is no site", did_you_mean(name, problem.sites))
    where = np.array([place.get(name, -1) for name in names], np.int64)
    amounts = [sheet.numbers(column, blank=0.0) for column in columns]
    stop_on((sheet,))
    kept = where >= 0
    return np.stack([sums(where[kept], amount[kept], len(problem.sites)) for amount in amounts])
