"""Small placement problems, and a solver that tries everything."""

import itertools

import numpy as np
import polars as pl


def tables(rows, sites, scores):
    """Cases, sites and scores as Polars tables; ``scores`` is households × sites."""
    cases = pl.DataFrame(rows)
    places = pl.DataFrame(sites)
    matrix = np.asarray(scores, float)
    made = {"id": cases["id"]} | {site: matrix[:, s] for s, site in enumerate(places["id"])}
    return cases, places, pl.DataFrame(made)


def two_sites(room_a=2, room_b=2):
    return [{"id": "A", "capacity_people": room_a}, {"id": "B", "capacity_people": room_b}]


def everything(program, limits):
    """The best value over all ways to place the units, by trying every one."""
    units = program.fits.shape[0]
    choices = [[-1, *np.flatnonzero(program.fits[u])] for u in range(units)]
    best = 0.0
    for choice in itertools.product(*choices):
        taken = np.zeros_like(limits.capacity)
        value = 0.0
        by_group = np.zeros(limits.floor.size)
        for u, s in enumerate(choice):
            if s < 0:
                continue
            value += program.bonus[u]
            for p in range(program.part_start[u], program.part_start[u + 1]):
                value += program.value[p, s]
                by_group[program.part_group[p]] += program.value[p, s]
            for k in range(program.need_start[u], program.need_start[u + 1]):
                taken[program.need_kind[k], s] += program.need_amount[k]
        if (taken > limits.capacity + 1e-9).any():
            continue
        value -= limits.floor_price * np.maximum(0, limits.floor - by_group)[1:].sum()
        best = max(best, value)
    return best
