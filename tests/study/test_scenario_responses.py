"""Measured responses in scenarios: whom they stand for, that totals come out, that no class answers twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from corridor.evaluate.responses import response
from corridor.formats import open_corridor
from corridor.model import Corridor, Measure, Scenario
from corridor.study import Study, responses
from corridor.study.responses import KINDS, LEAST, WINDOW, answered, packages

AS_OF = dt.date(2023, 12, 31)


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


def study(corridor: Corridor, *scenarios: str, hindsight: bool = False) -> Study:
    return Study(
        corridor=corridor, folder=Path(), calibration=None, scenarios=scenarios, end=corridor.settings.end,
        as_of=AS_OF, hindsight=hindsight,
    )  # fmt: skip


@pytest.fixture
def affine(monkeypatch):
    """Expected people by hand: 1,000 without the class, 900 with it, 700 of them answering in proportion."""

    def expected(study, package, names, probe):
        own = {m.id for m in package.measures} - set(package.assumed)
        mechanics = 900.0 if own & set(names) else 1000.0
        return mechanics - 700.0 * (1.0 - probe.strength) if probe.id in names else mechanics

    monkeypatch.setattr(responses, "_expected", expected)


def added(study: Study) -> list[Measure]:
    return [m for m in study.corridor.measures if m.lever == "response"]


class TestPackages:
    def test_agreement_has_one_package_of_enforcement(self, americas):
        found = packages(americas, americas.scenario_ids["agreement"])
        of_mexico = [p for p in found if p.kind == "enforcement_mexico"]
        assert [{m.id for m in p.measures} for p in of_mexico] == [
            {"enforcement_south", "enforcement_north", "transfers_south"}
        ]

    def test_a_measure_that_widens_is_in_none(self, americas):
        weaker = next(m for m in americas.measures if m.id == "enforcement_south").model_copy(
            update={"id": "weaker", "strength": 0.5, "low": None, "high": None}
        )
        corridor = americas.model_copy(update={"measures": (*americas.measures, weaker)})
        scenario = americas.scenario_ids["agreement"].model_copy(update={"measures": ("weaker",)})
        assert packages(corridor, scenario) == []

    def test_every_lever_with_a_class_is_a_lever(self, americas):
        from corridor.engine import LEVERS

        assert set(KINDS) <= set(LEVERS)


class TestAnswered:
    def test_responses_off_is_noticed(self, americas, affine):
        """The scenario of the agreement answers, and once only."""
        (made,) = added(answered(study(americas, "agreement")))
        assert made.id in answered(study(americas, "agreement")).corridor.scenario_ids["agreement"].measures
        assert made.lever == "response" and made.low < made.strength < made.high

    def test_the_mechanics_are_taken_off(self, americas, affine):
        """900 - 700 (1 - s) = 1000 total, by hand."""
        (made,) = added(answered(study(americas, "agreement")))
        middle, low, high = np.exp(
            np.quantile(
                response("enforcement_mexico", dt.date(2023, 12, 28)).draw()[:, WINDOW], (0.5, 0.05, 0.95)
            )
        )
        by_hand = [1 - (900 - 1000 * total) / 700 for total in (middle, low, high)]
        assert [made.strength, made.low, made.high] == pytest.approx(np.maximum(by_hand, LEAST), abs=1e-3)

    def test_a_sign_turned_would_raise_departures(self, americas, affine):
        """Enforcement in the past was followed by fewer people, so that fewer set out."""
        (made,) = added(answered(study(americas, "agreement")))
        assert made.strength < 1.0

    def test_it_rests_on_what_was_public(self, americas, affine):
        (made,) = added(answered(study(americas, "agreement")))
        assert made.known_from <= AS_OF
        assert "3 episodes" in made.source and "usual measure" in made.source

    def test_with_hindsight_a_pool_does_not_hold_its_own_episode(self, americas, affine):
        made = {m.id: m for m in added(answered(study(americas, "as-it-happened", hindsight=True)))}
        assert "3 episodes" in made["response.enforcement_mexico.as-it-happened"].source

    def test_assumed_answers_are_replaced(self, americas, affine):
        bill = answered(study(americas, "bill-as-reported-2023-12")).corridor.scenario_ids[
            "bill-as-reported-2023-12"
        ]
        assert "bill_rep_expulsion_departures" not in bill.measures
        assert "bill_rep_expulsion" in bill.measures

    def test_other_scenarios_stay(self, americas, affine):
        after = answered(study(americas, "agreement")).corridor
        assert after.scenario_ids["no-agreement"] == americas.scenario_ids["no-agreement"]

    def test_a_corridor_of_ones_own_has_no_pool(self, small):
        assert answered(small) is small

    @pytest.fixture
    def small(self, tmp_path) -> Study:
        from corridor.formats import new_corridor

        corridor = open_corridor(new_corridor(tmp_path / "mine"))
        return study(corridor, corridor.scenarios[0].id)

    def test_a_scenario_is_still_valid(self, americas, affine):
        after = answered(study(americas, "agreement")).corridor
        scenario: Scenario = after.scenario_ids["agreement"]
        assert set(scenario.measures) <= {m.id for m in after.measures}
        assert len({m.id for m in after.measures}) == len(after.measures)
