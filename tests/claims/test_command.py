"""``corridor claims``."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from corridor.cli.claims import command
from repository import documented_columns


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["americas", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    return {row["claim"]: row for row in json.loads(run("--format", "json"))}


def test_json_has_the_columns_of_the_run_folder(rows):
    assert all(list(row) == documented_columns("claims") for row in rows.values())


def test_the_two_statements_of_the_time_are_shipped(rows):
    by_kind = {(row["verdict"], row["first_month"]) for row in rows.values()}
    assert ("not supported", "2024-07") in by_kind
    fell = [row for row in rows.values() if "in the days after the meeting" in row["statement"]]
    assert [row["verdict"] for row in fell] == ["cannot be told"]
    mexico = [row for row in rows.values() if "surpass" in row["statement"]]
    assert "94,816" in mexico[0]["sentence"] and "301,981" in mexico[0]["sentence"]
    for row in rows.values():
        assert row["statement_es"] and row["sentence_es"] and row["coverage_es"] and row["sources"]


def test_the_effect_of_the_meeting_cannot_be_told(rows):
    row = rows["meeting_reduced_crossings"]
    assert (row["verdict"], row["period"]) == ("cannot be told", "2024-01")
    assert "124,215 against" in row["sentence"] and "is fragile" in row["sentence"]
    assert (
        "December 2023, a record" in row["sentence"] and "diciembre de 2023, un récord" in row["sentence_es"]
    )


def test_csv_and_text(rows):
    assert [row["claim"] for row in csv.DictReader(io.StringIO(run("--format", "csv")))] == list(rows)
    text = run()
    assert "NOT SUPPORTED" in text and "First true in: July 2024" in text
    assert max(map(len, text.splitlines())) <= 100


def test_spanish_and_as_of():
    text = run("--lang", "es", "--as-of", "2023-12-31")
    assert "NO SE PUEDE SABER" in text and "31 de diciembre de 2023" in " ".join(text.split())


def test_statements_of_a_file_are_checked_against_a_corridor(tmp_path):
    from click.testing import CliRunner

    from corridor.cli.claims import command

    text = """- id: mine
  kind: record
  statement: December was the highest.
  statement_es: Diciembre fue el más alto.
  said_by: A reader
  said_on: 2024-02-01
  series: us_total
  period: 2023-12
  source: A test
"""
    (tmp_path / "mine.yaml").write_text(text)
    done = CliRunner().invoke(command, ["americas", "--file", str(tmp_path / "mine.yaml"), "--format", "csv"])
    assert done.exit_code == 0 and done.output.count("supported") == 1 and "301981" in done.output
