"""Effect cards: a number with its interval, one sentence, and the checks that it passed or failed."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.report.blocks import line_chart
from corridor.report.messages import Text, plain, say
from corridor.report.sections.base import Block, RunView, column, prose, shown_count, table_block
from corridor.text import LANGS, by_lang, day, word

_VERDICTS = {"clear": "supported", "fragile": "cannot_be_told", "cannot be told": "cannot_be_told"}
"""How a conclusion is drawn: as the verdict of a statement that the measure had an effect."""


class Effects:
    """What happened after measures began, compared with the count expected from the months before."""

    id = "effects"
    title = say("effects")

    def available(self, view: RunView) -> bool:
        """Whether effects were estimated."""
        return view.run.has("effects")

    def payload(self, view: RunView) -> list[Block]:
        """One card per effect, and the table by month."""
        table = view.run.table("effects")
        heads = table.filter(pl.col("kind") == "headline").iter_rows(named=True)
        cards = [_card(view, row) for row in heads]
        rows = [
            {**row, "observed": shown_count(row, "observed"), "measure": _both(row, "name"), "series": _both(row, "series_name"),
             "kind": say(f"effects_{row['kind']}")}
            for row in table.iter_rows(named=True)
        ]  # fmt: skip
        columns = [
            column("measure"), column("series"), column("kind"), column("first", "month"),
            column("last", "month"), column("observed", "count"), column("expected", "number3"),
            column("effect", "percent"), column("low_95", "percent"), column("high_95", "percent"),
        ]  # fmt: skip
        return [
            {"type": "claims", "claims": cards},
            *_charts(view, table),
            prose(say("effects_intro")),
            table_block("effects", say("effects_all"), columns, rows),
        ]


def _charts(view: RunView, table: pl.DataFrame) -> list[Block]:
    """For each effect with two months or more: what was counted, and what the months before led one to expect."""
    charts = []
    for (effect,), rows in table.filter(pl.col("kind") == "month").group_by("effect_id", maintain_order=True):
        mine = rows.sort("first")
        if mine.height > 1:
            charts.append(_chart(view, str(effect), list(mine.iter_rows(named=True))))
    return charts


def _chart(view: RunView, effect: str, rows: list[dict[str, Any]]) -> Block:
    """The interval of what was expected is that of the effect, turned around: counted / (1 + effect)."""
    first = rows[0]
    counted = [(row["first"], shown_count(row, "observed"), True) for row in rows]
    line = {
        "id": effect,
        "label": _both(first, "series_name"),
        "observed": counted,
        "forecast": [
            (row["first"], _expected(row, "high_95"), row["expected"], _expected(row, "low_95"))
            for row in rows
        ],
    }
    title = {lang: f"{_both(first, 'series_name')[lang]}: {_both(first, 'name')[lang]}" for lang in LANGS}
    return line_chart(
        f"effect-{plain(effect)}".replace("_", "-"), title, say("effects_chart"), [line], as_of=first["date"], source=view.source(first["series"]),
        query={"table": "effects", "where": {"effect_id": effect}},
    )  # fmt: skip


def _expected(row: dict[str, Any], bound: str) -> float:
    """A bound of what was expected, from that of the effect; the center where there is none."""
    if row["observed"] is None or row[bound] is None or row[bound] <= -1:
        return float(row["expected"])
    return float(row["observed"] / (1 + row[bound]))


def _card(view: RunView, row: dict[str, Any]) -> dict[str, Any]:
    checks = view.run.table("effect_checks").filter(pl.col("effect_id") == row["effect_id"])
    when = {lang: day(row["date"], lang) for lang in LANGS}
    return {
        "id": row["effect_id"],
        "statement": _both(row, "name"),
        "said": say("effects_from", series=_both(row, "series_name"), date=when),
        "verdict": _VERDICTS.get(row["conclusion"], "cannot_be_told"),
        "verdict_label": by_lang(word("effects.conclusion", row["conclusion"])),
        "sentence": _both(row, "sentence"),
        "facts": [_fact(check) for check in checks.iter_rows(named=True)],
    }


def _fact(check: dict[str, Any]) -> dict[str, Text]:
    name, outcome = (
        by_lang(word("effects.check", check["check"])),
        by_lang(word("effects.outcome", check["outcome"])),
    )
    return {"label": say("effects_check", name=name, outcome=outcome), "text": _both(check, "sentence")}


def _both(row: dict[str, Any], key: str) -> Text:
    return {"en": row[key], "es": row[f"{key}_es"] or row[key]}
