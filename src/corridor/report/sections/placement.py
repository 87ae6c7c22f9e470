"""A placement to share: where people go, prices of scarce capacities, groups and sites, what fairness costs."""

from __future__ import annotations

from corridor.report.blocks import Block, named_column, prose, table_block
from corridor.report.messages import say
from corridor.report.sections.base import RunView
from corridor.text import LANGS, number, percent


class Placement:
    """Tables of sites and groups; single households are in no table of a run folder."""

    id = "placement"
    title = say("placement")

    def available(self, view: RunView) -> bool:
        """Whether the run has a placement."""
        return not view.run.table("placement_sites").is_empty()

    def payload(self, view: RunView) -> list[Block]:
        """The result in two sentences, then sites, groups, groups by site, chances."""
        facts = dict(view.run.table("placement_summary").iter_rows())
        text = say(
            "placement_result",
            placed=lambda lang: _shown(facts.get("placed"), lang),
            households=lambda lang: _shown(facts.get("households"), lang),
            left_out=lambda lang: _shown(facts.get("left_out"), lang),
            unplaceable=lambda lang: _shown(facts.get("unplaceable"), lang),
            gap=lambda lang: percent(facts.get("gap") or 0.0, lang, 2),
        )
        blocks = [prose(say("placement_intro")), prose(text)]
        if facts.get("cost_floor") is not None:
            floor = percent(facts["cost_floor"], "en", 2), percent(facts["cost_floor"], "es", 2)
            blocks.append(prose(say("placement_floor", cost=dict(zip(LANGS, floor, strict=True)))))
        return [*blocks, *(block for name in TABLES if (block := _table(view, name)) is not None)]


TABLES = {
    "placement_sites": ("name:text", "capacity:text", "places:number", "taken:number", "free:number", "price:number3",
                        "households:number", "mean_score:number3"),
    "placement_groups": ("group:text", "households:number", "people:number", "placed:number", "mean_score:number3",
                         "share_of_attainable:percent"),
    "placement_groups_by_site": ("group:text", "site:text", "households:number", "people:number",
                                 "mean_score:number3"),
    "placement_chances": ("households_with_chances:text", "places_with_chances:text", "share:percent",
                          "even_share:percent"),
}  # fmt: skip


def _shown(value: float | None, lang: str) -> str:
    return "<10" if value is None else number(value, lang)  # pyrefly: ignore  # a language by name


def _table(view: RunView, name: str) -> Block | None:
    found = view.run.table(name)
    if found.is_empty():
        return None
    kinds = dict(text.split(":") for text in TABLES[name])
    columns = [named_column(key, say(f"placement_{key}"), kind) for key, kind in kinds.items()]
    rows = [
        {key: dict.fromkeys(LANGS, str(row[key])) if kinds[key] == "text" else row[key] for key in kinds}
        for row in found.to_dicts()
    ]
    return {**table_block(name, say(f"{name}_title"), columns, rows), "open": name == "placement_sites"}
