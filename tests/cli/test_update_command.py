"""``corridor update``: what it calls, in which order, and what it says of the run that stood there before."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from corridor.cli import main, update
from corridor.formats import new_corridor
from corridor.study import RunFolder


def run_with(path: Path, median: float, corridor: str = "mine") -> None:
    """A run that forecasts one month of one series: the median, and 80 % within 20 of it."""
    rows = [(0.1, median - 20), (0.5, median), (0.9, median + 20)]
    month = dt.date(2024, 1, 1)
    forecast = pl.DataFrame(
        [("base", "us_total", "", month, "", level, value) for level, value in rows],
        schema=["scenario", "series", "place", "month", "nationality", "quantile", "value"],
        orient="row",
    )
    RunFolder.write(path, {"forecast": forecast}, {"corridor": corridor, "as_of": "2023-12-31"})


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """A corridor ``mine``; the steps are noted, and the run has a median of 150."""
    monkeypatch.chdir(tmp_path)
    new_corridor("mine")
    shutil.rmtree("mine/calibration")
    noted: list[tuple[str, Any]] = []

    def read(name: str | None, where: str, on: dt.date | None, **options: Any) -> None:
        noted.append(("refresh", (name, where)))

    def run(corridor: str, scenarios: tuple[str, ...], **options: Any) -> None:
        noted.append(("simulate", options["as_of"]))
        run_with(options["out"], 150.0)

    def fit(corridor: str, **options: Any) -> tuple[Path, pl.DataFrame]:
        noted.append(("calibrate", options["as_of"]))
        return Path("there"), pl.DataFrame()

    monkeypatch.setattr(update, "read_editions", read)
    monkeypatch.setattr(update, "run_and_write", run)
    monkeypatch.setattr(update, "fit_folder", fit)
    return noted


def test_the_run_is_compared_with_the_one_that_stood_there(calls: list[tuple[str, Any]]) -> None:
    run_with(Path("mine-run"), 100.0)
    result = CliRunner().invoke(main, ["update", "mine", "--format", "json"])
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert (row["before"], row["now"], row["moved"], row["inside"]) == (100.0, 150.0, 50.0, False)


def test_files_are_read_first_then_fitted_then_run(calls: list[tuple[str, Any]]) -> None:
    Path("mine/calibration").mkdir()
    Path("mine/calibration/plan.yaml").write_text("")
    words = ["update", "mine", "--as-of", "2023-06-30", "--from", "cbp.csv", "--from", "shelter=a=b.csv"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    day = dt.date(2023, 6, 30)
    assert calls == [
        ("refresh", (None, "cbp.csv")), ("refresh", ("shelter", "a=b.csv")), ("calibrate", day), ("simulate", day)
    ]  # fmt: skip
    assert "there was no earlier run" in result.stderr


def test_without_a_date_it_stands_at_the_end_of_the_period_or_today(calls: list[tuple[str, Any]]) -> None:
    Path("mine/calibration").mkdir()
    Path("mine/calibration/plan.yaml").write_text("")
    assert CliRunner().invoke(main, ["update", "mine", "-q"]).exit_code == 0
    assert calls[0] == ("calibrate", min(dt.date.today(), dt.date(2024, 12, 31)))


def test_a_corridor_without_a_plan_is_run_and_says_so(calls: list[tuple[str, Any]]) -> None:
    result = CliRunner().invoke(main, ["update", "mine"])
    assert [name for name, _ in calls] == ["simulate"]
    assert "has no calibration/plan.yaml" in result.stderr


def test_a_run_of_another_corridor_stops_it_before_anything_is_read(calls: list[tuple[str, Any]]) -> None:
    run_with(Path("mine-run"), 100.0, "another")
    result = CliRunner().invoke(main, ["update", "mine", "--from", "cbp.csv"])
    assert result.exit_code == 2
    assert "holds a run of another corridor, 'another'" in result.stderr
    assert calls == []


def test_a_file_name_with_an_equals_sign_or_an_address(calls: list[tuple[str, Any]]) -> None:
    for text in ("https://publisher.example/file?a=b", "./a=b.csv"):
        assert CliRunner().invoke(main, ["update", "mine", "-q", "--from", text]).exit_code == 0
    assert [what for name, what in calls if name == "refresh"] == [
        (None, "https://publisher.example/file?a=b"), (None, "./a=b.csv")
    ]  # fmt: skip
