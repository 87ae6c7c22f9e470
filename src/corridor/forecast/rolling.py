"""Rolling origins: the reference scored on what was public at each as-of date.

Revisions are not known, so figures are those of the last edition: pseudo-real-time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.forecast.panel import Panel
from corridor.forecast.reference import ReferenceForecaster
from corridor.forecast.scores import INTERVALS, inside, mean_change, scaled_wis, wis
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, month_end, months_between

OriginKind = Literal["month_end", "nowcast"]
ORIGIN_KINDS: tuple[OriginKind, ...] = ("month_end", "nowcast")
NOWCAST_DAY = 10
FIRST_ORIGIN, LAST_ORIGIN = dt.date(2022, 1, 1), dt.date(2025, 4, 1)
HORIZONS = (1, 2, 3, 6)


def as_of_date(month: dt.date, kind: OriginKind) -> dt.date:
    """Day on which the origin of a month stands: its last day, or day 10 of the next month."""
    if kind == "month_end":
        return month_end(month)
    return add_months(month, 1).replace(day=NOWCAST_DAY)


def origins(first: dt.date, last: dt.date, kind: OriginKind) -> list[dt.date]:
    """As-of dates of the origins from month ``first`` to month ``last``."""
    return [as_of_date(add_months(first, i), kind) for i in range(months_between(first, last) + 1)]


@dataclass(frozen=True)
class SeriesSet:
    """Series whose scores are averaged, all of one publisher."""

    id: str
    panel: str
    """Publisher whose errors are pooled."""
    series: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rolled:
    """Forecasts of a panel at rolling origins for one horizon.

    ``origins`` are as-of dates, ``targets`` rows of the panel; ``quantiles`` has shape
    ``(origins, series, levels)`` and ``observed`` shape ``(origins, series)``, NaN where unknown.
    """

    origins: tuple[dt.date, ...]
    targets: tuple[int, ...]
    quantiles: Floats
    observed: Floats


def roll(
    panel: Panel, as_of: Iterable[dt.date], horizon: int, forecaster: ReferenceForecaster | None = None
) -> Rolled:
    """Forecast ``horizon`` months after the last published month at each as-of date.

    Origins before anything was published, or whose target lies beyond the panel, are left out.
    """
    forecaster = forecaster or ReferenceForecaster()
    walk = forecaster.walk(panel)
    errors = forecaster.errors(walk, horizon)
    kept: list[dt.date] = []
    rows: list[int] = []
    for date in as_of:
        last = panel.last_published(date)
        if last is not None and panel.position(last) + horizon < len(panel.months):
            kept.append(date)
            rows.append(panel.position(last))
    shape = (len(rows), len(panel.series), len(forecaster.levels))
    quantiles = np.full(shape, np.nan)
    for i, row in enumerate(rows):
        quantiles[i] = forecaster.quantiles(walk, errors, row, horizon)
    targets = tuple(row + horizon for row in rows)
    return Rolled(tuple(kept), targets, quantiles, panel.values[list(targets)])


def reference_scores(
    panels: Mapping[str, Panel],
    sets: Sequence[SeriesSet],
    *,
    kinds: Sequence[OriginKind] = ORIGIN_KINDS,
    first: dt.date = FIRST_ORIGIN,
    last: dt.date = LAST_ORIGIN,
    horizons: Sequence[int] = HORIZONS,
    forecaster: ReferenceForecaster | None = None,
) -> pl.DataFrame:
    """Scores of the reference forecast.

    Per series, WIS is divided by the mean absolute one-month change over the scored span, then averaged
    over the series of the set.

    Parameters
    ----------
    panels
        All series of a publisher, by publisher: their errors are pooled.
    sets
        Which series are averaged.
    first, last
        Months of the first and last origin.

    Returns
    -------
    One row per set, kind of origin and horizon: ``set origin horizon wis mae coverage_50 coverage_80
    coverage_95 origins targets first_target last_target``. ``wis`` and ``mae`` (of the median) are in mean
    one-month changes; ``origins`` counts those with a score and ``targets`` the pairs of series and month.
    """
    forecaster = forecaster or ReferenceForecaster()
    rows: list[dict[str, Any]] = []
    for kind in kinds:
        dates = origins(first, last, kind)
        for name, panel in panels.items():
            for horizon in horizons:
                rolled = roll(panel, dates, horizon, forecaster)
                rows += [
                    {
                        "set": s.id,
                        "origin": kind,
                        "horizon": horizon,
                        **_summary(panel, rolled, s, forecaster),
                    }
                    for s in sets
                    if s.panel == name
                ]
    order = {s.id: i for i, s in enumerate(sets)}
    return pl.DataFrame(sorted(rows, key=lambda r: (r["origin"], order[r["set"]], r["horizon"])))


def _summary(
    panel: Panel, rolled: Rolled, group: SeriesSet, forecaster: ReferenceForecaster
) -> dict[str, object]:
    columns = panel.columns(group.series)
    quantiles, seen = rolled.quantiles[:, columns], rolled.observed[:, columns]
    scores = wis(quantiles, forecaster.levels, seen)
    scored = ~np.isnan(scores)
    used = [
        target for target, any_ in zip(rolled.targets, np.any(scored, axis=1).tolist(), strict=True) if any_
    ]
    if not used:
        empty: dict[str, object] = dict.fromkeys(["wis", "mae", *_COVERAGE])
        return empty | {"origins": 0, "targets": 0, "first_target": None, "last_target": None}
    change = _unit(panel.values[:, columns], rolled.targets, scored)
    median = quantiles[..., len(forecaster.levels) // 2]
    result: dict[str, object] = {
        "wis": scaled_wis(scores, change),
        "mae": scaled_wis(np.abs(seen - median), change),
    }
    for name, interval in zip(_COVERAGE, INTERVALS, strict=True):
        result[name] = float(np.nanmean(inside(quantiles, forecaster.levels, seen, interval)))
    return result | {
        "origins": len(used),
        "targets": int(scored.sum()),
        "first_target": panel.months[min(used)],
        "last_target": panel.months[max(used)],
    }


def _unit(values: Floats, targets: Sequence[int], scored: NDArray[np.bool_]) -> Floats:
    """Mean absolute one-month change of each series from its first to its last scored target."""
    result = np.full(values.shape[1], np.nan)
    for column in range(values.shape[1]):
        rows = np.asarray(targets)[scored[:, column]]
        if rows.size:
            result[column] = mean_change(values[max(0, rows.min() - 1) : rows.max() + 1, [column]])[0]
    return result


_COVERAGE = tuple(f"coverage_{round(100 * interval)}" for interval in INTERVALS)
