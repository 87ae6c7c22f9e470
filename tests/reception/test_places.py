"""Shipped cities as they were known on a day, and New York's plans."""

import datetime as dt

import pytest
from reception_cases import census

from corridor.model import InputError
from corridor.reception.figures import Figure
from corridor.reception.places import city_ids, city_place, one_a_day
from corridor.reception.plans import plan_errors, plans

DAY = dt.date(2023, 12, 31)


def test_new_york_costs_what_its_last_report_says() -> None:
    """396 dollars a household and night, 29,136 households, 66,886 people (report of November 2023)."""
    cost = city_place("new_york", DAY).ratios.cost
    assert cost is not None
    assert cost.value == pytest.approx(396 * 29_136 / 66_886)


def test_figures_published_later_are_there_and_told_by_their_day() -> None:
    place = city_place("chicago", DAY)
    assert max(f.end for f in place.census()) > DAY
    assert max(f.end for f in place.census(DAY)) == dt.date(2023, 12, 16)
    assert [f.value for f in place.census(DAY)] == [11200, 11500, 12200, 15028]


def test_every_city_has_censuses_in_order_one_a_day() -> None:
    for city in city_ids():
        days = [f.end for f in city_place(city, DAY).census()]
        assert days == sorted(set(days))
        assert len(days) >= 8


def test_rules_are_known_from_their_announcement_and_bind_when_stays_run_out() -> None:
    limits = city_place("new_york", DAY).limits
    families = next(limit for limit in limits if "families_with_children" in limit.households)
    assert (families.days, families.known_from) == (60, dt.date(2023, 10, 16))
    assert families.start == dt.date(2023, 12, 15)


def test_massachusetts_counts_families_against_its_cap() -> None:
    place = city_place("massachusetts", DAY)
    assert place.unit == "families"
    assert place.beds is not None
    assert place.beds.on([DAY]).tolist() == [7500]


def test_the_share_that_others_bore_is_that_of_the_last_known_year() -> None:
    """New York, fiscal year 2023: 1,474 million in all, 1,139 its own; not known before the end of 2024."""
    assert city_place("new_york", DAY).reimbursed is None
    found = city_place("new_york", dt.date(2025, 1, 15)).reimbursed
    assert found is not None
    assert found.value == pytest.approx(1 - 1139 / 1474)


def test_the_most_exact_figure_of_a_day_stands() -> None:
    day = dt.date(2024, 1, 1)
    vague = Figure("census", day, day, 5000, 4500, 5500, day)
    assert one_a_day([vague, census(day, 5123)]) == (census(day, 5123),)


def test_an_unknown_city_has_a_near_name() -> None:
    with pytest.raises(InputError) as caught:
        city_place("chicgo", DAY)
    assert "chicago" in (caught.value.hint or "")


def test_errors_of_the_plans_are_those_that_are_known() -> None:
    """Fiscal year 2025 cost 3,089: the plan of November 2023 missed it by +98 %, June 2024 by +54 %, the comptroller by +11 %."""
    table = {(str(r["as_of"]), r["whose"]): r["plan"] for r in plans().to_dicts() if r["fiscal_year"] == 2025}
    made = {
        (str(r["as_of"]), r["whose"]): r
        for r in plan_errors(members=3, draws=20).to_dicts()
        if r["fiscal_year"] == 2025
    }
    assert table["2023-11-30", "city"] == 6102
    assert made["2023-11-30", "city"]["plan_error"] == pytest.approx(0.98, abs=0.006)
    assert made["2024-06-30", "city"]["plan_error"] == pytest.approx(0.54, abs=0.006)
    assert made["2024-05-22", "comptroller"]["plan_error"] == pytest.approx(0.11, abs=0.006)
    assert all(r["ours_low"] <= r["ours"] <= r["ours_high"] for r in made.values())
