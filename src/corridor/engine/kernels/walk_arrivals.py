"""Pass B of the walk rule: people whose link ends today arrive, and perhaps go on the same day."""

from __future__ import annotations

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.walk_parts import (
    EVENTS,
    TRAVELLING,
    VERSION,
    capacity_factor,
    find_near,
    interleave,
    on_the_way,
    queue_size,
    refresh_camps,
    split,
    weigh,
)


@kernel
def arrive(net, days, con, s, seed, member, day):
    """Everybody whose link ends today, in the order of :func:`interleave`."""
    today = s.calendar[day % con.window]
    rounds = con.rounds if find_near(net, con, s.occupied, today, s.near, s.touched) > 0 else 1
    refresh_camps(net, con, s)
    _return_from_closed(net, con, s, today, day)
    count, crowd = _collect(net, s, today)
    interleave(count, crowd, rounds, s.amount, s.pieces, s.queue)
    _enter_places(net, days, con, s, seed, member, day, queue_size(count, s.pieces))


@kernel
def _return_from_closed(net, con, s, today, day):
    """People on links that have closed are at the start of the link again."""
    cells = net.leg_recent.size
    for leg in range(net.leg_link.size):
        start = net.link_start[net.leg_link[leg]]
        last_cell = net.leg_first[leg + 1] - 1
        for cell in range(net.leg_first[leg], last_cell + 1):
            people = today[cells + cell]
            if people > 0:
                today[cells + cell] = 0
                if con.start_on_foot and cell == last_cell:
                    moved = net.first_recent[leg] + net.first_moved[leg]
                else:
                    moved = net.leg_recent[cell] + net.leg_moved[leg]
                s.here[1 - (day & 1), net.slot_cell[start, moved >> 1]] += people
                s.occupied[start] += people
                s.tally[TRAVELLING] -= people


@kernel
def _collect(net, s, today):
    """Take today's groups out of the calendar; returns how many, and the people who touch a camp near its limit."""
    count, crowd = 0, 0
    for leg in range(net.leg_link.size):
        touches = s.touched[net.slot_place[net.leg_slot[leg]]]
        for cell in range(net.leg_first[leg], net.leg_first[leg + 1]):
            if today[cell] > 0:
                s.active[count] = cell * 2**20 + leg
                s.amount[count] = today[cell]
                s.pieces[count] = touches
                crowd += today[cell] if touches else 0
                today[cell] = 0
                count += 1
    return count, crowd


@kernel
def _enter_places(net, days, con, s, seed, member, day, size):  # noqa: C901
    """Let the groups of the queue arrive, stay, go on by link, or arrive elsewhere on the same day.

    Written out on purpose, as :func:`corridor.engine.kernels.walk.leave_places` is.
    """
    after, calendar, occupied, factor, tally = (
        s.here[1 - (day & 1)],
        s.calendar,
        s.occupied,
        s.factor,
        s.tally,
    )
    step_open, valid, upto, leg, near = s.step_open, s.valid, s.upto, s.leg, s.near
    choices, weighed, used, take, stack = s.choices, s.weighed, s.used, s.take, s.stack
    active, amount, pieces, queue = s.active, s.amount, s.pieces, s.queue
    score, camp_now = days.score[day], days.is_camp[day]
    for position in range(size):
        i, piece = queue[position] >> 8, queue[position] & 255
        people = amount[i] * (piece + 1) // pieces[i] - amount[i] * piece // pieces[i]
        if people > 0:
            cell = active[i] >> 20
            arriving = active[i] & (2**20 - 1)
            if con.start_on_foot and cell == net.leg_first[arriving + 1] - 1:
                recent, moved = net.first_recent[arriving], net.first_moved[arriving]
            else:
                recent, moved = net.leg_recent[cell], net.leg_moved[arriving]
            tally[TRAVELLING] -= people
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
                        tally[VERSION] += 1
                if moved >= con.speed:
                    after[net.slot_cell[slot, travelled >> 1]] += people
                    continue
                stay = people
                step = net.slot_step[slot]
                if step >= 0:
                    tally[EVENTS] += 1
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
                    if weighed[place] != tally[VERSION]:
                        choices[place] = weigh(
                            place, net, con, score, camp_now, factor, step_open, valid, upto, leg
                        )
                        weighed[place] = tally[VERSION]
                    if choices[place] > 0 and chance > 0.0:
                        tally[EVENTS] += 1
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
                            tally[VERSION] += 1
                    if net.leg_days[chosen] == 1:
                        stack[height, 0] = net.leg_slot[chosen]
                        stack[height, 1] = travelled + net.leg_length[chosen]
                        stack[height, 2] = moved + net.leg_length[chosen]
                        stack[height, 3] = going
                        height += 1
                    else:
                        tally[TRAVELLING] += going
                        on_the_way(net, con, calendar, day, chosen, going, travelled, False)
                if stay > 0:
                    after[net.slot_cell[place, travelled >> 1]] += stay
