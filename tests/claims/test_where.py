"""Statements about some rows of a series, about datasets by themselves, and without Spanish."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from corridor.cli import main
from corridor.data import load

TEXT = """
- id: {id}
  kind: {kind}
  statement: A statement.
  said_by: An example
  said_on: 2024-02-01
  series: {series}
  source: made up
"""


def verdicts(tmp_path, text: str) -> list[dict]:
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["claims", "americas", "--file", str(file), "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def counted(nationality: str, month: str) -> int:
    table = load("us_southwest_encounters").table
    return sum(
        row["value"] for row in table.iter_rows(named=True)
        if row["nationality"] == nationality and row["date"].isoformat() == f"{month}-01"
    )  # fmt: skip


def test_a_statement_about_one_nationality(tmp_path):
    """Venezuelans from December 2023 to January 2024, added up row by row."""
    text = TEXT.format(id="fall", kind="change", series="us_total") + (
        "  where: {nationality: [VEN]}\n  period: 2024-01\n  against: 2023-12\n  direction: down\n"
    )
    row = verdicts(tmp_path, text)[0]
    before, after = counted("VEN", "2023-12"), counted("VEN", "2024-01")
    assert after < before
    assert row["verdict"] == "supported"
    assert f"{after:,}" in row["sentence"]
    assert f"{before:,}" in row["sentence"]
    assert "nationality VEN" in row["sentence"]
    assert row["statement_es"] == "A statement. [en]" if "statement_es" in row else True


def test_two_choices_of_one_series(tmp_path):
    text = TEXT.format(id="more", kind="comparison", series="us_total") + (
        "  where: {nationality: [MEX]}\n  other: us_total\n  other_where: {nationality: [VEN]}\n  period: 2023-12\n"
    )
    row = verdicts(tmp_path, text)[0]
    mexico, venezuela = counted("MEX", "2023-12"), counted("VEN", "2023-12")
    assert row["verdict"] == ("supported" if mexico > venezuela else "not supported")
    assert f"{mexico:,}" in row["sentence"] and f"{venezuela:,}" in row["sentence"]


def test_a_dataset_of_ones_own_needs_no_observation(tmp_path):
    file = tmp_path / "landings.csv"
    file.write_text("Month,Place,Landings\n2023-01,A,50\n2023-01,B,70\n2023-02,A,20\n2023-02,B,90\n")
    assert CliRunner().invoke(main, ["data", "add", str(file), "--as", "landings"]).exit_code == 0
    text = "".join(
        TEXT.format(id=f"fall_{place}", kind="change", series="landings")
        + f"  where: {{Place: [{place}]}}\n  period: 2023-02\n  direction: down\n"
        for place in "AB"
    )
    assert [row["verdict"] for row in verdicts(tmp_path, text)] == ["supported", "not supported"]


@pytest.mark.parametrize(
    ("where", "said", "hint"),
    [
        ("{nationality: [VNE]}", "has no nationality 'VNE'", "'VEN'"),
        ("{nationalty: [VEN]}", "has no column 'nationalty'", "'nationality'"),
    ],
)
def test_an_unknown_choice_is_a_fault_with_a_near_name(tmp_path, where, said, hint):
    file = tmp_path / "my.yaml"
    text = TEXT.format(id="fall", kind="change", series="us_total")
    file.write_text(f"{text}  where: {where}\n  period: 2024-01\n  direction: down\n")
    result = CliRunner().invoke(main, ["claims", "americas", "--file", str(file)])
    assert result.exit_code == 2
    assert said in result.stderr
    assert hint in result.stderr
