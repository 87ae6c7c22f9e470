"""The harness of docs/lever-episodes.md: every lever has an episode or a reason, and ratios are those of a hand count."""

from __future__ import annotations

import datetime as dt
import math
import sys

import pytest

from corridor.engine import LEVERS
from corridor.formats import open_corridor
from repository import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from lever_episode_list import EPISODES, NONE
from lever_episodes import Outcome, change, months, placebo


def test_every_lever_of_the_americas_has_an_episode_or_a_reason_why_not():
    used = {measure.lever for measure in open_corridor("americas").measures}
    tried = {measure.lever for episode in EPISODES for measure in episode.measures}
    assert tried | set(NONE) == used
    assert not tried & set(NONE)
    assert used <= set(LEVERS)


def test_strengths_were_known_before_and_series_exist():
    series = {observation.id for observation in open_corridor("americas").observations}
    for episode in EPISODES:
        assert episode.series in series
        not_published = episode.as_of < months(episode.after, 2)[1]  # counts of a month come out in the next
        assert episode.history or not_published
        assert episode.before < episode.started.replace(day=28) and episode.after >= episode.started.replace(
            day=1
        )
        for measure in episode.measures:
            assert measure.known_from <= max(episode.as_of, episode.started)
            assert measure.low <= measure.strength <= measure.high


def test_the_page_shows_every_episode_and_every_reason():
    page = (ROOT / "docs" / "lever-episodes.md").read_text("utf-8")
    assert all(f"| {episode.title} |" in page for episode in EPISODES)
    assert all(f"* `{lever}`: {why}" in page for lever, why in NONE.items())


def month(number: int) -> dt.date:
    return dt.date(2023, number, 1)


def test_a_change_is_that_of_the_comparison_taken_out():
    series = {
        month(1): (100.0, 50.0),
        month(2): (100.0, 50.0),
        month(3): (30.0, 100.0),
        month(4): (50.0, 0.0),
    }
    assert change(series, [month(1), month(2)], [month(3)]) == pytest.approx((30 / 100) / (100 / 50))
    assert change(series, [month(1)], [month(4)]) is None
    assert change(series, [month(1)], [month(5)]) is None


def outcome(predicted: tuple[float, float, float], counted: float, usual: float) -> Outcome:
    return Outcome(EPISODES[0], predicted, counted, usual)


@pytest.mark.parametrize(
    ("predicted", "counted", "usual", "direction", "size"),
    [
        ((0.8, 0.6, 1.0), 0.7, 1.1, "right", "right"),
        ((0.8, 0.6, 1.0), 1.3, 1.1, "wrong", "wrong"),
        ((0.8, 0.9, 0.6), 0.95, 1.1, "open", "wrong"),
        ((1.2, 1.1, 1.4), 1.25, math.nan, "right", "right"),
    ],
)
def test_verdicts(predicted, counted, usual, direction, size):
    found = outcome(predicted, counted, usual)
    assert (found.direction, found.size) == (direction, size)


def test_the_usual_size_looks_at_earlier_months_only():
    episode = next(e for e in EPISODES if e.id == "crackdown_2024")
    steady = {m: (100.0 * 1.1**k, 1.0) for k, m in enumerate(months(dt.date(2020, 1, 1), 47))}
    series = steady | dict.fromkeys(months(dt.date(2023, 12, 1), 8), (1.0, 1.0))
    assert placebo(series, episode) == pytest.approx(1.1**4)
