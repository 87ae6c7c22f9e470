"""Households, sites and scores from files; every fault at once, with file, line, column and hint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.model import Fault, InputError, did_you_mean
from corridor.model.text import csv_records, decode

MOST_FAULTS = 200
"""Faults of one column that are listed; the rest is counted."""
Source = str | Path | pl.DataFrame
Lines = NDArray[np.int64]
YES = ("yes", "true", "1", "y", "si", "sí")
NO = ("no", "false", "0", "n")


@dataclass
class Sheet:
    """One table of text cells, and the faults found in it."""

    label: str
    table: pl.DataFrame
    faults: list[Fault] = field(default_factory=list)
    lines: Lines | None = None

    @property
    def height(self) -> int:
        """Rows."""
        return self.table.height

    def line(self, row: int) -> int:
        """Line of a row in the file, counted from 1."""
        if self.lines is None:
            self.lines = _lines(self.table)
        return int(self.lines[row])

    def fault(self, row: int | None, column: str | None, message: str, hint: str | None = None) -> None:
        """Note a fault of a row (None: the whole file)."""
        line = None if row is None else self.line(row)
        self.faults.append(Fault(self.label, line, column, message, hint))

    def mark(
        self, rows: NDArray[np.int64], column: str, message: Callable[[int], str], hint: str | None
    ) -> None:
        """Note one fault for each row, up to `MOST_FAULTS`."""
        for row in rows[:MOST_FAULTS]:
            self.fault(int(row), column, message(int(row)), hint)
        if rows.size > MOST_FAULTS:
            self.fault(None, column, f"{rows.size - MOST_FAULTS} more rows have such a fault")

    def text(self, column: str) -> list[str]:
        """Cells of a column without surrounding space; blank where the column is absent."""
        if column not in self.table.columns:
            return [""] * self.height
        return self.table[column].to_list()

    def numbers(
        self, column: str, *, whole: bool = False, least: float = 0.0, blank: float | None = None,
        words: dict[str, float] | None = None,
    ) -> NDArray[np.float64]:  # fmt: skip
        """Numbers of a column; ``blank`` is what an empty cell means (None: a fault)."""
        cells = self.table[column]
        for word, meaning in (words or {}).items():
            cells = cells.replace({word: repr(meaning)})
        values = cells.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().copy()
        empty = (self.table[column] == "").to_numpy()
        kind = "a whole number" if whole else "a number"
        if blank is None:
            self.mark(np.flatnonzero(empty), column, lambda row: "is blank, but every row needs it", None)
        values[empty] = least if blank is None else blank
        bad = np.isnan(values) | (np.isinf(values) & ~np.isin(values, list((words or {}).values())) & ~empty)
        self.mark(np.flatnonzero(bad), column, lambda row: f"{cells[row]!r} is not {kind}", None)
        values[bad] = least
        low = values < least
        self.mark(np.flatnonzero(low & ~empty), column,
                  lambda row: f"{cells[row]} is below {least:g}, the lowest allowed", None)  # fmt: skip
        values[low & ~empty] = least
        if whole:
            broken = np.isfinite(values) & (values != np.floor(values)) & ~empty
            self.mark(
                np.flatnonzero(broken), column, lambda row: f"{cells[row]!r} is not a whole number", None
            )
        return values

    def flags(self, column: str, *, absent: bool, blank: bool | None) -> NDArray[np.bool_]:
        """Yes or no; ``absent`` if the column is not there, ``blank`` for an empty cell (None: a fault)."""
        if column not in self.table.columns:
            return np.full(self.height, absent)
        cells = self.table[column].str.to_lowercase()
        yes = cells.is_in(YES).to_numpy().copy()
        empty = (cells == "").to_numpy()
        unknown = ~yes & ~cells.is_in(NO).to_numpy() & ~(empty & (blank is not None))
        self.mark(np.flatnonzero(unknown), column,
                  lambda row: f"{self.table[column][row]!r} is neither yes nor no", "write yes or no")  # fmt: skip
        if blank:
            yes |= empty
        return yes

    def lists(self, column: str) -> list[tuple[str, ...]]:
        """Words of each cell, separated by ``;``, in small letters."""
        seen: dict[str, tuple[str, ...]] = {}
        for cell in self.text(column):
            if cell not in seen:
                seen[cell] = tuple(sorted({w.strip().casefold() for w in cell.split(";")} - {""}))
        return [seen[cell] for cell in self.text(column)]

    def unique_ids(self) -> list[str]:
        """The column ``id``: present, not blank, no two the same."""
        ids = self.text("id")
        self.mark(np.flatnonzero((self.table["id"] == "").to_numpy()), "id",
                  lambda row: "is blank, but every row needs it", None)  # fmt: skip
        first: dict[str, int] = {}
        twice = [row for row, name in enumerate(ids) if first.setdefault(name, row) != row and name]
        self.mark(np.array(twice, np.int64), "id",
                  lambda row: f"{ids[row]!r} stands there twice, first on line {self.line(first[ids[row]])}",
                  "every id is given once")  # fmt: skip
        return ids


def read_sheet(source: Source, required: Sequence[str], label: str, *, may_be_empty: bool = False) -> Sheet:
    """A CSV or Parquet file, or a Polars table, as text cells; a missing required column is a fault.

    ``label`` names a table in faults; a file has its own name.
    """
    if isinstance(source, pl.DataFrame):
        sheet = Sheet(label, _as_text(source))
    else:
        sheet = Sheet(str(source), *_load(Path(source), str(source)))
    table = sheet.table
    if sheet.faults:
        return sheet
    for column in required:
        if column not in table.columns:
            sheet.fault(None, column, "the column is missing", did_you_mean(column, table.columns))
    if not table.height and not may_be_empty:
        sheet.fault(None, None, "has a header but no rows")
    return sheet


def stop_on(sheets: Iterable[Sheet], what: str = "the input cannot be used") -> None:
    """Raises: `InputError` with the faults of all sheets, if there are any."""
    faults = [fault for sheet in sheets for fault in sheet.faults]
    if faults:
        raise InputError(f"{what}: {len(faults)} fault{'s' if len(faults) > 1 else ''}", faults=faults)


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    table = table.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(";") for name in lists)
    return table.select(pl.col(c).cast(pl.String).fill_null("").str.strip_chars() for c in table.columns)


def _load(path: Path, label: str) -> tuple[pl.DataFrame, list[Fault], Lines | None]:
    empty = pl.DataFrame()
    if not path.is_file():
        return empty, [Fault(label, None, None, "the file is missing")], None
    try:
        if path.suffix == ".parquet":
            return _as_text(pl.read_parquet(path)), [], None
        content = path.read_bytes()
    except (OSError, pl.exceptions.PolarsError) as error:
        return empty, [Fault(label, None, None, f"cannot be read: {error}")], None
    text = decode(content, label)
    if isinstance(text, Fault):
        return empty, [text], None
    return _parse(text, label)


def _parse(text: str, label: str) -> tuple[pl.DataFrame, list[Fault], Lines | None]:
    """Polars where the file is regular; else record by record, to say where it is not."""
    unheard: list[Fault] = []
    none: tuple[int, list[str]] = (1, [])
    header = next(csv_records(text, label, unheard), none)[1]
    faults: list[Fault] = []
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        hint = "separate columns by commas, not by semicolons or tabs"
        return pl.DataFrame(), [Fault(label, 1, None, "the header is one single column", hint)], None
    for place, name in enumerate(header):
        if not name:
            faults.append(Fault(label, 1, None, f"column {place + 1} has no name"))
        elif name in header[:place]:
            faults.append(Fault(label, 1, name, "the column stands there twice"))
    if faults:
        return pl.DataFrame(), faults, None
    try:
        if not _regular(text, len(header)):
            raise ValueError("quoted cells, blank lines or rows of another length: read record by record")
        table = pl.read_csv(text.encode(), infer_schema=False)
        table = table.rename(dict(zip(table.columns, header, strict=True)))
        return table.select(pl.all().fill_null("").str.strip_chars()), [], None
    except (pl.exceptions.PolarsError, ValueError):
        pass
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, record in csv_records(text, label, faults):
        if len(record) != len(header):
            message = f"the row has {len(record)} cells, the header {len(header)} columns"
            faults.append(Fault(label, line, None, message, "quote a cell that holds a comma"))
        else:
            rows.append(record)
            lines.append(line)
    schema = dict.fromkeys(header, pl.String)
    return pl.DataFrame(rows[1:], schema=schema, orient="row"), faults, np.array(lines[1:], np.int64)


def _regular(text: str, columns: int) -> bool:
    """Whether there is one record in every line, each with as many commas as the header (none in cells)."""
    body = text.rstrip("\r\n")
    lines = body.count("\n") + 1
    if '"' in body or "\n\n" in body or "\n\r\n" in body:
        return False
    return body.count(",") == lines * (columns - 1) and all(
        line.count(",") == columns - 1 for line in body.split("\n")
    )


def _lines(table: pl.DataFrame) -> NDArray[np.int64]:
    """Line of every row: cells may hold line breaks."""
    breaks = np.zeros(table.height, np.int64)
    for column in (name for name, kind in table.schema.items() if kind == pl.String):
        breaks += table[column].str.count_matches("\n").fill_null(0).to_numpy().astype(np.int64)
    return 2 + np.arange(table.height) + np.concatenate([[0], np.cumsum(breaks)[:-1]]).astype(np.int64)
