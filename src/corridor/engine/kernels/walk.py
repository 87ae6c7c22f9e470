"""The day loop of the walk rule: people who choose where to walk, as whole numbers in cells.

Pass A gives everybody at a place one chance to leave, pass B lets those on a link arrive and perhaps go on
the same day. While no camp is near its limit the order within a pass changes nothing, so a cell is taken as a
whole; while one is, arrivals are taken in interleaved parts and the camp's attraction follows each of them.
"""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.walk_layout import WalkConstants, WalkDays, WalkNetwork
from corridor.engine.kernels.walk_parts import (
    capacity_factor,
    depart,
    find_near,
    first_open_legs,
    interleave,
    on_the_way,
    queue_size,
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

    Returns the number of cells that were split. One function on purpose: handing some twenty arrays to a function
    for each cell costs ten times as much as what is done with them.
    """
    places = days.initial.size
    slots = net.slot_place.size
    cells = net.leg_recent.size
    rest = np.zeros(net.slot_recent.size, np.int64)
    after = np.zeros(net.slot_recent.size, np.int64)
    calendar = np.zeros((con.window, 2 * cells), np.int64)
    occupied = np.zeros(places, np.int64)
    factor = np.ones(places)
    near = np.zeros(places, np.bool_)
    touched = np.zeros(places, np.bool_)
    step_open = np.empty(net.step_final.size, np.int64)
    valid = np.empty(net.candidate_final.size, np.bool_)
    upto = np.zeros(net.candidate_final.size)
    leg = np.empty(net.candidate_final.size, np.int64)
    choices = np.zeros(places, np.int64)
    seen = np.zeros(places, np.int64)
    used = np.zeros(slots, np.int64)
    take = np.zeros(net.candidate_final.size + 1, np.int64)
    stack = np.empty((STACK, 4), np.int64)
    active = np.empty(cells, np.int64)
    amount = np.empty(cells, np.int64)
    pieces = np.empty(cells, np.int64)
    queue = np.empty(2 * cells + con.rounds + 1, np.int64)
    travelling = 0
    events = 0
    version = 0

    for place in range(places):
        cell = net.slot_first[place + 1] - 1 if con.start_on_foot else net.slot_cell[place, 0]
        rest[cell] += days.initial[place]
        occupied[place] += days.initial[place]

    for day in range(days.departures.size):
        used[:] = 0
        depart(net, con, days, seed, member, day, rest, occupied)
        if days.changes[day]:
            turn_back(net, calendar, days.closes[day])
        if day == 0 or days.changes[day]:
            first_open_legs(net, days.is_open[day], step_open, valid)
        score = days.score[day]
        camp_now = days.is_camp[day]
        version += 1
        for place in range(places):
            factor[place] = capacity_factor(occupied[place], net.capacity[place], con.capacity_buffer)

        # Pass A: everybody at a place, camps first.
        camps_done = False
        for i in range(slots):
            slot = net.slot_order[i]
            place = net.slot_place[slot]
            if not camps_done and not net.is_camp[place]:
                camps_done = True
                version += 1
                for camp in net.camps:
                    factor[camp] = capacity_factor(occupied[camp], net.capacity[camp], con.capacity_buffer)
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
                    events += 1
                    final = net.step_final[step]
                    if step_open[step] < 0 or (camp_now[final] and factor[final] < 0.5):
                        after[net.slot_cell[place, recent >> 1]] += people
                    else:
                        occupied[place] -= people
                        travelling += people
                        on_the_way(net, con, calendar, day, step_open[step], people, recent, False)
                    continue
                if seen[place] != version:
                    choices[place] = weigh(
                        place, net, con, score, camp_now, factor, step_open, valid, upto, leg
                    )
                    seen[place] = version
                stay = people
                chance = days.move_chance[day, place]
                if choices[place] > 0 and chance > 0.0:
                    events += 1
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
                        travelling += take[k]
                        on_the_way(net, con, calendar, day, leg[begin + k], take[k], recent, first)
                if stay > 0:
                    target = last_cell if first else net.slot_cell[place, recent >> 1]
                    after[target] += stay

        # Pass B: everybody whose link ends today.
        today = calendar[day % con.window]
        rounds = con.rounds if find_near(net, con, occupied, today, near, touched) > 0 else 1
        version += 1
        for camp in net.camps:
            factor[camp] = capacity_factor(occupied[camp], net.capacity[camp], con.capacity_buffer)
        for leg_back in range(net.leg_link.size):
            start = net.link_start[net.leg_link[leg_back]]
            last_cell = net.leg_first[leg_back + 1] - 1
            for cell in range(net.leg_first[leg_back], last_cell + 1):
                people = today[cells + cell]
                if people > 0:
                    today[cells + cell] = 0
                    if con.start_on_foot and cell == last_cell:
                        moved = net.first_recent[leg_back] + net.first_moved[leg_back]
                    else:
                        moved = net.leg_recent[cell] + net.leg_moved[leg_back]
                    after[net.slot_cell[start, moved >> 1]] += people
                    occupied[start] += people
                    travelling -= people
        count, crowd = 0, 0
        for arriving in range(net.leg_link.size):
            touches = touched[net.slot_place[net.leg_slot[arriving]]]
            for cell in range(net.leg_first[arriving], net.leg_first[arriving + 1]):
                if today[cell] > 0:
                    active[count] = cell * 2**20 + arriving
                    amount[count] = today[cell]
                    pieces[count] = touches
                    crowd += today[cell] if touches else 0
                    today[cell] = 0
                    count += 1
        interleave(count, crowd, rounds, amount, pieces, queue)
        for place_in_queue in range(queue_size(count, pieces)):
            i, piece = queue[place_in_queue] >> 8, queue[place_in_queue] & 255
            people = amount[i] * (piece + 1) // pieces[i] - amount[i] * piece // pieces[i]
            if people > 0:
                cell = active[i] >> 20
                arriving = active[i] & (2**20 - 1)
                if con.start_on_foot and cell == net.leg_first[arriving + 1] - 1:
                    recent, moved = net.first_recent[arriving], net.first_moved[arriving]
                else:
                    recent, moved = net.leg_recent[cell], net.leg_moved[arriving]
                travelling -= people
                stack[0, 0], stack[0, 1] = net.leg_slot[arriving], recent + moved
                stack[0, 2], stack[0, 3] = moved, people
                height = 1
                while height > 0:
                    height -= 1
                    slot, travelled = stack[height, 0], stack[height, 1]
                    moved, people = stack[height, 2], stack[height, 3]
                    place = net.slot_place[slot]
                    occupied[place] += people
                    if near[place]:
                        value = capacity_factor(occupied[place], net.capacity[place], con.capacity_buffer)
                        if value != factor[place]:
                            factor[place] = value
                            version += 1
                    if moved >= con.speed:
                        after[net.slot_cell[slot, travelled >> 1]] += people
                        continue
                    stay = people
                    step = net.slot_step[slot]
                    if step >= 0:
                        events += 1
                        final = net.step_final[step]
                        begin, end = 0, 1
                        take[0], stay = people, 0
                        single = step_open[step]
                        if camp_now[final] and factor[final] < 0.5:
                            single = -1
                    else:
                        single = -2
                        begin, end = net.candidate_first[place], net.candidate_first[place + 1]
                        chance = days.move_chance[day, place]
                        if days.is_town[day, place] and con.avoid_short_stints and travelled < con.speed:
                            chance = 1.0
                        if seen[place] != version:
                            choices[place] = weigh(
                                place, net, con, score, camp_now, factor, step_open, valid, upto, leg
                            )
                            seen[place] = version
                        if choices[place] > 0 and chance > 0.0:
                            events += 1
                            stay, used[slot] = split(
                                people, chance, begin, end, upto, seed, member, net.slot_key[slot], used[slot],
                                day, take,
                            )  # fmt: skip
                        else:
                            end = begin
                    for k in range(end - begin):
                        going = take[k]
                        if going == 0:
                            continue
                        chosen = single if single != -2 else leg[begin + k]
                        if chosen < 0:
                            stay += going
                            continue
                        occupied[place] -= going
                        if near[place]:
                            value = capacity_factor(occupied[place], net.capacity[place], con.capacity_buffer)
                            if value != factor[place]:
                                factor[place] = value
                                version += 1
                        if net.leg_days[chosen] == 1:
                            stack[height, 0] = net.leg_slot[chosen]
                            stack[height, 1] = travelled + net.leg_length[chosen]
                            stack[height, 2] = moved + net.leg_length[chosen]
                            stack[height, 3] = going
                            height += 1
                        else:
                            travelling += going
                            on_the_way(net, con, calendar, day, chosen, going, travelled, False)
                    if stay > 0:
                        after[net.slot_cell[place, travelled >> 1]] += stay
        rest, after = after, rest
        stay_counts[day] = occupied
        way_counts[day] = travelling
    return events
