"""What follows from a lever has the sign and the size that counting gives: expected values, by hand.

Corridors of a few stocks with a known answer, and the one of ``lever_corridor`` where many things meet.
"""

from __future__ import annotations

import numpy as np
import pytest
from engine_tools import SILENT, compiled, flow_of, measure, stock_of, with_measures
from lever_corridor import TO_CITIES, ran, under

import small_corridors as small
from corridor.engine import Compiled, MemberResult, run_member
from corridor.model import Corridor
from small_corridors import flow, parameter, stock


def run(
    corridor: Corridor, *given: tuple[float | str, ...], **scope: object
) -> tuple[Compiled, MemberResult]:
    """Expected values of ``corridor`` under measures (lever, strength, unit) of one scope."""
    measures = [measure(*one, id=f"m{i}", **scope) for i, one in enumerate(given)]
    changed, scenario = with_measures(corridor, *measures)
    made = compiled(changed, scenario, noise=SILENT)
    return made, run_member(made)


def pair(*given: float | str, **scope: object) -> tuple[MemberResult, MemberResult, Compiled]:
    """Without and with one measure, where many things meet."""
    one = measure(*given, **scope)
    return ran(), ran(one), under(one)


def steady_shelter(days: int = 500, stages: int = 1, kind: str = "exit", **reception: object) -> Corridor:
    """Ten people a day enter ``town.shelter``, whose mean stay is 60 days."""
    return small.small_corridor(
        [
            stock("gate.queue", stay_days=1),
            stock("town.shelter", stay_days=60, stay_stages=stages, **reception),
            stock("town.out"),
        ],
        [
            flow("enter", "gate.queue", "town.shelter", "intake", share=1, throughput=10),
            flow("leave", "town.shelter", "town.out", kind, share=1),
        ],
        [parameter("initial", 1e6, "gate.queue"), parameter("cost_per_person_day", 80, "town.shelter"),
         parameter("elasticity", 0.25, "work_authorization"), parameter("ask_again", 0.25, "shelter_rules"),
         parameter("street_share", 0.4, "shelter_rules")],
        days=days,
    )  # fmt: skip


# -- on the way ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lever", "country"), [("mexican_enforcement", "MEX"), ("transit_enforcement", "PAN")]
)
@pytest.mark.parametrize("strength", [0.0, 0.5, 3.0])
def test_enforcement_multiplies_the_hazard_of_a_journey(lever, country, strength):
    journey = small.journey(1000, 5, 2, met=0.3, days=120)
    places = tuple(place.model_copy(update={"country": country}) for place in journey.places)
    made, result = run(journey.model_copy(update={"places": places}), (lever, strength, "ratio"))
    assert flow_of(made, result, "met").sum() == pytest.approx(1000 * (1 - 0.7**strength), rel=1e-6, abs=1e-9)


def test_more_are_taken_back_and_stay_longer():
    base, result, made = pair("redirect_south", 0.6, "share")
    part = [
        flow_of(made, r, "taken_south")[-1] / flow_of(made, r, "taken_south", "sent_back", "let_on")[-1]
        for r in (base, result)
    ]
    assert part == pytest.approx([0.3, 0.6], rel=1e-9)
    base, result, made = pair("redirect_south", 3, "days")
    rate, census = flow_of(made, result, "taken_south")[-1], stock_of(made, result, "south.relocated")[-1]
    assert census == pytest.approx(8 * rate, rel=0.02)  # people a day times days, near the steady state


def test_a_dearer_guide_is_taken_less_and_is_slower_and_deadlier():
    base, result, made = pair("smuggler_crackdown", 2, "ratio")
    ways = ("take_guided", "take_rail", "take_bus")
    part = [flow_of(made, r, "take_guided")[-1] / flow_of(made, r, *ways)[-1] for r in (base, result)]
    assert part == pytest.approx([0.5, 0.5 * 2**-0.4], rel=1e-9)
    deaths = [
        flow_of(made, r, "die_guided")[-30:].sum() / flow_of(made, r, "take_guided")[-30:].sum()
        for r in (base, result)
    ]
    assert deaths == pytest.approx([0.01, 1 - 0.99 ** (2**0.6)], rel=0.01)
    assert result.departed[-1] - 1200 == pytest.approx(
        (base.departed[-1] - 1200) * 2**-0.3, rel=1e-9
    )  # 300 a month, lawfully, for 120 days


def test_fewer_can_fly_in_and_the_rest_goes_by_land():
    base, result, made = pair("visas", 0.25, "ratio")
    flown = [flow_of(made, r, "fly").sum() for r in (base, result)]
    ridden = [flow_of(made, r, "ride").sum() for r in (base, result)]
    assert flown[1] == pytest.approx(flown[0] * 0.25 * 0.25**0.5, rel=1e-9)
    assert ridden[1] == pytest.approx(ridden[0] * (1 - 0.4 * 0.25) / 0.6 * 0.25**0.5, rel=1e-9)


def test_half_the_trains_carry_half_and_the_others_go_by_road():
    base, result, made = pair("railways", 0.5, "ratio")
    on_rail = [flow_of(made, r, "take_rail")[-1] for r in (base, result)]
    together = [flow_of(made, r, "take_rail", "take_bus", "take_guided")[-1] for r in (base, result)]
    assert on_rail[1] / together[1] == pytest.approx(0.5 * on_rail[0] / together[0], rel=1e-9)


@pytest.mark.parametrize(("lever", "factor"), [("root_causes_violence", 0.81), ("root_causes_poverty", 1.44)])
def test_departures_answer_by_the_root_of_a_ratio(lever, factor):
    base, result, made = pair(lever, factor, "ratio")
    leaving = [flow_of(made, r, "fly", "ride").sum() for r in (base, result)]
    assert leaving[1] == pytest.approx(leaving[0] * factor**0.5, rel=1e-9)


@pytest.mark.parametrize("lever", ["legal_pathways", "family_reunification"])
def test_more_enter_lawfully_and_fewer_set_out(lever):
    base, result, made = pair(lever, 600, "people/month")
    months = 1 + 1 + 1 + 30 / 30  # January to April
    assert flow_of(made, result, "lawful").sum() == pytest.approx(
        flow_of(made, base, "lawful").sum() + 600 * months
    )
    leaving = [flow_of(made, r, "fly", "ride").sum() for r in (base, result)]
    assert leaving[1] == pytest.approx(leaving[0] * 1.6**-0.2, rel=1e-9)


# -- at the border -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lever", "strength", "unit", "a_day"),
    [
        ("ports_appointments", 10, "people/day", 30),
        ("ports_closure", 5, "people/day", 5),
        ("ports_closure", 0.25, "ratio", 5),
        ("trafficking_inspection", 20, "hours/day", 15),  # four hours a person
    ],
)
def test_the_queue_at_a_port_is_shorter_by_those_who_are_admitted(lever, strength, unit, a_day):
    base, result, made = pair(lever, strength, unit)
    assert flow_of(made, result, "port")[20:] == pytest.approx(a_day)
    queue = [np.diff(stock_of(made, r, "border.queue"))[20:] for r in (base, result)]
    joined = [
        np.diff(stock_of(made, r, "border.queue"))[20:] + flow_of(made, r, "port")[21:]
        for r in (base, result)
    ]
    assert joined[0] == pytest.approx(joined[1])
    assert queue[1] == pytest.approx(queue[0] + 20 - a_day)


def test_more_staff_processes_so_many_more_a_day():
    base, result, made = pair("processing_staff", 15, "people/day")
    assert flow_of(made, base, "process")[30:] == pytest.approx(45)
    assert flow_of(made, result, "process")[30:] == pytest.approx(60)
    assert stock_of(made, result, "sector.custody")[-1] < stock_of(made, base, "sector.custody")[-1]


def test_more_removals_release_fewer_by_the_shares():
    base, result, made = pair("asylum_rules", 0.7, "share")
    out = ("expel", "stage", "hold", "let_go")
    removed = [flow_of(made, r, "expel", "stage")[-1] / flow_of(made, r, *out)[-1] for r in (base, result)]
    assert removed == pytest.approx([0.4, 0.7], rel=1e-6)
    assert flow_of(made, result, "let_go")[-1] < flow_of(made, base, "let_go")[-1]


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.2])
@pytest.mark.parametrize(("kind", "acts"), [("removal", True), ("return", False)])
def test_attempts_per_person_follow_the_branching_chain(ratio, kind, acts):
    """Consequences act on attempts after a removal; who is returned otherwise tries again as before."""
    rows = parameter("elasticity", 0.0, "consequences")
    corridor = small.attempts(1000, 0.4, 0.5, days=200)
    flows = tuple(f.model_copy(update={"kind": kind}) if f.id == "fail" else f for f in corridor.flows)
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, rows), "flows": flows})
    made, result = run(corridor, ("consequences", ratio, "ratio"))
    tries = flow_of(made, result, "succeed", "fail").sum()
    assert tries == pytest.approx(1000 / (1 - 0.4 * 0.5 * (ratio if acts else 1.0)), rel=1e-6)


@pytest.mark.parametrize("more", [-20, 0, 25])
def test_a_bed_more_holds_one_more_and_frees_one_less(more):
    made, result = run(small.beds(100, 30, overflow=True), ("detention_capacity", more, "people"))
    assert stock_of(made, result, "town.beds")[-1] == pytest.approx(30 + more)
    assert stock_of(made, result, "town.out")[-1] == pytest.approx(70 - more)


def test_seats_of_a_nationality_move_that_nationality_only():
    base, result, made = pair("repatriation", 14, "people/week", nationalities=("VEN",))
    assert flow_of(made, result, "flight_VEN")[30:] == pytest.approx(5)  # three and two more a day
    assert flow_of(made, result, "flight_COL")[30:] == pytest.approx(flow_of(made, base, "flight_COL")[30:])
    by_group = result.month_end_stock[-1, made.stock_ids.index("staging.removal")]
    before = base.month_end_stock[-1, made.stock_ids.index("staging.removal")]
    assert by_group[2] == pytest.approx(before[2]) and by_group[:2].sum() < before[:2].sum()


def test_seats_for_all_are_shared_in_proportion():
    made = under(measure("repatriation", 35, "people/week"))  # five a day more, as three to two
    assert made.values().throughput[
        0, [made.flow_ids.index(f"flight_{n}") for n in ("VEN", "COL")]
    ] == pytest.approx([6, 4])


def test_more_decisions_are_taken_a_month():
    base, result, made = pair("adjudication", 152.2, "people/month")  # five a day
    assert flow_of(made, base, "decide")[30:] == pytest.approx(10)
    assert flow_of(made, result, "decide")[30:] == pytest.approx(15)


# -- in the cities -------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [15.0, 60.0, 240.0])
def test_a_stay_limit_brings_the_census_down_by_the_closed_formula(limit):
    made, result = run(steady_shelter(), ("shelter_rules", limit, "days"))
    leaves = 60 * (1 - np.exp(-limit / 60))  # a quarter asks again and stays
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(
        10 * (0.25 * 60 + 0.75 * leaves), rel=1e-3
    )


@pytest.mark.parametrize(("limit", "stages"), [(45.0, 4), (80.0, 20)])
def test_a_stay_limit_cuts_a_stay_of_stages_as_an_integral_says(limit, stages):
    """E[min(T, L)] is the integral of P(T > t) up to L, from another library's gamma law."""
    from scipy import integrate, stats

    made, result = run(steady_shelter(stages=stages), ("shelter_rules", limit, "days"))
    mean, _ = integrate.quad(stats.gamma(stages, scale=60 / stages).sf, 0, limit)
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(
        10 * (0.25 * 60 + 0.75 * mean), rel=1e-3
    )


def test_an_earlier_permit_shortens_stays_by_the_elasticity():
    made, result = run(steady_shelter(), ("work_authorization", -40, "days"))
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(10 * (60 - 0.25 * 40), rel=1e-3)


def test_money_becomes_beds_by_division():
    corridor = steady_shelter(capacity=200.0)
    made, result = run(corridor, ("federal_funding", 243_520, "USD/month"))  # 8000 a day, 80 a bed
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(300)
    made, result = run(
        corridor, ("federal_funding", 243_520, "USD/month"), ("federal_funding", -121_760, "USD/month")
    )
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(250)


def test_buses_carry_no_more_than_their_seats():
    base, result, made = pair("city_transport", 21, "people/week", places=("lake",))
    assert flow_of(made, base, "bused_lake")[60:].min() > 8
    assert flow_of(made, result, "bused_lake")[60:] == pytest.approx(3)
    assert flow_of(made, result, "bused_hill")[60:].min() > 4  # each by itself, in scope


@pytest.mark.parametrize(("lever", "kept", "names"), [
    ("city_transport", 0.5 * 0.4, [f"bused_{city}" for city in TO_CITIES]),
    ("family_reunification", 0.7 * 0.4, [f"{way}_{city}" for way in ("bused", "onward") for city in TO_CITIES]),
])  # fmt: skip
def test_fewer_go_to_a_citys_reception(lever, kept, names):
    base, result, made = pair(lever, 0.4, "ratio")
    everyone = [f"{way}_{city}" for way in ("bused", "onward") for city in TO_CITIES] + ["elsewhere"]
    assert flow_of(made, result, *names)[-1] / flow_of(made, result, *everyone)[-1] == pytest.approx(kept)
    assert flow_of(made, result, "elsewhere")[-1] > flow_of(made, base, "elsewhere")[-1]
    assert stock_of(made, result, "lake.census")[-1] < stock_of(made, base, "lake.census")[-1]
