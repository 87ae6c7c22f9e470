"""The combination with a random walk: by formula on two draws, by hand on the place's own changes."""

import datetime as dt

import numpy as np
import pytest
from reception_cases import FIRST, census, steady

from corridor.reception.balance import Paths, Plan
from corridor.reception.combination import (
    Combination,
    PastForecasts,
    combined_factor,
    learned,
    past_forecasts,
    scaled,
    walk_spread,
)
from corridor.reception.fitting import fit

WEEK = dt.timedelta(weeks=1)
RULE = Combination(0.5, 2.0, 1.0, 5.0, short_steps=2.0)
HALF, ONE = np.full(13, 0.5), np.ones(13)


def some_paths(weeks: int = 12, draws: int = 400, drift: float = 0.05) -> Paths:
    """A census that rises by ``drift`` a week (log) from 1,000, with a spread that grows evenly."""
    rng = np.random.default_rng(1)
    z = np.sort(rng.standard_normal(draws))
    week = np.arange(weeks + 1)[:, None]
    total = 1000.0 * np.exp(drift * week + 0.02 * week * z)
    arrivals = np.full_like(total, 120.0)
    arrivals[0] = 0.0
    exits = np.vstack([np.zeros(draws), arrivals[1:] - np.diff(total, axis=0)])
    half = np.stack([total / 2, total / 2], axis=2)
    days = tuple(FIRST + 20 * WEEK + i * WEEK for i in range(weeks + 1))
    return Paths(days, ("a", "b"), half, arrivals, np.stack([exits / 2, exits / 2], axis=2))


KNOWN = [census(FIRST + i * WEEK, 1000 * np.exp(0.03 * (-1) ** i)) for i in range(20)] + [
    census(FIRST + 20 * WEEK, 1000)
]


def test_the_walks_spread_is_that_of_the_short_steps_where_no_long_span_is_known() -> None:
    known = [census(FIRST, 1000), census(FIRST + WEEK, 1100)]
    step = (np.log(1.1) ** 2 + 2 * 0.05**2) / 3
    found = walk_spread(known, np.array([1.0, 26.0, 52.0]), RULE)
    # one span of a week is known: it joins with weight 1 to 2 of the short steps
    short = 2 * step
    assert found[0] == pytest.approx(np.sqrt((short + np.log(1.1) ** 2) / 3))
    assert found[1:] == pytest.approx(np.sqrt(step * np.array([26, 52])))


def test_a_census_that_swings_but_comes_back_has_a_narrower_walk_than_its_steps_say() -> None:
    found = walk_spread(KNOWN, np.array([10.0]), RULE)[0]
    steps = np.sqrt(10 * np.mean(np.diff(np.log([f.value for f in KNOWN])) ** 2))
    assert found < 0.9 * steps


def test_centre_is_half_way_in_logs_and_spread_the_mean_of_the_two() -> None:
    paths = some_paths()
    made = np.log(scaled(paths, combined_factor(paths, KNOWN, HALF, ONE, RULE)).total)
    assert made[0] == pytest.approx(np.log(paths.total[0]))
    assert np.median(made[10]) == pytest.approx(
        (np.log(1000) + np.median(np.log(paths.total[10]))) / 2, abs=1e-6
    )
    own = np.diff(np.quantile(np.log(paths.total[10]), [0.1, 0.9]))[0]
    walk = 2.563 * walk_spread(KNOWN, np.array([10.0]), RULE)[0]
    assert np.diff(np.quantile(made[10], [0.1, 0.9]))[0] == pytest.approx((own + walk) / 2, rel=1e-6)
    assert (np.argsort(made[10]) == np.argsort(paths.total[10])).all()


def test_weight_one_without_widening_leaves_the_balance_as_it_is() -> None:
    paths = some_paths()
    assert combined_factor(paths, KNOWN, ONE, ONE, RULE) == pytest.approx(1.0)


def test_arrivals_less_exits_are_still_the_change_of_the_census_and_nothing_is_negative() -> None:
    paths = some_paths(drift=0.2)  # faster than 120 arrivals a week allow: arrivals must rise
    made = scaled(paths, combined_factor(paths, KNOWN, HALF, ONE, RULE))
    change = np.diff(made.total, axis=0)
    assert made.arrivals[1:] - made.exits[1:].sum(axis=2) == pytest.approx(change)
    assert made.exits.min() >= -1e-9
    assert made.arrivals[1:].min() >= 120.0


def test_a_sparse_or_flat_history_is_no_fault() -> None:
    paths = some_paths()
    for known in ([census(FIRST, 0)], [census(FIRST, 500), census(FIRST + WEEK, 500)]):
        assert np.isfinite(combined_factor(paths, known, HALF, ONE, RULE)).all()


def pairs(balance: float, change: float, spread: float, count: int = 10) -> PastForecasts:
    """Forecasts over ten weeks, one after the other, that said ``balance`` where ``change`` came."""
    one = np.ones(count)
    return PastForecasts(
        10 * one, balance * one, spread * one, spread * one, change * one, 10.0 * np.arange(count)
    )


def test_weight_and_width_of_past_errors_by_formula() -> None:
    ten = np.array([10.0])
    # 10 independent spans in which the balance was right: (10 + 2 / 2) / (10 + 2)
    weight, factor = learned(pairs(0.3, 0.3, 0.1), ten, RULE)
    assert weight[0] == pytest.approx(11 / 12, abs=1e-3)
    assert factor[0] == pytest.approx(np.sqrt((10 * (0.3 / 12 / 0.1) ** 2 + 5) / 15), abs=0.01)
    # nothing came of it: (0 + 1) / 12; errors of 0.3 / 12 beside a spread of 0.01
    weight, factor = learned(pairs(0.3, 0.0, 0.01), ten, RULE)
    assert weight[0] == pytest.approx(1 / 12, abs=1e-3)
    assert factor[0] == pytest.approx(np.sqrt((10 * 2.5**2 + 5) / 15), abs=0.02)


def test_overlapping_pairs_count_as_the_spans_that_fit_and_others_spans_not_at_all() -> None:
    past = pairs(0.3, 0.3, 0.1)
    close = PastForecasts(past.weeks, past.balance, past.spread, past.walk, past.change, np.arange(10.0))
    # ten forecasts over ten weeks, a week apart: they cover 19 weeks, 1.9 spans
    assert learned(close, np.array([10.0]), RULE)[0][0] == pytest.approx((1.9 + 1) / (1.9 + 2), abs=1e-3)
    weight, factor = learned(past, np.array([30.0]), RULE)
    assert (weight[0], factor[0]) == (0.5, 1.0)


def test_past_forecasts_know_only_what_came_before_and_see_a_steady_decline() -> None:
    figures = steady(30, 20, 0.1, 3000)
    fitted = fit(figures, figures[-1].end, Plan(members=10))
    past = past_forecasts(fitted)
    assert past.first.min() >= 2  # three censuses first
    assert (past.first + past.weeks).max() == pytest.approx((figures[-1].end - figures[0].end).days / 7)
    four = np.abs(past.weeks - 4) < 0.1
    off, fall = np.abs(past.balance - past.change)[four], np.abs(past.change)[four]
    assert np.median(off) < 0.5 * np.median(fall)
    weight, _ = learned(past, np.array([4.0]))
    assert weight[0] > 0.7
    shorter = past_forecasts(fit(figures[:19], figures[18].end, Plan(members=10)))
    same = past.first + past.weeks <= 18.01
    assert shorter.balance == pytest.approx(past.balance[same])
