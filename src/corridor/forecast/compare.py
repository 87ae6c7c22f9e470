"""Other quantile forecasts scored beside the reference, on the same targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.forecast.panel import Panel
from corridor.forecast.reference import ReferenceForecaster
from corridor.forecast.scores import INTERVALS, LEVELS, inside, mean_change, wis
from corridor.model import InputError, html
from corridor.model.arrays import Floats
from corridor.model.periods import months_between

_KEYS = ["series", "month"]


def quantiles_of_samples(samples: pl.DataFrame, levels: Sequence[float] | Floats = LEVELS) -> pl.DataFrame:
    """Quantiles of samples: ``series, month, member, value`` to ``series, month, quantile, value``."""
    _need(samples, [*_KEYS, "value"])
    parts = [
        samples.group_by(_KEYS)
        .agg(pl.col("value").cast(pl.Float64).quantile(float(level), "linear"))
        .with_columns(pl.lit(float(level)).alias("quantile"))
        for level in levels
    ]
    return pl.concat(parts).select(*_KEYS, "quantile", "value").sort(*_KEYS, "quantile")


def score_quantiles(forecast: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """Score a quantile forecast.

    Parameters
    ----------
    forecast
        ``series, month, quantile, value``: the same levels for every target, one of them 0.5.
    observed
        ``series, month, value``; targets that are absent or null here are not scored.

    Returns
    -------
    ``series, month, observed, median, wis, inside_50, inside_80, inside_95`` (the last three null where
    the forecast does not have the levels), in order of series and month.

    Raises
    ------
    InputError
        On a missing column, levels that differ between targets, crossing quantiles, or no median.
    """
    levels, keys, table = _matrix(forecast)
    _need(observed, [*_KEYS, "value"])
    truth = observed.select(*_KEYS, pl.col("value").cast(pl.Float64).alias("observed"))
    joined = keys.with_row_index("row").join(truth, on=_KEYS, how="inner").drop_nulls("observed").sort("row")
    values, y = table[joined["row"].to_numpy()], joined["observed"].to_numpy()
    columns = {
        "median": values[:, int(np.argmin(np.abs(levels - 0.5)))],
        "wis": wis(values, levels, y),
        **{f"inside_{round(100 * i)}": _inside_or_null(values, levels, y, i) for i in INTERVALS},
    }
    return (
        joined.drop("row")
        .with_columns(pl.Series(n, v, dtype=pl.Float64) for n, v in columns.items())
        .sort(_KEYS)
    )


def relative_wis(
    model: pl.DataFrame, reference: pl.DataFrame, change: Mapping[str, float] | None = None
) -> float:
    """WIS of a model relative to a reference: below 1 is better than the reference.

    Parameters
    ----------
    model, reference
        Tables of :func:`score_quantiles` (``series, month, wis``; more key columns, such as ``origin``,
        are told apart where both have them) with the same targets.
    change
        Mean absolute one-month change by series; each series' WIS is divided by it before the average,
        as in the scoreboard. Without it every series weighs by its size.

    Raises
    ------
    InputError
        If the two do not have the same targets, or none.
    """
    keys = [*_KEYS, *(["origin"] if "origin" in model.columns and "origin" in reference.columns else [])]
    pairs = model.select(*keys, "wis").join(
        reference.select(*keys, "wis"), on=keys, how="inner", suffix="_reference"
    )
    if not pairs.height or pairs.height != model.height or pairs.height != reference.height:
        raise InputError(
            f"{model.height} and {reference.height} scores share {pairs.height} targets",
            hint="score both on the same series and months",
        )
    means = pairs.group_by("series").agg(pl.col("wis", "wis_reference").mean())
    weights = np.array([1.0 / change[name] if change else 1.0 for name in means["series"]])
    return float((means["wis"].to_numpy() @ weights) / (means["wis_reference"].to_numpy() @ weights))


@dataclass(frozen=True)
class Comparison:
    """A forecast beside the reference, from one as-of date."""

    scores: pl.DataFrame
    """``series month horizon observed median wis wis_reference``."""
    groups: pl.DataFrame
    """``group wis wis_reference ratio targets``: WIS in mean one-month changes, averaged over the series."""

    def _repr_html_(self) -> str:
        rows = html.table(self.groups.columns, self.groups.iter_rows(), self.groups.height)
        return html.card("Forecast beside the reference", {"targets": self.scores.height}, rows)


def compare_with_reference(
    forecast: pl.DataFrame,
    panel: Panel,
    as_of: dt.date,
    groups: Mapping[str, Sequence[str]] | None = None,
    forecaster: ReferenceForecaster | None = None,
) -> Comparison:
    """Score a forecast and the reference on the same targets, standing at ``as_of``.

    Parameters
    ----------
    forecast
        ``series, month`` and either ``quantile, value`` or samples as ``member, value``. Months that were
        public at ``as_of``, and targets without an observation, are left out.
    panel
        All series of the publisher (their errors calibrate the reference), with the outcomes.
    groups
        Series whose scores are averaged, by name; by default each series alone.

    Raises
    ------
    InputError
        If nothing is left to compare, or the reference has no forecast.
    """
    forecaster = forecaster or ReferenceForecaster()
    table = forecast if "quantile" in forecast.columns else quantiles_of_samples(forecast, forecaster.levels)
    last = panel.last_published(as_of)
    if last is None:
        raise InputError(f"nothing was published by {as_of}", hint="take a later as-of date")
    table = table.filter(pl.col("month") > last)
    panel.columns(table["series"].unique().sort().to_list())
    truth = outcomes(panel)
    hint = f"forecast months after {last:%Y-%m} that the panel ({panel.span}) covers"
    scores = score_quantiles(table, truth) if table.height else table
    if not scores.height:
        raise InputError("there is no target to compare on", hint=hint)
    yardstick = _reference_table(panel, last, scores, forecaster)
    if yardstick.height != scores.height * len(forecaster.levels):
        raise InputError("the reference has no forecast for some of the targets", hint=hint)
    yardstick = score_quantiles(yardstick, truth)
    joined = scores.select(*_KEYS, "observed", "median", "wis").join(
        yardstick.select(*_KEYS, pl.col("wis").alias("wis_reference")), on=_KEYS, how="inner"
    )
    horizon = pl.col("month").map_elements(lambda m: months_between(last, m), return_dtype=pl.Int64)
    columns = [*_KEYS, horizon.alias("horizon"), "observed", "median", "wis", "wis_reference"]
    joined = joined.select(columns).sort(_KEYS)
    names = joined["series"].unique().sort().to_list()
    return Comparison(joined, _group_scores(joined, panel, groups or {name: (name,) for name in names}))


def _group_scores(scores: pl.DataFrame, panel: Panel, groups: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    first, last = panel.position(scores["month"].min()), panel.position(scores["month"].max())  # pyrefly: ignore
    change = dict(
        zip(panel.series, mean_change(panel.values[max(0, first - 1) : last + 1]).tolist(), strict=True)
    )
    unit = pl.col("series").replace_strict(change, return_dtype=pl.Float64)
    rows = []
    for name, members in groups.items():
        panel.columns(members)
        part = scores.filter(pl.col("series").is_in(list(members)), unit > 0)
        means = part.group_by("series").agg((pl.col("wis", "wis_reference") / unit).mean())
        model, reference = means["wis"].mean(), means["wis_reference"].mean()
        ratio = model / reference if means.height and reference else None  # pyrefly: ignore
        rows.append((name, model, reference, ratio, part.height))
    columns = {"group": pl.String, "wis": pl.Float64, "wis_reference": pl.Float64, "ratio": pl.Float64}
    return pl.DataFrame(rows, schema=columns | {"targets": pl.Int64}, orient="row")


def _reference_table(
    panel: Panel, last: dt.date, targets: pl.DataFrame, forecaster: ReferenceForecaster
) -> pl.DataFrame:
    """The reference's quantiles for the targets, as a long table."""
    frames = []
    for month in targets["month"].unique().sort():
        values = forecaster.forecast(panel, last, months_between(last, month))
        names = targets.filter(pl.col("month") == month)["series"].to_list()
        part = values[panel.columns(names)]
        known = ~np.isnan(part).any(axis=1)
        size = len(forecaster.levels)
        frames.append(
            pl.DataFrame(
                {
                    "series": np.repeat(np.array(names, dtype=object)[known], size).tolist(),
                    "month": [month] * int(known.sum() * size),
                    "quantile": np.tile(forecaster.levels, int(known.sum())),
                    "value": part[known].ravel(),
                },
                schema={"series": pl.String, "month": pl.Date, "quantile": pl.Float64, "value": pl.Float64},
            )
        )
    schema = {"series": pl.String, "month": pl.Date, "quantile": pl.Float64, "value": pl.Float64}
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def outcomes(panel: Panel) -> pl.DataFrame:
    """What was counted, as a long table ``series, month, value``."""
    wide = pl.DataFrame(panel.values, schema=list(panel.series), orient="row").with_columns(
        pl.Series("month", panel.months)
    )
    return wide.unpivot(index="month", variable_name="series").with_columns(pl.col("value").fill_nan(None))


def _need(table: pl.DataFrame, columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(
            f"missing column{'s' if len(missing) > 1 else ''}: {', '.join(missing)}",
            hint=f"the table has {', '.join(table.columns)}",
        )


def _matrix(forecast: pl.DataFrame) -> tuple[Floats, pl.DataFrame, Floats]:
    """Levels, targets and quantiles as an array of shape ``(targets, levels)``, checked."""
    _need(forecast, [*_KEYS, "quantile", "value"])
    levels = forecast["quantile"].unique().sort().to_numpy().astype(np.float64)
    table = forecast.sort(*_KEYS, "quantile")
    keys = table.select(_KEYS).unique(maintain_order=True)
    # as many rows as targets times levels, and no key twice: every target has every level
    whole = keys.height * len(levels) == table.height
    if not whole or table.select(pl.struct(*_KEYS, "quantile").is_duplicated().any()).item():
        raise InputError(
            "the quantile levels differ between targets", hint="give every target the same levels once"
        )
    if not np.isclose(levels, 0.5).any():
        raise InputError("the forecast has no median", hint="add the quantile level 0.5")
    values = table["value"].to_numpy().astype(np.float64).reshape(keys.height, len(levels))
    if (np.diff(values, axis=1) < -1e-9).any():
        raise InputError("quantiles cross", hint="sort the values of each target by level")
    return levels, keys, values


def _inside_or_null(values: Floats, levels: Floats, y: Floats, interval: float) -> Floats | list[None]:
    try:
        return inside(values, levels, y, interval)
    except ValueError:
        return [None] * len(y)
