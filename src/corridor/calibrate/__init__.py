"""Fitting a corridor to what was published by a date."""

from corridor.calibrate.plan import CalibrationPlan, FittedField, read_plan
from corridor.calibrate.posterior import MEMBERS as POSTERIOR_MEMBERS
from corridor.calibrate.posterior import Posterior, sample_posterior
from corridor.calibrate.store import (
    Calibration,
    calibrate,
    read_calibration,
    write_calibration,
)

__all__ = [
    "POSTERIOR_MEMBERS",
    "Calibration",
    "CalibrationPlan",
    "FittedField",
    "Posterior",
    "calibrate",
    "read_calibration",
    "read_plan",
    "sample_posterior",
    "write_calibration",
]
