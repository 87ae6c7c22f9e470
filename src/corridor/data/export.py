"""Tables on their way out: small counts hidden, cells safe in spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import polars as pl

from corridor.model.cells import safe_cell

SUPPRESS_BELOW = 10
"""Counts from 1 to below this are hidden by default; a zero is nobody."""


def suppress(
    table: pl.DataFrame, counted: Mapping[str, tuple[str, ...]] | None, below: int = SUPPRESS_BELOW
) -> pl.DataFrame:
    """Write counts of people or events over 0 and under ``below`` as ``<below``; ``value`` becomes text.

    ``counted`` says which rows are counts (see ``Dataset.counted``); ``below=0`` hides nothing.
    """
    value = pl.col("value")
    text = value.map_elements(format_number, return_dtype=pl.String)
    if counted is None or below <= 0:
        return table.with_columns(text.alias("value"))
    small = (value > 0) & (value < below)
    for name, values in counted.items():
        small = small & pl.col(name).is_in(list(values))
    return table.with_columns(pl.when(small).then(pl.lit(f"<{below}")).otherwise(text).alias("value"))


def format_number(value: float) -> str:
    """A number in full, without a needless ``.0``."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def csv_text(table: pl.DataFrame) -> str:
    """The table as CSV with a header, every cell safe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in table.columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in table.iter_rows())
    return buffer.getvalue()
