"""How `smooth` of departures and `anchor` in the Americas' calibration plan were chosen.

Eight as-of dates, May to December 2022; every target lies before June 2023, so nothing that the shipped
scores are reported on was looked at. Prints the weighted interval score relative to the reference at
horizons 2 to 6, averaged over the dates. Takes about 20 minutes: `python benchmarks/choose_calibration.py`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import statistics

import polars as pl

from corridor.calibrate import CalibrationPlan, calibrate, read_plan
from corridor.forecast import TRANSIT, compare_with_reference, standard_panels
from corridor.forecast.engine import TOTAL, compile_forecast, run_forecast, series_samples
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor

SMOOTH = (0.1, 0.5, 1.0)
ANCHOR = (0.0, 0.5, 1.0)
DATES = [dt.date(2022, month, calendar.monthrange(2022, month)[1]) for month in range(5, 13)]


def varied(plan: CalibrationPlan, smooth: float, anchor: float) -> CalibrationPlan:
    fields = tuple(
        field.model_copy(update={"smooth": smooth}) if field.method == "departures" else field
        for field in plan.fields
    )
    return plan.model_copy(update={"fields": fields, "anchor": anchor})


def ratios(corridor: Corridor, plan: CalibrationPlan, as_of: dt.date) -> tuple[float, float]:
    calibration = calibrate(corridor, plan, as_of)
    second = (calibration.known_until + dt.timedelta(days=62)).replace(day=1)
    end = (second + dt.timedelta(days=31 * 5)).replace(day=1) - dt.timedelta(days=1)
    compiled = compile_forecast(corridor, calibration, None, end=end, members=100)
    target = next(o for o in corridor.observations if o.id == plan.target)
    samples = series_samples(run_forecast(compiled, workers=2), compiled, target)
    samples = samples.filter(pl.col("month") >= second, pl.col("series").is_in([TOTAL, *TRANSIT]))
    groups = {"total": [TOTAL], "ten": list(TRANSIT)}
    scored = compare_with_reference(samples, standard_panels()["us"], as_of, groups).groups
    total, ten = scored["ratio"].to_list()
    return total, ten


def main() -> None:
    corridor = open_corridor("americas")
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    print("smooth  anchor  US total  ten nationalities   (relative WIS, mean of 8 dates)")
    for smooth, anchor in itertools.product(SMOOTH, ANCHOR):
        found = [ratios(corridor, varied(plan, smooth, anchor), date) for date in DATES]
        total, ten = (statistics.fmean(values) for values in zip(*found, strict=True))
        print(f"{smooth:6}  {anchor:6}  {total:8.3f}  {ten:17.3f}", flush=True)


if __name__ == "__main__":
    main()
