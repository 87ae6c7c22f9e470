"""What a published series would have counted of a run, and how its codes become nationalities."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import small_corridors as small
from corridor.data import Dataset
from corridor.engine import RunSpec, compile_corridor
from corridor.engine.parameters import ParameterTable
from corridor.ensemble import Trajectories, by_nationality, nationalities, observe, published, simulate
from corridor.model import Corridor, Observation, Parameter

FEBRUARY = dt.date(2023, 2, 1)


def coverage(value: float, **fields: object) -> Parameter:
    given = {"parameter": "coverage", "target": "counted", "unit": "share", "source": small.SOURCE}
    return Parameter.model_validate({**given, "value": value, **fields})


def observation(**fields: object) -> Observation:
    given = {
        "id": "counted", "name": "c", "name_es": "c", "dataset": "series", "counting_point": "town",
        "by": ("nationality", "household"),
    }  # fmt: skip
    return Observation.model_validate({**given, **fields})


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    groups = [small.group("VEN"), small.group("HND"), small.group("VEN", "family", 3)]
    return small.one_stock_census(3000, 5, 5, days=59).model_copy(update={"groups": tuple(groups)})


@pytest.fixture(scope="module")
def run(corridor) -> Trajectories:
    spec = RunSpec(corridor.settings.start, corridor.settings.end)
    return simulate(compile_corridor(corridor, None, spec), members=4)


def test_a_series_counts_its_part_of_the_flow(corridor, run):
    rows = [coverage(0.5), coverage(0.8, group="VEN", valid_from=FEBRUARY)]
    seen = observe(run, corridor, observation(flows=("leave",)), ParameterTable(rows))
    part = np.array([[0.5, 0.5, 0.5], [0.8, 0.5, 0.8]])
    assert seen == pytest.approx(run.monthly_flow[:, :, 0, :] * part)


def test_without_a_coverage_all_is_counted(corridor, run):
    seen = observe(run, corridor, observation(flows=("leave",)), ParameterTable([]))
    assert np.array_equal(seen, run.monthly_flow[:, :, 0, :])


def test_a_stock_is_counted_as_the_mean_of_the_days_of_the_month(corridor, run):
    seen = observe(run, corridor, observation(stocks=("town.shelter",)), ParameterTable([coverage(0.9)]))
    january, february = run.daily_stock[:, :31, 0].mean(axis=1), run.daily_stock[:, 31:, 0].mean(axis=1)
    assert seen.sum(axis=2) == pytest.approx(0.9 * np.stack([january, february], axis=1))


def test_groups_become_nationalities(corridor, run):
    assert nationalities(corridor) == ("VEN", "HND")
    values = np.arange(12.0).reshape(2, 2, 3)
    expected = np.stack([values[..., 0] + values[..., 2], values[..., 1]], axis=-1)
    assert np.array_equal(by_nationality(run.groups, values), expected)


def series(*rows: tuple[str, str, str, float], frequency: str = "month") -> Dataset:
    date = dt.date(2023, 1, 1)
    table = pl.DataFrame(
        [(date, point, nationality, household, value, date) for point, nationality, household, value in rows],
        schema=["date", "point", "nationality", "household", "value", "known_from"],
        orient="row",
    )
    return Dataset(
        "series", "A series", "people", frequency, ("point", "nationality", "household"), 20, (), (), table
    )


ROWS = (
    ("east", "VE", "single", 10.0),
    ("east", "VE", "family", 5.0),
    ("west", "VE", "single", 1.0),
    ("east", "HND", "single", 7.0),
    ("east", "Utopia", "single", 3.0),
)


def values(table: pl.DataFrame) -> dict[tuple[str, str], float]:
    return {(n, h): v for _, n, h, v in table.select("date", "nationality", "household", "value").iter_rows()}


def test_codes_are_mapped_and_what_nobody_knows_is_left_out(corridor):
    given = observation(flows=("leave",), nationality_map={"VE": "VEN"})
    assert values(published(given, series(*ROWS), corridor)) == {
        ("VEN", "single"): 11, ("VEN", "family"): 5, ("HND", "single"): 7,
    }  # fmt: skip


def test_a_star_catches_the_rest_and_where_chooses_rows(corridor):
    given = observation(
        flows=("leave",), by=("nationality",), where={"point": ("east",)}, nationality_map={"VE": "VEN", "*": "HND"}
    )  # fmt: skip
    assert values(published(given, series(*ROWS), corridor)) == {("VEN", ""): 15, ("HND", ""): 10}


def test_without_margins_there_is_one_total(corridor):
    given = observation(flows=("leave",), by=())
    assert values(published(given, series(*ROWS), corridor)) == {("", ""): 26}


def test_two_publishers_of_one_dated_point_are_not_added_up(corridor):
    given = observation(stocks=("town.shelter",), by=())
    once = series(("east", "", "", 10.0), ("west", "", "", 12.0), frequency="point")
    table = once.table.rename({"point": "publisher"})
    twice = replace(once, dims=("publisher", *once.dims[1:]), additive=False, table=table)
    assert values(published(given, twice, corridor)) == {("", ""): 11}
