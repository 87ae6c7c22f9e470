"""Stocks and recorded deaths: waiting, detention, deaths, and the census of the receiving cities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from corridor.report.messages import Text, say
from corridor.report.sections.base import Block, RunView, counted, prose, quantiles_of, shown_count
from corridor.report.sections.beds import beds_table
from corridor.report.sections.fans import fan
from corridor.text import LANGS, day, number, rounded

SHOWN_DAYS = 120


class People:
    """What encounters do not show: waiting, detention, recorded deaths, and any other stock."""

    id = "people"
    title = say("people")

    def available(self, view: RunView) -> bool:
        """Whether the run has a stock or a series of deaths."""
        return bool(_stocks(view) or _deaths(view))

    def payload(self, view: RunView) -> list[Block]:
        """A band per stock, a fan per series of deaths."""
        bands = [band(view, item) for item in _stocks(view)]
        return [prose(say("people_intro")), *bands, *(fan(view, series) for series in _deaths(view))]


class Cities:
    """Census of the receiving cities against their dated published points."""

    id = "cities"
    title = say("cities")

    def available(self, view: RunView) -> bool:
        """Whether the run has a city's census."""
        return bool(_census(view))

    def payload(self, view: RunView) -> list[Block]:
        """The chance that beds run out, and a band per city."""
        cities = _census(view)
        return [*beds_table(view, cities), prose(say("cities_intro")), *(band(view, item) for item in cities)]


def _census(view: RunView) -> list[str]:
    return [item for item in view.items if view.label(item).kind == "census"]


def _stocks(view: RunView) -> list[str]:
    return [item for item in view.items if view.label(item).kind != "census"]


def _deaths(view: RunView) -> list[str]:
    return [series for series in view.series if view.label(series).kind == "deaths"]


def band(view: RunView, item: str) -> Block:
    """A daily band chart of a stock, with its declared room and its dated published points."""
    label = view.label(item)
    rows = view.run.table("daily").filter(pl.col("item") == item).sort("date", "quantile")
    room = view.run.table("capacity").filter(pl.col("item") == item).drop_nulls("value").sort("date")
    points = _dated_points(view, item, rows["date"])
    assumed = label.tag == "assumed"
    notes = [say("assumed_note")] if assumed else []
    views = {
        scenario: _daily_view(view, group, room, points)
        for (scenario,), group in rows.group_by("scenario", maintain_order=True)
    }
    point_sources = dict.fromkeys(points["source"].to_list())
    return {
        "type": "band",
        "id": item,
        "title": label.text,
        "notes": notes,
        "hatched": assumed,
        "levels": sorted(rows["quantile"].unique().to_list()),
        "scenarios": [{"id": s, "label": view.name(s)} for s in view.scenarios if s in views],
        "views": views,
        "capacity": [list(row) for row in room.select("date", "value").rows()],
        "points": [
            [row["date"], shown_count(row), row["known"], row["label"], _point_source(view, row)]
            for row in points.iter_rows(named=True)
        ],
        "as_of": view.as_of,
        "source": _with_sources(view, item, [source for source in point_sources if source]),
        "query": {"table": "daily", "where": {"item": item}},
    }


def _dated_points(view: RunView, item: str, dates: pl.Series) -> pl.DataFrame:
    """Published points of a stock within the days of the chart; a small count is held back."""
    table = view.run.table("points")
    mine = (pl.col("item") == item) & pl.col("date").is_between(dates.min(), dates.max())
    return table.filter(mine & counted(table)).sort("date")


def _source_title(view: RunView, source: str) -> Text:
    row = view.source_rows.get(source)
    return view.words(row["title"] if row else source)


def _point_source(view: RunView, row: dict[str, Any]) -> Text:
    """Who published a point; the title of its source where no row names a publisher."""
    return view.words(row["publisher"]) if row["publisher"] else _source_title(view, row["source"])


def _with_sources(view: RunView, item: str, extra: list[str]) -> Text:
    """The item's source line; the points' own sources stand in the table."""
    text = view.source(item, simulated=True)
    more = [_source_title(view, source) for source in extra if source not in view.label(item).sources]
    if not more:
        return text
    rest = " …" if len(more) > 3 else ""
    return {lang: f"{text[lang]} {'; '.join(part[lang] for part in more[:3])}{rest}" for lang in LANGS}


def _daily_view(
    view: RunView, rows: pl.DataFrame, room: pl.DataFrame, points: pl.DataFrame
) -> dict[str, Any]:
    levels = sorted(rows["quantile"].unique().to_list())
    wide = rows.pivot("quantile", index="date", values="value", aggregate_function="first").sort("date")
    values = wide.drop("date")
    order = [name for level in levels for name in values.columns if abs(float(name) - level) < 1e-9]
    dates = wide["date"].to_list()
    kept = shown_days(dates)
    drawn = values.select(order).rows()
    return {
        "dates": [dates[day] for day in kept],
        "values": [[round(v) for v in drawn[day]] for day in kept],
        "reading": _reading(view, rows, room, points),
    }


def shown_days(dates: Sequence[dt.date]) -> list[int]:
    """Days that a chart shows: as many as it has room for, and the first and last of every month."""
    step = max(1, len(dates) // SHOWN_DAYS)
    return [
        n
        for n, date in enumerate(dates)
        if n % step == 0 or n == len(dates) - 1 or date.month != dates[n + 1].month or date.day == 1
    ]


def _reading(view: RunView, rows: pl.DataFrame, room: pl.DataFrame, points: pl.DataFrame) -> Text:
    last = rows["date"].max()
    assert isinstance(last, dt.date)
    level = quantiles_of(rows.filter(pl.col("date") == last))
    text = say(
        "band_reading",
        date=lambda lang: day(last, lang),
        median=lambda lang: rounded(level[0.5], lang),
        low=lambda lang: rounded(level[0.1], lang),
        high=lambda lang: rounded(level[0.9], lang),
    )
    extra = []
    if room.height:
        value = room.filter(pl.col("date") <= last)["value"]
        declared = float(value[-1] if len(value) else room["value"][0])
        extra.append(say("band_capacity", value=lambda lang: number(declared, lang)))
    if points.height:
        later = points.filter(~pl.col("known")).height
        extra.append(say("band_points", count=str(points.height), later=str(later)))
    return {lang: text[lang] + "".join(part[lang] for part in extra) for lang in LANGS}
