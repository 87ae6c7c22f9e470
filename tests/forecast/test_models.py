"""Models, their intervals, their combination and joint draws, on series of known law."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from generated import START, seasonal_panel, subject_of_panel
from scipy.stats import norm

from corridor.forecast import LEVELS, Panel, Subject, View, combined, forecaster, wis
from corridor.forecast.combine import WeightRule, combine
from corridor.forecast.joint import correlation, draw, extended
from corridor.forecast.models import NoChange, Reference, reconciled, single
from corridor.forecast.registry import model_ids
from corridor.forecast.scores import inside
from corridor.forecast.upstream import NamedMeasure, UpstreamRegression, UpstreamRule
from corridor.forecast.volatility import VolatilityRule, ceiling, errors, shapes, volatility
from corridor.model import InputError
from corridor.model.periods import add_months
from corridor.series import log_scale

pytest.importorskip("statsforecast")


def walk_panel(months=90, series=6, seed=2, step=0.15, common=0.0, lag=21) -> Panel:
    rng = np.random.default_rng(seed)
    shock = np.sqrt(common) * rng.normal(size=(months, 1)) + np.sqrt(1 - common) * rng.normal(
        size=(months, series)
    )
    values = np.round(np.exp(7 + np.cumsum(step * shock, axis=0)))
    return Panel(
        tuple(add_months(START, i) for i in range(months)), tuple(f"s{i}" for i in range(series)), values, lag
    )


def with_total(panel: Panel) -> Subject:
    values = np.column_stack([panel.values.sum(axis=1), panel.values])
    whole = Panel(panel.months, ("total", *panel.series), values, panel.lag_days)
    return subject_of_panel(whole, leaves=panel.series, total="total")


def led_panels(months=110, series=5, effect=0.8, seed=4):
    """A target whose change is ``effect`` times its upstream's change in the same month, plus noise."""
    rng = np.random.default_rng(seed)
    up = np.cumsum(rng.normal(0, 0.3, (months, series)), axis=0)
    own = effect * up + np.cumsum(rng.normal(0, 0.05, (months, series)), axis=0)
    dates = tuple(add_months(START, i) for i in range(months))
    names = tuple(f"s{i}" for i in range(series))
    target = Panel(dates, names, np.exp(8 + own), 21)
    return target, {"upstream": Panel(dates, names, np.exp(8 + up), 7)}


# --- the view ---------------------------------------------------------------------------------------------


def test_view_holds_what_was_public_and_no_more():
    target, sources = led_panels()
    subject = subject_of_panel(target, sources=("upstream",))
    end, tenth = (View.at(subject, d, sources) for d in (dt.date(2020, 6, 30), dt.date(2020, 7, 10)))
    assert (end.last, tenth.last) == (dt.date(2020, 5, 1), dt.date(2020, 5, 1))
    # lag 7 against 21: on the last day both know May; on day 10 the source knows June too
    assert (end.lead("upstream"), tenth.lead("upstream")) == (0, 1)
    assert tenth.aligned("upstream")[-1] == pytest.approx(
        sources["upstream"].values[target.position(dt.date(2020, 6, 1))]
    )
    assert end.origins[-2:] == (dt.date(2020, 5, 31), dt.date(2020, 6, 30))
    assert tenth.origins[-2:] == (dt.date(2020, 6, 10), dt.date(2020, 7, 10))
    with pytest.raises(InputError, match="nothing was published"):
        View.at(subject, dt.date(2013, 1, 1), sources)


MARKS = {
    "arima": pytest.mark.validation, "ces": pytest.mark.validation,
    "combined": pytest.mark.slow, "ets": pytest.mark.slow,
}  # fmt: skip


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, ())) for name in model_ids()])
def test_later_months_change_nothing(name):
    target, sources = led_panels()
    as_of = dt.date(2021, 3, 10)
    before = View.at(subject_of_panel(target, sources=("upstream",)), as_of, sources)
    later = target.position(before.last) + 1
    spoiled = {}
    for key, panel in {"target": target, **sources}.items():
        values = panel.values.copy()
        values[later + (key != "target") :] *= 50
        spoiled[key] = replace(panel, values=values)
    after = View.at(
        subject_of_panel(spoiled["target"], sources=("upstream",)), as_of, {"upstream": spoiled["upstream"]}
    )
    model = forecaster(name)
    a, b = (model.fit_predict(view, (1, 3)).quantiles for view in (before, after))
    assert np.array_equal(a, b)


# --- the upstream regression ------------------------------------------------------------------------------


def test_a_planted_upstream_effect_is_found_and_lowers_the_error():
    target, sources = led_panels()
    view = View.at(subject_of_panel(target, sources=("upstream",)), dt.date(2022, 3, 10), sources)
    regression = UpstreamRegression(UpstreamRule(penalty=1.0, clip=9.0, measures=()))
    shift = regression.shifts(view, (1,))[0]
    z = log_scale(view.panel.values)
    up = log_scale(view.aligned("upstream"))
    expected = 0.8 * (up[-1] - up[-2])
    assert shift[-1] == pytest.approx(expected, abs=0.04)
    past = slice(40, view.rows - 1)
    moved = z[41:] - z[40:-1]
    assert np.abs(moved - shift[past]).mean() < 0.35 * np.abs(moved).mean()


def test_the_ridge_equals_least_squares_on_padded_rows():
    """Pooled coefficients alone, against numpy's least squares with the penalty as extra rows."""
    target, sources = led_panels(months=70)
    view = View.at(subject_of_panel(target, sources=("upstream",)), dt.date(2019, 9, 30), sources)
    rule = UpstreamRule(penalty=40.0, apart=1e12, measures=())
    regression = UpstreamRegression(rule)
    shift = regression.shifts(view, (2,))[0][-1]
    z = log_scale(view.panel.values)
    dz = np.diff(z, axis=0, prepend=np.nan)
    v = np.full_like(z, np.nan)
    for t in range(3, len(z)):
        seg = dz[max(1, t - 23) : t + 1]
        s, n = (seg**2).sum(axis=0), len(seg)
        v[t] = np.sqrt((s + 6 * np.median(s / n)) / (n + 6))
    du = np.diff(log_scale(view.aligned("upstream")), axis=0, prepend=np.nan)
    rows, ys = [], []
    for t in range(3, len(z) - 2):
        for s in range(z.shape[1]):
            rows.append([np.clip(np.nan_to_num(du[t - lag, s]) / v[t, s], -2, 2) for lag in (0, 1)])
            ys.append(np.clip((z[t + 2, s] - z[t, s]) / v[t, s], -5 * np.sqrt(2), 5 * np.sqrt(2)))
    x = np.vstack([rows, np.sqrt(40.0) * np.eye(2)])
    b = np.linalg.lstsq(x, np.append(ys, [0, 0]), rcond=None)[0]
    last = np.column_stack([np.clip(du[-1 - lag] / v[-1], -2, 2) for lag in (0, 1)])
    assert shift == pytest.approx(last @ b * v[-1], rel=1e-6)


def test_a_measure_moves_only_those_it_names_and_only_once_it_is_public():
    panel = walk_panel(80, step=0.05)
    values = panel.values.copy()
    measures = []
    for i, row in enumerate((30, 45, 60)):  # three measures, each taking its series down by half
        values[row:, i] *= 0.5
        measures.append(NamedMeasure(panel.months[row], panel.months[row], (f"s{i}",)))
    start = panel.months[79]
    measures.append(NamedMeasure(start, start, ("s4",)))
    subject = subject_of_panel(replace(panel, values=values), sources=("none",))
    empty = {"none": replace(panel, series=tuple("abcdef"), lag_days=0)}
    regression = UpstreamRegression(UpstreamRule(measures=tuple(measures)))
    before, on = (View.at(subject, start + dt.timedelta(days=d), empty) for d in (-1, 0))
    h = panel.position(start) - before.rows + 1
    assert regression.shifts(before, (h,))[0][-1] == pytest.approx(np.zeros(6))
    shift = regression.shifts(on, (panel.position(start) - on.rows + 1,))[0][-1]
    assert np.log(0.5) * 1.3 < shift[4] < np.log(0.5) * 0.5
    assert np.delete(shift, 4) == pytest.approx(np.zeros(5))


# --- spread and intervals ---------------------------------------------------------------------------------


def test_spread_and_errors_by_hand():
    panel = walk_panel(40, series=3)
    view = View.at(subject_of_panel(panel), dt.date(2030, 1, 1))
    z = log_scale(view.panel.values)
    rule = VolatilityRule(half_life=6, shrink=4)
    v, counted = volatility(view, z, rule)
    keep = 0.5 ** (1 / 6)
    dz = np.diff(z, axis=0)
    for t in (10, 39):
        weights = keep ** np.arange(t)[::-1]
        total, weight = weights @ dz[:t] ** 2, weights.sum()
        middle = np.median(total / weight)
        assert v[t] == pytest.approx(np.sqrt((total + 4 * middle) / (weight + 4)))
    assert counted[:, 0].sum() == 40 - 13  # burn: a third of the rows where the history is short
    e = errors(z, v, counted, np.zeros_like(z), 2)
    assert e[20, 1] == pytest.approx((z[22, 1] - z[20, 1]) / v[20, 1])
    assert np.isnan(e[-2:]).all()
    shape = shapes(view, e, 2, rule)
    assert shape == pytest.approx(-shape[:, ::-1])  # mirrored


def test_intervals_cover_on_a_true_random_walk():
    panel = walk_panel(260, series=10, step=0.1)
    hits = []
    for month in range(60, 250, 6):
        view = View.at(subject_of_panel(panel), panel.months[month])
        forecast = single(NoChange()).fit_predict(view, (1, 3))
        for i, h in enumerate((1, 3)):
            seen = panel.values[panel.position(view.target(h))]
            hits.append([inside(forecast.quantiles[i], LEVELS, seen, level) for level in (0.8, 0.95)])
    covered = np.array(hits).mean(axis=(0, 2))
    # 640 targets, of which about half count as independent: standard error 0.02 and 0.012
    assert covered == pytest.approx([0.8, 0.95], abs=0.06)


def test_sparse_series_never_explode():
    rng = np.random.default_rng(1)
    values = rng.poisson(0.4, (60, 5)).astype(float)
    values[50:, 1] = [0, 900, 0, 0, 3, 0, 0, 40, 0, 1]
    values[:, 2] = 0
    dates = tuple(add_months(START, i) for i in range(60))
    view = View.at(subject_of_panel(Panel(dates, tuple("abcde"), values, 0)), dt.date(2030, 1, 1))
    forecast = combined().fit_predict(view, tuple(range(1, 13)))
    width = forecast.quantiles[..., -1] - forecast.quantiles[..., 0]
    reach = np.maximum(np.ptp(values, axis=0), 10.0)
    assert (width <= 4.0 * reach + 1e-9).all()
    assert (forecast.quantiles <= ceiling(view, 3.0)[:, None] + 1e-9).all()
    assert forecast.quantiles[:, 2].max() <= 40.0
    assert (np.diff(forecast.quantiles, axis=-1) >= -1e-9).all()


# --- combination ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_seasonal_series_with_gaps_are_forecast_by_the_models_that_suit_them():
    """At least 20 % better than the calibrated random walk at six months (here far more)."""
    panel = seasonal_panel(series=6, gaps=3)
    model, ours, walk = combined(), [], []
    for month in (3, 6, 9):
        view = View.at(subject_of_panel(panel), dt.date(2021, month, 28))
        seen = panel.values[panel.position(view.target(6))]
        ours.append(wis(model.fit_predict(view, (6,)).quantiles[0], LEVELS, seen))
        walk.append(wis(Reference().fit_predict(view, (6,)).quantiles[0], LEVELS, seen))
    assert np.mean(ours) < 0.8 * np.mean(walk)


def test_weights_follow_what_members_could_prove():
    """A member that foresees large changes earns its weight; one that is noise keeps little of it."""
    rng = np.random.default_rng(3)
    panel = walk_panel(90, series=8)
    view = View.at(subject_of_panel(panel), dt.date(2030, 1, 1))
    z = log_scale(panel.values)
    v, counted = volatility(view, z, VolatilityRule())
    truth = np.full_like(z, 0.0)
    truth[:-1] = np.diff(z, axis=0)
    members = {"seer": truth, "noise": 0.15 * rng.normal(size=z.shape)}
    _, weights = combine(
        view, z, v, counted, members, {"seer": 0.0, "noise": 0.5}, 1, WeightRule(patience=12)
    )
    seer, noise = weights[-1, 0]
    assert seer > 0.65 and noise < 0.25
    assert weights[12, 0].tolist() == [0.0, 0.5]
    # by the ridge's closed form, at the last row
    p = np.stack([members[k] / np.where(counted, v, np.nan)[:, :] for k in members], axis=-1)
    p = np.clip(p, -4, 4)
    y = np.clip((z[1:] - z[:-1]) / np.where(counted, v, np.nan)[:-1], -4, 4)
    use = slice(90 - 1 - 36, 89)
    gram = np.nansum(np.einsum("tsp,tsq->tspq", p[use], p[use]), axis=(0, 1)) / 8
    moment = np.nansum(p[use] * y[use][..., None], axis=(0, 1)) / 8
    expected = np.linalg.solve(gram + 12 * np.eye(2), moment + 12 * np.array([0.0, 0.5]))
    assert weights[-1, 0] == pytest.approx(
        np.clip(expected, 0, None) / max(1, np.clip(expected, 0, None).sum())
    )


def test_unknown_models_are_named():
    with pytest.raises(InputError, match="no model 'combind'") as caught:
        forecaster("combind")
    assert "combined" in caught.value.hint


# --- joint draws ------------------------------------------------------------------------------------------


def test_draws_keep_the_quantiles_and_the_correlation():
    quantiles = np.stack([norm.ppf(LEVELS, 5, 1), norm.ppf(LEVELS, -2, 0.3)])[None]
    related = np.array([[[1.0, 0.6], [0.6, 1.0]]])
    drawn = draw(quantiles, related, (1,), draws=40_000)[0]
    assert pytest.approx(quantiles[0], abs=0.05) == np.quantile(drawn, LEVELS, axis=0).T
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.6, abs=0.02)
    assert extended(norm.ppf([0.5, 0.9]), quantiles[0, 0]) == pytest.approx([5.0, norm.ppf(0.9, 5, 1)])


def test_correlation_of_errors_with_one_common_shock():
    rng = np.random.default_rng(2)
    e = np.sqrt(0.5) * rng.normal(size=(400, 1)) + np.sqrt(0.5) * rng.normal(size=(400, 5))
    found = correlation(e, np.tile(norm.ppf(LEVELS), (5, 1)))
    off = found[~np.eye(5, dtype=bool)]
    assert off.mean() == pytest.approx(0.5, abs=0.08)
    assert np.diag(found) == pytest.approx(np.ones(5))
    assert np.linalg.eigvalsh(found).min() > 0


def test_the_total_is_the_sum_of_draws_and_the_common_shock_is_in_it(monkeypatch):
    """Without the common shock the total's 80 % interval holds far fewer of the outcomes."""
    panel = walk_panel(200, series=10, step=0.1, common=0.7)
    subject = with_total(panel)
    subject = replace(subject, handling=replace(subject.handling, sum_share=1.0))

    def covered() -> float:
        hits = []
        for month in range(70, 195, 3):
            view = View.at(subject, panel.months[month])
            forecast = single(NoChange()).fit_predict(view, (1,))
            sums = np.quantile(forecast.samples[0].sum(axis=1), LEVELS)
            assert forecast.quantiles[0, 0] == pytest.approx(sums)
            hits.append(inside(sums, LEVELS, subject.panel.values[panel.position(view.target(1)), 0], 0.8))
        return float(np.mean(hits))

    assert covered() == pytest.approx(0.8, abs=0.15)
    monkeypatch.setattr("corridor.forecast.models.correlation", lambda e, s: np.eye(e.shape[1]))
    assert covered() < 0.55


def test_reconciled_sums_have_the_totals_own_quantiles():
    rng = np.random.default_rng(1)
    samples = rng.lognormal(5, 0.5, (1, 4000, 6))
    aim = np.exp(norm.ppf(LEVELS, 7.0, 0.2))[None]
    moved = reconciled(samples, aim, (1,), sum_share=0.0)
    assert np.quantile(moved[0].sum(axis=1), LEVELS) == pytest.approx(aim[0], rel=0.03)
    assert moved[0] / moved[0].sum(axis=1)[:, None] == pytest.approx(
        samples[0] / samples[0].sum(axis=1)[:, None]
    )
    assert reconciled(samples, aim, (1,), sum_share=1.0) == pytest.approx(samples)


def test_groups_that_keep_the_references_width_have_exactly_it(panels):
    """Field offices, of which no change is expected, are forecast as the reference does."""
    from corridor.forecast import ReferenceForecaster, standard_subjects

    subject = standard_subjects(panels)["us"]
    view = View.at(subject, dt.date(2023, 6, 30), panels)
    names = view.groups["field_offices"]
    ours = forecaster("upstream").fit_predict(view, (1, 3)).quantiles[:, view.panel.columns(names)]
    for i, horizon in enumerate((1, 3)):
        theirs = ReferenceForecaster().forecast(panels["us"], view.last, horizon)
        assert ours[i] == pytest.approx(theirs[panels["us"].columns(names)])
