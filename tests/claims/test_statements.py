"""The statements of December 2023 against the shipped counts."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from statement_cases import make_claim, make_corridor, make_observation

from corridor.claims import check_claims, verdict_table
from corridor.claims.verdict import Verdict
from repository import documented_columns

NARROW = "\N{NARROW NO-BREAK SPACE}"
OBSERVED = Path(__file__).parents[2] / ".." / "shared" / "data" / "observed"

OBSERVATIONS = (
    make_observation("us_total", "us_southwest_encounters"),
    make_observation("us_between_ports", "us_southwest_encounters", component=("usbp",)),
    make_observation("mexico", "mexico_encounters"),
    make_observation("from_venezuela", "us_southwest_encounters", nationality=("VEN",)),
)
FELL = make_claim(
    "change", id="fell", series="us_between_ports", period="2024-01", against="2023-12", direction="down",
    resolution="day", said_on=dt.date(2024, 1, 2),
)  # fmt: skip
SURPASS = make_claim(
    "comparison", id="surpass", series="mexico", other="us_total", period="2023-12", direction="above",
    said_on=dt.date(2023, 12, 27),
)  # fmt: skip
RECORD = make_claim("record", id="record", series="us_total", period="2023-12", said_on=dt.date(2024, 1, 27))
FIRST = make_claim(
    "first_month", id="first", series="mexico", other="us_total", period="2024-07", direction="above",
    said_on=dt.date(2024, 9, 3),
)  # fmt: skip


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    found = check_claims(make_corridor([FELL, SURPASS, RECORD, FIRST], OBSERVATIONS))
    return {verdict.claim.id: verdict for verdict in found}


def test_crossings_fell_in_the_days_after_the_meeting(verdicts):
    verdict = verdicts["fell"]
    assert verdict.verdict == "cannot be told"
    assert {f.period: f.value for f in verdict.figures}["2024-01"] == 124_215
    assert {f.period: f.value for f in verdict.figures}["2023-12"] == 249_740
    assert sorted(f.period for f in verdict.figures if f.period.endswith("-01")) == [
        f"{year}-01" for year in range(2018, 2026)
    ]
    assert (
        "124,215 in January 2024, against 249,740 in December 2023 (−50\N{NO-BREAK SPACE}%)"
        in verdict.sentence
    )
    assert "it ranged from 25,975 to 147,877, and in 6 of 7 of those years it fell" in verdict.sentence
    assert "southwest land border only, monthly counts, nothing finer than a month" in verdict.coverage
    assert (
        verdict.change_it == "Counts by day for these periods, published by US Customs and Border Protection."
    )
    assert "US Customs and Border Protection" in verdict.sources


def test_mexico_surpasses_the_us(verdicts):
    verdict = verdicts["surpass"]
    assert verdict.verdict == "not supported"
    assert [(f.series, f.period, f.value) for f in verdict.figures] == [
        ("mexico", "2023-12", 94_816), ("us_total", "2023-12", 301_981),
        ("mexico", "2024-07", 115_937), ("us_total", "2024-07", 104_100),
    ]  # fmt: skip
    assert verdict.first_month == "2024-07"
    assert "southwest land border only" in verdict.coverage
    assert "not yet public when the statement was made" in verdict.coverage
    assert f"94{NARROW}816" in verdict.sentence_es and f"301{NARROW}981" in verdict.sentence_es
    assert "julio de 2024" in verdict.sentence_es
    assert "solo la frontera terrestre suroeste" in verdict.coverage_es


def test_december_2023_is_the_highest_month(verdicts):
    verdict = verdicts["record"]
    assert verdict.verdict == "supported"
    assert "301,981" in verdict.sentence and "nothing up to May 2025 has passed it" in verdict.sentence


def test_first_month(verdicts):
    assert (verdicts["first"].verdict, verdicts["first"].first_month) == ("supported", "2024-07")


def test_standing_at_the_end_of_2023_december_is_unknown():
    for verdict in check_claims(
        make_corridor([FELL, SURPASS, RECORD, FIRST], OBSERVATIONS), dt.date(2023, 12, 31)
    ):
        assert verdict.verdict == "cannot be told"
        assert verdict.first_month is None


def test_nationality_is_not_zero_before_it_was_published():
    claim = make_claim("first_month", series="from_venezuela", value=1, period="2019-10", direction="below")
    assert check_claims(make_corridor([claim], OBSERVATIONS))[0].first_month is None


def test_table_of_a_run_folder(verdicts):
    table = verdict_table(verdicts.values())
    assert table.columns == documented_columns("claims")
    assert table["values"][1] == (
        "mexico 2023-12: 94816; us_total 2023-12: 301981; mexico 2024-07: 115937; us_total 2024-07: 104100"
    )
    assert verdict_table([]).columns == documented_columns("claims")


@pytest.mark.skipif(not OBSERVED.exists(), reason="the publishers' tables are not here")
def test_first_month_by_another_way():
    """From the raw tables, with nothing of ours."""

    def sums(name: str) -> dict[str, float]:
        result: dict[str, float] = {}
        with (OBSERVED / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                result[row["month"][:7]] = result.get(row["month"][:7], 0.0) + float(row["n"] or 0)
        return result

    us, mexico = sums("us_southwest_encounters.csv"), sums("mexico_encounters_nationality.csv")
    above = [month for month in sorted(mexico) if month in us and mexico[month] > us[month]]
    assert above[0] == "2024-07"
    assert (mexico["2024-07"], us["2024-07"]) == (115_937, 104_100)
    assert max(us, key=us.__getitem__) == "2023-12"
