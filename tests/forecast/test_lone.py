"""The forecast of one series: smoothing against a hand count, quantiles that make sense, draws, months, chances."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from lone_cases import at, forecast, panel

from corridor.forecast.lone import backtest_series, by_month, chance_of_passing, horizon_until, summary_of
from corridor.forecast.lone.members import History, empirical, seasonal_naive
from corridor.forecast.lone.rivals import walk
from corridor.forecast.lone.rolling import share_inside
from corridor.forecast.lone.smoothing import Grid, run
from corridor.forecast.lone.stack import chance_of_zero, learn
from corridor.forecast.scores import LEVELS
from corridor.model import InputError


def test_smoothing_of_a_level_is_the_textbook_recursion():
    z = np.array([4.0, 6.0, np.nan, 5.0])
    grid = Grid(np.array([0.5]), np.zeros(1), np.ones(1), np.zeros(1))
    made = run(z, grid, 2)[0]
    # start: median of 4, 6, 5 = 5; then 5 -> 4.5 -> 5.25 -> (unknown) 5.25 -> 5.125
    assert made[:, 0].tolist() == [4.5, 5.25, 5.25, 5.125]
    assert made[:, 1].tolist() == made[:, 0].tolist()


def test_a_trend_goes_on_and_is_damped():
    z = 10.0 + 2.0 * np.arange(200)
    full = Grid(np.array([0.5]), np.array([0.2]), np.ones(1), np.zeros(1))
    assert run(z, full, 3)[0, -1] == pytest.approx([410.0, 412.0, 414.0], abs=1e-6)
    damped = Grid(np.array([1.0]), np.array([1.0]), np.array([0.5]), np.zeros(1))
    steps = np.diff(run(z, damped, 3)[0, -1])
    assert steps[1] == pytest.approx(0.5 * steps[0])


def test_seasonal_naive_is_the_value_of_a_year_before():
    z = np.arange(1.0, 11.0)
    made = seasonal_naive(z, 5, 4)
    assert made[-1].tolist() == [7.0, 8.0, 9.0, 10.0, 7.0]


def test_past_counts_give_their_own_quantiles_and_leave_room_for_a_return():
    history = History(np.array([0.0, 100.0] * 20 + [0.0] * 28), 3, 1)
    table = empirical(history, 67, "recent")
    assert table[0, 11] == 0.0 and table[0, 22] > 50.0


@pytest.mark.parametrize("quiet", [0.0, 5.0])
def test_a_burst_after_years_without_any_change_is_no_power_of_itself(quiet: float) -> None:
    """59 equal months and one of 700: the errors before it had no spread, so over their spread it was 240 times as large."""
    made = forecast([quiet] * 59 + [700.0], horizons=3)
    assert np.isfinite(made.quantiles).all()
    assert at(made, 0.975).max() <= 10 * 700 and at(made, 0.9).max() <= 4 * 700


def test_weights_find_the_better_member():
    rng = np.random.default_rng(3)
    seen = rng.normal(0, 1, (40, 2))
    good = np.broadcast_to(np.quantile(rng.normal(0, 1, 5000), LEVELS), (40, 2, 23))
    bad = good + 4.0
    weights = learn(np.stack([good, bad]), seen, np.ones(2))
    assert weights.shape == (2, 2) and (weights[:, 0] > 0.95).all()
    assert learn(np.empty((2, 0, 3, 23)), np.empty((0, 3)), np.array([1.0, 3.0]))[0].tolist() == [0.25, 0.75]


def test_a_season_is_learned():
    months = np.arange(120)
    values = np.round(1000 * np.exp(0.8 * np.sin(2 * np.pi * months / 12)))
    made = forecast(values, 12)
    truth = 1000 * np.exp(0.8 * np.sin(2 * np.pi * np.arange(120, 132) / 12))
    assert np.abs(at(made, 0.5) / truth - 1).max() < 0.05


def test_people_are_whole_and_a_closed_series_stays_near_zero():
    rng = np.random.default_rng(1)
    made = forecast([*rng.poisson(40, 60), *[0] * 28])
    assert (made.quantiles == np.round(made.quantiles)).all()
    assert (at(made, 0.5) == 0).all()
    assert (at(made, 0.975) <= 60).all()
    assert (at(made, 0.99) > 0).all()  # it may come back: one month in thirty is not ruled out


def test_the_chance_of_a_zero_is_counted_after_runs_of_zeros():
    # runs of at least one zero that end before the last step: followed by 0, 5, 0, 5, 0, 5
    counts = np.array([0.0, 0, 5, 0, 0, 5, 0, 0, 5, 0])
    assert chance_of_zero(counts, 1)[0] == pytest.approx(3.5 / 7)
    assert chance_of_zero(counts[:-1], 1)[0] == 0.0


def test_after_a_last_count_of_zero_the_median_is_zero():
    rng = np.random.default_rng(5)
    values = np.where(rng.random(80) < 0.3, rng.poisson(30, 80), 0)
    values[-1] = 0
    assert (at(forecast(values), 0.5) == 0).all()


def boats(years=6, seed=2):
    """Weekly crossings by small boats in kind: a strong season, bursts with the weather, zeros in winter."""
    rng = np.random.default_rng(seed)
    t = np.arange(52 * years)
    season = np.exp(4.8 + 2.2 * np.sin(2 * np.pi * (t - 20) / 52))
    return rng.poisson(season * rng.lognormal(0, 0.8, t.size) * (rng.random(t.size) < 0.75)).astype(float)


def test_weeks_with_season_bursts_and_zeros_have_a_finite_sensible_band():
    values = boats()
    made = forecast(values, 12, "week")
    assert np.isfinite(made.quantiles).all()
    assert at(made, 0.975).max() < 2.0 * values.max()
    assert (np.diff(made.quantiles[:, 0], axis=1) >= 0).all()


def test_intervals_do_not_jump_from_week_to_week():
    rng = np.random.default_rng(8)
    values = np.round(np.exp(8 + np.cumsum(rng.normal(0, 0.05, 200))))
    made = forecast(values, 12, "week")
    width = np.log(at(made, 0.9)) - np.log(at(made, 0.1))
    assert (width[1:] / width[:-1]).max() < 1.35 and (width[1:] / width[:-1]).min() > 0.9


def test_a_short_series_with_gaps_is_forecast():
    made = forecast([900, np.nan, 950, 970, np.nan, 1010, 1040], 3, "week", "stock")
    assert np.isfinite(made.quantiles).all()
    assert 900 < at(made, 0.5)[0] < 1200


def test_draws_keep_the_quantiles_and_months_are_the_sum_of_weeks():
    rng = np.random.default_rng(4)
    values = rng.poisson(700, 150)
    made = forecast(values, 12, "week")
    draws = made.samples[:, :, 0]
    assert np.quantile(draws[3], 0.5) == pytest.approx(at(made, 0.5)[3], rel=0.02)
    months, by = by_month(made)
    weeks = [made.view.target(h) for h in made.horizons]
    month = months[1]
    inside = np.zeros(draws.shape[1])
    for week, counts in zip(weeks, draws, strict=True):  # every day of a week has a seventh of it
        days = [week + dt.timedelta(days=i) for i in range(7)]
        inside += counts * sum(day.month == month.month for day in days) / 7
    assert by[1] == pytest.approx(inside)


def test_the_mean_of_a_stock_by_month_is_no_sum():
    made = forecast(np.full(80, 5000.0) + np.arange(80) % 3, 10, "week", "stock")
    _, draws = by_month(made)
    assert 4900 < np.median(draws[0]) < 5100


def test_the_chance_of_passing_a_line_is_counted_over_draws():
    made = forecast(np.random.default_rng(2).poisson(100, 90), 4)
    chances = chance_of_passing(made, 100.0)
    over = made.samples[:, :, 0] > 100
    assert chances[2].above == pytest.approx(over[2].mean())
    assert chances[3].ever == pytest.approx(over.any(axis=0).mean())
    assert chances[0].ever == chances[0].above <= chances[1].ever <= chances[2].ever
    assert 0.3 < chances[0].above < 0.7


def test_the_period_of_a_day_is_found():
    assert horizon_until(dt.date(2024, 1, 1), dt.date(2024, 3, 1), "month") == 2
    assert horizon_until(dt.date(2024, 1, 1), dt.date(2024, 1, 14), "week") == 1
    with pytest.raises(InputError, match="is not after the last published month"):
        horizon_until(dt.date(2024, 1, 1), dt.date(2024, 1, 30), "month")


def test_the_walk_of_a_flat_series_says_no_change_and_of_noise_has_its_width():
    rng = np.random.default_rng(6)
    z = np.log(1000.0) + np.cumsum(rng.normal(0, 0.1, 400))
    table = walk(np.exp(z), 2, 12)
    assert table[0, 11] == pytest.approx(np.exp(z[-1]), rel=0.01)
    # one step: 80 % of a normal walk lie within 1.2816 standard deviations
    assert np.log(table[0, 20 - 1] / table[0, 11]) == pytest.approx(1.2816 * 0.1, rel=0.35)


def test_an_outcome_that_several_quantiles_equal_is_shared_out():
    quantiles = np.where(LEVELS <= 0.6, 0.0, 50.0 * LEVELS)
    # zero has probability 0.6 (levels up to 0.6): a sixth of it lies below the interval from 0.1 on
    assert share_inside(quantiles, 0.0, 0.8) == pytest.approx(0.5 / 0.6)
    assert share_inside(np.linspace(0, 100, 23), 50.0, 0.8) == 1.0
    assert share_inside(np.linspace(0, 100, 23), 99.0, 0.8) == 0.0


def test_the_backtest_scores_every_model_on_the_same_targets():
    values = np.random.default_rng(9).poisson(np.exp(5 + 0.5 * np.sin(np.arange(60) / 12 * 2 * np.pi)))
    scores = backtest_series(panel(values), 3, origins=3, models=("stacked", "seasonal_naive"))
    table = summary_of(scores)
    assert table["model"].unique().sort().to_list() == ["seasonal_naive", "stacked", "walk"]
    assert table.filter(model="walk")["relative_wis"].to_list() == [1.0, 1.0, 1.0]
    assert table["targets"].unique().to_list() == [3]
    one = scores.filter(model="stacked", horizon=1).row(0, named=True)
    assert one["observed"] == values[panel(values).position(one["target"])]
    with pytest.raises(InputError, match="there is no model 'stakced'"):
        backtest_series(panel(values), 3, models=("stakced",))
    with pytest.raises(InputError, match="too few for a backtest"):
        backtest_series(panel(values[:8]), 3)


@pytest.mark.parametrize("counts", [(4000, 17400, 26100, 34000, 54000, 68600), (5000, 5100, 5200, 5300)])
def test_a_forecast_of_a_few_counts_is_of_their_size(counts):
    """Once, errors of counts stood beside a spread of 1: a census of 68,600 had a median of 6 million a quarter on."""
    made = forecast(counts, 3, "quarter", "stock")
    assert (at(made, 0.5) < 2 * counts[-1]).all() and (at(made, 0.5) > counts[-1] / 2).all()
    assert (at(made, 0.95) < 5 * counts[-1]).all()
