"""Dated points about receiving cities: census, arrivals, exits, cost, stay limits, buses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from corridor.data.grades import city_grade
from corridor.data.timing import Period, parse_period

CITIES: Mapping[str, str] = {
    "New York City": "new_york",
    "Chicago": "chicago",
    "Denver": "denver",
    "Massachusetts": "massachusetts",
    "Washington DC": "washington_dc",
    "Philadelphia": "philadelphia",
    "Los Angeles": "los_angeles",
    "ALL": "all_cities",
}
REPORT_DAYS = 30
"""Assumption: days from the end of the month that New York's report covers to its publication."""

_FORWARD = frozenset({"forecast", "policy", "plan"})
"""Precisions whose date may lie after the day on which the figure was public."""

DIMS = (
    "city", "measure", "household", "agency", "unit", "qualifier", "precision", "period_start", "grade",
    "publisher", "source", "url",
)  # fmt: skip


@dataclass(frozen=True)
class Rejected:
    """A row that was kept out, and why."""

    city: str
    measure: str
    date: str
    reason: str


def city_reception(rows: Iterable[Mapping[str, str | None]]) -> tuple[pl.DataFrame, tuple[Rejected, ...]]:
    """Tidy points, and the rows kept out because they have no number or no date that can be read."""
    kept: list[dict[str, object]] = []
    rejected: list[Rejected] = []
    for raw in rows:
        row = {name: (value or "").strip() for name, value in raw.items()}
        period, number = parse_period(row["date"]), _number(row["value"])
        if number is None or period is None:
            reason = "no number" if number is None else "no readable date"
            rejected.append(Rejected(CITIES[row["place"]], row["measure"], row["date"], reason))
            continue
        kept.append(_point(row, period, number))
    table = pl.DataFrame(kept).select("date", *DIMS, "value", "known_from")
    return table.unique().sort("date", *DIMS), tuple(rejected)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _point(row: Mapping[str, str], period: Period, number: float) -> dict[str, object]:
    words = row["date_precision"]
    precision = _precision(words, period)
    start, end = _span(words, period)
    public = _public(row, precision, end)
    if precision not in _FORWARD and start <= public < end:
        end = public  # a figure for a month cannot be later than the day it was printed
    measure, household, agency, since = _measure(row["measure"])
    unit, value, aside = _unit(row["unit"], number)
    grade = city_grade([words, row["qualifier"], row["source_title"], row["note"]], row["source_publisher"])
    return {
        "date": end,
        "city": CITIES[row["place"]],
        "measure": measure,
        "household": household,
        "agency": agency,
        "unit": unit,
        "qualifier": ", ".join(part for part in (row["qualifier"], since, aside) if part),
        "precision": precision,
        "period_start": start.isoformat() if start != end else "",
        "grade": grade,
        "publisher": "derived from New York's monthly reports"
        if grade == "derived"
        else row["source_publisher"],
        "source": "computed from census and exits" if grade == "derived" else row["source_title"],
        "url": row["source_url"],
        "value": value,
        "known_from": public,
    }


def _precision(words: str, period: Period) -> str:
    for word, name in (
        ("forecast", "forecast"), ("plan vintage", "plan"), ("policy", "policy"), ("budget", "policy"),
        ("undated", "approximate"), ("inferred", "approximate"), ("approx", "approximate"), ("mid-", "approximate"),
        ("week", "week"),
    ):  # fmt: skip
        if word in words:
            return name
    return period.kind


def _span(words: str, period: Period) -> tuple[dt.date, dt.date]:
    """First and last day: a week that ends on a day begins six days before; mid-month is the 15th."""
    if "mid-" in words and period.kind == "month":
        middle = period.start.replace(day=15)
        return middle, middle
    if period.kind == "day" and ("week ending" in words or words == "first week of July"):
        return period.end - dt.timedelta(days=6), period.end
    return period.start, period.end


def _public(row: Mapping[str, str], precision: str, end: dt.date) -> dt.date:
    """Day on which the figure was public; the end of the month or year where the source gives no day."""
    printed = parse_period(row["source_date"])
    if row["source_publisher"].startswith(("from ", "City of New York (Mayor")):
        report = end if row["source_publisher"].startswith("from ") or printed is None else printed.end
        return max(report, end) + dt.timedelta(days=REPORT_DAYS)
    if precision in ("policy", "plan"):  # a rule in force, or a budget plan, is public on its day
        return min(end, printed.end) if printed and precision == "policy" else end
    return printed.end if printed else end


def _measure(text: str) -> tuple[str, str, str, str]:
    """Measure, household type, agency (both blank: all), and what a cumulative figure counts from."""
    parts = [re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in text.split("|")]
    household, agency = (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    match = re.fullmatch(r"(.+?)_since_(.+)", text.split("|")[0])
    since = f"since {match[2].replace('_', ' ')}" if match else ""
    measure = match[1].lower() if match else parts[0]
    return measure, "" if household == "all" else household, "" if agency == "total" else agency, since


def _unit(text: str, number: float) -> tuple[str, float, str]:
    """Unit, value and an aside: persons are ``people``, money from a million up is ``USD million``."""
    match = re.fullmatch(r"(.*?)\s*\((.*)\)", text)
    unit, aside = (match[1], match[2]) if match else (text, "")
    unit = unit.replace("individuals", "people")
    if unit == "USD billion":
        return "USD million", round(number * 1000, 6), aside
    if unit == "USD" and number >= 1e6:
        return "USD million", round(number / 1e6, 6), aside
    return unit, number, aside
