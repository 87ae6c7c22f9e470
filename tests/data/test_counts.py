"""Tidy CSV files: what is read, and every fault with its line and column."""

from __future__ import annotations

import datetime as dt

import pytest

from corridor.data.counts import frequency_of, read_counts


def faults(text: str, **given) -> list[str]:
    return [str(fault).splitlines()[0] for fault in read_counts(text, "f.csv", **given)[1]]


def test_a_sound_file_is_read_as_it_stands():
    text = "month,from,to,n\n2023-01,SYR,GRC,5\n2023-01,AFG,GRC,2.5\n2023-02,SYR,GRC,0\n"
    read, found = read_counts(text, "f.csv")
    assert found == []
    assert read.dims == ("from", "to")
    assert read.frequency == "month"
    assert read.rows[1] == (dt.date(2023, 1, 1), ("AFG", "GRC"), 2.5, None)
    assert read.lines == (2, 3, 4)


@pytest.mark.parametrize(
    ("dates", "frequency"),
    [
        (["2021", "2022"], "year"),
        (["2021-01-01", "2022-01-01", "2023-01-01"], "year"),
        (["2021-01", "2021-02"], "month"),
        (["2021-01-01", "2021-02-01", "2021-03-01"], "month"),
        (["2021-01-30", "2021-01-31", "2021-02-01", "2021-02-02"], "day"),
        (["2021-01-04", "2021-01-11", "2021-01-18"], "point"),
        (["2021-01-04", "2021-03-19"], "point"),
        (["2021-01-01"], "month"),
        ([], "month"),
    ],
)
def test_the_frequency_follows_from_the_dates(dates, frequency):
    assert frequency_of(dates) == frequency


BAD = [
    ("", ["f.csv: is empty"]),
    ("date,value\n", ["f.csv: has a header but no rows"]),
    ("when,value\n2023-01,1\n", ["f.csv:1: there is no column 'date'"]),
    ("date,people\n2023-01,1\n", ["f.csv:1: there is no column 'value'"]),
    ("date,value,count\n2023-01,1,1\n", ["f.csv:1: more than one column could be the value"]),
    ("date,a,a,value\n2023-01,x,y,1\n", ["f.csv:1:a: the column stands there twice"]),
    ("date,,value\n2023-01,x,1\n", ["f.csv:1: column 2 has no name"]),
    ("date,value\n2023-01,1\n2023-02,-4\n", ["f.csv:3:value: -4 is negative"]),
    ("date,value\n2023-01,1\n2023-02,1e999\n", ["f.csv:3:value: '1e999' is not a number"]),
    ("date,value\n2023-01,nan\n", ["f.csv:2:value: 'nan' is not a number"]),
    ("date,value\n2023-01,\n", ["f.csv:2:value: is blank"]),
    ("date,value\n2023-13,1\n2023-01,1\n", ["f.csv:2:date: '2023-13-01' is not a day of the calendar"]),
    ("date,value\n2023-01,1\n2023-01,1\n", ["f.csv:3:date: repeats the date and the dimensions of line 2"]),
    ("date,value\n2023-02,1\n2023-01,1\n", ["f.csv:3:date: 2023-01-01 stands after 2023-02-01: the dates of a series must rise"]),
    ("date,value\n2023-01,1\n2023-02,1\n2023-02-14,1\n", ["f.csv:4:date: '2023-02-14' is not the first day of a month, as most of the others are: the frequencies are mixed"]),
    ("date,value\n2023-01,1\n2023-02,1\n2023,1\n", ["f.csv:4:date: '2023' is not a month, as most of the others are: the frequencies are mixed"]),
    ("date,value,known_from\n2023-02,1,2023-01-01\n", ["f.csv:2:known_from: 2023-01-01 is before the figure's own date, 2023-02-01"]),
    ("date,value\n2023-01,1,7\n", ["f.csv:2: the row has 3 cells, the header 2 columns"]),
    ('date,value\n2023-01,"1\n', ["f.csv:2: a quoted cell is never closed", "f.csv: has a header but no rows"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_files(text, expected):
    assert faults(text) == expected


def test_all_faults_come_at_once_and_each_series_is_judged_apart():
    text = "date,a,value\n2023-02,x,1\n2023-01,y,-1\n2023-03,x,z\n2023-01,x,4\n"
    assert [line.split(":")[1] for line in faults(text)] == ["3", "4", "5"]


def test_declared_columns_and_frequency_bind():
    text = "date,nat,value\n2023-01-01,VEN,1\n"
    assert faults(text, dims=("nationality",), frequency="month") == [
        "f.csv:1:nat: is no dimension of this dataset",
        "f.csv:1:nationality: the column is missing",
    ]
    assert faults("date,value\n2023-01-02,1\n", dims=(), frequency="month") == [
        "f.csv:2:date: '2023-01-02' is not the first day of a month"
    ]
    assert (
        faults("month,value\n2023-01,1\n", dims=(), frequency="month")[0]
        == "f.csv:1: there is no column 'date'"
    )


def test_two_figures_for_a_month_are_vintages_if_each_has_its_day():
    text = "date,value,known_from\n2023-01,10,2023-02-05\n2023-01,12,2023-03-05\n"
    assert faults(text, dims=(), frequency="month") == []
