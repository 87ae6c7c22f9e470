"""The shipped corridor under measures, compiled once for all tests of levers."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import cache

import numpy as np
from engine_tools import with_measures

from corridor.engine import Compiled, MemberResult, Noise, RunSpec, Values, compile_corridor, run_member
from corridor.formats import open_corridor
from corridor.model import Corridor, Measure

START, END, AS_OF = dt.date(2023, 10, 1), dt.date(2024, 1, 31), dt.date(2023, 12, 31)
NOVEMBER = dt.date(2023, 11, 1)
BORDER = {
    "tijuana": "san_diego",
    "nogales_mx": "tucson",
    "ciudad_juarez": "el_paso",
    "piedras_negras": "laredo",
}
SOUTH = [f"tapachula-mexico_city-{mode}" for mode in ("bus", "rail", "foot")]
SOUTH += [f"palenque-mexico_city-{mode}" for mode in ("bus", "rail")]
ORIGINS = ["south_america", "caribbean", "northern_central_america", "mexico_interior", "overseas"]

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


@cache
def run_with(*measures: Measure) -> MemberResult:
    """Expected values under these measures."""
    return run_member(compile_with(*measures))


def by_day(run: Compiled) -> ByDay:
    """Every number of the run's days, so that runs with other segments can be compared."""
    values: Values = run.values()
    return {f.name: getattr(values, f.name)[run.day_segment].copy() for f in fields(values)}


def groups(run: Compiled, *nationalities: str) -> list[int]:
    return [i for i, g in enumerate(run.groups) if not nationalities or g.nationality in nationalities]


def flows(run: Compiled, *names: str) -> list[int]:
    return [run.flow_ids.index(name) for name in names]


def stocks(run: Compiled, *names: str) -> list[int]:
    return [run.stock_ids.index(name) for name in names]
