"""Who is still to come: forecasts of the mix against formulas, weights against their targets, planted changes."""

import numpy as np
import pytest

from corridor.place.futures import (
    TRAITS,
    balanced,
    expected_units,
    future_mean,
    shuffled,
    traits,
    unit_values,
)
from corridor.place.program import simple


def two_kinds(share_of_a: np.ndarray, seed: int = 1):
    """Units that gain at A or at B; the chance of the first kind is given for each."""
    rng = np.random.default_rng(seed)
    first = 0.618034 * np.arange(share_of_a.size) % 1.0 < share_of_a  # evenly spread, no luck in it
    value = np.where(first[:, None], [0.9, 0.1], [0.1, 0.9]) + rng.uniform(0.0, 0.05, (share_of_a.size, 2))
    return simple(value, np.ones((share_of_a.size, 1)))


def part_of_a(program) -> float:
    """Share of the counts with the higher value at A."""
    return float(program.count[program.value[:, 0] > program.value[:, 1]].sum() / program.count.sum())


def test_counts_add_up_to_those_expected_and_the_mix_is_that_of_the_past() -> None:
    past, seen = two_kinds(np.full(400, 0.3)), two_kinds(np.full(100, 0.3), 2)
    made = expected_units(past, seen, 100, 250)
    assert made.count.sum() == pytest.approx(250)
    plain = (past.value[:, 0] > past.value[:, 1]).sum() + (seen.value[:, 0] > seen.value[:, 1]).sum()
    # shuffled units weigh 40 of 540 and are half of each kind
    assert part_of_a(made) == pytest.approx((plain + 20) / 540, abs=0.03)


def test_a_trend_is_continued_and_a_step_is_kept() -> None:
    # the share rises from 0.2 at the beginning to 0.5 half-way: 0.65 in the middle of the rest
    trend = two_kinds(np.linspace(0.2, 0.5, 1000))
    assert part_of_a(expected_units(None, trend, 1000, 1000)) == pytest.approx(0.65, abs=0.08)
    step = two_kinds(np.repeat([0.2, 0.7], 500))
    assert part_of_a(expected_units(None, step, 1000, 1000)) == pytest.approx(0.7, abs=0.1)


def test_arrivals_unlike_the_past_draw_the_mix_to_themselves() -> None:
    made = expected_units(two_kinds(np.full(600, 0.2)), two_kinds(np.full(150, 0.7), 3), 150, 850)
    assert part_of_a(made) > 0.5


def test_without_change_the_forecast_is_the_mean_of_all() -> None:
    trait = np.random.default_rng(4).standard_normal((800, 3))
    found = future_mean(trait, 500, np.arange(300) / 1000)
    assert np.abs(found - trait.mean(axis=0)).max() < 0.1


def test_weights_have_the_mean_asked_for_and_stay_even_without_a_change() -> None:
    trait = np.random.default_rng(5).standard_normal((500, 2))
    target = np.array([0.4, -0.2])
    assert balanced(trait, target) @ trait == pytest.approx(target, abs=0.01)
    assert balanced(trait, trait.mean(axis=0)) == pytest.approx(np.full(500, 1 / 500), rel=0.05)
    far = balanced(trait, np.array([30.0, 0.0]))  # no weights can do that: a few units must not stand for all
    assert 1 / (far**2).sum() >= 50


def test_traits_are_standardised_and_no_more_than_there_are_directions() -> None:
    program = two_kinds(np.full(300, 0.4))
    found = traits(program, unit_values(program))
    assert found.shape == (300, 2) and TRAITS >= 2  # needs are all the same: no trait
    assert found.mean(axis=0) == pytest.approx(0.0, abs=1e-9) and found.std(axis=0) == pytest.approx(1.0)


def test_shuffled_units_keep_needs_levels_and_the_number_of_sites_that_fit() -> None:
    rng = np.random.default_rng(6)
    fits = rng.random((50, 6)) > 0.3
    fits[:, 0] = True
    program = simple(rng.random((50, 6)) + np.arange(6), np.full((50, 1), 3.0), fits=fits)
    made = shuffled(program, unit_values(program), 400)
    assert (made.need_amount == 3.0).all()
    assert set(made.fits.sum(axis=1)) <= set(fits.sum(axis=1))
    # what a site is worth to everybody stays with it: it rises from site to site
    mean = np.nanmean(unit_values(made), axis=0)
    assert (np.diff(mean) > 0.5).all()
    assert made.value.min() >= 0.0 and made.value.max() <= 6.0


def test_one_unit_that_fits_nowhere_is_no_fault() -> None:
    program = simple(np.zeros((1, 3)), np.ones((1, 1)), fits=np.zeros((1, 3), bool))
    assert expected_units(None, program, 1, 5).count.sum() == pytest.approx(5)
