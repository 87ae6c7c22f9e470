"""Compare the tables of two run folders bit for bit: python scripts/compare_runs.py BEFORE AFTER.

Names of tables, columns and their order, types, rows and their order, and every value must be equal (a
missing number equals a missing number). Prints what differs; ends with 1 if anything does, with 2 if a
folder cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np
import polars as pl

SHOWN = 5
"""Rows that are printed of a table that differs."""


def differences(before: Path, after: Path) -> Iterator[str]:
    """One line for each thing that differs between two run folders."""
    files = [{path.name for path in (run / "tables").iterdir()} for run in (before, after)]
    yield from (f"{name}: only in {before}" for name in sorted(files[0] - files[1]))
    yield from (f"{name}: only in {after}" for name in sorted(files[1] - files[0]))
    for name in sorted(files[0] & files[1]):
        ours, theirs = (run / "tables" / name for run in (before, after))
        if name.endswith(".parquet"):
            lines = list(table_differences(pl.read_parquet(ours), pl.read_parquet(theirs)))
            yield from (f"{name}: {line}" for line in lines)
        elif ours.read_bytes() != theirs.read_bytes():
            yield from (f"{name}: {line}" for line in text_differences(ours, theirs))


def table_differences(before: pl.DataFrame, after: pl.DataFrame) -> Iterator[str]:
    """What differs between two tables: columns, types, number of rows, values."""
    if before.columns != after.columns:
        yield f"columns {before.columns} against {after.columns}"
        return
    types = [(name, before.schema[name], after.schema[name]) for name in before.columns]
    yield from (f"{name} is {one} against {other}" for name, one, other in types if one != other)
    if before.height != after.height:
        yield f"{before.height} rows against {after.height}"
        return
    for name, one, other in types:
        if one == other:
            yield from _value_differences(before, after, name)


def _value_differences(before: pl.DataFrame, after: pl.DataFrame, name: str) -> Iterator[str]:
    ours, theirs = _bits(before[name]), _bits(after[name])
    rows = (ours.ne_missing(theirs)).arg_true().to_list()
    if not rows:
        return
    yield f"{name} differs in {len(rows)} of {before.height} rows"
    for row in rows[:SHOWN]:
        yield f"  row {row}: {before[name][row]!r} against {after[name][row]!r}, {before.row(row, named=True)}"


def _bits(column: pl.Series) -> pl.Series:
    """A column of numbers as its bits, so that 0.0 and -0.0 differ and NaN equals NaN; missing stays missing."""
    if column.dtype != pl.Float64:
        return column
    bits = pl.Series(column.fill_null(0.0).to_numpy().view(np.uint64))
    return pl.select(pl.when(column.is_not_null()).then(bits)).to_series()


def text_differences(before: Path, after: Path) -> Iterator[str]:
    """Lines that differ between two texts."""
    pair = [path.read_text("utf-8").splitlines(keepends=True) for path in (before, after)]
    changed = [place for place, (one, other) in enumerate(zip_longest(*pair)) if one != other]
    yield f"the text differs in {len(changed)} lines"
    for place in changed[:SHOWN]:
        one, other = (lines[place] if place < len(lines) else None for lines in pair)
        yield f"  line {place + 1}: {one!r} against {other!r}"


def main(arguments: list[str]) -> int:
    """Compare two run folders named on the command line; returns the exit status."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    before, after = (Path(name) for name in arguments)
    for run in (before, after):
        if not (run / "tables").is_dir():
            print(f"{run} is not a run folder", file=sys.stderr)
            return 2
    found = list(differences(before, after))
    for line in found:
        print(line)
    tables = len(list((before / "tables").glob("*.parquet")))
    print("they differ" if found else f"{tables} tables are equal bit for bit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
