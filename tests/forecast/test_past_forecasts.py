"""The shipped past forecasts against the shipped scoreboard, and which of them a run may show."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.forecast.past import KEPT_LEVELS, SHIPPED, past_forecasts, shipped_past
from corridor.forecast.sets import PUBLISHERS, standard_panels
from corridor.formats import open_corridor
from corridor.study.schema import conform

BACKTEST = Path(__file__).parents[2] / "docs" / "results" / "backtest.csv"


@pytest.fixture(scope="module")
def americas():
    return open_corridor("americas")


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_intervals_hold_as_many_counts_as_the_backtest_says(publisher: str) -> None:
    """The backtest was run on its own and scores the later origins, which its reference has a history for: the same share."""
    panel = standard_panels()[publisher]
    count = dict(zip(panel.months, panel.values[:, panel.columns(["total"])[0]], strict=True))
    board = pl.read_csv(BACKTEST).filter(
        model="combined", origin="month_end", period="all", set=f"{publisher}_total"
    )
    shipped = pl.read_csv(SHIPPED, try_parse_dates=True).filter(publisher=publisher)
    for row in board.iter_rows(named=True):
        ahead = shipped.with_columns(
            horizon=pl.col("month").rank("ordinal").over("as_of").cast(pl.Int64)
        ).filter(horizon=row["horizon"])
        seen = [(one, count.get(one["month"], np.nan)) for one in ahead.sort("as_of").iter_rows(named=True)]
        pairs = [(one, value) for one, value in seen if not np.isnan(value)][-row["origins"] :]
        assert len(pairs) == row["origins"]
        for low, high, column in (("0.1", "0.9", "coverage_80"), ("0.25", "0.75", "coverage_50")):
            held = np.mean([one[low] <= value <= one[high] for one, value in pairs])
            assert held == pytest.approx(row[column], abs=1e-4), (row["horizon"], column)


def test_quantiles_rise_and_no_forecast_knows_its_month() -> None:
    shipped = pl.read_csv(SHIPPED, try_parse_dates=True)
    values = shipped.select([str(level) for level in KEPT_LEVELS]).to_numpy()
    assert (np.diff(values, axis=1) >= 0).all() and (values >= 0).all()
    panels = standard_panels()
    for publisher, as_of, first in (
        shipped.group_by("publisher", "as_of").agg(pl.col("month").min()).iter_rows()
    ):
        known = panels[publisher].last_published(as_of)
        assert known is not None and known < first


def test_a_run_shows_what_was_past_and_no_run_before_the_model_was_chosen(americas) -> None:
    then = shipped_past(dt.date(2023, 12, 31), americas, 18)
    assert then["as_of"].min() == dt.date(2022, 6, 30) and then["as_of"].max() == dt.date(2023, 11, 30)
    assert set(then["series"]) == {"us_total", "mexico_encounters", "honduras_entries", "darien_transits"}
    assert then.height == 4 * 18 * 6 * len(KEPT_LEVELS)
    assert conform("past_forecasts", then)[1] == []
    assert shipped_past(dt.date(2023, 6, 30), americas, 18).is_empty()


def test_a_part_of_a_dataset_has_no_past_forecasts(americas) -> None:
    """An observation that keeps some rows of a dataset is not the total that was forecast."""
    part = tuple(
        o.model_copy(update={"where": {"nationality": ("VEN",)}}) if o.id == "us_total" else o
        for o in americas.observations
    )
    found = shipped_past(dt.date(2023, 12, 31), americas.model_copy(update={"observations": part}), 18)
    assert "us_total" not in set(found["series"]) and "mexico_encounters" in set(found["series"])


@pytest.mark.slow
def test_the_shipped_rows_are_those_of_the_forecaster() -> None:
    first = dt.date(2023, 5, 1)
    shipped = pl.read_csv(SHIPPED, try_parse_dates=True).filter(
        publisher="darien", as_of=dt.date(2023, 5, 31)
    )
    for as_of, month, level, value in past_forecasts("darien", first, first):
        row = shipped.filter(as_of=as_of, month=month)
        assert row[str(level)][0] == pytest.approx(value, rel=1e-6, abs=1)
