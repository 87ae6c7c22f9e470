"""Other forecasts beside the reference."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from corridor.forecast import (
    LEVELS,
    TRANSIT,
    ReferenceForecaster,
    compare_with_reference,
    quantiles_of_samples,
    relative_wis,
    score_quantiles,
)
from corridor.model import InputError
from corridor.model.periods import add_months

AS_OF = dt.date(2023, 6, 30)
TARGETS = [dt.date(2023, m, 1) for m in range(7, 12)]
GROUPS = {"total": ("total",), "ten": TRANSIT}


def as_table(panel, quantiles_by_month, names) -> pl.DataFrame:
    rows = [
        (name, month, float(level), float(value))
        for month, values in quantiles_by_month.items()
        for name, line in zip(names, values, strict=True)
        for level, value in zip(LEVELS, line, strict=True)
    ]
    return pl.DataFrame(rows, schema=["series", "month", "quantile", "value"], orient="row")


@pytest.fixture(scope="module")
def reference_table(panels):
    panel = panels["us"]
    names = ["total", *TRANSIT]
    last = panel.last_published(AS_OF)
    quantiles = {
        month: ReferenceForecaster().forecast(panel, last, h + 2)[panel.columns(names)]
        for h, month in enumerate(TARGETS)
    }
    return as_table(panel, quantiles, names)


def test_the_reference_beside_itself_is_one(panels, reference_table):
    result = compare_with_reference(reference_table, panels["us"], AS_OF, GROUPS)
    assert result.groups["ratio"].to_list() == pytest.approx([1.0, 1.0])
    assert result.groups["targets"].to_list() == [5, 50]
    assert result.scores["horizon"].unique().to_list() == [2, 3, 4, 5, 6]
    assert result.scores.columns == [
        "series", "month", "horizon", "observed", "median", "wis", "wis_reference",
    ]  # fmt: skip


def test_a_perfect_forecast_scores_zero_and_a_wider_one_worse(panels, reference_table):
    panel = panels["us"]
    names = ["total", *TRANSIT]
    truth = {
        m: np.repeat(panel.values[panel.position(m), panel.columns(names)][:, None], 23, 1) for m in TARGETS
    }
    perfect = compare_with_reference(as_table(panel, truth, names), panel, AS_OF, GROUPS)
    assert perfect.groups["ratio"].to_list() == [0.0, 0.0]
    wide = reference_table.with_columns(pl.col("value") * (1 + 8 * (pl.col("quantile") - 0.5).clip(0)))
    assert min(compare_with_reference(wide, panel, AS_OF, GROUPS).groups["ratio"]) > 1


def test_group_score_is_the_scaled_mean(panels, reference_table):
    """By hand: mean WIS of each series over its mean absolute change from 2023-06 on, then the mean."""
    panel = panels["us"]
    result = compare_with_reference(reference_table, panel, AS_OF, GROUPS)
    expected = []
    for name in TRANSIT:
        y = panel.values[panel.position(dt.date(2023, 6, 1)) : panel.position(dt.date(2023, 11, 1)) + 1]
        unit = np.abs(np.diff(y[:, panel.series.index(name)])).mean()
        part = result.scores.filter(pl.col("series") == name)
        expected.append(part["wis_reference"].mean() / unit)
    assert result.groups.row(1, named=True)["wis_reference"] == pytest.approx(np.mean(expected))


def test_samples_are_scored_as_their_quantiles(panels):
    rng = np.random.default_rng(2)
    samples = pl.DataFrame(
        {
            "series": ["total"] * 400,
            "month": [TARGETS[0]] * 200 + [TARGETS[1]] * 200,
            "member": list(range(200)) * 2,
            "value": rng.normal(200_000, 30_000, 400),
        }
    )
    by_samples = compare_with_reference(samples, panels["us"], AS_OF)
    by_quantiles = compare_with_reference(quantiles_of_samples(samples), panels["us"], AS_OF)
    assert by_samples.scores.equals(by_quantiles.scores)
    mine = np.quantile(samples["value"].to_numpy()[:200], LEVELS)
    table = quantiles_of_samples(samples).filter(pl.col("month") == TARGETS[0])
    assert table["value"].to_numpy() == pytest.approx(mine)


def test_months_that_were_public_are_not_scored(panels, reference_table):
    known = reference_table.filter(pl.col("month") == TARGETS[0]).with_columns(
        month=pl.lit(dt.date(2023, 5, 1))
    )
    both = pl.concat([known, reference_table.filter(pl.col("month") == TARGETS[0])])
    result = compare_with_reference(both, panels["us"], AS_OF)
    assert result.scores["month"].unique().to_list() == [TARGETS[0]]


def test_nothing_to_compare_is_a_fault(panels, reference_table):
    future = reference_table.with_columns(month=pl.lit(dt.date(2031, 1, 1))).unique(["series", "quantile"])
    with pytest.raises(InputError, match="no target to compare on"):
        compare_with_reference(future, panels["us"], AS_OF)
    with pytest.raises(InputError, match="no target to compare on"):
        compare_with_reference(reference_table, panels["us"], dt.date(2026, 1, 1))
    with pytest.raises(InputError, match="the reference has no forecast"):
        compare_with_reference(reference_table, panels["us"], dt.date(2021, 6, 30))
    with pytest.raises(InputError, match="nothing was published"):
        compare_with_reference(reference_table, panels["us"], dt.date(2017, 1, 1))
    strange = reference_table.with_columns(series=pl.lit("totl"))
    with pytest.raises(InputError, match=r"unknown series 'totl'\nhint: did you mean 'total'"):
        compare_with_reference(strange, panels["us"], AS_OF)


FORECAST = pl.DataFrame(
    {
        "series": ["a"] * 3 + ["b"] * 3,
        "month": [TARGETS[0]] * 6,
        "quantile": [0.25, 0.5, 0.75] * 2,
        "value": [10.0, 20.0, 40.0, 1.0, 2.0, 3.0],
    }
)
OBSERVED = pl.DataFrame({"series": ["a", "b", "c"], "month": [TARGETS[0]] * 3, "value": [26, None, 1]})


def test_score_quantiles_by_hand():
    scores = score_quantiles(FORECAST.sample(fraction=1, shuffle=True, seed=4), OBSERVED)
    assert scores.to_dicts() == [
        {
            "series": "a", "month": TARGETS[0], "observed": 26.0, "median": 20.0, "wis": pytest.approx(7.0),
            "inside_50": 1.0, "inside_80": None, "inside_95": None,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.head(5), "levels differ"),
        (lambda f: pl.concat([f, f.head(3)]), "levels differ"),
        (lambda f: f.filter(pl.col("quantile") != 0.5), "no median"),
        (lambda f: f.with_columns(value=-pl.col("value")), "cross"),
        (lambda f: f.drop("value", "month"), "missing columns: month, value"),
    ],
)
def test_bad_forecasts_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        score_quantiles(change(FORECAST), OBSERVED)


def test_relative_wis_by_hand():
    month = [TARGETS[0], TARGETS[1], TARGETS[0]]
    model = pl.DataFrame({"series": ["a", "a", "b"], "month": month, "wis": [2.0, 4.0, 10.0]})
    reference = model.with_columns(wis=pl.Series([6.0, 6.0, 5.0]))
    assert relative_wis(model, reference) == pytest.approx((3 + 10) / (6 + 5))
    assert relative_wis(model, reference, {"a": 1.0, "b": 10.0}) == pytest.approx((3 + 1) / (6 + 0.5))
    with pytest.raises(InputError, match="3 and 2 scores share 2 targets"):
        relative_wis(model, reference.head(2))


def test_relative_wis_tells_origins_apart():
    model = pl.DataFrame(
        {"series": ["a"] * 2, "month": [TARGETS[0]] * 2, "origin": [1, 2], "wis": [1.0, 3.0]}
    )
    reference = model.with_columns(wis=pl.Series([4.0, 4.0]))
    assert relative_wis(model, reference) == pytest.approx(0.5)


def test_horizons_count_from_the_last_published_month(panels, reference_table):
    result = compare_with_reference(reference_table, panels["us"], AS_OF)
    may = panels["us"].last_published(AS_OF)
    assert may == dt.date(2023, 5, 1)
    for row in result.scores.iter_rows(named=True):
        assert add_months(may, row["horizon"]) == row["month"]
