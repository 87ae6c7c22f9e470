"""Cost of a run against its people, its places and its members.

    python benchmarks/cost_curves.py [--people 1e3 1e4 ...] [--places 1 10 ...] [--members 50 200 ...] [--json]

*People*: a year of the Americas, all departures, rooms and throughputs scaled, so that about so many are inside at its end; ms of
a member with whole people. *Places*: copies of the Strait example side by side (8 places each); ms of a member and s to compile.
*Members*: a year of the Americas by one process; s and peak memory, each in a process of its own. Times are CPU time, the best of
``--repeats``; each ratio is to the first row of its table.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench_engine import americas_year, ensemble, machine, side_by_side

from corridor.engine import RunSpec, compile_corridor, run_member
from corridor.formats import open_corridor

STRAIT = Path(__file__).parents[1] / "examples" / "strait"


def cpu(run: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def best(run: Callable[[], object], repeats: int) -> float:
    """Least CPU seconds of several runs."""
    return min(cpu(run) for _ in range(repeats))


def by_people(wanted: list[float], repeats: int) -> list[dict[str, float]]:
    """CPU time of a member-year of the Americas with about so many people inside at its end."""
    plain, _ = americas_year()
    now = float(run_member(plain, 0).inside[-1])
    runs = [americas_year(people / now)[0] for people in wanted]
    # turn by turn, so that a busy moment of the machine strikes all
    times = [[cpu(lambda run=run: run_member(run, 0)) for run in runs] for _ in range(repeats)]
    return [
        {"people": float(run_member(run, 0).inside[-1]), "member_ms": 1000 * min(column)}
        for run, column in zip(runs, zip(*times, strict=True), strict=True)
    ]


def by_places(copies: list[int], repeats: int) -> list[dict[str, float]]:
    """CPU time of a member, and of compiling, for copies of the Strait side by side."""
    found = open_corridor(STRAIT)
    rows = []
    for times in copies:
        corridor = side_by_side(found, times)
        start = corridor.settings.start
        spec = RunSpec(start, min(corridor.settings.end, start.replace(year=start.year + 1)), seed=1)
        begin = time.process_time()
        run = compile_corridor(corridor, None, spec)
        seconds = time.process_time() - begin
        run_member(run, 0)
        rows.append({
            "places": len(corridor.places), "cells": len(run.structure.network.cell_name), "compile_s": seconds,
            "member_ms": 1000 * best(lambda run=run: run_member(run, 0), repeats),
        })  # fmt: skip
    return rows


def by_members(counts: list[int]) -> list[dict[str, float]]:
    """Wall time, CPU time and peak memory of an ensemble by one process; compiling is in the CPU time and the memory."""
    return [{"members": count, **ensemble(count, 1, 1)} for count in counts]


def with_ratio(rows: list[dict[str, float]], cost: str) -> list[dict[str, float]]:
    """The rows with their cost over that of the first."""
    return [{**row, "ratio": row[cost] / rows[0][cost]} for row in rows]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=float, nargs="*", default=[1e3, 1e4, 1e5, 1e6, 1e7])
    parser.add_argument(
        "--places", type=int, nargs="*", default=[1, 4, 12, 40, 125], help="copies of 8 places"
    )
    parser.add_argument("--members", type=int, nargs="*", default=[50, 200, 800])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tables = {
        "people": with_ratio(by_people(options.people, options.repeats), "member_ms")
        if options.people
        else [],
        "places": with_ratio(by_places(options.places, options.repeats), "member_ms")
        if options.places
        else [],
        "members": with_ratio(by_members(options.members), "wall_s") if options.members else [],
    }
    if options.json:
        print(json.dumps({"machine": machine(), **tables}, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    for rows in tables.values():
        if rows:
            print("\n| " + " | ".join(rows[0]) + " |")
            print("|" + "---|" * len(rows[0]))
        for row in rows:
            print(
                "| "
                + " | ".join(f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" for value in row.values())
                + " |"
            )


if __name__ == "__main__":
    main()
