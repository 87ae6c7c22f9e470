"""Periods of which a file counts only a part: the current month, a year to date, a first week that began midweek.

A count of twelve days is no count of a month: taken for one, it would be read as a fall. Only what the file or the
user says makes a period partial; nothing is inferred from the size of a count.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.data.countries import plain_name
from corridor.data.dataset import Frequency
from corridor.data.reading.dates import is_marked_partial, written
from corridor.data.reading.long import DATE, PART, VALUE, Long
from corridor.data.reading.options import ReadOptions, ask
from corridor.data.reading.words import FLAG_NAMES, MONTHS, NOTE_NAMES, PARTIAL
from corridor.model.periods import period_end

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = (
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.)?[ -](?:de )?(?:{_MONTH})\.?,?[ -](?:del? )?\d{{4}}"
    rf"|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
_UNTIL = re.compile(
    r"\b(?:through|thru|until|up to|to date as of|as of|as at|current (?:as of|to)|data to|updated|update|last updated"
    r"|extracted|downloaded|retrieved|generated|published|report date|hasta|al|corte|actualizad[oa]|actualizacion"
    r"|publicad[oa]|jusqu'?au|au|mis a jour|publie|bis|stand|aktualisiert|fino al|aggiornat[oi])"
    rf"(?:[ :,]+(?:on|at|to|el|al|dia|le|am|the|de))*[ :,]+(?:el )?{_DATE}"
)
_SINCE = re.compile(
    rf"\b(?:since|from|starting|beginning|desde|a partir del?|depuis|du|ab|seit|vom|dal)(?:[ :,]+(?:on|el|le|the|dia))*[ :,]+{_DATE}"
)
_MARKER = re.compile(r"([*†‡§#]+|\(\w\)|\[\w\]|[¹²³ᵃᵇᶜᵖ])\s*([^*†‡§#¹²³ᵃᵇᶜᵖ]{3,160})")
_YES = frozenset(["yes", "y", "true", "1", "1.0", "x", "si", "oui", "ja", "verdadero", "vrai"])


@dataclass(frozen=True)
class Coverage:
    """First and last day that the counts of a file cover, where anything says so, and what says it."""

    first: dt.date | None = None
    last: dt.date | None = None
    said_first: str = ""
    said_last: str = ""
    counted_to_last: bool = False
    """Whether ``last`` is the last day counted, and not only a day after it."""


def take_flags(long: Long, footnotes: str) -> None:
    """Add the column :data:`PART` from marks in dates, counts and notes; a column of flags is taken out."""
    frame = long.frame
    markers = tuple(mark for mark, text in _MARKER.findall(footnotes) if PARTIAL.search(plain_name(text)))
    part = [
        is_marked_partial(day) or (bool(markers) and (day.rstrip().endswith(markers) or count.rstrip().endswith(markers)))
        for day, count in frame.select(DATE, VALUE).iter_rows()
    ]  # fmt: skip
    for name in frame.columns:
        if plain_name(name) not in FLAG_NAMES | NOTE_NAMES:
            continue
        cells = [plain_name(cell) for cell in frame[name].to_list()]
        yes = _YES if plain_name(name) in FLAG_NAMES else frozenset()
        part = [p or cell in yes or _says_partial(cell) for p, cell in zip(part, cells, strict=True)]
        if yes:
            frame = frame.drop(name)
    long.frame = frame.with_columns(pl.Series(PART, part, dtype=pl.Boolean))


def _says_partial(cell: str) -> bool:
    return bool(cell) and PARTIAL.fullmatch(cell) is not None


def coverage_of(title: str, footnotes: str, options: ReadOptions, on: dt.date | None) -> Coverage:
    """Days that the counts cover: by the user, by the words around the table, or by the day of the file."""
    text = f"{title} ; {footnotes}"
    plain = re.sub(r"\s+", " ", _plain(text))
    last = max(_days(_UNTIL, plain), default=None)
    first = min(_days(_SINCE, plain), default=None)
    found = Coverage(first, last, f"the file counts from {first} on", f"the file is of {last}")
    if on is not None and (last is None or on < last):
        found = Coverage(first, on, found.said_first, f"the file was public on {on}")
    if options.covers_from is not None:
        found = Coverage(options.covers_from, found.last, "--covers-from", found.said_last)
    if options.covers_to is not None:
        found = Coverage(
            found.first, options.covers_to, found.said_first, "--covers-to", counted_to_last=True
        )
    return found


def _plain(text: str) -> str:
    table = str.maketrans("áàâäãéèêëíìîïóòôöúùûüñ’\u00a0\u202f", "aaaaaeeeeiiiioooouuuun'  ")
    return text.casefold().translate(table)


def _days(pattern: re.Pattern[str], text: str) -> Iterable[dt.date]:
    for match in pattern.finditer(text):
        what = written(match[1])
        if what is None:
            continue
        if what.date is not None:
            yield what.date
        elif what.pair is not None and max(what.pair[1:]) > 12:
            year, a, b = what.pair
            yield dt.date(year, b, a) if a > 12 else dt.date(year, a, b)


@dataclass(frozen=True)
class Ends:
    """Last day of the period that a written day stands for."""

    frequency: Frequency
    ending: bool
    """Whether a week ends on its written day."""

    def __call__(self, day: dt.date, start: dt.date) -> dt.date:
        """Last day, from the written day and the first day of its period."""
        if self.frequency != "week":
            return period_end(start, self.frequency)  # pyrefly: ignore  # no dated points here
        return day if self.ending else day + dt.timedelta(days=6)


def without_partial(
    frame: pl.DataFrame, ends: dict[dt.date, dt.date], coverage: Coverage, options: ReadOptions, frequency: Frequency,
    label: str, notes: list[str],
) -> pl.DataFrame:  # fmt: skip
    """The counts of a flow without those of a part of a period, or scaled to the whole if the user asks.

    Parameters
    ----------
    frame
        ``date`` (first day of the period), ``value`` and :data:`PART`.
    ends
        Last day of each period, by its first.

    Raises
    ------
    InputError
        If they are to be scaled and nothing says which days they count.
    """
    found = dict(_partial(frame, ends, coverage))
    frame = frame.with_columns(pl.col(PART) | pl.col("date").is_in(list(found)))
    periods = frame.filter(pl.col(PART) & pl.col("value").is_not_null())["date"].unique().sort().to_list()
    if not periods:
        return frame
    whole = frame.filter(~pl.col(PART))["date"].n_unique()
    named = _named(periods, frequency, [found.get(period, "marked as partial") for period in periods])
    if options.partial == "keep":
        notes.append(f"{named}: taken as it is (--partial keep)")
        return frame
    if options.partial == "scale":
        frame = _scaled(frame, periods, ends, coverage, label)
        notes.append(f"{named}: scaled to the whole {frequency} by its days (--partial scale)")
        return frame
    if not whole:
        raise ask(
            label, f"it holds no whole {frequency}: {named}", "--partial keep takes the counts as they are"
        )
    notes.append(
        f"{named}: left out, since a part of a {frequency} is no {frequency} (--partial keep takes it as it is, "
        f"--partial scale scales it by its days)"
    )
    return frame.with_columns(pl.when(PART).then(None).otherwise("value").alias("value"))


def _partial(
    frame: pl.DataFrame, ends: dict[dt.date, dt.date], coverage: Coverage
) -> Iterable[tuple[dt.date, str]]:
    """First and last periods that the counts cover in part, with what says so."""
    for start in frame["date"].unique().sort():
        if coverage.last is not None and start <= coverage.last < ends[start]:
            yield start, coverage.said_last
        if coverage.first is not None and start < coverage.first <= ends[start]:
            yield start, coverage.said_first


def _named(periods: Sequence[dt.date], frequency: str, why: Sequence[str]) -> str:
    shown = ", ".join(f"{period}" for period in periods[:4]) + " …" * (len(periods) > 4)
    many = len(periods) > 1
    reasons = ", ".join(dict.fromkeys(why))
    return (
        f"{len(periods)} {frequency}s are not whole ({shown}; {reasons})"
        if many
        else f"the {frequency} from {shown} on is not whole ({reasons})"
    )


def _scaled(
    frame: pl.DataFrame,
    periods: Sequence[dt.date],
    ends: dict[dt.date, dt.date],
    coverage: Coverage,
    label: str,
) -> pl.DataFrame:
    factor: dict[dt.date, float] = {}
    for start in periods:
        end = ends[start]
        first = max(start, coverage.first or start)
        last = min(end, coverage.last) if coverage.counted_to_last and coverage.last else end
        if (first, last) == (start, end):
            raise ask(
                label, f"the period from {start} on is not whole, and nothing says which of its days are counted",
                "pass --covers-to DATE (or --covers-from DATE), the last (first) day that is counted",
            )  # fmt: skip
        factor[start] = ((end - start).days + 1) / ((last - first).days + 1)
    size = pl.col("date").replace_strict(factor, default=1.0, return_dtype=pl.Float64)
    scaled = (pl.col("value") * size).round(0)
    return frame.with_columns(pl.when(PART).then(scaled).otherwise("value").alias("value"))


def ends_by_start(
    days: Iterable[dt.date], start: Callable[[dt.date], dt.date], last: Ends
) -> dict[dt.date, dt.date]:
    """Last day of every period that a file has, by its first day."""
    found: dict[dt.date, dt.date] = {}
    for day in set(days):
        first = start(day)
        found[first] = max(found.get(first, dt.date.min), last(day, first))
    return found


def suspicion(table: pl.DataFrame, kind: str, frequency: str) -> Iterable[str]:
    """A first or last count far below all around it, which may be of a part of a period: said, and left as it is."""
    if kind != "flow" or frequency not in ("week", "month", "quarter"):
        return
    sums = table.group_by("date").agg(pl.col("value").sum()).sort("date")
    values, dates = sums["value"].to_list(), sums["date"].to_list()
    if len(values) < 13:
        return
    for value, date, others, where, option in (
        (values[-1], dates[-1], values[-13:-1], "before", "--covers-to"),
        (values[0], dates[0], values[1:13], "after", "--covers-from"),
    ):
        if min(others) >= 20 and value < 0.5 * min(others):
            yield (
                f"the {frequency} from {date} on counts {value:,.0f}, less than half of each of the 12 {where} it; if it is not "
                f"whole, say so by {option} DATE"
            )
