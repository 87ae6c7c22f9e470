"""The first screen: the answer in three sentences, and the chance cards."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.report.messages import Text, say, word
from corridor.report.sections.base import FOUNDED, Block, RunView, quantiles_of, total
from corridor.report.sections.cards import chance_cards, first_cards
from corridor.text import LANGS, Lang, month, number, percent, period, rounded


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
            intro = say("cards_intro", scenario=view.name(view.scenarios[0]))
            first = first_cards(view, [card["id"] for card in cards])
            blocks.append(
                {"type": "cards", "title": say("cards_title"), "intro": intro, "cards": cards, "first": first}
            )
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
    return difference_words(view, longest.row(0, named=True))


def difference_words(view: RunView, row: dict[str, Any]) -> Text:
    """A row of ``differences`` as a sentence; its chance only where most of it rests on evidence, else "if"."""
    share = founded_share(view, row["scenario"], row["item"])
    common: dict[str, Any] = {
        "label": view.name(row["item"]),
        "scenario": view.name(row["scenario"]),
        "against": view.name(row["against"]),
        "period": lambda lang: period(row["period"], lang),
        "share": lambda lang: percent(share, lang),
        "change": lambda lang: rounded(row["median"], lang, sign=True),
        "low": lambda lang: rounded(row["low"], lang, sign=True),
        "high": lambda lang: rounded(row["high"], lang, sign=True),
        "episodes": episodes_words(view, row["scenario"]),
    }
    if share < 0.5:
        return say("answer_if", **common)
    return say(
        "answer_difference",
        chance=lambda lang: chance(row["chance_lower"], lang),
        grades=founded_grades(view, row["scenario"], row["item"]),
        **common,
    )


def episodes_words(view: RunView, scenario: str) -> Text:
    """How many past measures tell how people answer a scenario's own; that none does, where none does."""
    found = view.run.manifest.get("responses", {})
    measures = view.run.table("measures").filter(pl.col("scenario") == scenario)["measure"].to_list()
    counts = sorted({found[name]["episodes"] for name in measures if name in found})
    if not counts:
        return say("episodes_none")
    return say("episodes", count=str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}")


def score_sentence(view: RunView) -> Text | None:
    """How wrong it was out of sample, relative to the reference forecast where that was scored too."""
    rows = view.fit.filter((pl.col("line") == "out_of_sample") & pl.col("value").is_not_null())
    if rows.is_empty():
        return None
    points = view.ordered(rows["counting_point"].unique(maintain_order=True).to_list())
    point = view.headline if view.headline in points else points[0]
    rows = rows.filter(pl.col("counting_point") == point)
    label = view.name(point)
    scored = rows.filter((pl.col("metric") == "wis") & (pl.col("reference") > 0))
    return _error_sentence(rows, label) if scored.is_empty() else _ratio_sentence(scored, label)


def _error_sentence(rows: pl.DataFrame, label: Text) -> Text | None:
    """The median absolute error, beside that of the reference where it was measured."""
    errors = rows.filter(pl.col("metric").is_in(["median_absolute_error", "median_absolute_monthly_error"]))
    if errors.is_empty():
        return None
    row = errors.row(0, named=True)
    values: dict[str, Any] = {
        "label": label, "value": lambda lang: percent(row["value"], lang), "months": str(row["months"]),
    }  # fmt: skip
    if row["reference"] is None:
        return say("answer_score_plain", **values)
    return say("answer_score_last", **values, reference=lambda lang: percent(row["reference"], lang))


def _ratio_sentence(scored: pl.DataFrame, label: Text) -> Text:
    """The weighted interval score divided by that of the reference."""
    row = scored.row(0, named=True)
    ratio = row["value"] / row["reference"]
    shown = round(ratio, 2)
    verdict = "same" if shown == 1 else "better" if shown < 1 else "worse"
    return say(
        "answer_score", months=str(row["months"]), ratio=lambda lang: number(ratio, lang, 2),
        verdict=say(verdict), label=label,
    )  # fmt: skip
