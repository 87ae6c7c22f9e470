"""Given paths move exactly what they name, of exactly the member that they are given to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from engine_tools import SILENT, flow_of, stock_of

import small_corridors as small
from corridor.engine import Compiled, MemberPaths, Move, Noise, RunSpec, compile_corridor, run_member
from corridor.model import Corridor

MONTHS = (dt.date(2023, 1, 1), dt.date(2023, 2, 1))
LOG2 = np.log(2.0)
PATHS_ONLY = Noise(parameters=False, intensities=True, counts=False)


def rows(*values: float, months: int = 2) -> np.ndarray:
    """(members + 1, months, 1) one value by row, the same in all months."""
    return np.tile(np.array(values)[:, None, None], (1, months, 1))


def paths(
    *moves: Move, members: int = 2, start: float = 0.0, holders: dict[str, int] | None = None
) -> MemberPaths:
    begin = np.zeros((members + 1, 1, 1))
    begin[1] = start
    return MemberPaths(MONTHS, ("VEN",), tuple(moves), begin, holders or {})


def run(corridor: Corridor, given: MemberPaths, member: int | None, noise: Noise = PATHS_ONLY):
    spec = RunSpec(
        start=corridor.settings.start, end=corridor.settings.end, noise=noise, paths=given, members=2
    )
    compiled = compile_corridor(corridor, None, spec)
    return compiled, run_member(compiled, member)


def departed(corridor: Corridor, given: MemberPaths, member: int | None) -> float:
    return float(run(corridor, given, member)[1].departed[-1])


@pytest.mark.parametrize(
    ("member", "people"), [(0, 3000 * 2), (1, 3000 / 2), (None, 3000 * 3), (2, 3000 * 2)]
)
def test_departures_are_those_of_the_members_row(member: int | None, people: float) -> None:
    """The last row is the central run's; members beyond the last begin again at the first."""
    corridor = small.one_stock_census(3000, 2, 2, days=31)
    given = paths(Move("departures", ("town.shelter",), rows(LOG2, -LOG2, np.log(3.0))))
    assert departed(corridor, given, member) == pytest.approx(people)


def test_each_month_has_its_own_factor() -> None:
    corridor = small.one_stock_census(3000, 2, 2, days=59)
    log = np.zeros((3, 2, 1))
    log[0, 1] = LOG2
    compiled, result = run(corridor, paths(Move("departures", ("town.shelter",), log)), 0)
    assert result.departed[30] == pytest.approx(3000)
    assert result.departed[58] - result.departed[30] == pytest.approx(6000)
    assert compiled.months == MONTHS


def test_odds_of_a_flow_are_multiplied_and_its_siblings_make_room() -> None:
    corridor = small.split([0.5, 0.3, 0.2], 1000)
    compiled, result = run(corridor, paths(Move("odds", ("to0",), rows(LOG2, 0, 0))), 0)
    ends = [stock_of(compiled, result, f"town.end{i}")[-1] for i in range(3)]
    # odds 1 : 1 become 2 : 1; the rest keep 3 : 2 among themselves
    assert ends == pytest.approx([1000 * 2 / 3, 1000 / 3 * 0.6, 1000 / 3 * 0.4])


def test_a_limit_is_multiplied() -> None:
    corridor = small.queue(1000, 10, days=5)
    name = next(flow.id for flow in corridor.flows if flow.throughput)
    compiled, result = run(corridor, paths(Move("throughput", (name,), rows(LOG2, 0, 0))), 0)
    assert flow_of(compiled, result, name) == pytest.approx(20.0)
    compiled, result = run(corridor, paths(Move("throughput", (name,), rows(LOG2, 0, 0))), None)
    assert flow_of(compiled, result, name) == pytest.approx(10.0)


def test_the_hazard_of_a_flow_off_a_route_is_multiplied() -> None:
    corridor = small.journey(1000, 3, 3, met=0.36, days=30)
    compiled, result = run(corridor, paths(Move("hazard", ("met",), rows(np.log(0.5), 0, 0))), 0)
    # survival 0.64 under the hazard; its root under half of it
    assert stock_of(compiled, result, "a.held")[-1] == pytest.approx(1000 * (1 - 0.8), rel=1e-6)


def test_people_at_the_start_are_those_of_the_member() -> None:
    corridor = small.split([1.0], 1000)
    given = paths(start=LOG2, holders={"town.start": 0})
    assert run(corridor, given, 1)[1].start_people == pytest.approx(2000)
    assert run(corridor, given, 0)[1].start_people == pytest.approx(1000)
    assert run(corridor, paths(start=LOG2), 1)[1].start_people == pytest.approx(1000)


def test_without_noise_of_intensities_every_member_is_the_central_one() -> None:
    corridor = small.one_stock_census(3000, 2, 2, days=31)
    given = paths(Move("departures", ("town.shelter",), rows(LOG2, -LOG2, np.log(3.0))))
    assert run(corridor, given, 0, SILENT)[1].departed[-1] == pytest.approx(9000)


def test_shocks_are_not_drawn_on_top_of_given_paths() -> None:
    corridor = small.one_stock_census(3000, 2, 2, days=31)
    wild = [*corridor.parameters, small.parameter("departure_sd_common", 0.5)]
    corridor = corridor.model_copy(update={"parameters": tuple(wild)})
    spec = RunSpec(
        start=small.START, end=corridor.settings.end, noise=PATHS_ONLY, shocks_from=small.START,
        paths=paths(Move("departures", ("town.shelter",), rows(0, 0, 0))),
    )  # fmt: skip
    assert run_member(compile_corridor(corridor, None, spec), 0).departed[-1] == pytest.approx(3000)
    free = run_member(compile_corridor(corridor, None, replace(spec, paths=None)), 0)
    assert free.departed[-1] != pytest.approx(3000, rel=0.01)


def test_other_paths_have_another_name() -> None:
    """Finished members are stored under it, so that no run takes those of another."""
    one = paths(Move("departures", ("town.shelter",), rows(0, 0.1, 0)))
    other = paths(Move("departures", ("town.shelter",), rows(0.1, 0, 0)))
    assert repr(one) == repr(paths(Move("departures", ("town.shelter",), rows(0, 0.1, 0))))
    assert repr(one) != repr(other)


def test_values_of_a_member_hold_its_paths() -> None:
    corridor = small.one_stock_census(3000, 2, 2, days=31)
    compiled: Compiled = run(corridor, paths(Move("departures", ("town.shelter",), rows(LOG2, 0, 0))), 0)[0]
    assert compiled.values(0).departures.max() == pytest.approx(6000)
    assert compiled.values(None).departures.max() == pytest.approx(3000)
