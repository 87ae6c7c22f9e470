"""The blocks a section is made of, and the kinds of columns of their tables: all that the page can draw.

A block is a plain mapping with a ``type``. Its keys are declared in :data:`BLOCK_TYPES` and nowhere else, the
kinds of columns in :data:`COLUMN_KINDS`: the page's scripts read both from the payload. Use the functions of
this module to make the blocks of a new section; none of them needs a line of JavaScript.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.model import did_you_mean
from corridor.study.schema import TABLES
from corridor.text import LANGS, Lang

Block = dict[str, Any]
Text = dict[Lang, str]
"""One text in every language: ``{"en": …, "es": …}``."""


@dataclass(frozen=True)
class ColumnKind:
    """How the cells of a column are written.

    ``format`` is one of :data:`FORMATS`, ``align`` one of :data:`ALIGNMENTS`, and ``suffix`` stands after
    every value (a unit that is the same in both languages, such as ``" USD"``).
    """

    format: str
    align: str = ""
    suffix: str = ""


FORMATS = ("text", "number", "rounded", "percent", "percent2", "chance", "date", "month", "flag")
"""A text; a number in full; one to three significant digits; a share in percent; a day; a month; yes or no."""
ALIGNMENTS = ("", "num", "interval")
"""To the left; to the right, with digits of one width; the same without a break in the line."""

COLUMN_KINDS: Mapping[str, ColumnKind] = {
    "text": ColumnKind("text"),
    "number": ColumnKind("number", "num"),
    "number3": ColumnKind("rounded", "num"),  # three significant digits
    "count": ColumnKind("number", "num"),  # a published count, or <10
    "percent": ColumnKind("percent", "num"),  # a share from 0 to 1
    "percent2": ColumnKind("percent2", "num"),  # a relative change, to a hundredth of a percent
    "chance": ColumnKind("chance", "num"),  # a share from 0 to 1 of draws: <1 % and >99 % at the ends
    "date": ColumnKind("date"),
    "month": ColumnKind("month", "interval"),
    "flag": ColumnKind("flag"),
    "interval": ColumnKind("text", "interval"),  # a text such as 3,100 (2,000 – 5,000)
}


@dataclass(frozen=True)
class BlockType:
    """Keys that a block must have, and those that it may have."""

    needed: frozenset[str]
    optional: frozenset[str]


def _keys(needed: str, optional: str = "") -> BlockType:
    return BlockType(frozenset(needed.split()), frozenset(optional.split()))


_CHART = "id title reading source"
_CHART_MAY = "query notes credit"

BLOCK_TYPES: Mapping[str, BlockType] = {
    # texts and tables
    "prose": _keys("text"),
    "text": _keys("title text"),
    "list": _keys("title intro items", "hatched"),
    "code": _keys("title code", "closed"),
    "table": _keys("name title table", "query open reading group filters assumed source"),
    # charts for any section
    "bars": _keys(f"{_CHART} rows kind table", _CHART_MAY),
    "lines": _keys(f"{_CHART} lines as_of", _CHART_MAY),
    "dots": _keys(f"{_CHART} rows unit hatched", _CHART_MAY),
    # parts for one scenario at a time
    "switch": _keys("id scenarios parts"),
    # blocks of one section
    "answer": _keys("sentences"),
    "cards": _keys("title intro cards first"),
    "outlook": _keys("id title source series as_of past past_levels", _CHART_MAY),
    "claims": _keys("claims"),
    "fan": _keys("id title source levels options scenarios views observed as_of hatched", _CHART_MAY),
    "band": _keys("id title source levels scenarios views capacity points as_of hatched", _CHART_MAY),
    "grades": _keys(f"{_CHART} grades rows", _CHART_MAY),
    "fit": _keys(f"{_CHART} rows share", _CHART_MAY),
    "tornado": _keys(f"{_CHART} rows table", _CHART_MAY),
    "timeline": _keys(f"{_CHART} rows as_of", _CHART_MAY),
    "brief": _keys("id pages"),
    "levers": _keys("id data dates scenarios measures items grades ensembles who costs members"),
    "packages": _keys("id title reading legend first parties beside rows move table query"),
    "tradeoff": _keys(f"{_CHART} items points across up accepted others table", _CHART_MAY),
    "map": _keys(
        "id title source as_of base places links points items months first scenarios flows met measures readings",
        _CHART_MAY,
    ),
}


# -- blocks for any section ----------------------------------------------------------------------------------


def prose(text: Text) -> Block:
    """A paragraph."""
    return {"type": "prose", "text": text}


def bullet_list(title: Text, intro: Text, items: Sequence[Text]) -> Block:
    """A titled list of sentences."""
    return {"type": "list", "title": title, "intro": intro, "items": list(items)}


def table_block(
    name: str, title: Text, columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> Block:
    """A table that stands for itself, with its CSV; ``name`` is that of the run's table it shows.

    ``columns`` are :func:`column`; a row has a value for each column's key: a number, a text in every
    language, a date, a flag or None.
    """
    where: dict[str, str] = {}
    query = {"table": name, "where": where} if name in TABLES else None
    return {"type": "table", "name": name, "title": title, "table": table(columns, rows), "query": query}


def table(columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Columns and rows, as a table block or a chart holds them."""
    return {"columns": columns, "rows": rows}


def named_column(key: str, label: Text, kind: str = "text") -> dict[str, Any]:
    """A column of a table: the rows' key, the head in every language, and a kind of :data:`COLUMN_KINDS`."""
    return {"key": key, "label": label, "kind": kind}


def bar(label: Text, value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """A bar of :func:`bar_chart`: its label, its length, and an interval that is drawn over its end."""
    return {"label": label, "value": value, "low": low, "high": high}


def bar_chart(
    id: str,
    title: Text,
    reading: Text,
    bars: Sequence[Mapping[str, Any]],
    shown_in: Mapping[str, Any],
    *,
    source: Text,
    kind: str = "number3",
    query: Mapping[str, Any] | None = None,
) -> Block:
    """Horizontal bars with intervals, under each other; ``kind`` says how their values are written.

    ``reading`` is the sentence above the chart: what a reader should take from it. ``shown_in`` is the
    :func:`table` under it, which is also its CSV. ``query`` names the rows of the run's table it rests on:
    ``{"table": "periods", "where": {"statistic": "peak"}}``.
    """
    return {
        "type": "bars", "id": id, "title": title, "reading": reading, "rows": list(bars), "kind": kind,
        "table": shown_in, "source": source, "query": query,
    }  # fmt: skip


def line_chart(
    id: str,
    title: Text,
    reading: Text,
    lines: Sequence[Mapping[str, Any]],
    *,
    as_of: dt.date,
    source: Text,
    query: Mapping[str, Any] | None = None,
) -> Block:
    """Lines over each other: what was published, and the forecast with its 80 % interval.

    A line has ``id``, ``label``, ``observed`` (``[first day, count, known]``) and ``forecast`` (``[first day, low,
    median, high]``); up to four are told apart. Where every period begins on the first of a month, months are named;
    else (weeks) their first days.
    """
    return {
        "type": "lines", "id": id, "title": title, "reading": reading, "lines": list(lines), "as_of": as_of,
        "source": source, "query": query,
    }  # fmt: skip


# -- what is wrong with a section's blocks --------------------------------------------------------------------


def check_blocks(section: str, blocks: Sequence[Mapping[str, Any]]) -> None:
    """Refuse blocks that the page cannot draw.

    Raises:
        ValueError: a type, key or kind of column that is not declared here, a needed key that is missing, or
            a text that lacks a language; all of them at once, each with its block.
    """
    found = [f"section {section!r}: {fault}" for fault in _faults(blocks)]
    if found:
        raise ValueError("\n".join(found))


def _faults(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, block in enumerate(blocks):
        kind = block.get("type")
        declared = BLOCK_TYPES.get(str(kind))
        if declared is None:
            yield f"block {place} is of type {kind!r}{_hint(str(kind), BLOCK_TYPES)}"
            continue
        name = f"block {place} ({kind})"
        yield from (f"{name} lacks {key!r}" for key in sorted(declared.needed - block.keys()))
        known = declared.needed | declared.optional
        for key in sorted(block.keys() - known - {"type"}):
            yield f"{name} has an unknown key {key!r}{_hint(key, known)}"
        yield from (f"{name}: {fault}" for fault in _table_faults(block.get("table")))
        if "kind" in block and block["kind"] not in COLUMN_KINDS:
            yield f"{name} has the unknown kind {block['kind']!r}{_hint(str(block['kind']), COLUMN_KINDS)}"
        yield from (f"{name}: {fault}" for fault in _text_faults(block))
        for part in (block.get("parts") or {}).values():
            yield from _faults(part)


def _table_faults(found: Any) -> Iterator[str]:
    for head in (found or {}).get("columns", ()):
        if head["kind"] not in COLUMN_KINDS:
            hint = _hint(str(head["kind"]), COLUMN_KINDS)
            yield f"column {head['key']!r} is of the unknown kind {head['kind']!r}{hint}"


def _text_faults(block: Mapping[str, Any]) -> Iterator[str]:
    for key in ("title", "reading", "text", "intro", "source"):
        value = block.get(key)
        if isinstance(value, dict):
            yield from (f"{key!r} lacks the language {lang!r}" for lang in LANGS if lang not in value)


def _hint(word: str, known: Any) -> str:
    near = did_you_mean(word, known)
    return f"; {near}" if near else f"; there are: {', '.join(sorted(known))}"
