"""Tasks on a Dask cluster give the same bits as here, also where a worker, the scheduler or this process is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import small_corridors as small
from corridor.engine import Compiled, RunSpec, compile_corridor
from corridor.ensemble import Trajectories, simulate
from corridor.ensemble.files import finished_members
from corridor.model import CorridorError, InputError, cluster
from corridor.model.workers import in_parallel, on_cluster, run_tasks

distributed = pytest.importorskip("distributed")
DASK = [sys.executable, "-m", "dask"]


def times(shared: int, task: int) -> int:
    return shared * task


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler of its own process on loopback; yields its address."""
    file = folder / f"scheduler-{time.monotonic_ns()}.json"
    words = [*DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    process = subprocess.Popen([*words, "--scheduler-file", str(file)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if file.is_file() and file.stat().st_size:
                break
            time.sleep(0.1)
        with distributed.Client(scheduler_file=str(file), timeout=20) as client:
            address = client.scheduler.address
        yield address, process
    finally:
        process.kill()
        process.wait()


@contextmanager
def workers(address: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Worker processes of one thread each."""
    words = [
        *DASK,
        "worker",
        address,
        "--host",
        "127.0.0.1",
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    processes = [
        subprocess.Popen(words, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
        for _ in range(count)
    ]
    try:
        with distributed.Client(address, timeout=20) as client:
            client.wait_for_workers(count, timeout=60)
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_tasks_go_to_the_workers_of_a_cluster() -> None:
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp",
            host="127.0.0.1",
        ) as local,
        on_cluster(local.scheduler_address),
    ):  # fmt: skip
        assert in_parallel(1, 1)
        assert dict(run_tasks(1, times, 7, {"a": 2, "b": 3})) == {"a": 14, "b": 21}
    assert not in_parallel(1, 5) and not in_parallel(2, 1) and in_parallel(2, 2)


def test_no_scheduler_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(InputError, match="no scheduler answers"), on_cluster(address):
            list(run_tasks(1, times, 1, {0: 1}))


def test_a_worker_of_another_version_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def wait_for_workers(self, count: int, timeout: float) -> None:
            pass

        def run(self, function: object) -> dict[str, str]:
            return {"tcp://127.0.0.1:1": "corridor 0.0.1, Python 3.9, NumPy 1.0"}

    with pytest.raises(InputError, match=r"runs corridor 0\.0\.1"):
        cluster._check_workers(Client())


def compiled() -> Compiled:
    corridor = small.hazards((0.2, 0.1), 500.0, days=400)
    spec = RunSpec(start=corridor.settings.start, end=corridor.settings.end, seed=5, members=60)
    return compile_corridor(corridor, None, spec)


def same(one: Trajectories, other: Trajectories) -> bool:
    names = ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock", "trigger_on")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.slow
def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    run = compiled()
    here = simulate(run)
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if not killed:
            killed.append(done)
            held[0].send_signal(signal.SIGKILL)

    with scheduler(tmp_path) as (address, _), workers(address, 2) as held, on_cluster(address):
        there = simulate(run, progress=kill_one)
    assert killed and same(here, there)


@pytest.mark.slow
def test_a_killed_scheduler_is_told_and_the_run_goes_on_from_what_is_stored(tmp_path: Path) -> None:
    run = compiled()
    here = simulate(run)
    store = tmp_path / "store"
    with scheduler(tmp_path) as (address, process), workers(address, 1), on_cluster(address):

        def kill(done: int) -> None:
            process.send_signal(signal.SIGKILL)
            process.wait()

        with pytest.raises(CorridorError, match="scheduler of the cluster was lost"):
            simulate(run, store=store, progress=kill)
    assert 1 <= finished_members(store) < 60
    assert same(here, simulate(run, store=store))


@pytest.mark.slow
def test_a_killed_main_process_resumes(tmp_path: Path) -> None:
    """The command is killed in mid-run; the same command takes up its chunks and gives the same tables."""
    strait = Path(__file__).parents[2] / "examples" / "strait"
    call = [sys.executable, "-c", "from corridor.cli import main; main()", "simulate", str(strait), "-q"]
    with scheduler(tmp_path) as (address, _), workers(address, 2):
        words = [*call, "--members", "400", "--cluster", address, "--out", str(tmp_path / "run")]
        first = subprocess.Popen(words)
        for _ in range(600):
            if finished_members(tmp_path / ".run-members"):
                break
            time.sleep(0.1)
        first.kill()
        first.wait()
        assert finished_members(tmp_path / ".run-members"), "nothing was stored before the end"
        subprocess.run(words, check=True)
    subprocess.run([*call, "--members", "400", "--workers", "1", "--out", str(tmp_path / "here")], check=True)
    for table in ("daily", "differences", "stock_months"):
        there, here = (tmp_path / name / "tables" / f"{table}.parquet" for name in ("run", "here"))
        assert there.read_bytes() == here.read_bytes()
