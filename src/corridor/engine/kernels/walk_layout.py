"""What the day loop of the walk rule works on: named bundles of plain arrays.

Sizes: days D, places P, links L (one direction of a route), slots S (a place and what remains of a chosen
route; the first P have nothing left), legs G (a link and what remains after it), steps T (the next link of a
route), candidates C (routes that can be chosen at a place). Lengths are whole units (``km`` times the scale).

A **cell** holds people who are alike in all that a decision reads: a slot or leg, a class of recent travel
``R``, and whether their first link is still ahead. People on a leg stand in a calendar under the day of arrival.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class WalkNetwork(NamedTuple):
    """Structure, the same every day."""

    slot_place: Any
    slot_step: Any
    """(S) step that the remaining route takes, or -1."""
    slot_first: Any
    """(S + 1) first cell of each slot; the last cell of a slot is that of people who have not completed a link."""
    slot_cell: Any
    """(S, R) cell of a value of R."""
    slot_recent: Any
    """(slot cells) R that stands for the class."""
    slot_key: Any
    """(S) key of the stream."""
    slot_order: Any
    """Slots in the order of pass A: camps first."""
    leg_link: Any
    leg_slot: Any
    """(G) slot at the end."""
    leg_length: Any
    leg_days: Any
    """(G) days to the end, the first included, at full speed."""
    leg_moved: Any
    """(G) units travelled on the day of arrival."""
    leg_first: Any
    """(G + 1) first cell of each leg; the last cell of a leg is that of people on their first link."""
    leg_cell: Any
    """(G, R) cell of a value of R on the morning of arrival."""
    leg_recent: Any
    first_days: Any
    """(G) as ``leg_days``, on foot."""
    first_moved: Any
    first_recent: Any
    """(G) R on the morning of arrival after the first link."""
    link_start: Any
    """(L) place where a link starts."""
    step_first: Any
    """(T + 1) into ``step_leg``."""
    step_leg: Any
    """Legs of a step, the first open one is taken."""
    step_final: Any
    """(T) place where the route ends."""
    candidate_first: Any
    """(P + 1)"""
    candidate_step: Any
    candidate_final: Any
    candidate_base: Any
    """(C) 1 / (softening + km) ** distance_power."""
    path_first: Any
    """(C + 1) into ``path_link``."""
    path_link: Any
    capacity: Any
    """(P) scaled capacity; below 1 no limit."""
    is_camp: Any
    feeds: Any
    """(camps, P) whether somebody who arrives at the place may reach the camp on the same day."""
    touches: Any
    """(camps, P) whether somebody who arrives at the place may choose on the same day with regard to the camp."""
    camps: Any
    """(camps) places with a limit."""


class WalkDays(NamedTuple):
    """What changes from day to day."""

    departures: Any
    """(D)"""
    spawn_weight: Any
    """(D, P)"""
    score: Any
    """(D, P)"""
    move_chance: Any
    """(D, P)"""
    is_town: Any
    """(D, P)"""
    is_camp: Any
    """(D, P) whether a camp counts as one on the day."""
    is_open: Any
    """(D, L)"""
    closes: Any
    """(D, L) whether the link closes on the day: people on it will turn back."""
    changes: Any
    """(D) whether any link opens or closes."""
    initial: Any
    """(P) people at the start."""
    conflicts_key: Any
    """(P) key of the stream that shares departures out."""


class WalkConstants(NamedTuple):
    """Numbers of the run."""

    speed: int
    """Units a day."""
    start_on_foot: bool
    avoid_short_stints: bool
    capacity_buffer: float
    weight_softening: float
    weight_power: float
    rounds: int
    """Parts in which a day's arrivals are taken while a camp is near its limit."""
    window: int
    """Days that the calendar holds."""


class WalkState(NamedTuple):
    """What a run changes as it goes, and room to work in."""

    here: Any
    """(2, slot cells) people at rest in each cell on days of even and of odd number."""
    calendar: Any
    """(window, 2 x leg cells) people by day of arrival; the second half will turn back."""
    occupied: Any
    """(P) people at each place."""
    factor: Any
    """(P) how much each place still attracts, 0 to 1."""
    near: Any
    """(P) whether a camp's attraction may change while today's people arrive."""
    touched: Any
    """(P) whether somebody who arrives at the place may choose with regard to such a camp."""
    step_open: Any
    """(T) leg that each step takes today, or -1."""
    valid: Any
    """(C) whether a candidate leads over open links only."""
    upto: Any
    """(C) cumulative shares of the candidates of a place."""
    leg: Any
    """(C) leg of each candidate, or -1."""
    choices: Any
    """(P) number of valid candidates."""
    weighed: Any
    """(P) version of the attractions at which the candidates of a place were weighed."""
    used: Any
    """(S) random numbers that a slot has used today."""
    take: Any
    """(C + 1) people who take each candidate."""
    stack: Any
    """(hops, 4) arrivals that wait for each other: slot, units travelled, units moved today, people."""
    active: Any
    """(leg cells) cell and leg of each group that arrives today."""
    amount: Any
    pieces: Any
    queue: Any
    """Order in which the groups, or pieces of them, arrive."""
    tally: Any
    """(3) people on links, cells split, version of the attractions."""
