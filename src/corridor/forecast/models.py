"""Models that forecasters are made of: the reference, models of the expected change, and their learned combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Protocol

import numpy as np

from corridor.forecast.combine import WeightRule, combine
from corridor.forecast.joint import DRAWS, correlation, draw, extended
from corridor.forecast.panel import Panel
from corridor.forecast.reference import ReferenceForecaster
from corridor.forecast.result import Forecast
from corridor.forecast.running import RunningMonthRule, followed, narrowed, surprises
from corridor.forecast.scores import LEVELS
from corridor.forecast.univariate import Univariate, available
from corridor.forecast.upstream import UpstreamRegression, UpstreamRule
from corridor.forecast.view import View
from corridor.forecast.volatility import (
    VolatilityRule,
    ceiling,
    errors,
    group_columns,
    quantiles,
    shapes,
    volatility,
)
from corridor.model.arrays import Bools, Floats
from corridor.series import LOG_OFFSET, from_log_scale, log_scale

COMBINED = "combined"
REFERENCE = "reference"
COMBINED_MEMBERS: Mapping[str, float] = {"upstream": 1.0, "theta": 0.0, "ets": 0.0}
"""Members of the default combination and the weights they start with."""
PLACEBO_MONTHS = 12


class ChangeModel(Protocol):
    """A model of the expected change, which intervals from its own past errors are put around."""

    @property
    def id(self) -> str:
        """Name of the member."""
        ...

    def shifts(self, view: View, horizons: Sequence[int]) -> Floats | None:
        """Change of z to be expected, ``(horizons, rows, series)``: row t rests on what was known at t.

        NaN where the member has none; ``None`` if it has nothing to say on the view.
        """
        ...


@dataclass(frozen=True)
class Reference:
    """The calibrated random walk as it is defined, over all series of the view."""

    forecaster: ReferenceForecaster = field(default_factory=ReferenceForecaster)
    id: str = REFERENCE

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """See :class:`corridor.forecast.registry.Forecaster`."""
        values = [self.forecaster.forecast(view.panel, view.last, horizon) for horizon in horizons]
        return Forecast(self.id, view, tuple(horizons), np.stack(values))


@dataclass(frozen=True)
class NoChange:
    """No change expected: what the volatility rule alone is worth."""

    id: str = "no_change"

    def shifts(self, view: View, horizons: Sequence[int]) -> Floats | None:
        """Zero everywhere."""
        return np.zeros((len(horizons), *view.panel.values.shape))


@dataclass(frozen=True)
class ShiftedRegression:
    """The placebo: the upstream regression on counts of other months."""

    member: UpstreamRegression = field(default_factory=UpstreamRegression)
    months: int = PLACEBO_MONTHS
    id: str = "placebo"

    def shifts(self, view: View, horizons: Sequence[int]) -> Floats | None:
        """As the regression, with each source's counts of ``months`` earlier in place of its own."""
        moved = {name: _moved(panel, self.months) for name, panel in view.sources.items()}
        return self.member.shifts(replace(view, sources=moved), horizons)


@dataclass(frozen=True)
class Combination:
    """Members with learned weights, a volatility rule, intervals from past errors, and joint draws."""

    id: str
    members: tuple[ChangeModel, ...]
    start: Mapping[str, float]
    """Weight that each member starts with; what is left belongs to no change."""
    learned: bool = True
    volatility_rule: VolatilityRule = field(default_factory=VolatilityRule)
    weight_rule: WeightRule = field(default_factory=WeightRule)
    running: RunningMonthRule | None = None
    """How weeks that are public of the running month are followed; ``None``: not at all."""
    draws: int = DRAWS
    seed: int = 1

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """See :class:`corridor.forecast.registry.Forecaster`."""
        z = forward_filled(log_scale(view.panel.values))
        v, counted = volatility(view, z, self.volatility_rule)
        shift, weights = self._shift(view, z, v, counted, horizons)
        narrow = np.ones((len(horizons), z.shape[1]))
        if self.running is not None and view.weeks is not None:
            plain = shift
            shift = self._nowcast(view, z, v, counted, plain, horizons, self.running)
            for i, h in enumerate(horizons):
                past = (errors(z, v, counted, one[i], h) for one in (shift, plain))
                narrow[i] = narrowed(*past, window=self.volatility_rule.window)
        return self._calibrated(view, z, v, counted, shift, tuple(horizons), weights, narrow)

    def _shift(
        self, view: View, z: Floats, v: Floats, counted: Bools, horizons: Sequence[int]
    ) -> tuple[Floats, dict[str, dict[str, float]]]:
        found = {member.id: member.shifts(view, horizons) for member in self.members}
        members = {name: shift for name, shift in found.items() if shift is not None}
        if not members:
            return np.zeros((len(horizons), *z.shape)), {}
        if not self.learned:
            shift = sum(self.start[name] * values for name, values in members.items())
            return np.asarray(shift), {"all": {name: self.start[name] for name in members}}
        result = np.empty((len(horizons), *z.shape))
        weights: dict[str, dict[str, float]] = {}
        for i, horizon in enumerate(horizons):
            parts = {name: values[i] for name, values in members.items()}
            result[i], learned = combine(view, z, v, counted, parts, self.start, horizon, self.weight_rule)
            for group, names in view.groups.items():
                at = learned[-1, view.panel.columns(names[:1])[0]]
                weights[f"{group}, h{horizon}"] = dict(zip(parts, at.round(3).tolist(), strict=True))
        return result, weights

    def _nowcast(
        self, view: View, z: Floats, v: Floats, counted: Bools, shift: Floats, horizons: Sequence[int],
        rule: RunningMonthRule,
    ) -> Floats:  # fmt: skip
        """What the members expect, ``shift``, moved by the weeks that are public of the first month ahead."""
        one = (
            shift[list(horizons).index(1)] if 1 in horizons else self._shift(view, z, v, counted, (1,))[0][0]
        )
        said, groups = surprises(view, one, rule), group_columns(view)
        return np.stack([
            followed(z, v, shift[i], said, groups, h, rule) if h <= rule.ahead else shift[i]
            for i, h in enumerate(horizons)
        ])  # fmt: skip

    def _calibrated(
        self, view: View, z: Floats, v: Floats, counted: Bools, shift: Floats, horizons: tuple[int, ...],
        weights: Mapping[str, Mapping[str, float]], narrow: Floats,
    ) -> Forecast:  # fmt: skip
        rule = self.volatility_rule
        past = np.stack([errors(z, v, counted, shift[i], h) for i, h in enumerate(horizons)])
        shape = np.stack([shapes(view, past[i], h, rule) for i, h in enumerate(horizons)])
        middle = z[-1] + np.nan_to_num(shift[:, -1])  # a model that does not know expects no change
        width = v[-1][:, None] * shape
        for i, horizon in enumerate(horizons):
            width[i] = self._plain(view, width[i], horizon, narrow[i])
        table = np.stack([quantiles(view, m, w, rule.reach) for m, w in zip(middle, width, strict=True)])
        samples = None
        if view.leaves:
            columns = view.panel.columns(view.leaves)
            recent = past[:, max(0, view.rows - rule.window) :, columns]
            related = np.stack([correlation(e, s) for e, s in zip(recent, shape[:, columns], strict=True)])
            drawn = draw(log_scale(table[:, columns]), related, horizons, self.draws, self.seed)
            samples = np.nan_to_num(np.minimum(from_log_scale(drawn), ceiling(view, rule.reach)[columns]))
            if view.total is not None:
                total = view.panel.columns([view.total])[0]
                samples = reconciled(samples, table[:, total], horizons, view.handling.sum_share)
                table[:, total] = _quantiles_of(samples.sum(axis=2))
            known = ~np.isnan(table[:, columns, 0])
            of_draws = np.stack([np.quantile(s, LEVELS, axis=0).T for s in samples])
            table[:, columns] = np.where(known[..., None], of_draws, np.nan)
        return Forecast(self.id, view, horizons, table, samples, weights)

    @staticmethod
    def _plain(view: View, width: Floats, horizon: int, narrow: Floats) -> Floats:
        """The reference's own width for the groups that keep it, where it is defined, times ``narrow`` (series)."""
        columns = [c for name in view.handling.plain for c in view.panel.columns(view.groups.get(name, ()))]
        if columns:
            reference = ReferenceForecaster()
            walk = reference.walk(view.panel)
            pool = view.panel.columns(view.handling.pool or view.panel.series)
            pooled = reference.errors(walk, horizon)[:, pool]
            shape = reference.error_quantiles(pooled, view.rows - 1, horizon)
            own = walk.volatility[-1][columns]
            if shape is not None:
                plain = np.where(np.isnan(own)[:, None], width[columns], own[:, None] * shape)
                width[columns] = plain * narrow[columns, None]
        return width


def reconciled(samples: Floats, total: Floats, horizons: Sequence[int], sum_share: float = 0.5) -> Floats:
    """Draws of the parts, moved so that their sum agrees with the total's own forecast.

    Errors are skewed on the scale of counts, so that a sum of many draws drifts up as the horizon grows;
    the total's own past errors know better. Each draw of the sum is moved toward the quantile of the
    total's own forecast that has its rank, by ``1 - sum_share/h`` of the way (on the log scale), and its
    parts in proportion.

    Parameters
    ----------
    samples
        ``(horizons, draws, parts)``.
    total
        Quantiles of the total's own forecast, ``(horizons, levels)``.
    """
    result = samples.copy()
    for i, horizon in enumerate(horizons):
        if np.isnan(total[i]).any():
            continue
        sums = samples[i].sum(axis=1)
        rank = (sums.argsort(kind="stable").argsort(kind="stable") + 0.5) / len(sums)
        score = np.array([NormalDist().inv_cdf(float(r)) for r in rank])
        aim = from_log_scale(extended(score, log_scale(total[i])))
        pull = ((aim + LOG_OFFSET) / (sums + LOG_OFFSET)) ** (1.0 - sum_share / horizon)
        result[i] = samples[i] * pull[:, None]
    return result


def forward_filled(z: Floats, limit: int = 12) -> Floats:
    """The last known value where one is missing, for at most ``limit`` steps."""
    result = z.copy()
    for row in range(1, len(z)):
        first = max(0, row - limit)
        gap = np.isnan(result[row]) & ~np.isnan(z[first:row]).all(axis=0)
        result[row, gap] = result[row - 1, gap]
    return result


def single(member: ChangeModel) -> Combination:
    """One member alone, with intervals from its own past errors."""
    return Combination(member.id, (member,), {member.id: 1.0}, learned=False)


def combined(rows: int | None = None) -> Combination:
    """The default: upstream regression, Theta and ETS (if statsforecast is installed), weights learned; weeks of the running month."""
    members: list[ChangeModel] = [UpstreamRegression()]
    if available():
        members += [Univariate(name) if rows is None else Univariate(name, rows) for name in ("theta", "ets")]
    return Combination(COMBINED, tuple(members), COMBINED_MEMBERS, running=RunningMonthRule())


def measures_only() -> UpstreamRegression:
    """The regression without upstream counts: what named measures alone are worth."""
    return UpstreamRegression(UpstreamRule(lags=0), id="measures")


def _quantiles_of(sums: Floats) -> Floats:
    return np.quantile(sums, LEVELS, axis=1).T


def _moved(panel: Panel, months: int) -> Panel:
    values = np.full_like(panel.values, np.nan)
    values[months:] = panel.values[:-months]
    return replace(panel, values=values)
