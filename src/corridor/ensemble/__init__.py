"""Many members, and what the published series would have counted of them."""

from corridor.ensemble.observe import by_nationality, nationalities, observe, published
from corridor.ensemble.ports import PORT_UNITS, PortFigures, port_figures
from corridor.ensemble.simulate import forget, simulate, simulate_all
from corridor.ensemble.trajectories import Trajectories

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
