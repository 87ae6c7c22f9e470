"""Statements checked, fit in and out of sample, sources and how to repeat the run."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import polars as pl

from corridor.report.assets import licenses
from corridor.report.messages import Text, plain, say, word
from corridor.report.sections.base import Block, RunView, column, prose, table_block
from corridor.text import LANGS, Lang, day, number, percent, period


class Claims:
    """Statements of the time, each with verdict, numbers, coverage and what would change it."""

    id = "claims"
    title = say("claims")

    def available(self, view: RunView) -> bool:
        """Whether statements were checked."""
        return view.run.has("claims")

    def payload(self, view: RunView) -> list[Block]:
        """One card per statement."""
        return [
            {
                "type": "claims",
                "claims": [_claim(view, r) for r in view.run.table("claims").iter_rows(named=True)],
            }
        ]


def _both(row: dict[str, Any], key: str) -> Text:
    return {"en": row[key], "es": row[f"{key}_es"] or row[key]}


def _claim(view: RunView, row: dict[str, Any]) -> dict[str, Any]:
    said_on = row["said_on"]
    when = {lang: day(said_on, lang) for lang in LANGS} if said_on else dict.fromkeys(LANGS, "")
    facts = {
        "claim_numbers": _counts(view, row["values"]),
        "claim_period": {lang: period(row["period"], lang) for lang in LANGS},
        "claim_first": {lang: period(row["first_month"][:7], lang) for lang in LANGS},
        "claim_coverage": _both(row, "coverage"),
        "claim_change": _both(row, "change_it"),
        "claim_sources": view.words(row["sources"]),
    }
    return {
        "id": row["claim"],
        "statement": _both(row, "statement"),
        "said": say("said", who=view.words(row["said_by"]), date=when),
        "verdict": plain(row["verdict"]),
        "verdict_label": word("verdict", row["verdict"]),
        "sentence": _both(row, "sentence"),
        "facts": [{"label": say(key), "text": text} for key, text in facts.items() if text["en"]],
    }


def _counted_name(view: RunView, series: str) -> Text:
    """Name of a series of the run, or the title of the dataset that a statement was checked with."""
    title = word("dataset_title", series)
    return view.name(series) if series in view.labels or title["en"] == series else title


_COUNT = re.compile(r"(\S+) (\d{4}(?:-\d\d){0,2}): (.+)")


def _counts(view: RunView, values: str) -> Text:
    """The counts of a verdict: ``us_total 2023-12: 301981`` in words."""
    parts = [_COUNT.fullmatch(part) for part in values.split("; ")]
    if not all(parts):
        return dict.fromkeys(LANGS, values)
    return {
        lang: "; ".join(
            f"{_counted_name(view, found[1])[lang]}, {_when(found[2], lang)}: {_count(found[3], lang)}"
            for found in parts
            if found
        )
        for lang in LANGS
    }


def _when(text: str, lang: Lang) -> str:
    return day(dt.date.fromisoformat(text), lang) if len(text) == len("2023-12-31") else period(text, lang)


def _count(text: str, lang: Lang) -> str:
    return number(float(text), lang) if text.replace(".", "", 1).isdigit() else text


class Fit:
    """In sample beside out of sample, per counting point and metric."""

    id = "fit"
    title = say("fit")

    def available(self, view: RunView) -> bool:
        """Whether a fit was measured out of sample: an in-sample fit is never shown alone."""
        return "out_of_sample" in view.fit["line"]

    def payload(self, view: RunView) -> list[Block]:
        """A dot plot per metric, and the whole table."""
        table = view.fit
        blocks: list[Block] = [prose(say("fit_intro"))]
        for metric in table["metric"].unique(maintain_order=True):
            rows = table.filter(pl.col("metric") == metric)
            if "out_of_sample" in rows["line"]:
                blocks.append(_fit_plot(view, metric, rows))
        rows = [
            {**row, "counting_point": point_name(view, row["counting_point"]), "line": word("fit", row["line"]),
             "metric": word("metric", row["metric"])}
            for row in table.iter_rows(named=True)
        ]  # fmt: skip
        columns = [
            column("counting_point"), column("line"), column("metric"),
            column("value", "number3"), column("reference", "number3"), column("months", "number"),
        ]  # fmt: skip
        return [*blocks, table_block("fit", say("fit_all"), columns, rows)]


def point_name(view: RunView, point: str) -> Text:
    """A counting point's name; one whose forecasts were scored by nationality says so."""
    whole = point.removesuffix("_ten")
    return view.name(point) if whole == point else say("fit_ten", label=view.name(whole))


def _fit_plot(view: RunView, metric: str, table: pl.DataFrame) -> Block:
    rows = []
    for point in view.ordered(table["counting_point"].unique(maintain_order=True).to_list()):
        mine = {r["line"]: r for r in table.filter(pl.col("counting_point") == point).iter_rows(named=True)}
        outside = mine.get("out_of_sample", {})
        rows.append(
            {
                "label": point_name(view, point),
                "in_sample": mine.get("in_sample", {}).get("value"),
                "out_of_sample": outside.get("value"),
                "reference": outside.get("reference"),
            }
        )
    share = "wis" not in metric.split("_")
    return {
        "type": "fit",
        "id": f"fit-{metric}",
        "title": word("metric", metric),
        "reading": _fit_reading(rows, share),
        "share": share,
        "rows": rows,
        "source": view.source(simulated=True),
        "query": {"table": "fit", "where": {"metric": metric}},
    }


def _fit_reading(rows: list[dict[str, Any]], share: bool) -> Text:
    values = {
        key: pl.Series([row[key] for row in rows if row[key] is not None], dtype=pl.Float64).median()
        for key in ("in_sample", "out_of_sample")
    }

    def shown(key: str) -> Text:
        value = values[key]
        if not isinstance(value, float):
            return dict.fromkeys(LANGS, "–")
        return {lang: percent(value, lang, 1) if share else number(value, lang, 2) for lang in LANGS}

    if values["in_sample"] is None:
        return say("fit_reading_outside", outside=shown("out_of_sample"))
    return say("fit_reading", inside=shown("in_sample"), outside=shown("out_of_sample"))


class Sources:
    """Sources and licenses, how to cite, the command to repeat, the manifest, the software's licenses."""

    id = "sources"
    title = say("sources")

    def available(self, view: RunView) -> bool:
        """Always: a report says how to repeat it."""
        return True

    def payload(self, view: RunView) -> list[Block]:
        """Tables and texts."""
        manifest = view.run.manifest
        blocks = [*_source_table(view), {"type": "text", "title": say("cite"), "text": _citation(view)}]
        if manifest.get("license"):
            license_text = dict.fromkeys(LANGS, str(manifest["license"]))
            blocks.append({"type": "text", "title": say("data_license"), "text": license_text})
        if manifest.get("command"):
            blocks.append({"type": "code", "title": say("repeat"), "code": str(manifest["command"])})
        full = json.dumps(dict(manifest), indent=2, sort_keys=True, default=str, ensure_ascii=False)
        blocks.append({"type": "code", "title": say("manifest"), "code": full, "closed": True})
        blocks.append({"type": "code", "title": say("software"), "code": licenses(), "closed": True})
        return blocks


def _source_table(view: RunView) -> list[Block]:
    rows = [
        {
            **row,
            **{
                name: view.words(row[name])
                for name in ("title", "publisher", "license", "first_published", "period", "note")
            },
            "grade": word("source", row["grade"]),
        }
        for row in view.run.table("sources").iter_rows(named=True)
    ]
    if not rows:
        return []
    columns = [
        column("title", "text"), column("publisher"), column("license"), column("grade"),
        column("first_published"), column("period"), column("note"),
        column("url", label=dict.fromkeys(LANGS, "URL")),
    ]  # fmt: skip
    return [{**table_block("sources", say("sources_title"), columns, rows), "open": True}]


def _citation(view: RunView) -> Text:
    manifest = view.run.manifest
    names: Text = {
        "en": str(manifest.get("name", "")),
        "es": str(manifest.get("name_es") or manifest.get("name", "")),
    }
    return say(
        "cite_text",
        version=str(manifest.get("version", "")),
        name=names,
        date=lambda lang: day(view.as_of, lang),
        attribution=str(manifest.get("attribution", "")),
    )
