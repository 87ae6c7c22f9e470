"""Dated figures about one place of reception: census, arrivals and exits, each with its rounding error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["census", "arrivals", "exits"]
VAGUE = frozenset(
    {
        "about",
        "around",
        "roughly",
        "approximately",
        "nearly",
        "almost",
        "close to",
        "more than",
        "over",
        "below",
    }
)
"""Qualifiers of a rounded figure."""
ONE_SIDED = {"more than": 1, "over": 1, "nearly": -1, "almost": -1, "close to": -1, "below": -1}
"""Qualifiers that say on which side of the figure the truth lies."""


@dataclass(frozen=True)
class Figure:
    """One published figure.

    A census stands on ``end`` (``start`` equals it); arrivals and exits are people from ``start`` (not
    included) to ``end`` (included). The true value lies between ``low`` and ``high``.
    """

    kind: Kind
    start: dt.date
    end: dt.date
    value: float
    low: float
    high: float
    known_from: dt.date
    household: str = ""
    """Household type; blank for all."""
    weak: bool = False
    """Whether the source is a repost or not confirmed."""


def rounding(value: float, qualifier: str = "") -> tuple[float, float]:
    """Lowest and highest true value behind a published figure.

    A figure with a qualifier is taken to be rounded at its last digit that is not zero, at a tenth of the
    figure at most; a figure without is exact. "More than" and "nearly" leave one side open.

    Examples
    --------
    >>> rounding(65000, "more than"), rounding(65000, "about"), rounding(66886, "exact")
    ((65000, 66000.0), (64500.0, 65500.0), (66886, 66886))
    """
    word = next((word for word in sorted(VAGUE, key=len, reverse=True) if word in qualifier), "")
    if not word or value <= 0:
        return value, value
    unit = 1.0
    while unit * 10 <= value / 10 and value % (unit * 10) == 0:
        unit *= 10
    side = ONE_SIDED.get(word, 0)
    if side:
        return (value, value + unit) if side > 0 else (max(0.0, value - unit), value)
    return max(0.0, value - unit / 2), value + unit / 2


def known_on(figures: Iterable[Figure], as_of: dt.date) -> tuple[Figure, ...]:
    """Figures that were public on a day, in order of their date."""
    kept = (figure for figure in figures if figure.known_from <= as_of and figure.end <= as_of)
    return tuple(sorted(kept, key=lambda figure: (figure.end, figure.kind, figure.household)))


def from_running_totals(totals: Iterable[Figure]) -> tuple[Figure, ...]:
    """Arrivals between successive running totals ("37,900 since August 2022").

    A total that is not above the one before gives no figure: both are rounded. Totals closer than a week
    are passed over, since their rounding is larger than what lies between them.
    """
    made: list[Figure] = []
    last: Figure | None = None
    for figure in sorted(totals, key=lambda figure: figure.end):
        if last is None:
            last = figure
            continue
        if (figure.end - last.end).days < 7 or figure.value <= last.value:
            continue
        value = figure.value - last.value
        low, high = max(0.0, figure.low - last.high), max(value, figure.high - last.low)
        known = max(figure.known_from, last.known_from)
        weak = figure.weak or last.weak
        made.append(
            replace(figure, start=last.end, value=value, low=low, high=high, known_from=known, weak=weak)
        )
        last = figure
    return tuple(made)
