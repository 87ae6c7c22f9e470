"""Who leaves which cell by which edge: drawn for whole people, or expected."""

from __future__ import annotations

from corridor.engine.kernels.bundles import FREES, LATER
from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import binomial_with, log_miss, uniform_pair


@kernel
def enter_expected(rate, net, chance, plain_chance, keep):
    """Parts of a cell that take each edge, made once for a segment: of edges that no gate can touch in
    ``plain_chance``, and of who stays but for those in ``keep``."""
    for cell in range(keep.size):
        first, last = net.cell_start[cell], net.cell_start[cell + 1]
        total = 0.0
        for edge in range(first, last):
            total += rate[edge]
        gone = 0.0
        for edge in range(first, last):
            chance[edge] = rate[edge] / max(total, 1.0)
            if not net.edge_mark[edge] & LATER:
                gone += chance[edge]
        keep[cell] = max(1.0 - gone, 0.0)
    for i in range(plain_chance.size):
        plain_chance[i] = chance[net.plain_edge[i]]


@kernel
def enter_stochastic(rate, net, chance, chance_log, cell_chance, cell_log):
    """Chances of leaving each cell, and of each edge among those not yet served, made once for a segment."""
    for cell in range(cell_chance.size):
        first, last = net.cell_start[cell], net.cell_start[cell + 1]
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
def leave_expected(net, chance, plain_chance, keep, count, cell_days, want, arriving, day_flow, room):
    """Expected leavers: by edges that no gate can touch they move at once, by the others they ask.

    ``cell_days`` adds up who was in a cell, from which the moves of a segment are counted.
    """
    for cell in net.room_cells:
        room[net.cell_room[cell]] -= count[cell] * net.cell_size[cell]
    for edge in net.later:
        want[edge] = count[net.edge_cell[edge]] * chance[edge]
    for edge in net.frees:
        cell = net.edge_cell[edge]
        room[net.cell_room[cell]] += count[cell] * chance[edge] * net.edge_size[edge]
    counted = net.plain_flow.size
    for i in range(counted):
        moved = count[net.plain_cell[i]] * plain_chance[i]
        arriving[net.plain_dest[i]] += moved
        day_flow[net.plain_flow[i]] += moved * net.plain_size[i]
    for i in range(counted, plain_chance.size):
        arriving[net.plain_dest[i]] += count[net.plain_cell[i]] * plain_chance[i]
    for cell in range(count.size):
        cell_days[cell] += count[cell]
        count[cell] *= keep[cell]


@kernel
def count_plain(net, plain_chance, cell_days, moved):
    """Add to ``moved`` (E) what went by edges that no gate can touch since the last call."""
    for i in range(net.plain_flow.size):
        moved[net.plain_edge[i]] += cell_days[net.plain_cell[i]] * plain_chance[i]
    cell_days[:] = 0.0


@kernel
def leave_stochastic(
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
            u, _ = uniform_pair(seed, member, net.cell_stream[cell], key_day)
            leavers = binomial_with(u, units, total, cell_log[cell])
        left = 0
        for edge in range(net.cell_start[cell], net.cell_start[cell + 1]):
            if leavers == 0:
                break
            if chance[edge] <= 0.0:
                continue
            taken = leavers
            if chance[edge] < 1.0:
                u, _ = uniform_pair(seed, member, net.edge_stream[edge], key_day)
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
