"""Measures move something: somebody is in their scope, and the parameters that their lever needs are there."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats import levers
from corridor.formats.levers import LeverFacts
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Corridor, Fault, Measure


def check_effects(parts: Parts) -> Iterator[Fault]:
    """Faults of measures in a network without faults; those of their own words are told elsewhere."""
    known = levers.known_levers() if parts.measures.rows else {}
    rows = [
        row
        for row in parts.measures
        if row.item.lever in known and row.item.unit in known[row.item.lever].units
    ]
    if not rows or parts.measures.faults:
        return
    corridor = parts.assemble()
    for row in rows:
        yield from _strength(row, known[row.item.lever])
        yield from _effect(row, corridor)


def _strength(row: Row[Measure], lever: LeverFacts) -> Iterator[Fault]:
    lowest, highest = lever.allowed[row.item.unit]
    for column in ("strength", "low", "high"):
        value = getattr(row.item, column)
        if value is not None and not lowest <= value <= highest:
            bounds = f"{lowest:g} or more" if highest == float("inf") else f"{lowest:g} to {highest:g}"
            message = f"{value:g} is not a strength of {lever.name} in {row.item.unit}"
            yield row.fault(column, message, f"give {bounds}, or another unit")


def _effect(row: Row[Measure], corridor: Corridor) -> Iterator[Fault]:
    found = levers.touched(corridor, row.item)
    if not found.groups:
        yield row.fault("nationalities", "no group is in the scope of nationalities and households")
    elif found.nothing:
        message = "the measure does nothing: nothing in its scope that its lever could move"
        moved = "; ".join(f"{effect.parameter} of {effect.where}" for effect in found.idle)
        yield row.fault(
            "lever",
            message,
            f"it moves {moved}; look at its places, routes and groups, and for a limit to move",
        )
    for parameter, target in found.missing:
        message = f"the lever {row.item.lever} needs the parameter {parameter} of {target}"
        hint = f"give {parameter} of {target} in parameters.csv, with its range"
        yield row.fault("lever", message, hint)
