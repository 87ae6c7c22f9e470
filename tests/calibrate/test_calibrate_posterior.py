"""How sure a fit is: the errors of counts, members of the posterior, and what an ensemble makes of them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fork_corridor import AS_OF, MONTHS, Truth, guess, loader, plan, row

from corridor.calibrate import Calibration, calibrate, read_calibration, write_calibration
from corridor.calibrate.errors import FieldError, damping, field_errors, local_level_variance, path_of
from corridor.calibrate.fit import Fit
from corridor.calibrate.posterior import damped, disturbed, member_of, until_start
from corridor.calibrate.smoothing import smooth
from corridor.calibrate.store import started_fit
from corridor.data import Dataset
from corridor.ensemble import simulate
from corridor.forecast.engine import compile_forecast
from corridor.model.arrays import Floats

MEMBERS = 12
LAST = 33
"""Position one before the last month that is known."""


def _plan():
    smooth_of = {"departures": 0.5, "east": 0.5, "met": 0.5, "register": 3.0}
    return plan(fields=tuple(f.model_copy(update={"smooth": smooth_of[f.id]}) for f in plan().fields))


def _noisy(published: Mapping[str, Dataset], sd: float = 0.1) -> dict[str, Dataset]:
    """The counts, each with an error in logs."""
    rng = np.random.default_rng(5)
    found = {}
    for name, dataset in published.items():
        value = dataset.table["value"].to_numpy()
        table = dataset.table.with_columns(value=value * np.exp(rng.normal(0, sd, value.size)))
        found[name] = replace(dataset, table=table)
    return found


@pytest.fixture(scope="module")
def solved(published: Mapping[str, Dataset]):
    fit = started_fit(guess(), _plan(), AS_OF, loader=loader(_noisy(published)))
    return fit, fit.solve()


@pytest.fixture(scope="module")
def sure(published: Mapping[str, Dataset]) -> Calibration:
    return calibrate(guess(), _plan(), AS_OF, loader=loader(_noisy(published)), posterior=MEMBERS)


def _walk(sd: float, ratio: float, months: int) -> Floats:
    rng = np.random.default_rng(1)
    level = np.cumsum(rng.normal(0, sd / np.sqrt(ratio), months))
    return level + rng.normal(0, sd, months)


@pytest.mark.parametrize(("sd", "ratio"), [(0.2, 0.5), (0.05, 3.0), (0.4, 0.1)])
def test_the_variance_of_an_observation_is_found_again(sd: float, ratio: float) -> None:
    seen = _walk(sd, ratio, 6000)
    assert np.sqrt(local_level_variance(seen, ratio)) == pytest.approx(sd, rel=0.04)
    seen[np.random.default_rng(2).random(seen.size) < 0.4] = np.nan  # months without a count
    assert np.sqrt(local_level_variance(seen, ratio)) == pytest.approx(sd, rel=0.05)


def test_the_variance_of_three_counts_by_hand() -> None:
    # steps of variance 2, observations of 1: after the first its variance is 1; then 1 + 2 of the level and 1 of the count
    first = 3.0**2 / 4.0
    level, spread = 3.0 * 0.75, 3.0 * 0.25
    second = (1.0 - level) ** 2 / (spread + 3.0)
    third = (level + (1.0 - level) * (spread + 2) / (spread + 3), (spread + 2) / (spread + 3))
    last = (2.0 - third[0]) ** 2 / (third[1] + 3.0)
    fourth = third[0] + (2.0 - third[0]) * (third[1] + 2) / (third[1] + 3)
    spread = (third[1] + 2) / (third[1] + 3)
    final = (0.0 - fourth) ** 2 / (spread + 3.0)
    seen = np.array([0.0, 3.0, 1.0, 2.0, 0.0])
    assert local_level_variance(seen, 0.5) == pytest.approx((first + second + last + final) / 4)


@pytest.mark.parametrize("true", [1.0, 0.9, 0.75])
def test_how_far_a_walk_comes_back_is_found_again(true: float) -> None:
    rng, ratio = np.random.default_rng(4), 0.5
    seen = damped(rng.normal(0, 1.0, (400, 20)), true) + rng.normal(0, np.sqrt(ratio), (400, 20))
    assert damping(seen, ratio) == pytest.approx(true, abs=0.04)
    assert damping(seen[:8, :1], ratio) == 1.0  # too few to tell


def test_too_few_counts_tell_no_variance() -> None:
    assert np.isnan(local_level_variance(np.array([1.0, np.nan, 2.0, 1.5, 1.0]), 1.0))


def test_disturbed_modes_have_the_spread_of_the_posterior() -> None:
    """Of a linear model with normal errors the modes of disturbed problems are draws of the posterior, whose covariance is known."""
    months, sd, ratio = 20, 0.3, 0.7
    seen = np.zeros((months, 1))
    seen[:14] = 1.0
    rng = np.random.default_rng(3)
    difference = np.diff(np.eye(months), axis=0)
    exact = np.linalg.inv(np.diag(seen[:, 0]) + ratio * difference.T @ difference) * sd**2
    draws = np.empty((4000, months))
    for k in range(len(draws)):
        walk = np.cumsum(rng.normal(0, sd / np.sqrt(ratio), (months, 1)), axis=0)
        count = rng.normal(0, sd, (months, 1))
        draws[k] = (walk + smooth(count - walk, seen, ratio))[:, 0]
    np.testing.assert_allclose(draws.std(axis=0), np.sqrt(np.diag(exact)), rtol=0.05)
    assert draws[:, -1].std() > 2 * draws[:, 5].std()  # beyond what is counted the walk goes on


def test_errors_of_counts_are_those_that_were_made(solved) -> None:
    fit, result = solved
    errors = field_errors(fit, result)
    for name in ("departures", "east", "met"):
        whole = np.sqrt(errors[name].own ** 2 + errors[name].common ** 2)
        assert np.all(whole > 0.05), name
        assert np.all(whole < 0.22), name  # the truth moves as well, which the filter cannot tell apart


def test_a_member_without_errors_is_the_fit(solved) -> None:
    fit = solved[0]
    errors = {field.id: FieldError(np.zeros(2), 0.0, 1.0) for field in fit.plan.fields}
    still = copy.copy(fit)
    still.series = {
        name: replace(series, flows=[]) for name, series in fit.series.items()
    }  # no chance of few
    same = disturbed(still, errors, 1, 0)
    for name, series in fit.series.items():
        np.testing.assert_array_equal(same.series[name].value, series.value)
    assert all(not walk.any() for walk in same.around.values())
    np.testing.assert_allclose(same.base.share, fit.base.share, atol=1e-12)


def test_members_differ_and_are_the_same_again(solved) -> None:
    fit, result = solved
    errors, before = field_errors(fit, result), until_start(fit)
    first, again, other = (member_of(fit, errors, before, 1, k) for k in (0, 0, 1))
    np.testing.assert_array_equal(first.paths["met"], again.paths["met"])
    assert first.state == again.state
    assert np.abs(first.paths["met"] - other.paths["met"])[6:LAST].max() > 0.02


def test_the_truth_lies_among_the_members(solved, truth: Truth) -> None:
    fit, result = solved
    errors, before = field_errors(fit, result), until_start(fit)
    members = [member_of(fit, errors, before, 1, k) for k in range(20)]
    wanted = {
        "east": np.stack([np.log(truth.east[n] / (1 - truth.east[n])) for n in ("VEN", "ECU")], axis=1),
        "met": np.stack([np.log(-np.log1p(-truth.met[n])) for n in ("VEN", "ECU")], axis=1),
        "departures": np.stack([np.log(truth.departures[n]) for n in ("VEN", "ECU")], axis=1),
    }
    for name, true in wanted.items():
        said = np.stack([member.paths[name] for member in members])[:, 6:LAST]
        low, high = np.quantile(said, [0.05, 0.95], axis=0)
        inside = (true[6:LAST] >= low) & (true[6:LAST] <= high)
        assert inside.mean() > 0.7, name
        assert (high - low).mean() < 1.0, name


def test_what_is_written_is_read_again(sure: Calibration, tmp_path: Path) -> None:
    write_calibration(sure, tmp_path)
    back = read_calibration(tmp_path, AS_OF)
    assert sure.posterior is not None
    assert back.posterior is not None
    assert back.posterior.paths.digest == sure.posterior.paths.digest
    assert back.posterior.learned["field"].to_list() == ["departures", "east", "met", "register"]


def test_counts_teach_what_the_prior_does_not_know(sure: Calibration) -> None:
    assert sure.posterior is not None
    learned = {row["field"]: row for row in sure.posterior.learned.iter_rows(named=True)}
    for name in ("departures", "east", "met"):
        assert learned[name]["posterior"] < 0.5 * learned[name]["prior"]


def test_fitted_shares_have_no_second_range(sure: Calibration, fitted: Calibration) -> None:
    def ranges(calibration: Calibration) -> set[bool]:
        return {row.low != row.high for row in calibration.parameters if row.target == "met_east"}

    assert ranges(sure) == {False}
    assert True in ranges(fitted)


def test_an_ensemble_takes_the_members_in_turn(sure: Calibration) -> None:
    assert sure.posterior is not None
    compiled = compile_forecast(guess(), sure, None, end=dt.date(2024, 6, 30), members=2 * MEMBERS)
    assert compiled.spec.paths is sure.posterior.paths
    met = simulate(compiled).monthly_flow[:, :, [f.id for f in compiled.corridor.flows].index("met_east")]
    alone = compile_forecast(
        guess(), replace(sure, posterior=None), None, end=dt.date(2024, 6, 30), members=2 * MEMBERS
    )
    assert alone.spec.paths is None
    narrow = simulate(alone).monthly_flow[:, :, [f.id for f in alone.corridor.flows].index("met_east")]
    assert np.log(met.sum(axis=(1, 2))).std() > np.log(narrow.sum(axis=(1, 2))).std()


def test_a_member_takes_the_parameters_with_which_it_was_found(sure: Calibration) -> None:
    """Whatever the seed of a run: a fitted share makes up for the stay that was drawn with it."""
    corridor = guess()
    stay = row("stay_days", "east.here", 2.0).model_copy(update={"low": 1.0, "high": 4.0})
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, stay)})
    end = dt.date(2024, 3, 31)
    tied = compile_forecast(corridor, sure, None, end=end, seed=7, members=30)
    free = compile_forecast(corridor, replace(sure, posterior=None), None, end=end, seed=1, members=30)
    at = [r for r, kept in enumerate(tied.table.rows) if kept is not None and kept.target == "east.here"]
    for member in (0, 5, MEMBERS + 5):
        same = free.table.values(1, member % MEMBERS)[at]
        np.testing.assert_array_equal(tied.table.values(7, member)[at], same)
        assert not np.array_equal(free.table.values(7, member)[at], same)


def test_paths_are_joined_by_month_and_nationality(sure: Calibration) -> None:
    assert sure.posterior is not None
    paths = sure.posterior.paths
    base = replace(paths, months=(dt.date(2023, 12, 1), dt.date(2030, 1, 1)), moves=(),
                   start=np.zeros((MEMBERS + 4, *paths.start.shape[1:])), nationalities=paths.nationalities[::-1])  # fmt: skip
    both = base.joined(paths)
    move, own = both.moves[0], paths.moves[0]
    assert move.log.shape == (MEMBERS + 4, 2, 2)
    np.testing.assert_array_equal(move.log[MEMBERS, 0], own.log[0, 1, ::-1])  # begun again at the first
    np.testing.assert_array_equal(move.log[1, 1], own.log[1, -1, ::-1])  # the nearest month
    assert not move.log[-1].any()
    np.testing.assert_array_equal(both.start[0], paths.start[0][:, ::-1])
    first, *rest = paths.holders
    parted = replace(base, holders={first: 0}).joined(replace(paths, holders=dict.fromkeys(rest, 0)))
    np.testing.assert_array_equal(parted.start[0, parted.holders[rest[0]]], paths.start[0, 0, ::-1])
    assert not parted.start[:, parted.holders[first]].any()  # each keeps what was said of it alone
    with pytest.raises(ValueError, match="two corridors"):
        replace(base, nationalities=("VEN", "CUB")).joined(paths)


def test_a_fit_says_what_it_moved(solved) -> None:
    fit: Fit = solved[0]
    names = {fit.compiled.flow_ids[f] for f in fit.touched_flows()}
    assert names == {"go_east", "go_west", "met_east"}
    path = path_of(fit, fit.plan.fields[1])
    assert path.shape == (len(fit.compiled.months), 2)
    assert len(MONTHS) >= path.shape[0]
