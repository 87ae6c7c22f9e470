"""Holiday weeks of a weekly series, against the calendar and against effects that were planted."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest
from lone_cases import at, forecast

from corridor.forecast.lone.holidays import HOLIDAYS, holiday_effects, holiday_of
from corridor.forecast.lone.model import stack
from corridor.forecast.scores import LEVELS
from corridor.model.periods import add_steps

FIRST = dt.date(2015, 1, 5)
PLANTED = {"christmas": 0.8, "new_year": 0.5, "easter": 0.7}


def weeks_from(first: dt.date, count: int) -> tuple[dt.date, ...]:
    return tuple(add_steps(first, i, "week") for i in range(count))


def planted(weeks, effects=PLANTED, seed=5, noise=0.05, level=6.0):
    """Counts around ``exp(level)``, times the effects of the holidays."""
    rng = np.random.default_rng(seed)
    size = np.array([effects.get(holiday_of(week), 1.0) for week in weeks])
    return rng.poisson(np.exp(level + rng.normal(0, noise, len(weeks))) * size).astype(float)


@pytest.mark.parametrize(
    ("week", "name"),
    [
        (dt.date(2023, 12, 25), "christmas"),
        (dt.date(2023, 12, 18), None),
        (dt.date(2024, 1, 1), "new_year"),
        (dt.date(2020, 12, 21), "christmas"),
        (dt.date(2020, 12, 28), "new_year"),  # it holds 1 January 2021
        (dt.date(2024, 3, 25), "easter"),  # Easter Sunday: 31 March 2024
        (dt.date(2024, 4, 1), "after_easter"),
        (dt.date(2023, 4, 3), "easter"),  # 9 April 2023
        (dt.date(2025, 4, 14), "easter"),  # 20 April 2025
        (dt.date(2025, 7, 7), None),
    ],
)
def test_the_holiday_of_a_week(week, name):
    assert holiday_of(week) == name


def test_every_year_has_each_holiday_once():
    weeks = weeks_from(dt.date(2000, 1, 10), 52 * 40 + 50)
    found = Counter(filter(None, map(holiday_of, weeks)))
    assert set(found) == set(HOLIDAYS)
    assert all(39 <= found[name] <= 41 for name in HOLIDAYS)


def test_planted_effects_are_recovered_and_nothing_else_is_found():
    weeks = weeks_from(FIRST, 52 * 6)
    found = holiday_effects(planted(weeks), weeks, 1.0)
    assert set(found.effect) == set(PLANTED)
    for name, factor in PLANTED.items():
        assert np.exp(found.effect[name]) == pytest.approx(factor, abs=0.06)
    plain = found.adjusted(planted(weeks))
    at_new_year = [t for t, week in enumerate(weeks) if holiday_of(week) == "new_year"]
    assert plain[at_new_year].mean() == pytest.approx(np.exp(6.0), rel=0.08)


@pytest.mark.parametrize("seed", range(6))
def test_a_series_without_holidays_has_no_effect(seed):
    weeks = weeks_from(FIRST, 52 * 5)
    counts = planted(weeks, {}, seed=100 + seed, noise=0.2)
    found = holiday_effects(counts, weeks, 1.0)
    assert not found.effect
    assert found.adjusted(counts) is counts


def test_one_year_is_too_little():
    weeks = weeks_from(FIRST, 60)
    assert not holiday_effects(planted(weeks), weeks, 1.0).effect


def test_a_burst_that_fell_on_one_holiday_is_none():
    weeks = weeks_from(FIRST, 52 * 5)
    counts = planted(weeks, {})
    first = next(t for t, week in enumerate(weeks) if holiday_of(week) == "easter")
    counts[first] *= 30
    assert "easter" not in holiday_effects(counts, weeks, 1.0).effect


def test_easter_is_forecast_where_it_falls_this_year():
    # from the week of 23 March 2020 on: Easter Sunday is 12 April 2020; in 2019 it was 21 April
    weeks = weeks_from(FIRST, 272)
    assert weeks[-1] == dt.date(2020, 3, 16)
    made = forecast(planted(weeks), horizons=6, step="week")
    median = at(made, 0.5)
    ahead = [holiday_of(week) for week in made.periods]
    assert ahead == [None, None, "easter", "after_easter", None, None]
    assert median[2] == pytest.approx(0.7 * np.exp(6.0), rel=0.1)
    assert median[[0, 1, 3, 4, 5]] == pytest.approx(np.exp(6.0), rel=0.1)
    assert made.holidays["total"]["easter"] == pytest.approx(np.log(0.7), abs=0.1)
    assert (np.diff(made.quantiles[:, 0], axis=1) >= 0).all()
    assert made.samples is not None
    assert np.median(made.samples[2, :, 0]) == pytest.approx(median[2], rel=0.05)


def test_new_year_is_forecast_every_year_and_without_the_calendar_it_is_missed():
    weeks = weeks_from(FIRST, 257)  # the last begins on 2 December 2019
    counts = planted(weeks)
    ahead = weeks_from(add_steps(weeks[-1], 1, "week"), 6)
    row = [holiday_of(week) for week in ahead].index("new_year")
    truth = 0.5 * np.exp(6.0)
    middle = len(LEVELS) // 2
    known, plain = (
        stack(counts, 6, 52, stock=False, whole=True, weeks=given).quantiles[row, middle]
        for given in (weeks, ())
    )
    assert abs(known - truth) < 0.1 * truth
    assert abs(plain - truth) > 2 * abs(known - truth)


def test_zeros_stay_zeros_and_without_holidays_the_forecast_is_the_same():
    weeks = weeks_from(FIRST, 200)
    rng = np.random.default_rng(8)
    counts = np.where(rng.random(200) < 0.3, rng.poisson(9, 200), 0).astype(float)
    with_calendar, without = (
        stack(counts, 4, 52, stock=False, whole=True, weeks=given) for given in (weeks, ())
    )
    if not with_calendar.holidays:
        assert np.array_equal(with_calendar.quantiles, without.quantiles)
    assert (with_calendar.quantiles[:, 0] == 0).all()
    assert np.isfinite(with_calendar.quantiles).all()
