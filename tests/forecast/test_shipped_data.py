"""The reference on the shipped data: golden scores, published figures, plausibility."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from corridor.forecast import LEVELS, SETS, TRANSIT, mean_change, origins, roll, scaled_wis, wis
from corridor.forecast.reference import ReferenceForecaster

FIRST, LAST = dt.date(2022, 1, 1), dt.date(2025, 4, 1)


def _script():
    path = Path(__file__).with_name("golden_scores.py")
    spec = importlib.util.spec_from_file_location("golden_scores", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_has_not_changed():
    """Renew only with ``python tests/forecast/golden_scores.py --write`` and a note in the changelog."""
    script = _script()
    golden = json.loads(script.GOLDEN.read_text(encoding="utf-8"))
    now = script.as_rows(script.measure())
    keys = ("set", "origin", "horizon", "origins", "targets", "first_target", "last_target")
    assert [[row[k] for k in keys] for row in now] == [[row[k] for k in keys] for row in golden]
    for row, kept in zip(now, golden, strict=True):
        for name in script.NUMBERS:
            assert row[name] == pytest.approx(kept[name], rel=1e-4), (row["set"], row["horizon"], name)


def test_golden_file_covers_every_set_and_horizon():
    golden = json.loads(_script().GOLDEN.read_text(encoding="utf-8"))
    for kind in ("month_end", "nowcast"):
        pairs = {(row["set"], row["horizon"]) for row in golden if row["origin"] == kind}
        assert pairs == {(s.id, h) for s in SETS for h in (1, 2, 3, 6)}


def test_the_median_at_one_month_is_persistence():
    """Its error is the one-month change, so the scaled MAE is 1."""
    for row in json.loads(_script().GOLDEN.read_text(encoding="utf-8")):
        if row["horizon"] == 1:
            assert row["mae"] == pytest.approx(1.0), row["set"]


def gaussian_walk(panel, columns, rows, horizon):
    """Gaussian random walk on z, its variance from all months so far: the straw man."""
    z = np.log(panel.values[:, columns] + 10)
    steps = np.diff(z, axis=0)
    spread = np.array([np.sqrt(np.nanmean(steps[:row] ** 2, axis=0)) for row in rows])
    wide = z[list(rows)][..., None] + spread[..., None] * np.sqrt(horizon) * norm.ppf(LEVELS)
    return np.maximum(np.exp(wide) - 10, 0)


@pytest.mark.parametrize(("horizon", "worse"), [(1, 7.1), (3, 12.2), (6, 39.6)])
def test_calibrated_walk_beats_the_gaussian_one(panels, horizon, worse):
    """By how many percent the Gaussian walk is worse; the figures stand in docs/forecast.md."""
    panel = panels["us"]
    columns = panel.columns(TRANSIT)
    rolled = roll(panel, origins(FIRST, LAST, "month_end"), horizon)
    scored = ~np.isnan(rolled.quantiles[:, columns]).any(axis=(1, 2))
    rows = [target - horizon for target, keep in zip(rolled.targets, scored, strict=True) if keep]
    seen = rolled.observed[scored][:, columns]
    change = mean_change(panel.values[min(rows) + horizon - 1 : max(rows) + horizon + 1, columns])
    ours = scaled_wis(wis(rolled.quantiles[scored][:, columns], LEVELS, seen), change)
    straw = scaled_wis(wis(gaussian_walk(panel, columns, rows, horizon), LEVELS, seen), change)
    assert 100 * (straw / ours - 1) == pytest.approx(worse, abs=0.5)


def test_a_weakened_reference_would_be_seen(panels):
    """A shorter window or other offset moves the golden scores by more than their tolerance."""
    script = _script()
    golden = {
        (r["set"], r["horizon"]): r["wis"]
        for r in json.loads(script.GOLDEN.read_text())
        if r["origin"] == "month_end"
    }
    dates = origins(FIRST, LAST, "month_end")
    for change in ({"window": 18}, {"offset": 100.0}, {"least_errors": 400}):
        rolled = roll(panels["us"], dates, 1, ReferenceForecaster(**change))
        scores = wis(rolled.quantiles[:, 1:11], LEVELS, rolled.observed[:, 1:11])
        unit = mean_change(panels["us"].values[min(rolled.targets) - 1 : max(rolled.targets) + 1, 1:11])
        moved = scaled_wis(scores, unit) / golden["us_transit_nationalities", 1]
        assert abs(moved - 1) > 1e-3, change


def test_panels_hold_the_published_figures(panels):
    us, mexico = panels["us"], panels["mexico"]
    december = us.position(dt.date(2023, 12, 1))
    assert us.values[december, us.series.index("total")] == 301_981
    assert us.values[december + 1, us.series.index("total")] == 176_195
    assert mexico.values[mexico.position(dt.date(2023, 12, 1)), 0] == 94_816


def test_no_detail_is_not_zero(panels):
    us = panels["us"]
    before = us.position(dt.date(2019, 9, 1))
    assert np.isnan(us.values[: before + 1, 1:]).all()
    assert not np.isnan(us.values[before + 1 :]).any()
    assert not np.isnan(us.values[:, 0]).any()


def test_gaps_of_the_publishers_are_missing(panels):
    honduras, darien = panels["honduras"], panels["darien"]
    closed = honduras.position(dt.date(2020, 4, 1))
    assert np.isnan(honduras.values[closed : closed + 2]).all()
    haiti = honduras.series.index("HTI")
    rows = [honduras.position(dt.date(2022, m, 1)) for m in (1, 2)]
    assert np.isnan(honduras.values[rows][:, haiti]).all()
    assert not np.isnan(honduras.values[rows][:, 0]).any()
    absent = [darien.position(dt.date(2020, m, 1)) for m in (4, 5, 7)]
    assert np.isnan(darien.values[absent]).all()


def test_series_add_up_to_the_total(panels):
    for name in ("mexico", "honduras", "darien"):
        panel = panels[name]
        parts = panel.values[:, panel.columns(TRANSIT)]
        whole = ~np.isnan(parts).any(axis=1)
        assert whole.sum() > 50
        assert parts[whole].sum(axis=1) == pytest.approx(panel.values[whole, 0])
    us = panels["us"]
    areas = us.values[:, us.series.index("big_bend_sector") :].sum(axis=1)
    known = ~np.isnan(areas)
    assert areas[known] == pytest.approx(us.values[known, 0])


def test_nowcast_knows_one_month_more_of_honduras_only(panels):
    for name, more in (("us", 0), ("mexico", 1), ("honduras", 1), ("darien", 1)):
        ends, tens = (
            [panels[name].last_published(d) for d in origins(FIRST, FIRST, kind)]
            for kind in ("month_end", "nowcast")
        )
        gained = panels[name].position(tens[0]) - panels[name].position(ends[0])
        assert gained == more, name


def test_every_set_has_a_score_at_every_horizon():
    script = _script()
    assert pl.DataFrame(script.as_rows(script.measure())).null_count().sum_horizontal().item() == 0
