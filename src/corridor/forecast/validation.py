"""A corridor's baseline on past dates: refitted to what was public then, run, and scored on what came.

Each date gives rows of scores (``SCORES``) of the baseline beside the reference and beside the default forecast of the same day, for the
series sets of ``SETS``, and of the stocks that have dated points (cities, detention, queues) beside their last known point.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from corridor.calibrate import Calibration, CalibrationPlan, calibrate, read_calibration, write_calibration
from corridor.data import load
from corridor.engine import Compiled
from corridor.ensemble import Trajectories, published
from corridor.forecast.compare import outcomes, relative_wis, score_quantiles
from corridor.forecast.coupled import couple, margins_of
from corridor.forecast.engine import compile_forecast, run_forecast
from corridor.forecast.models import COMBINED
from corridor.forecast.monthly_scores import score_runs
from corridor.forecast.registry import forecaster
from corridor.forecast.sets import FIELD_OFFICES, SECTORS, TRANSIT, standard_panels, standard_subjects
from corridor.forecast.tables import quantile_table
from corridor.forecast.view import View
from corridor.formats import calibration_dates
from corridor.model import Corridor, InputError
from corridor.model.periods import add_months

DATES = tuple(dt.date(2023, month, calendar.monthrange(2023, month)[1]) for month in range(1, 13))
"""Dates that are scored unless others are named. Nothing of a calibration was chosen on them."""
POSTERIOR = 20
"""Members of a refit's posterior, half as many as a calibration has: they cost as much as the fit itself."""
HORIZONS = (1, 2, 3, 4, 5, 6)
SETS: Mapping[str, tuple[str, Sequence[str]]] = {
    "us_total": ("us", ("total",)),
    "us_transit_nationalities": ("us", TRANSIT),
    "us_sectors": ("us", SECTORS),
    "us_field_offices": ("us", FIELD_OFFICES),
    "mexico_total": ("mexico", ("total",)),
    "honduras_total": ("honduras", ("total",)),
    "darien_total": ("darien", ("total",)),
}
STOCKS = "stocks"
"""The publisher's name in rows of stocks with dated points."""
KEYS = ("publisher", "series", "month", "horizon")


def validate_date(
    corridor: Corridor, plan: CalibrationPlan, date: dt.date, *, calibrations: Sequence[Path] = (),
    members: int = 200, seed: int = 1, workers: int = 1, free: bool = False, posterior: int = POSTERIOR,
    progress: Callable[[], None] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Scores of one date. A calibration is taken from the first of ``calibrations`` that holds one of the date; else the corridor is
    refitted, with so many members of its ``posterior``, and the fit is written into the last of them. With ``free`` the corridor runs on by itself, without the forecast."""
    calibration = _calibration(corridor, plan, date, calibrations, posterior, workers, progress)
    end = add_months(calibration.known_until, max(HORIZONS) + 1) - dt.timedelta(days=1)
    end = min(end, corridor.settings.end)
    coupling = None if free else couple(corridor, calibration, end=end, seed=seed, members=members)
    compiled = compile_forecast(
        corridor, calibration, None, end=end, seed=seed, members=members,
        paths=coupling.paths if coupling else None,
    )  # fmt: skip
    trajectories = run_forecast(compiled, workers=workers)
    margins = margins_of(coupling.draws, compiled, trajectories) if coupling else None
    scores = score_runs(corridor, compiled, trajectories, date, horizons=max(HORIZONS), margins=margins)
    scores = scores.join(_default_forecast(date), on=["publisher", "series", "month"], how="left")
    found = [scores, _stocks(corridor, compiled, trajectories, date)]
    return pl.concat(found, how="diagonal").with_columns(origin=pl.lit(date))


def _calibration(
    corridor: Corridor, plan: CalibrationPlan, date: dt.date, folders: Sequence[Path], posterior: int,
    workers: int, progress: Callable[[], None] | None,
) -> Calibration:  # fmt: skip
    for folder in folders:
        if (folder / date.isoformat() / "calibration.yaml").exists():
            return read_calibration(folder, date)
    found = calibrate(corridor, plan, date, progress=progress, posterior=posterior, workers=workers)
    if folders:
        write_calibration(found, folders[-1])
    return found


def shipped_calibrations(folder: Path) -> tuple[Path, ...]:
    """The corridor folder's own calibrations, where it has any."""
    return (folder / "calibration",) if calibration_dates(folder) else ()


def _default_forecast(date: dt.date) -> pl.DataFrame:
    """``wis_forecast`` and ``inside_80_forecast`` of the default forecast of the day, by publisher, series and month."""
    panels = standard_panels()
    frames = []
    for publisher, subject in standard_subjects(panels).items():
        try:
            view = View.at(subject, date, panels)
            forecast = forecaster(COMBINED).fit_predict(view, HORIZONS)
        except InputError:
            continue
        table = quantile_table(forecast, list(view.panel.series))
        scored = score_quantiles(table, outcomes(subject.panel))
        frames.append(
            scored.select(
                pl.lit(publisher).alias("publisher"), "series", "month", wis_forecast="wis",
                median_forecast="median", inside_80_forecast="inside_80", inside_95_forecast="inside_95",
            )
        )  # fmt: skip
    return pl.concat(frames)


def _stocks(
    corridor: Corridor, compiled: Compiled, trajectories: Trajectories, date: dt.date
) -> pl.DataFrame:
    """Stocks on the days of points that were public later, beside the last point known on the date."""
    rows: list[dict[str, object]] = []
    for observation in corridor.observations:
        if not observation.stocks:
            continue
        dataset = load(observation.dataset, corridor)
        known = published(observation, dataset.as_of(date), corridor).sort("date")
        later = published(observation, dataset, corridor).sort("date")
        if dataset.frequency != "point" or not known.height:
            continue
        by_day = trajectories.stock_by_day(*observation.stocks)
        last = float(known["value"][-1])
        for day, value in later.select("date", "value").iter_rows():
            if day > max(date, known["date"][-1]) and day in trajectories.dates and value > 0:
                drawn = by_day[:, trajectories.dates.index(day)]
                rows.append(_point(observation.id, day, date, float(value), drawn, last))
    return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"publisher": pl.String})


def _point(
    name: str, day: dt.date, date: dt.date, value: float, drawn: np.ndarray, last: float
) -> dict[str, object]:
    low95, low, median, high, high95 = np.quantile(drawn, (0.025, 0.1, 0.5, 0.9, 0.975))
    return {
        "publisher": STOCKS, "series": name, "month": day,
        "horizon": (day.year - date.year) * 12 + day.month - date.month, "observed": value,
        "median": float(median), "low": float(low), "high": float(high), "inside_80": float(low <= value <= high),
        "inside_95": float(low95 <= value <= high95), "wis": abs(float(median) - value), "wis_reference": abs(last - value),
    }  # fmt: skip


def summary(scores: pl.DataFrame) -> pl.DataFrame:
    """One row per set and horizon: part of the targets inside the 80 and 95 % intervals, their number, and the weighted interval
    score over that of the reference and of the default forecast, each on the targets that both have.

    Of stocks the absolute error of the median stands over that of the last known point, at all horizons together (horizon 0).
    """
    rows = []
    for name, (publisher, series) in SETS.items():
        table = scores.filter(pl.col("publisher") == publisher, pl.col("series").is_in(list(series)))
        unit = _changes(publisher, table) if table.height else {}
        for horizon in HORIZONS:
            part = table.filter(pl.col("horizon") == horizon)
            if part.height:
                rows.append({"set": name, "horizon": horizon, **_covered(part), "targets": part.height,
                             "dates": part["origin"].n_unique(),
                             "wis_ratio": _ratio(part, "wis", "wis_reference", unit),
                             "wis_to_forecast": _ratio(part, "wis", "wis_forecast", unit)})  # fmt: skip
    stocks = scores.filter(pl.col("publisher") == STOCKS)
    for name in stocks["series"].unique().sort():
        part = stocks.filter(pl.col("series") == name)
        ours, theirs = (float(part[column].to_numpy().sum()) for column in ("wis", "wis_reference"))
        rows.append({"set": name, "horizon": 0, **_covered(part), "targets": part.height,
                     "dates": part["origin"].n_unique(), "wis_ratio": ours / theirs if theirs else None,
                     "wis_to_forecast": None})  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _covered(part: pl.DataFrame) -> dict[str, float | None]:
    return {name: float(np.mean(part[name].to_numpy().astype(float))) for name in ("inside_80", "inside_95")}


def _ratio(part: pl.DataFrame, ours: str, theirs: str, unit: Mapping[str, float]) -> float | None:
    both = part.filter(pl.col(ours).is_not_null(), pl.col(theirs).is_not_null())
    keys = ["series", "month", "origin"]
    if not both.height:
        return None
    return relative_wis(both.select(*keys, wis=pl.col(ours)), both.select(*keys, wis=pl.col(theirs)), unit)


def _changes(publisher: str, table: pl.DataFrame) -> dict[str, float]:
    """Mean absolute one-month change of each series over the scored months: the unit of its scores."""
    panel = standard_panels()[publisher]
    months: list[dt.date] = table["month"].to_list()
    first, last = panel.position(min(months)), panel.position(max(months))
    moved = np.nanmean(np.abs(np.diff(panel.values[first - 1 : last + 1], axis=0)), axis=0)
    return dict(zip(panel.series, moved.tolist(), strict=True))
