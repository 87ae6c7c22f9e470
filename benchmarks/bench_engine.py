"""Speed and memory of the engine on the shipped Americas corridor.

``python benchmarks/bench_engine.py`` prints one table (``--json``: one object). Each figure is the best of
several runs in this process, since other programs on the machine can only make it worse; the load average
beside the figures tells how busy it was. Kernels are compiled before anything is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import corridor
from corridor.calibrate import read_calibration
from corridor.engine import Compiled, RunSpec, compile_corridor, member_arrays, run_member
from corridor.ensemble import simulate
from corridor.formats import open_corridor
from corridor.model import Corridor, Parameter

AS_OF = dt.date(2023, 12, 31)
GOALS = {
    "mean_field_year_ms": "< 40",
    "ensemble_s": "< 40",
    "ensemble_memory_gb": "< 2",
    "command_memory_gb": "< 1",
    "two_workers_against_one": ">= 1.7",
    "cost_of_1000_times_the_people": "< 1.5",
}


def best(run: Callable[[], object], times: int) -> float:
    """Shortest wall time of several runs, seconds."""
    return min(timed(run) for _ in range(times))


def timed(run: Callable[[], object]) -> float:
    """Wall time of one run, seconds."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def americas_year(scale: float = 1.0, times: int = 1) -> tuple[Compiled, bool]:
    """A year of the shipped corridor from its calibrated state where there is one; and whether there is.

    ``scale`` multiplies the people: departures, those on the way, and every room and throughput. ``times``
    puts as many copies of the whole network side by side.
    """
    shipped = Path(corridor.__file__).parent / "shipped" / "americas" / "calibration"
    found = open_corridor("americas")
    rows: tuple[Parameter, ...] = ()
    start, state = dt.date(2024, 1, 1), None
    calibrated = (shipped / AS_OF.isoformat()).is_dir()
    if calibrated:
        calibration = read_calibration(shipped, AS_OF)
        rows, start = calibration.parameters, calibration.start
        state = {name: units * scale for name, units in calibration.state.items()}
    end = start.replace(year=start.year + 1) - dt.timedelta(days=1)
    spec = RunSpec(start, end, seed=1, as_of=AS_OF, shocks_from=start, state=state)
    if scale != 1.0:
        found, rows = scaled(found, scale), tuple(more_people(row, scale) for row in rows)
    if times > 1:
        spec = replace(spec, state=state and {
            (copied(holder, i), stage, group): units
            for (holder, stage, group), units in state.items() for i in range(times)
        })  # fmt: skip
        found, rows = side_by_side(found, times), tuple(renamed(r, i) for r in rows for i in range(times))
    return compile_corridor(found, None, spec, rows), calibrated


COPIED = {
    "id", "place", "from_place", "to_place", "from_stock", "from_route", "to_stock", "route", "target",
    "overflow_flow",
}  # fmt: skip


def copied(name: str, copy: int) -> str:
    """Name of a place, stock, route or flow in a copy of the network."""
    return f"{name}_{copy}" if copy else name


def renamed(item: Any, copy: int) -> Any:
    """The row in a copy of the network."""
    names = {name: getattr(item, name) for name in COPIED if getattr(item, name, None) is not None}
    return item.model_copy(update={name: copied(value, copy) for name, value in names.items()})


def side_by_side(found: Corridor, times: int) -> Corridor:
    """The corridor with ``times`` copies of its network, without measures."""
    tables = ("places", "stocks", "routes", "flows", "parameters")
    return found.model_copy(
        update={"measures": (), "events": ()}
        | {
            table: tuple(renamed(item, copy) for copy in range(times) for item in getattr(found, table))
            for table in tables
        }
    )


def more_people(row: Parameter, scale: float) -> Parameter:
    """The row with ``scale`` times the people, if it counts people."""
    if row.parameter not in {"departures", "initial", "capacity", "occupied", "throughput"}:
        return row
    bounds = {name: getattr(row, name) for name in ("value", "low", "high")}
    return row.model_copy(
        update={name: None if value is None else value * scale for name, value in bounds.items()}
    )


def scaled(found: Corridor, scale: float) -> Corridor:
    """The corridor with ``scale`` times the people."""

    def limits(item: Any) -> Any:
        update = {
            name: getattr(item, name) * scale
            for name in ("capacity", "throughput")
            if getattr(item, name, None) is not None
        }
        return item.model_copy(update=update)

    return found.model_copy(
        update={
            "stocks": tuple(limits(item) for item in found.stocks),
            "routes": tuple(limits(item) for item in found.routes),
            "flows": tuple(limits(item) for item in found.flows),
            "parameters": tuple(more_people(row, scale) for row in found.parameters),
        }
    )


def ensemble(members: int, workers: int, times: int) -> dict[str, float]:
    """Wall and processor time and memory of one ensemble, in a process of its own."""
    command = [sys.executable, __file__, "--ensemble", str(workers), "--members", str(members)]
    command += ["--times", str(times)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run_ensemble(members: int, workers: int, times: int) -> dict[str, float]:
    """What ``ensemble`` asks of its process; compiling is not timed.

    Memory is that of this process and of as many workers as its largest, GB.
    """
    run, _ = americas_year(times=times)
    run_member(run, 0)
    wall = timed(lambda: simulate(run, members=members, workers=workers))
    own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    unit = 1 if sys.platform == "darwin" else 1024
    spawned = workers if workers > 1 else 0
    return {
        "wall_s": wall,
        "cpu_s": own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime,
        "memory_gb": (own.ru_maxrss + spawned * child.ru_maxrss) * unit / 1e9,
    }


def many_members(members: int) -> dict[str, float]:
    """Wall time and peak memory of a whole command with its tables and report: one scenario, one process."""
    words = [
        "simulate",
        "americas",
        "--scenario",
        "no-agreement",
        "--members",
        str(members),
        "--workers",
        "1",
        "-q",
    ]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        call = [
            sys.executable,
            "-c",
            "from corridor.cli import main; main()",
            *words,
            "--out",
            f"{folder}/run",
        ]
        wall = timed(lambda: subprocess.run(call, check=True))
        left = sorted(path.name for path in Path(folder).iterdir())
    if left != ["run"]:
        raise RuntimeError(f"{left} in the folder of the run")
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e9
    return {"members": members, "command_s": wall, "command_memory_gb": peak}


def measure(members: int, repeats: int, rounds: int, times: int) -> dict[str, Any]:
    """All figures; times are the best of ``repeats`` (``rounds`` for the ensembles)."""
    run, calibrated = americas_year(times=times)
    run_member(run, None)
    run_member(run, 0)
    figures: dict[str, Any] = {
        "calibrated": calibrated,
        "days": len(run.dates),
        "cells": len(run.structure.network.cell_name),
        "edges": int(run.structure.network.edge_dest.size),
    }
    arrays = member_arrays(run, None)
    start = arrays.count.copy()

    def kernel() -> None:
        arrays.count[:] = start
        run_member(run, None, arrays)

    figures["mean_field_year_ms"] = 1000 * best(kernel, repeats)
    figures["mean_field_year_with_arrays_ms"] = 1000 * best(lambda: run_member(run, None), repeats)
    figures["stochastic_member_ms"] = 1000 * best(lambda: run_member(run, 0), repeats)
    figures["open_and_compile_ms"] = 1000 * best(lambda: americas_year(times=times), 2)
    if not rounds:
        return figures
    # turn by turn, so that a busy moment of the machine strikes both
    turns = [(ensemble(members, 2, times), ensemble(members, 1, times)) for _ in range(rounds)]
    two, one = (min(side, key=lambda found: found["wall_s"]) for side in zip(*turns, strict=True))
    figures["ensemble_s"] = two["wall_s"]
    figures["ensemble_cpu_s"] = two["cpu_s"]
    figures["ensemble_memory_gb"] = two["memory_gb"]
    figures["ensemble_one_worker_s"] = one["wall_s"]
    figures["two_workers_against_one"] = one["wall_s"] / two["wall_s"]
    crowd, _ = americas_year(1000.0, times)
    people = run_member(run, 0).inside[-1], run_member(crowd, 0).inside[-1]
    figures["people"] = people[0]
    figures["people_times"] = people[1] / people[0]
    pairs = [(timed(lambda: run_member(run, 0)), timed(lambda: run_member(crowd, 0))) for _ in range(repeats)]
    plain, crowded = np.array(pairs).min(axis=0)
    figures["cost_of_1000_times_the_people"] = float(crowded / plain)
    return figures


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "corridor": corridor.__version__,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=2, help="of the ensembles; 0 leaves them out")
    parser.add_argument("--times", type=int, default=1, help="copies of the network side by side")
    parser.add_argument(
        "--many", type=int, metavar="MEMBERS", help="only: time and memory of a command with so many"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--ensemble", type=int, metavar="WORKERS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ensemble:
        print(json.dumps(run_ensemble(options.members, options.ensemble, options.times)))
        return
    begun = machine()
    figures = (
        many_members(options.many)
        if options.many
        else measure(options.members, options.repeats, options.rounds, options.times)
    )
    if options.json:
        print(json.dumps({"members": options.members, "machine": begun, "figures": figures}, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in begun.items()))
    for name, value in figures.items():
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        print(f"{name:34} {shown:>10}  {'goal ' + GOALS[name] if name in GOALS else ''}".rstrip())


if __name__ == "__main__":
    main()
