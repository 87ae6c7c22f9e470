"""A network and a run's events as the kernel's bundle of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corridor.engine.kernels.bundles import FREES, LATER, Layout
from corridor.engine.kernels.gates import ROOM_GATE
from corridor.engine.network import Network
from corridor.engine.steering import Steering, no_steering
from corridor.model import stream_key


def make_layout(
    network: Network,
    *,
    arrivals: Sequence[int],
    set_outs: Sequence[tuple[str, int]],
    watched: Sequence[int] = (),
    steering: Steering | None = None,
) -> Layout:
    """The network for the kernel.

    ``arrivals`` are the cells into which people of events come from outside, ``set_outs`` the pairs of an
    event and a flow by which others leave together; edges of the flows ``watched`` are counted by a trigger;
    ``steering`` says by which edges people are sent where there is room.
    """
    n = network
    to_room = steering or no_steering()
    edge_cell = np.repeat(np.arange(len(n.cell_name)), np.diff(n.cell_start))
    by_event = [np.nonzero(n.edge_flow == flow)[0] for _, flow in set_outs]
    asked_later = _asked_later(n, [*by_event, to_room.edges], watched)
    limited = np.unique(n.gate_index[n.gate_kind == ROOM_GATE])
    cell_room = np.where(np.isin(n.cell_stock, limited), n.cell_stock, -1)
    leaves = n.cell_stock[n.edge_dest] != n.cell_stock[edge_cell]
    frees = (cell_room[edge_cell] >= 0) & ~n.edge_gated & leaves
    later = np.nonzero(asked_later)[0]
    later = later[np.argsort(n.edge_level[later], kind="stable")]
    levels = np.searchsorted(n.edge_level[later], np.arange(n.level_count + 1))
    plain = np.nonzero(~asked_later)[0]
    plain = plain[np.argsort(n.edge_flow[plain] < 0, kind="stable")]
    flows = n.edge_flow[plain]
    stock_cells = _stock_cells(n)
    return Layout(
        cell_size=n.cell_size,
        cell_stock=n.cell_stock,
        cell_room=cell_room.astype(np.int64),
        cell_group=n.cell_group,
        cell_start=n.cell_start,
        cell_stream=n.cell_stream,
        edge_cell=edge_cell.astype(np.int64),
        edge_dest=n.edge_dest,
        edge_flow=n.edge_flow,
        edge_size=n.edge_size,
        edge_stream=n.edge_stream,
        edge_overflow=n.edge_overflow,
        edge_mark=(LATER * asked_later + FREES * frees).astype(np.uint8),
        later=later.astype(np.int64),
        level_start=levels.astype(np.int64),
        plain_edge=plain.astype(np.uint32),
        plain_cell=edge_cell[plain].astype(np.uint32),
        plain_dest=n.edge_dest[plain].astype(np.uint32),
        plain_flow=flows[flows >= 0].astype(np.uint32),
        plain_size=n.edge_size[plain],
        frees=np.nonzero(frees)[0],
        room_cells=np.nonzero(cell_room >= 0)[0],
        stock_cells=stock_cells.astype(np.uint32),
        stock_of=n.cell_stock[stock_cells].astype(np.uint32),
        gate_level=n.gate_level,
        gate_kind=n.gate_kind,
        gate_index=n.gate_index,
        gate_stream=n.gate_stream,
        gate_start=n.gate_start,
        gate_edges=n.gate_edges,
        arrival_cell=np.array(arrivals, dtype=np.int64),
        set_out_start=np.cumsum([0, *(edges.size for edges in by_event)]).astype(np.int64),
        set_out_edges=np.concatenate([np.zeros(0, dtype=np.int64), *by_event]),
        set_out_stream=np.array([stream_key("event", event) for event, _ in set_outs], dtype=np.uint64),
        steer_cell=to_room.cells,
        steer_start=to_room.starts,
        steer_edge=to_room.edges,
        steer_front=to_room.fronts,
        front_stock=to_room.receptions,
        front_start=to_room.front_starts,
        front_cells=to_room.front_cells,
    )


def _asked_later(
    n: Network, settled_later: Sequence[npt.NDArray[np.int64]], watched: Sequence[int]
) -> npt.NDArray[np.bool_]:
    """(E) edges whose demand is settled after all demands of a day are known."""
    later = n.edge_gated | np.isin(n.edge_flow, sorted(set(watched)))
    later[n.edge_overflow[n.edge_overflow >= 0]] = True
    for edges in settled_later:
        later[edges] = True
    return later


def _stock_cells(n: Network) -> npt.NDArray[np.intp]:
    """Cells of stocks; neighbours belong to different stocks, so that their sums do not wait for each other."""
    cells = np.nonzero(n.cell_stock >= 0)[0]
    stage = np.array([stage for _, stage, _ in n.cell_name], dtype=np.int64)
    return cells[np.lexsort((n.cell_stock[cells], n.cell_group[cells], stage[cells]))]
