"""A corridor with changes for one run: measures set otherwise, scenarios from files outside the folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corridor.formats.checks import check_parts
from corridor.formats.folder import find_corridor
from corridor.formats.layout import SCENARIO
from corridor.formats.read import read_part, read_parts
from corridor.formats.rows import Table
from corridor.formats.scenario_measures import changed_measure, with_scenario_measures
from corridor.model import Corridor, Fault, InputError, Measure, did_you_mean
from corridor.model.scalars import BadValue, parse

SETTABLE = ("strength", "low", "high", "start", "end", "ramp_days", "decay_days")
"""Fields of a measure that a run may set."""


def open_changed(
    path_or_name: str | Path, sets: Sequence[str] = (), scenarios: Sequence[Path] = ()
) -> Corridor:
    """The corridor with ``MEASURE.FIELD=VALUE`` set and further scenario files read; checked as a whole.

    A strength outside the measure's own range leaves its evidence behind: the range goes, and the grade
    becomes ``assumed``. Raises: `InputError` with every fault.
    """
    folder = find_corridor(path_or_name)
    parts = read_parts(folder)
    faults: list[Fault] = []
    extra = tuple(read_part(path, SCENARIO, str(path)) for path in scenarios)
    parts = replace(parts, scenarios=(*parts.scenarios, *extra))
    by_measure: dict[str, dict[str, str]] = {}
    for text in sets:
        name, _, rest = text.partition(".")
        field, equals, value = rest.partition("=")
        known = parts.measures.known
        if not equals:
            faults.append(_fault(text, "is not MEASURE.FIELD=VALUE", "for example port-closed.strength=0.4"))
        elif name not in known:
            faults.append(_fault(text, f"there is no measure {name!r}", did_you_mean(name, known)))
        elif field not in SETTABLE:
            hint = did_you_mean(field, SETTABLE) or f"one of {', '.join(SETTABLE)}"
            faults.append(_fault(text, f"{field!r} cannot be set", hint))
        else:
            by_measure.setdefault(name, {})[field] = value.strip()
    measures, found = _changed(parts.measures, by_measure)
    parts = with_scenario_measures(replace(parts, measures=measures))
    faults += found
    if not faults:
        faults += check_parts(parts)
    if faults:
        raise InputError(f"{folder}: nothing was run", faults=faults)
    return parts.assemble().located(folder)


def _fault(text: str, message: str, hint: str | None = None) -> Fault:
    return Fault("--set", None, text, message, hint)


def _changed(
    table: Table[Measure], by_measure: dict[str, dict[str, str]]
) -> tuple[Table[Measure], list[Fault]]:
    faults: list[Fault] = []
    rows = []
    for row in table.rows:
        fields = by_measure.get(row.item.id)
        if fields:
            try:
                row = replace(row, item=_with(row.item, fields))
            except BadValue as error:
                faults.append(_fault(row.item.id, error.message, error.hint))
            except ValidationError as error:
                faults += [
                    _fault(f"{row.item.id}.{'.'.join(map(str, one['loc']))}", one["msg"])
                    for one in error.errors()
                ]
        rows.append(row)
    return replace(table, rows=tuple(rows)), faults


def _with(measure: Measure, fields: dict[str, str]) -> Measure:
    values: dict[str, Any] = {
        name: parse(Measure.model_fields[name].annotation, text) if text else None
        for name, text in fields.items()
    }
    return changed_measure(measure, values)
