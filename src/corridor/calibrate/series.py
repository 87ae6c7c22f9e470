"""Published series, lined up with the months and groups of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.data import Dataset
from corridor.engine import Compiled
from corridor.engine.parameters import coverage
from corridor.model import Observation
from corridor.model.arrays import Floats
from corridor.series import PublishedSeries, corridor_series
from corridor.series.newest import Growth, newest_growth


@dataclass
class CountingPoint:
    """A published series on the run's months: ``value`` (months, groups of the margin), NaN if unknown."""

    observation: Observation
    margin: npt.NDArray[np.int64]
    """Position of each group in the margin."""
    labels: list[tuple[str, str]]
    value: Floats
    flows: list[int]
    stocks: list[int]
    coverage: Floats
    day: npt.NDArray[np.int64]
    """Day of the run that a month's value was counted on; -1 for the whole month."""


def expect_growth(series: CountingPoint, months: Sequence[dt.date], as_of: dt.date) -> Growth:
    """Raise the newest month of a monthly series by what later editions are expected to add, where it is a first reading."""
    known = np.nonzero(~np.isnan(series.value).all(axis=1))[0]
    observation = series.observation
    if not known.size or observation.where or (series.day >= 0).any():
        return Growth()
    last = int(known[-1])
    growth = newest_growth(observation.dataset, months[last], float(np.nansum(series.value[last])), as_of)
    series.value[last] *= np.exp(growth.log)
    return growth


def read_counting_point(compiled: Compiled, observation: Observation, dataset: Dataset) -> CountingPoint:
    """Line a published series up with the months and groups of a run.

    Raises
    ------
    InputError
        As :func:`corridor.series.corridor_series`.
    """
    series = corridor_series(observation, dataset, compiled.corridor)
    labels = [_label(series, part) for part in series.parts]
    of_group = [
        (
            group.nationality if "nationality" in series.by else "",
            group.household if "household" in series.by else "",
        )
        for group in compiled.groups
    ]
    margin = list(dict.fromkeys(of_group))
    day = _days_of_points(series, compiled)
    value = np.full((len(compiled.months), len(margin)), np.nan)
    for m, month in enumerate(compiled.months):
        row = series.position(compiled.dates[day[m]] if series.step == "point" else month)
        if 0 <= row < len(series.periods) and (series.step != "point" or day[m] >= 0):
            value[m] = [series.values[row, labels.index(label)] for label in margin]
    names = list(compiled.flow_ids)
    return CountingPoint(
        observation=observation,
        margin=np.array([margin.index(label) for label in of_group]),
        labels=margin,
        value=value,
        flows=[names.index(f) for f in observation.flows],
        stocks=[compiled.stock_ids.index(k) for k in observation.stocks],
        coverage=coverage(compiled.table, compiled.corridor.groups, observation.id, compiled.months),
        day=day,
    )


def _label(series: PublishedSeries, part: tuple[str, ...]) -> tuple[str, str]:
    """Nationality and household of a part, blank where the series is not split by it."""
    of = dict(zip(series.by, part, strict=True))
    return of.get("nationality", ""), of.get("household", "")


def _days_of_points(series: PublishedSeries, compiled: Compiled) -> npt.NDArray[np.int64]:
    """The day of the run on which the last dated point of each month stands; -1 without one."""
    day = np.full(len(compiled.months), -1, dtype=np.int64)
    if series.step == "point":
        day_of = {date: d for d, date in enumerate(compiled.dates)}
        for date in series.periods:
            if date in day_of:
                day[compiled.calendar.day_month[day_of[date]]] = day_of[date]
    return day
