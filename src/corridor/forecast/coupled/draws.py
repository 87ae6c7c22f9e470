"""Draws of the published series from the default forecast, one for each member of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from corridor.data import load
from corridor.forecast.joint import draw, extended
from corridor.forecast.models import COMBINED
from corridor.forecast.registry import forecaster
from corridor.forecast.request import checked_view, default_model, subject_of
from corridor.forecast.result import Forecast
from corridor.forecast.scores import LEVELS
from corridor.forecast.sets import FIELD_OFFICES, PUBLISHERS, SECTORS
from corridor.forecast.view import View
from corridor.model import Corridor, InputError, Observation
from corridor.model.arrays import Floats
from corridor.model.mapped import BLOCK
from corridor.series import LOG_OFFSET

Ints = npt.NDArray[np.int64]

ROUNDS = 6
"""Rounds in which parts and their total are brought to their own quantiles in turn."""
TRAILING = 36
"""Months of changes from which the dependence of areas is taken."""


@dataclass(frozen=True, eq=False)
class SeriesDraws:
    """Joint draws of one published series, in the corridor's own nationalities.

    ``values`` has shape (members + 1, months, parts), people; the last row is the central one: the median of the total, its
    parts in proportion to their medians. ``parts`` are the nationalities that make up each part.
    """

    observation: Observation
    months: tuple[dt.date, ...]
    parts: tuple[tuple[str, ...], ...]
    values: Floats

    def within(self, months: Sequence[dt.date]) -> SeriesDraws:
        """The draws of these months alone."""
        kept = [i for i, month in enumerate(self.months) if month in months]
        return replace(self, months=tuple(self.months[i] for i in kept), values=self.values[:, kept])


@dataclass(frozen=True, eq=False)
class AreaDraws:
    """Draws of the areas into which a series is split: (members + 1, months, areas), people."""

    areas: tuple[str, ...]
    months: tuple[dt.date, ...]
    values: Floats
    between: tuple[bool, ...]
    """Whether an area lies between ports of entry."""

    def within(self, months: Sequence[dt.date]) -> AreaDraws:
        """The draws of these months alone."""
        kept = [i for i, month in enumerate(self.months) if month in months]
        return replace(self, months=tuple(self.months[i] for i in kept), values=self.values[:, kept])

    def given(self, totals: Floats, at_ports: Floats) -> AreaDraws:
        """The draws given to members whose ``totals`` and counts ``at_ports``, (members, months), are nearest.

        What is left is taken from the areas between ports in proportion, so that every member adds up.
        """
        ports, drawn = ~np.array(self.between), self.values[:-1]
        theirs = np.concatenate([drawn.sum(axis=2), drawn[:, :, ports].sum(axis=2)], axis=1)
        own = np.concatenate([totals, at_ports], axis=1)
        order = nearest(np.log(theirs + 1.0), np.log(own + 1.0))
        return replace(self, values=_adding_up(drawn[order], totals, self.between))

    def central(self, totals: Floats) -> AreaDraws:
        """The central draw alone, which adds up to ``totals`` (1, months)."""
        return replace(self, values=_adding_up(self.values[-1:], totals, self.between))


def forecast_of(
    corridor: Corridor, observation: Observation, as_of: dt.date, last: dt.date
) -> Forecast | None:
    """The default forecast of a series by nationality up to the month ``last``; None where there is none."""
    dataset = load(observation.dataset, corridor)
    by = ("nationality",) if "nationality" in observation.by and "nationality" in dataset.dims else ()
    where = {name: list(values) for name, values in observation.where.items()}
    try:
        subject, panels = subject_of(dataset.as_of(as_of), by, where)
        view = View.at(subject, as_of, panels)
        horizons = tuple(range(1, _steps(view.last, last) + 1))
        if not horizons or view.panel.step != "month":
            return None
        view = checked_view(subject, panels, as_of, horizons)
        return forecaster(default_model(subject, by) or COMBINED).fit_predict(view, horizons)
    except InputError:
        return None


def _steps(first: dt.date, last: dt.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def series_draws(
    corridor: Corridor, observation: Observation, forecast: Forecast, members: int
) -> SeriesDraws | None:
    """Draws of a series for ``members`` members, at the quantiles that are published; None without joint draws."""
    if forecast.samples is None:
        return None
    leaves = forecast.view.leaves
    parts, of_leaf = _parts(corridor, observation, leaves)
    grouped = np.zeros((*forecast.samples.shape[:2], len(parts)))
    for leaf, part in enumerate(of_leaf):
        grouped[:, :, part] += forecast.samples[:, :, leaf]
    unknown = np.flatnonzero(np.isnan(grouped.sum(axis=(1, 2))))
    count = int(unknown[0]) if unknown.size else grouped.shape[0]
    if count == 0:
        return None
    values = thinned(grouped[:count], members)
    return SeriesDraws(
        observation, forecast.periods[:count], parts, np.concatenate([values, _central(grouped[:count])])
    )


def thinned(full: Floats, members: int) -> Floats:
    """``members`` of the draws ``full`` (months, draws, parts) that have its quantiles, (members, months, parts).

    Draws are taken in mirrored pairs. Then each part, and the total, takes in turn the quantiles of all draws in the order of its
    ranks, so that few members have the margins of many.
    """
    values = np.moveaxis(full[:, _pairs(full.shape[1], members)], 1, 0)
    levels = _levels(members)
    part_quantiles = np.quantile(full, levels, axis=1)
    total_quantiles = np.quantile(full.sum(axis=2), levels, axis=1)
    for _ in range(ROUNDS):
        rank = values.argsort(axis=0).argsort(axis=0)
        values = np.take_along_axis(part_quantiles, rank, axis=0)
        total = values.sum(axis=2)
        wanted = np.take_along_axis(total_quantiles, total.argsort(axis=0).argsort(axis=0), axis=0)
        values = values * (wanted / np.maximum(total, 1e-9))[:, :, None]
    return values


def _pairs(draws: int, members: int) -> Ints:
    """Positions of ``members`` draws; each stands with its mirror, which is half of all draws further on."""
    half = draws // 2
    at = np.arange((members + 1) // 2) % half
    return np.concatenate([at, at + half])[:members]


def _levels(members: int) -> Floats:
    """Levels of the members in order, such that ``np.quantile`` of them gives back the quantiles of all draws; the outermost two
    are no extremes of a thousand draws."""
    ends = 0.3 / members
    return np.clip(np.arange(members) / max(members - 1, 1), ends, 1.0 - ends)


def _central(full: Floats) -> Floats:
    """(1, months, parts) the median of the total, shared out by the medians of the parts."""
    medians, total = np.median(full, axis=1), np.median(full.sum(axis=2), axis=1)
    return (medians * (total / np.maximum(medians.sum(axis=1), 1e-9))[:, None])[None]


def _parts(
    corridor: Corridor, observation: Observation, leaves: Sequence[str]
) -> tuple[tuple[tuple[str, ...], ...], list[int]]:
    """Parts that both the forecast and the corridor can tell apart, and the part of each leaf of the forecast."""
    names = list(dict.fromkeys(group.nationality for group in corridor.groups))
    if not leaves or "nationality" not in observation.by:
        return (tuple(names),), [0] * max(len(leaves), 1)
    map_ = observation.nationality_map
    code_of = {leaf: map_.get(leaf, map_.get("*", leaf)) for leaf in leaves}
    rest = _rest_name(observation)
    hit = {code_of[leaf] for leaf in leaves if leaf != rest}
    of = {leaf: {code_of[leaf]} if leaf != rest else set(names) - hit for leaf in leaves}
    sets: list[set[str]] = []
    for found in of.values():
        touching = [s for s in sets if s & found]
        sets = [s for s in sets if not s & found] + [set(found).union(*touching)]
    ordered = sorted(sets, key=lambda s: min((names.index(n) for n in s if n in names), default=len(names)))
    position = [next(i for i, s in enumerate(ordered) if s & of[leaf]) for leaf in leaves]
    return tuple(tuple(n for n in names if n in s) for s in ordered), position


def _rest_name(observation: Observation) -> str | None:
    """Name of the leaf that stands for all other nationalities, in a standard publisher's panel."""
    if observation.where:
        return None
    margins = [m for p in PUBLISHERS.values() if p.dataset == observation.dataset for m in p.margins]
    return next((m.rest for m in margins if m.dim == "nationality" and m.rest), None)


def area_draws(
    forecast: Forecast, months: Sequence[dt.date], members: int, between: Sequence[str] = SECTORS,
    ports: Sequence[str] = FIELD_OFFICES,
) -> AreaDraws | None:  # fmt: skip
    """Draws of the areas of a series at their own quantiles, not yet given to members; None where an area has no forecast."""
    names = [name for name in (*between, *ports) if name in forecast.view.panel.series]
    if not names:
        return None
    columns = forecast.view.panel.columns(names)
    quantiles = forecast.quantiles[: len(months), columns]
    if np.isnan(quantiles).any():
        return None
    history = forecast.view.panel.values[:, columns]
    drawn = drawn_together(quantiles, history, forecast.horizons[: len(months)], members)
    central = quantiles[:, :, LEVELS.tolist().index(0.5)]
    open_ = tuple(name in between for name in names)
    return AreaDraws(tuple(names), tuple(months), np.concatenate([drawn, central[None]]), open_)


def drawn_together(quantiles: Floats, history: Floats, horizons: Sequence[int], members: int) -> Floats:
    """(members, months, areas) draws with these quantiles (months, areas, levels); their dependence is that of past changes."""
    changes = np.diff(np.log(history + LOG_OFFSET), axis=0)[-TRAILING:]
    correlation = np.nan_to_num(np.corrcoef(changes, rowvar=False))
    size = len(correlation)
    correlation = 0.5 * correlation + 0.5 * np.eye(size)
    drawn = draw(quantiles, np.stack([correlation] * len(horizons)), tuple(horizons), draws=1000)
    values = np.moveaxis(drawn[:, _pairs(drawn.shape[1], members)], 1, 0)
    scores = ndtri(_levels(members))
    margin = np.stack([np.stack([extended(scores, q) for q in month], axis=1) for month in quantiles], axis=1)
    margin = np.maximum(margin, 0.0)
    return np.take_along_axis(margin, values.argsort(axis=0).argsort(axis=0), axis=0)


def _adding_up(drawn: Floats, totals: Floats, between: Sequence[bool]) -> Floats:
    """Areas between ports scaled so that all areas sum to the total; ports give way only where they leave too little."""
    open_ = np.array(between)
    out = drawn.copy()
    ports = out[:, :, ~open_].sum(axis=2)
    most = 0.8 * totals
    out[:, :, ~open_] *= np.where(ports > most, most / np.maximum(ports, 1e-9), 1.0)[:, :, None]
    rest = totals - out[:, :, ~open_].sum(axis=2)
    crossings = out[:, :, open_].sum(axis=2)
    out[:, :, open_] *= (rest / np.maximum(crossings, 1e-9))[:, :, None]
    return out


def nearest(drawn: Floats, own: Floats) -> list[int]:
    """For each row of ``own`` the row of ``drawn`` it takes, such that the sum of squared distances is the least.

    Both have shape (members, features), with no feature NaN.
    """
    from scipy.optimize import linear_sum_assignment

    cost = np.empty((len(own), len(drawn)))
    step = max(
        1, BLOCK // max(drawn.nbytes, 1)
    )  # all differences at once would grow with the square of the members
    for at in range(0, len(own), step):
        cost[at : at + step] = ((own[at : at + step, None, :] - drawn[None, :, :]) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(cost)
    return [int(c) for _, c in sorted(zip(rows.tolist(), columns.tolist(), strict=True))]
