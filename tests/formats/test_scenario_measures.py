"""A scenario may set measures otherwise for itself, and hold measures of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import corridor
from corridor.formats import check_corridor, new_corridor, open_corridor, save_corridor
from corridor.formats.changed import open_changed
from corridor.model import Corridor, InputError, Measure

HEAD = "name: Other\ndescription: For a test.\n"
OWN = """
own:
- id: shut
  name: The port admits nobody
  lever: ports_closure
  actor: CCC
  start: 2024-03-01
  end: 2024-03-31
  places: [border]
  strength: 0.1
  unit: ratio
  known_from: 2023-12-15
  grade: assumed
  source: 'assumption: made up'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = new_corridor(tmp_path / "mine")
    shutil.rmtree(made / "calibration")
    return made


def write(folder: Path, text: str, name: str = "other") -> Path:
    file = folder / "scenarios" / f"{name}.yaml"
    file.write_text(f"id: {name}\n{HEAD}{text}", "utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in check_corridor(folder).faults]


def measures(found: Corridor, scenario: str = "other") -> list[Measure]:
    by_id = {measure.id: measure for measure in found.measures}
    return [by_id[name] for name in found.scenario_ids[scenario].measures]


def run(folder: Path | Corridor, scenario: str) -> np.ndarray:
    return corridor.simulate(folder, scenario, members=3, seed=2, end="2024-04-30").monthly_flow


CHANGED = "measures: [port-half-closed]\nchange:\n- measure: port-half-closed\n"


def test_what_is_changed_stands_in_place_of_the_measure_and_the_rest_stays(folder: Path) -> None:
    found = open_corridor(write(folder, f"{CHANGED}  strength: 0.55\n  start: 2024-03-01\n"))
    (changed,) = measures(found)
    assert (changed.strength, changed.low, changed.high, changed.grade) == (0.55, 0.4, 0.6, "mechanical")
    assert (changed.start, changed.end, changed.places) == (
        dt.date(2024, 3, 1),
        dt.date(2024, 3, 31),
        ("border",),
    )
    assert changed.id == "port-half-closed.other" and changed.name.endswith("(as in: Other)")
    (old,) = measures(found, "half-closed")
    assert (old.strength, old.start) == (0.5, dt.date(2024, 2, 1))


def test_a_changed_run_is_that_of_the_measure_set_for_the_run(folder: Path) -> None:
    """Another way to the same numbers: ``--set`` on the scenario that names the measure."""
    write(folder, f"{CHANGED}  strength: 0.2\n  end: 2024-03-15\n")
    with_set = open_changed(folder, ["port-half-closed.strength=0.2", "port-half-closed.end=2024-03-15"])
    np.testing.assert_array_equal(run(folder, "other"), run(with_set, "half-closed"))
    assert not np.array_equal(run(folder, "other"), run(folder, "half-closed"))


def test_a_measure_of_the_base_is_set_otherwise_for_one_scenario(folder: Path) -> None:
    """The same numbers as with the measure out of the base, named and set."""
    table = pl.read_csv(folder / "measures.csv", infer_schema_length=None)
    based = table.with_columns(
        in_base=pl.lit("yes"), start=pl.lit("2023-06-01"), known_from=pl.lit("2023-05-01")
    )
    shutil.rmtree(folder / "scenarios")
    (folder / "scenarios").mkdir()
    plain = Path(shutil.copytree(folder, folder.parent / "plain"))
    based.write_csv(folder / "measures.csv")
    based.with_columns(in_base=pl.lit("no"), strength=pl.lit(0.3), low=None, high=None).write_csv(
        plain / "measures.csv"
    )
    write(folder, "change:\n- measure: port-half-closed\n  strength: 0.3\n")
    write(plain, "measures: [port-half-closed]\n")
    np.testing.assert_array_equal(run(folder, "other"), run(plain, "other"))
    write(folder, "")
    assert not np.array_equal(run(folder, "other"), run(plain, "other"))


def test_what_is_lifted_later_is_changed_until_then(folder: Path) -> None:
    table = pl.read_csv(folder / "measures.csv", infer_schema_length=None)
    table.with_columns(
        in_base=pl.lit("yes"), start=pl.lit("2023-06-01"), known_from=pl.lit("2023-05-01")
    ).write_csv(folder / "measures.csv")
    (folder / "scenarios" / "half-closed.yaml").unlink()
    lift = "lift:\n- measure: port-half-closed\n  on: 2024-02-10\n"
    found = open_corridor(write(folder, f"change:\n- measure: port-half-closed\n  strength: 0.3\n{lift}"))
    (changed,) = measures(found)
    assert changed.end == dt.date(2024, 2, 9)
    assert [(one.measure, one.on) for one in found.scenario_ids["other"].lift] == [
        ("port-half-closed", dt.date(2023, 6, 1))
    ]


def test_a_measure_of_its_own_runs_like_one_of_the_table(folder: Path) -> None:
    plain = Path(shutil.copytree(folder, folder.parent / "plain"))
    with (plain / "measures.csv").open("a", encoding="utf-8") as file:
        file.write(
            "shut,The port admits nobody,,ports_closure,CCC,2024-03-01,2024-03-31,,,,border,,,,0.1,,,ratio,"
            "2023-12-15,assumed,no,no,assumption: made up\n"
        )
    write(plain, "measures: [shut]\n")
    np.testing.assert_array_equal(run(write(folder, OWN), "other"), run(plain, "other"))
    assert [measure.id for measure in measures(open_corridor(folder))] == ["shut"]


def test_saved_it_is_a_measure_of_the_table(folder: Path, tmp_path: Path) -> None:
    found = open_corridor(write(folder, f"{CHANGED}  strength: 0.55\n{OWN}"))
    assert open_corridor(save_corridor(found, tmp_path / "saved")) == found


def test_a_file_from_elsewhere_may_change_measures(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.yaml"
    file.write_text(f"id: elsewhere\n{HEAD}{CHANGED}  strength: 0.45\n", "utf-8")
    (changed,) = measures(open_changed(folder, ["port-half-closed.end=2024-03-20"], [file]), "elsewhere")
    assert (changed.strength, changed.end) == (0.45, dt.date(2024, 3, 20))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHANGED.replace("- measure: port-half", "- measure: port-hal"),
         "other.yaml:6:change[1].measure: there is no measure 'port-hal-closed'\n  hint: did you mean 'port-half-closed'?"),
        ("change:\n- measure: port-half-closed\n  strength: 0.4\n",
         "other.yaml:5:change[1].measure: measure 'port-half-closed' is neither in the base nor in this scenario\n  hint: name it under measures, too"),
        (f"{CHANGED}- measure: port-half-closed\n",
         "other.yaml:7:change[2].measure: measure 'port-half-closed' is changed twice"),
        (f"{CHANGED}  strenght: 0.4\n", "other.yaml:7:change[1].strenght: is not a key of this file\n  hint: did you mean 'strength'?"),
        (f"{CHANGED}  end: 2024-01-01\n",
         "other.yaml:7:end: the measure ends on 2024-01-01, before it starts on 2024-02-01"),
        (f"{CHANGED}  places: [border, nowhere]\n", "other.yaml:7:places: there is no place or zone 'nowhere'"),
        (f"{CHANGED}  low: 0.7\n", "other.yaml:7:low: 0.7 is above the strength, 0.5"),
        (OWN.replace("id: shut", "id: port-half-closed"),
         "other.yaml:6:own[1].id: 'port-half-closed' is a measure of measures.csv\n  hint: give it another id, or name it under change"),
        (OWN.replace("unit: ratio", "unit: people"), "other.yaml:14:unit: 'people' is not a unit of lever ports_closure"),
        (f"{OWN}  in_base: yes\n", "other.yaml:18:own[1].in_base: a measure of one scenario is not in the base"),
    ],
)  # fmt: skip
def test_faults_point_at_the_line_of_the_scenario(folder: Path, text: str, expected: str) -> None:
    found = faults(write(folder, text))
    assert len(found) == 1 and expected in found[0], found


def test_a_scenario_made_in_python_is_not_ignored(folder: Path) -> None:
    found = open_corridor(folder)
    own = found.measures[0].model_copy(update={"id": "mine"})
    scenario = found.scenarios[0].model_copy(update={"own": (own,)})
    with pytest.raises(InputError, match="holds changes that are not made"):
        run(found.model_copy(update={"scenarios": (scenario,)}), scenario.id)
