"""Levers on the shipped corridor: it moves what it declares, where and when, and nothing else.

Scopes are written out by hand here; numbers by day are worked out from the corridor without measures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from engine_tools import measure
from lever_tools import (
    BORDER,
    END,
    NOVEMBER,
    ORIGINS,
    SOUTH,
    START,
    ByDay,
    by_day,
    compile_with,
    flows,
    groups,
    run_with,
    stocks,
)

from corridor.engine import Compiled, MemberResult, run_member
from corridor.model import Measure


@pytest.fixture(name="base")
def compiled_without_measures() -> Compiled:
    return compile_with()


@pytest.fixture(name="base_run")
def run_without_measures() -> MemberResult:
    return run_with()


# -- when ----------------------------------------------------------------------------------------------

WHEN = {"start": dt.date(2023, 11, 10), "end": dt.date(2023, 12, 20), "ramp_days": 10, "decay_days": 10}
STEPS = [  # first day, last day, part in force: the ramp is taken in steps of a week, at their mean
    ("2023-11-10", "2023-11-16", 0.4),
    ("2023-11-17", "2023-11-18", 0.85),
    ("2023-11-19", "2023-12-20", 1.0),
    ("2023-12-21", "2023-12-27", 0.6),
    ("2023-12-28", "2023-12-30", 0.1),
]


def in_force() -> np.ndarray:
    """Part of the measure in force on each day of the run, worked out by hand."""
    days = [START + dt.timedelta(days=d) for d in range((END - START).days + 1)]
    out = np.zeros(len(days))
    for first, last, part in STEPS:
        for d, day in enumerate(days):
            if dt.date.fromisoformat(first) <= day <= dt.date.fromisoformat(last):
                out[d] = part
    return out


W = in_force()
WFG = W[:, None, None]

# -- what each lever does to the numbers of a day ------------------------------------------------------


def enforcement(run: Compiled, day: ByDay) -> None:
    at = np.ix_(range(len(W)), flows(run, "met_south_tapachula-mexico_city-rail"), groups(run, "VEN", "HND"))
    day["share"][at] = 1 - (1 - day["share"][at]) ** (2.0**WFG)


def enforcement_in_a_zone(run: Compiled, day: ByDay) -> None:
    at = np.ix_(range(len(W)), flows(run, *(f"met_south_{route}" for route in SOUTH)), groups(run))
    day["share"][at] = 1 - (1 - day["share"][at]) ** (2.0**WFG)


def rail(run: Compiled, day: ByDay) -> None:
    on_rail = flows(run, *(f"mexico_city.to_{city}_rail" for city in BORDER))
    by_bus = flows(run, *(f"mexico_city.to_{city}_bus" for city in BORDER))
    before = day["share"][:, on_rail]
    day["share"][:, by_bus] += before * (1 - 0.5**WFG)  # the other mode to the same city
    day["share"][:, on_rail] = before * 0.5**WFG
    limited = [f for f in on_rail if day["throughput"][0, f] < 1e9]
    assert limited
    day["throughput"][:, limited] *= 0.5 ** W[:, None]


def port_limit(run: Compiled, day: ByDay) -> None:
    (port,) = flows(run, "piedras_negras.port")
    day["throughput"][:, port] = np.where(W > 0, np.minimum(day["throughput"][:, port], 100), day["throughput"][:, port])  # fmt: skip


def port_ratio(run: Compiled, day: ByDay) -> None:
    day["throughput"][:, flows(run, *(f"{city}.port" for city in BORDER))] *= 0.5 ** W[:, None]


def appointments(run: Compiled, day: ByDay) -> None:
    day["throughput"][:, flows(run, "tijuana.port")] += 50 * W[:, None]


def pathways(run: Compiled, day: ByDay) -> None:
    who = groups(run, "CUB", "HTI", "NIC", "VEN")
    (sponsored,) = stocks(run, "home.sponsored")
    lawful = day["departures"][:, sponsored, who]
    day["departures"][:, sponsored, who] += 5000 * W[:, None] * lawful / lawful.sum(axis=1, keepdims=True)
    origins = np.ix_(range(len(W)), stocks(run, *(f"{o}.leaving" for o in ORIGINS)), who)
    reference, elasticity = 74_100, -0.2  # of parameters.csv, as known at the end of 2023
    day["departures"][origins] *= ((reference + 5000 * WFG) / reference) ** elasticity


def removals(run: Compiled, day: ByDay) -> None:
    touched = flows(run, "tucson.returned_to_mexico", "tucson.removed")
    rest = flows(run, "tucson.detained", "tucson.released")
    before = day["share"][:, touched].sum(axis=1, keepdims=True)
    after = np.where(before > 0, (1 - WFG) * before + WFG * 0.6, before)
    day["share"][:, touched] *= np.where(before > 0, after / np.where(before > 0, before, 1), 1)
    day["share"][:, rest] *= np.where(before < 1, (1 - after) / np.where(before < 1, 1 - before, 1), 1)


def fewer_departures(run: Compiled, day: ByDay) -> None:
    day["departures"][:, stocks(run, *(f"{o}.leaving" for o in ORIGINS))] *= 0.8**WFG


def beds(run: Compiled, day: ByDay) -> None:
    day["capacity"][:, stocks(run, "ice.detained")] += 5000 * W[:, None]


Case = tuple[Measure, Callable[[Compiled, ByDay], None], set[str]]


def case(lever: str, strength: float, unit: str, effect: Callable, moved: str, **scope: object) -> Case:
    return measure(lever, strength, unit, **{**WHEN, **scope}), effect, set(moved.split())


CASES = [
    case(
        "mexican_enforcement", 2, "ratio", enforcement, "share",
        routes=("tapachula-mexico_city-rail",), nationalities=("VEN", "HND"),
    ),
    case("mexican_enforcement", 2, "ratio", enforcement_in_a_zone, "share", places=("mexico_south",)),
    case("railways", 0.5, "ratio", rail, "share throughput", places=("mexico_north",)),
    case("ports_closure", 100, "people/day", port_limit, "throughput", places=("laredo",)),
    case("ports_closure", 100, "people/day", port_limit, "throughput", places=("piedras_negras",)),
    case("ports_closure", 0.5, "ratio", port_ratio, "throughput"),
    case("ports_appointments", 50, "people/day", appointments, "throughput", places=("tijuana",)),
    case("legal_pathways", 5000, "people/month", pathways, "departures", nationalities=("CUB", "HTI", "NIC", "VEN")),
    case("asylum_rules", 0.6, "share", removals, "share", places=("tucson",)),
    case("asylum_rules", 0.8, "ratio", fewer_departures, "departures", places=("tucson",)),
    case("detention_capacity", 5000, "people", beds, "capacity"),
]  # fmt: skip
NAMES = [f"{m.lever} {m.unit} {' '.join(m.places + m.routes)}".strip() for m, _, _ in CASES]
ARRAYS = {  # what the kernel sees of each number
    "share": "segment_rate",
    "throughput": "segment_throughput",
    "departures": "depart_mean",
    "capacity": "segment_room",
}


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_a_lever_moves_what_it_declares_and_nothing_else(base, given, effect, moved):
    run = compile_with(given)
    before, after = by_day(base), by_day(run)
    expected = {name: values.copy() for name, values in before.items()}
    effect(base, expected)
    for name, values in after.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-9, atol=1e-12, err_msg=name)
        if name not in moved:
            assert np.array_equal(values, before[name]), name
            continue
        # it does something, and only while it is in force
        differs = [not np.allclose(a, b, rtol=1e-9) for a, b in zip(values, before[name], strict=True)]
        assert np.array_equal(differs, W > 0)


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_the_kernel_sees_that_number_and_no_other(base, given, effect, moved):
    run = compile_with(given)
    assert run.network.cell_name == base.network.cell_name
    a, b = base.arrays(None), run.arrays(None)
    changed = {"count"} if not np.array_equal(a.count, b.count) else set()
    for name in ("segment_rate", "segment_throughput", "segment_room"):
        if not np.allclose(getattr(a, name)[base.day_segment], getattr(b, name)[run.day_segment], rtol=1e-9):
            changed.add(name)
    for name in ("depart_mean", "depart_weight"):
        if not np.allclose(getattr(a, name), getattr(b, name), rtol=1e-9):
            changed.add(name)
    assert changed == {ARRAYS[name] for name in moved}


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_shares_still_sum_to_one(given, effect, moved):
    run = compile_with(given)
    share = run.values().share
    for k, siblings in enumerate(run.siblings):
        total = share[:, siblings].sum(axis=1)
        assert total[total > 0] == pytest.approx(1), run.stock_ids[k]
    assert share.min() >= 0 and share.max() <= 1 + 1e-12


NEUTRAL = {
    ("mexican_enforcement", "ratio"): 1, ("railways", "ratio"): 1, ("ports_closure", "people/day"): 1e9,
    ("ports_closure", "ratio"): 1, ("ports_appointments", "people/day"): 0, ("legal_pathways", "people/month"): 0,
    ("asylum_rules", "ratio"): 1, ("detention_capacity", "people"): 0,
}  # fmt: skip


@pytest.mark.parametrize(("lever", "unit"), NEUTRAL)
def test_a_neutral_strength_changes_nothing(base, base_run, lever, unit):
    run = compile_with(measure(lever, NEUTRAL[lever, unit], unit, **WHEN))
    before, after = by_day(base), by_day(run)
    for name, values in after.items():
        np.testing.assert_allclose(values, before[name], rtol=1e-12, err_msg=name)
    result = run_member(run)
    np.testing.assert_allclose(result.daily_flow, base_run.daily_flow, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.daily_stock, base_run.daily_stock, rtol=1e-9, atol=1e-9)


# -- how strengths combine -----------------------------------------------------------------------------


def on_the_last_day(*measures: Measure) -> ByDay:
    return {name: values[-1] for name, values in by_day(compile_with(*measures)).items()}


def pair(lever: str, unit: str, one: float, two: float, **second: object) -> tuple[Measure, Measure]:
    """A measure from November, and another of its lever from mid-November."""
    later = {"start": dt.date(2023, 11, 15), **second}
    scope = {name: second[name] for name in ("places",) if name in second}
    return (
        measure(lever, one, unit, id="one", start=NOVEMBER, **scope),
        measure(lever, two, unit, id="two", **later),
    )


def test_ratios_multiply(base):
    (port,) = flows(base, "tijuana.port")
    both = on_the_last_day(*pair("ports_closure", "ratio", 0.5, 0.4))
    assert both["throughput"][port] == pytest.approx(0.2 * by_day(base)["throughput"][-1, port])
    (met,) = flows(base, "met_south_tapachula-mexico_city-bus")
    both = on_the_last_day(*pair("mexican_enforcement", "ratio", 1.5, 2))
    assert both["share"][met] == pytest.approx(1 - (1 - by_day(base)["share"][-1, met]) ** 3)


@pytest.mark.parametrize("order", [(30.0, 20.0), (20.0, 30.0)])
def test_limits_take_the_minimum(base, order):
    (port,) = flows(base, "tijuana.port")
    assert on_the_last_day(*pair("ports_closure", "people/day", *order))["throughput"][port] == 20


def test_additions_sum(base):
    (port,), (ice,) = flows(base, "tijuana.port"), stocks(base, "ice.detained")
    here = {"places": ("tijuana",)}
    both = on_the_last_day(*pair("ports_appointments", "people/day", 30, 20, **here))
    assert both["throughput"][port] == pytest.approx(50 + by_day(base)["throughput"][-1, port])
    both = on_the_last_day(*pair("detention_capacity", "people", 3000, -1000))
    assert both["capacity"][ice] == pytest.approx(2000 + by_day(base)["capacity"][-1, ice])


def removal_shares(run_day: ByDay, base: Compiled, sector: str) -> np.ndarray:
    """Removals' part of what follows an encounter, for the groups that have any."""
    touched = flows(base, f"{sector}.returned_to_mexico", f"{sector}.removed")
    some = by_day(base)["share"][-1, touched].sum(axis=0) > 0
    assert some.sum() > 30
    return run_day["share"][touched].sum(axis=0)[some]


def test_shares_move_in_order_of_start(base):
    half = {
        "ramp_days": 156
    }  # on 31 January 78 of its 156 days are over; its steps are weeks: 78 = 11 x 7 + 1
    both = on_the_last_day(*pair("asylum_rules", "share", 0.3, 0.8, **half))
    assert removal_shares(both, base, "tucson") == pytest.approx((1 - 78 / 156) * 0.3 + 78 / 156 * 0.8)
    # the order of the rows does not matter
    turned = on_the_last_day(*pair("asylum_rules", "share", 0.3, 0.8, **half)[::-1])
    assert np.array_equal(turned["share"], both["share"])


def test_the_more_specific_scope_has_the_last_word(base):
    broad = measure("asylum_rules", 0.3, "share", id="broad", start=dt.date(2023, 12, 1))
    specific = measure("asylum_rules", 0.8, "share", id="specific", start=NOVEMBER, places=("tucson",))
    both = on_the_last_day(broad, specific)
    assert removal_shares(both, base, "tucson") == pytest.approx(0.8)
    assert removal_shares(both, base, "laredo") == pytest.approx(0.3)
