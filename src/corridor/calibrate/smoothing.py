"""Monthly paths of a fit: lags, the kernel of departures, and smoothing under a random-walk prior."""

from __future__ import annotations

import numpy as np

from corridor.model.arrays import Floats


def lagged(step: Floats, lag_days: float) -> Floats:
    """Log ratio that a month's parameter answers for, ``lag_days`` before it is counted.

    ``step`` (months, columns) is that of the months of counting, nan where nothing is counted; the result mixes
    the two months in which the day falls, and is nan where neither is counted.
    """
    whole, part = divmod(lag_days / 30.44, 1.0)
    out = np.full_like(step, np.nan)
    months, none = step.shape[0], np.full(step.shape[1], np.nan)
    for m in range(months):
        near = step[m + int(whole)] if m + int(whole) < months else none
        far = step[m + int(whole) + 1] if m + int(whole) + 1 < months else none
        mixed = (1 - part) * near + part * far
        out[m] = np.where(np.isnan(mixed), near if part < 0.5 else far, mixed)
    return out


def ratio_ahead(ratio: Floats, kernel: Floats) -> tuple[Floats, Floats]:
    """Mean of ``ratio`` (months, groups) over the months in which a month's departures are counted.

    ``kernel[j]`` (months, groups) is the part that is counted j months later. Returns the mean, and the weight of
    the months that have a ratio (not nan), both (months, groups); the mean is 0 where the weight is.
    """
    months, groups = ratio.shape
    level, weight = np.zeros((months, groups)), np.zeros((months, groups))
    for j in range(kernel.shape[0]):
        ahead = np.full_like(ratio, np.nan)
        ahead[: months - j] = ratio[j:]
        seen = ~np.isnan(ahead)
        level += np.where(seen, kernel[j] * np.nan_to_num(ahead), 0.0)
        weight += np.where(seen, kernel[j], 0.0)
    return level / np.where(weight > 0, weight, 1.0), weight


def smooth(raw: Floats, weight: Floats, prior: float) -> Floats:
    """Mode of a series under a random-walk prior: argmin sum weight (x - raw)^2 + prior sum (dx)^2.

    ``raw`` and ``weight`` have shape (months, columns); columns are solved apart. Where nothing is
    weighted, the raw values are returned.
    """
    months = raw.shape[0]
    out = raw.copy()
    difference = np.diff(np.eye(months), axis=0)
    penalty = max(prior, 1e-6) * difference.T @ difference
    patterns: dict[bytes, list[int]] = {}
    for column in range(raw.shape[1]):
        patterns.setdefault(weight[:, column].tobytes(), []).append(column)
    for columns in patterns.values():
        w = weight[:, columns[0]]
        if w.sum() > 0:
            out[:, columns] = np.linalg.solve(np.diag(w) + penalty, w[:, None] * raw[:, columns])
    return out
