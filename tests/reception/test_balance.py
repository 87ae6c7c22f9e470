"""The census balance: conservation, stays by hand, limits, a planted truth, what is identified."""

import datetime as dt

import numpy as np
import pytest
from reception_cases import FIRST, steady, still_plan, still_state

from corridor.reception.balance import Change, Plan, StayLimit, advance, simulate
from corridor.reception.fitting import fit
from corridor.reception.identified import identified


def step(state, plan, weeks: int):
    rng, census = np.random.default_rng(1), [float(state.census().sum())]
    for _ in range(weeks):
        state, _, _ = advance(state, plan, rng, FIRST + dt.timedelta(days=3650))
        census.append(float(state.census().sum()))
    return state, census


def test_a_constant_rate_is_a_geometric_stay() -> None:
    _, census = step(still_state(1000.0, 0.1), still_plan(), 10)
    assert census == pytest.approx([1000 * np.exp(-0.1 * week) for week in range(11)])


def test_the_shape_is_that_of_a_weibull_stay() -> None:
    """Survival to week n is exp(-rate * n^k)."""
    _, census = step(still_state(1000.0, 0.1, shape=np.log(0.6)), still_plan(), 8)
    assert census == pytest.approx([1000 * np.exp(-0.1 * week**0.6) for week in range(9)])


def test_everybody_above_a_limit_leaves_and_nobody_below() -> None:
    plan = still_plan(limits=(StayLimit(FIRST, 28, share=1.0),))
    _, census = step(still_state(1000.0, 1e-9), plan, 6)
    assert census[:5] == pytest.approx([1000.0] * 5, rel=2e-3)
    assert census[5:] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_those_who_ask_again_stay_until_the_next_limit() -> None:
    """Half leave at four weeks, half of the rest at eight."""
    plan = still_plan(limits=(StayLimit(FIRST, 28, ask_again=0.5),))
    _, census = step(still_state(1000.0, 1e-9), plan, 10)
    assert census == pytest.approx([1000.0] * 5 + [500.0] * 4 + [250.0] * 2, rel=5e-3)


def test_a_limit_of_one_type_leaves_the_other_alone() -> None:
    plan = still_plan(households=("family", "single"), relative_rates=(1.0, 1.0),
                      limits=(StayLimit(FIRST, 14, ("single",), share=1.0),))  # fmt: skip
    state, _ = step(still_state(1000.0, 1e-9, households=2), plan, 4)
    assert state.census()[0] == pytest.approx([500.0, 0.0], abs=1.0)


def test_census_is_what_was_there_and_came_less_what_left() -> None:
    fitted = fit(
        steady(12, 70, 0.1, 500, flows=("arrivals",)), FIRST + dt.timedelta(weeks=12), Plan(members=10)
    )
    paths = simulate(fitted, 8, draws=50)
    kept = paths.total[:-1] + paths.arrivals[1:] - paths.exits[1:].sum(axis=2)
    assert paths.total[1:] == pytest.approx(kept)


def test_a_planted_stay_is_found_where_arrivals_are_known() -> None:
    """Arrivals of 100 a week and a tenth leaving: the mean stay is ten weeks, less the week's own end."""
    day = FIRST + dt.timedelta(weeks=40)
    fitted = fit(steady(40, 100, 0.1, 400, flows=("arrivals", "exits")), day, Plan(members=40))
    table = {row["quantity"]: row for row in identified(fitted).to_dicts()}
    stay = -7 / np.log(0.9)
    assert table["mean_stay"]["identified"]
    assert table["mean_stay"]["low"] < stay < table["mean_stay"]["high"]
    assert table["weekly_arrivals"]["low"] < 100 < table["weekly_arrivals"]["high"]
    total = np.median(simulate(fitted, 8).total[8])
    assert total == pytest.approx(1000 - 600 * 0.9**48, rel=0.1)


def test_a_census_alone_does_not_tell_stays_from_arrivals() -> None:
    day = FIRST + dt.timedelta(weeks=30)
    alone = identified(fit(steady(30, 100, 0.1, 1000), day, Plan(members=30)))
    both = identified(fit(steady(30, 100, 0.1, 1000, flows=("arrivals", "exits")), day, Plan(members=30)))
    learned = [dict(zip(t["quantity"], t["learned"], strict=True))["mean_stay"] for t in (alone, both)]
    assert learned[0] < 0.3 < learned[1]


def test_later_figures_change_nothing_that_is_forecast_earlier() -> None:
    day = FIRST + dt.timedelta(weeks=10)
    figures = steady(20, 100, 0.1, 500)
    known = [f for f in figures if f.known_from <= day]
    one = simulate(fit(known, day, Plan(members=5)), 4, draws=20).total
    other = simulate(fit([f for f in figures if f.end <= day], day, Plan(members=5)), 4, draws=20).total
    assert np.array_equal(one, other)


def test_paths_share_their_noise_so_that_no_change_changes_nothing() -> None:
    fitted = fit(steady(10, 100, 0.1, 500), FIRST + dt.timedelta(weeks=10), Plan(members=5))
    base = simulate(fitted, 6, draws=40)
    same = simulate(
        fitted,
        6,
        draws=40,
        arrivals=base.arrivals[1:],
        change=Change(arrivals=np.ones(6), stay_days=np.zeros(6)),
    )
    assert np.array_equal(base.total, same.total)
    less = simulate(fitted, 6, draws=40, arrivals=base.arrivals[1:], change=Change(arrivals=np.full(6, 0.5)))
    assert less.arrivals[1:] == pytest.approx(0.5 * base.arrivals[1:])
    assert (less.total[1:] < base.total[1:]).all()


def test_a_limit_announced_later_is_not_known() -> None:
    late = StayLimit(FIRST, 7, share=1.0, known_from=FIRST + dt.timedelta(weeks=40))
    figures, day = steady(10, 100, 0.1, 500), FIRST + dt.timedelta(weeks=10)
    with_it = simulate(fit(figures, day, Plan(limits=(late,), members=5)), 5, draws=20)
    without = simulate(fit(figures, day, Plan(members=5)), 5, draws=20)
    assert np.array_equal(with_it.total, without.total)
