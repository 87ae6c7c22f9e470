"""Tables on their way out as CSV: every cell safe in a spreadsheet."""

from __future__ import annotations

import csv
import io

import polars as pl

from corridor.model.cells import safe_cell


def csv_text(table: pl.DataFrame) -> str:
    """The table as CSV with a header, every cell safe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in table.columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in table.iter_rows())
    return buffer.getvalue()
