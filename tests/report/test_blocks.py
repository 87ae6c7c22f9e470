"""Blocks: what is refused, that page and Python agree, and the section that the documentation shows."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from browsing import wait_until_drawn
from make_run import tables

from corridor.report import RunFolder, html, write_html
from corridor.report.assets import SCRIPTS, read
from corridor.report.blocks import (
    ALIGNMENTS,
    BLOCK_TYPES,
    COLUMN_KINDS,
    FORMATS,
    check_blocks,
    named_column,
    prose,
    table_block,
)
from corridor.report.sections import SECTIONS, RunView
from repository import ROOT

OWN_SCRIPTS = [read(name) for name in SCRIPTS if not name.startswith("vendor")]
BOTH = {"en": "a", "es": "b"}


def documented_section() -> ModuleType:
    """The file of the example in docs/report.md."""
    text = (ROOT / "docs" / "report.md").read_text("utf-8")
    (code,) = re.findall(r'```python\n("""Peaks.*?)```', text, re.DOTALL)
    module = ModuleType("peaks")
    exec(compile(code, "docs/report.md", "exec"), module.__dict__)
    return module


# -- faults ----------------------------------------------------------------------------------------------


FAULTS = {
    "block 0 is of type 'prosa'; did you mean": [{"type": "prosa", "text": BOTH}],
    "block 1 (prose) lacks 'text'": [prose(BOTH), {"type": "prose"}],
    "block 0 (prose) has an unknown key 'txt'; did you mean": [{**prose(BOTH), "txt": 1}],
    "'text' lacks the language 'es'": [prose({"en": "a"})],
    "column 'n' is of the unknown kind 'nummber'; did you mean": [
        table_block("x", BOTH, [named_column("n", BOTH, "nummber")], [])
    ],
    "block 0 (prose) lacks 'text'": [
        {"type": "switch", "id": "s", "scenarios": [], "parts": {"base": [{"type": "prose"}]}}
    ],
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_the_page_cannot_draw_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="section 'mine': block ") as caught:
        check_blocks("mine", FAULTS[words])
    assert words in str(caught.value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        check_blocks(
            "mine", [block for blocks in FAULTS.values() for block in blocks if "parts" not in block]
        )
    assert str(caught.value).count("section 'mine'") == len(FAULTS) - 1


def test_a_report_stops_at_a_block_that_cannot_be_drawn(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SECTIONS[0], "payload", lambda view: [{"type": "chart"}])
    with pytest.raises(ValueError, match="'chart'"):
        html.render(run)


# -- page and Python -------------------------------------------------------------------------------------


def test_every_declared_type_is_drawn_and_every_drawn_type_is_declared() -> None:
    drawn: set[str] = set()
    for script in OWN_SCRIPTS:
        drawn |= set(re.findall(r"C\.blocks\.(\w+) = ", script))
        for listed in re.findall(r"C\.blocks(?: = |, )\{([^}]*)\}", script):
            drawn |= {name.split(":")[0].strip() for name in listed.split(",")}
    assert drawn == set(BLOCK_TYPES)


def test_scripts_read_only_keys_that_python_declares() -> None:
    declared = {"type"}.union(*(kind.needed | kind.optional for kind in BLOCK_TYPES.values()))
    used = {key for script in OWN_SCRIPTS for key in re.findall(r"\bblock\.(\w+)", script)}
    assert used <= declared


def test_the_page_s_formats_are_those_that_kinds_may_have() -> None:
    (listed,) = re.findall(r"const FORMATS = \{(.*?)\};", read("format.js"), re.DOTALL)
    assert set(
        re.findall(r"\b(text|date|month|percent|percent2|chance|rounded|flag|number)\b[,:]", listed)
    ) == set(FORMATS)
    assert {kind.format for kind in COLUMN_KINDS.values()} <= set(FORMATS)
    assert {kind.align for kind in COLUMN_KINDS.values()} == set(ALIGNMENTS)


# -- a section in Python alone ---------------------------------------------------------------------------


def test_the_documented_section_says_what_the_tables_say(run: RunFolder) -> None:
    block = documented_section().Peaks().payload(RunView(run))[1]
    peaks = tables()["periods"].filter(
        (pl.col("statistic") == "peak") & (pl.col("scenario") == "no-agreement")
        & (pl.col("nationality") == "") & (pl.col("place") == "") & (pl.col("quantile") == 0.5)
    )  # fmt: skip
    assert [bar["value"] for bar in block["rows"]] == block_values(block, "median")
    assert sorted(block_values(block, "median")) == sorted(peaks["value"].to_list()) != []


def block_values(block: dict[str, Any], key: str) -> list[float]:
    return [row[key] for row in block["table"]["rows"]]


@pytest.mark.browser
def test_the_documented_section_is_drawn_without_a_line_of_javascript(
    run: RunFolder, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "SECTIONS", (documented_section().Peaks(), *SECTIONS))
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(write_html(run, tmp_path / "report.html").as_uri() + "#/all")
    wait_until_drawn(page)
    shown = page.inner_text("#peaks")
    assert "Highest months" in shown and not problems
    bars = page.query_selector_all("#figure-peaks .strips svg")
    block = documented_section().Peaks().payload(RunView(run))[1]
    assert len(bars) == len(block["rows"]) > 1
    page.close()


@pytest.mark.browser
def test_a_column_of_a_new_kind_is_written_as_python_says(page: Any) -> None:
    made = page.evaluate(
        """() => { Corridor.data.kinds.usd = { format: "number", align: "num", suffix: " USD" };
        return [Corridor.cell(1234, "usd"), Corridor.cell("<10", "count"), Corridor.cell(0.5, "percent"),
          Corridor.cell(1234.5, "number"), Corridor.cell("2024-01-01", "month"), Corridor.cell(true, "flag"),
          Corridor.cell(0, "chance"), Corridor.cell(0.42, "chance"), Corridor.cell(0.999, "chance")]; }"""
    )
    assert made[:6] == ["1,234 USD", "<10", "50\u00a0%", "1,230", "January 2024", "yes"]
    assert made[6:] == ["<1\u00a0%", "42\u00a0%", ">99\u00a0%"]
