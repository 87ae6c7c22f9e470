"""What changed between two runs: what moved, and what differs in what they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from corridor.report.messages import Text, say, word
from corridor.report.sections.base import (
    Block,
    RunView,
    column,
    prose,
    quantiles_of,
    shown_count,
    table_block,
    total,
)
from corridor.report.sections.evidence import point_name
from corridor.text import LANGS, number, period

SHOWN = 200
"""Rows of a table of differences; the rest is counted."""
MEASURE_FIELDS = ("start", "end", "strength", "low", "high", "unit", "in_force")
PARAMETER_FIELDS = ("value", "low", "high")
FIT_KEYS = ("counting_point", "line", "metric")


class Changes:
    """Two runs side by side; only where the report was asked to compare."""

    id = "changes"
    title = say("changes")

    def available(self, view: RunView) -> bool:
        """Whether there is another run to compare with."""
        return view.other is not None

    def payload(self, view: RunView) -> list[Block]:
        """What moved; then why, by kind of cause."""
        assert view.other is not None
        old = RunView(view.other)
        moved = moved_rows(view, old)
        causes = causes_of(view, old)
        blocks = [prose(say("changes_intro", other=_name(old), this=_name(view)))]
        blocks.append(
            {"type": "list", "title": say("changes_why"), "intro": _why(causes), "items": _items(causes)}
        )
        if moved:
            columns = [
                column("series"), column("scenario"), column("period"), column("before", "number3"),
                column("now", "number3"), column("moved", "number3"), column("inside", "flag"),
            ]  # fmt: skip
            blocks.append({**table_block("changes", say("changes_moved"), columns, moved), "open": True})
        blocks += [
            table_block(f"changes-{name}", say(f"changes_{name}"), _columns(name), rows[:SHOWN])
            for name, rows in causes.items()
            if rows
        ]
        return blocks


def _name(view: RunView) -> Text:
    return {lang: f"{view.run.path.name}, {view.as_of.isoformat()}" for lang in LANGS}


def moved_rows(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Medians of every series and scenario that both runs forecast, month by month and over common periods,
    with whether the new median lies in the old 80 % interval; the largest moves first."""
    rows: list[dict[str, Any]] = []
    for table, keys in (("forecast", ("month",)), ("periods", ("statistic", "first", "last"))):
        before, now = _levels(old, table, keys), _levels(view, table, keys)
        for name, new in now.items():
            if name not in before:
                continue
            scenario, series, *when = name
            was = before[name]
            rows.append(
                {
                    "series": view.name(series),
                    "scenario": view.name(scenario),
                    "period": _when(when),
                    "before": was[0.5],
                    "now": new[0.5],
                    "moved": new[0.5] - was[0.5],
                    "inside": was[0.1] <= new[0.5] <= was[0.9],
                }
            )
    changed = [row for row in rows if abs(row["moved"]) >= 0.5]
    return sorted(changed, key=lambda r: -abs(r["moved"]) / max(abs(r["before"]), 1.0))[:SHOWN]


def _levels(view: RunView, table: str, keys: Sequence[str]) -> dict[tuple[Any, ...], dict[float, float]]:
    rows = total(view.run.table(table)).filter(pl.col("quantile").round(4).is_in([0.1, 0.5, 0.9]))
    if table == "forecast" and rows.height:
        rows = pl.concat([total(view.ahead(series)) for series in view.series] or [rows.clear()])
    groups = rows.group_by("scenario", "series", *keys, maintain_order=True)
    return {name: quantiles_of(group) for name, group in groups}


def _when(when: Sequence[Any]) -> Text:
    if len(when) == 1:
        return {lang: period(f"{when[0]:%Y-%m}", lang) for lang in LANGS}
    statistic, first, last = when
    kind = word("kind", statistic)
    return {lang: f"{period(f'{first:%Y-%m}/{last:%Y-%m}', lang)}, {kind[lang]}" for lang in LANGS}


def causes_of(view: RunView, old: RunView) -> dict[str, list[dict[str, Any]]]:
    """What differs in what the runs were made from: settings, data, calibration, measures, parameters."""
    return {
        "settings": _settings(view, old),
        "data": _data(view, old),
        "calibration": _calibration(view, old),
        "measures": _measures(view, old),
        "parameters": _parameters(view, old),
    }


def _columns(name: str) -> list[dict[str, Any]]:
    first = {
        "settings": [column("setting")],
        "data": [column("series"), column("month", "month"), column("nationality")],
        "calibration": [column("counting_point"), column("line"), column("metric")],
        "measures": [column("measure"), column("scenario"), column("field")],
        "parameters": [column("parameter"), column("field")],
    }[name]
    number_columns = name in ("data", "calibration")
    kind = "count" if name == "data" else "number3" if number_columns else "text"
    return [*first, column("before", kind), column("now", kind)]


def _settings(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Version, date, seed, members, period and the checksums of what was read."""
    return [
        {"setting": word("setting", name), "before": before, "now": now}
        for name, before, now in _unequal(_flat(old.run.manifest), _flat(view.run.manifest))
    ]


def _flat(manifest: Mapping[str, Any]) -> dict[str, str]:
    keep = {key: manifest.get(key) for key in ("version", "platform", "as_of", "seed", "hindsight")}
    keep |= dict(manifest.get("parameters") or {})
    keep |= {f"input {key}": str(value)[:12] for key, value in (manifest.get("inputs") or {}).items()}
    return {key: "" if value is None else str(value) for key, value in keep.items()}


def _unequal(before: Mapping[Any, Any], now: Mapping[Any, Any]) -> Iterable[tuple[Any, Any, Any]]:
    for key in dict.fromkeys([*before, *now]):
        if before.get(key) != now.get(key):
            yield key, before.get(key), now.get(key)


def _data(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Counts known to one run and not to the other, or revised between them; a small one is ``<10``."""
    rows: list[dict[str, Any]] = []
    for (series, place, month, code), before, now in _unequal(_known(old), _known(view)):
        label = view.nationality(code) if code else view.place(place) if place else say("all")
        counts = {"before": before, "now": now}
        rows.append({"series": view.name(series), "month": month, "nationality": label, **counts})
    return sorted(rows, key=lambda row: (row["month"], row["series"]["en"]), reverse=True)


def _known(view: RunView) -> dict[tuple[Any, ...], float | str]:
    keys = ("series", "place", "month", "nationality")
    rows = view.published.filter("known").iter_rows(named=True)
    return {tuple(row[key] for key in keys): shown_count(row) for row in rows}


def _calibration(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Errors in and out of sample that differ: the fit itself travels in the corridor's checksum."""

    def errors(one: RunView) -> dict[tuple[Any, ...], float]:
        rows = one.fit.drop_nulls("value").select(*FIT_KEYS, "value").rows()
        return {tuple(key): round(value, 6) for *key, value in rows}

    return [
        {"counting_point": point_name(view, point), "line": word("fit", line), "metric": word("metric", metric),
         "before": before, "now": now}
        for (point, line, metric), before, now in _unequal(errors(old), errors(view))
    ]  # fmt: skip


def _measures(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Measures that came, went, or have other dates or strengths."""
    keys = ("scenario", "measure")
    before, now = (
        _fields(old, "measures", keys, MEASURE_FIELDS),
        _fields(view, "measures", keys, MEASURE_FIELDS),
    )
    names = {
        row["measure"]: row for one in (old, view) for row in one.run.table("measures").iter_rows(named=True)
    }
    return [
        {"measure": {"en": names[name]["name"], "es": names[name]["name_es"] or names[name]["name"]},
         "scenario": view.name(scenario), "field": say(f"col_{field}"), "before": was, "now": new}
        for (scenario, name, field), was, new in _unequal(before, now)
    ]  # fmt: skip


def _parameters(view: RunView, old: RunView) -> list[dict[str, Any]]:
    """Parameters with another value or range."""
    keys = ("parameter", "target", "group")
    before, now = (_fields(one, "parameters", keys, PARAMETER_FIELDS) for one in (old, view))
    return [
        {"parameter": " · ".join(filter(None, name)), "field": say(f"col_{field}"), "before": was, "now": new}
        for (*name, field), was, new in _unequal(before, now)
    ]


def _fields(
    view: RunView, table: str, keys: Sequence[str], fields: Sequence[str]
) -> dict[tuple[Any, ...], str]:
    """Every field of a table's rows as text; blank ones are left out."""
    out = {}
    for row in view.run.table(table).iter_rows(named=True):
        for field in fields:
            value = row[field]
            if value is not None and value != "":
                text = f"{value:.6g}" if isinstance(value, float) else str(value)
                out[(*(row[key] for key in keys), field)] = text
    return out


def _why(causes: Mapping[str, Sequence[Any]]) -> Text:
    """Which kinds of cause differ; one alone explains what moved, several cannot be told apart."""
    kinds = [name for name, rows in causes.items() if rows]
    if not kinds:
        return say("changes_none")
    names = {lang: ", ".join(say(f"changes_{kind}")[lang] for kind in kinds) for lang in LANGS}
    return say("changes_one" if len(kinds) == 1 else "changes_many", kinds=names)


def _items(causes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Text]:
    items = []
    for name, rows in causes.items():
        shown = {lang: number(len(rows), lang) for lang in LANGS}
        items.append(say("changes_item", kind=say(f"changes_{name}"), count=shown))
    return items
