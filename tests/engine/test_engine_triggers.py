"""Triggers: known days, hysteresis, limits of duration, and the same numbers as dated measures."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_tools import COUNTS_ONLY, SILENT, compiled, flow_of, measure, members, with_measures, within
from trigger_tools import A_DAY, closure, crossings, day, days_on, passed, switched, town, trigger

import small_corridors as small
from corridor.engine import Noise, run_member
from corridor.ensemble import simulate
from corridor.model import Corridor, Lift, Scenario

STEPS = [(1, 1000.0), (11, 4000.0), (21, 500.0)]
"""1,000 people a day, from 11 January 4,000, from 21 January 500."""


# -- known days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", [None, 0, 1])
def test_it_switches_on_the_days_that_the_mean_of_its_window_says(member):
    # Means of three days: 2,000 on 11 January, 3,000 on the 12th, 4,000 on the 13th; 2,833 on the 21st,
    # 1,667 on the 22nd, 500 on the 23rd. On in the evening of the 13th, two evenings below on the 23rd.
    rule = trigger(3500, 2000, window_days=3, off_days=2)
    run = switched(town(STEPS), [rule], [closure()], noise=COUNTS_ONLY)
    result = run_member(run, member)
    assert days_on(result) == list(range(14, 24))
    expected = np.full(60, A_DAY)
    expected[13:23] = A_DAY / 2
    assert passed(run, result) == pytest.approx(expected, abs=0 if member is not None else 1e-9)


def test_one_day_above_switches_it_on_before_the_mean_does():
    rule = trigger(3500, 2000, window_days=3, off_days=2, day_above=3900)
    assert days_on(run_member(switched(town(STEPS), [rule], [closure()]))) == list(range(12, 24))


def test_nothing_is_judged_before_the_window_is_full():
    rule = trigger(500, 400, window_days=7)
    assert days_on(run_member(switched(town(STEPS), [rule], [closure()])))[0] == 8


def test_between_off_and_on_it_stays_as_it_is():
    steps = [(1, 1000.0), (11, 2000.0), (21, 1000.0), (31, 300.0), (41, 1000.0)]
    rule = trigger(1500, 500)
    assert days_on(run_member(switched(town(steps), [rule], [closure()]))) == list(range(12, 32))


def test_it_stays_on_for_its_shortest_duration():
    steps = [(1, 1000.0), (11, 4000.0), (12, 500.0)]
    rule = trigger(3500, 2000, min_days=9)
    assert days_on(run_member(switched(town(steps), [rule], [closure()]))) == list(range(12, 21))


def test_after_its_longest_duration_it_waits_until_it_has_been_below():
    steps = [(1, 4000.0), (21, 500.0), (25, 4000.0)]
    rule = trigger(3500, 2000, max_days=5)
    on = days_on(run_member(switched(town(steps), [rule], [closure()])))
    assert on == [2, 3, 4, 5, 6, 26, 27, 28, 29, 30]


def test_days_of_a_year_are_counted_by_calendar_year_from_the_first_armed_one():
    steps = [(1, 4000.0)]
    corridor = town(steps, days=800)
    rule = trigger(3500, 2000, days_per_year=(20, 10))
    run = switched(corridor, [rule], [closure(start=dt.date(2023, 12, 5))])
    on = [run.dates[d - 1] for d in days_on(run_member(run))]
    # 5 to 24 December 2023, then ten days from New Year; the last number goes on
    assert on[:20] == [dt.date(2023, 12, 5 + d) for d in range(20)]
    assert on[20:30] == [dt.date(2024, 1, 1 + d) for d in range(10)]
    assert on[30:] == [dt.date(2025, 1, 1 + d) for d in range(10)]


def test_it_is_on_in_its_armed_period_only():
    rule = trigger(500, 400)
    run = switched(town([(1, 1000.0)]), [rule], [closure(start=day(20), end=day(30))])
    assert days_on(run_member(run)) == list(range(20, 31))


def test_a_trigger_on_a_stock_looks_at_its_people_in_the_evening():
    # 1,000 a day leave the queue of 1,000,000: 989,000 in the evening of 11 January
    rule = trigger(999_500, 989_500, stock="port.queue")
    run = switched(town(STEPS), [rule], [measure("asylum_rules", 1.0, "ratio", trigger="busy")])
    assert days_on(run_member(run)) == []
    rule = trigger(998_500, 989_500, stock="port.queue")
    run = switched(town(STEPS), [rule], [measure("asylum_rules", 1.0, "ratio", trigger="busy")])
    assert days_on(run_member(run)) == list(range(2, 12))


def test_a_series_counts_its_coverage_of_the_flows():
    half = small.parameter("initial", 1, "town.out").model_copy(
        update={"parameter": "coverage", "target": "crossings", "value": 0.5, "unit": "share"}
    )
    corridor = town(STEPS)
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, half)})
    assert days_on(run_member(switched(corridor, [trigger(2100, 300)], [closure()]))) == []
    on = days_on(run_member(switched(corridor, [trigger(1900, 300)], [closure()])))
    assert on == list(range(12, 22))


def test_several_measures_share_a_trigger_each_in_its_own_dates():
    cut = measure("asylum_rules", 0.5, "ratio", id="cut", trigger="busy", start=day(15), end=day(17))
    corridor = town([(1, 1000.0)])
    run = switched(corridor, [trigger(900, 300)], [closure(start=day(10), end=day(20)), cut])
    result = run_member(run)
    assert days_on(result) == list(range(10, 21))
    assert passed(run, result)[8:21] == pytest.approx([A_DAY, *[A_DAY / 2] * 11, A_DAY])
    assert flow_of(run, result, "cross")[13:18] == pytest.approx([1000, 500, 500, 500, 1000])


def test_lifting_a_base_measure_disarms_its_trigger():
    lifting = Scenario(
        id="open", name="n", name_es="n", description="d", description_es="d",
        lift=(Lift(measure="m", on=day(25)),),
    )  # fmt: skip
    base = closure(start=day(5), in_base=True)
    for scenario, last in ((None, 60), (lifting, 24)):
        run = switched(town([(1, 1000.0)]), [trigger(900, 300)], [base], scenario=scenario)
        assert days_on(run_member(run)) == list(range(5, last + 1))


# -- the numbers are those of a dated measure ----------------------------------------------------------


def both_ways(corridor: Corridor, lever: str, strength: float, unit: str, **dates):
    """A run with a dated measure and one whose trigger is on all the time."""
    dated, scenario = with_measures(corridor, measure(lever, strength, unit, **dates))
    always = trigger(1, 0.5, stock="port.queue")
    held = switched(
        corridor, [always], [measure(lever, strength, unit, trigger="busy", **dates)], noise=COUNTS_ONLY
    )
    return compiled(dated, scenario, noise=COUNTS_ONLY), held


@pytest.mark.parametrize("member", [None, 4])
@pytest.mark.parametrize(
    "lever", [("ports_closure", 0.3, "ratio"), ("ports_appointments", 77.0, "people/day")]
)
def test_always_on_is_a_dated_measure(lever, member):
    dates = {"start": day(12), "end": day(41), "ramp_days": 17, "decay_days": 10}
    one, other = (run_member(run, member) for run in both_ways(town(STEPS), *lever, **dates))
    assert passed_changes(one) > 4
    for name in ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock", "departed"):
        first, second = getattr(one, name), getattr(other, name)
        # expected values are added up in parts where a run stops: to the last bits the same
        assert (
            np.array_equal(first, second) if member is not None else first == pytest.approx(second, rel=1e-12)
        )


def passed_changes(result) -> int:
    return int((np.diff(result.daily_flow[:, 1]) != 0).sum())


def test_always_on_is_a_dated_measure_on_departures_too():
    dates = {"start": day(12), "end": day(41), "ramp_days": 17, "decay_days": 10}
    one, other = (run_member(run) for run in both_ways(town(STEPS), "asylum_rules", 0.4, "ratio", **dates))
    assert one.daily_flow == pytest.approx(other.daily_flow, rel=1e-12)


@pytest.mark.parametrize("strength", [0.4, 2.5])
def test_departures_that_change_within_a_month_stay_poisson(strength):
    # It is on from 12 January: 20 days of 100 x strength people are left of the month.
    corridor = town([(1, 100.0)], days=40)
    run = switched(
        corridor, [trigger(1, 0.5, stock="port.queue")],
        [measure("asylum_rules", strength, "ratio", trigger="busy", start=day(12))], noise=COUNTS_ONLY,
    )  # fmt: skip
    results = members(run, 400)
    through = np.array([flow_of(run, result, "cross") for result in results])
    left, one = 2000 * strength, 100 * strength
    assert within(through[:, :11].sum(axis=1), 1100, variance=1100)
    assert within(through[:, 11:31].sum(axis=1), left, variance=left)
    assert within(through[:, 20], one, variance=one)
    assert abs(np.corrcoef(through[:, 15], through[:, 25])[0, 1]) < 5 / np.sqrt(400)


def test_while_it_fades_and_rises_again_the_larger_part_counts():
    # On from 2 January, off from 12 January, on again from 16 January: fading over ten days, rising over four.
    steps = [(1, 4000.0), (11, 500.0), (15, 4000.0)]
    fading = closure(ramp_days=4, decay_days=10)
    run = switched(town(steps, days=30), [trigger(3500, 2000)], [fading])
    result = run_member(run)
    assert days_on(result) == [*range(2, 12), *range(16, 31)]
    part = np.zeros(30)
    part[1:4], part[4:11] = np.mean([0.25, 0.5, 0.75]), 1.0
    # departures change on 15 January, so the days of the fading are split there into two means
    part[11:14], part[14] = np.mean([0.9, 0.8, 0.7]), np.mean([0.6, 0.5, 0.4, 0.3])
    # fading goes on to 0.5, 0.4, 0.3 while it rises to 0.25, 0.5, 0.75: the larger of each day
    part[15:18], part[18:] = np.mean([0.5, 0.5, 0.75]), 1.0
    assert passed(run, result) == pytest.approx(A_DAY * 0.5**part)


# -- members -------------------------------------------------------------------------------------------


def near_the_threshold(days: int = 90):
    spread = [small.parameter("departure_dispersion", 20), small.parameter("departure_sd_common", 0.1)]
    corridor = town([(1, 1000.0)], days=days)
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, *spread)})
    rule = trigger(1000, 950, window_days=3, min_days=5)
    cut = measure("asylum_rules", 0.7, "ratio", id="cut", trigger="busy", ramp_days=10, decay_days=5)
    return switched(corridor, [rule], [closure(), cut], noise=Noise(), shocks_from=small.START)


def test_any_number_of_processes_gives_the_same_bits():
    run = near_the_threshold()
    one, two = simulate(run, members=25), simulate(run, members=25, workers=2)
    for name in ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock", "trigger_on"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    switches = np.abs(np.diff(one.trigger_on[:, :, 0].astype(int), axis=1)).sum(axis=1)
    assert np.unique(switches).size > 3  # members differ, and switch more than once
    assert switches.max() <= 90 / 5


def test_an_interrupted_ensemble_keeps_when_triggers_were_on(tmp_path):
    run = near_the_threshold(40)
    simulate_keeps = simulate(run, members=20, store=tmp_path / "store")
    calls = []

    def stop(finished: int) -> None:
        calls.append(finished)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(run, members=20, store=tmp_path / "again", progress=stop)
    again = simulate(run, members=20, store=tmp_path / "again")
    assert calls == [10]
    assert np.array_equal(simulate_keeps.trigger_on, again.trigger_on)


def test_the_share_of_members_in_which_it_is_on():
    ensemble = simulate(near_the_threshold(40), members=20)
    share = ensemble.share_on("busy")
    assert share.shape == (40,)
    assert share[0] == 0.0
    assert 0 < share.max() < 1
    assert share[30] * 20 == ensemble.trigger_on[:, 30, 0].sum()


def test_it_can_look_at_what_it_changes():
    # 1,000 a day, above 900: on; then 400 a day, below 500: off; and so on, at least three days each time.
    run = switched(
        town([(1, 1000.0)], days=20), [trigger(900, 500, min_days=3)],
        [measure("asylum_rules", 0.4, "ratio", trigger="busy")],
    )  # fmt: skip
    result = run_member(run)
    assert flow_of(run, result, "cross") == pytest.approx([1000.0, 400, 400, 400] * 5)
    assert result.trigger_on[:, 0].tolist() == [0, 1, 1, 1] * 5


def test_without_a_trigger_in_force_nothing_is_recorded():
    corridor = town(STEPS).model_copy(update={"triggers": (trigger(900, 500),)})
    result = run_member(compiled(corridor, noise=SILENT))
    assert result.trigger_on.shape == (60, 0)


def test_flows_are_added_up_over_those_that_the_series_counts():
    corridor = town(STEPS).model_copy(update={"observations": (crossings("cross", "pass"),)})
    rule = trigger(4900, 2500)
    assert days_on(run_member(switched(corridor, [rule], [closure()]))) == list(range(12, 22))
