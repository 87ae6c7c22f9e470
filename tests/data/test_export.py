"""Suppression, safe cells, whole files, and the data commands."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from corridor.cli.data import command
from corridor.data import load
from corridor.data.export import csv_text
from corridor.model import InputError
from corridor.model.cells import safe_cell
from corridor.model.files import write_text
from corridor.model.small_counts import hold_back, suppress


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("-12.5", "-12.5"),
        ("+3", "+3"),
        ("-1e6", "-1e6"),
        (-4, "-4"),
        ("a=b", "a=b"),
        (None, ""),
    ],
)
def test_cells_are_safe(cell: object, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_a_header_is_a_cell_too() -> None:
    assert csv_text(pl.DataFrame({"=a": ["x"]})) == "'=a\nx\n"


def test_small_counts_are_held_back_with_the_words_that_repeat_them() -> None:
    table = pl.DataFrame({"n": [0.0, 1.0, 9.0, 10.0, 9.5, None], "words": list("abcdef")})
    held = hold_back(table, "n", "words")
    assert held["n"].to_list() == [0.0, None, None, 10.0, 9.5, None]  # a ratio of 9.5 counts nobody
    assert held["held_back"].to_list() == [False, True, True, False, False, False]
    assert held["words"].to_list() == ["a", "<10", "<10", "d", "e", "f"]
    assert hold_back(held, "n", "words").equals(held)


def test_small_counts_are_hidden_and_others_whole() -> None:
    table = pl.DataFrame({"unit": ["people"] * 3 + ["days"], "value": [9.0, 10.0, 0.0, 3.5]})
    assert suppress(table, {"unit": ("people",)})["value"].to_list() == ["<10", "10", "0", "3.5"]
    assert suppress(table, None)["value"].to_list() == ["9", "10", "0", "3.5"]
    assert suppress(table, {}, 0)["value"].to_list() == ["9", "10", "0", "3.5"]
    assert suppress(table, {}, 4)["value"].to_list() == ["9", "10", "0", "<4"]


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv", "x\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(InputError, match="cannot write"):
        write_text(tmp_path / "none" / "a.csv", "x\n")
    with pytest.raises(InputError, match="is a folder"):
        write_text(tmp_path, "x\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_clear_fault(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot write"):
        write_text(tmp_path / "a.csv", "x\n")


def test_list_names_every_dataset() -> None:
    names = [row["id"] for row in json.loads(run("list", "--format", "json").stdout)]
    assert {"us_southwest_encounters", "city_reception", "measures"} <= set(names)


def test_show_puts_data_on_stdout_and_talk_on_stderr() -> None:
    result = run("show", "us_southwest_encounters", "--as-of", "2023-12-31", "--format", "csv")
    assert result.exit_code == 0
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert list(rows[0]) == ["date", "value"]
    assert rows[-1] == {"date": "2023-11-01", "value": "242399"}
    assert "known until 2023-11-01" in result.stderr
    assert "US Customs and Border Protection" in result.stderr


def test_show_by_a_dimension_as_json() -> None:
    result = run("show", "honduras_entries", "--by", "nationality", "--format", "json")
    content = json.loads(result.stdout)
    december = {r["nationality"]: r["value"] for r in content["rows"] if r["date"] == "2023-12-01"}
    assert isinstance(december["VEN"], int)
    assert "<10" in december.values()
    assert content["sources"][0]["publisher"].startswith("Honduras")
    shown = run("show", "honduras_entries", "--by", "nationality", "--format", "json", "--suppress", "0")
    assert "<10" not in {r["value"] for r in json.loads(shown.stdout)["rows"]}


def test_a_table_shows_the_last_rows_and_says_so() -> None:
    result = run("show", "darien_transits", "--rows", "3")
    assert len(result.stdout.splitlines()) == 5  # names, rule, three months
    assert "the last 3 of 61 rows" in result.stderr
    assert run("show", "darien_transits", "--rows", "3", "--quiet").stderr == ""


def test_what_may_not_be_summed_is_shown_row_by_row() -> None:
    content = json.loads(run("show", "ice_detention", "--format", "json").stdout)
    assert {"measure", "category"} <= set(content["rows"][0])
    stay = [r["value"] for r in content["rows"] if r["measure"] == "alos_days"]
    assert all(isinstance(value, int | float) for value in stay)


def test_evidence_is_shown_as_of() -> None:
    content = json.loads(run("show", "announcements", "--as-of", "2023-12-31", "--format", "json").stdout)
    assert max(row["known_from"] for row in content["rows"]) <= "2023-12-31"


def test_export_writes_every_row_and_hides_small_counts(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("export", "mexico_returns", "--out", str(out)).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = load("mexico_returns").table
    assert len(rows) == table.height
    hidden = sum(row["value"] == "<10" for row in rows)
    assert hidden == table.filter(pl.col("value") < 10).height > 0
    assert min(int(row["value"]) for row in rows if row["value"] != "<10") >= 10
    assert run("export", "mexico_returns", "--out", str(out), "--suppress", "0").exit_code == 0
    assert "<10" not in out.read_text("utf-8")


def test_export_of_city_points_hides_people_only(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run("export", "city_reception", "--out", str(out), "--as-of", "2024-12-31")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["known_from"] <= "2024-12-31" for row in rows)
    assert {row["unit"] for row in rows if row["value"] == "<10"} <= {"people", "households", "families"}
    assert any(row["unit"] == "days" and row["value"] == "3" for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "us_southwest_encounter"], "did you mean 'us_southwest_encounters'"),
        (["show", "mesures"], "did you mean 'measures'"),
        (["show", "ice_detention", "--by", "measure"], "may not be summed"),
        (["show", "mexico_returns", "--by", "typ"], "did you mean 'type'"),
        (["show", "measures", "--by", "lever"], "not summed"),
        (["show", "darien_transits", "--as-of", "2010-01-01"], "its first row was public on 2020-02-07"),
        (["export", "darien_transits", "--out", "/nowhere/at/all.csv"], "cannot write"),
    ],
)
def test_wrong_calls_are_named(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert result.stdout == ""


def test_a_wrong_date_is_a_wrong_call() -> None:
    result = run("show", "darien_transits", "--as-of", "2023-13-01")
    assert result.exit_code == 2
    assert "is not a date" in result.stderr
