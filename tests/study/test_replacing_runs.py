"""What a run may replace, what it keeps, and two runs that would write one folder."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from corridor.model import InputError
from corridor.model.files import locked
from corridor.study import RunFolder, check_target

ROOM = {"capacity": pl.DataFrame({"item": ["a"], "date": [dt.date(2024, 1, 1)], "value": [5]})}
PRICE = {
    "points": pl.DataFrame(
        {"item": ["a"], "date": [dt.date(2024, 1, 1)], "value": [50.0], "known": [True], "label": ["50"], "source": [""]}
    )
}  # fmt: skip


def run(path: Path, corridor: str = "one", **options: bool) -> RunFolder:
    return RunFolder.write(path, ROOM, {"corridor": corridor}, **options)


def test_a_readers_own_files_outlive_a_new_run(tmp_path: Path) -> None:
    path = RunFolder.write(tmp_path / "run", PRICE, {"corridor": "one"}).path
    (path / "report.html").write_text("old")
    (path / "brief-closed.html").write_text("saved")
    (path / "notes").mkdir()
    (path / "notes" / "mine.txt").write_text("a note")
    (path / "tables" / "mine.csv").write_text("x\n1\n")
    run(path)
    kept = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
    assert kept == {
        "manifest.json", "tables/capacity.parquet", "tables/capacity.csv",
        "brief-closed.html", "notes/mine.txt", "tables/mine.csv",
    }  # fmt: skip
    assert (path / "notes" / "mine.txt").read_text() == "a note"
    assert RunFolder.open(path).has("capacity")


def test_another_corridors_run_is_replaced_on_request_only(tmp_path: Path) -> None:
    path = run(tmp_path / "run").path
    with pytest.raises(InputError, match="a run of another corridor, 'one'") as caught:
        run(path, "two")
    assert "--overwrite" in str(caught.value.hint)
    assert RunFolder.open(path).manifest["corridor"] == "one"
    run(path, "two", overwrite=True)
    assert RunFolder.open(path).manifest["corridor"] == "two"


def test_a_run_that_does_not_name_its_corridor_is_replaced(tmp_path: Path) -> None:
    path = RunFolder.write(tmp_path / "run", ROOM, {"seed": 1}).path
    check_target(path, "two")


def test_a_table_that_was_changed_as_csv_is_refused(tmp_path: Path) -> None:
    path = run(tmp_path / "run").path
    text = path / "tables" / "capacity.csv"
    text.write_text(text.read_text().replace("5", "500"))
    with pytest.raises(InputError) as caught:
        RunFolder.open(path)
    (fault,) = caught.value.faults
    assert fault.file == str(text) and "changed since the run wrote it" in fault.message


def test_csv_files_may_be_thrown_away(tmp_path: Path) -> None:
    path = run(tmp_path / "run").path
    (path / "tables" / "capacity.csv").unlink()
    assert RunFolder.open(path).has("capacity")


HOLD = """
import sys, time
from pathlib import Path
from corridor.model.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_of_two_runs_into_one_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "there" / "run"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another run is writing"), locked(path):
            pass
        first.kill()  # a run that was killed holds nothing
    with locked(path):
        pass
    assert [file.name for file in tmp_path.rglob("*")] == ["there"]


def test_a_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    with locked(tmp_path / "a" / "b" / "run"):
        assert (tmp_path / "a" / "b" / ".run.lock").exists()
    assert not list(tmp_path.iterdir())
