"""Parties name measures and indicators that exist, say where they said it, and do not exclude everything."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats.checks.ids import named
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Demand, Fault, Interest, Party, Statement, did_you_mean
from corridor.model.parties import COST_PREFIX, DERIVED_INDICATORS, NIGHTS_PREFIX

_STRENGTH_BOUNDS = ("no_less_than", "no_more_than")


def check_parties(parts: Parts) -> Iterator[Fault]:
    """Faults of ``parties.yaml``."""
    first: dict[str, str] = {}
    indicators = known_indicators(parts)
    for row in parts.parties:
        yield from _something_stated(row)
        for place, demand in enumerate(row.item.demands, 1):
            at = f"demands[{place}]"
            if demand.id in first:
                yield row.fault(f"{at}.id", f"{demand.id!r} is a demand of {first[demand.id]!r} already")
            first.setdefault(demand.id, row.item.id)
            yield from _statement(row, at, demand, parts)
            yield from _measures(row, at, demand, parts)
            yield from _bound(row, at, demand)
        for place, interest in enumerate(row.item.interests, 1):
            at = f"interests[{place}]"
            yield from _statement(row, at, interest, parts)
            yield from _indicator(row, at, interest, indicators, parts)
        yield from _exclusions(row)


def known_indicators(parts: Parts) -> frozenset[str]:
    """Every indicator that a party may name."""
    census = [row.item.id for row in parts.indicators if row.item.kind == "census"]
    of_cities = [prefix + name for name in census for prefix in (COST_PREFIX, NIGHTS_PREFIX)]
    return frozenset((*parts.indicators.known, *DERIVED_INDICATORS, *of_cities))


def _something_stated(row: Row[Party]) -> Iterator[Fault]:
    party = row.item
    stated = bool(party.demands or party.interests)
    if not stated and party.nothing_stated is None:
        hint = "give what it has stated, or say in nothing_stated where its statements were looked for"
        yield row.fault("id", f"the party {party.id!r} has no demand and names no indicator", hint)
    if stated and party.nothing_stated is not None:
        yield row.fault("nothing_stated", "is given, but the party has demands or interests")
    if (party.nothing_stated is None) != (party.nothing_stated_es is None):
        column = "nothing_stated" if party.nothing_stated is None else "nothing_stated_es"
        yield row.fault(column, "is blank, but the other language has a text")


def _statement(row: Row[Party], at: str, statement: Statement, parts: Parts) -> Iterator[Fault]:
    if statement.entry is not None:
        column, entry = f"{at}.entry", parts.register_entries.by_id().get(statement.entry)
        known = parts.register_entries.known
        if statement.entry not in known and not parts.register_entries.faults:
            message = f"there is no entry {statement.entry!r} in register.csv"
            yield row.fault(column, message, did_you_mean(statement.entry, known))
        earlier = entry and statement.known_from and statement.known_from < entry.item.known_from
        if entry and earlier:
            message = f"is before the entry was known ({entry.item.known_from})"
            yield row.fault(f"{at}.known_from", message)
        return
    hint = "name the row of register.csv as entry, or give source, source_grade and known_from"
    if statement.source is None:
        yield row.fault(f"{at}.text", "has no source", hint)
    elif statement.known_from is None or statement.source_grade is None:
        lacks = "known_from" if statement.known_from is None else "source_grade"
        yield row.fault(f"{at}.source", f"needs {lacks} beside it", hint)


def _measures(row: Row[Party], at: str, demand: Demand, parts: Parts) -> Iterator[Fault]:
    by_id = parts.measures.by_id()
    for column, names in (("measures", demand.measures), ("together", demand.together)):
        for place, name in enumerate(names, 1):
            yield from named(row, f"{at}.{column}[{place}]", name, parts.measures, "measure")
            if name in by_id and column == "measures":
                in_force = by_id[name].item.in_base
                if in_force and demand.bound != "lifted":
                    hint = "the demand to end a measure in force has the bound lifted"
                    yield row.fault(f"{at}.bound", f"{name!r} is in force in every scenario", hint)
                if not in_force and demand.bound == "lifted":
                    yield row.fault(f"{at}.bound", f"{name!r} is not in force, so it cannot be lifted")


def _bound(row: Row[Party], at: str, demand: Demand) -> Iterator[Fault]:
    if (demand.value is not None) != (demand.bound in _STRENGTH_BOUNDS):
        needs = "needs a value" if demand.value is None else "takes no value"
        yield row.fault(f"{at}.bound", f"the bound {demand.bound} {needs}")
    if bool(demand.together) != (demand.bound == "only_with"):
        needs = "names no measures in together" if not demand.together else "takes no measures in together"
        yield row.fault(f"{at}.bound", f"the bound {demand.bound} {needs}")
    if demand.bound != "included" and not demand.measures:
        yield row.fault(f"{at}.measures", f"is empty, but the bound {demand.bound} is one of a measure")


def _indicator(
    row: Row[Party], at: str, interest: Interest, known: frozenset[str], parts: Parts
) -> Iterator[Fault]:
    if interest.indicator not in known and not parts.indicators.faults:
        message = f"there is no indicator {interest.indicator!r}"
        yield row.fault(f"{at}.indicator", message, did_you_mean(interest.indicator, known))


def _exclusions(row: Row[Party]) -> Iterator[Fault]:
    """Bounds or directions of one party that no package can meet together."""
    hint = "a party's own demands must leave some package"
    ways: dict[str, str] = {}
    for place, interest in enumerate(row.item.interests, 1):
        if ways.setdefault(interest.indicator, interest.direction) != interest.direction:
            message = f"{interest.indicator!r} is asked to go up and down: this excludes every package"
            yield row.fault(f"interests[{place}].direction", message, hint)
    demands = list(enumerate(row.item.demands, 1))
    for place, later in demands:
        for _, earlier in demands[: place - 1]:
            shared = set(later.measures) & set(earlier.measures)
            if shared and exclude_each_other(earlier, later):
                message = f"excludes every package together with the demand {earlier.id!r} on {min(shared)!r}"
                yield row.fault(f"demands[{place}].bound", message, hint)


def exclude_each_other(one: Demand, other: Demand) -> bool:
    """Whether two demands on the same single measure cannot both be met."""
    if len(one.measures) != 1 or one.measures != other.measures:
        return False
    bounds = {one.bound, other.bound}
    if "not_at_all" in bounds and bounds & {"included", "no_less_than"}:
        return True
    if bounds == set(_STRENGTH_BOUNDS):
        least, most = (one, other) if one.bound == "no_less_than" else (other, one)
        return (least.value or 0.0) > (most.value or 0.0)
    return False
