"""Forecasts made at the end of past months, beside the counts that came."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.report.messages import Text, say
from corridor.report.sections.base import RunView, monthly_counts, total
from corridor.report.sections.fans import ByMonth, by_month, history, inside, shown_value
from corridor.text import LANGS, day, month, rounded

FEWEST_KNOWN = 2
"""Published months before a past forecast that a chart needs to show."""


def past_views(view: RunView, series: str) -> list[dict[str, Any]]:
    """A view for each past forecast of a series, the earliest first: its date, months, quantiles and sentence."""
    observed = monthly_counts(total(history(view, series)))
    rows = view.run.table("past_forecasts").filter(pl.col("series") == series).sort("as_of")
    found = []
    for (as_of,), group in rows.group_by("as_of", maintain_order=True):
        assert isinstance(as_of, dt.date)
        levels = by_month(group)
        if sum(when < min(levels) for when, _, _ in observed) < FEWEST_KNOWN:
            continue
        found.append(
            {
                "as_of": as_of,
                "months": list(levels),
                "values": [[round(value) for value in level.values()] for level in levels.values()],
                "reading": past_reading(as_of, levels, observed),
            }
        )
    return found


def past_levels(view: RunView) -> list[float]:
    """The quantile levels of the past forecasts."""
    return sorted(view.run.table("past_forecasts")["quantile"].unique().to_list())


def past_reading(as_of: dt.date, levels: ByMonth, observed: list[list[Any]]) -> Text:
    """One sentence: the forecast of that date for its first month, the count, how many months fell inside."""
    first, level = next(iter(levels.items()))
    came = [row for row in observed if row[0] in levels]
    count = next((row[1] for row in came if row[0] == first), None)
    parts = [
        say(
            "past_reading",
            date=lambda lang: day(as_of, lang),
            month=lambda lang: month(first, lang),
            median=lambda lang: rounded(level[0.5], lang),
            low=lambda lang: rounded(level[0.1], lang),
            high=lambda lang: rounded(level[0.9], lang),
        )
    ]
    if count is not None:
        parts.append(say("past_came", value=shown_value(count)))
    if len(came) > 1:
        parts.append(say("past_inside", count=str(len(came)), inside=str(inside(levels, came))))
    return {lang: " ".join(part[lang] for part in parts) for lang in LANGS}
