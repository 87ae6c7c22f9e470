"""The structure of a run: its network, the layout that kernels read, and the cells that people enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from corridor.engine.bound import BoundMeasure
from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.bundles import Layout
from corridor.engine.layout import make_layout
from corridor.engine.network import CellName, Limits, Network, build_network
from corridor.engine.parameters import Rows
from corridor.engine.prepared import Prepared
from corridor.engine.spec import CellState
from corridor.engine.steering import make_steering
from corridor.model import Corridor, Event, Group, stream_key

Ints = npt.NDArray[np.int64]

NETWORKS = 8
"""Networks that are kept, those used last: scenarios differ in little that a network rests on."""


@dataclass(frozen=True)
class Departures:
    """The P pairs of a stock and a group in which people depart."""

    stock: Ints
    """(P)"""
    group: Ints
    """(P)"""
    cell: Ints
    """(P) cell that they enter."""
    size: npt.NDArray[np.float64]
    """(P) people in a unit."""
    stream: npt.NDArray[np.uint64]
    """(P) stream of random numbers."""
    lawful: npt.NDArray[np.bool_]
    """(P) whether they take the lawful channel, whose numbers no shock moves."""
    labels: tuple[tuple[str, Group], ...]
    """(P) id of the stock, and the group."""


@dataclass(frozen=True)
class Structure:
    """What does not change from member to member, but for numbers."""

    network: Network
    layout: Layout
    departures: Departures
    cell_at: Mapping[CellName, int]
    """Position of every cell by its name."""


@dataclass(frozen=True, eq=False)
class _Ways:
    """All that a network rests on; equal where its parameters are the very same object and the rest says the same."""

    index: CorridorIndex
    prepared: Prepared
    entries: Mapping[int, set[str]]
    opened: frozenset[str]
    event_flows: frozenset[str]
    limits: Limits

    @cached_property
    def _key(self) -> tuple[object, ...]:
        entries = frozenset((group, frozenset(stocks)) for group, stocks in self.entries.items())
        return self.prepared, entries, self.opened, self.event_flows, self.limits

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ways) and self._key == other._key


@lru_cache(maxsize=NETWORKS)
def _network(ways: _Ways) -> Network:
    carrying = _Carrying(ways.index, ways.prepared, ways.opened | ways.event_flows)
    return build_network(
        ways.index, entries=ways.entries, may_carry=carrying, limits=ways.limits, event_flows=ways.event_flows
    )


def build_structure(
    index: CorridorIndex,
    prepared: Prepared,
    *,
    measures: Sequence[BoundMeasure],
    events: Sequence[Event],
    state: CellState | None,
    watched: Sequence[int],
) -> Structure:
    """Cells and edges that anybody can reach.

    ``state`` holds the units that a run starts with, ``watched`` the positions of the flows that triggers count.
    """
    rows = prepared.rows
    network = _network(
        _Ways(
            index,
            prepared,
            entries=_entries(index, rows, events, state),
            opened=_opened(index, measures),
            event_flows=frozenset(event.flow for event in events if event.flow),
            limits=_limits(index.corridor, rows, measures),
        )
    )
    cell_at = {name: cell for cell, name in enumerate(network.cell_name)}
    layout = make_layout(
        network,
        arrivals=[cell_at[e.stock, 0, e.group] for e in events if e.stock and e.group],
        set_outs=[(e.id, index.flow[e.flow]) for e in events if e.flow],
        watched=watched,
        steering=make_steering(index, network, _steered_flows(measures)),
    )
    return Structure(network, layout, _departures(index, rows["departures"], cell_at), cell_at)


def _opened(index: CorridorIndex, measures: Sequence[BoundMeasure]) -> frozenset[str]:
    """Flows of which a measure can make a share where there is none."""
    return frozenset(
        index.flow_ids[f]
        for active in measures
        for bound in active.bound_effects
        if bound.effect.rule == "at_limit"
        for f in bound.targets
    )


def _steered_flows(measures: Sequence[BoundMeasure]) -> frozenset[int]:
    """Flows whose users a measure sends where there is room."""
    return frozenset(
        f
        for active in measures
        for bound in active.bound_effects
        if bound.effect.parameter == "directed"
        for f in bound.targets
    )


def _entries(
    index: CorridorIndex, rows: Mapping[str, Rows], events: Sequence[Event], state: CellState | None
) -> dict[int, set[str]]:
    """Stocks in which people of each group, by position, are or come into."""
    found: dict[int, set[str]] = {}
    enters = (rows["departures"] >= 0).any(axis=0) | (rows["initial"] >= 0).any(axis=0)
    for k, g in zip(*np.nonzero(enters), strict=True):
        found.setdefault(int(g), set()).add(index.stock_ids[k])
    for holder, _, group in state or {}:
        if holder in index.stock and group in index.group:
            found.setdefault(index.group[group], set()).add(holder)
    for event in events:
        if event.stock and event.group:
            found.setdefault(index.group[event.group], set()).add(event.stock)
    return found


class _Carrying:
    """Whether a flow can ever carry a group: it has a share or a probability, or takes whom another refuses."""

    def __init__(self, index: CorridorIndex, prepared: Prepared, opened: frozenset[str]) -> None:
        self._index = index
        self._opened = opened
        rows, table = prepared.rows, prepared.table
        largest = [table.largest(rows[name]).max(axis=0) for name in ("share", "daily_probability")]
        self._ever = (largest[0] > 0) | (largest[1] > 0)

    def __call__(self, flow: int, group: int) -> bool:
        """For the flow and the group at these positions."""
        name = self._index.flow_ids[flow]
        if self._ever[flow, group] or name in self._opened:
            return True
        return any(self(feeder, group) for feeder in self._index.fed_by_overflow.get(name, ()))


def _limits(corridor: Corridor, rows: Mapping[str, Rows], measures: Sequence[BoundMeasure]) -> Limits:
    """What has a limit on some day, or gets one by a measure; stocks that take more than their room have none."""

    def limited(name: str) -> set[int]:
        return set(np.nonzero((rows[name] >= 0).any(axis=0))[0].tolist())

    flows = limited("throughput")
    for active in measures:
        for bound in active.bound_effects:
            if bound.effect.sets_limit:
                flows |= {f for f in bound.targets if f < len(corridor.flows)}
    blocking = {k for k, stock in enumerate(corridor.stocks) if not stock.overflow}
    return Limits(
        flows=frozenset(flows),
        routes=frozenset(limited("route_throughput")),
        stocks=frozenset(limited("capacity") & blocking),
    )


def _departures(index: CorridorIndex, rows: Rows, cell_at: Mapping[CellName, int]) -> Departures:
    stock, group = (at.astype(np.int64) for at in np.nonzero((rows >= 0).any(axis=0)))
    groups = index.corridor.groups
    labels = tuple((index.stock_ids[k], groups[g]) for k, g in zip(stock, group, strict=True))
    return Departures(
        stock=stock,
        group=group,
        cell=np.array([cell_at[name, 0, g.id] for name, g in labels], dtype=np.int64),
        size=np.array([g.size for _, g in labels], dtype=np.float64),
        stream=np.array([stream_key("departure", name, g.id) for name, g in labels], dtype=np.uint64),
        lawful=np.array([name in index.lawful_stocks for name, _ in labels], dtype=bool),
        labels=labels,
    )
