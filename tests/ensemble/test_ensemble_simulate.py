"""An ensemble has the same bits however it was run, and however often it was interrupted."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import small_corridors as small
from corridor.engine import Compiled, Noise, RunSpec, compile_corridor
from corridor.ensemble import Trajectories, forget, simulate, simulate_all
from corridor.ensemble import simulate as exported
from corridor.ensemble.files import finished_members
from corridor.model import Corridor, Scenario

FIELDS = ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock")
TESTS = Path(__file__).parents[1]
simulate_module = sys.modules[exported.__module__]


def chain() -> Corridor:
    """Departures with every noise, a journey with incidents, a queue."""
    corridor = small.journey(0, 6, 3, death=0.02, met=0.2, days=60)
    rows = [
        small.parameter("departures", 3000, "a.here", low=2000, high=4000),
        small.parameter("departure_sd_common", 0.3),
        small.parameter("departure_dispersion", 5),
    ]
    go = corridor.flows[0].model_copy(update={"throughput": 120.0})
    return corridor.model_copy(update={"parameters": tuple(rows), "flows": (go, *corridor.flows[1:])})


def compiled(seed: int = 1, scenario: Scenario | None = None) -> Compiled:
    corridor = chain()
    period = corridor.settings
    spec = RunSpec(period.start, period.end, seed=seed, members=35, shocks_from=period.start, noise=Noise())
    return compile_corridor(corridor, scenario, spec)


def same(a: Trajectories, b: Trajectories) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in FIELDS)


@pytest.fixture(scope="module")
def alone() -> Trajectories:
    """All members by one process."""
    return simulate(compiled())


def test_an_ensemble_has_its_members_in_order(alone):
    assert alone.members == 35
    assert "35 members" in repr(alone) and "people" in repr(alone)
    assert same(simulate(compiled(), members=12), Trajectories(**{**vars(alone), **{name: getattr(alone, name)[:12] for name in FIELDS}}))  # fmt: skip
    totals = alone.flow("go").sum(axis=(1, 2))
    assert np.unique(totals).size > 30
    assert not same(alone, simulate(compiled(seed=2)))


def test_two_processes_give_the_bits_of_one(alone):
    assert same(alone, simulate(compiled(), workers=2))


def test_two_processes_write_the_bits_of_one(alone, tmp_path):
    """With a store each worker writes its members itself."""
    assert same(alone, simulate(compiled(), workers=2, store=tmp_path))


def test_the_last_chunks_are_small():
    chunks = simulate_module._chunks({"one": range(45), "two": range(3)}, workers=2)
    assert [len(members) for _, members in chunks] == [10, 9, 7, 5, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1]
    assert [m for name, members in chunks if name == "one" for m in members] == list(range(45))
    whole = simulate_module._chunks({"one": range(45), "two": range(3)}, workers=1)
    assert [len(members) for _, members in whole] == [10, 10, 10, 10, 5, 3]


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_any_executor_gives_the_bits_of_one(alone, kind):
    if kind == "threads":
        pool = ThreadPoolExecutor(3)
    else:
        pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    with pool:
        assert same(alone, simulate(compiled(), executor=pool))


def test_progress_counts_every_member_once(alone):
    seen: list[int] = []
    simulate(compiled(), progress=seen.append)
    assert seen == [10, 10, 10, 5]


# -- interruptions -------------------------------------------------------------------------------------


class Stop(Exception):
    """Stands for an interruption."""


def interrupt(run: Compiled, store: Path, after: int) -> None:
    done = 0

    def stop(members: int) -> None:
        nonlocal done
        done += members
        if done >= after:
            raise Stop

    with pytest.raises(Stop):
        simulate(run, store=store, progress=stop)


def counting(monkeypatch) -> list[int]:
    """Members that are really run from now on."""
    ran: list[int] = []
    real = simulate_module.run_chunk

    def run_chunk(run, chunk):
        ran.extend(chunk)
        return real(run, chunk)

    monkeypatch.setattr(simulate_module, "run_chunk", run_chunk)
    return ran


def test_an_interrupted_ensemble_goes_on_where_it_stopped(alone, tmp_path, monkeypatch):
    interrupt(compiled(), tmp_path / "members", after=20)
    ran = counting(monkeypatch)
    assert same(alone, simulate(compiled(), store=tmp_path / "members"))
    assert ran == list(range(20, 35))
    assert not (tmp_path / "members").exists()  # nothing is left behind


@pytest.mark.parametrize("spoilt", ["a number", "the end", "the file", "the marks"])
def test_spoilt_members_are_run_again(alone, tmp_path, monkeypatch, spoilt):
    interrupt(compiled(), tmp_path, after=20)
    (folder,) = tmp_path.iterdir()
    file = folder / ("finished" if spoilt == "the marks" else "daily_stock")
    size = file.stat().st_size // 35
    again = range(20, 35)
    if spoilt == "a number":
        with file.open("r+b") as content:
            content.seek(13 * size + 8)
            content.write(b"\x01\x02")
        again = (13, *again)
    elif spoilt == "the end":  # as after a crash of the machine that wrote the marks first
        os.truncate(file, 15 * size)
        again = range(15, 35)
    else:
        file.unlink() if spoilt == "the file" else file.write_bytes(b"not marks")
        again = range(35)
    ran = counting(monkeypatch)
    assert same(alone, simulate(compiled(), store=tmp_path))
    assert ran == list(again)


def other_scenario() -> Scenario:
    return Scenario(id="s", name="n", name_es="n", description="d", description_es="d")


@pytest.mark.parametrize("change", ["seed", "scenario", "its content", "parameter", "range", "period"])
def test_members_of_another_run_are_not_taken_up(tmp_path, monkeypatch, change):
    first = compiled(scenario=other_scenario() if change == "its content" else None)
    interrupt(first, tmp_path, after=10)
    corridor, period = chain(), chain().settings
    spec = RunSpec(period.start, period.end, seed=1, members=35, shocks_from=period.start)
    scenario, rows = None, []
    if change == "seed":
        spec = RunSpec(period.start, period.end, seed=2, members=35, shocks_from=period.start)
    elif change == "scenario":
        scenario = other_scenario()
    elif change == "its content":
        scenario = other_scenario().model_copy(update={"description": "another"})
    elif change == "parameter":
        rows = [small.parameter("departures", 3001, "a.here", low=2000, high=4000)]
    elif change == "range":
        rows = [small.parameter("departures", 3000, "a.here", low=2000, high=4001)]
    else:
        spec = RunSpec(period.start, period.end, seed=1, members=35)
    run = compile_corridor(corridor, scenario, spec, rows)
    ran = counting(monkeypatch)
    simulate(run, store=tmp_path)
    assert ran == list(range(35))
    assert finished_members(tmp_path) == 10  # those of the other are still there


KILLED = """
import sys
sys.path[:0] = [{tests!r}, {here!r}]
from pathlib import Path
from test_ensemble_simulate import compiled, simulate
done = 0
def tell(members):
    global done
    done += members
    print(done, flush=True)
    if done >= 20:
        sys.stdin.read()  # wait to be killed
simulate(compiled(), store=Path({store!r}), progress=tell)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_process_leaves_whole_members(alone, tmp_path, monkeypatch):
    code = KILLED.format(tests=str(TESTS), here=str(Path(__file__).parent), store=str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= 20:
                child.send_signal(signal.SIGKILL)
                break
    assert child.returncode == -signal.SIGKILL
    ran = counting(monkeypatch)
    assert same(alone, simulate(compiled(), store=tmp_path))
    assert ran == list(range(20, 35))


# -- sums ----------------------------------------------------------------------------------------------


def test_sums_by_name_are_sums_of_the_columns(alone):
    go, die = alone.flows.index("go"), alone.flows.index("die")
    both = alone.monthly_flow[:, :, go] + alone.monthly_flow[:, :, die]
    assert np.array_equal(alone.flow("go", "die"), both)
    assert np.array_equal(alone.flow_by_day("die"), alone.daily_flow[:, :, die])
    ends = [alone.stocks.index(name) for name in ("b.here", "b.dead")]
    assert np.array_equal(alone.stock_by_day("b.here", "b.dead"), alone.daily_stock[:, :, ends].sum(axis=2))


# -- several runs of one study -------------------------------------------------------------------------


def test_a_run_that_is_kept_is_taken_up_until_it_is_forgotten(alone, tmp_path, monkeypatch):
    store = tmp_path / "members"
    assert same(alone, simulate(compiled(), store=store, keep=True))
    ran = counting(monkeypatch)
    assert same(alone, simulate(compiled(), store=store, keep=True))
    assert ran == []
    interrupt(compiled(seed=2), store, after=10)
    forget(compiled(), store)
    assert finished_members(store) == 10  # those of the other run are still there
    forget(compiled(seed=2), store)
    assert not store.exists()


def test_several_runs_together_give_the_bits_of_each():
    """`simulate_all` sends members of two runs to the same workers; none gets another's."""
    runs = {}
    for name, stay in (("short", 5.0), ("long", 15.0)):
        corridor = small.one_stock_census(3000.0, stay, 3)
        runs[name] = compile_corridor(
            corridor, None, RunSpec(corridor.settings.start, corridor.settings.end, members=25)
        )
    told: dict[str, int] = {"short": 0, "long": 0}

    def progress(name: str, finished: int) -> None:
        told[name] += finished

    together = simulate_all(runs, workers=2, progress=progress)
    assert told == {"short": 25, "long": 25}
    for name, run in runs.items():
        assert np.array_equal(together[name].daily_stock, simulate(run).daily_stock)
    assert not np.array_equal(together["short"].daily_stock, together["long"].daily_stock)
