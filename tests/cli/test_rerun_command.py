"""``corridor rerun``: a run repeated from its manifest, and ``--record`` for commands that write none."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from corridor.cli import main, rerun
from corridor.data import load
from corridor.model import InputError
from repository import ROOT

STRAIT = ROOT / "examples" / "strait"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def corridor(monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """Run a command whose words also stand in ``sys.argv``, as they do at a terminal."""
    monkeypatch.setattr("sys.argv", ["corridor", *words])
    return CliRunner().invoke(main, list(words))


def changed(file: Path, **fields: object) -> Path:
    """A copy of a record with other fields."""
    record = json.loads(file.read_text("utf-8"))
    copy = file.with_name("changed.json")
    copy.write_text(json.dumps({**record, **fields}), "utf-8")
    return copy


@pytest.mark.slow
def test_a_run_is_repeated_and_compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(STRAIT, tmp_path / "mine")
    words = ("simulate", "mine", "--members", "2", "--workers", "1", "--out", "run", "-q")
    assert corridor(monkeypatch, *words).exit_code == 0
    tables = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))["tables"]
    result = corridor(monkeypatch, "rerun", "run", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1:] == [f"{name},equal" for name in sorted(tables)]
    tables["daily"]["sha256"] = "0" * 64  # as if the run had given something else
    file = changed(tmp_path / "run" / "manifest.json", tables=tables)
    result = corridor(monkeypatch, "rerun", str(file), "--format", "csv")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines()[1:] if not line.endswith(",equal")] == [
        "daily,differs"
    ]


def test_what_a_command_printed_is_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(STRAIT, tmp_path / "mine")
    printed = corridor(monkeypatch, "--record", "check.json", "check", "mine")
    assert printed.exit_code == 0, printed.output
    record = json.loads((tmp_path / "check.json").read_text("utf-8"))
    assert record["command"] == "corridor check mine" and set(record["inputs"]) == {"data", "strait"}
    assert record["printed"] == hashlib.sha256(printed.stdout.encode()).hexdigest()
    assert corridor(monkeypatch, "rerun", "check.json").exit_code == 0
    other = changed(tmp_path / "check.json", printed="0" * 64)
    assert corridor(monkeypatch, "rerun", str(other)).exit_code == 1
    other = changed(tmp_path / "check.json", version="0.0.9")
    result = corridor(monkeypatch, "rerun", str(other))
    assert result.exit_code == 2 and "the run is of Corridor 0.0.9" in result.stderr
    with (tmp_path / "mine" / "measures.csv").open("a", encoding="utf-8") as rows:
        rows.write("\n")
    result = corridor(monkeypatch, "rerun", "check.json")
    assert result.exit_code == 2 and "strait has changed since the run" in result.stderr
    shutil.rmtree(tmp_path / "mine")
    assert "strait is not here" in corridor(monkeypatch, "rerun", "check.json").stderr


def test_a_file_that_a_command_reads_is_an_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pl.DataFrame({"date": ["2023-01-01", "2023-02-01"], "people": [120, 130]}).write_csv("census.csv")
    words = ("--record", "add.json", "data", "add", "census.csv", "--as", "census", "--dry-run")
    assert corridor(monkeypatch, *words).exit_code == 0
    inputs = json.loads((tmp_path / "add.json").read_text("utf-8"))["inputs"]
    assert set(inputs) == {"data", "file: census.csv"} and load("honduras_entries")
    (tmp_path / "census.csv").write_text("date,people\n2023-01-01,1\n", "utf-8")
    result = corridor(monkeypatch, "rerun", "add.json")
    assert result.exit_code == 2 and "census.csv has changed since the run" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no manifest"),
        ("{", "cannot be read as a manifest"),
        ("[]", "does not say which command"),
        ('{"inputs": {}, "command": "rm -r /"}', "does not say which command"),
        ('{"inputs": [], "command": "corridor demo"}', "does not list its inputs"),
        ('{"inputs": {}, "command": "corridor explore americas"}', "does not list its inputs"),
    ],
)
def test_what_is_no_manifest_is_refused(
    text: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        (tmp_path / "file.json").write_text(text, "utf-8")
    result = corridor(monkeypatch, "rerun", "file.json")
    assert result.exit_code == 2 and message in result.stderr
    with pytest.raises(InputError):
        rerun.read_manifest(tmp_path / "file.json")


def test_outputs_are_compared_by_name() -> None:
    then, now = {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}
    assert list(rerun.compared(then, now)) == [
        ("a", "missing"), ("b", "equal"), ("c", "differs"), ("d", "new"),
    ]  # fmt: skip
