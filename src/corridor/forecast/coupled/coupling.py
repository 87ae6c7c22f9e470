"""A corridor's baseline on the level of the default forecast: its central run meets the medians, its members walk about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from corridor.calibrate import Calibration, Posterior
from corridor.engine import Compiled, MemberPaths, Move, expected_arrays, run_member
from corridor.engine.intensity import intensity_deviations
from corridor.forecast.coupled.controls import Control, Controls, controls_of
from corridor.forecast.coupled.draws import (
    AreaDraws,
    SeriesDraws,
    area_draws,
    forecast_of,
    series_draws,
)
from corridor.forecast.coupled.margins import Draws
from corridor.forecast.coupled.members import on_central_level
from corridor.forecast.coupled.solve import Wanted, log_counts, solve
from corridor.forecast.coupled.sources import Counter, Sources, measure_sources
from corridor.forecast.engine import compile_forecast, covers_month
from corridor.model import Corridor, Observation
from corridor.model.arrays import Bools, Floats

ROUNDS = 8
"""Exact runs after the linear answer, each followed by a correction. Shares and hazards move in the first, areas in all but the last, in
which the total is met by departures alone."""
STUCK = 0.1
"""A nationality whose counts stay further from its draw, in logs, is made up for by the others."""
AREA_STEP = 0.7
"""Part of an area's log miss by which its odds or its limit move."""
EXACT_SD = 0.003
"""How exactly the target's draws are met, in logs."""
KNOWN_SD = 0.05
"""How far the target's last published months may move."""
UPSTREAM_SD = 0.2
"""How far departures follow a series upstream, which has a share of its own to give way."""


@dataclass(frozen=True, eq=False)
class Coupling:
    """``paths`` on which the corridor's central run meets the medians of ``draws``, and ``distance``: how far it stays from them.

    Members take the same paths with their own shocks of departures, and where they stand in the calibration's posterior; one factor of
    departures a month brings the median of their totals to the central run's (``members``). ``distance`` has a row by series, area (blank for a whole
    series) and month: ``central``, the absolute log of expected over drawn counts.
    """

    paths: MemberPaths
    draws: Draws
    distance: pl.DataFrame


def couple(
    corridor: Corridor, calibration: Calibration, *, end: dt.date, seed: int = 1, members: int = 200,
    hindsight: bool = False,
) -> Coupling | None:  # fmt: skip
    """The level and the joint draws of the default forecast for a corridor's base.

    None where the calibration's target has no forecast with joint draws, or where a measure in force limits flows of it that have no
    limit otherwise: a forecast from earlier counts does not know that. See docs/architecture.md, "One baseline".
    """
    controls = controls_of(corridor)
    compiled = compile_forecast(
        corridor, calibration, None, end=end, seed=seed, members=members, hindsight=hindsight
    )
    last = max((m for m in compiled.months if covers_month(compiled.spec, m)), default=None)
    if controls is None or last is None or _limited_anew(compiled, controls.target):
        return None
    draws = _draws(corridor, calibration, compiled, controls, last)
    return None if draws is None else Level(compiled, draws, controls, calibration.posterior).meet()


def _limited_anew(compiled: Compiled, target: Observation) -> bool:
    """Whether a measure sets a limit on a flow of the series that has none without it."""
    counted = {compiled.index.flow[name] for name in target.flows}
    rows = compiled.numbers.rows["throughput"]
    free = {f for f in counted if (rows[:, f] < 0).all()}
    return any(
        bound.effect.sets_limit and free & set(np.asarray(bound.targets).ravel().tolist())
        for active in compiled.measures
        for bound in active.bound_effects
    )


def _draws(
    corridor: Corridor, calibration: Calibration, compiled: Compiled, controls: Controls, last: dt.date
) -> Draws | None:
    """What the default forecast says of the series that the corridor observes."""
    drawn: list[SeriesDraws] = []
    areas: AreaDraws | None = None
    for observation in (controls.target, *controls.upstream):
        forecast = forecast_of(corridor, observation, calibration.as_of, last)
        found = None
        if forecast is not None:
            found = series_draws(corridor, observation, forecast, compiled.spec.members)
        if forecast is None or found is None or not set(found.months) & set(compiled.months):
            if observation is controls.target:
                return None
            continue
        drawn.append(found.within(compiled.months))
        if observation is controls.target and controls.areas:
            areas = area_draws(forecast, found.months, compiled.spec.members)
    return Draws(tuple(drawn), areas.within(drawn[0].months) if areas else None)


class Level:
    """One coupling of the central run under way. The first axis of arrays "(1, ...)" is the central run."""

    def __init__(
        self, compiled: Compiled, draws: Draws, controls: Controls, posterior: Posterior | None = None
    ) -> None:
        self.posterior = posterior
        self.compiled, self.draws = compiled, draws
        self.control = [controls.of(one.observation.id) for one in draws.series]
        self.drawn = [replace(one, values=one.values[-1:]) for one in draws.series]
        self.names = list(dict.fromkeys(group.nationality for group in compiled.groups))
        self.areas = draws.areas.central(self.drawn[0].values.sum(axis=2)) if draws.areas else None
        self.area_controls = [controls.area(name) for name in self.areas.areas] if self.areas else []
        observed = [one.observation for one in self.drawn]
        observed += [control.observation for control in self.area_controls if control]
        self.counter = Counter.of(compiled, observed)
        self.sources: Sources = measure_sources(compiled, self.counter)
        self.stuck: Bools | None = None
        """(1, months ahead, parts) parts that others make up for, found once."""
        shape = (1, len(compiled.months))
        self.log_control = [np.zeros((*shape, len(self.names))) for _ in self.drawn]
        self.log_area = [np.zeros((*shape, 1)) for _ in self.area_controls]
        self.middle = np.zeros((1, self.sources.part.shape[3], len(self.names)))
        self.x = self.middle.copy()

    def meet(self) -> Coupling:
        """Meet the medians on the linear answer, then on exact runs."""
        core = len(self.drawn)
        offset = np.zeros((1, core, *self.sources.level.shape[1:]))
        self._solve(offset, 1)
        self._solve(offset, core)
        self._move_controls(log_counts(self._core(), self.x) + self._log_level(core))
        self._begin_areas()
        counts = self._exact()
        for turn in range(ROUNDS):
            exact = np.log(np.maximum(counts[:, :core], 1e-9))
            offset = exact - self._log_level(core) - log_counts(self._core(), self.x)
            self._solve(offset, core, shared=turn > 0)
            if turn == 0:
                self._move_controls(log_counts(self._core(), self.x) + offset + self._log_level(core))
            if turn < ROUNDS - 1:
                self._move_areas(counts[:, core:], counts[:, 0])
            counts = self._exact()
        return Coupling(self._members_paths(), self.draws, self._distance(counts))

    def _members_paths(self) -> MemberPaths:
        """The level with the members of the posterior about it, their departures moved until their totals stand on it."""
        paths = self.paths()
        if self.posterior is not None:
            paths = paths.joined(self.posterior.paths)
        run = on_paths(self.compiled, paths)
        return on_central_level(run, paths, self.counter, self.sources, self._at(0))

    def _solve(self, offset: Floats, count: int, *, shared: bool = False) -> None:
        """Departures and people on the way that meet the draws of the first ``count`` series."""
        wanted = self._wanted(offset, count, shared=shared)
        self.x = solve(self._core(), wanted, offset, self.x, self.middle)

    def _core(self) -> Sources:
        core = len(self.drawn)
        return replace(self.sources, level=self.sources.level[:core], part=self.sources.part[:core])

    def _log_level(self, count: int) -> Floats:
        return np.log(np.maximum(self.sources.level[:count], 1e-9))[None]

    def _at(self, series: int) -> list[int]:
        return [self.compiled.months.index(month) for month in self.drawn[series].months]

    def _parts_of(self, series: int) -> Floats:
        """(parts, nationalities) 1 where a nationality belongs to a part."""
        parts = self.drawn[series].parts
        return np.array([[float(name in part) for name in self.names] for part in parts])

    def _sums(self, series: int, log: Floats) -> Floats:
        """Log counts (members, months ahead, nationalities) as log counts of the parts."""
        return np.log(np.maximum(np.exp(log) @ self._parts_of(series).T, 1e-9))

    def _misses(self, series: int, log: Floats, *, shared: bool = False) -> Floats:
        """(members, months ahead, nationalities) log of drawn over expected counts, alike for the nationalities of a part.

        With ``shared``, what parts that are far from their draw cannot give is asked of the others, so that the total is met.
        """
        seen = np.exp(self._sums(series, log[:, series][:, self._at(series)]))
        drawn = self.drawn[series].values
        if shared:
            if self.stuck is None:
                self.stuck = np.abs(np.log((drawn + 0.5) / (seen + 0.5))) > STUCK
            stuck = self.stuck
            left = drawn.sum(axis=2) - np.where(stuck, seen, 0.0).sum(axis=2)
            factor = left / np.maximum(np.where(stuck, 0.0, drawn).sum(axis=2), 1.0)
            drawn = np.where(stuck, drawn, drawn * np.clip(factor, 0.3, 3.0)[:, :, None])
        return np.log((drawn + 0.5) / (seen + 0.5)) @ self._parts_of(series)

    def _wanted(self, offset: Floats, count: int, *, shared: bool) -> Wanted:
        """What is asked of the first ``count`` series, relative to the counts of the run before it was moved."""
        core, months = len(self.drawn), len(self.compiled.months)
        log = np.full((1, core, months, len(self.names)), np.nan)
        sd = np.full((core, months), EXACT_SD)
        now = log_counts(self._core(), self.x) + offset
        for s in range(count):
            control = self.control[s]
            if s and (control is None or control.on == "hazard"):
                continue
            at = self._at(s)
            miss = self._misses(s, now + self._log_level(core), shared=shared and s == 0)
            log[:, s, at], sd[s, at] = now[:, s, at] + miss, EXACT_SD if s == 0 else UPSTREAM_SD
            if s == 0:
                before = [m for m in range(months) if m < min(at)]
                log[:, 0, before], sd[0, before] = 0.0, KNOWN_SD
        return Wanted(log, sd)

    def _move_controls(self, log: Floats) -> None:
        """Move the share or the hazard of each series upstream by what departures leave."""
        for s, control in enumerate(self.control):
            if s and control is not None:
                step = self._spread(self._misses(s, log), self._at(s))
                self.log_control[s] = control.moved(self.compiled, self.log_control[s], step)

    def _spread(self, miss: Floats, at: Sequence[int]) -> Floats:
        """A step by month of the run: 0 before the first month ahead, the last one's after the last."""
        out = np.zeros((miss.shape[0], len(self.compiled.months), miss.shape[2]))
        out[:, list(at)] = miss
        out[:, max(at) + 1 :] = miss[:, -1:]
        return out

    def _begin_areas(self) -> None:
        """Odds and limits of the areas as the central run's counts suggest them."""
        core = len(self.drawn)
        central = self.sources.level[:, self._at(0)].sum(axis=2)
        grown = self.drawn[0].values.sum(axis=2) / np.maximum(central[0], 1.0)
        for k, control, z in self._areas():
            level = central[core + k] * (grown if control.on == "odds" else 1.0)
            self._move_area(z, control, np.broadcast_to(level, grown.shape), 1.0)

    def _move_areas(self, counts: Floats, target: Floats) -> None:
        """Move the odds of each area and what its ports let through; ``target`` are the counts of the whole series.

        Odds move by what an area lacks of its part of the whole, since the whole is met by departures.
        """
        at = self._at(0)
        away = self.drawn[0].values.sum(axis=2) / np.maximum(target[:, at].sum(axis=2), 1.0)
        for k, control, z in self._areas():
            seen = counts[:, k][:, at].sum(axis=2)
            self._move_area(z, control, seen * (away if control.on == "odds" else 1.0), AREA_STEP)

    def _areas(self) -> list[tuple[int, Control, int]]:
        """Areas with a control: the place of its counts, the control, the place of its draws."""
        found = [(z, control) for z, control in enumerate(self.area_controls) if control is not None]
        return [(k, control, z) for k, (z, control) in enumerate(found)]

    def _move_area(self, z: int, control: Control, seen: Floats, step: float) -> None:
        assert self.areas is not None
        at = self._at(0)
        miss = step * np.log((self.areas.values[:, : len(at), z] + 1.0) / (seen + 1.0))
        self.log_area[z] = control.moved(self.compiled, self.log_area[z], self._spread(miss[:, :, None], at))

    def paths(self) -> MemberPaths:
        """The level, with the members' own shocks of departures about it."""
        c, classes = self.compiled, self.sources.classes
        departures = c.structure.departures
        stocks = dict.fromkeys(
            name for (name, _), lawful in zip(departures.labels, departures.lawful, strict=True) if not lawful
        )
        rows = c.spec.members + 1
        moves = [Move("departures", tuple(stocks), self.x[:, classes:] + self._own_shocks)]
        for control, log in zip(self.control[1:], self.log_control[1:], strict=True):
            if control is not None:
                moves.append(Move(control.on, control.flows, log.repeat(rows, axis=0)))
        for area, log in zip(self.area_controls, self.log_area, strict=True):
            if area is not None:
                moves.append(Move(area.on, area.flows, log.repeat(rows, axis=0)))
        start = self.x[:, :classes].repeat(rows, axis=0)
        return MemberPaths(c.months, tuple(self.names), tuple(moves), start, self.sources.holders)

    @cached_property
    def _own_shocks(self) -> Floats:
        """(members + 1, months, nationalities) the members' own shocks; none in the central run."""
        c, spec = self.compiled, self.compiled.spec
        out = np.zeros((spec.members + 1, len(c.months), len(self.names)))
        if spec.shocks_from is not None:
            for member in range(spec.members):
                out[member] = intensity_deviations(
                    c.table, self.names, c.months, spec.shocks_from, spec.seed, member
                )
        return out

    def _exact(self) -> Floats:
        """(1, series, months, nationalities) expected counts of the central run on its paths."""
        run = on_paths(self.compiled, self.paths())
        return self.counter.read(run_member(run, None, expected_arrays(run, None)))[None]

    def _distance(self, counts: Floats) -> pl.DataFrame:
        rows: list[tuple[object, ...]] = []
        for s, one in enumerate(self.drawn):
            seen = (counts[:, s][:, self._at(s)] @ self._parts_of(s).T).sum(axis=2)
            rows += _rows(one.observation.id, "", one.months, seen, one.values.sum(axis=2))
        core = len(self.drawn)
        for k, control, z in self._areas():
            assert self.areas is not None
            seen = counts[:, core + k][:, self._at(0)].sum(axis=2)
            drawn = self.areas.values[:, :, z]
            rows += _rows(control.observation.id, self.areas.areas[z], self.areas.months, seen, drawn)
        return pl.DataFrame(rows, schema=["series", "area", "month", "central"], orient="row")


def _rows(
    series: str, area: str, months: Sequence[dt.date], seen: Floats, drawn: Floats
) -> list[tuple[object, ...]]:
    away = np.abs(np.log((seen[0] + 1.0) / (drawn[0] + 1.0))).tolist()
    return [(series, area, month, distance) for month, distance in zip(months, away, strict=True)]


def on_paths(compiled: Compiled, paths: MemberPaths) -> Compiled:
    """The same run on other paths; its central state follows them."""
    factor = paths.start_factor(compiled.structure.network.cell_name, compiled.index, None)
    return replace(
        compiled, spec=replace(compiled.spec, paths=paths), numbers=replace(compiled.numbers, paths=paths),
        start_units=compiled.start_units * factor,
    )  # fmt: skip
