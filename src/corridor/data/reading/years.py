"""Years of months that stand without one: in the title, in rows of their own, or fiscal ones beside each month."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from corridor.data.countries import plain_name
from corridor.data.reading import words
from corridor.data.reading.across import date_share, is_period_head, sampled
from corridor.data.reading.dates import month_text
from corridor.data.reading.layout import Table
from corridor.data.reading.options import ReadOptions, ask

_FISCAL_PERIOD = re.compile(
    r"f(?:iscal )?y(?:ear)?\s*'?(?P<year>\d{4}|\d{2})[\s,/\-]*(?P<part>[a-z]{3,9}|q[1-4])\.?"
    r"|(?P<part2>[a-z]{3,9}|q[1-4])\.?[\s,/\-]*f(?:iscal )?y(?:ear)?\s*'?(?P<year2>\d{4}|\d{2})",
    re.IGNORECASE,
)


def with_year(
    names: list[str], columns: dict[str, list[str]], table: Table, options: ReadOptions, label: str, notes: list[str]
) -> list[str]:  # fmt: skip
    """Months without a year, across or down, get the one year that the title or the file's name says."""
    across = [name for name in names if month_text(name) is not None and not name.isdigit()]
    others = [name for name in names if name not in across and not words.is_total(name)]
    down = [
        name for name in names
        if (len(sampled(columns[name])) > 1 or plain_name(name) in words.MONTH_NAMES)
        and all(month_text(c) and not c.isdigit() for c in sampled(columns[name]) if not words.is_total(c))
    ]  # fmt: skip
    dated = any(date_share(name, columns[name]) > 0.9 for name in names if name not in across)
    years = any(is_period_head(name) for name in names)
    if dated or years or not ((len(across) >= 3 and len(others) <= 4) or (down and not across)):
        return names
    texts = across or list(dict.fromkeys(c for c in columns[down[0]] if month_text(c)))
    year_of = _years_of(texts, f"{table.title} {label}", options, label, notes)
    if across:
        renamed = {name: year_of[name] for name in across}
        for old, new in renamed.items():
            columns[new] = columns.pop(old)
        return [renamed.get(name, name) for name in names]
    columns[down[0]] = [year_of.get(cell, cell) for cell in columns[down[0]]]
    return names


def _years_of(
    texts: Sequence[str], title: str, options: ReadOptions, label: str, notes: list[str]
) -> dict[str, str]:
    """Each month as ``2024-01``; a fiscal year begins with its first month in the file, or with the one stated."""
    found = {match[-4:] for match in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title)}
    fiscal = {
        f"20{year}" if len(year) == 2 else year
        for year in re.findall(r"(?i)\bf(?:iscal )?y(?:ear)?\s*'?(\d{4}|\d{2})(?!\d)", title)
    }
    if options.year is None and len(fiscal) == 1:
        year, found = fiscal.copy().pop(), fiscal
    elif options.year is None and len(found) != 1:
        raise ask(label, "the months have no year", "pass --year, as 2024")
    else:
        year = str(options.year or found.pop())
    months = [month_text(text) or 0 for text in texts]
    start = options.fiscal_start or (months[0] if fiscal else 1)
    if fiscal and start == 1 and options.fiscal_start is None:
        raise ask(
            label,
            "its year is fiscal: in which month does it begin?",
            "pass --fiscal-start 1 to 12 (10 is October)",
        )
    whose = "" if options.year else ", the year in the title or the file's name"
    if start > 1:
        whose += f", which begins in month {start} of the year before"
    notes.append(f"the months are of {year}{whose}")
    return {
        text: f"{int(year) - (month >= start > 1):04}-{month:02}"
        for text, month in zip(texts, months, strict=True)
    }


def year_sections(
    names: Sequence[str], columns: dict[str, list[str]], notes: list[str], title: str = ""
) -> None:
    """Years in rows of their own, above the months of each: the months get the year, the rows of years go.

    Such a row is blank beside the year, or holds the year's total. The first one may stand above the header, at the end of
    the ``title``.
    """
    above = re.search(r"(?:^|\s)((?:19|20)\d\d)$", title)
    for name in names:
        cells = columns[name]
        filled = [cell for cell in cells if cell]
        heads = [at for at, cell in enumerate(cells) if re.fullmatch(r"(?:19|20)\d\d", cell)]
        months = [cell for cell in filled if month_text(cell) is not None and not cell.isdigit()]
        if (
            not heads
            or (heads[0] != 0 and not above)
            or len(months) < 2
            or len(months) + len(heads) < 0.9 * len(filled)
        ):
            continue
        year = above[1] if above and heads[0] != 0 else ""
        for at, cell in enumerate(cells):
            year = cell if at in heads else year
            if month_text(cell) is not None and not cell.isdigit():
                cells[at] = f"{year}-{month_text(cell):02}"
            elif at in heads:
                cells[at] = f"Total {year}"
        notes.append(f"years stand in rows of their own above their months in {name!r}")
        return


def fiscal_periods(
    names: list[str], columns: dict[str, list[str]], options: ReadOptions, label: str, notes: list[str]
) -> list[str]:
    """Months or quarters beside a fiscal year (``FY22 OCT``, ``FY2024 Q1``), across or down, as calendar ones.

    Raises
    ------
    InputError
        If the month in which the fiscal year begins is not told and does not follow from the order.
    """
    across = [name for name in names if _fiscal_parts(name)]
    down = [name for name in names if (some := sampled(columns[name])) and all(map(_fiscal_parts, some))]
    texts = across if len(across) >= 2 else list(dict.fromkeys(c for n in down for c in columns[n] if c))
    if not texts:
        return names
    start = options.fiscal_start or _start([part for text in texts if (part := _fiscal_parts(text))])
    if start is None:
        raise ask(
            label, f"its years are fiscal (as in {texts[0]!r}): in which month do they begin?",
            "pass --fiscal-start 1 to 12 (10 is October)",
        )  # fmt: skip
    notes.append(f"fiscal years begin in month {start}" + (" of the year before" if start > 1 else ""))
    to = {text: _calendar(*part, start) for text in texts if (part := _fiscal_parts(text))}
    if len(across) >= 2:
        for old, new in to.items():
            columns[new] = columns.pop(old)
        return [to.get(name, name) for name in names]
    for name in down:
        columns[name] = [to.get(cell, cell) for cell in columns[name]]
    return names


def _fiscal_parts(text: str) -> tuple[int, str, int] | None:
    """Fiscal year, ``month`` or ``quarter``, and its number; ``None`` for other texts."""
    match = _FISCAL_PERIOD.fullmatch(text.strip())
    if not match:
        return None
    year, part = match["year"] or match["year2"], (match["part"] or match["part2"]).casefold()
    number = int(year) + (2000 if len(year) == 2 else 0)
    if re.fullmatch(r"q[1-4]", part):
        return number, "quarter", int(part[1])
    month = month_text(part)
    return (number, "month", month) if month else None


def _start(parts: Sequence[tuple[int, str, int]]) -> int | None:
    """First month of the fiscal year, where the months stand in order and a year is whole or changes."""
    months = [(year, month) for year, kind, month in parts if kind == "month"]
    if len(months) != len(parts) or any(b[1] != a[1] % 12 + 1 for a, b in itertools.pairwise(months)):
        return None
    changes = [after[1] for before, after in itertools.pairwise(months) if after[0] != before[0]]
    return changes[0] if changes else months[0][1] if len(months) == 12 else None


def _calendar(year: int, kind: str, number: int, start: int) -> str:
    month = number if kind == "month" else (start + 3 * (number - 1) - 1) % 12 + 1
    calendar = year - (month >= start > 1)
    if kind == "quarter" and month % 3 == 1:
        return f"{calendar:04}-Q{(month + 2) // 3}"
    return f"{calendar:04}-{month:02}"
