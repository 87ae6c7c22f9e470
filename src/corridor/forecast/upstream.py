"""Regression on upstream counts and on measures aimed at named nationalities.

One ridge for all series of a target, strongly shrunk to no change. On ``z = log(y + 10)``, each change
divided by its series' volatility: the change of a nationality over h months is regressed on the last two
one-month changes that upstream publishers have counted of the same nationality (standing on day 10, these
are of the month to be forecast and the one before), and on the part of the target month in which measures
are in force that name the nationality and were public by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from corridor.data import evidence
from corridor.forecast.view import View
from corridor.model.arrays import Floats
from corridor.model.periods import add_steps, month_end
from corridor.series import LOG_OFFSET, from_log_scale, log_scale
from corridor.text import nationality_codes

LEVERS = ("visas", "asylum_rules", "mexican_enforcement")
ACTORS = ("US", "Mexico", "joint")


@dataclass(frozen=True)
class NamedMeasure:
    """A measure aimed at some nationalities by name."""

    start: dt.date
    known_from: dt.date
    nationalities: tuple[str, ...]


@cache
def named_measures() -> tuple[NamedMeasure, ...]:
    """Measures of the evidence of the United States, Mexico or both, with a day and nationalities by name."""
    codes = nationality_codes()
    rows = evidence("measures").filter(start_precision="day").iter_rows(named=True)
    found = []
    for row in rows:
        names = tuple(codes.get(name.strip(), "") for name in (row["nationalities"] or "").split(";"))
        if row["lever"] in LEVERS and row["actor"] in ACTORS and row["known_from"] and all(names):
            found.append(NamedMeasure(row["start"], row["known_from"], names))
    return tuple(sorted(found, key=lambda m: (m.start, m.nationalities)))


@dataclass(frozen=True)
class UpstreamRule:
    """Penalties and limits, chosen on origins up to 2023-12."""

    penalty: float = 200.0
    """Ridge penalty of an upstream coefficient, in standardized squared changes."""
    measure_penalty: float = 1.0
    apart: float = 300.0
    """Ridge penalty of a series' own departure from the pooled coefficients."""
    lags: int = 2
    """One-month changes of each source, the latest first."""
    clip: float = 2.0
    """Standardized upstream changes are cut here."""
    target_clip: float = 5.0
    """Standardized target changes are cut at this times the square root of h."""
    shrink: float = 6.0
    window: int = 24
    first: int = 10
    """Rows before the first fit."""
    measures: tuple[NamedMeasure, ...] | None = None
    """Measures to look at; by default those of the evidence."""


@dataclass(frozen=True)
class UpstreamRegression:
    """The regression; :meth:`shifts` forecasts every row from what was known at it."""

    rule: UpstreamRule = field(default_factory=UpstreamRule)
    id: str = "upstream"

    def shifts(self, view: View, horizons: Sequence[int]) -> Floats | None:
        """Change of z to be expected, shape ``(horizons, rows, series)``; ``None`` where nothing leads.

        The total moves by the sum of its parts; Border Patrol sectors move with the total, and field
        offices, where appointments limit the count, do not.
        """
        if not view.sources or view.panel.step != "month":
            return None
        columns = view.panel.columns(view.leaves or view.panel.series)
        z = log_scale(view.panel.values)
        part = z[:, columns]
        v = _trailing_volatility(part, self.rule)
        features = [f[:, columns] for f in self._sources(view)]
        standard = [np.clip(np.nan_to_num(f / v), -self.rule.clip, self.rule.clip) for f in features]
        result = np.zeros((len(horizons), *z.shape))
        names = [view.panel.series[column] for column in columns]
        for i, horizon in enumerate(horizons):
            inforce, known = self._measures(view, names, horizon)
            leaves = self._fit(part, v, standard, inforce, known, horizon)
            result[i][:, columns] = leaves
            move_totals(view, result[i], leaves, columns)
        return result

    def _sources(self, view: View) -> list[Floats]:
        """Latest one-month changes of z of each source, on the target's rows."""
        result = []
        for name in view.sources:
            z, lead = log_scale(view.aligned(name)), view.lead(name)
            changes = np.diff(z, axis=0, prepend=np.full((1, z.shape[1]), np.nan))
            for lag in range(self.rule.lags):
                # row t sees the change that its source had published by t's own origin
                shifted = np.full((view.rows, z.shape[1]), np.nan)
                for row in range(view.rows):
                    if 0 <= row + lead - lag < len(changes):
                        shifted[row] = changes[row + lead - lag]
                result.append(shifted)
        return result

    def _measures(self, view: View, names: Sequence[str], horizon: int) -> tuple[Floats, Floats]:
        """Change of the share of the month in which named measures are in force: all, and those known."""
        months = [add_steps(view.panel.months[0], i, "month") for i in range(view.rows + horizon)]
        every, known = np.zeros((2, view.rows, len(names)))
        origins = np.array(view.origins)
        chosen = self.rule.measures if self.rule.measures is not None else named_measures()
        for measure in chosen:
            if measure.known_from > view.as_of:
                continue
            share = np.array([_share(month, measure.start) for month in months])
            change = share[horizon:] - share[:-horizon]
            public = origins >= measure.known_from
            for code in measure.nationalities:
                if code in names:
                    every[:, names.index(code)] += change
                    known[:, names.index(code)] += np.where(public, change, 0.0)
        return every, known

    def _fit(
        self, z: Floats, v: Floats, features: list[Floats], every: Floats, known: Floats, horizon: int
    ) -> Floats:
        """Fit at each row on pairs whose targets it knows, and forecast: ``(rows, series)``."""
        rule, rows = self.rule, len(z)
        x = np.stack([*features, np.nan_to_num(every / v)], axis=-1)
        ahead = np.stack([*features, np.nan_to_num(known / v)], axis=-1)
        y = np.full_like(z, np.nan)
        y[:-horizon] = (z[horizon:] - z[:-horizon]) / v[:-horizon]
        limit = rule.target_clip * np.sqrt(horizon)
        seen = ~np.isnan(y)
        target = np.where(seen, np.clip(y, -limit, limit), 0.0)
        gram = np.einsum("tsp,ts,tsq->tspq", x, seen.astype(np.float64), x).cumsum(axis=0)
        moment = np.einsum("tsp,ts->tsp", x, target).cumsum(axis=0)
        penalty = np.diag([rule.penalty] * len(features) + [rule.measure_penalty])
        result = np.zeros_like(z)
        first = max(rule.first, horizon)
        if first < rows:
            until = np.arange(first, rows) - horizon
            pooled = np.linalg.solve(gram[until].sum(axis=1) + penalty, moment[until].sum(axis=1)[..., None])
            # what is left of each series moves its own coefficients, held to the pooled ones
            left = moment[until][..., None] - gram[until] @ pooled[:, None]
            own = np.linalg.solve(gram[until] + rule.apart * np.eye(x.shape[-1]), left)
            b = (pooled[:, None] + own)[..., 0]
            result[first:] = np.nan_to_num(np.einsum("tsp,tsp->ts", ahead[first:], b) * v[first:])
        return result


def move_totals(view: View, shift: Floats, leaves: Floats, columns: list[int]) -> None:
    """Write the shift of the total (the sum of its parts), and of sectors (the total's), into ``shift``."""
    if view.total is None:
        return
    values, total = view.panel.values, view.panel.columns([view.total])[0]
    now = values[:, columns]
    moved = view.handling.total_share * np.nansum(from_log_scale(log_scale(now) + leaves) - now, axis=1)
    whole = values[:, total]
    common = np.nan_to_num(np.log(np.maximum(whole + moved, 0.0) + LOG_OFFSET) - np.log(whole + LOG_OFFSET))
    shift[:, total] = common
    for name in view.groups.get("sectors", ()):
        shift[:, view.panel.columns([name])[0]] = common


def _trailing_volatility(z: Floats, rule: UpstreamRule) -> Floats:
    """Root mean square change in the trailing window, shrunk to the middle of the series."""
    changes = np.diff(z, axis=0, prepend=np.full((1, z.shape[1]), np.nan))
    known = ~np.isnan(changes)
    squares, count = np.where(known, changes, 0.0) ** 2, known.astype(np.float64)
    total, number = (
        np.array([a[max(0, t - rule.window + 1) : t + 1].sum(axis=0) for t in range(len(z))])
        for a in (squares, count)
    )
    result = np.full_like(z, np.nan)
    for row in range(len(z)):
        enough = number[row] >= 3
        if enough.any():
            middle = float(np.median(total[row][enough] / number[row][enough]))
            shrunk = np.sqrt((total[row] + rule.shrink * middle) / (number[row] + rule.shrink))
            result[row] = np.where(number[row] > 0, shrunk, np.nan)
    return result


def _share(month: dt.date, start: dt.date) -> float:
    """Share of a month's days from ``start`` on."""
    end = month_end(month)
    return min(1.0, max(0.0, ((end - start).days + 1) / end.day))
