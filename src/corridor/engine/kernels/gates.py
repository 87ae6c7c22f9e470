"""Limits: what gates refuse, and people who leave together before anybody else does."""

from __future__ import annotations

import math

from corridor.engine.kernels.bundles import FREES
from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import uniform_pair

FLOW_GATE = 0
ROUTE_GATE = 1
ROOM_GATE = 2


@kernel
def allocate(edges, want, size, allowed, stochastic, offset):
    """Cut demand on ``edges`` down to ``allowed`` people, in proportion.

    Whole units are granted by carrying the rounding error from edge to edge, beginning at ``offset``, so
    that the sum never passes ``allowed`` and no edge is always first.
    """
    demand = 0.0
    for edge in edges:
        demand += want[edge] * size[edge]
    if demand <= allowed:
        return
    part = max(allowed, 0.0) / demand
    if not stochastic:
        for edge in edges:
            want[edge] *= part
        return
    target = 0.0
    used = 0.0
    for step in range(edges.size):
        edge = edges[(step + offset) % edges.size]
        target += want[edge] * size[edge] * part
        granted = min(want[edge], math.floor((target - used) / size[edge] + 1e-9))
        if used + granted * size[edge] > allowed:
            granted = math.floor(max(allowed - used, 0.0) / size[edge] + 1e-9)
        want[edge] = granted
        used += granted * size[edge]


@kernel
def first_of(stochastic, seed, member, key, key_day, size):
    """Where ``allocate`` begins."""
    if not stochastic:
        return 0
    u, _ = uniform_pair(seed, member, key, key_day)
    return int(u * size)


@kernel
def pass_gates(layout, work, throughput, room, stochastic, seed, member, key_day):
    """Apply every gate, level by level; refused units ask for their overflow edge on the next level."""
    want, asked = work.want, work.asked
    for level in range(layout.level_start.size - 1):
        edges_here = layout.later[layout.level_start[level] : layout.level_start[level + 1]]
        for edge in edges_here:
            asked[edge] = want[edge]
        for gate in range(layout.gate_level.size):
            if layout.gate_level[gate] != level:
                continue
            edges = layout.gate_edges[layout.gate_start[gate] : layout.gate_start[gate + 1]]
            limits = room if layout.gate_kind[gate] == ROOM_GATE else throughput
            offset = first_of(stochastic, seed, member, layout.gate_stream[gate], key_day, edges.size)
            allocate(edges, want, layout.edge_size, limits[layout.gate_index[gate]], stochastic, offset)
        _use_limits(layout, level, want, throughput, room)
        for edge in edges_here:
            if layout.edge_overflow[edge] >= 0 and asked[edge] > want[edge]:
                want[layout.edge_overflow[edge]] += asked[edge] - want[edge]


@kernel
def _use_limits(layout, level, want, throughput, room):
    """What was granted on a level uses up the limits of later ones."""
    for gate in range(layout.gate_level.size):
        if layout.gate_level[gate] != level:
            continue
        used = 0.0
        for edge in layout.gate_edges[layout.gate_start[gate] : layout.gate_start[gate + 1]]:
            used += want[edge] * layout.edge_size[edge]
        limits = room if layout.gate_kind[gate] == ROOM_GATE else throughput
        limits[layout.gate_index[gate]] -= used


@kernel
def take_event_people(stochastic, seed, member, key_day, layout, people, count, work):
    """Take the ``people`` (X) of events out of their cells before anybody else leaves: ``together`` by edge."""
    asked = work.asked
    for x in range(people.size):
        if people[x] <= 0.0:
            continue
        edges = layout.set_out_edges[layout.set_out_start[x] : layout.set_out_start[x + 1]]
        for edge in edges:
            asked[edge] = count[layout.edge_cell[edge]]
        offset = first_of(stochastic, seed, member, layout.set_out_stream[x], key_day, edges.size)
        allocate(edges, asked, layout.edge_size, people[x], stochastic, offset)
        for edge in edges:
            count[layout.edge_cell[edge]] -= asked[edge]
            work.together[edge] += asked[edge]


@kernel
def add_event_demand(layout, people, count, work, room):
    """The people of events ask for their edge together with the others."""
    want, together = work.want, work.together
    for x in range(people.size):
        if people[x] <= 0.0:
            continue
        for edge in layout.set_out_edges[layout.set_out_start[x] : layout.set_out_start[x + 1]]:
            cell = layout.edge_cell[edge]
            count[cell] += together[edge]
            want[edge] += together[edge]
            if layout.cell_room[cell] >= 0 and not layout.edge_mark[edge] & FREES:
                room[layout.cell_room[cell]] -= together[edge] * layout.cell_size[cell]
            together[edge] = 0.0
