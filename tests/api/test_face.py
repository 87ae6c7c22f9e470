"""The face for Python: one import, labelled results, errors that say what to do."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import corridor
from corridor.data import load
from corridor.engine import RunSpec, compile_corridor
from corridor.forecast import LEVELS, View, forecaster, subject_of
from corridor.model import InputError
from repository import ROOT

RUN_MEMBERS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = corridor.new(tmp_path_factory.mktemp("face") / "small")
    shutil.rmtree(made / "calibration")  # a run of what is fitted begins where the fit ends
    return made


@pytest.fixture(scope="module")
def runs(folder: Path) -> dict[str, corridor.Trajectories]:
    return corridor.simulate(folder, [None, "half-closed"], members=RUN_MEMBERS, seed=4, end="2023-09-30")


def python(code: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, **options
    )


# -- the import --------------------------------------------------------------------------------------


def test_the_import_loads_nothing_and_takes_no_time():
    code = """
import sys, time
start = time.process_time()
import corridor
took = time.process_time() - start
heavy = {"numpy", "polars", "pydantic", "numba", "click", "corridor.model"} & set(sys.modules)
print(took < 0.2, sorted(heavy))
"""
    assert python(code).stdout.split(maxsplit=1) == ["True", "[]\n"]


def test_every_name_of_the_face_is_there_and_no_other():
    assert {"open", "load", "simulate", "forecast", "evaluate", "check", "report", "new"} <= set(
        corridor.__all__
    )
    for name in corridor.__all__:
        assert callable(getattr(corridor, name)), name
        assert name in dir(corridor)
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        corridor.simulat


@pytest.mark.parametrize("first", ["", "import corridor.{name}", "from corridor.{name} import __all__"])
def test_a_folder_that_is_a_function_stays_a_folder(first):
    """In any order of imports."""
    code = "import inspect\n"
    for name in ("evaluate", "forecast", "report"):
        code += f"""
{first.format(name=name)}
import corridor
from corridor import {name}
import corridor.{name} as again
assert callable(corridor.{name}) and again is {name} is corridor.{name}
assert list(inspect.signature({name}).parameters) == list(inspect.signature(corridor.api.{name}).parameters)
assert corridor.{name}.__path__[0].endswith({name!r})
"""
    found = python(f"{code}print('as it should be')")
    assert found.stdout == "as it should be\n", found.stderr


# -- simulate ----------------------------------------------------------------------------------------


def test_a_run_is_that_of_the_engine_with_the_same_inputs(folder, runs):
    opened = corridor.open(folder)
    spec = RunSpec(
        start=opened.settings.start, end=dt.date(2023, 9, 30), seed=4, members=RUN_MEMBERS,
        as_of=dt.date(2023, 12, 31), shocks_from=dt.date(2023, 12, 1),
    )  # fmt: skip
    from corridor.ensemble import simulate

    expected = simulate(compile_corridor(opened, "half-closed", spec))
    np.testing.assert_array_equal(runs["half-closed"].monthly_flow, expected.monthly_flow)
    assert list(runs) == ["base", "half-closed"]
    assert runs["half-closed"].attributes == {
        "corridor": "small", "scenario": "half-closed", "seed": 4, "as_of": "2023-12-31",
    }  # fmt: skip


def test_people_by_label_are_those_of_the_plain_arrays(runs):
    run = runs["base"]
    waiting = run.sel(stock="border.waiting")
    np.testing.assert_array_equal(waiting.values, run.stock_by_day("border.waiting"))
    assert waiting.dims == ("member", "date") and waiting.coords["date"] == run.dates
    flow = run.flows[0]
    np.testing.assert_array_equal(run.sel(flow=flow).values, run.flow(flow))
    np.testing.assert_array_equal(run.sel(flow=flow, date=slice(None, None)).values, run.flow_by_day(flow))
    last = run.sel(stock="border.waiting", month=run.months[-1]).sum("group")
    np.testing.assert_allclose(last.values, waiting.sel(date=run.dates[-1]).values)
    assert run["daily_flow"].unit == "people" and run["trigger_on"].unit == "1"


def test_flows_of_a_month_are_those_of_its_days(runs):
    run = runs["base"]
    by_month = run["monthly_flow"].sum("group")
    by_day = run["daily_flow"]
    for month in run.months:
        days = by_day.sel(date=f"{month:%Y-%m}").sum("date")
        np.testing.assert_allclose(by_month.sel(month=month).values, days.values, rtol=1e-5)


def test_a_difference_under_shared_noise_is_sharper_than_that_of_two_seeds(folder, runs):
    """The border is half closed from one month on: before, no member differs at all."""
    stock, start = {"stock": "border.waiting"}, _first_day_of_the_measure(folder)
    more = runs["half-closed"].sel(**stock) - runs["base"].sel(**stock)
    before = [day for day in more.coords["date"] if day < start]
    assert before and not more.sel(date=before).values.any()
    assert more.attributes["scenario"] == "half-closed − base"
    other = corridor.simulate(folder, "half-closed", members=RUN_MEMBERS, seed=5, end="2023-09-30")
    with pytest.raises(InputError, match="share no noise"):
        other.sel(**stock) - runs["base"].sel(**stock)
    unpaired = other.sel(**stock).values[:, -1] - runs["base"].sel(**stock).values[:, -1]
    assert more.values[:, -1].std() < unpaired.std()


def _first_day_of_the_measure(folder: Path) -> dt.date:
    rows = pl.read_csv(folder / "measures.csv", comment_prefix="#", infer_schema_length=None)
    named = (folder / "scenarios" / "half-closed.yaml").read_text("utf-8")
    return min(
        dt.date.fromisoformat(row["start"]) for row in rows.iter_rows(named=True) if row["id"] in named
    )


def test_a_published_series_of_a_run_is_that_of_the_observation():
    americas = corridor.open("americas")
    run = corridor.simulate(americas, "no-agreement", members=2, end="2023-12-31")
    for observation in americas.observations:
        found = run.series(observation.id)
        assert found.unit == "people" and found.dims[:2] == ("member", "month")
        if observation.flows:
            assert found.dims == ("member", "month", "group")
    flows = next(o for o in americas.observations if o.id == "us_total")
    through = sum(run.sel(flow=flow).values for flow in flows.flows)
    counted = run.series("us_total").values
    assert counted.sum() > 0 and (counted <= through + 1e-6).all()
    assert run.attributes["as_of"] == "2023-12-31" and run.months[0] == dt.date(2023, 11, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            {"scenario": "half-close"},
            "there is no scenario 'half-close'\n  hint: did you mean 'half-closed'?",
        ),
        ({"scenario": ["x", None, "y"]}, "there is no scenario 'y'"),
        ({"scenario": []}, "None stands for the base measures alone"),
        ({"members": 0}, "members is 0"),
        ({"end": "2023-13-01"}, "end is '2023-13-01', which is not a date"),
        ({"end": "2030-01-01"}, "after the corridor's period"),
    ],
)
def test_a_wrong_call_is_a_fault_before_anything_runs(folder, call, words):
    with pytest.raises(InputError) as caught:
        corridor.simulate(folder, **call)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"stock": "border.waitin"}, "did you mean 'border.waiting'?"),
        ({"flow": "x", "stock": "y"}, "exactly one"),
        ({"series": "us_total"}, "no series 'us_total'"),
        ({}, "exactly one"),
    ],
)
def test_an_unknown_label_of_a_run_is_a_fault(runs, call, words):
    with pytest.raises(InputError) as caught:
        runs["base"].sel(**call)
    assert words in str(caught.value)
    with pytest.raises(InputError, match="did you mean 'daily_stock'"):
        runs["base"]["daily_stocks"]


def test_a_run_as_xarray_has_every_array_on_shared_coordinates(runs):
    dataset = runs["base"].to_xarray()
    assert set(dataset.data_vars) == {
        "monthly_flow",
        "month_end_stock",
        "daily_flow",
        "daily_stock",
        "trigger_on",
    }
    chosen = dataset["daily_stock"].sel(stock="border.waiting", date="2023-03-05")
    np.testing.assert_array_equal(
        chosen.values, runs["base"].sel(stock="border.waiting", date="2023-03-05").values
    )
    assert dataset.attrs["scenario"] == "base" and dataset["daily_stock"].attrs["units"] == "people"
    assert runs["base"].to_pandas("daily_stock").attrs["unit"] == "people"


SCRIPT = """
import corridor
{indent}run = corridor.simulate({folder!r}, members=22, workers=2, end="2023-02-28")
{indent}print(run.members)
"""


@pytest.mark.slow
def test_workers_in_a_script_without_a_main_guard_give_a_clear_error(folder, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(indent="", folder=str(folder)))
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert found.returncode == 1 and found.stdout == ""
    assert 'put the call under `if __name__ == "__main__":`' in found.stderr
    assert "bootstrapping" not in found.stderr, "the workers add nothing of their own"
    script.write_text(
        SCRIPT.format(indent="    ", folder=str(folder)).replace(
            "\n    run", "\nif __name__ == '__main__':\n    run"
        )
    )
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert found.stdout == "22\n", found.stderr


# -- the other functions -----------------------------------------------------------------------------


def test_a_forecast_by_label_is_that_of_the_model(tmp_path):
    found = corridor.forecast(
        "honduras_entries", by="nationality", as_of="2023-12-31", horizon=3, model="upstream"
    )
    subject, panels = subject_of(load("honduras_entries"), ("nationality",))
    expected = forecaster("upstream").fit_predict(View.at(subject, dt.date(2023, 12, 31), panels), (1, 2, 3))
    total = expected.view.panel.series.index("total")
    np.testing.assert_array_equal(found.sel(series="total").values, expected.quantiles[:, total].T)
    assert found.labelled().coords["quantile"] == tuple(LEVELS)
    assert found.periods == (dt.date(2023, 12, 1), dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    draws = found.members()
    parts = [name for name in found.series if name != "total"]
    np.testing.assert_allclose(draws.sel(series=parts).sum("series").values, draws.sel(series="total").values)
    at = draws.sel(series="total").quantiles([0.1, 0.9])
    np.testing.assert_allclose(at.values, found.sel(series="total", quantile=[0.1, 0.9]).values, rtol=1e-9)
    assert found.to_polars().height == 23 * 3 * len(found.series)
    assert found.to_xarray().attrs == {
        "units": found.unit, "dataset": expected.view.subject, "model": "upstream", "as_of": "2023-12-31",
    }  # fmt: skip
    assert "honduras" in repr(found) and "total" in found._repr_html_()


def test_a_forecast_of_a_corridors_series_stands_at_the_corridors_date():
    found = corridor.forecast("americas", "us_total", horizon=1, model="reference")
    alone = corridor.forecast("us_southwest_encounters", as_of="2023-12-31", horizon=1, model="reference")
    assert found.series == ("total",) and found.unit == "encounters"
    np.testing.assert_array_equal(found.sel(series="total").values, alone.sel(series="total").values)
    with pytest.raises(InputError, match="no draws"):
        found.members()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("americas", "us_totl"), "did you mean 'us_total'?"),
        (("us_southwest_encounter",), "did you mean 'us_southwest_encounters'?"),
        ((Path("americas"),), "needs a target"),
    ],
)
def test_an_unknown_series_is_a_fault_with_the_nearest(call, words):
    with pytest.raises(InputError) as caught:
        corridor.forecast(*call, as_of="2023-12-31")
    assert words in str(caught.value)


def test_an_uncalibrated_corridor_is_no_model(folder):
    with pytest.raises(InputError, match="no calibrated corridor as of 2022-12-31"):
        corridor.forecast("americas", "us_total", as_of="2022-12-31", model="corridor")


def test_an_effect_is_the_published_change_against_what_was_to_be_expected():
    """December 2023 counted 301,981 encounters and January 2024 176,195 (CBP)."""
    effect = corridor.evaluate("americas", "us_mx_meeting_dec23", hindsight=True)
    assert effect.headline.first == dt.date(2024, 1, 1) and effect.headline.observed == 176_195
    assert effect.headline.low_95 < effect.headline.effect < 0
    with pytest.raises(InputError, match="nothing to evaluate"):
        corridor.evaluate("americas", series="us_total")


def test_load_and_check_are_those_of_the_commands(folder):
    known = corridor.load("us_southwest_encounters", as_of="2023-12-31")
    assert known.known_until == dt.date(2023, 11, 1)  # published a month later
    assert corridor.load("us_southwest_encounters").known_until > dt.date(2024, 1, 1)
    assert corridor.check(folder).faults == ()
    assert corridor.check(folder).summary["id"] == "small"


def test_a_report_is_written_from_a_run_folder(tmp_path):
    with pytest.raises(InputError):
        corridor.report(tmp_path)


def test_a_corridor_knows_its_folder_and_is_equal_wherever_it_stands(folder, tmp_path):
    from corridor.formats import save_corridor

    opened = corridor.open(folder)
    save_corridor(opened, tmp_path / "copy")
    assert opened.folder == folder
    assert corridor.open(tmp_path / "copy") == opened
    assert "folder" not in opened.model_dump()


def test_the_readme_prints_something_worth_printing():
    text = (ROOT / "README.md").read_text("utf-8")
    block = text.split("```python\n")[1].split("```")[0]
    assert len([line for line in block.splitlines() if line.strip() and not line.startswith("#")]) <= 10


def test_what_a_forecast_left_out_is_said():
    """A week of which three days are published is no week; the command prints the same sentence."""
    days = pl.date_range(dt.date(2022, 1, 3), dt.date(2023, 12, 27), "1d", eager=True)  # Monday to Wednesday
    table = pl.DataFrame(
        {"date": days, "value": [100.0 + k % 7 for k in range(len(days))], "known_from": days}
    )
    counts = replace(load("usbp_daily_apprehensions"), id="own", table=table, dims=(), kind="flow")
    with pytest.warns(
        UserWarning, match="the week from 2023-12-25 on is left out: 3 of its 7 days are published"
    ):
        corridor.forecast(counts, as_of="2023-12-31", horizon=1)


def test_the_package_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "corridor", "forecast", "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and done.stdout.startswith("Usage: corridor forecast")
