"""Which edges lead to receptions, and who counts against the beds of each, for the kernel ``steer``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.index import CorridorIndex
from corridor.engine.network import Network

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Steering:
    """Positions of cells, edges and receptions; see ``steer_cell`` and what follows it in `kernels.bundles.Layout`."""

    cells: Ints
    starts: Ints
    edges: Ints
    fronts: Ints
    receptions: Ints
    front_starts: Ints
    front_cells: Ints


def no_steering() -> Steering:
    """That of a run in which nobody is sent where there is room."""
    none, start = np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    return Steering(none, start, none, none, none, start, none)


def make_steering(index: CorridorIndex, network: Network, flows: Collection[int]) -> Steering:
    """Steering by the positions ``flows``, each of which leads in front of a reception (the stock that `intake`
    leaves and the one that it leads into)."""
    if not flows:
        return no_steering()
    c = index.corridor
    behind = {
        index.stock[flow.from_stock]: index.stock[flow.to_stock]
        for flow in c.flows
        if flow.kind == "intake" and flow.from_stock
    }
    fronts = sorted({int(index.to_stock[f]) for f in flows} & set(behind))
    edges = np.nonzero(np.isin(network.edge_flow, sorted(flows)))[0]
    cell = np.repeat(np.arange(len(network.cell_name)), np.diff(network.cell_start))[edges]
    edges, cell = edges[network.cell_stock[cell] >= 0], cell[network.cell_stock[cell] >= 0]
    cells, first = np.unique(cell, return_index=True)
    inside = [_people(index, network, front, behind[front]) for front in fronts]
    position = {front: j for j, front in enumerate(fronts)}
    return Steering(
        cells=cells.astype(np.int64),
        starts=np.array([*first, edges.size], dtype=np.int64),
        edges=edges.astype(np.int64),
        fronts=np.array([position[int(index.to_stock[f])] for f in network.edge_flow[edges]], dtype=np.int64),
        receptions=np.array([behind[front] for front in fronts], dtype=np.int64),
        front_starts=np.cumsum([0, *(found.size for found in inside)]).astype(np.int64),
        front_cells=np.concatenate([np.zeros(0, dtype=np.int64), *inside]).astype(np.int64),
    )


def _people(index: CorridorIndex, network: Network, front: int, reception: int) -> Ints:
    """Cells of those in a reception, in front of it, or on the way there."""
    coming = {
        flow.id for f, flow in enumerate(index.corridor.flows) if flow.route and index.to_stock[f] == front
    }
    holders = coming | {index.stock_ids[front], index.stock_ids[reception]}
    return np.array(
        [i for i, (holder, _, _) in enumerate(network.cell_name) if holder in holders], dtype=np.int64
    )
