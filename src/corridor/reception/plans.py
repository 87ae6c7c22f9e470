"""New York's fiscal years from what was known at each date, beside the city's own plans and the comptroller's."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from corridor.data import load
from corridor.reception.balance import simulate
from corridor.reception.combination import combined
from corridor.reception.figures import known_on
from corridor.reception.fitting import fit
from corridor.reception.needs import fiscal_costs, fiscal_span
from corridor.reception.places import city_place

CITY = "new_york"
YEARS = (2024, 2025, 2026)
SCHEMA = {
    "as_of": pl.Date(), "fiscal_year": pl.Int64(), "whose": pl.String(), "plan": pl.Float64(), "ours": pl.Float64(),
    "ours_low": pl.Float64(), "ours_high": pl.Float64(), "actual": pl.Float64(), "plan_error": pl.Float64(),
    "our_error": pl.Float64(),
}  # fmt: skip


def plans() -> pl.DataFrame:
    """Published plans and projections in USD million: ``as_of, fiscal_year, whose, plan``."""
    rows = load("city_reception").table.filter(pl.col("city") == CITY)
    found: list[tuple[dt.date, int, str, float]] = []
    for row in rows.filter(
        pl.col("measure").str.contains("budget_or_actual|comptroller_projection")
    ).to_dicts():
        year = int(row["measure"][-4:])
        whose = "comptroller" if row["measure"].startswith("comptroller") else "city"
        found.append((row["known_from"], year, whose, row["value"]))
    schema = {"as_of": pl.Date(), "fiscal_year": pl.Int64(), "whose": pl.String(), "plan": pl.Float64()}
    return pl.DataFrame(found, schema=schema, orient="row").sort("as_of", "fiscal_year", "whose")


def plan_errors(members: int = 40, draws: int = 1000, seed: int = 1) -> pl.DataFrame:
    """Each plan made before its year was over, beside ours of the same day (columns: :data:`SCHEMA`).

    ``actual`` is the last figure of the city's plans after the year's end; the cost of a person and day is that
    of the last report known on the day. Nothing is chosen on these figures.
    """
    table = plans()
    rows: list[tuple[object, ...]] = []
    for (as_of,), group in table.group_by("as_of", maintain_order=True):
        assert isinstance(as_of, dt.date)
        asked = [
            r
            for r in group.to_dicts()
            if r["fiscal_year"] in YEARS and fiscal_span(r["fiscal_year"], 7)[1] > as_of
        ]
        place = city_place(CITY, as_of)
        known = known_on(place.figures, as_of)
        if not asked or place.ratios.cost is None:
            continue
        last = max(fiscal_span(r["fiscal_year"], 7)[1] for r in asked)
        fitted = fit(known, as_of, place.plan(members=members, seed=seed))
        paths = combined(simulate(fitted, -(-(last - as_of).days // 7), draws=draws, seed=seed), fitted)
        costs = fiscal_costs(fitted, paths, place.ratios.cost, 7, seed)
        for row in asked:
            mine = costs.filter((pl.col("fiscal_year") == row["fiscal_year"]) & (pl.col("part") == "total"))
            q = {round(r["quantile"], 2): r["value"] / 1e6 for r in mine.to_dicts()}
            actual = _actual(table, row["fiscal_year"])
            error = None if actual is None else row["plan"] / actual - 1.0
            ours = None if actual is None else q[0.5] / actual - 1.0
            rows.append(
                (
                    as_of,
                    row["fiscal_year"],
                    row["whose"],
                    row["plan"],
                    q[0.5],
                    q[0.1],
                    q[0.9],
                    actual,
                    error,
                    ours,
                )
            )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(
        pl.col("ours", "ours_low", "ours_high").round(0), pl.col("plan_error", "our_error").round(3)
    )


def _actual(table: pl.DataFrame, year: int) -> float | None:
    """What the year cost: the city's first plan after its end that gives it, or on its last day."""
    end = fiscal_span(year, 7)[1]
    after = table.filter(
        (pl.col("fiscal_year") == year) & (pl.col("whose") == "city") & (pl.col("as_of") >= end)
    )
    values = after.sort("as_of")["plan"].to_list()
    return float(np.array(values[-1])) if values else None
