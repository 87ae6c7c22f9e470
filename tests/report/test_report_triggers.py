"""Triggers of measures in the report: the rule in words, the share of the members by day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from corridor.report.sections.base import RunView
from corridor.report.sections.triggers import triggers_of
from corridor.study import RunFolder


def test_the_rule_and_the_days_on(run: RunFolder) -> None:
    found = triggers_of(RunView(run), "agreement").of("pathways")
    assert found["on"] == [(dt.date(2024, 1, 1), dt.date(2024, 1, 31), 0.25)]
    assert found["trigger"]["en"] == (
        "Spike: on above 6,800 a day in US southwest border encounters (mean of 7 days); off below 5,400 for 14 days"
    )
    assert "14 días" in found["trigger"]["es"]


def test_a_measure_without_a_trigger_says_nothing(run: RunFolder) -> None:
    assert triggers_of(RunView(run), "agreement").of("rail") == {}
    assert triggers_of(RunView(run), "no-agreement").notes() == []


@pytest.mark.browser
def test_the_strip_is_drawn_only_while_the_measure_is_armed(page: Any) -> None:
    """The trigger is on in January; the measure may act from February on: nothing is filled."""
    page.select_option("#scenario-measures", "agreement")
    strip = page.locator("#figure-measures .strips li", has_text="Lawful pathways promoted").locator("svg")
    page.locator("#figure-measures").scroll_into_view_if_needed()
    strip.locator("rect[stroke-dasharray]").wait_for(state="attached", timeout=10_000)
    assert strip.locator("rect[fill-opacity]").count() == 0
