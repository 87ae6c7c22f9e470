"""Corridor: an open planning engine for migration corridors.

The names below load what they need on first use, so that ``import corridor`` takes no time. Four of them
are folders of the package as well: ``corridor.forecast(...)`` makes a forecast, and ``corridor.forecast.wis``
is a name in the folder; the same holds for ``evaluate``, ``explore`` and ``report``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from corridor._version import __version__ as __version__

if TYPE_CHECKING:
    from inspect import Signature

    from corridor.api import check as check
    from corridor.api import evaluate as evaluate
    from corridor.api import explore as explore
    from corridor.api import forecast as forecast
    from corridor.api import load as load
    from corridor.api import new as new
    from corridor.api import open as open
    from corridor.api import report as report
    from corridor.api import simulate as simulate
    from corridor.data import Dataset as Dataset
    from corridor.ensemble import Trajectories as Trajectories
    from corridor.evaluate import EffectEstimate as EffectEstimate
    from corridor.explore import Explored as Explored
    from corridor.forecast import Forecast as Forecast
    from corridor.model import Corridor as Corridor
    from corridor.model import CorridorError as CorridorError
    from corridor.model import Fault as Fault
    from corridor.model import InputError as InputError
    from corridor.model import LabelledArray as LabelledArray

_HOMES = {
    **dict.fromkeys(("check", "load", "new", "open", "simulate"), "corridor.api"),
    **dict.fromkeys(("Corridor", "CorridorError", "Fault", "InputError", "LabelledArray"), "corridor.model"),
    "Dataset": "corridor.data",
    "EffectEstimate": "corridor.evaluate",
    "Explored": "corridor.explore",
    "Forecast": "corridor.forecast",
    "Trajectories": "corridor.ensemble",
}
_CALLABLE = ("evaluate", "explore", "forecast", "report")
"""Functions of the face that are folders too."""

__all__ = [
    "Corridor",
    "CorridorError",
    "Dataset",
    "EffectEstimate",
    "Explored",
    "Fault",
    "Forecast",
    "InputError",
    "LabelledArray",
    "Trajectories",
    "check",
    "evaluate",
    "explore",
    "forecast",
    "load",
    "new",
    "open",
    "report",
    "simulate",
]


class _CallableFolder(ModuleType):
    """A folder of the package that is called as the function of the face with its name."""

    @property
    def _function(self) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(import_module("corridor.api"), self.__name__.rpartition(".")[2])
        return found

    @property
    def __signature__(self) -> Signature:
        from inspect import signature

        return signature(self._function)

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._function(*args, **named)


class _Face(ModuleType):
    """The package: what is imported under it becomes its attribute, and callable where it is to be."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLABLE and type(value) is ModuleType:
            value.__class__ = _CallableFolder
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name in _CALLABLE:
        return import_module(f"corridor.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Face
