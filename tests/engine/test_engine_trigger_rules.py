"""The rules of triggers on any series of people, against a recount from the whole past on every evening."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest
from engine_tools import measure
from hypothesis import given, settings
from hypothesis import strategies as st
from trigger_tools import closure, switched, town, trigger

from corridor.engine.kernels.triggers import switch_triggers
from corridor.engine.triggers import new_state, periods_on
from corridor.model import Trigger

FIRST = dt.date(2023, 12, 1)


@dataclass(frozen=True)
class Case:
    """A trigger, its armed days (positions) and what it sees each day."""

    rule: Trigger
    armed: tuple[int, int]
    seen: tuple[float, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    off = draw(st.integers(1, 8))
    shortest = draw(st.integers(1, 6))
    some = st.none() | st.integers(shortest, 9)
    rule = trigger(
        draw(st.integers(off + 1, 10)), off, window_days=draw(st.integers(1, 4)),
        day_above=draw(st.none() | st.integers(8, 12)), off_days=draw(st.integers(1, 4)), min_days=shortest,
        max_days=draw(some), days_per_year=draw(st.lists(st.integers(0, 20), max_size=2)),
    )  # fmt: skip
    seen = draw(st.lists(st.integers(0, 12), min_size=20, max_size=70))
    armed = draw(st.integers(0, 10)), draw(st.integers(15, 70))
    return Case(rule, armed, tuple(float(people) for people in seen))


def dates_of(case: Case) -> list[dt.date]:
    return [FIRST + dt.timedelta(days=d) for d in range(len(case.seen))]


def on_by_kernel(case: Case) -> list[bool]:
    """On or off on each day, by the arrays of a compiled run and the kernel's rule."""
    first, last = case.armed
    dates = dates_of(case)
    within = closure(start=dates[0] + dt.timedelta(days=first), end=dates[0] + dt.timedelta(days=last))
    corridor = town([(1, 1.0)], days=500)
    run = switched(corridor, [case.rule], [within], start=dates[0], end=dates[-1])
    state = new_state(0, 1)
    seen = np.array(case.seen)[:, None]
    out = []
    for day in range(len(dates)):
        out.append(bool(state.on[0]))
        switch_triggers(day, run.watch, state, seen)
    return out


def on_by_recount(case: Case) -> list[bool]:
    """The same, deciding every morning from all days before it, by the words of the documentation."""
    rule, dates, on = case.rule, dates_of(case), [False]
    means = [
        None if d + 1 < rule.window_days else float(np.mean(case.seen[d + 1 - rule.window_days : d + 1]))
        for d in range(len(dates))
    ]
    first_year = (dates[0] + dt.timedelta(days=case.armed[0])).year

    def low(evening: int) -> bool:
        """Below for as many evenings as it takes, this one the last."""
        back = range(evening - rule.off_days + 1, evening + 1)
        return all(e >= 0 and means[e] is not None and means[e] < rule.off_below for e in back)

    waits = False
    for morning in range(1, len(dates)):
        evening = morning - 1
        year = dates[morning].year
        stretch = next((d for d, was in enumerate(reversed(on)) if not was), len(on))
        wanted = on[-1]
        if low(evening):
            waits = False
        if on[-1]:
            if low(evening) and stretch >= rule.min_days:
                wanted = False
            if rule.max_days is not None and stretch >= rule.max_days:
                wanted = False
                waits = not low(evening)
        else:
            mean = means[evening]
            high = mean is not None and mean > rule.on_above
            one_day = rule.day_above is not None and case.seen[evening] > rule.day_above
            wanted = (high or one_day) and not waits
        so_far = sum(was for was, date in zip(on, dates, strict=False) if date.year == year)
        if rule.days_per_year:
            limits = rule.days_per_year
            wanted = wanted and so_far < limits[min(year - first_year, len(limits) - 1)]
        on.append(bool(wanted and case.armed[0] <= morning <= case.armed[1]))
    return on


@given(cases())
@settings(max_examples=300)
def test_the_kernel_does_what_the_documentation_says(case):
    assert on_by_kernel(case) == on_by_recount(case)


def stretches(on: list[bool]) -> list[tuple[int, int]]:
    """First and last day (positions) of each time that it is on."""
    found = periods_on(np.array(on, dtype=np.uint8), False, 0)
    return [(first, len(on) - 1 if last is None else last) for first, last in found]


@given(cases())
@settings(max_examples=300)
def test_durations_and_years_are_kept(case):
    on = on_by_kernel(case)
    rule, dates = case.rule, dates_of(case)
    for year in {date.year for date in dates}:
        days = sum(was for was, date in zip(on, dates, strict=True) if date.year == year)
        assert not rule.days_per_year or days <= max(rule.days_per_year)
    for first, last in stretches(on):
        assert rule.max_days is None or last - first + 1 <= rule.max_days
        cut = last == len(on) - 1 or last == case.armed[1] or bool(rule.days_per_year)
        assert cut or last - first + 1 >= rule.min_days


@given(st.lists(st.floats(0, 20), min_size=60, max_size=60), st.integers(1, 12))
@settings(max_examples=100)
def test_chatter_is_bounded_by_the_shortest_duration(seen, shortest):
    case = Case(trigger(10, 9.999, min_days=shortest), (0, 1000), tuple(seen))
    assert len(stretches(on_by_kernel(case))) <= np.ceil(60 / (shortest + 1))


@pytest.mark.parametrize(("shortest", "times"), [(1, 30), (5, 10), (9, 6), (29, 2)])
def test_an_inflow_that_swings_around_the_threshold(shortest, times):
    # above on even days, below on odd ones: it goes on the morning after a high day, off after a low one
    case = Case(trigger(10, 9, min_days=shortest), (0, 1000), (11.0, 8.0) * 30)
    assert len(stretches(on_by_kernel(case))) == times


@given(cases())
@settings(max_examples=50)
def test_periods_tell_the_days_again(case):
    on = on_by_kernel(case)
    told = [any(a <= d <= b for a, b in stretches(on)) for d in range(len(on))]
    assert told == on


def test_a_longer_hysteresis_switches_less():
    rng = np.random.default_rng(3)
    seen = tuple(10 + 2 * np.sin(np.arange(60) / 3) + rng.normal(0, 1, 60))
    counts = [
        len(stretches(on_by_kernel(Case(trigger(10, off), (0, 1000), seen)))) for off in (9.9, 9.0, 8.0, 7.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_a_measure_of_another_lever_is_armed_by_its_own_dates():
    early = measure("asylum_rules", 0.5, "ratio", id="early", trigger="busy", start=dt.date(2023, 1, 5),
                    end=dt.date(2023, 1, 8))  # fmt: skip
    late = closure(start=dt.date(2023, 1, 20), end=dt.date(2023, 1, 25))
    run = switched(town([(1, 1.0)]), [trigger(10, 9)], [early, late])
    armed = np.nonzero(run.watch.allowed[:, 0])[0] + 1
    assert armed.tolist() == list(range(5, 26))
