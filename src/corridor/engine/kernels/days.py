"""The day loop: one kernel for integers (stochastic) and one rule set shared with expected values.

Cells hold units of one group. A cell's edges are contiguous. Each day, in this order: departures enter;
every cell's leavers are drawn and split; gates (throughput of flows and routes, room at destinations)
refuse what does not fit, level by level, so that an overflow edge sees its refused units after its own
demand; what was granted moves, and arrives in the evening.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from corridor.engine.kernels.random import binomial_quantile, poisson_quantile, uniform_pair

FLOW_GATE = 0
ROUTE_GATE = 1
ROOM_GATE = 2


@njit(cache=True)
def _demand_stochastic(count, cell_start, rate, cell_key, edge_key, want, seed, member, day):
    """Draw leavers of every cell and split them by sequential binomials in the order of edges."""
    for cell in range(count.size):
        units = int(count[cell])
        first, last = cell_start[cell], cell_start[cell + 1]
        if units == 0 or first == last:
            for edge in range(first, last):
                want[edge] = 0.0
            continue
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        if total <= 0.0:
            for edge in range(first, last):
                want[edge] = 0.0
            continue
        if total >= 1.0:
            leavers = units
        else:
            u, _ = uniform_pair(seed, member, cell_key[cell], day)
            leavers = binomial_quantile(u, units, total)
        rest = total
        for edge in range(first, last):
            if leavers == 0 or rate[edge] <= 0.0:
                want[edge] = 0.0
                continue
            if rate[edge] >= rest * (1.0 - 1e-12):
                taken = leavers
            else:
                u, _ = uniform_pair(seed, member, edge_key[edge], day)
                taken = binomial_quantile(u, leavers, rate[edge] / rest)
            want[edge] = taken
            leavers -= taken
            rest -= rate[edge]


@njit(cache=True)
def _demand_expected(count, cell_start, rate, want):
    """Expected leavers of every cell on each of its edges."""
    for cell in range(count.size):
        first, last = cell_start[cell], cell_start[cell + 1]
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        scale = count[cell] / max(total, 1.0)
        for edge in range(first, last):
            want[edge] = scale * rate[edge]


@njit(cache=True)
def _allocate(edges, want, size, allowed, stochastic, offset):
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


@njit(cache=True)
def _pass_gates(
    want, asked, size, gate_level, gate_kind, gate_index, gate_key, gate_start, gate_edges, edge_overflow,
    edge_level, level_count, throughput, room, stochastic, seed, member, day,
):  # fmt: skip
    """Apply every gate, level by level; refused units ask for their overflow edge on the next level."""
    for level in range(level_count):
        for edge in range(want.size):
            if edge_level[edge] == level:
                asked[edge] = want[edge]
        for gate in range(gate_level.size):
            if gate_level[gate] != level:
                continue
            edges = gate_edges[gate_start[gate] : gate_start[gate + 1]]
            allowed = room[gate_index[gate]] if gate_kind[gate] == ROOM_GATE else throughput[gate_index[gate]]
            offset = 0
            if stochastic:
                u, _ = uniform_pair(seed, member, gate_key[gate], day)
                offset = int(u * edges.size)
            _allocate(edges, want, size, allowed, stochastic, offset)
        for gate in range(gate_level.size):  # what was granted uses up the limits of later levels
            if gate_level[gate] != level:
                continue
            used = 0.0
            for edge in gate_edges[gate_start[gate] : gate_start[gate + 1]]:
                used += want[edge] * size[edge]
            if gate_kind[gate] == ROOM_GATE:
                room[gate_index[gate]] -= used
            else:
                throughput[gate_index[gate]] -= used
        for edge in range(want.size):
            if edge_level[edge] == level and edge_overflow[edge] >= 0 and asked[edge] > want[edge]:
                want[edge_overflow[edge]] += asked[edge] - want[edge]


@njit(cache=True)
def run_days(
    stochastic, seed, member, first_day,
    count, cell_size, cell_stock, cell_group, cell_start, cell_key,
    edge_dest, edge_flow, edge_size, edge_key, edge_overflow, edge_level, edge_gated, level_count,
    gate_level, gate_kind, gate_index, gate_key, gate_start, gate_edges,
    day_segment, day_month, segment_rate, segment_throughput, segment_room,
    depart_cell, depart_key, depart_mean, depart_weight,
    monthly_flow, month_end_stock, daily_flow, daily_stock, inside, departed,
):  # fmt: skip
    """Run all days of one member, in place.

    Shapes: cells C, edges E, days D, segments S, months M, flows F, stocks K, groups G, departures P.
    ``count`` (C) units, changed in place; ``segment_rate`` (S, E) probability per day;
    ``segment_throughput`` (S, limits) and ``segment_room`` (S, K) people; ``depart_mean`` (D, P) expected
    units per day; ``depart_weight`` (D, P) relative size of a day, used by the stochastic engine;
    outputs in people: ``monthly_flow`` (M, F, G), ``month_end_stock`` (M, K, G), ``daily_flow`` (D, F),
    ``daily_stock`` (D, K), ``inside`` (D) and ``departed`` (D, cumulative).
    """
    edges = edge_dest.size
    want = np.zeros(edges)
    asked = np.zeros(edges)
    arriving = np.zeros(count.size)
    stocks = segment_room.shape[1]
    room = np.zeros(stocks)
    throughput = np.zeros(segment_throughput.shape[1])
    departures = depart_cell.size
    left_of_month = np.zeros(departures)
    entered = 0.0
    for day in range(day_segment.size):
        segment = day_segment[day]
        month = day_month[day]
        key_day = first_day + day
        new_month = day == 0 or day_month[day - 1] != month
        for p in range(departures):
            cell = depart_cell[p]
            if stochastic:
                if new_month:
                    mean = 0.0
                    later = day
                    while later < day_segment.size and day_month[later] == month:
                        mean += depart_mean[later, p]
                        later += 1
                    u, _ = uniform_pair(seed, member, depart_key[p], key_day)
                    left_of_month[p] = poisson_quantile(u, mean)
                units = 0.0
                if left_of_month[p] > 0.0:
                    weight = 0.0
                    later = day
                    while later < day_segment.size and day_month[later] == month:
                        weight += depart_mean[later, p] * depart_weight[later, p]
                        later += 1
                    if weight > 0.0:
                        part = depart_mean[day, p] * depart_weight[day, p] / weight
                        _, v = uniform_pair(seed, member, depart_key[p], key_day)
                        units = float(binomial_quantile(v, int(left_of_month[p]), part))
                left_of_month[p] -= units
            else:
                units = depart_mean[day, p]
            count[cell] += units
            entered += units * cell_size[cell]
        rate = segment_rate[segment]
        if stochastic:
            _demand_stochastic(count, cell_start, rate, cell_key, edge_key, want, seed, member, key_day)
        else:
            _demand_expected(count, cell_start, rate, want)
        if gate_level.size > 0:
            for k in range(stocks):
                room[k] = segment_room[segment, k]
            for cell in range(count.size):
                if cell_stock[cell] >= 0:
                    room[cell_stock[cell]] -= count[cell] * cell_size[cell]
            for cell in range(count.size):  # beds of those who surely leave today are free today
                here = cell_stock[cell]
                if here >= 0:
                    for edge in range(cell_start[cell], cell_start[cell + 1]):
                        if not edge_gated[edge] and cell_stock[edge_dest[edge]] != here:
                            room[here] += want[edge] * cell_size[cell]
            for k in range(stocks):
                room[k] = max(room[k], 0.0)
            throughput[:] = segment_throughput[segment]
            _pass_gates(
                want, asked, edge_size, gate_level, gate_kind, gate_index, gate_key, gate_start, gate_edges,
                edge_overflow, edge_level, level_count, throughput, room, stochastic, seed, member, key_day,
            )  # fmt: skip
        for cell in range(count.size):
            for edge in range(cell_start[cell], cell_start[cell + 1]):
                moved = want[edge]
                if moved == 0.0:
                    continue
                count[cell] -= moved
                arriving[edge_dest[edge]] += moved
                flow = edge_flow[edge]
                if flow >= 0:
                    people = moved * cell_size[cell]
                    monthly_flow[month, flow, cell_group[cell]] += people
                    daily_flow[day, flow] += people
        total = 0.0
        for cell in range(count.size):
            count[cell] += arriving[cell]
            arriving[cell] = 0.0
            people = count[cell] * cell_size[cell]
            total += people
            if cell_stock[cell] >= 0:
                daily_stock[day, cell_stock[cell]] += people
        inside[day] = total
        departed[day] = entered
        if day == day_segment.size - 1 or day_month[day + 1] != month:
            for cell in range(count.size):
                if cell_stock[cell] >= 0:
                    month_end_stock[month, cell_stock[cell], cell_group[cell]] += (
                        count[cell] * cell_size[cell]
                    )
