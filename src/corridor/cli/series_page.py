"""The parts of the page of one series, gathered from a forecast, a backtest or an effect."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.cli.common import talk

if TYPE_CHECKING:
    import polars as pl

    from corridor.data import Dataset
    from corridor.forecast.lone.passing import Passing
    from corridor.forecast.panel import Panel
    from corridor.forecast.result import Forecast

PAGE = "report.html"
QUICK_ORIGINS = 8
"""Past dates of the scoreboard on the page of a forecast."""


def page_file(out: Path) -> Path:
    """``out`` itself where it names an HTML file, else ``report.html`` in that folder."""
    out = out.expanduser()
    return out if out.suffix.lower() in (".html", ".htm") else out / PAGE


def about(dataset: Dataset, panel: Panel, as_of: dt.date, row: int = 0) -> dict[str, Any]:
    """What the page says of the series itself: names, unit, source and published counts."""
    counts = [None if np.isnan(v) else float(v) for v in panel.values[:, row]]
    publishers = "; ".join(dict.fromkeys(source.publisher for source in dataset.sources)) or dataset.id
    return {
        "name": dataset.id, "unit": dataset.unit, "source": publishers, "kind": panel.kind, "step": panel.step,
        "as_of": as_of, "observed": list(zip(panel.months, counts, strict=True)),
    }  # fmt: skip


def forecast_part(forecast: Forecast, table: pl.DataFrame) -> dict[str, Any]:
    """The quantiles of the first series of ``table``."""
    import polars as pl

    rows = []
    first = table.filter(pl.col("series") == table["series"][0])
    names = {0.025: "low_95", 0.1: "low", 0.5: "median", 0.9: "high", 0.975: "high_95"}
    for (period,), part in first.group_by("month", maintain_order=True):
        levels = {round(q, 3): v for q, v in part.select("quantile", "value").iter_rows()}
        rows.append({"period": period, **{name: levels[level] for level, name in names.items()}})
    return {"model": forecast.model, "forecast": rows}


def passing_part(found: tuple[Passing, ...], line: float) -> dict[str, Any]:
    """The chances of passing a line."""
    return {
        "line": line,
        "passing": [{"period": one.period, "chance": one.above, "ever": one.ever} for one in found],
    }


def scores_part(scores: pl.DataFrame, board: pl.DataFrame) -> dict[str, Any]:
    """The scoreboard of a backtest."""
    names = ("model", "horizon", "relative_wis", "mae", "coverage_80", "targets")
    return {"scores": board.select(names).rows(named=True), "origins": scores["origin"].n_unique()}


def quick_scores(panel: Panel, horizons: int) -> dict[str, Any]:
    """A scoreboard of a few past dates and the models that need no other package; nothing where the history is short."""
    from corridor.forecast.lone import backtest_series, summary_of
    from corridor.model import InputError

    for models in (("stacked", "walk", "seasonal_naive"), ("stacked", "walk")):
        try:
            scores = backtest_series(panel, horizons, origins=QUICK_ORIGINS, models=models)
        except InputError:
            return {}
        if scores.height:
            return scores_part(scores, summary_of(scores))
    return {}


def write_page(out: Path, lang: str, parts: dict[str, Any], *, quiet: bool) -> None:
    """Write the page and say where it is."""
    from corridor.report.series_page import SeriesPage, write_series_page

    file = page_file(out)
    file.parent.mkdir(parents=True, exist_ok=True)
    written = write_series_page(SeriesPage(**parts), file, "es" if lang == "es" else "en")
    talk(f"report: {written}", quiet=quiet)
