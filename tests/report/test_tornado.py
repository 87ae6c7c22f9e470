"""The tornado of assumptions: its sentence, its order and, in a real Chromium, its bars and its table."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from browsing import wait_until_drawn
from make_run import HOSTILE, MANIFEST

from corridor.model.vocabulary import PARAMETERS
from corridor.report import RunFolder
from corridor.report.sections import RunView
from corridor.report.sections.assumptions import Parameters
from corridor.text import has


def tornado(run: RunFolder) -> dict[str, Any]:
    return Parameters().payload(RunView(run))[0]


def test_the_sentence_names_the_assumption_that_matters_most(run: RunFolder) -> None:
    """Of the invented run: turning back, from 0.01 to 0.2, moves the count by −38 to +30 %; departures by −14 to +16 %."""
    said = {lang: text.replace("\N{NO-BREAK SPACE}", " ") for lang, text in tornado(run)["reading"].items()}
    assert said["en"] == (
        "The assumption that matters most is “Tucson sector → Del Rio sector, turns back: share of those who leave”: over its "
        "range (1 % to 20 %) it moves the forecast by −38 % to +30 %. The ups and downs of departures alone move "
        "it by −14 % to +16 % in 90 % of futures. 4 of 7 parameters are assumptions."
    )
    assert "«Sector Tucson → Sector Del Rio" in said["es"] and "entre −38 % y +30 %" in said["es"]
    assert "4 de 7 parámetros" in said["es"]


def test_a_source_that_moves_more_is_not_called_an_assumption(run: RunFolder) -> None:
    table = run.tables["parameters"].filter(~(run.tables["parameters"]["target"] == "matamoros.turn_back"))
    said = tornado(RunFolder(run.path, MANIFEST, {**run.tables, "parameters": table}))["reading"]["en"]
    assert "Lawful pathways: elasticity of departures" in said  # 0.18, behind 0.21 that has a source


def test_bars_are_ranges_by_swing_and_the_futures_are_none(run: RunFolder) -> None:
    rows = tornado(run)["rows"]
    swings = [abs(row["at_high"] - row["at_low"]) for row in rows]
    assert swings == sorted(swings, reverse=True) and len(rows) == 5
    assert not any("deviation" in row["label"]["en"] for row in rows)
    names = {row["target"]["en"]: row["label"]["en"] for row in rows}
    assert names["Del Rio sector, on foot"] == "Del Rio sector, on foot: mean travel time, days"
    assert names[HOSTILE] == f"{HOSTILE}: capacity"
    assert names["tapachula.interdicted"] == "tapachula.interdicted: share of those who leave"


def test_a_run_without_both_ends_has_the_table_alone(run: RunFolder) -> None:
    bare = {name: table for name, table in run.tables.items() if name != "influence"}
    blocks = Parameters().payload(RunView(RunFolder(run.path, MANIFEST, bare)))
    assert [block["type"] for block in blocks] == ["table"]


def test_every_parameter_has_words() -> None:
    assert [name for name in PARAMETERS if not has(f"report.parameter_{name}")] == []


@pytest.mark.browser
def test_the_bars_reach_both_ends_and_are_hatched_where_assumed(browser: Any, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{report.as_uri()}#/evidence/figure-influence&lang=es")
    wait_until_drawn(page)
    strips = page.query_selector_all("#figure-influence .strips li")
    assert len(strips) == 5
    first = [
        {key: bar.get_attribute(key) for key in ("x", "width", "fill")}
        for bar in strips[0].query_selector_all("rect")
    ]
    zero = float(strips[0].query_selector("line.zero").get_attribute("x1"))
    low, high = first
    # to the right by 30, to the left by 38
    assert float(low["x"]) == pytest.approx(zero)
    assert float(high["x"]) + float(high["width"]) == pytest.approx(zero)
    assert float(high["width"]) / float(low["width"]) == pytest.approx(38 / 30)
    assert {bar["fill"] for bar in first} == {"url(#hatch-ink)"}
    assert strips[1].query_selector("rect").get_attribute("fill") == "var(--c1)"
    assert "SEGOB" in strips[1].inner_text() and "+20,0\N{NO-BREAK SPACE}%" in strips[1].inner_text()
    wide = "e => e.getBoundingClientRect().right <= e.closest('.card').getBoundingClientRect().right"
    assert all(node.evaluate(wide) for node in page.query_selector_all("#figure-influence .strips *"))
    page.evaluate("document.querySelector('#figure-influence details.save').open = true")
    with page.expect_download() as caught:
        page.click("#figure-influence .actions button >> nth=0")
    rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig"))))
    assert [float(row["Cambio con el alto"]) for row in rows] == [-0.38, -0.22, 0.2, -0.07, 0.04]
    page.close()
