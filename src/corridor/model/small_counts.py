"""The one rule that holds small counts back: no reader sees that 1 to 9 people were counted.

Tables of a run folder keep every figure, since the checks of claims and effects need it. Whatever a reader
sees (a file to export, a table on the screen, the report) passes through a function of this module first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

SUPPRESS_BELOW: Final = 10
"""Counts from 1 to below this are held back; a zero is nobody."""
HELD_BACK: Final = f"<{SUPPRESS_BELOW}"
"""What stands in the place of a count that is held back."""


def is_small(count: float | None, below: int = SUPPRESS_BELOW) -> bool:
    """Whether a count of people or events is held back; nothing counted (None) and zero are not."""
    return count is not None and 0 < count < below


def shown_count(count: float | None) -> float | str | None:
    """The count as a reader may see it: ``<10`` for 1 to 9."""
    return HELD_BACK if is_small(count) else count


def small(column: str = "value", below: int = SUPPRESS_BELOW) -> pl.Expr:
    """Expression that is true where ``column`` is a count that is held back."""
    return (pl.col(column) > 0) & (pl.col(column) < below)


def suppress(
    table: pl.DataFrame,
    counted: Mapping[str, tuple[str, ...]] | None,
    below: int = SUPPRESS_BELOW,
    *,
    column: str = "value",
    texts: Sequence[str] = (),
) -> pl.DataFrame:
    """The table with counts from 1 to below ``below`` written as ``<below``; ``column`` becomes text.

    ``counted`` says which rows are counts (see ``Dataset.counted``); None says that none is, and ``below=0``
    holds nothing back. ``texts`` are columns in which the count may stand in words.
    """
    text = pl.col(column).map_elements(format_number, return_dtype=pl.String)
    if counted is None or below <= 0:
        return table.with_columns(text.alias(column))
    held = small(column, below)
    for name, values in counted.items():
        held = held & pl.col(name).is_in(list(values))
    mark = pl.lit(f"<{below}")
    shown = [pl.when(held).then(mark).otherwise(pl.col(name)).alias(name) for name in texts]
    return table.with_columns(pl.when(held).then(mark).otherwise(text).alias(column), *shown)


def hold_back(table: pl.DataFrame, column: str, *texts: str) -> pl.DataFrame:
    """The table without its small counts: ``column`` is null where one is held back, and ``held_back`` says so.

    ``texts`` are columns in which the count may stand in words; they become ``<10`` in the same rows.
    Fractions are not counts and stay. A table that was held back already is returned as it is.
    """
    if "held_back" in table.columns:
        return table
    held = (small(column) & (pl.col(column) == pl.col(column).round())).fill_null(False)
    return table.with_columns(held.alias("held_back")).with_columns(
        pl.when("held_back").then(None).otherwise(pl.col(column)).alias(column),
        *(pl.when("held_back").then(pl.lit(HELD_BACK)).otherwise(pl.col(name)).alias(name) for name in texts),
    )


def format_number(value: float) -> str:
    """A number in full, without a needless ``.0``."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
