"""The response pools and their score, as docs/responses.md holds them.

    python benchmarks/response_pool.py [--write]

Each episode is predicted from what was public when it began, without itself; the interval is that of the log effect on
months 1 to 3 with the error of measuring it. About a minute on a quiet core. ``--write`` puts the tables into the page.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np

from corridor.evaluate.episodes import Kind, Outcome
from corridor.evaluate.responses import Score, outcomes, response, score

PAGE = Path(__file__).parents[1] / "docs" / "responses.md"
BEGIN, END = "<!-- begin: benchmarks/response_pool.py -->", "<!-- end: benchmarks/response_pool.py -->"
KINDS: tuple[Kind, ...] = (
    "entry", "returns_and_parole", "asylum", "removal_flights", "enforcement_mexico", "enforcement_transit",
)  # fmt: skip
SCENARIO_DATE = dt.date(2023, 12, 31)
MEETING = "meeting_december_2023"


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    words = parser.parse_args()
    text = "\n".join(tables(outcomes()))
    if not words.write:
        print(text)
        return
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")


def tables(found: tuple[Outcome, ...]) -> list[str]:
    """Lines of the page between its marks."""
    scores = score(found)
    recent = [s for s, o in zip(scores, found, strict=True) if o.episode.start.year >= 2018]
    lines = ["", "| scored | episodes | 80 % intervals held | median error | no effect | width | mean error | no effect |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [_summary("all", scores), _summary("from 2018 on", recent), "", *verdicts(recent), ""]
    lines += ["| class | as known on | episodes | months 1 to 3 | month 1 | months 2 and 3 | months 4 to 6 |",
              "|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [_pool(kind, day, found) for kind in KINDS for day in (SCENARIO_DATE, None)]
    lines += ["", "| episode | class | first month | counted / expected, months 1 to 3 | 1 to 6 | predicted | held |",
              "|---|---|---|---|---|---|---|"]  # fmt: skip
    return [*lines, *(_row(o, s) for o, s in zip(found, scores, strict=True)), ""]


def verdicts(scores: list[Score]) -> list[str]:
    """What was asked for and what came, one line each."""
    errors, none = (
        np.median([abs(s.measured - s.median) for s in scores]),
        np.median([abs(s.measured) for s in scores]),
    )
    held, width = np.mean([s.held for s in scores]), np.exp(np.median([s.high - s.low for s in scores]))
    asked = (
        (
            0.7 <= held <= 0.9,
            f"intervals of 80 % hold 70 to 90 % of at least 25 episodes: {held:.0%} of {len(scores)}",
        ),
        (
            errors <= 0.8 * none,
            f"median error at least a fifth under no effect: {errors:.2f} against {none:.2f}",
        ),
        (width <= 5.5, f"median interval no wider than a factor of 5.5: {width:.1f}"),
    )
    return [f"- **{'met' if good else 'missed'}**: {text}" for good, text in asked]


def _summary(name: str, scores: list[Score]) -> str:
    errors = [abs(s.measured - s.median) for s in scores]
    none = [abs(s.measured) for s in scores]
    held = sum(s.held for s in scores)
    width = np.exp(np.median([s.high - s.low for s in scores]))
    return (
        f"| {name} | {len(scores)} | {held} ({held / len(scores):.0%}) | {np.median(errors):.2f} | {np.median(none):.2f} "
        f"| {width:.1f} | {np.mean(errors):.2f} | {np.mean(none):.2f} |"
    )


def _pool(kind: Kind, day: dt.date | None, found: tuple[Outcome, ...]) -> str:
    told = response(kind, day, found=found)
    low, middle, high = np.exp(np.quantile(told.quarter(), (0.1, 0.5, 0.9)))
    windows = " | ".join(f"{value:.2f}" for value in np.exp(np.median(told.draw(), axis=0)))
    since = day.isoformat() if day else "now"
    return f"| `{kind}` | {since} | {len(told.episodes)} | {middle:.2f} [{low:.2f}, {high:.2f}] | {windows} |"


def _row(outcome: Outcome, scored: Score) -> str:
    episode = outcome.episode
    half = "–" if np.isnan(outcome.half_year) else f"{np.exp(outcome.half_year):.2f}"
    low, middle, high = np.exp((scored.low, scored.median, scored.high))
    kind = f"`{episode.kind}`" + (" (widened)" if episode.sign < 0 else "")
    return (
        f"| {episode.name} | {kind} | {episode.first:%Y-%m} | {np.exp(outcome.quarter):.2f} | {half} "
        f"| {middle:.2f} [{low:.2f}, {high:.2f}] | {'yes' if scored.held else 'no'} |"
    )


if __name__ == "__main__":
    main()
