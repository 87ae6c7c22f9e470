"""Scores against scoringrules, against a computation by hand and against their own definition."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.forecast import LEVELS, coverage, mean_change, scaled_wis, wis


def test_levels_are_the_23_of_the_hubverse():
    expected = (
        "0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.55 0.6 0.65 0.7 0.75 0.8 0.85 0.9 0.95"
    )
    assert [f"{level:g}" for level in LEVELS] == [*expected.split(), "0.975", "0.99"]
    with pytest.raises(ValueError):
        LEVELS[0] = 0.5


def test_wis_by_hand():
    # quartiles 10, 20, 40 and 26 observed: pinball 0.25*16, 0.5*6, 0.25*14 = 4, 3, 3.5; twice the mean = 7
    assert wis([10, 20, 40], [0.25, 0.5, 0.75], 26) == pytest.approx(7.0)
    # 6 observed: 0.75*4, 0.5*14, 0.25*34 = 3, 7, 8.5
    assert wis([10, 20, 40], [0.25, 0.5, 0.75], 6) == pytest.approx(37 / 3)


def test_wis_of_a_median_is_the_absolute_error():
    assert wis([[3.0], [8.0]], [0.5], [5.0, 5.0]) == pytest.approx([2.0, 3.0])


def _theirs(quantiles, y):
    """Weighted interval score of scoringrules, from the median and eleven central intervals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scoringrules

    half = len(LEVELS) // 2
    alpha = 2 * LEVELS[:half]
    return scoringrules.weighted_interval_score(
        np.asarray(y),
        quantiles[..., half],
        quantiles[..., :half],
        quantiles[..., ::-1][..., :half],
        alpha,
        w_median=0.5,
        w_alpha=alpha / 2,
    )


def test_wis_equals_scoringrules():
    rng = np.random.default_rng(1)
    quantiles = np.sort(rng.lognormal(3, 1, (50, 4, 23)), axis=-1)
    y = rng.lognormal(3, 2, (50, 4))
    assert wis(quantiles, LEVELS, y) == pytest.approx(_theirs(quantiles, y))


@given(st.lists(st.floats(-1e6, 1e6), min_size=23, max_size=23), st.floats(-1e6, 1e6))
def test_wis_is_not_negative_and_keeps_under_a_shift(values, y):
    quantiles = np.sort(values)
    score = float(wis(quantiles, LEVELS, y))
    assert score >= 0
    assert float(wis(quantiles + 100.0, LEVELS, y + 100.0)) == pytest.approx(score, abs=1e-6)


def test_missing_values_have_no_score():
    assert math.isnan(wis([1.0, 2.0, 3.0], [0.25, 0.5, 0.75], np.nan))
    assert math.isnan(wis([1.0, np.nan, 3.0], [0.25, 0.5, 0.75], 2.0))


def test_coverage_counts_both_ends_and_leaves_out_the_unknown():
    forecast = np.array([[0.0, 1.0, 2.0]] * 5)
    y = [0.0, 2.0, 2.1, np.nan, -1.0]
    assert coverage(forecast, [0.25, 0.5, 0.75], y, 0.5) == 0.5
    assert math.isnan(coverage(forecast[:1], [0.25, 0.5, 0.75], [np.nan], 0.5))
    with pytest.raises(ValueError, match=r"0\.1"):
        coverage(forecast, [0.25, 0.5, 0.75], y, 0.8)


def test_mean_change_leaves_out_pairs_with_a_missing_month():
    values = np.array([[1.0, 5.0], [4.0, np.nan], [2.0, 9.0], [2.0, 11.0]])
    assert mean_change(values) == pytest.approx([5 / 3, 2.0])


def test_scaled_wis_averages_series_not_targets():
    scores = np.array([[10.0, 3.0], [20.0, np.nan], [np.nan, np.nan]])
    assert scaled_wis(scores, [5.0, 1.5]) == pytest.approx((15 / 5 + 3 / 1.5) / 2)
    # a series that never changed has no unit
    assert scaled_wis(scores, [5.0, 0.0]) == pytest.approx(3.0)
    assert math.isnan(scaled_wis(scores[2:], [5.0, 1.0]))
