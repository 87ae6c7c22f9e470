"""What a scenario changes of measures, and measures of its own, become rows like all others: once, on reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Lift, Measure, MeasureChange, Scenario, did_you_mean

LONGEST_ID = 80


def with_scenario_measures(parts: Parts) -> Parts:
    """The parts with a row of ``measures`` for every change and every own measure of a scenario.

    A change of measure ``m`` in scenario ``s`` is the measure ``m.s``, named by ``s`` in place of ``m``; a measure of
    the base is lifted from its first day on. Faults point at the lines of the scenario's file.
    """
    written = [_Written(row, parts.measures.by_id()) for row in parts.scenario_rows()]
    if not any(one.asks for one in written):
        return parts
    rows = [row for one in written for row in one.rows()]
    ours = {id(one.row): replace(one.row, item=one.scenario()) for one in written}
    tables = tuple(
        replace(table, rows=tuple(ours[id(row)] for row in table.rows)) for table in parts.scenarios
    )
    measures = replace(
        parts.measures,
        rows=(*parts.measures.rows, *rows),
        ids=(*parts.measures.ids, *((row.item.id, row.line) for row in rows)),
    )
    faults = [fault for one in written for fault in one.faults]
    return replace(parts, measures=measures, scenarios=tables, faults=(*parts.faults, *faults))


def changed_measure(measure: Measure, values: Mapping[str, Any]) -> Measure:
    """The measure with other values.

    A strength outside the measure's own range leaves its evidence behind: the range goes, and the grade becomes
    ``assumed``. Raises: pydantic's `ValidationError`.
    """
    strength = values.get("strength")
    inside = measure.low is not None and measure.high is not None and strength is not None
    if strength is not None and not (inside and measure.low <= strength <= measure.high):
        values = {"low": None, "high": None, "grade": "assumed", **values}
    return Measure.model_validate({**measure.model_dump(), **values})


@dataclass
class _Written:
    """A scenario as it is written, with the measures that it may change."""

    row: Row[Scenario]
    known: Mapping[str, Row[Any]]
    faults: list[Fault] = field(default_factory=list)
    replaced: dict[str, Row[Measure]] = field(default_factory=dict)
    """Rows that stand for measures that it changes."""
    own: list[Row[Measure]] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        return bool(self.row.item.change or self.row.item.own)

    def rows(self) -> list[Row[Measure]]:
        """Its own measures and those that it changes; what cannot be is a fault."""
        self.own = list(self._own())
        for place, change in enumerate(self.row.item.change):
            at = f"change[{place + 1}]"
            fault = self._refusal(change, at)
            if fault is not None:
                self.faults.append(fault)
            else:
                self.replaced[change.measure] = self._changed(change, at)
        return [*self.own, *self.replaced.values()]

    def _own(self) -> Iterator[Row[Measure]]:
        for place, measure in enumerate(self.row.item.own):
            at = f"own[{place + 1}]"
            if measure.id in self.known:
                hint = "give it another id, or name it under change"
                self.faults.append(
                    self.row.fault(f"{at}.id", f"{measure.id!r} is a measure of measures.csv", hint)
                )
            elif measure.in_base:
                message = "a measure of one scenario is not in the base"
                self.faults.append(self.row.fault(f"{at}.in_base", message, "leave in_base out"))
            else:
                yield self._row(measure, at)

    def _row(self, measure: Measure, at: str) -> Row[Measure]:
        prefix = f"{at}."
        lines = {
            key.removeprefix(prefix): line for key, line in self.row.lines.items() if key.startswith(prefix)
        }
        return Row(measure, self.row.file, self.row.lines.get(at, self.row.line), lines)

    def _refusal(self, change: MeasureChange, at: str) -> Fault | None:
        """Why a change cannot be made, if it cannot."""
        name, scenario = change.measure, self.row.item
        column = f"{at}.measure"
        if name not in self.known:
            return self.row.fault(column, f"there is no measure {name!r}", did_you_mean(name, self.known))
        if name in self.replaced:
            return self.row.fault(column, f"measure {name!r} is changed twice")
        if not self.known[name].item.in_base and name not in scenario.measures:
            message = f"measure {name!r} is neither in the base nor in this scenario"
            return self.row.fault(column, message, "name it under measures, too")
        if len(f"{name}.{scenario.id}") > LONGEST_ID:
            return self.row.fault(column, f"the ids together have more than {LONGEST_ID} characters")
        return None

    def _changed(self, change: MeasureChange, at: str) -> Row[Measure]:
        scenario, old = self.row.item, self.known[change.measure].item
        given = {name: value for name, value in change if name != "measure" and value not in (None, ())}
        lifted = next((lift.on for lift in scenario.lift if lift.measure == old.id), None)
        if lifted is not None:
            given["end"] = min(lifted - dt.timedelta(days=1), given.get("end") or dt.date.max)
        new = changed_measure(old, given)
        named = {
            "id": f"{old.id}.{scenario.id}", "in_base": False,
            "name": f"{old.name} (as in: {scenario.name})", "name_es": f"{old.name_es} (como en: {scenario.name_es})",
            "source": f"{old.source}; set otherwise by scenario {scenario.id}",
        }  # fmt: skip
        return self._row(new.model_copy(update=named), at)

    def scenario(self) -> Scenario:
        """The scenario, naming the rows in place of what it changes; call it after `rows`."""
        item = self.row.item
        own = [row.item.id for row in self.own]
        names = [self.replaced[name].item.id if name in self.replaced else name for name in item.measures]
        base = [name for name in self.replaced if name not in item.measures]
        lift = [one for one in item.lift if one.measure not in base]
        lift += [Lift(measure=name, on=self.known[name].item.start) for name in base]
        return item.model_copy(
            update={
                "measures": (*names, *(self.replaced[name].item.id for name in base), *own),
                "lift": tuple(lift), "change": (), "own": (),
            }
        )  # fmt: skip
