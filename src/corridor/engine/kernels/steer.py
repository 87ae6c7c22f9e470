"""People who are sent where there is room, as it is every morning."""

from __future__ import annotations

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import log_miss

DECLARED = 1e17
"""Room above it is that of a reception without a limit: nobody is sent there, and nobody from there."""


@kernel
def free_beds(layout, room, count, work):
    """Beds free this morning by reception: room less all who are in it, in front of it or on the way there;
    below 0 where no limit is declared."""
    for j in range(layout.front_stock.size):
        free = room[layout.front_stock[j]]
        if free > DECLARED:
            work.beds[j] = -1.0
            continue
        for at in range(layout.front_start[j], layout.front_start[j + 1]):
            cell = layout.front_cells[at]
            free -= count[cell] * layout.cell_size[cell]
        work.beds[j] = max(free, 0.0)


@kernel
def aim(layout, i, rate, directed, work):
    """``aimed`` of the edges of steered cell ``i``: what is directed goes in proportion to the beds that are free.

    Returns whether anybody is.
    """
    first, last = layout.steer_start[i], layout.steer_start[i + 1]
    whole, pull = 0.0, 0.0
    for x in range(first, last):
        front = layout.steer_front[x]
        sent = directed[x] * rate[layout.steer_edge[x]] if work.beds[front] >= 0.0 else 0.0
        together = 0.0
        for y in range(first, last):
            if layout.steer_front[y] == front:
                together += directed[y] * rate[layout.steer_edge[y]]
        work.aimed[x] = work.beds[front] * sent / together if sent > 0.0 else 0.0
        whole += sent
        pull += work.aimed[x]
    for x in range(first, last):
        work.aimed[x] = whole * work.aimed[x] / pull if pull > 0.0 else 0.0
    return pull > 0.0


@kernel
def steer(stochastic, layout, rate, directed, room, count, work):
    """Set this morning's chances of the edges that lead to receptions.

    Of the people that measures direct, no more are sent to a reception than have a free bed there; all others
    go where they would have gone. ``directed`` (X) is the part of an edge's users, ``rate`` (E) as declared.
    """
    sent = work.sent
    sent[:] = 0.0
    free_beds(layout, room, count, work)
    for i in range(layout.steer_cell.size):
        cell = layout.steer_cell[i]
        if aim(layout, i, rate, directed, work):
            for x in range(layout.steer_start[i], layout.steer_start[i + 1]):
                people = count[cell] * layout.cell_size[cell]
                sent[layout.steer_front[x]] += people * work.aimed[x]
    part = 1.0
    for j in range(sent.size):
        if sent[j] > work.beds[j] and sent[j] > 0.0:
            part = min(part, max(work.beds[j], 0.0) / sent[j])
    for i in range(layout.steer_cell.size):
        first, last = layout.steer_start[i], layout.steer_start[i + 1]
        somebody = False
        for x in range(first, last):
            somebody = somebody or work.aimed[x] > 0.0
        for x in range(first, last):
            edge = layout.steer_edge[x]
            work.steered[edge] = rate[edge]
            if somebody and work.beds[layout.steer_front[x]] >= 0.0:
                work.steered[edge] += part * (work.aimed[x] - directed[x] * rate[edge])
        _set_chances(stochastic, layout, layout.steer_cell[i], rate, work)


@kernel
def _set_chances(stochastic, layout, cell, rate, work):
    """Chances of a cell's steered edges, or of all its edges one after the other where they are drawn."""
    first, last = layout.cell_start[cell], layout.cell_start[cell + 1]
    total = 0.0
    for edge in range(first, last):
        total += rate[edge]
    rest = total
    for edge in range(first, last):
        here = work.steered[edge] if work.steered[edge] >= 0.0 else rate[edge]
        if not stochastic:
            if work.steered[edge] >= 0.0:
                work.chance[edge] = here / max(total, 1.0)
            continue
        if here <= 0.0:
            work.chance[edge] = 0.0
        elif here >= rest * (1.0 - 1e-12):
            work.chance[edge] = 1.0
        else:
            work.chance[edge] = here / rest
        work.chance_log[edge] = log_miss(work.chance[edge])
        rest -= here
