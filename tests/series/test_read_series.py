"""What is unknown, what is zero and what may be asked for, against counts by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from series_cases import D, dataset, shown

from corridor.data import load
from corridor.model import Gap, InputError
from corridor.series import read_series

ROWS = [
    ("2022-01", "CUB", 5), ("2022-01", "HTI", 7), ("2022-02", "CUB", 6), ("2022-04", "HTI", 9),
]  # fmt: skip


def test_a_month_without_any_row_is_unknown_whatever_absent_means() -> None:
    for absent in ("zero", "unknown"):
        series = read_series(dataset(ROWS, dims=("nationality",), absent=absent))
        assert series.periods == (D(2022, 1, 1), D(2022, 2, 1), D(2022, 3, 1), D(2022, 4, 1))
        assert shown(series.counts) == [12, 6, None, 9]


def test_a_combination_absent_from_a_published_month_is_zero_only_where_the_publisher_says_so() -> None:
    for absent, value in (("zero", 0.0), ("unknown", None)):
        series = read_series(dataset(ROWS, dims=("nationality",), absent=absent), ["nationality"])
        assert series.labels == ("CUB", "HTI")
        assert shown(series.values[:, 0]) == [5, 6, None, value]
        assert shown(series.values[:, 1]) == [7, value, None, 9]
        assert series.printed.tolist() == [[True, True], [True, False], [False, False], [False, True]]
        only = read_series(dataset(ROWS, dims=("nationality",), absent=absent), (), {"nationality": ["HTI"]})
        assert shown(only.counts) == [7, value, None, 9]
        assert series.total.counts[0] == 12 and series.narrow({"nationality": ["HTI"]}).labels == ("HTI",)


def test_a_gap_is_unknown_and_one_in_a_category_does_not_blank_the_total() -> None:
    gaps = (Gap(start=D(2022, 2, 1), end=D(2022, 2, 1), note="false zero", where={"nationality": ("HTI",)}),)
    data = dataset(ROWS, dims=("nationality",), absent="zero", gaps=gaps)
    split = read_series(data, ["nationality"])
    assert shown(split.values[:, 1]) == [7, None, None, 9] and shown(split.total.counts) == [12, 6, None, 9]
    assert shown(read_series(data, (), {"nationality": ["HTI"]}).counts)[1] is None


def test_a_sum_is_unknown_where_an_area_of_it_is_missing() -> None:
    rows = [(month, area, 5) for month in ("2022-01", "2022-02") for area in ("east", "west")]
    gap = Gap(start=D(2022, 2, 1), end=D(2022, 2, 1), note="closed", where={"area": ("west",)})
    data = dataset(rows, dims=("area",), absent="zero", gaps=(gap,))
    assert shown(read_series(data).counts) == [10, None]
    assert [shown(row) for row in read_series(data, ["area"]).values] == [[5, 5], [5, None]]
    assert shown(read_series(data, (), {"area": ["east"]}).counts) == [5, 5]


def test_detail_that_was_not_given_is_unknown_but_the_total_is_known() -> None:
    rows = [("2019-09", "", 40), ("2019-10", "CUB", 5), ("2019-10", "", 2), ("2019-11", "HTI", 7)]
    data = dataset(rows, dims=("nationality",), absent="zero")
    assert shown(read_series(data).counts) == [40, 7, 7]
    split = read_series(data, ["nationality"])
    assert split.parts == (("",), ("CUB",), ("HTI",))  # a rest without a name stands beside the named
    assert [shown(row) for row in split.values] == [[None, None, None], [2, 5, 0], [0, 0, 7]]


def test_a_blank_that_has_a_label_is_counted_under_it() -> None:
    rows = [("2019-09", "", 40), ("2019-10", "CUB", 5)]
    data = dataset(rows, dims=("nationality",), absent="zero")
    codes = {"nationality": {"CUB": "CUB", "": "OOO"}}
    series = read_series(data, ["nationality"], codes=codes)
    assert series.table(printed_only=True).select("date", "nationality", "value").rows() == [
        (D(2019, 9, 1), "OOO", 40.0), (D(2019, 10, 1), "CUB", 5.0),
    ]  # fmt: skip


def test_codes_of_one_label_are_counted_together_and_others_left_out() -> None:
    rows = [("2022-01", "RUS", 3), ("2022-01", "UKR", 4), ("2022-01", "XXX", 90), ("2022-02", "UKR", 1)]
    data = dataset(rows, dims=("nationality",), absent="zero")
    codes = {"nationality": {"RUS": "XEA", "UKR": "XEA", "XXX": None}}
    series = read_series(data, ["nationality"], codes=codes, parts=[("VEN",)])
    assert series.labels == ("VEN", "XEA")
    assert [shown(row) for row in series.values] == [[0, 7], [0, 1]]
    assert series.table(printed_only=True).select("date", "nationality", "value").rows() == [
        (D(2022, 1, 1), "XEA", 7.0), (D(2022, 2, 1), "XEA", 1.0),
    ]  # fmt: skip


def test_what_the_dataset_lacks_is_a_fault_with_the_near_names() -> None:
    data = dataset(ROWS, dims=("nationality",), absent="zero")
    with pytest.raises(InputError, match="mine has no nationality 'HIT'") as caught:
        read_series(data, (), {"nationality": ["HIT"]})
    assert caught.value.hint == "did you mean 'HTI'?"
    with pytest.raises(InputError, match="no dimension 'nationalty'") as caught:
        read_series(data, ["nationalty"])
    assert caught.value.hint == "did you mean 'nationality'?"
    # beside a known code, and every one of several
    with pytest.raises(InputError) as caught:
        read_series(data, (), {"nationality": ["CUB", "XYZ", "HIT"]})
    assert [fault.message[-5:] for fault in caught.value.faults] == ["'HIT'", "'XYZ'"]
    # a code that is not public yet is no fault
    early = data.as_of(D(2022, 1, 1))
    assert read_series(early, (), {"nationality": ["HTI"]}).periods == ()


def test_rows_that_may_not_be_summed() -> None:
    rows = [("2022-01", "max", 5), ("2022-01", "min", 4), ("2022-03", "max", 6)]
    data = dataset(rows, dims=("measure",), additive=False)
    with pytest.raises(InputError, match="may not be summed"):
        read_series(data)
    assert shown(read_series(data, (), {"measure": ["max"]}).counts) == [5, None, 6]
    assert [shown(row) for row in read_series(data, ["measure"]).values] == [[5, 4], [None, None], [6, None]]
    # two reports of one figure differ only in what tells of the figure
    reports = [("2022-01", "census", "A", 5), ("2022-01", "census", "B", 7)]
    both = dataset(reports, "point", ("measure", "publisher"), additive=False, kind="stock")
    assert shown(read_series(both, (), {"measure": ["census"]}).counts) == [6]


def test_as_of_gives_what_was_public_and_the_figures_of_that_day() -> None:
    series = read_series(dataset(ROWS, dims=("nationality",), absent="zero"))
    assert series.known_from[:3] == (D(2022, 1, 11), D(2022, 2, 11), None)
    assert shown(series.as_of(D(2022, 2, 10)).counts) == [12]
    assert series.as_of(D(2022, 1, 1)).periods == ()
    vintages = pl.DataFrame(
        {"date": [D(2022, 1, 1)] * 2, "value": [10.0, 12.0], "known_from": [D(2022, 2, 1), D(2022, 3, 1)]}
    )
    revised = dataset([("2022-01", 12)], vintages=vintages)
    assert read_series(revised).as_of(D(2022, 2, 15)).counts.tolist() == [10]
    assert read_series(revised).as_of(D(2022, 3, 15)).counts.tolist() == [12]


def test_an_edition_that_begins_later_leaves_the_months_between_unknown() -> None:
    held = dataset([("2023-01", 10), ("2023-02", 12), ("2023-06", 9)], absent="zero")
    assert shown(read_series(held).counts) == [10, 12, None, None, None, 9]


def test_shipped_figures_are_those_of_the_publisher() -> None:
    us = read_series(load("us_southwest_encounters"))
    assert us.known()["2023-12"] == 301_981 and us.known()["2024-01"] == 176_195
    split = read_series(load("us_southwest_encounters"), ["nationality"])
    at = split.position(D(2023, 12, 1))
    assert split.values[at].sum() == 301_981
    assert (
        split.known("VEN")
        == read_series(load("us_southwest_encounters"), (), {"nationality": ["VEN"]}).known()
    )


def test_the_parts_are_named_and_looked_up() -> None:
    rows = [("2022-01", "CUB", "single", 5), ("2022-01", "CUB", "family", 7)]
    series = read_series(dataset(rows, dims=("nationality", "household")), ["nationality", "household"])
    assert series.labels == ("CUB|family", "CUB|single") and series.column("CUB|single") == 1
    assert series.known("CUB|family") == {"2022-01": 7}
    with pytest.raises(InputError, match="no part 'CUB'"):
        series.column("CUB")
    with pytest.raises(ValueError, match="2 parts"):
        _ = series.counts


def test_points_are_dates_of_their_own() -> None:
    series = read_series(dataset([("2024-01-05", 100), ("2024-03-20", 80)], "point", kind="stock"))
    assert series.periods == (D(2024, 1, 5), D(2024, 3, 20)) and series.position(D(2024, 3, 20)) == 1
    assert series.position(D(2024, 2, 1)) == -1
    assert series.known() == {"2024-01-05": 100, "2024-03-20": 80}
    assert series.last_day(D(2024, 1, 5)) == D(2024, 1, 5)
    assert series.known_from == (D(2024, 1, 15), D(2024, 3, 20) + dt.timedelta(days=10))
