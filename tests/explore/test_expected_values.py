"""Packages as parts of one compiled run give what each gives when it is compiled by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from planted import AS_OF, measure, planted, study_of

from corridor.engine import arrays_from, run_member
from corridor.explore.outcomes import room_by_day
from corridor.explore.plan import Plan, make_plan
from corridor.explore.runs import Draw, MeanField
from corridor.model import Trigger


def with_lift_and_trigger():
    """The planted corridor with a measure in force that can be ended, and one that a trigger switches."""
    found = planted(aid={"low": 0.5, "high": 1.0})
    fixed = measure("fixed", "mexican_enforcement", 3.0).model_copy(
        update={"start": dt.date(2023, 1, 1), "in_base": True, "routes": ("o2-town",), "decay_days": 20}
    )
    while_many = measure("while_many", "response", 0.4, trigger="many", low=0.2, high=0.8)
    ramped = found.measures[2].model_copy(update={"ramp_days": 30, "start": dt.date(2023, 3, 10)})
    many = Trigger(
        id="many", name="many", name_es="many", stock="hold.waiting", window_days=3, on_above=700, off_below=300, source="assumption"
    )  # fmt: skip
    measures = (*found.measures[:2], ramped, found.measures[3], fixed, while_many)
    return found.model_copy(update={"measures": measures, "triggers": (many,)})


@pytest.fixture(scope="module")
def plan() -> Plan:
    names = ["aid", "more", "north", "south", "fixed", "while_many"]
    return make_plan(study_of(with_lift_and_trigger()), measures=names)


def by_itself(plan: Plan, package: tuple[int, ...], member: int | None) -> np.ndarray:
    corridor, scenario = plan.space.scenario(package)
    compiled = replace(plan.study, corridor=corridor).compile(scenario)
    compiled = replace(
        compiled, spec=replace(compiled.spec, noise=replace(compiled.spec.noise, counts=False))
    )
    drawn = compiled.table.values(compiled.spec.seed, member)
    arrays = arrays_from(compiled, compiled.numbers.base_values(drawn), drawn, member)
    result = run_member(compiled, member, arrays)
    read = plan.reader.at(compiled)
    return read.read(result.monthly_flow.sum(axis=2), result.daily_stock, room_by_day(compiled, drawn), drawn)


PACKAGES = [
    (0, 0, 0, 0, 0, 0), (2, 2, 2, 2, 1, 2), (0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 2), (1, 0, 2, 0, 1, 0), (0, 1, 1, 2, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("member", [None, 0, 7])
@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_gives_what_it_gives_by_itself(
    plan: Plan, package: tuple[int, ...], member: int | None
) -> None:
    """The trigger is on for some of the days, one measure rises slowly, one fades after it is ended.

    Segments of a whole run are finer where a measure rises or fades, so a mean over days can differ a little.
    """
    field = MeanField(plan.study, plan.space, plan.reader)
    assert field.outcomes(package, Draw(member)) == pytest.approx(by_itself(plan, package, member), rel=1e-2)


def test_the_lift_and_the_trigger_do_something(plan: Plan) -> None:
    field = MeanField(plan.study, plan.space, plan.reader)
    none = field.outcomes(PACKAGES[0], Draw(None))
    changes = [np.abs(field.outcomes(p, Draw(None)) - none) / np.maximum(none, 1.0) for p in PACKAGES[1:4]]
    assert all(change.max() > 0.02 for change in changes)
    assert plan.space.elements[4].lift and plan.space.elements[4].lifted_on == AS_OF + dt.timedelta(days=1)
