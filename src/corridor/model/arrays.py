"""Names of array types that every folder shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""An array of 64-bit floating-point numbers; docstrings give its shape."""
Bools = npt.NDArray[np.bool_]
"""An array of truth values."""
