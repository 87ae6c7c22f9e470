"""From the bytes of a file to counts by date and category, with everything that was understood said."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.data.countries import plain_name
from corridor.data.dataset import Frequency, Kind
from corridor.data.reading import words
from corridor.data.reading.categories import choose_dims, identifiers, one_spelling, without_totals
from corridor.data.reading.dates import ENDING, Dates, read_dates, written
from corridor.data.reading.grid import read_grid
from corridor.data.reading.layout import find_table
from corridor.data.reading.long import DATE, KNOWN, LINE, PART, VALUE, Long
from corridor.data.reading.numbers import Numbers, read_numbers
from corridor.data.reading.options import ReadOptions, ask
from corridor.data.reading.partial import (
    Ends,
    coverage_of,
    ends_by_start,
    suspicion,
    take_flags,
    without_partial,
)
from corridor.data.reading.roles import make_long
from corridor.data.reading.steps import Start, step_of
from corridor.data.timing import absent_runs
from corridor.model import Fault, Gap, InputError

USUAL_STARTS = {4, 7, 10}
"""Months in which fiscal years usually begin."""
MONTHS_ACROSS = 4
_SMOOTH = 0.015
_ENOUGH = 30


@dataclass(frozen=True)
class Understood:
    """A file as read. ``table`` has ``date``, the dimensions, ``value`` and ``known_from`` (null where not given)."""

    table: pl.DataFrame
    dims: tuple[str, ...]
    frequency: Frequency
    kind: Kind
    gaps: tuple[Gap, ...]
    form: str
    date_name: str
    value_name: str
    notes: tuple[str, ...]
    """What was inferred, passed over or left out, a sentence each."""

    def summary(self) -> dict[str, Any]:
        """What was understood, as plain values."""
        dates = self.table["date"]
        last = dates.max()
        return {
            "form": self.form, "date_column": self.date_name, "value_column": self.value_name,
            "frequency": self.frequency, "kind": self.kind, "dims": list(self.dims),
            "categories": {name: sorted(self.table[name].unique().to_list())[:12] for name in self.dims},
            "rows": self.table.height, "first": str(dates.min()), "last": str(last),
            "dates": dates.n_unique(), "last_value": self.table.filter(pl.col("date") == last)["value"].sum(),
            "gaps": len(self.gaps), "notes": list(self.notes),
        }  # fmt: skip


def understand(
    content: bytes, label: str, options: ReadOptions | None = None, title: str = "", on: dt.date | None = None
) -> Understood:
    """Read a file of counts in any common layout.

    ``on`` is the day on which the file was public: a period of a flow that had not ended by then is not whole.

    Raises
    ------
    InputError
        With every fault of its cells; or with one sentence on what to pass where a choice is open.
    """
    options = options or ReadOptions()
    grid = read_grid(content, label, options.sheet)
    table, faults = find_table(grid, label)
    long = make_long(table, options, label)
    notes = [*grid.notes, *table.notes]
    take_flags(long, table.footnotes)
    without_totals(long, options, label)
    chosen = choose_dims(long, options, label)
    dates = _dates_of(long, options, label)
    zero_dash = words.dash_is_zero(f"{table.footnotes} {table.title}")
    numbers = read_numbers(long.frame[VALUE].to_list(), options.decimal, zero_dash=zero_dash)
    faults += _cell_faults(long, dates, numbers, label)
    if faults:
        raise InputError(f"{label}: {_count(faults)}; nothing was stored", faults=faults)
    days = [dates.date[text] for text in long.frame[DATE].to_list()]
    frequency, start, said = _step(dates, days, long.date_name, options)
    frame = _frame(long, chosen, days, start, numbers, notes)
    dims = tuple(identifiers(chosen))
    frame = frame.rename(dict(zip(chosen, dims, strict=True)))
    frame = _without_repeats(frame, dims, options, label, notes)
    published = frame.filter(pl.col("value").is_not_null()).drop(PART)
    if published.is_empty():
        raise InputError(f"{label}: no count is published in it; nothing was stored")
    texts = [long.value_name, title, label, long.date_name, " ".join(table.names[:40])]
    kind, why = _kind(published, frequency, options, texts)
    notes += [*long.notes, *dates.notes, *numbers.notes, *(text for text in (said, why) if text)]
    if kind == "flow" and frequency not in ("day", "point"):
        ends = ends_by_start(days, start, Ends(frequency, _is_week_end(dates, days, long.date_name)))
        coverage = coverage_of(table.title, table.footnotes, options, on)
        frame = without_partial(frame, ends, coverage, options, frequency, label, notes)
    frame = frame.drop(PART)
    gaps = _gaps(frame, dims, frequency)
    frame = frame.filter(pl.col("value").is_not_null()).sort("date", *dims)
    notes += suspicion(frame, kind, frequency)
    return Understood(
        _typed(frame).drop("line"),
        dims,
        frequency,
        kind,
        gaps,
        grid.form,
        long.date_name,
        long.value_name,
        tuple(notes),
    )


def _count(faults: Sequence[Fault]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"


def _dates_of(long: Long, options: ReadOptions, label: str) -> Dates:
    texts = long.frame[DATE].to_list()
    serials = not long.fiscal
    start = options.fiscal_start
    if long.fiscal and start is None:
        start = _first_fiscal_month(texts)
        if start is None:
            raise ask(
                label,
                "its years are fiscal: in which month do they begin?",
                "pass --fiscal-start 1 to 12 (10 is October)",
            )
        long.notes.append(f"fiscal years begin in month {start}, as the order of the months tells")
    dates = read_dates(texts, order=options.order, fiscal_start=start, serials=serials)
    if dates.ask:
        raise ask(label, dates.ask)
    if long.fiscal and start and start > 1:
        moved = {text: _calendar_month(day, start) for text, day in dates.date.items()}
        dates = Dates(moved, dates.wrong, dates.form, (*dates.notes,))
        long.notes.append(f"fiscal years begin in month {start} of the year before")
    return dates


def _calendar_month(day: dt.date, start: int) -> dt.date:
    """The month meant by a fiscal year and a month of it."""
    return day.replace(year=day.year - 1) if day.month >= start else day


def _first_fiscal_month(texts: Iterable[str]) -> int | None:
    """First month of a fiscal year in which all twelve stand in order, or of which some stand across a New Year."""
    months: dict[int, list[int]] = {}
    for text in dict.fromkeys(texts):
        what = written(text)
        if what and what.date and what.form == "month":
            months.setdefault(what.date.year, []).append(what.date.month)
    for found in months.values():
        if len(found) == 12 and all(b == a % 12 + 1 for a, b in itertools.pairwise(found)):
            return found[0]
    firsts = {found[0] for found in months.values()}
    across = any(len(found) >= MONTHS_ACROSS and all(b == a % 12 + 1 for a, b in itertools.pairwise(found)) and 12 in found[:-1]
                 for found in months.values())  # fmt: skip
    return firsts.pop() if across and len(firsts) == 1 and firsts <= USUAL_STARTS else None


def _cell_faults(long: Long, dates: Dates, numbers: Numbers, label: str) -> list[Fault]:
    faults = []
    frame = long.frame.filter(
        pl.col(DATE).is_in(list(dates.wrong)) | pl.col(VALUE).is_in(list(numbers.wrong))
    )
    for text, value, line in frame.select(DATE, VALUE, LINE).iter_rows():
        if text in dates.wrong:
            message = dates.wrong[text] if text else "the date is blank"
            faults.append(Fault(label, line, long.date_name or None, message))
        if value in numbers.wrong:
            faults.append(Fault(label, line, long.value_name or None, numbers.wrong[value]))
    return faults


def _step(
    dates: Dates, days: Sequence[dt.date], name: str, options: ReadOptions
) -> tuple[Frequency, Start, str]:
    forms: Mapping[str, Frequency] = {
        "month": "month",
        "quarter": "quarter",
        "year": "year",
        "fiscal": "year",
        "week": "week",
    }
    if dates.form in forms:
        return forms[dates.form], lambda day: day, ""
    ends = sum(ENDING.match(text) is not None for text in dates.date) > len(dates.date) / 2
    return step_of(days, f"{name} ending" if ends else name)


def _is_week_end(dates: Dates, days: Sequence[dt.date], name: str) -> bool:
    """Whether the written day of a week is its last, or any but its first that nothing tells of."""
    if dates.form == "week":
        return False
    _, _, said = step_of(days, name)
    return "begins" not in said and "from Monday" not in said


def _frame(
    long: Long,
    chosen: Sequence[str],
    days: Sequence[dt.date],
    start: Start,
    numbers: Numbers,
    notes: list[str],
) -> pl.DataFrame:
    starts = {day: start(day) for day in set(days)}
    columns: dict[str, Any] = {"date": pl.Series([starts[day] for day in days], dtype=pl.Date)}
    for name in chosen:
        columns[name] = one_spelling(long.frame[name], name, notes)
    values = [numbers.value[text] for text in long.frame[VALUE].to_list()]
    columns["value"] = pl.Series(values, dtype=pl.Float64)
    columns["known_from"] = _known(long)
    columns["line"] = long.frame[LINE]
    columns[PART] = long.frame[PART]
    return pl.DataFrame({f"{name}": column for name, column in columns.items()})


def _known(long: Long) -> pl.Series:
    if KNOWN not in long.frame.columns:
        return pl.Series([None] * long.frame.height, dtype=pl.Date)
    found = read_dates(text for text in long.frame[KNOWN].to_list() if text)
    return pl.Series([found.date.get(text) for text in long.frame[KNOWN].to_list()], dtype=pl.Date)


def _without_repeats(
    frame: pl.DataFrame, dims: Sequence[str], options: ReadOptions, label: str, notes: list[str]
) -> pl.DataFrame:
    """One row for each date and combination; where there are more, the user says what to do."""
    keys = ["date", *dims, "known_from"]
    frame = frame.filter(~(pl.col("value").is_null() & (pl.len().over(keys) > 1)))
    twice = frame.filter(pl.struct(keys).is_duplicated())
    if twice.is_empty():
        return frame
    groups = twice.select(keys).n_unique()
    repeats = options.repeats
    if repeats is None and options.kind == "stock" and twice.select(*keys, "value").n_unique() == groups:
        repeats = "first"  # a level that stands there twice is the same level; counts of events could be two
    if repeats is None:
        lines = twice.sort(*keys, "line")["line"].head(2).to_list()
        raise ask(
            label, f"{groups:,} dates and combinations stand in more than one row (lines {lines[0]} and {lines[1]}, for one)",
            "pass --repeats sum to add them up, --repeats first to keep the first, or --dims COLUMN to tell them apart",
        )  # fmt: skip
    notes.append(
        f"{groups:,} dates and combinations stood in more than one row: {'added up' if repeats == 'sum' else 'the first is kept'}"
    )
    value = pl.col("value").sum() if repeats == "sum" else pl.col("value").first()
    return (
        frame.group_by(keys, maintain_order=True)
        .agg(value, pl.col("line").first(), pl.col(PART).any())
        .select(frame.columns)
    )


def _gaps(frame: pl.DataFrame, dims: Sequence[str], frequency: Frequency) -> tuple[Gap, ...]:
    """Periods that are not in the file, and combinations whose count is not published in one: unknown, not zero."""
    there = frame.filter(pl.col("value").is_not_null())
    dates = there["date"].unique()
    gaps = [Gap(start=a, end=b, note="not in the file") for a, b in absent_runs(dates, frequency)]
    if not dims or frequency == "point":
        return tuple(gaps)
    lacking = frame.filter(pl.col("value").is_null(), pl.col("date").is_in(dates.implode()))
    for key, rows in lacking.group_by(list(dims), maintain_order=True):
        where = {name: (str(value),) for name, value in zip(dims, key, strict=True)}
        gaps += [Gap(start=day, end=day, note="not published", where=where) for day in rows["date"].sort()]
    return tuple(gaps)


def _kind(
    frame: pl.DataFrame, frequency: Frequency, options: ReadOptions, texts: Sequence[str]
) -> tuple[Kind, str]:
    """Flow or stock, and why where nobody said."""
    if options.kind:
        return options.kind, ""
    other = "(--kind flow reads it as events)"
    for text in map(plain_name, texts):
        if words.FLOW_WORDS.search(text):
            break
        if match := words.STOCK_WORDS.search(text):
            word = match[0]
            return (
                "stock",
                f"taken as a stock, a level on a date that is never summed over time, for the word {word!r} {other}",
            )
    else:
        return _kind_by_behavior(frame, frequency, other)
    return "flow", ""


def _kind_by_behavior(frame: pl.DataFrame, frequency: Frequency, other: str) -> tuple[Kind, str]:
    if frequency == "point":
        return "stock", f"dated points are taken as a stock, a level on a date {other}"
    totals = frame.group_by("date").agg(pl.col("value").sum()).sort("date")["value"]
    if frequency == "day" and totals.len() >= _ENOUGH and totals.n_unique() > 3 and (totals > 0).all():
        median = (totals.diff() / totals).abs().median()
        if isinstance(median, float) and median < _SMOOTH:
            return "stock", f"it hardly moves from day to day, as a census does: taken as a stock {other}"
    return "flow", ""


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    whole = (frame["value"] == frame["value"].round()).all()
    return frame.with_columns(pl.col("value").cast(pl.Int64)) if whole else frame
