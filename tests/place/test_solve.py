"""The solver against trying everything, against HiGHS on the whole program, and on problems with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from small_problems import everything

from corridor.place.prices import bound_at, find_prices
from corridor.place.program import Limits, Prices, merge_alike, objective, simple, used
from corridor.place.solve import _Search, _unit, solve


def random_program(seed, units, sites, kinds=1, whole=False, groups=0, tight=0.9):
    rng = np.random.default_rng(seed)
    value = rng.integers(0, 6, (units, sites)).astype(float) if whole else rng.random((units, sites))
    needs = rng.integers(1, 4, (units, kinds)).astype(float)
    fits = rng.random((units, sites)) > 0.15
    group = rng.integers(1, groups + 1, units) if groups else None
    program = simple(value, needs, fits=fits, group=group)
    share = rng.dirichlet(np.full(sites, 5.0))
    capacity = np.floor(tight * needs.sum(axis=0)[:, None] * share[None, :])
    return program, Limits(capacity, np.zeros(groups + 1))


def scipy_optimum(program, limits):
    """The whole integer program by another front end (scipy), without prices or fixing."""
    units, sites = program.fits.shape
    kinds = limits.capacity.shape[0]
    columns = units * sites
    rows, upper = [], []
    for u in range(units):
        row = np.zeros(columns)
        row[u * sites : (u + 1) * sites] = 1
        rows.append(row)
        upper.append(1.0)
    for k in range(kinds):
        for s in range(sites):
            row = np.zeros(columns)
            for u in range(units):
                for e in range(program.need_start[u], program.need_start[u + 1]):
                    if program.need_kind[e] == k:
                        row[u * sites + s] = program.need_amount[e]
            rows.append(row)
            upper.append(limits.capacity[k, s])
    found = milp(
        -program.value.ravel(),
        constraints=LinearConstraint(np.array(rows), -np.inf, np.array(upper)),
        bounds=Bounds(0, program.fits.ravel().astype(float)),
        integrality=np.ones(columns),
        options={"mip_rel_gap": 0},
    )
    return -found.fun


def check(program, limits, solution):
    """The solution is what it says: it fits, and its value is the sum of its scores."""
    placed = np.flatnonzero(solution.site >= 0)
    assert program.fits[placed, solution.site[placed]].all()
    taken = used(program, placed, solution.site[placed], np.ones(placed.size), limits.capacity)
    assert (taken <= limits.capacity + 1e-9).all()
    if program.value.shape[0] == program.bonus.size and limits.floor.size == 1:
        assert solution.value == pytest.approx(program.value[placed, solution.site[placed]].sum())
    assert solution.value <= solution.bound + 1e-9


@given(seed=st.integers(0, 10_000), units=st.integers(1, 6), sites=st.integers(1, 3), kinds=st.integers(1, 3),
       whole=st.booleans(), tight=st.sampled_from([0.0, 0.3, 0.9, 1.5, 10.0]))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_optimum_equals_trying_everything(seed, units, sites, kinds, whole, tight):
    program, limits = random_program(seed, units, sites, kinds, whole, tight=tight)
    solution = solve(program, limits)
    check(program, limits, solution)
    best = everything(program, limits)
    assert solution.value == pytest.approx(best, abs=1e-7)
    assert solution.bound == pytest.approx(best, abs=1e-5)


@given(seed=st.integers(0, 10_000), units=st.integers(2, 6))
@settings(max_examples=25, deadline=None)
def test_floors_equal_trying_everything(seed, units):
    program, limits = random_program(seed, units, 2, groups=2)
    limits = Limits(limits.capacity, np.array([0.0, 0.4, 0.6]), 7.0)
    solution = solve(program, limits)
    check(program, limits, solution)
    # trying everything counts "nobody placed" as 0; with floors it costs what all floors are short of
    empty = -7.0 * limits.floor[1:].sum()
    best = everything(program, limits)
    assert solution.value == pytest.approx(max(best, empty) if best > 0 else solution.value, abs=1e-6)
    assert solution.value >= best - 1e-6 or best == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_optimum_equals_scipy_on_sixty_units(seed):
    program, limits = random_program(seed, 60, 6, kinds=2)
    solution = solve(program, limits, seconds=30)
    check(program, limits, solution)
    assert solution.value == pytest.approx(scipy_optimum(program, limits), abs=1e-6)
    assert solution.gap < 1e-6


def test_scores_of_four_digits_are_solved_to_the_last_of_them():
    """The bound falls to a multiple of 0.0001, so a gap below that is none."""
    rng = np.random.default_rng(11)
    for digits, unit in ((0, 1.0), (1, 0.1), (4, 1e-4), (7, 0.0)):
        value = np.round(rng.random((60, 5)) * (9 if digits == 0 else 1), digits)
        assert _unit(simple(value, np.ones((60, 1)))) == pytest.approx(unit)
    assert _unit(simple(np.round(rng.random((60, 5)), 2), np.ones((60, 1)), bonus=rng.random(60))) == 0.0
    assert _unit(simple(np.full((3, 2), 1e9 + 0.5), np.ones((3, 1)))) == pytest.approx(0.1)
    value = np.round(rng.random((40, 4)), 4)
    program = simple(value, rng.integers(1, 5, (40, 1)).astype(float))
    limits = Limits(np.full((1, 4), np.floor(program.need_amount.sum() / 4.2)), np.zeros(1))
    solution = solve(program, limits, seconds=20)
    assert solution.value == pytest.approx(scipy_optimum(program, limits), abs=1e-6)
    assert solution.gap < 1e-9


def test_no_bound_from_highs_leaves_the_bound_as_it_was():
    program = simple(np.array([[0.5, 0.25]]), np.ones((1, 1)))
    search = _Search(
        program, program, np.zeros(1, np.int64), Limits(np.ones((1, 2)), np.zeros(1)), 0.0, 0.0, unit=0.01
    )
    search.lower_bound_to(0.5049, "prices")
    search.lower_bound_to(np.inf, "integer program")
    assert search.bound == pytest.approx(0.5)


@pytest.mark.parametrize(("whole", "tight"), [(False, 1.0), (True, 1.0), (False, 0.3), (False, 5.0)])
def test_large_problem_has_a_small_proven_gap(whole, tight):
    program, limits = random_program(5, 5000, 20, kinds=2, whole=whole, tight=tight)
    solution = solve(program, limits, gap=1e-3, seconds=20)
    check(program, limits, solution)
    assert solution.gap <= 1e-3
    # the bound is the dual at the prices returned, computed here without the kernels
    net = program.value - sum(
        np.array([program.need_amount[program.need_start[:-1] + k]]).T * solution.prices.place[k]
        for k in range(2)
    )
    net = np.where(program.fits, net, 0.0)
    dual = np.maximum(net, 0).max(axis=1).sum() + (solution.prices.place * limits.capacity).sum()
    assert solution.value <= dual + 1e-6
    assert solution.bound == pytest.approx(dual, rel=1e-3)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_any_prices_bound_the_optimum(seed):
    program, limits = random_program(seed, 5, 3)
    prices = Prices(np.random.default_rng(seed).random((1, 3)), np.zeros(1))
    assert bound_at(program, limits, prices) >= everything(program, limits) - 1e-9


def test_prices_of_a_market_that_can_be_solved_by_hand():
    # 100 units want one place each of one site with 30; values 0.01, 0.02 … 1.00: the price lies between
    # the 30th and the 31st highest value
    value = np.arange(1, 101)[:, None] / 100
    program = simple(value, np.ones((100, 1)))
    prices = find_prices(program, Limits(np.array([[30.0]]), np.zeros(1)))
    assert 0.69 <= prices.place[0, 0] <= 0.72
    solution = solve(program, Limits(np.array([[30.0]]), np.zeros(1)))
    assert solution.value == pytest.approx(value[70:].sum())
    assert set(np.flatnonzero(solution.site == 0)) == set(range(70, 100))


def test_alike_units_are_merged_and_told_apart_again():
    value = np.repeat(np.array([[0.9, 0.1], [0.8, 0.7]]), 500, axis=0)
    program = simple(value, np.ones((1000, 1)))
    merged, kind = merge_alike(program)
    assert merged.count.tolist() == [500, 500]
    assert np.bincount(kind).tolist() == [500, 500]
    limits = Limits(np.array([[600.0, 300.0]]), np.zeros(1))
    solution = solve(program, limits)
    # 500 × 0.9 + 100 × 0.8 at the first, 300 × 0.7 at the second: 100 of the second kind have no place
    assert solution.value == pytest.approx(450 + 80 + 210)
    assert (solution.site == -1).sum() == 100
    assert objective(program, limits, solution.site) == pytest.approx(740)


def test_same_scores_everywhere_place_as_many_as_fit():
    program = simple(np.ones((3000, 25)), np.ones((3000, 1)))
    solution = solve(program, Limits(np.full((1, 25), 100.0), np.zeros(1)), gap=1e-4)
    assert solution.value == 2500
    assert solution.gap <= 1e-4


def test_sites_without_room_and_unlimited_sites():
    value = np.array([[0.5, 0.9], [0.4, 0.8]])
    program = simple(value, np.ones((2, 1)))
    assert solve(program, Limits(np.zeros((1, 2)), np.zeros(1))).site.tolist() == [-1, -1]
    free = solve(program, Limits(np.array([[0.0, np.inf]]), np.zeros(1)))
    assert free.site.tolist() == [1, 1]
    assert free.prices.place[0, 1] == 0


def test_a_solve_that_is_out_of_time_still_has_a_bound():
    program, limits = random_program(3, 400, 10, kinds=2, tight=1.0)
    solution = solve(program, limits, seconds=0.01)
    check(program, limits, solution)
    assert np.isfinite(solution.bound)
    assert solution.gap < 0.2


def test_whole_scores_have_a_whole_bound():
    rng = np.random.default_rng(0)
    program = simple(rng.integers(1, 6, (400, 60)).astype(float), rng.integers(1, 7, (400, 1)).astype(float))
    solution = solve(program, Limits(np.full((1, 60), 30.0), np.zeros(1)), seconds=20)
    # room for all, and nearly every household has a site that scores 5
    assert solution.bound == np.floor(solution.bound) <= 5 * 400
    assert solution.gap == 0
