"""Many members, and what the published series would have counted of them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corridor.ensemble.simulate import forget, simulate, simulate_all
from corridor.ensemble.trajectories import Trajectories

if TYPE_CHECKING:
    from corridor.ensemble.counted import by_nationality, nationalities, observe, published
    from corridor.ensemble.ports import PORT_UNITS, PortFigures, port_figures

__all__ = [
    "PORT_UNITS",
    "PortFigures",
    "Trajectories",
    "by_nationality",
    "forget",
    "nationalities",
    "observe",
    "port_figures",
    "published",
    "simulate",
    "simulate_all",
]

_LATER = {
    **dict.fromkeys(("by_nationality", "nationalities", "observe", "published"), "counted"),
    **dict.fromkeys(("PORT_UNITS", "PortFigures", "port_figures"), "ports"),
}
"""Names of modules that read data, which a worker process has no use for: it starts in half the time without them."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"corridor.ensemble.{_LATER[name]}")
    for one, where in _LATER.items():
        if where == _LATER[name]:
            globals()[one] = getattr(module, one)
    return globals()[name]
