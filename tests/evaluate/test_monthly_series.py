"""Published counts as monthly series, and which of them are refused."""

from __future__ import annotations

import datetime as dt
import math

import polars as pl
import pytest
from effect_cases import series, walk

from corridor.data import Dataset, load
from corridor.evaluate import Question, measure_effect, monthly_counts
from corridor.evaluate.lookup import build_question, find_series
from corridor.formats import open_corridor
from corridor.model import Gap, InputError, Observation
from corridor.series import ratio_of
from repository import ROOT

OBSERVATION = Observation(id="north", name="North", name_es="Norte", dataset="north", counting_point="north")


def dataset(rows: list[tuple[str, str, float]], *, frequency="month", additive=True, gaps=()) -> Dataset:
    dates, groups, values = zip(*rows, strict=True) if rows else ((), (), ())
    days = [dt.date.fromisoformat(f"{text}-01") for text in dates]
    table = pl.DataFrame(
        {"date": days, "nationality": groups, "value": values, "known_from": days},
        schema={"date": pl.Date, "nationality": pl.String, "value": pl.Float64, "known_from": pl.Date},
    )
    return Dataset(
        "north", "North", "entries", frequency, ("nationality",), 0, (), (), table, gaps, additive,
        absent="zero" if additive else "unknown",
    )  # fmt: skip


def test_counts_are_summed_and_months_without_a_row_are_unknown() -> None:
    gap = Gap(start=dt.date(2020, 4, 1), end=dt.date(2020, 4, 1), note="not published", where={})
    rows = [
        ("2020-01", "CUB", 5.0),
        ("2020-01", "VEN", 7.0),
        ("2020-03", "CUB", 2.0),
        ("2020-05", "CUB", 1.0),
    ]
    found = monthly_counts(OBSERVATION, dataset(rows, gaps=(gap,)))
    assert found.periods[0] == dt.date(2020, 1, 1) and len(found.periods) == 5
    # nobody published February; April is a declared gap
    assert [None if math.isnan(v) else v for v in found.counts] == [12, None, 2, None, 1]
    one = monthly_counts(OBSERVATION, dataset(rows), {"nationality": ["CUB"]})
    # nothing was published in that detail in February and April: missing, not zero
    assert [v for v in one.counts if not math.isnan(v)] == [5, 2, 1] and math.isnan(one.counts[1])
    other = monthly_counts(OBSERVATION, dataset(rows), {"nationality": ["VEN"]})
    assert other.counts[0] == 7 and other.counts[2] == 0 and other.counts[4] == 0
    assert one.name == ("North (Cuba)", "Norte (Cuba)") and one.where == {"nationality": ("CUB",)}


def test_shipped_counts_are_those_of_the_publisher() -> None:
    total = find_series(open_corridor("americas"), None)
    found = monthly_counts(total, load(total.dataset))
    assert found.counts[found.position(dt.date(2023, 12, 1))] == 301_981
    assert found.counts[found.position(dt.date(2024, 1, 1))] == 176_195


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dataset([("2020-01", "CUB", -5.0)]), "has negative counts"),
        (dataset([("2020-01", "CUB", 5.0)], frequency="day"), "is counted by day"),
        (dataset([]), "has no published month"),
        (
            dataset([("2020-01", "CUB", 5.0), ("2020-01", "VEN", 5.0)], additive=False),
            "several rows of one date of north may not be summed",
        ),
    ],
)
def test_what_is_no_monthly_count_is_refused(data, message) -> None:
    with pytest.raises(InputError, match=message):
        monthly_counts(OBSERVATION, data)


def test_levels_that_may_not_be_summed_stand_alone() -> None:
    rows = [("2020-01", "CUB", 5.0), ("2020-03", "CUB", 6.0)]
    found = monthly_counts(OBSERVATION, dataset(rows, additive=False))
    assert found.counts[0] == 5 and math.isnan(found.counts[1]) and found.counts[2] == 6


def test_a_ratio_covers_what_both_do() -> None:
    one = series([10.0, 0.0, 30.0, 40.0])
    two = series([5.0, 6.0, 8.0], first=dt.date(2018, 2, 1), name="other")
    found = ratio_of(one, two)
    assert found.periods[0] == dt.date(2018, 2, 1) and len(found.periods) == 3
    assert math.isnan(found.counts[0]) and found.counts[1:].tolist() == [5, 5]
    assert found.offset == 0.0


def test_a_control_must_cover_the_months() -> None:
    target, short = series(walk(60)), series(walk(20), name="short")
    with pytest.raises(InputError, match="short covers 2018-01 to 2019-08: too little to be a control"):
        measure_effect(Question(target, target.periods[50], controls=(short,)))


def test_a_corridor_without_series_says_so() -> None:
    with pytest.raises(InputError, match="has no series to measure an effect on"):
        build_question(open_corridor(ROOT / "examples" / "strait"), date=dt.date(2024, 1, 1))
