"""Past forecasts in the report: the sentence of each date, and the slider in a real Chromium."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import settle, wait_until_drawn
from make_run import MANIFEST, PAST, tables

from corridor.report import RunFolder, write_html
from corridor.report.sections import RunView
from corridor.report.sections.outlook import Outlook
from corridor.report.sections.past import past_reading, past_views
from corridor.text import LANGS, day, number, rounded


def levels(median: float) -> dict[float, float]:
    return {0.1: median - 10_000, 0.5: median, 0.9: median + 10_000}


def test_the_sentence_names_forecast_count_and_months_inside() -> None:
    """By hand: the count of May lies inside 90,000–110,000, that of June above it, that of July was held back."""
    months = [dt.date(2023, month, 1) for month in (5, 6, 7, 8)]
    forecast = {month: levels(100_000.0) for month in months}
    counts = [[months[0], 104_321.0, True], [months[1], 130_000.0, True], [months[2], "<10", False]]
    said = past_reading(dt.date(2023, 5, 31), forecast, counts)
    plain = said["en"].replace("\N{NO-BREAK SPACE}", " ")
    assert plain == (
        "On 31 May 2023 the forecast for May 2023 was 100,000 (80 % interval 90,000 to 110,000). "
        "The count was 104,321. The 80 % interval held 1 of the 3 months counted since."
    )
    assert "31 de mayo de 2023" in said["es"] and "104\N{NARROW NO-BREAK SPACE}321" in said["es"]


def test_a_past_forecast_without_a_count_says_no_count() -> None:
    month = dt.date(2023, 5, 1)
    said = past_reading(dt.date(2023, 5, 31), {month: levels(100_000.0)}, [])
    assert "count" not in said["en"].split("interval")[1]


def test_a_past_forecast_before_the_chart_begins_is_left_out(run: RunFolder) -> None:
    """The chart of the invented run begins in April 2022: a forecast of May 2022 has one known month before it."""
    table = tables()["past_forecasts"].head(7)
    for first, expected in ((dt.date(2022, 5, 1), 0), (dt.date(2022, 6, 1), 1)):
        moved = table.with_columns(month=first, as_of=dt.date(2022, 6, 30)).cast(dict(table.schema))
        view = RunView(RunFolder(run.path, MANIFEST, {**run.tables, "past_forecasts": moved}))
        assert len(past_views(view, "us_total")) == expected


def test_only_series_with_past_forecasts_have_a_slider(run: RunFolder) -> None:
    (block,) = Outlook().payload(RunView(run))
    assert set(block["past"]) == {"us_total", "mexico_encounters"}
    assert [view["as_of"] for view in block["past"]["us_total"]] == list(PAST)
    bare = {name: table for name, table in run.tables.items() if name != "past_forecasts"}
    (block,) = Outlook().payload(RunView(RunFolder(run.path, MANIFEST, bare)))
    assert block["past"] == {} and block["past_levels"] == []


@pytest.fixture(scope="module")
def tab(browser: Any, report: Path) -> Iterator[Any]:
    opened = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True).new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.goto(f"{report.as_uri()}#/coming&lang=en")
    wait_until_drawn(opened)
    yield opened
    opened.context.close()
    assert not heard


def saved(tab: Any) -> list[dict[str, str]]:
    """Rows of the figure's CSV."""
    tab.evaluate("document.querySelector('#figure-outlook details.save').open = true")
    with tab.expect_download() as caught:
        tab.click("#figure-outlook .actions button >> nth=0")
    text = Path(caught.value.path()).read_text("utf-8-sig").replace("\N{NO-BREAK SPACE}", " ")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.browser
def test_the_slider_shows_by_keyboard_what_was_forecast_and_what_came(tab: Any) -> None:
    """In both languages, with the network off: date, sentence, drawing, table and address follow the slider."""
    past = tables()["past_forecasts"].filter(series="us_total")
    counts = {row["month"]: row["value"] for row in total_counts()}
    for lang in LANGS:
        tab.click(f'[data-lang="{lang}"]')
        tab.focus("#forecast-of")
        tab.keyboard.press("Home")
        settle(tab)
        as_of, first = next(iter(PAST.items()))
        assert tab.inner_text(".past-date") == day(as_of, lang)
        assert tab.get_attribute("#forecast-of", "aria-valuetext") == day(as_of, lang)
        median = past.filter(as_of=as_of, month=first, quantile=0.5)["value"][0]
        said = tab.inner_text("#figure-outlook figcaption .reading")
        assert rounded(median, lang) in said and number(counts[first], lang) in said
        tab.wait_for_timeout(300)
        assert "forecast-of=2023-06-30" in tab.evaluate("location.hash")
        tab.keyboard.press("End")
        settle(tab)
        assert day(dt.date(2023, 12, 31), lang) in tab.inner_text(".past-date")
        assert "forecast-of" not in tab.evaluate("new Promise(d => setTimeout(() => d(location.hash), 300))")


def total_counts() -> list[dict[str, Any]]:
    observed = tables()["observed"].filter(series="us_total", place="", nationality="")
    return list(observed.iter_rows(named=True))


@pytest.mark.browser
def test_the_table_of_a_past_forecast_holds_its_quantiles_and_the_counts(tab: Any) -> None:
    tab.click('[data-lang="en"]')
    tab.focus("#forecast-of")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    settle(tab)
    past = tables()["past_forecasts"].filter(series="us_total", as_of=dt.date(2023, 8, 31), quantile=0.9)
    rows = {row["Month"]: row for row in saved(tab)}
    assert {name: float(row["90 % quantile"]) for name, row in rows.items() if row["90 % quantile"]} == {
        str(month): round(value) for month, value in past.select("month", "value").rows()
    }
    assert rows["2023-07-01"]["Known then"] == "true" and rows["2023-08-01"]["Known then"] == "false"
    assert float(rows["2023-08-01"]["Published"]) == round(
        next(row["value"] for row in total_counts() if row["month"] == dt.date(2023, 8, 1))
    )


@pytest.mark.browser
def test_the_axes_stand_still_while_the_forecast_moves(tab: Any) -> None:
    ticks = "[...document.querySelectorAll('#figure-outlook .chart svg text')].map(t => t.textContent).filter(t => /^[\\d,]+$/.test(t))"
    found = []
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        tab.focus("#forecast-of")
        tab.keyboard.press(key)
        settle(tab)
        found.append(tab.evaluate(ticks))
    assert all(one == found[0] for one in found) and len(found[0]) > 3


@pytest.mark.browser
def test_a_series_without_past_forecasts_has_no_slider(tab: Any) -> None:
    assert tab.is_visible("#forecast-of")
    tab.select_option("#outlook-series", "darien_transits")
    settle(tab)
    assert not tab.is_visible("#forecast-of")
    tab.select_option("#outlook-series", "us_total")


@pytest.mark.browser
def test_a_link_opens_at_the_forecast_of_its_date(browser: Any, run: RunFolder, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    report = write_html(run, tmp_path / "report.html")
    page.goto(f"{report.as_uri()}#/coming&forecast-of=2023-10-31&lang=es")
    wait_until_drawn(page)
    assert page.inner_text(".past-date") == "31 de octubre de 2023"
    assert "31 de diciembre de 2023" in page.inner_text("#figure-outlook .outlook-head")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
