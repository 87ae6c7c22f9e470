"""The flow map, the shared scenario, the address and the downloads, in a real Chromium."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from browsing import settle, texts, wait_until_drawn
from click.testing import CliRunner
from make_run import HOSTILE, LEVELS, LINKS, MANIFEST, MAP_MONTHS, people_on, tables

from corridor.cli.report import command
from corridor.report import RunFolder, write_html
from corridor.text import LANGS, month, percent, rounded

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RAIL, PORT, BACK = LINKS


def width_of(page: Any, link: str) -> float:
    return float(page.get_attribute(f'[data-link="{link}"] path', "stroke-width"))


def go_to(page: Any, date: dt.date) -> None:
    """Move the map's slider to a month with the keyboard."""
    page.focus("#map-month")
    page.keyboard.press("Home")
    for _ in range(MAP_MONTHS.index(date)):
        page.keyboard.press("ArrowRight")
    settle(page)


@pytest.mark.parametrize("date", [MAP_MONTHS[0], MAP_MONTHS[4], MAP_MONTHS[-1]])
def test_the_slider_moves_the_flows(page: Any, date: dt.date) -> None:
    """Widths go with the square root of the people, above a hairline."""
    go_to(page, date)
    scenario = "" if date < MAP_MONTHS[3] else "no-agreement"
    rail, port = (people_on(link, scenario, date) for link in (RAIL, PORT))
    found = (width_of(page, PORT) - 0.7) / (width_of(page, RAIL) - 0.7)
    assert found == pytest.approx((port / rail) ** 0.5, rel=0.01)
    most = people_on(PORT, "no-agreement", MAP_MONTHS[-1])
    assert width_of(page, PORT) == pytest.approx(0.7 + 13 * (port / most) ** 0.5, abs=0.01)
    assert month(date, "en") in page.inner_text(".map-now")
    assert ("fitted" in page.inner_text(".map-now")) == (scenario == "")


def test_the_map_s_table_is_the_month_that_is_shown(page: Any) -> None:
    page.click("#figure-map .beside summary")
    for date in (MAP_MONTHS[1], MAP_MONTHS[5]):
        go_to(page, date)
        with page.expect_download() as caught:
            page.click("#figure-map .actions button >> nth=0")
        rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig"))))
        scenario = "" if date < MAP_MONTHS[3] else "no-agreement"
        assert {row["Way"]: float(row["Median"]) for row in rows} == {
            "by rail": round(people_on(RAIL, scenario, date)),
            "at a port of entry": round(people_on(PORT, scenario, date)),
        }
        assert rounded(people_on(RAIL, scenario, date), "en") in page.inner_text("#figure-map table")


def test_returns_appear_when_asked_for(page: Any) -> None:
    assert not page.is_visible(f'[data-link="{BACK}"]')
    page.click('[data-toggle="back"]')
    assert page.is_visible(f'[data-link="{BACK}"]')
    page.click('[data-toggle="met"]')
    assert not page.is_visible('[data-point="us_total|tucson|"]')


def test_encounters_of_both_countries_are_drawn_by_size(page: Any) -> None:
    radius = {
        point: float(page.get_attribute(f'[data-point="{point}"] circle', "r"))
        for point in ("us_total|tucson|", "us_total|hostile|", "mexico_encounters||border")
    }
    assert radius["us_total|tucson|"] / radius["us_total|hostile|"] == pytest.approx(
        (30 / 9) ** 0.5, rel=1e-2
    )
    assert radius["us_total|tucson|"] / radius["mexico_encounters||border"] == pytest.approx(
        1.5**0.5, rel=1e-2
    )
    title = page.text_content('[data-point="mexico_encounters||border"] title')
    assert "zone of" in title and "20,000 (80\u00a0%: 18,000 – 24,000)" in title.replace("80 %", "80\u00a0%")


def test_assumed_ways_are_dashed_and_railways_have_ties(page: Any) -> None:
    assert page.get_attribute(f'[data-link="{RAIL}"] path', "stroke-dasharray") == "7 4"
    assert page.get_attribute(f'[data-link="{PORT}"] path', "stroke-dasharray") == "none"
    ties = page.get_attribute(f'[data-link="{RAIL}"] path >> nth=1', "stroke-dasharray")
    assert ties == "2 5"


def test_measures_appear_when_they_start_and_mark_ports_and_railways(page: Any) -> None:
    """The base closes a port from 27 November to 3 January; the agreement thins the railway from 5 January."""
    expected = {
        ("no-agreement", dt.date(2023, 10, 1)): [],
        ("no-agreement", dt.date(2023, 11, 1)): [PORT],
        ("no-agreement", dt.date(2024, 1, 1)): [PORT],
        ("no-agreement", dt.date(2024, 2, 1)): [],
        ("agreement", dt.date(2023, 12, 1)): [],
        ("agreement", dt.date(2024, 1, 1)): [RAIL],
        ("agreement", dt.date(2024, 3, 1)): [RAIL],
    }
    for (scenario, date), marked in expected.items():
        page.select_option("#scenario-map", scenario)
        go_to(page, date)
        found = [node.get_attribute("data-marked") for node in page.query_selector_all("[data-marked]")]
        assert found == marked, (scenario, date)
    assert "Riding on freight trains made harder" in page.inner_text(".map-measures")
    assert "begins" not in page.inner_text(".map-measures")
    go_to(page, dt.date(2024, 1, 1))
    assert "begins 5 January 2024" in page.inner_text(".map-measures")


def test_no_measure_of_control_is_marked_on_a_route(run: RunFolder, page: Any) -> None:
    """Interdiction is shown by zone and month, never on a route."""
    page.select_option("#scenario-map", "agreement")
    go_to(page, dt.date(2024, 3, 1))
    marks = " ".join(texts(page, ".marks title"))
    assert "More Mexican enforcement" not in marks and "freight" in marks


def test_a_place_tells_who_comes_and_goes(page: Any) -> None:
    page.select_option("#map-place", "tucson")
    go_to(page, dt.date(2024, 2, 1))
    details = page.inner_text(".map-details")
    assert "30,000 (80\u00a0%: 27,000 – 36,000)".replace("\u00a0", " ") in details.replace("\u00a0", " ")
    assert rounded(people_on(RAIL, "no-agreement", dt.date(2024, 2, 1)), "en") in details
    assert rounded(people_on(PORT, "no-agreement", dt.date(2024, 2, 1)), "en") in details
    assert HOSTILE in details and page.query_selector("img") is None


def test_the_month_s_sentence_is_the_forecast_or_the_count(page: Any) -> None:
    forecast, observed = tables()["forecast"], tables()["observed"]
    whole = (pl.col("series") == "us_total") & (pl.col("place") == "") & (pl.col("nationality") == "")
    for lang in LANGS:
        page.click(f'[data-lang="{lang}"]')
        page.select_option("#scenario-map", "agreement")
        go_to(page, dt.date(2024, 3, 1))
        rows = forecast.filter(
            whole & (pl.col("scenario") == "agreement") & (pl.col("month") == dt.date(2024, 3, 1))
        )
        reading = page.inner_text("#figure-map .reading")
        for level in (0.1, 0.5, 0.9):
            value = rows.filter(pl.col("quantile") == level)["value"][0]
            assert rounded(value, lang) in reading
        go_to(page, dt.date(2023, 10, 1))
        known = observed.filter(whole & (pl.col("month") == dt.date(2023, 10, 1)))["value"][0]
        shown = f"{known:,.0f}" if lang == "en" else f"{known:,.0f}".replace(",", "\u202f")
        assert shown in page.inner_text("#figure-map .reading")


def test_play_steps_through_the_months_and_stops(page: Any) -> None:
    before = page.input_value("#map-month")
    page.click(".map-time button")
    page.wait_for_timeout(1300)
    assert page.input_value("#map-month") != before
    page.click(".map-time button")
    held = page.input_value("#map-month")
    page.wait_for_timeout(1200)
    assert page.input_value("#map-month") == held


def test_looking_closer_moves_places_apart(page: Any) -> None:
    def at(place: str) -> tuple[float, float]:
        dot = page.query_selector(f'[data-place="{place}"]')
        return float(dot.get_attribute("cx")), float(dot.get_attribute("cy"))

    before = np.subtract(at("del_rio"), at("tucson"))
    page.click(".map-zoom button >> nth=0")
    page.wait_for_timeout(400)
    after = np.subtract(at("del_rio"), at("tucson"))
    assert np.hypot(*after) == pytest.approx(1.7 * np.hypot(*before), rel=0.02)
    page.click(".map-zoom button >> nth=2")
    page.wait_for_timeout(400)
    assert np.subtract(at("del_rio"), at("tucson")) == pytest.approx(before, abs=0.5)


def test_one_choice_of_scenario_moves_every_chart(page: Any) -> None:
    page.select_option("#scenario-us_total", "agreement")
    settle(page)
    chosen = page.evaluate("[...document.querySelectorAll('select[id^=scenario-]')].map(s => s.value)")
    assert len(chosen) > 8 and set(chosen) == {"agreement"}
    rows = tables()["daily"].filter(
        (pl.col("scenario") == "agreement") & (pl.col("item") == "ice_detained") & (pl.col("quantile") == 0.5)
    )
    assert rounded(rows.sort("date")["value"][-1], "en") in page.inner_text("#figure-ice_detained .reading")


def test_the_address_brings_everything_back(browser: Any, page: Any, report: Path) -> None:
    page.select_option("#scenario-map", "agreement")
    go_to(page, dt.date(2024, 4, 1))
    page.click('[data-card="census_chicago"]')
    page.fill("#card-census_chicago-line", "17000")
    page.select_option("#show-us_total", "|VEN")
    page.click('[data-lang="es"]')
    page.wait_for_timeout(400)
    address = page.evaluate("location.hash")
    other = browser.new_page()
    other.goto(report.as_uri() + address)
    wait_until_drawn(other)
    assert other.get_attribute("html", "lang") == "es"
    assert (
        other.input_value("#scenario-fans" if other.query_selector("#scenario-fans") else "#scenario-map")
        == "agreement"
    )
    assert other.inner_text(".map-now") == "abril de 2024"
    assert other.input_value("#card-census_chicago-line") == "17000"
    assert other.input_value("#show-us_total") == "|VEN"
    assert other.inner_text("#card-census_chicago output") == page.inner_text("#card-census_chicago output")
    other.close()


@pytest.mark.parametrize(
    "address",
    [
        "#%ff&x",
        "#map&month=2031-01-01&scenario=<b>&place=zzz&layers=&lang=xx",
        "#&=&line-us_total=abc",
        "#show-us_total=|ZZZ&cards=,",
    ],
)
def test_a_broken_address_does_no_harm(browser: Any, report: Path, address: str) -> None:
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(report.as_uri() + address)
    wait_until_drawn(page)
    assert not problems and page.inner_text("#answer h2") == "The answer"
    page.close()


def test_a_city_s_card_asks_about_any_day_up_to_a_month_s_end(page: Any) -> None:
    page.click('[data-card="census_chicago"]')
    rows = tables()["stock_months"].filter(
        (pl.col("scenario") == "no-agreement") & (pl.col("item") == "census_chicago")
        & (pl.col("statistic") == "peak_so_far") & (pl.col("month") == dt.date(2024, 3, 1))
    )  # fmt: skip
    values = rows.sort("quantile")["value"].to_list()
    page.fill("#card-census_chicago-line", "16000")
    shown = float(page.get_attribute("#card-census_chicago output", "data-chance"))
    assert shown == pytest.approx(1 - np.interp(16_000, values, LEVELS), abs=1e-4)
    assert "on some day up to 31 March 2024" in page.inner_text("#card-census_chicago .reading")
    assert page.inner_text("#card-census_chicago output") == percent(shown, "en")


def test_svg_stands_alone(page: Any, tmp_path: Path) -> None:
    for figure in (
        "#figure-us_total",
        "#figure-map",
        "#figure-ice_detained",
        "#figure-influence",
        "#figure-grades-agreement",
    ):
        page.locator(figure).scroll_into_view_if_needed()
        with page.expect_download() as caught:
            page.click(f"{figure} .actions button >> nth=1")
        text = Path(caught.value.path()).read_text(encoding="utf-8")
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(--" not in text and 'class="' not in text, figure
        words = " ".join("".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))
        assert page.inner_text(f"{figure} h3").split("\n")[0][:20] in words
        assert "Source:" in words
        assert not re.findall(r"(?:href|src)=\"http", text)


def clipboard(page: Any, figure: str, name: str) -> str:
    """What a button would copy (a page from a file may not read the clipboard)."""
    page.evaluate(
        "document.execCommand = () => { window.copied = document.activeElement.value; return true; }"
    )
    page.click(f'{figure} .actions button:has-text("{name}")')
    return page.evaluate("window.copied")


def test_the_copied_command_gives_the_rows_of_the_chart(
    page: Any, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.select_option("#show-us_total", "|VEN")
    page.select_option("#scenario-us_total", "agreement")
    text = clipboard(page, "#figure-us_total", "Copy as command")
    words = text.split()
    assert words[:2] == ["corridor", "report"]
    monkeypatch.chdir(run.path.parent)
    result = CliRunner().invoke(command, words[2:])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    expected = tables()["forecast"].filter(
        (pl.col("series") == "us_total")
        & (pl.col("scenario") == "agreement")
        & (pl.col("nationality") == "VEN")
    )
    assert [float(row["value"]) for row in rows] == expected["value"].to_list()


@pytest.mark.parametrize(
    "figure",
    [
        "#figure-us_total",
        "#figure-map",
        "#figure-countries",
        "#table-parameters",
        "#figure-brief",
        "#figure-measures",
    ],
)
def test_the_copied_python_runs(
    page: Any, run: RunFolder, monkeypatch: pytest.MonkeyPatch, figure: str
) -> None:
    text = clipboard(page, figure, "Copy as Python")
    monkeypatch.chdir(run.path.parent)
    heard: list[pl.DataFrame] = []
    exec(compile(text, "copied", "exec"), {"print": heard.append})
    (rows,) = heard
    assert rows.height > 0


def test_a_run_of_the_reader_s_own_is_drawn_over_the_scenario(page: Any) -> None:
    """The seam for runs made in the page: charts and map answer at once, and let go again."""
    before = width_of(page, PORT)
    own = {
        "series": {"us_total": [["2024-01-01", 100000], ["2024-02-01", 90000]]},
        "stocks": {"ice_detained": [["2024-01-01", 30000], ["2024-03-01", 28000]]},
        "links": {PORT: {MAP_MONTHS[4].isoformat(): 1000}},
    }
    page.evaluate("run => Corridor.overlay.set(run)", own)
    page.locator("#figure-us_total").scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert page.query_selector("#figure-us_total .chart [data-mark=own]")
    assert "With the levers as you set them" in page.inner_text("#figure-us_total .legend")
    assert width_of(page, PORT) < before
    page.evaluate("Corridor.overlay.set(null)")
    settle(page)
    assert not page.query_selector("#figure-us_total .chart [data-mark=own]")
    assert width_of(page, PORT) == before


def test_names_on_the_map_do_not_touch_each_other(browser: Any, tmp_path: Path) -> None:
    """Ninety places with long names in a small country, at phone and desktop width."""
    rng = np.random.default_rng(5)
    rows = [
        (f"p{n}", f"Place number {n} of a long name", f"Lugar número {n} de nombre muy largo", "MEX", "transit", None,
         float(18 + 8 * rng.random()), float(-105 + 12 * rng.random()), "anchored", "made up")
        for n in range(90)
    ]  # fmt: skip
    links = [(f"p{n}>p{n + 1}:bus", f"p{n}", f"p{n + 1}", "bus", "anchored", "") for n in range(89)]
    flows = [
        ("no-agreement", link[0], MAP_MONTHS[4], 1.0, float(10 * n), float(20 * n))
        for n, link in enumerate(links)
    ]
    some = tables()
    changed = {
        "places": pl.DataFrame(rows, schema=some["places"].schema, orient="row"),
        "links": pl.DataFrame(links, schema=some["links"].schema, orient="row"),
        "link_flows": pl.DataFrame(flows, schema=some["link_flows"].schema, orient="row"),
        "labels": some["labels"],
    }
    run = RunFolder.write(tmp_path / "run", changed, {**MANIFEST, "baseline": "no-agreement"})
    report = write_html(run, tmp_path / "report.html")
    for width in (1280, 360):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{report.as_uri()}#/all")
        wait_until_drawn(page)
        boxes = page.evaluate(
            "[...document.querySelectorAll('.labels text')].map(t => { const b = t.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
        )
        assert len(boxes) >= (12 if width > 1000 else 3)
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert not (a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 3 and b[1] < a[3] - 3), (
                    a,
                    b,
                )
        page.close()


def test_land_lies_where_it_should(run: RunFolder) -> None:
    """Points of known land and sea fall inside and outside of the rings that the page draws."""
    payload = json.loads(_payload(run))
    block = next(
        b for s in payload["sections"] if s["id"] == "map" for b in s["blocks"] if b["type"] == "map"
    )
    for name, lon, lat, land in (
        ("Phoenix", -112.07, 33.45, True), ("Monterrey", -100.3, 25.7, True), ("Gulf of California", -112.2, 28.6, False),
        ("Pacific off San Diego", -118.6, 32.0, False), ("San Antonio", -98.5, 29.4, True),
    ):  # fmt: skip
        turned = (lon - block["base"]["west"]) % 360 + block["base"]["west"]
        inside = sum(_inside(ring, turned, lat) for ring in block["base"]["land"])
        assert bool(inside % 2) == land, name


def _payload(run: RunFolder) -> str:
    from corridor.report.html import render

    return render(run).split('id="payload">')[1].split("</script>")[0]


def _inside(ring: list[list[float]], x: float, y: float) -> bool:
    """Even-odd rule."""
    hits = 0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            hits += 1
    return hits % 2 == 1
