"""The sentence with which a page answers its question: at most 25 words, no word of method.

A sentence is a text and its links: numbers of the text with the address of the figure that they come from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from corridor.report.messages import Value, say
from corridor.report.sections.answer import came, chance, founded_share, headline_difference
from corridor.report.sections.base import RunView, quantiles_of, shown_count, total
from corridor.text import LANGS, month, number, percent, period, rounded

Spoken = dict[str, Any]
"""``{"text": Text, "links": [{"words": Text, "to": address}]}``."""


def spoken(key: str, to: str, linked: Mapping[str, Value], **values: Value) -> Spoken:
    """The message ``key``; each of the ``linked`` values is a link to the figure at ``to`` (page/element)."""
    texts = {
        name: {lang: value(lang) if callable(value) else _text(value, lang) for lang in LANGS}
        for name, value in linked.items()
    }
    links = [{"words": text, "to": to} for text in texts.values()]
    return {"text": say(key, **texts, **values), "links": links}


def together(*parts: Spoken | None) -> Spoken:
    """Several sentences as one text, with the links of all."""
    have = [part for part in parts if part is not None]
    text = {lang: " ".join(part["text"][lang] for part in have) for lang in LANGS}
    return {"text": text, "links": [link for part in have for link in part["links"]]}


def _text(value: Any, lang: str) -> str:
    return value[lang] if isinstance(value, Mapping) else str(value)


def next_month(view: RunView) -> Spoken | None:
    """What is likely in the first month that was not published: median, and the interval of 80 %."""
    series = view.headline
    if series is None:
        return None
    rows = total(view.ahead(series)).filter(pl.col("scenario") == view.scenarios[0])
    first = rows["month"].min()
    if not isinstance(first, dt.date):
        return None
    level = quantiles_of(rows.filter(pl.col("month") == first))
    near: dict[str, Value] = {name: (lambda lang, q=q: rounded(level[q], lang)) for name, q in _NEAR.items()}
    to = f"coming/figure-{series}"
    said = spoken("start_coming", to, near, label=view.name(series), month=lambda lang: month(first, lang))
    return together(said, _came(view, series, first, to))


def _came(view: RunView, series: str, month: dt.date, to: str) -> Spoken | None:
    """The count of a month that the forecast did not know, where it is known by now."""
    rows = total(view.published).filter((pl.col("series") == series) & (pl.col("month") == month))
    if rows.is_empty():
        return None
    count = shown_count(rows.row(0, named=True))
    came: Value = count if isinstance(count, str) else lambda lang: number(count, lang)
    return spoken("start_came", to, {"came": came})


_NEAR = {"median": 0.5, "low": 0.1, "high": 0.9}


def change(view: RunView) -> Spoken | None:
    """What the compared scenario changes in the headline series; with “if” where it is mostly assumed."""
    row = headline_difference(view)
    if row is None:
        return None
    share = founded_share(view, row["scenario"], row["item"])
    sizes: dict[str, Value] = {
        name: (lambda lang, name=name: rounded(row[name], lang, sign=True))
        for name in ("median", "low", "high")
    }
    if share >= 0.5:
        sizes["chance"] = lambda lang: chance(row["chance_lower"], lang)
        sizes["share"] = lambda lang: percent(share, lang)
    to = "what-if/scenarios"
    return together(
        _bases(view, row, to),
        spoken("start_change" if share >= 0.5 else "start_if", to, sizes),
        None if (counted := came(view, row)) is None
        else spoken("start_came", f"coming/figure-{row['item']}", {"came": lambda lang: number(counted, lang)}),
    )  # fmt: skip


def _bases(view: RunView, row: dict[str, Any], to: str) -> Spoken:
    """How many without the scenario and how many with it: no difference stands without its base."""
    known = row["without"] is not None and row["with"] is not None
    levels: dict[str, Value] = {
        name: (lambda lang, name=name: rounded(row[name], lang)) for name in ("without", "with") if known
    }
    return spoken(
        "start_bases" if known else "start_which", to, levels, label=view.name(row["item"]), scenario=view.name(row["scenario"]),
        against=view.name(row["against"]), period=lambda lang: period(row["period"], lang),
    )  # fmt: skip


def record(view: RunView) -> Spoken | None:
    """How wrong forecasts were in months that the model had not seen, beside the reference forecast.

    Where the run stands on the default forecast, these are the scores of that forecast one month ahead; else those of the fit.
    """
    scored = _forecast_scores(view)
    if scored is not None:
        return _against_reference(scored["relative_wis"], scored["origins"], "evidence/scoreboard")
    rows = view.fit.filter((pl.col("line") == "out_of_sample") & pl.col("value").is_not_null())
    if rows.is_empty():
        return None
    points = view.ordered(rows["counting_point"].unique(maintain_order=True).to_list())
    point = view.headline if view.headline in points else points[0]
    rows = rows.filter(pl.col("counting_point") == point)
    scored = rows.filter((pl.col("metric") == "wis") & (pl.col("reference") > 0))
    if not scored.height:
        return _error(view, rows, point)
    row = scored.row(0, named=True)
    return _against_reference(row["value"] / row["reference"], row["months"], "evidence/fit")


def _forecast_scores(view: RunView) -> dict[str, Any] | None:
    """The row of the scoreboard that tells of the headline series, one month ahead of a month's end."""
    if view.run.manifest.get("parameters", {}).get("baseline") != "forecast":
        return None
    rows = view.run.table("scoreboard").filter(
        pl.col("series_set") == view.headline, pl.col("origin") == "month_end", pl.col("horizon") == 1
    )
    return rows.row(0, named=True) if rows.height else None


ABOUT_THE_SAME = 0.05
"""A score within this part of the reference's is called about the same."""


def _against_reference(ratio: float, origins: int, to: str) -> Spoken:
    months: dict[str, Value] = {"months": str(origins)}
    if abs(ratio - 1) <= ABOUT_THE_SAME:
        return spoken("start_record_same", to, months)
    key = "start_record_worse" if ratio > 1 else "start_record_better"
    return spoken(key, to, {**months, "part": lambda lang: percent(abs(ratio - 1), lang)})


def _error(view: RunView, rows: pl.DataFrame, point: str) -> Spoken | None:
    errors = rows.filter(pl.col("metric").is_in(["median_absolute_error", "median_absolute_monthly_error"]))
    if errors.is_empty():
        return None
    row = errors.row(0, named=True)
    values: dict[str, Value] = {
        "months": str(row["months"]),
        "value": lambda lang: percent(row["value"], lang),
    }
    return spoken("start_record_error", "evidence/fit", values, label=view.name(point))


def beds(view: RunView) -> Spoken | None:
    """The city whose beds are most likely too few at the end of the run, and how many people it then has.

    A city that nobody counts is named only where no other has beds.
    """
    daily, room = view.run.table("daily"), view.run.table("capacity")
    cities = [item for item in view.of_kind("census") if item in view.items and item in set(room["item"])]
    cities = [item for item in cities if view.label(item).tag != "assumed"] or cities
    if not cities:
        return None
    rows = daily.filter((pl.col("scenario") == view.scenarios[0]) & pl.col("item").is_in(cities))
    if rows.is_empty():
        return None
    last = rows["date"].max()
    assert isinstance(last, dt.date)
    beds_of = {item: float(room.filter(pl.col("item") == item).sort("date")["value"][-1]) for item in cities}
    level = {item: quantiles_of(rows.filter(date=last, item=item)) for item in cities}
    item = max(cities, key=lambda name: level[name][0.5] / max(beds_of[name], 1.0))
    values: dict[str, Value] = {
        "median": lambda lang: rounded(level[item][0.5], lang),
        "beds": lambda lang: number(beds_of[item], lang),
    }
    when: Value = lambda lang: month(last, lang)  # noqa: E731
    return spoken("start_beds", f"ready/figure-{item}", values, label=view.name(item), month=when)


LEADS: Mapping[str, Callable[[RunView], Spoken | None]] = {
    "coming": next_month,
    "what-if": change,
    "ready": beds,
    "evidence": record,
}
"""The sentence of a page, by its id."""
