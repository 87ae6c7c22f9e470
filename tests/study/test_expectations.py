"""Answers to what people can expect: sizes by hand, who answers, when, and that nobody answers twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from corridor.engine import run_member
from corridor.formats import open_corridor
from corridor.model import Measure, Parameter, Scenario
from corridor.study import Study
from corridor.study.expectations import SMALLEST, expecting, unanswered
from corridor.study.expected import EXPECTATIONS
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
    """Ten of a hundred removed, then twenty: the chance of not being removed is 80 / 90 of what it was.

    In the next window fewer come, and twenty of them are removed again.
    """
    come, found = 100.0, made(border(seats()))
    assert len(found) == 3
    for measure in found:
        chance = (come - 20) / come / 0.9
        assert measure.strength == pytest.approx(chance**0.4, abs=2e-3)
        assert (measure.low, measure.high) == (pytest.approx(chance, abs=5e-3), 1.0)
        come = 100 * chance**0.4


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
    scenario = border(seats()).corridor.scenarios[0]
    for expectation in EXPECTATIONS:
        assert unanswered(border(seats(in_base=True)), scenario, expectation) == ()


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
    every = made(study)
    found = [m for m in every if ".chance." in m.id]
    assert found
    assert {".decision." in m.id for m in every} == {True, False}, "judges are answered by themselves"
    assert all(1 - 0.2 < m.strength < 1 - 0.4 * SMALLEST / 2 for m in found)
    assert all(m.low <= m.strength <= m.high <= 1 for m in found)


PORTS = {"one": 40.0, "two": 10.0}
"""Border cities, and admissions a day."""
AT_PORTS = tuple(
    Parameter(parameter="elasticity", target=lever, value=value, low=low, high=high, unit="elasticity", source="assumption: tests")
    for lever, value, low, high in (("waiting", -0.5, -1.0, 0.0), ("adjudication", 0.2, -0.1, 0.4))
)  # fmt: skip


def ports(*measures: Measure, rows=AT_PORTS) -> Study:
    """A hundred people a day: 50 to a queue where 40 are admitted, 20 to one where 10 are, 30 cross; all become cases, ten a day are decided."""
    scenario = Scenario(
        id="tried", name="tried", name_es="tried", description="tried", description_es="tried",
        measures=tuple(m.id for m in measures),
    )  # fmt: skip
    to = {"one": 0.5, "two": 0.2}
    corridor = small_corridor(
        [
            stock("town.leaving", stay_days=1), stock("border.custody", stay_days=1), stock("us.cases", stay_days=1), stock("us.decided"),
            *(stock(f"{city}.queue", stay_days=1) for city in PORTS),
        ],
        [
            *(flow(f"to_{city}", "town.leaving", f"{city}.queue", share=share) for city, share in to.items()),
            flow("cross", "town.leaving", "border.custody", "crossing", share=0.3),
            *(flow(f"port_{city}", f"{city}.queue", "us.cases", "port_admission", share=1, throughput=most) for city, most in PORTS.items()),
            flow("let_go", "border.custody", "us.cases", "release", share=1),
            flow("decide", "us.cases", "us.decided", "decision", share=1, throughput=10),
        ],
        [parameter("departures", 3044.0, "town.leaving"), *rows],
        groups=[group()], days=330, measures=measures, scenarios=(scenario,),
    )  # fmt: skip
    end = corridor.settings.end
    return Study(corridor=corridor, folder=Path(), calibration=None, scenarios=("tried",), end=end, as_of=end)


def lever(name: str, strength: float, unit: str, **fields) -> Measure:
    return seats(id=name, name=name, lever=name, strength=strength, unit=unit, **fields)


def answers(study: Study) -> list[Measure]:
    return [m for m in expecting(study).corridor.measures if m.lever in ("waiting", "response")]


def test_wait_by_hand():
    """Both queues grow, by 10 a day each: on the evening of day t 20 t wait, and 50 a day are admitted.

    From day 60 on 4 a day more are admitted to the queue of ``two`` that had 10, and 16 to that of 40: in March (days 60 to 90) nobody is
    added, so 1,200 wait in all; the wait is 1,200 / 70 against a mean of 1,510 / 50 days.
    """
    first = answers(ports(lever("ports_appointments", 20.0, "people/day")))[0]
    assert (first.lever, first.places, first.unit) == ("waiting", (), "ratio")
    assert first.start == dt.date(2023, 4, 1)
    assert first.strength == first.low == first.high == pytest.approx((1200 / 70) / (1510 / 50), rel=0.04)


def test_a_named_port_has_a_wait_of_its_own():
    """Closed, its wait is ten times as long at most; what waits elsewhere is not changed in the first month."""
    found = answers(ports(lever("ports_closure", 0.0, "ratio", places=("two",))))
    assert {m.places for m in found} == {("two",), ("one",)}
    assert [m.strength for m in found if m.places == ("two",)] == [10.0] * 3
    assert next(m.start for m in found if m.places == ("one",)) == dt.date(2023, 6, 1)
    assert all(m.strength > 1 for m in found), "those who go to the other port wait longer there"


def test_who_waits_longer_crosses():
    """Closing a port moves people to the other port and between ports, in the proportions in which they went there."""
    closed = lever("ports_closure", 0.0, "ratio", places=("two",))
    with_answers, plain = expecting(ports(closed)), ports(closed)
    people = []
    for study in (plain, with_answers):
        run = study.compile("tried")
        april = run.months.index(dt.date(2023, 4, 1))
        month = run_member(run, None).monthly_flow[april].sum(axis=1)
        people.append({name: month[run.flow_ids.index(name)] for name in ("to_one", "to_two", "cross")})
    kept = 10**-0.5
    assert people[1]["to_two"] == pytest.approx(kept * people[0]["to_two"], rel=0.03)
    over = 0.2 * (1 - kept)
    assert people[1]["cross"] == pytest.approx(people[0]["cross"] * (1 + over / 0.8), rel=0.03)
    assert people[1]["to_one"] == pytest.approx(people[0]["to_one"] * (1 + over / 0.8), rel=0.03)


def test_longer_queues_answer_themselves():
    """Whoever joins lengthens the wait: each later window's ratio is nearer to 1 than it would be without the answer."""
    more = lever("ports_appointments", 20.0, "people/day")
    with_answers = [m.strength for m in answers(ports(more))]
    none = tuple(row.model_copy(update={"value": -1e-9, "low": -1e-9, "high": 0.0}) for row in AT_PORTS)
    without = [m.strength for m in answers(ports(more, rows=none))]
    assert with_answers[0] == without[0]
    assert all(a > b for a, b in zip(with_answers[1:], without[1:], strict=True))


def test_time_to_a_decision_by_hand():
    """Sixty days of about 70 more cases a day have piled up on day 60; twice the decisions halve the wait of the first month, nearly."""
    (first, *_) = answers(ports(lever("adjudication", 304.4, "people/month")))
    assert first.lever == "response"
    assert first.strength == pytest.approx(0.5**0.2, rel=0.02)
    assert (first.low, first.high) == (pytest.approx(0.5**0.4, rel=0.04), pytest.approx(0.5**-0.1, rel=0.02))
    assert first.low < 1 < first.high, "the sign is open"


@pytest.mark.parametrize(
    "study",
    [
        ports(lever("ports_appointments", 20.0, "people/day"), rows=AT_PORTS[1:]),
        ports(lever("adjudication", 304.4, "people/month"), rows=AT_PORTS[:1]),
        ports(lever("ports_appointments", 0.0, "people/day")),
        ports(lever("waiting", 2.0, "ratio"), lever("ports_appointments", 20.0, "people/day")),
    ],
)
def test_no_wait_is_answered(study):
    """Without an elasticity, without a change, or where the scenario holds an answer of its own."""
    assert expecting(study) is study
