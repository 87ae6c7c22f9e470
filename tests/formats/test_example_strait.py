from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corridor.formats import check_corridor, new_corridor, open_corridor

EXAMPLES = Path(__file__).parents[2] / "examples"


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_script_makes_the_folder_that_is_shipped(tmp_path: Path) -> None:
    script = EXAMPLES / "make_strait.py"
    subprocess.run([sys.executable, str(script), str(tmp_path / "strait")], check=True, capture_output=True)
    assert contents(tmp_path / "strait") == contents(EXAMPLES / "strait")


def test_example_has_what_it_promises() -> None:
    check = check_corridor(EXAMPLES / "strait")
    assert not check.faults
    assert check.corridor is not None
    # Counted by hand in make_strait.py.
    assert (check.summary["places"], check.summary["stocks"], check.summary["flows"]) == (8, 16, 25)
    for table, rows in (("places", 8), ("stocks", 16), ("routes", 8), ("flows", 25)):
        assert check.summary[f"tags_of_{table}"] == {"observed": 0, "anchored": 0, "assumed": rows}
    assert check.summary["tags"] == {"observed": 0, "anchored": 0, "assumed": 8 + 16 + 8 + 25}
    assert check.summary["grades"]["mechanical"] == 2
    assert check.summary["parameters_assumed"] == 13
    kinds = {flow.kind for flow in check.corridor.flows}
    assert {"interdiction", "renewed_attempt", "death", "detention"} <= kinds
    assert {group.size for group in check.corridor.groups} == {1, 3}


def test_template_passes_and_is_named_after_its_folder(tmp_path: Path) -> None:
    folder = new_corridor(tmp_path / "north-road")
    assert open_corridor(folder).settings.id == "north-road"
    spaced = new_corridor(tmp_path / "no id possible")
    assert open_corridor(spaced).settings.id == "my-corridor"
    assert "# The period" in (folder / "corridor.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["strait", "template"])
def test_small_corridors_run_and_keep_everybody(folder: str, tmp_path: Path) -> None:
    from corridor.engine import RunSpec, compile_corridor, run_member

    path = EXAMPLES / "strait" if folder == "strait" else new_corridor(tmp_path / "new")
    corridor = open_corridor(path)
    spec = RunSpec(corridor.settings.start, corridor.settings.end)
    for scenario in (None, corridor.scenarios[0].id):
        result = run_member(compile_corridor(corridor, scenario, spec), None)
        assert result.departed.sum() > 10_000
