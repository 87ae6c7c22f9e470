"""What the day loop works on: named bundles of plain arrays.

Sizes: cells C, edges E, gates A, days D, segments S, months M, flows F, stocks K, groups G, departures P,
arrivals Q, set-outs X, triggers T.
"""

from __future__ import annotations

from typing import Any, NamedTuple

LATER = 1
FREES = 2


class Layout(NamedTuple):
    """Structure: a cell's edges are ``cell_start[c] : cell_start[c + 1]``."""

    cell_size: Any
    """(C) people in a unit."""
    cell_stock: Any
    """(C) stock, or -1 on the way."""
    cell_room: Any
    """(C) stock whose room is limited, or -1."""
    cell_group: Any
    cell_start: Any
    """(C + 1)"""
    cell_stream: Any
    edge_cell: Any
    edge_dest: Any
    edge_flow: Any
    """(E) flow, or -1 for a step of a stay or a journey."""
    edge_size: Any
    edge_stream: Any
    edge_overflow: Any
    """(E) edge that takes what is refused, or -1."""
    edge_mark: Any
    """(E) LATER: its demand is settled after all are known; FREES: who takes it frees limited room at once."""
    later: Any
    """The edges marked LATER, by level."""
    level_start: Any
    """(levels + 1) into ``later``."""
    plain_edge: Any
    """Edges not marked LATER, those with a flow first; the next four belong to them."""
    plain_cell: Any
    plain_dest: Any
    plain_flow: Any
    """As many as have a flow."""
    plain_size: Any
    frees: Any
    """The edges marked FREES."""
    room_cells: Any
    """Cells of stocks whose room is limited."""
    stock_cells: Any
    """Cells of stocks, neighbours of different stocks, so that their sums do not wait for each other."""
    stock_of: Any
    gate_level: Any
    gate_kind: Any
    gate_index: Any
    gate_stream: Any
    gate_start: Any
    gate_edges: Any
    arrival_cell: Any
    """(Q) where people of an event arrive from outside."""
    set_out_start: Any
    """(X + 1) into ``set_out_edges``: the edges by which people of an event leave."""
    set_out_edges: Any
    set_out_stream: Any


class Inputs(NamedTuple):
    """Numbers of one member."""

    day_segment: Any
    day_month: Any
    rate: Any
    """(S, E) probability per day."""
    throughput: Any
    """(S, F + routes) people."""
    room: Any
    """(S, K) people."""
    depart_cell: Any
    depart_stream: Any
    depart_mean: Any
    """(D, P) expected units of a day."""
    depart_rest: Any
    """(D, P) expected units from this day to the end of its month."""
    depart_part: Any
    """(D, P) part of what is left of the month that is drawn for this day."""
    arrivals: Any
    """(D, Q) units."""
    set_out: Any
    """(D, X) people."""


class Watch(NamedTuple):
    """What triggers look at, and their rules."""

    stock: Any
    """(T) stock, or -1 for a trigger on flows."""
    edge_start: Any
    """(T + 1) into ``edges``."""
    edges: Any
    weight: Any
    """(M, edges) people counted per unit."""
    window: Any
    on_above: Any
    day_above: Any
    off_below: Any
    off_days: Any
    min_days: Any
    max_days: Any
    allowed: Any
    """(D, T) most days on in the calendar year up to and with this day; 0 while it is not armed."""
    new_year: Any
    """(D) whether a calendar year begins."""


class State(NamedTuple):
    """What a run carries from day to day beside ``count``; changed in place."""

    left: Any
    """(P) units that are still to set out this month."""
    expected: Any
    """(P) their expectation."""
    on: Any
    """(T) whether the trigger is on in the morning to come."""
    below: Any
    """(T) evenings in a row below ``off_below``."""
    days_on: Any
    """(T) days on without a break."""
    used: Any
    """(T) days on in the calendar year."""
    spent: Any
    """(T) whether it went off by ``max_days`` and has not been below ``off_below`` since."""


class Outputs(NamedTuple):
    """People counted."""

    monthly_flow: Any
    """(M, F, G)"""
    month_end_stock: Any
    """(M, K, G)"""
    daily_flow: Any
    """(D, F)"""
    daily_stock: Any
    """(D, K)"""
    inside: Any
    """(D)"""
    departed: Any
    """(D) from the first day on."""
    trigger_on: Any
    """(D, T) uint8."""
    trigger_seen: Any
    """(D, T) the day's people that the trigger counts."""
