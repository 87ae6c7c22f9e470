"""Fitting a corridor to what was published by a date."""

from corridor.calibrate.plan import CalibrationPlan, FittedField, read_plan
from corridor.calibrate.store import (
    Calibration,
    calibrate,
    read_calibration,
    write_calibration,
)

__all__ = [
    "Calibration",
    "CalibrationPlan",
    "FittedField",
    "calibrate",
    "read_calibration",
    "read_plan",
    "write_calibration",
]
