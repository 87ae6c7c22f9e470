"""The backtest on the shipped data, its scoreboard, and what must be lost when something is broken."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.forecast import (
    LEVELS,
    BacktestPlan,
    SeriesSet,
    View,
    against_targets,
    bootstrap,
    origins,
    roll,
    run_backtest,
    scoreboard,
    standard_subjects,
    wis,
)
from corridor.forecast.backtest import SCHEMA
from corridor.forecast.models import measures_only, single
from corridor.forecast.scoreboard import HALVES
from corridor.forecast.upstream import UpstreamRegression, named_measures
from corridor.model import InputError

pytest.importorskip("statsforecast")

SMALL = BacktestPlan(dt.date(2022, 1, 1), dt.date(2023, 12, 1), ("nowcast",), (1, 2), ("upstream",), ("us",))


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    return run_backtest(SMALL, tmp_path_factory.mktemp("backtest"))


@pytest.mark.slow
def test_the_reference_in_the_backtest_is_that_of_the_golden_file():
    """Its scores over all origins, put together from the rows of the backtest, are the kept ones."""
    plan = BacktestPlan(horizons=(1, 3), models=("no_change",), publishers=("honduras",))
    table = run_backtest(plan).filter(model="reference")
    board = scoreboard(table, periods=("all",))
    golden = json.loads((Path(__file__).parent / "golden" / "reference_scores.json").read_text("utf-8"))
    kept = {(r["origin"], r["set"], r["horizon"]): r for r in golden}
    assert board.height == 8
    for row in board.iter_rows(named=True):
        same = kept[row["origin"], row["set"], row["horizon"]]
        assert row["wis"] == pytest.approx(same["wis"], rel=1e-4)
        assert row["coverage_80"] == pytest.approx(same["coverage_80"], rel=1e-4)
        assert (row["origins"], row["targets"]) == (same["origins"], same["targets"])
        assert row["relative_wis"] == row["low"] == row["high"] == 1.0


def test_scores_of_one_target_by_hand(scores, panels):
    row = scores.filter(model="reference", series="VEN", horizon=2, month=dt.date(2022, 9, 1)).row(
        0, named=True
    )
    rolled = roll(panels["us"], origins(dt.date(2022, 9, 1), dt.date(2022, 9, 1), "nowcast"), 2)
    column = panels["us"].series.index("VEN")
    # standing on 10 October the US has published August: two months on is October
    assert row["target"] == dt.date(2022, 10, 1)
    assert row["observed"] == panels["us"].values[panels["us"].position(dt.date(2022, 10, 1)), column]
    assert row["wis"] == pytest.approx(wis(rolled.quantiles[0, column], LEVELS, row["observed"]))


def test_a_stopped_run_goes_on_and_a_torn_block_is_made_again(tmp_path, scores, monkeypatch):
    plan = replace(SMALL, models=("no_change",), horizons=(1,))
    first = run_backtest(plan, tmp_path)
    kept = sorted((tmp_path / "blocks").glob("*.parquet"))
    assert len(kept) == len(plan.blocks) == 2
    kept[0].write_bytes(kept[0].read_bytes()[:100])
    ran = []
    import corridor.forecast.backtest as module

    real = module.score_block
    monkeypatch.setattr(module, "score_block", lambda p, b: ran.append(b) or real(p, b))
    assert run_backtest(plan, tmp_path).equals(first)
    assert len(ran) == 1
    run_backtest(replace(plan, horizons=(2,)), tmp_path)  # another plan shares nothing
    assert len(ran) == 3


@pytest.mark.slow
def test_two_workers_give_the_same_rows(tmp_path):
    plan = replace(SMALL, models=("no_change",), horizons=(1,), publishers=("honduras", "darien"))
    assert run_backtest(plan, workers=2).equals(run_backtest(plan, workers=1))
    assert run_backtest(plan).schema == pl.Schema(SCHEMA)


def test_plans_that_cannot_be():
    with pytest.raises(InputError, match="before the first"):
        BacktestPlan(dt.date(2023, 1, 1), dt.date(2022, 1, 1))
    with pytest.raises(InputError, match="no model 'upsteam'"):
        BacktestPlan(models=("upsteam",))


# --- what must be lost when it is broken ------------------------------------------------------------------


def relative(panels, member, shuffled=None) -> float:
    """WIS against the reference, ten nationalities, nowcast, one and two months, origins to 2023-12."""
    subjects = standard_subjects(panels)
    known = {**panels, **(shuffled or {})}
    model, result = single(member), []
    names = panels["us"].series[1:11]
    for horizon in (1, 2):
        rolled = roll(panels["us"], origins(dt.date(2022, 1, 1), dt.date(2023, 12, 1), "nowcast"), horizon)
        columns = panels["us"].columns(names)
        mine = [
            model.fit_predict(View.at(subjects["us"], as_of, known), (horizon,)).quantiles[
                0, subjects["us"].panel.columns(names)
            ]
            for as_of in rolled.origins
        ]
        seen = rolled.observed[:, columns]
        unit = np.abs(np.diff(panels["us"].values[:, columns], axis=0))[-45:].mean(axis=0)
        a = wis(np.stack(mine), LEVELS, seen) / unit
        b = wis(rolled.quantiles[:, columns], LEVELS, seen) / unit
        result.append(float(a.mean() / b.mean()))
    return float(np.mean(result))


@pytest.mark.slow
def test_upstream_counts_help_and_shuffled_months_do_not(panels):
    rng = np.random.default_rng(5)
    with_counts, without = relative(panels, UpstreamRegression()), relative(panels, measures_only())
    assert with_counts < without - 0.02
    for _ in range(3):
        shuffled = {}
        for name in ("honduras", "darien"):
            order = rng.permutation(len(panels[name].months))
            shuffled[name] = replace(panels[name], values=panels[name].values[order])
        assert relative(panels, UpstreamRegression(), shuffled) > without - 0.01


def test_named_measures_are_those_of_the_evidence():
    """Counted by hand in the table of measures: a day, nationalities by name, three levers, three actors."""
    by_code = {(m.start, m.nationalities) for m in named_measures()}
    assert (dt.date(2022, 1, 21), ("VEN",)) in by_code
    assert (dt.date(2023, 1, 5), ("CUB", "HTI", "NIC", "VEN")) in by_code
    assert all(m.known_from <= m.start for m in named_measures())


# --- the scoreboard ---------------------------------------------------------------------------------------


def test_bootstrap_of_a_constant_ratio_has_no_width():
    rng = np.random.default_rng(1)
    reference = rng.lognormal(size=(30, 4))
    assert bootstrap(0.9 * reference, reference) == pytest.approx((0.9, 0.9))
    assert bootstrap(reference[:7], reference[:7]) == (None, None)


def test_bootstrap_covers_the_true_ratio():
    """Paired scores whose true ratio is 0.9: about 95 % of the intervals hold it."""
    rng = np.random.default_rng(2)
    hits = 0
    for i in range(200):
        reference = rng.lognormal(0, 0.5, (40, 6))
        model = reference * (0.9 + 0.2 * rng.normal(size=(40, 6)))
        low, high = bootstrap(model, reference, replicates=400, seed=i)
        hits += low <= 0.9 <= high
    assert 0.87 <= hits / 200 <= 0.99


def test_scoreboard_by_hand(scores, panels):
    group = SeriesSet("pair", "us", ("VEN", "CUB"))
    board = scoreboard(scores, [group], periods=("all", "2023"))
    row = board.filter(model="upstream", horizon=1, period="2023").row(0, named=True)
    expected = {"upstream": [], "reference": []}
    for name in group.series:
        unit = None
        for model in expected:
            part = scores.filter(model=model, series=name, horizon=1).filter(
                pl.col("month").dt.year() == 2023
            )
            rows = [panels["us"].position(m) for m in part["target"]]
            y = panels["us"].values[min(rows) - 1 : max(rows) + 1, panels["us"].series.index(name)]
            unit = np.abs(np.diff(y)).mean()
            expected[model].append(part["wis"].mean() / unit)
    assert row["wis"] == pytest.approx(np.mean(expected["upstream"]))
    assert row["relative_wis"] == pytest.approx(
        np.mean(expected["upstream"]) / np.mean(expected["reference"])
    )
    assert (row["origins"], row["targets"]) == (12, 24)
    assert row["low"] < row["relative_wis"] < row["high"]


def test_targets_are_printed_with_their_distance(scores):
    rows = against_targets(scoreboard(scores, periods=HALVES), "upstream")
    first = rows[0]
    assert first["target"] == "us_transit_nationalities, nowcast, h1, relative_wis"
    assert first["distance"] == pytest.approx(first["measured"] - 0.82)
    assert first["reached"] == (first["distance"] <= 0)
