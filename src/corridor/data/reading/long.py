"""A table with one row for each count, on the way from a file to a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

DATE, VALUE, LINE, KNOWN = "\0date", "\0value", "\0line", "\0known"
PART = "\0part"
"""Whether a figure is marked as one of a part of its period."""


@dataclass
class Long:
    """One row for each count: texts of date and count, the line, and the columns that may be categories."""

    frame: pl.DataFrame
    notes: list[str]
    date_name: str
    value_name: str
    fiscal: bool = False
    left_out: list[str] = field(default_factory=list)
    melted: str = ""
    """Name of the dimension that the columns of a wide table became."""
