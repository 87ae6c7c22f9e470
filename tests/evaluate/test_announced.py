"""Rushes before an announced date: the month by hand, the pool against formulas, what could be known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from corridor.evaluate.announced import (
    PRIOR_SD,
    Anticipation,
    anticipations,
    before_the_date,
    month_between,
)
from corridor.evaluate.episodes import episodes

day = dt.date.fromisoformat
BY_ID = {episode.id: episode for episode in episodes()}


def one(effect: float, error: float = 0.2, known: str = "2020-01-01") -> Anticipation:
    return Anticipation(BY_ID["visa_brazil_2005"], day("2005-10-01"), effect, error, day(known))


@pytest.mark.parametrize(
    ("announced", "start", "month"),
    [
        ("2005-09-14", "2005-10-24", "2005-10-01"),  # 23 days before it in October, 8 after
        ("2021-11-27", "2021-12-11", None),  # 10 days of December before it and 21 after, 4 of November
        ("2024-04-18", "2024-05-06", "2024-04-01"),
        ("2023-01-30", "2023-05-11", "2023-04-01"),
        ("2024-06-18", "2024-07-01", "2024-06-01"),
        ("2024-06-25", "2024-07-01", None),  # six days
    ],
)
def test_month_by_hand(announced, start, month):
    assert month_between(day(announced), day(start)) == (day(month) if month else None)


def test_peru_hurried_and_brazil_of_2005_waited_as_counted():
    """As published: 2,150 · 1,390 · 1,520 · 660 Brazilians in July to October 2005; Peruvians 4,280 and 6,520 in March and April."""
    found = {x.episode.id: x.effect for x in anticipations()}
    assert found["visa_brazil_2005"] < np.log(660 / 1390) / 2 and found["visa_peru_2024"] > np.log(
        6520 / 4280
    )


def test_announcements_precede_their_dates():
    assert [e.id for e in episodes() if e.announced and e.announced >= e.start] == []


def test_nothing_known_has_no_sign():
    told = before_the_date(found=())
    assert np.allclose(told.mean, 0.0) and told.deviation.min() >= PRIOR_SD


def test_one_exact_episode_by_formula():
    """Given a spread s, the mean is y / (1 + s² / prior²) and the next one's variance s² + 1 / (1 / prior² + 1 / s²)."""
    told, spread = before_the_date(found=[one(0.6, 1e-9)]), np.array([0.05, 0.15, 0.25, 0.35, 0.5, 0.7])
    assert told.mean == pytest.approx(0.6 / (1 + spread**2 / PRIOR_SD**2))
    assert told.deviation**2 == pytest.approx(spread**2 + 1 / (1 / PRIOR_SD**2 + 1 / spread**2))


def test_many_rushes_tell_a_rush():
    told = before_the_date(found=[one(0.7) for _ in range(12)])
    low, middle = np.quantile(told.draw(20_000), (0.1, 0.5))
    assert 0.2 < low < middle < 0.75


def test_what_was_learned_later_is_not_used():
    early, late = one(-0.5), replace(one(2.0), known_from=day("2024-07-14"))
    assert np.array_equal(
        before_the_date(day("2023-12-31"), [early, late]).mean, before_the_date(found=[early]).mean
    )
