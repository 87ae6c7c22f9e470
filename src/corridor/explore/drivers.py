"""What makes the difference: Sobol indices of groups of measures and blocks of assumptions, for each outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridor.explore.plan import Plan
from corridor.explore.runs import RESPONSE, Draw, MeanField
from corridor.explore.sensitivity import Indices, grouped_indices, level_of, member_of
from corridor.model.arrays import Floats
from corridor.model.workers import run_tasks

SAMPLES = 32
FUTURES = "futures"
STRENGTHS = "strengths"
RESPONSES = "responses"
LEVER_ANSWERS = "elasticities"
MOVEMENT = "movement"
ROOM = "room_and_stays"
BLOCKS = (FUTURES, STRENGTHS, RESPONSES, LEVER_ANSWERS, MOVEMENT, ROOM)
"""Blocks of assumptions: how many set out; strengths of measures; measured responses of people; answers of levers; where people
go (shares and hazards); room, stays, travel times and costs."""
_OF_PARAMETER = {
    "share": MOVEMENT,
    "daily_probability": MOVEMENT,
    "coverage": MOVEMENT,
    "departures": FUTURES,
}


@dataclass(frozen=True)
class Drivers:
    """Indices of each group for each outcome of a plan; a group of measures is a lever's."""

    indices: Indices
    levers: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """Outcomes as a function of uniform numbers: one for each element of the plan, then one for each block."""

    plan: Plan

    @cached_property
    def field(self) -> MeanField:
        """The runs behind it."""
        return self.plan.field

    @cached_property
    def order(self) -> list[int]:
        """Positions of elements, those of one lever together."""
        elements = self.plan.space.elements
        return sorted(range(len(elements)), key=lambda n: (elements[n].lead.lever, n))

    @cached_property
    def groups(self) -> dict[str, int]:
        """Number of inputs by group."""
        out: dict[str, int] = {}
        for n in self.order:
            lever = self.plan.space.elements[n].lead.lever
            out[lever] = out.get(lever, 0) + 1
        return out | dict.fromkeys(BLOCKS, 1)

    @cached_property
    def block_of(self) -> np.ndarray:
        """Block of every row of parameters."""
        table = self.field.whole.table
        strengths = {
            m.strength_row: RESPONSES if m.measure.lever == RESPONSE else STRENGTHS
            for m in self.field.whole.measures
        }
        return np.array([
            strengths.get(n) or (ROOM if row is None else _block(row.parameter)) for n, row in enumerate(table.rows)
        ])  # fmt: skip

    def __call__(self, row: Floats) -> Floats:
        """Outcomes of one row of inputs."""
        space, count = self.plan.space, len(self.plan.space.elements)
        package = [0] * count
        for place, n in enumerate(self.order):
            package[n] = level_of(float(row[place]), len(space.elements[n].levels))
        members = {
            name: member_of(float(u), self.plan.study.members)
            for name, u in zip(BLOCKS, row[count:], strict=True)
        }
        whole = self.field.whole
        values = whole.table.values(whole.spec.seed, None)
        for name, member in members.items():
            rows = self.block_of == name
            values[rows] = whole.table.values(whole.spec.seed, member)[rows]
        return self.field.outcomes(tuple(package), Draw(members[FUTURES], values))


def _block(parameter: str) -> str:
    if parameter.startswith("elasticity") or parameter == "reference_level":
        return LEVER_ANSWERS
    return _OF_PARAMETER.get(parameter, ROOM)


def drivers(
    plan: Plan, *, samples: int = SAMPLES, workers: int = 1, progress: Callable[[int], None] | None = None
) -> Drivers:
    """Sobol indices over the whole space of packages, each level as likely, and over all members' assumptions."""
    model = Model(plan)
    elements = plan.space.elements
    levers = tuple(dict.fromkeys(elements[n].lead.lever for n in model.order))

    def run(rows: Floats) -> Floats:
        parts: Mapping[int, Floats] = dict(
            enumerate(np.array_split(rows, max(1, min(4 * workers, len(rows)))))
        )
        if workers <= 1:
            done = {n: _rows(model, part) for n, part in _told(parts, progress)}
        else:
            done = {}
            for n, values in run_tasks(workers, _rows, model, parts):
                done[n] = values
                if progress:
                    progress(len(parts[n]))
        return np.concatenate([done[n] for n in parts])

    return Drivers(grouped_indices(model.groups, run, samples=samples, seed=plan.study.seed), levers)


def _told(parts: Mapping[int, Floats], progress: Callable[[int], None] | None):
    for n, part in parts.items():
        yield n, part
        if progress:
            progress(len(part))


def _rows(model: Model, rows: Floats) -> Floats:
    return np.stack([model(row) for row in rows])
