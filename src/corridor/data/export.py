"""Tables on their way out: small counts hidden, cells safe in spreadsheets, files written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from corridor.model import InputError

SUPPRESS_BELOW = 10
"""Counts under this are hidden by default."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def suppress(
    table: pl.DataFrame, counted: Mapping[str, tuple[str, ...]] | None, below: int = SUPPRESS_BELOW
) -> pl.DataFrame:
    """Write counts of people or events under ``below`` as ``<below``; ``value`` becomes text.

    ``counted`` says which rows are counts (see ``Dataset.counted``); ``below=0`` hides nothing.
    """
    value = pl.col("value")
    text = value.map_elements(format_number, return_dtype=pl.String)
    if counted is None or below <= 0:
        return table.with_columns(text.alias("value"))
    small = value < below
    for name, values in counted.items():
        small = small & pl.col(name).is_in(list(values))
    return table.with_columns(pl.when(small).then(pl.lit(f"<{below}")).otherwise(text).alias("value"))


def format_number(value: float) -> str:
    """A number in full, without a needless ``.0``."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before ``= + - @``, tab and carriage return.

    Numbers stay as they are.
    """
    text = "" if value is None else str(value)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_text(table: pl.DataFrame) -> str:
    """The table as CSV with a header, every cell safe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in table.columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in table.iter_rows())
    return buffer.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name, then rename it.

    Raises
    ------
    InputError
        If the place cannot be written; nothing is left behind.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="name a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, "utf-8", newline="")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            hint="choose a folder that exists and can be written",
        ) from error
