"""The levers: the corridor's mean-field engine runs in the page, and answers as the reader moves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.model import GRADES
from corridor.report.messages import Text, say, word
from corridor.report.sections.base import Block, RunView, prose
from corridor.text import LANGS, day, period

MEMBERS = 40
"""Members that the page runs: those whose draws `corridor.study.engine_draws` puts into ``levers.json``."""
CHARTS = ("total", "waiting", "detention", "census", "deaths")
"""Kinds of items that are drawn; the others stand in the table."""
INTERVAL = (0.1, 0.5, 0.9)
TILES = ("total", "waiting", "deaths", "detention", "census")
"""Kinds of items that have a tile; of the other stocks, those in `ALSO`."""
ALSO = ("custody",)
MOST_TILES = 12
WHO: Mapping[str, tuple[str, ...]] = {
    "mexico": ("mexican_enforcement", "redirect_south", "railways"),
    "border": (
        "ports_closure", "ports_appointments", "asylum_rules", "consequences", "processing_staff",
        "trafficking_inspection", "trade", "waiting",
    ),
    "inside": ("detention_capacity", "repatriation", "adjudication", "work_authorization"),
    "cities": ("shelter_rules", "federal_funding", "city_transport", "coordination"),
    "way": (
        "transit_enforcement", "smuggler_crackdown", "visas", "root_causes_violence", "root_causes_poverty", "response",
    ),
    "lawful": ("legal_pathways", "family_reunification"),
}  # fmt: skip
"""Who acts, by lever; a lever that is not listed stands with those on the way and at home."""


class Levers:
    """A control for every measure, and the central path that answers."""

    id = "levers"
    title = say("levers")

    def available(self, view: RunView) -> bool:
        """Whether the run has the engine's arrays."""
        return view.run.levers is not None

    def payload(self, view: RunView) -> list[Block]:
        """The simulator, and what it is in one paragraph."""
        assert view.run.levers is not None
        return [levers(view, view.run.levers), prose(say("levers_intro"))]


def levers(view: RunView, data: Any) -> Block:
    """The block: the run's arrays, words for every measure and item, the ensembles of unmoved scenarios."""
    costs = _costs(view, data)
    items = [*_items(view, data), *([_cost_item(data)] if costs else [])]
    measures = [_words(view, measure) for measure in data["measures"]]
    acting = {measure["who"] for measure in measures}
    return {
        "type": "levers",
        "id": "levers",
        "data": data,
        "dates": data["months"],
        "scenarios": [{"id": s["id"], "label": view.name(s["id"])} for s in data["scenarios"]],
        "measures": measures,
        "items": items,
        "who": [{"id": who, "label": say(f"sim_who_{who}")} for who in WHO if who in acting],
        "costs": costs,
        "members": _members(view) if data.get("draws") else 0,
        "grades": [{"id": grade, "label": word("grade", grade)} for grade in GRADES],
        "ensembles": {s["id"]: _ensembles(view, s["id"], data, items) for s in data["scenarios"]},
    }


def _members(view: RunView) -> int:
    """Members that the page runs: a run of fewer has no factors of its forecast for the others."""
    made = view.run.manifest.get("parameters", {}).get("members")
    return min(MEMBERS, int(made)) if made else MEMBERS


def _words(view: RunView, measure: Any) -> dict[str, Any]:
    return {
        "name": names_of(measure),
        "who": next((who for who, levers in WHO.items() if measure["lever"] in levers), "way"),
        "unit": word("unit", measure["unit"]),
        "source": view.words(measure.get("source")),
        "actor": view.words(measure.get("actor")),
        "ratio": measure["unit"] == "ratio",
        "share": measure["unit"] == "share",
        "gradeWords": word("grade", measure["grade"]),
        "trigger": {"en": measure["trigger"], "es": measure["trigger_es"]} if measure["trigger"] else None,
    }


def _items(view: RunView, data: Any) -> list[dict[str, Any]]:
    """Series and stocks in the order of the labels, with the period that their one number stands for."""
    months = data["months"]
    last = dt.date.fromisoformat(data["end"])
    known = {one["id"]: ("series", one) for one in data["series"]}
    known |= {one["id"]: ("stocks", one) for one in data["stocks"]}
    found = []
    for item in view.ordered(known):
        table, one = known[item]
        if table == "series" and not one["ahead"]:
            continue
        kind = view.label(item).kind
        when: Text = {lang: day(last, lang) for lang in LANGS}
        if table == "series":
            ends = [months[one["ahead"][0]][:7], months[one["ahead"][-1]][:7]]
            when = {lang: period("/".join(ends), lang) for lang in LANGS}
        found.append(
            {"id": item, "table": table, "label": view.name(item), "period": when, "chart": kind in CHARTS,
             "said": kind in CHARTS, "headline": item == view.headline, "deaths": kind == "deaths",
             "total": kind == "total", "tile": kind in TILES or item in ALSO}
        )  # fmt: skip
    shown = [one["id"] for one in found if one["tile"]][:MOST_TILES]
    return [{**one, "tile": one["id"] in shown} for one in found]


def _costs(view: RunView, data: Any) -> list[dict[str, Any]]:
    """Stocks that cost something a person-day, USD; the mean rate where it changes."""
    known = {one["id"] for one in data["stocks"]}
    table = view.run.table("costs").group_by("item", maintain_order=True).agg(pl.col("value").mean())
    return [{"id": item, "usd": value} for item, value in table.rows() if item in known]


def _cost_item(data: Any) -> dict[str, Any]:
    last = dt.date.fromisoformat(data["end"])
    when: Text = {lang: say("sim_cost_until", date=day(last, lang))[lang] for lang in LANGS}
    return {
        "id": "cost", "table": "", "label": say("sim_cost"), "period": when, "chart": False, "said": False,
        "headline": False, "deaths": False, "total": False, "tile": True,
    }  # fmt: skip


def _ensembles(
    view: RunView, scenario: str, data: Any, items: list[dict[str, Any]]
) -> dict[str, list[float]]:
    """80 % interval and median of the full ensemble of a scenario as it stands, by item."""
    periods, daily = view.run.table("periods"), view.run.table("daily")
    last = dt.date.fromisoformat(data["end"])
    found = {}
    for item in items:
        if item["table"] == "series":
            rows = periods.filter(
                (pl.col("scenario") == scenario) & (pl.col("series") == item["id"]) & (pl.col("place") == "")
                & (pl.col("nationality") == "") & (pl.col("statistic") == "sum")
            )  # fmt: skip
        else:
            rows = daily.filter(
                (pl.col("scenario") == scenario) & (pl.col("item") == item["id"]) & (pl.col("date") == last)
            )
        values = {round(q, 4): v for q, v in rows.select("quantile", "value").rows()}
        if all(q in values for q in INTERVAL):
            found[item["id"]] = [values[q] for q in INTERVAL]
    return found


def names_of(measure: Mapping[str, Any]) -> Text:
    """A measure's name in every language."""
    return {"en": measure["name"], "es": measure["name_es"] or measure["name"]}
