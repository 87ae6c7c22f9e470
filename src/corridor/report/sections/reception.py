"""A city's page: the chance of too few beds by week, extra beds, what moves them, the bill; and what is assumed."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.report.blocks import (
    Block,
    Text,
    bar,
    bar_chart,
    bullet_list,
    named_column,
    prose,
    table,
    table_block,
)
from corridor.report.messages import say, word
from corridor.report.sections.base import RunView
from corridor.text import LANGS, Lang, day, number, percent, rounded

MILLION = 1e6


class Reception:
    """Whether a place of reception is ready; leaves itself out where the run holds none."""

    id = "reception"
    title = say("reception")

    def available(self, view: RunView) -> bool:
        """Whether the run has a place's answer."""
        return not view.run.table("reception_answer").is_empty()

    def payload(self, view: RunView) -> list[Block]:
        """The answer in sentences, then tables and charts of what it rests on."""
        row = view.run.table("reception_answer").to_dicts()[0]
        blocks = [prose(say("reception_intro")), *_answer(row)]
        for block in (_weeks(view), _levers(view, row), _bill(view), _identified(view)):
            if block is not None:
                blocks.append(block)
        return blocks


def _name(row: dict[str, Any], key: str = "name") -> Text:
    return {"en": row[key], "es": row[f"{key}_es"] or row[key]}


def _ends() -> list[Block]:
    """Columns of the ends of an 80 % interval."""
    return [named_column(key, say(f"reception_{key}"), "number3") for key in ("low", "high")]


def _answer(row: dict[str, Any]) -> list[Block]:
    if row["beds"] is None:
        return [prose(say("reception_no_beds", place=_name(row)))]
    key = "reception_enough" if row["extra"] == 0 else "reception_answer"
    text = say(
        key,
        place=_name(row),
        extra=lambda lang: number(row["extra"], lang),
        beds=lambda lang: number(row["beds"], lang),
        by=lambda lang: day(row["by"], lang),
        limit=lambda lang: percent(row["limit"], lang),
        without=lambda lang: percent(row["chance_without"], lang),
        first=lambda lang: day(row["needed_by"], lang) if row["needed_by"] else "",
    )
    return [prose(text)]


def _weeks(view: RunView) -> Block | None:
    chance = view.run.table("reception_chance").sort("date")
    if chance.is_empty():
        return None
    census = view.run.table("reception").filter(pl.col("item") == "census")
    wide = {(r["date"], round(r["quantile"], 2)): r["value"] for r in census.to_dicts()}
    columns = [
        named_column("week", say("reception_week"), "date"),
        named_column("census", say("reception_census"), "number3"),
        *_ends(),
        named_column("above", say("reception_above"), "percent"),
        named_column("ever", say("reception_ever"), "percent"),
        named_column("extra", say("reception_extra"), "number"),
    ]
    rows = [
        {"week": r["date"], "census": wide.get((r["date"], 0.5)), "low": wide.get((r["date"], 0.1)),
         "high": wide.get((r["date"], 0.9)), "above": r["above"], "ever": r["ever"], "extra": r["extra"]}
        for r in chance.to_dicts()
    ]  # fmt: skip
    return {**table_block("reception_chance", say("reception_weeks"), columns, rows), "open": True}


def _levers(view: RunView, row: dict[str, Any]) -> Block | None:
    levers = view.run.table("reception_levers")
    if levers.is_empty():
        return None
    columns = [
        named_column("lever", say("reception_lever")),
        named_column("change", say("reception_change"), "number3"),
        *_ends(),
        named_column("chance", say("reception_ever"), "percent"),
        named_column("extra", say("reception_extra"), "number"),
        named_column("cost", say("reception_cost_change"), "number3"),
    ]
    found = levers.to_dicts()
    rows = [
        {"lever": _name(r), "change": r["census_change"], "low": r["census_change_low"], "high": r["census_change_high"],
         "chance": r["chance"], "extra": r["extra_beds"],
         "cost": None if r["cost_change"] is None else r["cost_change"] / MILLION}
        for r in found
    ]  # fmt: skip
    bars = [bar(_name(r), r["census_change"], r["census_change_low"], r["census_change_high"]) for r in found]
    reading = say(
        "reception_levers_reading",
        by=lambda lang: day(row["by"], lang),
        base=lambda lang: _expected(view, row, lang),
    )
    return bar_chart("reception_levers", say("reception_levers"), reading, bars, table(columns, rows),
                     source=say("reception_source"), query={"table": "reception_levers", "where": {}})  # fmt: skip


def _expected(view: RunView, row: dict[str, Any], lang: Lang) -> str:
    """The median census on the day that the answer is about, before any measure of the list."""
    rows = view.run.table("reception").filter((pl.col("item") == "census") & (pl.col("date") <= row["by"]))
    rows = rows.filter((pl.col("quantile") - 0.5).abs() < 1e-9).sort("date")
    return rounded(rows["value"][-1], lang) if rows.height else "–"


def _bill(view: RunView) -> Block | None:
    years = view.run.table("reception_budget").filter(pl.col("part") == "total")
    if years.is_empty():
        return None
    columns = [
        named_column("year", say("reception_year"), "text"),
        named_column("median", say("reception_bill"), "number3"),
        *_ends(),
        named_column("own", say("reception_own"), "number3"),
        named_column("covered", say("reception_covered"), "percent"),
    ]
    rows = []
    for (year,), group in years.group_by("fiscal_year", maintain_order=True):
        q = {round(r["quantile"], 2): r["value"] / MILLION for r in group.to_dicts()}
        first = group.to_dicts()[0]
        own = None if first["reimbursed"] is None else q[0.5] * (1.0 - first["reimbursed"])
        rows.append({"year": dict.fromkeys(LANGS, str(year)), "median": q[0.5], "low": q[0.1], "high": q[0.9],
                     "own": own, "covered": first["covered"]})  # fmt: skip
    return {**table_block("reception_budget", say("reception_bill_title"), columns, rows), "open": True}


def _identified(view: RunView) -> Block | None:
    found = view.run.table("reception_identified").to_dicts()
    if not found:
        return None
    known = [r for r in found if r["identified"]]
    items = [
        say(
            "reception_told" if r["identified"] else "reception_assumed",
            quantity=(word("reception_quantity", r["quantity"])),
            household=f" ({r['household']})" if r["household"] else "",
            low=lambda lang, r=r: number(r["low"], lang, 2 if abs(r["high"]) < 10 else 0),
            high=lambda lang, r=r: number(r["high"], lang, 2 if abs(r["high"]) < 10 else 0),
            unit=(word("reception_unit", r["unit"])),
        )
        for r in [*known, *(r for r in found if not r["identified"])]
    ]
    return bullet_list(say("reception_identified"), say("reception_identified_intro"), items)
