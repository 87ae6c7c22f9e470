"""What the measures would change, and on what that rests; the measures themselves."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.model import GRADES
from corridor.report.messages import Text, plain, say, word
from corridor.report.sections.answer import came, episodes_words, founded_share
from corridor.report.sections.base import Block, RunView, column, prose, switch, table_block
from corridor.report.sections.register import register
from corridor.report.sections.triggers import Triggers, triggers_of
from corridor.text import LANGS, period


class Scenarios:
    """Paired differences between scenarios with their grades."""

    id = "scenarios"
    title = say("scenarios")

    def available(self, view: RunView) -> bool:
        """Whether the run compared scenarios."""
        return view.run.has("differences")

    def payload(self, view: RunView) -> list[Block]:
        """For the scenario that the reader chooses: interval dot plots by unit, directions, grades."""
        table = view.run.table("differences")
        parts: dict[str, list[Block]] = {}
        for scenario, against in table.select("scenario", "against").unique(maintain_order=True).rows():
            mine = table.filter((pl.col("scenario") == scenario) & (pl.col("against") == against))
            rows = _sorted(view, [_row(view, row) for row in mine.iter_rows(named=True)])
            names = {"scenario": view.name(scenario), "against": view.name(against)}
            parts[scenario] = [
                prose(say("scenarios_intro", episodes=episodes_words(view, scenario), **names)),
                *_dots(view, scenario, [row for row in rows if row["founded"] >= 0.5]),
                *_dots(view, scenario, [row for row in rows if row["founded"] < 0.5], assumed=True),
                *_grades(view, scenario),
            ]
        return [switch(view, "scenarios", parts)]


def _row(view: RunView, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "item": row["item"],
        "name": view.name(row["item"]),
        "kind": row["kind"],
        "period": {lang: period(row["period"], lang) for lang in LANGS},
        "unit": row["unit"],
        **{key: row[key] for key in ("low", "median", "high", "chance_lower")},
        "founded": founded_share(view, row["scenario"], row["item"]),
        **{key: row[key] for key in ("without", "with")},
        "came": came(view, row),
    }


def _sorted(view: RunView, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = {item: place for place, item in enumerate(view.ordered(row["item"] for row in rows))}
    return sorted(rows, key=lambda row: order[row["item"]])


def _dots(view: RunView, scenario: str, rows: list[dict[str, Any]], *, assumed: bool = False) -> list[Block]:
    """One plot per unit and kind: people and deaths, totals and means never share a scale.

    Differences that are mostly assumed are hatched, say "if" and have no chance: their sign itself is assumed.
    """
    blocks = []
    for unit, kind in dict.fromkeys((row["unit"], row["kind"]) for row in rows):
        mine = [row for row in rows if (row["unit"], row["kind"]) == (unit, kind)]
        sure = sum(row["low"] > 0 or row["high"] < 0 for row in mine)
        words = word("unit", unit)
        spans = list(dict.fromkeys(row["period"]["en"] for row in mine))
        common = mine[0]["period"] if len(spans) == 1 else None
        for row in mine:
            row["label"] = row["name"] if common else _joined(row["name"], row["period"])
            row["chance_lower"] = None if assumed else row["chance_lower"]
        title = say("dots_if_title" if assumed else "dots_title", unit=words)
        blocks.append(
            {
                "type": "dots",
                "id": plain(f"difference-{scenario}-{unit}-{kind}{'-if' if assumed else ''}").replace(
                    "_", "-"
                ),
                "title": _joined(
                    title, *([word("kind", kind)] if kind else []), *([common] if common else [])
                ),
                "reading": say("dots_if_reading", count=str(len(mine)))
                if assumed
                else say("dots_reading", sure=str(sure), count=str(len(mine))),
                "hatched": assumed,
                "unit": words,
                "rows": mine,
                "source": view.source(simulated=True),
                "query": {
                    "table": "differences",
                    "where": {"scenario": scenario, "unit": unit, "kind": kind},
                },
            }
        )
    return blocks


def _joined(*parts: Text) -> Text:
    return {lang: ", ".join(part[lang] for part in parts) for lang in LANGS}


def _grades(view: RunView, scenario: str) -> list[Block]:
    table = view.run.table("grades").filter(pl.col("scenario") == scenario)
    items = view.ordered(table["item"].unique(maintain_order=True).to_list())
    if not items:
        return []
    rows = []
    for item in items:
        mine = table.filter(pl.col("item") == item)
        share = {row["grade"]: row["share"] for row in mine.iter_rows(named=True)}
        rows.append({"label": view.name(item), **{grade: share.get(grade, 0.0) for grade in GRADES}})
    founded = sum(founded_share(view, scenario, item) >= 0.5 for item in items)
    return [
        {
            "type": "grades",
            "id": f"grades-{scenario}",
            "title": say("grades_title"),
            "reading": say("grades_reading", founded=str(founded), count=str(len(items))),
            "grades": [{"id": grade, "label": word("grade", grade)} for grade in GRADES],
            "rows": rows,
            "source": view.source(simulated=True),
            "query": {"table": "grades", "where": {"scenario": scenario}},
        }
    ]


class Measures:
    """The measures of the scenarios: when, how strong, on what that rests."""

    id = "measures"
    title = say("measures")

    def available(self, view: RunView) -> bool:
        """Whether the run has measures."""
        return view.run.has("measures")

    def payload(self, view: RunView) -> list[Block]:
        """Of the scenario that the reader chooses: a timeline and the table."""
        table = view.run.table("measures")
        parts: dict[str, list[Block]] = {}
        for scenario in table["scenario"].unique(maintain_order=True):
            mine = table.filter(pl.col("scenario") == scenario)
            found = triggers_of(view, scenario)
            rows = [_measure(view, row, found) for row in mine.iter_rows(named=True)]
            assumed = sum(row["grade_id"] == "assumed" for row in rows)
            parts[scenario] = [
                {
                    "type": "timeline",
                    "id": "measures",
                    "title": say("measures_title"),
                    "reading": say("measures_reading", count=str(len(rows)), assumed=str(assumed)),
                    "notes": found.notes(),
                    "rows": rows,
                    "as_of": view.as_of,
                    "source": view.source(simulated=True),
                    "query": {"table": "measures", "where": {"scenario": scenario}},
                },
                table_block("measures", say("measures_all"), _MEASURE_COLUMNS, rows),
            ]
        return [switch(view, "measures", parts), *register(view)]


_MEASURE_COLUMNS = [
    column("measure"),
    column("actor"),
    column("start", "date"),
    column("end", "date"),
    column("trigger"),
    column("strength", "number"),
    column("low", "number"),
    column("high", "number"),
    column("unit"),
    column("grade"),
    column("in_force", "flag"),
    column("source"),
]


def _measure(view: RunView, row: dict[str, Any], triggers: Triggers) -> dict[str, Any]:
    name: Text = {"en": row["name"], "es": row["name_es"] or row["name"]}
    keep = ("start", "end", "strength", "low", "high", "in_force")
    words = {"measure": name, "scenario": view.name(row["scenario"]), "grade": word("grade", row["grade"])}
    return {
        **words,
        "grade_id": row["grade"],
        **{key: row[key] for key in keep},
        "actor": view.words(row["actor"]),
        "unit": word("unit", row["unit"]),
        "source": view.words(row["source"]),
        **triggers.of(row["measure"]),
    }
