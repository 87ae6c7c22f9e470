"""The intensity process has the spread that its parameters state, and the months it is given."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import integrate, stats

import small_corridors as small
from corridor.engine import Noise, RunSpec, compile_corridor, run_member
from corridor.engine.intensity import LARGEST_SHOCK, damped_walk, intensity_deviations, spread, student_shocks
from corridor.engine.parameters import ParameterTable
from corridor.model import Corridor

MANY = 4000
FIRST = dt.date(2023, 4, 1)
MONTHS = [dt.date(2023, month, 1) for month in range(4, 12)]
COMMON, OWN, DAMPING = 0.2, {"VEN": 0.3, "HND": 0.15}, 0.8


def table(df: float = 1000.0, common: float = COMMON) -> ParameterTable:
    rows = [
        small.parameter("departure_sd_common", common),
        small.parameter("departure_damping", DAMPING),
        small.parameter("departure_shock_df", df),
        *(small.parameter("departure_sd_own", sd, group=name) for name, sd in OWN.items()),
    ]
    return ParameterTable(rows)


def deviations(params: ParameterTable, members: int = MANY, months: list[dt.date] = MONTHS) -> np.ndarray:
    """(members, months, nationalities)."""
    names = list(OWN)
    return np.array([intensity_deviations(params, names, months, FIRST, 7, m) for m in range(members)])


def stated(sd: float, months: int) -> float:
    """Standard deviation after so many steps, by the sum written out."""
    return float(np.sqrt(sum((sd * DAMPING**k) ** 2 for k in range(months))))


def cut_variance(df: float) -> float:
    """Variance of a unit-variance Student t that is cut at the largest shock."""
    law = stats.t(df, scale=np.sqrt((df - 2) / df))
    inner, _ = integrate.quad(lambda x: x * x * law.pdf(x), -LARGEST_SHOCK, LARGEST_SHOCK)
    return inner + 2 * LARGEST_SHOCK**2 * law.sf(LARGEST_SHOCK)


@pytest.fixture(scope="module")
def normal_sample() -> np.ndarray:
    return deviations(table())


@pytest.mark.parametrize("ahead", [1, 2, 6, 8])
def test_the_spread_is_the_stated_one(normal_sample, ahead):
    """The standard error of a standard deviation of 4,000 is 1.1 %; 6 % is over five of them."""
    for n, own in enumerate(OWN.values()):
        total = np.hypot(stated(COMMON, ahead), stated(own, ahead))
        assert normal_sample[:, ahead - 1, n].std() == pytest.approx(total, rel=0.06)
    assert spread(COMMON, DAMPING, ahead) == pytest.approx(stated(COMMON, ahead))


@pytest.mark.parametrize("ahead", [1, 6])
def test_nationalities_move_together_by_the_common_shock(normal_sample, ahead):
    a, b = normal_sample[:, ahead - 1, 0], normal_sample[:, ahead - 1, 1]
    shared = COMMON**2 / np.sqrt((COMMON**2 + OWN["VEN"] ** 2) * (COMMON**2 + OWN["HND"] ** 2))
    assert shared > 0.4
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(shared, abs=0.07)


def test_without_the_common_shock_nationalities_move_apart():
    sample = deviations(table(common=0.0), 2000)
    assert abs(np.corrcoef(sample[:, 5, 0], sample[:, 5, 1])[0, 1]) < 0.12


def test_the_common_part_keeps_the_median_and_the_own_part_the_mean(normal_sample):
    for ahead in (1, 6):
        for n, own in enumerate(OWN.values()):
            values = normal_sample[:, ahead - 1, n]
            total = np.hypot(stated(COMMON, ahead), stated(own, ahead))
            middle = -(stated(own, ahead) ** 2) / 2
            assert values.mean() == pytest.approx(middle, abs=5 * total / np.sqrt(MANY))
    alone = deviations(table(common=0.0), 2000)[:, 5, 0]
    assert np.exp(alone).mean() == pytest.approx(1, abs=5 * np.exp(alone).std() / np.sqrt(2000))


def test_a_month_remembers_the_one_before(normal_sample):
    early, late = normal_sample[:, 4, 0], normal_sample[:, 5, 0]
    slope = np.cov(early, late)[0, 1] / early.var()
    assert slope == pytest.approx(DAMPING, abs=0.06)


@pytest.mark.parametrize("df", [3.0, 5.0, 30.0])
def test_student_shocks_have_their_law_and_unit_variance_but_for_the_cut(df):
    months = [dt.date(year, 1, 1) for year in range(1000, 3000)]
    shocks = np.concatenate([student_shocks(("test",), months, df, 3, m) for m in range(20)])
    assert np.abs(shocks).max() <= LARGEST_SHOCK
    assert shocks.var() == pytest.approx(cut_variance(df), rel=0.04)
    law = stats.t(df, scale=np.sqrt((df - 2) / df))
    inside = np.linspace(-2.5, 2.5, 21)
    found = (shocks[:, None] <= inside).mean(axis=0)
    assert np.abs(found - law.cdf(inside)).max() < 0.013  # 5 standard errors of 40,000


def test_shocks_are_tamed_and_never_infinite():
    months = [dt.date(year, 1, 1) for year in range(1000, 3000)]
    shocks = np.concatenate([student_shocks(("wild",), months, 2.1, 3, m) for m in range(20)])
    assert np.isfinite(shocks).all()


def test_a_damped_walk_by_hand():
    assert damped_walk(np.array([1.0, 0.0, -2.0]), 0.5, 0.8) == pytest.approx([0.5, 0.4, 0.32 - 1.0])


def test_where_a_run_starts_does_not_change_its_shocks():
    params = table(5.0)
    early = dt.date(2023, 1, 1), dt.date(2023, 2, 1), dt.date(2023, 3, 1)
    whole = deviations(params, 5, [*early, *MONTHS])
    assert not whole[:, :3].any()
    assert whole[:, 3:].all()
    assert np.array_equal(deviations(params, 5, MONTHS[4:]), whole[:, 7:])
    # and neither do the nationalities beside it
    alone = np.array([intensity_deviations(params, ["HND"], MONTHS, FIRST, 7, m) for m in range(5)])
    assert np.array_equal(alone[..., 0], whole[:, 3:, 1])


def two_nations() -> Corridor:
    groups = [small.group("VEN"), small.group("HND")]
    rows = [
        small.parameter("departures", 10_000, "town.shelter"),
        small.parameter("departures", 500, "town.visa"),
        *(row for row in table().rows if row is not None),
    ]
    return small.small_corridor(
        [
            small.stock("town.shelter", stay_days=1),
            small.stock("town.visa", stay_days=1),
            small.stock("town.out"),
        ],
        [
            small.flow("leave", "town.shelter", "town.out", share=1),
            small.flow("enter", "town.visa", "town.out", "lawful", share=1),
        ],
        rows,
        groups=groups,
        days=243,
    )


def test_departures_of_a_run_follow_the_process_from_its_first_month():
    spec = RunSpec(
        small.START, dt.date(2023, 8, 31), seed=7, shocks_from=FIRST, noise=Noise(False, True, False)
    )
    run = compile_corridor(two_nations(), None, spec)
    central = run_member(run, None).monthly_flow[:, 0, :]
    for member in (0, 1, 2):
        result = run_member(run, member).monthly_flow
        ratio = result[:, 0, :] / central
        assert (ratio[:3] == 1).all()
        expected = intensity_deviations(table(), ["VEN", "HND"], MONTHS[:5], FIRST, 7, member)
        assert np.log(ratio[3:]) == pytest.approx(expected, rel=1e-9)
        # the lawful channel is set by a government, not by the process
        assert result[:, 1, :] == pytest.approx(run_member(run, None).monthly_flow[:, 1, :])


def test_the_total_of_a_run_has_the_stated_spread():
    spec = RunSpec(FIRST, dt.date(2023, 9, 30), seed=7, shocks_from=FIRST, noise=Noise(False, True, True))
    run = compile_corridor(two_nations(), None, spec)
    people = np.array([run_member(run, m).monthly_flow[:, 0, :].sum(axis=1) for m in range(1000)])
    for ahead in (1, 6):
        own = np.hypot(*(stated(sd, ahead) for sd in OWN.values())) / 2  # two halves of the total
        total = np.hypot(stated(COMMON, ahead), own)
        assert np.log(people[:, ahead - 1]).std() == pytest.approx(total, rel=0.12)
        assert total > 1.3 * own
