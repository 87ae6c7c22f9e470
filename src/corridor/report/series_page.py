"""One page for a series by itself: what is expected, the chance of passing a line, past scores, what was known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corridor._version import __version__
from corridor.model.files import write_text
from corridor.model.small_counts import is_small
from corridor.report.blocks import (
    COLUMN_KINDS,
    Block,
    check_blocks,
    line_chart,
    named_column,
    prose,
    table_block,
)
from corridor.report.html import page
from corridor.report.messages import Text, page_messages, say
from corridor.text import LANGS, MONTHS, Lang, day

MIDDLE = 5.0
"""Where a held-back count of 1 to 9 is drawn."""
SHOWN = 60
"""Published periods that the chart shows."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class SeriesPage:
    """What the page of one series shows; a part that is empty has no section."""

    name: str
    unit: str
    source: str
    kind: str
    """``flow`` or ``stock``."""
    step: str
    as_of: dt.date
    observed: Sequence[tuple[dt.date, float | None]]
    """Published periods in order, ``None`` where unknown."""
    model: str = ""
    forecast: Sequence[Row] = ()
    """``period, median, low, high, low_95, high_95``."""
    line: float | None = None
    passing: Sequence[Row] = ()
    """``period, chance, ever``."""
    scores: Sequence[Row] = ()
    """``model, horizon, relative_wis, mae, coverage_80, targets``."""
    origins: int = 0
    effect: Sequence[Text] = field(default=())
    """Sentences on what happened after a date."""
    after: Sequence[Row] = ()
    """``period, observed, expected``."""


def write_series_page(shown: SeriesPage, out: Path, lang: Lang = "en") -> Path:
    """Write the page as one HTML file; returns its path.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_text(out, series_html(shown, lang))
    return out


def series_html(shown: SeriesPage, lang: Lang = "en") -> str:
    """The HTML text of the page, in both languages, open in ``lang``."""
    title: Text = dict.fromkeys(LANGS, shown.name)
    made = [
        ("effect", _effect(shown)), ("forecast", _forecast(shown)), ("passing", _passing(shown)),
        ("scores", _scores(shown)), ("known", _known(shown)),
    ]  # fmt: skip
    sections = [
        {"id": name, "title": say(f"series_{name}"), "blocks": blocks} for name, blocks in made if blocks
    ]
    for section in sections:
        check_blocks(section["id"], section["blocks"])
    date = {code: day(shown.as_of, code) for code in LANGS}
    data = {
        "lang": lang, "languages": LANGS, "brief": None, "run": {"name": shown.name, "command": ""}, "baseline": None,
        "comparison": None, "sections": sections, "kinds": {name: asdict(kind) for name, kind in COLUMN_KINDS.items()},
        "messages": page_messages(), "months": {code: MONTHS[code] for code in LANGS},
        "header": {
            "title": title, "subtitle": _stands(shown), "stamp": say("stands_at", date=date), "known": list[Text](),
            "hindsight": None, "generated": say("generated", version=__version__),
        },
    }  # fmt: skip
    spoken = [_stands(shown), *shown.effect, *([_reading(shown)] if shown.forecast else [])]
    return page(title, spoken, data, lang)


def _stands(shown: SeriesPage) -> Text:
    return say("series_stands", date=shown.as_of, last=_published(shown)[-1][0])


def _published(shown: SeriesPage) -> list[tuple[dt.date, float]]:
    return [(period, value) for period, value in shown.observed if value is not None]


def _reading(shown: SeriesPage) -> Text:
    last = shown.forecast[-1]
    return say(
        "series_reading", period=last["period"], median=last["median"], low=last["low"], high=last["high"], unit=shown.unit
    )  # fmt: skip


def _forecast(shown: SeriesPage) -> list[Block]:
    if not shown.forecast:
        return []
    line = {
        "id": shown.name,
        "label": dict.fromkeys(LANGS, shown.name),
        "observed": [(period, _drawn(value), True) for period, value in shown.observed[-SHOWN:]],
        "forecast": [(row["period"], row["low"], row["median"], row["high"]) for row in shown.forecast],
    }
    chart = line_chart(
        "series", say("series_chart", title=shown.name), _reading(shown), [line],
        as_of=min(shown.as_of, shown.forecast[0]["period"]), source=say("series_source", source=shown.source),
    )  # fmt: skip
    kinds = {"period": "date", **dict.fromkeys(("median", "low", "high", "low_95", "high_95"), "number")}
    rows = [{name: _whole(value) for name, value in row.items()} for row in shown.forecast]
    return [chart, _open_table("forecast", say("series_table"), kinds, rows)]


def _open_table(name: str, title: Text, kinds: Mapping[str, str], rows: Sequence[Row]) -> Block:
    columns = [named_column(key, say(f"series_col_{key}"), kind) for key, kind in kinds.items()]
    return table_block(f"series_{name}", title, columns, rows) | {"open": True}


def _drawn(value: float | None) -> float | None:
    """A count as it is drawn: one of 1 to 9 is held back, and stands at the middle of what it can be."""
    return MIDDLE if value is not None and is_small(value) else value


def _whole(value: Any) -> Any:
    return round(value) if isinstance(value, float) else value


def _passing(shown: SeriesPage) -> list[Block]:
    if not shown.passing or shown.line is None:
        return []
    last = shown.passing[-1]
    said = say(
        "series_passing_reading", title=shown.name, line=shown.line, period=last["period"], chance=last["ever"]
    )  # fmt: skip
    kinds = {"period": "date", "chance": "chance", "ever": "chance"}
    return [prose(said), _open_table("passing", say("series_passing_table"), kinds, shown.passing)]


def _scores(shown: SeriesPage) -> list[Block]:
    if not shown.scores:
        return []
    kinds = {"model": "text", "horizon": "number", "relative": "number3", "error": "number3", "coverage": "number3",
             "targets": "number"}  # fmt: skip
    names = {"relative_wis": "relative", "mae": "error", "coverage_80": "coverage"}
    rows = [{names.get(name, name): value for name, value in row.items()} for row in shown.scores]
    return [
        prose(say("series_scores_intro", origins=shown.origins)),
        _open_table("scores", say("series_scores_table"), kinds, rows),
    ]


def _effect(shown: SeriesPage) -> list[Block]:
    if not shown.effect:
        return []
    kinds = {"period": "date", "observed": "count", "expected": "number3"}
    rows = [
        {**row, "observed": "<10" if is_small(row["observed"]) else row["observed"]} for row in shown.after
    ]
    return [*map(prose, shown.effect), _open_table("effect", say("series_effect_table"), kinds, rows)]


def _known(shown: SeriesPage) -> list[Block]:
    known = _published(shown)
    said = say(
        "series_known_text", kind=say(f"series_kind_{shown.kind}"), step=say(f"series_step_{shown.step}"),
        first=known[0][0], last=known[-1][0], source=shown.source, unknown=len(shown.observed) - len(known),
        periods=len(shown.observed),
    )  # fmt: skip
    blocks = [prose(said), *([prose(say("series_method", model=shown.model))] if shown.model else [])]
    held = any(is_small(value) for _, value in known)
    return [*blocks, *([prose(say("series_held_back"))] if held else [])]
