"""Beds, chances, extra beds and fiscal years, counted by hand on a few paths."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reception_cases import FIRST, paths_of, steady

from corridor.reception.balance import Plan, simulate
from corridor.reception.fitting import fit
from corridor.reception.needs import (
    Beds,
    Range,
    Ratios,
    chance_of_passing,
    extra_beds,
    fiscal_costs,
    fiscal_span,
    fiscal_year,
    week_table,
)

WEEK = dt.timedelta(weeks=1)
TEN = Beds(((FIRST, 10.0),))


def test_chances_by_hand() -> None:
    """Four paths: two pass in the second week, one of them and another in the third."""
    found = chance_of_passing(paths_of([[9, 9, 9, 9], [11, 12, 9, 10], [9, 12, 11, 10]]), TEN)
    assert found.above.tolist() == [0.0, 0.5, 0.5]
    assert found.ever.tolist() == [0.0, 0.5, 0.75]


def test_extra_beds_by_hand() -> None:
    paths = paths_of([[9, 9, 9, 9], [11, 12, 9, 10], [9, 12, 30, 10]])
    found = extra_beds(paths, TEN, FIRST + 2 * WEEK, 0.25)
    assert (found.extra, found.needed_by) == (2, FIRST + WEEK)
    assert (found.chance_without, found.chance_with) == (0.75, 0.25)
    assert [n for _, n in found.schedule] == [0, 1, 2]
    assert extra_beds(paths, TEN, FIRST + 2 * WEEK, 0.1).extra == 20
    assert extra_beds(paths, TEN, FIRST + 2 * WEEK, 0.8).needed_by is None


@given(st.lists(st.lists(st.integers(0, 40), min_size=8, max_size=8), min_size=1, max_size=5),
       st.integers(0, 30), st.sampled_from([0.05, 0.2, 0.5]))  # fmt: skip
def test_extra_beds_are_enough_and_one_less_is_not(totals: list[list[int]], beds: int, limit: float) -> None:
    paths = paths_of([[float(x) for x in row] for row in totals])
    room = Beds(((FIRST, float(beds)),))
    found = extra_beds(paths, room, paths.days[-1], limit)
    worst = paths.total.max(axis=0) - beds
    assert (worst > found.extra).mean() <= limit
    assert found.extra == 0 or (worst > found.extra - 1).mean() > limit
    numbers = [n for _, n in found.schedule]
    assert numbers == sorted(numbers)


def test_a_census_above_the_beds_on_day_one_needs_them_at_once() -> None:
    found = extra_beds(paths_of([[15, 15, 15], [12, 12, 12]]), TEN, FIRST + WEEK, 0.05)
    assert (found.extra, found.needed_by, found.chance_without) == (5, FIRST, 1.0)


def test_beds_change_by_date() -> None:
    beds = Beds(((FIRST, 10.0), (FIRST + 2 * WEEK, 4.0)))
    days = [FIRST - WEEK, FIRST, FIRST + WEEK, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert beds.on(days).tolist() == [10, 10, 10, 4, 4]
    assert beds.more(3, FIRST + WEEK).on(days).tolist() == [10, 10, 13, 7, 7]


def test_quantities_by_hand() -> None:
    paths = paths_of([[100.0], [120.0]], [[0.0], [46.0]])
    table = week_table(paths, Ratios(2.5, 8.0, 3.0, 45.0, Range(100, 100, 100)), TEN)
    found = {(r["item"], r["date"]): r["value"] for r in table.to_dicts() if r["quantile"] == 0.5}
    day = FIRST + WEEK
    assert found["rooms", day] == 48
    assert found["staff", day] == 10  # 9.6 rounded up
    assert found["buses", day] == 2
    assert found["meals", day] == pytest.approx(110 * 3 * 7)
    assert found["cost", day] == pytest.approx(110 * 7 * 100)
    assert ("cost", FIRST) not in found


@pytest.mark.parametrize(
    ("year", "month", "first", "last"),
    [
        (2024, 7, "2023-07-01", "2024-06-30"),
        (2024, 1, "2024-01-01", "2024-12-31"),
        (2024, 10, "2023-10-01", "2024-09-30"),
    ],
)
def test_fiscal_years_begin_and_end(year: int, month: int, first: str, last: str) -> None:
    assert tuple(map(str, fiscal_span(year, month))) == (first, last)
    assert (
        fiscal_year(dt.date.fromisoformat(first), month)
        == fiscal_year(dt.date.fromisoformat(last), month)
        == year
    )


def test_the_bill_is_person_days_times_the_rate() -> None:
    """A census that stays at 1,000 for ten weeks known and ten ahead: 140,000 person-days at 50 dollars."""
    figures = steady(10, 100, 0.1, 1000)
    fitted = fit(figures, FIRST + 10 * WEEK, Plan(members=20))
    paths = simulate(fitted, 10, draws=400)
    table = fiscal_costs(fitted, paths, Range(50, 50, 50), 1)
    half = {r["part"]: r["value"] for r in table.to_dicts() if r["quantile"] == 0.5}
    assert half["spent"] == pytest.approx(70 * 1000 * 50, rel=0.03)
    assert half["total"] == pytest.approx(140 * 1000 * 50, rel=0.1)
    assert table["covered"][0] == pytest.approx(140 / 366)


def test_the_rate_is_drawn_from_its_interval() -> None:
    draws = Range(100, 80, 120).draws(20_000, np.random.default_rng(1))
    assert np.quantile(draws, [0.05, 0.95]) == pytest.approx([80, 120], rel=0.02)
