"""By week: the figures of December 2023 as the data's README prints them, and a series of known law."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from corridor.claims import check_claims
from corridor.data import Dataset, load
from corridor.evaluate.question import Question
from corridor.evaluate.weekly import weekly_counts, weekly_effect
from corridor.formats import open_corridor
from corridor.model import InputError
from corridor.series import read_series

DATE = dt.date(2023, 12, 27)


@pytest.fixture(scope="module")
def december():
    return weekly_effect(weekly_counts(load("us_border_patrol_weekly")), DATE)


def test_the_weeks_of_december_2023(december):
    assert december.before[-2:] == (60135, 64205)
    assert [one.observed for one in december.weeks[:4]] == [48722, 23068, 25244, 31365]


def test_the_fall_and_the_return_beside_other_winters(december):
    assert round(december.fall.value, 2) == 0.40
    others = december.fall.others
    assert (len(others), round(min(others.values()), 2), round(max(others.values()), 2)) == (15, 0.42, 0.82)
    back = {year: round(value, 2) for year, value in december.recovery.others.items()}
    assert round(december.recovery.value, 2) == 0.57
    assert (back[2015], back[2016], back[2022], back[2024]) == (0.70, 0.57, 0.61, 0.25)
    rest = [value for year, value in back.items() if year not in (2015, 2016, 2022, 2024)]
    assert (min(rest), max(rest)) == (0.93, 1.70)


def test_the_sentence_tells_both_in_both_languages(december):
    for text in december.sentence:
        assert (
            "64" in text
            and "205" in text
            and "0.4" in text.replace(",", ".")
            and "0.57" in text.replace(",", ".")
        )
    assert "The fall" in december.sentence[0] and "El regreso" in december.sentence[1]


def weekly(values, start=dt.date(2010, 1, 4)) -> Dataset:
    dates = [start + dt.timedelta(weeks=i) for i in range(len(values))]
    table = pl.DataFrame({"date": dates, "value": np.asarray(values, dtype=float), "known_from": dates})
    return Dataset("mine", "Mine", "people", "week", (), 0, (), (), table)


def test_a_planted_fall_is_found_and_the_holiday_is_none():
    rng = np.random.default_rng(7)
    dates = [dt.date(2010, 1, 4) + dt.timedelta(weeks=i) for i in range(52 * 12)]
    week = dt.timedelta(days=6)
    eve = [
        dt.date((d - 2 * week).year, 12, 27) for d in dates
    ]  # the holiday: the week after that of 27 December
    holiday = np.array(
        [0.5 if e < d <= e + week + dt.timedelta(days=1) else 1.0 for d, e in zip(dates, eve, strict=True)]
    )
    values = 1000 * holiday * rng.lognormal(0, 0.05, len(dates))
    date = dt.date(2020, 12, 30)
    plain = weekly_effect(weekly_counts(weekly(values)), date)
    assert abs(plain.weeks[0].effect) < 0.25 and plain.weeks[0].low_95 < 0 < plain.weeks[0].high_95
    fallen = values * np.where(np.array(dates) >= dt.date(2020, 12, 28), 0.5, 1.0)
    found = weekly_effect(weekly_counts(weekly(fallen[: 52 * 11 + 10])), date)
    assert found.weeks[2].effect == pytest.approx(-0.5, abs=0.1) and found.weeks[2].high_95 < 0
    assert found.recovery.lower == 0


def test_too_few_years_and_unknown_weeks_are_refused():
    with pytest.raises(InputError, match="other years with these weeks"):
        weekly_effect(weekly_counts(weekly(np.full(150, 50.0))), dt.date(2011, 6, 1))
    with pytest.raises(InputError, match="cannot be measured by week"):
        weekly_effect(weekly_counts(weekly(np.full(150, 50.0))), dt.date(2030, 6, 1))
    with pytest.raises(InputError, match="not by week or day"):
        weekly_counts(load("mexico_returns"))


@pytest.mark.parametrize("before", [np.full(36, 1000.0), np.round(1000 * 1.05 ** np.arange(36))])
def test_without_chance_before_nothing_can_be_told(before):
    dates = [dt.date(2020 + i // 12, i % 12 + 1, 1) for i in range(38)]
    values = (
        [*before, 400.0, 400.0] if before[0] == before[1] else list(np.round(1000 * 1.05 ** np.arange(38)))
    )
    table = pl.DataFrame({"date": dates, "value": values, "known_from": dates})
    series = read_series(Dataset("mine", "Mine", "people", "month", (), 0, (), (), table))
    with pytest.raises(InputError, match="cannot be told"):
        Question(series, dt.date(2023, 1, 1)).check()


def test_the_claim_of_recent_days_says_the_fall_and_the_return():
    verdict = next(v for v in check_claims(open_corridor("americas")) if v.claim.id == "crossings_fell")
    for text in (verdict.sentence, verdict.sentence_es):
        plain = text.replace(",", ".").replace("\u202f", "").replace("\xa0", "")
        assert "0.573" in plain and "0.416" in plain
    assert any(f.series == "us_border_patrol_weekly" and f.value == 64205 for f in verdict.figures)
    # the first sentence says what the weeks tell: one in sixteen such falls is this deep (15 other years, none as low)
    assert verdict.sentence.startswith(
        "Counts by week fell after that date, as they do in these weeks of other years"
    )
    assert "cannot be told (p = 0.06)" in verdict.sentence.replace("\xa0", " ")
    assert verdict.sentence_es.startswith(
        "Los conteos por semana bajaron tras esa fecha, como en estas semanas"
    )


def test_a_percent_as_a_change_is_refused():
    corridor = open_corridor("americas")
    claim = next(c for c in corridor.claims if c.id == "january_half")
    wrong = corridor.model_copy(update={"claims": (claim.model_copy(update={"value": -90.0}),)})
    with pytest.raises(InputError) as caught:
        check_claims(wrong)
    assert "cannot fall by more than all" in str(caught.value.faults[0]) and "-0.9" in str(
        caught.value.faults[0]
    )
