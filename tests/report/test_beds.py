"""Which city runs out of beds by when: sentence and table, and what stands in the first screen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from browsing import settle, wait_until_drawn
from make_run import LEVELS, MANIFEST, frame, tables

from corridor.report import RunFolder
from corridor.report.sections import RunView, leads
from corridor.report.sections.people import Cities
from corridor.text import LANGS, chance

BEDS = {"census_chicago": 15_000.0, "census_denver": 4_000.0}
MARCH = dt.date(2024, 3, 1)


def expected(city: str, month: dt.date) -> float:
    """One minus the level at which the fullest day up to the month's end meets the beds, read with numpy."""
    rows = tables()["stock_months"].filter(
        scenario="no-agreement", item=city, month=month, statistic="peak_so_far"
    )
    values = rows.sort("quantile")["value"].to_list()
    return float(1 - np.interp(BEDS[city], values, LEVELS))


def beds(run: RunFolder, **changed: pl.DataFrame) -> dict[str, Any]:
    view = RunView(RunFolder(run.path, MANIFEST, {**run.tables, **changed}))
    return Cities().payload(view)[0]


def cell(block: dict[str, Any], city: str, month: dt.date) -> Any:
    row = next(row for row in block["table"]["rows"] if row["city"]["en"] == city)
    return row.get(month.isoformat())


def test_the_table_holds_the_chance_of_the_fullest_day(run: RunFolder) -> None:
    block = beds(run)
    for name, city in (("Chicago", "census_chicago"), ("Denver", "census_denver")):
        for month in (dt.date(2024, 1, 1), MARCH, dt.date(2024, 6, 1)):
            assert cell(block, name, month) == pytest.approx(expected(city, month), abs=1e-9)
    assert cell(block, "New York City", MARCH) is None  # no number of beds is declared


def test_the_sentence_names_the_chances_up_to_the_end_of_march(run: RunFolder) -> None:
    said = beds(run)["reading"]
    for lang in LANGS:
        for city, name in (("census_chicago", "Chicago"), ("census_denver", "Denver")):
            assert f"{name} {chance(expected(city, MARCH), lang)}" in said[lang]
    assert "up to 31 March 2024" in said["en"] and "31 de marzo de 2024" in said["es"]
    order = sorted(BEDS, key=lambda city: -expected(city, MARCH))
    assert [said["en"].index(name) for name in (city.split("_")[1].title() for city in order)] == sorted(
        said["en"].index(name) for name in ("Chicago", "Denver")
    )


def test_the_last_published_count_stands_with_its_day(run: RunFolder) -> None:
    points = tables()["points"].filter(item="census_denver", known=True).sort("date")
    row = next(row for row in beds(run)["table"]["rows"] if row["city"]["es"] == "Denver")
    assert row["count"] == points["value"][-1]
    few = tables()["points"].with_columns(
        value=pl.when(pl.col("item") == "census_denver").then(7.0).otherwise(pl.col("value"))
    )
    row = next(row for row in beds(run, points=few)["table"]["rows"] if row["city"]["es"] == "Denver")
    assert row["count"] == "<10"


def test_beds_that_change_leave_the_months_after_blank(run: RunFolder) -> None:
    more = frame("capacity", [("census_denver", dt.date(2024, 3, 15), 4_500.0)])
    block = beds(run, capacity=pl.concat([tables()["capacity"], more]))
    assert cell(block, "Denver", dt.date(2024, 2, 1)) == pytest.approx(
        expected("census_denver", dt.date(2024, 2, 1))
    )
    assert cell(block, "Denver", MARCH) is None and cell(block, "Chicago", MARCH) is not None


def test_a_city_without_published_counts_says_that_it_is_assumed(run: RunFolder) -> None:
    labels = run.tables["labels"].with_columns(
        tag=pl.when(pl.col("item") == "census_denver").then(pl.lit("assumed")).otherwise(pl.col("tag"))
    )
    said = beds(run, labels=labels)["reading"]
    assert "Denver (assumed) " in said["en"] and "Denver (supuesto) " in said["es"]


def test_a_chance_beyond_the_outer_quantiles_is_told_as_a_bound(run: RunFolder) -> None:
    """Ten beds, and more beds than ever people: over 99 % and under 1 %, never 0 or 100 %."""
    rows = [("census_chicago", dt.date(2023, 7, 1), 10.0), ("census_denver", dt.date(2023, 7, 1), 1e6)]
    block = beds(run, capacity=frame("capacity", rows))
    said = {lang: text.replace("\N{NO-BREAK SPACE}", " ") for lang, text in block["reading"].items()}
    assert said["en"].endswith("Chicago >99 %; Denver <1 %.") and "Chicago >99 %; Denver <1 %" in said["es"]
    assert cell(block, "Denver", MARCH)["es"].replace("\N{NO-BREAK SPACE}", " ") == "<1 %"


def test_the_page_s_sentence_names_a_city_that_is_counted(run: RunFolder) -> None:
    """Denver's beds are the shorter ones, unless nobody counts Denver."""
    denver = leads.beds(RunView(run))
    labels = run.tables["labels"].with_columns(
        tag=pl.when(pl.col("item") == "census_denver").then(pl.lit("assumed")).otherwise(pl.col("tag"))
    )
    other = leads.beds(RunView(RunFolder(run.path, MANIFEST, {**run.tables, "labels": labels})))
    assert denver is not None and other is not None
    assert {denver["links"][0]["to"], other["links"][0]["to"]} == {
        "ready/figure-census_denver",
        "ready/figure-census_chicago",
    }
    assert other["links"][0]["to"] == "ready/figure-census_chicago"


def test_no_beds_no_table(run: RunFolder) -> None:
    assert beds(run, capacity=run.tables["capacity"].clear())["type"] == "prose"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_chance_of_a_city_stands_in_the_first_screen(
    browser: Any, report: Path, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    for lang in LANGS:
        page.goto(f"{report.as_uri()}#/ready&lang={lang}")
        wait_until_drawn(page)
        box = page.query_selector("#table-capacity .reading").bounding_box()
        assert "Denver" in page.inner_text("#table-capacity .reading")
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.browser
def test_what_is_below_the_first_screen_is_one_press_away(browser: Any, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{report.as_uri()}#/evidence&lang=es")
    wait_until_drawn(page)
    link = page.query_selector(".on-page a[href='#/evidence/parameters']")
    assert link.bounding_box()["y"] < 800 and not page.is_visible("#figure-influence")
    link.click()
    settle(page)
    assert page.is_visible("#figure-influence")
    top = "document.querySelector('#parameters').getBoundingClientRect().top"
    for _ in range(60):
        if page.evaluate(top) < 200:
            break
        page.wait_for_timeout(50)
    assert page.evaluate(top) < 200
    page.close()
