"""Renewed attempts, meetings in Mexico and decisions of cases on the shipped corridor, against hand counts and figures
that agencies print. Expected values from the calibrated state, January to June 2024."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from corridor.engine import LEVERS, MemberResult, arrays_from, run_member
from corridor.model import Corridor, Flow
from repository import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from lever_extremes import FIRST, Case, Outcomes, ratio

CASES = (
    ratio("mexican_enforcement", 0.5, 1.6, 2.2, 5.0),
    ratio("consequences", 0.75, 0.5, 0.25, 0.0),
    Case("adjudication", "people/month", (0.0, 4e3, 8e3, 16e3, 5e5)),
    Case("legal_pathways", "people/month", (0.0, 2.5e3, 5e3, 1e4, 1e5)),
    ratio("smuggler_crackdown", 1.05, 1.1, 1.3, 3.0),
    ratio("visas", 0.95, 0.9, 0.5, 0.0),
    ratio("root_causes_violence", 0.98, 0.97, 0.94, 0.2),
    Case("asylum_rules", "share", (0.05, 0.25, 0.5, 0.8, 1.0), ("border",)),
    Case("coordination", "share", (0.0, 0.25, 0.5, 0.9, 1.0)),
    ratio("root_causes_poverty", 1.005, 1.01, 1.02, 2.0),
    Case("family_reunification", "people/month", (0.0, 250.0, 500.0, 1e3, 5e4)),
    ratio("waiting", 1.1, 1.2, 2.0, 10.0),
)
AT = {case.lever: number for number, case in enumerate(CASES)}


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    return Outcomes(CASES)


@pytest.fixture(scope="module")
def base(outcomes: Outcomes) -> dict[str, float]:
    return dict(outcomes.run(None, 0.0, ()))


@pytest.fixture(scope="module")
def run(outcomes: Outcomes) -> MemberResult:
    made, drawn = outcomes.compiled, outcomes.drawn
    calm = made.numbers.base_values(drawn)  # no measure at all
    return run_member(made, None, arrays_from(without_measures(made), calm, drawn, None))


def without_measures(made):
    from dataclasses import replace

    return replace(made, numbers=replace(made.numbers, measures=()))


def flows_from(corridor: Corridor, *stocks: str) -> list[Flow]:
    return [flow for flow in corridor.flows if flow.from_stock in stocks]


# -- renewed attempts ----------------------------------------------------------------------------------


def test_renewed_attempts_off_would_be_noticed(outcomes: Outcomes, run: MemberResult) -> None:
    """Repeats over encounters between ports: 10 to 14 % in FY2015 to FY2017, when most were returned (US Customs and Border
    Protection); at the end of 2023 most were released. Without renewed attempts there would be none."""
    made, corridor = outcomes.compiled, outcomes.corridor
    after_removal = {f.from_stock for f in corridor.flows if f.kind == "renewed_attempt"} - {
        "home.returned_mexico"
    }
    again = [f.id for f in flows_from(corridor, *after_removal) if f.kind == "renewed_attempt"]
    crossed = [f.id for f in corridor.flows if f.kind == "crossing"]
    days = [i for i, day in enumerate(made.dates) if day >= FIRST]

    def people(names: list[str]) -> float:
        return float(run.daily_flow[np.ix_(days, [made.flow_ids.index(n) for n in names])].sum())

    assert 0.04 <= people(again) / people(crossed) <= 0.14


@pytest.mark.parametrize(
    ("state", "group", "part", "stay"),
    [("removed", "GTM", 0.12, 60), ("removed", "MEX", 0.24, 33), ("returned_mexico", "HND", 0.3, 30), ("returned_mexico", "VEN", 0.3, 60)],
)  # fmt: skip
def test_those_sent_home_set_out_again_after_their_stay(
    outcomes: Outcomes, run: MemberResult, state: str, group: str, part: float, stay: float
) -> None:
    """A month's renewed attempts from what came home, day by day, by hand: N(t) = N(t-1) (1 - 1/stay) + came."""
    made, corridor = outcomes.compiled, outcomes.corridor
    origin = {"GTM": "guatemala", "MEX": "mexico_interior", "HND": "honduras", "VEN": "venezuela"}[group]
    groups = [i for i, g in enumerate(made.groups) if g.nationality == group]
    stock, flow = made.stock_ids.index(f"home.{state}"), made.flow_ids.index(f"{origin}.again_{state}")
    into = [made.flow_ids.index(f.id) for f in corridor.flows if f.to_stock == f"home.{state}"]
    out = [made.flow_ids.index(f.id) for f in flows_from(corridor, f"home.{state}")]
    month, evening = 3, run.month_end_stock[:, stock, groups].sum(axis=1)
    came = run.monthly_flow[month][into][:, groups].sum()
    left = run.monthly_flow[month][out][:, groups].sum()
    assert evening[month] == pytest.approx(evening[month - 1] + came - left)
    assert run.monthly_flow[month, flow, groups].sum() == pytest.approx(part * left)
    days, kept = 29, 1 - 1 / stay  # February 2024
    earliest = evening[month - 1] * kept**days + came * kept ** (
        days - 1
    )  # all came on the first day of the month
    latest = evening[month - 1] * kept**days + came  # or on its last
    assert earliest < evening[month] < latest


def test_those_returned_to_one_city_may_try_at_another(americas_flows: dict[str, Flow]) -> None:
    """From Nuevo Laredo at Piedras Negras and at Reynosa; from Tijuana at the nearest city that all can cross at."""
    ways = {
        f.id: f.to_stock
        for f in americas_flows.values()
        if f.from_stock in ("nuevo_laredo.returned", "tijuana.returned")
    }
    assert set(ways.values()) == {
        "nuevo_laredo.waiting", "piedras_negras.waiting", "reynosa.waiting", "tijuana.waiting",
        "san_luis_rio_colorado.waiting", "home.stayed",
    }  # fmt: skip


@pytest.fixture(scope="module")
def americas_flows(outcomes: Outcomes) -> dict[str, Flow]:
    return {flow.id: flow for flow in outcomes.corridor.flows}


def test_us_penalties_leave_attempts_after_a_return_by_mexico_alone(outcomes: Outcomes) -> None:
    measure = next(m for m in outcomes.compiled.measures if m.measure.lever == "consequences")
    touched = {
        outcomes.compiled.flow_ids[f]
        for b in measure.bound_effects
        if b.effect.rule == "thin"
        for f in b.targets
    }
    assert "guatemala.again_removed" in touched and "nuevo_laredo.renewed_reynosa" in touched
    assert not {name for name in touched if name.endswith("returned_mexico")}


# -- meetings in Mexico --------------------------------------------------------------------------------


def test_being_met_moves_nobody_forward(americas_flows: dict[str, Flow], outcomes: Outcomes) -> None:
    """Three days of custody, then at least half of the way again; in the north all of it, from Mexico City."""
    routes = {route.id: route for route in outcomes.corridor.routes}
    stays = {s.id: s.stay_days for s in outcomes.corridor.stocks}
    longest = {
        "south": 1.5,
        "foot": 38.0,
    }  # days by bus from Tapachula or Palenque to Mexico City; on foot to Ixtepec
    for zone, days in longest.items():
        onward = americas_flows[f"mexico_{zone}.goes_on"]
        assert stays[f"mexico_{zone}.met"] == 3
        assert onward.route and routes[onward.route].days_mean >= days / 2
        met_again = [
            f for f in americas_flows.values() if f.from_route == onward.route and f.kind == "interdiction"
        ]
        assert [f.to_stock for f in met_again] == [f"mexico_{zone}.met"]
    assert americas_flows["mexico_north.goes_on"].to_stock == "mexico_city.waiting"


def test_some_of_those_met_give_up(
    americas_flows: dict[str, Flow], run: MemberResult, outcomes: Outcomes
) -> None:
    made = outcomes.compiled
    zones = ("south", "foot", "north")
    days = [i for i, day in enumerate(made.dates) if day >= FIRST]

    def people(*names: str) -> float:
        return float(run.daily_flow[np.ix_(days, [made.flow_ids.index(n) for n in names])].sum())

    stay = people(*(f"mexico_{z}.stays" for z in zones))
    others = people(*(f"mexico_{z}.{word}" for z in zones for word in ("stays", "moved_south", "goes_on")))
    assert stay / others == pytest.approx(0.06, abs=0.005)


def test_enforcement_lowers_us_encounters_and_its_end_raises_them(
    outcomes: Outcomes, base: dict[str, float]
) -> None:
    strengths = (0.0, 0.5, 1.0, 1.6, 2.2, 5.0)
    seen = [outcomes.run(AT["mexican_enforcement"], s, ())["US"] for s in strengths]
    assert (np.diff(seen) < 0).all()
    assert seen[0] > 1.02 * base["US"] and seen[-1] < 0.9 * base["US"]


# -- signs ---------------------------------------------------------------------------------------------

DIRECTIONS = {
    # lever: a strength on the side that it is meant to be used, and what that does to encounters at the border
    "legal_pathways": (1e4, -1), "family_reunification": (1e3, -1), "smuggler_crackdown": (1.3, -1), "visas": (0.5, -1),
    "root_causes_violence": (0.2, -1), "root_causes_poverty": (2.0, 1), "asylum_rules": (0.8, -1),
    "consequences": (0.5, -1), "mexican_enforcement": (2.2, -1),
}  # fmt: skip


@pytest.mark.parametrize("lever", DIRECTIONS)
def test_an_elasticity_turned_round_would_be_noticed(
    outcomes: Outcomes, base: dict[str, float], lever: str
) -> None:
    strength, sign = DIRECTIONS[lever]
    assert lever in LEVERS
    assert np.sign(outcomes.run(AT[lever], strength, ())["US"] - base["US"]) == sign


def test_the_room_of_a_full_city_ignored_would_be_noticed(outcomes: Outcomes, base: dict[str, float]) -> None:
    """Chicago has 15,000 places and more people: it must not gain; Washington, with room, not more than its places."""
    sent = outcomes.run(AT["coordination"], 0.9, ())
    assert base["chicago"] > 15_000
    assert sent["chicago"] < base["chicago"] and sent["washington_dc"] <= 1_250


# -- cases decided -------------------------------------------------------------------------------------


def test_decisions_lead_to_grants_permits_and_removals(outcomes: Outcomes, base: dict[str, float]) -> None:
    """8,000 more a month for six months are 8,000 / 30.44 a day for 182 days; who is decided early gets no permit
    before, and of those ordered to leave some are taken home."""
    more = outcomes.run(AT["adjudication"], 8e3, ())
    assert more["decided"] - base["decided"] == pytest.approx(8_000 / 30.44 * 182, rel=0.01)
    many = outcomes.run(AT["adjudication"], 5e5, ())
    assert many["permits"] < 0.99 * base["permits"]
    assert many["removed"] > 1.002 * base["removed"]
    assert many["US"] < 1.001 * base["US"]


def test_a_longer_wait_moves_people_from_the_queues_to_crossings(
    outcomes: Outcomes, base: dict[str, float]
) -> None:
    """Twice the wait: by the elasticity of -0.3 a fifth fewer join a queue (2^-0.3 = 0.81), and each of them crosses."""
    longer = outcomes.run(AT["waiting"], 2.0, ())
    assert 0.75 < longer["waiting"] / base["waiting"] < 0.9
    more, fewer = (longer[name] - base[name] for name in ("between ports", "waiting"))
    assert more > 0 > fewer
    assert longer["US"] - base["US"] < more, "fewer come by the ports"
    shorter = outcomes.run(AT["waiting"], 0.5, ())
    assert shorter["between ports"] < base["between ports"] < longer["between ports"]
