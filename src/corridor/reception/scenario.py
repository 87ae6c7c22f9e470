"""Arrivals of a scenario beside those of the base, from the corridor's own expected values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

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
    flows = [f.id for f in corridor.flows if f.to_stock == f"{city}.arrived"]
    if not flows:
        raise InputError(f"the corridor has no arrivals in {city!r}")
    base_weeks, with_it = (
        expected(corridor, name, as_of, weeks, flows).sum(axis=1) for name in (base, scenario)
    )
    whole = min(len(base_weeks), weeks)
    factor = np.where(base_weeks > 0, with_it / np.maximum(base_weeks, 1e-9), 1.0)
    last = factor[-1] if whole else 1.0
    return np.concatenate([factor, np.full(weeks - whole, last)])


def expected(
    corridor: Corridor, scenario: str | None, as_of: dt.date, weeks: int, flows: Sequence[str]
) -> Floats:
    """Expected people by whole week after the as-of day through each flow, (week, flow); ``None``: the base.

    Raises
    ------
    InputError
        On an unknown scenario, or no calibration on the day.
    """
    ids = [s.id for s in corridor.scenarios]
    if scenario is not None and scenario not in ids:
        hint = did_you_mean(scenario, ids) or ", ".join(ids)
        raise InputError(f"there is no scenario {scenario!r}", hint=hint)
    if corridor.folder is None or as_of.isoformat() not in calibration_dates(corridor.folder):
        hint = f"run: corridor calibrate {corridor.settings.id} --as-of {as_of}"
        raise InputError(f"the corridor has no calibration as of {as_of}", hint=hint)
    fitted = read_calibration(corridor.folder / "calibration", as_of)
    end = min(as_of + dt.timedelta(weeks=weeks), corridor.settings.end)
    silent = Noise(False, False, False)
    compiled = compile_forecast(corridor, fitted, scenario, end=end, members=1, noise=silent)
    run = simulate(compiled, members=1)
    first = (as_of - compiled.spec.start).days + 1
    daily = np.stack([run.flow_by_day(flow)[0] for flow in flows], axis=1)[first:]
    whole = min(len(daily) // 7, weeks)
    return daily[: 7 * whole].reshape(whole, 7, len(flows)).sum(axis=1)
