"""``corridor evaluate``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from corridor.cli import main
from corridor.model import Measure
from corridor.study import RunFolder
from repository import documented_columns


def run(*words: str, code: int = 0):
    result = CliRunner().invoke(main, ["evaluate", "americas", *words])
    assert result.exit_code == code, result.output
    return result


MEETING = ("--measure", "us_mx_meeting_dec23", "--hindsight")


def test_a_card_has_number_interval_sentence_and_checks() -> None:
    text = run(*MEETING).stdout
    words = " ".join(text.split())
    assert "January 2024: 176,195 against" in words and "95 % interval" in words
    assert "FAILED: anchor month." in text and "PASSED: placebo in time." in text
    assert "US Customs and Border Protection" in words
    assert max(map(len, text.splitlines())) <= 100


def test_in_spanish() -> None:
    text = run(*MEETING, "--lang", "es").stdout
    assert "enero de 2024: 176" in text and "NO SUPERADA: mes de anclaje." in text


def test_json_and_csv() -> None:
    card = json.loads(run(*MEETING, "--format", "json").stdout)
    assert card["conclusion"] == "fragile" and card["headline"]["observed"] == 176_195
    assert card["sentence"] and card["sentence_es"] and card["provenance"]["seed"] == 1
    assert [c["check"] for c in card["checks"]][:4] == ["placebo", "leave_one_out", "anticipation", "anchor"]
    rows = list(csv.DictReader(io.StringIO(run(*MEETING, "--format", "csv").stdout)))
    assert list(rows[0]) == documented_columns("effects")
    assert [row["kind"] for row in rows[:2]] == ["headline", "month"]


def test_a_run_folder_with_the_card(tmp_path: Path) -> None:
    out = tmp_path / "card"
    run(*MEETING, "--out", str(out))
    folder = RunFolder.open(out)
    assert folder.table("effects").height == 13
    assert "Did the measures work?" in (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to evaluate"),
        (("--measure", "us_mx_meeting_dec23"), "or --hindsight for all that is known now"),
        (("--measure", "nothing_like_it", "--hindsight"), "no measure 'nothing_like_it'"),
        ((*MEETING, "--as-of", "2024-06-30"), "leave --as-of out"),
        ((*MEETING, "--by", "nationality"), "is not DIMENSION=VALUE"),
        (("--pool", "visas", "--by", "nationality=VEN"), "--pool takes no --by"),
        (("--pool", "trade"), "no effects of 'trade' are pooled"),
    ],
)
def test_wrong_calls(words, said) -> None:
    result = run(*words, code=2)
    assert said in result.stderr and "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_pool() -> None:
    text = run("--pool", "asylum_rules", "--as-of", "2023-12-31").stdout
    assert "asylum_rules: " in text and "grade before_after; known from 2022-11-21" in text
    assert "left out: proclamation_june24: was not known on 2023-12-31" in text
    rows = list(csv.DictReader(io.StringIO(run("--pool", "visas", "--format", "csv").stdout)))
    assert list(rows[0]) == list(Measure.model_fields) and rows[0]["unit"] == "ratio"
    found = json.loads(run("--pool", "legal_pathways", "--format", "json").stdout)
    assert found["row"] is None and len(found["effects"]) == 2
