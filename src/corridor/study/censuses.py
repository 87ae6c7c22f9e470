"""Censuses of cities carried to what `corridor reception` forecasts of them from what was known on the as-of day.

The engine's own spread of a census is far too narrow ([Calibration](docs/calibration.md)), and reception's forecast is scored on
every city's dated figures. So each member of a run takes the draw of reception that is nearest to its own census, each draw once,
as counts of people do (`corridor.forecast.coupled.margins`); a scenario's member is carried by the factor of the same member of
the base, so that a measure moves it as the engine says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from corridor.forecast.coupled.draws import nearest
from corridor.model import Corridor, Indicator, InputError
from corridor.model.arrays import Floats
from corridor.model.workers import in_parallel, run_tasks
from corridor.reception.places import city_ids
from corridor.reception.run import city_paths

HALF = 0.5
"""People added to both censuses of a factor, so that one of 0 has one."""


@dataclass(frozen=True, eq=False)
class CityDraws:
    """Draws of the censuses of cities, by indicator: (members, weeks), on ``days``, the first of which is the as-of day."""

    days: tuple[dt.date, ...] = ()
    people: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CityFactors:
    """By indicator, what each member's census is multiplied by on ``days``, (members, days); between them along a straight line."""

    days: tuple[dt.date, ...] = ()
    factor: Mapping[str, Floats] = field(default_factory=dict)

    def on(self, indicator: str, dates: Sequence[dt.date]) -> Floats:
        """The factors of these dates, (members, dates); 1 where reception forecasts no census."""
        if indicator not in self.factor:
            return np.ones((1, len(dates)))
        knots = np.array([day.toordinal() for day in self.days], dtype=float)
        at = np.clip([date.toordinal() for date in dates], knots[0], knots[-1])
        right = np.clip(np.searchsorted(knots, at, side="right"), 1, len(knots) - 1)
        part = (at - knots[right - 1]) / (knots[right] - knots[right - 1])
        factor = self.factor[indicator]
        return (1.0 - part) * factor[:, right - 1] + part * factor[:, right]


def city_of(indicator: Indicator) -> str | None:
    """The city of the one stock whose census an indicator is; None where reception has no figures of it."""
    if indicator.kind != "census" or len(indicator.stocks) != 1:
        return None
    city = indicator.stocks[0].partition(".")[0]
    return city if city in city_ids() else None


def draw_cities(
    corridor: Corridor, as_of: dt.date, end: dt.date, members: int, seed: int, workers: int = 1
) -> CityDraws:
    """As many draws as members of every census that a corridor shows and reception can forecast, to ``end`` by week."""
    weeks = -(-(end - as_of).days // 7)
    cities = {i.id: city for i in corridor.indicators if (city := city_of(i))}
    if weeks < 1 or not cities:
        return CityDraws()
    asked = (corridor, as_of, weeks, members, seed)
    drawn: Iterable[tuple[str, Floats | None]]
    if in_parallel(workers, len(cities)):
        drawn = run_tasks(workers, _drawn, asked, cities)
    else:
        drawn = ((name, _drawn(asked, city)) for name, city in cities.items())
    people = {name: found for name, found in drawn if found is not None}
    days = tuple(as_of + dt.timedelta(weeks=week) for week in range(weeks + 1))
    return CityDraws(days, {name: people[name] for name in cities if name in people})


def _drawn(asked: tuple[Corridor, dt.date, int, int, int], city: str) -> Floats | None:
    """(members, weeks) people; None for a city counted in families, or without a census that was public."""
    corridor, as_of, weeks, members, seed = asked
    try:
        paths = city_paths(corridor, city, as_of, weeks, draws=members, seed=seed)
    except InputError:
        return None
    return None if paths is None else paths.total.T


def factors(
    draws: CityDraws, own: Mapping[str, Floats], dates: Sequence[dt.date], *, central: bool = False
) -> CityFactors:
    """What carries the members of a run to ``draws``: ``own`` holds their censuses by indicator, (members, dates).

    From 1 on the first day of the run a factor goes to that of the as-of day. ``central``: the one row of ``own`` is the run of
    expected values, which is carried to the medians.
    """
    if not draws.days:
        return CityFactors()
    known = [day for day in draws.days if day <= dates[-1]]
    at = [dates.index(day) for day in known]
    before = () if at[0] == 0 else (dates[0],)
    found: dict[str, Floats] = {}
    for name, people in draws.people.items():
        drawn, mine = people[:, : len(at)], own[name][:, at]
        if central:
            drawn = np.median(drawn, axis=0, keepdims=True)
        else:
            drawn = drawn[nearest(np.log(drawn + HALF), np.log(mine + HALF))]
        factor = (drawn + HALF) / (mine + HALF)
        found[name] = np.concatenate([np.ones((len(factor), len(before))), factor], axis=1)
    return CityFactors((*before, *known), found)
