"""The test of equal scores has its stated law, and a figure worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from corridor.forecast.scoreboard import diebold_mariano


def test_one_month_ahead_it_is_students_t_of_the_differences() -> None:
    gap = np.array([0.1, -0.3, -0.2, 0.05, -0.4, -0.1])
    # at one month the small-sample factor turns the variance over n into that over n - 1
    wanted = stats.ttest_1samp(gap, 0.0).statistic
    assert diebold_mariano(gap[:, None], np.zeros((6, 1)), 1) == pytest.approx(wanted)


def test_two_months_ahead_neighbours_covary() -> None:
    gap = np.array([1.0, 2.0, 1.0, 0.0, 3.0, 2.0])
    off = gap - 1.5  # variance 5.5 / 6, first covariance -1.25 / 6
    assert (off @ off, off[1:] @ off[:-1]) == (pytest.approx(5.5), pytest.approx(-1.25))
    wanted = 1.5 / np.sqrt((5.5 / 6 - 2 * 1.25 / 6) / 6) * np.sqrt((6 + 1 - 4 + 2 / 6) / 6)
    assert diebold_mariano(gap[:, None], np.zeros((6, 1)), 2) == pytest.approx(wanted)


def test_a_month_counts_by_the_mean_of_its_series_and_gaps_are_left_out() -> None:
    model = np.array([[1.0, 3.0], [np.nan, 2.0], [1.0, np.nan], [4.0, 0.0], [1.0, 1.0]])
    one = diebold_mariano(model, np.zeros_like(model), 1)
    assert one == pytest.approx(stats.ttest_1samp([2.0, 2.0, 1.0, 2.0, 1.0], 0.0).statistic)


def test_scores_that_never_differ_or_are_too_few_have_no_statistic() -> None:
    same = np.ones((8, 2))
    assert diebold_mariano(same, same, 1) is None
    assert diebold_mariano(np.arange(5.0)[:, None], np.zeros((5, 1)), 2) is None


def test_it_rejects_equal_scores_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    told = [diebold_mariano(rng.normal(size=(24, 1)), np.zeros((24, 1)), 1) for _ in range(2000)]
    edge = stats.t.ppf(0.975, 23)
    rate = float(np.mean([abs(t or 0.0) > edge for t in told]))
    assert rate == pytest.approx(0.05, abs=0.015)
