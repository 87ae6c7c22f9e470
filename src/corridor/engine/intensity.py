"""Departures: the intensity process beyond what is known, and how a month spreads over its days.

Log intensity of a nationality deviates from its central path by x = common + own, each a damped random
walk, x[m] = damping x[m-1] + sd t[m], with Student t shocks scaled to unit variance; the common part is
centered on the median, the own part on the mean. The shocks are
keyed by month, so two scenarios share them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from corridor.engine.kernels.random import gamma_quantile, gamma_quantiles, normal_quantile, uniforms
from corridor.engine.parameters import ParameterTable
from corridor.model import Group, stream_key
from corridor.model.arrays import Floats

LARGEST_SHOCK = 4.0
"""Shocks are cut here, in standard deviations: a month cannot carry more people than there are."""


def student_shocks(
    process: Sequence[str], months: Sequence[dt.date], df: float, seed: int, member: int
) -> Floats:
    """Unit-variance Student t shocks, one a month, from the named stream."""
    key = np.array([stream_key("intensity", *process)], dtype=np.uint64)
    days = np.array([month.toordinal() for month in months], dtype=np.uint64)
    pairs = uniforms(np.uint64(seed), np.uint64(member), key, days)[0]
    z = np.array([normal_quantile(u) for u in pairs[:, 0]])
    chi = np.array([gamma_quantile(v, df / 2.0) * 2.0 / df for v in pairs[:, 1]])
    return np.clip(z / np.sqrt(chi) * np.sqrt((df - 2.0) / df), -LARGEST_SHOCK, LARGEST_SHOCK)


def damped_walk(shocks: Floats, sd: float, damping: float) -> Floats:
    """x[m] = damping x[m-1] + sd shock[m], from zero."""
    out = np.zeros_like(shocks)
    level = 0.0
    for m, shock in enumerate(shocks):
        level = damping * level + sd * shock
        out[m] = level
    return out


def spread(sd: float, damping: float, months: int) -> float:
    """Standard deviation of a damped walk after ``months`` steps."""
    return float(sd * np.sqrt(sum(damping ** (2 * k) for k in range(months))))


def intensity_deviations(
    table: ParameterTable,
    nationalities: Sequence[str],
    months: Sequence[dt.date],
    first: dt.date,
    seed: int,
    member: int,
) -> Floats:
    """Log deviation from the central path, shape (months, departures); zero before ``first``.

    ``first`` may lie before the run: its shocks up to then are drawn all the same, so that the starting
    month of a run does not change the process.
    """
    start = first.replace(day=1)
    walk_months = [start]
    while walk_months[-1] < months[-1]:
        year, month = divmod(walk_months[-1].year * 12 + walk_months[-1].month, 12)
        walk_months.append(dt.date(year, month + 1, 1))
    paths: dict[str, dict[dt.date, float]] = {}
    df = table.central("departure_shock_df", None, 1000.0)
    damping = table.central("departure_damping", None, 1.0)
    common = damped_walk(
        student_shocks(("common",), walk_months, df, seed, member),
        table.central("departure_sd_common", None, 0.0),
        damping,
    )
    for name in set(nationalities):
        group = Group(id=name, nationality=name, household="any", size=1)
        sd_own = table.central("departure_sd_own", group, 0.0)
        own = damped_walk(student_shocks(("own", name), walk_months, df, seed, member), sd_own, damping)
        # Own shocks keep the mean, not the median: sixteen medians do not add up to the total's median,
        # and without this the total would drift upwards by the spread of its parts.
        own -= np.array([spread(sd_own, damping, m + 1) ** 2 / 2.0 for m in range(len(walk_months))])
        paths[name] = dict(zip(walk_months, common + own, strict=True))
    return np.array([[paths[name].get(month, 0.0) for name in nationalities] for month in months])


def day_weights(
    table: ParameterTable,
    labels: Sequence[tuple[str, Group]],
    dates: Sequence[dt.date],
    seed: int,
    member: int,
) -> Floats:
    """Gamma weights of days, shape (days, departures): a month's total split by them is negative
    binomial by day (of size ``departure_dispersion``) given the total."""
    keys = np.array([stream_key("day", stock, group.id) for stock, group in labels], dtype=np.uint64)
    days = np.array([date.toordinal() for date in dates], dtype=np.uint64)
    u = uniforms(np.uint64(seed), np.uint64(member), keys, days)[:, :, 0]
    out = np.empty((len(dates), len(labels)))
    for p, (_, group) in enumerate(labels):
        shape = table.central("departure_dispersion", group, 1e6)
        out[:, p] = gamma_quantiles(u[p], shape)
    return out
