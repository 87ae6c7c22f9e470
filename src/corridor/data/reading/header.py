"""Headers of two rows: years over months, categories over categories, periods over categories, units, tags."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.data.countries import plain_name
from corridor.data.reading import words
from corridor.data.reading.dates import month_text, written, year_text
from corridor.data.reading.numbers import is_missing, looks_like_number

Rows = list[tuple[int, list[str]]]


def is_second_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether months or quarters stand below merged years (a year above, nothing beside it)."""
    years = sum(year_text(cell) is not None for cell in first)
    below = [cell for cell in second[1:] if cell]
    parts = sum(month_text(cell) is not None and not cell.isdigit() for cell in below)
    return years >= 1 and len(below) >= 2 and parts >= 0.6 * len(below)


def without_tags(body: Sequence[tuple[int, list[str]]], notes: list[str]) -> Rows:
    """Rows without the row of tags of the Humanitarian Exchange Language (``#date``) below the header."""
    rows = list(body)
    cells = [cell for cell in rows[0][1] if cell] if rows else []
    if cells and all(cell.startswith("#") and len(cell) > 2 for cell in cells):
        notes.append("the row of tags (#) below the header passed over")
        return rows[1:]
    return rows


def first_table(names: Sequence[str], body: Rows, notes: list[str]) -> Rows:
    """Rows up to a second table of the same sheet; a header that is repeated (on every page) is passed over."""
    same = [cell for cell in names if cell]
    kept: Rows = []
    for at, (line, cells) in enumerate(body):
        filled = [cell for cell in cells if cell]
        if filled == same and len(same) > 1:
            continue
        heads = len(filled) >= 2 and names[0] and cells[0] == names[0] and _is_words_only(filled)
        if heads and at and not any(written(cell) for cell in filled):
            notes.append(f"a second table begins at line {line} and is not read; split the file to read it")
            while kept and len([cell for cell in kept[-1][1] if cell]) == 1 and len(same) > 1:
                kept.pop()
            return kept
        kept.append((line, cells))
    return kept


def second_header(names: Sequence[str], body: Rows, notes: list[str]) -> tuple[list[str], Rows]:
    """Names of the columns and the rows below the whole header."""
    names = list(names)
    if len(body) < 2:
        return names, body
    second = body[0][1]
    if is_second_header(names, second):
        notes.append("the header has two rows")
        return _years_over_months(names, second), body[1:]
    if not _is_words_only(second):
        return names, body
    filled = [at for at, cell in enumerate(second) if cell]
    if filled == [0] and len(names) > 2 and any(written(cell) for cell in names):
        return [second[0], *names[1:]], body[1:]  # "TIME" above, "GEO" below, of Eurostat's spreadsheets
    if second[0] and not names[0]:
        names[0] = second[0]
    elif second[0] or len(filled) < 2 or not _holds_numbers(body[1][1]):
        return names, body
    if all(at < len(names) and names[at] for at in filled if at):
        notes.append(
            f"the row below the header ({', '.join(dict.fromkeys(second[at] for at in filled[:4]))}) passed over"
        )
        return names, body[1:]
    return _categories_below(names, second, body[1:], notes)


def _is_words_only(cells: Sequence[str]) -> bool:
    """Whether a row holds no figure and no date."""
    return any(cells) and not any(cell and (looks_like_number(cell) or is_missing(cell)) for cell in cells)


def _holds_numbers(cells: Sequence[str]) -> bool:
    return sum(looks_like_number(cell) for cell in cells[1:]) >= 1


def _years_over_months(first: Sequence[str], second: Sequence[str]) -> list[str]:
    names: list[str] = []
    year = ""
    for above, below in _pairs(first, second):
        if year_text(above) is not None:
            year = (
                str((year_text(above) or (above, 0))[0])
                if month_text(below) and not _fiscal(above)
                else above
            )
        names.append(f"{below} {year}" if month_text(below) is not None and year else below or above)
    return names


def _fiscal(text: str) -> bool:
    found = year_text(text)
    return bool(found and found[1])


def _pairs(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str]]:
    size = max(len(first), len(second))
    padded = ([*row, *[""] * (size - len(row))] for row in (first, second))
    return list(zip(*padded, strict=True))


def _categories_below(
    first: Sequence[str], second: Sequence[str], body: Rows, notes: list[str]
) -> tuple[list[str], Rows]:
    """Names of merged cells joined with those below; periods over categories (or below them) are made rows."""
    spread: list[tuple[str, str]] = []
    last = ""
    for above, below in _pairs(first, second):
        last = above or (last if below else "")
        spread.append((last, below))
    notes.append("the header has two rows")
    periods = (
        [written(above) is not None for above, _ in spread],
        [written(below) is not None for _, below in spread],
    )
    pairs = [at for at, (above, below) in enumerate(spread) if above and below]
    for side in (0, 1):
        if len(pairs) >= 2 and all(periods[side][at] for at in pairs):
            return _long(spread, pairs, side, body)
    if _same_below(spread, pairs):
        return _by_category(spread, pairs, body)
    return [" ".join(part for part in dict.fromkeys(pair) if part) for pair in spread], body


def _same_below(spread: Sequence[tuple[str, str]], pairs: Sequence[int]) -> bool:
    """Whether the same names stand below each of several categories, none of which is itself a kind of count."""
    below: dict[str, list[str]] = {}
    for at in pairs:
        below.setdefault(spread[at][0], []).append(spread[at][1])
    kinds = {tuple(names) for names in below.values()}
    measures = [
        name
        for name in below
        if words.FLOW_WORDS.search(plain_name(name)) or plain_name(name) in words.VALUE_NAMES
    ]
    if len(below) < 2 or len(kinds) != 1 or measures:
        return False
    (names,) = kinds
    counted = [name for name in names if plain_name(name) in words.VALUE_NAMES]
    return len(set(names)) == len(names) and bool(counted)


def _by_category(
    spread: Sequence[tuple[str, str]], pairs: Sequence[int], body: Rows
) -> tuple[list[str], Rows]:
    """A row for each category, with the columns that stand below every one."""
    keys = [at for at, pair in enumerate(spread) if at not in pairs and any(pair)]
    below = list(dict.fromkeys(spread[at][1] for at in pairs))
    names = [*(" ".join(filter(None, spread[at])) for at in keys), "Category", *below]
    rows: Rows = []
    for line, cells in body:
        full = [*cells, *[""] * (len(spread) - len(cells))]
        for category in dict.fromkeys(spread[at][0] for at in pairs):
            mine = [full[at] for at in pairs if spread[at][0] == category]
            rows.append((line, [*(full[key] for key in keys), category, *mine]))
    return names, rows


def _long(
    spread: Sequence[tuple[str, str]], pairs: Sequence[int], side: int, body: Rows
) -> tuple[list[str], Rows]:
    keys = [at for at, pair in enumerate(spread) if at not in pairs and any(pair)]
    names = [*(" ".join(filter(None, spread[at])) for at in keys), "Period", "Category", "Value"]
    rows: Rows = []
    for line, cells in body:
        full = [*cells, *[""] * (len(spread) - len(cells))]
        for at in pairs:
            period, category = spread[at][side], spread[at][1 - side]
            rows.append((line, [*(full[key] for key in keys), period, category, full[at]]))
    return names, rows
