"""Censuses of cities are those of reception: which city, by hand between weeks, each draw once, and a scenario's own change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from corridor.formats import open_corridor
from corridor.study.censuses import CityDraws, CityFactors, city_of, draw_cities, factors

AS_OF = dt.date(2023, 12, 31)
DATES = tuple(AS_OF + dt.timedelta(days=k) for k in range(-10, 15))
WEEKS = tuple(AS_OF + dt.timedelta(weeks=k) for k in range(3))


@pytest.fixture(scope="module")
def americas():
    return open_corridor("americas")


def test_cities_with_dated_figures_are_told_apart(americas):
    found = {i.id: city_of(i) for i in americas.indicators if i.stocks}
    assert found["census_denver"] == "denver"
    assert found["ice_detained"] is None and found["waiting_north"] is None
    assert found["census_washington_dc"] is None  # no dated figures are shipped


def test_between_two_weeks_a_factor_lies_on_a_straight_line():
    given = CityFactors(WEEKS, {"here": np.array([[1.0, 1.7, 1.0]])})
    days = [AS_OF + dt.timedelta(days=k) for k in (-5, 0, 1, 7, 14, 30)]
    assert given.on("here", days) == pytest.approx(np.array([[1.0, 1.0, 1.1, 1.7, 1.0, 1.0]]))
    assert given.on("elsewhere", days).tolist() == [[1.0] * 6]


def own(*levels: float) -> dict[str, np.ndarray]:
    return {"here": np.array([np.full(len(DATES), level) for level in levels])}


def test_members_take_each_draw_once_and_keep_their_order():
    people = np.array([[100.0, 300.0, 900.0], [100.0, 200.0, 400.0], [100.0, 100.0, 50.0]])
    mine = own(50.0, 500.0, 5000.0)
    carried = mine["here"] * factors(CityDraws(WEEKS, {"here": people}), mine, DATES).on("here", DATES)
    at = [DATES.index(day) for day in WEEKS]
    assert carried[:, at] == pytest.approx(people[::-1], rel=0.02)  # half a person is added on both sides
    assert carried[:, 0].tolist() == [50.0, 500.0, 5000.0]  # a run begins where it begins


def test_the_central_run_stands_on_the_median():
    people = np.array([[100.0, 110.0, 120.0], [200.0, 220.0, 240.0], [900.0, 990.0, 999.0]])
    mine = own(1000.0)
    found = factors(CityDraws(WEEKS, {"here": people}), mine, DATES, central=True)
    at = [DATES.index(day) for day in WEEKS]
    assert (mine["here"] * found.on("here", DATES))[0, at] == pytest.approx([200.0, 220.0, 240.0], rel=3e-3)


def test_weeks_after_the_run_are_left_out():
    people = np.ones((2, 3)) * 80.0
    found = factors(CityDraws(WEEKS, {"here": people}), own(40.0, 40.0), DATES[:12])
    assert found.days == (DATES[0], AS_OF)


def test_draws_are_those_of_reception(americas):
    """Denver's census of 31 December 2023 was about 4,200 people; in eight weeks nobody can tell it to a tenth."""
    found = draw_cities(americas, AS_OF, AS_OF + dt.timedelta(weeks=8), 60, 1)
    assert set(found.people) == {"census_new_york", "census_chicago", "census_denver"}
    denver = found.people["census_denver"]
    assert denver.shape == (60, 9) and len(found.days) == 9
    assert np.median(denver[:, 0]) == pytest.approx(4200, rel=0.1)
    low, high = np.quantile(denver[:, -1], (0.1, 0.9))
    assert high / low > 1.5


def test_a_city_without_a_figure_yet_is_left_to_the_engine(americas):
    early = dt.date(2022, 4, 30)
    assert "census_denver" not in draw_cities(americas, early, early + dt.timedelta(weeks=4), 10, 1).people
