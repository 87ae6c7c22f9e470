"""The report in a real Chromium."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from browsing import settle
from make_run import HOSTILE, LEVELS, tables

from corridor.report import RunFolder, write_html
from corridor.text import LANGS, number, percent, rounded

pytestmark = pytest.mark.browser


def test_every_chart_is_drawn_with_title_reading_table_and_csv(page: Any) -> None:
    figures = page.query_selector_all("figure")
    assert len(figures) > 15
    for figure in figures:
        name = figure.get_attribute("id")
        assert figure.query_selector(".chart svg"), name
        assert figure.query_selector("h3").inner_text(), name
        assert figure.query_selector(".reading").inner_text(), name
        assert figure.query_selector("details summary") and figure.query_selector("button.quiet"), name


@pytest.mark.parametrize("width", [360, 768])
@pytest.mark.parametrize("lang", LANGS)
def test_no_sideways_scrolling(page: Any, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    page.click(f'[data-lang="{lang}"]')
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll('.card, .chart svg, p, h1, h2, h3, select')]
        .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(outside) == []


def test_words_in_a_chart_do_not_overlap(page: Any) -> None:
    overlaps = """[...document.querySelectorAll('.chart svg')].flatMap(svg => {
        const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent && !t.closest('[data-mark=tip]'))
            .map(t => [t.getBoundingClientRect(), t.textContent]);
        return boxes.flatMap(([a, s], i) => boxes.slice(i + 1).filter(([b]) => a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 2 && b.top < a.bottom - 2).map(([b, t]) => s + ' / ' + t));
    })"""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for lang in LANGS:
            page.click(f'[data-lang="{lang}"]')
            page.wait_for_timeout(300)
            assert page.evaluate(overlaps) == [], (width, lang)


def test_language_switch_changes_headings_numbers_and_dates(page: Any) -> None:
    assert page.inner_text("#answer h2") == "The answer"
    assert "257,000" in page.inner_text("#answer") and "December 2023" in page.inner_text("#answer")
    page.click('[data-lang="es"]')
    assert page.inner_text("#answer h2") == "La respuesta"
    text = page.inner_text("#answer")
    assert "257\u202f000" in text and "257,000" not in text and "diciembre de 2023" in text
    assert page.get_attribute("html", "lang") == "es"
    assert page.evaluate("document.activeElement.dataset.lang") == "es"
    assert "Encuentros de autoridades mexicanas" in page.inner_text("#countries")


def test_page_and_python_write_numbers_alike(page: Any) -> None:
    values = [0, 1, 9.5, 12.34, 999, 1000, 4300, 12345.6, 301981, 1870000, -182000, -0.4, 0.923, -900]
    for lang in LANGS:
        page.click(f'[data-lang="{lang}"]')
        shown = page.evaluate(
            "values => values.map(v => [Corridor.number(v), Corridor.number(v, 2, true), Corridor.rounded(v, true), Corridor.percent(v / 1e6)])",
            values,
        )
        expected = [
            [
                number(v, lang),
                number(v, lang, 2, sign=True),
                rounded(v, lang, sign=True),
                percent(v / 1e6, lang),
            ]
            for v in values
        ]
        assert shown == expected


def test_chance_card_answers_to_a_moved_line_as_the_quantile_table_says(page: Any) -> None:
    rows = tables()["forecast"].filter(
        (pl.col("scenario") == "no-agreement")
        & (pl.col("series") == "us_total")
        & (pl.col("month") == dt.date(2023, 12, 1))
        & (pl.col("nationality") == "")
        & (pl.col("place") == "")
    )
    values = rows.sort("quantile")["value"].to_list()
    for line in (220_000, 257_123, 301_981):
        page.fill("#card-us_total-line", str(line))
        shown = float(page.get_attribute("#card-us_total output", "data-chance"))
        assert shown == pytest.approx(1 - np.interp(line, values, LEVELS), abs=1e-9)
        assert page.inner_text("#card-us_total output") == percent(shown, "en")
        assert f"{line:,}" in page.inner_text("#card-us_total .reading")
    page.fill("#card-us_total-line", "9000000")
    assert page.inner_text("#card-us_total output") == "under 1\u00a0%"
    page.fill("#card-us_total-line", "1")
    assert page.inner_text("#card-us_total output") == "over 99\u00a0%"


def test_slider_moves_with_the_keyboard(page: Any) -> None:
    before = float(page.get_attribute("#card-us_total output", "data-chance"))
    page.focus("#card-us_total-slider")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert float(page.get_attribute("#card-us_total output", "data-chance")) > before
    assert page.input_value("#card-us_total-line") == page.input_value("#card-us_total-slider")


def test_a_line_survives_the_switch_of_language(page: Any) -> None:
    page.fill("#card-us_total-line", "250000")
    page.click('[data-lang="es"]')
    assert page.input_value("#card-us_total-line") == "250000"


def test_nationality_changes_chart_reading_and_table(page: Any) -> None:
    figure = "#figure-us_total"
    page.click(f"{figure} details summary")
    before = page.inner_text(f"{figure} .reading"), page.inner_text(f"{figure} table")
    page.select_option("#show-us_total", "|VEN")
    settle(page)
    assert page.inner_text(f"{figure} .reading") != before[0]
    assert page.inner_text(f"{figure} table") != before[1]
    known = tables()["observed"].filter(
        (pl.col("series") == "us_total")
        & (pl.col("nationality") == "VEN")
        & (pl.col("month") == dt.date(2023, 11, 1))
    )
    assert f"{known['value'][0]:,.0f}" in page.inner_text(f"{figure} .reading")


def test_hostile_names_are_text(page: Any) -> None:
    page.select_option("#show-us_between_ports", "hostile|")
    assert HOSTILE in page.inner_text("#show-us_between_ports")
    assert page.query_selector("img") is None


def test_hostile_text_in_every_table_is_text(browser: Any, run: RunFolder, tmp_path: Path) -> None:
    hostile = {
        name: table.with_columns(
            pl.lit(HOSTILE).alias(column)
            for column in ("name", "name_es", "label", "statement", "sentence", "actor", "publisher", "title", "source", "unit", "coverage", "parameter")
            if column in table.columns and not (name == "labels" and column == "source")
        )
        for name, table in tables().items()
    }  # fmt: skip
    changed = RunFolder.write(
        tmp_path / "run", hostile, {**run.manifest, "name": HOSTILE, "command": HOSTILE}
    )
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message) or dialog.dismiss())
    page.goto(write_html(changed, tmp_path / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(300)
    assert page.inner_text("h1") == HOSTILE
    assert page.query_selector("img") is None and not problems
    page.close()


def test_csv_is_safe_and_suppresses_small_counts(page: Any) -> None:
    with page.expect_download() as caught:
        page.click("#figure-deaths_darien button.quiet")
    rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text(encoding="utf-8-sig"))))
    assert "<10" in {row["Published"] for row in rows}
    made = page.evaluate(
        "() => Corridor.csv({columns: [{key: 'a', label: 'a'}], rows: [{a: '=1+1'}, {a: -5}, {a: ' @x'}, {a: 'a,\"b\"'}]})"
    )
    assert list(csv.reader(io.StringIO(made))) == [["a"], ["'=1+1"], ["-5"], ["' @x"], ['a,"b"']]


def test_differences_that_are_mostly_assumed_are_hatched_and_say_if(page: Any) -> None:
    waiting = page.inner_text("#figure-difference-agreement-people-mean-if")
    assert "If the assumptions hold" in waiting and "+14,000" in waiting and "14 %" not in waiting
    fills = "id => [...document.querySelectorAll(`#${id} .chart [fill]`)].map(e => e.getAttribute('fill'))"
    assert "url(#hatch)" in page.evaluate(fills, "figure-difference-agreement-people-mean-if")
    assert "url(#hatch)" not in page.evaluate(fills, "figure-difference-agreement-people-mean")
    assert "−182,000" in page.inner_text("#scenarios")


def test_assumed_bands_are_hatched_and_say_so(page: Any) -> None:
    assert "assumed" in page.inner_text("#figure-waiting_north h3")
    fills = (
        "id => [...document.querySelectorAll(`#figure-${id} .chart [fill]`)].map(e => e.getAttribute('fill'))"
    )
    assert "url(#hatch)" in page.evaluate(fills, "waiting_north")
    assert "url(#hatch)" not in page.evaluate(fills, "ice_detained")


def test_keyboard_reaches_the_content_first(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_headings_go_down_one_step_at_a_time(page: Any) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


CONTRAST = """() => {
  const light = c => { const f = c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const color = s => (s.match(/[\\d.]+/g) ?? []).map(Number);
  const paper = e => { for (; e; e = e.parentElement) { const c = color(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const weak = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.closest('script, noscript, defs, title')) continue;
    const style = getComputedStyle(e);
    const a = light(color(e instanceof SVGElement ? style.fill : style.color)), b = light(paper(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) weak.add(e.tagName + '.' + (e.className.baseVal ?? e.className) + ' ' + ratio.toFixed(2));
  }
  return [...weak];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(200)
    assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name(page: Any) -> None:
    nameless = """[...document.querySelectorAll('button, select, input, a, summary')]
        .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)"""
    assert page.evaluate(nameless) == []
    doubles = "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); })()"
    assert page.evaluate(doubles) == []


def test_prints_to_pdf(page: Any) -> None:
    content = page.pdf(format="A4")
    assert content.startswith(b"%PDF") and len(content) > 50_000


def test_without_scripts_the_answer_is_still_there(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert "257,000" in page.inner_text("main")
    context.close()


def test_no_closed_table_leaves_an_empty_box_in_print(page: Any) -> None:
    empty = """() => [...document.querySelectorAll('.card')].filter(card => card.checkVisibility()
        && card.innerText.trim() && card.innerText.trim() === card.querySelector('h3')?.innerText.trim()
        && !card.querySelector('svg, table')).map(card => card.innerText)"""
    page.emulate_media(media="print")
    assert page.evaluate(empty) == []
    page.emulate_media(media="screen")
    assert page.evaluate("document.querySelectorAll('.card[id^=\"table-\"]').length") > 2
