"""A small corridor coupled to given draws: every member's expected counts meet its own, and nobody else's."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corridor.engine import Compiled, RunSpec, compile_corridor, expected_arrays, run_member
from corridor.forecast.coupled.controls import Control, Controls
from corridor.forecast.coupled.coupling import Coupling, _Work, on_paths
from corridor.forecast.coupled.draws import SeriesDraws
from corridor.model.arrays import Floats
from small_corridors import parameter

sys.path.append(str(Path(__file__).parents[1] / "calibrate"))
from fork_corridor import Truth, fork

START, END = dt.date(2023, 11, 1), dt.date(2024, 5, 31)
AHEAD = tuple(dt.date(2023 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(12, 18))
MEMBERS = 6
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    spread = [parameter("departure_sd_common", 0.1), parameter("departure_sd_own", 0.1)]
    corridor = fork([*Truth().rows(), *spread])
    state = run_member(
        compile_corridor(corridor, None, RunSpec(start=dt.date(2023, 9, 1), end=dt.date(2023, 10, 31)))
    )
    names = compile_corridor(corridor, None, RunSpec(start=START, end=END)).structure.network.cell_name
    cells = {name: float(units) for name, units in zip(names, state.end_units, strict=True) if units > 0}
    spec = RunSpec(start=START, end=END, members=MEMBERS, shocks_from=START, state=cells)
    return compile_corridor(corridor, None, spec)


def counted(run: Compiled, member: int | None, *flows: str) -> Floats:
    """(months, nationalities) expected people through flows."""
    result = run_member(run, None, expected_arrays(run, member))
    return result.monthly_flow[:, [run.index.flow[f] for f in flows]].sum(axis=1)


def draws(run: Compiled, name: str, *flows: str, sd: float) -> SeriesDraws:
    observation = next(o for o in run.corridor.observations if o.id == name)
    central = counted(run, None, *flows)[1:]
    walk = sd * RNG.normal(size=(MEMBERS, *central.shape)).cumsum(axis=1)
    values = np.concatenate([central * np.exp(walk), 1.1 * central[None]])
    return SeriesDraws(observation, AHEAD, (("VEN",), ("ECU",)), values)


@pytest.fixture(scope="module")
def work(compiled: Compiled) -> _Work:
    total = draws(compiled, "border_total", "cross_east", "cross_west", sd=0.15)
    met = draws(compiled, "met", "met_east", sd=0.1)
    control = Control(met.observation, "hazard", ("met_east",))
    controls = Controls(total.observation, (met.observation,), (control,), ())
    return _Work(compiled, [total, met], [None, control], controls, None)


@pytest.fixture(scope="module")
def coupling(work: _Work) -> Coupling:
    return work.couple(1)


@pytest.fixture(scope="module")
def coupled(compiled: Compiled, coupling: Coupling) -> Compiled:
    return on_paths(compiled, coupling.paths)


def misses(run: Compiled, drawn: SeriesDraws, *flows: str) -> Iterator[Floats]:
    for member in [*range(MEMBERS), None]:
        row_ = MEMBERS if member is None else member
        yield np.abs(np.log(counted(run, member, *flows)[1:] / drawn.values[row_]))


def test_the_total_of_every_member_meets_its_draw(work: _Work, coupled: Compiled) -> None:
    away = [miss.max() for miss in misses(coupled, work.drawn[0], "cross_east", "cross_west")]
    assert max(away) < 0.03


def test_the_hazard_gives_way_until_encounters_upstream_meet_theirs(work: _Work, coupled: Compiled) -> None:
    away = [np.median(miss) for miss in misses(coupled, work.drawn[1], "met_east")]
    assert max(away) < 0.05


def test_a_member_given_anothers_draw_is_far_from_its_own(work: _Work, coupled: Compiled) -> None:
    other = SeriesDraws(
        work.drawn[0].observation, AHEAD, work.drawn[0].parts, np.roll(work.drawn[0].values, 1, axis=0)
    )
    away = [miss.max() for miss in misses(coupled, other, "cross_east", "cross_west")]
    assert min(away) > 0.05


def test_the_distance_that_is_reported_is_the_distance(
    work: _Work, coupling: Coupling, coupled: Compiled
) -> None:
    total = np.array(
        [counted(coupled, m, "cross_east", "cross_west")[1:].sum(axis=1) for m in range(MEMBERS)]
    )
    away = np.abs(np.log((total + 1) / (work.drawn[0].values[:-1].sum(axis=2) + 1)))
    table = coupling.distance.filter(series="border_total")
    assert table["largest"].to_numpy() == pytest.approx(away.max(axis=0))
    assert table["median"].to_numpy() == pytest.approx(np.median(away, axis=0))


def test_scenarios_share_the_departures_of_the_baseline(compiled: Compiled, coupling: Coupling) -> None:
    """A scenario is compiled with the same paths, so that a difference is its measures' own."""
    spec = on_paths(compiled, coupling.paths).spec
    again = compile_corridor(compiled.corridor, None, spec)
    assert again.values(2).departures == pytest.approx(
        on_paths(compiled, coupling.paths).values(2).departures
    )
    assert counted(again, 2, "cross_west") == pytest.approx(
        counted(on_paths(compiled, coupling.paths), 2, "cross_west"), rel=1e-9
    )
