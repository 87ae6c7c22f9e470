"""A measure that a scenario changed counts as the measure: for the demands of parties, the packages, the grades."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from planted import PARTIES, demand, measure, party, planted, study_of

from corridor.evaluate.lookup import dated_measures
from corridor.explore.demands import verdict
from corridor.explore.explore import _within
from corridor.explore.find import first_packages
from corridor.explore.plan import make_plan
from corridor.explore.runs import Draw, MeanField
from corridor.explore.space import make_space
from corridor.formats.scenario_measures import changed_measure
from corridor.model import Corridor, Demand, InputError, Lift, Scenario
from corridor.study.contrast import _single_measures

AS_OF = dt.date(2023, 1, 31)
NAMES = {"name": "x", "name_es": "x", "description": "x", "description_es": "x"}


def anew(corridor: Corridor, **update) -> Corridor:
    """The corridor with other parts, nothing of what it had worked out before."""
    return Corridor(**{**{name: getattr(corridor, name) for name in Corridor.model_fields}, **update})


def changed(corridor: Corridor, name: str, scenario: str, **values) -> Corridor:
    """The corridor with a scenario that changes a measure, as ``change:`` of a scenario's file makes it."""
    old = next(m for m in corridor.measures if m.id == name)
    new = changed_measure(old, values).model_copy(update={"id": f"{name}.{scenario}", "in_base": False})
    lift = (Lift(measure=name, on=old.start),) if old.in_base else ()
    one = Scenario(id=scenario, measures=(new.id,), lift=lift, **NAMES)
    return anew(corridor, measures=(*corridor.measures, new), scenarios=(*corridor.scenarios, one))


def without(corridor: Corridor, scenario: str) -> Corridor:
    return anew(corridor, scenarios=tuple(s for s in corridor.scenarios if s.id != scenario))


def of(name: str, bound: str, **more) -> Demand:
    return Demand.model_validate(demand(name, [name], bound, **more))


def space_of(corridor: Corridor, names: tuple[str, ...] = ()):
    return make_space(corridor, corridor.scenario_ids["nothing"], names, as_of=AS_OF)


def test_the_corridor_knows_what_a_changed_measure_is():
    corridor = changed(planted(), "north", "mild", strength=1.4)
    assert corridor.originals == {"north.mild": "north"}
    assert corridor.original("north.mild") == "north" and corridor.original("south") == "south"
    assert "north.mild" not in dated_measures(corridor) and "north" in dated_measures(corridor)


@pytest.mark.parametrize(
    ("asked", "level", "told"),
    [  # north changed to 1.4: at most 1.5 is met by the whole of it, which by the measure's own 2.0 it is not
        (of("north", "no_more_than", value=1.5), 2, "met"),
        (of("north", "no_more_than", value=1.3), 2, "broken"),
        (of("north", "no_more_than", value=1.3), 1, "met"),  # half of 1.4 is 1.2
        (of("north", "no_less_than", value=1.4), 2, "met"),
        (of("north", "included"), 1, "met"),
        (of("north", "not_at_all"), 1, "broken"),
        (of("north", "not_at_all"), 0, "met"),
        (of("aid", "only_with", together=["north"]), 2, "open"),
    ],
)
def test_a_changed_measure_counts_as_the_measure_at_its_own_strength(asked, level, told):
    corridor = without(changed(planted(), "north", "mild", strength=1.4), "all")
    space = space_of(corridor, ("aid", "north.mild"))
    assert [element.id for element in space.elements] == ["aid", "north.mild"]
    assert verdict(asked, space, (0, level)) == told


def test_a_demand_for_one_only_with_another_is_met_by_a_change_of_the_other():
    corridor = without(changed(planted(), "north", "mild", strength=1.4), "all")
    space = space_of(corridor, ("aid", "north.mild"))
    asked = of("aid", "only_with", together=["north"])
    assert verdict(asked, space, (1, 1)) == "met" and verdict(asked, space, (1, 0)) == "broken"


def test_a_measure_is_proposed_once():
    corridor = changed(planted(), "north", "mild", strength=1.4)
    # another scenario names the measure as it is: it is proposed as it is
    assert [e.id for e in space_of(corridor).elements] == ["aid", "more", "north", "south"]
    # only a demand of a party and the scenario that changes it name it: as that scenario has it
    alone = without(corridor, "all")
    assert [e.id for e in space_of(alone).elements] == ["aid", "more", "south", "north.mild"]
    twice = changed(alone, "north", "strict", strength=3.0)
    assert [e.id for e in space_of(twice).elements] == ["aid", "more", "north", "south"]
    with pytest.raises(InputError, match="one measure at two strengths"):
        space_of(corridor, ("north", "north.mild", "aid"))


def test_what_a_party_asks_for_is_looked_at_first():
    corridor = without(changed(planted(), "north", "mild", strength=1.4), "all")
    asks = party("asks", [demand("wants_north", ["north"])])
    space = space_of(corridor)
    plan = SimpleNamespace(space=space, parties=(asks,))
    at = space.positions["north.mild"]
    only = tuple(2 if n == at else 0 for n in range(len(space.elements)))
    assert only in first_packages(plan)[:3]
    assert space.of_scenario(corridor.scenario_ids["mild"]) == only
    assert _within(space, "mild")


def test_a_scenario_with_a_change_is_no_package_of_the_measure_as_it_is():
    corridor = changed(planted(), "north", "mild", strength=1.4)
    assert not _within(space_of(corridor), "mild")


def based(strength: float = 2.0) -> Corridor:
    """North is in force before the as-of date."""
    corridor = planted()
    old = measure("north", "mexican_enforcement", strength, routes=("o1-town",))
    base = old.model_copy(
        update={"in_base": True, "start": dt.date(2023, 1, 1), "known_from": dt.date(2022, 12, 1)}
    )
    measures = tuple(base if m.id == "north" else m for m in corridor.measures)
    parties = tuple(p for p in PARTIES if p.id == "giver")
    return anew(corridor, measures=measures, parties=parties, scenarios=corridor.scenarios[:1])


def test_to_change_a_measure_in_force_is_not_to_end_it():
    corridor = changed(based(), "north", "mild", strength=1.2)
    assert corridor.lifted_in(corridor.scenario_ids["mild"]) == {}
    space = space_of(corridor, ("aid", "north.mild"))
    assert not space.elements[1].lift and space.elements[1].levels == (1.0,)
    assert verdict(of("north", "lifted"), space, (0, 1)) == "open"
    ended = space_of(corridor, ("aid", "north"))
    assert ended.elements[1].lift
    assert verdict(of("north", "lifted"), ended, (0, 1)) == "met"


def test_the_package_of_a_changed_base_measure_is_run_without_the_old_one():
    """The expected run of the package is that of a corridor whose base has the changed measure."""
    corridor = changed(based(), "north", "mild", strength=1.2)
    field, truth = (
        MeanField(plan.study, plan.space, plan.reader)
        for plan in (
            make_plan(study_of(corridor), measures=("aid", "north.mild")),
            make_plan(study_of(based(1.2)), measures=("aid", "south")),
        )
    )
    made = field.outcomes((0, 1), Draw(None))
    assert made == pytest.approx(truth.outcomes((0, 0), Draw(None)))
    assert not np.allclose(made, field.outcomes((0, 0), Draw(None)))


def test_a_changed_measure_of_the_base_is_one_part_of_its_scenarios_grade():
    """Its end and the measure that takes its place are put on the base together, and not each for itself."""
    corridor = changed(based(), "north", "mild", strength=1.2)
    ((grade, alone),) = _single_measures(
        corridor, corridor.scenario_ids["mild"], SimpleNamespace(scenario=corridor.scenario_ids["nothing"])
    )
    assert grade == "assumed"
    assert alone.measures == ("north.mild",) and [lift.measure for lift in alone.lift] == ["north"]
