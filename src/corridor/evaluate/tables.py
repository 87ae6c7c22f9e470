"""Effects as rows of the tables ``effects`` and ``effect_checks``, and as one object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import polars as pl

from corridor.evaluate.effect import EffectEstimate, Span
from corridor.model.small_counts import is_small

_SPAN = ("observed", "expected", "effect", "low_90", "high_90", "low_95", "high_95")
EFFECTS: tuple[str, ...] = (
    "effect_id", "measure", "name", "name_es", "series", "series_name", "series_name_es", "date", "kind", "first",
    "last", *_SPAN, "conclusion", "sentence", "sentence_es", "known_from", "source",
)  # fmt: skip
"""Columns of ``effects``: one row for the headline, one for each month, one for all months up to it."""
CHECK_COLUMNS: tuple[str, ...] = ("effect_id", "check", "outcome", "sentence", "sentence_es")
"""Columns of ``effect_checks``."""
_DAYS = {"date", "first", "last", "known_from"}


def effect_id(effect: EffectEstimate) -> str:
    """What tells an effect from others of a run: its measure or date, and its series."""
    return f"{effect.measure or effect.date} on {effect.series_name[0]}"


def span_rows(effect: EffectEstimate) -> list[dict[str, Any]]:
    """Rows of :data:`EFFECTS`; a published count from 1 to 9 is left out."""
    about = {
        "effect_id": effect_id(effect), "measure": effect.measure, "name": effect.name[0],
        "name_es": effect.name[1], "series": effect.series, "series_name": effect.series_name[0],
        "series_name_es": effect.series_name[1], "date": effect.date, "conclusion": effect.conclusion,
        "known_from": effect.known_from, "source": "; ".join(effect.datasets),
    }  # fmt: skip
    spans = [("headline", effect.headline)]
    spans += [("month", one) for one in effect.by_month] + [("cumulative", one) for one in effect.cumulative]
    said = dict.fromkeys(("sentence", "sentence_es"), "")
    words = dict(zip(("sentence", "sentence_es"), effect.sentence, strict=True))
    return [
        {name: ({**about, **_plain(one), **(words if kind == "headline" else said), "kind": kind})[name] for name in EFFECTS}
        for kind, one in spans
    ]  # fmt: skip


def check_rows(effect: EffectEstimate) -> list[dict[str, Any]]:
    """Rows of :data:`CHECK_COLUMNS`."""
    return [
        dict(zip(CHECK_COLUMNS, (effect_id(effect), c.name, c.outcome, *c.sentence), strict=True))
        for c in effect.checks
    ]


def effect_tables(effects: Iterable[EffectEstimate]) -> dict[str, pl.DataFrame]:
    """The tables ``effects`` and ``effect_checks`` of a run folder."""
    found = list(effects)
    numbers = set(_SPAN)
    schema = {n: pl.Date if n in _DAYS else pl.Float64 if n in numbers else pl.String for n in EFFECTS}
    rows = [row for effect in found for row in span_rows(effect)]
    checks = [row for effect in found for row in check_rows(effect)]
    return {
        "effects": pl.DataFrame(rows, schema=schema),
        "effect_checks": pl.DataFrame(checks, schema=dict.fromkeys(CHECK_COLUMNS, pl.String)),
    }


def effect_object(effect: EffectEstimate) -> dict[str, Any]:
    """An effect as one object for JSON."""
    return {
        "measure": effect.measure, "name": effect.name[0], "name_es": effect.name[1], "series": effect.series,
        "series_name": effect.series_name[0], "series_name_es": effect.series_name[1],
        "date": effect.date.isoformat(), "conclusion": effect.conclusion, "sentence": effect.sentence[0],
        "sentence_es": effect.sentence[1], "headline": _plain(effect.headline),
        "by_month": [_plain(one) for one in effect.by_month],
        "cumulative": [_plain(one) for one in effect.cumulative],
        "checks": [
            {"check": c.name, "outcome": c.outcome, "sentence": c.sentence[0], "sentence_es": c.sentence[1],
             "figures": list(c.figures)}
            for c in effect.checks
        ],
        "known_from": effect.known_from, "sources": list(effect.sources), "datasets": list(effect.datasets),
        "provenance": asdict(effect.provenance),
    }  # fmt: skip


def _plain(span: Span) -> dict[str, Any]:
    values: dict[str, Any] = {"first": span.first, "last": span.last}
    values |= {name: float(getattr(span, name)) for name in _SPAN}
    if is_small(span.observed) and span.observed == round(span.observed):
        values["observed"] = None
    return values
