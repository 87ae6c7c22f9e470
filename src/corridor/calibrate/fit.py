"""Fitting monthly fields of a corridor to what was published by a date, on the mean-field engine.

Each sweep runs the corridor once, compares every counting point with its series, and moves each field
along the log of published over simulated. Departures move by the expectation-maximization step of
Richardson (1972) and Lucy (1974, doi:10.1086/111605), since what is counted is a blurred image of what
set out; the other fields by a penalized step whose fixed point is the mode under a random-walk prior on
the log (or logit) scale. Where nothing is observed, the prior carries the last value on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corridor.calibrate.plan import CalibrationPlan, FittedField
from corridor.calibrate.seeds import seeded
from corridor.calibrate.series import CountingPoint, read_counting_point
from corridor.calibrate.smoothing import lagged, ratio_ahead, smooth
from corridor.data import Dataset
from corridor.engine import MemberResult, RunSpec, Values, arrays_from, compile_corridor, run_member
from corridor.model import Corridor
from corridor.model.arrays import Floats
from corridor.model.periods import add_months

COUNT_OFFSET = 3.0
"""Added to both counts of a ratio, so that a handful of people cannot move a field far."""
STEP = 0.7
KERNEL_MONTHS = 6
ANCHOR_MONTHS = 3
"""Months beyond the first unpublished one over which the central path is compared with the last count."""


class Fit:
    """The state of a calibration: fields on top of a compiled corridor's central values."""

    def __init__(
        self, corridor: Corridor, plan: CalibrationPlan, datasets: Mapping[str, Dataset], as_of: dt.date
    ) -> None:
        self.corridor = corridor
        self.datasets = datasets
        self.plan = plan
        self.as_of = as_of
        ahead = add_months(as_of, 1 + ANCHOR_MONTHS)
        end = min(ahead - dt.timedelta(days=1), corridor.settings.end)
        self.spec = RunSpec(start=plan.start, end=end, as_of=as_of)
        self.compiled = compile_corridor(seeded(corridor, plan, datasets), None, self.spec)
        self.drawn = self.compiled.table.values(0, None)
        self.base = self.compiled.numbers.base_values(self.drawn)
        self.declared = self.base.share.copy()
        self.month_of_segment = self.compiled.calendar.month_of_segment
        by_id = {o.id: o for o in corridor.observations}
        used = {name for field in plan.fields for name in field.observations} | {plan.target}
        used |= {o.id for o in corridor.observations if o.calibrate}
        self.series = {
            name: read_counting_point(self.compiled, by_id[name], datasets[by_id[name].dataset])
            for name in sorted(used)
        }
        self.fitted = np.array([month >= plan.fit_from for month in self.compiled.months])
        self.nationality = self._positions([g.nationality for g in self.compiled.groups])
        self.kernel: Floats = np.ones((KERNEL_MONTHS, len(self.compiled.groups))) / KERNEL_MONTHS
        self.kernels: dict[str, Floats] = {}
        """Kernels of departures that are fitted by stock, by field."""
        self.around: dict[str, Floats] = {}
        """By field: the path (months, groups) that the random-walk prior is centered on, flat where none is given."""

    @staticmethod
    def _positions(names: list[str]) -> npt.NDArray[np.int64]:
        unique = list(dict.fromkeys(names))
        return np.array([unique.index(name) for name in names])

    def known_months(self, name: str) -> npt.NDArray[np.int64]:
        """Positions of the months that a series has a count of."""
        return np.nonzero(~np.isnan(self.series[name].value).all(axis=1))[0]

    # -- running ---------------------------------------------------------------------------------

    def run(self, base: Values | None = None) -> MemberResult:
        """Run expected values with the fields as they stand."""
        base = self.base if base is None else base
        values = Values(**{name: array.copy() for name, array in vars(base).items()})
        return run_member(self.compiled, None, arrays_from(self.compiled, values, self.drawn, None))

    def simulated(self, series: CountingPoint, result: MemberResult) -> Floats:
        """What a series would have counted, shape (months, margin)."""
        months = len(self.compiled.months)
        out = np.zeros((months, len(series.labels)))
        if series.flows:
            by_group = result.monthly_flow[:, series.flows, :].sum(axis=1) * series.coverage
            for g in range(by_group.shape[1]):
                out[:, series.margin[g]] += by_group[:, g]
        else:
            daily = result.daily_stock[:, series.stocks].sum(axis=1)
            for m in range(months):
                if series.day[m] >= 0:
                    out[m, 0] = daily[series.day[m]] * series.coverage[m, 0]
                else:
                    out[m, 0] = daily[self.compiled.calendar.day_month == m].mean() * series.coverage[m, 0]
        return out

    # -- steps -----------------------------------------------------------------------------------

    def find_kernel(self) -> None:
        """Part of a month's departures that is counted 0, 1, ... months later, by group: by the target, and by the
        observations of each field that fits departures by stock."""
        self.kernel = self._kernel_of([self.plan.target], (), self.kernel)
        for field in self.plan.fields:
            if field.stocks:
                before = self.kernels.get(field.id, self.kernel)
                self.kernels[field.id] = self._kernel_of(field.observations, field.stocks, before)

    def _kernel_of(self, observations: Sequence[str], stocks: Sequence[str], before: Floats) -> Floats:
        pulse_month = int(np.argmax(self.fitted)) + 6
        departures = np.zeros_like(self.base.departures)
        at = self.month_of_segment == pulse_month
        departures[at] = np.maximum(self.base.departures[at], 1.0)
        if stocks:
            departures[:, [k not in stocks for k in self.compiled.stock_ids]] = 0.0
        result = self.run(replace(self.base, departures=departures))
        flows = [flow for name in observations for flow in self.series[name].flows]
        by_group = result.monthly_flow[:, flows, :].sum(axis=1)
        kernel = by_group[pulse_month : pulse_month + KERNEL_MONTHS]
        total = kernel.sum(axis=0)
        out = before.copy()
        out[: kernel.shape[0]] = np.where(total > 0, kernel / np.where(total > 0, total, 1.0), 0.0)
        out[0] = np.where(total > 0, out[0], 1.0)
        return out

    def sweep(self) -> None:
        """Run once and move every field."""
        result = self.run()
        for field in self.plan.fields:
            published_, simulated = self.counts_of(field, result)
            step = np.clip(self.log_ratio(published_, simulated), -1.5, 1.5)
            if field.method == "departures":
                self._move_departures(field, step)
            elif field.method == "coverage":
                self._move_coverage(field, step)
            elif field.method == "rare":
                self._move_rare(field, published_, simulated)
            elif field.method in ("odds", "pool"):
                self._move_odds(field, lagged(step, field.lag_days))
            else:
                self._move_share(field, lagged(step, field.lag_days))

    def log_ratio(self, published_: Floats, simulated: Floats) -> Floats:
        """Log of published over simulated counts (months, groups); nan where nothing is known or fitted."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log((published_ + COUNT_OFFSET) / (simulated + COUNT_OFFSET))
        ratio[~self.fitted] = np.nan
        return ratio

    def counts_of(self, field: FittedField, result: MemberResult) -> tuple[Floats, Floats]:
        """Published and simulated counts of a field's observations, spread to groups (months, groups)."""
        groups = len(self.compiled.groups)
        published_, simulated = np.zeros((2, len(self.compiled.months), groups))
        for name in field.observations:
            series = self.series[name]
            counts = self.simulated(series, result)
            value = series.value
            key = self.key_of(field)
            label_key = np.zeros(len(series.labels), dtype=np.int64)
            for g in range(groups):
                label_key[series.margin[g]] = key[g]
            if not field.by:
                label_key[:] = 0
            for g in range(groups):
                ours = label_key == (key[g] if field.by else 0)
                published_[:, g] += value[:, ours].sum(axis=1)
                simulated[:, g] += counts[:, ours].sum(axis=1)
        return published_, simulated

    def key_of(self, field: FittedField) -> npt.NDArray[np.int64]:
        """Groups that a field moves together share a number."""
        names = [
            (g.nationality if "nationality" in field.by else "")
            + "|"
            + (g.household if "household" in field.by else "")
            for g in self.compiled.groups
        ]
        return self._positions(names)

    def _move_departures(self, field: FittedField, step: Floats) -> None:
        """An expectation-maximization step: each month by the mean ratio of the months in which it is counted."""
        mean, weight = ratio_ahead(np.exp(step), self.kernels.get(field.id, self.kernel))
        move = np.log(np.where(weight > 0, mean, 1.0))
        first = self.first_segment
        for k in np.nonzero(self.base.departures.sum(axis=(0, 2)) > 0)[0]:
            stock = self.compiled.stock_ids[k]
            if stock in self.compiled.index.lawful_stocks or (field.stocks and stock not in field.stocks):
                continue
            current = self.base.departures[first, k, :]
            target = np.log(np.maximum(current, 1e-3)) + move
            fitted = self._smooth(field, target, weight)
            self.base.departures[:, k, :] = np.where(current > 0, np.exp(fitted), 0.0)[self.month_of_segment]

    def _move_coverage(self, field: FittedField, step: Floats) -> None:
        series = self.series[field.observations[0]]
        current = np.log(series.coverage)
        seen = (~np.isnan(step)).astype(float)
        moved = self._smooth(field, current + STEP * np.nan_to_num(step), seen)
        series.coverage[:] = np.clip(np.exp(moved), *field.bounds)

    def _smooth(self, field: FittedField, raw: Floats, weight: Floats) -> Floats:
        """``raw`` (months, groups) smoothed about the path that the field's prior is centered on."""
        around = self.around.get(field.id)
        if around is None:
            return smooth(raw, weight, field.smooth)
        return around + smooth(raw - around, weight, field.smooth)

    @cached_property
    def first_segment(self) -> npt.NDArray[np.int64]:
        """First segment of every month."""
        months = len(self.compiled.months)
        return np.array([int(np.argmax(self.month_of_segment == m)) for m in range(months)])

    def _move_odds(self, field: FittedField, step: Floats) -> None:
        positions = [self.compiled.index.flow[f] for f in field.flows]
        first, share = self.first_segment, self.base.share
        seen = (~np.isnan(step)).astype(float)
        step = STEP * np.nan_to_num(step)
        for siblings in self.compiled.index.siblings:
            ours = [f for f in positions if f in siblings]
            if not ours:
                continue
            together = share[first][:, ours, :].sum(axis=1)
            free = (together > 0) & (together < 1 - 1e-12)
            logit = np.log(np.where(free, together / np.where(free, 1 - together, 1), 1.0))
            if field.method == "pool":
                logit = logit + self._level(field, step, seen)
            else:
                logit = self._smooth(field, logit + step, seen)
            moved = 1.0 / (1.0 + np.exp(-logit))
            moved = np.where(free, np.clip(moved, *field.bounds), together)[self.month_of_segment]
            before = share[:, ours, :].sum(axis=1)
            scale = np.where(before > 0, moved / np.where(before > 0, before, 1.0), 1.0)
            rest = [f for f in siblings if f not in ours]
            # by what the others really sum to: 1 - before would let rounding errors grow from sweep to
            # sweep wherever nearly everybody takes ours
            left = share[:, rest, :].sum(axis=1)
            other = np.where(left > 0, (1 - moved) / np.where(left > 0, left, 1.0), 1.0)
            share[:, ours, :] *= scale[:, None, :]
            share[:, rest, :] *= other[:, None, :]

    def touched_flows(self) -> dict[int, FittedField]:
        """Positions of flows whose share a field moves, or whose siblings it moves, with the first such field."""
        out: dict[int, FittedField] = {}
        for field in self.plan.fields:
            ours = {self.compiled.index.flow[f] for f in field.flows}
            for f in sorted(ours):
                out.setdefault(f, field)
            for siblings in self.compiled.index.siblings:
                if ours & set(siblings):
                    for f in siblings:
                        out.setdefault(f, field)
        return out

    def _level(self, field: FittedField, step: Floats, seen: Floats) -> Floats:
        """One step for every month from the field's first on: the mean over the dated points."""
        count = seen.sum(axis=0)
        mean = step.sum(axis=0) / np.where(count > 0, count, 1.0)
        moved = np.array([field.since is None or month >= field.since for month in self.compiled.months])
        return moved[:, None] * mean

    def _move_rare(self, field: FittedField, published_: Floats, simulated: Floats) -> None:
        """A step of the log share whose weights make sums agree: weight x log ratio = difference of counts."""
        difference = published_ - simulated
        step = np.log((published_ + 0.5) / (simulated + 0.5))
        weight = np.where(np.abs(step) > 1e-6, difference / np.where(step == 0, 1.0, step), simulated + 0.5)
        step[~self.fitted] = np.nan
        mean = np.nanmean(np.where(np.isnan(step), np.nan, weight), axis=0)
        self._move_share(field, step, np.nan_to_num(weight) / np.maximum(mean, 0.1))

    def _move_share(self, field: FittedField, step: Floats, weight: Floats | None = None) -> None:
        """Move shares in proportion, or journey hazards; siblings that are not moved make room.

        A hazard's path is smoothed; a share's deviation from what is declared, so that the months of which
        a series has no point keep the shape that the tables give them.
        """
        positions = [self.compiled.index.flow[f] for f in field.flows]
        seen = (~np.isnan(step)) * (1.0 if weight is None else weight)
        for f in positions:
            self._move_flow(field, f, STEP * np.nan_to_num(step), seen)
        if field.method != "hazard":
            self._make_room(positions, field.bounds[1])

    def _move_flow(self, field: FittedField, f: int, step: Floats, seen: Floats) -> None:
        """Move one flow's share, or its hazard, along ``step`` (months, groups), smoothed by what is ``seen``."""
        first, share = self.first_segment, self.base.share
        current = np.clip(share[first, f, :], 0.0, 0.99)
        hazard = -np.log1p(-current) if field.method == "hazard" else current
        used = hazard > 0
        logs = np.log(np.where(used, hazard, 1.0))
        around = 0.0 if field.method == "hazard" else self._declared(f, first)
        moved = np.exp(around + self._smooth(field, logs - around + step, seen))
        moved = -np.expm1(-moved) if field.method == "hazard" else moved
        moved = np.where(used, np.clip(moved, *field.bounds), 0.0)
        # within a month a declared row may begin: what is fitted is its level
        share[:, f, :] *= np.where(used, moved / np.where(used, current, 1.0), 0.0)[self.month_of_segment]

    def _make_room(self, positions: Sequence[int], most: float) -> None:
        """Scale the siblings of the flows at ``positions`` so that shares sum to one; ``most``: for these."""
        share = self.base.share
        for siblings in self.compiled.index.siblings:
            ours = [f for f in positions if f in siblings]
            rest = [f for f in siblings if f not in ours]
            if ours and rest:
                mine = np.minimum(share[:, ours, :].sum(axis=1), most)
                left = share[:, rest, :].sum(axis=1)
                scale = np.where(left > 0, (1 - mine) / np.where(left > 0, left, 1.0), 1.0)
                share[:, rest, :] *= scale[:, None, :]

    def _declared(self, f: int, first: npt.NDArray[np.int64]) -> Floats:
        share = self.declared[first, f, :]
        return np.log(np.where(share > 0, share, 1.0))

    def solve(self, progress: Callable[[], None] | None = None) -> MemberResult:
        """Sweep as often as the plan says; returns the last run."""
        self.find_kernel()
        for i in range(self.plan.iterations):
            self.sweep()
            if i in (10, 30):
                self.find_kernel()
            if progress:
                progress()
        self.anchor()
        return self.run()

    def anchor(self) -> None:
        """Move departures after the last published month, all by one factor, towards the last total."""
        target = self.series[self.plan.target]
        known = self.known_months(self.plan.target)
        if self.plan.anchor == 0 or not known.size:
            return
        last = int(known[-1])
        ahead = slice(last + 2, last + 2 + ANCHOR_MONTHS)
        level = float(np.nansum(target.value[last]))
        later = np.nonzero(self.month_of_segment > last)[0]
        stocks = [
            k
            for k, name in enumerate(self.compiled.stock_ids)
            if name not in self.compiled.index.lawful_stocks
        ]
        at = np.ix_(later, np.array(stocks), np.arange(len(self.compiled.groups)))
        goal = 0.0
        for attempt in range(3):  # limits make the answer not quite proportional
            path = self.simulated(target, self.run())[ahead].sum(axis=1)
            if not path.size or path.mean() <= 0:
                return
            if attempt == 0:
                goal = path.mean() ** (1 - self.plan.anchor) * level**self.plan.anchor
            self.base.departures[at] *= goal / path.mean()
