"""What Border Patrol's weeks add to the forecast of the US: the default forecast with and without them, at every origin.

    python benchmarks/running_month.py [--first 2022-01] [--last 2025-04] [--origins FILE.csv]

The rule was chosen on origins of 2022. WIS and absolute errors of medians with the weeks over those without, each series weighing the same; --origins writes
those of the US total origin by origin.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl

from corridor.forecast import TRANSIT, View, standard_panels, standard_subjects
from corridor.forecast.backtest import backtest_models, score_rows
from corridor.forecast.models import COMBINED, Combination
from corridor.forecast.rolling import ORIGIN_KINDS, as_of_date
from corridor.forecast.sets import SECTORS
from corridor.model.periods import add_months, months_between

HORIZONS = (1, 2, 3)
SETS = {"US total": ("total",), "ten nationalities": TRANSIT, "nine sectors": SECTORS}
PERIODS = {"2022": (2022, 2022), "2023": (2023, 2023), "from 2024-01": (2024, 2100)}
KEYS = ["origin", "month", "series", "horizon"]


def main() -> None:
    args = _arguments()
    panels = standard_panels()
    subject = standard_subjects(panels)["us"]
    (found,) = backtest_models((COMBINED,))
    assert isinstance(found, Combination)
    models = {"with": found, "without": replace(found, running=None)}
    frames = []
    for kind in ORIGIN_KINDS:
        for step in range(months_between(args.first, args.last) + 1):
            month = add_months(args.first, step)
            as_of = as_of_date(month, kind)
            view = View.at(subject, as_of, panels)
            ahead = [h for h in HORIZONS if view.target(h) <= subject.panel.months[-1]]
            for name, model in models.items():
                forecast = model.fit_predict(view, ahead)
                frames += [
                    score_rows("us", kind, month, as_of, name, h, subject.panel, view.target(h), forecast.quantiles[i])
                    for i, h in enumerate(ahead)
                ]  # fmt: skip
    report(pl.concat(frames), args.origins)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in (("first", dt.date(2022, 1, 1)), ("last", dt.date(2025, 4, 1))):
        parser.add_argument(f"--{name}", type=lambda text: dt.date.fromisoformat(f"{text}-01"), default=default)  # fmt: skip
    parser.add_argument("--origins", type=Path)
    return parser.parse_args()


def report(scores: pl.DataFrame, origins: Path | None) -> None:
    """A row by period, kind of origin and set: ratios at one, two and three months, and what 80 % intervals hold."""
    scores = scores.with_columns(error=(pl.col("median") - pl.col("observed")).abs())
    columns = [*KEYS, "wis", "error", "inside_80"]
    with_, without = (scores.filter(model=name).select(columns) for name in ("with", "without"))
    both = with_.join(without, on=KEYS, suffix="_without")
    print(
        "| period | origin | set | WIS 1, 2, 3 months | absolute error | 80 % interval holds, with | without |"
    )
    for period, (first, last) in PERIODS.items():
        for kind in ORIGIN_KINDS:
            for name, series in SETS.items():
                part = both.filter(
                    pl.col("month").dt.year().is_between(first, last), pl.col("origin") == kind,
                    pl.col("series").is_in(list(series)),
                )  # fmt: skip
                if part.height:
                    print(f"| {period} | {kind} | {name} |" + "".join(f" {text} |" for text in _cells(part)))
    if origins is not None:
        both.filter(series="total").sort(KEYS).write_csv(origins, float_precision=4)


def _cells(part: pl.DataFrame) -> list[str]:
    means = part.group_by("horizon", "series").agg(pl.exclude("origin", "month").mean())
    ratios = means.with_columns(
        wis=pl.col("wis") / pl.col("wis_without"), error=pl.col("error") / pl.col("error_without")
    )
    by = ratios.group_by("horizon").agg(pl.exclude("series").mean()).sort("horizon")
    forms = (("wis", ".2f"), ("error", ".2f"), ("inside_80", ".0%"), ("inside_80_without", ".0%"))
    return [", ".join(format(value, form) for value in by[name]) for name, form in forms]


if __name__ == "__main__":
    main()
