"""The Americas refitted at twelve as-of dates, January to December 2023, and its forecasts scored beside the reference.

Every refit knows what was public on its date and nothing later; no choice was made on these dates (see
choose_calibration.py). Finished dates are kept in OUT, so that a broken run goes on where it stood.

    python benchmarks/validate_dates.py OUT [--members 200] [--workers 1]    run what is missing, print the tables
    python benchmarks/validate_dates.py OUT --docs                           write them into docs/calibration.md

A date takes about a minute and a half on a quiet core with 200 members.
"""

from __future__ import annotations

import argparse
import calendar
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from corridor.calibrate import calibrate, read_plan
from corridor.forecast import TRANSIT, relative_wis, standard_panels
from corridor.forecast.monthly_scores import score_against_reference
from corridor.forecast.sets import FIELD_OFFICES, SECTORS
from corridor.formats import find_corridor, open_corridor

DATES = [dt.date(2023, month, calendar.monthrange(2023, month)[1]) for month in range(1, 13)]
HORIZONS = (1, 2, 3, 4, 5, 6)
SETS: Mapping[str, tuple[str, Sequence[str]]] = {
    "US total": ("us", ("total",)),
    "US, ten transit nationalities": ("us", TRANSIT),
    "US, nine sectors": ("us", SECTORS),
    "US, four field offices": ("us", FIELD_OFFICES),
    "Mexico total": ("mexico", ("total",)),
    "Honduras total": ("honduras", ("total",)),
    "Darién total": ("darien", ("total",)),
}
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
BEGIN, END = "<!-- begin: written by benchmarks/validate_dates.py -->\n", "<!-- end of dates -->\n"


def run(out: Path, members: int, workers: int) -> None:
    """Score every date that has no file yet."""
    corridor = open_corridor("americas")
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    out.mkdir(parents=True, exist_ok=True)
    for date in DATES:
        file = out / f"{date}.parquet"
        if file.exists():
            continue
        scores = score_against_reference(
            corridor, calibrate(corridor, plan, date), members=members, workers=workers
        )
        part = file.with_suffix(".part")
        scores.with_columns(pl.lit(date).alias("origin")).write_parquet(part)
        part.replace(file)
        print(f"{date} done", flush=True)


def changes(publisher: str, table: pl.DataFrame) -> dict[str, float]:
    """Mean absolute one-month change of each series over the scored months: the unit of its scores."""
    panel = standard_panels()[publisher]
    first, last = (panel.position(month) for month in (table["month"].min(), table["month"].max()))
    moved = np.nanmean(np.abs(np.diff(panel.values[first - 1 : last + 1], axis=0)), axis=0)
    return dict(zip(panel.series, moved.tolist(), strict=True))


def summary(scores: pl.DataFrame) -> Iterator[str]:
    """Coverage and WIS relative to the reference, by set and horizon."""
    yield "| series | | " + " | ".join(f"{h}" for h in HORIZONS) + " |"
    yield "|---|---|" + "---|" * len(HORIZONS)
    for name, (publisher, series) in SETS.items():
        table = scores.filter(pl.col("publisher") == publisher, pl.col("series").is_in(list(series)))
        unit = changes(publisher, table)
        hits, ratios = [], []
        for horizon in HORIZONS:
            part = table.filter(pl.col("horizon") == horizon)
            hits.append(f"{part['inside_80'].mean():.0%}" if part.height else "")
            keys = ["series", "month", "origin"]
            model, reference = part.select(*keys, "wis"), part.select(*keys, wis=pl.col("wis_reference"))
            ratios.append(f"{relative_wis(model, reference, unit):.2f}" if part.height else "")
        yield f"| {name} | in the 80 % interval | " + " | ".join(hits) + " |"
        yield "| | WIS over the reference's | " + " | ".join(ratios) + " |"


def misses(scores: pl.DataFrame) -> Iterator[str]:
    """What came of the US total 1, 3 and 6 months ahead, beside the 80 % interval; a miss is bold."""
    yield "| as of | 1 month ahead | 3 months | 6 months |"
    yield "|---|---|---|---|"
    total = scores.filter(pl.col("publisher") == "us", pl.col("series") == "total")
    for date in sorted(total["origin"].unique()):
        cells = []
        for horizon in (1, 3, 6):
            row = total.filter(pl.col("origin") == date, pl.col("horizon") == horizon)
            if row.height:
                low, high, seen = (row[c].item() / 1000 for c in ("low", "high", "observed"))
                text = f"{seen:.0f}" if row["inside_80"].item() else f"**{seen:.0f}**"
                cells.append(f"{text} [{low:.0f}, {high:.0f}]")
            else:
                cells.append("")
        yield f"| {date} | " + " | ".join(cells) + " |"


def tables(out: Path) -> str:
    files = sorted(out.glob("*.parquet"))
    scores = pl.concat(pl.read_parquet(file) for file in files)
    head = f"{len(files)} dates, {scores.height:,} scores.\n"
    return "\n".join([head, *summary(scores), "", "US total, thousands:", "", *misses(scores), ""])


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--members", type=int, default=200)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--docs", action="store_true")
    given = arguments.parse_args()
    if not given.docs:
        run(given.out, given.members, given.workers)
        print(tables(given.out))
        return
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + tables(given.out) + END + after, "utf-8")


if __name__ == "__main__":
    main()
