"""Positions of a corridor's ids and the relations between its flows, stocks and routes, looked up once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corridor.model import Corridor


@dataclass(frozen=True)
class CorridorIndex:
    """Where the rows of a corridor's tables stand.

    ``hazard_flows`` holds the ids of the flows that leave a stock with a daily probability instead of a share.
    Sizes: flows F, stocks K, routes R, groups G.
    """

    corridor: Corridor
    hazard_flows: frozenset[str]

    @cached_property
    def flow(self) -> Mapping[str, int]:
        """Position of every flow by its id."""
        return _positions(self.flow_ids)

    @cached_property
    def stock(self) -> Mapping[str, int]:
        """Position of every stock by its id."""
        return _positions(self.stock_ids)

    @cached_property
    def route(self) -> Mapping[str, int]:
        """Position of every route by its id."""
        return _positions(route.id for route in self.corridor.routes)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Position of every place by its id."""
        return _positions(place.id for place in self.corridor.places)

    @cached_property
    def group(self) -> Mapping[str, int]:
        """Position of every group by its id."""
        return _positions(group.id for group in self.corridor.groups)

    @cached_property
    def flow_ids(self) -> tuple[str, ...]:
        """Ids of flows in the order of the table, which is the order of every array."""
        return tuple(flow.id for flow in self.corridor.flows)

    @cached_property
    def stock_ids(self) -> tuple[str, ...]:
        """Ids of stocks in the order of the table, which is the order of every array."""
        return tuple(stock.id for stock in self.corridor.stocks)

    @cached_property
    def to_stock(self) -> npt.NDArray[np.int64]:
        """(F) stock that each flow leads to."""
        return np.array([self.stock[flow.to_stock] for flow in self.corridor.flows], dtype=np.int64)

    @cached_property
    def flows_by_id(self) -> tuple[int, ...]:
        """Positions of flows in the order of their ids, so that no sum or draw depends on the order of rows."""
        return tuple(self.flow[name] for name in sorted(self.flow))

    @cached_property
    def out_of(self) -> tuple[tuple[int, ...], ...]:
        """(K) flows that leave each stock, by id."""
        return self._grouped(self.stock, "from_stock")

    @cached_property
    def siblings(self) -> tuple[tuple[int, ...], ...]:
        """(K) flows that share those who end a stay in each stock: all that leave it by a share, by id."""
        ids = self.flow_ids
        return tuple(tuple(f for f in flows if ids[f] not in self.hazard_flows) for flows in self.out_of)

    @cached_property
    def sibling_lists(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(K + 1) where each stock's siblings begin and end in the second array, which holds them one after the other."""
        return _lists(self.siblings)

    @cached_property
    def off_route(self) -> tuple[tuple[int, ...], ...]:
        """(R) flows that take people off each route, by id."""
        return self._grouped(self.route, "from_route")

    @cached_property
    def left_routes(self) -> npt.NDArray[np.int64]:
        """Routes that some flow takes people off."""
        return np.array([r for r, flows in enumerate(self.off_route) if flows], dtype=np.int64)

    @cached_property
    def off_route_lists(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where the flows off each of `left_routes` begin and end in the second array."""
        return _lists([self.off_route[r] for r in self.left_routes])

    @cached_property
    def fed_by_overflow(self) -> Mapping[str, tuple[int, ...]]:
        """Flows whose refused people take the flow of this id, in the order of the table."""
        found: dict[str, tuple[int, ...]] = {}
        for f, flow in enumerate(self.corridor.flows):
            if flow.overflow_flow:
                found[flow.overflow_flow] = (*found.get(flow.overflow_flow, ()), f)
        return found

    @cached_property
    def open_to(self) -> npt.NDArray[np.bool_]:
        """(F, G) whether a flow can be taken by a group."""
        c = self.corridor
        table = np.array([[flow.open_to(group) for group in c.groups] for flow in c.flows])
        return table.reshape(len(c.flows), len(c.groups))

    @cached_property
    def lawful_stocks(self) -> frozenset[str]:
        """Ids of the stocks that the lawful channel leaves."""
        return frozenset(x.from_stock for x in self.corridor.flows if x.kind == "lawful" and x.from_stock)

    @cached_property
    def stay_stages(self) -> npt.NDArray[np.int64]:
        """(K) stages of a stay; 1 where a stock declares no length of stay."""
        stocks = self.corridor.stocks
        return np.array([s.stay_stages if s.stay_days is not None else 1 for s in stocks], dtype=np.int64)

    @cached_property
    def route_stages(self) -> npt.NDArray[np.float64]:
        """(R) stages of a journey."""
        return np.array([route.days_stages for route in self.corridor.routes], dtype=np.float64)

    def _grouped(self, holders: Mapping[str, int], column: str) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in holders]
        for f in self.flows_by_id:
            holder = getattr(self.corridor.flows[f], column)
            if holder:
                found[holders[holder]].append(f)
        return tuple(tuple(flows) for flows in found)


def index_corridor(corridor: Corridor, given: Callable[[str, str], bool] | None = None) -> CorridorIndex:
    """The index of ``corridor``.

    ``given`` tells whether a parameter has a row for a target; without it the declared rows do.
    """
    if given is None:
        rows = {(row.parameter, row.target or "") for row in corridor.parameters}
        given = lambda parameter, target: (parameter, target) in rows  # noqa: E731
    hazards = {
        flow.id
        for flow in corridor.flows
        if flow.daily_probability is not None or given("daily_probability", flow.id)
    }
    return CorridorIndex(corridor, frozenset(hazards))


def _lists(groups: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each group begins and ends (one number more than groups), and all their members one after the other."""
    begin = np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)
    return begin, np.array([member for group in groups for member in group], dtype=np.int64)


def _positions(ids: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(ids)}
