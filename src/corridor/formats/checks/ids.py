"""Ids are unique and every name that is used is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from corridor.formats.checks.scopes import Scopes
from corridor.formats.parts import Parts
from corridor.formats.rows import Row, Table
from corridor.model import Fault, did_you_mean


def check_ids(parts: Parts, scopes: Scopes) -> Iterator[Fault]:
    """One id, one row; one word, one meaning."""
    for table in parts.tables():
        first: dict[str, int] = {}
        for name, line in table.ids:
            if name in first:
                hint = "ids name things in other files, so each must stand once"
                yield Fault(table.file, line, "id", f"{name!r} is the id of line {first[name]} already", hint)
            first.setdefault(name, line)
    pairs: dict[tuple[str, str], Row[Any]] = {}
    for row in parts.groups:
        pair = (row.item.nationality, row.item.household)
        if pair in pairs:
            yield row.fault(
                "household", f"{' × '.join(pair)} is the group of line {pairs[pair].line} already"
            )
        pairs.setdefault(pair, row)
    for word in scopes.ambiguous():
        hint = "rename one, so that a scope cannot mean two things"
        message = f"{word!r} is used for two kinds of scope (nationality, household, group)"
        yield Fault(parts.groups.file, None, None, message, hint)


def check_references(parts: Parts, scopes: Scopes) -> Iterator[Fault]:
    """Places, stocks, routes, flows, groups and series that rows name exist."""
    yield from _network_references(parts, scopes)
    for row in parts.observations:
        yield from _observation_references(row, parts)
    for row in parts.indicators:
        yield from named(row, "observation", row.item.observation, parts.observations, "observation")
        for name in row.item.stocks:
            yield from named(row, "stocks", name, parts.stocks, "stock")
        if not row.item.stocks and row.item.observation is None:
            yield row.fault("stocks", "must name an observation or stocks", "list the ids of stocks")
    for row in parts.claims:
        for column in ("series", "other"):
            yield from named(row, column, getattr(row.item, column), parts.observations, "observation")


def _network_references(parts: Parts, scopes: Scopes) -> Iterator[Fault]:
    """Ends of stocks, routes and flows."""
    for row in parts.stocks:
        yield from named(row, "place", row.item.place, parts.places, "place")
    for row in parts.routes:
        for column in ("from_place", "to_place"):
            yield from named(row, column, getattr(row.item, column), parts.places, "place")
    for row in parts.flows:
        for column in ("from_stock", "to_stock"):
            yield from named(row, column, getattr(row.item, column), parts.stocks, "stock")
        for column in ("from_route", "route"):
            yield from named(row, column, getattr(row.item, column), parts.routes, "route")
        yield from named(row, "overflow_flow", row.item.overflow_flow, parts.flows, "flow")
        yield from _scopes(row, "groups", row.item.groups, scopes, parts)


def _observation_references(row: Row[Any], parts: Parts) -> Iterator[Fault]:
    """Flows or stocks that a counting point counts: one of the two."""
    for column, table, what in (("flows", parts.flows, "flow"), ("stocks", parts.stocks, "stock")):
        for name in getattr(row.item, column):
            yield from named(row, column, name, table, what)
    if bool(row.item.flows) == bool(row.item.stocks):
        message = "must count flows or stocks, and not both"
        yield row.fault("flows", message, "list the ids of flows, or those of stocks")


def named(row: Row[Any], column: str, name: str | None, table: Table[Any], what: str) -> Iterator[Fault]:
    """A fault where ``name`` is given but is no id of ``table``."""
    if name is not None and name not in table.known and _judged(table):
        yield row.fault(column, f"there is no {what} {name!r}", did_you_mean(name, table.known))


def _judged(table: Table[Any]) -> bool:
    """Whether the ids of a table are known: a file that cannot be read is one fault, not one per reference."""
    return bool(table.ids) or not table.faults


def _scopes(
    row: Row[Any], column: str, words: Iterable[str], scopes: Scopes, parts: Parts
) -> Iterator[Fault]:
    for word in words:
        yield from scope_named(row, column, word, scopes, parts)


def scope_named(
    row: Row[Any], column: str, word: str | None, scopes: Scopes, parts: Parts
) -> Iterator[Fault]:
    """A fault where ``word`` is no nationality, household or group of the corridor."""
    if word is None or word in scopes.words or parts.groups.faults:
        return
    message = f"{word!r} is no nationality, household or group of groups.csv"
    yield row.fault(column, message, did_you_mean(word, scopes.words))
