"""Members stand on the level of the central run before their counts are carried to draws."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corridor.engine import (
    Compiled,
    MemberPaths,
    Move,
    RunSpec,
    compile_corridor,
    expected_arrays,
    run_member,
)
from corridor.forecast.coupled.coupling import on_paths
from corridor.forecast.coupled.members import EXACT_SD, LARGEST, STEP_SD, departures_for, on_central_level
from corridor.forecast.coupled.sources import Counter, Sources, measure_sources
from corridor.model.arrays import Floats

sys.path.append(str(Path(__file__).parents[1] / "calibrate"))
from fork_corridor import Truth, fork

START, END = dt.date(2023, 7, 1), dt.date(2024, 1, 31)
AHEAD = [2, 3, 4, 5, 6]
MEMBERS = 12
FLOWS = ("cross_east", "cross_west")


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    spec = RunSpec(start=START, end=END, members=MEMBERS)
    return compile_corridor(fork(Truth().rows()), None, spec)


@pytest.fixture(scope="module")
def counter(compiled: Compiled) -> Counter:
    return Counter.of(compiled, [o for o in compiled.corridor.observations if o.id == "border_total"])


@pytest.fixture(scope="module")
def sources(compiled: Compiled, counter: Counter) -> Sources:
    return measure_sources(compiled, counter)


def meeting_more(compiled: Compiled, members: int = MEMBERS) -> MemberPaths:
    """Members half of whom are met on the way far more often, the others a little less."""
    months, rows = len(compiled.months), members + 1
    hazard = np.zeros((rows, months, 1))
    hazard[:-1] = np.linspace(-0.2, 1.2, members)[:, None, None]
    moves = (
        Move("departures", ("home.leaving",), np.zeros((rows, months, 2))),
        Move("hazard", ("met_east",), hazard),
    )
    return MemberPaths(compiled.months, ("VEN", "ECU"), moves, np.zeros((rows, 0, 2)))


def totals(run: Compiled, members: int | None = MEMBERS) -> Floats:
    """(members, months ahead) logs of expected people at the border over the central run's."""

    def of(member: int | None) -> Floats:
        result = run_member(run, None, expected_arrays(run, member))
        return np.log(result.monthly_flow[:, [run.index.flow[f] for f in FLOWS]].sum(axis=(1, 2)))[AHEAD]

    return np.array([of(m) - of(None) for m in range(members or 1)])


def test_the_median_member_counts_what_the_central_run_counts(
    compiled: Compiled, counter: Counter, sources: Sources
) -> None:
    before = on_paths(compiled, meeting_more(compiled))
    moved = on_paths(compiled, on_central_level(before, before.spec.paths, counter, sources, AHEAD))
    assert np.median(totals(before), axis=0).max() < -0.02  # half are met far more often
    assert np.median(totals(moved), axis=0) == pytest.approx(0.0, abs=0.006)


def test_the_central_run_and_the_distances_between_members_stay(
    compiled: Compiled, counter: Counter, sources: Sources
) -> None:
    paths = meeting_more(compiled)
    moved = on_central_level(on_paths(compiled, paths), paths, counter, sources, AHEAD)
    before, after = paths.moves[0].log, moved.moves[0].log
    assert (after[-1] == 0).all() and moved.moves[1] is paths.moves[1]
    shift = after[:-1] - before[:-1]
    assert (shift == shift[:1, :, :1]).all() and shift.max() > 0.02  # one factor a month, for all alike


def test_a_handful_of_members_stays_where_it_is(
    compiled: Compiled, counter: Counter, sources: Sources
) -> None:
    paths = meeting_more(compiled, members=7)
    assert on_central_level(on_paths(compiled, paths), paths, counter, sources, AHEAD) is paths


def test_where_a_month_counts_its_own_departures_the_factor_is_the_one_that_is_wanted(
    sources: Sources,
) -> None:
    """Ridge regression on one observation a parameter: wanted times step variance over the sum of both variances."""
    months = sources.level.shape[1]
    part = np.zeros((1, months, 2, sources.classes + months))
    part[0, :, :, sources.classes :] = np.eye(months)[:, None, :]
    plain = replace(sources, part=part)
    wanted = np.linspace(0.0, 0.3, months)
    shrunk = STEP_SD**2 / (STEP_SD**2 + EXACT_SD**2)
    found = departures_for(wanted, plain, AHEAD)
    assert found[AHEAD] == pytest.approx(shrunk * wanted[AHEAD])
    assert (found[:2] == 0).all()  # nothing is asked of their counts
    assert departures_for(wanted + 5.0, plain, AHEAD).max() == LARGEST
