"""Scores by hand, the random walk by its formula, and a planted decline that the balance must see."""

import datetime as dt

import numpy as np
import pytest
from reception_cases import FIRST, census, steady

from corridor.forecast.scores import LEVELS
from corridor.reception.figures import Figure
from corridor.reception.places import ReceptionPlace
from corridor.reception.scoreboard import census_scores, random_walk, score, summary


def test_the_walk_starts_from_the_last_census_and_widens_with_the_root_of_time() -> None:
    known = [census(FIRST, 100), census(FIRST + dt.timedelta(weeks=4), 120)]
    far = random_walk(known, FIRST + dt.timedelta(weeks=20))
    near = random_walk(known, FIRST + dt.timedelta(weeks=8))
    variance = (np.log(1.2) ** 2 / 4 + 2 * 0.05**2) / 3
    assert far[11] == pytest.approx(120)
    assert np.log(far[-3] / 120) == pytest.approx(1.6449 * np.sqrt(16 * variance), rel=1e-3)
    assert np.log(far[2] / 120) == pytest.approx(2 * np.log(near[2] / 120))


def test_a_rounded_figure_is_scored_over_what_it_may_mean() -> None:
    flat = np.full(len(LEVELS), 100.0)
    exact = Figure("census", FIRST, FIRST, 110, 110, 110, FIRST)
    vague = Figure("census", FIRST, FIRST, 110, 100, 120, FIRST)
    assert score(flat, exact) == (pytest.approx(10), 0.0)
    assert score(flat, vague)[0] == pytest.approx(np.mean([0, 5, 10, 15, 20]))
    assert score(np.linspace(90, 130, 23), exact)[1] == 1.0


def test_a_steady_decline_is_forecast_better_than_by_a_walk() -> None:
    """Arrivals of 20 a week after a census of 3,000 with a tenth leaving: the census falls towards 200."""
    place = ReceptionPlace("town", ("Town", "Town"), tuple(steady(30, 20, 0.1, 3000)))
    table = census_scores(place, horizons=(28,), members=10, draws=200)
    found = summary(table).to_dicts()[0]
    assert found["points"] == table.height == 31 - 3 - 4 + 1
    assert found["relative_wis"] < 0.5


def test_nothing_is_scored_before_three_censuses_are_known() -> None:
    place = ReceptionPlace("town", ("Town", "Town"), tuple(steady(3, 20, 0.1, 300)))
    assert census_scores(place, horizons=(7,), members=3, draws=20).height == 1
