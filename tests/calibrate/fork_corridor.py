"""A corridor with two ways to a border and a known truth, and what publishers would have counted of it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from corridor.calibrate import CalibrationPlan, FittedField
from corridor.data import Dataset
from corridor.engine import MemberResult, RunSpec, compile_corridor, run_member
from corridor.model import PARAMETERS, Corridor, Observation, Parameter, Source
from small_corridors import flow, group, route, small_corridor, stock

START = dt.date(2021, 1, 1)
FIT_FROM = dt.date(2021, 4, 1)
MONTHS = tuple(dt.date(2021 + m // 12, m % 12 + 1, 1) for m in range(48))
AS_OF = dt.date(2023, 12, 31)
LAG_DAYS = 20
GROUPS = (group("VEN"), group("ECU"))
SOURCE = "assumption, for tests"
ROAD_DAYS = 5
"""Both roads take exactly so long: as many stages as days."""


def row(
    name: str, target: str, value: float, group: str | None = None, start: dt.date | None = None
) -> Parameter:
    return Parameter(
        parameter=name, target=target, group=group, value=value, valid_from=start, source=SOURCE,
        unit=PARAMETERS[name].unit,
    )  # fmt: skip


def wave(level: float, swing: float, period: float, phase: float) -> np.ndarray:
    """A slow wave over the months."""
    return level * np.exp(swing * np.sin(2 * np.pi * np.arange(len(MONTHS)) / period + phase))


@dataclass(frozen=True)
class Truth:
    """Monthly values by nationality of everything that the tests fit."""

    departures: Mapping[str, np.ndarray] = field(
        default_factory=lambda: {"VEN": wave(9000, 0.4, 18, 0.0), "ECU": wave(5000, 0.5, 23, 1.0)}
    )
    east: Mapping[str, np.ndarray] = field(
        default_factory=lambda: {"VEN": wave(0.5, 0.3, 30, 0.5), "ECU": wave(0.3, 0.2, 26, 2.0)}
    )
    met: Mapping[str, np.ndarray] = field(
        default_factory=lambda: {"VEN": wave(0.15, 0.4, 28, 1.5), "ECU": wave(0.25, 0.3, 33, 0.2)}
    )
    register: Mapping[str, float] = field(default_factory=lambda: {"VEN": 0.8, "ECU": 0.55})

    def rows(self) -> list[Parameter]:
        """The truth as parameters."""
        found = []
        for name in ("VEN", "ECU"):
            for m, month in enumerate(MONTHS):
                found += [
                    row("departures", "home.leaving", self.departures[name][m], f"{name}.single", month),
                    row("share", "go_east", self.east[name][m], name, month),
                    row("share", "go_west", 1 - self.east[name][m], name, month),
                    row("share", "met_east", self.met[name][m], name, month),
                ]
        return found


def fork(parameters: list[Parameter], capacity: float | None = None) -> Corridor:
    """From home by the east or the west to the border; travellers in the east may be met and sent home."""
    observations = (
        seen("border_total", "border", ("cross_east", "cross_west")),
        seen("border_east", "border", ("cross_east",), where={"area": ("east",)}),
        seen("met", "met", ("met_east",)),
        seen("register", "register", ("cross_east",)),
    )
    corridor = small_corridor(
        [
            stock("home.leaving", stay_days=1), stock("home.back"), stock("east.here", stay_days=1),
            stock("west.here", stay_days=1), stock("east.in", capacity=capacity), stock("west.in"),
        ],
        [
            flow("go_east", "home.leaving", "east.here", "travel", route="home-east"),
            flow("go_west", "home.leaving", "west.here", "travel", route="home-west"),
            flow("met_east", None, "home.back", "interdiction", from_route="home-east"),
            flow("cross_east", "east.here", "east.in", "crossing", share=1),
            flow("cross_west", "west.here", "west.in", "crossing", share=1),
        ],
        parameters,
        routes=[route("home", "east", ROAD_DAYS, ROAD_DAYS), route("home", "west", ROAD_DAYS, ROAD_DAYS)],
        groups=GROUPS,
        observations=observations,
        name="fork",
    )  # fmt: skip
    period = {"start": START, "end": month_end(MONTHS[-1]), "as_of": AS_OF}
    return corridor.model_copy(update={"settings": corridor.settings.model_copy(update=period)})


def guess(capacity: float | None = None) -> Corridor:
    """The corridor as somebody would declare it who does not know the truth."""
    constants = {"home.leaving": ("departures", 3000), "go_east": ("share", 0.2), "go_west": ("share", 0.8),
                 "met_east": ("share", 0.05)}  # fmt: skip
    return fork([row(name, target, value) for target, (name, value) in constants.items()], capacity)


def seen(name: str, dataset: str, flows: tuple[str, ...], where: dict | None = None) -> Observation:
    return Observation(
        id=name, name=name, name_es=name, dataset=dataset, where=where or {}, flows=flows, by=("nationality",),
        counting_point=name,
    )  # fmt: skip


def month_end(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def expected(corridor: Corridor) -> MemberResult:
    """Expected values over the whole period."""
    spec = RunSpec(start=corridor.settings.start, end=corridor.settings.end)
    return run_member(compile_corridor(corridor, None, spec), None)


def dataset(name: str, rows: list[tuple], dims: tuple[str, ...], lag_days: int = LAG_DAYS) -> Dataset:
    """A monthly dataset of rows ``date, *dims, value``."""
    table = pl.DataFrame(rows, schema=["date", *dims, "value"], orient="row")
    table = table.with_columns(
        pl.col("value").cast(pl.Float64),
        (pl.col("date").dt.month_end() + pl.duration(days=lag_days)).alias("known_from"),
    )
    source = Source(id=name, title=name, publisher="Tests", license="CC0-1.0", grade="primary")
    return Dataset(name, name, "people", "month", dims, lag_days, (source,), (), table, absent="zero")


def publish(truth: Truth) -> dict[str, Dataset]:
    """What the three publishers count of the truth, by name."""
    corridor = fork(truth.rows())
    monthly = expected(corridor).monthly_flow  # (months, flows, groups)
    flows = [item.id for item in corridor.flows]
    counted: dict[str, list[tuple]] = {"border": [], "met": [], "register": []}
    for m, month in enumerate(MONTHS):
        for g, nationality in enumerate(("VEN", "ECU")):
            east, west, met = (
                monthly[m, flows.index(f), g] for f in ("cross_east", "cross_west", "met_east")
            )
            counted["border"] += [(month, nationality, "east", east), (month, nationality, "west", west)]
            counted["met"].append((month, nationality, met))
            counted["register"].append((month, nationality, east * truth.register[nationality]))
    dims = {"border": ("nationality", "area"), "met": ("nationality",), "register": ("nationality",)}
    return {name: dataset(name, rows, dims[name]) for name, rows in counted.items()}


def loader(datasets: Mapping[str, Dataset]) -> Callable[[str], Dataset]:
    return datasets.__getitem__


def plan(**changes: object) -> CalibrationPlan:
    """Fields of the fork that its four series identify."""
    fields = (
        FittedField(
            id="departures", method="departures", observations=("border_total",), by=("nationality",),
            smooth=0.01, source="t",
        ),
        FittedField(
            id="east", method="odds", observations=("border_east",), flows=("go_east",), by=("nationality",),
            lag_days=ROAD_DAYS + 1, smooth=0.01, bounds=(0.01, 0.99), source="t",
        ),
        FittedField(
            id="met", method="hazard", observations=("met",), flows=("met_east",), by=("nationality",),
            lag_days=ROAD_DAYS / 2, smooth=0.01, bounds=(0.001, 0.9), source="t",
        ),
        FittedField(
            id="register", method="coverage", observations=("register",), by=("nationality",), smooth=1.0,
            bounds=(0.1, 1.0), source="t",
        ),
    )  # fmt: skip
    values = {
        "start": START, "fit_from": FIT_FROM, "iterations": 50, "fields": fields, "target": "border_total",
        **changes,
    }  # fmt: skip
    return CalibrationPlan.model_validate(values)
