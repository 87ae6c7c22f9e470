"""From paths of the census to beds, rooms, staff, buses, meals and money by week, and to the beds that are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.model.arrays import Bools, Floats
from corridor.model.periods import period_end
from corridor.reception.balance import Fitted, Paths, drawn_members

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True)
class Range:
    """A number with the ends of its 90 % interval."""

    value: float
    low: float
    high: float
    source: str = ""

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draws of a normal distribution that is cut at zero."""
        spread = (self.high - self.low) / 2.0 / 1.645
        return np.maximum(self.value + spread * rng.standard_normal(count), 0.0)


@dataclass(frozen=True)
class Ratios:
    """What a person in reception needs; assumptions that a user replaces."""

    people_per_room: float = 2.5
    staff_per_100: float = 8.0
    """Staff on the payroll for 100 people, all shifts."""
    meals_per_day: float = 3.0
    people_per_bus: float = 45.0
    cost: Range | None = None
    """US dollars per person (or other unit of the census) and day."""


@dataclass(frozen=True)
class Beds:
    """Beds (places) from each day on."""

    steps: tuple[tuple[dt.date, float], ...]
    source: str = ""

    def on(self, days: Sequence[dt.date]) -> Floats:
        """Beds on each day; before the first step those of the first."""
        return np.array([[n for d, n in self.steps if d <= day][-1:] or [self.steps[0][1]] for day in days])[
            :, 0
        ]

    def more(self, extra: float, start: dt.date) -> Beds:
        """With some more from a day on."""
        before = [(d, n) for d, n in self.steps if d <= start]
        at = before[-1][1] if before else self.steps[0][1]
        later = [(d, n + extra) for d, n in self.steps if d > start]
        kept = tuple(step for step in before if step[0] < start) or ((start - dt.timedelta(days=3650), at),)
        return Beds((*kept, (start, at + extra), *later), self.source)


@dataclass(frozen=True)
class Chance:
    """The chance that the census passes the beds, by week."""

    days: tuple[dt.date, ...]
    above: Floats
    """On the day itself."""
    ever: Floats
    """On any of the days from the as-of day up to this one, path by path."""


@dataclass(frozen=True)
class ExtraBeds:
    """The smallest number of extra beds that keeps the chance of passing them at ``limit`` or below.

    ``extra`` are needed by ``needed_by`` at the latest: the first week by which the chance exceeds the limit
    without any. ``schedule`` gives for each week how many must stand by then.
    """

    extra: int
    needed_by: dt.date | None
    by: dt.date
    limit: float
    chance_without: float
    chance_with: float
    schedule: tuple[tuple[dt.date, int], ...]


def chance_of_passing(paths: Paths, beds: Beds) -> Chance:
    """The chance of passing the beds, in each week and in any up to it."""
    over: Bools = paths.total > beds.on(paths.days)[:, None]
    ever = np.logical_or.accumulate(over, axis=0)
    return Chance(paths.days, over.mean(axis=1), ever.mean(axis=1))


def extra_beds(paths: Paths, beds: Beds, by: dt.date, limit: float) -> ExtraBeds:
    """The smallest number of extra beds for a chance of at most ``limit`` at any time up to ``by``.

    The largest shortage of each path is sorted; the answer is the smallest whole number that no more than the
    share ``limit`` of the paths exceeds.
    """
    rows = [i for i, day in enumerate(paths.days) if day <= by]
    short = paths.total[rows] - beds.on([paths.days[i] for i in rows])[:, None]
    worst = np.maximum.accumulate(short, axis=0)
    needed = [_smallest(row, limit) for row in worst]
    first = next((i for i in rows if needed[i] > 0), None)
    extra = needed[-1]
    return ExtraBeds(
        extra, None if first is None else paths.days[first], by, limit, float((worst[-1] > 0).mean()),
        float((worst[-1] > extra).mean()), tuple((paths.days[i], needed[i]) for i in rows),
    )  # fmt: skip


def _smallest(shortage: Floats, limit: float) -> int:
    """Smallest whole number, 0 or more, that at most the share ``limit`` exceeds."""
    ordered = np.sort(shortage)[::-1]
    allowed = int(np.floor(limit * len(ordered) + 1e-9))
    worst = ordered[allowed] if allowed < len(ordered) else 0.0
    return max(0, int(np.ceil(worst - 1e-9)))


def quantities(paths: Paths, ratios: Ratios, seed: int = 1) -> dict[str, Floats]:
    """Draws by week, (week, draw): what the census and the arrivals need in the week before each day."""
    total = paths.total
    mean = np.concatenate([total[:1], (total[1:] + total[:-1]) / 2.0])
    made = {
        "census": total,
        "arrivals": paths.arrivals,
        "exits": paths.exits.sum(axis=2),
        "rooms": np.ceil(total / ratios.people_per_room),
        "staff": np.ceil(total * ratios.staff_per_100 / 100.0),
        "meals": mean * ratios.meals_per_day * 7.0,
        "buses": np.ceil(paths.arrivals / ratios.people_per_bus),
    }
    if ratios.cost is not None:
        rng = np.random.default_rng([seed, 11])
        made["cost"] = mean * 7.0 * ratios.cost.draws(total.shape[1], rng)[None, :]
    return made


def week_table(paths: Paths, ratios: Ratios, beds: Beds | None, seed: int = 1) -> pl.DataFrame:
    """Quantiles by week: ``date, item, quantile, value``; the first row's flows are left out."""
    rows: list[tuple[dt.date, str, float, float]] = []
    for item, draws in quantities(paths, ratios, seed).items():
        flows = item in ("arrivals", "exits", "buses", "meals", "cost")
        for i, day in enumerate(paths.days):
            if i or not flows:
                found = np.quantile(draws[i], QUANTILES)
                rows += [(day, item, q, float(v)) for q, v in zip(QUANTILES, found, strict=True)]
    if len(paths.households) > 1:
        for k, name in enumerate(paths.households):
            for i, day in enumerate(paths.days):
                found = np.quantile(paths.census[i, :, k], QUANTILES)
                rows += [(day, f"census|{name}", q, float(v)) for q, v in zip(QUANTILES, found, strict=True)]
    if beds is not None:
        rows += [(day, "beds", 0.5, float(n)) for day, n in zip(paths.days, beds.on(paths.days), strict=True)]
    schema = {"date": pl.Date(), "item": pl.String(), "quantile": pl.Float64(), "value": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


# -- money ----------------------------------------------------------------------------------------------------


def fiscal_year(day: dt.date, first_month: int) -> int:
    """The fiscal year a day lies in, named by the calendar year in which it ends.

    Examples
    --------
    >>> fiscal_year(dt.date(2024, 7, 1), 7), fiscal_year(dt.date(2024, 6, 30), 7), fiscal_year(dt.date(2024, 6, 30), 1)
    (2025, 2024, 2024)
    """
    return day.year + (first_month > 1 and day.month >= first_month)


def fiscal_span(year: int, first_month: int) -> tuple[dt.date, dt.date]:
    """First and last day of a fiscal year."""
    first = dt.date(year - (first_month > 1), first_month, 1)
    last = period_end(dt.date(year, first_month - 1 or 12, 1), "month")
    return first, last


def fiscal_costs(fitted: Fitted, paths: Paths, cost: Range, first_month: int, seed: int = 1) -> pl.DataFrame:
    """Cost by fiscal year: person-days (as fitted, then as forecast) times the daily rate.

    Returns
    -------
    ``fiscal_year, part, quantile, value, covered``: ``part`` is ``spent`` (up to the as-of day), ``ahead`` and
    ``total``; ``covered`` is the share of the year's days that the figures and the forecast reach.
    """
    draws = paths.total.shape[1]
    rate = cost.draws(draws, np.random.default_rng([seed, 11]))
    past = fitted.history.sum(axis=2)[:, drawn_members(fitted, draws, seed)]
    whole = np.concatenate([past, paths.total[1:]])
    days = (*fitted.days, *paths.days[1:])
    rows: list[tuple[int, str, float, float, float]] = []
    for year in range(fiscal_year(days[0], first_month), fiscal_year(days[-1], first_month) + 1):
        first, last = fiscal_span(year, first_month)
        spent, ahead, seen = np.zeros(draws), np.zeros(draws), 0
        for i in range(1, len(days)):
            inside = _overlap(days[i - 1], days[i], first, last)
            if inside:
                part = inside * (whole[i - 1] + whole[i]) / 2.0
                seen += inside
                if days[i] <= fitted.state.day:
                    spent += part
                else:
                    ahead += part
        covered = seen / ((last - first).days + 1)
        for name, person_days in (("spent", spent), ("ahead", ahead), ("total", spent + ahead)):
            found = np.quantile(person_days * rate, QUANTILES)
            rows += [(year, name, q, float(v), covered) for q, v in zip(QUANTILES, found, strict=True)]
    schema = {"fiscal_year": pl.Int64(), "part": pl.String(), "quantile": pl.Float64(), "value": pl.Float64(),
              "covered": pl.Float64()}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _overlap(after: dt.date, until: dt.date, first: dt.date, last: dt.date) -> int:
    """Days in (after, until] that lie within first to last."""
    begin = max(after + dt.timedelta(days=1), first)
    return max(0, (min(until, last) - begin).days + 1)
