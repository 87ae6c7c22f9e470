"""Choose how the balance, the random walk and past errors are combined: on stocks that are not scored.

Stocks: people in ICE detention by month (three windows from October 2018 on) and by sex, unaccompanied children in
care and at the border, and made-up censuses (``made_up``). The four places of docs/reception.md are not read.

python benchmarks/reception_choice.py FILE.pkl   # scores of many combinations, by horizon: WIS over the walk's, coverage
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.data import load
from corridor.forecast.scores import LEVELS
from corridor.model.arrays import Floats
from corridor.reception.balance import Plan, simulate
from corridor.reception.combination import (
    HALF_WEEK,
    NORMAL_80,
    Combination,
    learned,
    past_forecasts,
    walk_spread,
)
from corridor.reception.figures import Figure
from corridor.reception.fitting import fit
from corridor.reception.scoreboard import HORIZONS, LEAST_BEFORE, random_walk, score

WEEK = dt.timedelta(weeks=1)


def made_up(seed: int, weeks: int = 130) -> list[tuple[dt.date, float]]:
    """A weekly census: log arrivals as a random walk with jumps, geometric stays, and in one of three a closure."""
    rng = np.random.default_rng([2024, seed])
    stay = rng.uniform(8.0, 40.0)
    arrivals = np.log(rng.uniform(50.0, 500.0))
    step, usual = rng.choice([0.05, 0.15]), arrivals
    people = rng.uniform(0.1, 1.2) * np.exp(arrivals) * stay
    closing = int(rng.integers(40, weeks)) if rng.random() < 1 / 3 else weeks
    first, rows = dt.date(2020, 1, 5), []
    for week in range(weeks):
        usual += rng.normal(0.0, 0.7) if rng.random() < 0.02 else 0.0
        arrivals += step * rng.standard_normal() + 0.05 * (usual - arrivals)
        closed = week >= closing
        leaving = 1.0 - np.exp(-(3.0 if closed else 1.0) / stay)
        people = people * (1.0 - leaving) + rng.poisson(np.exp(arrivals) * (0.3 if closed else 1.0))
        rows.append((first + week * WEEK, float(np.round(people))))
    return rows


def thinned(rows: list[tuple[dt.date, float]], seed: int) -> tuple[Figure, ...]:
    """Some 30 dated points of a longer series, at uneven distances."""
    rng = np.random.default_rng([7, seed])
    kept, last = [], dt.date.min
    for day, value in rows:
        if (day - last).days >= rng.integers(14, 49):
            kept.append(Figure("census", day, day, value, value, value, day))
            last = day
    return tuple(kept)


def stocks() -> Iterator[tuple[str, list[tuple[dt.date, float]]]]:
    """Name and dated values of each stock."""
    months = (
        load("ice_detention")
        .table.filter(pl.col("measure") == "adp", pl.col("category") == "total")
        .sort("date")
        .select("date", "value")
    )
    rows = [(day + dt.timedelta(days=27), float(value)) for day, value in months.iter_rows()]
    for name, begin, end in (
        ("detention-1", 2018, 2021),
        ("detention-2", 2021, 2023),
        ("detention-3", 2023, 2026),
    ):
        yield name, [row for row in rows if dt.date(begin, 4, 1) <= row[0] < dt.date(end, 10, 1)]
    daily = load("ice_detention_daily").table
    for part in ("women", "convicted"):
        found = daily.filter(pl.col("measure") == part).sort("date").select("date", "value").rows()
        yield f"detention-{part}", [(day, float(value)) for day, value in found]
    children = load("unaccompanied_children_census").table
    for place in ("care", "border_custody"):
        found = children.filter(pl.col("place") == place).sort("date").select("date", "value").rows()
        yield f"children-{place}", [(day, float(value)) for day, value in found]
    for seed in range(12):
        yield f"made-up-{seed}", made_up(seed)


def cases() -> list[dict[str, Any]]:
    """A forecast after each census of each stock, about 30, 91 and 182 days ahead, and what was known then."""
    made = []
    for seed, (name, rows) in enumerate(stocks()):
        figures = thinned(rows, seed)
        fitted = fit(figures, figures[-1].end, Plan(members=20))
        past = past_forecasts(fitted)
        day_of = {round((f.end - figures[0].end).days / 7.0, 6): f.end for f in figures}
        for state, weights in fitted.past:
            known = [f for f in figures if f.end <= state.day + HALF_WEEK]
            targets = {h: _nearest(figures, state.day, h) for h in HORIZONS}
            if len(known) < LEAST_BEFORE or not any(targets.values()):
                continue
            paths = simulate(
                replace(fitted, state=state, weights=weights), 34, draws=400, announced=state.day
            )
            logs = np.log(np.maximum(paths.total, 0.5))
            before = past.first + past.weeks <= (state.day - figures[0].end).days / 7.0 + 0.5
            seen = replace(past, **{key: value[before] for key, value in vars(past).items()})
            for horizon, figure in targets.items():
                if figure is not None:
                    week, part = divmod((figure.end - state.day).days / 7.0, 1.0)
                    at = (1 - part) * logs[int(week)] + part * logs[int(week) + 1]
                    made.append({"name": name, "horizon": horizon, "figure": figure, "known": known, "past": seen,
                                 "own": np.quantile(at, LEVELS)})  # fmt: skip
        print(name, len(made), len(day_of), flush=True)
    return made


def _nearest(figures: tuple[Figure, ...], day: dt.date, horizon: int) -> Figure | None:
    """The census nearest to so many days ahead, within 30 % of them."""
    near = [f for f in figures if abs((f.end - day).days - horizon) <= 0.3 * horizon]
    return min(near, key=lambda f: abs((f.end - day).days - horizon)) if near else None


def quantiles(case: dict[str, Any], rule: Combination) -> Floats:
    """Quantiles of the combination, as `combined_factor` makes them."""
    own, known = case["own"], case["known"]
    weeks = np.array([(case["figure"].end - known[-1].end).days / 7.0])
    low, middle, high = np.interp([0.1, 0.5, 0.9], LEVELS, own)
    weight, factor = learned(case["past"], weeks, rule)
    own_spread = (high - low) / NORMAL_80
    spread = factor * (weight * own_spread + (1 - weight) * walk_spread(known, weeks, rule))
    centre = weight * middle + (1 - weight) * np.log(max(known[-1].value, 0.5))
    return np.exp(centre + spread / max(own_spread, 1e-6) * (own - middle))


def table(made: list[dict[str, Any]], rule: Combination | None) -> dict[int, tuple[float, float, float]]:
    """By horizon: geometric mean over stocks of the WIS over the walk's, coverage of 80 %, the walk's."""
    rows: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    for case in made:
        figure = case["figure"]
        ours = np.exp(case["own"]) if rule is None else quantiles(case, rule)
        rows.setdefault((case["name"], case["horizon"]), []).append(
            (*score(ours, figure), *score(random_walk(case["known"], figure.end), figure))
        )
    out = {}
    for horizon in HORIZONS:
        means = np.array(
            [np.mean(found, axis=0) for (_, h), found in rows.items() if h == horizon and len(found) >= 5]
        )
        ratio = float(np.exp(np.log(means[:, 0] / means[:, 2]).mean()))
        out[horizon] = ratio, float(means[:, 1].mean()), float(means[:, 3].mean())
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="where the forecasts are kept; read where it is there")
    words = parser.parse_args()
    if not words.file.exists():
        words.file.write_bytes(pickle.dumps(cases()))
    made = pickle.loads(words.file.read_bytes())
    rules: list[tuple[str, Combination | None]] = [("balance alone", None), ("as shipped", Combination())]
    grid = itertools.product((1.0, 3.0, 1e9), (1.0, 1.3), (2.0, 5.0))
    rules += [(f"weight spans {a:g}, widening {b:g} for {c:g} spans",
               Combination(weight_spans=a, widening=b, widening_spans=c)) for a, b, c in grid]  # fmt: skip
    real = [case for case in made if not case["name"].startswith("made-up")]
    for name, rule in rules:
        for whose, some in (("shipped stocks", real), ("all", made)):
            found = table(some, rule).values()
            text = " | ".join(f"{r:.3f} {100 * c:3.0f} % ({100 * w:2.0f} %)" for r, c, w in found)
            print(f"{name:45s} {whose:15s} {text}", flush=True)


if __name__ == "__main__":
    main()
