"""A small corridor coupled to given draws: its central run meets their medians, its members take their margins."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corridor.engine import Compiled, RunSpec, compile_corridor, expected_arrays, run_member
from corridor.engine.intensity import intensity_deviations
from corridor.ensemble import Trajectories, by_nationality, observe, simulate
from corridor.forecast.coupled import Coupling, Draws, central_margins, margins_of
from corridor.forecast.coupled.controls import Control, Controls
from corridor.forecast.coupled.coupling import Level, on_paths
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
def level(compiled: Compiled) -> Level:
    total = draws(compiled, "border_total", "cross_east", "cross_west", sd=0.15)
    met = draws(compiled, "met", "met_east", sd=0.1)
    control = Control(met.observation, "hazard", ("met_east",))
    controls = Controls(total.observation, (met.observation,), (control,), ())
    return Level(compiled, Draws((total, met)), controls)


@pytest.fixture(scope="module")
def coupling(level: Level) -> Coupling:
    return level.meet()


@pytest.fixture(scope="module")
def coupled(compiled: Compiled, coupling: Coupling) -> Compiled:
    return on_paths(compiled, coupling.paths)


def central(coupling: Coupling, series: int) -> Floats:
    """(months, nationalities) the medians that are asked for."""
    return coupling.draws.series[series].values[-1]


def test_the_central_run_meets_the_medians_of_the_total(coupling: Coupling, coupled: Compiled) -> None:
    away = np.log(counted(coupled, None, "cross_east", "cross_west")[1:] / central(coupling, 0))
    assert np.abs(away).max() < 0.03


def test_the_hazard_gives_way_until_encounters_upstream_meet_theirs(
    coupling: Coupling, coupled: Compiled
) -> None:
    away = np.log(counted(coupled, None, "met_east")[1:] / central(coupling, 1))
    assert np.median(np.abs(away)) < 0.05


def test_before_it_was_moved_the_run_stood_elsewhere(compiled: Compiled, coupling: Coupling) -> None:
    away = np.log(counted(compiled, None, "cross_east", "cross_west")[1:] / central(coupling, 0))
    assert np.abs(away).max() > 0.09  # the medians are a tenth above it


def test_members_walk_about_the_level_with_the_shocks_of_a_free_run(
    compiled: Compiled, coupled: Compiled
) -> None:
    home = coupled.stock_ids.index("home.leaving")
    month = coupled.calendar.month_of_segment
    for member in range(2):
        shocks = intensity_deviations(
            compiled.table, ("VEN", "ECU"), compiled.months, START, compiled.spec.seed, member
        )
        ratio = coupled.values(member).departures[:, home] / coupled.values(None).departures[:, home]
        assert np.log(ratio) == pytest.approx(shocks[month])
        assert np.abs(shocks).max() > 0.05


def test_the_distance_that_is_reported_is_the_distance(coupling: Coupling, coupled: Compiled) -> None:
    total = counted(coupled, None, "cross_east", "cross_west")[1:].sum(axis=1)
    away = np.abs(np.log((total + 1) / (central(coupling, 0).sum(axis=1) + 1)))
    table = coupling.distance.filter(series="border_total")
    assert table["central"].to_numpy() == pytest.approx(away)


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


@pytest.fixture(scope="module")
def trajectories(coupled: Compiled) -> Trajectories:
    return simulate(coupled)


def seen(run: Compiled, members: Trajectories, name: str) -> Floats:
    """(members, months ahead, nationalities)."""
    observation = next(o for o in run.corridor.observations if o.id == name)
    return by_nationality(run.groups, observe(members, run.corridor, observation, run.table))


def test_the_baseline_has_the_margins_of_the_draws(
    coupling: Coupling, coupled: Compiled, trajectories: Trajectories
) -> None:
    margins = margins_of(coupling.draws, coupled, trajectories)
    for k, name in enumerate(("border_total", "met")):
        carried = margins.carry(name, seen(coupled, trajectories, name))[:, 1:]
        drawn = coupling.draws.series[k].values[:-1]
        assert np.sort(carried, axis=0) == pytest.approx(np.sort(drawn, axis=0), rel=0.01)
        joint = carried.reshape(MEMBERS, -1)  # a member takes one draw as it is, each draw once
        apart = np.abs(np.log(joint[:, None] / drawn.reshape(MEMBERS, -1)[None])).max(axis=2)
        assert sorted(apart.argmin(axis=1)) == list(range(MEMBERS))
        assert apart.min(axis=1).max() < 0.01


def test_a_scenarios_members_are_carried_by_the_factor_of_the_baselines(
    coupling: Coupling, coupled: Compiled, trajectories: Trajectories
) -> None:
    margins = margins_of(coupling.draws, coupled, trajectories)
    base = seen(coupled, trajectories, "border_total")
    fewer = margins.carry("border_total", 0.7 * base)
    assert fewer == pytest.approx(0.7 * margins.carry("border_total", base))
    assert margins.carry("another series", base) is base


def test_the_central_run_is_carried_to_the_medians(coupling: Coupling, coupled: Compiled) -> None:
    margins = central_margins(coupling.draws, coupled)
    observation = next(o for o in coupled.corridor.observations if o.id == "met")
    carried = margins.carry("met", counted(coupled, None, *observation.flows)[None])
    assert carried[0, 1:] == pytest.approx(central(coupling, 1), rel=0.01)


def test_draws_for_other_members_are_refused(
    coupling: Coupling, coupled: Compiled, trajectories: Trajectories
) -> None:
    few = tuple(replace(one, values=one.values[1:]) for one in coupling.draws.series)
    with pytest.raises(ValueError, match="5 draws for 6 members"):
        margins_of(Draws(few), coupled, trajectories)
