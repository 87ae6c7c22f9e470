"""Tails of monthly changes: the Student t that fits the US total of 2018 to 2022, beside a normal and a changing volatility.

    python benchmarks/departure_shocks.py

Later months are not looked at. Log likelihoods are of the same 60 changes; a changing volatility is an exponentially weighted mean of past
squares with this half-life in months, its first value the mean of the first twelve.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from scipy import stats

from corridor.calibrate.shocks import fitted_df
from corridor.data import load

FIRST, LAST = dt.date(2018, 1, 1), dt.date(2022, 12, 1)
HALF_LIVES = (3, 6, 12, 24)


def main() -> None:
    for name in ("us_southwest_encounters", "us_border_patrol_by_sector"):
        table = load(name).table.group_by("date").agg(pl.col("value").sum()).sort("date")
        z = np.log(table["value"].to_numpy().astype(float))
        months = table["date"].to_list()[1:]
        every = np.diff(z)
        used = np.array([FIRST <= month <= LAST for month in months])
        report(name, every, used)


def report(name: str, every: np.ndarray, used: np.ndarray) -> None:
    changes = every[used]
    df = fitted_df(changes)
    low, high = interval(changes)
    scale = stats.t.fit(changes, fix_df=df, floc=0)[2]
    print(f"{name}: {changes.size} monthly log changes, root mean square {np.sqrt(np.mean(changes**2)):.3f}")
    print(f"  Student t: {df:.1f} degrees of freedom (95 % by profile likelihood: {low:.1f} to {high:.0f}), scale {scale:.3f}")  # fmt: skip
    normal = stats.norm.logpdf(changes, 0, np.sqrt(np.mean(changes**2))).sum()
    print(
        f"  log likelihood: t {stats.t.logpdf(changes, df, 0, scale).sum():.1f}, normal {normal:.1f}", end=""
    )
    for half_life in HALF_LIVES:
        sd = changing(every, half_life)[used]
        print(f", half-life {half_life}: {stats.norm.logpdf(changes, 0, sd).sum():.1f}", end="")
    print()


def interval(changes: np.ndarray) -> tuple[float, float]:
    """Degrees of freedom whose profile log likelihood lies within 1.92 of the highest, up to 1000."""
    grid = np.concatenate([np.arange(2.1, 30.0, 0.1), [50.0, 100.0, 1000.0]])
    found = np.array([
        stats.t.logpdf(changes, df, 0, stats.t.fit(changes, fix_df=df, floc=0)[2]).sum() for df in grid
    ])  # fmt: skip
    inside = grid[found > found.max() - 1.92]
    return float(inside.min()), float(inside.max())


def changing(every: np.ndarray, half_life: float) -> np.ndarray:
    """Standard deviation before each change, from those before it."""
    keep = 0.5 ** (1.0 / half_life)
    square, out = float(np.mean(every[:12] ** 2)), np.empty(every.size)
    for month, change in enumerate(every):
        out[month] = np.sqrt(square)
        square = keep * square + (1.0 - keep) * change**2
    return out


if __name__ == "__main__":
    main()
