"""The scoreboard: each model against the reference on the same targets, with paired intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from corridor.forecast.models import REFERENCE
from corridor.forecast.panel import Panel
from corridor.forecast.rolling import SeriesSet
from corridor.forecast.scores import mean_change
from corridor.forecast.sets import PUBLISHERS, SETS, standard_panels, standard_subjects
from corridor.model.arrays import Floats

CHOSEN_UNTIL = dt.date(2023, 12, 1)
"""Features, models and weights' form were chosen on origins up to this month."""
REPLICATES = 2000
BLOCK_MONTHS = 4

PERIODS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "all": lambda month: month.is_not_null(),
    "until_2023_12": lambda month: month <= CHOSEN_UNTIL,
    "from_2024_01": lambda month: month > CHOSEN_UNTIL,
    "until_2024_10": lambda month: month <= dt.date(2024, 10, 1),
    "2022": lambda month: month.dt.year() == 2022,
    "2023": lambda month: month.dt.year() == 2023,
    "2024": lambda month: month.dt.year() == 2024,
    "2025": lambda month: month.dt.year() == 2025,
}
"""Periods of origins that are reported apart."""

COLUMNS = {
    "model": pl.String, "origin": pl.String, "set": pl.String, "horizon": pl.Int64, "period": pl.String,
    "relative_wis": pl.Float64, "low": pl.Float64, "high": pl.Float64, "relative_mae": pl.Float64,
    "wis": pl.Float64, "mae": pl.Float64, "coverage_50": pl.Float64, "coverage_80": pl.Float64,
    "coverage_95": pl.Float64, "origins": pl.Int64, "targets": pl.Int64, "dm_t": pl.Float64, "mae_dm_t": pl.Float64,
}  # fmt: skip
_COVERED = ("inside_50", "inside_80", "inside_95")


def backtest_sets() -> tuple[SeriesSet, ...]:
    """The standard sets and all US nationalities."""
    us = standard_subjects({})["us"]
    return (SETS[0], SeriesSet("us_nationalities", "us", us.leaves), *SETS[1:])


@dataclass(frozen=True)
class Target:
    """A goal set beforehand."""

    set: str
    horizon: int
    column: str
    goal: float
    origin: str = "nowcast"


TARGETS = (
    Target("us_transit_nationalities", 1, "relative_wis", 0.82),
    Target("us_transit_nationalities", 2, "relative_wis", 0.70),
    Target("us_total", 1, "relative_wis", 0.92),
    Target("us_total", 2, "relative_wis", 0.88),
    Target("us_total", 1, "relative_mae", 0.92),
    Target("us_total", 2, "relative_mae", 0.85),
    Target("us_field_offices", 6, "relative_wis", 1.00),
)
HALVES = ("until_2023_12", "from_2024_01")
"""Origins on which choices were made, and origins held out: never pooled for a goal."""
WORST_HIGH = 1.02
COVERAGE_OFF = 0.04
"""80 % intervals are to hold 76 to 84 % in every set of at least ``LEAST_TARGETS`` held-out scores."""
LEAST_TARGETS = 100


def scoreboard(
    scores: pl.DataFrame, sets: Sequence[SeriesSet] | None = None, periods: Sequence[str] = tuple(PERIODS)
) -> pl.DataFrame:
    """Summary of a backtest's scores, one row per model, kind of origin, set, horizon and period.

    ``relative_wis`` and ``relative_mae`` are against the reference on the same targets, per series in mean
    one-month changes and averaged over the series; ``low`` and ``high`` are the 95 % interval of
    ``relative_wis`` when blocks of four successive months of origins are drawn anew, the same for both.
    """
    subjects = standard_subjects(standard_panels())
    rows: list[dict[str, object]] = []
    for group in sets or backtest_sets():
        panel = subjects[group.panel].panel
        mine = scores.filter(pl.col("publisher") == group.panel, pl.col("series").is_in(list(group.series)))
        for (origin, horizon), part in sorted(mine.group_by(["origin", "horizon"])):
            reference = part.filter(pl.col("model") == REFERENCE)
            for model in part["model"].unique(maintain_order=True):
                pairs = part.filter(pl.col("model") == model).join(
                    reference.select("month", "series", "wis", "median"),
                    on=["month", "series"], suffix="_reference",
                )  # fmt: skip
                for period in periods:
                    chosen = pairs.filter(PERIODS[period](pl.col("month")))
                    if chosen.height:
                        rows.append(
                            {"model": model, "origin": origin, "set": group.id, "horizon": horizon,
                             "period": period, **_summary(chosen, panel, group.series, int(str(horizon)))}
                        )  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS)


def _summary(pairs: pl.DataFrame, panel: Panel, names: Sequence[str], horizon: int) -> dict[str, object]:
    error = (pl.col("median") - pl.col("observed")).abs()
    error_reference = (pl.col("median_reference") - pl.col("observed")).abs()
    table = pairs.with_columns(error=error, error_reference=error_reference)
    unit = _units(table, panel, names)
    model, reference, miss, miss_reference = (
        _matrix(table, name, unit) for name in ("wis", "wis_reference", "error", "error_reference")
    )
    low, high = bootstrap(model, reference)
    return {
        "relative_wis": _average(model) / _average(reference),
        "low": low,
        "high": high,
        "relative_mae": _average(miss) / _average(miss_reference),
        "wis": _average(model),
        "mae": _average(miss),
        **{f"coverage_{name[7:]}": table[name].mean() for name in _COVERED},
        "origins": model.shape[0],
        "targets": table.height,
        "dm_t": diebold_mariano(model, reference, horizon),
        "mae_dm_t": diebold_mariano(miss, miss_reference, horizon),
    }


def _units(table: pl.DataFrame, panel: Panel, names: Sequence[str]) -> dict[str, float]:
    """Mean absolute one-month change of each series from its first to its last scored target."""
    spans = table.group_by("series").agg(pl.col("target").min().alias("a"), pl.col("target").max().alias("b"))
    result = {}
    for name, first, last in spans.iter_rows():
        rows = slice(max(0, panel.position(first) - 1), panel.position(last) + 1)
        change = float(mean_change(panel.values[rows, panel.columns([name])])[0])
        if change > 0:
            result[name] = change
    return {name: result[name] for name in names if name in result}


def _matrix(table: pl.DataFrame, column: str, unit: Mapping[str, float]) -> Floats:
    """``(months, series)`` in mean one-month changes, NaN where there is no pair."""
    wide = table.pivot("series", index="month", values=column).sort("month")
    return np.column_stack([wide[name].to_numpy().astype(np.float64) / unit[name] for name in unit])


def _average(table: Floats) -> float:
    return float(np.nanmean(np.nanmean(table, axis=0))) if table.size else float("nan")


def bootstrap(
    model: Floats, reference: Floats, replicates: int = REPLICATES, block: int = BLOCK_MONTHS, seed: int = 1
) -> tuple[float | None, float | None]:
    """Paired month-block bootstrap of the ratio of mean scores: its 2.5 and 97.5 % quantiles.

    Parameters
    ----------
    model, reference
        Scores, ``(months, series)``, NaN where there is none.

    Returns
    -------
    ``None`` for both where there are fewer months than two blocks.
    """
    months = len(model)
    if months < 2 * block:
        return None, None
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, months - block + 1, size=(replicates, -(-months // block)))
    drawn = (starts[..., None] + np.arange(block)).reshape(replicates, -1)[:, :months]
    times = np.zeros((replicates, months))
    np.add.at(times, (np.arange(replicates)[:, None], drawn), 1.0)
    known = ~np.isnan(model)
    number = times @ known
    ratios = [
        np.nanmean(
            np.where(number > 0, times @ np.where(known, table, 0.0) / np.maximum(number, 1), np.nan), axis=1
        )
        for table in (model, reference)
    ]
    low, high = np.quantile(ratios[0] / ratios[1], [0.025, 0.975])
    return float(low), float(high)


def diebold_mariano(model: Floats, reference: Floats, horizon: int) -> float | None:
    """The t statistic of equal scores, below 0 where the model is better.

    Parameters
    ----------
    model, reference
        Scores, ``(months, series)``, NaN where there is none; a month's score is the mean over its series.
    horizon
        Months ahead: scores of ``horizon`` - 1 months share a target's news, and so their covariances are counted.

    Returns
    -------
    The statistic of Diebold and Mariano (1995, <https://doi.org/10.1080/07350015.1995.10524599>) with the small-sample factor of
    Harvey, Leybourne and Newbold (1997, <https://doi.org/10.1016/S0169-2070(96)00719-4>), to be held against Student's t of months - 1
    degrees of freedom; ``None`` with fewer months than twice the horizon plus two, or where scores never differ.
    """
    gap = np.nanmean(model - reference, axis=1)
    gap = gap[~np.isnan(gap)]
    months = len(gap)
    if months < 2 * horizon + 2:
        return None
    off = gap - gap.mean()
    covariance = [float(off[k:] @ off[: months - k]) / months for k in range(horizon)]
    spread = covariance[0] + 2 * sum(covariance[1:])
    spread = spread if spread > 0 else covariance[0]
    if spread <= 1e-12 * float(np.abs(gap).mean() ** 2 + 1e-300):
        return None
    factor = (months + 1 - 2 * horizon + horizon * (horizon - 1) / months) / months
    return float(gap.mean() / np.sqrt(spread / months) * np.sqrt(factor))


def against_targets(board: pl.DataFrame, model: str) -> list[dict[str, object]]:
    """Each goal on the origins on which choices were made, and on those held out, apart: ``period`` says which.

    ``distance`` is measured less goal: above zero the goal was missed. ``dm_t`` is the Diebold-Mariano statistic of the scores that
    were measured. A goal counts as reached by what is held out.
    """
    rows: list[dict[str, object]] = []
    mine = board.filter(pl.col("model") == model)

    def add(name: str, part: pl.DataFrame, column: str, goal: float, *, off: float | None = None) -> None:
        for period in HALVES:
            for row in part.filter(period=period)[:1].iter_rows(named=True):
                if row[column] is not None:
                    value = row[column]
                    distance = value - goal if off is None else abs(value - goal) - off
                    rows.append({"target": name, "period": period, "measured": value, "goal": goal,
                                 "distance": distance, "reached": distance <= 0,
                                 "dm_t": row["mae_dm_t" if "mae" in column else "dm_t"] if off is None else None,
                                 "origins": row["origins"]})  # fmt: skip

    for t in TARGETS:
        part = mine.filter(origin=t.origin, set=t.set, horizon=t.horizon)
        add(f"{t.set}, {t.origin}, h{t.horizon}, {t.column}", part, t.column, t.goal)
    for key, part in sorted(mine.group_by(["origin", "set", "horizon"])):
        origin, name, horizon = key
        if part["targets"].filter(part["period"] == HALVES[1]).sum() >= LEAST_TARGETS:
            add(f"{name}, {origin}, h{horizon}, coverage_80", part, "coverage_80", 0.80, off=COVERAGE_OFF)
        add(f"{name}, {origin}, h{horizon}, upper limit", part, "high", WORST_HIGH)
    return rows


SHIPPED = Path(__file__).with_name("scoreboard.csv")
"""Summary of the default forecaster over the standard sets; renewed by ``scripts/write_scoreboard.py``."""


def shipped_scoreboard(as_of: dt.date, datasets: Collection[str]) -> pl.DataFrame:
    """Rows of the shipped scoreboard that were past on ``as_of``, for the publishers of some datasets.

    Until the end of 2023 there are none; from then on those of origins until 2023-12, and from May 2025 on
    all periods. Columns as in the table ``scoreboard`` of a run folder.
    """
    table = pl.read_csv(SHIPPED)
    if as_of < dt.date(2023, 12, 31):
        return table.clear()
    if as_of < dt.date(2025, 6, 21):
        table = table.filter(period="until_2023_12")
    named = [name for name, publisher in PUBLISHERS.items() if publisher.dataset in datasets]
    return table.filter(pl.col("series_set").str.split("_").list.first().is_in(named))
