"""Weeks, quarters and stocks: lengths of periods, absent periods, invariants of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from corridor.data import check_dataset, load
from corridor.data.timing import absent_runs, published
from corridor.model import InputError
from corridor.series import read_series

D = dt.date


@pytest.mark.parametrize(
    ("frequency", "date", "public"),
    [
        ("day", D(2023, 12, 31), D(2024, 1, 3)),
        ("week", D(2023, 12, 18), D(2023, 12, 27)),  # ends on Sunday the 24th
        ("month", D(2024, 2, 1), D(2024, 3, 3)),  # a leap year
        ("quarter", D(2023, 10, 1), D(2024, 1, 3)),
        ("year", D(2023, 1, 1), D(2024, 1, 3)),
        ("point", D(2023, 12, 31), D(2024, 1, 3)),
    ],
)
def test_a_figure_is_public_three_days_after_its_period(frequency, date, public):
    assert pl.DataFrame({"date": [date]}).select(published(frequency, 3)).item() == public


def test_absent_runs_by_hand():
    mondays = [D(2024, 1, 1), D(2024, 1, 8), D(2024, 1, 29), D(2024, 2, 12)]
    assert absent_runs(mondays, "week") == [
        (D(2024, 1, 15), D(2024, 1, 22)),
        (D(2024, 2, 5), D(2024, 2, 5)),
    ]
    assert absent_runs([D(2023, 1, 1), D(2023, 10, 1)], "quarter") == [(D(2023, 4, 1), D(2023, 7, 1))]
    assert absent_runs(mondays, "point") == []
    assert absent_runs([], "day") == []


def weekly(date: dt.date):
    table = pl.DataFrame({"date": [date], "value": [3], "known_from": [date + dt.timedelta(days=13)]})
    return replace(load("honduras_entries_total"), frequency="week", lag_days=7, table=table, gaps=())


def test_a_week_begins_on_a_monday():
    check_dataset(weekly(D(2024, 1, 1)))
    with pytest.raises(InputError) as caught:
        check_dataset(weekly(D(2024, 1, 2)))
    assert "first day of a week" in str(caught.value.faults)


def test_weekly_series_have_a_full_grid():
    table = pl.DataFrame(
        {
            "date": [D(2024, 1, 1), D(2024, 1, 15)],
            "value": [3, 4],
            "known_from": [D(2024, 1, 14), D(2024, 1, 28)],
        }
    )
    series = read_series(replace(weekly(D(2024, 1, 1)), table=table))
    assert series.periods == (D(2024, 1, 1), D(2024, 1, 8), D(2024, 1, 15))
    assert series.known() == {"2024-01-01": 3, "2024-01-15": 4}
