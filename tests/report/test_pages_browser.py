"""Pages, the address and the search, in a real Chromium: one browser page for all tests of this file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import wait_until_drawn

pytestmark = pytest.mark.browser

PAGES = ("start", "coming", "what-if", "worked", "ready", "agreed", "evidence")
EMPTY = """() => [...document.querySelectorAll('.card')].filter(card => card.checkVisibility()
    && !card.querySelector('svg, table, p, ul, code') && card.innerText.trim().length < 60).map(card => card.innerText)"""


@pytest.fixture(scope="module")
def tab(browser: Any, report: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert not heard


def go(tab: Any, address: str) -> None:
    tab.evaluate("hash => { location.hash = hash }", address)
    tab.wait_for_timeout(60)
    wait_until_drawn(tab)


def test_every_page_opens_fits_and_prints(tab: Any) -> None:
    """At 390 px nothing scrolls sideways, in both languages, with everything open; no box is empty in print."""
    for lang in ("en", "es"):
        for name in PAGES:
            tab.set_viewport_size({"width": 390, "height": 844})
            go(tab, f"#/{name}&lang={lang}")
            assert tab.evaluate("document.body.dataset.page") == name
            assert tab.evaluate("document.querySelectorAll('h1').length") == 1
            tab.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390, name
            tab.emulate_media(media="print")
            assert tab.evaluate(EMPTY) == [], name
            tab.emulate_media(media="screen")
    tab.set_viewport_size({"width": 1280, "height": 800})


def test_the_start_is_one_screen_with_a_door_to_every_page(tab: Any) -> None:
    go(tab, "#/")
    assert [node.get_attribute("href") for node in tab.query_selector_all(".doors a")] == [
        f"#/{name}" for name in PAGES[1:]
    ]
    for part in (".doors", "#map-month", ".flow-map", "#answer"):
        box = tab.query_selector(part).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 800, part


def test_a_number_of_the_first_sentence_leads_to_its_chart_and_back(tab: Any) -> None:
    go(tab, "#/")
    tab.click("#answer a.door-number >> nth=0")
    assert tab.evaluate("document.body.dataset.page") == "coming"
    assert tab.is_visible("#figure-us_total")
    tab.go_back()
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.body.dataset.page") == "start"


@pytest.mark.parametrize(
    ("address", "page", "shown"),
    [
        ("#fans", "coming", "#fans"), ("#figure-countries", "coming", "#figure-countries"),
        ("#parameters&lang=es", "evidence", "#table-parameters"), ("#card-us_total", "coming", "#card-us_total"),
    ],
)  # fmt: skip
def test_addresses_from_before_there_were_pages_still_lead_there(
    tab: Any, address: str, page: str, shown: str
) -> None:
    go(tab, address)
    assert tab.evaluate("document.body.dataset.page") == page
    assert tab.is_visible(shown)


def test_choices_stay_on_the_way_to_another_page(tab: Any) -> None:
    go(tab, "#/coming")
    tab.select_option("#scenario-outlook", "agreement")
    tab.click('.pages [data-page="ready"]')
    wait_until_drawn(tab)
    assert tab.input_value("#scenario-census_chicago") == "agreement"
    tab.wait_for_timeout(300)
    assert tab.evaluate("location.hash") == "#/ready&scenario=agreement"


def test_search_finds_places_measures_and_statements_by_keyboard(tab: Any) -> None:
    go(tab, "#/")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("denver")
    assert "Denver" in tab.inner_text("#search-found")
    tab.keyboard.press("Enter")
    wait_until_drawn(tab)
    assert tab.evaluate("document.body.dataset.page") in PAGES[1:] and not tab.inner_text("#search-found")


def test_a_page_without_its_data_says_how_to_make_it(tab: Any) -> None:
    go(tab, "#/agreed")
    assert "corridor explore" in tab.inner_text(".missing code")


def test_the_page_opens_in_the_reader_s_language(browser: Any, report: Path) -> None:
    context = browser.new_context(locale="es-GT")
    opened = context.new_page()
    opened.goto(report.as_uri())
    assert opened.get_attribute("html", "lang") == "es"
    opened.click('[data-lang="en"]')
    opened.wait_for_timeout(300)
    assert opened.evaluate("location.hash") == "#/&lang=en"
    context.close()
