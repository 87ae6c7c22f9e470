"""The corridor model's own forecast: its calibrated base, run on beyond what is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from corridor.calibrate import Calibration
from corridor.data import datasets, load
from corridor.engine import Compiled, MemberPaths, Noise, RunSpec, compile_corridor
from corridor.ensemble import Trajectories, by_nationality, nationalities, observe, simulate
from corridor.model import Corridor, Observation, Scenario
from corridor.model.periods import period_end

if TYPE_CHECKING:
    from corridor.forecast.coupled.margins import Margins

TOTAL = "total"
"""Name of the sum of all nationalities in a table of samples."""


def compile_forecast(
    corridor: Corridor,
    calibration: Calibration,
    scenario: Scenario | str | None,
    *,
    end: dt.date,
    seed: int = 1,
    members: int = 200,
    hindsight: bool = False,
    noise: Noise | None = None,
    paths: MemberPaths | None = None,
) -> Compiled:
    """Compile a run from the last month that the calibration's target knows, to ``end``.

    Departures are shocked from that month on, since most who left then are counted later; the counts of
    the month itself are known and are no forecast. ``paths`` stand in place of those shocks
    (:func:`corridor.forecast.coupled.coupling`); without them members are those of the calibration's posterior.
    """
    spec = RunSpec(
        start=calibration.start,
        end=end,
        seed=seed,
        members=members,
        as_of=calibration.as_of,
        hindsight=hindsight,
        noise=noise or Noise(),
        shocks_from=calibration.known_until,
        state=calibration.state,
        paths=paths or (calibration.posterior.paths if calibration.posterior else None),
    )
    return compile_corridor(corridor, scenario, spec, calibration.parameters)


def run_forecast(
    compiled: Compiled,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
    store: Path | None = None,
    keep: bool = False,
) -> Trajectories:
    """Run every member of a compiled forecast."""
    return simulate(compiled, workers=workers, executor=executor, progress=progress, store=store, keep=keep)


def months_ahead(compiled: Compiled, observation: Observation) -> list[int]:
    """Positions of the run's whole months that the series' publisher had not published by the as-of date.

    A month in which the run begins or ends has a part of its people only, and is no month of a series.
    """
    as_of = compiled.spec.as_of
    whole = [m for m, month in enumerate(compiled.months) if covers_month(compiled.spec, month)]
    if as_of is None or observation.dataset not in datasets(compiled.corridor):
        return whole
    known = load(observation.dataset, compiled.corridor).as_of(as_of).known_until
    return [m for m in whole if known is None or compiled.months[m] > known]


def covers_month(spec: RunSpec, month: dt.date) -> bool:
    """Whether a run counts every day of the month that begins on ``month``."""
    return spec.start <= month and period_end(month, "month") <= spec.end


def series_samples(
    trajectories: Trajectories, compiled: Compiled, observation: Observation, margins: Margins | None = None
) -> pl.DataFrame:
    """Coherent samples of the months of a series that were not published yet: ``series`` (a nationality or ``total``), ``month``,
    ``member``, ``value`` (people); a total is the sum of joint draws. ``margins`` carries the members to those of the default forecast."""
    ahead = months_ahead(compiled, observation)
    months = [compiled.months[m] for m in ahead]
    counts = by_nationality(
        compiled.groups, observe(trajectories, compiled.corridor, observation, compiled.table)
    )
    counts = (margins.carry(observation.id, counts) if margins else counts)[:, ahead, :]
    names: Sequence[str] = nationalities(compiled.corridor) if "nationality" in observation.by else ()
    parts = {TOTAL: counts.sum(axis=2), **{name: counts[:, :, i] for i, name in enumerate(names)}}
    frame = pl.DataFrame(
        {
            "month": [month for _ in range(counts.shape[0]) for month in months],
            "member": [member for member in range(counts.shape[0]) for _ in months],
            **{name: values.reshape(-1) for name, values in parts.items()},
        }
    )
    return frame.unpivot(index=["month", "member"], variable_name="series", value_name="value").select(
        "series", "month", "member", "value"
    )
