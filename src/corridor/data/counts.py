"""A tidy CSV of counts: ``date``, dimensions, ``value`` and perhaps ``known_from``, with every fault in it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corridor.model import Count, Fault, did_you_mean
from corridor.model.periods import Frequency
from corridor.model.scalars import BadValue, parse
from corridor.model.text import csv_records

DATE, VALUE, KNOWN = "date", "value", "known_from"
ALIASES: Mapping[str, tuple[str, ...]] = {
    DATE: ("date", "month", "day", "year"),
    VALUE: ("value", "count", "n"),
}
"""Names under which a file of the user's may give the date and the count."""
_FORMS: Mapping[str, re.Pattern[str]] = {
    "year": re.compile(r"\d{4}"),
    "month": re.compile(r"\d{4}-\d{2}"),
    "day": re.compile(r"\d{4}-\d{2}-\d{2}"),
}
_MOSTLY = 0.8
"""Part of the dates that must begin a month for a series of full dates to be taken as monthly."""


@dataclass(frozen=True)
class TidyCounts:
    """Counts of one file and the line of each; only rows without a fault."""

    dims: tuple[str, ...]
    frequency: Frequency
    rows: tuple[Count, ...]
    lines: tuple[int, ...]


def read_counts(
    text: str, label: str, dims: Sequence[str] | None = None, frequency: Frequency | None = None
) -> tuple[TidyCounts, list[Fault]]:
    """Counts of a CSV text and what is wrong in it; ``label`` names the file.

    Without ``dims`` every column but the date, the count and ``known_from`` is a dimension, and the first
    two may have one of their other names (`ALIASES`). Without ``frequency`` it follows from the dates.
    """
    faults: list[Fault] = []
    records = list(csv_records(text, label, faults))
    if not records:
        return TidyCounts((), frequency or "month", (), ()), faults or [_fault(label, None, None, "is empty")]
    (head, names), body = records[0], records[1:]
    columns, found = _columns(names, label, head, dims)
    faults += found
    if DATE not in columns or VALUE not in columns:
        return TidyCounts((), frequency or "month", (), ()), faults
    whole = [(line, cells) for line, cells in body if len(cells) == len(names)]
    faults += [
        _fault(label, line, None, f"the row has {len(cells)} cells, the header {len(names)} columns")
        for line, cells in body
        if len(cells) != len(names)
    ]
    if not body:
        faults.append(_fault(label, None, None, "has a header but no rows"))
    wanted = [name for name in columns if name not in (DATE, VALUE, KNOWN)]
    step = frequency or frequency_of([cells[columns[DATE]] for _, cells in whole])
    rows: list[Count] = []
    lines: list[int] = []
    for line, cells in whole:
        row = _row(cells, columns, wanted, step, label, line, faults, given=frequency is not None)
        if row is not None:
            rows.append(row)
            lines.append(line)
    faults += _between(rows, lines, label)
    return TidyCounts(tuple(wanted), step, tuple(rows), tuple(lines)), faults


def frequency_of(dates: Sequence[str]) -> Frequency:
    """Step of a series from its dates as written: most decide, the others are faults of their own."""
    forms = Counter(form for text in dates for form, pattern in _FORMS.items() if pattern.fullmatch(text))
    most = max(forms, key=lambda form: forms[form], default="month")
    if most == "year":
        return "year"
    if most == "month":
        return "month"
    days = sorted({day for day in map(_day, dates) if day is not None})
    if len(days) > 1 and all((day.month, day.day) == (1, 1) for day in days):
        return "year"
    if sum(day.day == 1 for day in days) >= _MOSTLY * len(days):
        return "month"
    steps = Counter((b - a).days for a, b in itertools.pairwise(days))
    return "day" if steps and steps.most_common(1)[0][0] == 1 else "point"


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _FORMS["day"].fullmatch(text) else None
    except ValueError:
        return None


def _columns(
    names: Sequence[str], label: str, line: int, dims: Sequence[str] | None
) -> tuple[dict[str, int], list[Fault]]:
    """Position of the date, the count, ``known_from`` and every dimension."""
    faults: list[Fault] = []
    for position, name in enumerate(names):
        if not name:
            faults.append(_fault(label, line, None, f"column {position + 1} has no name"))
        elif name in names[:position]:
            faults.append(_fault(label, line, name, "the column stands there twice"))
    places: dict[str, int] = {}
    for role in (DATE, VALUE):
        allowed = ALIASES[role] if dims is None else (role,)
        found = [name for name in names if name.casefold() in allowed]
        if len(found) == 1:
            places[role] = names.index(found[0])
        else:
            what = f"more than one column could be the {role}" if found else f"there is no column {role!r}"
            other = " or ".join(repr(word) for word in allowed[1:])
            faults.append(
                _fault(label, line, None, what, f"name one {role!r}{', ' + other if other else ''}")
            )
    if KNOWN in names:
        places[KNOWN] = names.index(KNOWN)
    rest = [name for place, name in enumerate(names) if name and place not in places.values()]
    for name in rest:
        if dims is not None and name not in dims:
            hint = did_you_mean(name, dims) or "name it in `dims` of datasets.yaml"
            faults.append(_fault(label, line, name, "is no dimension of this dataset", hint))
    for name in dims if dims is not None else rest:
        if name in rest:
            places.setdefault(name, names.index(name))
        else:
            faults.append(_fault(label, line, name, "the column is missing"))
    return places, faults


def _row(
    cells: Sequence[str], columns: Mapping[str, int], dims: Sequence[str], step: Frequency, label: str,
    line: int, faults: list[Fault], *, given: bool,
) -> Count | None:  # fmt: skip
    before = len(faults)
    date = known = None
    value = 0.0
    try:
        date = _date(cells[columns[DATE]], step, given=given)
    except BadValue as bad:
        faults.append(_fault(label, line, DATE, bad.message, bad.hint))
    try:
        value = parse(float, _filled(cells[columns[VALUE]]))
        if value < 0:
            faults.append(_fault(label, line, VALUE, f"{cells[columns[VALUE]]} is negative"))
    except BadValue as bad:
        faults.append(_fault(label, line, VALUE, bad.message, bad.hint))
    if KNOWN in columns and cells[columns[KNOWN]]:
        try:
            known = parse(dt.date, cells[columns[KNOWN]])
            if date is not None and known < date:
                faults.append(_fault(label, line, KNOWN, f"{known} is before the figure's own date, {date}"))
        except BadValue as bad:
            faults.append(_fault(label, line, KNOWN, bad.message, bad.hint))
    if date is None or len(faults) > before:
        return None
    return date, tuple(cells[columns[name]] for name in dims), value, known


def _filled(text: str) -> str:
    if not text:
        raise BadValue("is blank", "leave the row out where nothing was published; write 0 for nobody")
    return text


def _date(text: str, step: Frequency, *, given: bool) -> dt.date:
    """A date as written, as the first day of its period."""
    form = next((form for form, pattern in _FORMS.items() if pattern.fullmatch(text)), None)
    full = {"year": f"{text}-01-01", "month": f"{text}-01"}.get(form or "", text)
    date: dt.date = parse(dt.date, full)
    same = "" if given else ", as most of the others are: the frequencies are mixed"
    wanted = {"month": "month", "year": "year"}.get(step)
    if wanted and (date.day != 1 or (step == "year" and date.month != 1)):
        raise BadValue(
            f"{text!r} is not the first day of a {wanted}{same}", "give each frequency its own file"
        )
    if (step in ("day", "point") and form != "day") or (step == "month" and form == "year"):
        raise BadValue(
            f"{text!r} is not a {'month' if step == 'month' else 'day'}{same}",
            "give each frequency its own file",
        )
    return date


def _between(rows: Sequence[Count], lines: Sequence[int], label: str) -> Iterator[Fault]:
    """Rows that repeat another, and dates that run backwards within one series."""
    first: dict[tuple[dt.date, tuple[str, ...], dt.date | None], int] = {}
    last: dict[tuple[str, ...], dt.date] = {}
    for (date, dims, _, known), line in zip(rows, lines, strict=True):
        key = (date, dims, known)
        if key in first:
            hint = "one row for each date and combination; sum what belongs together"
            yield _fault(label, line, DATE, f"repeats the date and the dimensions of line {first[key]}", hint)
        elif dims in last and date < last[dims]:
            message = f"{date} stands after {last[dims]}: the dates of a series must rise"
            yield _fault(label, line, DATE, message, "sort the file by date")
        first.setdefault(key, line)
        last[dims] = max(date, last.get(dims, date))


def _fault(label: str, line: int | None, column: str | None, message: str, hint: str | None = None) -> Fault:
    return Fault(label, line, column, message, hint)
