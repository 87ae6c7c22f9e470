"""The shipped corridor under measures, compiled once for all tests of measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import cache

import numpy as np
from engine_tools import with_measures

from corridor.engine import Compiled, Noise, RunSpec, Values, compile_corridor
from corridor.formats import open_corridor
from corridor.model import Corridor, Measure

START, END, AS_OF = dt.date(2023, 10, 1), dt.date(2024, 1, 31), dt.date(2023, 12, 31)
NOVEMBER = dt.date(2023, 11, 1)

ByDay = dict[str, np.ndarray]


@cache
def bare() -> Corridor:
    """The shipped corridor without any measure, and without the parameters of earlier years."""
    corridor = open_corridor("americas")
    kept = [row for row in corridor.parameters if not row.valid_to or row.valid_to >= dt.date(2023, 9, 1)]
    return corridor.model_copy(update={"measures": (), "parameters": tuple(kept)})


@cache
def compile_with(*measures: Measure, hindsight: bool = False) -> Compiled:
    """The corridor under these measures."""
    changed, scenario = with_measures(bare(), *measures)
    silent = Noise(parameters=False, intensities=False, counts=False)
    spec = RunSpec(START, END, as_of=AS_OF, noise=silent, hindsight=hindsight)
    return compile_corridor(changed, scenario, spec)


def by_day(run: Compiled) -> ByDay:
    """Every number of the run's days, so that runs with other segments can be compared."""
    values: Values = run.values()
    return {f.name: getattr(values, f.name)[run.calendar.day_segment].copy() for f in fields(values)}


def flows(run: Compiled, *names: str) -> list[int]:
    return [run.flow_ids.index(name) for name in names]
