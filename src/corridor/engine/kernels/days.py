"""The day loop: one kernel for integers (stochastic) and one rule set shared with expected values.

Cells hold units of one group. A cell's edges are contiguous. Each day, in this order: departures enter;
every cell's leavers are drawn and split; gates (throughput of flows and routes, room at destinations)
refuse what does not fit, level by level, so that an overflow edge sees its refused units after its own
demand; what was granted moves, and arrives in the evening. Edges that no gate can touch move at once.
"""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.departures import depart
from corridor.engine.kernels.gates import ask_together, pass_gates, set_out
from corridor.engine.kernels.leave import (
    count_plain,
    enter_expected,
    enter_stochastic,
    leave_expected,
    leave_stochastic,
)
from corridor.engine.kernels.triggers import count_watched, switch_triggers


@kernel
def _move_later(net, want, count, arriving, moved, day_flow):
    """Move what the gates granted."""
    for edge in net.later:
        granted = want[edge]
        count[net.edge_cell[edge]] -= granted
        arriving[net.edge_dest[edge]] += granted
        if net.edge_flow[edge] >= 0:
            moved[edge] += granted
            day_flow[net.edge_flow[edge]] += granted * net.edge_size[edge]


@kernel
def _arrive(net, count, arriving, day_stock):
    """The evening: who was on an edge is in its cell."""
    for cell in range(count.size):
        count[cell] += arriving[cell]
        arriving[cell] = 0.0
    for i in range(net.stock_cells.size):
        cell = net.stock_cells[i]
        day_stock[net.stock_of[i]] += count[cell] * net.cell_size[cell]


@kernel(fastmath={"reassoc"})
def _inside(count, size):
    """People in all cells; a sum in lanes, whose order the compiler fixes."""
    total = 0.0
    for cell in range(count.size):
        total += count[cell] * size[cell]
    return total


@kernel
def _end_month(net, month, count, moved, monthly_flow, month_end_stock, ended):
    """Add the moves since the last call to their month; ``ended``: count who is where."""
    for edge in range(moved.size):
        if moved[edge] != 0.0:
            people = moved[edge] * net.edge_size[edge]
            group = net.cell_group[net.edge_cell[edge]]
            monthly_flow[month, net.edge_flow[edge], group] += people
            moved[edge] = 0.0
    if ended:
        for i in range(net.stock_cells.size):
            cell = net.stock_cells[i]
            people = count[cell] * net.cell_size[cell]
            month_end_stock[month, net.stock_of[i], net.cell_group[cell]] += people


@kernel
def run_days(stochastic, seed, member, first_day, begin, count, net, num, watch, state, out):
    """Run the days of one member from position ``begin`` on, in place; returns the position of the next.

    It stops in an evening on which a trigger changes, so that the days to come can get other numbers; else
    at the end. ``count`` (C) units; ``net`` is a `Layout`, ``num`` are `Inputs`, ``watch`` a `Watch`,
    ``state`` a `State`, ``out`` `Outputs`. ``first_day`` is the ordinal of position 0: random numbers are
    keyed by it.
    """
    edges, cells, days = net.edge_dest.size, count.size, num.day_segment.size
    want, asked, together = np.zeros(edges), np.zeros(edges), np.zeros(edges)
    moved, arriving, chance = np.zeros(edges), np.zeros(cells), np.zeros(edges)
    drawn_edges, drawn_cells = (edges, cells) if stochastic else (0, 0)
    chance_log, cell_chance, cell_log = np.zeros(drawn_edges), np.zeros(drawn_cells), np.zeros(drawn_cells)
    plain_chance, keep, cell_days = np.zeros(net.plain_edge.size), np.zeros(cells), np.zeros(cells)
    segment = -1
    entered = out.departed[begin - 1] if begin > 0 else 0.0
    for day in range(begin, days):
        month, key_day = num.day_month[day], first_day + day
        if num.day_segment[day] != segment:
            segment = num.day_segment[day]
            if stochastic:
                enter_stochastic(num.rate[segment], net, chance, chance_log, cell_chance, cell_log)
            else:
                count_plain(net, plain_chance, cell_days, moved)
                enter_expected(num.rate[segment], net, chance, plain_chance, keep)
        for t in range(state.on.size):
            out.trigger_on[day, t] = state.on[t]
        new_month = day == 0 or num.day_month[day - 1] != month
        entered += depart(stochastic, seed, member, key_day, day, new_month, net, num, count, state)
        room, throughput = num.room[segment].copy(), num.throughput[segment].copy()
        set_out(stochastic, seed, member, key_day, net, num.set_out[day], count, asked, together)
        day_flow = out.daily_flow[day]
        if stochastic:
            for edge in net.later:
                want[edge] = 0.0
            leave_stochastic(
                net, chance, chance_log, cell_chance, cell_log, count, want, arriving, moved, day_flow, room,
                seed, member, key_day,
            )  # fmt: skip
        else:
            leave_expected(net, chance, plain_chance, keep, count, cell_days, want, arriving, day_flow, room)
        ask_together(net, num.set_out[day], count, want, together, room)
        for k in range(room.size):
            room[k] = max(room[k], 0.0)
        pass_gates(net, want, asked, throughput, room, stochastic, seed, member, key_day)
        _move_later(net, want, count, arriving, moved, day_flow)
        _arrive(net, count, arriving, out.daily_stock[day])
        out.inside[day] = _inside(count, net.cell_size)
        out.departed[day] = entered
        count_watched(day, month, want, out.daily_stock, watch, out.trigger_seen)
        ended = day == days - 1 or num.day_month[day + 1] != month
        stop = switch_triggers(day, watch, state, out.trigger_seen)
        if ended or stop:
            if not stochastic:
                count_plain(net, plain_chance, cell_days, moved)
            _end_month(net, month, count, moved, out.monthly_flow, out.month_end_stock, ended)
        if stop:
            return day + 1
    return days
