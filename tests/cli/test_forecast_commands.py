"""``corridor forecast`` and ``corridor backtest`` as a user calls them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from corridor.cli import main
from corridor.forecast import read_hub


def call(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [*words])
    return result.exit_code, result.stdout, result.stderr


def test_a_dataset_as_table_json_csv_and_hub(tmp_path: Path) -> None:
    words = (
        "forecast",
        "--data",
        "guatemala_returns",
        "--as-of",
        "2024-02-10",
        "--horizon",
        "2",
        "--model",
        "no_change",
    )
    code, out, said = call(*words)
    assert code == 0
    assert "last published: 2023-12-01" in said  # 31 January and 30 days is after 10 February
    assert [line.split()[1] for line in out.splitlines()[2:]] == ["2024-01-01", "2024-02-01"]
    hub = tmp_path / "2024-02-10-me-mine.csv"
    code, out, _ = call(*words, "--format", "json", "--hub", str(hub))
    answer = json.loads(out)
    assert code == 0 and answer["step"] == "month" and len(answer["rows"]) == 2 * 23
    assert read_hub(hub).height == 46
    assert "methods" in hub.with_suffix(".yml").read_text("utf-8")
    code, out, _ = call(*words, "--format", "csv", "--quiet")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 46
    assert [float(r["value"]) for r in rows] == pytest.approx([r["value"] for r in answer["rows"]])


def test_a_series_of_a_corridor_by_nationality_adds_up() -> None:
    words = (
        "forecast",
        "americas",
        "--target",
        "honduras_entries",
        "--as-of",
        "2023-06-30",
        "--horizon",
        "1",
    )
    code, out, said = call(*words, "--by", "nationality", "--model", "upstream", "--format", "json")
    assert code == 0
    assert "source darien: published +0 months" in said
    median = {r["series"]: r["value"] for r in json.loads(out)["rows"] if r["quantile"] == 0.5}
    parts = sum(value for name, value in median.items() if name != "total")
    assert len(median) >= 10
    # medians do not add up exactly, draws do; for one month ahead they are near each other
    assert parts == pytest.approx(median["total"], rel=0.1)


def test_daily_counts_by_week() -> None:
    words = ("--data", "usbp_daily_apprehensions", "--where", "measure=max", "--as-of", "2026-09-01")
    code, out, _ = call("forecast", *words, "--horizon", "1", "--model", "no_change", "--format", "json")
    assert code == 0
    assert json.loads(out)["step"] == "week"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "guatemala_returns", "--as-of", "2010-01-01"), "no month to forecast from"),
        (("--data", "guatemala_return"), "guatemala_returns"),
        (("--data", "guatemala_returns", "--by", "sx", "--as-of", "2024-01-31"), "no dimension 'sx'"),
        (("--data", "guatemala_returns", "--as-of", "2020-09-30", "--horizon", "30"), "longer than the history"),
        (("--data", "guatemala_returns", "--as-of", "2020-04-30"), "counts are known on 2020-04-30"),
        (("--data", "guatemala_returns", "--as-of", "2024-01-31", "--model", "profet"), "no model 'profet'"),
        (("--data", "guatemala_returns", "--where", "sex"), "not DIM=VALUE"),
        (("--data", "city_reception"), "may not be summed"),
        (("americas", "--target", "us_totl"), "did you mean 'us_total'?"),
        (("americas", "--target", "us_total", "--as-of", "2023-06-30", "--model", "corridor"), "no calibrated corridor"),
        (("--data", "guatemala_returns", "--as-of", "2024-01-31", "--model", "no_change", "--hub", "x.txt"), "neither .csv"),
        (("americas",), "name either DIR"),
        (("--data", "guatemala_returns", "--horizon", "0"), "horizon"),
    ],
)  # fmt: skip
def test_wrong_calls_are_told_what_is_wrong(words: tuple[str, ...], said: str) -> None:
    code, out, error = call("forecast", *words)
    assert code == 2
    assert out == ""
    assert said in error
    assert "Traceback" not in error


@pytest.mark.slow
def test_backtest_prints_resumes_and_keeps_the_held_out_months_apart(tmp_path: Path) -> None:
    words = ("backtest", "--first", "2023-11", "--last", "2023-12", "--horizon", "1", "--model", "no_change",
             "--out", str(tmp_path / "b"), "--workers", "1")  # fmt: skip
    code, out, _ = call(*words, "--format", "json")
    assert code == 0
    rows = json.loads(out)["rows"]
    assert {row["set"] for row in rows} >= {"us_total", "mexico_total", "honduras_total", "darien_total"}
    one = next(r for r in rows if r["model"] == "reference" and r["set"] == "us_total")
    assert one["relative_wis"] == 1.0 and one["origins"] == 2
    scores = pl.read_parquet(tmp_path / "b" / "scores.parquet")
    assert set(scores["model"].unique()) == {"no_change", "reference"}
    assert not (tmp_path / "b" / "held_out.csv").exists()
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "b" / "blocks").glob("*.parquet")}
    assert call(*words)[0] == 0
    assert stamps == {p: p.stat().st_mtime_ns for p in (tmp_path / "b" / "blocks").glob("*.parquet")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--last", "2024-06"), "origins after 2023-12 are held out"),
        (("--first", "2023-13"), "is not a month"),
        (("--first", "2023-12", "--last", "2023-01"), "before the first"),
        (("--model", "thetta"), "did you mean 'theta'?"),
        (("--period", "2021"), "no period '2021'"),
        (("--hub", "nowhere"), "no file or folder nowhere"),
        (("atlantis",), "no corridor folder atlantis"),
    ],
)
def test_wrong_backtests(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    code, out, error = call("backtest", *words, "--out", str(tmp_path / "b"))
    assert (code, out) == (2, "")
    assert said in error


@pytest.fixture
def hub_file(tmp_path: Path) -> Path:
    """A model-output table of two months of Honduras, as `forecast --hub` writes it."""
    path = tmp_path / "2024-02-10-me-mine.csv"
    words = (
        "forecast",
        "--data",
        "honduras_entries",
        "--as-of",
        "2024-02-10",
        "--horizon",
        "2",
        "--model",
        "reference",
    )
    assert call(*words, "--hub", str(path))[0] == 0
    return path


@pytest.mark.slow
def test_a_hub_is_scored_beside_the_reference_and_the_default(hub_file: Path) -> None:
    code, out, _ = call("backtest", "--hub", str(hub_file), "--format", "json")
    assert code == 0
    ratio = {r["model"]: r["relative_wis"] for r in json.loads(out)["rows"] if r["set"] == "honduras_total"}
    assert ratio["me-mine"] == pytest.approx(1.0, rel=1e-4)
    assert set(ratio) == {"me-mine", "reference", "combined"}


def test_a_hub_with_crossing_quantiles_exits_2(hub_file: Path) -> None:
    rows = hub_file.read_text("utf-8").splitlines()
    rows[10], rows[11] = (
        a.rsplit(",", 1)[0] + "," + b.rsplit(",", 1)[1]
        for a, b in ((rows[10], rows[11]), (rows[11], rows[10]))
    )
    hub_file.write_text("\n".join(rows) + "\n", "utf-8")
    code, _, error = call("backtest", "--hub", str(hub_file))
    assert code == 2
    assert "mine.csv:12:value: quantiles of total, 2024-02-29 cross" in error
