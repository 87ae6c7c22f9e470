"""Arrivals of a scenario beside those of the base, from the corridor's own expected values."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.calibrate import read_calibration
from corridor.engine import Noise
from corridor.ensemble import simulate
from corridor.forecast.engine import compile_forecast
from corridor.formats import calibration_dates
from corridor.model import Corridor, InputError, did_you_mean
from corridor.model.arrays import Floats


def arrival_factor(
    corridor: Corridor, scenario: str, base: str | None, city: str, as_of: dt.date, weeks: int
) -> Floats:
    """By which a scenario multiplies a city's weekly arrivals, (week,); weeks after the corridor's end keep the last.

    Both runs are the corridor's expected values (no noise), from the state fitted on the as-of day.

    Raises
    ------
    InputError
        On an unknown scenario, a city without arrivals in the corridor, or no calibration on the day.
    """
    ids = [s.id for s in corridor.scenarios]
    if scenario not in ids:
        raise InputError(
            f"there is no scenario {scenario!r}", hint=did_you_mean(scenario, ids) or ", ".join(ids)
        )
    flows = [f.id for f in corridor.flows if f.to_stock == f"{city}.arrived"]
    if not flows:
        raise InputError(f"the corridor has no arrivals in {city!r}")
    if corridor.folder is None or as_of.isoformat() not in calibration_dates(corridor.folder):
        raise InputError(f"the corridor has no calibration as of {as_of}",
                         hint=f"run: corridor calibrate {corridor.settings.id} --as-of {as_of}")  # fmt: skip
    fitted = read_calibration(corridor.folder / "calibration", as_of)
    end = min(as_of + dt.timedelta(weeks=weeks), corridor.settings.end)
    counts = []
    for name in (base, scenario):
        compiled = compile_forecast(
            corridor, fitted, name, end=end, members=1, noise=Noise(False, False, False)
        )
        run = simulate(compiled, members=1)
        daily = run.flow_by_day(*flows)[0]
        daily = daily.reshape(daily.shape[0], -1).sum(axis=1)
        first = (as_of - compiled.spec.start).days + 1
        counts.append(daily[first:])
    whole = min(len(counts[0]) // 7, weeks)
    base_weeks, with_it = (c[: 7 * whole].reshape(whole, 7).sum(axis=1) for c in counts)
    factor = np.where(base_weeks > 0, with_it / np.maximum(base_weeks, 1e-9), 1.0)
    last = factor[-1] if whole else 1.0
    return np.concatenate([factor, np.full(weeks - whole, last)])
