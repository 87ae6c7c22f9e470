"""Levers of the shipped corridor: the signs of what people answer, and where those who were met go on."""

from __future__ import annotations

import pytest

from corridor.formats import open_corridor
from corridor.model import Corridor

SIGNS = {
    # lever and parameter: sign of the central value, as its source has it
    ("legal_pathways", "elasticity"): -1,
    ("family_reunification", "elasticity"): -1,
    ("smuggler_crackdown", "elasticity"): -1,
    ("smuggler_crackdown", "elasticity_share"): -1,
    ("smuggler_crackdown", "elasticity_travel_days"): 1,
    ("smuggler_crackdown", "elasticity_death"): 1,
    ("visas", "elasticity"): 1,
    ("asylum_rules", "elasticity"): 1,
    ("adjudication", "elasticity"): 1,
    ("waiting", "elasticity"): -1,
    ("consequences", "elasticity"): 1,
    ("root_causes_violence", "elasticity"): 1,
    ("root_causes_poverty", "elasticity"): 1,
    ("work_authorization", "elasticity"): 1,
}
"""More lawful entry and dearer guides: fewer set out. More visas, more chance to stay, more renewed attempts, more
violence, more income: more do. A longer wait for a permit: longer stays; for a decision: more set out; for
an appointment: fewer join the queue."""


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


def test_no_elasticity_has_the_wrong_sign(americas: Corridor) -> None:
    found = {}
    for row in americas.parameters:
        if row.parameter.startswith("elasticity"):
            found.setdefault((row.target, row.parameter), set()).add(1 if row.value > 0 else -1)
    assert found == {name: {sign} for name, sign in SIGNS.items()}


def test_who_was_met_on_foot_walks_on_from_there(americas: Corridor) -> None:
    """Not past a walk of 38 days: half of it is left, and they can be met again on it."""
    flows = {flow.id: flow for flow in americas.flows}
    routes = {route.id: route for route in americas.routes}
    assert flows["met_tapachula-ixtepec-foot"].to_stock == "mexico_foot.met"
    onward = flows["mexico_foot.goes_on"]
    assert onward.to_stock == "ixtepec.waiting" and onward.route
    assert routes[onward.route].days_mean == routes["tapachula-ixtepec-foot"].days_mean / 2
    again = [f for f in americas.flows if f.from_route == onward.route and f.kind == "interdiction"]
    assert [f.to_stock for f in again] == ["mexico_foot.met"]


def test_those_ordered_to_leave_can_be_removed(americas: Corridor) -> None:
    out = [f for f in americas.flows if f.from_stock == "elsewhere.ordered"]
    assert {f.to_stock for f in out} == {"removal.waiting", "home.removed"}
    assert {n for f in out for n in f.groups} >= {"MEX", "VEN", "GTM"}


def test_renewed_attempts_after_a_return_to_mexico_are_on(americas: Corridor) -> None:
    """From 12 May 2023 a quarter of those returned to a border city try again, there or at a city next to it."""
    returned = {s.id for s in americas.stocks if s.state == "returned"}
    flows = {f.id: f for f in americas.flows if f.kind == "renewed_attempt"}
    assert {f.from_stock for f in flows.values()} == returned | {"home.removed", "home.returned_mexico"}
    last = dict.fromkeys(returned, 0.0)
    for r in americas.parameters:
        if r.parameter == "share" and r.target in flows and r.valid_to is None:
            stock = flows[r.target].from_stock or ""
            if stock in last:
                last[stock] += r.value
    assert last and all(value == pytest.approx(0.25) for value in last.values())
