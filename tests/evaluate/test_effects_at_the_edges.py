"""Cards at the edges: what no check can hold, what a clear sentence must name, scenario rows, the start of history, Spanish."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from click.testing import CliRunner
from effect_cases import planted, series

from corridor.cli import main
from corridor.evaluate import Question, build_question, events_around, measure_effect
from corridor.evaluate.lookup import hypothetical
from corridor.formats import open_corridor
from corridor.model import Corridor


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


def test_an_anchor_that_has_nothing_to_hold_does_not_pass() -> None:
    """No effect: every estimate includes no change, so that none of them can say the same as a change."""
    nothing = measure_effect(planted(0.0))
    assert nothing.conclusion == "cannot be told"
    assert {nothing.check(name).outcome for name in ("anchor", "leave_one_out", "start_of_history")} == {
        "cannot be told"
    }


def test_the_anchor_of_a_clear_effect_still_passes() -> None:
    assert measure_effect(planted(-0.6)).check("anchor").outcome == "passed"


def test_a_clear_sentence_names_failed_residuals() -> None:
    """One month long ago half as high again: errors one month ahead are not normal, the fall stays clear."""
    question = planted(-0.7)
    values = question.series.counts.copy()
    values[20] *= 2.0
    found = measure_effect(Question(series(values), question.date))
    assert found.conclusion == "clear" and found.check("residuals").outcome == "failed"
    assert "residuals" in found.sentence[0] and "residuos" in found.sentence[1]


def test_a_clear_sentence_names_what_began_at_the_same_time() -> None:
    question = planted(-0.6)
    others = [("visa_of_the_neighbor", question.date), ("years_later", dt.date(2030, 1, 1))]
    said = measure_effect(question, others).sentence
    assert all("visa_of_the_neighbor" in text and "years_later" not in text for text in said)


def test_nothing_else_and_all_checks_passed_is_plainly_clear() -> None:
    found = measure_effect(planted(-0.6))
    failed = [check.name for check in found.checks if check.outcome == "failed"]
    assert ("others did" in found.sentence[0]) == bool(failed)


def test_one_three_and_six_months_stand_side_by_side() -> None:
    """Planted -60 % in every month: each of the three holds it."""
    found = measure_effect(planted(-0.6))
    said = found.sentence[0].partition("counted together since the date: ")[2]
    assert [part in said for part in ("one month", "three months", "six months")] == [True] * 3
    for count in (1, 3, 6):
        one = found.cumulative[count - 1]
        assert one.low_95 < -0.6 < one.high_95 and f"{100 * one.effect:.0f}".replace("-", "−") in said


def test_what_only_scenarios_use_is_no_event(americas) -> None:
    question = build_question(americas, measure="us_mx_meeting_dec23")
    names = {name for name, _ in events_around(americas, question)}
    assert {"enforcement_south", "transfers_south", "appointments_more"} <= hypothetical(americas)
    assert names.isdisjoint(hypothetical(americas))
    assert {"eagle_pass_bridge", "lukeville"} <= names  # in force in the base


def test_a_register_entry_in_force_is_an_event(americas) -> None:
    taken = {
        name for entry in americas.register_entries if entry.status == "in_force" for name in entry.measures
    }
    assert taken and hypothetical(americas).isdisjoint(taken)


def test_history_begins_where_one_says(americas) -> None:
    asked = build_question(americas, measure="us_mx_meeting_dec23", since=dt.date(2022, 1, 15))
    assert asked.series.periods[0] == dt.date(2022, 1, 1)
    assert asked.row == 24  # January 2022 to December 2023


def test_from_reaches_the_command() -> None:
    words = ["evaluate", "americas", "--measure", "us_mx_meeting_dec23", "--from", "2023-06-01", "--quiet"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2 and "us_total is published from 2023-06 to" in result.stderr


def test_another_level_long_ago_is_seen_by_the_start_of_history() -> None:
    """Five wild years, then two quiet ones: a fall of a fifth is nothing against all of them, and a change against the last."""
    rng = np.random.default_rng(2)
    wild = 20_000 * np.exp(np.cumsum(0.35 * rng.standard_normal(60)))
    quiet = wild[-1] * np.exp(np.cumsum(0.02 * rng.standard_normal(30)))
    quiet[24:] *= 0.75
    found = series(np.concatenate([wild, quiet]))
    card = measure_effect(Question(found, found.periods[84]))
    check = card.check("start_of_history")
    assert card.conclusion == "cannot be told" and check.outcome == "failed"
    assert "18, 24, 36, 60 months" in check.sentence[0]


def test_a_short_history_leaves_nothing_out() -> None:
    short = planted(-0.6, before=16)
    assert measure_effect(short).check("start_of_history").outcome == "cannot be told"


@pytest.mark.parametrize("effect", [-0.6, 0.0])
def test_spanish_is_not_english(effect: float) -> None:
    found = measure_effect(planted(effect), [("other", dt.date(2023, 1, 1))])
    pairs = [found.sentence, *(check.sentence for check in found.checks)]
    assert all(english != spanish and len(spanish) > 20 for english, spanish in pairs)
    assert all(not any(word in f" {es} " for word in (" the ", " months ", " effect ")) for _, es in pairs)
