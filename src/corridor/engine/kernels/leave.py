"""Leavers of every cell by edge: drawn for whole people, or expected."""

from __future__ import annotations

from corridor.engine.kernels.bundles import FREES, LATER
from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import binomial_with, log_miss, uniform_pair


@kernel
def expected_chances(rate, layout, work):
    """Once for a segment: the part of a cell that takes each edge, from the ``rate`` (E) of edges.

    ``chance`` is that of every edge, ``plain_chance`` that of edges that no gate can touch, ``stay`` the part that
    takes none of these.
    """
    chance, plain_chance, stay = work.chance, work.plain_chance, work.stay
    for cell in range(stay.size):
        first, last = layout.cell_start[cell], layout.cell_start[cell + 1]
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        gone = 0.0
        for edge in range(first, last):
            chance[edge] = rate[edge] / max(total, 1.0)
            if not layout.edge_mark[edge] & LATER:
                gone += chance[edge]
        stay[cell] = max(1.0 - gone, 0.0)
    for i in range(plain_chance.size):
        plain_chance[i] = chance[layout.plain_edge[i]]


@kernel
def drawn_chances(rate, layout, work):
    """Once for a segment: the chance of leaving each cell, and of each edge among those not yet served."""
    chance, chance_log = work.chance, work.chance_log
    cell_chance, cell_log = work.cell_chance, work.cell_log
    for cell in range(cell_chance.size):
        first, last = layout.cell_start[cell], layout.cell_start[cell + 1]
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        cell_chance[cell] = total
        cell_log[cell] = log_miss(total)
        rest = total
        for edge in range(first, last):
            if rate[edge] <= 0.0:
                chance[edge] = 0.0
            elif rate[edge] >= rest * (1.0 - 1e-12):
                chance[edge] = 1.0
            else:
                chance[edge] = rate[edge] / rest
            chance_log[edge] = log_miss(chance[edge])
            rest -= rate[edge]


@kernel
def leave_expected(layout, work, count, day_flow, room):
    """Expected leavers: by edges that no gate can touch they move at once; of the others they are demand.

    ``cell_days`` adds up who was in a cell, from which the moves of a segment are counted.
    """
    chance, plain_chance, stay = work.chance, work.plain_chance, work.stay
    want, arriving, cell_days = work.want, work.arriving, work.cell_days
    for cell in layout.room_cells:
        room[layout.cell_room[cell]] -= count[cell] * layout.cell_size[cell]
    for edge in layout.later:
        want[edge] = count[layout.edge_cell[edge]] * chance[edge]
    for edge in layout.frees:
        cell = layout.edge_cell[edge]
        room[layout.cell_room[cell]] += count[cell] * chance[edge] * layout.edge_size[edge]
    counted = layout.plain_flow.size
    for i in range(counted):
        moved = count[layout.plain_cell[i]] * plain_chance[i]
        arriving[layout.plain_dest[i]] += moved
        day_flow[layout.plain_flow[i]] += moved * layout.plain_size[i]
    for i in range(counted, plain_chance.size):
        arriving[layout.plain_dest[i]] += count[layout.plain_cell[i]] * plain_chance[i]
    for cell in range(count.size):
        cell_days[cell] += count[cell]
        count[cell] *= stay[cell]


@kernel
def count_plain(layout, work):
    """Add to ``moved`` (E) what went by edges that no gate can touch since the last call."""
    for i in range(layout.plain_flow.size):
        work.moved[layout.plain_edge[i]] += work.cell_days[layout.plain_cell[i]] * work.plain_chance[i]
    work.cell_days[:] = 0.0


@kernel
def leave_stochastic(layout, work, count, day_flow, room, seed, member, key_day):
    """Draw the leavers of every cell and split them by sequential binomials in the order of edges.

    One function on purpose: a call for every cell would count the references of every array of the bundles.
    """
    chance, chance_log, cell_chance, cell_log = work.chance, work.chance_log, work.cell_chance, work.cell_log
    want, arriving, moved = work.want, work.arriving, work.moved
    for edge in layout.later:
        want[edge] = 0.0
    for cell in range(count.size):
        if count[cell] == 0.0:
            continue
        units = int(count[cell])
        size = layout.cell_size[cell]
        limited = layout.cell_room[cell]
        if limited >= 0:
            room[limited] -= units * size
        total = cell_chance[cell]
        if total <= 0.0:
            continue
        leavers = units
        if total < 1.0:
            u, _ = uniform_pair(seed, member, layout.cell_stream[cell], key_day)
            leavers = binomial_with(u, units, total, cell_log[cell])
        left = 0
        for edge in range(layout.cell_start[cell], layout.cell_start[cell + 1]):
            if leavers == 0:
                break
            if chance[edge] <= 0.0:
                continue
            taken = leavers
            if chance[edge] < 1.0:
                u, _ = uniform_pair(seed, member, layout.edge_stream[edge], key_day)
                taken = binomial_with(u, leavers, chance[edge], chance_log[edge])
                if taken == 0:
                    continue
            leavers -= taken
            mark = layout.edge_mark[edge]
            if mark & FREES:
                room[limited] += taken * size
            if mark & LATER:
                want[edge] = taken
                continue
            left += taken
            arriving[layout.edge_dest[edge]] += taken
            flow = layout.edge_flow[edge]
            if flow >= 0:
                moved[edge] += taken
                day_flow[flow] += taken * size
        count[cell] = units - left
