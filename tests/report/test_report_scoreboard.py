"""The scoreboard in a run and in the report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from make_run import MANIFEST, tables

from corridor.forecast.scoreboard import SHIPPED, shipped_scoreboard
from corridor.report.sections import RunView
from corridor.report.sections.scoreboard import Scoreboard
from corridor.study import TABLES, RunFolder
from corridor.study.schema import conform
from corridor.text import has, plain

ALL = {"us_southwest_encounters", "mexico_encounters", "honduras_entries", "darien_transits"}


def test_the_section_says_the_figures_of_the_table(tmp_path: Path) -> None:
    view = RunView(RunFolder.write(tmp_path / "run", tables(), MANIFEST))
    section = Scoreboard()
    assert section.available(view)
    _, said, table = section.payload(view)
    # the invented run has 0.9 [0.84, 0.97] and coverage 0.8
    assert "differs from the reference by −10.0" in said["text"]["en"].replace("\N{NO-BREAK SPACE}", " ")
    assert "diez nacionalidades" in said["text"]["es"]
    assert len(table["table"]["rows"]) == 2
    empty = RunView(RunFolder.write(tmp_path / "empty", {}, MANIFEST))
    assert not section.available(empty)


def test_a_run_shows_only_scores_that_were_past() -> None:
    assert shipped_scoreboard(dt.date(2023, 6, 30), ALL).is_empty()
    then = shipped_scoreboard(dt.date(2023, 12, 31), ALL)
    assert then["period"].unique().to_list() == ["until_2023_12"]
    later = shipped_scoreboard(dt.date(2025, 7, 1), {"mexico_encounters"})
    assert set(later["period"]) == {"all", "until_2023_12", "from_2024_01"}
    assert set(later["series_set"]) == {"mexico_total", "mexico_nationalities"}
    assert conform("scoreboard", then)[1] == []
    assert then.columns == list(TABLES["scoreboard"])


def test_every_set_of_the_shipped_scoreboard_has_words() -> None:
    shipped = pl.read_csv(SHIPPED)
    for prefix, column in (("set", "series_set"), ("origin", "origin"), ("period", "period")):
        for code in shipped[column].unique():
            assert has(f"report.scoreboard_{prefix}_{plain(code)}"), code


def test_the_docs_print_the_shipped_scoreboard() -> None:
    """Renew both with ``python scripts/write_scoreboard.py FOLDER``."""
    text = (Path(__file__).parents[2] / "docs" / "backtest.md").read_text("utf-8")
    shipped = pl.read_csv(SHIPPED)
    for origin in ("nowcast", "month_end"):
        for period in ("all", "until_2023_12", "from_2024_01"):
            name = f"{origin}-{period}"
            part = text.split(f"<!-- {name} -->", 1)[1].split(f"<!-- end {name} -->", 1)[0]
            lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
            rows = shipped.filter(origin=origin, period=period)
            assert len(lines) == rows.height > 30
            for line, row in zip(lines, rows.iter_rows(named=True), strict=True):
                cells = [cell.strip() for cell in line.strip("| ").split("|")]
                assert cells[:2] == [row["series_set"], str(row["horizon"])]
                assert float(cells[2]) == pytest.approx(100 * (row["relative_wis"] - 1), abs=0.06)
