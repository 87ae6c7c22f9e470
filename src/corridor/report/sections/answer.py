"""A difference between scenarios in words, and the evidence that it rests on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.model.periods import months_between
from corridor.report.messages import Text, say, word
from corridor.report.sections.base import FOUNDED, RunView, total
from corridor.text import LANGS, Lang, number, percent, period, rounded


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


def headline_difference(view: RunView) -> dict[str, Any] | None:
    """The row of ``differences`` of the compared scenario in the headline series, over the longest period."""
    table = view.run.table("differences")
    if view.headline is None or table.is_empty():
        return None
    rows = table.filter((pl.col("item") == view.headline) & (pl.col("against") == view.scenarios[0]))
    wanted = view.run.manifest.get("comparison")
    if wanted is not None:
        rows = rows.filter(pl.col("scenario") == wanted)
    if rows.is_empty():
        return None
    by_length = rows.with_columns(size=pl.col("period").str.len_chars())
    return by_length.sort("size", descending=True, maintain_order=True).row(0, named=True)


def came(view: RunView, row: dict[str, Any]) -> float | None:
    """What was counted over the period of a row of ``differences``, published later than the run's date.

    None where the row is no sum of months, where a month is not published yet, or where one is held back.
    """
    if row["kind"] != "sum":
        return None
    first, last = (dt.date.fromisoformat(f"{end}-01") for end in row["period"].split("/"))
    table = view.run.table("observed")
    rows = total(table).filter((pl.col("series") == row["item"]) & pl.col("month").is_between(first, last))
    counts = rows["value"].drop_nulls()
    whole = len(counts) == months_between(first, last) + 1
    return float(counts.sum()) if whole and not rows["known"].all() else None


def bases(view: RunView, row: dict[str, Any]) -> dict[str, Any]:
    """Slots of a sentence about a difference: ``base``, from what it is to what, and ``came``, what was counted since."""
    counted = came(view, row)
    known = row["without"] is not None and row["with"] is not None
    base = say(
        "difference_base",
        without=lambda lang: rounded(row["without"], lang), **{"with": {lang: rounded(row["with"], lang) for lang in LANGS}},
    ) if known else dict.fromkeys(LANGS, "")  # fmt: skip
    later = (
        {lang: say("difference_came", came=number(counted, lang))[lang] for lang in LANGS}
        if counted
        else base
    )
    return {"base": base, "came": later if counted else dict.fromkeys(LANGS, "")}


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
        **bases(view, row),
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
    counts = sorted({found[name]["episodes"] for name in measures if name in found} - {0})
    if not counts:
        return say("episodes_none")
    return say("episodes", count=str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}")
