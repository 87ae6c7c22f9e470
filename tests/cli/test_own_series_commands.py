"""Every command that reads a series of the user's answers with finite numbers or with one sentence, on every kind of file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from cli.own_files import FILES
from corridor.cli import main
from corridor.cli.common import _cell
from corridor.data import load

QUICK = (
    "weekly_bursts",
    "two_places_one_late",
    "one_burst",
    "zeros_left_out",
    "one_year_of_days",
    "points_of_a_flow",
)
PAGES = (
    "daily_census", "weekly_bursts", "two_places_one_late", "quarters", "dated_points", "huge", "zeros", "one_burst", "eight_weeks",
)  # fmt: skip
REFUSED = {
    "points_of_a_flow": "dated points of a flow",
    "zeros": "every count known on",
}
"""Files that cannot be forecast, and what is said of them."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_DATA", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)


def run(*args: object) -> Result:
    made = CliRunner().invoke(main, [str(arg) for arg in args])
    assert made.exit_code in (0, 2), made.output
    assert "unexpected" not in made.output and "Traceback" not in made.output
    return made


def keep(kind: str) -> None:
    file, text, options = FILES[kind](np.random.default_rng([11, len(kind)]))
    Path(file).write_text(text, "utf-8")
    assert run("data", "add", file, "--as", kind, *options).exit_code == 0


def _marked(names: list[str]) -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("kind", _marked(list(FILES)))
def test_a_file_goes_through_every_command(kind: str) -> None:
    keep(kind)
    table = load(kind).table
    highest, dates = float(table["value"].max()), table["date"].unique().sort()
    made = run("forecast", "--data", kind, "--horizon", 3, "--format", "json", "-q")
    if kind in REFUSED:
        assert made.exit_code == 2 and REFUSED[kind] in made.output
    else:
        rows = json.loads(made.stdout)["rows"]
        values = np.array([row["value"] for row in rows]).reshape(3, 23)
        assert np.isfinite(values).all() and (values >= 0).all() and (np.diff(values, axis=1) >= 0).all()
        # nothing goes further than a few times what was ever counted on all parts together, seven days making a week
        most = float(table.group_by("date").agg(pl.col("value").sum())["value"].max())
        assert values[:, 20].max() <= 12 * max(most, 1.0) * (7 if load(kind).frequency == "day" else 1)
        assert run("forecast", "--data", kind, "--above", highest, "--horizon", 2, "-q").exit_code == 0
    scores = run("backtest", "--data", kind, "--origins", 2, "--horizon", 1, "--model", "stacked", "--format", "json", "-q")  # fmt: skip
    if scores.exit_code == 0:
        assert all(np.isfinite(row["wis"]) for row in json.loads(scores.stdout)["rows"])
    else:
        assert "hint:" in scores.output
    effect = run("evaluate", "--data", kind, "--date", dates[int(len(dates) * 0.6)])
    assert effect.exit_code == 0 or "hint:" in effect.output
    assert not re.search(r"\b(nan|inf|None)\b", effect.output)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PAGES)
def test_a_file_goes_through_reception_and_onto_a_page(kind: str) -> None:
    keep(kind)
    last = load(kind).table["date"].max()
    made = run("reception", "--data", kind, "--as-of", last, "--beds", 1000, "--format", "json", "-q")
    assert made.exit_code == (2 if kind in ("weekly_bursts", "one_burst") else 0), made.output
    page = run("forecast", "--data", kind, "--horizon", 2, "--out", "page.html", "-q")
    assert page.exit_code == (2 if kind in REFUSED else 0), page.output
    scores = run(
        "backtest",
        "--data",
        kind,
        "--origins",
        2,
        "--horizon",
        1,
        "--out",
        "scores.html",
        "--model",
        "stacked",
    )
    assert scores.exit_code == 0 or "hint:" in scores.output


def test_a_flow_with_zeros_is_no_census() -> None:
    keep("weekly_bursts")
    made = run("reception", "--data", "weekly_bursts", "--beds", 100)
    assert made.exit_code == 2
    assert "kept as a flow" in made.output and "--arrivals weekly_bursts" in made.output


def test_a_model_without_a_forecast_is_left_out_of_a_backtest_and_named() -> None:
    """One year of weeks has no season to repeat; the others are scored all the same."""
    keep("one_year_of_days")
    made = run("backtest", "--data", "one_year_of_days", "--origins", 2, "--horizon", 1, "--model", "stacked", "--model", "seasonal_naive")  # fmt: skip
    assert made.exit_code == 0
    assert "seasonal_naive has no forecast from so short a history" in made.output
    assert {"stacked", "walk"} <= set(made.output.split())


def test_days_without_a_nationality_count_zero_where_they_are_common() -> None:
    """No week is lost because a nationality with a few arrivals a day has none on some day."""
    keep("zeros_left_out")
    made = run("forecast", "--data", "zeros_left_out", "--horizon", 1, "--format", "json")
    assert "a part of their total was not published" not in made.output
    found = json.loads(made.stdout)
    median = next(row["value"] for row in found["rows"] if row["quantile"] == 0.5)
    assert median == pytest.approx(
        7 * 8 * (1 + 1 / 2 + 1 / 3 + 1 / 4), rel=0.15
    )  # the rates of the generator


def test_effects_of_what_fills_no_month_are_refused() -> None:
    keep("points_of_a_flow")
    made = run("evaluate", "--data", "points_of_a_flow", "--date", "2022-05-01")
    assert made.exit_code == 2 and "holds no whole month" in made.output


@pytest.mark.parametrize(
    ("value", "text"), [(8_413_170_000_000.4, "8,413,170,000,000"), (1234567.8, "1,234,568"), (0.25, "0.25"), (99999.5, "99,999.5")]
)  # fmt: skip
def test_large_numbers_have_no_exponent(value: float, text: str) -> None:
    assert _cell(value) == text
