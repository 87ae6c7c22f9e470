"""Which departures, and which people on the way, make expected counts meet given ones: Gauss-Newton with a random-walk prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.forecast.coupled.sources import Sources
from corridor.model.arrays import Bools, Floats

STEP_SD = 0.3
"""Standard deviation of a month's step of log departures, a priori."""
LOOSE_SD = 0.1
"""Of what a month has of its own."""
START_SD = 0.4
"""Of the log factor of people on the way at the start, by class of holders."""
LARGEST = 3.0
"""Log factors are cut here."""
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Wanted:
    """Counts that are to be met: ``log`` (members, series, months, nationalities), NaN where nothing is asked; ``sd`` (series,
    months) how exactly, in logs."""

    log: Floats
    sd: Floats


def log_counts(sources: Sources, x: Floats) -> Floats:
    """Log of expected counts over those of the central run, (members, series, months, nationalities), at the log factors ``x``
    (members, sources, nationalities)."""
    part = sources.part
    fixed = np.maximum(1.0 - part.sum(axis=3), 0.0)
    return np.log(np.maximum(fixed + np.einsum("smnk,ikn->ismn", part, np.exp(x)), 1e-9))


def solve(sources: Sources, wanted: Wanted, offset: Floats, start: Floats, middle: Floats) -> Floats:
    """Log factors (members, sources, nationalities) at which ``log_counts + offset`` meets what is wanted.

    ``offset`` (members, series, months, nationalities) is what an exact run of a member stands above the linear answer;
    ``start`` the factors to begin from, ``middle`` those that the prior stands at, of the same shape as the result.
    """
    x = start.copy()
    prior = prior_covariance(sources)
    asked: Bools = np.asarray(~np.isnan(wanted.log).all(axis=0))
    for n in range(sources.level.shape[2]):
        rows = asked[:, :, n] & (sources.level[:, :, n] > 1.0) & (sources.part[:, :, n].sum(axis=2) > 1e-3)
        if rows.any():
            x[:, :, n] = _solve_one(sources, wanted, offset, rows, n, x[:, :, n], middle[:, :, n], prior)
    return x


def _solve_one(
    sources: Sources,
    wanted: Wanted,
    offset: Floats,
    rows: Bools,
    n: int,
    x: Floats,
    middle: Floats,
    prior: Floats,
) -> Floats:
    """The same for one nationality; ``rows`` (series, months) says which counts are asked for."""
    part = sources.part[:, :, n][rows]
    fixed = np.maximum(1.0 - part.sum(axis=1), 0.0)
    aim = np.nan_to_num((wanted.log - offset)[:, :, :, n][:, rows])
    noise = np.diag(wanted.sd[rows] ** 2)
    for _ in range(ROUNDS):
        grown = part[None] * np.exp(x)[:, None, :]
        count = fixed + grown.sum(axis=2)
        jacobian = grown / count[:, :, None]
        miss = aim - np.log(count) + np.einsum("irk,ik->ir", jacobian, x - middle)
        spread = jacobian @ prior
        gram = spread @ jacobian.transpose(0, 2, 1) + noise
        x = np.clip(
            middle + np.einsum("irk,ir->ik", spread, np.linalg.solve(gram, miss[..., None])[..., 0]),
            -LARGEST,
            LARGEST,
        )
    return x


def prior_covariance(sources: Sources) -> Floats:
    """(sources, sources): classes of holders apart, departures a random walk from the first month on."""
    classes, size = sources.classes, sources.part.shape[3]
    months = np.arange(1, size - classes + 1)
    out = np.zeros((size, size))
    out[:classes, :classes] = START_SD**2 * np.eye(classes)
    out[classes:, classes:] = STEP_SD**2 * np.minimum.outer(months, months) + LOOSE_SD**2 * np.eye(
        len(months)
    )
    return out
