"""Small HTML for notebooks: a card with facts, a table, a sparkline, a sketch of a map. All text is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

ROWS = 12
"""Rows of a table that are shown; the rest is counted."""
INK = "currentColor"


def card(title: str, facts: Mapping[str, object] | None = None, *parts: str) -> str:
    """A titled block: facts as a list of names and values, then ready-made parts."""
    listed = "".join(
        f"<dt style='opacity:.7'>{escape(name)}</dt><dd style='margin:0'>{escape(_text(value))}</dd>"
        for name, value in (facts or {}).items()
        if value not in (None, "", ())
    )
    grid = "display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.4em 0"
    body = f"<dl style='{grid}'>{listed}</dl>" if listed else ""
    return (
        "<div style='border:1px solid #8888;border-radius:4px;padding:.6em .9em;max-width:52em;overflow:auto'>"
        f"<b>{escape(title)}</b>{body}{''.join(parts)}</div>"
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], more: int | None = None) -> str:
    """A table of the first rows; ``more`` is how many there are in all, if that is known."""
    shown: list[str] = []
    for row in rows:
        if len(shown) == ROWS:
            break
        cells = "".join(f"<td style='text-align:{_side(value)}'>{escape(_text(value))}</td>" for value in row)
        shown.append(f"<tr>{cells}</tr>")
    head = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in columns)
    rest = (
        f"<div style='opacity:.7'>{len(shown)} of {more:,} rows</div>" if more and more > len(shown) else ""
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(shown)}</tbody></table>{rest}"


def sparkline(values: Sequence[float], width: int = 240, height: int = 40, label: str = "") -> str:
    """A line through the finite values, from zero up, with its last value; an empty text for fewer than two."""
    finite = [(n, float(v)) for n, v in enumerate(values) if math.isfinite(float(v))]
    if len(finite) < 2:
        return ""
    top = max(v for _, v in finite) or 1.0
    bottom = min(0.0, *(v for _, v in finite))
    step = (width - 4) / max(len(values) - 1, 1)

    def at(n: int, v: float) -> str:
        return f"{2 + n * step:.1f},{height - 3 - (height - 6) * (v - bottom) / ((top - bottom) or 1):.1f}"

    points = " ".join(at(n, v) for n, v in finite)
    x, y = at(*finite[-1]).split(",")
    words = f"{escape(label)} {finite[-1][1]:,.4g}".strip()
    return (
        f"<div><svg width='{width}' height='{height}' role='img' aria-label='{words}'>"
        f"<polyline points='{points}' fill='none' stroke='{INK}' stroke-width='1.5'/>"
        f"<circle cx='{x}' cy='{y}' r='2.5' fill='{INK}'/></svg> {words}</div>"
    )


def sketch(
    points: Mapping[str, tuple[float, float]], links: Iterable[tuple[str, str]] = (), width: int = 360
) -> str:
    """Places by (longitude, latitude) and the links between them, without land; names on hovering."""
    if not points:
        return ""
    flat = {name: (lon, _mercator(lat)) for name, (lon, lat) in points.items()}
    x0, x1 = min(x for x, _ in flat.values()), max(x for x, _ in flat.values())
    y0, y1 = min(y for _, y in flat.values()), max(y for _, y in flat.values())
    scale = (width - 20) / max(x1 - x0, (y1 - y0), 1e-6)
    height = round(20 + (y1 - y0) * scale)
    place = {name: (10 + (x - x0) * scale, 10 + (y1 - y) * scale) for name, (x, y) in flat.items()}
    lines = "".join(
        f"<line x1='{place[a][0]:.1f}' y1='{place[a][1]:.1f}' x2='{place[b][0]:.1f}' y2='{place[b][1]:.1f}'/>"
        for a, b in dict.fromkeys(links)
        if a in place and b in place
    )
    dots = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3'><title>{escape(name)}</title></circle>"
        for name, (x, y) in place.items()
    )
    return (
        f"<svg width='{width}' height='{height}' role='img' aria-label='{len(place)} places'>"
        f"<g stroke='{INK}' stroke-opacity='.35'>{lines}</g><g fill='{INK}'>{dots}</g></svg>"
    )


def _mercator(lat: float) -> float:
    """Degrees of a Mercator map at a latitude."""
    return math.degrees(math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat))))))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (tuple, list)):
        shown = ", ".join(str(part) for part in value[:6])
        return f"{shown}, … ({len(value)})" if len(value) > 6 else shown
    return "" if value is None else str(value)


def _side(value: object) -> str:
    return "right" if isinstance(value, (int, float)) and not isinstance(value, bool) else "left"
