"""Corridors whose answer is known without the engine: queues, splits, journeys, renewed attempts.

Where chance is left, every check fails with probability 2e-6 at most for a correct engine, and the seed
is fixed.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_tools import SILENT, compiled, flow_of, members, stock_of, within
from scipy import stats

import small_corridors as small
from corridor.engine import run_member, state_after
from corridor.model import Corridor

MANY = 1500
MARCH_31 = 31 + 28 + 31 - 1
DAILY = 10.0
"""Departures of a day in March, of 310 in the month."""


def sheltered(stay: float, stages: int, *, dispersion: float | None = None, days: int = 90) -> Corridor:
    """310 people a month pass through ``town.shelter``; they enter it in the evening of their departure."""
    rows = [small.parameter("departures", 310, "town.origin")]
    if dispersion:
        rows.append(small.parameter("departure_dispersion", dispersion))
    return small.small_corridor(
        [
            small.stock("town.origin", stay_days=1),
            small.stock("town.shelter", stay_days=stay, stay_stages=stages),
            small.stock("town.out"),
        ],
        [
            small.flow("enter", "town.origin", "town.shelter", share=1),
            small.flow("leave", "town.shelter", "town.out", share=1),
        ],
        rows,
        days=days,
    )


def departures_per_day(corridor: Corridor) -> np.ndarray:
    """310 a month, evenly over each month's days."""
    days = [small.START + dt.timedelta(days=d) for d in range(MARCH_31 + 1)]
    lengths = {1: 31, 2: 28, 3: 31}
    return np.array([310 / lengths[day.month] for day in days])


# -- census --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stay", "stages"), [(10, 10), (10, 1), (12, 3)], ids=["M/D", "M/M", "M/Erlang"])
def test_census_of_infinitely_many_servers_is_poisson(stay, stages):
    corridor = sheltered(stay, stages)
    run = compiled(corridor, seed=3)
    census = [stock_of(run, result, "town.shelter")[MARCH_31] for result in members(run, MANY)]
    # stay = stages + negative binomial days; those who entered j evenings ago are still there if it is > j
    rate = stages / stay
    ago = np.arange(MARCH_31 + 1)
    still = stats.nbinom.sf(ago - stages, stages, rate) if rate < 1 else (ago < stay).astype(float)
    mean = float((departures_per_day(corridor)[::-1] * still).sum())
    assert stock_of(run, run_member(run, None), "town.shelter")[MARCH_31] == pytest.approx(mean, rel=1e-12)
    assert within(census, mean, variance=mean)
    if rate == 1:
        assert mean == DAILY * stay


def test_at_an_origin_the_first_day_of_the_stay_is_the_day_of_departure():
    """People set out in the morning: of ten days of stay, nine evenings are counted."""
    run = compiled(small.one_stock_census(310, 10, 10))
    census = [stock_of(run, result, "town.shelter")[MARCH_31] for result in members(run, MANY)]
    assert within(census, 9 * DAILY, variance=9 * DAILY)


# -- departures ----------------------------------------------------------------------------------------


def test_days_are_overdispersed_and_the_month_stays_poisson():
    size, days, total = 5.0, 31, 310.0
    run = compiled(sheltered(1, 1, dispersion=size), seed=4)
    entered = np.array([flow_of(run, result, "enter") for result in members(run, MANY)])
    march = entered[:, MARCH_31 - 30 : MARCH_31 + 1]
    assert within(march.sum(axis=1), total, variance=total)
    # gamma weights that are normalized are Dirichlet, so a day of a month is beta-binomial
    p = 1 / days
    inner = p * (1 - p) * (days * size * total + total + total**2) / (days * size + 1)
    variance = inner + p**2 * total
    assert variance > 2 * DAILY
    for day in (0, 14, 30):
        assert within(march[:, day], DAILY, variance=variance)


def test_without_dispersion_days_are_poisson():
    run = compiled(sheltered(1, 1), seed=4)
    entered = np.array([flow_of(run, result, "enter") for result in members(run, MANY)])
    for day in (0, 40, MARCH_31):
        mean = departures_per_day(run.corridor)[day]
        assert within(entered[:, day], mean, variance=mean)


def test_a_run_over_part_of_a_month_takes_that_part_of_its_departures():
    corridor = sheltered(1, 1)
    run = compiled(corridor, start=dt.date(2023, 3, 11), end=dt.date(2023, 3, 20), seed=4)
    entered = [result.departed[-1] for result in members(run, MANY)]
    assert within(entered, 10 * DAILY, variance=10 * DAILY)


def test_units_of_three_people_enter_whole():
    run = compiled(small.one_stock_census(930, 10, 10, size=3), seed=4)
    units = [result.monthly_flow[1].sum() / 3 for result in members(run, MANY)]
    assert all(unit == round(unit) for unit in units)
    mean = run_member(run, None).monthly_flow[1].sum() / 3
    assert within(units, mean, variance=mean)


# -- splits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [50, 1000, 300_000])
def test_shares_split_binomially(people):
    shares = (0.2, 0.3, 0.5)
    run = compiled(small.split(shares, people), seed=5)
    ends = np.array([[flow_of(run, r, f"to{i}").sum() for i in range(3)] for r in members(run, MANY)])
    assert (ends.sum(axis=1) == people).all()
    for i, share in enumerate(shares):
        assert within(ends[:, i], people * share, variance=people * share * (1 - share))
    both = ends[:, 0] + ends[:, 1]  # covariance: the sum of two is binomial too
    assert within(both, people * 0.5, variance=people * 0.25)


@pytest.mark.parametrize("people", [60, 20_000])
def test_competing_hazards_split_what_leaves(people):
    run = compiled(small.hazards((0.1, 0.05), people), seed=6)
    results = members(run, MANY)
    left = 0.85**30
    for name, part in (("to0", 2 / 3), ("to1", 1 / 3)):
        p = part * (1 - left)
        taken = [flow_of(run, result, name).sum() for result in results]
        assert within(taken, people * p, variance=people * p * (1 - p))
        expected = flow_of(run, run_member(run, None), name).sum()
        assert expected == pytest.approx(people * p, rel=1e-12)


# -- limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "a_day"), [(1, 7), (2, 6), (3, 6), (7, 7), (8, 0)])
def test_a_queue_empties_at_its_throughput_in_whole_units(size, a_day):
    people = 168
    run = compiled(small.queue(people, 7, size=size), seed=7)
    passed = np.cumsum(flow_of(run, run_member(run, 0), "pass"))
    assert passed.tolist() == [min(people, a_day * day) for day in range(1, 31)]


def test_a_queue_with_random_arrivals_follows_lindley():
    corridor = sheltered(1, 1)
    leave = corridor.flows[1].model_copy(update={"throughput": 10.0})
    run = compiled(corridor.model_copy(update={"flows": (corridor.flows[0], leave)}), seed=8)
    for member in range(20):
        result = run_member(run, member)
        waiting = 0.0
        for day, joined in enumerate(flow_of(run, result, "enter")):
            served = min(waiting, 10.0)
            waiting += joined - served
            assert flow_of(run, result, "leave")[day] == served
            assert stock_of(run, result, "town.shelter")[day] == waiting
        assert waiting > 0


@pytest.mark.parametrize(
    ("size", "occupied", "held"), [(1, 0, 40), (1, 10, 30), (3, 0, 39), (3, 1.5, 36), (1, 50, 0)]
)
@pytest.mark.parametrize("overflow", [False, True])
def test_beds_fill_in_whole_units_and_the_rest_overflows_or_waits(size, occupied, held, overflow):
    run = compiled(small.beds(99, 40, overflow=overflow, occupied=occupied, size=size), seed=9)
    result = run_member(run, 0)
    assert stock_of(run, result, "town.beds").tolist() == [held] * 30
    elsewhere = "town.out" if overflow else "town.desk"
    assert stock_of(run, result, elsewhere).tolist() == [99 - held] * 30
    expected = run_member(run, None)
    assert stock_of(run, expected, "town.beds")[-1] == pytest.approx(max(40 - occupied, 0))


def detention(capacity: float, stay: int) -> Corridor:
    """310 people a month are to be held for exactly ``stay`` days; whom there is no bed for is released."""
    return small.small_corridor(
        [
            small.stock("town.origin", stay_days=1),
            small.stock("town.desk", stay_days=1),
            small.stock("town.beds", capacity=capacity, stay_days=stay, stay_stages=stay),
            small.stock("town.out"),
        ],
        [
            small.flow("enter", "town.origin", "town.desk", share=1),
            small.flow("held", "town.desk", "town.beds", "detention", share=1, overflow_flow="spared"),
            small.flow("spared", "town.desk", "town.out", "release", daily_probability=0),
            small.flow("leave", "town.beds", "town.out", "release", share=1),
        ],
        [small.parameter("departures", 310, "town.origin")],
    )  # fmt: skip


def test_a_bed_is_free_again_on_the_day_its_stay_ends():
    capacity, stay = 45, 5
    run = compiled(detention(capacity, stay), seed=10)
    for member in range(20):
        result = run_member(run, member)
        joined, held = flow_of(run, result, "enter"), flow_of(run, result, "held")
        spared = flow_of(run, result, "spared")
        inside, admitted = 0.0, []
        for day in range(len(joined)):
            asking = joined[day - 1] if day else 0.0
            freed = admitted[day - stay] if day >= stay else 0.0
            admitted.append(min(asking, capacity - inside + freed))
            inside += admitted[day] - freed
            assert held[day] == admitted[day]
            assert spared[day] == asking - admitted[day]
            assert stock_of(run, result, "town.beds")[day] == inside
        assert spared.sum() > 0
        assert stock_of(run, result, "town.beds").max() == capacity


def test_an_overflow_stock_may_pass_its_capacity():
    corridor = small.beds(100, 40, overflow=False)
    stocks = [s.model_copy(update={"overflow": True}) if s.id == "town.beds" else s for s in corridor.stocks]
    run = compiled(corridor.model_copy(update={"stocks": tuple(stocks)}))
    assert stock_of(run, run_member(run, 0), "town.beds")[0] == 100


def test_a_journey_into_a_full_place_waits_on_the_way():
    corridor = small.journey(100, 2, 2, days=20)
    stocks = [s.model_copy(update={"capacity": 30.0}) if s.id == "b.here" else s for s in corridor.stocks]
    run = compiled(corridor.model_copy(update={"stocks": tuple(stocks)}))
    result = run_member(run, 0)
    assert stock_of(run, result, "b.here").tolist() == [0, 0, *[30] * 18]
    assert result.inside.tolist() == [100] * 20


def shared_road(throughput: float) -> Corridor:
    """Two flows set out on one route of so many people a day: 300 wait for the one, 100 for the other."""
    return small.small_corridor(
        [
            small.stock("a.many", stay_days=1),
            small.stock("a.few", stay_days=1),
            small.stock("b.here"),
        ],
        [
            small.flow("many", "a.many", "b.here", "travel", route="a-b", share=1),
            small.flow("few", "a.few", "b.here", "travel", route="a-b", share=1),
        ],
        [small.parameter("initial", 300, "a.many"), small.parameter("initial", 100, "a.few")],
        routes=[small.route("a", "b", throughput=throughput)],
        days=30,
    )  # fmt: skip


def test_flows_share_a_route_in_proportion_to_who_waits():
    run = compiled(shared_road(8), seed=11)
    results = members(run, 50)
    for result in results:
        assert (flow_of(run, result, "many", "few") == 8).all()
    first_day = [flow_of(run, result, "few")[0] for result in results]
    assert set(first_day) == {2.0}  # a quarter
    total = [flow_of(run, result, "few").sum() for result in results]
    assert np.mean(total) == pytest.approx(8 * 30 / 4, rel=0.05)
    assert flow_of(run, run_member(run, None), "few").sum() == pytest.approx(60)


# -- journeys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "stages"), [(6, 1), (6, 3), (12, 10), (5, 5), (1, 1), (2.5, 2)])
def test_travel_time_is_a_sum_of_stages(days, stages):
    run = compiled(small.journey(1, days, stages, days=300), noise=SILENT)
    arrived = np.diff(stock_of(run, run_member(run, None), "b.here"), prepend=0.0)
    time = np.arange(300)
    p = stages / days
    assert arrived.sum() == pytest.approx(1)
    assert (arrived * time).sum() == pytest.approx(days)
    assert (arrived * (time - days) ** 2).sum() == pytest.approx(stages * (1 - p) / p**2, abs=1e-9)
    law = stats.nbinom.pmf(time - stages, stages, p) if p < 1 else (time == days).astype(float)
    assert arrived == pytest.approx(law, abs=1e-12)


def test_travel_time_of_whole_people_has_the_same_law():
    run = compiled(small.journey(20_000, 6, 3, days=60), seed=12)
    arrived = np.diff(stock_of(run, run_member(run, 0), "b.here"), prepend=0.0)
    law = stats.nbinom.pmf(np.arange(60) - 3, 3, 0.5)
    kept = law * 20_000 > 10
    rest = 20_000 - arrived[kept].sum()
    result = stats.chisquare([*arrived[kept], rest], [*(law[kept] * 20_000), (1 - law[kept].sum()) * 20_000])
    assert result.pvalue > 1e-6


@pytest.mark.parametrize("stages", [1, 3, 10])
@pytest.mark.parametrize(("death", "met"), [(0.05, 0.0), (0.02, 0.6), (0.3, 0.3)])
def test_an_incident_has_its_declared_probability_per_journey(stages, death, met):
    corridor = small.journey(10_000, 12, stages, death=death, met=met, days=400)
    run = compiled(corridor, seed=13)
    expected = run_member(run, None)
    assert flow_of(run, expected, "die").sum() == pytest.approx(10_000 * death, rel=1e-9)
    assert flow_of(run, expected, "met").sum() == pytest.approx(10_000 * met, rel=1e-9)
    results = members(run, 100)
    for name, p in (("die", death), ("met", met)):
        if p:
            counted = [flow_of(run, result, name).sum() for result in results]
            assert within(counted, 10_000 * p, variance=10_000 * p * (1 - p))


@pytest.mark.parametrize("stages", [1, 3])
def test_an_incident_keeps_its_probability_where_no_day_is_left_for_it(stages):
    """A journey of as many stages as days leaves every day: incidents take their part of the leavers."""
    run = compiled(small.journey(10_000, stages, stages, death=0.1, met=0.2), noise=SILENT)
    expected = run_member(run, None)
    assert flow_of(run, expected, "die").sum() == pytest.approx(1000)
    assert flow_of(run, expected, "met").sum() == pytest.approx(2000)


# -- renewed attempts ----------------------------------------------------------------------------------


def test_renewed_attempts_are_a_branching_chain():
    people, returned, again = 2000, 0.5, 0.8
    run = compiled(small.attempts(people, returned, again, days=120), seed=14)
    results = members(run, 400)
    chain = returned * again
    # returns of a person: none with 1 - returned, else geometric
    mean = returned / (1 - chain)
    square = returned * (1 + chain) / (1 - chain) ** 2
    returns = [flow_of(run, result, "fail").sum() for result in results]
    assert within(returns, people * mean, variance=people * (square - mean**2))
    attempts = [flow_of(run, result, "fail", "succeed").sum() for result in results]
    through = (1 - returned) / (1 - chain)
    assert np.mean(attempts) == pytest.approx(people / (1 - chain), rel=0.01)
    inside = [stock_of(run, result, "a.in")[-1] for result in results]
    assert within(inside, people * through, variance=people * through * (1 - through))


# -- going on from a state -----------------------------------------------------------------------------


@pytest.mark.parametrize("member", [None, 4])
def test_a_run_that_goes_on_from_a_state_is_the_unbroken_run(member):
    corridor = sheltered(12, 3, dispersion=5)
    initial = small.parameter("initial", 100, "town.shelter")
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, initial)})
    whole = compiled(corridor)
    unbroken = run_member(whole, member)
    first = compiled(corridor, end=dt.date(2023, 1, 31))
    state = state_after(first, run_member(first, member))
    rest = compiled(corridor, start=dt.date(2023, 2, 1), state=state)
    resumed = run_member(rest, member)
    same = np.array_equal if member is not None else np.allclose
    assert same(resumed.daily_stock, unbroken.daily_stock[31:])
    assert same(resumed.daily_flow, unbroken.daily_flow[31:])
    assert resumed.start_people == pytest.approx(unbroken.inside[30])


def test_expected_units_of_a_state_become_whole_ones_without_bias():
    corridor = sheltered(12, 3)
    run = compiled(corridor, state={("town.shelter", 0, "VEN.single"): 2.3})
    start = [result.start_people for result in members(run, MANY)]
    assert set(start) == {2.0, 3.0}
    assert within(start, 2.3, variance=0.3 * 0.7)


# -- groups --------------------------------------------------------------------------------------------


def test_every_group_is_counted_under_its_own_name():
    """Four groups with departures, ways and stays of their own; nothing is random but the month's total."""
    groups = [
        small.group("VEN"),
        small.group("VEN", "family", 3),
        small.group("HND"),
        small.group("HND", "family", 2),
    ]
    departures = {"VEN.single": 3100.0, "VEN.family": 930.0, "HND.single": 620.0, "HND.family": 1240.0}
    corridor = small.small_corridor(
        [
            small.stock("town.origin", stay_days=1),
            small.stock("town.north"),
            small.stock("town.south"),
        ],
        [
            small.flow("north", "town.origin", "town.north", groups=("VEN.single", "HND.family")),
            small.flow("south", "town.origin", "town.south"),
        ],
        [
            *(small.parameter("departures", n, "town.origin", group=name) for name, n in departures.items()),
            small.parameter("share", 0, "north"),
            small.parameter("share", 1, "north", group="VEN.single"),
            small.parameter("share", 0.25, "north", group="HND"),
            small.parameter("share", 1, "south"),
            small.parameter("share", 0, "south", group="VEN.single"),
            small.parameter("share", 0.75, "south", group="HND.family"),
        ],
        groups=groups,
        days=31,
    )  # fmt: skip
    run = compiled(corridor, noise=SILENT)
    result = run_member(run, None)
    north = {"VEN.single": 1.0, "VEN.family": 0.0, "HND.single": 0.0, "HND.family": 0.25}
    for g, group in enumerate(groups):
        gone = result.monthly_flow[0, :, g]
        assert gone[0] == pytest.approx(departures[group.id] * north[group.id])
        assert gone[1] == pytest.approx(departures[group.id] * (1 - north[group.id]))
        assert result.month_end_stock[0, 1, g] == pytest.approx(gone[0])
        assert result.month_end_stock[0, 2, g] == pytest.approx(gone[1])
