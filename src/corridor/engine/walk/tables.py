"""A corridor that walks, as arrays by day: places, links, series of counts, conflicts, closures."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.model import CAMP_KINDS, TOTAL, Corridor, InputError, WalkRules
from corridor.model.arrays import Floats

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """Places and links in the order of the folder, and what holds on each day.

    Sizes: days D, places P, links L, camps K (places with a series).
    """

    rules: WalkRules
    places: tuple[str, ...]
    kinds: tuple[str, ...]
    links: tuple[tuple[int, int, float], ...]
    """Start, end and kilometers."""
    camps: tuple[int, ...]
    """Places that are compared with their series."""
    data: Whole
    """(D, K) people counted at each camp."""
    camp_sum: Whole
    """(D) people counted in all series but the total."""
    raw: Whole
    """(D) cumulative increments of the counts, the denominator of Flee."""
    departures: Whole
    debt: Whole
    initial: Whole
    capacity: Floats
    spawn_weight: Floats
    score: Floats
    move_chance: Floats
    is_town: Flags
    is_camp: Flags
    is_open: Flags
    closes: Flags


def ground_of(corridor: Corridor, days: int) -> Ground:
    """Read the tables for the first ``days`` of the corridor's period.

    Raises: `InputError` where people set out on a day on which there is no conflict zone with a population.
    """
    rules = corridor.settings.walk
    if rules is None:
        raise InputError(
            "the corridor does not move by the walk rule", hint="movement: walk in corridor.yaml"
        )
    places = tuple(place.id for place in corridor.places)
    index = {name: i for i, name in enumerate(places)}
    links = tuple((index[r.from_place], index[r.to_place], r.km) for r in corridor.routes)
    kinds = tuple(place.kind for place in corridor.places)
    series = daily_series(corridor, rules, days)
    camps = tuple(i for i, kind in enumerate(kinds) if kind in CAMP_KINDS and places[i] in series)
    data = np.array([series[places[i]] for i in camps], np.int64).reshape(len(camps), days).T
    camp_sum = sum((v for name, v in series.items() if name != TOTAL), np.zeros(days, np.int64))
    increments = _increments(rules, series, camp_sum)
    departures, debt = _departures(increments)
    initial = np.zeros(len(places), np.int64)
    initial[list(camps)] = data[0]
    conflict, since, changed = _conflicts(corridor, index, days)
    states = _states(corridor, rules, index, kinds, conflict, since, days)
    weight = _spawn_weights(corridor, rules, index, conflict, since, changed)
    short = np.flatnonzero((departures > 0) & (weight.sum(axis=1) <= 0))
    if short.size:
        day = corridor.settings.start + dt.timedelta(days=int(short[0]))
        message = f"{departures[short[0]]} people set out on {day}, but no conflict zone has a population"
        raise InputError(message, hint="see conflicts.csv and the population in parameters.csv")
    is_open, closes = _links_by_day(corridor, index, links, days)
    return Ground(
        rules=rules, places=places, kinds=kinds, links=links, camps=camps, data=data, camp_sum=camp_sum,
        raw=np.cumsum(increments), departures=departures, debt=debt, initial=initial,
        capacity=_capacity(corridor, rules, index, initial), spawn_weight=weight, is_open=is_open, closes=closes,
        **states,
    )  # fmt: skip


def daily_series(corridor: Corridor, rules: WalkRules, days: int) -> dict[str, Whole]:
    """Whole counts by series and day: corrected, linear between dates, flat before the first and after the last."""
    points: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for date, (name,), value, _ in corridor.counts.get(rules.counts, ()):
        points[name].append(((date - corridor.settings.start).days, value / rules.hasten))
    corrected = {name: [list(point) for point in rows] for name, rows in points.items()}
    for correction in rules.corrections:
        _correct(corrected[correction.place], (correction.date - corridor.settings.start).days)
    return {name: _daily(rows, days) for name, rows in corrected.items()}


def _correct(rows: list[list[float]], day: int) -> None:
    """Rescale all rows before the one of ``day`` so that the step to it vanishes."""
    place = next((i for i, row in enumerate(rows) if row[0] == day), 0)
    if day < 0 or place == 0 or rows[place - 1][1] == 0:
        return
    ratio = rows[place][1] / rows[place - 1][1]
    for row in rows[:place]:
        row[1] *= ratio


def _daily(rows: list[list[float]], days: int) -> Whole:
    at = np.array([row[0] for row in rows])
    value = np.array([row[1] for row in rows])
    wanted = np.arange(days)
    later = np.searchsorted(at, wanted, side="right")
    before, after = np.maximum(later - 1, 0), np.minimum(later, len(rows) - 1)
    gap = np.where(after > before, at[after] - at[before], 1)
    fraction = np.where((later > 0) & (later < len(rows)), (wanted - at[before]) / gap, 0.0)
    return (value[before] + fraction * (value[after] - value[before])).astype(np.int64)


def _increments(rules: WalkRules, series: Mapping[str, Whole], camp_sum: Whole) -> Whole:
    total = series.get(TOTAL, np.zeros_like(camp_sum))
    if not rules.sum_from_camps:
        return np.diff(total, prepend=0)
    increments = np.diff(camp_sum, prepend=0)
    increments[0] += total[0]
    return increments


def _departures(increments: Whole) -> tuple[Whole, Whole]:
    """People who set out each day, and the debt: a fall of the counts is taken off the next rises."""
    new, debt = np.zeros_like(increments), np.zeros_like(increments)
    owed = 0
    for day in range(1, increments.size):
        left = int(increments[day]) - owed
        owed = max(-left, 0)
        new[day], debt[day] = max(left, 0), owed
    return new, debt


def _capacity(corridor: Corridor, rules: WalkRules, index: Mapping[str, int], initial: Whole) -> Floats:
    """Scaled room of each camp, less the people at the start, who also count as present: as Flee does."""
    capacity = np.zeros(len(index))
    for stock in corridor.stocks:
        room = int((stock.capacity or 0) // rules.hasten)
        if room > 0:
            place = index[stock.place]
            capacity[place] = (room - int(initial[place])) * rules.capacity_scaling
    return np.where(capacity < 1, 0.0, capacity)


def _conflicts(corridor: Corridor, index: Mapping[str, int], days: int) -> tuple[Floats, Whole, Flags]:
    """Intensity (D, P), day on which it began (D, P), and days (D) on which any begins or ends."""
    conflict = np.zeros((days, len(index)))
    since = np.zeros((days, len(index)), np.int64)
    changed = np.zeros(days, np.bool_)
    for window in corridor.conflicts:
        first = max((window.start - corridor.settings.start).days, -1)
        after = days if window.end is None else (window.end - corridor.settings.start).days + 1
        if first >= days or after <= 0:
            continue
        span = slice(max(first, 0), min(after, days))
        conflict[span, index[window.place]] = window.intensity
        since[span, index[window.place]] = first
        for day in (first, after):
            if 0 <= day < days:
                changed[day] = True
    return conflict, since, changed


def _decay(rules: WalkRules, elapsed: Whole) -> Floats:
    if not rules.conflict_spawn_decay:
        return np.ones(elapsed.shape)
    steps = np.maximum(elapsed, 0) // rules.conflict_spawn_decay_interval
    return np.array(rules.conflict_spawn_decay)[np.minimum(steps, len(rules.conflict_spawn_decay) - 1)]


def _spawn_weights(
    corridor: Corridor,
    rules: WalkRules,
    index: Mapping[str, int],
    conflict: Floats,
    since: Whole,
    changed: Flags,
) -> Floats:
    """Population x intensity x decay; the decay is that of yesterday unless a conflict begins or ends today."""
    population = np.zeros(len(index))
    for row in corridor.parameters:
        if row.parameter == "population":
            population[index[_place_of(corridor, row.target or "")]] = row.value // rules.hasten
    today = np.arange(len(changed)) - np.where(changed, 0, 1)
    return population * conflict * _decay(rules, today[:, None] - since)


def _place_of(corridor: Corridor, stock: str) -> str:
    return next(s.place for s in corridor.stocks if s.id == stock)


def _states(
    corridor: Corridor, rules: WalkRules, index: Mapping[str, int], kinds: tuple[str, ...], conflict: Floats,
    since: Whole, days: int,
) -> dict[str, Any]:  # fmt: skip
    """Score, chance to leave, and whether a place is a town or a camp, by day."""
    fighting = conflict > 0
    was = np.maximum.accumulate(fighting, axis=0) & ~fighting
    """Places where a conflict has ended are towns of the plain kind, whatever they were."""
    is_camp = np.tile(np.array([kind in CAMP_KINDS for kind in kinds]), (days, 1))
    closed = _closed_camps(corridor, index, days)
    chance = np.tile(np.array([_chance(kind, rules) for kind in kinds]), (days, 1))
    chance = np.where(closed | was, rules.default_movechance, chance)
    chance = np.where(fighting, rules.conflict_movechance, chance)
    town = np.tile(np.array([kind in ("town", "conflict_zone") for kind in kinds]), (days, 1))
    open_camp = is_camp & ~closed
    foreign = np.array([place.country != rules.home_country for place in corridor.places])
    score = np.where(foreign, rules.foreign_weight, 1.0) * np.where(open_camp, rules.camp_weight, 1.0)
    elapsed = np.arange(days)[:, None] - since
    danger = rules.conflict_weight ** (_decay(rules, elapsed) * conflict)
    return {
        "score": score * np.where(fighting, danger, 1.0),
        "move_chance": chance,
        "is_town": (town | closed | was) & ~fighting,
        "is_camp": open_camp,
    }


def _chance(kind: str, rules: WalkRules) -> float:
    return {
        "camp": rules.camp_movechance,
        "idp_camp": rules.idpcamp_movechance,
        "forwarding_hub": 1.0,
        "marker": 1.0,
    }.get(kind, rules.default_movechance)


def _day(corridor: Corridor, date: dt.date) -> int:
    return (date - corridor.settings.start).days


def _closed_camps(corridor: Corridor, index: Mapping[str, int], days: int) -> Flags:
    closed = np.zeros((days, len(index)), np.bool_)
    for closure in corridor.closures:
        if closure.kind == "camp":
            first = _day(corridor, closure.start)
            last = days if closure.end is None else _day(corridor, closure.end) + 1
            closed[max(first, 0) : max(last, 0), index[closure.first]] = True
    return closed


def _links_by_day(
    corridor: Corridor, index: Mapping[str, int], links: tuple[tuple[int, int, float], ...], days: int
) -> tuple[Flags, Flags]:
    """Whether each link is open, and whether it closes on the day.

    Closures act in the order of their rows, once on their first day and once on the day after their last: two
    that overlap are both over when the first ends, as in Flee.
    """
    opened = np.ones((days, len(links)), np.bool_)
    closes = np.zeros((days, len(links)), np.bool_)
    country = [place.country for place in corridor.places]
    now = np.ones(len(links), np.bool_)
    acts: dict[int, list[tuple[Flags, bool]]] = defaultdict(list)
    for closure in corridor.closures:
        if closure.kind == "camp":
            continue
        ends = {closure.first, closure.second}
        if closure.kind == "country":
            hit = [{country[a], country[b]} == ends and country[a] != country[b] for a, b, _ in links]
        elif closure.kind == "place":
            hit = [index[closure.first] in (a, b) for a, b, _ in links]
        else:
            hit = [{corridor.places[a].id, corridor.places[b].id} == ends for a, b, _ in links]
        which = np.array(hit, np.bool_)
        acts[_day(corridor, closure.start)].append((which, False))
        if closure.end is not None:
            acts[_day(corridor, closure.end) + 1].append((which, True))
    for day in range(days):
        for which, opening in acts.get(day, ()):
            if not opening:
                closes[day] |= which & now
            now = np.where(which, opening, now)
        opened[day] = now
    return opened, closes
