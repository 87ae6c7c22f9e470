"""Yearly conditions of the corridor's countries: displacement, fragility, economy, migrant stocks."""

from __future__ import annotations

import polars as pl

from corridor.data.repair import keep_codes

COUNTRIES = (
    "BRA", "CAN", "CHL", "CHN", "COL", "CRI", "CUB", "ECU", "GTM", "HND", "HTI", "IND", "MEX", "MMR", "NIC",
    "PAN", "PER", "PHL", "ROU", "RUS", "SLV", "TUR", "UKR", "USA", "VEN",
)  # fmt: skip
"""Countries on the corridor, and those that US data name as nationalities."""


def _year(column: str) -> pl.Expr:
    return pl.date(pl.col(column).cast(pl.Int32), 1, 1).alias("date")


def conditions_displacement(raw: pl.DataFrame) -> pl.DataFrame:
    """Internal displacements in a year, by country and cause."""
    table = keep_codes(raw, "geo", COUNTRIES)
    cause = pl.col("cause").str.replace_all(" ", "_")
    return table.select(
        _year("t"),
        pl.col("geo").alias("country"),
        cause,
        pl.col("n").cast(pl.Float64).cast(pl.Int64).alias("value"),
    ).sort("date", "country", "cause")


def conditions_fragility(raw: pl.DataFrame) -> pl.DataFrame:
    """Fragile States Index by country: twelve indicators (0-10, worse is higher) and their total."""
    country = pl.col("geo").alias("country")
    parts = raw.filter(pl.col("indicator").is_not_null()).select(
        _year("t"),
        country,
        pl.col("indicator").str.replace_all(" ", "_"),
        pl.col("v").cast(pl.Float64).alias("value"),
    )
    total = raw.select(
        _year("t"),
        country,
        pl.lit("total").alias("indicator"),
        pl.col("total").cast(pl.Float64).alias("value"),
    ).unique()
    return pl.concat([parts, total]).sort("date", "country", "indicator")


def conditions_economy(raw: pl.DataFrame) -> pl.DataFrame:
    """Gross domestic product, Gini index and population by country, with the unit of each."""
    return raw.select(_year("year"), "country", "indicator", "unit", pl.col("value").cast(pl.Float64)).sort(
        "date", "country", "indicator"
    )


def migrant_stocks(raw: pl.DataFrame) -> pl.DataFrame:
    """Migrants living in a host country at mid-year, by country of origin and sex."""
    return raw.select(
        _year("year"), "host", "origin", "sex", pl.col("n").cast(pl.Float64).cast(pl.Int64).alias("value")
    ).sort("date", "host", "origin", "sex")
