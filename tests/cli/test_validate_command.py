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

import small_corridors as small
from corridor.cli import main
from corridor.engine import RunSpec, compile_corridor
from corridor.ensemble import simulate
from corridor.model import workers

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


def members_on(monkeypatch: pytest.MonkeyPatch, seen: list[str | None]) -> None:
    """Each date scores the members of a small corridor, and notes the scheduler that they went to."""

    def scored(corridor: object, plan: object, date: dt.date, **options: Any) -> pl.DataFrame:
        seen.append(workers._cluster.get())
        small_one = small.hazards((0.2, 0.1), 500.0, days=20)
        spec = RunSpec(start=small_one.settings.start, end=small_one.settings.end, seed=options["seed"])
        run = simulate(
            compile_corridor(small_one, None, spec), members=options["members"], workers=options["workers"]
        )
        wis = run.stock_by_day("town.start").std(axis=0).tolist()
        return pl.DataFrame({"publisher": "us", "series": "total", "month": date.replace(day=1), "horizon": range(1, 21), "wis": wis,
            "wis_reference": 200.0, "wis_forecast": 100.0, "inside_80": True, "inside_95": True, "origin": date})  # fmt: skip

    monkeypatch.setattr("corridor.forecast.validation.validate_date", scored)


def test_members_on_a_cluster_give_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    seen: list[str | None] = []
    members_on(monkeypatch, seen)
    words = ("--dates", str(FIRST), "--members", "12", "--workers", "1")
    here = call(tmp_path / "here", *words)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as local:  # fmt: skip
        address = local.scheduler_address
        assert call(tmp_path / "there", *words, "--cluster", address) == here
    assert seen == [None, address]
    parts = [tmp_path / where / "baseline" / f"{FIRST}-12-1.parquet" for where in ("here", "there")]
    assert parts[0].read_bytes() == parts[1].read_bytes()


@pytest.mark.parametrize("command", ["simulate", "demo", "backtest", "calibrate", "validate", "explore"])
def test_every_long_command_takes_a_cluster(command: str) -> None:
    group = main.get_command(None, command)  # type: ignore[arg-type]
    assert group is not None and any("--cluster" in option.opts for option in group.params)


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
