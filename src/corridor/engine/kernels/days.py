"""The day loop: one kernel for integers (stochastic) and one rule set shared with expected values.

Cells hold units of one group. A cell's edges are contiguous. Each day, in this order: departures enter;
every cell's leavers are drawn and split; gates (throughput of flows and routes, room at destinations)
refuse what does not fit, level by level, so that an overflow edge sees its refused units after its own
demand; what was granted moves, and arrives in the evening. Edges that no gate can touch move at once.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from corridor.engine.kernels.evening import decide, see
from corridor.engine.kernels.layout import FREES, LATER
from corridor.engine.kernels.random import (
    binomial_quantile,
    binomial_with,
    log_miss,
    poisson_quantile,
    uniform_pair,
)

FLOW_GATE = 0
ROUTE_GATE = 1
ROOM_GATE = 2


@njit(cache=True)
def _enter_segment(rate, net, stochastic, chance, chance_log, cell_chance, cell_log):
    """Chances of a segment, made once: of leaving a cell, and of an edge among those not yet served.

    Expected values need only the part of a cell that takes each edge.
    """
    for cell in range(cell_chance.size):
        first, last = net.cell_start[cell], net.cell_start[cell + 1]
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        if not stochastic:
            for edge in range(first, last):
                chance[edge] = rate[edge] / max(total, 1.0)
            continue
        cell_chance[cell] = total
        cell_log[cell] = log_miss(total)
        rest = total
        for edge in range(first, last):
            chance[edge] = rate[edge] / rest if 0.0 < rate[edge] < rest * (1.0 - 1e-12) else 1.0
            if rate[edge] <= 0.0:
                chance[edge] = 0.0
            chance_log[edge] = log_miss(chance[edge])
            rest -= rate[edge]


@njit(cache=True)
def _depart(stochastic, seed, member, key_day, day, new_month, net, num, count, state):
    """Departures and arrivals of events enter their cells; returns how many people they are."""
    entered = 0.0
    for p in range(num.depart_cell.size):
        cell = num.depart_cell[p]
        if stochastic:
            u, v = 0.0, 0.0
            if new_month or state.left[p] > 0.0:
                u, v = uniform_pair(seed, member, num.depart_key[p], key_day)
            if new_month:
                state.expected[p] = num.depart_rest[day, p]
                state.left[p] = poisson_quantile(u, state.expected[p])
            part = num.depart_part[day, p]
            units = float(binomial_quantile(v, int(state.left[p]), part))
            state.left[p] -= units
            state.expected[p] *= 1.0 - part
        else:
            units = num.depart_mean[day, p]
        count[cell] += units
        entered += units * net.cell_size[cell]
    for q in range(net.arrival_cell.size):
        cell = net.arrival_cell[q]
        count[cell] += num.arrivals[day, q]
        entered += num.arrivals[day, q] * net.cell_size[cell]
    return entered


@njit(cache=True)
def _leave_expected(net, chance, count, want, arriving, moved, day_flow, room):
    """Expected leavers of every cell: those whom no gate can touch move at once, the others ask."""
    for cell in range(count.size):
        units = count[cell]
        if units == 0.0:
            continue
        size = net.cell_size[cell]
        limited = net.cell_room[cell]
        if limited >= 0:
            room[limited] -= units * size
        left = 0.0
        for edge in range(net.cell_start[cell], net.cell_start[cell + 1]):
            asked = units * chance[edge]
            mark = net.edge_mark[edge]
            if mark:
                if mark & FREES:
                    room[limited] += asked * size
                if mark & LATER:
                    want[edge] = asked
                    continue
            left += asked
            arriving[net.edge_dest[edge]] += asked
            flow = net.edge_flow[edge]
            if flow >= 0:
                moved[edge] += asked
                day_flow[flow] += asked * size
        count[cell] = units - left


@njit(cache=True)
def _leave_stochastic(
    net, chance, chance_log, cell_chance, cell_log, count, want, arriving, moved, day_flow, room, seed, member,
    key_day,
):  # fmt: skip
    """Draw leavers of every cell and split them by sequential binomials in the order of edges."""
    for cell in range(count.size):
        if count[cell] == 0.0:
            continue
        units = int(count[cell])
        size = net.cell_size[cell]
        limited = net.cell_room[cell]
        if limited >= 0:
            room[limited] -= units * size
        total = cell_chance[cell]
        if total <= 0.0:
            continue
        leavers = units
        if total < 1.0:
            u, _ = uniform_pair(seed, member, net.cell_key[cell], key_day)
            leavers = binomial_with(u, units, total, cell_log[cell])
        left = 0
        for edge in range(net.cell_start[cell], net.cell_start[cell + 1]):
            if leavers == 0:
                break
            if chance[edge] <= 0.0:
                continue
            taken = leavers
            if chance[edge] < 1.0:
                u, _ = uniform_pair(seed, member, net.edge_key[edge], key_day)
                taken = binomial_with(u, leavers, chance[edge], chance_log[edge])
                if taken == 0:
                    continue
            leavers -= taken
            mark = net.edge_mark[edge]
            if mark & FREES:
                room[limited] += taken * size
            if mark & LATER:
                want[edge] = taken
                continue
            left += taken
            arriving[net.edge_dest[edge]] += taken
            flow = net.edge_flow[edge]
            if flow >= 0:
                moved[edge] += taken
                day_flow[flow] += taken * size
        count[cell] = units - left


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
def _offset(stochastic, seed, member, key, key_day, size):
    """Where ``_allocate`` begins."""
    if not stochastic:
        return 0
    u, _ = uniform_pair(seed, member, key, key_day)
    return int(u * size)


@njit(cache=True)
def _set_out(stochastic, seed, member, key_day, net, people, count, together):
    """Take the people of events out of their cells before anybody else leaves: ``together`` by edge."""
    for x in range(people.size):
        if people[x] <= 0.0:
            continue
        edges = net.set_out_edges[net.set_out_start[x] : net.set_out_start[x + 1]]
        for edge in edges:
            together[edge] = count[net.edge_cell[edge]]
        offset = _offset(stochastic, seed, member, net.set_out_key[x], key_day, edges.size)
        _allocate(edges, together, net.edge_size, people[x], stochastic, offset)
        for edge in edges:
            count[net.edge_cell[edge]] -= together[edge]


@njit(cache=True)
def _ask_together(net, people, count, want, together, room):
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


@njit(cache=True)
def _pass_gates(net, want, asked, throughput, room, stochastic, seed, member, key_day):
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
            offset = _offset(stochastic, seed, member, net.gate_key[gate], key_day, edges.size)
            _allocate(edges, want, size, limits[net.gate_index[gate]], stochastic, offset)
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


@njit(cache=True)
def _move_later(net, want, count, arriving, moved, day_flow):
    """Move what the gates granted."""
    for edge in net.later:
        granted = want[edge]
        if granted == 0.0:
            continue
        count[net.edge_cell[edge]] -= granted
        arriving[net.edge_dest[edge]] += granted
        flow = net.edge_flow[edge]
        if flow >= 0:
            moved[edge] += granted
            day_flow[flow] += granted * net.edge_size[edge]


@njit(cache=True)
def _arrive(net, count, arriving, day_stock):
    """The evening: who was on an edge is in its cell; returns people in all cells."""
    total = 0.0
    for cell in range(count.size):
        if arriving[cell] != 0.0:
            count[cell] += arriving[cell]
            arriving[cell] = 0.0
        people = count[cell] * net.cell_size[cell]
        total += people
        stock = net.cell_stock[cell]
        if stock >= 0:
            day_stock[stock] += people
    return total


@njit(cache=True)
def _end_month(net, month, count, moved, monthly_flow, month_end_stock, ended):
    """Add the moves since the last call to their month; ``ended``: count who is where."""
    for edge in range(moved.size):
        if moved[edge] != 0.0:
            cell = net.edge_cell[edge]
            people = moved[edge] * net.edge_size[edge]
            monthly_flow[month, net.edge_flow[edge], net.cell_group[cell]] += people
            moved[edge] = 0.0
    if ended:
        for cell in range(count.size):
            if net.cell_stock[cell] >= 0:
                people = count[cell] * net.cell_size[cell]
                month_end_stock[month, net.cell_stock[cell], net.cell_group[cell]] += people


@njit(cache=True)
def run_days(stochastic, seed, member, first_day, begin, count, net, num, watch, state, out):
    """Run the days of one member from position ``begin`` on, in place; returns the position of the next.

    It stops in an evening on which a trigger changes, so that the days to come can get other numbers; else
    at the end. ``count`` (C) units; ``net`` is a `Layout`, ``num`` are `Numbers`, ``watch`` a `Watch`,
    ``state`` a `State`, ``out`` `Outputs`. ``first_day`` is the ordinal of position 0: random numbers are
    keyed by it.
    """
    edges, cells, days = net.edge_dest.size, count.size, num.day_segment.size
    want, asked, together = np.zeros(edges), np.zeros(edges), np.zeros(edges)
    moved, arriving = np.zeros(edges), np.zeros(cells)
    chance, chance_log = np.zeros(edges), np.zeros(edges if stochastic else 0)
    cell_chance, cell_log = np.zeros(cells), np.zeros(cells if stochastic else 0)
    segment = -1
    entered = out.departed[begin - 1] if begin > 0 else 0.0
    for day in range(begin, days):
        month, key_day = num.day_month[day], first_day + day
        if num.day_segment[day] != segment:
            segment = num.day_segment[day]
            _enter_segment(num.rate[segment], net, stochastic, chance, chance_log, cell_chance, cell_log)
        for t in range(state.on.size):
            out.trigger_on[day, t] = state.on[t]
        new_month = day == 0 or num.day_month[day - 1] != month
        entered += _depart(stochastic, seed, member, key_day, day, new_month, net, num, count, state)
        room, throughput = num.room[segment].copy(), num.throughput[segment].copy()
        for edge in net.later:
            want[edge] = 0.0
        _set_out(stochastic, seed, member, key_day, net, num.set_out[day], count, together)
        day_flow = out.daily_flow[day]
        if stochastic:
            _leave_stochastic(
                net, chance, chance_log, cell_chance, cell_log, count, want, arriving, moved, day_flow, room,
                seed, member, key_day,
            )  # fmt: skip
        else:
            _leave_expected(net, chance, count, want, arriving, moved, day_flow, room)
        _ask_together(net, num.set_out[day], count, want, together, room)
        for k in range(room.size):
            room[k] = max(room[k], 0.0)
        _pass_gates(net, want, asked, throughput, room, stochastic, seed, member, key_day)
        _move_later(net, want, count, arriving, moved, day_flow)
        out.inside[day] = _arrive(net, count, arriving, out.daily_stock[day])
        out.departed[day] = entered
        see(day, month, want, out.daily_stock, watch, out.trigger_seen)
        ended = day == days - 1 or num.day_month[day + 1] != month
        stop = decide(day, watch, state, out.trigger_seen)
        if ended or stop:
            _end_month(net, month, count, moved, out.monthly_flow, out.month_end_stock, ended)
        if stop:
            return day + 1
    return days


@njit(cache=True)
def month_parts(day_month, mean, weight):
    """How months split over their days, three arrays of shape (D, P).

    Expected units from a day to the end of its month; the part of them that is of this day, by
    ``mean`` x ``weight``; and the sum of those products to the end of the month.
    """
    rest, part, ahead = np.zeros(mean.shape), np.zeros(mean.shape), np.zeros(mean.shape)
    days = mean.shape[0]
    for back in range(days):
        day = days - 1 - back
        goes_on = day + 1 < days and day_month[day + 1] == day_month[day]
        for p in range(mean.shape[1]):
            here = mean[day, p] * weight[day, p]
            rest[day, p] = mean[day, p] + (rest[day + 1, p] if goes_on else 0.0)
            ahead[day, p] = here + (ahead[day + 1, p] if goes_on else 0.0)
            part[day, p] = here / ahead[day, p] if ahead[day, p] > 0.0 else 0.0
    return rest, part, ahead


@njit(cache=True)
def change_departures(seed, member, key_day, keys, wanted, state):
    """Bring what is left of a month to the expectation ``wanted`` (P): thin it or add to it, so that it
    stays Poisson."""
    for p in range(keys.size):
        u, _ = uniform_pair(seed, member, keys[p], key_day)
        if wanted[p] < state.expected[p]:
            kept = wanted[p] / state.expected[p]
            state.left[p] = float(binomial_quantile(u, int(state.left[p]), kept))
        elif wanted[p] > state.expected[p]:
            state.left[p] += float(poisson_quantile(u, wanted[p] - state.expected[p]))
        state.expected[p] = wanted[p]
