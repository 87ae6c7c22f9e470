"""Results of many members are read from disk: memory is bounded, numbers are equal, and a full disk is told."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import small_corridors as small
from corridor.engine import Compiled, RunSpec, compile_corridor, run_member
from corridor.ensemble import Trajectories, simulate
from corridor.ensemble import simulate as exported
from corridor.ensemble.files import KEPT, MemberFiles, finished_members
from corridor.model import CorridorError, InputError
from corridor.model.mapped import by_blocks, release

TESTS = Path(__file__).parents[1]
LONG = 12_000
"""Days of a run whose files are larger than what its workers share."""
simulate_module = sys.modules[exported.__module__]


def compiled(days: int = 40, members: int = 12, flows: int = 2) -> Compiled:
    corridor = small.hazards((0.3 / flows,) * flows, 500.0, days=days)
    spec = RunSpec(start=corridor.settings.start, end=corridor.settings.end, seed=5, members=members)
    return compile_corridor(corridor, None, spec)


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Results of any size go to temporary files in this folder, and are read in blocks of few members."""
    monkeypatch.setattr(simulate_module, "IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def each_member(run: Compiled, name: str) -> np.ndarray:
    return np.stack([getattr(run_member(run, member), name) for member in range(run.spec.members)])


def mapped(trajectories: Trajectories) -> bool:
    return isinstance(trajectories.daily_stock, np.memmap)


# -- the same numbers ----------------------------------------------------------------------------------


def test_mapped_results_are_those_of_each_member(on_disk: Path) -> None:
    run = compiled()
    found = simulate(run)
    assert mapped(found)
    for name in KEPT:
        assert np.array_equal(getattr(found, name), each_member(run, name).astype(KEPT[name])), name


def test_sums_and_quantiles_in_blocks_are_those_of_the_whole(
    on_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = compiled()
    whole, found = each_member(run, "daily_stock"), simulate(run)
    ids = found.stocks[:2]
    for module in ("mapped", "labelled"):
        monkeypatch.setattr(f"corridor.model.{module}.BLOCK", 3 * found.daily_stock[0].nbytes)
    assert np.array_equal(found.stock_by_day(*ids), whole[:, :, :2].sum(axis=2))
    assert np.array_equal(found.sel(stock=ids[1]).values, whole[:, :, 1])
    assert np.array_equal(found.sel(stock=list(ids), date=found.dates[3]).values, whole[:, 3, :2])
    every = found["daily_stock"]
    levels = [0.1, 0.5, 0.9]
    assert np.array_equal(every.quantiles(levels).values, np.quantile(whole, levels, axis=0))
    assert np.array_equal(every.sum("stock").values, whole.sum(axis=2))
    assert every.mean("date", "member").values == pytest.approx(whole.mean(axis=(0, 1)), rel=1e-12)
    assert np.array_equal(every.sel(member=[4, 2], stock=ids[0]).values, whole[[4, 2], :, 0])
    assert every.sel(member=3).sel(stock=ids[1], date=found.dates[0]) == pytest.approx(whole[3, 0, 1])
    head = every._head(5)
    assert head["value"].to_list() == whole.reshape(-1)[: head.height].tolist() and head.height >= 5


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(70.0).reshape(7, 10)
    for size in (1, 80, 160, 10_000):
        monkeypatch.setattr("corridor.model.mapped.BLOCK", size)
        assert np.array_equal(by_blocks(values, lambda part: part[:, ::3]), values[:, ::3])


def test_released_numbers_are_read_again(tmp_path: Path) -> None:
    np.arange(1000.0).tofile(tmp_path / "numbers")
    values = np.memmap(tmp_path / "numbers", dtype=np.float64, mode="r")
    view = np.asarray(values)[10:20].view()
    release(view)
    assert view.tolist() == list(range(10, 20))
    release(np.zeros(3))


# -- what stays on disk --------------------------------------------------------------------------------


def test_nothing_temporary_is_left(on_disk: Path) -> None:
    run = compiled()
    found = simulate(run)
    assert os.name == "nt" or not list(on_disk.iterdir()), "it is removed, and can still be read"
    assert found.daily_stock[11].sum() == run_member(run, 11).daily_stock.sum()
    del found
    gc.collect()
    assert not list(on_disk.iterdir())


def test_nothing_temporary_is_left_of_an_interrupted_run(on_disk: Path) -> None:
    def stop(members: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(compiled(), progress=stop)
    assert not list(on_disk.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_what_a_killed_process_left_is_removed_by_the_next(
    on_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_module, "YOUNG", 0.0)
    code = (
        f"import sys, tempfile; sys.path[:0] = [{str(TESTS)!r}, {str(Path(__file__).parent)!r}]\n"
        "from test_ensemble_memory import compiled, simulate, simulate_module\n"
        f"tempfile.tempdir, simulate_module.IN_MEMORY = {str(on_disk)!r}, 0\n"
        "simulate(compiled(), progress=lambda members: print(members, flush=True) or sys.stdin.read())"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "10\n"
        simulate(compiled())
        (left,) = on_disk.iterdir()  # another process still uses it
        child.kill()
    simulate(compiled())
    assert not left.exists() and not list(on_disk.iterdir())


def test_few_results_stay_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert not mapped(simulate(compiled()))


# -- no room -------------------------------------------------------------------------------------------


def test_too_small_a_disk_is_told_before_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(InputError, match=r"results need 0\.\d MB in .*, and 0\.0 MB are free"):
        simulate(compiled(), store=tmp_path / "store")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(InputError, match=r"results cannot be kept in .*Not a directory"):
        simulate(compiled(), store=tmp_path / "file")
    monkeypatch.setattr(simulate_module, "IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(InputError, match="no temporary folder for results"):
        simulate(compiled())


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_is_full_in_mid_run_costs_no_finished_member(tmp_path: Path, workers: int) -> None:
    """The system refuses to write beyond a limit, as it does on a full disk."""
    run = compiled(LONG)
    files = MemberFiles(tmp_path, 12, {name: getattr(run_member(run, 0), name).shape for name in KEPT})
    limit = max(map(files._size, KEPT)) * 7 + 3  # member 7 does not fit
    code = f"""
import resource, sys
sys.path[:0] = [{str(TESTS)!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
from test_ensemble_memory import compiled, simulate, MemberFiles
from corridor.model import CorridorError
real = MemberFiles.prepare
def prepare(self, need):
    real(self, need)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
MemberFiles.prepare = prepare
if __name__ == "__main__":
    try:
        simulate(compiled({LONG}), store=Path({str(tmp_path / "store")!r}), workers={workers})
    except CorridorError as error:
        print(type(error).__name__, error)
"""
    script = tmp_path / "script.py"
    script.write_text(code, "utf-8")
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    assert told.startswith("CorridorError the results of member 7 cannot be written to")
    assert "File too large" in told and "hint: make room and run again" in told
    assert finished_members(tmp_path / "store") >= (7 if workers == 1 else 4)
    again = simulate(run, store=tmp_path / "store")
    assert np.array_equal(again.daily_flow, simulate(run).daily_flow)


def test_a_write_that_fails_names_the_reason(tmp_path: Path) -> None:
    run = compiled()
    files = MemberFiles(tmp_path, 12, {name: getattr(run_member(run, 0), name).shape for name in KEPT})
    with pytest.raises(CorridorError, match="No such file or directory"):
        files.put(0, simulate_module._packed(run, [0])[0])


# -- memory --------------------------------------------------------------------------------------------

PEAK = """
import resource, sys
sys.path[:0] = [{tests!r}, {here!r}]
import numpy as np
from test_ensemble_memory import compiled, simulate
found = simulate(compiled(days=1200, members=int(sys.argv[1]), flows=40))
found.flow(found.flows[0]), found.stock_by_day(found.stocks[1])
found.sel(stock=found.stocks[1], date=found.dates[-1]).quantiles([0.5])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))
"""
"""Prints the peak memory of an ensemble, MiB."""


@pytest.mark.skipif(os.name == "nt", reason="reads the peak memory from POSIX")
def test_memory_does_not_grow_with_members() -> None:
    """208 members have 200 x 0.39 MB more results than 8, of which 8 MB are read at a time; a sum over all days has 2 MB."""
    run = compiled(1200, flows=40)
    one = sum(getattr(run_member(run, 0), name).astype(KEPT[name]).nbytes for name in KEPT)
    assert 200 * one > 75_000_000

    def peak(members: int) -> float:
        code = PEAK.format(tests=str(TESTS), here=str(Path(__file__).parent))
        told = subprocess.run(
            [sys.executable, "-c", code, str(members)], capture_output=True, text=True, check=True
        )
        return float(told.stdout)

    assert peak(208) - peak(8) < 40
