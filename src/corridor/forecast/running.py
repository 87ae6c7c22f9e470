"""Weeks that are public of a month that is not: a nowcast of the running month.

Border Patrol's weeks are public about three weeks on, and monthly counts some days later, so that a few to twenty days of the first month that is
forecast are known. What they say of encounters between ports beside the last published month, less what the forecast expects anyhow, is a
surprise; a part of it, learned on past origins and bounded, moves the forecast of the total, of its parts and of the sectors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridor.forecast.view import View, Weeks
from corridor.model.arrays import Floats
from corridor.model.periods import add_steps, month_end

WEEK = 7


@dataclass(frozen=True)
class RunningMonthRule:
    """How far weeks are followed; chosen on origins of 2022."""

    patience: float = 7.0
    """Days that must be known until a surprise counts by half."""
    start: float = 0.5
    """Part of a surprise that moves a forecast before anything is learned."""
    months: float = 24.0
    """Months of surprises of unit size that the start is worth."""
    window: int = 36
    largest: float = 0.5
    """Logs by which a forecast is moved at most."""
    ahead: int = 3
    """Months ahead up to which forecasts are moved; later ones learned nothing from weeks."""
    clip: float = 4.0
    """Standardized changes are cut at this times the square root of the horizon."""


def daily_mean(weeks: Weeks, month: dt.date, origin: dt.date) -> tuple[float, int]:
    """Mean count a day over the days of ``month`` whose weeks were public on ``origin``, and how many these are; NaN and 0 where none are.

    A week that crosses the end of the month gives each of its days a seventh.
    """
    first, last = month.toordinal(), month_end(month).toordinal()
    days = np.minimum(weeks.first + WEEK - 1, last) - np.maximum(weeks.first, first) + 1
    used = (days > 0) & (weeks.known_from <= origin.toordinal()) & ~np.isnan(weeks.counts)
    number = int(days[used].sum())
    return (
        (float((weeks.counts[used] / WEEK * days[used]).sum() / number), number)
        if number
        else (float("nan"), 0)
    )


def surprises(view: View, shift: Floats, rule: RunningMonthRule) -> Floats:
    """(rows, series) what the weeks known at each row say of the next month's log count beyond ``shift`` (rows, series), the change
    expected one month ahead; 0 where they say nothing. Rows rest on what was public at their own origins."""
    out = np.zeros_like(shift)
    assert view.weeks is not None
    values = view.panel.values
    sectors = view.panel.columns(view.groups.get("sectors", ()))
    offices = view.panel.columns(view.groups.get("field_offices", ()))
    for row, (month, origin) in enumerate(zip(view.panel.months, view.origins, strict=True)):
        before, _ = daily_mean(view.weeks, month, origin)
        now, days = daily_mean(view.weeks, add_steps(month, 1, "month"), origin)
        if not days or not before > 0 or not now > 0:
            continue
        between = _part(values[row], sectors, offices)
        whole = np.log(1.0 - between + between * now / before)
        said = np.full(shift.shape[1], whole)
        said[sectors] = np.log(now / before)
        moved = np.clip(said - np.nan_to_num(shift[row]), -rule.largest, rule.largest)
        out[row] = moved * days / (days + rule.patience)
    out[:, offices] = 0.0
    return out


def _part(values: Floats, sectors: Sequence[int], offices: Sequence[int]) -> float:
    """Part of a month's encounters that were between ports; all where areas are not known."""
    between, ports = float(np.nansum(values[list(sectors)])), float(np.nansum(values[list(offices)]))
    return between / (between + ports) if between > 0 else 1.0


def narrowed(past: Floats, plain: Floats, window: int) -> Floats:
    """(series) how much smaller past errors (rows, series) were with the weeks than without them, between a half and 1."""
    squares = [np.nansum(one[-window:] ** 2, axis=0) for one in (past, plain)]
    return np.clip(np.sqrt(squares[0] / np.maximum(squares[1], 1e-12)), 0.5, 1.0)


def followed(
    z: Floats, v: Floats, shift: Floats, surprise: Floats, groups: Sequence[Sequence[int]], horizon: int,
    rule: RunningMonthRule,
) -> Floats:  # fmt: skip
    """``shift`` (rows, series) of one horizon with the part of each row's ``surprise`` that past targets known at that row bear out.

    The part is a ridge regression by group of what was left of past changes on surprises, both in units of v, held to its start; it lies
    between 0 and 1.
    """
    rows = len(z)
    unit = np.where(v > 0, v, np.nan)
    limit = rule.clip * np.sqrt(horizon)
    left = np.full_like(z, np.nan)
    if horizon < rows:
        left[:-horizon] = (z[horizon:] - z[:-horizon] - shift[:-horizon]) / unit[:-horizon]
    x = np.nan_to_num(surprise / unit)
    seen = ~np.isnan(left)
    y = np.where(seen, np.clip(np.nan_to_num(left), -limit, limit), 0.0)
    result = shift.copy()
    for group in groups:
        at = list(group)
        gram = (x[:, at] ** 2 * seen[:, at]).sum(axis=1).cumsum() / len(at)
        moment = (x[:, at] * y[:, at]).sum(axis=1).cumsum() / len(at)
        for row in range(rows):
            last, first = row - horizon, row - rule.window - 1
            a = gram[last] - (gram[first] if first >= 0 else 0.0) if last >= 0 else 0.0
            b = moment[last] - (moment[first] if first >= 0 else 0.0) if last >= 0 else 0.0
            part = (b + rule.months * rule.start) / (a + rule.months)
            moved = np.clip(part, 0.0, 1.0) * surprise[row, at]
            result[row, at] += np.clip(moved, -rule.largest, rule.largest)
    return result
