"""The published counts that a statement is about, by day, month or year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from corridor.data import Dataset
from corridor.model import Observation
from corridor.model.periods import Step, is_finer, write_period, written_start, written_step
from corridor.series import PublishedSeries, observed_series, whole_dates
from corridor.text import Pair, has, join, say

WRITTEN_STEPS: tuple[Step, ...] = ("day", "month", "year")
"""Steps in which a statement can name a period."""


def coarsen(text: str, step: Step) -> str:
    """The day, month or year that a period lies in; a coarser period stays as it is."""
    return text[: len(write_period(dt.date.min, step))]


def before(text: str) -> str:
    """The period of the same step before this one."""
    step = written_step(text)
    return write_period(written_start(text) - dt.timedelta(days=1), step)


@dataclass(frozen=True, eq=False)
class Counts:
    """An observation's published series, its periods written as in statements."""

    observation: Observation
    dataset: Dataset

    @cached_property
    def series(self) -> PublishedSeries:
        """The series at its own step, without dates on which a part of the total is missing."""
        return observed_series(self.observation, whole_dates(self.dataset, self.observation.where, []))

    @cached_property
    def step(self) -> Step:
        """Finest step at which the series is published."""
        frequency = self.dataset.frequency
        return frequency if frequency in ("month", "year") else "day"

    @cached_property
    def _by_step(self) -> dict[Step, dict[str, float]]:
        own: dict[Step, dict[str, float]] = {self.step: self.series.known()}
        if self.dataset.frequency in ("point", "week"):  # these make up no month
            return own
        longer = [step for step in WRITTEN_STEPS if is_finer(self.step, step)]
        return own | {step: self.series.at(step).known() for step in longer}

    def at(self, step: Step) -> Mapping[str, float]:
        """Count by period of a step, in order of time; whole periods only."""
        return self._by_step.get(step, {})

    def value(self, text: str) -> float | None:
        """Count of a period; ``None`` where it is not published."""
        return self.at(written_step(text)).get(text)

    def known_from(self, text: str) -> dt.date | None:
        """Day on which the last figure of a period was public; ``None`` where there is none."""
        step = written_step(text)
        days = [
            day
            for start, day in zip(self.series.periods, self.series.known_from, strict=True)
            if day is not None and write_period(start, step) == text
        ]
        return max(days, default=None)

    @property
    def name(self) -> Pair:
        """Name of the series."""
        return self.observation.name, self.observation.name_es

    @property
    def publisher(self) -> str:
        """Who published the counts first."""
        return self.dataset.sources[0].publisher if self.dataset.sources else self.dataset.title

    @property
    def publishers(self) -> tuple[str, ...]:
        """Everybody through whose hands the counts came."""
        return tuple(dict.fromkeys(source.publisher for source in self.dataset.sources))

    @property
    def coverage(self) -> Pair:
        """What the series covers, in words."""
        known = list(self.at(self.step))
        words = say(f"claims.published_{self.dataset.frequency}")
        if has(scope := f"datasets.{self.dataset.id}"):
            words = join(say(scope), words, between=", ")
        if not known:
            return join(self.name, words, say("claims.no_figures"), between=": ")
        return say("claims.covers", name=self.name, scope=words, first=known[0], last=known[-1])
