"""Every kind of statement on small series whose answer is plain."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from statement_cases import daily, make_claim, make_corridor, make_observation, monthly, months

from corridor.claims import check_claims
from corridor.model import Gap, InputError

NORTH = months("2020-01", [100, 120, 90, 200, 150, 50, 60, 70, 80, 90, 100, 110, 120, 60])
SOUTH = months("2020-01", [300, 300, 300, 100, 300, 300, 300, 300, 300, 300, 300, 300, 100, 300])


@pytest.mark.parametrize(
    ("period", "against", "direction", "expected"),
    [
        ("2020-05", "2020-04", "down", "supported"),
        ("2020-05", "2020-04", "up", "not supported"),
        ("2020-05", "2020-01", "up", "supported"),
        ("2020-05", None, "down", "supported"),  # against the month before
        ("2020-02", None, "down", "not supported"),
        ("2021-02", None, "down", "supported"),
    ],
)
def test_change_by_direction(check, period, against, direction, expected):
    claim = make_claim("change", period=period, against=against, direction=direction)
    assert check(claim, north=NORTH).verdict == expected


@pytest.mark.parametrize(
    ("value", "tolerance", "expected"),
    [
        (-0.25, None, "supported"),
        (-0.26, None, "supported"),
        (-0.27, None, "not supported"),
        (-0.3, 0.06, "supported"),
    ],
)
def test_change_by_size(check, value, tolerance, expected):
    # 200 to 150 is a quarter less
    claim = make_claim("change", period="2020-05", value=value, tolerance=tolerance)
    verdict = check(claim, north=NORTH)
    assert verdict.verdict == expected
    assert "150 in May 2020, against 200 in April 2020 (−25\N{NO-BREAK SPACE}%)" in verdict.sentence


def test_change_from_zero_cannot_be_told(check):
    verdict = check(make_claim("change", period="2020-02", direction="up"), north=months("2020-01", [0, 5]))
    assert verdict.verdict == "cannot be told"
    assert "was zero in January 2020" in verdict.sentence


def test_years_are_sums_of_whole_years_only(check):
    two = months("2019-01", [10.0] * 12 + [11.0] * 12 + [50.0] * 3)
    verdict = check(
        make_claim("change", period="2020", against="2019", direction="up", resolution="year"), north=two
    )
    assert verdict.verdict == "supported"
    assert [(f.period, f.value) for f in verdict.figures] == [("2020", 132.0), ("2019", 120.0)]
    part = check(
        make_claim("change", period="2021", against="2020", direction="up", resolution="year"), north=two
    )
    assert part.verdict == "cannot be told"
    assert "no published figure for 2021; the last published is 2020 with 132" in part.sentence


def test_days_cannot_be_told_from_months(check):
    claim = make_claim("change", period="2021-01-05", against="2020-12", direction="up", resolution="day")
    verdict = check(claim, north=NORTH)
    assert verdict.verdict == "cannot be told"
    assert verdict.period == "2021-01"
    assert "published by month" in verdict.sentence
    assert "120 in January 2021, against 110 in December 2020 (+9.1\N{NO-BREAK SPACE}%)" in verdict.sentence
    assert "in January of other years (2020 to 2020) it ranged from 100 to 100" in verdict.sentence
    assert verdict.change_it == "Counts by day for these periods, published by Agency of the north."
    assert "por mes" in verdict.sentence_es and "enero de 2021" in verdict.sentence_es


def test_other_years_are_counted(check):
    # Januaries: 2018 fell from December, 2019 rose, 2020 rose, 2021 is the one asked about
    values = months("2017-12", [50, 40] + [10] * 10 + [30, 60] + [10] * 10 + [20, 25] + [10] * 10 + [90, 45])
    claim = make_claim("change", period="2021-01", against="2020-12", direction="down", resolution="day")
    sentence = check(claim, north=values).sentence
    assert (
        "(2018 to 2020) it ranged from 25 to 60, and in 1 of 3 of those years it fell from December to January"
        in sentence
    )
    rose = make_claim("change", period="2021-01", against="2020-12", direction="up", resolution="day")
    assert "in 2 of 3 of those years it rose from December to January" in check(rose, north=values).sentence


def test_daily_counts_answer_a_statement_about_days(check):
    data = daily("north", "2020-01-30", [9, 8, 7, 6])
    claim = make_claim(
        "change", period="2020-02-01", against="2020-01-30", direction="down", resolution="day"
    )
    verdict = check(claim, north=data)
    assert verdict.verdict == "supported"
    assert "7 in 1 February 2020, against 9 in 30 January 2020" in verdict.sentence
    # a month that is only partly there is no month
    part = check(make_claim("change", period="2020-02", direction="down"), north=data)
    assert part.verdict == "cannot be told"


@pytest.mark.parametrize(
    ("period", "direction", "expected"),
    [
        ("2020-04", "above", "supported"),
        ("2020-05", "above", "not supported"),
        ("2020-05", "below", "supported"),
        (None, "below", "supported"),
    ],
)
def test_comparison(check, period, direction, expected):
    claim = make_claim("comparison", other="south", period=period, direction=direction)
    verdict = check(claim, north=NORTH, south=SOUTH)
    assert verdict.verdict == expected
    assert verdict.period == (period or "2021-02")


def test_comparison_names_the_first_month_in_which_it_was_true(check):
    claim = make_claim("comparison", other="south", period="2020-01", direction="above")
    verdict = check(claim, north=NORTH, south=SOUTH)
    assert verdict.first_month == "2020-04"
    assert verdict.sentence.endswith("the first month in which it was true was April 2020 (200 against 100).")
    assert verdict.change_it.startswith("A revision of the counts by more than 200,")
    never = check(claim, north=NORTH, south=months("2020-01", [500] * 14))
    assert never.first_month is None
    assert "it was true in no month from January 2020 to February 2021" in never.sentence


@pytest.mark.parametrize(
    ("value", "tolerance", "direction", "expected"),
    [
        (2, None, None, "supported"),
        (2.1, None, None, "supported"),
        (2.2, None, None, "not supported"),
        (3, 1, None, "supported"),
        (1.5, None, "above", "supported"),
        (2.5, None, "above", "not supported"),
        (2.5, None, "below", "supported"),
    ],
)
def test_ratio(check, value, tolerance, direction, expected):
    claim = make_claim(
        "ratio", other="south", period="2020-04", value=value, tolerance=tolerance, direction=direction
    )
    verdict = check(claim, north=NORTH, south=SOUTH)
    assert verdict.verdict == expected
    assert "the first is 2.00 times the second; the statement says" in verdict.sentence


def test_ratio_to_zero_cannot_be_told(check):
    claim = make_claim("ratio", other="south", period="2020-01", value=2)
    assert check(claim, north=NORTH, south=months("2020-01", [0])).verdict == "cannot be told"


def test_record_up_to_the_month_itself(check):
    later = NORTH | {"2021-03": 250.0}
    verdict = check(make_claim("record", period="2020-04"), north=later)
    assert verdict.verdict == "supported"
    assert verdict.first_month == "2020-04"
    assert (
        "highest of the 4 months from January 2020 to then; the next is February 2020 with 120"
        in verdict.sentence
    )
    assert verdict.sentence.endswith("and March 2021 has passed it since.")
    assert (
        "nothing up to February 2021 has passed it"
        in check(make_claim("record", period="2020-04"), north=NORTH).sentence
    )


def test_no_record(check):
    verdict = check(make_claim("record", period="2020-05"), north=NORTH)
    assert verdict.verdict == "not supported"
    assert (
        "is not the highest of the 5 months from January 2020 to then: April 2020 had 200" in verdict.sentence
    )
    tie = check(make_claim("record", period="2020-02"), north=months("2020-01", [7, 7]))
    assert tie.verdict == "not supported"


def test_lowest_on_record(check):
    assert check(make_claim("record", period="2020-06", direction="down"), north=NORTH).verdict == "supported"
    assert (
        check(make_claim("record", period="2020-04", direction="down"), north=NORTH).verdict
        == "not supported"
    )


def test_the_first_month_of_a_series_is_no_record(check):
    assert check(make_claim("record", period="2020-01"), north=NORTH).verdict == "cannot be told"


@pytest.mark.parametrize(("period", "expected"), [("2020-04", "supported"), ("2021-01", "not supported")])
def test_first_month_against_a_series(check, period, expected):
    claim = make_claim("first_month", other="south", period=period, direction="above")
    verdict = check(claim, north=NORTH, south=SOUTH)
    assert (verdict.verdict, verdict.first_month, verdict.period) == (expected, "2020-04", "2020-04")


def test_first_month_against_a_value(check):
    below = make_claim("first_month", value=60, period="2020-06", direction="below")
    assert check(below, north=NORTH).verdict == "supported"
    never = check(make_claim("first_month", value=500, period="2020-06", direction="above"), north=NORTH)
    assert (never.verdict, never.first_month) == ("not supported", None)


def test_first_month_tells_of_missing_months_before_it(check):
    gap = Gap(start=dt.date(2020, 2, 1), end=dt.date(2020, 3, 1), note="closed", where={})
    values = {text: v for text, v in NORTH.items() if text not in ("2020-02", "2020-03")}
    claim = make_claim("first_month", value=150, period="2020-04", direction="above")
    verdict = check(claim, north=monthly("north", values, gaps=(gap,)))
    assert verdict.verdict == "supported"
    assert "2 months before it are missing in the data" in verdict.sentence


def test_a_month_without_a_row_is_not_zero(check):
    """A folder's own series used to be "0 in July", and a year with three absent months "supported"."""
    values = {f"2020-{m:02d}": 100.0 for m in (1, 2, 3, 4, 5, 6, 10, 11, 12)} | {"2021-01": 120.0}
    holed = monthly("north", values)
    july = check(make_claim("change", period="2020-07", against="2020-06", direction="down"), north=holed)
    assert july.verdict == "cannot be told" and "0 in July" not in july.sentence
    full = monthly("north", {f"{y}-{m:02d}": 100.0 for y in (2019, 2020) for m in range(1, 13)})
    year = make_claim("change", period="2020", against="2019", direction="down")
    lost = {
        k: v for k, v in months("2019-01", [100.0] * 24).items() if k not in ("2020-07", "2020-08", "2020-09")
    }
    assert check(year, north=monthly("north", lost)).verdict == "cannot be told"
    assert check(year, north=full).verdict == "not supported"


def test_a_daily_census_is_averaged_by_month_and_not_added_up(check):
    census = replace(daily("north", "2021-01-01", [1000.0] * 31 + [1200.0] * 28), kind="stock")
    verdict = check(make_claim("change", period="2021-02", against="2021-01", value=0.2), north=census)
    assert verdict.verdict == "supported"
    assert [figure.value for figure in verdict.figures] == [1200, 1000]


def fallen(by: float, spike: float = 1.0) -> dict[str, float]:
    """Forty quiet months, then three that are lower by a share; the last quiet one may be a spike."""
    quiet = 1000 * np.exp(0.05 * np.random.default_rng(8).standard_normal(40))
    later = round(float(quiet.mean()) * (1 - by))
    quiet[-1] *= spike
    return months("2017-09", [*quiet.round(), later, later, later])


@pytest.mark.parametrize(
    ("changes", "series", "expected"),
    [
        ({}, fallen(0.5), "supported"),
        ({"direction": "up"}, fallen(0.5), "not supported"),
        ({"direction": "up"}, fallen(-1.0), "supported"),
        ({"value": -0.5}, fallen(0.5), "supported"),
        ({"value": -0.9}, fallen(0.5), "not supported"),
        ({}, fallen(0.0), "cannot be told"),
        ({"value": -0.5}, fallen(0.0), "not supported"),
        ({}, fallen(0.5, spike=3.0), "cannot be told"),
        ({"resolution": "day"}, fallen(0.5), "cannot be told"),
    ],
)
def test_effect(check, changes, series, expected):
    claim = make_claim("effect", date=dt.date(2021, 1, 1), **changes)
    verdict = check(claim, north=series)
    assert verdict.verdict == expected
    assert verdict.period == "2021-01"
    assert [(f.period, f.value) for f in verdict.figures] == [("2021-01", series["2021-01"])]
    assert "95\N{NO-BREAK SPACE}% interval" in verdict.sentence and "intervalo del 95" in verdict.sentence_es
    assert verdict.change_it and verdict.change_it_es and verdict.sources == ("Agency of the north",)


def test_effect_over_months(check):
    verdict = check(make_claim("effect", date=dt.date(2021, 1, 1), period="2021-03"), north=fallen(0.5))
    assert [f.period for f in verdict.figures] == ["2021-01", "2021-02", "2021-03"]
    whole = round(sum(fallen(0.5)[month] for month in ("2021-01", "2021-02", "2021-03")))
    assert f"January 2021 to March 2021: {whole:,} against" in verdict.sentence


def test_effect_that_nothing_is_published_for(check):
    claim = make_claim("effect", date=dt.date(2021, 1, 1))
    for as_of, series in ((dt.date(2021, 1, 31), fallen(0.5)), (None, months("2020-06", [100.0] * 10))):
        verdict = check(claim, as_of=as_of, north=series)
        assert verdict.verdict == "cannot be told"
        assert "cannot be estimated" in verdict.sentence and verdict.figures == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [({}, "needs a measure or a date"), ({"measure": "walls"}, "'walls' is no measure with a date")],
)
def test_effect_as_it_may_not_be_written(check, changes, message):
    with pytest.raises(InputError) as caught:
        check(make_claim("effect", **changes), north=NORTH)
    assert [message in fault.message for fault in caught.value.faults] == [True]


def test_as_of_hides_what_was_not_public(check):
    claim = make_claim("change", period="2020-05", direction="down", note="Learned later.")
    # May is public 20 days after its end, on 20 June
    hidden = check(claim, as_of=dt.date(2020, 6, 19), north=NORTH)
    assert hidden.verdict == "cannot be told"
    assert (
        "had no published figure for May 2020 by 19 June 2020; the last published is April 2020 with 200"
        in hidden.sentence
    )
    assert "Learned later" not in hidden.coverage
    known = check(claim, as_of=dt.date(2020, 6, 20), north=NORTH)
    assert known.verdict == "supported"
    assert "provisional" in known.coverage
    assert "Learned later." in check(claim, north=NORTH).coverage


def test_a_first_month_that_is_not_published_yet_cannot_be_told(check):
    claim = make_claim("first_month", value=150, period="2020-04", direction="above")
    verdict = check(claim, as_of=dt.date(2020, 4, 30), north=NORTH)
    assert verdict.verdict == "cannot be told"
    assert "later months are not published" in verdict.sentence


def test_coverage_says_what_was_public_when_it_was_said(check):
    early = make_claim("change", period="2020-05", direction="down", said_on=dt.date(2020, 6, 1))
    late = make_claim("change", period="2020-05", direction="down", said_on=dt.date(2020, 7, 1))
    assert "not yet public when the statement was made" in check(early, north=NORTH).coverage
    assert "not yet public" not in check(late, north=NORTH).coverage
    assert (
        "monthly counts, nothing finer than a month, January 2020 to February 2021"
        in check(late, north=NORTH).coverage
    )


def test_every_fault_of_every_claim_at_once():
    claims = [
        make_claim("comparison", id="a", other="sout"),
        make_claim("ratio", id="b", other="south"),
        make_claim("change", id="c", period="2020-13"),
        make_claim("first_month", id="d", period="last May"),
        make_claim("comparison", id="e"),
    ]
    corridor = make_corridor(claims, [make_observation("north"), make_observation("south")])
    with pytest.raises(InputError) as caught:
        check_claims(corridor, None, lambda name: pytest.fail("no data are needed to see the faults"))
    text = str(caught.value)
    for part in (
        "claims.yaml:other: a: 'sout' is no observation\n  hint: did you mean 'south'?",
        "b: a ratio needs how many times",
        "c: month must be in 1..12",
        "c: a change needs a direction or a value",
        "d: 'last May' is not a day, month or year",
        "d: a first month needs a second series or a value",
        "e: a comparison needs a second series",
    ):
        assert part in text
    assert len(caught.value.faults) == 7


def test_rows_that_may_not_be_summed_are_refused(check):
    from dataclasses import replace

    import polars as pl

    data = monthly("north", NORTH)
    twice = replace(data, table=pl.concat([data.table, data.table]), additive=False)
    with pytest.raises(InputError, match="may not be summed"):
        check(make_claim("record", period="2020-04"), north=twice)
