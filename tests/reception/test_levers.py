"""Levers of a city: each by hand, alone and under shared noise."""

import datetime as dt

import numpy as np
import pytest
from reception_cases import FIRST, steady

from corridor.formats import open_corridor
from corridor.reception.balance import Plan, simulate
from corridor.reception.fitting import fit
from corridor.reception.levers import (
    CityLever,
    effects,
    levers_of,
    room_share,
    standard_levers,
)
from corridor.reception.needs import Beds, Range, Ratios

DAY = FIRST + dt.timedelta(weeks=20)
BY = DAY + dt.timedelta(weeks=12)
COST = Range(100, 100, 100)


@pytest.fixture(scope="module")
def town():
    fitted = fit(steady(20, 100, 0.1, 900, flows=("arrivals", "exits")), DAY, Plan(members=15))
    return fitted, simulate(fitted, 12, draws=200)


def one(town, lever: CityLever, beds: float = 1000.0) -> dict[str, object]:
    fitted, base = town
    return effects(fitted, base, [lever], Beds(((FIRST, beds),)), Ratios(cost=COST), BY, 0.05).to_dicts()[0]


def test_a_million_a_month_buys_beds_at_their_daily_cost() -> None:
    lever = next(v for v in standard_levers(DAY, COST) if v.id == "money_million")
    assert lever.beds == pytest.approx(1e6 / 30.44 / 100)


def test_beds_move_the_chance_and_not_the_census(town) -> None:
    row = one(town, CityLever("beds", "", "", DAY, beds=60.0))
    none = one(town, CityLever("none", "", "", DAY))
    assert row["census_change"] == 0.0
    assert row["chance_change"] < 0
    assert row["extra_beds"] == max(0, none["extra_beds"] - 60)


def test_a_lever_that_does_nothing_changes_nothing(town) -> None:
    row = one(town, CityLever("none", "", "", DAY))
    assert (row["census_change"], row["chance_change"], row["cost_change"]) == (0.0, 0.0, 0.0)


def test_less_arrivals_lower_the_census_by_those_who_would_still_be_there(town) -> None:
    """Half of 100 a week for twelve weeks, of whom 0.9^age are left: 50 * (1 - 0.9^12) / 0.1."""
    row = one(town, CityLever("less", "", "", DAY, arrivals=0.5))
    assert row["census_change"] == pytest.approx(-50 * (1 - 0.9**12) / 0.1, rel=0.2)
    assert row["cost_change"] < 0


def test_a_limit_that_all_keep_leaves_the_newcomers(town) -> None:
    """Nobody asks again after four weeks: at most five cohorts of 100 are there."""
    row = one(town, CityLever("limit", "", "", DAY, limit_days=28, ask_again=0.0))
    _, base = town
    left = float(np.median(base.total[12])) + row["census_change"]
    assert 350 < left < 520


def test_sooner_permits_shorten_stays(town) -> None:
    assert one(town, CityLever("permits", "", "", DAY, stay_days=-18.0))["census_change"] < 0


def test_a_ramp_rises_evenly_from_the_first_day() -> None:
    lever = CityLever("less", "", "", DAY, arrivals=0.0, ramp_days=28)
    days = [DAY + dt.timedelta(days=d) for d in (-1, 0, 6, 13, 27, 60)]
    assert lever.change(days).arrivals == pytest.approx([1, 1 - 1 / 28, 0.75, 0.5, 0, 0])


def test_room_is_shared_among_those_that_have_some() -> None:
    rooms = {"a": (100.0, 30.0), "b": (50.0, 90.0), "full": (20.0, -5.0)}
    assert room_share(rooms, "a") == pytest.approx(0.25)
    assert room_share(rooms, "full") == 0.0
    assert room_share({"a": (1.0, 0.0)}, "a") is None


def test_measures_of_the_shipped_agreement_that_touch_chicago() -> None:
    corridor = open_corridor("americas")
    rooms = {"chicago": (900.0, 100.0), "denver": (300.0, 300.0)}
    found = levers_of(
        corridor, "agreement", "chicago", ("",), Range(65, 45, 130), dt.date(2023, 12, 31), rooms
    )
    by_id = {lever.id: lever for lever in found}
    assert "nyc_families_60" not in by_id
    assert by_id["chi_60_planned"].limit_days == 60
    assert by_id["chi_60_planned"].ask_again == 0.5
    assert by_id["permits_faster"].stay_days == pytest.approx(-60 * 0.3)
    # 8 million a month are shared as spending on capacity is: 15,000 * 65 to 4,000 * 84 (or 90 from June 2024)
    part = 15_000 * 65 / (15_000 * 65 + 4_000 * 90)
    assert by_id["cities_money"].beds == pytest.approx(part * 8e6 / 30.44 / 65, rel=0.02)
    # half of both cities' arrivals by room: a quarter of the room is here
    assert by_id["coordinated_entry"].arrivals == pytest.approx(0.5 + 0.5 * 1200 * 0.25 / 900)
