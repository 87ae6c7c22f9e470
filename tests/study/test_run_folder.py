"""The run folder: schema, atomic writing, what damage is found, what CSV holds."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from make_levers import levers
from make_run import MANIFEST, tables

from corridor.model import InputError
from corridor.model.small_counts import suppress
from corridor.study import TABLES, RunFolder
from corridor.study.folder import csv_safe


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The invented run of ``make_run``."""
    return RunFolder.write(tmp_path_factory.mktemp("study") / "run", tables(), MANIFEST, levers())


def small() -> dict[str, pl.DataFrame]:
    return {"capacity": pl.DataFrame({"item": ["a"], "date": [dt.date(2024, 1, 1)], "value": [5]})}


def test_tables_come_back_as_written(run: RunFolder) -> None:
    again = RunFolder.open(run.path)
    assert set(again.tables) == {
        name
        for name in TABLES
        if not name.startswith(
            ("reception", "placement", "packages", "package_", "parties", "translations", "targets")
        )
    }
    for name, table in tables().items():
        blank = table.with_columns(pl.col(pl.String).fill_null(""))
        assert again.table(name).equals(blank), name
    assert again.manifest["command"] == MANIFEST["command"]


def test_every_documented_column_is_in_the_schema(run: RunFolder) -> None:
    text = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    documented = {}
    for line in text.splitlines():
        cells = line.split("|")
        if line.startswith("| `") and len(cells) == 4:
            names, words = cells[1].replace("`", "").split(","), cells[2].split("`")
            if len(words) > 1 and len(names) == 1 and names[0].strip() in TABLES:
                documented[names[0].strip()] = words[1].split()
    assert "forecast" in documented
    for name, columns in documented.items():
        assert columns == list(TABLES[name]), name


def test_parquet_and_csv_hold_the_same_rows(run: RunFolder) -> None:
    for name in ("differences", "fit", "capacity"):
        with (run.path / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == list(TABLES[name])
        numbers = [float(row["value"]) for row in rows] if "value" in rows[0] else []
        assert (
            numbers == run.table(name)["value"].to_list() if numbers else len(rows) == run.table(name).height
        )


def test_csv_of_counts_suppresses_under_ten_and_parquet_keeps_them(run: RunFolder) -> None:
    with (run.path / "tables" / "observed.csv").open(encoding="utf-8") as file:
        shown = {row["value"] for row in csv.DictReader(file) if row["series"] == "deaths_darien"}
    assert shown == {"<10"}
    kept = run.table("observed").filter(pl.col("series") == "deaths_darien")["value"]
    assert kept.is_between(1, 9).all()


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (1.0, "<10"), (9.0, "<10"), (10.0, "10"), (301981.0, "301981")]
)
def test_suppression_at_its_edges(value: float, shown: str) -> None:
    assert suppress(pl.DataFrame({"value": [value]}), {})["value"].to_list() == [shown]


def test_csv_holds_no_small_count_in_words_either(tmp_path: Path) -> None:
    point = {"item": ["a", "b"], "date": [dt.date(2024, 1, 1)] * 2, "value": [4.0, 40.0], "known": [True] * 2,
             "label": ["about 4", "about 40"], "source": ["", ""]}  # fmt: skip
    RunFolder.write(tmp_path / "run", {"points": pl.DataFrame(point)}, {})
    with (tmp_path / "run" / "tables" / "points.csv").open(encoding="utf-8") as file:
        rows = [(row["value"], row["label"]) for row in csv.DictReader(file)]
    assert rows == [("<10", "<10"), ("40", "about 40")]


@pytest.mark.parametrize("text", ["=1+1", "+1+A1", "-A1", "@A1", "\tx", "\r=x", "  =cmd()"])
def test_csv_text_cannot_become_a_formula(text: str) -> None:
    assert csv_safe(pl.DataFrame({"a": [text], "n": [-1.0]})).rows() == [("'" + text, -1.0)]


def test_plain_text_is_left_alone() -> None:
    plain = ["Del Rio = sector", "", "-12.5", "+3"]
    assert csv_safe(pl.DataFrame({"a": plain}))["a"].to_list() == plain


def test_all_schema_faults_at_once(tmp_path: Path) -> None:
    wrong = {
        "capacity": pl.DataFrame({"item": [1], "dates": ["x"], "value": ["y"]}),
        "capacities": pl.DataFrame(),
        "grades": pl.DataFrame({"scenario": ["s"], "item": ["i"], "grade": ["causal"], "share": [1.7]}),
        "points": small()["capacity"],
    }
    with pytest.raises(InputError) as caught:
        RunFolder.write(tmp_path / "run", wrong, {})
    found = {(fault.file, fault.column) for fault in caught.value.faults}
    assert found >= {("capacity", "date"), ("capacity", "dates"), ("capacity", "value"), ("capacities", None)}
    assert found >= {("grades", "share"), ("points", "known"), ("points", "source")}
    assert not list(tmp_path.iterdir())


def test_not_a_number_is_a_fault(tmp_path: Path) -> None:
    table = pl.DataFrame({"item": ["a"], "date": [dt.date(2024, 1, 1)], "value": [float("nan")]})
    with pytest.raises(InputError, match="finite"):
        RunFolder.write(tmp_path / "run", {"capacity": table}, {})


def test_a_run_replaces_a_run_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "run"
    RunFolder.write(path, small(), {"n": 1})
    RunFolder.write(path, small(), {"n": 2})
    assert RunFolder.open(path).manifest["n"] == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not a run folder"):
        RunFolder.write(other, small(), {})
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_failing_write_leaves_the_old_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run"
    RunFolder.write(path, small(), {"n": 1})

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(InputError, match="No space left"):
        RunFolder.write(path, small(), {"n": 2})
    monkeypatch.undo()
    assert RunFolder.open(path).manifest["n"] == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def damaged(tmp_path: Path, change: str) -> Path:
    path = RunFolder.write(
        tmp_path / "run", {**small(), "grades": tables()["grades"]}, {"as_of": "2023-12-31"}
    ).path
    parquet, manifest = path / "tables" / "capacity.parquet", path / "manifest.json"
    if change == "no manifest":
        manifest.unlink()
    elif change == "manifest cut":
        manifest.write_text(manifest.read_text()[:40])
    elif change == "manifest is a list":
        manifest.write_text("[]")
    elif change == "table gone":
        parquet.unlink()
        (path / "tables" / "grades.parquet").write_bytes(b"")
    elif change == "table cut":
        parquet.write_bytes(parquet.read_bytes()[:100])
    elif change == "unknown table":
        content = json.loads(manifest.read_text())
        content["tables"]["../../etc"] = {}
        manifest.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("no manifest", ["manifest.json: missing"]),
        ("manifest cut", ["not readable as JSON"]),
        ("manifest is a list", ["lists no tables"]),
        ("table gone", ["capacity.parquet: missing", "grades.parquet: changed"]),
        ("table cut", ["capacity.parquet: changed"]),
        ("unknown table", ["not a table of a run folder"]),
    ],
)
def test_damage_is_named(tmp_path: Path, change: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        RunFolder.open(damaged(tmp_path, change))
    for part in words:
        assert part in str(caught.value)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        RunFolder.open(tmp_path / "nowhere")
