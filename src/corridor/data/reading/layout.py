"""Where a table stands in a grid: title rows above, the header of one or two rows, footnotes below."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.data.countries import plain_name
from corridor.data.reading.dates import written
from corridor.data.reading.grid import Grid
from corridor.data.reading.header import first_table, is_second_header, second_header, without_tags
from corridor.data.reading.numbers import is_missing, looks_like_number
from corridor.data.reading.words import DATE_NAMES
from corridor.model import Fault, InputError

_LOOK = 60


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, all of one width; ``lines`` has the line of each row."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    header_line: int
    notes: tuple[str, ...]
    title: str = ""
    """Title rows above the header."""
    footnotes: str = ""
    """Rows below the table."""


def find_table(grid: Grid, label: str) -> tuple[Table, list[Fault]]:
    """The table of a grid, and rows that do not fit it.

    Raises
    ------
    InputError
        If there is no header and at least one row of at least two columns.
    """
    rows = list(grid.rows)
    top = _header_row(rows)
    if top is None:
        hint = "a table needs a header, a column of dates and a column of counts"
        raise InputError(
            f"{label} cannot be read", faults=[Fault(label, None, None, "has no table of two columns", hint)]
        )
    line, names = rows[top]
    names = list(names)
    title = " ".join(cell for _, cells in rows[:top] for cell in cells if cell)
    notes = [f"{top} title row{'s' * (top > 1)} above the header passed over"] if top else []
    body = rows[top + 1 :]
    if _is_headless(names, body):
        names = _names_for(names)
        body = rows[top:]
        notes.append(f"there is no header row; the columns are called {', '.join(names)}")
    body = _without_percentages(without_tags(body, notes), notes)
    body, below = _without_footnotes(body, len(_trimmed(names)))
    if below:
        notes.append(f"{len(below)} footnote row{'s' * (len(below) > 1)} below the table passed over")
    names, body = second_header(names, body, notes)
    body = first_table(names, body, notes)
    names, body, faults = _one_width(names, body, label)
    if not body and not faults:
        faults.append(Fault(label, None, None, "has a header but no rows"))
    rows_, lines = [cells for _, cells in body], [number for number, _ in body]
    return Table(names, rows_, lines, line, tuple(notes), title, " ".join(below)), faults


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell) for cell in cells)


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _header_row(rows: Sequence[tuple[int, list[str]]]) -> int | None:
    """The first row as filled as the rows below it are; title rows fill one or two cells of many."""
    counts = [_filled(cells) for _, cells in rows]
    for at, count in enumerate(counts[:_LOOK]):
        below = counts[at + 1 : at + 21]
        if count < 2:
            continue
        if below and is_second_header(rows[at][1], rows[at + 1][1]):
            return at
        usual = statistics.median_high(below) if below else count
        if _is_label_and_text(rows, at, counts) or _is_cut_title(rows, at):
            continue
        if count >= max(2, 0.6 * usual):
            return at
    return None


def _is_cut_title(rows: Sequence[tuple[int, list[str]]], at: int) -> bool:
    """Whether a row is a title whose commas were taken for delimiters: more cells than any row below, a header next."""
    below = [cells for _, cells in rows[at + 1 : at + 7]]
    if len(below) < 2 or _filled(below[0]) < 2 or any(looks_like_number(cell) for cell in below[0]):
        return False
    cells = rows[at][1]
    if len(cells) > max(map(len, below)):
        return True
    # as many cells by chance: a sentence with a figure in it, above a header that names a column of dates
    dates = [any(plain_name(cell) in DATE_NAMES for cell in row) for row in (cells, below[0])]
    told = any(" " in cell.strip() and any(c.isdigit() for c in cell) for cell in cells)
    return dates == [False, True] and told and not any(c.isdigit() for cell in below[0] for c in cell)


def _is_headless(names: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether the first row is already data: one date, one number, and the next row the same."""

    def shape(cells: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        dates = tuple(i for i, c in enumerate(cells) if not looks_like_number(c) and written(c))
        numbers = tuple(i for i, c in enumerate(cells) if looks_like_number(c))
        return dates, numbers

    first = shape(names)
    if len(first[0]) != 1 or len(first[1]) != 1 or not body:
        return False
    return shape(body[0][1]) == first


def _names_for(cells: Sequence[str]) -> list[str]:
    names = []
    for number, cell in enumerate(cells, 1):
        if looks_like_number(cell):
            names.append("value")
        else:
            names.append("date" if written(cell) else f"column_{number}")
    return names


def _is_label_and_text(rows: Sequence[tuple[int, list[str]]], at: int, counts: Sequence[int]) -> bool:
    """Whether a row of two cells, as ``Last updated: | 2023-01-05``, stands above a wider table."""
    filled = [cell for cell in rows[at][1] if cell]
    dated = len(filled) == 2 and not looks_like_number(filled[0]) and written(filled[1]) is not None
    wide = [n for n in range(at + 1, min(len(counts), at + _LOOK)) if counts[n] >= (3 if dated else 4)]
    if counts[at] != 2 or len(wide) < 2 or (len(rows[at][1]) < 3 and not rows[at][1][0].endswith(":")):
        return False
    return all(counts[n] <= 2 for n in range(at, wide[0]))


_PERCENT = re.compile(r"[+\-−–]?\s*\d[\d.,]*\s*%")


def _without_percentages(
    body: Sequence[tuple[int, list[str]]], notes: list[str]
) -> list[tuple[int, list[str]]]:
    """Rows without those that hold percentages only, such as a change from the year before."""
    kept = [row for row in body if not _is_percentages(row[1])]
    if len(kept) < len(body):
        count = len(body) - len(kept)
        notes.append(f"{count} row{'s' * (count > 1)} of percentages left out")
    return kept


def _is_percentages(cells: Sequence[str]) -> bool:
    figures = [cell for cell in cells[1:] if cell and not is_missing(cell)]
    return len(figures) >= 2 and all(_PERCENT.fullmatch(cell) for cell in figures)


def _without_footnotes(
    body: Sequence[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Rows without the notes at the end, and the text of those, from the last up."""
    kept = list(body)
    notes = []
    while kept and width >= 2 and _is_note(kept[-1][1], width):
        notes.append(" ".join(cell for cell in kept.pop()[1] if cell))
    return kept, notes


def _is_note(cells: Sequence[str], width: int) -> bool:
    """Whether a row fills the first cell only (or, of three columns or more, one cell), or less than half without a figure."""
    filled = [cell for cell in cells if cell]
    if (
        len(filled) == 1
        and (cells[0] or width > 2)
        and not looks_like_number(filled[0])
        and not written(filled[0])
    ):
        return True
    if bool(cells[0]) and len(cells[0]) > 40 and not written(cells[0]) and len(cells) != width:
        return True
    figures = any(looks_like_number(cell) or (cell and is_missing(cell)) for cell in cells[1:])
    return width >= 4 and len(filled) <= width / 2 and not figures and not written(cells[0])


def _is_flag(cell: str) -> bool:
    return is_missing(cell) or (len(cell) <= 2 and cell.isalpha() and cell.islower())


def _one_width(
    names: Sequence[str], body: Sequence[tuple[int, list[str]]], label: str
) -> tuple[list[str], list[tuple[int, list[str]]], list[Fault]]:
    """Names and rows without empty columns; a row of another length is a fault."""
    kept_names = _trimmed(names)
    width = len(kept_names)
    rows: list[tuple[int, list[str]]] = []
    faults: list[Fault] = []
    for line, cells in body:
        plain = _trimmed(cells)
        if len(plain) > width and all(_is_flag(cell) for cell in plain[width:]):
            plain = plain[:width]
        if len(plain) > width or (len(cells) < width and len(cells) != len(names)):
            message = f"the row has {len(cells)} cells, the header {width} columns"
            faults.append(Fault(label, line, None, message, "the file may have been cut off"))
            continue
        rows.append((line, plain + [""] * (width - len(plain))))
    used = [at for at in range(width) if kept_names[at] or any(cells[at] for _, cells in rows)]
    unnamed = 0
    final = []
    for at in used:
        unnamed += not kept_names[at]
        final.append(kept_names[at] or f"column_{at + 1}")
    final = [
        name if name not in final[:at] else f"{name}_{final[:at].count(name) + 1}"
        for at, name in enumerate(final)
    ]
    return final, [(line, [cells[at] for at in used]) for line, cells in rows], faults
