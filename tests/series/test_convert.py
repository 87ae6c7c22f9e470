"""Longer periods: sums and means by hand, whole periods only, and a stock never summed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from series_cases import D, dataset, shown

from corridor.model import InputError
from corridor.model.periods import month_end
from corridor.series import PublishedSeries, ratio_of, read_series


def daily(first: dt.date, values, **more) -> PublishedSeries:
    rows = [(first + dt.timedelta(days=i), v) for i, v in enumerate(values) if v is not None]
    return read_series(dataset(rows, "day", **more))


def test_a_flow_is_summed_over_whole_months_only() -> None:
    # 25 January to 10 March 2023: only February is whole
    month = daily(D(2023, 1, 25), [1.0] * 45).at("month")
    assert month.periods == (D(2023, 2, 1),) and month.counts.tolist() == [28]
    assert month.known_from == (D(2023, 2, 28) + dt.timedelta(days=10),)
    holed = daily(D(2023, 1, 1), [1.0] * 40 + [None] + [1.0] * 60).at("month")
    assert shown(holed.counts) == [31, None, 31]
    assert shown(daily(D(2023, 1, 1), [1.0] * 40).at("year").counts) == []


def test_a_census_is_averaged_or_read_at_its_end_and_never_summed() -> None:
    # the fault that made 85,901 people 600,910: seven days of one census
    week = daily(D(2023, 12, 4), [85_843.0] * 7, kind="stock").at("week")
    assert week.periods == (D(2023, 12, 4),) and week.counts.tolist() == [85_843]
    rising = daily(D(2024, 1, 1), list(range(31)), kind="stock")
    assert rising.at("month").counts.tolist() == [15]
    assert rising.at("month", stock="last").counts.tolist() == [30]
    # half of the days must be known for a mean
    assert shown(daily(D(2024, 1, 1), [5.0] * 16, kind="stock").at("month").counts) == [5]
    assert shown(daily(D(2024, 1, 1), [5.0] * 15, kind="stock").at("month").counts) == []


def test_weeks_begin_on_monday_and_part_weeks_are_unknown() -> None:
    week = daily(D(2023, 1, 4), [1.0] * 30).at("week")  # 2023-01-04 is a Wednesday
    assert week.periods[0] == D(2023, 1, 9) and week.counts.tolist() == [7, 7, 7]
    assert week.step == "week" and week.known() == {"2023-01-09": 7, "2023-01-16": 7, "2023-01-23": 7}


def test_weeks_make_months_only_where_that_is_asked_for() -> None:
    rows = [(D(2024, 1, 1) + dt.timedelta(weeks=i), 70.0) for i in range(9)]  # to 3 March
    weekly = read_series(dataset(rows, "week"))
    with pytest.raises(InputError, match="weeks are cut by months"):
        weekly.at("month")
    month = weekly.at("month", split_weeks=True)
    # ten people a day: 31 days of January, 29 of February; March is not whole
    assert month.periods == (D(2024, 1, 1), D(2024, 2, 1))
    assert month.counts == pytest.approx([310, 290])
    stock = read_series(dataset(rows, "week", kind="stock")).at("month", split_weeks=True)
    assert stock.counts[:2] == pytest.approx([70, 70])


def test_months_make_quarters_and_years() -> None:
    rows = [(f"2022-{m:02d}", float(m)) for m in range(2, 13)] + [
        (f"2023-{m:02d}", 1.0) for m in range(1, 13)
    ]
    monthly = read_series(dataset(rows))
    assert monthly.at("quarter").known() == {
        "2022-Q2": 15, "2022-Q3": 24, "2022-Q4": 33, "2023-Q1": 3, "2023-Q2": 3, "2023-Q3": 3, "2023-Q4": 3,
    }  # fmt: skip
    assert monthly.at("year").known() == {"2023": 12}
    assert monthly.at("month") is monthly


def test_a_year_with_three_absent_months_is_no_year() -> None:
    rows = [(f"2022-{m:02d}", 100.0) for m in (1, 2, 3, 4, 5, 6, 10, 11, 12)]
    series = read_series(dataset(rows))
    assert "2022-07" not in series.known() and series.at("year").known() == {}


def test_longer_cannot_be_told_in_shorter() -> None:
    with pytest.raises(InputError, match="published by month and cannot be told by week"):
        read_series(dataset([("2022-01", 1.0)])).at("week")


def test_points_of_a_stock_stand_for_their_month_and_points_of_a_flow_for_none() -> None:
    rows = [("2024-01-05", 100.0), ("2024-01-25", 80.0), ("2024-03-20", 60.0)]
    stock = read_series(dataset(rows, "point", kind="stock"))
    assert shown(stock.at("month").counts) == [90, None, 60]
    assert shown(stock.at("month", stock="last").counts) == [80, None, 60]
    assert read_series(dataset(rows, "point")).at("month").periods == ()


def test_a_conversion_is_repeated_as_of_a_date() -> None:
    series = daily(D(2023, 1, 1), [1.0] * 90).at("month")
    assert series.counts.tolist() == [31, 28, 31]
    assert series.as_of(D(2023, 2, 28) + dt.timedelta(days=10)).counts.tolist() == [31, 28]
    split = read_series(
        dataset(
            [(D(2023, 1, 1) + dt.timedelta(days=i), k, 1.0) for i in range(31) for k in "ab"], "day", ("k",)
        ),
        ["k"],
    )
    assert split.at("month").values.tolist() == [[31, 31]] and split.at("month").total.counts.tolist() == [62]


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 1000)), min_size=20, max_size=120),
    st.dates(D(2020, 1, 1), D(2024, 1, 1)),
)
def test_no_month_is_more_than_its_days_and_nothing_is_lost(values, first) -> None:
    if all(v is None for v in values):
        return
    series = daily(first, values)
    month = series.at("month")
    by_hand = {}
    for i, value in enumerate(values):
        day = first + dt.timedelta(days=i)
        by_hand.setdefault(day.replace(day=1), []).append(value)
    whole = {m: sum(v) for m, v in by_hand.items() if len(v) == month_end(m).day and None not in v}
    known = {p: v for p, v in zip(month.periods, month.counts, strict=True) if not np.isnan(v)}
    assert known == whole


def test_a_ratio_covers_what_both_do_and_hides_what_was_not_public() -> None:
    one = read_series(dataset([("2022-01", 10.0), ("2022-02", 0.0), ("2022-03", 30.0)]))
    two = read_series(dataset([("2022-02", 5.0), ("2022-03", 6.0), ("2022-04", 8.0)]))
    found = ratio_of(one, two)
    assert found.periods == (D(2022, 2, 1), D(2022, 3, 1)) and shown(found.counts) == [None, 5]
    assert (found.offset, found.unit, one.offset) == (0.0, "ratio", 10.0)
    assert shown(found.as_of(D(2022, 3, 11)).counts) == [5] and found.as_of(D(2022, 3, 10)).periods == ()
    with pytest.raises(InputError, match="cannot be narrowed"):
        found.narrow({"k": ["a"]})
