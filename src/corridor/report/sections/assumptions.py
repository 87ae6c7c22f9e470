"""What the forecast rests on: how far each parameter moves the headline over its range, and the table of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.report.messages import Text, Value, say, word
from corridor.report.sections.base import Block, RunView, column, table_block
from corridor.text import LANGS, Lang, by_lang, nationality, percent, rounded

SHOWN = 12
"""Bars of the tornado."""
SHOCKS = "departure_sd_common"
"""The parameter whose ends are those of 90 % of futures; no bar, but a sentence."""
Row = Mapping[str, Any]


class Parameters:
    """Every parameter with value, range, unit and source, the most influential first."""

    id = "parameters"
    title = say("parameters")

    def available(self, view: RunView) -> bool:
        """Whether the run lists parameters."""
        return view.run.has("parameters")

    def payload(self, view: RunView) -> list[Block]:
        """A tornado of the most influential, and the table of all."""
        places = {row["target"]: row for row in view.run.table("targets").iter_rows(named=True)}
        rows = [row | places.get(row["target"], {}) for row in _by_influence(view).iter_rows(named=True)]
        columns = [
            column("parameter"), column("target"), column("group"), column("value", "number3"),
            column("low", "number3"), column("high", "number3"), column("unit"),
            column("assumed", "flag"), column("influence", "number3"), column("source"),
        ]  # fmt: skip
        told = [
            {
                **row,
                "parameter": word("parameter", row["parameter"]),
                "target": target_words(view, row),
                "group": group_words(row["group"]),
                "unit": word("unit", row["unit"]),
                "source": view.words(row["source"]),
            }
            for row in rows
        ]
        return [*_tornado(view, rows), table_block("parameters", say("parameters_all"), columns, told)]


def _by_influence(view: RunView) -> pl.DataFrame:
    table = view.run.table("parameters")
    return table.sort("influence", descending=True, nulls_last=True, maintain_order=True)


def _tornado(view: RunView, rows: list[dict[str, Any]]) -> list[Block]:
    ends = {(r["parameter"], r["target"]): r for r in view.run.table("influence").iter_rows(named=True)}
    tried = [
        _bar(view, row, end)
        for row in rows
        if row["parameter"] != SHOCKS and (end := ends.get((row["parameter"], row["target"])))
    ]
    if not tried:
        return []
    columns = [
        column("label", label=say("col_parameter")), column("target"), column("value", "number3"),
        column("low", "number3"), column("high", "number3"), column("unit"),
        column("at_low", "percent2"), column("at_high", "percent2"), column("assumed", "flag"), column("source"),
    ]  # fmt: skip
    item = next(iter(ends.values()))["item"]
    return [
        {
            "type": "tornado",
            "id": "influence",
            "title": say("parameters_title", label=view.name(item)),
            "reading": _reading(view, rows, tried, ends.get((SHOCKS, ""))),
            "rows": tried[:SHOWN],
            "table": {"columns": columns, "rows": tried},
            "source": view.source(simulated=True),
            "query": {"table": "influence", "where": {}},
        }
    ]


def _bar(view: RunView, row: Row, end: Row) -> dict[str, Any]:
    kept = ("value", "low", "high", "assumed")
    return {
        "label": name_of(view, row, end), "target": target_words(view, {**row, **end}), **{key: row[key] for key in kept},
        "unit": word("unit", row["unit"]), "source": view.words(row["source"]), "raw_unit": row["unit"],
        "at_low": end["at_low"], "at_high": end["at_high"],
    }  # fmt: skip


def name_of(view: RunView, row: Row, end: Row) -> Text:
    """A parameter in words: where it acts, on whom, and what it is."""
    target, kind = target_words(view, {**row, **end}), word("parameter", row["parameter"])
    return {lang: ": ".join(filter(None, (target[lang], kind[lang]))) for lang in LANGS}


def target_words(view: RunView, row: Row) -> Text:
    """Where a parameter acts: places and the kind of step, a measure's lever, or a kind and its zone; its target's id
    where the run's tables tell nothing of it (an older run has no ``targets``)."""
    target = row["target"] or ""
    start, finish = (view.place(row[key]) if row.get(key) else None for key in ("from_place", "to_place"))
    parts = [start] if start else []
    if start and finish and start != finish:
        parts = [{lang: f"{start[lang]} → {finish[lang]}" for lang in LANGS}]
    if row.get("kind"):
        parts.append(_coded(row["kind"], "way", "state"))
    if not parts and target in view.labels:
        return view.name(target)
    if not parts and target:
        kind, _, zone = target.partition(", ")
        parts = [_coded(kind, "levername", "way"), *([word("zone", zone)] if zone else [])]
    return {lang: ", ".join(part[lang] for part in parts) for lang in LANGS}


def _coded(code: str, *families: str) -> Text:
    """A code in the words of the first family that knows it; itself where none does."""
    known = (word(family, code) for family in families)
    return next((text for text in known if text["en"] != code), dict.fromkeys(LANGS, code))


def group_words(group: str) -> Text:
    """``MEX.single +7`` in words: nationality, household, and how many more rows share the parameter."""
    name, _, more = (group or "").partition(" +")
    parts = []
    for code in filter(None, name.split(".")):
        found = by_lang(nationality(code))
        parts.append(found if found["en"] != code else word("household", code))
    if more:
        parts.append(say("and_more" if parts else "rows_more", count=more))
    return {lang: ", ".join(part[lang] for part in parts) for lang in LANGS}


def _reading(
    view: RunView, rows: list[dict[str, Any]], tried: list[dict[str, Any]], shocks: Row | None
) -> Text:
    """Which assumption moves the headline most, what the ups and downs of departures do, how many are assumed."""
    top = next((bar for bar in tried if bar["assumed"]), None)
    parts = []
    if top is not None:
        parts.append(
            say(
                "tornado_top",
                top=top["label"],
                least=lambda lang: _value(top["low"], top["raw_unit"], lang),
                most=lambda lang: _value(top["high"], top["raw_unit"], lang),
                **_span(top),
            )
        )
    if shocks is not None:
        parts.append(say("tornado_shocks", **_span(shocks)))
    assumed = sum(bool(row["assumed"]) for row in rows)
    parts.append(say("tornado_count", count=str(len(rows)), assumed=str(assumed)))
    return {lang: " ".join(part[lang] for part in parts) for lang in LANGS}


def _value(value: float, unit: str, lang: Lang) -> str:
    """A value of a parameter with its unit; shares and probabilities in percent."""
    parts = unit.partition("share")[1] or unit.partition("probability")[1]
    shown = percent(value, lang, 0 if value >= 0.01 else 1) if parts else rounded(value, lang)
    return shown if unit in ("", "share") else f"{shown} {word('unit', unit)[lang]}"


def _span(end: Row) -> dict[str, Value]:
    low, high = sorted((end["at_low"], end["at_high"]))
    return {"low": lambda lang: _change(low, lang), "high": lambda lang: _change(high, lang)}


def _change(share: float, lang: Lang) -> str:
    """A relative change with its sign; two decimals below one percent."""
    return percent(share, lang, 0 if abs(share) >= 0.1 else 1 if abs(share) >= 0.01 else 2, sign=True)
