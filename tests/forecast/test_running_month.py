"""Weeks that are public of the running month move the forecast of that month, and nothing that was not public does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from corridor.data import load
from corridor.forecast import Panel, View, standard_subjects
from corridor.forecast.models import combined, single
from corridor.forecast.running import RunningMonthRule, daily_mean, followed, narrowed, surprises
from corridor.forecast.upstream import UpstreamRegression
from corridor.forecast.view import Subject, Weeks

AS_OF = dt.date(2024, 1, 10)
RULE = RunningMonthRule()


def weeks(first: dt.date, counts: list[float], lag: int = 21) -> Weeks:
    days = [first + dt.timedelta(weeks=k) for k in range(len(counts))]
    table = pl.DataFrame({
        "date": days, "value": counts, "known_from": [day + dt.timedelta(days=6 + lag) for day in days],
    })  # fmt: skip
    return Weeks.of(table)


def test_days_of_a_month_are_counted_by_hand() -> None:
    """January 2024 begins on a Monday. On the 4th of February the weeks of the 1st and of the 8th are public (six days and three weeks on)."""
    given = weeks(dt.date(2023, 12, 25), [7.0, 70.0, 140.0, 210.0, 280.0])
    january = dt.date(2024, 1, 1)
    assert daily_mean(given, january, dt.date(2024, 2, 4)) == ((70 + 140) / 14, 14)
    assert daily_mean(given, january, dt.date(2024, 2, 3)) == (10.0, 7)
    assert daily_mean(given, january, dt.date(2024, 1, 27))[1] == 0
    crossing = weeks(dt.date(2024, 1, 29), [280.0])  # three days of January, each a seventh of the week
    assert daily_mean(crossing, january, dt.date(2024, 3, 1)) == (40.0, 3)


@pytest.fixture(scope="module")
def us(panels: dict[str, Panel]) -> Subject:
    return standard_subjects(panels)["us"]


def test_the_weeks_of_december_2023_as_they_were_known(us: Subject, panels: dict[str, Panel]) -> None:
    """Encounters of the weeks from 4 and 11 December, read off the table by hand: the first three days of the month belong to a week of November."""
    view = View.at(us, AS_OF, panels)
    table = load("us_border_patrol_weekly").table
    week = {day: float(value) for day, value in table.select("date", "value").iter_rows()}
    assert view.weeks is not None and view.last == dt.date(2023, 11, 1)
    mean, days = daily_mean(view.weeks, dt.date(2023, 12, 1), AS_OF)
    assert days == 17
    by_hand = (
        week[dt.date(2023, 11, 27)] * 3 / 7 + week[dt.date(2023, 12, 4)] + week[dt.date(2023, 12, 11)]
    ) / 17
    assert mean == pytest.approx(by_hand)
    assert week[dt.date(2023, 12, 11)] == 60_135  # as published


def test_a_surge_in_the_weeks_raises_the_forecast_of_the_month(us: Subject, panels: dict[str, Panel]) -> None:
    view = View.at(us, AS_OF, panels)
    assert view.weeks is not None
    high = view.weeks.first >= dt.date(2023, 12, 4).toordinal()
    surge = replace(view, weeks=replace(view.weeks, counts=np.where(high, 1.4, 1.0) * view.weeks.counts))
    model = replace(single(UpstreamRegression()), running=RULE, draws=200)
    total, san_diego = view.panel.columns(["total", "san_diego_sector"])
    office = view.panel.columns(["san_diego_field_office"])[0]
    plain, moved = (model.fit_predict(one, (1, 2, 4)).quantiles[..., 11] for one in (view, surge))
    grown = np.log(moved / plain)
    assert 0.1 < grown[0, total] < np.log(1.4) and 0.1 < grown[0, san_diego] < np.log(1.4)
    assert 0.05 < grown[1, total] < np.log(1.4)
    assert grown[:, office] == pytest.approx(0.0) and grown[2] == pytest.approx(
        0.0
    )  # not by ports, not in four months
    beyond = replace(view, weeks=replace(view.weeks, counts=np.where(high, 100.0, 1.0) * view.weeks.counts))
    far = model.fit_predict(beyond, (1,)).quantiles[0, total, 11]
    assert far < plain[0, total] * np.exp(1.1)  # bounded: half a log either way


def test_weeks_that_were_not_public_change_nothing(us: Subject, panels: dict[str, Panel]) -> None:
    """Bit for bit, where every later week is ten times as large; and a week that was public is seen."""
    assert us.weekly is not None

    def median(known_from: dt.date) -> np.ndarray:
        table = us.weekly.table.with_columns(  # type: ignore[union-attr]
            value=pl.when(pl.col("known_from") > known_from)
            .then(pl.col("value") * 10)
            .otherwise(pl.col("value"))
        )
        changed = replace(us, weekly=replace(us.weekly, table=table))  # type: ignore[type-var]
        model = replace(single(UpstreamRegression()), running=RULE, draws=200)
        return model.fit_predict(View.at(changed, AS_OF, panels), (1,)).quantiles

    plain = median(dt.date(2100, 1, 1))
    assert np.array_equal(plain, median(AS_OF), equal_nan=True)
    assert not np.array_equal(plain, median(AS_OF - dt.timedelta(days=5)), equal_nan=True)


def test_rows_rest_on_what_was_public_at_their_own_origins(us: Subject, panels: dict[str, Panel]) -> None:
    """What is said of a past row is what is said by a view that stands there."""
    now, then = View.at(us, AS_OF, panels), View.at(us, dt.date(2023, 7, 10), panels)
    shift = np.zeros(now.panel.values.shape)
    row = now.panel.months.index(then.last)
    assert surprises(now, shift, RULE)[row] == pytest.approx(surprises(then, shift[: then.rows], RULE)[-1])


def test_the_part_that_is_followed_is_a_ridge_regression() -> None:
    """One series of known surprises, of which the next change takes three quarters: by hand at the last row."""
    rows = 40
    said = np.random.default_rng(3).normal(0, 0.1, (rows, 1))
    change = 0.75 * said[:-1, 0]
    z = np.concatenate([[0.0], np.cumsum(change)])[:, None]
    v, none = np.full((rows, 1), 0.1), np.zeros((rows, 1))
    found = followed(z, v, none, said, [[0]], 1, RULE)
    # of the window, the last surprise has no target yet
    used = said[rows - 1 - RULE.window : rows - 1, 0] / 0.1
    part = (0.75 * (used**2).sum() + RULE.months * RULE.start) / ((used**2).sum() + RULE.months)
    assert found[-1, 0] == pytest.approx(part * said[-1, 0])
    assert 0.6 < part < 0.75
    flat = followed(z * 0.0, v, none, said, [[0]], 1, RULE)
    assert abs(flat[-1, 0]) < 0.25 * abs(said[-1, 0])  # weeks that prove wrong are followed less


def test_widths_shrink_as_past_errors_did() -> None:
    plain = np.tile([[1.0, -2.0, 1.0]], (30, 1))
    assert narrowed(plain * [0.8, 0.1, 1.3], plain, 36) == pytest.approx([0.8, 0.5, 1.0])


def test_the_default_follows_the_weeks_and_others_need_none(us: Subject, panels: dict[str, Panel]) -> None:
    assert combined().running == RULE
    view = View.at(standard_subjects(panels)["darien"], AS_OF, panels)
    assert view.weeks is None
    model = single(UpstreamRegression())
    for one in (view, replace(View.at(us, AS_OF, panels), weeks=None)):
        with_, without = (
            replace(model, running=rule, draws=100).fit_predict(one, (1,)) for rule in (RULE, None)
        )
        assert np.array_equal(with_.quantiles, without.quantiles, equal_nan=True)
