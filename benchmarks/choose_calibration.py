"""How `smooth` of departures and `anchor` in the Americas' calibration plan were chosen.

As-of dates from May to October 2022; every target lies in 2022, so that no month on which the shipped scores
are reported was looked at. Prints the weighted interval score relative to the reference at horizons 1 to 6,
for the US total and the ten transit nationalities, and how often the 80 % interval of the total covered what came.

    python benchmarks/choose_calibration.py [MEMBERS]

Half an hour on a quiet core with 40 members. Two things are varied, the rest stays: one fit serves all anchors.
"""

from __future__ import annotations

import calendar
import copy
import datetime as dt
import sys

import polars as pl

from corridor.calibrate import CalibrationPlan, read_plan
from corridor.calibrate.store import finished_fit, started_fit
from corridor.forecast import TRANSIT
from corridor.forecast.monthly_scores import score_against_reference
from corridor.formats import find_corridor, open_corridor

SMOOTH = (0.1, 0.5, 1.0)
ANCHOR = (0.0, 0.5, 1.0)
DATES = [dt.date(2022, month, calendar.monthrange(2022, month)[1]) for month in range(5, 11)]
LAST = dt.date(2022, 12, 1)


def varied(plan: CalibrationPlan, smooth: float) -> CalibrationPlan:
    fields = tuple(
        field.model_copy(update={"smooth": smooth}) if field.method == "departures" else field
        for field in plan.fields
    )
    return plan.model_copy(update={"fields": fields, "anchor": 0.0})


def relative(scores: pl.DataFrame) -> float:
    """Mean over the series of WIS in units of the reference's, each series weighing the same."""
    by = scores.group_by("series").agg(pl.col("wis", "wis_reference").mean())
    return float((by["wis"] / by["wis_reference"]).mean())  # pyrefly: ignore


def main(members: int) -> None:
    corridor = open_corridor("americas")
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    found: dict[tuple[float, float], list[pl.DataFrame]] = {}
    for smooth in SMOOTH:
        for date in DATES:
            fit = started_fit(corridor, varied(plan, smooth), date)
            fit.solve()
            plain = copy.deepcopy(fit.base)
            for anchor in ANCHOR:
                fit.base = copy.deepcopy(plain)
                fit.plan = fit.plan.model_copy(update={"anchor": anchor})
                fit.anchor()
                calibration = finished_fit(fit, fit.run())
                scores = score_against_reference(corridor, calibration, members=members, publishers=("us",))
                found.setdefault((smooth, anchor), []).append(scores.filter(pl.col("month") <= LAST))
    print("smooth  anchor  US total  ten nationalities  80 % of the total  80 % of the ten")
    for (smooth, anchor), frames in found.items():
        table = pl.concat(frames)
        total = table.filter(pl.col("series") == "total")
        ten = table.filter(pl.col("series").is_in(TRANSIT))
        print(
            f"{smooth:6}  {anchor:6}  {relative(total):8.3f}  {relative(ten):17.3f}  "
            f"{total['inside_80'].mean():17.0%}  {ten['inside_80'].mean():15.0%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
