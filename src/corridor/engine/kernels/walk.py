"""The day loop of the walk rule: people who choose where to walk, as whole numbers in cells.

Pass A gives everybody at a place one chance to leave, pass B lets those on a link arrive and perhaps go on
the same day (:mod:`corridor.engine.kernels.walk_arrivals`). While no camp is near its limit the order within a
pass changes nothing, so a cell is taken as a whole; while one is, arrivals are taken in interleaved parts and the
camp's attraction follows each of them.
"""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.walk_arrivals import arrive
from corridor.engine.kernels.walk_layout import WalkConstants, WalkDays, WalkNetwork, WalkState
from corridor.engine.kernels.walk_parts import (
    EVENTS,
    TRAVELLING,
    VERSION,
    depart,
    first_open_legs,
    on_the_way,
    refresh,
    refresh_camps,
    split,
    turn_back,
    weigh,
)

STACK = 1 << 16
"""Arrivals of one day that can wait for each other: far more than there are hops in a day."""


@kernel
def run_walk_days(
    net: WalkNetwork, days: WalkDays, con: WalkConstants, seed, member, stay_counts, way_counts
):
    """Run all days: people at each place in ``stay_counts`` (D, P), people on links in ``way_counts`` (D).

    Returns the number of cells that were split.
    """
    s = start(net, days, con)
    for day in range(days.departures.size):
        open_day(net, days, con, s, seed, member, day)
        leave_places(net, days, con, s, seed, member, day)
        arrive(net, days, con, s, seed, member, day)
        stay_counts[day] = s.occupied
        way_counts[day] = s.tally[TRAVELLING]
    return s.tally[EVENTS]


@kernel
def start(net, days, con):
    """The state on the morning of the first day."""
    places = days.initial.size
    cells = net.leg_recent.size
    candidates = net.candidate_final.size
    s = WalkState(
        np.zeros((2, net.slot_recent.size), np.int64),
        np.zeros((con.window, 2 * cells), np.int64),
        np.zeros(places, np.int64),
        np.ones(places),
        np.zeros(places, np.bool_),
        np.zeros(places, np.bool_),
        np.empty(net.step_final.size, np.int64),
        np.empty(candidates, np.bool_),
        np.zeros(candidates),
        np.empty(candidates, np.int64),
        np.zeros(places, np.int64),
        np.zeros(places, np.int64),
        np.zeros(net.slot_place.size, np.int64),
        np.zeros(candidates + 1, np.int64),
        np.empty((STACK, 4), np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(2 * cells + con.rounds + 1, np.int64),
        np.zeros(3, np.int64),
    )
    for place in range(places):
        cell = net.slot_first[place + 1] - 1 if con.start_on_foot else net.slot_cell[place, 0]
        s.here[0, cell] += days.initial[place]
        s.occupied[place] += days.initial[place]
    return s


@kernel
def open_day(net, days, con, s, seed, member, day):
    """Departures, links that open or close, and how much each place attracts in the morning."""
    s.used[:] = 0
    depart(net, con, days, seed, member, day, s.here[day & 1], s.occupied)
    if days.changes[day]:
        turn_back(net, s.calendar, days.closes[day])
    if day == 0 or days.changes[day]:
        first_open_legs(net, days.is_open[day], s.step_open, s.valid)
    refresh(net, con, s)


@kernel
def leave_places(net, days, con, s, seed, member, day):
    """Pass A: everybody at a place, camps first.

    Written out on purpose: handing the bundles to a function for each cell, inlined or not, costs ten times as
    much as what is done with them (mali2012 at full size: 3.3 s against 0.34 s).
    """
    rest, after = s.here[day & 1], s.here[1 - (day & 1)]
    calendar, occupied, factor, tally = s.calendar, s.occupied, s.factor, s.tally
    step_open, valid, upto, leg = s.step_open, s.valid, s.upto, s.leg
    choices, weighed, used, take = s.choices, s.weighed, s.used, s.take
    score, camp_now = days.score[day], days.is_camp[day]
    camps_done = False
    for i in range(net.slot_order.size):
        slot = net.slot_order[i]
        place = net.slot_place[slot]
        if not camps_done and not net.is_camp[place]:
            camps_done = True
            refresh_camps(net, con, s)
        last_cell = net.slot_first[slot + 1] - 1
        for cell in range(net.slot_first[slot], last_cell + 1):
            people = rest[cell]
            if people == 0:
                continue
            rest[cell] = 0
            first = con.start_on_foot and cell == last_cell
            recent = net.slot_recent[cell]
            step = net.slot_step[slot]
            if step >= 0:
                tally[EVENTS] += 1
                final = net.step_final[step]
                if step_open[step] < 0 or (camp_now[final] and factor[final] < 0.5):
                    after[net.slot_cell[place, recent >> 1]] += people
                else:
                    occupied[place] -= people
                    tally[TRAVELLING] += people
                    on_the_way(net, con, calendar, day, step_open[step], people, recent, False)
                continue
            if weighed[place] != tally[VERSION]:
                choices[place] = weigh(place, net, con, score, camp_now, factor, step_open, valid, upto, leg)
                weighed[place] = tally[VERSION]
            stay = people
            chance = days.move_chance[day, place]
            if choices[place] > 0 and chance > 0.0:
                tally[EVENTS] += 1
                begin, end = net.candidate_first[place], net.candidate_first[place + 1]
                stay, used[slot] = split(
                    people,
                    chance,
                    begin,
                    end,
                    upto,
                    seed,
                    member,
                    net.slot_key[slot],
                    used[slot],
                    day,
                    take,
                )
                for k in range(end - begin):
                    if take[k] == 0:
                        continue
                    if leg[begin + k] < 0:
                        stay += take[k]
                        continue
                    occupied[place] -= take[k]
                    tally[TRAVELLING] += take[k]
                    on_the_way(net, con, calendar, day, leg[begin + k], take[k], recent, first)
            if stay > 0:
                target = last_cell if first else net.slot_cell[place, recent >> 1]
                after[target] += stay
