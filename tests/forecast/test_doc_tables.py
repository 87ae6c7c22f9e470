"""Every table of figures in docs/backtest.md and docs/calibration.md is that of the result file it names."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
BACKTEST = (ROOT / "docs" / "backtest.md").read_text("utf-8")
CALIBRATION = (ROOT / "docs" / "calibration.md").read_text("utf-8")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def block(page: str, begin: str, end: str) -> str:
    assert page.count(begin) == 1, begin
    return page.split(begin, 1)[1].split(end, 1)[0]


SCOREBOARD = script("write_scoreboard")
BOARD = pl.read_csv(SCOREBOARD.RESULTS) if SCOREBOARD.RESULTS.exists() else None
TABLES = SCOREBOARD.tables(BOARD) if BOARD is not None else {}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_backtest_is_that_of_its_result_file(name: str) -> None:
    assert block(BACKTEST, f"<!-- {name} -->\n", f"\n<!-- end {name} -->") == TABLES[name]


@pytest.mark.skipif(BOARD is None, reason="no result of the backtest is committed")
def test_a_figure_that_was_edited_by_hand_is_seen() -> None:
    edited = TABLES["models"].replace("-11.6", "-15.6", 1)
    assert edited != TABLES["models"]
    assert edited not in BACKTEST


@pytest.mark.skipif(BOARD is None, reason="no result of the backtest is committed")
def test_the_shipped_scoreboard_is_the_same_result() -> None:
    assert BOARD is not None
    shipped = pl.read_csv(SCOREBOARD.SHIPPED).rename({"series_set": "set"})
    ours = BOARD.filter(model=SCOREBOARD.MODEL)
    both = shipped.join(ours, on=["set", "origin", "horizon", "period"], suffix="_here")
    assert both.height == shipped.height
    assert both["relative_wis"].to_numpy() == pytest.approx(both["relative_wis_here"].to_numpy(), abs=1e-4)


def test_the_table_of_the_fit_is_that_of_the_shipped_fit() -> None:
    module = script("write_fit_table")
    with module.FIT.open(encoding="utf-8", newline="") as file:
        fit = {(r["counting_point"], r["line"], r["metric"]): r for r in csv.DictReader(file)}
    shown = block(CALIBRATION, module.BEGIN, module.END)
    assert shown.startswith(module.HEAD)
    lines = shown.removeprefix(module.HEAD).splitlines(keepends=True)
    assert len(lines) > 15
    for line in lines:
        assert line == module.line(line.split("`")[1], fit)


def test_the_tables_of_the_validation_are_those_of_their_result_files() -> None:
    module = script("write_validation")
    assert block(CALIBRATION, module.BEGIN, module.END) == module.rendered()
    assert block(CALIBRATION, module.BEGIN_2024, module.END_2024) == module.rendered("2024")


def test_the_table_of_the_posterior_is_that_of_the_shipped_calibration() -> None:
    module = script("write_identification")
    shown = block(
        module.PAGE.read_text("utf-8"),
        "<!-- begin learned: written by scripts/write_identification.py -->\n",
        "<!-- end learned -->\n",
    )
    assert shown == "\n".join(module.learned()) + "\n"
