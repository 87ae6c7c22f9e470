"""What follows from a measure on the shipped corridor has the sign and the size that arithmetic gives it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from engine_tools import flow_of, measure, stock_of
from lever_tools import BORDER, NOVEMBER, ORIGINS, SOUTH, START, compile_with, flows, run_with, stocks

from corridor.engine import Compiled, MemberResult


@pytest.fixture(name="base")
def compiled_without_measures() -> Compiled:
    return compile_with()


@pytest.fixture(name="base_run")
def run_without_measures() -> MemberResult:
    return run_with()


def ran(lever: str, strength: float, unit: str, **scope: object) -> tuple[Compiled, MemberResult]:
    given = measure(lever, strength, unit, **{"start": NOVEMBER, **scope})
    return compile_with(given), run_with(given)


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


def test_more_enforcement_means_more_encounters_per_traveler(base, base_run):
    rates, crossed = [], []
    for strength in (0.5, None, 1.5, 2.5):
        run, result = (base, base_run) if strength is None else ran("mexican_enforcement", strength, "ratio")
        rates.append(people(run, result, *MET_SOUTH) / people(run, result, *ON_THE_WAY))
        crossed.append(people(run, result, *CROSSINGS))
    assert rates == sorted(rates) and rates[-1] > 1.2 * rates[0]
    assert crossed == sorted(crossed, reverse=True) and crossed[-1] < 0.99 * crossed[0]


def test_thinned_rail_means_fewer_on_rail_and_more_on_the_road(base, base_run):
    run, result = ran("railways", 0.5, "ratio")
    on_rail = [name for name in base.flow_ids if name.endswith("_rail")]
    on_road = [name for name in base.flow_ids if ".to_" in name and name.endswith(("_bus", "_foot"))]
    assert len(on_rail) == 6 and len(on_road) == 7
    less, more = people(run, result, *on_rail), people(run, result, *on_road)
    assert less < 0.6 * people(base, base_run, *on_rail)
    assert more > people(base, base_run, *on_road)
    total = people(base, base_run, *on_rail, *on_road)
    assert less + more == pytest.approx(total, rel=0.05)  # they travel, by other means


@pytest.mark.parametrize(("lever", "strength", "unit"), [("ports_closure", 50, "people/day"), ("ports_closure", 0.5, "ratio")])  # fmt: skip
def test_closed_ports_admit_fewer_and_the_queue_grows(base, base_run, lever, strength, unit):
    run, result = ran(lever, strength, unit)
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


def test_appointments_do_the_opposite_where_people_wait():
    shut = measure("ports_closure", 50, "people/day", id="shut", start=START)
    # 400 in all: 100 at each of four ports, which have 50 each
    more = measure("ports_appointments", 400, "people/day", id="more", start=NOVEMBER)
    runs = [(compile_with(*given), run_with(*given)) for given in ((shut,), (shut, more))]
    for city in BORDER:
        admitted = [people(run, result, f"{city}.port") for run, result in runs]
        waiting = [stock_of(run, result, f"{city}.queue")[-1] for run, result in runs]
        assert admitted[1] >= admitted[0]
        assert waiting[1] <= waiting[0]
    admitted = [flow_of(run, result, "piedras_negras.port")[-31:] for run, result in runs]
    assert admitted[0] == pytest.approx(50)
    assert admitted[1] == pytest.approx(150)


def test_pathways_bring_more_lawful_entries_and_fewer_departures_by_the_elasticity(base, base_run):
    _, result = ran("legal_pathways", 6000, "people/month")
    lawful = base.flow_ids.index("lawful.enter")
    more = result.monthly_flow[:, lawful].sum(axis=1) - base_run.monthly_flow[:, lawful].sum(axis=1)
    assert more == pytest.approx([0, 6000, 6000, 6000], abs=1e-6)
    factor = ((74_100 + 6000) / 74_100) ** -0.2
    assert factor < 1
    leaving = [
        f
        for f, flow in enumerate(base.corridor.flows)
        if flow.from_stock in {f"{o}.leaving" for o in ORIGINS}
    ]
    ratio = result.monthly_flow[1:, leaving].sum(axis=(1, 2)) / base_run.monthly_flow[1:, leaving].sum(
        axis=(1, 2)
    )
    assert ratio == pytest.approx([factor] * 3, rel=1e-9)


def test_a_higher_share_of_removals_releases_fewer(base, base_run):
    run, result = ran("asylum_rules", 0.7, "share")
    assert people(run, result, *sectors("released")) < 0.9 * people(base, base_run, *sectors("released"))
    removed, out = flows(base, *sectors("returned_to_mexico", "removed")), flows(base, *sectors("returned_to_mexico", "removed", "released", "detained"))  # fmt: skip
    months = [r.monthly_flow[2:, :, :] for r in (result, base_run)]
    share = [m[:, removed].sum(axis=(0, 1)) / m[:, out].sum(axis=(0, 1)) for m in months]
    assert share[0][share[1] > 0] == pytest.approx(0.7)  # from December on, for every group
    assert not share[0][share[1] == 0].any()  # nobody is removed who was not before


def test_an_asylum_rule_that_deters_scales_departures(base, base_run):
    _, result = ran("asylum_rules", 0.8, "ratio")
    leaving = [
        f
        for f, flow in enumerate(base.corridor.flows)
        if flow.from_stock in {f"{o}.leaving" for o in ORIGINS}
    ]
    ratio = result.monthly_flow[1:, leaving].sum(axis=(1, 2)) / base_run.monthly_flow[1:, leaving].sum(
        axis=(1, 2)
    )
    assert ratio == pytest.approx([0.8] * 3, rel=1e-9)


def test_more_beds_hold_more_and_never_fewer():
    held, spared = [], []
    for beds in (-15_000, -5000, 0, 5000, 20_000):
        run, result = ran("detention_capacity", beds, "people")
        held.append(stock_of(run, result, "ice.detained"))
        spared.append(people(run, result, *sectors("released", "port_released")))
        assert held[-1].max() <= run.arrays(None).segment_room[:, stocks(run, "ice.detained")].max() + 1e-6
    for fewer, more in pairwise(held):
        assert (more >= fewer - 1e-6).all()
    assert held[1][-1] > held[0][-1] + 9000  # a bed is a person held, as long as beds are short
    assert spared == sorted(spared, reverse=True) and spared[0] > spared[-1]
