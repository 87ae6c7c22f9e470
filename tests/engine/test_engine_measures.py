"""Which measures are in force in a run, and which are refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_tools import measure, with_measures
from lever_tools import AS_OF, END, NOVEMBER, START, bare, by_day, compile_with, flows

from corridor.engine import RunSpec, compile_corridor
from corridor.formats import open_corridor
from corridor.model import InputError, Lift, Measure, Scenario


def test_the_base_is_in_force_until_it_is_lifted():
    base = compile_with()
    shut = measure("ports_closure", 0.5, "ratio", start=NOVEMBER, in_base=True)
    corridor = bare().model_copy(update={"measures": (shut,)})
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


def test_a_base_measure_of_a_later_day_is_no_part_of_an_earlier_base():
    shut = measure("ports_closure", 0.5, "ratio", in_base=True, known_from=dt.date(2024, 1, 10))
    corridor = bare().model_copy(update={"measures": (shut,)})
    assert compile_corridor(corridor, None, RunSpec(START, END, as_of=AS_OF)).measures == ()
    later = RunSpec(START, END, as_of=AS_OF, hindsight=True)
    assert len(compile_corridor(corridor, None, later).measures) == 1


def refused(*measures: Measure, scenario: dict | None = None, **spec: object) -> str:
    corridor, chosen = with_measures(bare(), *measures)
    chosen = chosen.model_copy(update=scenario or {})
    with pytest.raises(InputError) as error:
        compile_corridor(corridor, chosen, RunSpec(START, END, **{"as_of": AS_OF, **spec}))
    assert error.value.exit_code == 2
    return str(error.value)


def test_an_unknown_lever_is_refused_with_a_hint():
    text = refused(measure("railway", 0.5, "ratio"))
    assert "scenarios/test.yaml:measures: measure 'm' has an unknown lever 'railway'" in text
    assert "hint: did you mean 'railways'?" in text


def test_a_unit_that_the_lever_has_not_is_refused():
    text = refused(measure("ports_closure", 5, "people/month"))
    assert "lever 'ports_closure' has no unit 'people/month'" in text
    assert "hint: units: people/day, ratio" in text


def test_a_trigger_that_does_not_exist_is_refused():
    text = refused(measure("railways", 0.5, "ratio", trigger="busy"))
    assert "measure 'm': there is no trigger 'busy'" in text


def test_what_was_not_known_is_refused_without_hindsight():
    late = measure("railways", 0.5, "ratio", known_from=dt.date(2024, 2, 1))
    text = refused(late)
    assert "measure 'm' was not known on 2023-12-31 (known from 2024-02-01)" in text
    assert "hint: add --hindsight" in text
    assert len(compile_with(late, hindsight=True).measures) == 1


def test_a_measure_that_rests_on_hindsight_is_refused_without():
    text = refused(measure("railways", 0.5, "ratio", hindsight=True), as_of=None)
    assert "measure 'm' rests on hindsight" in text
    assert "hint: add --hindsight" in text


def test_a_scenario_that_rests_on_hindsight_is_refused_without():
    text = refused(scenario={"hindsight": True})
    assert "scenario 'test' rests on hindsight" in text


def test_every_fault_of_a_scenario_comes_at_once():
    text = refused(
        measure("railway", 0.5, "ratio", id="one"),
        measure("visas", 0.5, "people", id="two"),
        scenario={"measures": ("one", "two", "onee")},
    )
    assert text.count("hint:") == 3
    assert "unknown measure 'onee'" in text and "did you mean 'one'?" in text
    assert "3 measures cannot be run" in text


def test_an_elastic_lever_without_its_reference_level_is_refused() -> None:
    corridor = open_corridor("americas")
    stripped = corridor.model_copy(
        update={"parameters": tuple(p for p in corridor.parameters if p.parameter != "reference_level")}
    )
    spec = RunSpec(start=dt.date(2023, 12, 1), end=dt.date(2024, 2, 1), as_of=dt.date(2023, 12, 31))
    with pytest.raises(InputError, match="needs the parameter reference_level of the lever 'legal_pathways'"):
        compile_corridor(stripped, "agreement", spec)
