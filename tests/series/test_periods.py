"""The calendar against Python's own ISO calendar and counts by hand."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.model.periods import (
    POLARS_STEPS,
    STEPS,
    add_months,
    add_steps,
    is_finer,
    month_end,
    months_between,
    months_from,
    period_days,
    period_end,
    period_start,
    periods_from,
    steps_between,
    write_period,
    written_start,
    written_step,
)

D = dt.date
days = st.dates(D(1900, 1, 1), D(2150, 12, 31))
counts = st.integers(-600, 600)


def test_months_by_hand() -> None:
    assert add_months(D(2023, 12, 31), 1) == D(2024, 1, 1)
    assert add_months(D(2024, 1, 15), -13) == D(2022, 12, 1)
    assert months_between(D(2022, 12, 1), D(2024, 1, 31)) == 13
    assert months_between(D(2024, 1, 1), D(2023, 11, 30)) == -2
    assert [month_end(D(year, 2, 3)).day for year in (1900, 2000, 2023, 2024)] == [28, 29, 28, 29]
    assert months_from(D(2023, 11, 30), D(2024, 2, 1)) == (
        D(2023, 11, 1), D(2023, 12, 1), D(2024, 1, 1), D(2024, 2, 1),
    )  # fmt: skip
    assert months_from(D(2024, 2, 1), D(2023, 11, 1)) == ()


@given(days, counts)
def test_months_are_those_of_the_calendar(day: dt.date, count: int) -> None:
    moved = add_months(day, count)
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    assert (moved.year, moved.month, moved.day) == (year, month + 1, 1)
    assert months_between(day, moved) == count
    assert month_end(day).day == calendar.monthrange(day.year, day.month)[1]


@given(days)
def test_a_week_is_that_of_iso_8601(day: dt.date) -> None:
    start = period_start(day, "week")
    assert start == D.fromisocalendar(*day.isocalendar()[:2], 1)
    assert start.isoweekday() == 1 and start <= day <= period_end(start, "week")


@given(days, st.sampled_from(STEPS))
def test_periods_are_those_of_polars(day: dt.date, step) -> None:
    start = period_start(day, step)
    assert start == pl.Series([day]).dt.truncate(POLARS_STEPS[step])[0]
    assert start <= day <= period_end(start, step)
    assert period_days(start, step) == (period_end(start, step) - start).days + 1


@given(days, st.integers(-300, 300), st.sampled_from(STEPS))
def test_steps_add_up(day: dt.date, count: int, step) -> None:
    start = period_start(day, step)
    moved = add_steps(start, count, step)
    assert period_start(moved, step) == moved
    assert steps_between(start, moved, step) == count
    if count >= 0:
        assert len(periods_from(start, moved, step)) == count + 1


def test_quarters_and_years_by_hand() -> None:
    assert [period_start(D(2023, month, 9), "quarter").month for month in range(1, 13)] == [
        1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10,
    ]  # fmt: skip
    assert add_steps(D(2023, 10, 1), 2, "quarter") == D(2024, 4, 1)
    assert (
        period_end(D(2024, 1, 1), "quarter") == D(2024, 3, 31) and period_days(D(2024, 1, 1), "year") == 366
    )
    assert is_finer("day", "week") and is_finer("quarter", "year") and not is_finer("month", "month")


def test_periods_as_text() -> None:
    written = [write_period(D(2024, 1, 8), step) for step in STEPS]
    assert written == ["2024-01-08", "2024-01-08", "2024-01", "2024-Q1", "2024"]
    assert [written_step(text) for text in ("2024-01-05", "2024-01", "2024")] == ["day", "month", "year"]
    assert written_start("2024-05") == D(2024, 5, 1)
    for text in ("2024-13", "2024-02-30", "24", "2024-1", "2024-Q1", ""):
        with pytest.raises(ValueError):
            written_step(text)
