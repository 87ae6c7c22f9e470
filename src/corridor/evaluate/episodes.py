"""Past measures and what happened to the counts of those concerned: the data of the response pools.

The rule by which episodes are chosen stands in docs/responses.md. An outcome is the log of what was counted over what
the months before let expect, in three windows after the start: month 1, months 2 and 3, months 4 to 6.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from pydantic import Field, TypeAdapter

from corridor.data import Dataset, load
from corridor.evaluate.counterfactual import fit_counterfactual
from corridor.model import Declared, InputError
from corridor.model.arrays import Floats
from corridor.model.declared import Identifier, Text
from corridor.model.periods import add_months, months_between
from corridor.series import PublishedSeries, read_series

Kind = Literal[
    "entry", "returns_and_parole", "asylum", "removal_flights", "enforcement_mexico", "enforcement_transit"
]
"""Class of a measure: entry to a country on the way (visas, fees, flights); returns together with parole, on some
nationalities; access to asylum and what follows an encounter; removal flights; enforcement in Mexico; enforcement in
countries of transit."""

WINDOWS: tuple[tuple[int, int], ...] = ((0, 1), (1, 3), (3, 6))
"""Months after the first month, from and up to (exclusive): month 1, months 2 and 3, months 4 to 6."""
HISTORY = 24
"""Months before the first month that an outcome is measured from, at most."""
LEAST_EVENTS = 200.0
"""Events a month, on average over the three months before, without which there is no episode."""
LEAST_BEFORE, LEAST_AFTER = 12, 3
LAST_DAY = 5
"""A measure that starts by this day of a month counts from that month, a later one from the next."""
PANDEMIC = frozenset(dt.date(2020, month, 1) for month in (3, 4, 5, 6))
"""Months that are left out."""
DRAWS = 4000


class Episode(Declared):
    """A past measure, or several that began together, and the series of those concerned."""

    id: Identifier
    name: Text
    name_es: Text
    kind: Kind
    start: dt.date
    announced: dt.date | None = None
    """Day on which its date was public, where the source says so."""
    precision: Literal["day", "month"] = "day"
    sign: Literal[1, -1] = 1
    """1 where it narrows what people meet, -1 where it widens it."""
    targeted: bool = False
    """Whether the measure's own text names the nationalities whose way it closes or opens."""
    measures: tuple[Identifier, ...] = ()
    """Rows of the table of evidence that it consists of."""
    dataset: Identifier
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    nationalities: tuple[Identifier, ...] = ()
    but: tuple[Identifier, ...] = ()
    """Nationalities that are left out where all others are concerned."""
    bundled: str = ""
    """What else began with it."""
    source: Text

    @property
    def first(self) -> dt.date:
        """First month that counts as after the start."""
        month = self.start.replace(day=1)
        return month if self.precision == "day" and self.start.day <= LAST_DAY else add_months(month, 1)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What happened after an episode began: log ratios of counted to expected people."""

    episode: Episode
    effect: Floats
    """Log ratio by window, shape ``(windows,)``; NaN where a month is not published. The sign is that of the counts."""
    covariance: Floats
    """Of the errors of ``effect``, shape ``(windows, windows)``."""
    quarter: float
    """Log ratio of months 1 to 3 together."""
    half_year: float
    """Log ratio of months 1 to 6 together; NaN where one is not published."""
    known_from: tuple[dt.date | None, ...]
    """By window, the day on which its last month was public."""
    before: float
    """Mean monthly count of the three months before."""


@cache
def episodes() -> tuple[Episode, ...]:
    """Every episode, in order of start."""
    return tuple(sorted(TypeAdapter(tuple[Episode, ...]).validate_python(_file()["episodes"]), key=_start))


@cache
def left_out() -> Mapping[str, str]:
    """Measures that are no episode, each with the reason."""
    return _file()["left_out"]


def _start(episode: Episode) -> dt.date:
    return episode.start


@cache
def _file() -> Mapping[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "episodes.yaml").read_text("utf-8"))


def counts_of(episode: Episode, dataset: Dataset, *, others: bool = False) -> PublishedSeries:
    """Monthly counts of those concerned, or of the other nationalities (without Mexicans)."""
    where: dict[str, Sequence[str]] = dict(episode.where)
    if episode.nationalities or episode.but:
        known = [code for code in dataset.codes("nationality") if code]
        if others:
            away = {*episode.nationalities, "MEX"}
            where["nationality"] = [code for code in known if code not in away]
        else:
            where["nationality"] = episode.nationalities or [c for c in known if c not in episode.but]
    return read_series(dataset, (), where).trimmed()


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Outcomes of the episodes that meet the rule."""
    found = []
    for episode in episodes():
        try:
            found.append(measure_episode(episode))
        except InputError:
            continue
    return tuple(found)


def measure_episode(episode: Episode, loader: Callable[[str], Dataset] = load, seed: int = 1) -> Outcome:
    """Measure an outcome against a local level with seasons, fitted to the months before (`fit_counterfactual`).

    Where some nationalities are concerned, the log counts of all others are a control.

    Raises
    ------
    InputError
        Where the rule for episodes is not met: too few events, or too few months before or after.
    """
    dataset = loader(episode.dataset)
    series = counts_of(episode, dataset)
    values, months = _months(series, episode)
    row = months.index(episode.first) if episode.first in months else len(months)
    _check(episode, values, row)
    controls = None
    if episode.nationalities:
        others, _ = _months(counts_of(episode, dataset, others=True), episode, months)
        controls = np.log(others + series.offset)[:, None]
    after = len(months) - row
    logs = np.log(values + series.offset)
    fitted = fit_counterfactual(logs, np.array([month.month for month in months]), after, controls)
    paths = np.exp(fitted.draw(DRAWS, np.random.default_rng(seed)))
    counted = values[row:] + series.offset
    draws = np.stack([_log_ratio(counted, paths, *window) for window in WINDOWS], axis=1)
    known = np.asarray(~np.isnan(draws).any(axis=0))
    covariance = np.full((len(WINDOWS), len(WINDOWS)), np.nan)
    covariance[np.ix_(known, known)] = np.atleast_2d(np.cov(draws[:, known].T))
    public = dict(zip(series.periods, series.known_from, strict=True))
    return Outcome(
        episode, draws.mean(axis=0), covariance,
        float(_log_ratio(counted, paths, 0, 3).mean()), float(_log_ratio(counted, paths, 0, 6).mean()),
        tuple(public.get(add_months(episode.first, last - 1)) if k else None
              for k, (_, last) in zip(known.tolist(), WINDOWS, strict=True)),
        float(np.nanmean(values[row - 3 : row])),
    )  # fmt: skip


def _months(
    series: PublishedSeries, episode: Episode, months: Sequence[dt.date] = ()
) -> tuple[Floats, list[dt.date]]:
    """Counts from ``HISTORY`` months before the first month to the last window, NaN where missing or left out."""
    counts = zip(series.periods, series.counts.tolist(), strict=True)
    found = {month: value for month, value in counts if not math.isnan(value)}
    if not months:
        begin = max(min(found, default=episode.first), add_months(episode.first, -HISTORY))
        end = min(max(found, default=begin), add_months(episode.first, WINDOWS[-1][1] - 1))
        months = [add_months(begin, k) for k in range(months_between(begin, end) + 1)]
    return np.array(
        [np.nan if m in PANDEMIC or m not in found else found[m] for m in months]
    ), list(months)  # fmt: skip


def _check(episode: Episode, values: Floats, row: int) -> None:
    before, after = values[:row], values[row : row + LEAST_AFTER]
    if np.isfinite(before).sum() < LEAST_BEFORE:
        raise InputError(f"{episode.id}: fewer than {LEAST_BEFORE} months before {episode.first:%Y-%m}")
    if after.size < LEAST_AFTER or np.isnan(after).any():
        raise InputError(f"{episode.id}: fewer than {LEAST_AFTER} months from {episode.first:%Y-%m} on")
    if not np.nanmean(before[-3:]) >= LEAST_EVENTS:
        raise InputError(f"{episode.id}: fewer than {LEAST_EVENTS:.0f} events a month before it")


def _log_ratio(counted: Floats, paths: Floats, first: int, last: int) -> Floats:
    """Draws of the log of counted over expected people in months ``first`` to ``last`` (exclusive)."""
    if last > counted.size or np.isnan(counted[first:last]).any():
        return np.full(len(paths), np.nan)
    return np.log(counted[first:last].sum()) - np.log(paths[:, first:last].sum(axis=1))
