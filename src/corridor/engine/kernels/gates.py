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
def pass_gates(net, want, asked, throughput, room, stochastic, seed, member, key_day):
    """Apply every gate, level by level; refused units ask for their overflow edge on the next level."""
    size = net.edge_size
    for level in range(net.level_start.size - 1):
        edges_here = net.later[net.level_start[level] : net.level_start[level + 1]]
        for edge in edges_here:
            asked[edge] = want[edge]
        for gate in range(net.gate_level.size):
            if net.gate_level[gate] != level:
                continue
            edges = net.gate_edges[net.gate_start[gate] : net.gate_start[gate + 1]]
            limits = room if net.gate_kind[gate] == ROOM_GATE else throughput
            offset = first_of(stochastic, seed, member, net.gate_stream[gate], key_day, edges.size)
            allocate(edges, want, size, limits[net.gate_index[gate]], stochastic, offset)
        for gate in range(net.gate_level.size):  # what was granted uses up the limits of later levels
            if net.gate_level[gate] != level:
                continue
            used = 0.0
            for edge in net.gate_edges[net.gate_start[gate] : net.gate_start[gate + 1]]:
                used += want[edge] * size[edge]
            limits = room if net.gate_kind[gate] == ROOM_GATE else throughput
            limits[net.gate_index[gate]] -= used
        for edge in edges_here:
            if net.edge_overflow[edge] >= 0 and asked[edge] > want[edge]:
                want[net.edge_overflow[edge]] += asked[edge] - want[edge]


@kernel
def set_out(stochastic, seed, member, key_day, net, people, count, asked, together):
    """Take the people of events out of their cells before anybody else leaves: ``together`` by edge."""
    for x in range(people.size):
        if people[x] <= 0.0:
            continue
        edges = net.set_out_edges[net.set_out_start[x] : net.set_out_start[x + 1]]
        for edge in edges:
            asked[edge] = count[net.edge_cell[edge]]
        offset = first_of(stochastic, seed, member, net.set_out_stream[x], key_day, edges.size)
        allocate(edges, asked, net.edge_size, people[x], stochastic, offset)
        for edge in edges:
            count[net.edge_cell[edge]] -= asked[edge]
            together[edge] += asked[edge]


@kernel
def ask_together(net, people, count, want, together, room):
    """The people of events ask for their edge beside the others."""
    for x in range(people.size):
        if people[x] <= 0.0:
            continue
        for edge in net.set_out_edges[net.set_out_start[x] : net.set_out_start[x + 1]]:
            cell = net.edge_cell[edge]
            count[cell] += together[edge]
            want[edge] += together[edge]
            if net.cell_room[cell] >= 0 and not net.edge_mark[edge] & FREES:
                room[net.cell_room[cell]] -= together[edge] * net.cell_size[cell]
            together[edge] = 0.0
