"""Tables of Flee: comma-separated rows with their lines; faults and warnings are collected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corridor.model import Fault
from corridor.model.text import csv_records, read_text

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

SEPARATED = re.compile(r"\d{1,3}([,. ]\d{3})+")


@dataclass
class Findings:
    """What is wrong in a folder, and what is only odd."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(
        self, file: str, line: int | None, column: str | None, message: str, hint: str | None = None
    ) -> None:
        """Add what stops the import."""
        self.faults.append(Fault(file, line, column, message, hint))

    def warn(
        self, file: str, line: int | None, column: str | None, message: str, hint: str | None = None
    ) -> None:
        """Add what the reader should know."""
        self.warnings.append(Fault(file, line, column, message, hint))


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    file: str
    number: int
    cells: tuple[str, ...]

    def cell(self, position: int) -> str:
        """The stripped text of a cell; blank where the row is shorter."""
        return self.cells[position] if position < len(self.cells) else ""


HEADERS = {("name", "region"), ("name1", "name2"), ("closure_type", "name1"), ("name", "date")}
"""First two cells of a table's header, where its author has left the ``#`` out."""


def read_lines(
    path: Path, label: str, found: Findings, *, comments: bool = True, may_be_blank: bool = False
) -> Iterator[Line]:
    """Rows of a file; with ``comments``, rows that start with ``#`` are left out, and a first row that is a header without it."""
    if may_be_blank and path.is_file() and not path.read_bytes().strip():
        return
    text = read_text(path, label)
    if isinstance(text, Fault):
        found.faults.append(text)
        return
    for place, (number, cells) in enumerate(csv_records(text, label, found.faults)):
        if comments and cells[0].startswith("#"):
            continue
        if comments and place == 0 and tuple(cell.casefold() for cell in cells[:2]) in HEADERS:
            found.warn(label, number, None, "is read as a header, though it does not begin with #")
            continue
        yield Line(label, number, tuple(cells))


def added_columns(path: Path, known: int) -> list[tuple[int, str]]:
    """Position and name of the columns that the header (the last row with ``#``, as Flee takes it) has after the ``known`` ones."""
    text = read_text(path, path.name)
    records = iter(()) if isinstance(text, Fault) else csv_records(text, path.name, [])
    heads = [cells for _, cells in records if cells[0].startswith("#") and len(cells) > known]
    return [(at, name) for at, name in enumerate(heads[-1]) if at >= known and name] if heads else []


def number(
    line: Line, position: int, column: str, found: Findings, *, blank: float | None = None
) -> float | None:
    """The number in a cell, ``blank`` where it is empty; else a fault and None."""
    text = line.cell(position)
    if not text and blank is not None:
        return blank
    if NUMBER.fullmatch(text):
        return float(text)
    what = f"{text!r} is not a number" if text else "is blank"
    hint = "write it without separators" if SEPARATED.fullmatch(text) else None
    found.fault(line.file, line.number, column, what, hint)
    return None


def whole(line: Line, position: int, column: str, found: Findings, *, blank: int | None = None) -> int | None:
    """The whole number in a cell; else a fault and None."""
    value = number(line, position, column, found, blank=blank)
    if value is not None and value != int(value):
        found.fault(line.file, line.number, column, f"{line.cell(position)!r} is not a whole number")
        return None
    return None if value is None else int(value)
