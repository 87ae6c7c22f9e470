"""One page for a budget office: people, beds and cost by month, and what they rest on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.report.messages import Text, say, word
from corridor.report.sections.answer import difference_words, founded_grades, founded_share
from corridor.report.sections.base import Block, RunView, column, quantiles_of
from corridor.report.sections.cards import chance_above
from corridor.study.schema import ALL_CITIES
from corridor.text import LANGS, Lang, day, month, number, percent, rounded

MILLION = 1e6
MONTHS = 6
"""Months that fit on the page."""


class Brief:
    """The brief of every scenario, each a page of its own."""

    id = "brief"
    title = say("brief")

    def available(self, view: RunView) -> bool:
        """Whether the run has people in a city's care, or else in another stock, by month."""
        return bool(brief_items(view))

    def payload(self, view: RunView) -> list[Block]:
        """A brief for each scenario."""
        return [{"type": "brief", "id": "brief", "pages": {s: page(view, s) for s in view.scenarios}}]


OTHERS = ("waiting", "detention", "stock")
"""Kinds of stocks of a corridor without cities in whose care people are."""


def brief_items(view: RunView) -> list[str]:
    """Stocks with values by month, in the order of the labels: censuses and, last, their sum; where a corridor has no
    census, people who wait, are held or stay elsewhere."""
    have = set(view.run.table("stock_months")["item"].unique())
    cities = [item for item in view.items if view.label(item).kind == "census" and item in have]
    if not cities:
        return [item for item in view.items if view.label(item).kind in OTHERS and item in have]
    return [*cities, *([ALL_CITIES] if ALL_CITIES in have else [])]


def has_cities(view: RunView) -> bool:
    """Whether the brief is about people in the care of cities."""
    return any(view.label(item).kind == "census" for item in brief_items(view) if item != ALL_CITIES)


def page(view: RunView, scenario: str) -> dict[str, Any]:
    """The whole brief of a scenario."""
    items = brief_items(view)
    return {
        "scenario": view.name(scenario),
        "title": say("brief_title" if has_cities(view) else "brief_title_people", name=view.title),
        "stamp": say(
            "brief_stamp", scenario=view.name(scenario), date={lang: day(view.as_of, lang) for lang in LANGS}
        ),
        "sentences": [s for s in (_sum_sentence(view, scenario, items), _change(view, scenario)) if s],
        "table": _table(view, scenario, items),
        "rests": _rests(view, scenario, items),
        "source": view.source(*(item for item in items if item), simulated=True),
    }


def _name(view: RunView, item: str) -> Text:
    return say("all_cities") if item == ALL_CITIES else view.name(item)


def _rows(view: RunView, scenario: str, item: str, statistic: str) -> dict[dt.date, dict[float, float]]:
    """Quantiles by month, from the month after the report's date on."""
    rows = view.run.table("stock_months").filter(
        (pl.col("scenario") == scenario) & (pl.col("item") == item) & (pl.col("statistic") == statistic)
        & (pl.col("month") > view.as_of.replace(day=1))
    )  # fmt: skip
    return {
        first: quantiles_of(group)
        for (first,), group in rows.sort("month").group_by("month", maintain_order=True)
        if isinstance(first, dt.date)
    }


def _interval(level: dict[float, float], lang: Lang, unit: float = 1.0) -> str:
    low, middle, high = (rounded(level[q] / unit, lang) for q in (0.1, 0.5, 0.9))
    return f"{middle} ({low} – {high})"


def _table(view: RunView, scenario: str, items: list[str]) -> dict[str, Any]:
    """City by city, month by month: people in care, the fullest day, room, the chance of too little, cost."""
    rows = [row for item in items for row in _city(view, scenario, item)]
    columns = [
        column("place"),
        column("month", "month"),
        column("people", "interval", label=None if has_cities(view) else say("brief_average")),
        column("beds", "interval", label=None if has_cities(view) else say("brief_fullest")),
    ]
    if any(row["room"] is not None for row in rows):
        columns += [column("room", "number"), column("short", "percent")]
    if any(row["cost"] for row in rows):
        columns.append(column("cost", "interval"))
    return {"columns": columns, "rows": rows, "group": "place"}


def _city(view: RunView, scenario: str, item: str) -> list[dict[str, Any]]:
    people, beds = _rows(view, scenario, item, "mean"), _rows(view, scenario, item, "peak")
    cost = _rows(view, scenario, item, "cost")
    rows = []
    for date, level in list(people.items())[:MONTHS]:
        room, fullest = _room(view, item, date), beds[date]
        short = chance_above(list(fullest), list(fullest.values()), room) if room is not None else None
        rows.append(
            {
                "place": _name(view, item),
                "month": date,
                "people": {lang: _interval(level, lang) for lang in LANGS},
                "beds": {lang: _interval(fullest, lang) for lang in LANGS},
                "room": room,
                "short": short,
                "cost": {lang: _interval(cost[date], lang, MILLION) for lang in LANGS}
                if date in cost
                else "",
            }
        )
    return rows


def _room(view: RunView, item: str, date: dt.date) -> float | None:
    """Room declared for a stock in a month: that of its last change before the month ends."""
    end = (date.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    rows = view.run.table("capacity").filter((pl.col("item") == item) & (pl.col("date") < end))
    values = rows.drop_nulls("value").sort("date")["value"]
    return float(values[-1]) if len(values) else None


def _sum_sentence(view: RunView, scenario: str, items: list[str]) -> Text | None:
    """People in the last month of the page and cost up to it, all cities together where that was run."""
    item = items[-1] if has_cities(view) else items[0]
    people = _rows(view, scenario, item, "mean")
    cost = _rows(view, scenario, item, "cost_so_far")
    if not people:
        return None
    months = list(people)[:MONTHS]
    last = months[-1]
    text = say(
        "brief_people" if has_cities(view) else "brief_people_there", name=_name(view, item), month=lambda lang: month(last, lang),
        people=lambda lang: _interval(people[last], lang),
    )  # fmt: skip
    if last not in cost:
        return text
    more = say(
        "brief_cost", cost=lambda lang: _interval(cost[last], lang, MILLION),
        first=lambda lang: month(months[0], lang), last=lambda lang: month(last, lang),
    )  # fmt: skip
    return {lang: f"{text[lang]} {more[lang]}" for lang in LANGS}


def _change(view: RunView, scenario: str) -> Text | None:
    """What the scenario changes in the headline, as the report words it."""
    rows = view.run.table("differences").filter(
        (pl.col("scenario") == scenario) & (pl.col("item") == (view.headline or ""))
    )
    return difference_words(view, rows.row(0, named=True)) if rows.height else None


def _rests(view: RunView, scenario: str, items: list[str]) -> list[Text]:
    """What the figures rest on: published points, the cost of a day, grades of the change, errors so far."""
    out = [line for item in items if (line := _city_rests(view, scenario, item)) is not None]
    parameters = view.run.table("parameters")
    if parameters.height:
        assumed, count = str(parameters.filter("assumed").height), str(parameters.height)
        out.append(say("brief_assumed", assumed=assumed, count=count))
    return [*out, say("brief_interval")]


def _city_rests(view: RunView, scenario: str, item: str) -> Text | None:
    parts: list[Text] = []
    points = view.run.table("points").filter((pl.col("item") == item) & pl.col("known")).height
    if points:
        parts.append(say("brief_points", count=str(points)))
    parts += [
        _cost_words(view, row) for row in view.run.table("costs").filter(pl.col("item") == item).to_dicts()
    ]
    share = founded_share(view, scenario, item)
    if share > 0:
        grades = founded_grades(view, scenario, item)
        parts.append(say("brief_grade", share=lambda lang: percent(share, lang), grades=grades))
    if not parts:
        return None
    return {lang: f"{_name(view, item)[lang]}: {'; '.join(p[lang] for p in parts)}." for lang in LANGS}


def _cost_words(view: RunView, row: dict[str, Any]) -> Text:
    low = row["value"] if row["low"] is None else row["low"]
    high = row["value"] if row["high"] is None else row["high"]
    return say(
        "brief_price", value=lambda lang: number(row["value"], lang), low=lambda lang: number(low, lang),
        high=lambda lang: number(high, lang), source=view.words(row["source"]),
        tag=word("founded", "no" if row["assumed"] else "yes"),
    )  # fmt: skip
