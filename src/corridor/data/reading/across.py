"""Tables with periods across: months under years, calendars, months without a year; and what looks like a date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.data.countries import plain_name
from corridor.data.reading import words
from corridor.data.reading.dates import month_text, written, year_text
from corridor.data.reading.long import DATE, LINE, VALUE, Long
from corridor.data.reading.numbers import is_missing

_SAMPLE = 3_000


def is_period_head(name: str) -> bool:
    """Whether a column's name is a period: a year, month, quarter, week or day."""
    what = written(name)
    return what is not None and (what.pair is None or "/" in name)


def sampled(cells: Sequence[str]) -> list[str]:
    """Different cells of a column that are filled, the first 3,000."""
    kept = [cell for cell in dict.fromkeys(cells) if cell and not is_missing(cell)]
    return kept[:_SAMPLE]


def date_share(name: str, cells: Sequence[str]) -> float:
    """Share of a column's different cells that are dates; 0 for an empty column."""
    some = [cell for cell in sampled(cells) if not words.is_total(cell)]
    if plain_name(name) in words.VALUE_NAMES or (not date_score(name) and _counts_like_years(some)):
        return 0.0
    serials = bool(date_score(name))
    return sum(written(cell, serials=serials) is not None for cell in some) / len(some) if some else 0.0


def _counts_like_years(cells: Sequence[str]) -> bool:
    """Whether four-digit numbers do not run like years: neither up nor down from row to row."""
    if not all(re.fullmatch(r"\d{4}", cell) for cell in cells):
        return False
    return list(cells) not in (sorted(cells), sorted(cells, reverse=True))


def date_score(name: str) -> int:
    """How clearly a column's name says that it holds dates: 0, 1 or 2."""
    plain = plain_name(name)
    if plain in words.DATE_NAMES:
        return 2
    return int(any(word in words.DATE_NAMES for word in plain.split()))


def named_date(names: Sequence[str], columns: dict[str, list[str]]) -> bool:
    """Whether a column both is called a date and holds dates."""
    return any(date_score(name) and date_share(name, columns[name]) > 0.9 for name in names)


@dataclass(frozen=True)
class _Calendar:
    key: str
    heads: tuple[str, ...]
    years_across: bool


def calendar_of(
    names: Sequence[str], columns: dict[str, list[str]], heads: Sequence[str]
) -> _Calendar | None:
    """Years across and months down, or months across and years down."""
    across = [name for name in names if month_text(name) is not None and not name.isdigit()]
    for name in names:
        cells = [cell for cell in columns[name] if cell and not words.is_total(cell)]
        if not cells:
            continue
        years = [head for head in names if head != name and _calendar_year(head)]
        months = [cell for cell in cells if month_text(cell) is not None]
        if (
            len(years) >= 2
            and not _calendar_year(name)
            and len(months) > 0.9 * len(cells)
            and plain_name(name) not in words.VALUE_NAMES
        ):
            return _Calendar(name, tuple(years), True)
        if (
            len(across) >= 6
            and name not in across
            and sum(year_text(c) is not None for c in cells) > 0.9 * len(cells)
        ):
            return _Calendar(name, tuple(across), False)
    return None


def months_twice(names: Sequence[str]) -> str | None:
    """A month that heads two columns and more, as ``Jan`` and ``Jan_2``, among others; None where there is none."""
    months = [name for name in names if month_text(name) is not None and not name.isdigit()]
    again = [name for name in months if f"{name}_2" in names]
    return again[0] if len(months) >= 2 and len(again) > len(months) / 2 else None


def _calendar_year(head: str) -> tuple[int, bool] | None:
    """Year of a column of months; the year so far (``2024 YTD``) has the months there are."""
    return year_text(re.sub(r"(?i)\s*\(?\b(?:ytd|year to date|to date|so far)\b\)?\s*$", "", head))


def from_calendar(
    names: Sequence[str],
    columns: dict[str, list[str]],
    grid: _Calendar,
    lines: Sequence[int],
    notes: list[str],
) -> Long:
    """A calendar of months and years as rows, one for each month; totals are left out."""
    rest = [name for name in names if name not in grid.heads and name != grid.key]
    dropped = [name for name in rest if words.is_total(name)]
    dims = [name for name in rest if name not in dropped]
    notes.append(f"{'years' if grid.years_across else 'months'} stand across and are made rows")
    if dropped:
        notes.append(f"total column left out: {', '.join(dropped)}")
    rows: list[tuple[Any, ...]] = []
    fiscal, passed = False, 0
    for at, line in enumerate(lines):
        key = columns[grid.key][at]
        if words.is_total(key) or not key:
            passed += 1
            continue
        for head in grid.heads:
            year, month = (
                (_calendar_year(head), month_text(key))
                if grid.years_across
                else (year_text(key), month_text(head))
            )
            if year is None or month is None:
                text = f"{key} {head}"
            else:
                fiscal = fiscal or year[1]
                text = f"{year[0]:04}-{month:02}"
            rows.append((text, columns[head][at], line, *(columns[name][at] for name in dims)))
    if passed:
        notes.append(f"{passed} total row{'s' * (passed > 1)} left out")
    frame = pl.DataFrame(rows, schema=[DATE, VALUE, LINE, *dims], orient="row") if rows else _empty(dims)
    return Long(frame, notes, grid.key, "", fiscal)


def _empty(dims: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        schema={DATE: pl.String, VALUE: pl.String, LINE: pl.Int64, **dict.fromkeys(dims, pl.String)}
    )


def melt_dates(
    names: Sequence[str],
    columns: dict[str, list[str]],
    heads: Sequence[str],
    lines: Sequence[int],
    notes: list[str],
) -> Long:
    """Periods across, categories down; cells without a figure stay, as gaps."""
    dims = [name for name in names if name not in heads and not words.is_total(name)]
    dropped = [name for name in names if name not in heads and words.is_total(name)]
    if dropped:
        notes.append(f"total column left out: {', '.join(dropped)}")
    notes.append(f"{len(heads)} periods stand across ({heads[0]} to {heads[-1]}) and are made rows")
    wide = pl.DataFrame({LINE: list(lines), **{name: columns[name] for name in (*dims, *heads)}})
    frame = wide.unpivot(heads, index=[LINE, *dims], variable_name=DATE, value_name=VALUE)
    return Long(frame.select(DATE, VALUE, LINE, *dims), notes, "the header", "")
