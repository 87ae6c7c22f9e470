"""The corridor model's own forecast: coherent, repeatable, and about as wide as the published series strays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from corridor.calibrate import Calibration, read_calibration
from corridor.data import load
from corridor.engine import Compiled, Noise
from corridor.ensemble import Trajectories
from corridor.forecast import PUBLISHERS, ReferenceForecaster
from corridor.forecast.engine import TOTAL, compile_forecast, run_forecast, series_samples
from corridor.forecast.sets import panel_of
from corridor.forecast.validate import earlier
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor, Observation

AS_OF = dt.date(2023, 12, 31)
END = dt.date(2024, 5, 31)
FEW = 8
"""Members for what holds in each."""
MEMBERS = 80
"""Members for the width of intervals."""


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return open_corridor("americas")


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return read_calibration(find_corridor("americas") / "calibration", AS_OF)


@pytest.fixture(scope="module")
def compiled(corridor: Corridor, calibration: Calibration) -> Compiled:
    # what is counted is spread by departures alone: chance of counts takes long and adds next to nothing
    noise = Noise(counts=False)
    return compile_forecast(corridor, calibration, "no-agreement", end=END, members=FEW, noise=noise)


@pytest.fixture(scope="module")
def trajectories(compiled: Compiled) -> Trajectories:
    return run_forecast(compiled)


def observation(corridor: Corridor, name: str) -> Observation:
    return next(o for o in corridor.observations if o.id == name)


@pytest.fixture(scope="module")
def samples(corridor: Corridor, compiled: Compiled, trajectories: Trajectories) -> pl.DataFrame:
    return series_samples(trajectories, compiled, observation(corridor, "us_total"))


@pytest.fixture(scope="module")
def many(corridor: Corridor, calibration: Calibration) -> pl.DataFrame:
    compiled = compile_forecast(
        corridor, calibration, "no-agreement", end=END, members=MEMBERS, noise=Noise(counts=False)
    )
    return series_samples(run_forecast(compiled), compiled, observation(corridor, "us_total"))


def test_shape_of_samples(corridor: Corridor, samples: pl.DataFrame) -> None:
    assert samples.columns == ["series", "month", "member", "value"]
    nationalities = {g.nationality for g in corridor.groups}
    assert set(samples["series"]) == {TOTAL, *nationalities}
    # the last known month is run again, but it is no forecast
    assert samples["month"].min() == dt.date(2023, 12, 1)
    assert samples.height == (1 + len(nationalities)) * 6 * FEW
    assert samples.select(pl.struct("series", "month", "member").is_duplicated().any()).item() is False
    assert samples["value"].min() >= 0


def test_totals_are_sums_of_joint_draws(samples: pl.DataFrame) -> None:
    total = samples.filter(pl.col("series") == TOTAL).sort("month", "member")
    parts = samples.filter(pl.col("series") != TOTAL).group_by("month", "member").agg(pl.col("value").sum())
    np.testing.assert_allclose(total["value"], parts.sort("month", "member")["value"], rtol=1e-12)


def test_samples_are_what_the_flows_carried(
    corridor: Corridor, trajectories: Trajectories, samples: pl.DataFrame
) -> None:
    """One member's Venezuelans in April, added up by hand."""
    seen = observation(corridor, "us_total")
    flows = [trajectories.flows.index(f) for f in seen.flows]
    groups = [i for i, g in enumerate(trajectories.groups) if g.nationality == "VEN"]
    by_hand = trajectories.monthly_flow[7, trajectories.months.index(dt.date(2024, 4, 1))][
        np.ix_(flows, groups)
    ].sum()
    found = samples.filter(
        pl.col("series") == "VEN", pl.col("member") == 7, pl.col("month") == dt.date(2024, 4, 1)
    )
    assert found["value"].item() == pytest.approx(by_hand)


def test_a_series_without_nationalities_has_its_total_only(
    corridor: Corridor, compiled: Compiled, trajectories: Trajectories
) -> None:
    deaths = series_samples(trajectories, compiled, observation(corridor, "deaths_border"))
    assert deaths["series"].unique().to_list() == [TOTAL]
    assert deaths["value"].min() > 0


def widths(samples: pl.DataFrame) -> np.ndarray:
    """80 % intervals of the total, one to six months after the last known one."""
    total = samples.filter(pl.col("series") == TOTAL, pl.col("month") > dt.date(2023, 11, 1))
    ends = total.group_by("month").agg(
        pl.col("value").quantile(0.1, "linear").alias("low"),
        pl.col("value").quantile(0.9, "linear").alias("high"),
    )
    return (ends.sort("month")["high"] - ends.sort("month")["low"]).to_numpy()


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    """80 % intervals of the calibrated random walk, one to six months ahead."""
    panel = panel_of(PUBLISHERS["us"], load("us_southwest_encounters"))
    forecaster = ReferenceForecaster()
    last = panel.last_published(AS_OF)
    assert last == dt.date(2023, 11, 1)
    at = [int(np.argmin(np.abs(forecaster.levels - level))) for level in (0.1, 0.9)]
    total = panel.series.index("total")
    ends = np.array([forecaster.forecast(panel, last, h)[total][at] for h in range(1, 7)])
    return ends[:, 1] - ends[:, 0]


@pytest.mark.slow
def test_intervals_are_about_as_wide_as_the_reference(many: pl.DataFrame, reference: np.ndarray) -> None:
    ratio = widths(many) / reference
    assert (ratio > 0.6).all(), ratio
    assert (ratio < 1.6).all(), ratio
    assert (np.diff(widths(many)) > 0).sum() >= 4, "the future is wider than the present"


@pytest.mark.slow
def test_without_the_common_shock_they_are_far_too_narrow(
    corridor: Corridor, calibration: Calibration, reference: np.ndarray
) -> None:
    """What the test before would see if the shock that all nationalities share were dropped."""
    rows = tuple(
        row.model_copy(update={"value": 0.0}) if row.parameter == "departure_sd_common" else row
        for row in calibration.parameters
    )
    alone = compile_forecast(
        corridor, replace(calibration, parameters=rows), None, end=END, members=40, noise=Noise(counts=False)
    )
    ratio = widths(series_samples(run_forecast(alone), alone, observation(corridor, "us_total"))) / reference
    assert (ratio < 0.6).sum() >= 3, ratio


@pytest.mark.slow
def test_nationalities_share_their_shocks(many: pl.DataFrame) -> None:
    april = many.filter(pl.col("month") == dt.date(2024, 4, 1)).pivot(
        "series", index="member", values="value"
    )
    pairs = [("VEN", "COL"), ("ECU", "GTM"), ("CUB", "HND"), ("VEN", "ECU")]
    found = [np.corrcoef(np.log(april[a] + 1), np.log(april[b] + 1))[0, 1] for a, b in pairs]
    assert np.mean(found) > 0.15, found


def test_the_same_seed_gives_the_same_forecast(
    corridor: Corridor, calibration: Calibration, trajectories: Trajectories
) -> None:
    few = {"end": END, "members": 3, "noise": Noise(counts=False)}
    again = run_forecast(compile_forecast(corridor, calibration, "no-agreement", **few))
    np.testing.assert_array_equal(again.monthly_flow, trajectories.monthly_flow[:3])
    other = run_forecast(compile_forecast(corridor, calibration, "no-agreement", seed=2, **few))
    assert not np.array_equal(other.monthly_flow, again.monthly_flow)


def test_a_forecast_begins_where_the_calibration_ends(compiled: Compiled, calibration: Calibration) -> None:
    assert compiled.spec.start == calibration.start == calibration.known_until == dt.date(2023, 11, 1)
    assert compiled.spec.shocks_from == calibration.known_until
    people = sum(
        units * next(g.size for g in compiled.groups if g.id == group)
        for (_, _, group), units in calibration.state.items()
    )
    assert run_forecast(replace_members(compiled)).month_end_stock.sum() > people, (
        "nobody of the state is lost"
    )


def replace_members(compiled: Compiled) -> Compiled:
    """The same run with one member."""
    return replace(compiled, spec=replace(compiled.spec, members=1))


@pytest.mark.parametrize(
    ("as_of", "before"),
    [
        (dt.date(2023, 12, 31), dt.date(2023, 6, 30)),
        (dt.date(2024, 2, 29), dt.date(2023, 8, 31)),
        (dt.date(2023, 3, 15), dt.date(2022, 9, 30)),
    ],
)
def test_the_refit_stands_at_a_month_end_six_months_earlier(as_of: dt.date, before: dt.date) -> None:
    assert earlier(as_of) == before
