"""Dates, zones, grades, points and evidence rows, on cases worked out by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.data.grades import city_grade, evidence_grade
from corridor.data.reception import city_reception
from corridor.data.tidy_evidence import tidy_evidence
from corridor.data.timing import parse_period, published
from corridor.data.zones import km_from_line, zone_of


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023-12-31", "2023-12-31", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2022-2024", "2022-01-01", "2024-12-31"),
        ("2023-Q3", "2023-07-01", "2023-09-30"),
        ("2023-11/12", "2023-11-01", "2023-12-31"),
        ("2023-01..2023-07-23", "2023-01-01", "2023-07-23"),
        ("2023-07-30..2023-08-31", "2023-07-30", "2023-08-31"),
        ("FY2024", "2023-07-01", "2024-06-30"),
        ("July 2023", "2023-07-01", "2023-07-31"),
        ("Adopted June 2025", "2025-06-01", "2025-06-30"),
        ("page stating Sept 15 2024 data", "2024-09-15", "2024-09-15"),
    ],
)
def test_written_dates(text: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.start, period.end) == (day(start), day(end))


@pytest.mark.parametrize("text", ["", "soon", "2023-13", "2023-02-30", "FY2024->FY2025", "2023-01..soon"])
def test_what_is_no_date(text: str) -> None:
    assert parse_period(text) is None


def test_a_us_fiscal_year_begins_in_october() -> None:
    period = parse_period("FY2019", fiscal_start=10)
    assert period is not None
    assert (period.start, period.end) == (day("2018-10-01"), day("2019-09-30"))


def test_a_month_is_public_its_lag_after_its_last_day() -> None:
    dates = pl.DataFrame({"date": [day("2023-11-01"), day("2024-02-01")]})
    assert dates.select(published("month", 21)).to_series().to_list() == [
        day("2023-12-21"),
        day("2024-03-21"),
    ]
    assert dates.select(published("year", 7)).to_series()[0] == day("2024-10-31") + dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("country", "lat", "lon", "zone"),
    [
        ("USA", 31.7, -106.4, "border"),  # El Paso
        ("USA", 29.4, -98.5, "border"),  # San Antonio, 230 km inland
        ("USA", 25.8, -80.0, "other"),  # off Miami
        ("USA", 48.9, -122.6, "other"),  # at the Canadian border
        ("MEX", 32.5, -117.0, "border"),  # Tijuana
        ("MEX", 25.7, -100.3, "mexico"),  # Monterrey, 150 km from the line
        ("MEX", 14.9, -92.3, "mexico"),  # Tapachula
        ("PAN", 8.7, -77.5, "darien"),  # Bajo Chiquito
        ("PAN", 9.0, -79.5, "central_america"),  # Panama City
        ("COL", 8.1, -76.7, "darien"),  # Turbo
        ("COL", 7.9, -72.5, "other"),  # Cúcuta
        ("HND", 14.0, -86.6, "central_america"),
        ("VEN", 10.5, -66.9, "other"),
    ],
)
def test_zones(country: str, lat: float, lon: float, zone: str) -> None:
    assert zone_of(country, lat, lon) == zone


@pytest.mark.parametrize(
    ("lat", "lon", "km", "within"),
    [
        (32.53, -117.02, 1, 4),  # Tijuana stands at the line
        (25.67, -100.31, 150, 35),  # Monterrey to Roma and Falcon, about 150 km
        (29.07, -110.96, 250, 10),  # Hermosillo: 2.26 degrees of latitude south of Nogales
    ],
)
def test_distance_from_the_line(lat: float, lon: float, km: float, within: float) -> None:
    assert km_from_line(lat, lon) == pytest.approx(km, abs=within)


@pytest.mark.parametrize(
    ("words", "publisher", "url", "grade"),
    [
        (["start unconfirmed"], "CBP", "https://www.cbp.gov/x", "unconfirmed"),
        ([""], "CBP", "https://www.cbp.gov/x", "primary"),
        ([""], "SRE", "gob.mx/sre/prensa/x", "primary"),
        ([""], "NBER", "https://www.nber.org/papers/w1", "primary"),
        ([""], "DHS", "https://cubaheadlines.com/1", "secondary"),
        (["(reposted)"], "AIC", "https://opamusic.com/news", "repost"),
        ([""], "x", "https://notgov.example.com/gov", "secondary"),
        ([""], "x", "", "secondary"),
    ],
)
def test_grades_of_evidence(words: list[str], publisher: str, url: str, grade: str) -> None:
    assert evidence_grade(words, publisher, url) == grade


@pytest.mark.parametrize(
    ("words", "publisher", "grade"),
    [
        ([""], "City of New York (Mayor's Office, report to City Council)", "primary"),
        ([""], "Block Club Chicago (city OEMC data)", "secondary"),
        ([""], "chronicleslive.com reposting The Denver Post", "repost"),
        (["(NY Post, reposted)"], "am1.news / New York Post", "repost"),
        (["undated excerpt"], "Dallas Observer", "unconfirmed"),
        (["DERIVED = census / exits"], "from reports", "derived"),
    ],
)
def test_grades_of_points(words: list[str], publisher: str, grade: str) -> None:
    assert city_grade(words, publisher) == grade


def point(**changes: str) -> dict[str, str]:
    row = {
        "place": "Denver", "date": "2023-12-15", "date_precision": "day", "measure": "census_shelters", "value": "4000",
        "unit": "individuals", "qualifier": "close to", "source_title": "t", "source_publisher": "KDVR",
        "source_date": "2023-12-15", "source_url": "u", "note": "",
    }  # fmt: skip
    return row | changes


def one(**changes: str) -> dict[str, object]:
    table, rejected = city_reception([point(**changes)])
    assert not rejected
    return table.to_dicts()[0]


def test_a_point_of_a_day() -> None:
    got = one()
    assert (got["date"], got["known_from"], got["unit"], got["value"]) == (
        day("2023-12-15"),
        day("2023-12-15"),
        "people",
        4000,
    )
    assert (got["city"], got["period_start"], got["grade"], got["qualifier"]) == (
        "denver",
        "",
        "secondary",
        "close to",
    )


def test_a_period_is_dated_at_its_end() -> None:
    got = one(date="2023-07-30..2023-08-31", date_precision="period", source_date="2023-09-02")
    assert (got["date"], got["period_start"], got["known_from"]) == (
        day("2023-08-31"),
        "2023-07-30",
        day("2023-09-02"),
    )


def test_a_month_is_dated_no_later_than_its_printing() -> None:
    got = one(date="2023-05", date_precision="month", source_date="2023-05-15")
    assert (got["date"], got["known_from"], got["period_start"]) == (
        day("2023-05-15"),
        day("2023-05-15"),
        "2023-05-01",
    )


def test_a_forecast_may_lie_ahead_of_its_printing() -> None:
    got = one(date="2024-03-31", date_precision="forecast", source_date="2024-02")
    assert (got["date"], got["known_from"]) == (day("2024-03-31"), day("2024-02-29"))


def test_without_a_source_date_the_date_itself_counts() -> None:
    assert one(source_date="")["known_from"] == day("2023-12-15")


def test_a_monthly_report_is_public_a_month_later() -> None:
    got = one(
        place="New York City", date="2023-11-30", measure="census|Families with Children|TOTAL",
        source_publisher="City of New York (Mayor's Office, report to City Council)", source_date="November 2023",
    )  # fmt: skip
    assert got["known_from"] == day("2023-12-30")
    assert (got["measure"], got["household"], got["agency"]) == ("census", "families_with_children", "")


def test_a_week_has_seven_days() -> None:
    got = one(date="2023-07-30", date_precision="week ending", source_date="2023-08-16")
    assert (got["period_start"], got["date"], got["precision"]) == ("2023-07-24", day("2023-07-30"), "week")


def test_money_is_in_millions_and_asides_in_the_qualifier() -> None:
    assert one(unit="USD billion", value="2.9")["value"] == 2900
    assert (one(unit="USD", value="4600000000.0")["value"], one(unit="USD", value="90")["value"]) == (
        4600,
        90,
    )
    got = one(
        unit="individuals per month (a little over)",
        qualifier="",
        measure="cumulative_arrivals_since_2022-12",
    )
    assert (got["unit"], got["qualifier"], got["measure"]) == (
        "people per month",
        "since 2022-12, a little over",
        "cumulative_arrivals",
    )


def test_rows_without_number_or_date_are_kept_out_and_named() -> None:
    table, rejected = city_reception([point(value=""), point(date="FY2024->FY2025"), point()])
    assert table.height == 1
    assert [r.reason for r in rejected] == ["no number", "no readable date"]


def evidence_row(**changes: str) -> dict[str, str]:
    row = {"source": "s", "publisher": "p", "published": "2024-01-05", "url_or_title": "https://example.org"}
    return row | changes


def measure_row(**changes: str) -> dict[str, str]:
    row = evidence_row(
        id="m", date_start="2023-12-04", date_end="2024-01-04", actor="US", lever="ports_closure",
        nationality_scope="all", place_scope="Lukeville", description="closed",
    )  # fmt: skip
    return row | changes


def test_a_measure_is_public_when_it_begins_or_is_printed() -> None:
    began, ahead, unknown = (
        tidy_evidence("measures", [measure_row(**c)]).to_dicts()[0]
        for c in ({}, {"published": "2023-11-30"}, {"date_start": "", "published": ""})
    )
    assert (began["known_from"], began["end_known_from"]) == (day("2023-12-04"), day("2024-01-04"))
    assert ahead["known_from"] == day("2023-11-30")
    assert (unknown["known_from"], unknown["grade"]) == (None, "unconfirmed")


def test_parameters_have_a_value_or_a_range() -> None:
    row = evidence_row(parameter="x", unit="u", date_or_period="", scope="", note="")
    texts = ["12", "4000-11000", "about 0.5", "105 km in 9 days"]
    got = tidy_evidence("parameters", [row | {"value": text} for text in texts])
    assert got.select("value", "low", "high").rows() == [
        (12.0, None, None),
        (None, 4000.0, 11000.0),
        (None, None, None),
        (None, None, None),
    ]
    assert got["text"].to_list() == texts
