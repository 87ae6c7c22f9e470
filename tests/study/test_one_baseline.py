"""The run, its tables, its page and `corridor forecast` say one number of the months ahead."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from corridor.calibrate import read_calibration
from corridor.data import load
from corridor.engine import run_member
from corridor.forecast import View, forecaster, quantile_table, subject_of
from corridor.formats import find_corridor, open_corridor
from corridor.reception import Options, city_reception
from corridor.study import Study, with_forecast
from corridor.study.assemble import monthly_samples
from corridor.study.engine_payload import compile_all
from corridor.study.run import no_bar, run_study, simulate_scenarios, study_levers

AS_OF = dt.date(2023, 12, 31)
END = dt.date(2024, 3, 31)
MEMBERS = 40

pytestmark = pytest.mark.validation


@pytest.fixture(scope="module")
def study() -> Study:
    folder = find_corridor("americas")
    given = Study(
        corridor=open_corridor("americas"), folder=folder, calibration=read_calibration(folder / "calibration", AS_OF),
        scenarios=(None,), end=END, as_of=AS_OF, members=MEMBERS,
    )  # fmt: skip
    return with_forecast(given)


@pytest.fixture(scope="module")
def tables(study: Study) -> dict[str, pl.DataFrame]:
    return run_study(study)[0]


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    """What `corridor forecast americas --target us_total --by nationality` says."""
    subject, panels = subject_of(load("us_southwest_encounters").as_of(AS_OF), ("nationality",))
    forecast = forecaster("combined").fit_predict(View.at(subject, AS_OF, panels), (1, 2, 3, 4))
    return quantile_table(forecast)


def side_by_side(
    tables: dict[str, pl.DataFrame], published: pl.DataFrame, nationality: str, series: str
) -> pl.DataFrame:
    ours = tables["forecast"].filter(series="us_total", nationality=nationality)
    theirs = published.filter(series=series).select("month", "quantile", forecast="value")
    return ours.join(theirs, on=["month", "quantile"])


def test_the_total_of_the_run_is_that_of_the_forecast(tables, published) -> None:
    both = side_by_side(tables, published, "", "total").filter(pl.col("quantile").is_between(0.09, 0.91))
    assert both.height == 4 * 17
    assert both["value"].to_numpy() == pytest.approx(both["forecast"].to_numpy(), rel=0.03)
    middle = both.filter(quantile=0.5)
    assert middle["value"].to_numpy() == pytest.approx(middle["forecast"].to_numpy(), rel=0.015)


@pytest.mark.parametrize("nationality", ["VEN", "GTM", "MEX", "ECU"])
def test_so_are_the_nationalities(tables, published, nationality: str) -> None:
    both = side_by_side(tables, published, nationality, nationality).filter(quantile=0.5)
    assert both["value"].to_numpy() == pytest.approx(both["forecast"].to_numpy(), rel=0.08)


def test_between_ports_and_at_ports_add_up_to_the_total(study: Study) -> None:
    run = simulate_scenarios(study, no_bar, None, None)[0]
    whole, between, ports = (
        monthly_samples(run, o)[:, 1:, 0]
        for name in ("us_total", "us_between_ports", "us_ports")
        for o in run.compiled.corridor.observations
        if o.id == name
    )
    assert between + ports == pytest.approx(whole, rel=1e-3)
    assert np.ptp(ports / whole) > 0.05  # not one share for all members


def test_the_page_starts_from_the_median(study: Study, published) -> None:
    """The page's own engine runs the central path; test_engine_parity.py holds it to this run."""
    compiled = study.compile(None)
    flows = next(o for o in study.corridor.observations if o.id == "us_total").flows
    counts = (
        run_member(compiled, None).monthly_flow[:, [compiled.index.flow[f] for f in flows]].sum(axis=(1, 2))
    )
    at = [
        compiled.months.index(dt.date(2023, 12, 1)),
        *(compiled.months.index(dt.date(2024, m, 1)) for m in (1, 2, 3)),
    ]
    medians = published.filter(series="total", quantile=0.5).sort("month")["value"].to_numpy()
    assert counts[at] == pytest.approx(medians, rel=0.01)


def test_the_page_is_given_the_level_and_the_margins(study: Study, tables, published) -> None:
    """Series upstream too stand on their medians in the page, and its 40 members spread as the forecast does."""
    page = study_levers(study, tables["margins"])
    assert page["engine"] != study_levers(replace(study, paths=None, draws=None))["engine"]
    series = next(one for one in page["series"] if one["id"] == "darien_transits")
    full = compile_all(study.corridor, study.compile(None).spec, study.calibration.parameters)
    off = study.compile(None)
    flow = run_member(off, None).monthly_flow[:, series["flows"]]
    assert full.flow_ids == off.flow_ids
    counts = (flow.sum(axis=1) * np.array(series["coverage"])).sum(axis=1)
    theirs = tables["forecast"].filter(series="darien_transits", nationality="", quantile=0.5).sort("month")
    ahead = [off.months.index(month) for month in theirs["month"]]
    assert counts[ahead] == pytest.approx(theirs["value"].to_numpy(), rel=0.02)
    total = next(one for one in page["series"] if one["id"] == "us_total")
    medians = published.filter(series="total", quantile=0.5).sort("month")["value"].to_numpy()
    carried = np.array(total["carry"])[[off.months.index(dt.date(2024, m, 1)) for m in (1, 2, 3)]]
    assert carried.shape == (3, MEMBERS)
    assert np.median(carried, axis=1) == pytest.approx(1.0, abs=0.2)
    assert len(medians) == 4


def test_members_stand_on_the_level_before_they_are_carried(study: Study, tables) -> None:
    """Uncertain hazards and shares lower counts more than they raise them; the members' departures make up for it."""
    page = study_levers(study, tables["margins"])
    total = next(one for one in page["series"] if one["id"] == "us_total")
    off = study.compile(None)
    carried = np.array(total["carry"])[[off.months.index(dt.date(2024, m, 1)) for m in (1, 2, 3)]]
    assert np.median(carried, axis=1) == pytest.approx(1.0, abs=0.1)


def test_the_distance_is_in_the_run(tables) -> None:
    assert tables["baseline"].filter(series="us_total", area="")["central"].max() < 0.002


def test_a_free_run_says_another_number(study: Study, tables) -> None:
    free = replace(study, paths=None, draws=None, distance=None).compile(None)
    flows: Any = next(o for o in study.corridor.observations if o.id == "darien_transits").flows
    counts = run_member(free, None).monthly_flow[:, [free.index.flow[f] for f in flows]].sum(axis=(1, 2))
    theirs = tables["forecast"].filter(series="darien_transits", nationality="", quantile=0.5).sort("month")
    at = [free.months.index(month) for month in theirs["month"]]
    assert np.abs(np.log(counts[at] / theirs["value"].to_numpy())).max() > 0.1


def test_the_census_of_a_city_is_that_of_reception(study: Study, tables) -> None:
    """What `corridor reception americas --city denver` says of a Sunday in March, and what the page starts from."""
    day = dt.date(2024, 3, 3)
    asked = Options(weeks=len(study.cities.days) - 1, draws=MEMBERS)
    paths = city_reception(study.corridor, "denver", AS_OF, options=asked).paths
    theirs = np.quantile(paths.total[paths.days.index(day)], (0.1, 0.5, 0.9))
    rows = tables["daily"].filter(pl.col("item") == "census_denver", pl.col("date") == day)
    ours = [rows.filter(quantile=level)["value"][0] for level in (0.1, 0.5, 0.9)]
    assert ours == pytest.approx(theirs, rel=0.005)
    page = next(
        one for one in study_levers(study, tables["margins"])["stocks"] if one["id"] == "census_denver"
    )
    compiled = study.reference
    expected = run_member(compiled, None).daily_stock[
        compiled.dates.index(day), compiled.stock_ids.index("denver.census")
    ]
    assert expected * page["level"][compiled.dates.index(day)] == pytest.approx(theirs[1], rel=0.01)
    assert np.array(page["carry"]).shape == (len(page["carried_on"]), MEMBERS)
