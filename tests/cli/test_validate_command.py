"""`corridor validate` keeps finished dates, tells the baseline from the free run, and refuses a date out of the period."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from corridor.cli import main

FIRST, SECOND = dt.date(2023, 3, 31), dt.date(2023, 6, 30)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No corridor is read: the command hands it on."""
    settings = SimpleNamespace(end=dt.date(2025, 12, 31))
    monkeypatch.setattr("corridor.formats.open_corridor", lambda name: SimpleNamespace(settings=settings))
    monkeypatch.setattr("corridor.calibrate.read_plan", lambda path, corridor: SimpleNamespace(iterations=1))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dt.date, bool]]:
    """Dates that were scored, and whether free; each gives one score."""
    found: list[tuple[dt.date, bool]] = []

    def scored(corridor: object, plan: object, date: dt.date, **options: Any) -> pl.DataFrame:
        found.append((date, options["free"]))
        row = {
            "publisher": "us", "series": "total", "month": date.replace(day=1), "horizon": 1, "wis": 100.0,
            "wis_reference": 200.0, "wis_forecast": 100.0, "inside_80": True, "inside_95": True, "origin": date,
        }  # fmt: skip
        return pl.DataFrame([row])

    monkeypatch.setattr("corridor.forecast.validation.validate_date", scored)
    return found


def call(out: Path, *words: str) -> list[dict[str, Any]]:
    arguments = ["validate", "americas", "--out", str(out), "--format", "json", "--quiet", *words]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["rows"]


def test_dates_are_scored_once_and_more_are_added(tmp_path: Path, asked: list[Any]) -> None:
    out = tmp_path / "v"
    rows = call(out, "--dates", str(FIRST))
    assert [(r["set"], r["wis_ratio"], r["dates"]) for r in rows] == [("us_total", 0.5, 1)]
    rows = call(out, "--dates", str(FIRST), "--dates", str(SECOND))
    assert asked == [(FIRST, False), (SECOND, False)]
    assert rows[0]["dates"] == 2
    assert pl.read_csv(out / "baseline.csv")["targets"].to_list() == [2]


def test_the_free_run_is_kept_apart(tmp_path: Path, asked: list[Any]) -> None:
    out = tmp_path / "v"
    call(out, "--dates", str(FIRST))
    call(out, "--dates", str(FIRST), "--free")
    assert asked == [(FIRST, False), (FIRST, True)]
    assert {p.name for p in out.glob("*.csv")} == {"baseline.csv", "free.csv"}


def test_other_members_are_another_result(tmp_path: Path, asked: list[Any]) -> None:
    call(tmp_path, "--dates", str(FIRST))
    call(tmp_path, "--dates", str(FIRST), "--members", "10")
    assert len(asked) == 2


def test_a_date_after_the_period_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["validate", "americas", "--dates", "2099-01-31", "--out", str(tmp_path)]
    )
    assert result.exit_code == 2
    assert "after the corridor's period" in result.stderr
