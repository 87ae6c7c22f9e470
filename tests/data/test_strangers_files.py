"""Files in the layouts of publishers met for the first time: read to the values put in, or refused with what to pass."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.data.reading import ReadOptions, understand
from corridor.data.reading.nested import age_range
from corridor.data.reading.words import dash_is_zero, is_surely_total
from corridor.model import InputError
from data.messy_files import Messy, check_step_and_notes, refuse_or_read, values
from data.strangers_files import STRANGERS

D = dt.date


@pytest.mark.parametrize("case", STRANGERS, ids=lambda case: case.id)
def test_a_file_of_a_stranger(case: Messy):
    found = refuse_or_read(case)
    assert values(found) == case.holds
    check_step_and_notes(case, found)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Y_LT14", (0, 13)), ("Y14-17", (14, 17)), ("Y_GE65", (65, 150)), ("18 to 24", (18, 24)), ("Under 18", (0, 17)),
        ("65 and over", (65, 150)), ("aged 0-4 years", (0, 4)), ("65+", (65, 150)), ("adult", None), ("2023-01", None),
    ],
)  # fmt: skip
def test_ages(text, ages):
    assert age_range(text) == ages


def test_ages_that_overlap_in_part_are_asked_for():
    rows = "".join(f"2023-0{m},{age},5\n" for m in (1, 2, 3) for age in ("0-17", "15-24", "25-64", "65+"))
    with pytest.raises(InputError, match="ages of column 'Age' overlap") as caught:
        understand(f"Date,Age,Count\n{rows}".encode(), "a.csv")
    assert "--additive no" in str(caught.value)
    found = understand(f"Date,Age,Count\n{rows}".encode(), "a.csv", ReadOptions(additive=False))
    assert found.table.height == 12


def test_a_subtotal_must_be_the_sum_in_every_cell():
    """North is the sum of A and B in all three months but for one person in the last: it stays."""
    rows = {"North": (30, 40, 51), "A": (10, 15, 20), "B": (20, 25, 30)}
    text = "Place,2023-01,2023-02,2023-03\n" + "".join(
        f"{name},{','.join(map(str, v))}\n" for name, v in rows.items()
    )
    assert understand(text.encode(), "a.csv").table.height == 9
    whole = text.replace("51", "50")
    assert set(understand(whole.encode(), "a.csv").table["Place"]) == {"A", "B"}
    below = "Place,2023-01,2023-02,2023-03\nA,10,15,20\nB,20,25,30\nNorth,30,40,50\n"
    assert set(understand(below.encode(), "a.csv").table["Place"]) == {"A", "B"}
    assert set(understand(whole.encode(), "a.csv", ReadOptions(additive=False)).table["Place"]) == set(rows)


def test_periods_over_categories_are_made_rows():
    text = "Sector,January 2023,,February 2023,\n,Families,Adults,Families,Adults\nTucson,1,2,3,4\nYuma,5,6,7,8\n"
    found = understand(text.encode(), "a.csv")
    values = {row[:-1]: row[-1] for row in found.table.select("date", *found.dims, "value").iter_rows()}
    assert values[(D(2023, 2, 1), "Tucson", "Adults")] == 4
    assert values[(D(2023, 1, 1), "Yuma", "Families")] == 5
    assert len(values) == 8


@pytest.mark.parametrize(
    ("notes", "zero"),
    [("(-) Significa cero.", True), ("- means zero", True), ("'–' : nil", True), ("(-) not available", False), ("", False)],
)  # fmt: skip
def test_a_dash_is_zero_only_where_a_note_says_so(notes, zero):
    assert dash_is_zero(notes) == zero


def test_totals_named_with_their_year():
    told = [
        "2023 Total",
        "Total 2023",
        "FY 2024 total",
        "Annual total",
        "European Union - 27 countries (from 2020)",
    ]
    assert all(map(is_surely_total, told))
    assert not any(map(is_surely_total, ["2023", "Total single adults", "Totalán"]))


def total(text: str, file: str = "a.csv", **options) -> dict[dt.date, float]:
    found = understand(text.encode(), file, ReadOptions(**options))
    return dict(found.table.group_by("date").agg(pl.col("value").sum()).sort("date").iter_rows())


READ = {
    "year_ending": ("Date,Boats,Lorries,Total\nYear ending Dec 2018,299,3000,3299\nYear ending Dec 2019,1843,3100,4943\n",
                    {D(2018, 1, 1): 3299, D(2019, 1, 1): 4943}),
    "provisional": ("Date,Arrivals\n2023 Q1 [P],299\n2023 Q2 (P),1843\n", {D(2023, 1, 1): 299, D(2023, 4, 1): 1843}),
    "numbered_weeks": ("Reporting week;Individuals\nWeek 12 (18–24 March 2024);120\nWeek 13 (25–31 March 2024);130\n"
                       "Week 18 (29 April - 5 May 2024);90\n",
                       {D(2024, 3, 18): 120, D(2024, 3, 25): 130, D(2024, 4, 29): 90}),
    "years_in_rows": ("Month,Crossings\n2022,\nJanuary,100\nFebruary,110\n2023,\nJanuary,200\nFebruary,210\n",
                      {D(2022, 1, 1): 100, D(2022, 2, 1): 110, D(2023, 1, 1): 200, D(2023, 2, 1): 210}),
    "years_in_rows_with_totals": ("Period,Crossings\n2022,210\nJanuary,100\nFebruary,110\n2023,410\nJanuary,200\nFebruary,210\n",
                                  {D(2022, 1, 1): 100, D(2022, 2, 1): 110, D(2023, 1, 1): 200, D(2023, 2, 1): 210}),
    "fiscal_title": ("Detention,,,\nFY2024 YTD,,,\nSex,Oct,Nov,Dec\nMale,100,110,120\nFemale,10,11,12\n",
                     {D(2023, 10, 1): 110, D(2023, 11, 1): 121, D(2023, 12, 1): 132}),
    "fiscal_heads": ("Sector,FY22 AUG,FY22 SEP,FY23 OCT,FY23 NOV\nTucson,10,20,30,60\nYuma,1,2,3,6\n",
                     {D(2022, 8, 1): 11, D(2022, 9, 1): 22, D(2022, 10, 1): 33, D(2022, 11, 1): 66}),
    "a_second_table": ("Month,Greece,Italy\nJan 2023,5,6\nFeb 2023,7,8\n\nTable 2 by sex,,\nMonth,Men,Women\nJan 2023,9,2\n",
                       {D(2023, 1, 1): 11, D(2023, 2, 1): 15}),
    "a_header_on_every_page": ("Date,Arrivals\n2023-01-01,5\nDate,Arrivals\n2023-01-02,6\n", {D(2023, 1, 1): 5, D(2023, 1, 2): 6}),
    "totals_without_a_name": ("Route,Nationality,Jan-23,Feb-23\nA,X,5,6\nB,X,1,2\nA,Y,4,4\n,,10,12\n",
                              {D(2023, 1, 1): 10, D(2023, 2, 1): 12}),
    "a_year_so_far": ("Month,2023,2024 YTD\nJan,120,150\nFeb,100,130\nMar,85,\n",
                      {D(2023, 1, 1): 120, D(2023, 2, 1): 100, D(2023, 3, 1): 85, D(2024, 1, 1): 150, D(2024, 2, 1): 130}),
    "a_row_of_changes": ("Year,Boats,Lorries,Total\n2018,299,3768,4067\n2019,1843,4106,5949\n\"Change, latest year\",+516%,+9%,+46%\nNotes:,,,\n",
                         {D(2018, 1, 1): 4067, D(2019, 1, 1): 5949}),
    "sdmx": ("DATAFLOW,LAST UPDATE,freq,sex,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\nE:M(1.0),14/11/25 23:00:00,M,T,TOTAL,EL,2023-01,5,\n"
             "E:M(1.0),14/11/25 23:00:00,M,T,TOTAL,IT,2023-01,10,p\nE:M(1.0),14/11/25 23:00:00,M,T,TOTAL,IT,2023-02,,\n",
             {D(2023, 1, 1): 15}),
}  # fmt: skip
ASKED = {
    "fiscal_quarters": ("Quarter,Removals\nFY2024 Q1,100\nFY2024 Q2,120\n", "--fiscal-start", {"fiscal_start": 10},
                        {D(2023, 10, 1): 100, D(2024, 1, 1): 120}),
    "running_totals": ("Month,Cumulative arrivals\n2023-01,100\n2023-02,250\n", "--kind stock", {"kind": "stock"},
                       {D(2023, 1, 1): 100, D(2023, 2, 1): 250}),
    "two_units": ("Indicator,Unit,Month,Value\nArrivals,persons,2023-01,5\nBoats,boats,2023-01,1\n", "--additive no",
                  {"additive": False}, {D(2023, 1, 1): 6}),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_one_more_layout(name):
    text, expected = READ[name]
    assert total(text) == expected


@pytest.mark.parametrize("name", ASKED)
def test_one_more_choice(name):
    text, option, cure, expected = ASKED[name]
    with pytest.raises(InputError) as caught:
        understand(text.encode(), "a.csv")
    assert len(caught.value.faults) == 1
    assert option in str(caught.value)
    assert total(text, **cure) == expected


def test_a_sheet_for_each_period():
    from data.spreadsheets import xlsx

    sheets = {
        "Jan-2024": [["Country", "Count"], ["Mali", 5], ["Chad", 6]],
        "Feb-2024": [["Country", "Count"], ["Mali", 7], ["Chad", 8]],
    }
    found = understand(xlsx(sheets), "a.xlsx")
    assert found.table.select("date", "Country", "value").sort("date", "Country").rows() == [
        (D(2024, 1, 1), "Chad", 6), (D(2024, 1, 1), "Mali", 5), (D(2024, 2, 1), "Chad", 8), (D(2024, 2, 1), "Mali", 7)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "value"),
    [("0.288,0.291,0.305", 0.288), ("0.288,1.291,2.305", 0.288), ("1.288,1.291,1.305", 1288)],
)
def test_what_begins_with_a_zero_is_no_group_of_thousands(cells: str, value: float) -> None:
    rows = "".join(f"2024-0{at}-01,{cell}\n" for at, cell in enumerate(cells.split(","), 1))
    assert understand(f"month,value\n{rows}".encode(), "a.csv").table["value"][0] == value
