"""The numbers of a run by segment: which row of the parameters holds where, and what measures make of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corridor.engine.bound import BoundMeasure
from corridor.engine.calendar import RunCalendar
from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.rates import normalize_shares
from corridor.engine.measures import Periods, ramp_starts, weights
from corridor.engine.parameters import ParameterTable, Rows
from corridor.engine.paths import MemberPaths
from corridor.engine.rules import apply_effect
from corridor.engine.spec import STOCK_FIGURES, UNLIMITED, Floats, Values


def resolve_rows(
    index: CorridorIndex, table: ParameterTable, starts: npt.NDArray[np.int64]
) -> dict[str, Rows]:
    """The row of ``table`` that holds for every number, by name; -1 where there is none.

    Shapes as in `Values`, but limits of flows (S, F) and of routes (S, R) stand apart; ``initial`` (1, K, G).
    """
    c = index.corridor
    flows, stocks, routes = c.flows, c.stocks, c.routes
    none: list[float | None] = [None] * len(stocks)
    route_ids = tuple(index.route)

    def of_flows(name: str, declared: Sequence[float | None], *, by_group: bool) -> Rows:
        return table.resolve(name, index.flow_ids, c.groups if by_group else None, starts, declared)

    def of_stocks(name: str, declared: Sequence[float | None] = none, *, by_group: bool = False) -> Rows:
        return table.resolve(name, index.stock_ids, c.groups if by_group else None, starts, declared)

    return {
        "share": of_flows("share", [x.share for x in flows], by_group=True),
        "daily_probability": of_flows(
            "daily_probability", [x.daily_probability for x in flows], by_group=True
        ),
        "throughput": of_flows("throughput", [x.throughput for x in flows], by_group=False),
        "route_throughput": table.constants([x.throughput for x in routes], len(starts)),
        "capacity": of_stocks("capacity", [x.capacity for x in stocks]),
        "occupied": of_stocks("occupied"),
        "stay_days": of_stocks("stay_days", [x.stay_days for x in stocks], by_group=True),
        "travel_days": table.resolve("travel_days", route_ids, None, starts, [x.days_mean for x in routes]),
        "departures": of_stocks("departures", by_group=True),
        "initial": table.resolve("initial", index.stock_ids, c.groups, starts[:1], none),
        **{name: of_stocks(name) for name in STOCK_FIGURES},
    }


@dataclass(frozen=True)
class RunNumbers:
    """Everything from which a member's numbers are made.

    ``rows`` are those of `resolve_rows`; ``event_rows`` hold the people of each event. ``drawn``, wherever it is
    asked for, is the value of every row of ``table`` for one member: ``table.values(seed, member)``.
    """

    index: CorridorIndex
    calendar: RunCalendar
    table: ParameterTable
    rows: Mapping[str, Rows]
    measures: tuple[BoundMeasure, ...]
    event_rows: tuple[int, ...]
    paths: MemberPaths | None = None

    @cached_property
    def by_date(self) -> tuple[Floats, ...]:
        """By measure: the part in force in each segment, (S), as far as dates alone say it (no trigger)."""
        return self._weights(self.calendar.segment_starts, [active.in_force() for active in self.measures])

    @cached_property
    def in_order(self) -> tuple[int, ...]:
        """Positions of the measures in the order in which they apply."""
        return tuple(sorted(range(len(self.measures)), key=lambda i: self.measures[i].order))

    @cached_property
    def divisors(self) -> frozenset[str]:
        """Figures of stocks that some measure divides by."""
        return frozenset(e.divide for active in self.measures for e in active.effects if e.divide)

    def rows_in_use(self) -> set[int]:
        """Rows of the parameter table that some day of the run reads."""
        used = {row for active in self.measures for row in active.rows} | set(self.event_rows)
        for name, rows in self.rows.items():
            if name not in STOCK_FIGURES or name in self.divisors:
                used |= set(np.unique(rows).tolist())
        return used - {-1}

    def base_values(self, drawn: Floats, member: int | None = None) -> Values:
        """Numbers by segment before any measure, on the paths of ``member`` (None: the central ones) where there are any."""

        def of(name: str, absent: float) -> Floats:
            return self._gather(name, drawn, absent)

        share = np.append(drawn, 0.0)[self._open_rows]
        values = Values(
            share=share,
            daily_probability=self._hazards(drawn),
            throughput=np.concatenate([of("throughput", UNLIMITED), of("route_throughput", UNLIMITED)], 1),
            capacity=of("capacity", UNLIMITED),
            occupied=of("occupied", 0.0),
            stay_days=np.maximum(of("stay_days", 1.0), 1.0),
            travel_days=of("travel_days", 1.0),
            departures=of("departures", 0.0),
            directed=np.zeros(share.shape),
            **self.stock_figures(drawn),
        )
        self._normalize(values.share)
        if self.paths is not None:
            self.paths.apply(values, self.index, self.calendar, member)
            self._normalize(values.share)
        return values

    def stock_figures(self, drawn: Floats) -> dict[str, Floats]:
        """The figures of stocks that the day loop does not read, by name, (S, K), before any measure."""
        return {name: self._gather(name, drawn, 0.0) for name in STOCK_FIGURES}

    def apply_measures(
        self, values: Values, drawn: Floats, part: Sequence[Floats], moved: Collection[str] = ()
    ) -> Values:
        """Move ``values`` in place by every measure, in their order.

        ``part`` says by measure how much of it is in force in each segment of ``values``. Of what measures move,
        only the numbers named in ``moved``, if any are.
        """
        for i in self.in_order:
            active = self.measures[i]
            if not part[i].any():
                continue
            strength, lever = active.strength(drawn), active.lever_values(drawn)
            for bound in active.bound_effects:
                if not moved or bound.effect.parameter in moved:
                    apply_effect(values, bound, part[i], strength, lever)
        return values

    def values_in_force(
        self, base: Values, drawn: Floats, periods: Sequence[Periods], day: int, moved: Collection[str] = ()
    ) -> tuple[Values, npt.NDArray[np.int64]]:
        """Numbers by segment from position ``day`` on, where measures are in force in ``periods``; and the
        segment of each day of the run (below 0 before ``day``).

        ``base`` are the values before any measure, by segment of the run's calendar. ``moved`` as in
        `apply_measures`.
        """
        calendar = self.calendar
        begin, end = calendar.first + day, calendar.last + 1
        starts = {begin, *calendar.segment_starts}
        for active, when in zip(self.measures, periods, strict=True):
            starts |= ramp_starts(active.measure, when)
        segments = np.array(sorted(s for s in starts if begin <= s < end), dtype=np.int64)
        source = np.searchsorted(calendar.segment_starts, segments, side="right") - 1
        values = Values(**{name: array[source] for name, array in vars(base).items()})
        self.apply_measures(values, drawn, self._weights(segments, periods), moved)
        return values, np.searchsorted(segments, np.arange(calendar.first, end), side="right") - 1

    def _weights(self, starts: npt.NDArray[np.int64], periods: Sequence[Periods]) -> tuple[Floats, ...]:
        last = self.calendar.last
        return tuple(
            weights(active, when, starts, last) for active, when in zip(self.measures, periods, strict=True)
        )

    @cached_property
    def _open_rows(self) -> Rows:
        """Rows of the shares; -1 also where a flow is closed to a group."""
        return np.where(self.index.open_to, self.rows["share"], -1)

    @cached_property
    def _hazard_rows(self) -> tuple[npt.NDArray[np.int64], Rows]:
        """Flows that anybody takes on any day, and the rows of their probabilities, -1 where they are closed."""
        rows = np.where(self.index.open_to, self.rows["daily_probability"], -1)
        flows = np.nonzero((rows >= 0).any(axis=(0, 2)))[0]
        return flows, np.ascontiguousarray(rows[:, flows])

    def _hazards(self, drawn: Floats) -> Floats:
        """Daily probabilities of the flows, (S, F, G); few flows have one."""
        flows, rows = self._hazard_rows
        found = np.zeros(self.rows["daily_probability"].shape)
        found[:, flows] = np.append(drawn, 0.0)[rows]
        return found

    def _gather(self, name: str, drawn: Floats, absent: float) -> Floats:
        return np.append(drawn, absent)[self.rows[name]]  # no row is -1: the last

    def _normalize(self, share: Floats) -> None:
        """Make the shares out of every stock sum to one where there are any (noise moves them apart)."""
        normalize_shares(*self.index.sibling_lists, share)
