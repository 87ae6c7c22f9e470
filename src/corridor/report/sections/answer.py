"""The first screen: the answer in three sentences, and the chance cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.model.l10n import LANGS, Lang, day, month, number, percent, period, rounded
from corridor.report.messages import MESSAGES, Text, say, word
from corridor.report.sections.base import FOUNDED, Block, RunView, quantiles_of, total


class Answer:
    """What is coming, what the measures would change, how wrong it has been; and chances."""

    id = "answer"
    title = say("answer")

    def available(self, view: RunView) -> bool:
        """Whether anything can be said."""
        return bool(sentences(view))

    def payload(self, view: RunView) -> list[Block]:
        """The sentences, then the cards."""
        blocks: list[Block] = [{"type": "answer", "sentences": sentences(view)}]
        cards = chance_cards(view)
        if cards:
            title, intro = say("cards_title"), say("cards_intro")
            blocks.append({"type": "cards", "title": title, "intro": intro, "cards": cards})
        return blocks


def sentences(view: RunView) -> list[Text]:
    """Up to three sentences, each made from the tables; those without tables are left out."""
    found = (forecast_sentence(view), difference_sentence(view), score_sentence(view))
    return [sentence for sentence in found if sentence is not None]


def forecast_sentence(view: RunView) -> Text | None:
    """The headline series in its next month and over the longest period with a joint sum."""
    series = view.headline
    if series is None:
        return None
    rows = total(view.ahead(series)).filter(pl.col("scenario") == view.scenarios[0])
    if rows.is_empty():
        return None
    first = rows["month"].min()
    assert isinstance(first, dt.date)
    near = quantiles_of(rows.filter(pl.col("month") == first))
    values: dict[str, Any] = {
        "label": view.name(series),
        "month": lambda lang: month(first, lang),
        **_interval(near),
    }
    whole = _longest_sum(view, series)
    if whole is None:
        return say("answer_one_month", **values)
    start, end, level = whole
    names = {"median": "sum", "low": "sum_low", "high": "sum_high"}
    values |= {names[key]: value for key, value in _interval(level).items()}
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    return say(
        "answer_months",
        count=str(count),
        first=lambda lang: month(start, lang),
        last=lambda lang: month(end, lang),
        **values,
    )


def _interval(level: dict[float, float]) -> dict[str, Any]:
    picks = {"median": 0.5, "low": 0.1, "high": 0.9}
    return {key: (lambda lang, q=q: rounded(level[q], lang)) for key, q in picks.items()}


def _longest_sum(view: RunView, series: str) -> tuple[dt.date, dt.date, dict[float, float]] | None:
    rows = total(view.run.table("periods")).filter(
        (pl.col("scenario") == view.scenarios[0])
        & (pl.col("series") == series)
        & (pl.col("statistic") == "sum")
    )
    if rows.is_empty():
        return None
    longest = (
        rows.with_columns(span=pl.col("last") - pl.col("first"))
        .sort("span", descending=True)
        .row(0, named=True)
    )
    chosen = rows.filter((pl.col("first") == longest["first"]) & (pl.col("last") == longest["last"]))
    return longest["first"], longest["last"], quantiles_of(chosen)


def founded_share(view: RunView, scenario: str, item: str) -> float:
    """The part of a difference that rests on causal, before/after or mechanical evidence (0 where unknown)."""
    rows = view.run.table("grades").filter((pl.col("scenario") == scenario) & (pl.col("item") == item))
    return float(rows.filter(pl.col("grade").is_in(FOUNDED))["share"].sum())


def founded_grades(view: RunView, scenario: str, item: str) -> Text:
    """The grades of evidence that a difference has, largest first: ``before/after, mechanical``."""
    rows = view.run.table("grades").filter(
        (pl.col("scenario") == scenario) & (pl.col("item") == item) & (pl.col("share") >= 0.005)
    )
    names = [g for g in rows.sort("share", descending=True)["grade"] if g in FOUNDED]
    return {lang: ", ".join(word("grade", name)[lang] for name in names) for lang in LANGS}


def chance(share: float, lang: Lang) -> str:
    """A chance in words: members cannot show what is rarer than one in a hundred."""
    if share > 0.99:
        return say("card_above", chance=percent(0.99, lang))[lang]
    if share < 0.01:
        return say("card_below", chance=percent(0.01, lang))[lang]
    return percent(share, lang)


def direction(chance_lower: float) -> Text:
    """Likely lower, likely higher, or about even (between 40 and 60 %)."""
    if chance_lower >= 0.6:
        return say("likely_lower")
    return say("likely_higher") if chance_lower <= 0.4 else say("about_even")


def difference_sentence(view: RunView) -> Text | None:
    """What the scenario changes in the headline series over the longest period that has a difference."""
    table = view.run.table("differences")
    if view.headline is None or table.is_empty():
        return None
    rows = table.filter((pl.col("item") == view.headline) & (pl.col("against") == view.scenarios[0]))
    wanted = view.run.manifest.get("comparison")
    if wanted is not None:
        rows = rows.filter(pl.col("scenario") == wanted)
    if rows.is_empty():
        return None
    longest = rows.with_columns(size=pl.col("period").str.len_chars()).sort(
        "size", descending=True, maintain_order=True
    )
    row = longest.row(0, named=True)
    share = founded_share(view, row["scenario"], row["item"])
    common: dict[str, Any] = {
        "label": view.name(row["item"]),
        "scenario": view.name(row["scenario"]),
        "against": view.name(row["against"]),
        "period": lambda lang: period(row["period"], lang),
        "chance": lambda lang: chance(row["chance_lower"], lang),
        "share": lambda lang: percent(share, lang),
    }
    if share < 0.5:
        return say("answer_direction", direction=direction(row["chance_lower"]), **common)
    return say(
        "answer_difference",
        change=lambda lang: rounded(row["median"], lang, sign=True),
        low=lambda lang: rounded(row["low"], lang, sign=True),
        high=lambda lang: rounded(row["high"], lang, sign=True),
        grades=founded_grades(view, row["scenario"], row["item"]),
        **common,
    )


def score_sentence(view: RunView) -> Text | None:
    """How wrong it was out of sample, relative to the reference forecast where that was scored too."""
    rows = view.fit.filter((pl.col("line") == "out_of_sample") & pl.col("value").is_not_null())
    if rows.is_empty():
        return None
    points = view.ordered(rows["counting_point"].unique(maintain_order=True).to_list())
    point = view.headline if view.headline in points else points[0]
    rows = rows.filter(pl.col("counting_point") == point)
    common: dict[str, Any] = {"label": view.name(point)}
    scored = rows.filter((pl.col("metric") == "wis") & (pl.col("reference") > 0))
    if scored.is_empty():
        plain = rows.filter(
            pl.col("metric").is_in(["median_absolute_error", "median_absolute_monthly_error"])
        )
        if plain.is_empty():
            return None
        row = plain.row(0, named=True)
        common |= {"value": lambda lang: percent(row["value"], lang), "months": str(row["months"])}
        if row["reference"] is not None:
            common |= {"reference": lambda lang: percent(row["reference"], lang)}
            return say("answer_score_last", **common)
        return say("answer_score_plain", **common)
    row = scored.row(0, named=True)
    ratio = row["value"] / row["reference"]
    shown = round(ratio, 2)
    verdict = "same" if shown == 1 else "better" if shown < 1 else "worse"
    return say(
        "answer_score",
        months=str(row["months"]),
        ratio=lambda lang: number(ratio, lang, 2),
        verdict=say(verdict),
        **common,
    )


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
    """Cards of the published series and stocks: nothing assumed and nothing from a repost."""
    cards = [_series_card(view, series) for series in view.series if _may_stand_first(view, series)]
    cards += [_stock_card(view, item) for item in view.items if _may_stand_first(view, item)]
    return [card for card in cards if card is not None]


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
        _option(group, {lang: month(first, lang) for lang in LANGS}, "card_result")
        for (first,), group in rows.group_by("month", maintain_order=True)
        if isinstance(first, dt.date)
    ]
    for (first, last), group in peaks.group_by("first", "last", maintain_order=True):
        if isinstance(first, dt.date) and isinstance(last, dt.date):
            words = say("card_peak", first=_months(first), last=_months(last))
            options.append(_option(group, words, "card_result_peak"))
    return _card(view, series, options, known["value"])


def _months(date: dt.date) -> Text:
    return {lang: month(date, lang) for lang in LANGS}


def _stock_card(view: RunView, item: str) -> dict[str, Any] | None:
    reposts = [source for source, row in view.source_rows.items() if row["grade"] == "repost"]
    points = view.run.table("points").filter(
        (pl.col("item") == item) & pl.col("known") & ~pl.col("source").is_in(reposts)
    )
    mine = (pl.col("scenario") == view.scenarios[0]) & (pl.col("item") == item)
    rows = view.run.table("daily").filter(mine & (pl.col("date") > view.as_of))
    if rows.is_empty() or points["value"].drop_nulls().is_empty():
        return None
    ends = rows.group_by(pl.col("date").dt.truncate("1mo").alias("month")).agg(pl.col("date").max())["date"]
    options = [
        _option(
            rows.filter(pl.col("date") == end), {lang: day(end, lang) for lang in LANGS}, "card_result_day"
        )
        for end in ends.sort()
    ]
    return _card(view, item, options, points["value"])


def _option(rows: pl.DataFrame, words: Text, message: str) -> dict[str, Any]:
    level = quantiles_of(rows)
    sentence = {lang: MESSAGES[message][place] for place, lang in enumerate(LANGS)}
    return {
        "when": words,
        "sentence": sentence,
        "levels": list(level),
        "values": [round(value, 2) for value in level.values()],
    }


def _card(view: RunView, item: str, options: list[dict[str, Any]], known: pl.Series) -> dict[str, Any]:
    highest = max(known.drop_nulls().to_list())
    top = max([highest, *(max(option["values"]) for option in options)])
    return {
        "id": item,
        "title": view.name(item),
        "options": options,
        "line": highest,
        "max": float(np.ceil(top * 1.2)),
        "points": len(known.drop_nulls()),
        "source": view.source(item),
    }
