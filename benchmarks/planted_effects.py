"""Cards of planted effects, with and without a peak in the last month before: coverage and false conclusions.

    python benchmarks/planted_effects.py [--write]

120 series of known law (60 months before, 6 after; the laws of `corridor.evaluate.validity` by turns), each with an effect of
0, -20, -40 and -60 % by turns, once as drawn and once with the last month before half as high again: a level that nothing
explains and that is gone a month later, as in December 2023. A card is made of each; of one month, as by default. About five minutes.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corridor.evaluate import Question, measure_effect
from corridor.evaluate.validity import LAWS
from corridor.model.periods import add_months, month_end
from corridor.series import PublishedSeries

PAGE = Path(__file__).parents[1] / "docs" / "effects.md"
BEGIN, END = "<!-- begin: planted, written by benchmarks/planted_effects.py -->", "<!-- end: planted -->"
SERIES, BEFORE, AFTER, PEAK = 120, 60, 6, 1.5
EFFECTS = (0.0, -0.2, -0.4, -0.6)


@dataclass(frozen=True)
class Card:
    """What a card said of a planted effect."""

    effect: float
    held: bool
    """Whether its 95 % interval holds the effect."""
    conclusion: str


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    words = parser.parse_args()
    lines = [
        "| last month before | effect | cards | 95 % interval holds it | clear | fragile | cannot be told |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, peak in (("as drawn", 1.0), ("a peak, × 1.5", PEAK)):
        cards = [card(number, peak) for number in range(SERIES)]
        for effect in EFFECTS:
            lines.append(
                _row(name, f"{effect:+.0%}" if effect else "none", [c for c in cards if c.effect == effect])
            )
        lines.append(_row(name, "all", cards))
    text = "\n".join(lines)
    if not words.write:
        print(text)
        return
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")


def _row(name: str, effect: str, cards: list[Card]) -> str:
    said = [sum(c.conclusion == which for c in cards) for which in ("clear", "fragile", "cannot be told")]
    shares = " | ".join(f"{count / len(cards):.0%}" for count in said)
    return f"| {name} | {effect} | {len(cards)} | {sum(c.held for c in cards) / len(cards):.0%} | {shares} |"


def card(number: int, peak: float) -> Card:
    """The card of one series; the same number gives the same series with and without a peak."""
    law, effect = LAWS[number % len(LAWS)], EFFECTS[number % len(EFFECTS)]
    counts = law.counts(BEFORE + AFTER, np.random.default_rng(1000 + number))
    counts[BEFORE:] *= 1 + effect
    counts[BEFORE - 1] *= peak
    months = tuple(add_months(dt.date(2018, 1, 1), k) for k in range(counts.size))
    column = np.round(counts)[:, None]
    found = PublishedSeries(
        id="planted", name=("Planted", "Planted"), datasets=("planted",), publishers=("none",), step="month", kind="flow",
        additive=True, periods=months, parts=((),), values=column, printed=np.ones_like(column, dtype=bool),
        known_from=tuple(month_end(month) for month in months), unit="people",
    )  # fmt: skip
    said = measure_effect(Question(found, months[BEFORE]), ())
    return Card(effect, said.headline.low_95 <= effect <= said.headline.high_95, said.conclusion)


if __name__ == "__main__":
    main()
