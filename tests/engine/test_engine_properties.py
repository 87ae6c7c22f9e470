"""What holds in every corridor: nobody is lost, no limit is passed, the noise is keyed by names."""

from __future__ import annotations

import random

import numpy as np
import pytest
from engine_tools import COUNTS_ONLY, SILENT, compiled, flow_of, measure, members, recount, with_measures
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import small_corridors as small
from corridor.engine import Compiled, MemberResult, Noise, run_member
from corridor.model import Corridor
from strategies import corridors, with_extra_place, with_switches

ANY = corridors() | corridors(binding=True)
BINDING = corridors(binding=True) | corridors(binding=True).flatmap(with_switches)
ANY |= ANY.flatmap(with_switches)
SEEDS = st.integers(0, 2**40)
FEW = settings(max_examples=25)


def by_name(run: Compiled, result: MemberResult) -> dict[tuple[str, ...], np.ndarray]:
    """Every count under the names of what was counted."""
    out: dict[tuple[str, ...], np.ndarray] = {}
    for f, flow in enumerate(run.flow_ids):
        out["flow", flow] = result.daily_flow[:, f]
        for g, group in enumerate(run.groups):
            out["monthly", flow, group.id] = result.monthly_flow[:, f, g]
    for k, stock in enumerate(run.stock_ids):
        out["stock", stock] = result.daily_stock[:, k]
        for g, group in enumerate(run.groups):
            out["month end", stock, group.id] = result.month_end_stock[:, k, g]
    return out


def same(a: dict[tuple[str, ...], np.ndarray], b: dict[tuple[str, ...], np.ndarray]) -> bool:
    """Whether all that ``a`` counts has the same bits in ``b``."""
    return all(np.array_equal(values, b[name]) for name, values in a.items())


# -- conservation --------------------------------------------------------------------------------------


@given(ANY, SEEDS)
@FEW
def test_a_recount_of_every_day_finds_everybody(corridor, seed):
    run = compiled(corridor, seed=seed, noise=Noise(), shocks_from=corridor.settings.start)
    result = run_member(run, 3)
    count = recount(corridor, result)
    assert np.array_equal(np.cumsum(count.departures), result.departed)
    assert (count.departures >= 0).all()
    assert (count.arrivals >= 0).all()
    assert (count.underway >= 0).all()
    assert np.array_equal(result.inside, result.daily_stock.sum(axis=1) + count.underway)
    assert np.array_equal(result.inside, result.departed + result.start_people)
    reached = {flow.to_stock for flow in corridor.flows if flow.route}
    for k, stock in enumerate(corridor.stocks):
        if stock.id not in reached:
            assert not count.arrivals[:, k].any()


@given(ANY, SEEDS)
@FEW
def test_cells_stocks_months_and_days_tell_the_same(corridor, seed):
    run = compiled(corridor, seed=seed)
    result = run_member(run, 0)
    people = result.end_units * run.structure.network.cell_size
    held = dict.fromkeys(run.stock_ids, 0.0)
    underway = 0.0
    for (holder, _, _), here in zip(run.structure.network.cell_name, people, strict=True):
        if holder in held:
            held[holder] += here
        else:
            underway += here
    assert [held[name] for name in run.stock_ids] == result.daily_stock[-1].tolist()
    assert underway == recount(corridor, result).underway[-1]
    for m, month in enumerate(run.months):
        days = [d for d, date in enumerate(run.dates) if date.replace(day=1) == month]
        assert np.array_equal(result.monthly_flow[m].sum(axis=1), result.daily_flow[days].sum(axis=0))
        assert np.array_equal(result.month_end_stock[m].sum(axis=1), result.daily_stock[days[-1]])


@given(ANY)
@FEW
def test_expected_values_balance_too(corridor):
    result = run_member(compiled(corridor), None)
    count = recount(corridor, result)
    scale = max(1.0, float(result.inside.max()))
    assert np.abs(np.cumsum(count.departures) - result.departed).max() < 1e-9 * scale
    assert np.abs(result.inside - result.daily_stock.sum(axis=1) - count.underway).max() < 1e-9 * scale
    assert count.arrivals.min() > -1e-9 * scale
    assert result.daily_stock.min() > -1e-9 * scale


@given(ANY, SEEDS)
@FEW
def test_counts_are_whole_units_and_never_negative(corridor, seed):
    run = compiled(corridor, seed=seed)
    result = run_member(run, 0)
    size = np.array([group.size for group in run.groups])
    for values in (result.end_units, result.monthly_flow / size, result.month_end_stock / size):
        assert (values >= 0).all()
        assert np.array_equal(values, np.round(values))
    assert (result.daily_stock >= 0).all() and (result.daily_flow >= 0).all()


# -- limits --------------------------------------------------------------------------------------------


@given(BINDING, SEEDS, st.sampled_from([None, 0]))
@settings(max_examples=60)
def test_no_room_and_no_throughput_is_passed(corridor, seed, member):
    result = run_member(compiled(corridor, seed=seed), member)
    allowance = 0 if member is not None else 1e-9
    for k, stock in enumerate(corridor.stocks):
        if stock.capacity is not None and not stock.overflow:
            assert result.daily_stock[:, k].max() <= stock.capacity + allowance
    for f, flow in enumerate(corridor.flows):
        if flow.throughput is not None:
            assert result.daily_flow[:, f].max() <= flow.throughput + allowance
    for route in corridor.routes:
        on_it = [f for f, flow in enumerate(corridor.flows) if flow.route == route.id]
        if route.throughput is not None:
            assert result.daily_flow[:, on_it].sum(axis=1).max() <= route.throughput + allowance


# -- the noise is keyed by names -----------------------------------------------------------------------


@given(ANY, SEEDS)
@FEW
def test_a_seed_and_a_member_name_the_bits(corridor, seed):
    def counts(seed: int, member: int) -> dict[tuple[str, ...], np.ndarray]:
        run = compiled(corridor, seed=seed, noise=Noise(), shocks_from=corridor.settings.start)
        return by_name(run, run_member(run, member))

    first = counts(seed, 5)
    assert same(first, counts(seed, 5))
    assert not same(first, counts(seed + 1, 5))
    assert not same(first, counts(seed, 6))


@given(ANY, SEEDS)
@FEW
def test_another_place_moves_nobodys_noise(corridor, seed):
    more = with_extra_place(corridor)
    spec = {"seed": seed, "noise": Noise(), "shocks_from": corridor.settings.start}
    run, wider = compiled(corridor, **spec), compiled(more, **spec)
    assert same(by_name(run, run_member(run, 2)), by_name(wider, run_member(wider, 2)))


@given(ANY, SEEDS, st.integers(0, 1000))
@FEW
def test_the_order_of_the_rows_does_not_matter(corridor, seed, order):
    def mixed(rows: tuple) -> tuple:
        return tuple(random.Random(order).sample(rows, len(rows)))

    tables = ("places", "stocks", "routes", "groups", "flows", "parameters")
    other = corridor.model_copy(update={name: mixed(getattr(corridor, name)) for name in tables})
    spec = {"seed": seed, "noise": Noise(), "shocks_from": corridor.settings.start}
    run, again = compiled(corridor, **spec), compiled(other, **spec)
    assert same(by_name(run, run_member(run, 1)), by_name(again, run_member(again, 1)))
    central, shuffled = by_name(run, run_member(run)), by_name(again, run_member(again))
    assert all(values == pytest.approx(shuffled[name], abs=1e-6) for name, values in central.items())


def enforced(strength: float) -> Compiled:
    departures = small.parameter("departures", 3000, "a.here")
    corridor = small.journey(0, 6, 3, met=0.3).model_copy(update={"parameters": (departures,)})
    changed, scenario = with_measures(corridor, measure("mexican_enforcement", strength, "ratio"))
    return compiled(changed, scenario, seed=11)


def test_a_measure_without_effect_changes_no_bit():
    base, neutral, strong = (
        [by_name(run, result) for result in members(run, 20)]
        for run in map(enforced, (1.0, 1.0 + 1e-13, 1.3))
    )
    assert all(same(a, b) for a, b in zip(base, neutral, strict=True))
    assert not any(same(a, b) for a, b in zip(base, strong, strict=True))


def test_a_scenario_shares_its_noise_with_its_base():
    base, strong = enforced(1.0), enforced(1.1)
    through = [
        np.array([result.daily_stock[-1, run.stock_ids.index("b.here")] for result in members(run, 200)])
        for run in (base, strong)
    ]
    paired = (through[1] - through[0]).std()
    unpaired = (np.roll(through[1], 1) - through[0]).std()
    assert through[1].mean() < through[0].mean()
    assert paired < 0.4 * unpaired


# -- two engines, three noises -------------------------------------------------------------------------


@given(corridors())
@settings(max_examples=8)
def test_the_mean_of_the_members_is_the_expected_value_where_nothing_binds(corridor):
    """Each example fails by chance with probability 1e-6 at most (Bonferroni over its counts)."""
    run = compiled(corridor, seed=1)
    results = members(run, 150)
    expected = run_member(run, None)
    size = max(group.size for group in run.groups)
    for name in ("monthly_flow", "month_end_stock"):
        sample = np.stack([getattr(result, name) for result in results]).sum(axis=-1)
        mean = getattr(expected, name).sum(axis=-1)
        usual = mean * len(results) / size > 300  # enough units for a normal law of the mean
        error = np.maximum(sample.std(axis=0), 1e-9) / np.sqrt(len(results))
        z = np.abs(sample.mean(axis=0) - mean) / error
        steady = sample.std(axis=0) == 0
        assert sample.mean(axis=0)[steady] == pytest.approx(mean[steady], abs=1.0)
        assert z[usual & ~steady].max(initial=0) < stats.t.isf(0.5e-6 / mean.size, len(results) - 1)


def noisy_census() -> Corridor:
    corridor = small.one_stock_census(3000, 5, 5, days=90)
    spread = [small.parameter("departure_sd_common", 0.3), small.parameter("departure_damping", 1.0)]
    wide = corridor.parameters[0].model_copy(update={"low": 2000.0, "high": 4000.0})
    return corridor.model_copy(update={"parameters": (wide, *spread)})


def test_without_noise_every_member_is_the_expected_value():
    run = compiled(noisy_census(), noise=SILENT, shocks_from=small.START)
    central = by_name(run, run_member(run, None))
    assert all(same(central, by_name(run, result)) for result in members(run, 3))


@pytest.mark.parametrize("noise", ["parameters", "intensities", "counts"])
def test_each_noise_can_be_switched_on_alone(noise):
    run = compiled(noisy_census(), noise=Noise(**{n: n == noise for n in ("parameters", "intensities", "counts")}), shocks_from=small.START)  # fmt: skip
    months = np.array([result.monthly_flow[:, 0, 0] for result in members(run, 300)])
    expected = run_member(run, None).monthly_flow[:, 0, 0]
    relative = months / expected
    between = np.corrcoef(np.log(relative[:, 1]), np.log(relative[:, 2]))[0, 1]
    spread = np.log(relative[:, 1]).std()
    whole = np.array_equal(months, np.round(months))
    if noise == "parameters":  # one draw for the whole run: 90 % within 2000 to 4000
        assert not whole
        assert between > 0.999
        assert spread == pytest.approx(np.log(np.sqrt(4000 / 2000)) / 1.645, rel=0.15)
    elif noise == "intensities":  # a walk: February has two shocks, March three
        assert not whole
        assert spread == pytest.approx(0.3 * np.sqrt(2), rel=0.15)
        assert between == pytest.approx(np.sqrt(2 / 3), abs=0.1)
    else:  # Poisson: 1 / sqrt(3000)
        assert whole
        assert spread == pytest.approx(1 / np.sqrt(3000), rel=0.15)
        assert abs(between) < 0.3


def test_shocks_need_a_first_month():
    quiet = compiled(noisy_census(), noise=Noise(False, True, False))
    assert same(by_name(quiet, run_member(quiet, 0)), by_name(quiet, run_member(quiet, None)))


def test_counts_without_noise_are_fractions_and_with_it_whole():
    corridor = small.split([0.3, 0.7], 11)
    run = compiled(corridor, noise=COUNTS_ONLY)
    assert flow_of(run, run_member(run, None), "to0").sum() == pytest.approx(3.3)
    assert flow_of(run, run_member(run, 0), "to0").sum() % 1 == 0
