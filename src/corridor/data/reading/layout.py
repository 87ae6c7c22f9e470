"""Where a table stands in a grid: title rows above, the header of one or two rows, footnotes below."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.data.reading.dates import month_text, written, year_text
from corridor.data.reading.grid import Grid
from corridor.data.reading.numbers import is_missing, looks_like_number
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
    elif body and _is_second_header(names, body[0][1]):
        names = _two_rows(names, body[0][1])
        body = body[1:]
        notes.append("the header has two rows")
    body, below = _without_footnotes(body, len(_trimmed(names)))
    if below:
        notes.append(f"{below} footnote row{'s' * (below > 1)} below the table passed over")
    names, body, faults = _one_width(names, body, label)
    if not body and not faults:
        faults.append(Fault(label, None, None, "has a header but no rows"))
    table = Table(
        names, [cells for _, cells in body], [number for number, _ in body], line, tuple(notes), title
    )
    return table, faults


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
        usual = statistics.median_high(below) if below else count
        if count >= max(2, 0.6 * usual) or (
            count >= 0.3 * usual and _is_second_header(rows[at][1], rows[at + 1][1])
        ):
            return at
    return None


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


def _is_second_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether months or quarters stand below merged years (a year above, nothing beside it)."""
    years = sum(year_text(cell) is not None for cell in first)
    below = [cell for cell in second[1:] if cell]
    parts = sum(month_text(cell) is not None and not cell.isdigit() for cell in below)
    return years >= 1 and len(below) >= 2 and parts >= 0.8 * len(below)


def _two_rows(first: Sequence[str], second: Sequence[str]) -> list[str]:
    names: list[str] = []
    year = ""
    for at in range(max(len(first), len(second))):
        above = first[at] if at < len(first) else ""
        below = second[at] if at < len(second) else ""
        if year_text(above) is not None:
            year = above
        if month_text(below) is not None and year:
            names.append(f"{below} {year}")
        else:
            names.append(below or above)
    return names


def _without_footnotes(
    body: Sequence[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], int]:
    """Rows without those at the end that fill the first cell only (or, of three columns or more, one cell)."""
    kept = list(body)
    count = 0
    while kept and width >= 2:
        cells = kept[-1][1]
        filled = [cell for cell in cells if cell]
        lone = (
            len(filled) == 1
            and (cells[0] or width > 2)
            and not looks_like_number(filled[0])
            and not written(filled[0])
        )
        said = bool(cells[0]) and len(cells[0]) > 40 and not written(cells[0]) and len(cells) != width
        if not lone and not said:
            break
        kept.pop()
        count += 1
    return kept, count


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
        if len(plain) > width and not any(not is_missing(cell) for cell in plain[width:]):
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
