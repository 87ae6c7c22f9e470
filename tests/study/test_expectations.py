"""Answers to the chance of removal: sizes by hand, who answers, when, and that nobody answers twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from corridor.formats import open_corridor
from corridor.model import Measure, Parameter, Scenario
from corridor.study import Study
from corridor.study.expectations import SMALLEST, expecting, unanswered
from corridor.study.run import Answer
from small_corridors import flow, group, parameter, small_corridor, stock

START = dt.date(2023, 3, 1)
ELASTICITY = Parameter(
    parameter="elasticity", target="asylum_rules", value=0.4, low=0.0, high=1.0, unit="elasticity",
    source="assumption: tests",
)  # fmt: skip


def seats(**fields) -> Measure:
    """Ten seats a day more."""
    given = {
        "id": "seats", "name": "seats", "name_es": "asientos", "lever": "repatriation", "actor": "US", "start": START,
        "strength": 70.0, "unit": "people/week", "known_from": dt.date(2023, 1, 1), "grade": "assumed",
        "in_base": False, "source": "assumption: tests", **fields,
    }  # fmt: skip
    return Measure(**given)


def border(*measures: Measure, rows=(ELASTICITY,)) -> Study:
    """A hundred people a day are encountered, ten of them are flown home, for there are ten seats."""
    scenario = Scenario(
        id="tried", name="tried", name_es="tried", description="tried", description_es="tried",
        measures=tuple(m.id for m in measures),
    )  # fmt: skip
    corridor = small_corridor(
        [
            stock("town.leaving", stay_days=1), stock("border.custody", stay_days=1), stock("home.removed"),
            stock("us.released"),
        ],
        [
            flow("cross", "town.leaving", "border.custody", "crossing", share=1),
            flow("fly", "border.custody", "home.removed", "removal_flight", share=0.5, throughput=10, overflow_flow="let_go"),
            flow("let_go", "border.custody", "us.released", "release", share=0.5),
        ],
        [parameter("departures", 3044.0, "town.leaving"), *rows],
        groups=[group()], days=330, measures=measures, scenarios=(scenario,),
    )  # fmt: skip
    end = corridor.settings.end
    return Study(corridor=corridor, folder=Path(), calibration=None, scenarios=("tried",), end=end, as_of=end)


def made(study: Study) -> list[Measure]:
    return [m for m in expecting(study).corridor.measures if m.lever == "response"]


def test_ratio_by_hand():
    """Ten of a hundred removed, then twenty: the chance of not being removed is 80 / 90 of what it was."""
    for measure in made(border(seats())):
        assert measure.strength == pytest.approx((80 / 90) ** 0.4, abs=2e-3)
        assert (measure.low, measure.high) == (pytest.approx(80 / 90, abs=5e-3), 1.0)


def test_departures_answer_a_window_later():
    """What happens in month 1 is heard of in months 2 and 3, and so on."""
    windows = [(m.start, m.end) for m in made(border(seats()))]
    day = dt.date.fromisoformat
    assert windows == [
        (day("2023-04-01"), day("2023-05-31")), (day("2023-06-01"), day("2023-08-31")), (day("2023-09-01"), None)
    ]  # fmt: skip


def test_fewer_seats_raise_departures():
    (first, *_) = made(border(seats(strength=-35.0)))
    assert first.strength == pytest.approx((95 / 90) ** 0.4, abs=2e-3)


def test_everybody_removed_is_a_hundredth_that_is_not():
    """Beyond half of the hundred who are encountered nobody is removed here; with all seats and a share of 1, all are."""
    study = border(seats(strength=7e5))
    flows = tuple(
        f.model_copy(update={"share": 1.0 if f.id == "fly" else 0.0 if f.id == "let_go" else f.share})
        for f in study.corridor.flows
    )
    everybody = replace(study, corridor=study.corridor.model_copy(update={"flows": flows}))
    (first, *_) = made(everybody)
    assert first.strength == pytest.approx((0.01 / 0.9) ** 0.4, rel=0.01)


def test_where_nobody_is_encountered_nobody_answers():
    study = border(seats())
    empty = tuple(
        p.model_copy(update={"value": 0.0}) if p.parameter == "departures" else p
        for p in study.corridor.parameters
    )
    assert made(replace(study, corridor=study.corridor.model_copy(update={"parameters": empty}))) == []


def test_the_run_that_answers_has_fewer_departures():
    """The corridor stays a valid one, and its run shows the answer."""
    study = expecting(border(seats()))
    compiled = study.compile("tried")
    assert {m.measure.id for m in compiled.measures} == {"seats", *(m.id for m in made(border(seats())))}


@pytest.mark.parametrize(
    "study",
    [
        border(seats(strength=0.0)),  # changes nothing
        border(seats(), rows=()),  # no elasticity is given
        border(seats(lever="response", unit="ratio", strength=0.9)),  # another lever
        replace(border(seats()), scenarios=(None,)),  # not a scenario of the study
        replace(border(seats()), answers={"told": Answer(("seats",), 4)}),  # past measures told it
    ],
)
def test_nothing_is_added(study):
    assert expecting(study) is study


def test_one_that_is_part_of_the_base_is_left():
    assert unanswered(border(seats(in_base=True)), border(seats()).corridor.scenarios[0]) == ()


def test_an_elasticity_published_later_is_not_known():
    later = ELASTICITY.model_copy(update={"known_from": dt.date(2030, 1, 1)})
    assert made(border(seats(), rows=(later,))) == []
    assert made(replace(border(seats(), rows=(later,)), hindsight=True))


def test_only_those_concerned_answer():
    assert {m.nationalities for m in made(border(seats(nationalities=("VEN",))))} == {("VEN",)}


def test_measures_of_the_bill_have_answers_below_one():
    """On the shipped corridor more beds and seats never raise departures."""
    corridor = open_corridor("americas")
    study = Study(
        corridor=corridor, folder=Path(), calibration=None, scenarios=("bill-as-published-2024-02",),
        end=dt.date(2024, 9, 30), as_of=dt.date(2023, 12, 31), hindsight=True,
    )  # fmt: skip
    found = made(study)
    assert found
    assert all(1 - 0.2 < m.strength < 1 - 0.4 * SMALLEST / 2 for m in found)
    assert all(m.low <= m.strength <= m.high <= 1 for m in found)
