"""What a forecast may look at: the target's panel and other publishers', as they were public on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.data import Dataset
from corridor.forecast.panel import Panel
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, add_steps, month_end, steps_between
from corridor.series.newest import newest_growth


@dataclass(frozen=True)
class Handling:
    """How cautiously a subject's sums are treated; chosen on origins up to 2023-12."""

    plain: tuple[str, ...] = ()
    """Groups whose intervals are as wide as the reference's; the others have a volatility of their own."""
    pool: tuple[str, ...] = ()
    """Series whose errors the reference pools; all of the panel where none are named."""
    total_share: float = 1.0
    """Share of the change expected of all parts that the total is moved by."""
    sum_share: float = 0.0
    """Weight of the sum of the parts against the total's own forecast at one month; it falls as 1/h."""


@dataclass(frozen=True, eq=False)
class Weeks:
    """Weekly counts of what a monthly series counts, or of a part of it: ``first`` and ``known_from`` are ordinals of days."""

    first: npt.NDArray[np.int64]
    """Mondays."""
    counts: Floats
    known_from: npt.NDArray[np.int64]

    @classmethod
    def of(cls, table: pl.DataFrame) -> Weeks:
        """From a weekly dataset's ``date``, ``value`` and ``known_from``."""
        first, known = (np.array([day.toordinal() for day in table[name]]) for name in ("date", "known_from"))
        return cls(first, table["value"].cast(pl.Float64).to_numpy(), known)


@dataclass(frozen=True, eq=False)
class Subject:
    """Series that are forecast together, with all that is known of them later.

    ``groups`` are series that share volatility and past errors; ``leaves`` are series whose sum is ``total``
    (empty where there is no total); ``sources`` names the panels that may lead them.
    """

    id: str
    panel: Panel
    groups: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...] = ()
    total: str | None = None
    sources: tuple[str, ...] = ()
    handling: Handling = field(default_factory=Handling)
    weekly: Dataset | None = None
    """Weekly counts of the part between ports, public before the month is."""
    dataset: str = ""
    """Dataset whose editions say how much a newest month grows; blank where none are read."""


@dataclass(frozen=True, eq=False)
class View:
    """A subject as it was public on ``as_of``; nothing later can be reached from here."""

    subject: str
    as_of: dt.date
    panel: Panel
    """The target's series up to the last published month."""
    groups: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...]
    total: str | None
    sources: Mapping[str, Panel]
    """Other publishers' panels up to their own last published month."""
    handling: Handling = field(default_factory=Handling)
    weeks: Weeks | None = None
    """Weekly counts that were public, where there are any."""

    @classmethod
    def at(cls, subject: Subject, as_of: dt.date, panels: Mapping[str, Panel] | None = None) -> View:
        """The view on a date.

        Raises
        ------
        InputError
            If nothing of the subject was public then.
        """
        last = subject.panel.last_published(as_of)
        if last is None:
            first = subject.panel.last_day(subject.panel.months[0])
            known = first + dt.timedelta(days=subject.panel.lag_days)
            raise InputError(
                f"nothing was published by {as_of}", hint=f"the first count was public on {known}"
            )
        sources = {}
        for name in subject.sources:
            panel = (panels or {}).get(name)
            known_until = panel.last_published(as_of) if panel is not None else None
            if panel is not None and known_until is not None:
                sources[name] = panel.until(known_until)
        panel = _grown(subject, subject.panel.until(last), as_of)
        weeks = Weeks.of(subject.weekly.as_of(as_of).table) if subject.weekly is not None else None
        return cls(
            subject.id, as_of, panel, subject.groups, subject.leaves, subject.total, sources, subject.handling,
            weeks,
        )  # fmt: skip

    @property
    def last(self) -> dt.date:
        """The last published month of the target."""
        return self.panel.months[-1]

    @property
    def rows(self) -> int:
        """Published months of the target."""
        return len(self.panel.months)

    def target(self, horizon: int) -> dt.date:
        """The month ``horizon`` after the last published one."""
        return add_steps(self.last, horizon, self.panel.step)

    def lead(self, source: str) -> int:
        """Months that a source has published beyond the target's last (negative if it lags)."""
        return steps_between(self.last, self.sources[source].months[-1], self.panel.step)

    @cached_property
    def origins(self) -> tuple[dt.date, ...]:
        """For each row the as-of date that stood to it as ``as_of`` stands to the last row."""
        return tuple(self._back(self.rows - 1 - row) for row in range(self.rows))

    def aligned(self, source: str) -> Floats:
        """A source's counts of the target's series on the target's rows, then ``lead`` rows more.

        Shape ``(rows + lead, series)``; NaN where the source has no such month or series.
        """
        panel, lead = self.sources[source], self.lead(source)
        result = np.full((self.rows + lead, len(self.panel.series)), np.nan)
        offset = steps_between(self.panel.months[0], panel.months[0], panel.step)
        first, skip = max(0, offset), max(0, -offset)
        for column, name in enumerate(self.panel.series):
            if name in panel.series:
                values = panel.values[skip:, panel.series.index(name)]
                result[first : first + len(values), column] = values
        return result

    def _back(self, steps: int) -> dt.date:
        if self.panel.step == "week":
            return self.as_of - dt.timedelta(weeks=steps)
        last = month_end(add_months(self.as_of, -steps))
        return (
            last if self.as_of == month_end(self.as_of) else last.replace(day=min(self.as_of.day, last.day))
        )


def _grown(subject: Subject, panel: Panel, as_of: dt.date) -> Panel:
    """The panel with its newest month as later editions are expected to have it, where it is a first reading (``series.newest``)."""
    if not subject.dataset or subject.total is None:
        return panel
    count = float(panel.values[-1, panel.columns([subject.total])[0]])
    growth = newest_growth(subject.dataset, panel.months[-1], count, as_of)
    if growth.log == 0.0 or np.isnan(count):
        return panel
    values = panel.values.copy()
    values[-1] *= np.exp(growth.log)
    return replace(panel, values=values)
