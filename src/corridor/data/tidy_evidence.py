"""Tables of evidence: measures, announcements, effects, parameters, places and route segments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import polars as pl

from corridor.data.grades import evidence_grade
from corridor.data.timing import Period, parse_period

Row = Mapping[str, str]

ALPHA3: Mapping[str, str] = {
    "CO": "COL", "CR": "CRI", "CU": "CUB", "EC": "ECU", "GT": "GTM", "HN": "HND", "HT": "HTI", "MX": "MEX",
    "NI": "NIC", "PA": "PAN", "PE": "PER", "SV": "SLV", "US": "USA", "VE": "VEN",
}  # fmt: skip
_US_FISCAL_START = 10


def _period(text: str) -> Period | None:
    return parse_period(text, fiscal_start=_US_FISCAL_START) if text else None


def _source(row: Row, *words: str, dated: bool) -> dict[str, object]:
    """The columns that every table shares; a figure without any date is unconfirmed."""
    grade = evidence_grade([*words, row["source"]], row["publisher"], row["url_or_title"])
    if not dated or not (row["source"] or row["publisher"]):
        grade = "unconfirmed"
    return {
        "grade": grade,
        "publisher": row["publisher"],
        "source": row["source"],
        "published": row["published"],
        "url": row["url_or_title"],
    }


def measure(row: Row) -> dict[str, object]:
    """A dated policy measure. It is public when printed or when it begins, whichever is first; its end, on
    the day it ends (``end_known_from``): a later row must not tell an earlier day how a measure ended.
    """
    start, end, printed = (_period(row[name]) for name in ("date_start", "date_end", "published"))
    public = [period.end for period in (start, printed) if period]
    return {
        "id": row["id"],
        "start": start.start if start else None,
        "start_precision": start.kind if start else "",
        "end": end.end if end else None,
        "end_known_from": end.end if end else None,
        "actor": row["actor"],
        "lever": row["lever"],
        "nationalities": row["nationality_scope"],
        "places": row["place_scope"],
        "text": row["description"],
        "known_from": min(public) if public else None,
        **_source(row, row["description"], dated=start is not None),
    }


def announcement(row: Row) -> dict[str, object]:
    """What was announced, asked for or reported, and the day on which that was known."""
    when, known = _period(row["date"]), _period(row["known_from"])
    return {
        "id": row["id"],
        "date": when.end if when else None,
        "date_precision": when.kind if when else "",
        "actor": row["actor"],
        "package": row["package"],
        "lever": row["lever"],
        "direction": row["direction"],
        "value": _optional(row["value"]),
        "value_text": row["value"],
        "unit": row["unit"],
        "text": row["text"],
        "known_from": known.end if known else None,
        **(_source(row, row["text"], dated=True) | {"grade": row["source_grade"]}),
    }


def effect(row: Row) -> dict[str, object]:
    """A published effect size; ``low`` and ``high`` where the estimate is a plain number."""
    printed = _period(row["published"])
    value, low, high = _numbers(row["estimate"])
    return {
        "id": row["id"],
        "paper": row["paper"],
        "lever": row["lever"],
        "outcome": row["outcome"],
        "estimate": row["estimate"],
        "value": value,
        "low": low,
        "high": high,
        "unit": row["unit"],
        "interval": row["interval_or_se"],
        "method": row["method"],
        "setting": row["setting"],
        "sample": row["n_or_period"],
        "note": row["note"],
        "known_from": printed.end if printed else None,
        **_source(row, row["note"], dated=printed is not None),
    }


def parameter(row: Row) -> dict[str, object]:
    """An operational figure: ``value``, or ``low`` and ``high`` where a range was printed."""
    printed = _period(row["published"])
    value, low, high = _numbers(row["value"])
    return {
        "id": row["parameter"],
        "text": row["value"],
        "value": value,
        "low": low,
        "high": high,
        "unit": row["unit"],
        "period": row["date_or_period"],
        "scope": row["scope"],
        "note": row["note"],
        "known_from": printed.end if printed else None,
        **_source(row, row["note"], dated=printed is not None),
    }


def node(row: Row) -> dict[str, object]:
    """A place with coordinates."""
    return {
        "id": row["node_id"],
        "name": row["name"],
        "country": ALPHA3[row["country"]],
        "kind": row["kind"],
        "lat": _optional(row["lat"]),
        "lon": _optional(row["lon"]),
        "geonames_id": row["geoname_id"],
        "region": row["admin1"],
        "population": _optional(row["population_geonames"]),
        "note": row["note"],
        "known_from": None,
        **_source(row, row["note"], dated=True),
    }


def segment(row: Row) -> dict[str, object]:
    """A segment of a route; ``km`` is the great circle, never the way walked."""
    return {
        "route": row["route"],
        "from_place": row["from_node"],
        "to_place": row["to_node"],
        "mode": row["mode"],
        "km": _optional(row["great_circle_km"]),
        "note": row["note"],
        "known_from": None,
        **_source(row, row["note"], dated=True),
    }


TABLES: Mapping[str, Callable[[Row], dict[str, object]]] = {
    "measures": measure,
    "announcements": announcement,
    "effects": effect,
    "parameters": parameter,
    "nodes": node,
    "route_segments": segment,
}
_TYPES: Mapping[str, type[pl.DataType]] = {
    "start": pl.Date,
    "end": pl.Date,
    "end_known_from": pl.Date,
    "known_from": pl.Date,
    "date": pl.Date,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "km": pl.Float64,
    "population": pl.Float64,
}


def tidy_evidence(name: str, rows: Iterable[Mapping[str, str | None]]) -> pl.DataFrame:
    """The table ``name`` in our columns, in the order of the rows; texts blank, other cells null if unknown."""
    tidy = [TABLES[name]({key: (value or "").strip() for key, value in row.items()}) for row in rows]
    types = {column: _TYPES.get(column, pl.String) for column in tidy[0]}
    return pl.DataFrame(tidy, schema=types)


def _optional(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def _numbers(text: str) -> tuple[float | None, float | None, float | None]:
    """``(value, low, high)`` of ``12``, ``+12``, ``5-15``; a number with words is left to the reader."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", text):
        return None, float(match[1]), float(match[2])
    return _optional(text), None, None
