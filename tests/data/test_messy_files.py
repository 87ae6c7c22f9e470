"""Every messy file is read to the values counted by hand, or refused with one sentence that says what to pass."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.data.reading import ReadOptions, understand
from data.messy_files import COMBINED, ONE_TRAP, Messy, check_step_and_notes, refuse_or_read, values


@pytest.mark.parametrize("case", [*ONE_TRAP, *COMBINED], ids=lambda case: case.id)
def test_a_messy_file(case: Messy):
    found = refuse_or_read(case)
    if case.id == "spelled_twice":
        case.holds.clear()
        spelled = {"Turkey", "Türkiye", "TÜRKIYE"} & set(found.table["Country"])
        assert len(spelled) == 1
        name = spelled.pop()
        case.holds.update(
            {(dt.date(2023, m, 1), who): v for m, who, v in
             [(1, name, 5), (2, name, 6), (3, name, 7), (1, "Mali", 1), (2, "Mali", 2), (3, "Mali", 3)]}
        )  # fmt: skip
        assert found.dims == ("Country", "shelter_name")
        found = type(found)(**{**vars(found), "dims": ("Country",)})
    assert values(found) == case.holds
    check_step_and_notes(case, found)


def test_there_are_thirty_and_ten_and_few_need_an_option():
    assert len(ONE_TRAP) >= 30
    assert len(COMBINED) == 10
    assert sum(not case.refused for case in ONE_TRAP) >= 20


def test_a_cell_that_is_not_published_is_a_gap_of_its_category():
    """In Eurostat's file, Austria's February is ':'; the month itself is published for Belgium."""
    eurostat = next(case for case in COMBINED if case.id == "eurostat")
    found = understand(eurostat.content, eurostat.file)
    assert [(gap.start, gap.where) for gap in found.gaps] == [(dt.date(2023, 2, 1), {"geo": ("AT",)})]
    missing = next(case for case in ONE_TRAP if case.id == "missing")
    assert [(gap.start, gap.end) for gap in understand(missing.content, "a.csv").gaps] == [
        (dt.date(2023, 2, 1), dt.date(2023, 3, 1))
    ]


def test_rows_of_totals_are_kept_where_rows_are_not_additive():
    totals = next(case for case in ONE_TRAP if case.id == "totals")
    found = understand(totals.content, totals.file, ReadOptions(additive=False))
    assert found.table.filter(pl.col("country") == "Total")["value"].sum() == 14
