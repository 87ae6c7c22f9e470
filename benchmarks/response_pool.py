"""The response pools and their score, as docs/responses.md and docs/lever-episodes.md hold them.

    python benchmarks/response_pool.py [--write]

Each episode is predicted from what was public when it began, without itself; the interval is that of the log effect on
months 1 to 3 with the error of measuring it. Some ten seconds on a quiet core. ``--write`` puts the tables into the pages.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np

from corridor.data import load
from corridor.evaluate.episodes import Kind, Outcome, counts_of, outcomes
from corridor.evaluate.responses import TARGETED, Score, response, score
from corridor.model.periods import add_months

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- begin: benchmarks/response_pool.py -->", "<!-- end: benchmarks/response_pool.py -->"
SEEN = (
    "visa_ecuador_2021", "visa_brazil_2021", "visa_venezuela_2022", "consular_visa_brazil_2022", "visa_peru_2024", "visa_china_2024",
    "meeting_december_2023", "proclamation_2024", "entry_ban_2025",
)  # fmt: skip
"""Episodes of which a reader wants to know what would have been said on the day."""
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
    found = outcomes()
    scores = score(found)
    pages = {"responses.md": tables(found, scores), "lever-episodes.md": seen_ahead(found, scores)}
    for name, lines in pages.items():
        text = "\n".join(lines)
        if not words.write:
            print(text)
            continue
        before, rest = (DOCS / name).read_text("utf-8").split(BEGIN)
        (DOCS / name).write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")


def tables(found: tuple[Outcome, ...], scores: list[Score]) -> list[str]:
    """Lines of docs/responses.md between its marks."""
    recent = [s for s, o in zip(scores, found, strict=True) if o.episode.start.year >= 2018]
    lines = ["", "| scored | episodes | 80 % intervals held | median error | no effect | width | mean error | no effect |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [_summary("all", scores), _summary("from 2018 on", recent), "", *verdicts(recent), ""]
    lines += ["| class | as known on | episodes | months 1 to 3 | month 1 | months 2 and 3 | months 4 to 6 |",
              "|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [_pool(kind, day, found) for kind in KINDS for day in (SCENARIO_DATE, None)]
    lines += ["", "A star marks a measure that names nationalities.", "", "| episode | class | first month | counted / expected, months 1 to 3 | 1 to 6 | predicted | held |",
              "|---|---|---|---|---|---|---|"]  # fmt: skip
    return [*lines, *(_row(o, s) for o, s in zip(found, scores, strict=True)), ""]


def seen_ahead(found: tuple[Outcome, ...], scores: list[Score]) -> list[str]:
    """Lines of docs/lever-episodes.md: chance of fewer people and size over months 1 to 3, as told when it began."""
    lines = ["", "| episode | first month | chance of fewer | difference told, 80 % | without it | counted | difference |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for outcome, scored in zip(found, scores, strict=True):
        if outcome.episode.id in SEEN:
            counted = quarter_of(outcome)
            expected = counted / np.exp(outcome.quarter)
            low, middle, high = (
                f"{expected * np.expm1(x):+,.0f}" for x in (scored.low, scored.median, scored.high)
            )
            lines.append(
                f"| {outcome.episode.name} | {outcome.episode.first:%Y-%m} | {scored.fewer:.0%} | {middle} [{low}, {high}] "
                f"| {expected:,.0f} | {counted:,.0f} | {counted - expected:+,.0f} |"
            )  # fmt: skip
    return [*lines, ""]


def quarter_of(outcome: Outcome) -> float:
    """People counted in months 1 to 3."""
    series = counts_of(outcome.episode, load(outcome.episode.dataset))
    months = [add_months(outcome.episode.first, k) for k in range(3)]
    return sum(n for month, n in zip(series.periods, series.counts.tolist(), strict=True) if month in months)


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
    scope = "named nationalities" if kind in TARGETED else "everybody"
    return f"| `{kind}`, on {scope} | {since} | {len(told.episodes)} | {middle:.2f} [{low:.2f}, {high:.2f}] | {windows} |"


def _row(outcome: Outcome, scored: Score) -> str:
    episode = outcome.episode
    half = "–" if np.isnan(outcome.half_year) else f"{np.exp(outcome.half_year):.2f}"
    low, middle, high = np.exp((scored.low, scored.median, scored.high))
    kind = (
        f"`{episode.kind}`" + ("*" if episode.targeted else "") + (" (widened)" if episode.sign < 0 else "")
    )
    return (
        f"| {episode.name} | {kind} | {episode.first:%Y-%m} | {np.exp(outcome.quarter):.2f} | {half} "
        f"| {middle:.2f} [{low:.2f}, {high:.2f}] | {'yes' if scored.held else 'no'} |"
    )


if __name__ == "__main__":
    main()
