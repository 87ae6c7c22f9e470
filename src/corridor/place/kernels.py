"""Loops over households and sites: plain arrays in, plain arrays out.

A *unit* is a household, or tied households together. Its value at a site is the sum over its *parts*
(one for each group in it). Prices are those of one place of a capacity at a site; a unit's *net value* at
a site is its value there less the price of all it needs there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NOWHERE = -1e300
"""Net value at a site that does not fit."""


@njit(cache=True)
def net_values(unit, program, prices, weights, out):
    """Net value of one unit at every site into ``out``; ``weights`` are what a group's score counts extra."""
    sites = out.shape[0]
    for site in range(sites):
        out[site] = program.bonus[unit]
    for part in range(program.part_start[unit], program.part_start[unit + 1]):
        factor = 1.0 + weights[program.part_group[part]]
        for site in range(sites):
            out[site] += factor * program.value[part, site]
    for k in range(program.need_start[unit], program.need_start[unit + 1]):
        amount = program.need_amount[k]
        kind = program.need_kind[k]
        for site in range(sites):
            out[site] -= amount * prices[kind, site]
    for site in range(sites):
        if not program.fits[unit, site]:
            out[site] = NOWHERE


@njit(cache=True)
def dual_value(program, prices, weights):
    """Sum over units of their best net value (at least 0: to be placed nowhere), float64."""
    net = np.empty(program.value.shape[1])
    total = 0.0
    for unit in range(program.bonus.shape[0]):
        net_values(unit, program, prices, weights, net)
        total += program.count[unit] * max(0.0, net.max())
    return total


@njit(cache=True)
def near_best(program, prices, weights, width):
    """Sites whose net value is within ``width`` (per unit) of the unit's best: ``start, site, net, best``.

    ``best`` is the unit's best net value, at least 0.
    """
    units, sites = program.fits.shape
    net = np.empty(sites)
    start = np.zeros(units + 1, np.int64)
    best = np.empty(units)
    for unit in range(units):
        net_values(unit, program, prices, weights, net)
        best[unit] = max(0.0, net.max())
        line = best[unit] - width[unit]
        many = 0
        for site in range(sites):
            if net[site] >= line and net[site] > NOWHERE:
                many += 1
        start[unit + 1] = start[unit] + many
    which = np.empty(start[units], np.int32)
    value = np.empty(start[units])
    for unit in range(units):
        net_values(unit, program, prices, weights, net)
        line = best[unit] - width[unit]
        at = start[unit]
        for site in range(sites):
            if net[site] >= line and net[site] > NOWHERE:
                which[at] = site
                value[at] = net[site]
                at += 1
    return start, which, value, best


@njit(cache=True)
def smooth_dual(program, prices, weights, temperature, curved):
    """The dual with ``max`` made smooth: value, gradient by price, gradient by weight, Hessian.

    ``max(0, net)`` becomes ``T log(1 + sum exp(net / T))``. The Hessian (prices row by row, then weights) is
    filled if ``curved``.
    """
    kinds, sites = prices.shape
    groups = weights.shape[0]
    size = kinds * sites + groups
    gradient = np.zeros(size)
    hessian = np.zeros((size, size) if curved else (1, 1))
    net = np.empty(sites)
    share = np.empty(sites)
    near = np.empty(sites, np.int64)
    index = np.empty(kinds + groups, np.int64)
    slope = np.empty(kinds + groups)
    mean_index = np.empty(sites * kinds + groups, np.int64)
    mean = np.zeros(size)
    seen = np.zeros(size, np.bool_)
    total = 0.0
    for unit in range(program.bonus.shape[0]):
        net_values(unit, program, prices, weights, net)
        top = max(0.0, net.max())
        line = top - 18.0 * temperature
        mass = np.exp(-top / temperature)
        many = 0
        for site in range(sites):
            if net[site] > line:
                share[many] = np.exp((net[site] - top) / temperature)
                mass += share[many]
                near[many] = site
                many += 1
        count = program.count[unit]
        total += count * (top + temperature * np.log(mass))
        used = 0
        for j in range(many):
            site = near[j]
            part_of_one = share[j] / mass
            entries = _slopes_at(program, unit, site, kinds, sites, index, slope)
            for a in range(entries):
                at = index[a]
                gradient[at] += count * part_of_one * slope[a]
                if curved:
                    if not seen[at]:
                        seen[at] = True
                        mean_index[used] = at
                        used += 1
                    mean[at] += part_of_one * slope[a]
                    weight = count * part_of_one * slope[a] / temperature
                    for b in range(entries):
                        hessian[at, index[b]] += weight * slope[b]
        if curved:
            for a in range(used):
                left = count * mean[mean_index[a]] / temperature
                for b in range(used):
                    hessian[mean_index[a], mean_index[b]] -= left * mean[mean_index[b]]
            for a in range(used):
                mean[mean_index[a]] = 0.0
                seen[mean_index[a]] = False
    return total, gradient, hessian


@njit(cache=True, inline="always")
def _slopes_at(program, unit, site, kinds, sites, index, slope):
    """Prices and weights on which a unit's net value at a site depends, and how; returns how many."""
    entries = 0
    for k in range(program.need_start[unit], program.need_start[unit + 1]):
        index[entries] = program.need_kind[k] * sites + site
        slope[entries] = -program.need_amount[k]
        entries += 1
    for part in range(program.part_start[unit], program.part_start[unit + 1]):
        group = program.part_group[part]
        if group > 0:
            index[entries] = kinds * sites + group
            slope[entries] = program.value[part, site]
            entries += 1
    return entries


@njit(cache=True)
def _energy(room, price, under, over, extra):
    """Cost of room left over (priced) or short (dearer still)."""
    return room * price * under if room > 0 else -room * (price * over + extra)


@njit(cache=True)
def anneal(program, moves, site, room, price, surplus, weight, steps, hot, cold, extra, seed):
    """Change ``site`` (units; -1: nowhere), ``room`` (kinds × sites) and ``surplus`` (groups) in place.

    ``moves`` holds ``loose`` (units that may move), ``kind`` (their row in the program) and, by row, the
    candidate sites ``start, site, regret``. ``extra`` is what one of room short costs beyond its price.
    """
    np.random.seed(seed)
    many = moves.loose.size
    for step in range(steps):
        part = step / steps
        heat = hot * (cold / hot) ** part
        under = 0.1 + 0.9 * min(1.0, part / 0.7)
        over = under if part < 0.7 else 1.0 + 30.0 * (part - 0.7)
        more = 0.01 * extra if part < 0.7 else extra * (0.01 + 3.3 * (part - 0.7))
        unit = moves.loose[np.random.randint(many)]
        kind = moves.kind[unit]
        first, last = moves.start[kind], moves.start[kind + 1]
        if last - first < 2:
            continue
        pick = first + np.random.randint(last - first)
        new, old = moves.site[pick], site[unit]
        if new == old:
            continue
        at = first
        while moves.site[at] != old and at < last - 1:
            at += 1
        change = moves.regret[pick] - moves.regret[at]
        change += _move_energy(
            program, kind, old, new, room, price, surplus, weight, (under, over, more)
        )  # fmt: skip
        if change > 0 and np.random.random() >= np.exp(-change / heat):
            continue
        site[unit] = new
        _move(program, kind, old, new, room, surplus)


@njit(cache=True, inline="always")
def _rise(program, part, old, new):
    """Change of a group's value when a part moves from one site to another (-1: nowhere)."""
    after = program.value[part, new] if new >= 0 else 0.0
    before = program.value[part, old] if old >= 0 else 0.0
    return after - before


@njit(cache=True, inline="always")
def _move_energy(program, kind, old, new, room, price, surplus, weight, costs):
    """Change of the cost of room and of floors if one unit moves; ``costs`` are those of :func:`_energy`."""
    under, over, extra = costs
    change = 0.0
    for k in range(program.need_start[kind], program.need_start[kind + 1]):
        need, amount = program.need_kind[k], program.need_amount[k]
        if old >= 0:
            now, cost = room[need, old], price[need, old]
            change += _energy(now + amount, cost, under, over, extra)
            change -= _energy(now, cost, under, over, extra)
        if new >= 0:
            now, cost = room[need, new], price[need, new]
            change += _energy(now - amount, cost, under, over, extra)
            change -= _energy(now, cost, under, over, extra)
    for part in range(program.part_start[kind], program.part_start[kind + 1]):
        group = program.part_group[part]
        if group > 0:
            now, cost = surplus[group], weight[group]
            change += _energy(now + _rise(program, part, old, new), cost, under, over, 1.0 + extra)
            change -= _energy(now, cost, under, over, 1.0 + extra)
    return change


@njit(cache=True, inline="always")
def _move(program, kind, old, new, room, surplus):
    """Move one unit: the room that it frees and takes, and what its groups gain."""
    for k in range(program.need_start[kind], program.need_start[kind + 1]):
        need, amount = program.need_kind[k], program.need_amount[k]
        if old >= 0:
            room[need, old] += amount
        if new >= 0:
            room[need, new] -= amount
    for part in range(program.part_start[kind], program.part_start[kind + 1]):
        group = program.part_group[part]
        if group > 0:
            surplus[group] += _rise(program, part, old, new)


@njit(cache=True)
def repair(program, kind, order, site, room, prices, weights):
    """Make a placement fit: take units out of sites that are too full, then place whoever is nowhere.

    ``order`` is the order in which units are looked at (those that lose least first).
    """
    for unit in order:
        if site[unit] >= 0 and _too_full(program, kind[unit], room, site[unit]):
            _use(program, kind[unit], room, site[unit], -1)
            site[unit] = -1
    for unit in order[::-1]:
        if site[unit] < 0:
            best = _best_with_room(program, kind[unit], room, prices, weights)
            if best >= 0:
                site[unit] = best
                _use(program, kind[unit], room, best, 1)


@njit(cache=True)
def _too_full(program, row, room, site):
    """Whether a site lacks room of a kind that the unit needs."""
    for k in range(program.need_start[row], program.need_start[row + 1]):
        if program.need_amount[k] > 0 and room[program.need_kind[k], site] < -1e-9:
            return True
    return False


@njit(cache=True)
def _use(program, row, room, site, times):
    """Take the room of one unit at a site, or give it back (``times`` -1)."""
    for k in range(program.need_start[row], program.need_start[row + 1]):
        room[program.need_kind[k], site] -= times * program.need_amount[k]


@njit(cache=True)
def _best_with_room(program, row, room, prices, weights):
    """Site with room and the highest net value, among those with a value above 0; -1 if there is none."""
    best, most = -1, 0.0
    for site in range(room.shape[1]):
        if not program.fits[row, site]:
            continue
        gain = program.bonus[row]
        for part in range(program.part_start[row], program.part_start[row + 1]):
            gain += (1.0 + weights[program.part_group[part]]) * program.value[part, site]
        if gain <= 0:
            continue
        fits = True
        for k in range(program.need_start[row], program.need_start[row + 1]):
            need, amount = program.need_kind[k], program.need_amount[k]
            fits = fits and amount <= room[need, site] + 1e-9
            gain -= amount * prices[need, site]
        if fits and (best < 0 or gain > most):
            best, most = site, gain
    return best
