"""The published cases of Flee, beside the figures that Flee itself gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from flee_cases import compiled, published

from corridor.engine.walk import run_walk
from corridor.ensemble.walk import simulate_walk
from corridor.model import InputError

FIGURES = json.loads((Path(__file__).parent / "figures.json").read_text("utf-8"))
MEMBERS = 12
SLOW = {("car2013", 10), ("car2013", 100), ("tigray2020", 10), ("syria2013", 100), ("mali2017_adm1", 100)}


def rows(kind: str) -> list[object]:
    return [
        pytest.param(row, id=f"{row['case']}/{row['hasten']}",
                     marks=[pytest.mark.slow] if (row["case"], row["hasten"]) in SLOW else [])
        for row in FIGURES[kind]
    ]  # fmt: skip


@pytest.mark.parametrize("row", rows("spreads"))
def test_the_error_lies_in_the_spread_of_flee(row):
    run = simulate_walk(compiled(published(row["case"], row["hasten"])), members=MEMBERS)
    error = run.difference()
    assert abs(error.mean() - row["mean"]) < 3 * row["sd"]
    assert abs(error.std(ddof=1)) < 3 * row["sd"]  # the members differ as much as Flee's seeds do


@pytest.mark.parametrize("row", rows("runs"))
def test_agents_and_both_errors_are_those_of_flee(row):
    """One run of Flee each: within four of our standard deviations, and a hundredth for the order within a day."""
    run = simulate_walk(compiled(published(row["case"], row["hasten"])), members=4)
    assert int(run.everybody[0, -1]) == row["agents"]
    assert run.difference().mean() == pytest.approx(row["error"], abs=0.01 + 4 * run.difference().std(ddof=1))
    assert run.camp_difference().mean() == pytest.approx(
        row["error_camps"], abs=0.015 + 4 * run.camp_difference().std(ddof=1)
    )


@pytest.mark.parametrize(
    "settings", ["classic125.yml", "fastflow.yml", "modern125.yml", "modern125aw2dm75.yml"]
)
def test_other_settings_files_run(settings):
    run = simulate_walk(compiled(published("mali2012", 100, settings)), members=2)
    ground = run.compiled.ground
    assert (run.everybody[0] == ground.initial.sum() + np.cumsum(ground.departures)).all()
    assert 0 < run.difference().mean() < 1


def test_a_coarser_key_cannot_be_told_from_the_exact_one():
    """Difference of the means over 30 members: below one standard deviation of Flee's seeds."""
    corridor = published("mali2012", 10)
    exact = simulate_walk(compiled(corridor), members=30)
    coarse = simulate_walk(compiled(corridor, key_km=40), members=30)
    assert abs(exact.difference().mean() - coarse.difference().mean()) < 0.00185
    assert run_walk(coarse.compiled).splits < run_walk(exact.compiled).splits / 2


@pytest.mark.parametrize(
    "name", ["burundi2015", "car2013", "mali2012", "mali2017_adm1", "syria2013", "tigray2020"]
)
def test_every_published_case_conserves_people(name):
    work = compiled(published(name, 1000))
    result = run_walk(work)
    ground = work.ground
    inside = result.stay.sum(axis=1) + result.travelling
    assert (inside == ground.initial.sum() + np.cumsum(ground.departures)).all()
    assert result.stay.min() >= 0
    assert result.travelling.min() >= 0


def test_odd_rows_of_the_published_folders_are_warnings():
    from flee_cases import PUBLISHED

    from corridor.formats.flee import import_flee

    if not PUBLISHED.is_dir():
        pytest.skip("the published cases of Flee are not here")
    warnings = [str(w) for name in ("burundi2015", "car2013") for w in import_flee(PUBLISHED / name).warnings]
    assert any("no route leads to 'Bili'" in text for text in warnings)
    assert any("remove_forced_redirection has no effect" in text for text in warnings)
    assert any("'Lusenda' has no effect" in text for text in warnings)
    assert any("Bossobolo" in text for text in warnings)


def test_an_unsupported_setting_is_refused_by_name(tmp_path):
    from flee_cases import PUBLISHED

    from corridor.formats.flee import import_flee

    if not PUBLISHED.is_dir():
        pytest.skip("the published cases of Flee are not here")
    text = (PUBLISHED / "simsetting.yml").read_text("utf-8")
    changed = tmp_path / "changed.yml"
    changed.write_text(text.replace("move_rules:", "move_rules:\n  stay_close_to_home: True"), "utf-8")
    with pytest.raises(InputError) as error:
        import_flee(PUBLISHED / "mali2012", changed)
    assert "changed.yml:13:stay_close_to_home: stay_close_to_home is not supported" in str(error.value)
