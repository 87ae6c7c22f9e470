"""Counts of a run carried to the joint draws of the default forecast.

A run's members know how counts of one future hang together; the forecast knows how sure one can be of each count. Each member takes
the joint draw that is nearest to its own counts, each draw once, so that the published series have the forecast's margins and the
members keep their order (ensemble copula coupling: Schefzik, Thorarinsdottir & Gneiting 2013, https://doi.org/10.1214/13-STS443).
A scenario's member is carried by the factor of the same member of the baseline, so that a measure moves it as the engine says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from corridor.engine import Compiled, expected_arrays, run_member
from corridor.ensemble import Trajectories, by_nationality, nationalities, observe
from corridor.forecast.coupled.draws import AreaDraws, SeriesDraws, nearest
from corridor.forecast.coupled.sources import Counter
from corridor.model import Corridor, Observation
from corridor.model.arrays import Floats

HALF = 0.5
"""People added to both counts of a factor, so that a count of 0 has one."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Joint draws of the series that a corridor observes; the first is the one it is calibrated to, which the areas add up to."""

    series: tuple[SeriesDraws, ...]
    areas: AreaDraws | None = None


@dataclass(frozen=True, eq=False)
class Margins:
    """By the id of a series, what each member's counts are multiplied by: (members, months, nationalities)."""

    factor: Mapping[str, Floats] = field(default_factory=dict)

    def carry(self, observation: str, counts: Floats) -> Floats:
        """``counts`` (members, months, nationalities) of a run as the forecast would have them; as they are where it says nothing."""
        return counts * self.factor[observation] if observation in self.factor else counts


def margins_of(draws: Draws, compiled: Compiled, trajectories: Trajectories) -> Margins:
    """The factors that carry the members of the baseline ``trajectories`` to ``draws``.

    Raises
    ------
    ValueError
        If there are more or fewer draws than members.
    """
    corridor, table = compiled.corridor, compiled.table
    for one in draws.series:
        if len(one.values) != trajectories.members + 1:
            raise ValueError(f"{len(one.values) - 1} draws for {trajectories.members} members")

    def counted(observation: Observation) -> Floats:
        return by_nationality(compiled.groups, observe(trajectories, corridor, observation, table))

    return _Carried(draws, corridor, trajectories.months, counted).margins()


def central_margins(draws: Draws, compiled: Compiled) -> Margins:
    """The factors, of shape (1, months, nationalities), that carry the expected counts of the baseline's central run to the medians."""
    corridor = compiled.corridor
    observations = [o for o in corridor.observations if o.flows]
    counts = Counter.of(compiled, observations).read(
        run_member(compiled, None, expected_arrays(compiled, None))
    )
    at = {o.id: counts[i][None] for i, o in enumerate(observations)}
    middle = [replace(one, values=one.values[[-1, -1]]) for one in draws.series]
    areas = replace(draws.areas, values=draws.areas.values[[-1, -1]]) if draws.areas else None
    return _Carried(
        Draws(tuple(middle), areas), corridor, compiled.months, lambda observation: at[observation.id]
    ).margins()


class _Carried:
    """One baseline on its way to its draws; ``counts`` gives (members, months, nationalities) of a series."""

    def __init__(
        self, draws: Draws, corridor: Corridor, months: Sequence[dt.date], counts: Callable[[Observation], Floats]
    ) -> None:  # fmt: skip
        self.draws, self.months, self.counts = draws, list(months), counts
        self.names = nationalities(corridor)
        self.target = draws.series[0]
        dataset = self.target.observation.dataset
        self.same = [o for o in corridor.observations if o.dataset == dataset and o.flows]
        self.of_area = {o.where["area"][0]: o for o in self.same if len(o.where.get("area", ())) == 1}

    def margins(self) -> Margins:
        """Series with draws first, then the areas of the target, then its other parts."""
        factor = {one.observation.id: self._series(one) for one in self.draws.series}
        whole = factor[self.target.observation.id]
        areas = self._areas(whole)
        for name, people in areas.items():
            seen = self.counts(self.of_area[name])[:, self._at(self.target)].sum(axis=2)
            ratio = (people + HALF) / (seen + HALF)
            factor[self.of_area[name].id] = self._spread(ratio[:, :, None], self.target)
        for other in self.same:
            if other.id not in factor:
                factor[other.id] = self._part(other, whole, areas)
        return Margins(factor)

    def _at(self, one: SeriesDraws) -> list[int]:
        return [self.months.index(month) for month in one.months]

    def _series(self, one: SeriesDraws) -> Floats:
        """Factors of a series with draws, alike for the nationalities of a part."""
        parts = np.array([[float(name in part) for name in self.names] for part in one.parts])
        own = self.counts(one.observation)[:, self._at(one)] @ parts.T
        given = one.values[:-1][nearest(_features(one.values[:-1], one), _features(own, one))]
        ratio = ((given + HALF) / (own + HALF)) @ parts
        return self._spread(np.where(parts.any(axis=0), ratio, 1.0), one)

    def _areas(self, whole: Floats) -> dict[str, Floats]:
        """(members, months ahead) people of each area; they add up to the target's draw of the member."""
        areas, at = self.draws.areas, self._at(self.target)
        if areas is None or not set(areas.areas) <= set(self.of_area):
            return {}
        ports = [
            self.of_area[name] for name, open_ in zip(areas.areas, areas.between, strict=True) if not open_
        ]
        at_ports = sum(
            ((self.counts(o) * whole)[:, at].sum(axis=2) for o in ports),
            start=np.zeros((len(whole), len(at))),
        )
        totals = (self.counts(self.target.observation) * whole)[:, at].sum(axis=2)
        given = areas.given(totals, at_ports)
        return {name: given.values[:, :, z] for z, name in enumerate(given.areas)}

    def _part(self, part: Observation, whole: Floats, areas: Mapping[str, Floats]) -> Floats:
        """Factors of another part of the target: those of the whole, and where areas make it up, their sum."""
        within = [name for name in areas if set(self.of_area[name].flows) <= set(part.flows)]
        if not within or {f for name in within for f in self.of_area[name].flows} != set(part.flows):
            return whole
        at = self._at(self.target)
        seen = (self.counts(part) * whole)[:, at].sum(axis=2)
        people = np.sum([areas[name] for name in within], axis=0)
        return whole * self._spread(((people + HALF) / (seen + HALF))[:, :, None], self.target)

    def _spread(self, ratio: Floats, one: SeriesDraws) -> Floats:
        """Factors by month of the run: 1 before the first month ahead, the last one's after the last."""
        at = self._at(one)
        out = np.ones((len(ratio), len(self.months), ratio.shape[2]))
        out[:, at] = ratio
        out[:, max(at) + 1 :] = ratio[:, -1:]
        return out


def _features(values: Floats, one: SeriesDraws) -> Floats:
    """(members, features) logs of parts, weighted by their size, and of the total, month by month."""
    weight = np.sqrt(one.values[-1] / np.maximum(one.values[-1].sum(), 1e-9))
    parts, total = np.log(values + 1.0) * weight, np.log(values.sum(axis=2) + 1.0)
    return np.concatenate([parts.reshape(len(values), -1), total], axis=1)
