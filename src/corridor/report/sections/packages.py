"""What can be agreed: packages of measures as each party sees them, from results of ``corridor explore``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.report.blocks import bullet_list, named_column, table
from corridor.report.messages import Text, say, word
from corridor.report.sections.base import Block, RunView, prose, table_block
from corridor.text import LANGS, number, percent, rounded

Row = Mapping[str, Any]
BESIDE = ("deaths", "waiting", "nights_without_bed", "shelter_cost", "detention_cost")
"""Outcomes that stand beside every package."""
MOST_GROUPS = 4
LEAST_INDEX = 0.02
"""Groups with a lower total index are not named."""


class Packages:
    """Packages as rows, parties as columns; demands with their sources; what the conclusions rest on."""

    id = "packages"
    title = say("packages")

    def available(self, view: RunView) -> bool:
        """Whether packages were explored."""
        return view.run.has("packages") and view.run.has("package_parties")

    def payload(self, view: RunView) -> list[Block]:
        """The section's blocks, hindsight last."""
        found = _Result(view)
        blocks = [
            prose(say("packages_intro", command=found.command)),
            _matrix(found, later=False),
            _tradeoff(found),
        ]
        blocks += [_agreed(found), *_closest(found), _demands(found), *_contradictions(found), *_cards(found)]
        blocks += [*_drivers(found), *_hindsight(found), _search(found)]
        return blocks


class _Result:
    """The tables of a result, looked up by package, party and outcome."""

    def __init__(self, view: RunView) -> None:
        self.view = view
        self.run = view.run
        self.parties = _first(self.run.table("parties"), "party")
        self.texts = {row["statement"]: row for row in self.rows("parties") if row["kind"] == "demand"}
        self.views = {(row["package"], row["party"]): row for row in self.rows("package_parties")}
        self.outcomes = {(row["package"], row["outcome"]): row for row in self.rows("package_outcomes")}
        self.named = _first(self.run.table("package_outcomes"), "outcome")
        merged = [row for row in self.rows("package_search") if row["seed"] is None]
        self.merged: Row = merged[0] if merged else {}
        self.command = str(self.merged.get("command") or "corridor explore")

    def rows(self, name: str) -> list[dict[str, Any]]:
        return list(self.run.table(name).iter_rows(named=True))

    def packages(self, *, later: bool) -> list[dict[str, Any]]:
        return [row for row in self.rows("packages") if bool(row["later"]) is later]

    def label(self, package: str) -> Text:
        """The package's id, with the name of the scenario that it is."""
        row = next((r for r in self.rows("packages") if r["package"] == package), None)
        scenario = row["scenario"] if row else ""
        if not scenario:
            return dict.fromkeys(LANGS, package)
        name = self.view.name(scenario)
        return name if scenario == package else {lang: f"{package} ({name[lang]})" for lang in LANGS}

    def party(self, party: str) -> Text:
        return _both(self.parties[party], "name")

    def outcome(self, outcome: str) -> Text:
        return _both(self.named[outcome], "name")


def _column(key: str, kind: str = "text") -> dict[str, Any]:
    return named_column(key, say(f"packages_col_{key}"), kind)


def _first(frame: pl.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row[key], row)
    return found


def _both(row: Row, key: str) -> Text:
    return {"en": row[key] or "", "es": row[f"{key}_es"] or row[key] or ""}


# -- the table one can talk over -------------------------------------------------------------------------------


def _matrix(found: _Result, *, later: bool) -> Block:
    packages = found.packages(later=later)
    stated = [
        party for party in found.parties if any((row["package"], party) in found.views for row in packages)
    ]
    beside = [name for name in BESIDE if name in found.named]
    rows = [
        {
            "label": found.label(row["package"]),
            "count": say("packages_count", count=str(len(_measures(found, row["package"])))),
            "measures": [_measure(m) for m in _measures(found, row["package"])],
            "moves": None if later or found.run.levers is None else _moves(_measures(found, row["package"])),
            "cells": [_cell(found, row["package"], party) for party in stated],
            "beside": [_change(found, row["package"], name) for name in beside],
        }
        for row in packages
    ]
    heads = [_head(found, name) for name in beside]
    columns = [_column("package"), *[named_column(p, found.party(p)) for p in stated],
               *[named_column(name, head) for name, head in zip(beside, heads, strict=True)]]  # fmt: skip
    flat = [
        {"package": row["label"], **{p: _flat(c) for p, c in zip(stated, row["cells"], strict=True)},
         **dict(zip(beside, row["beside"], strict=True))}
        for row in rows
    ]  # fmt: skip
    return {
        "type": "packages", "id": "packages-later" if later else "packages",
        "title": say("packages_hindsight" if later else "packages_table"),
        "reading": say("packages_hindsight_reading")
        if later
        else say("packages_reading", count=str(len(packages))),
        "legend": say("packages_legend", members=str(found.merged.get("members") or ""), bases=_bases(found, beside)),
        "first": say("packages_col_package"), "parties": [found.party(p) for p in stated], "beside": heads, "rows": rows,
        "move": say("packages_move"), "table": table(columns, flat),
        "query": {"table": "package_parties", "where": {}},
    }  # fmt: skip


def _measures(found: _Result, package: str) -> list[dict[str, Any]]:
    return [row for row in found.rows("package_measures") if row["package"] == package]


def _measure(row: Row) -> Text:
    key = "packages_lifted" if row["lifted"] else "packages_half" if row["level"] < 1 else "packages_whole"
    return say(key, name=_both(row, "name"), grade=word("grade", row["grade"]))


def _moves(measures: Sequence[Row]) -> str:
    """The package as the page's levers have it in their address."""
    return ";".join(
        f"{m['element']}~{0 if m['lifted'] else 1}~{m['start'].isoformat()}~~{m['strength']:.10g}"
        for m in measures
    )


def _cell(found: _Result, package: str, party: str) -> dict[str, Any] | None:
    row = found.views.get((package, party))
    if row is None:
        return None
    counts = {name: str(row[name]) for name in ("met", "broken", "open")}
    chance = row["chance"]
    assumed = row["assumed"]
    text = None if chance is None else say(
        "packages_chance", chance={lang: percent(chance, lang) for lang in LANGS},
        error={lang: number(100 * row["error"], lang, 0) for lang in LANGS},
    )  # fmt: skip
    grade = None if assumed is None else say(
        "packages_rests", assumed={lang: percent(assumed, lang) for lang in LANGS}, grade=word("grade", row["grade"])
    )  # fmt: skip
    return {
        "chance": chance, "text": text or say("packages_no_indicator"), "demands": say("packages_demands", **counts),
        "grade": grade, "assumed": bool(assumed is not None and assumed > 0.5),
        "accepts": say("packages_accepts" if row["may_accept"] else "packages_not_yet"),
    }  # fmt: skip


def _flat(cell: Mapping[str, Any] | None) -> Text:
    if cell is None:
        return dict.fromkeys(LANGS, "")
    parts = [cell["text"], cell["demands"], *([cell["grade"]] if cell["grade"] else []), cell["accepts"]]
    return {lang: "; ".join(part[lang] for part in parts) for lang in LANGS}


def _bases(found: _Result, outcomes: Sequence[str]) -> Text:
    """Medians without an agreement, from which the changes of the outcomes are counted."""
    known = [
        (found.outcome(name), found.named[name])
        for name in outcomes
        if found.named[name]["without"] is not None
    ]
    return {
        lang: "; ".join(
            f"{name[lang]} {rounded(row['without'], lang)} {_unit(row['unit'])[lang]}" for name, row in known
        )
        for lang in LANGS
    }


def _head(found: _Result, outcome: str) -> Text:
    name, unit = found.outcome(outcome), _unit(found.named[outcome]["unit"])
    return {lang: f"{name[lang]} ({unit[lang]})" for lang in LANGS}


def _unit(unit: str) -> Text:
    return word("packages_unit", unit)


def _change(found: _Result, package: str, outcome: str) -> Text:
    row = found.outcomes.get((package, outcome))
    if row is None:
        return dict.fromkeys(LANGS, "")
    return {
        lang: f"{_signed(row['median'], lang)} ({_signed(row['low'], lang)} … {_signed(row['high'], lang)})"
        for lang in LANGS
    }


def _signed(value: float, lang: Any) -> str:
    sign = "+" if value > 0 else ""
    return f"{sign}{rounded(value, lang)}"


def _tradeoff(found: _Result) -> Block:
    shown = [name for name, row in found.named.items() if row["role"] != "named"]
    packages = found.packages(later=False)
    items = [
        {"id": name, "label": found.outcome(name), "unit": _unit(found.named[name]["unit"])} for name in shown
    ]
    points = [
        {
            "label": dict.fromkeys(LANGS, row["package"]), "accepted": row["accepted"],
            "values": {
                name: [found.outcomes[row["package"], name][key] for key in ("low", "median", "high")] for name in shown
            },
        }
        for row in packages
    ]  # fmt: skip
    columns = [_column("package"), *[named_column(name, _head(found, name)) for name in shown]]
    rows = [
        {
            "package": found.label(row["package"]),
            **{name: _change(found, row["package"], name) for name in shown},
        }
        for row in packages
    ]
    return {
        "type": "tradeoff", "id": "packages-tradeoff", "title": say("packages_tradeoff"),
        "reading": say("packages_tradeoff_reading", bases=_bases(found, shown)), "items": items, "points": points, "across": say("packages_across"),
        "up": say("packages_up"), "accepted": say("packages_accepted"), "others": say("packages_others"),
        "table": table(columns, rows), "source": found.view.source(simulated=True),
        "query": {"table": "package_outcomes", "where": {}},
    }  # fmt: skip


def _agreed(found: _Result) -> Block:
    accepted = [row["package"] for row in found.packages(later=False) if row["accepted"]]
    if not accepted:
        return bullet_list(say("packages_agreed"), say("packages_agreed_none"), [])
    held = [{m["element"]: _both(m, "name") for m in _measures(found, package)} for package in accepted]
    common = [text for name, text in held[0].items() if all(name in other for other in held)]
    intro = say("packages_agreed_intro", packages=", ".join(accepted), count=str(len(common)))
    return bullet_list(say("packages_agreed"), intro, common)


def _closest(found: _Result) -> list[Block]:
    rows = [
        {
            "package": found.label(row["package"]), "party": found.party(row["party"]),
            "demand": _both(found.texts[row["demand"]], "text"), "verdict": say(f"packages_verdict_{row['verdict']}"),
            "closest": found.label(row["closest"]) if row["closest"] else say("packages_no_closest"),
            "changes": row["changes"],
        }
        for row in found.rows("package_demands")
        if row["verdict"] != "met" and row["demand"] in found.texts
        and any(p["package"] == row["package"] for p in found.packages(later=False))
    ]  # fmt: skip
    heads = [_column(name) for name in ("package", "party", "demand", "verdict", "closest")]
    heads.append(_column("changes", "number"))
    block = table_block("package_demands", say("packages_closest"), heads, rows)
    return [{**block, "reading": say("packages_closest_reading"), "group": "package"}] if rows else []


# -- who has said what -------------------------------------------------------------------------------------------


def _demands(found: _Result) -> Block:
    rows = [
        {
            "party": found.party(row["party"]), "kind": say(f"packages_kind_{row['kind']}"), "statement": _said(found, row),
            "known_from": row["known_from"], "later": bool(row["later"]),
            "source": _source(row), "source_grade": word("source", row["source_grade"]) if row["source_grade"] else "",
        }
        for row in found.rows("parties")
    ]  # fmt: skip
    heads = [_column("party"), _column("kind"), _column("statement"), _column("known_from", "date"), _column("later", "flag"),
             _column("source"), _column("source_grade")]  # fmt: skip
    block = table_block("parties", say("packages_said"), heads, rows)
    return {**block, "reading": say("packages_said_reading"), "group": "party", "open": True}


def _said(found: _Result, row: Row) -> Text:
    text = _both(row, "text")
    if row["kind"] == "interest":
        name = (
            found.outcome(row["statement"])
            if row["statement"] in found.named
            else dict.fromkeys(LANGS, row["statement"])
        )
        key = f"packages_wants_{row['direction']}{'_inferred' if row['inferred'] else ''}"
        return say(key, name=name, text=text)
    if row["kind"] == "demand" and not row["measures"]:
        return say("packages_no_measure", text=text)
    return text


def _source(row: Row) -> Text:
    parts = dict.fromkeys(part for part in (row["source"], row["publisher"], row["url"]) if part)
    return dict.fromkeys(LANGS, ". ".join(parts))


def _contradictions(found: _Result) -> list[Block]:
    told: set[frozenset[str]] = set()
    items = []
    for row in found.texts.values():
        for other in filter(None, (row["contradicts"] or "").split(";")):
            pair = frozenset((row["statement"], other))
            if pair not in told and other in found.texts:
                told.add(pair)
                second = found.texts[other]
                items.append(say(
                    "packages_contradiction", party=_both(row, "name"), text=_both(row, "text"),
                    other=_both(second, "name"), other_text=_both(second, "text"),
                ))  # fmt: skip
    return (
        [bullet_list(say("packages_contradictions"), say("packages_contradictions_intro"), items)]
        if items
        else []
    )


# -- what the conclusions rest on ---------------------------------------------------------------------------------


def _cards(found: _Result) -> list[Block]:
    rows = [
        {
            "package": found.label(row["package"]), "other": found.label(row["other"]) if row["other"] else say("packages_none"),
            "party": found.party(row["party"]), "sentence": _both(row, "sentence"),
            "coverage": row["coverage"], "density": row["density"],
        }
        for row in found.rows("package_cards")
        if row["coverage"] is not None
    ]  # fmt: skip
    heads = [_column("package"), _column("other"), _column("party"), _column("sentence"), _column("coverage", "percent"),
             _column("density", "percent")]  # fmt: skip
    block = table_block("package_cards", say("packages_cards"), heads, rows)
    return [{**block, "reading": say("packages_cards_reading"), "group": "package"}] if rows else []


def _drivers(found: _Result) -> list[Block]:
    rows = []
    for outcome in found.named:
        mine = [
            r for r in found.rows("package_drivers") if r["outcome"] == outcome and r["total"] >= LEAST_INDEX
        ]
        for row in sorted(mine, key=lambda r: -r["total"])[:MOST_GROUPS]:
            name = (
                word("levername", row["group"])
                if row["kind"] == "lever"
                else word("packages_block", row["group"])
            )
            rows.append({
                "outcome": found.outcome(outcome), "group": name, "first": row["first"], "total": row["total"],
                "total_error": row["total_error"],
            })  # fmt: skip
    heads = [
        _column("outcome"),
        _column("group"),
        _column("first", "percent"),
        _column("total", "percent"),
        _column("total_error", "percent"),
    ]
    block = table_block("package_drivers", say("packages_drivers"), heads, rows)
    return [{**block, "reading": say("packages_drivers_reading"), "group": "outcome"}] if rows else []


def _hindsight(found: _Result) -> list[Block]:
    return (
        [prose(say("packages_hindsight_intro")), _matrix(found, later=True)]
        if found.packages(later=True)
        else []
    )


def _search(found: _Result) -> Block:
    rows = [
        {
            "seed": say("packages_merged") if row["seed"] is None else dict.fromkeys(LANGS, str(row["seed"])),
            "packages": row["packages"], "front": row["front"], "hypervolume": row["hypervolume"],
        }
        for row in found.rows("package_search")
    ]  # fmt: skip
    heads = [
        _column("seed"),
        _column("packages", "number"),
        _column("front", "number"),
        _column("hypervolume", "percent"),
    ]
    block = table_block("package_search", say("packages_search"), heads, rows)
    return {**block, "reading": say("packages_search_reading", command=found.command)}
