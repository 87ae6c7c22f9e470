"""Ports of entry: officer hours between processing people and inspecting trucks, the assumed tier.

Hours are counted by day, since an hour that is not used is not kept: used = people processed x hours a
person, left = officer hours - used (at least none), trucks inspected = min(trucks that can cross, left /
hours a truck); those not crossed are the rest of the trucks that came. Hardly any of it is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled, Values
from corridor.engine.member import values_of_run
from corridor.engine.spec import STOCK_FIGURES
from corridor.ensemble.trajectories import Trajectories, together
from corridor.model.arrays import Floats
from corridor.model.mapped import release

PORT_UNITS: Mapping[str, str] = {
    "officer_hours": "hours/month",
    "hours_processing": "hours/month",
    "hours_left": "hours/month",
    "trucks_inspected": "trucks/month",
    "trucks_not_crossed": "trucks/month",
}
"""What is told of a port, and its unit."""


@dataclass(frozen=True, repr=False)
class PortFigures:
    """``figures`` by name of :data:`PORT_UNITS`, each (members, months, ports); sums of the run's days."""

    ports: tuple[str, ...]
    """Stocks of those being processed at a port of entry."""
    months: tuple[dt.date, ...]
    figures: Mapping[str, Floats]

    tag = "assumed"


def port_figures(trajectories: Trajectories, compiled: Compiled) -> PortFigures:
    """Hours and trucks of every port of entry that declares ``officer_hours``.

    Each member has its own draw of the parameters, as in its run.
    """
    flows = compiled.corridor.flows
    entries = {
        stock: [flow.id for flow in flows if flow.kind == "port_admission" and flow.to_stock == stock]
        for stock in compiled.stock_ids
    }
    declared = np.nonzero((compiled.numbers.rows["officer_hours"] >= 0).any(axis=0))[0].tolist()
    columns = [k for k in declared if entries[compiled.stock_ids[k]]]
    ports = tuple(compiled.stock_ids[k] for k in columns)
    at = [[trajectories.flows.index(flow) for flow in entries[port]] for port in ports]
    month_of = np.array([trajectories.months.index(day.replace(day=1)) for day in trajectories.dates])
    shape = (trajectories.members, len(trajectories.months), len(ports))
    out = {name: np.zeros(shape) for name in PORT_UNITS}
    central = compiled.numbers.base_values(compiled.table.values(compiled.spec.seed, None))
    for member in range(trajectories.members if ports else 0):
        daily = trajectories.daily_flow[member : member + 1]
        people = np.stack([together(daily, flows)[0] for flows in at], axis=1)
        on = trajectories.trigger_on[member]
        for name, by_day in _by_day(compiled, central, member, columns, people, on).items():
            np.add.at(out[name][member], month_of, by_day)
        release(daily)
    return PortFigures(ports, trajectories.months, out)


def _by_day(
    compiled: Compiled, central: Values, member: int, ports: list[int], people: Floats,
    trigger_on: npt.NDArray[np.uint8],
) -> dict[str, Floats]:  # fmt: skip
    """Figures of each day for one member, (days, ports), from the people processed.

    Of the numbers before any measure only the ports' own are drawn: nothing else is looked at.
    """
    drawn = compiled.table.values(compiled.spec.seed, member if compiled.spec.noise.parameters else None)
    base = replace(central, **compiled.numbers.stock_figures(drawn))
    come = base.trucks[compiled.calendar.day_segment[:, None], np.array(ports)]
    values, segment = values_of_run(compiled, base, drawn, trigger_on, moved=STOCK_FIGURES)
    days = (segment[:, None], np.array(ports))
    officers, can_cross = values.officer_hours[days], values.trucks[days]
    used = people * values.processing_hours[days]
    left = np.maximum(officers - used, 0.0)
    per_truck = values.inspection_hours[days]
    inspected = np.minimum(can_cross, np.where(per_truck > 0, left / np.maximum(per_truck, 1e-12), np.inf))
    return {
        "officer_hours": officers,
        "hours_processing": used,
        "hours_left": left,
        "trucks_inspected": inspected,
        "trucks_not_crossed": np.maximum(come, can_cross) - inspected,
    }
