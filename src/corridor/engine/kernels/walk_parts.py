"""Parts of the day loop of the walk rule: choices, departures, the calendar of links, the order of arrivals."""

from __future__ import annotations

import numpy as np
from numba import uint64

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import binomial_quantile, uniform_pair

TRAVELLING, EVENTS, VERSION = 0, 1, 2
"""Entries of the tally: people on links, cells split, version of the attractions."""
_STEP = uint64(0x9E3779B97F4A7C15)
FEW = 6
"""Up to so many people are drawn one by one; more by binomials."""


@kernel
def capacity_factor(people, capacity, buffer):
    """How much a place still attracts: 1 up to the buffer, 0 from its capacity on, linear in between."""
    if capacity < 1.0 or people <= buffer * capacity:
        return 1.0
    if people >= capacity:
        return 0.0
    return 1.0 - (people - buffer * capacity) / (capacity * (1.0 - buffer))


@kernel
def refresh(net, con, s):
    """Set how much each place attracts to what its people say now."""
    s.tally[VERSION] += 1
    for place in range(s.factor.size):
        s.factor[place] = capacity_factor(s.occupied[place], net.capacity[place], con.capacity_buffer)


@kernel
def refresh_camps(net, con, s):
    """As :func:`refresh`, for places with a limit only."""
    s.tally[VERSION] += 1
    for camp in net.camps:
        s.factor[camp] = capacity_factor(s.occupied[camp], net.capacity[camp], con.capacity_buffer)


@kernel
def first_open_legs(net, is_open, step_open, valid):
    """The leg that each step takes, or -1, and which candidates lead over open links only."""
    for step in range(step_open.size):
        step_open[step] = -1
        for i in range(net.step_first[step], net.step_first[step + 1]):
            if is_open[net.leg_link[net.step_leg[i]]]:
                step_open[step] = net.step_leg[i]
                break
    for c in range(valid.size):
        valid[c] = True
        for i in range(net.path_first[c], net.path_first[c + 1]):
            if not is_open[net.path_link[i]]:
                valid[c] = False
                break


@kernel
def weigh(place, net, con, score, camp_now, factor, step_open, valid, upto, leg):
    """Cumulative shares of the candidates of a place, and the leg of each; -1 where people stay after all."""
    first, last = net.candidate_first[place], net.candidate_first[place + 1]
    total = 0.0
    count = 0
    for c in range(first, last):
        if not valid[c]:
            continue
        count += 1
        final = net.candidate_final[c]
        weight = (con.weight_softening + score[final]) * net.candidate_base[c] * factor[final]
        if con.weight_power != 1.0:
            weight = weight**con.weight_power
        total += weight
        upto[c] = weight
    running = 0.0
    for c in range(first, last):
        leg[c] = -1
        if valid[c]:
            running += upto[c] / total if total > 0.0 else 1.0 / count
            final = net.candidate_final[c]
            if not (camp_now[final] and factor[final] < 0.5):
                leg[c] = step_open[net.candidate_step[c]]
        upto[c] = running
    return count


@kernel
def split(n, chance, first, last, upto, seed, member, process, count, day, take):
    """How many of ``n`` take each candidate, in ``take``; returns those who stay and the draws used so far."""
    stay = 0
    size = last - first
    for k in range(size):
        take[k] = 0
    if n <= FEW:
        v = -1.0
        for _ in range(n):
            if v < 0.0:
                u, v = uniform_pair(seed, member, process + uint64(count) * _STEP, day)
                count += 1
            else:
                u, v = v, -1.0
            if u >= chance:
                stay += 1
                continue
            x = u / chance
            k = 0
            while k < size - 1 and x >= upto[first + k]:
                k += 1
            take[k] += 1
        return stay, count
    left = n
    before = 0.0
    spare = -1.0
    if chance < 1.0:
        u, spare = uniform_pair(seed, member, process + uint64(count) * _STEP, day)
        count += 1
        left = binomial_quantile(u, n, chance)
        stay = n - left
    for k in range(size):
        if left == 0:
            break
        share = upto[first + k] - before
        if share <= 0.0:
            continue
        rest = 1.0 - before
        if k == size - 1 or share >= rest * (1.0 - 1e-12):
            take[k] = left
            break
        if spare < 0.0:
            u, spare = uniform_pair(seed, member, process + uint64(count) * _STEP, day)
            count += 1
        else:
            u, spare = spare, -1.0
        taken = binomial_quantile(u, left, share / rest)
        take[k] = taken
        left -= taken
        before = upto[first + k]
    return stay, count


@kernel
def on_the_way(net, con, calendar, day, leg, people, travelled, first):
    """Put people who set out on a leg into the calendar; ``travelled`` is R plus what they moved today."""
    if first:
        calendar[(day + net.first_days[leg] - 1) % con.window, net.leg_first[leg + 1] - 1] += people
        return
    days = net.leg_days[leg]
    recent = travelled
    for _ in range(days - 1):
        recent = (recent + con.speed) >> 1
    calendar[(day + days - 1) % con.window, net.leg_cell[leg, recent]] += people


@kernel
def turn_back(net, calendar, closes):
    """Move people on links that close to the second half of the calendar: they will return to the start."""
    half = net.leg_recent.size
    for leg in range(net.leg_link.size):
        if closes[net.leg_link[leg]]:
            for row in range(calendar.shape[0]):
                for cell in range(net.leg_first[leg], net.leg_first[leg + 1]):
                    calendar[row, half + cell] += calendar[row, cell]
                    calendar[row, cell] = 0


@kernel
def depart(net, con, days, seed, member, day, rest, occupied):
    """Share the day's departures out over the conflict zones."""
    left = days.departures[day]
    total = 0.0
    for place in range(occupied.size):
        total += days.spawn_weight[day, place]
    for place in range(occupied.size):
        weight = days.spawn_weight[day, place]
        if left == 0 or weight <= 0.0:
            continue
        share = weight / total
        people = left
        if share < 1.0 - 1e-12:
            u, _ = uniform_pair(seed, member, days.conflicts_key[place], day)
            people = binomial_quantile(u, left, share)
        total -= weight
        left -= people
        cell = net.slot_first[place + 1] - 1 if con.start_on_foot else net.slot_cell[place, 0]
        rest[cell] += people
        occupied[place] += people


@kernel
def find_near(net, con, occupied, today, near, touched):
    """Mark the camps whose attraction may change while today's people arrive, and the places that this touches.

    Returns how many camps there are.
    """
    arriving = np.zeros(occupied.size, np.int64)
    for leg in range(net.leg_link.size):
        for cell in range(net.leg_first[leg], net.leg_first[leg + 1]):
            arriving[net.slot_place[net.leg_slot[leg]]] += today[cell]
    count = 0
    near[:] = False
    touched[:] = False
    for i in range(net.camps.size):
        camp = net.camps[i]
        capacity = net.capacity[camp]
        if occupied[camp] >= capacity:
            continue
        most = occupied[camp]
        for place in range(occupied.size):
            if net.feeds[i, place]:
                most += arriving[place]
        if most > con.capacity_buffer * capacity:
            near[camp] = True
            count += 1
            for place in range(occupied.size):
                touched[place] |= net.touches[i, place]
    return count


@kernel
def interleave(count, crowd, rounds, amount, pieces, queue):
    """Order the arriving cells: those that touch no camp near its limit as they are, the others interleaved.

    The ``crowd`` of the others passes in ``rounds`` rounds: a cell with as many people as a round has is split
    into pieces, one a round; a smaller one passes whole, in a round of its own. ``pieces`` says on entry which
    cells are to be interleaved and on return into how many pieces each is split; ``queue`` takes cell and piece.
    """
    size = 0
    filled = np.zeros(rounds + 1, np.int64)
    for i in range(count):
        if pieces[i] == 0 or rounds == 1:
            pieces[i] = 1
            queue[size] = i << 8
            size += 1
            amount[i] = -amount[i]  # done
            continue
        pieces[i] = min((amount[i] * rounds + crowd - 1) // crowd, rounds)
        if pieces[i] == 1:
            filled[rounds - (i * 29) % rounds] += 1
            continue
        for turn in range(rounds):
            filled[turn + 1] += _piece_of(pieces[i], turn + 1, i, rounds) - _piece_of(
                pieces[i], turn, i, rounds
            )
    filled[0] = size
    for turn in range(rounds):
        filled[turn + 1] += filled[turn]
    for i in range(count):
        if amount[i] < 0:
            amount[i] = -amount[i]
            continue
        if pieces[i] == 1:
            turn = rounds - 1 - (i * 29) % rounds
            queue[filled[turn]] = i << 8
            filled[turn] += 1
            continue
        for turn in range(rounds):
            piece = _piece_of(pieces[i], turn, i, rounds)
            if _piece_of(pieces[i], turn + 1, i, rounds) > piece:
                queue[filled[turn]] = (i << 8) + piece
                filled[turn] += 1


@kernel(inline="always")
def _piece_of(pieces, turn, i, rounds):
    """Pieces of a cell that have passed before a round; cells start at different places."""
    return (pieces * turn + (i * 29) % rounds) // rounds


@kernel
def queue_size(count, pieces):
    """Entries of the queue."""
    total = 0
    for i in range(count):
        total += pieces[i]
    return total
