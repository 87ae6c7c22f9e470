"""Which city runs out of beds, by when: a row for each city, and a sentence with the chances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.model.periods import add_months, month_end
from corridor.report.messages import Text, say
from corridor.report.sections.base import Block, RunView, column, counted, quantiles_of, shown_count
from corridor.report.sections.cards import BY_MONTHS, chance_above
from corridor.text import LANGS, Lang, chance, day, month

MONTHS = 6
"""Months of the table."""
RARE = 0.01 + 1e-9
"""A chance up to this, or from one minus this on, is told as a bound."""


def beds_table(view: RunView, cities: list[str]) -> list[Block]:
    """One open table of the cities with the last published count of each; empty where no room is declared.

    A chance is that of too few beds on any day up to a month's end, from the joint distribution of the fullest day. It is
    blank where a city has no declared beds, or another number of them later in the run.
    """
    chances = {item: _chances(view, item) for item in cities}
    months = sorted({when for found in chances.values() for when in found})[:MONTHS]
    if not months:
        return []
    rows = [_row(view, item, chances[item]) for item in cities]
    columns = [
        column("city", label=say("beds_city")), column("count", "count", label=say("beds_count")),
        column("date", "interval"), column("beds", "number", label=say("beds_beds")),
    ]  # fmt: skip
    columns += [
        column(when.isoformat(), "chance", label={lang: _short(when, lang) for lang in LANGS})
        for when in months
    ]
    return [
        {
            "type": "table", "name": "capacity", "open": True,
            "title": say("beds_title", scenario=view.name(view.scenarios[0])),
            "reading": _reading(view, chances, months),
            "table": {"columns": columns, "rows": rows},
            "source": view.source(*cities, simulated=True),
            "query": {"table": "stock_months", "where": {"statistic": "peak_so_far", "scenario": view.scenarios[0]}},
        }
    ]  # fmt: skip


def _chances(view: RunView, item: str) -> dict[dt.date, float]:
    """Chance of too few beds at any time up to the end of each month ahead."""
    room = view.run.table("capacity").filter(pl.col("item") == item).drop_nulls("value").sort("date")
    if room.is_empty():
        return {}
    mine = (pl.col("scenario") == view.scenarios[0]) & (pl.col("item") == item)
    rows = view.run.table("stock_months").filter(
        mine & (pl.col("statistic") == "peak_so_far") & (pl.col("month") > view.as_of.replace(day=1))
    )
    found = {}
    for (first,), group in rows.sort("month").group_by("month", maintain_order=True):
        assert isinstance(first, dt.date)
        beds = _constant(room, view.as_of, month_end(first))
        if beds is not None:
            level = quantiles_of(group)
            found[first] = chance_above(list(level), list(level.values()), beds)
    return found


def _constant(room: pl.DataFrame, start: dt.date, end: dt.date) -> float | None:
    """The room in force on all days from ``start`` to ``end``; None where it changes, or where none is."""
    before = room.filter(pl.col("date") <= start)["value"]
    later = room.filter((pl.col("date") > start) & (pl.col("date") <= end))["value"]
    if before.is_empty() or (later != before[-1]).any():
        return None
    return float(before[-1])


def _row(view: RunView, item: str, chances: Mapping[dt.date, float]) -> dict[str, Any]:
    room = view.run.table("capacity").filter(pl.col("item") == item).drop_nulls("value").sort("date")
    now = room.filter(pl.col("date") <= view.as_of)["value"]
    points = view.run.table("points")
    known = points.filter((pl.col("item") == item) & pl.col("known") & counted(points)).sort("date")
    last = known.row(-1, named=True) if known.height else None
    return {
        "city": city_name(view, item),
        "beds": float(now[-1]) if len(now) else None,
        **{when.isoformat(): _cell(value) for when, value in chances.items()},
        "count": shown_count(last) if last else say("beds_assumed"),
        "date": {lang: day(last["date"], lang) for lang in LANGS} if last else None,
    }


def _told(share: float, lang: Lang) -> str:
    """A chance; one at the outer quantiles is a bound, since nothing is extrapolated beyond them."""
    return chance(share if RARE < share < 1 - RARE else round(share), lang)


def _cell(share: float) -> float | Text:
    return share if RARE < share < 1 - RARE else {lang: _told(share, lang) for lang in LANGS}


def _short(date: dt.date, lang: Lang) -> str:
    """A month in three letters, and its year."""
    return f"{month(date, lang)[:3]} {date.year}"


def city_name(view: RunView, item: str) -> Text:
    """The name of a census up to its first comma, “Denver” of “Denver, people in care”; it says where it is assumed."""
    assumed = say("assumed") if view.label(item).tag == "assumed" else None
    short: Text = {lang: name.partition(", ")[0] for lang, name in view.name(item).items()}
    return {lang: f"{short[lang]} ({assumed[lang]})" for lang in LANGS} if assumed else short


def _reading(view: RunView, chances: Mapping[str, Mapping[dt.date, float]], months: list[dt.date]) -> Text:
    """The chances up to one month's end, the highest first."""
    first = add_months(view.as_of.replace(day=1), BY_MONTHS)
    when = first if first in months else months[min(BY_MONTHS, len(months)) - 1]
    there = {item: found[when] for item, found in chances.items() if when in found}
    order = sorted(there, key=lambda item: -there[item])
    values = {
        lang: "; ".join(f"{city_name(view, item)[lang]} {_told(there[item], lang)}" for item in order)
        for lang in LANGS
    }
    return say("beds_reading", date=lambda lang: day(month_end(when), lang), values=values)
