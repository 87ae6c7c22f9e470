"""The script that compares two runs: what it must find, and that it finds nothing in a copy."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
from pathlib import Path

import polars as pl
import pytest

from corridor.study import RunFolder
from repository import ROOT

spec = importlib.util.spec_from_file_location("compare_runs", ROOT / "scripts" / "compare_runs.py")
assert spec and spec.loader
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)

ROOM = pl.DataFrame({"item": ["a", "b"], "date": [dt.date(2024, 1, 1)] * 2, "value": [5.0, 0.1 + 0.2]})
COSTS = pl.DataFrame(
    {"item": ["a"], "stock": ["s"], "first": [None], "last": [None], "value": [1.0], "low": [None], "high": [2.0],
     "unit": ["USD"], "source": ["invented"], "assumed": [True]},
    schema_overrides={"first": pl.Date, "last": pl.Date, "low": pl.Float64},
)  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    before = RunFolder.write(tmp_path / "before", {"capacity": ROOM, "costs": COSTS}, {}).path
    return before, Path(shutil.copytree(before, tmp_path / "after"))


def rewrite(run: Path, table: pl.DataFrame) -> None:
    table.write_parquet(run / "tables" / "capacity.parquet")


def test_a_copy_is_equal_missing_numbers_and_all(runs, capsys):
    assert script.main([str(run) for run in runs]) == 0
    assert capsys.readouterr().out == "2 tables are equal bit for bit\n"


CHANGES = {
    "value differs in 1 of 2 rows": ROOM.with_columns(value=pl.Series([5.0, 0.3])),  # 0.1 + 0.2 is not 0.3
    "item differs in 2 of 2 rows": ROOM.reverse().with_columns(ROOM["value"]),
    "columns": ROOM.select("date", "item", "value"),
    "value is Float64 against Int64": ROOM.with_columns(value=pl.Series([5, 0])),
    "2 rows against 1": ROOM.head(1),
}


@pytest.mark.parametrize("words", CHANGES)
def test_every_difference_is_named(runs, capsys, words):
    rewrite(runs[1], CHANGES[words])
    assert script.main([str(run) for run in runs]) == 1
    assert words in capsys.readouterr().out


def test_signed_zeros_differ_and_not_a_number_equals_itself():
    ours = pl.DataFrame({"value": [0.0, float("nan"), None]})
    assert not list(script.table_differences(ours, ours.clone()))
    theirs = pl.DataFrame({"value": [-0.0, float("nan"), None]})
    assert len(list(script.table_differences(ours, theirs))) == 2  # the line and one row


def test_a_table_of_one_run_alone_and_a_changed_text_are_named(runs, capsys):
    (runs[0] / "tables" / "costs.csv").unlink()
    (runs[1] / "tables" / "capacity.csv").write_text("item\n")
    assert script.main([str(run) for run in runs]) == 1
    printed = capsys.readouterr().out
    assert (
        f"costs.csv: only in {runs[1]}" in printed and "capacity.csv: the text differs in 3 lines" in printed
    )


@pytest.mark.parametrize("arguments", [[], ["a"], ["nowhere", "nowhere"]])
def test_without_two_run_folders_it_says_so(arguments, capsys):
    assert script.main(arguments) == 2
    assert capsys.readouterr().err
