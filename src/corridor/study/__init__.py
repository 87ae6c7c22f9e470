"""A study: scenarios of one corridor run with shared noise, and the run folder that holds the result.

The run folder needs no engine. ``Study`` and what runs one load the engine, so they load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corridor.study.folder import RunFolder, check_target
from corridor.study.query import select_rows
from corridor.study.schema import TABLES, conform

if TYPE_CHECKING:
    from corridor.study.baseline import with_forecast
    from corridor.study.run import Study, choose_calibration, run_study, study_levers

__all__ = [
    "TABLES",
    "RunFolder",
    "Study",
    "check_target",
    "choose_calibration",
    "conform",
    "run_study",
    "select_rows",
    "study_levers",
    "with_forecast",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    where = "corridor.study.baseline" if name == "with_forecast" else "corridor.study.run"
    return getattr(import_module(where), name)
