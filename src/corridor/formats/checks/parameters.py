"""Each parameter is a known one, points at something of the right kind, and lies where it can."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator

from corridor.formats import levers
from corridor.formats.checks.ids import named, scope_named
from corridor.formats.checks.scopes import Scopes
from corridor.formats.parts import Parts
from corridor.formats.rows import Row, Table
from corridor.model import PARAMETERS, Fault, Parameter, ParameterKind, did_you_mean

_BY_GROUP = {
    "departures",
    "initial",
    "share",
    "daily_probability",
    "stay_days",
    "coverage",
    "departure_sd_own",
}
"""Parameters that can differ by group; a group elsewhere would be ignored, so it is a fault."""


def check_parameters(parts: Parts, scopes: Scopes) -> Iterator[Fault]:
    """Faults of single parameters, and rows that hold on the same days."""
    for row in parts.parameters:
        yield from scope_named(row, "group", row.item.group, scopes, parts)
        yield from _window(row)
        kind = PARAMETERS.get(row.item.parameter)
        if kind is None:
            message = f"{row.item.parameter!r} is not a parameter"
            hint = did_you_mean(row.item.parameter, PARAMETERS) or f"known: {', '.join(PARAMETERS)}"
            yield row.fault("parameter", message, hint)
            continue
        yield from _target(row, kind, parts)
        if row.item.group is not None and row.item.parameter not in _BY_GROUP:
            message = f"{row.item.parameter} is one number for all groups together"
            yield row.fault("group", message, "leave group blank")
        if row.item.unit != kind.unit:
            message = f"{row.item.unit!r} is not the unit of {row.item.parameter}"
            yield row.fault("unit", message, f"give the number in {kind.unit}")
        yield from _domain(row, kind)
    yield from _overlaps(parts.parameters)


def _window(row: Row[Parameter]) -> Iterator[Fault]:
    first, last = row.item.valid_from, row.item.valid_to
    if first is not None and last is not None and last < first:
        yield row.fault("valid_to", f"{last} is before valid_from, {first}")


def _target(row: Row[Parameter], kind: ParameterKind, parts: Parts) -> Iterator[Fault]:
    name, parameter = row.item.target, row.item.parameter
    if kind.target == "none":
        if name is not None:
            yield row.fault("target", f"{parameter} is of the corridor as a whole", "leave target blank")
        return
    if name is None:
        yield row.fault("target", f"{parameter} needs a target: the id of a {kind.target}")
        return
    if kind.target == "lever":
        known = levers.known_levers()
        if name not in known:
            yield row.fault("target", f"there is no lever {name!r}", did_you_mean(name, known))
        return
    tables = {"stock": parts.stocks, "flow": parts.flows, "route": parts.routes, "series": parts.observations}
    what = "observation" if kind.target == "series" else kind.target
    yield from named(row, "target", name, tables[kind.target], what)


def _domain(row: Row[Parameter], kind: ParameterKind) -> Iterator[Fault]:
    for column in ("value", "low", "high"):
        number = getattr(row.item, column)
        if number is not None and not kind.lowest <= number <= kind.highest:
            yield row.fault(column, f"{number:g} is not {_domain_text(kind)}")
    value, low, high = row.item.value, row.item.low, row.item.high
    if (low is None) != (high is None):
        yield row.fault("low" if low is None else "high", "low and high stand together: fill both or neither")
    if low is not None and low > value:
        yield row.fault("low", f"{low:g} is above the value, {value:g}")
    if high is not None and high < value:
        yield row.fault("high", f"{high:g} is below the value, {value:g}")


def _domain_text(kind: ParameterKind) -> str:
    if (kind.lowest, kind.highest) == (0, 1):
        word = "probability" if kind.unit.startswith("probability") else "share"
        return f"a {word} (0–1)"
    if math.isinf(kind.highest):
        return f"{kind.lowest:g} or more {kind.unit}"
    return f"between {kind.lowest:g} and {kind.highest:g} {kind.unit}"


def _overlaps(table: Table[Parameter]) -> Iterator[Fault]:
    windows: dict[tuple[str, str | None, str | None], list[Row[Parameter]]] = defaultdict(list)
    for row in table:
        windows[row.item.parameter, row.item.target, row.item.group].append(row)
    for rows in windows.values():
        rows.sort(key=lambda row: (row.item.valid_from or dt.date.min, row.line))
        latest: Row[Parameter] | None = None
        for row in rows:
            if latest is not None and _until(latest) >= (row.item.valid_from or dt.date.min):
                early, late = sorted((latest, row), key=lambda r: r.line)
                message = f"holds on days on which line {early.line} holds too, for the same target and group"
                yield late.fault(
                    "valid_from", message, "give each row days of its own: rows do not override each other"
                )
            if latest is None or _until(row) > _until(latest):
                latest = row


def _until(row: Row[Parameter]) -> dt.date:
    return row.item.valid_to or dt.date.max
