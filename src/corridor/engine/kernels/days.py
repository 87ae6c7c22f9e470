"""The day loop, for whole people (stochastic) and for expected values.

Cells hold units of one group. A cell's edges are contiguous. Each day, in this order: departures enter;
every cell's leavers are drawn and split; gates (throughput of flows and routes, room at destinations)
refuse what does not fit, level by level, so that an overflow edge sees its refused units after its own
demand; what was granted moves, and arrives in the evening. Edges that no gate can touch move at once.
"""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.bundles import Work
from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.departures import depart
from corridor.engine.kernels.gates import add_event_demand, pass_gates, take_event_people
from corridor.engine.kernels.leave import (
    count_plain,
    drawn_chances,
    expected_chances,
    leave_expected,
    leave_stochastic,
)
from corridor.engine.kernels.steer import steer
from corridor.engine.kernels.triggers import count_watched, switch_triggers


@kernel
def _move_later(layout, work, count, day_flow):
    """Move what the gates granted."""
    for edge in layout.later:
        granted = work.want[edge]
        count[layout.edge_cell[edge]] -= granted
        work.arriving[layout.edge_dest[edge]] += granted
        if layout.edge_flow[edge] >= 0:
            work.moved[edge] += granted
            day_flow[layout.edge_flow[edge]] += granted * layout.edge_size[edge]


@kernel
def _arrive(layout, work, count, day_stock):
    """In the evening those on an edge are in its cell."""
    for cell in range(count.size):
        count[cell] += work.arriving[cell]
        work.arriving[cell] = 0.0
    for i in range(layout.stock_cells.size):
        cell = layout.stock_cells[i]
        day_stock[layout.stock_of[i]] += count[cell] * layout.cell_size[cell]


@kernel(fastmath={"reassoc"})
def _inside(count, size):
    """People in all cells; a sum in lanes, whose order the compiler fixes."""
    total = 0.0
    for cell in range(count.size):
        total += count[cell] * size[cell]
    return total


@kernel
def _end_month(layout, month, count, moved, out, ended):
    """Add the moves since the last call to their month; where it has ``ended``, count who is where."""
    for edge in range(moved.size):
        if moved[edge] != 0.0:
            people = moved[edge] * layout.edge_size[edge]
            group = layout.cell_group[layout.edge_cell[edge]]
            out.monthly_flow[month, layout.edge_flow[edge], group] += people
            moved[edge] = 0.0
    if ended:
        for i in range(layout.stock_cells.size):
            cell = layout.stock_cells[i]
            people = count[cell] * layout.cell_size[cell]
            out.month_end_stock[month, layout.stock_of[i], layout.cell_group[cell]] += people


@kernel
def _new_work(stochastic, layout, cells):
    """Scratch arrays of one call of `run_days`."""
    edges, plain = layout.edge_dest.size, layout.plain_edge.size
    drawn_edges, drawn_cells = (edges, cells) if stochastic else (0, 0)
    return Work(
        want=np.zeros(edges),
        asked=np.zeros(edges),
        together=np.zeros(edges),
        moved=np.zeros(edges),
        arriving=np.zeros(cells),
        chance=np.zeros(edges),
        chance_log=np.zeros(drawn_edges),
        cell_chance=np.zeros(drawn_cells),
        cell_log=np.zeros(drawn_cells),
        plain_chance=np.zeros(plain),
        stay=np.zeros(cells),
        cell_days=np.zeros(cells),
        steered=np.full(edges, -1.0),
        aimed=np.zeros(layout.steer_edge.size),
        beds=np.zeros(layout.front_stock.size),
        sent=np.zeros(layout.front_stock.size),
    )


@kernel
def _begin_segment(stochastic, rate, layout, work):
    """Chances of a segment, from the rates (E) of its edges."""
    if stochastic:
        drawn_chances(rate, layout, work)
    else:
        count_plain(layout, work)
        expected_chances(rate, layout, work)


@kernel
def _run_day(stochastic, seed, member, key_day, day, count, layout, inputs, state, work, out):
    """Move everybody who moves on one day; returns how many people entered."""
    segment = inputs.day_segment[day]
    for t in range(state.on.size):
        out.trigger_on[day, t] = state.on[t]
    entered = depart(stochastic, seed, member, key_day, day, layout, inputs, count, state)
    room, throughput = inputs.room[segment].copy(), inputs.throughput[segment].copy()
    if inputs.steers[segment]:
        steer(stochastic, layout, inputs.rate[segment], inputs.directed[segment], room, count, work)
    people = inputs.set_out[day]
    take_event_people(stochastic, seed, member, key_day, layout, people, count, work)
    day_flow = out.daily_flow[day]
    if stochastic:
        leave_stochastic(layout, work, count, day_flow, room, seed, member, key_day)
    else:
        leave_expected(layout, work, count, day_flow, room)
    add_event_demand(layout, people, count, work, room)
    for k in range(room.size):
        room[k] = max(room[k], 0.0)
    pass_gates(layout, work, throughput, room, stochastic, seed, member, key_day)
    _move_later(layout, work, count, day_flow)
    _arrive(layout, work, count, out.daily_stock[day])
    out.inside[day] = _inside(count, layout.cell_size)
    return entered


@kernel
def run_days(stochastic, seed, member, first_day, begin, count, layout, inputs, watch, state, out):
    """Run the days of one member from position ``begin`` on, in place; returns the position of the next.

    It stops in an evening on which a trigger changes, so that the days to come can get other numbers; else
    at the end. ``count`` (C) units; the bundles ``layout``, ``inputs``, ``watch``, ``state`` and ``out`` are those
    of `kernels.bundles`. ``first_day`` is the ordinal of position 0: random numbers are keyed by it.
    """
    work = _new_work(stochastic, layout, count.size)
    days, segment = inputs.day_segment.size, -1
    entered = out.departed[begin - 1] if begin > 0 else 0.0
    for day in range(begin, days):
        month = inputs.day_month[day]
        if inputs.day_segment[day] != segment:
            segment = inputs.day_segment[day]
            _begin_segment(stochastic, inputs.rate[segment], layout, work)
        entered += _run_day(
            stochastic, seed, member, first_day + day, day, count, layout, inputs, state, work, out
        )
        out.departed[day] = entered
        count_watched(day, month, work.want, out.daily_stock, watch, out.trigger_seen)
        ended = day == days - 1 or inputs.day_month[day + 1] != month
        stop = switch_triggers(day, watch, state, out.trigger_seen)
        if ended or stop:
            if not stochastic:
                count_plain(layout, work)
            _end_month(layout, month, count, work.moved, out, ended)
        if stop:
            return day + 1
    return days
