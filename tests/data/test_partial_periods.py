"""A part of a period is never taken for a whole one: it is left out aloud, or kept or scaled where the user asks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from corridor.data import About, ReadOptions, add, load, refresh
from corridor.data.reading import understand
from corridor.data.reading.dates import is_marked_partial, written
from corridor.forecast.request import left_out, subject_of
from corridor.model import InputError
from corridor.series import partial_ends, read_series

D = dt.date
MONTHS = [f"2023-{month:02},{1000 + month}" for month in range(1, 11)]
WEEK = dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CORRIDOR_DATA", str(tmp_path / "data"))


def table(*last: str, head: str = "month,arrivals", above: str = "", below: str = "") -> bytes:
    lines = [*([above] if above else []), head, *MONTHS, *last, *([below] if below else [])]
    return ("\n".join(lines) + "\n").encode()


def wide(last: str) -> bytes:
    months = [f"{m} 2023" for m in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct")]
    return f"place,{','.join(months)},{last}\nNorth,{'10,' * 10}3\nSouth,{'20,' * 10}5\n".encode()


NOTED = [*(f"{line}," for line in MONTHS), "2023-11,400,partial data"]
FLAGGED = [*(f"{line},0" for line in MONTHS), "2023-11,400,1"]


@pytest.mark.parametrize(
    ("content", "on"),
    [
        (table("2023-11 (partial),400"), None),
        (table("2023-11 (parcial),400"), None),
        (table("2023-11 (through 12 Nov),400"), None),
        (table("2023-11 MTD,400"), None),
        (table("2023-11,400"), D(2023, 11, 12)),
        (table("2023-11,400", above='"Arrivals, data through November 12, 2023",'), None),
        (table("2023-11,400", above="Arrivals, data through November 12, 2023"), None),  # its commas are no delimiters
        (table("2023-11,400", above="Llegadas. Actualizado al 12 de noviembre de 2023"), None),
        (table("2023-11,400", below="Last updated: 2023-11-12"), None),
        (table("2023-11*,400", below="* Incomplete month."), None),
        (table("2023-11,400*", below="* Mes incompleto: parcial"), None),
        (("month,arrivals,notes\n" + "\n".join(NOTED)).encode(), None),
        (("month,arrivals,partial\n" + "\n".join(FLAGGED)).encode(), None),
    ],
    ids=["partial", "parcial", "through", "MTD", "on", "title", "title_cut", "actualizado", "updated", "star", "star_count", "notes", "flags"],
)  # fmt: skip
def test_a_last_month_that_is_not_whole_is_left_out_and_said(content, on):
    found = understand(content, "a.csv", on=on)
    assert found.table["date"].max() == D(2023, 10, 1)
    assert found.table["value"].to_list() == list(range(1001, 1011))
    assert not found.dims
    assert any("the month from 2023-11-01 on is not whole" in note for note in found.notes)


def test_the_header_of_a_month_across_says_it_too():
    found = understand(wide("Nov 2023 (partial)"), "a.csv")
    assert found.table["date"].max() == D(2023, 10, 1)
    assert found.table.group_by("place").agg(pl.col("value").sum()).sort("place").rows() == [("North", 100), ("South", 200)]  # fmt: skip
    assert understand(wide("Nov 2023"), "a.csv").table["date"].max() == D(2023, 11, 1)


@pytest.mark.parametrize("on", [D(2023, 11, 30), D(2024, 2, 1), None])
def test_a_month_that_had_ended_is_whole(on):
    found = understand(table("2023-11,400", above="As of 30 November 2023"), "a.csv", on=on)
    assert found.table["date"].max() == D(2023, 11, 1)


def test_a_mark_in_the_middle_makes_its_month_unknown():
    lines = [line.replace("2023-04", "2023-04 (partial)") for line in MONTHS]
    found = understand(("month,arrivals\n" + "\n".join(lines)).encode(), "a.csv")
    assert [(gap.start, gap.end) for gap in found.gaps] == [(D(2023, 4, 1), D(2023, 4, 1))]
    assert found.table.height == 9


def test_keep_and_scale_are_the_users_word():
    content = table("2023-11,400")
    kept = understand(content, "a.csv", ReadOptions(partial="keep"), on=D(2023, 11, 12))
    assert kept.table["value"][-1] == 400
    # 12 of the 30 days of November: 400 · 30 / 12 = 1,000
    scaled = understand(content, "a.csv", ReadOptions(partial="scale", covers_to=D(2023, 11, 12)))
    assert scaled.table["value"][-1] == 1000
    with pytest.raises(InputError, match="--covers-to"):
        understand(content, "a.csv", ReadOptions(partial="scale"), on=D(2023, 11, 12))


def test_a_first_month_that_began_late():
    content = table()
    found = understand(content, "a.csv", ReadOptions(covers_from=D(2023, 1, 17)))
    assert found.table["date"].min() == D(2023, 2, 1)
    # 15 of the 31 days of January
    scaled = understand(content, "a.csv", ReadOptions(covers_from=D(2023, 1, 17), partial="scale"))
    assert scaled.table["value"][0] == round(1001 * 31 / 15)
    said = understand(table(above="Arrivals since 17 January 2023"), "a.csv")
    assert said.table["date"].min() == D(2023, 2, 1)


@pytest.mark.parametrize(
    ("text", "partial"),
    [
        ("2024 (Jan-Sep)", True), ("2024 (January - December)", False), ("2024 YTD", True), ("2024 (to date)", True),
        ("2024 (enero-septiembre)", True), ("Nov 2023 - partial", True), ("2024", False), ("2023-11 (p)", False),
        ("2023 (revised)", False), ("Oct-Dec 2023", False), ("2025 (FYTD)", True),
    ],
)  # fmt: skip
def test_marks_of_a_date(text, partial):
    assert is_marked_partial(text) is partial
    assert written(text) is not None


def test_a_year_to_date_is_no_year():
    lines = [f"{year},{year}" for year in range(2010, 2024)]
    found = understand(("year,arrivals\n" + "\n".join(lines) + "\n2024 (Jan-Sep),300\n").encode(), "a.csv")
    assert found.table["date"].max() == D(2023, 1, 1)
    assert found.table["value"][-1] == 2023


def test_weeks_end_on_the_day_that_is_written():
    lines = [f"{D(2023, 1, 7) + at * WEEK},{100 + at}" for at in range(20)]  # Saturdays, the last 20 May
    content = ("week ending,arrivals\n" + "\n".join(lines)).encode()
    assert understand(content, "a.csv", on=D(2023, 5, 20)).table.height == 20
    found = understand(content, "a.csv", on=D(2023, 5, 19))
    assert found.table.height == 19 and "the week from 2023-05-15 on is not whole" in found.notes[-1]
    starting = content.replace(b"week ending", b"week starting")
    assert understand(starting, "a.csv", on=D(2023, 5, 25)).table.height == 19
    assert understand(starting, "a.csv", on=D(2023, 5, 26)).table.height == 20


def test_a_level_is_never_partial():
    found = understand(table("2023-11,1012", head="month,census"), "a.csv", on=D(2023, 11, 12))
    assert found.kind == "stock" and found.table["date"].max() == D(2023, 11, 1)


def test_a_count_that_looks_partial_is_said_and_kept():
    lines = [f"{2022 + at // 12}-{at % 12 + 1:02},{1000 + at}" for at in range(20)]
    content = ("month,arrivals\n" + "\n".join([*lines, "2023-09,320"])).encode()
    found = understand(content, "a.csv")
    assert found.table["value"][-1] == 320
    assert "counts 320, less than half of each of the 12 before it" in found.notes[-1]
    assert not any(
        "less than half" in note for note in understand(content.replace(b",320", b",700"), "a.csv").notes
    )


def test_a_file_of_one_part_of_a_month_asks():
    with pytest.raises(InputError, match="--partial keep"):
        understand(b"month,arrivals\n2023-11 (partial),400\n2023-12 (partial),300\n", "a.csv")


def test_a_status_column_of_other_words_is_left_alone():
    lines = [f"{line},{'in progress' if at % 2 else 'done'}" for at, line in enumerate(MONTHS)]
    assert understand(("month,cases,status\n" + "\n".join(lines)).encode(), "a.csv").table.height == 10


def test_the_next_edition_makes_the_month_whole():
    add(table("2023-11,400"), "a.csv", "mine", About(), D(2023, 11, 12), edition=D(2023, 11, 12))
    assert load("mine").table["date"].max() == D(2023, 10, 1)
    again = refresh(table("2023-11,990", "2023-12,200"), "b.csv", "mine", D(2023, 12, 6))
    assert any("2023-12-01 on is not whole" in note for note in again.warnings)
    assert load("mine").table.sort("date")["value"].to_list()[-1] == 990
    assert load("mine").as_of(D(2023, 11, 20)).table["date"].max() == D(2023, 10, 1)


def test_days_that_do_not_fill_the_first_and_last_week_are_named():
    first = D(2023, 1, 5)  # a Thursday; 60 days end on Sunday 5 March
    lines = [f"{first + dt.timedelta(days=at)},10" for at in range(58)]
    add(("date,arrivals\n" + "\n".join(lines)).encode(), "a.csv", "mine", About(), D(2023, 4, 1))
    said = left_out(load("mine"))
    assert said == (
        "the week from 2023-01-02 on is left out: 4 of its 7 days are published",
        "the week from 2023-02-27 on is left out: 5 of its 7 days are published",
    )
    panel = subject_of(load("mine"))[0].panel
    assert (panel.months[0], panel.months[-1]) == (D(2023, 1, 9), D(2023, 2, 20))
    assert (panel.values == 70).all()
    months = partial_ends(read_series(load("mine")), "month")
    assert [(one.start, one.days, one.of) for one in months] == [
        (D(2023, 1, 1), 27, 31),
        (D(2023, 3, 1), 3, 31),
    ]


def test_a_week_that_one_of_two_places_has_not_reported_is_left_out():
    lines = [f"{D(2023, 1, 2) + at * WEEK},{place},{100 + at}" for at in range(30) for place in "AB"][:-1]
    add(("week,place,arrivals\n" + "\n".join(lines)).encode(), "a.csv", "mine", About(), D(2023, 9, 1))
    panel = subject_of(load("mine"))[0].panel
    assert panel.months[-1] == D(2023, 1, 2) + 28 * WEEK
    assert panel.values[-1, 0] == 2 * 128
    assert "a part of their total was not published (2023-07-24)" in left_out(load("mine"))[0]
    # the place that has reported is forecast to its last week
    alone = subject_of(load("mine"), (), {"place": ["A"]})[0].panel
    assert alone.months[-1] == D(2023, 1, 2) + 29 * WEEK and np.isfinite(alone.values).all()
    assert not left_out(load("mine"), {"place": ["A"]})


def test_months_that_have_not_come_are_no_counts():
    planned = [f"2024-{month:02},0" for month in range(1, 7)]
    done = add(
        table("2023-11,900", "2023-12,950", *planned),
        "a.csv",
        "mine",
        About(),
        D(2024, 1, 20),
        edition=D(2024, 1, 20),
    )
    assert load("mine").table["date"].max() == D(2023, 12, 1)
    assert any("5 dates after 2024-01-20" in note for note in done.warnings)
    assert any("the month from 2024-01-01 on is not whole" in note for note in done.warnings)
    with pytest.raises(InputError, match="begins on 2023-01-01, after 2022-05-01"):
        add(table(), "a.csv", "other", About(), D(2022, 5, 1), edition=D(2022, 5, 1))


def test_years_across_with_small_counts_and_a_year_to_date():
    """Counts from 1 to 12 below a year are no months."""
    found = understand(b"place,2019,2020,2021,2022,2023 (Jan-Jun)\nA,10,11,12,9,6\nB,8,7,12,10,9\n", "a.csv")
    assert found.frequency == "year" and found.dims == ("place",)
    assert found.table.filter(place="A")["value"].to_list() == [10, 11, 12, 9]
    assert found.table.filter(place="B")["value"].to_list() == [8, 7, 12, 10]


def test_a_title_with_as_many_commas_as_the_header():
    head = "Boats, week of 1 January 2024 to 14 January 2024\nweek,arrivals\n"
    rows = "".join(f"{D(2023, 11, 6) + at * WEEK},{50 + at}\n" for at in range(10))
    assert understand((head + rows).encode(), "a.csv").table["value"].to_list() == list(range(50, 60))


def test_a_status_says_nothing_of_the_period():
    rows = "".join(
        f"{D(2023, 11, 6) + at * WEEK},{'Partial' if at % 2 else 'Full'},{50 + at}\n" for at in range(10)
    )
    assert understand(("week,status,arrivals\n" + rows).encode(), "a.csv").table.height == 10
