"""The folder that ``corridor new`` writes: complete, and its Spanish may be left out."""

from __future__ import annotations

import csv
import json
import re

import pytest
from click.testing import CliRunner

from corridor.cli import main
from corridor.formats import new_corridor, open_corridor


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, (words, result.output)
    return result.stdout


@pytest.fixture
def folder(tmp_path):
    return new_corridor(tmp_path / "mine")


def by_year(folder) -> dict[str, int]:
    sums: dict[str, int] = {}
    with (folder / "data" / "port_admissions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sums[row["date"][:4]] = sums.get(row["date"][:4], 0) + int(row["value"])
    return sums


def test_every_quick_command_runs_on_it(folder):
    run("check", folder)
    year = by_year(folder)
    claim = json.loads(run("claims", folder, "--format", "json"))[0]
    assert claim["verdict"] == "supported"
    assert f"{year['2023']:,} in 2023, against {year['2022']:,}" in claim["sentence"]
    rows = json.loads(
        run("forecast", folder, "--target", "port_admissions", "--horizon", 2, "--format", "json")
    )["rows"]
    assert 1_000 < min(row["value"] for row in rows) < max(row["value"] for row in rows) < 2_200
    run("evaluate", folder, "--series", "port_admissions", "--date", "2023-06-01")
    board = run("backtest", folder, "--origins", 2, "--horizon", 1, "--model", "walk")
    assert "port_admissions" in board


@pytest.mark.slow
def test_it_is_fitted_run_reported_and_updated(folder, tmp_path):
    run("simulate", folder, "--members", 3, "--out", tmp_path / "run")
    run("report", tmp_path / "run")
    run("calibrate", folder)
    run("update", folder, "--members", 2, "--out", tmp_path / "run", "--as-of", "2024-03-31")


def test_missing_spanish_is_english_marked(folder):
    """Every line in Spanish and the Spanish column of the places are taken out."""
    for file in folder.rglob("*.yaml"):
        kept = [line for line in file.read_text("utf-8").splitlines() if not re.match(r"[\s-]*\w+_es:", line)]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k: v for k, v in row.items() if k != "name_es"} for row in csv.DictReader(file)]
    with (folder / "places.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = open_corridor(folder)
    assert found.settings.name_es == f"{found.settings.name} [en]"
    assert [place.name_es for place in found.places] == [f"{row['name']} [en]" for row in rows]
    assert found.claims[0].statement_es == f"{found.claims[0].statement} [en]"
    assert found.measures[0].name_es == "El puerto admite a la mitad"  # its column is still there
