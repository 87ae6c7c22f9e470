"""A corridor under a scenario for one run: structure, index and numbers, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from corridor.engine.bound import BoundMeasure
from corridor.engine.calendar import RunCalendar
from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.bundles import Watch
from corridor.engine.numbers import RunNumbers
from corridor.engine.parameters import ParameterTable
from corridor.engine.spec import Floats, RunSpec, Values
from corridor.engine.structure import Structure
from corridor.model import Corridor, Event, Group, Scenario, Trigger, html


@dataclass(frozen=True, repr=False)
class Compiled:
    """What `compile_corridor` makes of a corridor, a scenario and a run.

    ``index`` says where ids stand, ``calendar`` which day is in which month and segment, ``structure`` holds
    cells and edges, ``numbers`` the parameters and measures that fill them, ``watch`` the triggers.
    """

    corridor: Corridor
    scenario: Scenario | None
    spec: RunSpec
    index: CorridorIndex
    calendar: RunCalendar
    structure: Structure
    numbers: RunNumbers
    watch: Watch
    triggers: tuple[Trigger, ...]
    events: tuple[Event, ...]
    start_units: Floats
    """(C) units in every cell on the first morning, expected."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """Groups, in the order of every axis of groups."""
        return self.corridor.groups

    @property
    def flow_ids(self) -> tuple[str, ...]:
        """Ids in the order of every axis of flows."""
        return self.index.flow_ids

    @property
    def stock_ids(self) -> tuple[str, ...]:
        """Ids in the order of every axis of stocks."""
        return self.index.stock_ids

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Days of the run."""
        return self.calendar.dates

    @property
    def months(self) -> tuple[dt.date, ...]:
        """First days of the run's months."""
        return self.calendar.months

    @property
    def table(self) -> ParameterTable:
        """Rows of parameters, with those of strengths and events."""
        return self.numbers.table

    @property
    def measures(self) -> tuple[BoundMeasure, ...]:
        """Measures of the base and of the scenario."""
        return self.numbers.measures

    def values(self, member: int | None = None) -> Values:
        """Numbers by segment with every dated measure in force; ``member`` None: central values."""
        drawn = self.table.values(self.spec.seed, member)
        numbers = self.numbers
        return numbers.apply_measures(numbers.base_values(drawn, member), drawn, numbers.by_date)

    @cached_property
    def _base(self) -> Values:
        return self.numbers.base_values(self.table.values(self.spec.seed, None))

    def base_copy(self, names: Collection[str] = ()) -> Values:
        """Central numbers by segment before any measure, to be changed in place; no strength of a measure is in them.

        Of ``names``, if any are given, only these may be changed.
        """
        return Values(
            **{
                name: array.copy() if not names or name in names else array
                for name, array in vars(self._base).items()
            }
        )

    @cached_property
    def central(self) -> Values:
        """The numbers of `values` at central values; they are shared, and are not to be changed."""
        return self.values(None)

    def __repr__(self) -> str:
        scenario = self.scenario.id if self.scenario else "base"
        return (
            f"Compiled({self.corridor.settings.id!r}, {scenario!r}, {self.spec.start} to {self.spec.end}, "
            f"{len(self.calendar.segment_starts)} segments, {self.structure.network.edge_dest.size:,} edges)"
        )

    def _repr_html_(self) -> str:
        names = ("id", "lever", "start", "strength", "unit", "grade")
        rows = [[getattr(active.measure, name) for name in names] for active in self.measures]
        return html.card(repr(self), None, html.table(names, rows, len(rows)))
