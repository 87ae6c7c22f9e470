"""The calibrated random walk against a slow, literal reading of its definition."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from scipy.stats import norm

from corridor.forecast import (
    LEVELS,
    Panel,
    ReferenceForecaster,
    SeriesSet,
    mean_change,
    origins,
    reference_scores,
    roll,
    scaled_wis,
    wis,
)
from corridor.model import InputError
from corridor.model.periods import add_months
from corridor.series import PublishedSeries

START = dt.date(2018, 1, 1)


def make_panel(length=70, series=4, seed=3, lag_days=21, step=0.2) -> Panel:
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, step, (length, series)), axis=0) + 7
    months = tuple(add_months(START, i) for i in range(length))
    names = tuple(f"s{i}" for i in range(series))
    return Panel(months, names, np.round(np.exp(walk)), lag_days)


def literal(panel: Panel, row: int, horizon: int, column: int) -> list[float] | None:
    """The definition, month by month, in plain Python."""
    y = panel.values.tolist()
    z = [[math.log(v + 10) for v in line] for line in y]

    def v(t: int, s: int) -> float:
        changes = [z[k][s] - z[k - 1][s] for k in range(t - 23, t + 1)]
        return math.sqrt(sum(c * c for c in changes) / 24)

    errors = []
    for origin in range(row - 23, row + 1):
        if origin + horizon > row or origin < 24:
            continue
        for s in range(len(panel.series)):
            errors.append((z[origin + horizon][s] - z[origin][s]) / v(origin, s))
    if len(errors) < 30:
        return None
    mirrored = sorted(errors + [-e for e in errors])
    result = []
    for level in LEVELS:
        place = level * (len(mirrored) - 1)
        low = math.floor(place)
        high = min(low + 1, len(mirrored) - 1)
        quantile = mirrored[low] + (place - low) * (mirrored[high] - mirrored[low])
        result.append(max(0.0, math.exp(z[row][column] + v(row, column) * quantile) - 10))
    return result


@pytest.mark.parametrize("horizon", [1, 3, 6])
def test_equals_the_literal_definition(horizon):
    panel = make_panel()
    for row in (50, 60, 69):
        got = ReferenceForecaster().forecast(panel, panel.months[row], horizon)
        for column in range(4):
            assert got[column] == pytest.approx(literal(panel, row, horizon, column), rel=1e-9)


def test_later_months_change_nothing():
    panel = make_panel()
    month = panel.months[55]
    changed = panel.values.copy()
    changed[56:] *= 100
    other = Panel(panel.months, panel.series, changed, panel.lag_days)
    forecaster = ReferenceForecaster()
    assert np.array_equal(forecaster.forecast(panel, month, 2), forecaster.forecast(other, month, 2))


def test_median_is_the_last_month_and_quantiles_are_ordered():
    panel = make_panel()
    got = ReferenceForecaster().forecast(panel, panel.months[60], 3)
    assert got[:, 11] == pytest.approx(panel.values[60])
    assert (np.diff(got, axis=1) >= 0).all()


def test_symmetric_on_the_log_scale():
    panel = make_panel()
    z = np.log(ReferenceForecaster().forecast(panel, panel.months[60], 1) + 10)
    middle = z[:, [11]]
    assert z - middle == pytest.approx(-(z - middle)[:, ::-1])


def test_cut_at_zero():
    panel = make_panel()
    small = Panel(panel.months, panel.series, np.where(panel.values > 0, panel.values % 7, 0), 0)
    assert ReferenceForecaster().forecast(small, panel.months[60], 6).min() == 0.0


def test_fewer_than_thirty_errors_give_no_forecast():
    panel = make_panel(series=4)
    forecaster = ReferenceForecaster()
    # v exists from row 24; at horizon 1 row 32 knows 8 origins of 4 series (32 errors), row 31 only 28
    assert np.isnan(forecaster.forecast(panel, panel.months[31], 1)).all()
    assert not np.isnan(forecaster.forecast(panel, panel.months[32], 1)).any()
    # one series alone never has thirty errors in 24 months
    alone = Panel(panel.months, ("s0",), panel.values[:, :1], 0)
    assert np.isnan(forecaster.forecast(alone, panel.months[-1], 1)).all()


def test_a_missing_month_leaves_its_series_out_for_24_months():
    panel = make_panel()
    values = panel.values.copy()
    values[40, 0] = np.nan
    holed = Panel(panel.months, panel.series, values, 0)
    forecaster = ReferenceForecaster()
    # the changes of rows 40 and 41 are missing, so v is back at row 65
    assert np.isnan(forecaster.forecast(holed, panel.months[64], 1)[0]).all()
    assert not np.isnan(forecaster.forecast(holed, panel.months[64], 1)[1:]).any()
    assert not np.isnan(forecaster.forecast(holed, panel.months[65], 1)).any()


def test_a_flat_series_is_forecast_flat_and_gives_no_errors():
    panel = make_panel(series=4)
    values = np.column_stack([panel.values, np.full(len(panel.months), 7.0)])
    wide = Panel(panel.months, (*panel.series, "flat"), values, 0)
    forecaster = ReferenceForecaster()
    got = forecaster.forecast(wide, panel.months[-1], 2)
    assert got[4] == pytest.approx(np.full(23, 7.0))
    assert got[:4] == pytest.approx(forecaster.forecast(panel, panel.months[-1], 2))


def test_calls_that_cannot_be():
    panel = make_panel()
    with pytest.raises(ValueError, match="from 1"):
        ReferenceForecaster().forecast(panel, panel.months[-1], 0)
    with pytest.raises(InputError, match="2030-01 is not among the months 2018-01 to 2023-10"):
        ReferenceForecaster().forecast(panel, dt.date(2030, 1, 1), 1)


def test_origins_stand_on_the_last_day_or_on_day_ten():
    first, last = dt.date(2023, 11, 1), dt.date(2024, 2, 1)
    assert origins(first, last, "month_end") == [
        dt.date(2023, 11, 30), dt.date(2023, 12, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 29),
    ]  # fmt: skip
    assert origins(first, last, "nowcast")[1] == dt.date(2024, 1, 10)


@pytest.mark.parametrize(("lag", "expected"), [(7, 12), (21, 11), (35, 11)])
def test_what_is_published_follows_from_the_lag(lag, expected):
    panel = make_panel(lag_days=lag)
    assert panel.last_published(dt.date(2022, 1, 10)) == dt.date(2021, expected, 1)
    assert panel.last_published(dt.date(2017, 1, 10)) is None


def test_standing_at_the_end_of_2023():
    # the US (21 days) has published November, Mexico (35 days) October
    assert make_panel(80, lag_days=21).last_published(dt.date(2023, 12, 31)) == dt.date(2023, 11, 1)
    assert make_panel(80, lag_days=35).last_published(dt.date(2023, 12, 31)) == dt.date(2023, 10, 1)


def test_rolling_equals_single_forecasts():
    panel = make_panel()
    rolled = roll(panel, origins(dt.date(2022, 1, 1), dt.date(2023, 12, 1), "month_end"), 2)
    assert rolled.origins[-1] == dt.date(
        2023, 9, 30
    )  # stands on August, whose second month is October, the last
    forecaster = ReferenceForecaster()
    for i, target in enumerate(rolled.targets):
        assert rolled.quantiles[i] == pytest.approx(forecaster.forecast(panel, panel.months[target - 2], 2))
        assert np.array_equal(rolled.observed[i], panel.values[target])


def test_on_a_true_random_walk_it_covers_and_matches_the_gaussian():
    """On a Gaussian walk of constant variance the right answer is known."""
    panel = make_panel(length=420, series=12, seed=8, step=0.1)
    kinds = {
        "kinds": ("month_end",),
        "first": dt.date(2024, 1, 1),
        "last": dt.date(2052, 1, 1),
        "horizons": (1, 3),
    }
    scores = reference_scores({"p": panel}, [SeriesSet("all", "p", panel.series)], **kinds)
    # the standard error of the share is below 0.02 with 12 series of independent shocks
    assert scores["coverage_80"].to_numpy() == pytest.approx([0.8, 0.8], abs=0.04)
    assert scores["coverage_95"].to_numpy() == pytest.approx([0.95, 0.95], abs=0.03)
    for h, row in zip((1, 3), scores.iter_rows(named=True), strict=True):
        rolled = roll(panel, origins(kinds["first"], kinds["last"], "month_end"), h)
        last = panel.values[np.array(rolled.targets) - h]
        perfect = np.exp(np.log(last + 10)[..., None] + 0.1 * math.sqrt(h) * norm.ppf(LEVELS)) - 10
        change = mean_change(panel.values[min(rolled.targets) - 1 : max(rolled.targets) + 1])
        ideal = scaled_wis(wis(perfect, LEVELS, rolled.observed), change)
        assert ideal < row["wis"] < 1.1 * ideal


def test_a_set_without_any_score_is_blank():
    panel = make_panel(length=30)
    sets = [SeriesSet("all", "p", panel.series)]
    scores = reference_scores(
        {"p": panel}, sets, first=dt.date(2019, 1, 1), last=dt.date(2019, 3, 1), horizons=(1,)
    )
    assert scores["origins"].to_list() == [0, 0]
    assert scores["wis"].null_count() == 2


def test_panel_refuses_what_it_cannot_hold():
    one = panel_series("a", [1, 2])
    with pytest.raises(InputError, match="same name"):
        Panel.from_series([one, one])
    with pytest.raises(InputError, match="no month"):
        Panel.from_series([panel_series("a", [])])
    with pytest.raises(ValueError, match="shape"):
        Panel((START,), ("a",), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="gap"):
        Panel((START, add_months(START, 2)), ("a",), np.zeros((2, 1)))
    with pytest.raises(InputError, match="unknown series 's9'"):
        make_panel().columns(["s9"])


def panel_series(name: str, values: list[float], first: dt.date = START) -> PublishedSeries:
    column = np.array(values, dtype=float)[:, None]
    return PublishedSeries(
        id=name, name=(name, name), unit="people", datasets=(name,), publishers=(name,), step="month", kind="flow",
        additive=True, periods=tuple(add_months(first, i) for i in range(len(values))), parts=((name,),),
        values=column, printed=~np.isnan(column), known_from=tuple(first for _ in values), by=("who",), lag_days=7,
    )  # fmt: skip


def test_series_stand_side_by_side_and_keep_their_gaps():
    late = panel_series("b", [3, 4], add_months(START, 2))
    panel = Panel.from_series([panel_series("a", [1, float("nan"), 2]), late])
    assert panel.months == tuple(add_months(START, i) for i in range(4))
    assert (panel.series, panel.lag_days, panel.step) == (("a", "b"), 7, "month")
    n = np.nan
    assert np.array_equal(panel.values, [[1, n], [n, n], [2, 3], [n, 4]], equal_nan=True)
    assert Panel.from_series([late], ["total"]).series == ("total",)
