"""``corridor simulate``, ``demo`` and ``calibrate`` as a user meets them."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from corridor.cli import main
from corridor.ensemble import simulate as _simulate  # noqa: F401  # loads the module that is patched below
from corridor.ensemble.files import finished_members
from corridor.study import RunFolder, influence
from repository import ROOT

STRAIT = str(ROOT / "examples" / "strait")
PYTHON = [sys.executable, "-c", "from corridor.cli import main; main()"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to stand in; the influence of a few assumptions only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(influence, "INFLUENCE_BLOCKS", 3)
    monkeypatch.setattr(influence, "INTENSITY_MEMBERS", 4)


def corridor(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def everything(folder: Path) -> list[str]:
    """Names of all files and folders, hidden ones too."""
    return sorted(p.name for p in folder.iterdir())


def refused(*arguments: str, hint: str | None = None) -> str:
    """The message of a wrong call: exit code 2, nothing on standard output, nothing left on disk."""
    before = everything(Path.cwd())
    result = corridor(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert everything(Path.cwd()) == before
    if hint is not None:
        assert f"hint: {hint}" in result.stderr
    return result.stderr


# -- what they write -----------------------------------------------------------------------------------


def test_simulate_writes_a_run_folder_with_its_report(tmp_path: Path) -> None:
    result = corridor("simulate", STRAIT, "--members", "5", "--workers", "1", "--out", "there/run")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    target = tmp_path / "there" / "run"
    assert result.stderr == f"report: {target / 'report.html'}\n"
    assert everything(target) == ["levers.json", "manifest.json", "report.html", "tables"]
    assert everything(tmp_path / "there") == ["run"], "no hidden folder is left"
    run = RunFolder.open(target)
    assert run.manifest["baseline"] == "base"
    assert run.manifest["parameters"]["scenarios"] == ["base", "closed-and-held"]
    assert run.manifest["parameters"]["members"] == 5
    tables = {p.name for p in (target / "tables").iterdir()}
    assert tables == {f"{name}.{kind}" for name in run.tables for kind in ("parquet", "csv")}
    assert "<html" in (target / "report.html").read_text("utf-8")[:500]


def test_simulate_has_a_folder_of_its_own(tmp_path: Path) -> None:
    assert corridor("simulate", STRAIT, "--members", "1", "--workers", "1", "-q").exit_code == 0
    assert everything(tmp_path) == ["strait-run"]


@pytest.mark.validation
def test_demo_writes_the_case_of_december_2023(tmp_path: Path) -> None:
    result = corridor("demo", "--members", "4", "--workers", "1", "--out", "run", "--lang", "es")
    assert result.exit_code == 0, result.output
    run = RunFolder.open(tmp_path / "run")
    assert (run.manifest["baseline"], run.manifest["comparison"]) == ("no-agreement", "agreement")
    assert run.manifest["as_of"] == "2023-12-31"
    first = dict(run.table("forecast").group_by("series").agg(pl.col("month").min()).iter_rows())
    assert first["us_total"] == first["darien_transits"] == dt.date(2023, 12, 1)
    assert first["mexico_encounters"] == dt.date(2023, 11, 1), "Mexico publishes five weeks after the month"
    assert run.table("forecast")["month"].max() == dt.date(2024, 6, 1)
    assert {"us_total", "mexico_encounters", "deaths_border"} <= set(run.table("forecast")["series"])
    assert {"waiting_north", "ice_detained", "census_new_york", "census_chicago", "census_denver"} <= set(
        run.table("daily")["item"]
    )
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert re.search(r'<html[^>]*lang="es"', page)
    assert everything(tmp_path) == ["run"]


def test_scenarios_are_run_in_the_order_of_the_call(tmp_path: Path) -> None:
    corridor(
        "simulate",
        STRAIT,
        "--members",
        "1",
        "--workers",
        "1",
        "-q",
        "--scenario",
        "closed-and-held",
        "--out",
        "x",
    )
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert manifest["parameters"]["scenarios"] == ["closed-and-held"]
    assert manifest["baseline"] == "closed-and-held"
    assert not (tmp_path / "x" / "tables" / "differences.csv").exists(), "there is nothing to compare with"


def test_an_earlier_run_is_replaced_and_a_reader_s_own_file_is_kept(tmp_path: Path) -> None:
    call = ["simulate", STRAIT, "--members", "2", "--workers", "1", "-q", "--out", "run"]
    assert corridor(*call, "--end", "2024-03-31").exit_code == 0
    (tmp_path / "run" / "note.txt").write_text("a reader's own")
    assert corridor(*call, "--end", "2024-04-30").exit_code == 0
    kept = ["levers.json", "manifest.json", "note.txt", "report.html", "tables"]
    assert everything(tmp_path / "run") == kept
    assert RunFolder.open(tmp_path / "run").manifest["parameters"]["end"] == "2024-04-30"
    assert everything(tmp_path) == ["run"]


def test_seed_and_command_stand_in_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["simulate", STRAIT, "--members", "1", "--workers", "1", "-q", "--seed", "77", "--out", "run"]
    monkeypatch.setattr(sys, "argv", ["corridor", *arguments])
    assert corridor(*arguments).exit_code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["seed"] == 77
    assert manifest["command"] == " ".join(["corridor", *arguments])
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["inputs"]["strait"])


def test_quiet_says_nothing() -> None:
    result = corridor("simulate", STRAIT, "--members", "1", "--workers", "1", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


# -- wrong calls ---------------------------------------------------------------------------------------


def test_an_unknown_scenario() -> None:
    told = refused(
        "simulate", STRAIT, "--scenario", "closed-and-hold", hint="did you mean 'closed-and-held'?"
    )
    assert "'strait' has no scenario 'closed-and-hold'" in told


def test_an_end_after_the_period_or_before_the_start() -> None:
    told = refused("simulate", STRAIT, "--end", "2025-01-01", hint="it ends on 2024-12-31")
    assert "--end 2025-01-01 is after the corridor's period" in told
    assert "ends (2022-12-31) before it starts" in refused("simulate", STRAIT, "--end", "2022-12-31")


def test_an_as_of_date_without_a_calibration() -> None:
    hint = "run: corridor calibrate americas --as-of 2022-12-31"
    told = refused("simulate", "americas", "--as-of", "2022-12-31", hint=hint)
    assert "no calibration as of 2022-12-31 (there are: 2023-12-31)" in told


def test_what_rests_on_hindsight_needs_the_option(tmp_path: Path) -> None:
    folder = tmp_path / "strait"
    shutil.copytree(STRAIT, folder)
    (folder / "scenarios" / "later.yaml").write_text(
        "id: later\nname: Later\nname_es: Luego\ndescription: d\ndescription_es: d\n"
        "measures: [railway-closed]\nhindsight: yes\n"
    )
    call = ["simulate", str(folder), "--members", "1", "--workers", "1", "-q", "--out", "run"]
    assert "scenario 'later' rests on hindsight" in refused(
        *call, "--scenario", "later", hint="add --hindsight"
    )

    def scenarios(*more: str) -> list[str]:
        assert corridor(*call, *more).exit_code == 0
        return json.loads((tmp_path / "run" / "manifest.json").read_text())["parameters"]["scenarios"]

    assert scenarios() == ["base", "closed-and-held"], "left out where nothing is said"
    assert scenarios("--hindsight") == ["base", "closed-and-held", "later"]
    assert scenarios("--hindsight", "--scenario", "later") == ["later"]


def test_a_measure_announced_after_the_as_of_date() -> None:
    """The example's measures became known on 20 December 2023."""
    told = refused("simulate", STRAIT, "--as-of", "2023-11-30", "--scenario", "closed-and-held")
    assert "measure 'railway-closed' was not known on 2023-11-30" in told
    assert "measure 'more-beds' was not known on 2023-11-30" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--members", "0"], "0 is not in the range"),
        (["--workers", "0"], "0 is not in the range"),
        (["--end", "soon"], "'soon' is not a date"),
        (["--seed", "-1"], "not in the range"),
    ],
)
def test_wrong_values(arguments: list[str], told: str) -> None:
    assert told in refused("simulate", STRAIT, *arguments)
    if arguments[0] != "--end":
        assert told in refused("demo", *arguments)


def test_a_corridor_that_is_not_there() -> None:
    assert "did you mean 'americas'?" in refused("simulate", "amricas")
    assert "there is no corridor folder" in refused("simulate", "nowhere/at-all")


@pytest.mark.parametrize("command", [["demo"], ["simulate", STRAIT]])
def test_a_folder_that_holds_something_else_is_refused_before_any_work(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    monkeypatch.setattr("corridor.study.run.run_study", lambda *a, **k: pytest.fail("it started to work"))
    assert "exists and is not a run folder" in refused(*command, "--out", "mine")
    assert "is a file" in refused(*command, "--out", "file")
    assert "is a file" in refused(*command, "--out", "file/run")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("command", [["demo"], ["simulate", STRAIT], ["calibrate", "americas"]])
def test_a_folder_that_cannot_be_written(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write anywhere, so access is denied by hand.
    with monkeypatch.context() as denied:
        denied.setattr(os, "access", lambda path, mode: False)
        assert "is read-only" in refused(*command, "--out", "run", hint="choose another --out")


def test_a_disk_that_is_full_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    told = refused("simulate", STRAIT, "--members", "1", "--workers", "1", "--out", "run")
    assert "No space left on device" in told


def test_a_corridor_without_a_plan_cannot_be_calibrated() -> None:
    told = refused("calibrate", STRAIT, "--out", "x")
    assert "'strait' has no calibration/plan.yaml" in told
    assert "hint: declare the fields to fit there" in told


def test_a_date_too_early_to_calibrate() -> None:
    told = refused(
        "calibrate", "americas", "--as-of", "2021-12-31", "--out", "x", hint="choose a later --as-of"
    )
    assert "a calibration needs 18" in told


# -- interrupted ---------------------------------------------------------------------------------------


@contextmanager
def stopping(after: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ctrl-C in the moment in which so many members of a scenario are finished."""

    @contextmanager
    def progress(text: str, total: float | None, *, quiet: bool = False) -> Iterator[Callable[[float], None]]:
        count = 0.0

        def advance(steps: float) -> None:
            nonlocal count
            count += steps
            if count >= after and "members" in text:
                raise KeyboardInterrupt

        yield advance

    with monkeypatch.context() as patch:
        patch.setattr("corridor.cli.simulate.progress", progress)
        yield


def test_an_interrupted_run_is_taken_up_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ["simulate", STRAIT, "--members", "40", "--workers", "1", "--end", "2024-06-30"]
    assert corridor(*call, "--out", "unbroken/run").exit_code == 0
    with stopping(20, monkeypatch):
        result = corridor(*call, "--out", "broken/run")
    assert result.exit_code == 1
    store = tmp_path / "broken" / ".run-members"
    assert f"finished members are kept in {store}; the same command takes them up" in result.stderr
    assert "error: stopped" in result.stderr
    assert "Traceback" not in result.stderr
    assert everything(tmp_path / "broken") == [".run-members"], "no run folder, whole or half"

    module = sys.modules["corridor.ensemble.simulate"]
    ran: list[int] = []
    run_chunk = module.run_chunk
    monkeypatch.setattr(
        module, "run_chunk", lambda compiled, chunk: ran.extend(chunk) or run_chunk(compiled, chunk)
    )
    assert corridor(*call, "--out", "broken/run").exit_code == 0
    assert sorted(ran)[:4] == [0, 1, 2, 3], "the second scenario had not begun"
    assert len(ran) == 20 + 40, "of the first, twenty members were finished"
    assert everything(tmp_path / "broken") == ["run"]
    ours, theirs = (tmp_path / where / "run" / "tables" for where in ("broken", "unbroken"))
    for file in sorted(theirs.iterdir()):
        assert (ours / file.name).read_bytes() == file.read_bytes(), file.name


def test_members_of_another_seed_are_not_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = ["simulate", STRAIT, "--members", "20", "--workers", "1", "--end", "2024-03-31", "--out", "run"]
    with stopping(10, monkeypatch):
        corridor(*call, "--seed", "1")
    assert corridor(*call, "--seed", "2").exit_code == 0
    again = RunFolder.open(tmp_path / "run").table("daily")
    shutil.rmtree(tmp_path / ".run-members", ignore_errors=True)
    assert corridor(*call, "--seed", "2").exit_code == 0
    assert again.equals(RunFolder.open(tmp_path / "run").table("daily"))


def finished(folder: Path) -> int:
    return finished_members(folder / ".run-members")


def alive(group: int) -> list[str]:
    """Processes of a group, without those that ended and wait to be counted."""
    listing = subprocess.run(
        ["ps", "-e", "-o", "pgid=,stat=,pid="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listing.stdout.splitlines()]
    return [pid for pgid, state, pid in rows if int(pgid) == group and not state.startswith("Z")]


@pytest.mark.validation
@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_ctrl_c_ends_the_demo_soon_and_whole(tmp_path: Path) -> None:
    """The whole process group is sent the signal, as a terminal does it."""
    call = [*PYTHON, "simulate", "americas", "--members", "400", "--workers", "2", "--out", "run"]
    process = subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while finished(tmp_path) < 1 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert finished(tmp_path) >= 1
        os.killpg(process.pid, signal.SIGINT)
        start = time.monotonic()
        out, err = process.communicate(timeout=60)
        took = time.monotonic() - start
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert process.returncode == 1
    assert out == ""
    assert "finished members are kept in" in err
    assert "the same command takes them up" in err
    assert err.rstrip().endswith("error: stopped")
    assert "Traceback" not in err
    # about a second on a quiet machine; tests are not timed, but it must not go on to the end
    assert took < 20
    deadline = time.monotonic() + 5
    while alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive(process.pid) == []
    assert everything(tmp_path) == [".run-members"]


# -- terminals -----------------------------------------------------------------------------------------


def on_a_terminal(tmp_path: Path, *arguments: str, **environment: str) -> str:
    """What a command writes to a terminal as standard error."""
    import pty

    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", **environment}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    call = [*PYTHON, "simulate", STRAIT, "--members", "40", "--workers", "1", *arguments]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, env=env)
    os.close(theirs)
    shown = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 60)
        try:
            part = os.read(ours, 65536) if ready else b""
        except OSError:  # the other end was closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == b""
    return shown.decode()


COLOR = re.compile(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
@pytest.mark.slow
def test_bars_with_the_time_left_on_a_terminal_only(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, "--out", "run")
    assert "closed-and-held: 40 members" in shown
    assert "report:" in shown
    assert COLOR.search(shown)
    plain = on_a_terminal(tmp_path, "--out", "run", NO_COLOR="1")
    assert "closed-and-held: 40 members" in plain
    assert not COLOR.search(plain)
    assert on_a_terminal(tmp_path, "--out", "run", "--quiet") == ""
