"""Cells and edges: the structure of a corridor as flat arrays, before any number is filled in."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.kernels.gates import FLOW_GATE, ROOM_GATE, ROUTE_GATE
from corridor.model import Corridor, Flow, stream_key

Ints = npt.NDArray[np.int64]

SHARE = 0  # out of a stock at the end of a stay
HAZARD = 1  # out of a stock on any day
STAY = 2  # to the next stage of a stay
TRAVEL = 3  # to the next stage of a journey, or its end
INCIDENT = 4  # off a journey
EVENT = 5  # out of a stock, only by an event


@dataclass(frozen=True)
class Network:
    """Arrays over cells, edges and gates; see ``kernels.days.run_days`` for their meaning.

    ``edge_rule`` says how an edge's rate is made (SHARE, HAZARD, STAY, TRAVEL, INCIDENT, EVENT) from the
    positions ``edge_param_flow``, ``edge_stock``, ``edge_route`` and ``edge_group``.
    ``cell_name`` gives (stock or travelling flow, stage, group) of every cell.
    """

    cell_name: tuple[tuple[str, int, str], ...]
    cell_size: npt.NDArray[np.float64]
    cell_stock: Ints
    cell_group: Ints
    cell_start: Ints
    cell_key: npt.NDArray[np.uint64]
    edge_dest: Ints
    edge_flow: Ints
    edge_size: npt.NDArray[np.float64]
    edge_key: npt.NDArray[np.uint64]
    edge_overflow: Ints
    edge_level: Ints
    edge_gated: npt.NDArray[np.bool_]
    edge_rule: Ints
    edge_param_flow: Ints
    edge_stock: Ints
    edge_route: Ints
    edge_group: Ints
    gate_level: Ints
    gate_kind: Ints
    gate_index: Ints
    gate_key: npt.NDArray[np.uint64]
    gate_start: Ints
    gate_edges: Ints

    @property
    def level_count(self) -> int:
        """Depth of overflow chains, plus one."""
        return int(self.edge_level.max(initial=0)) + 1


@dataclass
class _Edge:
    dest: int
    flow: int
    rule: int
    param_flow: int
    stock: int
    route: int
    key: int
    overflow_to: int = -1
    level: int = 0
    gates: tuple[tuple[int, int], ...] = ()


class _Builder:
    """Walks every group's way through the corridor and lays out cells and edges."""

    def __init__(
        self,
        corridor: Corridor,
        may_carry: Callable[[int, int], bool],
        limited_flows: set[int],
        limited_routes: set[int],
        limited_stocks: set[int],
    ) -> None:
        self.corridor = corridor
        self.may_carry = may_carry
        self.limited = (limited_flows, limited_routes, limited_stocks)
        self.flow_at = {flow.id: i for i, flow in enumerate(corridor.flows)}
        self.stock_at = {stock.id: i for i, stock in enumerate(corridor.stocks)}
        self.route_at = {route.id: i for i, route in enumerate(corridor.routes)}
        self.out_of: dict[str, list[Flow]] = defaultdict(list)
        self.off: dict[str, list[Flow]] = defaultdict(list)
        # in the order of ids: neither draws nor sums depend on the order of the rows
        for flow in sorted(corridor.flows, key=lambda flow: flow.id):
            (self.out_of if flow.from_stock else self.off)[flow.from_stock or flow.from_route or ""].append(
                flow
            )
        self.level = {flow.id: self._depth(flow) for flow in corridor.flows}
        self.cells: list[tuple[str, int, int]] = []
        self.cell_at: dict[tuple[str, int, int], int] = {}
        self.edges: list[list[_Edge]] = []

    def _depth(self, flow: Flow) -> int:
        """How many overflow links lead to ``flow``: it is served after all of them."""
        fed_by = [f for f in self.corridor.flows if f.overflow_flow == flow.id]
        return 1 + max(self._depth(f) for f in fed_by) if fed_by else 0

    def open_to(self, flow: Flow, g: int) -> bool:
        return flow.open_to(self.corridor.groups[g]) and self.may_carry(self.flow_at[flow.id], g)

    def cell(self, holder: str, stage: int, g: int) -> int:
        name = (holder, stage, g)
        if name not in self.cell_at:
            self.cell_at[name] = len(self.cells)
            self.cells.append(name)
            self.edges.append([])
        return self.cell_at[name]

    def walk(self, g: int, sources: set[str]) -> None:
        """Lay out everything that group ``g`` can reach from the stocks ``sources``."""
        waiting = deque(sorted(sources))
        seen = set(waiting)
        while waiting:
            stock = waiting.popleft()
            for reached in self._stock_edges(stock, g):
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)

    def _key(self, *parts: str, g: int) -> int:
        return stream_key(*parts, self.corridor.groups[g].id)

    def _stock_edges(self, stock_id: str, g: int) -> list[str]:
        stock = self.corridor.stocks[self.stock_at[stock_id]]
        position = self.stock_at[stock_id]
        stages = stock.stay_stages if stock.stay_days is not None else 1
        flows = [flow for flow in self.out_of[stock_id] if self.open_to(flow, g)]
        reached: list[str] = []
        for stage in range(stages):
            cell = self.cell(stock_id, stage, g)
            if stage < stages - 1:
                dest = self.cell(stock_id, stage + 1, g)
                key = self._key("stay", stock_id, str(stage), g=g)
                self.edges[cell].append(_Edge(dest, -1, STAY, -1, position, -1, key))
            by_flow: dict[str, int] = {}
            for flow in flows:
                hazard = self._is_hazard(flow)
                early = not hazard and stage < stages - 1
                if early and flow.id not in self.event_flows:
                    continue
                by_flow[flow.id] = len(self.edges[cell])
                rule = EVENT if early else HAZARD if hazard else SHARE
                self._flow_edge(flow, cell, stage, g, rule, position)
                reached.append(flow.to_stock)
            for flow in flows:  # links to overflow edges of the same cell
                if flow.overflow_flow in by_flow and flow.id in by_flow:
                    self.edges[cell][by_flow[flow.id]].overflow_to = by_flow[flow.overflow_flow]
        for flow in flows:
            if flow.route:
                reached.extend(self._journey(flow, g))
        return reached

    def _is_hazard(self, flow: Flow) -> bool:
        return self.hazard_flows[self.flow_at[flow.id]]

    hazard_flows: list[bool]
    event_flows: frozenset[str]

    def _flow_edge(self, flow: Flow, cell: int, stage: int, g: int, rule: int, stock: int) -> None:
        f = self.flow_at[flow.id]
        dest = self.cell(flow.id, 0, g) if flow.route else self.cell(flow.to_stock, 0, g)
        gates = [(FLOW_GATE, f)] if f in self.limited[0] else []
        if flow.route and self.route_at[flow.route] in self.limited[1]:
            gates.append((ROUTE_GATE, self.route_at[flow.route]))
        if not flow.route and self.stock_at[flow.to_stock] in self.limited[2]:
            gates.append((ROOM_GATE, self.stock_at[flow.to_stock]))
        key = self._key("flow", flow.id, str(stage), g=g)
        edge = _Edge(dest, f, rule, f, stock, -1, key, level=self.level[flow.id], gates=tuple(gates))
        self.edges[cell].append(edge)

    def _journey(self, flow: Flow, g: int) -> list[str]:
        """Cells of people on the way along ``flow.route``; returns the stocks where they can end up."""
        assert flow.route is not None
        r = self.route_at[flow.route]
        stages = self.corridor.routes[r].days_stages
        incidents = [f for f in self.off[flow.route] if self.open_to(f, g)]
        for stage in range(stages):
            cell = self.cell(flow.id, stage, g)
            last = stage == stages - 1
            dest = self.cell(flow.to_stock, 0, g) if last else self.cell(flow.id, stage + 1, g)
            to = self.stock_at[flow.to_stock]
            gates = ((ROOM_GATE, to),) if last and to in self.limited[2] else ()
            key = self._key("travel", flow.id, str(stage), g=g)
            self.edges[cell].append(_Edge(dest, -1, TRAVEL, -1, -1, r, key, gates=gates))
            for incident in incidents:
                i = self.flow_at[incident.id]
                key = self._key("incident", flow.id, incident.id, str(stage), g=g)
                dest = self.cell(incident.to_stock, 0, g)
                to = self.stock_at[incident.to_stock]
                gates = ((ROOM_GATE, to),) if to in self.limited[2] else ()
                self.edges[cell].append(_Edge(dest, i, INCIDENT, i, -1, r, key, gates=gates))
        return [flow.to_stock, *(incident.to_stock for incident in incidents)]

    def finish(self) -> Network:
        """Flatten to arrays."""
        groups = self.corridor.groups
        stock_position = [self.stock_at.get(holder, -1) for holder, _, _ in self.cells]
        starts = np.cumsum([0, *(len(edges) for edges in self.edges)])
        flat = [edge for edges in self.edges for edge in edges]
        owner = np.repeat(np.arange(len(self.cells)), np.diff(starts))
        edge_group = np.array([self.cells[c][2] for c in owner], dtype=np.int64)
        gates: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for e, edge in enumerate(flat):
            for kind, index in edge.gates:
                gates[edge.level, kind, index].append(e)
        order = sorted(gates)
        flow_count = len(self.corridor.flows)
        names = {
            FLOW_GATE: [flow.id for flow in self.corridor.flows],
            ROUTE_GATE: [route.id for route in self.corridor.routes],
            ROOM_GATE: [stock.id for stock in self.corridor.stocks],
        }

        def ints(values: list[int]) -> Ints:
            return np.array(values, dtype=np.int64)

        return Network(
            cell_name=tuple((holder, stage, groups[g].id) for holder, stage, g in self.cells),
            cell_size=np.array([groups[g].size for _, _, g in self.cells], dtype=np.float64),
            cell_stock=ints(stock_position),
            cell_group=ints([g for _, _, g in self.cells]),
            cell_start=starts.astype(np.int64),
            cell_key=np.array(
                [stream_key("leave", h, str(s), groups[g].id) for h, s, g in self.cells], dtype=np.uint64
            ),
            edge_dest=ints([edge.dest for edge in flat]),
            edge_flow=ints([edge.flow for edge in flat]),
            edge_size=np.array([groups[g].size for g in edge_group], dtype=np.float64),
            edge_key=np.array([edge.key for edge in flat], dtype=np.uint64),
            edge_overflow=ints(
                [
                    -1 if edge.overflow_to < 0 else int(starts[owner[e]]) + edge.overflow_to
                    for e, edge in enumerate(flat)
                ]
            ),
            edge_level=ints([edge.level for edge in flat]),
            edge_gated=np.array([bool(edge.gates) for edge in flat], dtype=np.bool_),
            edge_rule=ints([edge.rule for edge in flat]),
            edge_param_flow=ints([edge.param_flow for edge in flat]),
            edge_stock=ints([edge.stock for edge in flat]),
            edge_route=ints([edge.route for edge in flat]),
            edge_group=edge_group,
            gate_level=ints([level for level, _, _ in order]),
            gate_kind=ints([kind for _, kind, _ in order]),
            gate_index=ints([index + (flow_count if kind == ROUTE_GATE else 0) for _, kind, index in order]),
            gate_key=np.array(
                [
                    stream_key("gate", str(kind), names[kind][index], str(level))
                    for level, kind, index in order
                ],
                dtype=np.uint64,
            ),
            gate_start=np.cumsum([0, *(len(gates[name]) for name in order)]).astype(np.int64),
            gate_edges=ints([e for name in order for e in gates[name]]),
        )


def build_network(
    corridor: Corridor,
    *,
    sources: dict[int, set[str]],
    hazard_flows: list[bool],
    may_carry: Callable[[int, int], bool],
    limited_flows: set[int],
    limited_routes: set[int],
    limited_stocks: set[int],
    event_flows: Iterable[str] = (),
) -> Network:
    """Cells that can be reached and edges that exist.

    ``sources`` names, by group position, the stocks where people of the group enter; ``may_carry``
    tells whether a flow can ever carry a group; the ``limited_*`` sets hold the positions of flows,
    routes and stocks with a limit. Throughput limits are numbered flows first, then routes. Flows of
    ``event_flows`` can be taken in every stage of a stay.
    """
    builder = _Builder(corridor, may_carry, limited_flows, limited_routes, limited_stocks)
    builder.hazard_flows = hazard_flows
    builder.event_flows = frozenset(event_flows)
    for g, stocks in sorted(sources.items(), key=lambda item: corridor.groups[item[0]].id):
        builder.walk(g, stocks)
    return builder.finish()
