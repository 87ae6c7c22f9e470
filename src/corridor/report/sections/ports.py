"""Ports of entry: officer hours and trucks by field office, all of them assumed."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.report.messages import Text, say
from corridor.report.sections.base import Block, RunView, column, switch, table_block
from corridor.text import LANGS, rounded

ITEMS = ("hours_processing", "hours_left", "trucks_not_crossed")
SHOWN = (0.1, 0.5, 0.9)


class Ports:
    """Hours for people, hours left, trucks that did not cross."""

    id = "ports"
    title = say("ports_title")

    def available(self, view: RunView) -> bool:
        """Whether the run has ports with hours."""
        return view.run.has("ports")

    def payload(self, view: RunView) -> list[Block]:
        """Of the scenario that the reader chooses: a table by field office and month."""
        table = view.run.table("ports")
        columns = [column("month", "month"), column("port")]
        columns += [column(item, "interval", label=view.name(item)) for item in ITEMS]
        parts: dict[str, list[Block]] = {}
        for scenario in table["scenario"].unique(maintain_order=True):
            rows = _rows(view, table.filter(pl.col("scenario") == scenario))
            parts[scenario] = [
                {
                    **table_block("ports", say("ports_table"), columns, rows),
                    "reading": say("ports_reading"),
                    "group": "port",
                    "assumed": True,
                    "open": True,
                    "query": {"table": "ports", "where": {"scenario": scenario}},
                }
            ]
        return [switch(view, "ports", parts)]


def _rows(view: RunView, mine: pl.DataFrame) -> list[dict[str, Any]]:
    shown = mine.filter(pl.col("quantile").round(4).is_in(list(SHOWN)) & pl.col("item").is_in(list(ITEMS)))
    levels = {
        (port, month, item, round(q, 4)): value
        for port, month, item, q, value in shown.select(
            "port", "month", "item", "quantile", "value"
        ).iter_rows()
    }
    keys = dict.fromkeys((port, month) for port, month, _, _ in levels)
    return [
        {"port": view.name(port), "month": month}
        | {item: _range([levels[port, month, item, q] for q in SHOWN]) for item in ITEMS
           if (port, month, item, 0.5) in levels}
        for port, month in keys
    ]  # fmt: skip


def _range(values: list[float]) -> Text:
    """Median and 80 % interval in words."""
    low, middle, high = values
    return {lang: f"{rounded(middle, lang)} ({rounded(low, lang)} – {rounded(high, lang)})" for lang in LANGS}
