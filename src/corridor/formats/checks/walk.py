"""A corridor that moves by the walk rule: what it must hold, and what the rule does not read."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from corridor.formats.checks.ids import named
from corridor.formats.parts import Parts
from corridor.formats.rows import Row, Table
from corridor.model import PLACE_KINDS, TOTAL, Conflict, Fault, Settings, WalkRules, did_you_mean

_ONLY_FLOWS = ("flows", "measures", "triggers", "events")
_PARAMETERS = ("population",)


def check_walk(parts: Parts) -> Iterator[Fault]:
    """Faults of the movement rule: of the words of the walk rule, or of their use without it."""
    settings = parts.settings
    if settings is None:
        return
    (whole,) = parts.corridor.rows
    if settings.movement is None:
        yield from _without(parts, whole, settings)
        return
    if settings.walk is None:
        yield whole.fault(
            "walk", "the block is missing", "the walk rule needs its settings: see docs/flee.md"
        )
        return
    yield from _not_read(parts)
    yield from _places(parts)
    yield from _routes(parts)
    yield from _conflicts(parts, settings)
    yield from _closures(parts, settings)
    yield from _rules(parts, whole, settings.walk)


def _without(parts: Parts, whole: Row[Settings], settings: Settings) -> Iterator[Fault]:
    if settings.walk is not None:
        yield whole.fault("walk", "is read under `movement: walk` only", "add movement, or take it out")
    for table in (parts.conflicts, parts.closures):
        if table.rows:
            yield Fault(table.file, None, None, "is read under `movement: walk` only", "take its rows out")
    if not parts.flows.rows and not parts.flows.ids and not parts.flows.faults:
        yield Fault(parts.flows.file, None, None, "has a header but no rows")
    for row in parts.parameters:
        if row.item.parameter in _PARAMETERS:
            message = f"{row.item.parameter} is read under `movement: walk` only"
            yield row.fault("parameter", message)


def _not_read(parts: Parts) -> Iterator[Fault]:
    """Rows that the walk rule would ignore."""
    tables: list[Table[Any]] = [getattr(parts, name) for name in _ONLY_FLOWS]
    for table in (*tables, *parts.scenarios):
        if table.rows:
            yield Fault(table.file, None, None, "is not read by the walk rule", "take its rows out")
    for row in parts.parameters:
        if row.item.parameter not in _PARAMETERS:
            message = f"{row.item.parameter!r} is not read by the walk rule"
            yield row.fault("parameter", message, f"it reads {', '.join(_PARAMETERS)}")
    if len(parts.groups.rows) != 1 and not parts.groups.faults:
        message = "the walk rule knows one group only"
        yield Fault(parts.groups.file, None, None, message, "keep one row, of size 1")
    for row in parts.groups:
        if row.item.size != 1:
            yield row.fault("size", "the walk rule moves single people", "write 1")


def _places(parts: Parts) -> Iterator[Fault]:
    stocks: dict[str, int] = defaultdict(int)
    for row in parts.stocks:
        stocks[row.item.place] += 1
        if stocks[row.item.place] == 2:
            yield row.fault(
                "place", f"{row.item.place!r} has a stock already; the walk rule knows one at a place"
            )
    for row in parts.places:
        if row.item.kind not in PLACE_KINDS:
            hint = did_you_mean(row.item.kind, PLACE_KINDS)
            yield row.fault(
                "kind", f"{row.item.kind!r} is not a kind of place that the walk rule knows", hint
            )
        if not stocks[row.item.id] and not parts.stocks.faults:
            yield row.fault("id", f"place {row.item.id!r} has no stock", "give it a row in stocks.csv")


def _routes(parts: Parts) -> Iterator[Fault]:
    for row in parts.routes:
        route = row.item
        if route.from_place == route.to_place:
            yield row.fault("to_place", f"a route from {route.from_place!r} to itself")
        if route.km <= 0:
            yield row.fault("km", "the walk rule needs a length above 0")
        elif abs(route.km * 10 - round(route.km * 10)) > 1e-9:
            yield row.fault("km", f"{route.km} km has more than one decimal", "round it")


def _conflicts(parts: Parts, settings: Settings) -> Iterator[Fault]:
    by_place: dict[str, list[Row[Conflict]]] = defaultdict(list)
    for row in parts.conflicts:
        yield from named(row, "place", row.item.place, parts.places, "place")
        yield from _dates(row, settings)
        by_place[row.item.place].append(row)
    for rows in by_place.values():
        ordered = sorted(rows, key=lambda row: row.item.start)
        for early, late in itertools.pairwise(ordered):
            if late.item.start <= (early.item.end or dt.date.max):
                message = f"starts on {late.item.start}, when the conflict of line {early.line} is still on"
                yield late.fault("start", message)


def _closures(parts: Parts, settings: Settings) -> Iterator[Fault]:
    countries = {row.item.country for row in parts.places}
    for row in parts.closures:
        closure = row.item
        yield from _dates(row, settings)
        if closure.start < settings.start:
            yield row.fault(
                "start", f"{closure.start} is before the period, which starts on {settings.start}"
            )
        two = closure.kind in ("country", "route")
        if two != (closure.second is not None):
            yield row.fault("second", f"a closure of a {closure.kind} names {'two' if two else 'one'}")
        for column in ("first", "second"):
            name = getattr(closure, column)
            if closure.kind != "country":
                yield from named(row, column, name, parts.places, "place")
            elif name is not None and name not in countries:
                yield row.fault(column, f"no place is in {name!r}", did_you_mean(name, countries))


def _dates(row: Row[Any], settings: Settings) -> Iterator[Fault]:
    if row.item.end is not None and row.item.end < row.item.start:
        yield row.fault("end", f"{row.item.end} is before the start, {row.item.start}")
    if row.item.start > settings.end:
        yield row.fault("start", f"{row.item.start} is after the period, which ends on {settings.end}")


def _rules(parts: Parts, whole: Row[Settings], rules: WalkRules) -> Iterator[Fault]:
    """The dataset of counts and the corrections of it."""
    countries = {row.item.country for row in parts.places}
    if rules.home_country not in countries and parts.places.rows:
        hint = did_you_mean(rules.home_country, countries)
        yield whole.fault("walk.home_country", f"no place is in {rules.home_country!r}", hint)
    if rules.counts not in parts.datasets.known:
        hint = did_you_mean(rules.counts, parts.datasets.known)
        yield whole.fault("walk.counts", f"there is no dataset {rules.counts!r}", hint)
        return
    for row in parts.datasets:
        if row.item.id == rules.counts and len(row.item.dims) != 1:
            yield row.fault("dims", "the counts of the walk rule have one dimension, the place")
            return
    dated: dict[str, set[dt.date]] = defaultdict(set)
    for date, dims, _, _ in parts.counts.get(rules.counts, ()):
        dated[dims[0]].add(date)
    for place, correction in enumerate(rules.corrections):
        if correction.date not in dated[correction.place]:
            message = f"{correction.place!r} has no count on {correction.date}"
            column = f"walk.corrections[{place + 1}].date"
            yield whole.fault(column, message, did_you_mean(correction.place, dated))
    if not rules.sum_from_camps and not dated[TOTAL]:
        yield whole.fault("walk.sum_from_camps", f"dataset {rules.counts!r} has no series {TOTAL!r}")
