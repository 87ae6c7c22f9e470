"""A corridor that moves by the walk rule to the arrays of the day loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.engine.kernels.walk_layout import WalkConstants, WalkDays, WalkNetwork
from corridor.engine.spec import RunSpec
from corridor.engine.walk.classes import Graph, Lengths, boundaries, classes
from corridor.engine.walk.routes import Routes, routes_of
from corridor.engine.walk.tables import Ground, ground_of
from corridor.model import Corridor, InputError, stream_key

ROUNDS = 64
"""Interleaved parts of a day's arrivals while a camp is near its limit: with fewer, the order of parts shows."""


@dataclass(frozen=True)
class WalkCompiled:
    """Arrays of a run; ``key_km`` is 1 where people are told apart exactly as far as their law needs it."""

    corridor: Corridor
    spec: RunSpec
    ground: Ground
    network: WalkNetwork
    days: WalkDays
    constants: WalkConstants
    key_km: float

    def __repr__(self) -> str:
        cells = self.network.slot_recent.size + self.network.leg_recent.size
        return f"WalkCompiled({self.corridor.settings.id!r}, {self.spec.days} days, {cells} cells)"


def compile_walk(
    corridor: Corridor, spec: RunSpec, *, key_km: float = 1.0, rounds: int = ROUNDS
) -> WalkCompiled:
    """Compile for the period of ``spec``, which starts on the first day of the corridor's.

    ``key_km`` above 1 merges people whose recent travel differs by less than that: faster, and no longer exact.
    Raises: `InputError` where the folder does not walk, a speed is too fine, or nobody can set out.
    """
    if not 1 <= rounds <= 255:
        raise InputError(f"{rounds} rounds; a day can have 1 to 255")
    if spec.start != corridor.settings.start:
        raise InputError("the walk rule starts on the first day of the corridor's period")
    ground = ground_of(corridor, spec.days)
    unit = _unit(ground)
    routes = routes_of(ground)
    rules = ground.rules
    speed = round(rules.max_move_speed * unit)
    on_foot = round(rules.max_walk_speed * unit)
    lengths = _lengths(routes, ground, unit, speed)
    first = _lengths(routes, ground, unit, on_foot)
    network = _network(ground, routes, lengths, first, round(key_km * unit), corridor)
    constants = WalkConstants(
        speed=speed, start_on_foot=rules.start_on_foot, avoid_short_stints=rules.avoid_short_stints,
        capacity_buffer=rules.capacity_buffer, weight_softening=rules.weight_softening,
        weight_power=rules.weight_power, rounds=rounds, window=max([1, *lengths.days, *first.days]),
    )  # fmt: skip
    return WalkCompiled(corridor, spec, ground, network, _days(ground, corridor), constants, key_km)


def _unit(ground: Ground) -> int:
    """Units per kilometer: 1 where all lengths and speeds are whole, else 10."""
    rules = ground.rules
    numbers = np.array([rules.max_move_speed, rules.max_walk_speed, *(km for *_, km in ground.links)])
    for unit in (1, 10):
        if np.allclose(numbers * unit, np.round(numbers * unit), rtol=0, atol=1e-9):
            return unit
    raise InputError("lengths and speeds of the walk rule have one decimal at most", hint="round them")


def _lengths(routes: Routes, ground: Ground, unit: int, speed: int) -> Lengths:
    length = [round(ground.links[link][2] * unit) for link, _ in routes.legs]
    days = [units // speed + 1 for units in length]  # a link ends on the day that passes its length
    return Lengths(
        speed, length, days, [units - (d - 1) * speed for units, d in zip(length, days, strict=True)]
    )


def _graph(ground: Ground, routes: Routes) -> Graph:
    town: Any = ground.is_town.any(axis=0)
    closing: Any = ground.closes.any(axis=0)
    force = ground.rules.avoid_short_stints
    out: list[list[int]] = []
    for slot, (place, _) in enumerate(routes.slots):
        step = routes.slot_step[slot]
        steps = [step] if step >= 0 else [candidate[0] for candidate in routes.candidates[place]]
        out.append(sorted({leg for number in steps for leg in routes.steps[number]}))
    return Graph(
        legs_out=out,
        leg_slot=[slot for _, slot in routes.legs],
        leg_start=[ground.links[link][0] for link, _ in routes.legs],
        slot_home=[place for place, _ in routes.slots],
        may_force=[force and bool(town[place]) and not path for place, path in routes.slots],
        turns_back=[bool(closing[link]) for link, _ in routes.legs],
    )


def _network(
    ground: Ground, routes: Routes, lengths: Lengths, first: Lengths, width: int, corridor: Corridor
) -> WalkNetwork:
    graph = _graph(ground, routes)
    slot_bits, leg_bits = boundaries(graph, lengths)
    values = 2 * lengths.speed
    slot_first, slot_cell, slot_recent = _cells(slot_bits, values, width)
    leg_first, leg_cell, leg_recent = _cells(leg_bits, values, width)
    is_camp = np.array([kind in ("camp", "idp_camp") for kind in ground.kinds])
    place_of = np.array([place for place, _ in routes.slots], np.int64)
    limited = np.flatnonzero(ground.capacity >= 1)
    flat = [candidate for place in routes.candidates for candidate in place]
    return WalkNetwork(
        slot_place=place_of,
        slot_step=_whole(routes.slot_step),
        slot_first=slot_first, slot_cell=slot_cell, slot_recent=slot_recent,
        slot_key=np.array([_key(ground, slot) for slot in routes.slots], np.uint64),
        slot_order=np.argsort(~is_camp[place_of], kind="stable").astype(np.int64),
        leg_link=_whole([link for link, _ in routes.legs]), leg_slot=_whole(graph.leg_slot),
        leg_length=_whole(lengths.length), leg_days=_whole(lengths.days), leg_moved=_whole(lengths.moved),
        leg_first=leg_first, leg_cell=leg_cell, leg_recent=leg_recent,
        first_days=_whole(first.days), first_moved=_whole(first.moved),
        first_recent=_whole([_after_days(days, first.speed) for days in first.days]),
        link_start=_whole([start for start, *_ in ground.links]),
        step_first=_starts([len(step) for step in routes.steps]),
        step_leg=_whole([leg for step in routes.steps for leg in step]),
        step_final=_whole(routes.step_final),
        candidate_first=_starts([len(place) for place in routes.candidates]),
        candidate_step=_whole([step for step, *_ in flat]), candidate_final=_whole([c[1] for c in flat]),
        candidate_base=np.array([_closeness(ground, km) for _, _, km, _ in flat], np.float64),
        path_first=_starts([len(links) for *_, links in flat]),
        path_link=_whole([link for *_, links in flat for link in links]),
        capacity=ground.capacity, is_camp=is_camp, camps=limited.astype(np.int64),
        feeds=_feeds(ground, lengths, routes, [{int(camp)} for camp in limited]),
        touches=_feeds(ground, lengths, routes, [_choosing(routes, int(camp)) for camp in limited]),
    )  # fmt: skip


def _cells(bits: Sequence[int], values: int, width: int) -> tuple[Any, Any, Any]:
    """First cell of each, cell of each value, and the value that stands for each cell."""
    starts = [0]
    table = np.empty((len(bits), values), np.int64)
    recent: list[Any] = []
    known: dict[int, tuple[Any, Any]] = {}
    for i, each in enumerate(bits):
        which, middle = known[each] if each in known else known.setdefault(each, classes(each, values, width))
        table[i] = starts[-1] + which
        starts.append(starts[-1] + middle.size + 1)
        recent += [middle, [0]]  # the last cell: people who have not completed a link
    return _whole(starts), table, np.concatenate(recent).astype(np.int64) if recent else _whole([])


def _after_days(days: int, speed: int) -> int:
    """Recent travel on the morning of arrival of somebody who started from 0."""
    recent = 0
    for _ in range(days - 1):
        recent = (recent + speed) // 2
    return recent


def _closeness(ground: Ground, km: float) -> float:
    return float(1.0 / (ground.rules.softening + km) ** ground.rules.distance_power)


def _key(ground: Ground, slot: tuple[int, tuple[int, ...]]) -> int:
    place, path = slot
    return stream_key("walk", ground.places[place], *(ground.places[step] for step in path))


def _feeds(ground: Ground, lengths: Lengths, routes: Routes, targets: Sequence[set[int]]) -> Any:
    """For each set of places, the places from which somebody may reach one of them in hops of the same day."""
    before: dict[int, set[int]] = {}
    for leg, (link, _) in enumerate(routes.legs):
        if lengths.days[leg] == 1:
            start, end, _ = ground.links[link]
            before.setdefault(end, set()).add(start)
    feeds = np.zeros((len(targets), len(ground.places)), np.bool_)
    for row, places in enumerate(targets):
        todo = sorted(places)
        while todo:
            place = todo.pop()
            if not feeds[row, place]:
                feeds[row, place] = True
                todo += before.get(place, ())
    return feeds


def _choosing(routes: Routes, camp: int) -> set[int]:
    """The camp, and the places where it can be chosen."""
    choices = enumerate(routes.candidates)
    return {camp} | {place for place, found in choices if any(final == camp for _, final, *_ in found)}


def _days(ground: Ground, corridor: Corridor) -> WalkDays:
    changes: Any = ground.closes.any(axis=1)
    changes[1:] |= (ground.is_open[1:] != ground.is_open[:-1]).any(axis=1)
    return WalkDays(
        departures=ground.departures, spawn_weight=ground.spawn_weight, score=ground.score,
        move_chance=ground.move_chance, is_town=ground.is_town, is_camp=ground.is_camp, is_open=ground.is_open,
        closes=ground.closes, changes=changes, initial=ground.initial,
        conflicts_key=np.array([stream_key("walk departures", place) for place in ground.places], np.uint64),
    )  # fmt: skip


def _whole(values: Sequence[int]) -> Any:
    return np.array(values, np.int64)


def _starts(sizes: Sequence[int]) -> Any:
    return np.concatenate(([0], np.cumsum(np.array(sizes, np.int64)))).astype(np.int64)
