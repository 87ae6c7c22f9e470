"""The published counts that a statement is about, by day, month or year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import polars as pl

from corridor.data import Dataset
from corridor.forecast import published_series
from corridor.forecast.panel import month_end
from corridor.model import InputError, Observation
from corridor.text import Pair, has, join, say

Step = Literal["day", "month", "year"]
STEPS: tuple[Step, ...] = ("day", "month", "year")
_LENGTHS: Mapping[int, Step] = {10: "day", 7: "month", 4: "year"}


def step_of(text: str) -> Step:
    """``day``, ``month`` or ``year``, from ``2024-01-05``, ``2024-01`` or ``2024``.

    Raises
    ------
    ValueError
        If the text is no such period, or no date of the calendar.
    """
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        raise ValueError(f"{text!r} is not a day, month or year")
    dt.date.fromisoformat((text + "-01-01")[:10])
    return _LENGTHS[len(text)]


def coarsen(text: str, step: Step) -> str:
    """The day, month or year that a period lies in; a coarser period stays as it is."""
    return text[: {"day": 10, "month": 7, "year": 4}[step]]


def before(text: str) -> str:
    """The period of the same step before this one."""
    step = step_of(text)
    first = dt.date.fromisoformat((text + "-01-01")[:10])
    if step == "year":
        return f"{first.year - 1:04d}"
    return coarsen((first - dt.timedelta(days=1)).isoformat(), step)


def finer(a: Step, b: Step) -> bool:
    """Whether step ``a`` is finer than ``b``."""
    return STEPS.index(a) < STEPS.index(b)


@dataclass(frozen=True, eq=False)
class Counts:
    """An observation's published series: the sum of the dataset's rows that match its ``where``."""

    observation: Observation
    dataset: Dataset

    @cached_property
    def step(self) -> Step:
        """Finest step at which the series is published."""
        frequency = self.dataset.frequency
        return frequency if frequency in ("month", "year") else "day"

    @cached_property
    def _finest(self) -> dict[str, float]:
        """Counts at the series' own step; what is missing is absent."""
        where = self.observation.where
        if self.dataset.additive and self.dataset.frequency in ("month", "year"):
            rows = published_series(self.dataset, (), where).drop_nulls("value")
        else:
            rows = self._plain_rows()
        return {
            coarsen(f"{date}", self.step): float(value)
            for date, value in rows.select("date", "value").iter_rows()
        }

    def _plain_rows(self) -> pl.DataFrame:
        rows = self.dataset.table.filter(
            *[pl.col(name).is_in(list(values)) for name, values in self.observation.where.items()]
        )
        if self.dataset.additive:
            return rows.group_by("date").agg(pl.col("value").sum()).sort("date")
        if rows["date"].is_duplicated().any():
            raise InputError(
                f"observation {self.observation.id!r}: several rows of {self.dataset.id} share a date and may not be summed",
                hint=f"narrow `where` by its columns: {', '.join(self.dataset.dims)}",
            )
        return rows.sort("date")

    @cached_property
    def _by_step(self) -> dict[Step, dict[str, float]]:
        result: dict[Step, dict[str, float]] = {}
        for step in STEPS:
            if finer(step, self.step):
                continue
            groups: dict[str, list[float]] = {}
            for text, value in self._finest.items():
                groups.setdefault(coarsen(text, step), []).append(value)
            result[step] = {
                text: sum(values) for text, values in groups.items() if len(values) == self._whole(text)
            }
        return result

    def _whole(self, text: str) -> int:
        """How many of the series' own steps make up a period; a part of them is no count of it."""
        step = step_of(text)
        if step == self.step:
            return 1
        if self.step == "month":
            return 12
        last = (
            dt.date(int(text[:4]), 12, 31)
            if step == "year"
            else month_end(dt.date.fromisoformat(text + "-01"))
        )
        first = dt.date.fromisoformat((text + "-01-01")[:10])
        return (last - first).days + 1

    def at(self, step: Step) -> dict[str, float]:
        """Count by period of a step, in order of time; whole periods only."""
        return self._by_step.get(step, {})

    def value(self, text: str) -> float | None:
        """Count of a period; ``None`` where it is not published."""
        return self.at(step_of(text)).get(text)

    def known_from(self, text: str) -> dt.date | None:
        """Day on which the last row of a period was public."""
        step = step_of(text)
        dates = pl.col("date").dt.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[step])
        last = self.dataset.table.filter(dates == text)["known_from"].max()
        return last if isinstance(last, dt.date) else None

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
        known = list(self._finest)
        words = say(f"claims.published_{self.dataset.frequency}")
        if has(scope := f"datasets.{self.dataset.id}"):
            words = join(say(scope), words, between=", ")
        if not known:
            return join(self.name, words, say("claims.no_figures"), between=": ")
        return say("claims.covers", name=self.name, scope=words, first=known[0], last=known[-1])
