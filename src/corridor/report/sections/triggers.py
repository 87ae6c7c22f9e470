"""Measures that are in force only while a trigger is on: the rule in words, and how often it was on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.report.messages import Text, say
from corridor.report.sections.base import RunView
from corridor.text import LANGS, Lang, day, percent, rounded

Run = tuple[dt.date, dt.date, float]
"""First day, last day, share of the members."""


@dataclass(frozen=True)
class Triggers:
    """Triggers of one scenario: rules in words and runs of equal share by trigger, trigger by measure."""

    rules: Mapping[str, Text]
    names: Mapping[str, Text]
    runs: Mapping[str, list[Run]]
    by_measure: Mapping[str, str]

    def of(self, measure: str) -> dict[str, Any]:
        """What a measure's row gets: its trigger in words and the shares; nothing where it has none."""
        trigger = self.by_measure.get(measure)
        if trigger is None:
            return {}
        return {"trigger": self.rules[trigger], "on": [run for run in self.runs[trigger] if run[2] > 0]}

    def notes(self) -> list[Text]:
        """Sentences over the timeline: how many measures wait for a trigger, when it was on most often."""
        if not self.by_measure:
            return []
        notes = [say("trigger_note", count=str(len(self.by_measure)))]
        for trigger, name in self.names.items():
            notes.append({lang: self.rules[trigger][lang] + "." for lang in LANGS})
            if not self.runs[trigger]:
                continue
            first, _, share = max(self.runs[trigger], key=lambda run: run[2])
            notes.append(_most(name, first, share) if share > 0 else say("trigger_never", name=name))
        return notes


def _most(name: Text, date: dt.date, share: float) -> Text:
    return say(
        "trigger_highest", name=name, date=lambda lang: day(date, lang),
        share=lambda lang: percent(share, lang),
    )  # fmt: skip


def triggers_of(view: RunView, scenario: str) -> Triggers:
    """The triggers that a scenario's measures name."""
    rows = view.run.table("triggers").filter(pl.col("scenario") == scenario)
    days = view.run.table("trigger_days").filter(pl.col("scenario") == scenario).sort("date")
    found = list(rows.iter_rows(named=True))
    return Triggers(
        rules={row["trigger"]: _rule(view, row) for row in found},
        names={row["trigger"]: _name(row) for row in found},
        runs={row["trigger"]: _runs(days.filter(pl.col("trigger") == row["trigger"])) for row in found},
        by_measure={measure: row["trigger"] for row in found for measure in row["measures"].split(";")},
    )


def _name(row: Mapping[str, Any]) -> Text:
    return {"en": row["name"], "es": row["name_es"] or row["name"]}


def _rule(view: RunView, row: Mapping[str, Any]) -> Text:
    def part(key: str, wanted: bool, **values: Any) -> Text:
        return say(key, **values) if wanted else dict.fromkeys(LANGS, "")

    def day_above(lang: Lang) -> str:
        return rounded(row["day_above"], lang)

    return say(
        "trigger_rule_stock" if row["stock"] else "trigger_rule",
        name=_name(row),
        counted=view.name(row["stock"] or row["observation"]),
        above=lambda lang: rounded(row["on_above"], lang),
        below=lambda lang: rounded(row["off_below"], lang),
        mean=part("trigger_mean", row["window_days"] > 1, days=str(row["window_days"])),
        day=part("trigger_day", row["day_above"] is not None,
                 people=day_above),
        off=part("trigger_off", row["off_days"] > 1, days=str(row["off_days"])),
    )  # fmt: skip


def _runs(days: pl.DataFrame) -> list[Run]:
    """Days one after the other with the same share, to the hundredth, in one."""
    runs: list[Run] = []
    for date, share in days.select("date", "share").iter_rows():
        value = round(share, 2)
        if runs and runs[-1][2] == value:
            runs[-1] = (runs[-1][0], date, value)
        else:
            runs.append((date, date, value))
    return runs
