"""What gives way so that a series upstream, or an area, meets its draw: read from ``calibration/plan.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridor.calibrate import CalibrationPlan, read_plan
from corridor.engine import Compiled
from corridor.forecast.sets import FIELD_OFFICES, PUBLISHERS, SECTORS
from corridor.model import Corridor, Observation
from corridor.model.arrays import Floats

LARGEST = 2.0
"""Log factors of odds, hazards and limits stay within this."""
GAIN = 0.8
"""Part of a log miss of a hazard's count by which its log hazard moves."""
SHARES = (0.002, 0.985)


@dataclass(frozen=True)
class Control:
    """Numbers that move what one series counts."""

    observation: Observation
    on: Literal["odds", "hazard", "throughput"]
    flows: tuple[str, ...]
    alone: bool = True
    """Whether the flows share nobody with another controlled series; areas do, and their odds move by the miss itself."""

    def moved(self, compiled: Compiled, log: Floats, miss: Floats) -> Floats:
        """The log factor after a step, (members, months, nationalities or 1); ``miss`` is the log of drawn over expected."""
        if self.on == "odds" and self.alone:
            share = self._share(compiled)[None]
            odds = share / (1.0 - share) * np.exp(log)
            aim = np.clip(odds / (1.0 + odds) * np.exp(miss), *SHARES)
            log = np.where(
                share > 1e-6, np.log(aim / (1.0 - aim) * (1.0 - share) / np.maximum(share, 1e-9)), 0.0
            )
        else:
            log = log + miss * (GAIN if self.on == "hazard" else 1.0)
        return np.clip(log, -LARGEST, LARGEST)

    def _share(self, compiled: Compiled) -> Floats:
        """(months, nationalities) the part of a stay's leavers who take the flows, at the stock where it is largest."""
        values = compiled.numbers.base_values(compiled.table.values(compiled.spec.seed, None))
        names = list(dict.fromkeys(group.nationality for group in compiled.groups))
        at = [compiled.index.flow[name] for name in self.flows]
        together = np.stack([
            values.share[:, [f for f in siblings if f in at]].sum(axis=1) for siblings in compiled.index.siblings
        ]).max(axis=0)  # fmt: skip
        month = compiled.calendar.month_of_segment
        out = np.zeros((len(compiled.months), len(names)))
        for g, group in enumerate(compiled.groups):
            n = names.index(group.nationality)
            out[month, n] = np.maximum(out[month, n], together[:, g])
        return np.minimum(out, 1.0 - 1e-6)


@dataclass(frozen=True)
class Controls:
    """The series that a baseline is coupled to: the calibration's target, those upstream of it, and its areas."""

    target: Observation
    upstream: tuple[Observation, ...]
    controls: tuple[Control, ...]
    areas: tuple[tuple[str, Control], ...]

    def of(self, observation: str) -> Control | None:
        """The control of a series."""
        return next((c for c in self.controls if c.observation.id == observation), None)

    def area(self, name: str) -> Control | None:
        """The control of an area."""
        return next((control for area, control in self.areas if area == name), None)


def controls_of(corridor: Corridor) -> Controls | None:
    """Series and controls of a corridor; None without a calibration plan."""
    path = corridor.folder / "calibration" / "plan.yaml" if corridor.folder else None
    if path is None or not path.exists():
        return None
    plan = read_plan(path, corridor)
    by_id = {observation.id: observation for observation in corridor.observations}
    target = by_id[plan.target]
    standard = {publisher.dataset for publisher in PUBLISHERS.values()}
    upstream = tuple(
        o for o in corridor.observations
        if o.flows and not o.where and o.dataset in standard and o.dataset != target.dataset
    )  # fmt: skip
    return Controls(target, upstream, _controls(plan, upstream), _areas(corridor, plan, target))


def _controls(plan: CalibrationPlan, upstream: tuple[Observation, ...]) -> tuple[Control, ...]:
    """For each series the field that was fitted to it alone."""
    found: list[Control] = []
    for observation in upstream:
        for field in plan.fields:
            if field.observations == (observation.id,) and field.method in ("odds", "hazard"):
                on: Literal["odds", "hazard"] = "odds" if field.method == "odds" else "hazard"
                found.append(Control(observation, on, field.flows))
                break
    return tuple(found)


def _areas(corridor: Corridor, plan: CalibrationPlan, target: Observation) -> tuple[tuple[str, Control], ...]:
    """Areas of the target's publisher: between ports by the odds of the ways there, at ports by their limits."""
    limited = {row.target for row in corridor.parameters if row.parameter == "throughput"}
    limited |= {flow.id for flow in corridor.flows if flow.throughput is not None}
    found: list[tuple[str, Control]] = []
    for observation in corridor.observations:
        area = observation.where.get("area", ())
        if observation.dataset != target.dataset or len(area) != 1:
            continue
        field = next((f for f in plan.fields if f.observations == (observation.id,)), None)
        ports = tuple(flow for flow in observation.flows if flow in limited)
        if area[0] in SECTORS and field is not None and field.method == "odds":
            found.append((area[0], Control(observation, "odds", field.flows, alone=False)))
        elif area[0] in FIELD_OFFICES and ports:
            found.append((area[0], Control(observation, "throughput", ports)))
    return tuple(found)
