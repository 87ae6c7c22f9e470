"""Draws for few members have the quantiles of many, and each member takes the one nearest to its own path."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import numpy as np
import pytest
import scipy.optimize

from corridor.forecast.coupled.draws import AreaDraws, _adding_up, drawn_together, nearest, thinned
from corridor.forecast.scores import LEVELS

RNG = np.random.default_rng(11)
MEMBERS = 60


@pytest.fixture(scope="module")
def full() -> np.ndarray:
    """(months, draws, parts) log-normal draws in mirrored pairs, as the forecast makes them."""
    z = RNG.normal(size=(2, 500, 3))
    both = np.concatenate([z, -z], axis=1)
    return np.exp(np.log([1000.0, 5000.0, 200.0]) + 0.3 * both + 0.2 * both[:, :, :1])


def test_few_members_have_the_quantiles_of_the_total_of_all_draws(full: np.ndarray) -> None:
    few = thinned(full, MEMBERS)
    middle = LEVELS[(LEVELS >= 0.05) & (LEVELS <= 0.95)]
    got = np.quantile(few.sum(axis=2), middle, axis=0)
    assert got == pytest.approx(np.quantile(full.sum(axis=2), middle, axis=1), rel=0.01)


def test_few_members_have_the_quantiles_of_every_part(full: np.ndarray) -> None:
    few = thinned(full, MEMBERS)
    got = np.quantile(few, (0.1, 0.5, 0.9), axis=0)
    assert got == pytest.approx(np.quantile(full, (0.1, 0.5, 0.9), axis=1), rel=0.06)


def test_members_that_repeat_one_draw_would_miss_the_quantiles(full: np.ndarray) -> None:
    same = np.repeat(full[:, :1].transpose(1, 0, 2), MEMBERS, axis=0)
    got = np.quantile(same.sum(axis=2), (0.1, 0.9), axis=0)
    assert got != pytest.approx(np.quantile(full.sum(axis=2), (0.1, 0.9), axis=1), rel=0.05)


def test_assignment_is_the_best_of_all_orders() -> None:
    drawn, own = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))
    best = min(permutations(range(5)), key=lambda order: ((drawn[list(order)] - own) ** 2).sum())
    assert nearest(drawn, own) == list(best)


def test_blocks_of_members_give_the_same_choice(monkeypatch) -> None:
    """Members are compared in blocks, so that memory does not grow with their square."""
    random = np.random.default_rng(2)
    drawn, own = random.normal(size=(2, 40, 13))
    whole = nearest(drawn, own)
    assert (
        whole == scipy.optimize.linear_sum_assignment(((own[:, None] - drawn) ** 2).sum(axis=2))[1].tolist()
    )
    monkeypatch.setattr("corridor.forecast.coupled.draws.BLOCK", 3 * drawn.nbytes)
    assert nearest(drawn, own) == whole


def test_areas_of_every_member_add_up_to_its_total() -> None:
    drawn = RNG.uniform(10, 100, size=(4, 2, 3))
    totals = RNG.uniform(150, 250, size=(4, 2))
    out = _adding_up(drawn, totals, [True, True, False])
    assert out.sum(axis=2) == pytest.approx(totals)
    assert out[:, :, 2] == pytest.approx(drawn[:, :, 2])
    assert out[:, :, 0] / out[:, :, 1] == pytest.approx(drawn[:, :, 0] / drawn[:, :, 1])


def test_members_are_given_areas_that_add_up_to_their_own_totals() -> None:
    values = RNG.uniform(10, 100, size=(5, 2, 3))
    areas = AreaDraws(
        ("east", "west", "port"), (dt.date(2024, 1, 1), dt.date(2024, 2, 1)), values, (True, True, False)
    )
    totals, ports = RNG.uniform(150, 250, size=(4, 2)), RNG.uniform(10, 100, size=(4, 2))
    given = areas.given(totals, ports)
    assert given.values.sum(axis=2) == pytest.approx(totals)
    assert np.sort(given.values[:, 0, 2]) == pytest.approx(np.sort(values[:-1, 0, 2]))  # each draw once
    middle = areas.central(totals[:1])
    assert middle.values.shape == (1, 2, 3) and middle.values[0, :, 2] == pytest.approx(values[-1, :, 2])


def test_areas_have_their_own_quantiles() -> None:
    normal = np.array([-2.33, -1.96, -1.64, -1.28, -1.04, -0.84, -0.67, -0.52, -0.39, -0.25, -0.13, 0.0])
    scores = np.concatenate([normal, -normal[-2::-1]])
    quantiles = np.exp(np.log([[100.0], [900.0]]) + 0.4 * scores)[None]
    history = np.exp(RNG.normal(size=(40, 2)).cumsum(axis=0) / 10 + 5)
    few = drawn_together(quantiles, history, (1,), MEMBERS)
    at = [LEVELS.tolist().index(level) for level in (0.1, 0.5, 0.9)]
    assert np.quantile(few[:, 0], (0.1, 0.5, 0.9), axis=0) == pytest.approx(quantiles[0][:, at].T, rel=0.03)
