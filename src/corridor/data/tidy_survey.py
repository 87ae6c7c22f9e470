"""Interviews with people on the move, as shares with their errors: never counts of people."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

DESIGN_EFFECT = 4.0
"""Assumption: interviews are clustered by place and day and not a random sample, so that an error is twice
that of as many independent answers."""
FEWEST = 30
"""Interviews of a country, quarter and nationality below which no share is given."""
_Z = 1.959964
SEXES: Mapping[str, str] = {"male": "male", "female": "female", "Male": "male", "Female": "female"}
STATISTICS = ("share", "low", "high")


def survey_shares(raw: pl.DataFrame) -> pl.DataFrame:
    """Shares of interviews by quarter, country and nationality: by sex, age group and destination, and of those
    who named a reason; with a 95 % Wilson interval on the interviews divided by the design effect.

    Columns: ``date country nationality attribute category statistic value``; ``statistic`` is share, low, high or
    ``interviews`` (their number). Reasons may be several, so that their shares do not add up to one.
    """
    reasons = [name for name in raw.columns if name.startswith("reason_")]
    table = raw.select(
        _quarter("quarter").alias("date"), pl.col("geo").alias("country"), pl.col("nat").alias("nationality"),
        pl.col("to").alias("destination"), pl.col("sex").replace_strict(dict(SEXES), default="other"),
        pl.col("age_group").alias("age"), pl.col("interviews").cast(pl.Float64),
        *(pl.col(name).cast(pl.Float64) for name in reasons),
    )  # fmt: skip
    keys = ["date", "country", "nationality"]
    groups = table.group_by(keys).agg(pl.col("interviews").sum().alias("asked"))
    groups = groups.filter(pl.col("asked") >= FEWEST)
    parts = [
        table.group_by(*keys, pl.col(name).alias("category"))
        .agg(pl.col("interviews").sum().alias("named"))
        .with_columns(attribute=pl.lit(name))
        for name in ("sex", "age", "destination")
    ]
    parts += [
        table.group_by(keys)
        .agg(pl.col(name).sum().alias("named"))
        .with_columns(category=pl.lit(name.removeprefix("reason_")), attribute=pl.lit("reason"))
        for name in reasons
    ]
    columns = [*keys, "attribute", "category", "named"]
    named = pl.concat([part.select(columns) for part in parts]).join(groups, on=keys)
    long = _with_interval(named).unpivot(
        STATISTICS, index=[*keys, "attribute", "category"], variable_name="statistic", value_name="value"
    )
    asked = groups.select(
        *keys, attribute=pl.lit("all"), category=pl.lit(""), statistic=pl.lit("interviews"), value="asked"
    )
    return pl.concat([long, asked]).sort(*keys, "attribute", "category", "statistic")


def _quarter(column: str) -> pl.Expr:
    year, number = pl.col(column).str.slice(0, 4), pl.col(column).str.slice(5, 1)
    return pl.date(year.cast(pl.Int32), number.cast(pl.Int32) * 3 - 2, 1)


def _with_interval(table: pl.DataFrame) -> pl.DataFrame:
    """Wilson (1927) interval of a share, with the number of interviews divided by the design effect."""
    share, size = pl.col("named") / pl.col("asked"), pl.col("asked") / DESIGN_EFFECT
    scale = 1 + _Z**2 / size
    middle = (share + _Z**2 / (2 * size)) / scale
    half = _Z / scale * (share * (1 - share) / size + _Z**2 / (4 * size**2)).sqrt()
    return table.with_columns(
        share=share.round(4),
        low=(middle - half).clip(0, 1).round(4),
        high=(middle + half).clip(0, 1).round(4),
    )
