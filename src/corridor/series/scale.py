"""The log scale on which counts are forecast and effects are measured."""

from __future__ import annotations

import numpy as np

from corridor.model.arrays import Floats

LOG_OFFSET = 10.0
"""Added to a count before the log, so that a handful of people weighs little and zero has a log."""


def log_scale(values: Floats) -> Floats:
    """``log(count + 10)``, of the same shape; NaN stays NaN."""
    return np.log(values + LOG_OFFSET)


def from_log_scale(z: Floats) -> Floats:
    """Counts from the log scale, of the same shape, cut at zero."""
    return np.maximum(np.exp(z) - LOG_OFFSET, 0.0)
