"""Paths that are given to the members of a run: how far each member's numbers stand from the declared ones.

A run without them draws its own shocks of departures (``intensity.py``). With them each member has the departures, shares,
hazards and limits of its own row, month by month, and the central run those of the last row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from corridor.engine.calendar import RunCalendar
from corridor.engine.index import CorridorIndex
from corridor.engine.spec import Floats, Values

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

    @property
    def members(self) -> int:
        """Members that have a row of their own."""
        return self.start.shape[0] - 1

    def row(self, member: int | None) -> int:
        """Row of a member; members beyond the last begin again at the first."""
        return self.members if member is None else member % self.members

    @cached_property
    def digest(self) -> str:
        """A name for exactly these paths."""
        found = hashlib.sha256(repr((self.months, self.nationalities, sorted(self.holders.items()))).encode())
        for move in self.moves:
            found.update(repr((move.on, move.names)).encode())
            found.update(np.ascontiguousarray(move.log).tobytes())
        found.update(np.ascontiguousarray(self.start).tobytes())
        return found.hexdigest()[:16]

    def __repr__(self) -> str:
        return f"MemberPaths({self.members} members, {len(self.moves)} moves, {self.digest})"

    def apply(self, values: Values, index: CorridorIndex, calendar: RunCalendar, member: int | None) -> None:
        """Move ``values``, by segment and before any measure, in place."""
        for move in self.moves:
            _apply(move, self.factor(move, index, calendar, member), values, index)

    def factor(
        self, move: Move, index: CorridorIndex, calendar: RunCalendar, member: int | None
    ) -> Floats:  # fmt: skip
        """(segments, groups), or (segments, 1) where all groups are moved alike: what ``move`` multiplies by."""
        log = move.log[self.row(member)][self._positions(calendar)[calendar.month_of_segment]]
        return np.exp(log[:, self._of_groups(index)] if log.shape[1] > 1 else log)

    def start_factor(
        self, cells: tuple[tuple[str, int, str], ...], index: CorridorIndex, member: int | None
    ) -> Floats:
        """(C) factor on the units of each cell on the first morning; cells are named (holder, stage, group)."""
        group = dict(zip((g.id for g in index.corridor.groups), self._of_groups(index).tolist(), strict=True))
        at = [(self.holders.get(holder, -1), group[name]) for holder, _, name in cells]
        log = self.start[self.row(member)]
        return np.exp([log[h, n] if h >= 0 else 0.0 for h, n in at])

    def _positions(self, calendar: RunCalendar) -> Ints:
        """(M) position of each month of the run among ``months``, the nearest where it is outside."""
        ours = np.array([month.toordinal() for month in self.months])
        theirs = np.array([month.toordinal() for month in calendar.months])
        return np.clip(np.searchsorted(ours, theirs, side="right") - 1, 0, len(ours) - 1)

    def _of_groups(self, index: CorridorIndex) -> Ints:
        return np.array([self.nationalities.index(g.nationality) for g in index.corridor.groups])


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
