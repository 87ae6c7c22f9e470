"""The weekly, daily, older and finer tables, against figures that their publishers or their delivery print."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import statistics
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.data import load
from corridor.data.countries import ENGLISH, SPANISH, country_code, same_name
from corridor.data.tidy_survey import survey_shares
from corridor.model import InputError
from corridor.series import read_series

D = dt.date
RAW = Path(__file__).parents[3] / "shared" / "data" / "added"


def weeks() -> dict[dt.date, int]:
    return dict(load("us_border_patrol_weekly").total().iter_rows())


def test_the_weeks_of_december_2023():
    count = weeks()
    first = D(2023, 12, 11)
    printed = [60_135, 64_205, 48_722, 23_068, 25_244, 31_365]
    assert [count[first + dt.timedelta(weeks=k)] for k in range(6)] == printed


def christmas_ratios(last: dt.date) -> tuple[float, float]:
    """Lowest of three weeks after, and mean of weeks five to eight, over the mean of the four weeks up to ``last``."""
    count = weeks()
    at = [count[last + dt.timedelta(weeks=k)] for k in range(-3, 9)]
    base = statistics.mean(at[:4])
    return min(at[4:7]) / base, statistics.mean(at[8:12]) / base


@pytest.mark.parametrize(
    ("year", "low", "later"), [(2023, 0.40, 0.57), (2018, 0.42, None), (2016, None, 0.57), (2022, None, 0.61)]
)
def test_the_new_years_fall_as_the_delivery_prints_it(year, low, later):
    monday = max(m for m in weeks() if m <= D(year, 12, 24))
    found = christmas_ratios(monday)
    for value, printed in zip(found, (low, later), strict=True):
        assert printed is None or value == pytest.approx(printed, abs=0.0051)


def test_weeks_have_no_gap_and_apprehensions_lack_38():
    dates = sorted(weeks())
    assert dates[0] == D(2009, 9, 28)
    assert {(b - a).days for a, b in itertools.pairwise(dates)} == {7}
    lacking = load("us_border_patrol_weekly_apprehensions")
    assert sum((gap.end - gap.start).days // 7 + 1 for gap in lacking.gaps) == 38
    assert int(np.isnan(read_series(lacking).counts).sum()) == 38


@pytest.mark.parametrize(("year", "ratio"), [(2023, 0.996), (2024, 0.999)])
def test_weeks_sum_to_nearly_the_months_at_all_borders(year, ratio):
    """The monthly table is of the southwest border, a little below all borders; so the ratio is of the same size."""
    table = load("us_southwest_encounters").table
    months = table.filter(pl.col("component") == "usbp", pl.col("date").dt.year() == year)["value"].sum()
    in_year = sum(value for date, value in weeks().items() if date.year == year)
    assert in_year / months == pytest.approx(ratio, abs=0.03)


def test_a_week_is_public_three_weeks_after_its_sunday():
    assert load("us_border_patrol_weekly").as_of(D(2023, 12, 31)).known_until == D(2023, 12, 4)


def citizens(first: dt.date, last: dt.date, *codes: str) -> list[int]:
    table = load("us_border_patrol_by_citizenship").table
    rows = table.filter(pl.col("date").is_between(first, last), pl.col("nationality").is_in(codes))
    return rows.group_by("date").agg(pl.col("value").sum()).sort("date")["value"].to_list()


def test_brazilians_of_2005_and_central_americans_of_2014():
    assert citizens(D(2005, 7, 1), D(2005, 10, 1), "BRA") == [2_150, 1_390, 1_520, 660]
    assert sum(citizens(D(2014, 4, 1), D(2014, 6, 1), "GTM", "HND", "SLV")) == 100_530


@pytest.mark.parametrize("dim", ["citizenship", "sector", "household"])
def test_the_three_margins_agree_with_one_another_and_with_the_agency(dim):
    """Each is rounded to 10, so a month may be off by half of ten for each of its rows."""
    ours = load(f"us_border_patrol_by_{dim}")
    agency = load("us_southwest_encounters").table.filter(pl.col("component") == "usbp")
    total = agency.group_by("date").agg(pl.col("value").sum().alias("agency"))
    both = ours.total().join(total, on="date").filter(pl.col("date") >= D(2019, 10, 1))
    assert both.height == 62
    assert ((both["value"] - both["agency"]).abs() / both["agency"]).max() < 0.01


def test_sectors_are_those_of_the_detailed_table():
    detailed = load("us_southwest_encounters").table.filter(
        pl.col("component") == "usbp", pl.col("area") != ""
    )
    assert set(load("us_border_patrol_by_sector").table["area"]) == set(detailed["area"])


def test_households_before_they_were_told_apart_are_missing_not_zero():
    series = read_series(load("us_border_patrol_by_household"), ["household"])
    assert "2005-01" not in series.known("child")
    first = {
        label: next(text for text, value in series.known(label).items() if value) for label in series.labels
    }
    assert first == {"single": "1999-10", "child": "2007-10", "family": "2011-10"}


def test_nationwide_in_december_2023_and_southwest_as_in_ours():
    nationwide = load("us_nationwide_encounters")
    table = nationwide.table
    assert table.filter(pl.col("date") == D(2023, 12, 1))["value"].sum() == 370_883
    southwest = table.filter(pl.col("region") == "southwest").group_by("date").agg(pl.col("value").sum())
    both = southwest.join(load("us_southwest_encounters").total(), on="date", suffix="_ours")
    assert both.height == 44
    assert (both["value"] - both["value_ours"]).abs().max() <= 7
    assert southwest.filter(pl.col("date") == D(2023, 12, 1))["value"].item() == 301_981


def test_detention_by_day_is_near_the_monthly_averages():
    daily = load("ice_detention_daily")
    assert daily.kind == "stock"
    with pytest.raises(InputError, match="may not be summed"):
        daily.total()
    night = daily.table.filter(pl.col("measure") == "midnight")
    monthly = load("ice_detention").table.filter(pl.col("measure") == "adp", pl.col("category") == "total")
    means = night.group_by(pl.col("date").dt.truncate("1mo")).agg(pl.col("value").mean().alias("mean"))
    ratio = means.join(monthly, on="date").select(pl.col("mean") / pl.col("value")).to_series()
    assert ratio.len() >= 30
    assert 0.95 < ratio.median() < 1.05
    assert daily.as_of(D(2023, 12, 31)).table.is_empty()


def test_children_are_a_stock_and_its_flows():
    census, flows = load("unaccompanied_children_census"), load("unaccompanied_children_flows")
    assert (census.kind, flows.kind) == ("stock", "flow")
    assert census.table["date"].n_unique() == flows.table["date"].n_unique() == 720
    day = census.table.filter(pl.col("date") == D(2023, 1, 12))
    assert dict(day.select("place", "value").iter_rows()) == {"border_custody": 53, "care": 6_566}
    by_place = read_series(census, ["place"])
    assert np.isnan(by_place.values[by_place.position(D(2023, 1, 13))]).all()


def test_new_york_total_is_the_sum_of_its_parts():
    day = load("nyc_shelter_census_daily").table.filter(pl.col("date") == D(2023, 12, 20))
    found = {(row[1], row[2]): row[3] for row in day.iter_rows()}
    parts = ("families_with_children", "adults"), ("families_with_children", "children"), (
        "adult_families", "people",
    ), ("single_adults", "people")  # fmt: skip
    assert found["all", "people"] == 91_058 == sum(found[key] for key in parts)


def test_new_york_asylum_seekers_of_30_september_2023():
    table = load("nyc_asylum_census").table
    people = table.filter(pl.col("household") == "all")
    assert people["value"].sum() == 63_015  # the printed total
    assert people.filter(pl.col("agency") == "dhs")["value"].item() == 31_316
    assert not table.filter(pl.col("agency") == "total").height


def test_chicago_falls_from_7683_to_1211_in_nineteen_dates():
    totals = load("chicago_shelter_census").total()
    assert (totals.height, totals["value"][0], totals["value"][-1]) == (19, 7_683, 1_211)


def test_new_york_spending_of_fiscal_2024():
    table = load("city_spending").table.filter(
        pl.col("place") == "new_york_city", pl.col("date") == D(2024, 1, 1), pl.col("year") == "fiscal"
    )
    assert dict(table.select("payer", "value").iter_rows()) == {
        "total": 3_752, "local": 2_323, "state": 1_310, "federal": 120
    }  # fmt: skip


def test_bridges_and_airports_by_hand():
    trucks = load("texas_bridge_crossings").table.filter(
        pl.col("bridge") == "bridge_of_the_americas", pl.col("date") == D(2017, 1, 1)
    )
    found = dict(trucks.select("mode", "value").iter_rows())
    assert (found["buses"], found["commercial_trucks"], found["passenger_vehicles"]) == (637, 21_522, 304_022)
    cancun = [("airport", "cancun"), ("nationality", "ALB")]
    keep = [pl.col(name) == value for name, value in cancun]
    row = load("mexico_airport_refusals").table.filter(*keep, pl.col("date") == D(2017, 1, 1)).row(0)
    assert row[3:5] == ("required", 12)
    assert (
        load("mexico_airport_admissions").table.filter(*keep, pl.col("date") == D(2017, 1, 1))["value"].item()
        == 885
    )


def test_how_far_the_newest_month_was_revised():
    """−0.01 % (US), −0.4 % (Mexico), +32 % and +41 % (Honduras) from a month's first edition to the last."""
    table = load("published_editions").table

    def changes(series: str) -> dict[dt.date, float]:
        rows = table.filter(pl.col("series") == series).sort("date", "edition")
        spans = rows.group_by("date").agg(pl.col("value").first(), pl.col("value").last().alias("now"))
        return {date: 100 * (now / old - 1) for date, old, now in spans.iter_rows() if old}

    us, mexico, honduras = map(
        changes, ("us_southwest_encounters", "mexico_encounters", "honduras_entries_total")
    )
    assert us[D(2024, 12, 1)] == pytest.approx(-0.01, abs=0.006)
    assert mexico[D(2024, 8, 1)] == pytest.approx(-0.4, abs=0.06)
    assert honduras[D(2024, 12, 1)] == pytest.approx(32, abs=0.5)
    assert honduras[D(2025, 1, 1)] == pytest.approx(41, abs=0.5)
    assert table.filter(pl.col("known_from") > D(2025, 6, 19)).is_empty()


def test_survey_shares_by_hand():
    """Forty interviews, ten with a reason: Wilson on 40/4 answers, computed by hand: 0.07 to 0.60."""
    columns = {"quarter": ["2023Q3"], "geo": ["PAN"], "nat": ["VEN"], "to": ["USA"], "sex": ["Male"],
               "age_group": ["25-34"], "interviews": ["40.0"], "reason_food": ["10.0"]}  # fmt: skip
    found = survey_shares(pl.DataFrame(columns))
    food = found.filter(pl.col("category") == "food")
    values = dict(food.select("statistic", "value").iter_rows())
    # centre (0.25 + 1.92/10) / 1.384 = 0.3194, half width 1.96/1.384 * sqrt(0.1875/10 + 3.84/400) = 0.2385
    assert values["share"] == 0.25
    assert values["low"] == pytest.approx(0.081, abs=0.001)
    assert values["high"] == pytest.approx(0.558, abs=0.001)
    assert found.filter(pl.col("statistic") == "interviews")["value"].to_list() == [40]
    assert found["date"].to_list()[0] == D(2023, 7, 1)


def test_survey_never_says_fewer_than_thirty_interviews():
    table = load("survey_shares").table
    assert table.filter(pl.col("statistic") == "interviews")["value"].min() >= 30
    assert table.filter(pl.col("statistic") != "interviews")["value"].max() <= 1


def test_country_names():
    assert country_code("CHINA, PEOPLES REPUBLIC OF") == country_code("China, People's Republic") == "CHN"
    assert country_code("Türkiye") == country_code("TURKEY") == "TUR"
    assert country_code("corea_rep_sur", SPANISH) == "KOR"
    assert country_code("Atlantis") is None
    assert {code for code in ENGLISH.values() if len(code) != 3} == set()
    assert same_name("Tu\u0308rkiye") == same_name("turkey")
    assert same_name("Región") == same_name("REGION")
    assert same_name("…") == "…"


@pytest.mark.skipif(not (RAW / "dtm_survey_counts.csv").exists(), reason="the publishers' files are not here")
def test_interviews_of_the_survey_are_those_of_its_rows():
    """Read line by line: 37,669, not the 34,435 of its description; the shares rest on most of them."""
    with (RAW / "dtm_survey_counts.csv").open(encoding="utf-8", newline="") as file:
        rows = [float(row["interviews"]) for row in csv.DictReader(file)]
    assert sum(rows) == 37_669
