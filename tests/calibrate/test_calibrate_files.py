"""Plans and calibrations on disk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import yaml
from fork_corridor import AS_OF, guess, plan

from corridor.calibrate import Calibration, read_calibration, read_plan, write_calibration
from corridor.model import InputError


def test_a_calibration_comes_back_bit_for_bit(fitted: Calibration, tmp_path: Path) -> None:
    folder = tmp_path / "fork" / "calibration"
    path = write_calibration(fitted, folder)
    assert path == folder / "2023-12-31"
    again = read_calibration(folder, AS_OF)
    assert again.parameters == fitted.parameters
    assert again.state == fitted.state
    assert again.fit.equals(fitted.fit)
    assert (again.as_of, again.start, again.known_until) == (fitted.as_of, fitted.start, fitted.known_until)
    assert repr(again) == repr(fitted)


def test_an_earlier_calibration_of_the_date_is_replaced(fitted: Calibration, tmp_path: Path) -> None:
    write_calibration(fitted, tmp_path)
    (tmp_path / "2023-12-31" / "stray.txt").write_text("of an older version")
    write_calibration(fitted, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2023-12-31"]
    assert sorted(p.name for p in (tmp_path / "2023-12-31").iterdir()) == [
        "calibration.yaml", "fit.csv", "parameters.parquet", "state.parquet",
    ]  # fmt: skip


def test_a_failed_writing_leaves_the_earlier_one(
    fitted: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_calibration(fitted, tmp_path)
    before = {p.name: p.read_bytes() for p in (tmp_path / "2023-12-31").iterdir()}

    def full(self: pl.DataFrame, *args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(KeyboardInterrupt):
        write_calibration(fitted, tmp_path)
    assert {p.name: p.read_bytes() for p in (tmp_path / "2023-12-31").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["2023-12-31"], "no hidden folder is left"


def test_a_full_disk_is_told_plainly(
    fitted: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: pl.DataFrame, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_calibration(fitted, tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_calibration_for_a_date_says_which_command_makes_it(fitted: Calibration, tmp_path: Path) -> None:
    folder = tmp_path / "fork" / "calibration"
    with pytest.raises(InputError, match=r"no calibration as of 2022-06-30 \(there are: none\)") as caught:
        read_calibration(folder, dt.date(2022, 6, 30))
    write_calibration(fitted, folder)
    with pytest.raises(InputError, match=r"there are: 2023-12-31") as caught:
        read_calibration(folder, dt.date(2022, 6, 30))
    assert caught.value.hint == "run: corridor calibrate fork --as-of 2022-06-30"


# -- plans ---------------------------------------------------------------------------------------------


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "fork" / "calibration" / "plan.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def as_yaml(**changes: object) -> str:
    return yaml.safe_dump({**plan().model_dump(mode="json"), **changes})


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_plan(written(tmp_path, as_yaml()), guess()) == plan()


def test_a_corridor_without_a_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'fork' has no calibration/plan.yaml") as caught:
        read_plan(tmp_path / "fork" / "calibration" / "plan.yaml", guess())
    assert caught.value.hint


def test_every_unknown_name_is_told_at_once(tmp_path: Path) -> None:
    fields = [f.model_dump(mode="json") for f in plan().fields]
    fields[0]["observations"] = ["border_totall"]
    fields[1]["flows"] = ["go_eastt"]
    path = written(tmp_path, as_yaml(fields=fields, target="bordr_total"))
    with pytest.raises(InputError) as caught:
        read_plan(path, guess())
    faults = caught.value.faults
    assert [fault.message for fault in faults] == [
        "unknown observation 'border_totall'",
        "unknown flow 'go_eastt'",
        "unknown observation 'bordr_total'",
    ]
    assert [fault.hint for fault in faults] == [
        "did you mean 'border_total'?", "did you mean 'go_east'?", "did you mean 'border_total'?",
    ]  # fmt: skip
    assert {fault.file for fault in faults} == {"fork/calibration/plan.yaml"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fields: [", "not readable as YAML"),
        (b"\xff\xfe\x00start", "not readable as YAML"),
        ("", "fork/calibration/plan.yaml"),
        ("just words", "fork/calibration/plan.yaml"),
        ("start: 2021-01-01\n", "Field required"),
        ("iterations: 0\n", "iterations"),
        ("speed: fast\n", "speed"),
    ],
)
def test_a_plan_that_cannot_be_read(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(written(tmp_path, text), guess())
    assert told in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_a_method_that_needs_something_else(tmp_path: Path) -> None:
    for change, told in (
        ({"method": "magic"}, "method"),
        ({"lag_days": -1}, "lag_days"),
        ({"smooth": "much"}, "smooth"),
    ):
        fields = [{**plan().fields[0].model_dump(mode="json"), **change}]
        path = written(tmp_path / told, as_yaml(fields=fields))
        with pytest.raises(InputError) as caught:
            read_plan(path, guess())
        assert [fault.column for fault in caught.value.faults] == [f"fields.0.{told}"]
