"""Chance cards: the chance that a published series or a city's census passes the reader's line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.report.messages import Text, open_message, say
from corridor.report.sections.base import RunView, quantiles_of, shown_count, total
from corridor.text import LANGS, day, month

FIRST = 3
"""Cards that are open when the page is; the others are one click away."""
_KEPT = "_chance_cards"
BY_MONTHS = 3
"""A stock's card first asks about the days up to the end of this month ahead."""


def chance_above(levels: Sequence[float], values: Sequence[float], line: float) -> float:
    """The chance of more than ``line``: 1 minus the level interpolated linearly between quantiles.

    Where several levels share one value the highest of them counts. Beyond the outer quantiles nothing is
    extrapolated: the result is the outer level itself, which the page words as a bound.
    """
    order = np.maximum.accumulate(np.asarray(values, dtype=float))
    if line < order[0]:
        return 1 - levels[0]
    if line >= order[-1]:
        return 1 - levels[-1]
    at = int(np.searchsorted(order, line, side="right"))
    low, high = order[at - 1], order[at]
    part = (line - low) / (high - low)
    return float(1 - (levels[at - 1] + part * (levels[at] - levels[at - 1])))


def chance_cards(view: RunView) -> list[dict[str, Any]]:
    """Cards of the published series and stocks: nothing assumed and nothing from a repost; made once for a view."""
    kept: list[dict[str, Any]] | None = view.__dict__.get(_KEPT)
    if kept is not None:
        return list(kept)
    cards = [_series_card(view, series) for series in view.series if _may_stand_first(view, series)]
    cards += [_stock_card(view, item) for item in view.items if _may_stand_first(view, item)]
    made = [card for card in cards if card is not None]
    view.__dict__[_KEPT] = made
    return list(made)


def _may_stand_first(view: RunView, item: str) -> bool:
    label = view.label(item)
    if label.tag not in ("observed", "anchored") or not label.sources or label.kind == "deaths":
        return False
    grades = [view.source_rows[s]["grade"] for s in label.sources if s in view.source_rows]
    return len(grades) == len(label.sources) and "repost" not in grades


def _series_card(view: RunView, series: str) -> dict[str, Any] | None:
    mine = (pl.col("scenario") == view.scenarios[0]) & (pl.col("series") == series)
    rows = total(view.ahead(series)).filter(pl.col("scenario") == view.scenarios[0])
    known = total(view.run.table("observed")).filter((pl.col("series") == series) & pl.col("known"))
    if rows.is_empty() or known["value"].drop_nulls().is_empty():
        return None
    peaks = total(view.run.table("periods")).filter(mine & (pl.col("statistic") == "peak"))
    options = [
        {
            **_option(group, {lang: month(first, lang) for lang in LANGS}, "card_result"),
            "came": _came(view, series, first),
        }
        for (first,), group in rows.group_by("month", maintain_order=True)
        if isinstance(first, dt.date)
    ]
    for (first, last), group in peaks.group_by("first", "last", maintain_order=True):
        if isinstance(first, dt.date) and isinstance(last, dt.date):
            words = say("card_peak", first=_months(first), last=_months(last))
            options.append(_option(group, words, "card_result_peak"))
    return _card(view, series, options, known["value"])


def _came(view: RunView, series: str, first: dt.date) -> Any:
    """The count of a month that the forecast did not know, as the page writes it; None where it is not known yet."""
    rows = total(view.published).filter((pl.col("series") == series) & (pl.col("month") == first))
    return shown_count(rows.row(0, named=True)) if rows.height else None


def _months(date: dt.date) -> Text:
    return {lang: month(date, lang) for lang in LANGS}


def _stock_card(view: RunView, item: str) -> dict[str, Any] | None:
    """Any day up to the end of a month, where the run has the joint distribution; else the last day of each."""
    reposts = [source for source, row in view.source_rows.items() if row["grade"] == "repost"]
    points = view.run.table("points").filter(
        (pl.col("item") == item) & pl.col("known") & ~pl.col("source").is_in(reposts)
    )
    mine = (pl.col("scenario") == view.scenarios[0]) & (pl.col("item") == item)
    rows = view.run.table("daily").filter(mine & (pl.col("date") > view.as_of))
    if rows.is_empty() or points["value"].drop_nulls().is_empty():
        return None
    ends = rows.group_by(pl.col("date").dt.truncate("1mo").alias("month")).agg(pl.col("date").max())["date"]
    so_far = view.run.table("stock_months").filter(mine & (pl.col("statistic") == "peak_so_far"))
    options = []
    for end in ends.sort():
        peak = so_far.filter(pl.col("month") == end.replace(day=1))
        if peak.height:
            options.append(_option(peak, _days(end), "card_result_by", "card_by"))
    start = min(BY_MONTHS, len(options)) - 1 if options else 0
    for end in ends.sort():
        options.append(_option(rows.filter(pl.col("date") == end), _days(end), "card_result_day", "card_on"))
    return {**_card(view, item, options, points["value"]), "start": start}


def _days(date: dt.date) -> Text:
    return {lang: day(date, lang) for lang in LANGS}


def _option(rows: pl.DataFrame, words: Text, message: str, choice: str | None = None) -> dict[str, Any]:
    """One choice of a card's “when”: its sentence, and the quantiles that the chance is read from."""
    level = quantiles_of(rows)
    return {
        "when": words,
        "label": say(choice, when=words) if choice else words,
        "sentence": open_message(message),
        "levels": list(level),
        "values": [round(value, 2) for value in level.values()],
    }


def first_cards(view: RunView, cards: Sequence[str]) -> list[str]:
    """Cards that are open at first: the headline, then one of each kind, in the order of the labels."""
    order = [*(card for card in cards if card == view.headline), *cards]
    by_kind = {view.label(card).kind: card for card in reversed(order)}
    picked = [card for card in dict.fromkeys(order) if card in by_kind.values()]
    return [*picked, *(card for card in dict.fromkeys(order) if card not in picked)][:FIRST]


def _card(view: RunView, item: str, options: list[dict[str, Any]], known: pl.Series) -> dict[str, Any]:
    highest = max(known.drop_nulls().to_list())
    top = max([highest, *(max(option["values"]) for option in options)])
    return {
        "id": item,
        "title": view.name(item),
        "kind": view.label(item).kind,
        "options": options,
        "start": 0,
        "line": highest,
        "max": float(np.ceil(top * 1.2)),
        "points": len(known.drop_nulls()),
        "source": view.source(item),
    }
