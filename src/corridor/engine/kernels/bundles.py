"""What the day loop works on: named bundles of plain arrays.

A unit is a group's party of travellers (a single person, a family of three); people = units x size. Streams name
random numbers. Sizes: cells C, edges E, gates A, days D, segments S, months M, flows F, stocks K, groups G, departures P,
arrivals Q, set-outs X, triggers T.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Positions = npt.NDArray[np.uint32]
Streams = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

LATER = 1
FREES = 2


class Layout(NamedTuple):
    """Structure: a cell's edges are ``cell_start[c] : cell_start[c + 1]``."""

    cell_size: Floats
    """(C) people in a unit."""
    cell_stock: Ints
    """(C) stock, or -1 on the way."""
    cell_room: Ints
    """(C) stock whose room is limited, or -1."""
    cell_group: Ints
    cell_start: Ints
    """(C + 1)"""
    cell_stream: Streams
    edge_cell: Ints
    edge_dest: Ints
    edge_flow: Ints
    """(E) flow, or -1 for a step of a stay or a journey."""
    edge_size: Floats
    edge_stream: Streams
    edge_overflow: Ints
    """(E) edge that takes what is refused, or -1."""
    edge_mark: Bytes
    """(E) LATER: its demand is settled after all are known; FREES: who takes it frees limited room at once."""
    later: Ints
    """The edges marked LATER, by level."""
    level_start: Ints
    """(levels + 1) into ``later``."""
    plain_edge: Positions
    """Edges not marked LATER, those with a flow first; the next four belong to them."""
    plain_cell: Positions
    plain_dest: Positions
    plain_flow: Positions
    """As many as have a flow."""
    plain_size: Floats
    frees: Ints
    """The edges marked FREES."""
    room_cells: Ints
    """Cells of stocks whose room is limited."""
    stock_cells: Positions
    """Cells of stocks, neighbours of different stocks, so that their sums do not wait for each other."""
    stock_of: Positions
    gate_level: Ints
    gate_kind: Ints
    gate_index: Ints
    gate_stream: Streams
    gate_start: Ints
    gate_edges: Ints
    arrival_cell: Ints
    """(Q) where people of an event arrive from outside."""
    set_out_start: Ints
    """(X + 1) into ``set_out_edges``: the edges by which people of an event leave."""
    set_out_edges: Ints
    set_out_stream: Streams
    steer_cell: Ints
    """(cells from which measures may send people where there is room)"""
    steer_start: Ints
    """(as many + 1) into ``steer_edge``."""
    steer_edge: Ints
    """(X) their edges to receptions; no gate's and every gate's are settled later."""
    steer_front: Ints
    """(X) reception, J in all."""
    front_stock: Ints
    """(J) stock of the reception."""
    front_start: Ints
    """(J + 1) into ``front_cells``: who is there, in front of it or on the way."""
    front_cells: Ints


class Inputs(NamedTuple):
    """Numbers of one member."""

    day_segment: Ints
    day_month: Ints
    rate: Floats
    """(S, E) probability per day."""
    throughput: Floats
    """(S, F + routes) people."""
    room: Floats
    """(S, K) people."""
    depart_cell: Ints
    depart_stream: Streams
    depart_mean: Floats
    """(D, P) expected units of a day."""
    depart_rest: Floats
    """(D, P) expected units from this day to the end of its month."""
    depart_part: Floats
    """(D, P) part of what is left of the month that is drawn for this day."""
    arrivals: Floats
    """(D, Q) units."""
    set_out: Floats
    """(D, X) people."""
    directed: Floats
    """(S, X) part of a steered edge's users who are sent where there is room."""
    steers: Flags
    """(S) whether anybody is."""


class Watch(NamedTuple):
    """What triggers look at, and their rules."""

    stock: Ints
    """(T) stock, or -1 for a trigger on flows."""
    edge_start: Ints
    """(T + 1) into ``edges``."""
    edges: Ints
    weight: Floats
    """(M, edges) people counted per unit."""
    window: Ints
    on_above: Floats
    day_above: Floats
    off_below: Floats
    off_days: Ints
    min_days: Ints
    max_days: Ints
    allowed: Ints
    """(D, T) most days on in the calendar year up to and with this day; 0 while it is not armed."""
    new_year: Flags
    """(D) whether a calendar year begins."""


class State(NamedTuple):
    """What a run carries from day to day beside ``count``; changed in place."""

    left: Floats
    """(P) units that are still to set out this month."""
    expected: Floats
    """(P) their expectation."""
    on: Flags
    """(T) whether the trigger is on in the morning to come."""
    below: Ints
    """(T) evenings in a row below ``off_below``."""
    days_on: Ints
    """(T) days on without a break."""
    used: Ints
    """(T) days on in the calendar year."""
    spent: Flags
    """(T) whether it went off by ``max_days`` and has not been below ``off_below`` since."""


class Outputs(NamedTuple):
    """People counted."""

    monthly_flow: Floats
    """(M, F, G)"""
    month_end_stock: Floats
    """(M, K, G)"""
    daily_flow: Floats
    """(D, F)"""
    daily_stock: Floats
    """(D, K)"""
    inside: Floats
    """(D)"""
    departed: Floats
    """(D) from the first day on."""
    trigger_on: Bytes
    """(D, T) uint8."""
    trigger_seen: Floats
    """(D, T) the day's people that the trigger counts."""


class Work(NamedTuple):
    """Scratch arrays of a run, by day; those of draws are empty in a run of expected values and the other way."""

    want: Floats
    """(E) units that ask for an edge that is settled later; after the gates, those that were granted."""
    asked: Floats
    """(E) what they asked for before the gates of a level."""
    together: Floats
    """(E) units of events who set out together."""
    moved: Floats
    """(E) units since the last count of the month."""
    arriving: Floats
    """(C) units that come in this evening."""
    chance: Floats
    """(E) part of a cell, or of those not yet served, that takes the edge."""
    chance_log: Floats
    """(E) ``log_miss`` of it."""
    cell_chance: Floats
    """(C) chance of leaving."""
    cell_log: Floats
    """(C) ``log_miss`` of it."""
    plain_chance: Floats
    """(plain edges) part of a cell that takes the edge."""
    stay: Floats
    """(C) part that takes none of the plain edges."""
    cell_days: Floats
    """(C) units in the cell each morning, summed over the days since the last count."""
    steered: Floats
    """(E) rate of a steered edge today; -1 for every other edge."""
    aimed: Floats
    """(X) rate at which those who are directed would go by free beds."""
    beds: Floats
    """(J) free this morning, or -1."""
    sent: Floats
    """(J) people who would be sent."""
