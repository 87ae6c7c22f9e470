"""Forecasts of holiday weeks with and without the calendar, on generated weekly series.

Half of the series have planted effects of Christmas, New Year and Easter, half have none. Each is forecast one to four
weeks before every holiday of its last two years, by the default model with the calendar and without it.

    python benchmarks/holiday_weeks.py
    python benchmarks/holiday_weeks.py --series 4 --seed 2
    python benchmarks/holiday_weeks.py --data us_border_patrol_weekly

With ``--data``, a weekly (or daily) dataset is forecast one and four weeks before every holiday since 2015, each time from the
eight years before.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from corridor.data import load
from corridor.forecast.lone.holidays import holiday_of
from corridor.forecast.lone.model import stack
from corridor.forecast.request import subject_of
from corridor.forecast.scores import LEVELS, wis
from corridor.model.arrays import Floats
from corridor.model.periods import add_steps

WEEKS, FIRST = 6 * 52, dt.date(2016, 1, 4)
AHEAD = (1, 2, 4)
SINCE, PAST = dt.date(2015, 1, 1), 416


def generated(rng: np.random.Generator, *, planted: bool) -> tuple[Floats, tuple[dt.date, ...]]:
    """A wandering level with a wave of the year, and the holidays' factors where they are planted."""
    weeks = tuple(add_steps(FIRST, at, "week") for at in range(WEEKS))
    t = np.arange(WEEKS)
    level = rng.uniform(4, 8) + np.cumsum(rng.normal(0, 0.05, WEEKS))
    wave = rng.uniform(0, 0.4) * np.sin(2 * np.pi * (t / 52.18 - rng.uniform()))
    size = {
        "christmas": rng.uniform(0.6, 1),
        "new_year": rng.uniform(0.4, 0.9),
        "easter": rng.uniform(0.5, 1),
    }
    factor = np.array([size.get(holiday_of(week) or "", 1.0) if planted else 1.0 for week in weeks])
    noise = rng.normal(0, rng.uniform(0.05, 0.15), WEEKS)
    return rng.poisson(np.exp(level + wave + noise) * factor).astype(float), weeks


def scored(number: int, seed: int, *, planted: bool) -> Iterator[tuple[object, ...]]:
    """One row for each origin, horizon and model."""
    counts, weeks = generated(np.random.default_rng([seed, number, planted]), planted=planted)
    unit = float(np.abs(np.diff(counts)).mean())
    targets = [t for t in range(WEEKS - 104, WEEKS) if holiday_of(weeks[t])]
    for origin in sorted({t - h for t in targets for h in AHEAD}):
        past = counts[: origin + 1]
        for model, given in (("with the calendar", weeks[: origin + 1]), ("without", ())):
            table = stack(past, max(AHEAD), 52, stock=False, whole=True, weeks=given).quantiles
            for h in AHEAD:
                if origin + h < WEEKS:
                    value, made = counts[origin + h], table[h - 1]
                    inside = float(np.interp(0.1, LEVELS, made) <= value <= np.interp(0.9, LEVELS, made))
                    kind = "holiday" if holiday_of(weeks[origin + h]) else "other"
                    yield (
                        "planted" if planted else "none",
                        kind,
                        model,
                        float(wis(made, LEVELS, value)) / unit,
                        inside,
                    )


def published(name: str) -> Iterator[tuple[object, ...]]:
    """One row for each holiday, horizon and model of a dataset; WIS in its unit."""
    panel = subject_of(load(name))[0].panel
    counts, weeks = panel.values[:, 0], panel.months
    for target, week in enumerate(weeks):
        holiday = holiday_of(week)
        if holiday is None or week < SINCE or np.isnan(counts[target]):
            continue
        for ahead in (1, 4):
            origin = target - ahead
            rows = slice(max(0, origin - PAST), origin + 1)
            if np.isnan(counts[origin]):
                continue
            for model, given in (("with the calendar", weeks[rows]), ("without", ())):
                made = stack(
                    counts[rows], ahead, 52, stock=panel.kind == "stock", whole=True, weeks=given
                ).quantiles[-1]
                value = counts[target]
                inside = float(np.interp(0.1, LEVELS, made) <= value <= np.interp(0.9, LEVELS, made))
                yield name, holiday, model, float(wis(made, LEVELS, value)), inside


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=12, help="Series with holidays, and as many without.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", help="A weekly or daily dataset, in place of generated series.")
    asked = parser.parse_args()
    rows = (
        list(published(asked.data))
        if asked.data
        else [
            row
            for planted in (True, False)
            for number in range(asked.series)
            for row in scored(number, asked.seed, planted=planted)
        ]
    )
    names = ["effects", "weeks", "model", "wis", "inside_80"]
    table = pl.DataFrame(rows, schema=names, orient="row").group_by(names[:3], maintain_order=True).agg(
        pl.col("wis").mean().round(3), (100 * pl.col("inside_80").mean()).round(1).alias("inside_80"), pl.len().alias("forecasts")
    )  # fmt: skip
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True):
        print(table.sort("effects", "weeks", "model"))


if __name__ == "__main__":
    main()
