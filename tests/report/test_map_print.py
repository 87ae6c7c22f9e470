"""The map on paper: small maps of some months in place of the one that moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import wait_until_drawn
from make_run import LINKS, MAP_MONTHS, people_on

from corridor.text import LANGS, month

pytestmark = pytest.mark.browser
RAIL, PORT, BACK = LINKS
SHOWN = [MAP_MONTHS[i] for i in (0, 2, 4, 5, 7, 9)]
"""Of ten months the first, the last, and four between."""


@pytest.fixture(scope="module")
def paper(browser: Any, report: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 760, "height": 1000})
    page.goto(f"{report.as_uri()}#/&lang=en")
    wait_until_drawn(page)
    yield page
    page.close()


def print_it(page: Any, lang: str) -> list[Any]:
    page.emulate_media(media="screen")
    page.click(f'[data-lang="{lang}"]')
    wait_until_drawn(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    return page.query_selector_all("#figure-map .map-small")


def test_six_maps_stand_in_place_of_the_one_that_moves(paper: Any) -> None:
    for lang in LANGS:
        maps = print_it(paper, lang)
        assert len(maps) == 6
        for one, date in zip(maps, SHOWN, strict=True):
            assert month(date, lang) in one.inner_text()
            box = one.query_selector("svg").bounding_box()
            assert box["width"] > 250 and box["height"] > 120
            assert one.query_selector(".land").get_attribute("d")
        assert len(paper.query_selector_all("#figure-map .map-print > .legend li")) > 4
        for hidden in (".chart", ".map-time", ".map-zoom", ".map-far"):
            assert not paper.is_visible(f"#figure-map {hidden}"), hidden


def test_a_small_map_has_the_ways_of_its_month(paper: Any) -> None:
    """Widths less their hairline go with the root of the people; returns are off, as in the map that moves."""
    for one, date in zip(print_it(paper, "en"), SHOWN, strict=True):
        scenario = "" if date < MAP_MONTHS[3] else "no-agreement"
        width = {
            way.get_attribute("data-way"): float(way.get_attribute("stroke-width")) - 0.6 * 0.7
            for way in one.query_selector_all("[data-way]")
        }
        assert set(width) == {RAIL, PORT}
        rail, port = (people_on(link, scenario, date) for link in (RAIL, PORT))
        assert width[PORT] / width[RAIL] == pytest.approx((port / rail) ** 0.5, rel=0.02)
        assert ("fitted" in one.inner_text()) == (scenario == "")


def test_the_screen_keeps_the_one_that_moves(paper: Any) -> None:
    print_it(paper, "en")
    paper.emulate_media(media="screen")
    assert paper.is_visible("#figure-map .chart") and not paper.is_visible("#figure-map .map-print")


def test_the_printed_page_holds_the_small_maps(paper: Any) -> None:
    """Chromium's own printing, which fires the event itself: one sheet or two, and no interactive leftovers."""
    paper.emulate_media(media="screen")
    paper.reload()
    wait_until_drawn(paper)
    assert paper.query_selector_all(".map-small") == []
    pdf = paper.pdf(format="A4")
    assert len(paper.query_selector_all(".map-small")) == 6
    assert len(pdf) > 10_000
