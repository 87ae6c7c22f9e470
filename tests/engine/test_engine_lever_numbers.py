"""Every lever and unit on a small corridor: which numbers of a day it moves, by how much, and no other.

The expected numbers are worked out by hand from the tables in ``lever_corridor``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from engine_tools import measure, with_measures
from lever_corridor import TO_CITIES, everything, ran, under
from lever_tools import by_day

from corridor.engine import (
    LEVERS,
    Compiled,
    RunSpec,
    compile_corridor,
    member_arrays,
    neutral_strength,
    run_member,
    touched,
)
from corridor.model import Lift, Measure

WHEN = {"start": dt.date(2023, 1, 11), "end": dt.date(2023, 3, 10), "ramp_days": 10, "decay_days": 10}
W = np.zeros(120)
# means of the steps of the ramp: 1/10 … 7/10, 8/10 and 9/10, then in full
W[10:17], W[17:19], W[19:69] = 0.4, 0.85, 1.0  # fmt: skip
# of the decay: 9/10 … 3/10, then 2/10, 1/10 and 0
W[69:76], W[76:79] = 0.6, 0.1  # fmt: skip
CITIES = tuple(TO_CITIES)


class Table:
    """The numbers of every day; an entry is (days), or (groups, days) where each group has its own."""

    def __init__(self, run: Compiled) -> None:
        self.run, self.day = run, by_day(run)

    def _at(self, key: tuple[str, ...]) -> tuple[np.ndarray, tuple]:
        name, item, *who = key
        array = self.day[name]
        routes = [route.id for route in self.run.corridor.routes]
        ids = {
            "share": self.run.flow_ids, "directed": self.run.flow_ids, "throughput": (*self.run.flow_ids, *routes), "travel_days": routes,
        }.get(name, self.run.stock_ids)  # fmt: skip
        position = ids.index(item)
        if array.ndim == 2:
            return array, (slice(None), position)
        chosen = [g for g, group in enumerate(self.run.groups) if not who or {group.nationality, group.household} & set(who)]  # fmt: skip
        return array, (slice(None), position, chosen)

    def __getitem__(self, key: tuple[str, ...]) -> np.ndarray:
        array, at = self._at(key)
        return array[at].T.copy()

    def __setitem__(self, key: tuple[str, ...], value: np.ndarray) -> None:
        array, at = self._at(key)
        array[at] = value.T


def hazard(*flows: str, times: float, who: str | None = None) -> Callable[[Table], None]:
    def expected(t: Table) -> None:
        for name in flows:
            key = ("share", name, who) if who else ("share", name)
            t[key] = 1 - (1 - t[key]) ** (times**W)

    return expected


def split(t: Table, kept: dict[str, float], whole: dict[str, float]) -> None:
    """Shares out of one stock, from those given: ``kept`` are multiplied, the rest shares what is over."""
    after = {name: share * kept[name] for name, share in whole.items() if name in kept}
    rest = {name: share for name, share in whole.items() if name not in kept}
    over = 1 - sum(after.values())
    for name in whole:
        t["share", name] = np.ones((3, 1)) * (
            after[name] if name in after else over * rest[name] / sum(rest.values())
        )


def relocated(t: Table) -> None:
    after = (1 - W) * 0.3 + W * 0.6
    t["share", "taken_south"] = np.ones((3, 1)) * after
    t["share", "let_on"] = np.ones((3, 1)) * (0.8 - after)  # as many are sent back as before


def longer_south(t: Table) -> None:
    t["stay_days", "south.relocated"] += 3 * W


def fewer_trains(t: Table) -> None:
    split(t, {"take_rail": 0.5**W}, {"take_rail": 0.3, "take_guided": 0.5, "take_bus": 0.2})
    t["throughput", "take_rail"] *= 0.5**W


def dearer_guides(t: Table) -> None:
    t["departures", "home.leaving"] *= 2 ** (-0.3 * W)
    split(t, {"take_guided": 2 ** (-0.4 * W)}, {"take_guided": 0.5, "take_rail": 0.3, "take_bus": 0.2})
    t["travel_days", "south-border-guided"] *= 2 ** (0.25 * W)
    t["share", "die_guided"] = 1 - (1 - t["share", "die_guided"]) ** (2 ** (0.6 * W))


def fewer_visas(t: Table) -> None:
    flying = t["share", "fly", "VEN"]
    t["share", "fly", "VEN"] = flying * 0.5**W
    t["share", "ride", "VEN"] = 1 - flying * 0.5**W
    t["departures", "home.leaving", "VEN"] *= 0.5 ** (0.5 * W)


def pathways(t: Table) -> None:
    for who, lawful in (("single", None), ("family", 90.0)):
        if lawful:
            t["departures", "home.sponsored", who] += 300 * W * 90 / 300
        else:  # Venezuelan and Colombian single adults: 150 and 60 of 300
            t["departures", "home.sponsored", who] += 300 * W * np.array([[150], [60]]) / 300
    t["departures", "home.leaving"] *= ((1000 + 300 * W) / 1000) ** -0.2


def families(t: Table) -> None:
    t["departures", "home.sponsored", "family"] += 200 * W
    t["departures", "home.leaving", "family"] *= ((1000 + 200 * W) / 1000) ** -0.2


def out_of_the_hub() -> dict[str, float]:
    shares = {
        f"{way}_{city}": part
        for city, both in TO_CITIES.items()
        for way, part in zip(("bused", "onward"), both)
    }
    return {**shares, "elsewhere": 0.3}


def to_relatives(t: Table) -> None:
    split(t, {name: 0.5**W for name in out_of_the_hub() if name != "elsewhere"}, out_of_the_hub())


def fewer_buses(t: Table) -> None:
    gone = 0.0
    for city, (bused, _) in TO_CITIES.items():
        t["share", f"bused_{city}"] *= 0.5**W
        gone = gone + bused * (1 - 0.5**W)
    t["share", "elsewhere"] = np.ones((3, 1)) * (0.3 + gone)


def seats_on_buses(t: Table) -> None:
    for city in CITIES:
        t["throughput", f"bused_{city}"] = np.where(W > 0, 10.0, t["throughput", f"bused_{city}"])


def where_there_is_room(t: Table) -> None:
    for city in CITIES:  # where they are sent is decided every morning, by the beds that are free
        for way in ("bused", "onward"):
            t["directed", f"{way}_{city}"] = np.ones((3, 1)) * 0.5 * W


def longer_wait(t: Table) -> None:
    split(t, {"line_up": 4 ** (-0.6 * W)}, {"line_up": 0.4, "cross": 0.6})


def removals(t: Table) -> None:
    after = (1 - W) * 0.4 + W * 0.7
    t["departures", "home.leaving"] *= ((1 - after) / 0.6) ** 0.5
    split(
        t,
        {"expel": after / 0.4, "stage": after / 0.4},
        {"expel": 0.2, "stage": 0.2, "hold": 0.2, "let_go": 0.4},
    )


def fewer_attempts(t: Table) -> None:
    split(t, {"again": 0.5**W}, {"again": 0.7, "give_up": 0.3})
    t["departures", "home.leaving"] *= 0.5 ** (0.5 * W)


def times_departures(by: float) -> Callable[[Table], None]:
    def expected(t: Table) -> None:
        t["departures", "home.leaving"] *= by**W

    return expected


def plus(name: str, item: str, added: float) -> Callable[[Table], None]:
    def expected(t: Table) -> None:
        t[name, item] += added * W

    return expected


def port_limit(t: Table) -> None:
    t["throughput", "port"] = np.where(W > 0, 5.0, 20.0)


def port_ratio(t: Table) -> None:
    t["throughput", "port"] *= 0.5**W


def sooner_out(t: Table) -> None:
    for city in CITIES:
        t["stay_days", f"{city}.census"] -= 20 * 0.5 * W


def stay_limit(t: Table) -> None:
    # half ask again and stay; of the others, the limit ends exp(-30/60) of the stays, half of them on the street
    limited = 0.5 * 60 + 0.5 * 60 * (1 - np.exp(-30 / 60))
    t["stay_days", "lake.census"] = np.ones((3, 1)) * ((1 - W) * 60 + W * limited)
    street = (1 - W) * 0.02 + W * 0.5 * 0.5 * np.exp(-30 / 60)
    t["share", "unsheltered_lake"] = np.ones((3, 1)) * street
    t["share", "exit_lake"] = np.ones((3, 1)) * (1 - street)


def money(t: Table) -> None:
    # 100,000 USD a day; places at the lake cost 200,000 a day, on the hill 100,000; the bay declares none
    t["capacity", "lake.census"] += W * 100_000 * 2 / 3 / 100
    t["capacity", "hill.census"] += W * 100_000 / 3 / 200


def trucks(t: Table) -> None:
    t["trucks", "office.port"] *= 0.5**W


Case = tuple[Measure, Callable[[Table], None]]


def case(lever: str, strength: float, unit: str, expected: Callable[[Table], None], **scope: object) -> Case:
    return measure(lever, strength, unit, **{**WHEN, **scope}), expected


CASES = [
    case("mexican_enforcement", 2, "ratio", hazard("met_guided", "met_rail", "met_bus", times=2), places=("north",)),
    case("transit_enforcement", 2, "ratio", hazard("met_flyer", times=2, who="COL"), routes=("capital-border",), nationalities=("COL",)),
    case("redirect_south", 0.6, "share", relocated),
    case("redirect_south", 3, "days", longer_south, places=("south",)),
    case("railways", 0.5, "ratio", fewer_trains),
    case("smuggler_crackdown", 2, "ratio", dearer_guides),
    case("visas", 0.5, "ratio", fewer_visas, nationalities=("VEN",), places=("capital",)),
    case("legal_pathways", 300, "people/month", pathways),
    case("family_reunification", 200, "people/month", families, households=("family",)),
    case("family_reunification", 0.5, "ratio", to_relatives),
    case("ports_closure", 5, "people/day", port_limit, places=("border",)),
    case("ports_closure", 0.5, "ratio", port_ratio, places=("office",)),
    case("ports_appointments", 10, "people/day", plus("throughput", "port", 10)),
    case("waiting", 4, "ratio", longer_wait, places=("border",)),
    case("asylum_rules", 0.7, "share", removals),
    case("asylum_rules", 0.8, "ratio", times_departures(0.8), places=("sector",)),
    case("response", 0.3, "ratio", times_departures(0.3), places=("sector",)),
    case("consequences", 0.5, "ratio", fewer_attempts),
    case("detention_capacity", 100, "people", plus("capacity", "jail.detained", 100)),
    case("processing_staff", 20, "people/day", plus("throughput", "process", 20), places=("sector",)),
    case("repatriation", 70, "people/week", plus("throughput", "flight_VEN", 10), nationalities=("VEN",)),
    case("adjudication", 304.4, "people/month", plus("throughput", "decide", 10)),
    case("root_causes_violence", 1.21, "ratio", times_departures(1.1)),
    case("root_causes_poverty", 0.64, "ratio", times_departures(0.8)),
    case("work_authorization", -20, "days", sooner_out),
    case("shelter_rules", 30, "days", stay_limit, places=("lake",)),
    case("federal_funding", 3_044_000, "USD/month", money, places=("interior",)),
    case("city_transport", 0.5, "ratio", fewer_buses, places=("hub",)),
    case("city_transport", 70, "people/week", seats_on_buses, places=CITIES),
    case("coordination", 0.5, "share", where_there_is_room),
    case("trafficking_inspection", 20, "hours/day", plus("throughput", "port", -5), places=("office",)),
    case("trade", 0.5, "ratio", trucks),
]  # fmt: skip
EVERY = pytest.mark.parametrize(("given", "expected"), CASES, ids=[f"{m.lever} {m.unit}" for m, _ in CASES])


def test_every_lever_and_unit_has_a_case():
    units = {(name, unit) for name, lever in LEVERS.items() for unit in lever.units}
    assert {(m.lever, m.unit) for m, _ in CASES} == units


@EVERY
def test_a_lever_moves_these_numbers_and_no_other(given, expected):
    table = Table(under())
    before = {name: values.copy() for name, values in table.day.items()}
    expected(table)
    for name, values in by_day(under(given)).items():
        np.testing.assert_allclose(values, table.day[name], rtol=1e-9, atol=1e-12, err_msg=name)
    moved = [name for name, values in table.day.items() if not np.array_equal(values, before[name])]
    assert moved  # the hand count itself moves something


@EVERY
def test_what_is_said_to_be_touched_is_what_moves(given, expected):
    run, found = under(given), touched(everything(), given)
    before, after = by_day(under()), by_day(run)
    routes = [route.id for route in run.corridor.routes]
    ids = {"share": run.flow_ids, "throughput": (*run.flow_ids, *routes), "travel_days": routes}
    ids["daily_probability"] = ids["directed"] = run.flow_ids
    names = {*found.flows, *found.routes, *found.stocks}
    moved: set[str] = set()
    for name, values in after.items():
        differs = ~np.isclose(values, before[name], rtol=1e-9).all(axis=(0, *range(2, values.ndim)))
        moved |= {item for item, does in zip(ids.get(name, run.stock_ids), differs, strict=True) if does}
    siblings = {
        other.id
        for flow in run.corridor.flows
        for other in run.corridor.flows
        if flow.id in names and other.from_stock and other.from_stock == flow.from_stock
    }
    assert moved - siblings <= names  # what a flow loses, its siblings gain
    assert names <= moved
    assert not found.idle and not found.missing and not found.nothing


SEEN = {  # what the kernel sees of each number
    "share": "segment_rate", "stay_days": "segment_rate", "travel_days": "segment_rate",
    "directed": "segment_directed", "throughput": "segment_throughput", "capacity": "segment_room", "departures": "depart_mean",
}  # fmt: skip


@EVERY
def test_the_kernel_sees_these_numbers_and_no_other(given, expected):
    """Stays and travel times of a day at least may hide a change of them, but here none does."""
    table, run = Table(under()), under(given)
    before = {name: values.copy() for name, values in table.day.items()}
    expected(table)
    moved = {name for name, values in table.day.items() if not np.array_equal(values, before[name])}
    ours, theirs = member_arrays(run, None), member_arrays(under(), None)
    changed = set()
    for name in (
        "segment_rate",
        "segment_throughput",
        "segment_room",
        "segment_directed",
        "depart_mean",
        "depart_weight",
        "count",
    ):
        pair = (getattr(ours, name), getattr(theirs, name))
        if name.startswith("segment"):
            pair = pair[0][run.calendar.day_segment], pair[1][under().calendar.day_segment]
        if pair[0].shape != pair[1].shape or not np.allclose(*pair, rtol=1e-9):
            changed.add(name)
    assert changed == {SEEN[name] for name in moved if name != "trucks"}
    assert run.structure.network.cell_name == under().structure.network.cell_name


@EVERY
def test_a_neutral_strength_changes_nothing(given, expected):
    neutral = neutral_strength(given.lever, given.unit)
    if neutral is None:  # the share as it is
        neutral = {"redirect_south": 0.3, "asylum_rules": 0.4}[given.lever]
    run = under(given.model_copy(update={"strength": min(neutral, 1e25)}))
    for name, values in by_day(run).items():
        np.testing.assert_allclose(values, by_day(under())[name], rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(run_member(run).daily_stock, ran().daily_stock, rtol=1e-9, atol=1e-9)


@EVERY
def test_lifting_a_base_measure_recomputes_without_it(given, expected):
    corridor, scenario = with_measures(
        everything(), given.model_copy(update={"in_base": True, "end": None, "decay_days": 0})
    )
    spec = under().spec
    for day in (given.start, dt.date(2023, 2, 20)):
        lifting = scenario.model_copy(update={"measures": (), "lift": (Lift(measure="m", on=day),)})
        lifted = by_day(compile_corridor(corridor, lifting, RunSpec(spec.start, spec.end, noise=spec.noise)))
        after = [date >= day for date in under().dates]
        for name, values in by_day(under()).items():
            np.testing.assert_array_equal(lifted[name][after], values[after], err_msg=name)
    held = by_day(compile_corridor(corridor, None, RunSpec(spec.start, spec.end, noise=spec.noise)))
    assert any(not np.array_equal(held[name], values) for name, values in by_day(under()).items())


@pytest.mark.parametrize(
    ("lever", "unit", "scope"),
    [
        ("ports_appointments", "people/day", {"nationalities": ("VEN",)}),
        ("detention_capacity", "people", {"households": ("family",)}),
        ("federal_funding", "USD/month", {"nationalities": ("COL",)}),
        ("repatriation", "people/week", {"households": ("family",)}),
        ("city_transport", "people/week", {"households": ("child",)}),
        ("processing_staff", "people/day", {"places": ("lake",)}),
        ("shelter_rules", "days", {"routes": ("home-south",)}),
        ("railways", "ratio", {"places": ("origin",)}),
    ],
)
def test_a_measure_with_nothing_in_its_scope_is_said_to_do_nothing_and_does(lever, unit, scope):
    """A seat, a bed or an hour that all share is not moved for some of them."""
    given = measure(lever, 5, unit, **scope)
    found = touched(everything(), given)
    assert found.nothing and found.idle == LEVERS[lever].effects[unit]
    for name, values in by_day(under(given)).items():
        assert np.array_equal(values, by_day(under())[name]), name


def test_an_addition_to_a_flow_without_a_limit_is_said_to_do_nothing():
    corridor = everything()
    unlimited = [flow.model_copy(update={"throughput": None}) for flow in corridor.flows]
    corridor = corridor.model_copy(update={"flows": tuple(unlimited)})
    for lever, unit in (("ports_appointments", "people/day"), ("adjudication", "people/month")):
        assert touched(corridor, measure(lever, 5, unit)).nothing
    assert touched(corridor, measure("ports_closure", 5, "people/day")).flows == ("port",)
