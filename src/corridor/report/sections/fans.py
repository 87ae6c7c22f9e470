"""Fan charts of monthly series, and the two countries' encounters side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.model.small_counts import SUPPRESS_BELOW
from corridor.report.messages import Text, Value, say
from corridor.report.sections.base import Block, Label, RunView, monthly_counts, prose, total
from corridor.text import LANGS, Lang, month, number, rounded

ByMonth = dict[dt.date, dict[float, float]]
"""Value by quantile level, by month, both rising."""
HISTORY_MONTHS = 20
SHOWN_LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Levels that a chart or its table shows; the others stay in the run folder."""


class Fans:
    """What is coming: every monthly series but deaths, with what was published and what came later."""

    id = "fans"
    title = say("fans")

    def available(self, view: RunView) -> bool:
        """Whether a series was forecast."""
        return bool(self._series(view))

    def payload(self, view: RunView) -> list[Block]:
        """A fan chart per series."""
        return [prose(say("fans_intro")), *(fan(view, series) for series in self._series(view))]

    @staticmethod
    def _series(view: RunView) -> list[str]:
        return [series for series in view.series if view.label(series).kind != "deaths"]


class Countries:
    """Both countries' encounters compared."""

    id = "countries"
    title = say("countries")

    def available(self, view: RunView) -> bool:
        """Whether two totals were forecast."""
        return len(self._series(view)) >= 2

    def payload(self, view: RunView) -> list[Block]:
        """One chart with a line per country."""
        names = self._series(view)[:4]
        lines = [_line(view, series) for series in names]
        return [
            prose(say("countries_intro")),
            {
                "type": "lines",
                "id": "countries",
                "title": say("countries"),
                "reading": _common_month(view, names),
                "lines": lines,
                "as_of": view.as_of,
                "source": view.source(*names, simulated=True),
                "query": {"table": "observed", "where": {"series": ",".join(names), "nationality": ""}},
            },
        ]

    @staticmethod
    def _series(view: RunView) -> list[str]:
        return [series for series in view.series if view.label(series).kind == "total"]


def fan(view: RunView, series: str) -> Block:
    """A fan chart of a series, with every nationality and place for which it was forecast."""
    label = view.label(series)
    rows = view.ahead(series)
    rows = rows.filter(pl.col("quantile").round(4).is_in(SHOWN_LEVELS))
    seen = history(view, series)
    observed = {
        f"{place}|{nationality}": monthly_counts(group)
        for (place, nationality), group in seen.group_by("place", "nationality", maintain_order=True)
    }
    views = {}
    for (scenario, place, nationality), group in rows.group_by(
        "scenario", "place", "nationality", maintain_order=True
    ):
        views[f"{scenario}|{place}|{nationality}"] = _view(group, observed.get(f"{place}|{nationality}", []))
    return {
        "type": "fan",
        "id": series,
        "title": label.text,
        "notes": _notes(label),
        "hatched": label.tag == "assumed",
        "levels": sorted(rows["quantile"].unique().to_list()),
        "options": _options(view, rows),
        "scenarios": [{"id": s, "label": view.name(s)} for s in view.scenarios if s in rows["scenario"]],
        "views": views,
        "observed": observed,
        "as_of": view.as_of,
        "source": view.source(series, simulated=True),
        "query": {"table": "forecast", "where": {"series": series}},
    }


def _notes(label: Label) -> list[Text]:
    notes = [say("lower_bound")] if label.kind == "deaths" else []
    return [*notes, say("assumed_note")] if label.tag == "assumed" else notes


def history(view: RunView, series: str) -> pl.DataFrame:
    """What was published from so many months before the date on; only where there is a value."""
    since = pl.lit(view.as_of).dt.truncate("1mo").dt.offset_by(f"-{HISTORY_MONTHS}mo")
    last = view.run.table("forecast").filter(pl.col("series") == series)["month"].max()
    return view.published.filter(
        (pl.col("series") == series) & (pl.col("month") >= since) & (pl.col("month") <= last)
    ).sort("month")


def _options(view: RunView, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The choices of the selector: the total, then one margin at a time, largest first."""
    size = (
        rows.filter((pl.col("quantile") - 0.5).abs() < 1e-9)
        .group_by("place", "nationality")
        .agg(pl.col("value").sum())
        .sort("value", descending=True)
    )
    options: list[dict[str, Any]] = []
    for place, nationality in size.select("place", "nationality").rows():
        group, text = "", say("all")
        if place and not nationality:
            group, text = "by_place", view.place(place)
        elif nationality and not place:
            group, text = "by_nationality", view.nationality(nationality)
        elif place:
            continue
        options.append({"key": f"{place}|{nationality}", "group": group, "label": text})
    return sorted(options, key=lambda option: option["group"])


def _view(rows: pl.DataFrame, observed: list[list[Any]]) -> dict[str, Any]:
    levels = by_month(rows)
    return {
        "months": list(levels),
        "values": [[round(v, 1) for v in level.values()] for level in levels.values()],
        "reading": reading(levels, observed),
    }


def by_month(rows: pl.DataFrame) -> ByMonth:
    """Values of a table's rows by month and quantile level."""
    found: ByMonth = {}
    for first, level, value in rows.select("month", "quantile", "value").sort("month", "quantile").rows():
        found.setdefault(first, {})[round(level, 4)] = value
    return found


def inside(levels: ByMonth, counts: list[list[Any]]) -> int:
    """How many counts (``[month, count or "<10", known]``) lie in the 80 % interval of their month."""
    return sum(
        levels[when][0.1] <= (value if isinstance(value, float) else SUPPRESS_BELOW / 2) <= levels[when][0.9]
        for when, value, _ in counts
    )


def shown_value(count: float | str) -> Value:
    """A published count in words, one that is held back as “fewer than 10”."""
    if isinstance(count, str):
        return say("fewer_than", count=str(SUPPRESS_BELOW))
    return lambda lang: number(count, lang)


def reading(levels: ByMonth, observed: list[list[Any]]) -> Text:
    """One sentence: the last published month, the next month's interval, how many outcomes fell inside."""
    first, level = next(iter(levels.items()))
    known = [row for row in observed if row[2]]
    later = [row for row in observed if not row[2] and row[0] in levels]
    last, outcome = dict.fromkeys(LANGS, ""), dict.fromkeys(LANGS, "")
    if known:
        when, count, _ = known[-1]
        last = say("fan_last", month=lambda lang: month(when, lang), value=shown_value(count))
    if later:
        outcome = say("fan_outcome", count=str(len(later)), inside=str(inside(levels, later)))
    middle = say(
        "fan_reading",
        month=lambda lang: month(first, lang),
        median=lambda lang: rounded(level[0.5], lang),
        low=lambda lang: rounded(level[0.1], lang),
        high=lambda lang: rounded(level[0.9], lang),
    )
    return {lang: last[lang] + middle[lang] + outcome[lang] for lang in LANGS}


def _line(view: RunView, series: str) -> dict[str, Any]:
    rows = total(view.ahead(series)).filter(pl.col("scenario") == view.scenarios[0])
    picked = rows.filter(pl.col("quantile").round(4).is_in([0.1, 0.5, 0.9])).sort("month", "quantile")
    forecast = [
        [first, *(round(v, 1) for v in group["value"])]
        for (first,), group in picked.group_by("month", maintain_order=True)
    ]
    seen = total(history(view, series))
    return {
        "id": series,
        "label": view.name(series),
        "forecast": forecast,
        "observed": monthly_counts(seen),
    }


def _common_month(view: RunView, names: list[str]) -> Text:
    known = total(view.run.table("observed")).filter(pl.col("known") & pl.col("series").is_in(names))
    known = known.drop_nulls("value")
    counted = known.group_by("month").agg(pl.col("series").n_unique()).filter(pl.col("series") == len(names))
    if counted.is_empty():
        return dict.fromkeys(LANGS, "")
    last = counted["month"].max()
    assert isinstance(last, dt.date)
    rows = known.filter(pl.col("month") == last)
    value = dict(zip(rows["series"], rows["value"], strict=True))

    def values(lang: Lang) -> str:
        return "; ".join(f"{view.name(s)[lang]}, {number(value[s], lang)}" for s in names)

    return say("countries_reading", month=lambda lang: month(last, lang), values=values)
