"""Measured responses in scenarios: whom they stand for, that totals come out by window, that no class answers twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click import Context
from click.testing import CliRunner

from corridor.calibrate import read_calibration
from corridor.engine import LEVERS
from corridor.engine.parameters import ParameterTable
from corridor.evaluate.responses import response
from corridor.formats import find_corridor, new_corridor, open_corridor
from corridor.model import Corridor, Measure, Parameter, Scenario
from corridor.study import Study, expectations, response_runs
from corridor.study.packages import KINDS, Package, packages
from corridor.study.response_runs import LEAST, MOST
from corridor.study.responses import QUANTILES, answered

AS_OF = dt.date(2023, 12, 31)
EVERYBODY = "response.enforcement_mexico.agreement"


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


def study(corridor: Corridor, *scenarios: str, hindsight: bool = False) -> Study:
    return Study(
        corridor=corridor, folder=Path(), calibration=None, scenarios=scenarios, end=corridor.settings.end,
        as_of=AS_OF, hindsight=hindsight,
    )  # fmt: skip


BASE, MECHANICS = np.array([1000.0, 2000.0, 3000.0]), np.array([900.0, 1900.0, 2700.0])
SLOPES = np.array([[700.0, 0.0, 0.0], [400.0, 1400.0, 0.0], [0.0, 600.0, 2100.0]])
"""By hand: people counted without the measures, with them, and those of each window's departures among the latter."""


@pytest.fixture
def affine(monkeypatch):
    """Counts by hand instead of runs of the model."""
    months = tuple(dt.date(2023 + k // 12, k % 12 + 1, 1) for k in range(24))

    def compiled(study, scenario):
        return SimpleNamespace(names=scenario.measures, months=months)

    def counts(compiled, package, windows, strengths=None):
        with_probes = any(name.startswith("response.") for name in compiled.names)
        found = (MECHANICS if with_probes else BASE).copy()
        for name, ratio in (strengths or {}).items():
            found -= SLOPES[:, int(name[-1]) - 1] * (1.0 - ratio)
        return found[windows]

    monkeypatch.setattr(response_runs, "_counts", counts)
    monkeypatch.setattr(expectations, "EXPECTATIONS", ())  # what else people answer stays as it was
    monkeypatch.setattr(Study, "compile", compiled)


def added(study: Study, prefix: str = "response.") -> list[Measure]:
    return [m for m in study.corridor.measures if m.lever == "response" and m.id.startswith(prefix)]


def changed(measure: Measure, **update: object) -> Measure:
    return measure.model_copy(update={"id": "changed", "low": None, "high": None, **update})


class TestPackages:
    @pytest.fixture
    def of(self, americas):
        known = {m.id: m for m in americas.measures}

        def make(*measures: Measure | str) -> list[Package]:
            found = [known[m] if isinstance(m, str) else m for m in measures]
            corridor = americas.model_copy(update={"measures": (*americas.measures, *found)})
            scenario = americas.scenario_ids["agreement"].model_copy(
                update={"measures": tuple(m.id for m in found)}
            )
            return packages(corridor, scenario)

        return make

    def test_agreement_has_one_package_of_enforcement(self, americas):
        found = packages(americas, americas.scenario_ids["agreement"])
        of_mexico = [p for p in found if p.kind == "enforcement_mexico"]
        assert [{m.id for m in p.measures} for p in of_mexico] == [
            {"enforcement_south", "enforcement_north", "transfers_south"}
        ]

    def test_a_measure_that_widens_has_a_package_of_its_own(self, americas, of):
        south = next(m for m in americas.measures if m.id == "enforcement_south")
        found = of(changed(south, strength=0.5), "enforcement_north")
        assert {(p.sign, p.measures[0].id) for p in found} == {(-1, "changed"), (1, "enforcement_north")}

    def test_a_neutral_measure_is_in_none(self, americas, of):
        south = next(m for m in americas.measures if m.id == "enforcement_south")
        assert of(changed(south, strength=1.0)) == []

    def test_one_nationality_is_no_second_answer_beside_everybody(self, americas, of):
        south = next(m for m in americas.measures if m.id == "enforcement_south")
        found = of(changed(south, nationalities=("VEN",)), "enforcement_north")
        assert [p.nationalities for p in found] == [()]

    def test_windows_by_hand(self, of):
        (package,) = of("enforcement_south")
        day = dt.date.fromisoformat
        assert package.first == day("2024-01-01")
        assert package.windows == [
            (day("2023-12-28"), day("2024-01-31")), (day("2024-02-01"), day("2024-03-31")), (day("2024-04-01"), None)
        ]  # fmt: skip

    def test_windows_end_with_the_measure(self, americas, of):
        south = next(m for m in americas.measures if m.id == "enforcement_south")
        (package,) = of(changed(south, end=dt.date(2024, 2, 15)))
        assert [end for _, end in package.windows] == [dt.date(2024, 1, 31), dt.date(2024, 2, 15)]

    def test_every_lever_with_a_class_is_a_lever(self, americas):
        assert set(KINDS) <= set(LEVERS)


class TestAnswered:
    def test_responses_off_is_noticed(self, americas, affine):
        """The scenario of the agreement answers: one package, three windows, and says what it answers."""
        after = answered(study(americas, "agreement"))
        made = added(after, EVERYBODY)
        assert [m.id[-1] for m in made] == ["1", "2", "3"]
        assert {m.id for m in made} <= set(after.corridor.scenario_ids["agreement"].measures)
        told = after.answers[made[0].id]
        assert told.measures == ("enforcement_south", "enforcement_north", "transfers_south")
        assert told.episodes == 3  # of its class, public by then: 2014, 2019 and March 2021

    def test_the_mechanics_are_taken_off(self, americas, affine):
        """Counts with the middle ratios are the pool's total of those without the measures, in every window."""
        made = added(answered(study(americas, "agreement")), EVERYBODY)
        told = np.exp(
            np.quantile(response("enforcement_mexico", dt.date(2023, 12, 28)).draw(), QUANTILES, axis=0)
        )
        counted = MECHANICS - SLOPES @ (1 - np.array([m.strength for m in made]))
        assert counted / BASE == pytest.approx(told[0], abs=0.05)  # ratios of neighbours are held together

    def test_a_response_alone_is_its_solution(self):
        """One window, by hand: 900 - 700 (1 - r) = 0.6 * 1000 gives r = 4/7."""
        found = response_runs._solve(BASE[:1], MECHANICS[:1], SLOPES[:1, :1], np.array([0.6]))
        assert found == pytest.approx([4 / 7])

    def test_a_scenario_with_a_response_of_its_own_is_left(self, americas, affine):
        once = answered(study(americas, "agreement"))
        assert answered(once).corridor == once.corridor

    @pytest.mark.parametrize(("wanted", "bound"), [(0.0, LEAST), (9.0, MOST)])
    def test_no_ratio_leaves_its_bounds(self, wanted, bound):
        found = response_runs._solve(BASE[:1], MECHANICS[:1], SLOPES[:1, :1], np.array([wanted]))
        assert found == pytest.approx([bound])

    def test_a_sign_turned_would_raise_departures(self, americas, affine):
        """Enforcement in the past was followed by fewer people; ending it is answered by more."""
        south = next(m for m in americas.measures if m.id == "enforcement_south")
        less = changed(south, strength=0.5)
        scenario = americas.scenario_ids["agreement"].model_copy(
            update={"id": "less", "measures": (less.id,)}
        )
        corridor = americas.model_copy(
            update={"measures": (*americas.measures, less), "scenarios": (*americas.scenarios, scenario),
                    "scenario_ids": {**americas.scenario_ids, "less": scenario}}
        )  # fmt: skip
        after = answered(study(corridor, "agreement", "less"))
        assert [m.strength < 1.0 for m in added(after, EVERYBODY)] == [True, True, True]
        assert added(after, "response.enforcement_mexico.less")[2].strength > 1.0

    def test_what_was_announced_in_time_moves_departures_before_its_date(self, americas, affine):
        """The bill as reported on 16 December begins on 1 February: January, from the day after the as-of date on."""
        made = added(answered(study(americas, "bill-as-reported-2023-12")))
        (ahead,) = [m for m in made if ".before." in m.id]
        assert (ahead.start, ahead.end) == (dt.date(2024, 1, 1), dt.date(2024, 1, 31))
        assert ahead.low < 1.0 < ahead.high and "3 episodes" in ahead.source  # a rush or waiting
        others = [m for m in made if ".before." not in m.id]
        assert LEVERS["response"].stream(ahead.id) not in {LEVERS["response"].stream(m.id) for m in others}

    def test_what_begins_at_once_has_nothing_before_it(self, americas, affine):
        made = added(answered(study(americas, "agreement")), EVERYBODY)
        assert [m for m in made if ".before." in m.id] == []

    def test_it_rests_on_what_was_public(self, americas, affine):
        made = added(answered(study(americas, "agreement")), EVERYBODY)
        assert max(m.known_from for m in made) <= AS_OF
        assert "3 episodes" in made[0].source and "usual measure" in made[0].source

    def test_with_hindsight_a_pool_does_not_hold_its_own_episode(self, americas, affine):
        after = answered(study(americas, "as-it-happened", hindsight=True))
        made = added(after, "response.enforcement_mexico.as-it-happened")
        assert made and all("3 episodes" in m.source for m in made)

    def test_assumed_answers_are_replaced(self, americas, affine):
        bill = answered(study(americas, "bill-as-reported-2023-12")).corridor.scenario_ids[
            "bill-as-reported-2023-12"
        ]
        assert "bill_rep_expulsion_departures" not in bill.measures
        assert "bill_rep_expulsion" in bill.measures

    def test_other_scenarios_stay(self, americas, affine):
        after = answered(study(americas, "agreement")).corridor
        assert after.scenario_ids["no-agreement"] == americas.scenario_ids["no-agreement"]

    @pytest.mark.parametrize("name", ["small", "mediterranean"])
    def test_a_corridor_without_these_series_has_no_pool(self, name, tmp_path):
        corridor = open_corridor(new_corridor(tmp_path / "mine") if name == "small" else name)
        plain = study(corridor, corridor.scenarios[0].id)
        assert answered(plain) is plain

    def test_a_scenario_is_still_valid(self, americas, affine):
        after = answered(study(americas, "agreement")).corridor
        scenario: Scenario = after.scenario_ids["agreement"]
        assert set(scenario.measures) <= {m.id for m in after.measures}
        assert len({m.id for m in after.measures}) == len(after.measures)


def test_windows_of_an_answer_share_their_noise():
    """A member that answers strongly in month 1 does so in every window; two answers do not move as one."""
    table = ParameterTable(())
    names = ("response.entry.mine.1", "response.entry.mine.2", "response.asylum.mine.1")
    rows = [
        table.add_strength(
            Parameter(parameter="strength", target=name, value=0.5, low=0.2, high=1.0, unit="ratio", source="assumption"),
            (0.0, np.inf), LEVERS["response"].stream(name),
        )
        for name in names
    ]  # fmt: skip
    drawn = np.array([table.values(1, member)[rows] for member in range(40)])
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 0] != drawn[:, 2]).all()


class TestByDefault:
    """Responses off is noticed wherever a scenario is run."""

    @pytest.fixture
    def asked(self, monkeypatch):
        from corridor.study import responses as module

        calls: list[Study] = []

        def note(study):
            calls.append(study)
            return study

        monkeypatch.setattr(module, "answered", note)
        return calls

    @pytest.fixture
    def mine(self, tmp_path) -> Path:
        return new_corridor(tmp_path / "mine")

    @pytest.mark.parametrize(("words", "times"), [({}, 1), ({"responses": False}, 0)])
    def test_in_python(self, asked, mine, words, times):
        import corridor

        corridor.simulate(mine, members=1, end="2024-01-31", **words)
        assert len(asked) == times

    @pytest.mark.parametrize(("option", "times"), [((), 1), (("--no-responses",), 0)])
    def test_in_simulate(self, asked, mine, tmp_path, monkeypatch, option, times):
        from corridor.cli import main

        # nothing is run: what comes after the responses is taken away
        monkeypatch.setattr(
            "corridor.study.run_study", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        CliRunner().invoke(main, ["simulate", str(mine), "--out", str(tmp_path / "run"), *option])
        assert len(asked) == times

    @pytest.mark.parametrize("name", ["simulate", "demo"])
    def test_both_commands_say_so(self, name):
        from corridor.cli import main

        command = main.get_command(Context(main), name)
        (option,) = [p for p in command.params if p.name == "responses"]
        assert option.default is True and option.secondary_opts == ["--no-responses"]


@pytest.mark.validation
def test_the_model_gives_the_total_that_the_pool_tells(americas):
    """In the real model of December 2023, months 1 to 6 with the agreement over those without its enforcement."""
    folder = find_corridor("americas")
    calibration = read_calibration(folder / "calibration", AS_OF)
    plain = Study(
        corridor=americas, folder=folder, calibration=calibration, scenarios=("agreement",),
        end=dt.date(2024, 6, 30), as_of=AS_OF,
    )  # fmt: skip
    after = answered(plain)
    (package,) = [
        p for p in packages(americas, americas.scenario_ids["agreement"]) if p.kind == "enforcement_mexico"
    ]
    dropped = {m.id for m in package.measures}
    without = americas.scenario_ids["agreement"].model_copy(
        update={"measures": tuple(m for m in americas.scenario_ids["agreement"].measures if m not in dropped)}
    )
    base, counted = (
        response_runs._counts(s.compile(x), package, [0, 1, 2])
        for s, x in ((plain, without), (after, "agreement"))
    )
    told = np.exp(np.median(response("enforcement_mexico", dt.date(2023, 12, 28)).draw(), axis=0))
    assert counted / base == pytest.approx(told, abs=0.04)
