"""The counterfactual against statsmodels' Kalman filter, closed formulas and simulated truth."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pytest
from effect_cases import planted, series, walk
from scipy.stats import t as student

from corridor.evaluate import estimate, first_month, fit_counterfactual
from corridor.evaluate.counterfactual import NOISE, SEASON, best_point, innovations
from corridor.evaluate.validity import LAWS, covered

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.tsa.statespace.structural import UnobservedComponents

Z = np.log(walk(48, step=0.2, noise=0.1))
CALENDAR = np.arange(48) % 12


def level_model(z: np.ndarray) -> UnobservedComponents:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return UnobservedComponents(z, "local level", use_exact_diffuse=True)


@pytest.mark.parametrize("missing", [(), (10, 47)])
@pytest.mark.parametrize("noise", [0.0, 0.5, 4.0])
def test_forecasts_and_weights_are_those_of_the_kalman_filter(noise: float, missing: tuple[int, ...]) -> None:
    z = Z.copy()
    z[list(missing)] = np.nan
    found = fit_counterfactual(np.append(z, [np.nan] * 3), np.arange(51) % 12, 3)
    at = NOISE.index(noise) * len(SEASON)
    variance = found.squares[at] / found.degrees
    result = level_model(z).smooth([max(noise, 1e-12) * variance, variance])
    ahead = result.get_forecast(3)
    assert found.mean[at] == pytest.approx(ahead.predicted_mean, rel=1e-6)
    assert np.diagonal(found.covariance[at]) * variance == pytest.approx(ahead.var_pred_mean, rel=1e-5)
    # at its own best scale the likelihood is -(n-1)/2 log(variance) and the same constants for every noise
    other = NOISE.index(1.0) * len(SEASON)
    scale = found.squares[other] / found.degrees
    theirs = result.llf - level_model(z).smooth([scale, scale]).llf
    ours = np.log(found.weights[at] / found.weights[other])
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_innovations_are_those_of_the_kalman_filter() -> None:
    result = level_model(Z).smooth([0.5 * 0.04, 0.04])
    theirs = result.filter_results.standardized_forecasts_error[0][1:]
    ours = innovations(Z, CALENDAR, 0.5, 0.0)
    assert ours == pytest.approx(theirs / np.sqrt((theirs**2).mean()), abs=1e-4)


def test_without_noise_one_month_ahead_is_a_t_around_the_last_month() -> None:
    """A random walk alone: forecast is the last value, scale the root mean square step, n - 1 degrees."""
    steps = np.diff(Z)
    found = fit_counterfactual(np.append(Z, np.nan), np.arange(49) % 12, 1)
    assert found.mean[0, 0] == pytest.approx(Z[-1])
    assert found.squares[0] == pytest.approx((steps**2).sum())
    assert found.degrees == 47
    only = type(found)(np.eye(len(found.weights))[0], found.mean, found.covariance, found.squares, 47)
    draws = only.draw(200_000, np.random.default_rng(1))[:, 0]
    wide = student.ppf(0.975, 47) * np.sqrt((steps**2).mean())
    assert np.quantile(draws, 0.975) - Z[-1] == pytest.approx(wide, rel=0.02)


def test_seasons_are_found_where_they_are_and_shrunk_where_they_are_not() -> None:
    rng = np.random.default_rng(5)
    calendar = np.arange(84) % 12
    plain = 10 + np.cumsum(0.05 * rng.standard_normal(84))
    assert best_point(fit_counterfactual(plain, calendar, 1))[1] == 0.0
    seasonal = plain + 0.5 * np.cos(2 * np.pi * calendar / 12)
    found = fit_counterfactual(seasonal, calendar, 12)
    assert best_point(found)[1] > 0
    shape = found.expected - found.expected.mean()
    assert shape == pytest.approx(0.5 * np.cos(2 * np.pi * calendar[-12:] / 12), abs=0.15)


def test_a_control_that_carries_the_series_narrows_the_interval() -> None:
    rng = np.random.default_rng(7)
    control = 9 + np.cumsum(0.3 * rng.standard_normal(61))
    z = control + 0.05 * rng.standard_normal(61)
    plain, shared = (
        fit_counterfactual(z, np.arange(61) % 12, 1),
        fit_counterfactual(z, np.arange(61) % 12, 1, control[:, None]),
    )
    assert shared.expected[0] == pytest.approx(z[-1], abs=0.15)
    draws = [f.draw(4000, np.random.default_rng(1)).std() for f in (plain, shared)]
    assert draws[1] < 0.5 * draws[0]


def test_the_months_to_forecast_are_not_looked_at() -> None:
    one, two = (fit_counterfactual(np.append(Z, last), np.arange(49) % 12, 1) for last in (1.0, 99.0))
    assert np.array_equal(one.mean, two.mean)


def test_too_little_is_an_error() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_counterfactual([1.0, np.nan, 2.0, 3.0], [0, 1, 2, 3], 1)


@pytest.mark.parametrize("effect", [-0.5, 0.0, 1.0])
def test_an_effect_is_the_count_over_the_drawn_sum(effect: float) -> None:
    question = planted(effect, step=0.02, noise=0.0)
    found = estimate(question, after=2)
    draws = found.observed.sum() / found.paths.sum(axis=1) - 1
    assert found.effect(0, 1)[0] == np.median(draws)
    assert found.effect(0, 1)[3] == np.quantile(draws, 0.025)
    assert found.effect(0, 0)[0] == pytest.approx(effect, abs=0.06 * (1 + effect))
    assert np.array_equal(estimate(question, after=2).paths, found.paths), "the same seed, the same draws"


def test_left_out_months_are_not_used() -> None:
    values = walk(61)
    spoiled = values.copy()
    spoiled[59] = 1e6
    found = [estimate(_at(v), without=(59,)).paths for v in (values, spoiled)]
    assert np.array_equal(*found)


def _at(values: np.ndarray):
    from corridor.evaluate import Question

    found = series(values)
    return Question(found, found.periods[60])


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ((2023, 12, 27), (2024, 1)), ((2023, 1, 5), (2023, 1)), ((2022, 1, 21), (2022, 2)), ((2024, 1, 1), (2024, 1)),
        ((2024, 6, 5), (2024, 6)), ((2025, 1, 20), (2025, 2)), ((2023, 6, 16), (2023, 6)), ((2023, 6, 17), (2023, 7)),
    ],
)  # fmt: skip
def test_first_month_is_at_least_half_after_the_date(date, month) -> None:
    """30 days of June: from the 16th on 15 lie after it, from the 17th on 14."""
    assert first_month(dt.date(*date)) == dt.date(*month, 1)


def test_rejection_and_coverage_on_a_known_law() -> None:
    """300 runs. At a true rate of 5 % more than 9 % of 300 reject with a chance of 0.2 % (binomial)."""
    none, fifth, half = covered(LAWS[1], (0.0, -0.2, -0.5), runs=300)
    assert 1 - none <= 0.09
    assert fifth >= 0.91 and half >= 0.91


def test_a_flat_interval_would_be_seen() -> None:
    """The same figure with the drawn spread ignored: it rejects far too often, so the test above has teeth."""
    import corridor.evaluate.validity as validity

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validity, "LOW", 0.3)
        patch.setattr(validity, "HIGH", 0.7)
        assert 1 - covered(LAWS[1], (0.0,), runs=100)[0] > 0.4


@pytest.mark.validation
@pytest.mark.parametrize("after", [1, 3])
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_rejection_and_coverage_in_full(law, after: int) -> None:
    """2,000 runs: 5 ± 1.5 % without effect, 90 to 97 % of planted effects."""
    none, fifth, half = covered(law, (0.0, -0.2, -0.5), runs=2_000, after=after)
    assert 0.035 <= 1 - none <= 0.065
    assert 0.90 <= fifth <= 0.97 and 0.90 <= half <= 0.97
