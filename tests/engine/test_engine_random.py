"""Philox against its published vectors; inverse transforms against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from corridor.engine.kernels.random import (
    EXACT_BELOW,
    binomial_quantile,
    gamma_quantile,
    normal_quantile,
    philox4x32,
    poisson_quantile,
    uniforms,
)

ONES = 0xFFFFFFFF
# known-answer vectors of Random123 (Salmon et al. 2011), philox4x32 with ten rounds
VECTORS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
# 2,000 points over (0, 1), denser in both tails
GRID = np.sort(np.concatenate([stats.norm.cdf(np.linspace(-6, 6, 1000)), (np.arange(1000) + 0.5) / 1000]))


@pytest.mark.parametrize(("counter", "key", "words"), VECTORS)
def test_philox_gives_the_published_words(counter, key, words):
    given = [np.uint32(word) for word in (*counter, *key)]
    assert tuple(int(word) for word in philox4x32(*given)) == words


def test_uniforms_depend_on_each_part_of_their_name_and_on_nothing_else():
    processes, days = np.array([7, 8], dtype=np.uint64), np.array([1, 2, 3], dtype=np.uint64)
    base = uniforms(np.uint64(1), np.uint64(0), processes, days)
    assert np.array_equal(base, uniforms(np.uint64(1), np.uint64(0), processes, days))
    assert np.array_equal(base[1:], uniforms(np.uint64(1), np.uint64(0), processes[1:], days))
    others = [
        uniforms(np.uint64(2), np.uint64(0), processes, days),
        uniforms(np.uint64(1), np.uint64(1), processes, days),
        # the upper halves of the key and of the seed count too
        uniforms(np.uint64(1), np.uint64(0), processes + np.uint64(2**32), days),
        uniforms(np.uint64(1 + 2**32), np.uint64(0), processes, days),
    ]
    every = np.concatenate([base.ravel(), *(other.ravel() for other in others)])
    assert np.unique(every).size == every.size


def test_uniforms_are_uniform_and_independent():
    """False-failure rate below 1e-5: four tests at 1e-6 each, on a fixed seed."""
    keys = np.arange(200, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    pairs = uniforms(np.uint64(5), np.uint64(3), keys, np.arange(500, dtype=np.uint64))
    u, v = pairs[..., 0], pairs[..., 1]
    assert (pairs > 0).all() and (pairs < 1).all()
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-6
    assert stats.kstest(v.ravel(), "uniform").pvalue > 1e-6
    for a, b in ((u, v), (u[:, 1:], u[:, :-1])):
        z = np.corrcoef(a.ravel(), b.ravel())[0, 1] * np.sqrt(a.size)
        assert abs(z) < stats.norm.isf(0.5e-6)


def test_normal_quantile_is_scipys():
    ours = np.array([normal_quantile(u) for u in GRID])
    assert ours == pytest.approx(stats.norm.ppf(GRID), rel=1e-12, abs=1e-12)
    assert normal_quantile(1e-300) == pytest.approx(stats.norm.ppf(1e-300), rel=1e-12)


def clear_of_steps(u: np.ndarray, law) -> np.ndarray:
    """Points that rounding in either sum cannot have pushed over a step of the distribution function."""
    at = law.ppf(u)
    return u[(np.abs(law.cdf(at) - u) > 1e-12) & (np.abs(law.cdf(at - 1) - u) > 1e-12)]


@pytest.mark.parametrize(
    ("n", "p"),
    [(1, 0.3), (5, 0.5), (10, 0.999), (40, 0.02), (100, 0.55), (119, 0.5), (3000, 0.015), (10**6, 5e-5)],
)
def test_binomial_quantile_is_exact_for_small_means(n, p):
    assert min(p, 1 - p) * n < EXACT_BELOW
    u = clear_of_steps(GRID, stats.binom(n, p))
    assert u.size > 1500
    ours = [binomial_quantile(x, n, p) for x in u]
    assert np.array_equal(ours, stats.binom.ppf(u, n, p))


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.0, 20.0, 59.9])
def test_poisson_quantile_is_exact_for_small_means(mean):
    u = clear_of_steps(GRID, stats.poisson(mean))
    ours = [poisson_quantile(x, mean) for x in u]
    assert np.array_equal(ours, stats.poisson.ppf(u, mean))


@pytest.mark.parametrize(
    ("n", "p"),
    [(121, 0.5), (150, 0.41), (250, 0.75), (1000, 0.061), (10**4, 0.5), (10**5, 0.001), (10**7, 0.3)],
)
def test_binomial_quantile_is_within_a_unit_for_large_means(n, p):
    assert min(p, 1 - p) * n >= EXACT_BELOW
    off = np.array([binomial_quantile(x, n, p) for x in GRID]) - stats.binom.ppf(GRID, n, p)
    assert np.abs(off).max() <= 1
    middle = (GRID > 1e-3) & (GRID < 1 - 1e-3)
    assert np.mean(off[middle] != 0) < 0.03


@pytest.mark.parametrize("mean", [60.0, 61.5, 200.0, 5000.0, 1e6])
def test_poisson_quantile_is_within_a_unit_for_large_means(mean):
    off = np.array([poisson_quantile(x, mean) for x in GRID]) - stats.poisson.ppf(GRID, mean)
    assert np.abs(off).max() <= 1
    middle = (GRID > 1e-3) & (GRID < 1 - 1e-3)
    assert np.mean(off[middle] != 0) < 0.03


@pytest.mark.parametrize("shape", [1.05, 1.5, 2.5, 5, 20])
def test_gamma_quantile_stays_within_its_stated_error(shape):
    u = np.concatenate([[1e-12, 1e-9, 1e-7], GRID[GRID < 0.999]])
    ours = np.array([gamma_quantile(x, shape) for x in u])
    assert np.abs(ours / stats.gamma.ppf(u, shape) - 1).max() < 0.12
    middle = (u > 0.1) & (u < 0.95)
    assert np.abs(ours / stats.gamma.ppf(u, shape) - 1)[middle].max() < (0.06 if shape < 2 else 0.01)


@pytest.mark.parametrize("shape", [1.05, 1.5, 3.0, 20.0, 1e6])
def test_gamma_quantile_keeps_mean_variance_and_the_scale_of_a_student_shock(shape):
    even = (np.arange(20_000) + 0.5) / 20_000
    values = np.array([gamma_quantile(x, shape) for x in even])
    assert values.mean() == pytest.approx(shape, rel=0.001)
    assert values.var() == pytest.approx(shape, rel=0.006)
    # a Student t shock has this as its variance; scipy's own value at the same points is the yardstick
    assert (1 / values).mean() == pytest.approx((1 / stats.gamma.ppf(even, shape)).mean(), rel=0.015)


@pytest.mark.parametrize(
    "draw",
    [
        lambda u: binomial_quantile(u, 50, 0.2),
        lambda u: binomial_quantile(u, 50, 0.9),
        lambda u: binomial_quantile(u, 10_000, 0.3),
        lambda u: binomial_quantile(u, 10_000, 0.8),
        lambda u: binomial_quantile(u, 130, 0.49),
        lambda u: poisson_quantile(u, 4.0),
        lambda u: poisson_quantile(u, 60.0),
        lambda u: poisson_quantile(u, 5000.0),
        lambda u: gamma_quantile(u, 1.5),
        normal_quantile,
    ],
)
def test_every_transform_rises_with_its_uniform(draw):
    values = [draw(u) for u in GRID]
    assert values == sorted(values)
    assert values[-1] > values[0]


@pytest.mark.parametrize(
    ("n", "p", "k"), [(0, 0.5, 0), (9, 0.0, 0), (9, 1.0, 9), (9, 1.5, 9), (10**6, 1.0, 10**6)]
)
def test_binomial_at_its_edges(n, p, k):
    assert [binomial_quantile(u, n, p) for u in (1e-12, 0.5, 1 - 1e-12)] == [k] * 3


def test_counts_stay_in_range_in_the_farthest_tails():
    for u in (2.0**-54, 1 - 2.0**-54):
        assert 0 <= binomial_quantile(u, 200, 0.4) <= 200
        assert 0 <= binomial_quantile(u, 20, 0.4) <= 20
        assert 0 <= poisson_quantile(u, 60.0) < 200
