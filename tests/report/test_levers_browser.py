"""The levers of the page, in a real Chromium, beside the Python engine."""

from __future__ import annotations

import dataclasses
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import settle
from engine_tools import with_measures
from make_levers import RAIL, SPEC, corridor

from corridor.engine import Noise, compile_corridor, run_member
from corridor.model import Measure
from corridor.text import rounded

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOWEST = 300  # milliseconds to answer; the goal is 100 on a machine that does nothing else
FIGURE = "#figure-levers"


@pytest.fixture
def levers(page: Any) -> Any:
    """The page with the model unpacked and the scenario of the agreement chosen."""
    page.wait_for_selector(".sim:not([hidden])")
    page.select_option("#scenario-levers", "agreement")
    page.select_option("#against", "same")
    page.evaluate("document.querySelectorAll('#figure-levers details').forEach((x) => { x.open = true; })")
    rest(page)
    return page


def rest(page: Any) -> None:
    """Wait for what the page does when the hand rests: words, the map of the page."""
    page.wait_for_timeout(250)
    settle(page)


def slide(page: Any, name: str, value: float) -> None:
    page.evaluate(
        """([id, v]) => { const s = document.getElementById(id); s.value = v; s.dispatchEvent(new Event('input')); }""",
        [f"lever-{name}-slide", value],
    )
    rest(page)


def line(page: Any, item: str, which: int) -> str:
    return str(page.query_selector_all(f'[data-chart="{item}"] path.line')[which].get_attribute("d"))


def width(page: Any) -> str:
    return str(page.get_attribute(f'[data-link="{RAIL}"] path', "stroke-width"))


def address(page: Any) -> str:
    page.wait_for_timeout(300)
    return str(page.url)


def expected(*moved: Measure) -> Any:
    """The Python engine under these measures."""
    changed, scenario = with_measures(corridor(), *moved)
    compiled = compile_corridor(changed, scenario, SPEC)
    return compiled, run_member(compiled)


def measures(**moved: dict[str, Any]) -> list[Measure]:
    """Those of the agreement and the base, some changed."""
    kept = [m for m in corridor().measures if m.id in ("enforcement", "trains", "appointments")]
    return [m.model_copy(update=moved.get(m.id, {})) for m in kept]


def test_a_lever_moves_charts_and_map_at_once(levers: Any) -> None:
    before = line(levers, "mexico_encounters", 0)
    assert line(levers, "mexico_encounters", 1) == ""  # nothing is moved yet
    slide(levers, "trains", 0.8)
    took = float(levers.get_attribute(FIGURE, "data-milliseconds"))
    print(f"answered in {took:.1f} ms")
    assert took < SLOWEST
    assert line(levers, "mexico_encounters", 1) not in ("", before)
    levers.focus("#map-month")
    levers.keyboard.press("End")
    settle(levers)
    moved = width(levers)
    levers.click("#levers-back")
    rest(levers)
    assert width(levers) != moved


def test_the_difference_in_words_is_that_of_python(levers: Any) -> None:
    slide(levers, "enforcement", 2.2)
    levers.wait_for_selector(f"{FIGURE}[data-graded]")
    scenario, mine = expected(*measures()), expected(*measures(enforcement={"strength": 2.2}))
    at = [mine[0].flow_ids.index(name) for name in ("met_guided", "met_rail", "met_bus")]
    one, other = (float(result.monthly_flow[:, at].sum()) for _, result in (scenario, mine))
    said = levers.inner_text('.lever-answer [data-item="mexico_encounters"]')
    assert f"higher by {rounded(other - one, 'en')} " in said  # all of it rests on before/after
    assert "before/after 100" in said.replace("\u00a0", " ")
    levers.click('[data-lang="es"]')
    levers.wait_for_selector(".sim:not([hidden])")
    levers.wait_for_selector(f"{FIGURE}[data-graded]")
    said = levers.text_content('.lever-answer [data-item="mexico_encounters"]')
    assert f"mayor en {rounded(other - one, 'es')} " in said
    assert "Nombre en español" in levers.inner_text('[data-lever="trains"]')


def test_what_rests_on_assumptions_says_if_and_gives_its_size(levers: Any) -> None:
    slide(levers, "trains", 0.8)
    levers.wait_for_selector(f"{FIGURE}[data-graded]")
    said = levers.inner_text(".lever-answer")
    assert "it rests on assumed 100" in said.replace("\u00a0", " ")
    assert re.search(r"If the assumptions hold: .* (higher|lower) by", said)


def test_back_to_the_scenario_restores_everything(levers: Any) -> None:
    whole, plain = levers.inner_text(".lever-all"), width(levers)
    slide(levers, "enforcement", 2.2)
    levers.click("#lever-trains-on")
    rest(levers)
    assert levers.inner_text(".lever-all") != whole and "moves=" in address(levers)
    levers.click("#levers-back")
    rest(levers)
    assert levers.inner_text(".lever-all") == whole
    assert width(levers) == plain and "moves=" not in address(levers)
    assert levers.is_checked("#lever-trains-on") and levers.is_disabled("#levers-back")


def test_the_address_holds_what_was_moved(levers: Any) -> None:
    told = levers.inner_text(".lever-all table")
    slide(levers, "enforcement", 2.2)
    levers.click("#lever-beds-on")
    levers.fill("#lever-beds-start", "2024-03-05")
    levers.fill("#lever-beds-end", "2024-04-01")
    rest(levers)
    url = address(levers)
    other = levers.context.new_page()
    other.goto(url)
    other.wait_for_selector(".sim:not([hidden])")
    other.wait_for_selector(f"{FIGURE}[data-graded]")
    other.evaluate("document.querySelectorAll('#figure-levers details').forEach((x) => { x.open = true; })")
    levers.wait_for_selector(f"{FIGURE}[data-graded]")
    assert other.inner_text(".lever-all table") == levers.inner_text(".lever-all table") != told
    assert other.input_value("#lever-beds-start") == "2024-03-05" and other.is_checked("#lever-beds-on")
    assert address(other) == url
    other.goto(
        url.split("#")[0] + "#/all&moves=beds~1~nonsense~~7;nobody~1~2024-01-01~~1;trains~1~2024-01-01~~-3"
    )
    other.reload()
    other.wait_for_selector(".sim:not([hidden])")
    assert other.is_disabled("#levers-back")  # what cannot be read moves nothing


def test_a_lever_that_does_nothing_says_so(levers: Any) -> None:
    levers.click("#lever-trucks-on")
    settle(levers)
    assert "does nothing here" in levers.inner_text('[data-lever="trucks"] .lever-says')
    levers.click("#lever-late-on")
    settle(levers)
    assert "outside the run (1 December 2023 to 30 June 2024)" in levers.inner_text(
        '[data-lever="late"] .lever-says'
    )
    rest(levers)
    assert "move none of these numbers" in levers.inner_text(".lever-answer")
    levers.fill("#lever-trains-end", "2023-12-01")
    levers.keyboard.press("Tab")
    settle(levers)
    assert not levers.inner_text('[data-lever="trains"] .lever-says')  # it did something before


def test_a_typed_strength_outside_its_range_is_marked(levers: Any) -> None:
    levers.fill("#lever-enforcement-value", "3.5")
    levers.keyboard.press("Tab")
    settle(levers)
    assert "outside its range" in levers.inner_text('[data-lever="enforcement"]')
    levers.wait_for_selector(f"{FIGURE}[data-graded]")
    assert "it rests on assumed 100" in levers.inner_text(".lever-answer").replace("\u00a0", " ")
    levers.fill("#lever-enforcement-value", "-1")  # no ratio
    levers.keyboard.press("Tab")
    settle(levers)
    assert levers.input_value("#lever-enforcement-value") == "3.5"


def test_levers_move_by_keyboard_alone(levers: Any) -> None:
    levers.focus("#lever-trains-on")
    levers.keyboard.press("Space")
    settle(levers)
    assert not levers.is_checked("#lever-trains-on")
    levers.keyboard.press("Tab")
    assert levers.evaluate("document.activeElement.id") == "lever-trains-slide"
    levers.keyboard.press("ArrowRight")
    settle(levers)
    assert levers.is_checked("#lever-trains-on")
    assert float(levers.input_value("#lever-trains-value")) == pytest.approx(0.4 + 0.7 / 200, abs=0.7 / 200)


def test_without_levers_there_is_no_section(tmp_path: Path) -> None:
    from make_run import MANIFEST, tables

    from corridor.report import RunFolder, write_html

    run = RunFolder.write(tmp_path / "run", tables(), MANIFEST)
    assert RunFolder.open(run.path).levers is None
    assert '"id":"levers"' not in write_html(run, tmp_path / "r.html").read_text(encoding="utf-8")


COPIED = """(kind) => { let text = ""; document.execCommand = () => { text = document.activeElement.value ?? ""; };
  [...document.querySelectorAll('#figure-levers .sim-bar button')].at(kind).click(); return text; }"""


@pytest.mark.slow
def test_the_copied_command_and_python_run(tmp_path: Path, browser: Any) -> None:
    """On the shipped strait: the page's moved state, as a shell would run it, gives the page's own numbers."""
    entry = [sys.executable, "-c", "from corridor.cli import main; main()"]
    subprocess.run(
        [*entry, "simulate", "mediterranean", "--members", "4", "-q"], cwd=tmp_path, check=True, timeout=280
    )
    page = browser.new_page()
    page.goto((tmp_path / "mediterranean-run" / "report.html").as_uri() + "#/what-if")
    page.wait_for_selector(".sim:not([hidden])")
    page.evaluate("document.querySelectorAll('.lever-lists > details').forEach((x) => { x.open = true; })")
    page.query_selector('.lever input[type="checkbox"]').click()
    rest(page)
    command, python = page.evaluate(COPIED, 3), page.evaluate(COPIED, 4)
    total = page.evaluate(
        "Object.values(Corridor.overlay.get().links).flatMap((x) => Object.values(x)).length"
    )
    assert total > 0 and command.startswith("cp -r ") and "--scenario moved" in command
    run = subprocess.run(
        [sys.executable, "-c", python], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip().startswith("[[")
    shell = command.replace("python -c", f"{sys.executable} -c")
    shell = shell.replace("corridor simulate", f"{shlex.join(entry)} simulate --members 4 -q")
    subprocess.run(["bash", "-e", "-c", shell], cwd=tmp_path, check=True, timeout=280)
    assert (tmp_path / "mediterranean-moved-run" / "report.html").exists()
    page.close()


def test_undo_redo_and_reset_take_settings_back(levers: Any) -> None:
    slide(levers, "trains", 0.8)
    levers.wait_for_timeout(600)  # a setting that rests is a step
    slide(levers, "trains", 0.6)
    levers.wait_for_timeout(600)
    for button, value in (("undo", 0.8), ("undo", 0.4), ("redo", 0.8), ("redo", 0.6)):
        levers.click(f"#levers-{button}")
        rest(levers)
        assert float(levers.input_value("#lever-trains-value")) == pytest.approx(value, abs=0.01)
    assert levers.is_disabled("#levers-redo")


def test_intervals_come_from_the_members_of_python(levers: Any) -> None:
    """The band of a series in the page, against the same members run by the Python engine."""
    levers.locator(FIGURE).scroll_into_view_if_needed()
    slide(levers, "enforcement", 2.2)
    levers.wait_for_selector(f'{FIGURE}[data-members="40"]', timeout=30_000)
    shown = levers.inner_text('[data-tile="mexico_encounters"]')
    pairs = []
    for strength in (1.6, 2.2):
        moved = [
            m.model_copy(update={"strength": strength, "low": None, "high": None})
            if m.id == "enforcement" and strength != 1.6
            else m
            for m in measures()
        ]
        changed, scenario = with_measures(corridor(), *moved)
        spec = dataclasses.replace(SPEC, noise=Noise(counts=False))
        compiled = compile_corridor(changed, scenario, spec)
        at = [compiled.flow_ids.index(name) for name in ("met_guided", "met_rail", "met_bus")]
        pairs.append(np.array([run_member(compiled, k).monthly_flow[:, at].sum() for k in range(40)]))
    change = 100 * (pairs[1] - pairs[0]) / pairs[0]
    for q in (0.1, 0.9):
        assert f"+{np.quantile(change, q):.0f}" in shown or f"+{np.quantile(change, q):.1f}" in shown, (
            shown,
            np.quantile(change, q),
        )


ANSWERED = """(off) => {
  const columns = ["id", "lever", "start", "end", "nationalities", "strength", "low", "high", "grade", "in_base"];
  const row = (id, lever, strength) => [id, lever, "2024-01-01", "", "CUB;HTI", String(strength), "0.2", "0.9", "before_after", "no"];
  const one = (id, lever, strength, answers) => ({ id, lever, strength, low: 0.2, high: 0.9, grade: "before_after", base: false,
    answers, row: row(id, lever, strength) });
  const data = { corridor: "mine", calibration: null, start: "2024-01-01", end: "2024-06-30", hindsight: false, columns, events: [],
    measures: [one("control", "mexican_enforcement", 0.5, []), one("response.a.b.1", "response", 0.4, ["control"])] };
  const x = (strength, on) => ({ on, start: 19723, last: null, strength });
  const home = [x(0.5, true), x(0.4, true)];
  const now = home.map((one, i) => ({ ...one, on: !off.includes(i) }));
  const scenario = { id: "s", lifts: [], events: [] };
  const alone = now.map((one, i) => (i === 1 ? { ...one, on: true, alone: true } : { ...one, on: false }));
  return { silent: Corridor.levers.silent(data, now, 1), alone: Corridor.levers.silent(data, alone, 1), command: Corridor.levers.command(data, now, home, scenario),
    python: Corridor.levers.python(data, now, home, scenario) };
}"""


def test_an_answer_is_off_with_all_that_it_answers_and_travels_in_the_copies(levers: Any) -> None:
    """Off with its measure; found anew by the command, a row where the reader moved it; the same numbers in Python."""
    home, without, moved = (levers.evaluate(ANSWERED, off) for off in ([], [0], [1]))
    assert [made["silent"] for made in (home, without, moved)] == [False, True, False]
    assert not home["alone"], "its size is asked for without what it answers"
    assert "response.a.b.1" not in home["command"] and "measures: [control]" in home["command"]
    assert (
        'Measure.model_validate({"id":"response.a.b.1","lever":"response","start":"2024-01-01",'
        in home["python"]
    )
    assert '"nationalities":["CUB","HTI"]' in home["python"] and '"strength":"0.4"' in home["python"]
    assert "response.a.b.1,response,2024-01-01,,CUB;HTI,1,,,assumed,no" in moved["command"]
    assert '"strength":"1"' in without["python"]  # it answers nothing any more
