"""How strengths of several measures combine: by rule, in an order that the rows do not change."""

from __future__ import annotations

import datetime as dt

import pytest
from engine_tools import measure
from lever_corridor import under
from lever_tools import ByDay, by_day

from corridor.model import Measure

MID_JANUARY = dt.date(2023, 1, 15)


def pair(lever: str, unit: str, one: float, two: float, **second: object) -> tuple[Measure, Measure]:
    """A measure from the first day on, and another of its lever from the middle of January."""
    later = {"start": MID_JANUARY, **second}
    return measure(lever, one, unit, id="one"), measure(lever, two, unit, id="two", **later)


def on(day: dt.date, *measures: Measure) -> ByDay:
    run = under(*measures)
    return {name: values[run.dates.index(day)] for name, values in by_day(run).items()}


def at_the_end(*measures: Measure) -> ByDay:
    return on(under().dates[-1], *measures)


def flow(name: str) -> int:
    return under().flow_ids.index(name)


def removed(day: ByDay) -> float:
    """Part of those processed who are expelled or staged for removal, of the first group."""
    return float(day["share"][[flow("expel"), flow("stage")], 0].sum())


def test_ratios_multiply():
    both = at_the_end(*pair("ports_closure", "ratio", 0.5, 0.4))
    assert both["throughput"][flow("port")] == pytest.approx(0.2 * 20)
    both = at_the_end(*pair("mexican_enforcement", "ratio", 1.5, 2))
    assert both["share"][flow("met_bus"), 0] == pytest.approx(1 - 0.8**3)


@pytest.mark.parametrize("order", [(15.0, 8.0), (8.0, 15.0)])
def test_limits_take_the_minimum(order):
    assert at_the_end(*pair("ports_closure", "people/day", *order))["throughput"][flow("port")] == 8


def test_additions_sum():
    both = at_the_end(*pair("ports_appointments", "people/day", 3, 2))
    assert both["throughput"][flow("port")] == pytest.approx(25)
    both = at_the_end(*pair("detention_capacity", "people", 30, -10))
    assert both["capacity"][under().stock_ids.index("jail.detained")] == pytest.approx(320)


def test_a_limit_and_an_addition_do_not_commute():
    shut = measure("ports_closure", 5, "people/day", id="shut")
    more = measure("ports_appointments", 10, "people/day", id="more")
    late = {"update": {"start": MID_JANUARY}}
    assert at_the_end(shut, more.model_copy(**late))["throughput"][flow("port")] == 15
    assert at_the_end(shut.model_copy(**late), more)["throughput"][flow("port")] == 5


def test_shares_move_in_order_of_start_whatever_the_order_of_the_rows():
    """In the second week of a ramp of twenty days 8 to 14 of them are over: 0.55 on the mean day."""
    two = pair("asylum_rules", "share", 0.3, 0.8, ramp_days=20)
    day = MID_JANUARY + dt.timedelta(days=10)
    assert removed(on(day, *two)) == pytest.approx(0.45 * 0.3 + 0.55 * 0.8)
    assert (on(day, *two[::-1])["share"] == on(day, *two)["share"]).all()


@pytest.mark.parametrize(
    "scope", [{"places": ("sector",)}, {"nationalities": ("VEN",)}, {"households": ("single",)}]
)
def test_the_more_specific_scope_has_the_last_word(scope):
    broad = measure("asylum_rules", 0.3, "share", id="broad", start=MID_JANUARY)
    specific = measure("asylum_rules", 0.8, "share", id="specific", **scope)
    day = at_the_end(broad, specific)
    assert removed(day) == pytest.approx(0.8)
    elsewhere = day["share"][[flow("expel"), flow("stage")]].sum(axis=0)
    assert elsewhere[1 if "households" in scope else 2] == pytest.approx(0.8 if "places" in scope else 0.3)
