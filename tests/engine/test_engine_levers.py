"""Each built lever on the shipped corridor: it moves what it declares, where and when, and nothing else.

Scopes are written out by hand here; numbers by day are worked out from the corridor without measures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

from corridor.engine import LEVERS, Compiled, MemberResult, Noise, RunSpec, Values, compile_corridor, run_member
from corridor.formats import open_corridor
from corridor.model import Corridor, InputError, Lift, Measure, Scenario
from engine_tools import flow_of, measure, stock_of, with_measures

START, END, AS_OF = dt.date(2023, 10, 1), dt.date(2024, 1, 31), dt.date(2023, 12, 31)
NOVEMBER = dt.date(2023, 11, 1)
BORDER = {"tijuana": "san_diego", "nogales_mx": "tucson", "ciudad_juarez": "el_paso", "piedras_negras": "laredo"}
SOUTH = [f"tapachula-mexico_city-{mode}" for mode in ("bus", "rail", "foot")]
SOUTH += [f"palenque-mexico_city-{mode}" for mode in ("bus", "rail")]
ORIGINS = ["south_america", "caribbean", "northern_central_america", "mexico_interior", "overseas"]

ByDay = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def bare() -> Corridor:
    """The shipped corridor without any measure, and without the parameters of other years."""
    corridor = open_corridor("americas")
    kept = [row for row in corridor.parameters if not row.valid_to or row.valid_to >= dt.date(2023, 9, 1)]
    return corridor.model_copy(update={"measures": (), "parameters": tuple(kept)})


def compile_with(corridor: Corridor, *measures: Measure, **spec: object) -> Compiled:
    changed, scenario = with_measures(corridor, *measures)
    silent = Noise(parameters=False, intensities=False, counts=False)
    return compile_corridor(changed, scenario, RunSpec(START, END, as_of=AS_OF, noise=silent, **spec))


@pytest.fixture(scope="module")
def base(bare) -> Compiled:
    return compile_with(bare)


@pytest.fixture(scope="module")
def base_run(base) -> MemberResult:
    return run_member(base)


def by_day(run: Compiled, values: Values | None = None) -> ByDay:
    """Every number of the run's days, so that runs with other segments can be compared."""
    values = run.values() if values is None else values
    return {f.name: getattr(values, f.name)[run.day_segment].copy() for f in fields(values)}


def groups(run: Compiled, *nationalities: str) -> list[int]:
    return [i for i, g in enumerate(run.groups) if not nationalities or g.nationality in nationalities]


def flows(run: Compiled, *names: str) -> list[int]:
    return [run.flow_ids.index(name) for name in names]


def stocks(run: Compiled, *names: str) -> list[int]:
    return [run.stock_ids.index(name) for name in names]


# -- when ----------------------------------------------------------------------------------------------

WHEN = {"start": dt.date(2023, 11, 10), "end": dt.date(2023, 12, 20), "ramp_days": 10, "decay_days": 10}
STEPS = [  # first day, last day, part in force: the ramp is taken in steps of a week, and at its last day
    ("2023-11-10", "2023-11-16", 0.1),
    ("2023-11-17", "2023-11-18", 0.8),
    ("2023-11-19", "2023-12-20", 1.0),
    ("2023-12-21", "2023-12-27", 0.9),
    ("2023-12-28", "2023-12-30", 0.2),
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
    before = day["share"][:, on_rail].sum(axis=1, keepdims=True)
    after = before * 0.5**WFG
    day["share"][:, on_rail] *= 0.5**WFG
    room = 1 - before
    day["share"][:, by_bus] *= np.divide(1 - after, room, out=np.ones_like(room), where=room > 0)


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


Case = tuple[Measure, Callable[[Compiled, ByDay], None], str]


def case(lever: str, strength: float, unit: str, effect: Callable, moved: str, **scope: object) -> Case:
    return measure(lever, strength, unit, **{**WHEN, **scope}), effect, moved


CASES = [
    case(
        "mexican_enforcement", 2, "ratio", enforcement, "share",
        routes=("tapachula-mexico_city-rail",), nationalities=("VEN", "HND"),
    ),
    case("mexican_enforcement", 2, "ratio", enforcement_in_a_zone, "share", places=("mexico_south",)),
    case("railways", 0.5, "ratio", rail, "share", places=("mexico_north",)),
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
    "share": {"segment_rate"},
    "throughput": {"segment_throughput"},
    "departures": {"depart_mean"},
    "capacity": {"segment_room"},
}


def test_every_built_lever_and_unit_has_a_case():
    built = {(name, unit) for name, lever in LEVERS.items() if lever.built for unit in lever.units}
    assert {(m.lever, m.unit) for m, _, _ in CASES} == built


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_a_lever_moves_what_it_declares_and_nothing_else(bare, base, given, effect, moved):
    run = compile_with(bare, given)
    before, after = by_day(base), by_day(run)
    expected = {name: values.copy() for name, values in before.items()}
    effect(base, expected)
    for name, values in after.items():
        assert values == pytest.approx(expected[name], rel=1e-9, abs=1e-12), name
        if name != moved:
            assert np.array_equal(values, before[name]), name
    # it does something, and only while it is in force
    differs = np.array([not np.allclose(a, b, rtol=1e-9) for a, b in zip(after[moved], before[moved], strict=True)])  # fmt: skip
    assert np.array_equal(differs, W > 0)


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_the_kernel_sees_that_number_and_no_other(bare, base, given, effect, moved):
    run = compile_with(bare, given)
    assert run.network.cell_name == base.network.cell_name
    a, b = base.arrays(None), run.arrays(None)
    changed = {"count"} if not np.array_equal(a.count, b.count) else set()
    for name in ("segment_rate", "segment_throughput", "segment_room"):
        if not np.allclose(getattr(a, name)[base.day_segment], getattr(b, name)[run.day_segment], rtol=1e-9):
            changed.add(name)
    for name in ("depart_mean", "depart_weight"):
        if not np.allclose(getattr(a, name), getattr(b, name), rtol=1e-9):
            changed.add(name)
    assert changed == ARRAYS[moved]


@pytest.mark.parametrize(("given", "effect", "moved"), CASES, ids=NAMES)
def test_shares_still_sum_to_one(bare, given, effect, moved):
    run = compile_with(bare, given)
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
def test_a_neutral_strength_changes_nothing(bare, base, base_run, lever, unit):
    run = compile_with(bare, measure(lever, NEUTRAL[lever, unit], unit, **WHEN))
    before, after = by_day(base), by_day(run)
    assert all(after[name] == pytest.approx(before[name], rel=1e-12) for name in before)
    result = run_member(run)
    assert result.daily_flow == pytest.approx(base_run.daily_flow, rel=1e-9, abs=1e-9)
    assert result.daily_stock == pytest.approx(base_run.daily_stock, rel=1e-9, abs=1e-9)


# -- how strengths combine -----------------------------------------------------------------------------


def on_the_last_day(bare: Corridor, *measures: Measure) -> ByDay:
    return {name: values[-1] for name, values in by_day(compile_with(bare, *measures)).items()}


def pair(lever: str, unit: str, one: float, two: float, **second: object) -> tuple[Measure, Measure]:
    """A measure from November, and another of its lever from mid-November."""
    later = {"start": dt.date(2023, 11, 15), **second}
    return (
        measure(lever, one, unit, id="one", start=NOVEMBER),
        measure(lever, two, unit, id="two", **later),
    )


def test_ratios_multiply(bare, base):
    (port,) = flows(base, "tijuana.port")
    both = on_the_last_day(bare, *pair("ports_closure", "ratio", 0.5, 0.4))
    assert both["throughput"][port] == pytest.approx(0.2 * by_day(base)["throughput"][-1, port])
    (met,) = flows(base, "met_south_tapachula-mexico_city-bus")
    both = on_the_last_day(bare, *pair("mexican_enforcement", "ratio", 1.5, 2))
    assert both["share"][met] == pytest.approx(1 - (1 - by_day(base)["share"][-1, met]) ** 3)


@pytest.mark.parametrize("order", [(30.0, 20.0), (20.0, 30.0)])
def test_limits_take_the_minimum(bare, base, order):
    (port,) = flows(base, "tijuana.port")
    assert on_the_last_day(bare, *pair("ports_closure", "people/day", *order))["throughput"][port] == 20


def test_additions_sum(bare, base):
    (port,), (ice,) = flows(base, "tijuana.port"), stocks(base, "ice.detained")
    both = on_the_last_day(bare, *pair("ports_appointments", "people/day", 30, 20))
    assert both["throughput"][port] == pytest.approx(50 + by_day(base)["throughput"][-1, port])
    both = on_the_last_day(bare, *pair("detention_capacity", "people", 3000, -1000))
    assert both["capacity"][ice] == pytest.approx(2000 + by_day(base)["capacity"][-1, ice])


def removal_share(run_day: ByDay, base: Compiled, sector: str) -> np.ndarray:
    touched = flows(base, f"{sector}.returned_to_mexico", f"{sector}.removed")
    return run_day["share"][touched].sum(axis=0)


def test_shares_move_in_order_of_start(bare, base):
    half = {"ramp_days": 156}  # on 31 January 78 of its 156 days are over; its steps are weeks: 78 = 11 x 7 + 1
    both = on_the_last_day(bare, *pair("asylum_rules", "share", 0.3, 0.8, **half))
    assert removal_share(both, base, "tucson") == pytest.approx((1 - 78 / 156) * 0.3 + 78 / 156 * 0.8)
    # the order of the rows does not matter
    turned = on_the_last_day(bare, *pair("asylum_rules", "share", 0.3, 0.8, **half)[::-1])
    assert np.array_equal(turned["share"], both["share"])


def test_the_more_specific_scope_has_the_last_word(bare, base):
    broad = measure("asylum_rules", 0.3, "share", id="broad", start=dt.date(2023, 12, 1))
    specific = measure("asylum_rules", 0.8, "share", id="specific", start=NOVEMBER, places=("tucson",))
    both = on_the_last_day(bare, broad, specific)
    assert removal_share(both, base, "tucson") == pytest.approx(0.8)
    assert removal_share(both, base, "laredo") == pytest.approx(0.3)


# -- what follows, by arithmetic -----------------------------------------------------------------------


def ran(bare: Corridor, lever: str, strength: float, unit: str, **scope: object) -> tuple[Compiled, MemberResult]:
    run = compile_with(bare, measure(lever, strength, unit, **{"start": NOVEMBER, **scope}))
    return run, run_member(run)


def people(run: Compiled, result: MemberResult, *names: str) -> float:
    """People through flows in January, when what began in November has worked its way through."""
    return float(flow_of(run, result, *names)[-31:].sum())


def sectors(*names: str) -> list[str]:
    return [f"{sector}.{name}" for sector in BORDER.values() for name in names]


CROSSINGS = [f"{city}.cross" for city in BORDER]
ON_THE_WAY = [
    *(f"tapachula.to_mexico_city_{mode}" for mode in ("bus", "rail", "foot")),
    *(f"palenque.to_mexico_city_{mode}" for mode in ("bus", "rail")),
]
MET_SOUTH = [f"met_south_{route}" for route in SOUTH]


def test_more_enforcement_means_more_encounters_per_traveler(bare, base, base_run):
    rates, crossed = [], []
    for strength in (0.5, None, 1.5, 2.5):
        run, result = (base, base_run) if strength is None else ran(bare, "mexican_enforcement", strength, "ratio")
        rates.append(people(run, result, *MET_SOUTH) / people(run, result, *ON_THE_WAY))
        crossed.append(people(run, result, *CROSSINGS))
    assert rates == sorted(rates) and rates[-1] > 1.2 * rates[0]
    assert crossed == sorted(crossed, reverse=True) and crossed[-1] < 0.99 * crossed[0]


def test_thinned_rail_means_fewer_on_rail_and_more_on_the_road(bare, base, base_run):
    run, result = ran(bare, "railways", 0.5, "ratio")
    on_rail = [name for name in base.flow_ids if name.endswith("_rail")]
    on_road = [name for name in base.flow_ids if ".to_" in name and name.endswith(("_bus", "_foot"))]
    assert len(on_rail) == 6 and len(on_road) == 7
    less, more = people(run, result, *on_rail), people(run, result, *on_road)
    assert less < 0.6 * people(base, base_run, *on_rail)
    assert more > people(base, base_run, *on_road)
    total = people(base, base_run, *on_rail, *on_road)
    assert less + more == pytest.approx(total, rel=0.05)  # they travel, by other means


@pytest.mark.parametrize(("lever", "strength", "unit"), [("ports_closure", 50, "people/day"), ("ports_closure", 0.5, "ratio")])  # fmt: skip
def test_closed_ports_admit_fewer_and_the_queue_grows(bare, base, base_run, lever, strength, unit):
    run, result = ran(bare, lever, strength, unit)
    for city in BORDER:
        assert people(run, result, f"{city}.port") <= people(base, base_run, f"{city}.port") * (1 + 1e-9)
        assert stock_of(run, result, f"{city}.queue")[-1] >= stock_of(base, base_run, f"{city}.queue")[-1] * (1 - 1e-9)  # fmt: skip
    ports = [f"{city}.port" for city in BORDER]
    assert people(run, result, *ports) < 0.9 * people(base, base_run, *ports)
    queues = [stock_of(r, x, "piedras_negras.queue")[-1] for r, x in ((run, result), (base, base_run))]
    assert queues[0] > 1.5 * queues[1]
    # who does not get in gives up and crosses between ports of entry
    assert people(run, result, *CROSSINGS) > people(base, base_run, *CROSSINGS)
    if unit == "people/day":
        assert flow_of(run, result, "tijuana.port")[31:].max() <= 50 + 1e-9


def test_appointments_do_the_opposite_where_people_wait(bare):
    shut = measure("ports_closure", 50, "people/day", id="shut", start=START)
    closed = compile_with(bare, shut)
    more = compile_with(bare, shut, measure("ports_appointments", 100, "people/day", id="more", start=NOVEMBER))
    # the limit is the more restrictive word on the same scope only if it comes later
    results = [run_member(run) for run in (closed, more)]
    for city in BORDER:
        admitted = [people(run, r, f"{city}.port") for run, r in zip((closed, more), results, strict=True)]
        waiting = [stock_of(run, r, f"{city}.queue")[-1] for run, r in zip((closed, more), results, strict=True)]
        assert admitted[1] >= admitted[0]
        assert waiting[1] <= waiting[0]
    city = "piedras_negras"
    admitted = [flow_of(run, r, f"{city}.port")[-31:] for run, r in zip((closed, more), results, strict=True)]
    assert admitted[0] == pytest.approx(50)
    assert admitted[1] == pytest.approx(150)


def test_pathways_bring_more_lawful_entries_and_fewer_departures_by_the_elasticity(bare, base, base_run):
    run, result = ran(bare, "legal_pathways", 6000, "people/month")
    lawful = base.flow_ids.index("lawful.enter")
    more = result.monthly_flow[:, lawful].sum(axis=1) - base_run.monthly_flow[:, lawful].sum(axis=1)
    assert more == pytest.approx([0, 6000, 6000, 6000], abs=1e-6)
    factor = ((74_100 + 6000) / 74_100) ** -0.2
    assert factor < 1
    leaving = [f for f, flow in enumerate(bare.flows) if flow.from_stock in {f"{o}.leaving" for o in ORIGINS}]
    ratio = result.monthly_flow[1:, leaving].sum(axis=(1, 2)) / base_run.monthly_flow[1:, leaving].sum(axis=(1, 2))
    assert ratio == pytest.approx([factor] * 3, rel=1e-9)


def test_a_higher_share_of_removals_releases_fewer(bare, base, base_run):
    run, result = ran(bare, "asylum_rules", 0.7, "share")
    assert people(run, result, *sectors("released")) < 0.9 * people(base, base_run, *sectors("released"))
    removed = sectors("returned_to_mexico", "removed")
    share = people(run, result, *removed) / people(run, result, *CROSSINGS)
    assert share == pytest.approx(0.7, abs=0.02)
    assert share > people(base, base_run, *removed) / people(base, base_run, *CROSSINGS)


def test_an_asylum_rule_that_deters_scales_departures(bare, base, base_run):
    _, result = ran(bare, "asylum_rules", 0.8, "ratio")
    leaving = [f for f, flow in enumerate(bare.flows) if flow.from_stock in {f"{o}.leaving" for o in ORIGINS}]
    ratio = result.monthly_flow[1:, leaving].sum(axis=(1, 2)) / base_run.monthly_flow[1:, leaving].sum(axis=(1, 2))
    assert ratio == pytest.approx([0.8] * 3, rel=1e-9)


def test_more_beds_hold_more_and_never_fewer(bare):
    held, spared = [], []
    for beds in (-15_000, -5000, 0, 5000, 20_000):
        run, result = ran(bare, "detention_capacity", beds, "people")
        held.append(stock_of(run, result, "ice.detained"))
        spared.append(people(run, result, *sectors("released", "port_released")))
        assert held[-1].max() <= run.arrays(None).segment_room[:, stocks(run, "ice.detained")].max() + 1e-6
    for fewer, more in zip(held, held[1:], strict=False):
        assert (more >= fewer - 1e-6).all()
    assert held[1][-1] > held[0][-1] + 9000  # a bed is a person held, as long as beds are short
    assert spared == sorted(spared, reverse=True) and spared[0] > spared[-1]


# -- the base, what is lifted, what is refused ---------------------------------------------------------


def test_the_base_is_in_force_until_it_is_lifted(bare, base):
    shut = measure("ports_closure", 0.5, "ratio", start=NOVEMBER, in_base=True)
    corridor = bare.model_copy(update={"measures": (shut,)})
    lifting = Scenario(
        id="open", name="n", name_es="n", description="d", description_es="d",
        lift=(Lift(measure="m", on=dt.date(2024, 1, 8)),),
    )  # fmt: skip
    (port,) = flows(base, "tijuana.port")
    plain = by_day(base)["throughput"][:, port]
    since = np.array([date >= NOVEMBER for date in base.dates])
    until = np.array([date < dt.date(2024, 1, 8) for date in base.dates])
    for scenario, days in ((None, since), (lifting, since & until)):
        run = compile_corridor(corridor, scenario, RunSpec(START, END, as_of=AS_OF))
        assert by_day(run)["throughput"][:, port] == pytest.approx(np.where(days, plain / 2, plain))


def test_a_base_measure_of_a_later_day_is_no_part_of_an_earlier_base(bare):
    shut = measure("ports_closure", 0.5, "ratio", in_base=True, known_from=dt.date(2024, 1, 10))
    corridor = bare.model_copy(update={"measures": (shut,)})
    assert compile_corridor(corridor, None, RunSpec(START, END, as_of=AS_OF)).measures == ()
    later = RunSpec(START, END, as_of=AS_OF, hindsight=True)
    assert len(compile_corridor(corridor, None, later).measures) == 1


def refused(bare: Corridor, *measures: Measure, scenario: dict | None = None, **spec: object) -> str:
    corridor, chosen = with_measures(bare, *measures)
    chosen = chosen.model_copy(update=scenario or {})
    with pytest.raises(InputError) as error:
        compile_corridor(corridor, chosen, RunSpec(START, END, **{"as_of": AS_OF, **spec}))
    assert error.value.exit_code == 2
    return str(error.value)


def test_an_unknown_lever_is_refused_with_a_hint(bare):
    text = refused(bare, measure("railway", 0.5, "ratio"))
    assert "scenarios/test.yaml:measures: measure 'm' has an unknown lever 'railway'" in text
    assert "hint: did you mean 'railways'?" in text


@pytest.mark.parametrize("lever", [name for name, lever in LEVERS.items() if not lever.built])
def test_a_lever_that_is_not_built_is_refused_rather_than_ignored(bare, lever):
    text = refused(bare, measure(lever, 0.5, "ratio"))
    assert f"measure 'm' needs the lever '{lever}', which is not built yet" in text
    assert "refused rather than ignored" in text


def test_a_unit_that_the_lever_has_not_is_refused(bare):
    text = refused(bare, measure("ports_closure", 5, "people/month"))
    assert "lever 'ports_closure' has no unit 'people/month'" in text
    assert "hint: units: people/day, ratio" in text


def test_a_trigger_is_refused(bare):
    text = refused(bare, measure("railways", 0.5, "ratio", trigger="encounters > 4000"))
    assert "measure 'm' has a trigger; triggers are not built yet" in text
    assert "hint: give it dates instead" in text


def test_what_was_not_known_is_refused_without_hindsight(bare):
    late = measure("railways", 0.5, "ratio", known_from=dt.date(2024, 2, 1))
    text = refused(bare, late)
    assert "measure 'm' was not known on 2023-12-31 (known from 2024-02-01)" in text
    assert "hint: add --hindsight" in text
    assert len(compile_with(bare, late, hindsight=True).measures) == 1


def test_a_measure_that_rests_on_hindsight_is_refused_without(bare):
    text = refused(bare, measure("railways", 0.5, "ratio", hindsight=True), as_of=None)
    assert "measure 'm' rests on hindsight" in text
    assert "hint: add --hindsight" in text


def test_a_scenario_that_rests_on_hindsight_is_refused_without(bare):
    text = refused(bare, scenario={"hindsight": True})
    assert "scenario 'test' rests on hindsight" in text


def test_every_fault_of_a_scenario_comes_at_once(bare):
    text = refused(
        bare,
        measure("railway", 0.5, "ratio", id="one"),
        measure("visas", 0.5, "ratio", id="two"),
        scenario={"measures": ("one", "two", "onee")},
    )
    assert text.count("hint:") == 3
    assert "unknown measure 'onee'" in text and "did you mean 'one'?" in text
    assert "3 measures cannot be run" in text
