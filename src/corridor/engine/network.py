"""Cells and edges: the structure of a corridor as flat arrays, before it has any number."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.gates import FLOW_GATE, ROOM_GATE, ROUTE_GATE
from corridor.engine.kernels.rates import EVENT, HAZARD, INCIDENT, SHARE, STAY, TRAVEL
from corridor.model import Flow, stream_key

Ints = npt.NDArray[np.int64]


CellName = tuple[str, int, str]
"""Stock or travelling flow, stage, group."""


@dataclass(frozen=True)
class Network:
    """Arrays over cells C, edges E and gates A.

    A cell is (stock or travelling flow, stage, group); its edges are ``cell_start[c] : cell_start[c + 1]``. A gate
    is a limit on edges of one level: the throughput of a flow or a route, or the room of a stock. Streams name
    the random numbers of a draw.
    """

    cell_name: tuple[CellName, ...]
    cell_size: npt.NDArray[np.float64]
    """(C) people in a unit."""
    cell_stock: Ints
    """(C) stock, or -1 on the way."""
    cell_group: Ints
    cell_start: Ints
    """(C + 1)"""
    cell_stream: npt.NDArray[np.uint64]
    edge_dest: Ints
    """(E) cell that it leads to."""
    edge_flow: Ints
    """(E) flow that is counted, or -1 for a step of a stay or a journey."""
    edge_size: npt.NDArray[np.float64]
    edge_stream: npt.NDArray[np.uint64]
    edge_overflow: Ints
    """(E) edge of the same cell that takes what is refused, or -1."""
    edge_level: Ints
    """(E) how many overflow links lead to it."""
    edge_gated: npt.NDArray[np.bool_]
    edge_rule: Ints
    """(E) how its rate is made (SHARE, HAZARD, STAY, TRAVEL, INCIDENT, EVENT) from the next four."""
    edge_param_flow: Ints
    edge_stock: Ints
    edge_route: Ints
    edge_group: Ints
    gate_level: Ints
    gate_kind: Ints
    """(A) FLOW_GATE, ROUTE_GATE or ROOM_GATE."""
    gate_index: Ints
    """(A) position of its limit: throughputs are those of flows, then of routes."""
    gate_stream: npt.NDArray[np.uint64]
    gate_start: Ints
    """(A + 1) into ``gate_edges``."""
    gate_edges: Ints

    @property
    def level_count(self) -> int:
        """Depth of overflow chains, plus one."""
        return int(self.edge_level.max(initial=0)) + 1

    @cached_property
    def by_rule(self) -> tuple[Ints, ...]:
        """Edges in the order of their rule, where each rule's end, and the flow, stock, route and group of each of them."""
        edges = np.argsort(self.edge_rule, kind="stable")
        ends = np.searchsorted(self.edge_rule[edges], np.arange(EVENT), side="right")
        where = (self.edge_param_flow, self.edge_stock, self.edge_route, self.edge_group)
        return edges, ends, *(names[edges] for names in where)


@dataclass(frozen=True)
class Limits:
    """Positions of the flows, routes and stocks that have a limit on some day of the run."""

    flows: frozenset[int]
    routes: frozenset[int]
    stocks: frozenset[int]


@dataclass
class _Edge:
    dest: int
    flow: int
    rule: int
    param_flow: int
    stock: int
    route: int
    stream: int
    overflow_to: int = -1
    level: int = 0
    gates: tuple[tuple[int, int], ...] = ()


class _Builder:
    """Follows every group's way through the corridor and makes cells and edges."""

    def __init__(
        self,
        index: CorridorIndex,
        limits: Limits,
        event_flows: frozenset[str],
        may_carry: Callable[[int, int], bool],
    ) -> None:
        self.index = index
        self.limits = limits
        self.event_flows = event_flows
        self.may_carry = may_carry
        self.flows = index.corridor.flows
        self.level = {flow.id: self._depth(flow.id) for flow in self.flows}
        self.cells: list[tuple[str, int, int]] = []
        self.cell_at: dict[tuple[str, int, int], int] = {}
        self.edges: list[list[_Edge]] = []

    def _depth(self, flow: str) -> int:
        """How many overflow links lead to ``flow``: it is served after all of them."""
        feeders = self.index.fed_by_overflow.get(flow, ())
        return 1 + max(self._depth(self.flows[f].id) for f in feeders) if feeders else 0

    def open_flows(self, positions: Sequence[int], g: int) -> list[Flow]:
        """Those of the flows at ``positions`` that can ever carry group ``g``."""
        return [self.flows[f] for f in positions if self.index.open_to[f, g] and self.may_carry(f, g)]

    def cell(self, holder: str, stage: int, g: int) -> int:
        """Position of a cell, which is made where it does not exist."""
        name = (holder, stage, g)
        if name not in self.cell_at:
            self.cell_at[name] = len(self.cells)
            self.cells.append(name)
            self.edges.append([])
        return self.cell_at[name]

    def add_group(self, g: int, entries: set[str]) -> None:
        """Make everything that group ``g`` can reach from the stocks ``entries``."""
        waiting = deque(sorted(entries))
        seen = set(waiting)
        while waiting:
            for reached in self._leave_stock(waiting.popleft(), g):
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)

    def _stream(self, *names: str, g: int) -> int:
        return stream_key(*names, self.index.corridor.groups[g].id)

    def _leave_stock(self, stock: str, g: int) -> list[str]:
        """Edges out of every stage of a stay, and the journeys that begin here; stocks that are reached."""
        k = self.index.stock[stock]
        stages = int(self.index.stay_stages[k])
        flows = self.open_flows(self.index.out_of[k], g)
        reached: list[str] = []
        for stage in range(stages):
            reached += self._leave_stage(stock, stage, stage == stages - 1, flows, g)
        for flow in flows:
            if flow.route:
                reached += self._journey(flow, g)
        return reached

    def _leave_stage(self, stock: str, stage: int, last: bool, flows: Sequence[Flow], g: int) -> list[str]:
        cell = self.cell(stock, stage, g)
        edges = self.edges[cell]
        if not last:
            onward = self.cell(stock, stage + 1, g)
            stream = self._stream("stay", stock, str(stage), g=g)
            edges.append(_Edge(onward, -1, STAY, -1, self.index.stock[stock], -1, stream))
        by_flow: dict[str, _Edge] = {}
        position: dict[str, int] = {}
        for flow in flows:
            hazard = flow.id in self.index.hazard_flows
            early = not hazard and not last
            if early and flow.id not in self.event_flows:
                continue
            rule = EVENT if early else HAZARD if hazard else SHARE
            position[flow.id], by_flow[flow.id] = len(edges), self._flow_edge(flow, stage, g, rule)
            edges.append(by_flow[flow.id])
        for name, edge in by_flow.items():  # the refused ask for another edge of the same cell
            edge.overflow_to = position.get(self.flows[self.index.flow[name]].overflow_flow or "", -1)
        return [self.flows[self.index.flow[name]].to_stock for name in by_flow]

    def _flow_edge(self, flow: Flow, stage: int, g: int, rule: int) -> _Edge:
        assert flow.from_stock is not None
        f = self.index.flow[flow.id]
        dest = self.cell(flow.id, 0, g) if flow.route else self.cell(flow.to_stock, 0, g)
        gates = [(FLOW_GATE, f)] if f in self.limits.flows else []
        if flow.route and self.index.route[flow.route] in self.limits.routes:
            gates.append((ROUTE_GATE, self.index.route[flow.route]))
        if not flow.route:
            gates += self._room_gate(flow)
        stream = self._stream("flow", flow.id, str(stage), g=g)
        stock = self.index.stock[flow.from_stock]
        return _Edge(dest, f, rule, f, stock, -1, stream, level=self.level[flow.id], gates=tuple(gates))

    def _room_gate(self, flow: Flow) -> list[tuple[int, int]]:
        to = self.index.stock[flow.to_stock]
        return [(ROOM_GATE, to)] if to in self.limits.stocks else []

    def _journey(self, flow: Flow, g: int) -> list[str]:
        """Cells of people on the way along ``flow.route``; returns the stocks where they can end up."""
        assert flow.route is not None
        r = self.index.route[flow.route]
        stages = self.index.corridor.routes[r].days_stages
        incidents = self.open_flows(self.index.off_route[r], g)
        for stage in range(stages):
            cell = self.cell(flow.id, stage, g)
            last = stage == stages - 1
            dest = self.cell(flow.to_stock, 0, g) if last else self.cell(flow.id, stage + 1, g)
            gates = tuple(self._room_gate(flow)) if last else ()
            stream = self._stream("travel", flow.id, str(stage), g=g)
            self.edges[cell].append(_Edge(dest, -1, TRAVEL, -1, -1, r, stream, gates=gates))
            for incident in incidents:
                i = self.index.flow[incident.id]
                stream = self._stream("incident", flow.id, incident.id, str(stage), g=g)
                dest = self.cell(incident.to_stock, 0, g)
                gates = tuple(self._room_gate(incident))
                self.edges[cell].append(_Edge(dest, i, INCIDENT, i, -1, r, stream, gates=gates))
        return [flow.to_stock, *(incident.to_stock for incident in incidents)]


def build_network(
    index: CorridorIndex,
    *,
    entries: Mapping[int, set[str]],
    may_carry: Callable[[int, int], bool],
    limits: Limits,
    event_flows: frozenset[str] = frozenset(),
) -> Network:
    """Cells that can be reached and edges that exist.

    ``entries`` names, by group position, the stocks where people of the group enter; ``may_carry(flow, group)``
    tells whether a flow can ever carry a group. Flows of ``event_flows`` can be taken in every stage of a stay.
    """
    builder = _Builder(index, limits, event_flows, may_carry)
    for g in sorted(entries, key=lambda g: index.corridor.groups[g].id):
        builder.add_group(g, entries[g])
    return _flatten(index, builder.cells, builder.edges)


def _flatten(
    index: CorridorIndex, cells: Sequence[tuple[str, int, int]], edges: Sequence[Sequence[_Edge]]
) -> Network:
    """Cells and edges as arrays."""
    groups = index.corridor.groups
    names = tuple((holder, stage, groups[g].id) for holder, stage, g in cells)
    starts = np.cumsum([0, *(len(out) for out in edges)])
    flat = [edge for out in edges for edge in out]
    owner = np.repeat(np.arange(len(cells)), np.diff(starts))
    edge_group = _ints([g for _, _, g in cells])[owner]
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    overflow = _ints([edge.overflow_to for edge in flat])
    return Network(
        cell_name=names,
        cell_size=sizes[[g for _, _, g in cells]],
        cell_stock=_ints([index.stock.get(holder, -1) for holder, _, _ in cells]),
        cell_group=_ints([g for _, _, g in cells]),
        cell_start=starts.astype(np.int64),
        cell_stream=_streams([("leave", holder, str(stage), group) for holder, stage, group in names]),
        edge_dest=_ints([edge.dest for edge in flat]),
        edge_flow=_ints([edge.flow for edge in flat]),
        edge_size=sizes[edge_group],
        edge_stream=np.array([edge.stream for edge in flat], dtype=np.uint64),
        edge_overflow=np.where(overflow < 0, -1, starts[owner] + overflow),
        edge_level=_ints([edge.level for edge in flat]),
        edge_gated=np.array([bool(edge.gates) for edge in flat], dtype=np.bool_),
        edge_rule=_ints([edge.rule for edge in flat]),
        edge_param_flow=_ints([edge.param_flow for edge in flat]),
        edge_stock=_ints([edge.stock for edge in flat]),
        edge_route=_ints([edge.route for edge in flat]),
        edge_group=edge_group,
        **_gate_arrays(index, flat),
    )


def _gate_arrays(index: CorridorIndex, edges: Sequence[_Edge]) -> dict[str, npt.NDArray]:
    """Arrays over gates, in the order of level, kind and position."""
    gates: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for e, edge in enumerate(edges):
        for kind, position in edge.gates:
            gates[edge.level, kind, position].append(e)
    order = sorted(gates)
    ids = {FLOW_GATE: index.flow_ids, ROUTE_GATE: tuple(index.route), ROOM_GATE: index.stock_ids}
    flows = len(index.flow_ids)
    return {
        "gate_level": _ints([level for level, _, _ in order]),
        "gate_kind": _ints([kind for _, kind, _ in order]),
        "gate_index": _ints([at + (flows if kind == ROUTE_GATE else 0) for _, kind, at in order]),
        "gate_stream": _streams(
            [("gate", str(kind), ids[kind][at], str(level)) for level, kind, at in order]
        ),
        "gate_start": np.cumsum([0, *(len(gates[name]) for name in order)]).astype(np.int64),
        "gate_edges": _ints([e for name in order for e in gates[name]]),
    }


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _streams(names: Sequence[tuple[str, ...]]) -> npt.NDArray[np.uint64]:
    return np.array([stream_key(*name) for name in names], dtype=np.uint64)
