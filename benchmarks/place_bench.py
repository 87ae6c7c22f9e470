"""Placement on generated instances: time, memory, proven gap, and the online rules against hindsight.

python benchmarks/place_bench.py static --households 100000
python benchmarks/place_bench.py static --households 100000 --needs 2 --tied 0.3 --floor 0.9 --gap 0.001
python benchmarks/place_bench.py online --households 1000 --orders 5 [--drift 0.5]
"""

from __future__ import annotations

import argparse
import resource
import time

from corridor.place import Options, place_problem, read_problem
from corridor.place.generate import Recipe, make


def recipe_of(words: argparse.Namespace) -> Recipe:
    return Recipe(words.households, words.sites, words.seed, words.tightness, words.tied, words.needs,
                  drift=words.drift, past=words.past)  # fmt: skip


def static(words: argparse.Namespace) -> None:
    small = make(Recipe(300, 8, 1, tied=words.tied, needs=words.needs, groups=2))
    place_problem(read_problem(small.cases, small.sites, small.scores), Options(floor=words.floor, gap=0.01))
    made = make(recipe_of(words))
    begin, cpu = time.monotonic(), time.process_time()
    problem = read_problem(made.cases, made.sites, made.scores)
    read, read_cpu = time.monotonic() - begin, time.process_time() - cpu
    del made
    begin, cpu = time.monotonic(), time.process_time()
    placement = place_problem(problem, Options(gap=words.gap, seconds=words.seconds, floor=words.floor))
    print(placement)
    for step in placement.steps if words.steps else ():
        print(" ", step)
    print(
        placement.counts(),
        {name: f"{found:.3%} (at most {most:.3%})" for name, (found, most) in placement.costs.items()},
    )
    for floor in placement.floors:
        print(" ", floor.group, f"{floor.reached_share:.4f} of what it attains alone, met: {floor.met}")
    print(
        f"checks and tables to arrays: {read_cpu:.1f} s CPU, {read:.1f} s wall; placement: "
        f"{time.process_time() - cpu:.1f} s CPU, {time.monotonic() - begin:.1f} s wall; peak "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB; gap {placement.gap:.5%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["static", "online"])
    for name, default in (
        ("households", 1000),
        ("sites", 40),
        ("seed", 1),
        ("needs", 0),
        ("past", 0),
        ("orders", 3),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, number in (("tightness", 1.02), ("tied", 0.0), ("drift", 0.0), ("seconds", 60.0)):
        parser.add_argument(f"--{name}", type=float, default=number)
    parser.add_argument("--floor", type=float)
    parser.add_argument("--gap", type=float)
    parser.add_argument("--steps", action="store_true")
    words = parser.parse_args()
    {"static": static, "online": online}[words.what](words)


def online(words: argparse.Namespace) -> None:
    from corridor.place.replay import replay

    made = make(recipe_of(words))
    problem = read_problem(made.cases, made.sites, made.scores)
    past = read_problem(made.past, made.sites, made.past_scores) if made.past.height else None
    for order in range(words.orders):
        begin = time.process_time()
        table = replay(problem, past, seed=words.seed + order, shuffled=words.drift == 0)
        print(f"order {order + 1}, {time.process_time() - begin:.1f} s CPU")
        for row in table.to_dicts():
            print(
                "  {rule:14} {value:12.3f} {of_hindsight:8.4f} placed {placed}, slowest decision {slowest:.3f} s".format(
                    **row
                )
            )


if __name__ == "__main__":
    main()
