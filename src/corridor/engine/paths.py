"""Paths that are given to the members of a run: how far each member's numbers stand from the declared ones.

A run without them draws its own shocks of departures (``intensity.py``). With them each member has the departures, shares,
hazards and limits of its own row, month by month, and the central run those of the last row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from corridor.engine.calendar import RunCalendar
from corridor.engine.index import CorridorIndex
from corridor.engine.spec import Floats, Values
from corridor.model import Corridor

Kind = Literal["departures", "odds", "hazard", "throughput"]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Move:
    """One kind of number, moved by month.

    ``departures`` of stocks and ``throughput`` of flows are multiplied by ``exp(log)``; so are the odds of flows against
    their siblings (``odds``) and the hazard of flows off routes (``hazard``).
    """

    on: Kind
    names: tuple[str, ...]
    """Stocks whose departures, or flows whose number, is moved."""
    log: Floats
    """(members + 1, months, nationalities or 1); the last row is that of the central run."""


@dataclass(frozen=True, eq=False, repr=False)
class MemberPaths:
    """Moves of every member, and its people on the first morning.

    ``months`` are first days of months, ``nationalities`` the labels of the last axis of each move. ``start`` is the log factor of the
    units in the cells of a class of holders, (members + 1, classes, nationalities); ``holders`` says to which class a
    stock or a travelling flow belongs (those not named keep their people). Months outside ``months`` take the nearest.
    """

    months: tuple[dt.date, ...]
    nationalities: tuple[str, ...]
    moves: tuple[Move, ...]
    start: Floats
    holders: Mapping[str, int] = field(default_factory=dict)
    drawn_with: tuple[int, int] | None = None
    """Seed and number of members whose draws of the parameters belong to the rows, where they were found with such draws."""

    @property
    def members(self) -> int:
        """Members that have a row of their own."""
        return self.start.shape[0] - 1

    @cached_property
    def gives_departures(self) -> bool:
        """Whether members have departures of their own here; else they draw shocks."""
        return any(move.on == "departures" for move in self.moves)

    def joined(self, other: MemberPaths) -> MemberPaths:
        """These paths with the members of ``other`` upon them, begun again at the first where it has fewer; its central row must be 0.

        Raises ValueError where the two name other nationalities.
        """
        if set(other.nationalities) != set(self.nationalities):
            raise ValueError("paths of two corridors cannot be joined")
        rows = [other.row(None if row == self.members else row) for row in range(self.members + 1)]
        named = [other.nationalities.index(name) for name in self.nationalities]
        month = _nearest(other.months, self.months)
        moves = [
            replace(move, log=move.log[rows][:, month][:, :, named if move.log.shape[2] > 1 else slice(None)])
            for move in other.moves
        ]
        # a class of the one may be parts of several of the other, or none of it
        both = {
            holder: (self.holders.get(holder, -1), other.holders.get(holder, -1))
            for holder in (*self.holders, *(h for h in other.holders if h not in self.holders))
        }
        pairs = list(dict.fromkeys(both.values()))
        theirs = other.start[rows][:, :, named]
        none = np.zeros((len(rows), len(self.nationalities)))
        start = np.stack([
            (self.start[:, mine] if mine >= 0 else none) + (theirs[:, its] if its >= 0 else none) for mine, its in pairs
        ], axis=1) if pairs else self.start  # fmt: skip
        holders = {holder: pairs.index(pair) for holder, pair in both.items()}
        return replace(
            self, moves=(*self.moves, *moves), start=start, holders=holders, drawn_with=other.drawn_with
        )

    def row(self, member: int | None) -> int:
        """Row of a member; members beyond the last begin again at the first."""
        return self.members if member is None else member % self.members

    @cached_property
    def digest(self) -> str:
        """A name for exactly these paths."""
        found = hashlib.sha256(
            repr((self.months, self.nationalities, sorted(self.holders.items()), self.drawn_with)).encode()
        )
        for move in self.moves:
            found.update(repr((move.on, move.names)).encode())
            found.update(np.ascontiguousarray(move.log).tobytes())
        found.update(np.ascontiguousarray(self.start).tobytes())
        return found.hexdigest()[:16]

    def __repr__(self) -> str:
        return f"MemberPaths({self.members} members, {len(self.moves)} moves, {self.digest})"

    def apply(self, values: Values, index: CorridorIndex, calendar: RunCalendar, member: int | None) -> None:
        """Move ``values``, by segment and before any measure, in place."""
        row = self.row(member)
        for move in self.moves:
            if move.log[row].any():  # a posterior moves nothing of the central run
                _apply(move, self.factor(move, index, calendar, member), values, index)

    def factor(
        self, move: Move, index: CorridorIndex, calendar: RunCalendar, member: int | None
    ) -> Floats:  # fmt: skip
        """(segments, groups), or (segments, 1) where all groups are moved alike: what ``move`` multiplies by."""
        log = move.log[self.row(member)][self.positions(calendar)[calendar.month_of_segment]]
        return np.exp(log[:, self.of_groups(index)] if log.shape[1] > 1 else log)

    def start_factor(
        self, cells: tuple[tuple[str, int, str], ...], index: CorridorIndex, member: int | None
    ) -> Floats:
        """(C) factor on the units of each cell on the first morning; cells are named (holder, stage, group)."""
        at = self.start_at(cells, index)
        log = np.append(
            self.start[self.row(member)].ravel(), 0.0
        )  # the last for cells that keep their people
        return np.exp(log[at])

    def start_at(self, cells: tuple[tuple[str, int, str], ...], index: CorridorIndex) -> Ints:
        """(C) position of each cell's class and nationality in a row of ``start``; -1 for a cell that keeps its people."""
        group = dict(zip((g.id for g in index.corridor.groups), self.of_groups(index).tolist(), strict=True))
        held = [(self.holders.get(holder, -1), group[name]) for holder, _, name in cells]
        width = self.start.shape[2]
        return np.array([h * width + n if h >= 0 else -1 for h, n in held], dtype=np.int64)

    def positions(self, calendar: RunCalendar) -> Ints:
        """(M) position of each month of the run among ``months``, the nearest where it is outside."""
        return _nearest(self.months, calendar.months)

    def of_groups(self, index: CorridorIndex) -> Ints:
        """(G) position of each group's nationality."""
        return np.array([self.nationalities.index(g.nationality) for g in index.corridor.groups])


def _nearest(ours: Sequence[dt.date], theirs: Sequence[dt.date]) -> Ints:
    """Positions in ``ours`` of the month that holds each of ``theirs``: the first before it begins, the last after it ends."""
    known, asked = ([month.toordinal() for month in months] for months in (ours, theirs))
    return np.clip(np.searchsorted(known, asked, side="right") - 1, 0, len(known) - 1)


def holder_classes(corridor: Corridor) -> dict[str, int]:
    """The class of every stock and travelling flow: the zone of the place where people are or set out from, and queues apart."""
    zone = {place.id: place.zone or place.country or place.id for place in corridor.places}
    of_stock = {stock.id: (zone[stock.place], stock.state == "queue") for stock in corridor.stocks}
    of_flow = {flow.id: of_stock[flow.from_stock] for flow in corridor.flows if flow.from_stock}
    names = list(dict.fromkeys([*of_stock.values(), *of_flow.values()]))
    return {holder: names.index(name) for holder, name in {**of_stock, **of_flow}.items()}


def _apply(move: Move, factor: Floats, values: Values, index: CorridorIndex) -> None:
    """``factor`` has shape (segments, groups) or (segments, 1)."""
    if move.on == "departures":
        at = [index.stock_ids.index(name) for name in move.names]
        values.departures[:, at, :] *= factor[:, None, :]
        return
    at = [index.flow[name] for name in move.names]
    if move.on == "throughput":
        values.throughput[:, at] *= factor
    elif move.on == "odds":
        values.share[:, at, :] *= factor[:, None, :]
    else:
        values.share[:, at, :] = -np.expm1(
            np.log1p(-np.minimum(values.share[:, at, :], 1 - 1e-12)) * factor[:, None, :]
        )
