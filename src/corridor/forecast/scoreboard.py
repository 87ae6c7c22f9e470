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
    "coverage_95": pl.Float64, "origins": pl.Int64, "targets": pl.Int64,
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
    moonshot: float


TARGETS = (
    Target("us_transit_nationalities", 1, "relative_wis", 0.90, 0.85),
    Target("us_transit_nationalities", 2, "relative_wis", 0.87, 0.80),
    Target("us_total", 1, "relative_mae", 0.92, 0.85),
    Target("us_total", 2, "relative_mae", 0.85, 0.75),
)
WORST_HIGH = 1.02
COVERAGE = {"coverage_80": (0.80, 0.03), "coverage_95": (0.95, 0.02)}


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
                             "period": period, **_summary(chosen, panel, group.series)}
                        )  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS)


def _summary(pairs: pl.DataFrame, panel: Panel, names: Sequence[str]) -> dict[str, object]:
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


def against_targets(board: pl.DataFrame, model: str) -> list[dict[str, object]]:
    """Each goal with what was measured and the distance, nowcast origins, all of them.

    ``distance`` is measured less goal: above zero the goal was missed.
    """
    rows: list[dict[str, object]] = []
    mine = board.filter(pl.col("model") == model)

    def add(name: str, part: pl.DataFrame, column: str, goal: float, moonshot: float | None = None) -> None:
        for value in part[column].drop_nulls()[:1]:
            rows.append({"target": name, "measured": value, "goal": goal, "distance": value - goal,
                         "reached": value <= goal, "moonshot": moonshot})  # fmt: skip

    for t in TARGETS:
        part = mine.filter(origin="nowcast", set=t.set, horizon=t.horizon, period="all")
        add(f"{t.set}, nowcast, h{t.horizon}, {t.column}", part, t.column, t.goal, t.moonshot)
    ten = mine.filter(origin="nowcast", set="us_transit_nationalities", period="until_2024_10")
    for horizon in (1, 2):
        for column, (level, tolerance) in COVERAGE.items():
            for value in ten.filter(horizon=horizon)[column]:
                off = abs(value - level)
                rows.append({"target": f"us_transit_nationalities, until 2024-10, h{horizon}, {column}",
                             "measured": value, "goal": level, "distance": off - tolerance,
                             "reached": off <= tolerance, "moonshot": None})  # fmt: skip
    for row in mine.filter(period="all").sort("origin", "set", "horizon").iter_rows(named=True):
        if row["high"] is not None:
            rows.append({"target": f"{row['set']}, {row['origin']}, h{row['horizon']}, upper limit",
                         "measured": row["high"], "goal": WORST_HIGH, "distance": row["high"] - WORST_HIGH,
                         "reached": row["high"] < WORST_HIGH, "moonshot": None})  # fmt: skip
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
