"""Packages run: expected values of a few members for the search, the full ensemble for the front."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corridor.engine import Compiled, arrays_from, neutral_strength, run_member
from corridor.engine.bound import BoundMeasure
from corridor.engine.spec import Values
from corridor.explore.outcomes import Reader, room_by_day
from corridor.explore.space import Element, Package, Space, with_scenario
from corridor.forecast.engine import run_forecast
from corridor.model.arrays import Floats
from corridor.model.workers import run_tasks
from corridor.study import Study
from corridor.study.responses import answered

RESPONSE = "response"
_NAME = "name of "
"""Lever of the measures that carry a measured response."""


@dataclass(frozen=True)
class AtLevel(BoundMeasure):
    """A measure of a run at a share of its strength."""

    level: float = 1.0
    neutral: float = 0.0

    def strength(self, drawn: Floats) -> float:
        """A member's strength, moved towards the one that changes nothing."""
        return self.neutral + self.level * (super().strength(drawn) - self.neutral)


@dataclass(frozen=True)
class Draw:
    """One member's numbers: of its paths (``member``; None: the central ones), and values of all rows where they are given."""

    member: int | None
    values: Floats | None = None


@dataclass(frozen=True)
class MeanField:
    """Expected values of packages, all from one compiled run that holds every element.

    A package is that run with the measures it holds. Measured responses of people are those of the whole run's classes:
    one is part of a package that holds a measure of its class. (``full_ensemble`` draws them again for each package.)
    """

    study: Study
    space: Space
    reader: Reader

    @cached_property
    def whole(self) -> Compiled:
        """The run with every element, its chance in counts switched off."""
        names = tuple(len(element.levels) for element in self.space.elements)
        corridor, scenario = self.space.scenario(names, "all-measures")
        study = replace(
            self.study, corridor=corridor, scenarios=(scenario.id,), hindsight=self.study.hindsight
        )
        study = answered(study)
        compiled = study.compile(study.corridor.scenario_ids[scenario.id])
        self.__dict__["answers"] = {name: answer.measures for name, answer in study.answers.items()}
        noise = replace(compiled.spec.noise, counts=False)
        return replace(compiled, spec=replace(compiled.spec, noise=noise))

    @cached_property
    def answers(self) -> Mapping[str, tuple[str, ...]]:
        """Measured responses, each with the measures that people answer."""
        _ = self.whole
        return self.__dict__["answers"]

    @cached_property
    def read(self):
        """The reader at the positions of the run."""
        return self.reader.at(self.whole)

    @cached_property
    def of_base(self) -> tuple[BoundMeasure, ...]:
        """Measures in force without an agreement, none of them lifted."""
        ours = set(self.space.positions)
        lifts = {e.id for e in self.space.elements if e.lift}
        ended = {lift.measure: lift.on.toordinal() - 1 for lift in self.space.base.lift}
        kept = [
            m for m in self.whole.measures
            if (m.measure.id not in ours or m.measure.id in lifts) and m.measure.id not in self.answers
        ]  # fmt: skip

        def last(m: BoundMeasure) -> int | None:
            ends = [m.measure.end.toordinal() if m.measure.end else None, ended.get(m.measure.id)]
            return min((end for end in ends if end is not None), default=None)

        return tuple(replace(m, last_day=last(m)) for m in kept)

    def compiled(self, package: Package) -> Compiled:
        """The run of one package."""
        parts = self.space.parts(package)
        held = {m.id: level for element, level in parts if not element.lift for m in element.measures}
        ended = dict(ending for e, _ in parts if (ending := e.ending(self.space.enters)))
        chosen = [
            replace(m, last_day=day.toordinal() - 1) if (day := ended.get(m.measure.id)) else m
            for m in self.of_base
        ]
        for m in self.whole.measures:
            name = m.measure.id
            if name in held:
                chosen.append(_at_level(m, held[name]))
            elif name in self.answers and held.keys() & set(self.answers[name]):
                chosen.append(m)
        return replace(self.whole, numbers=replace(self.whole.numbers, measures=tuple(chosen)))

    def outcomes(self, package: Package, draw: Draw) -> Floats:
        """One number for each outcome, expected under one draw."""
        compiled = self.compiled(package)
        if draw.values is None:
            drawn, base = self._of_member(draw.member)
            base = Values(**{name: array.copy() for name, array in vars(base).items()})
        else:
            drawn = draw.values
            base = compiled.numbers.base_values(drawn, draw.member)
        arrays = arrays_from(compiled, base, drawn, draw.member)
        room = arrays.segment_room[arrays.day_segment]
        result = run_member(compiled, draw.member, arrays)
        return self.read.read(result.monthly_flow.sum(axis=2), result.daily_stock, room, drawn)

    def _of_member(self, member: int | None) -> tuple[Floats, Values]:
        """A member's values of all rows, and its numbers before any measure, made once."""
        if member not in self._members:
            whole = self.whole
            drawn = whole.table.values(whole.spec.seed, member)
            self._members[member] = drawn, whole.numbers.base_values(drawn, member)
        return self._members[member]

    def __getstate__(self) -> dict[str, object]:
        """All but the members' numbers, which a worker makes again as it needs them."""
        return {name: value for name, value in vars(self).items() if name != "_members"}

    @cached_property
    def _members(self) -> dict[int | None, tuple[Floats, Values]]:
        return {}

    def mean(self, package: Package, draws: Sequence[Draw]) -> Floats:
        """(draws, outcomes)."""
        return np.stack([self.outcomes(package, draw) for draw in draws])

    def alone(self, element: int, level: int) -> Package:
        """The package of one element."""
        return tuple(level if n == element else 0 for n in range(len(self.space.elements)))


def _at_level(measure: BoundMeasure, level: float) -> BoundMeasure:
    if level == 1.0:
        return measure
    neutral = neutral_strength(measure.measure.lever, measure.measure.unit) or 0.0
    return AtLevel(**vars(measure), level=level, neutral=neutral)


@dataclass(frozen=True)
class Rerun:
    """A package run with the full ensemble: what happened to each outcome, and the draws it rests on."""

    outcomes: Floats
    """(members, outcomes)"""
    assumptions: Mapping[str, Floats]
    """By name (``measure:<id>``, ``lever:<lever>:<parameter>``): the value of each member, (members)."""
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name of each measured response among them, in English and Spanish."""


def full_ensemble(
    study: Study,
    space: Space,
    reader: Reader,
    packages: Mapping[str, Package],
    *,
    hindsight: frozenset[str] = frozenset(),
    counts: bool = False,
    workers: int = 1,
    store: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Rerun]:
    """Every package with all members of the study and shared noise, measured responses drawn for each; by name.

    With ``counts`` there is chance in every count too; without, each member has expected values under its own parameters and
    futures, which is three times as fast. With ``store`` finished packages are kept there, and the same call takes them up.
    """
    whole = _Task(study, space, reader, hindsight, counts)
    paths = {name: _path(store, whole, package, name) for name, package in packages.items()}
    found = {name: _load(path) for name, path in paths.items() if path is not None and path.exists()}
    done = {name: run for name, run in found.items() if run is not None}
    missing = {name: (name, package) for name, package in packages.items() if name not in done}
    if progress and done:
        progress(len(done))
    if workers <= 1 or len(missing) <= 1:
        results = ((name, _rerun(whole, task)) for name, task in missing.items())
    else:
        results = run_tasks(workers, _rerun, whole, missing)
    for name, run in results:
        done[name] = run
        _save(paths[name], run)
        if progress:
            progress(1)
    return {name: done[name] for name in packages}


@dataclass(frozen=True)
class _Task:
    study: Study
    space: Space
    reader: Reader
    hindsight: frozenset[str]
    counts: bool


def _rerun(whole: _Task, task: tuple[str, Package]) -> Rerun:
    name, package = task
    late = name in whole.hindsight
    corridor, scenario = whole.space.scenario(package, name)
    study = replace(
        whole.study, corridor=with_scenario(corridor, scenario), scenarios=(scenario.id,), workers=1,
        hindsight=whole.study.hindsight or late,
    )  # fmt: skip
    study = answered(study)
    compiled = study.compile(study.corridor.scenario_ids[scenario.id])
    noise = replace(compiled.spec.noise, counts=whole.counts)
    compiled = replace(compiled, spec=replace(compiled.spec, noise=noise))
    trajectories = run_forecast(compiled)
    read = whole.reader.at(compiled)
    rows = []
    for member in range(trajectories.members):
        flow = trajectories.monthly_flow[member].sum(axis=2, dtype=np.float64)
        stock = trajectories.daily_stock[member].astype(np.float64)
        drawn = compiled.table.values(compiled.spec.seed, member)
        rows.append(read.read(flow, stock, room_by_day(compiled, drawn), drawn))
    names = {
        f"measure:{m.measure.id}": (m.measure.name, m.measure.name_es)
        for m in compiled.measures if m.measure.lever == RESPONSE
    }  # fmt: skip
    return Rerun(np.stack(rows), assumptions_of(compiled, trajectories.members), names)


def assumptions_of(compiled: Compiled, members: int) -> dict[str, Floats]:
    """What members differ in: strengths of measures that have a range, and the parameters of their levers."""
    low, high = compiled.table.bounds()
    drawn = np.stack([compiled.table.values(compiled.spec.seed, m) for m in range(members)])
    out: dict[str, Floats] = {}
    for m in compiled.measures:
        rows = {f"measure:{m.measure.id}": m.strength_row}
        rows |= {f"lever:{m.measure.lever}:{name}": row for name, row in m.lever_rows.items()}
        out |= {name: drawn[:, row] for name, row in rows.items() if low[row] < high[row]}
    return out


def _path(store: Path | None, whole: _Task, package: Package, name: str) -> Path | None:
    if store is None:
        return None
    corridor, _ = whole.space.scenario(package)
    parts = (
        corridor.model_dump_json(), repr(whole.reader), str(package), str(whole.study.end), str(whole.study.seed),
        str(whole.study.members), str(whole.study.as_of), name, str(whole.hindsight), str(whole.counts),
    )  # fmt: skip
    return store / f"front-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}.npz"


def _load(path: Path) -> Rerun | None:
    try:
        with np.load(path) as data:
            named = {
                name.removeprefix(_NAME): (str(data[name][0]), str(data[name][1]))
                for name in data.files if name.startswith(_NAME)
            }  # fmt: skip
            values = {
                name: data[name] for name in data.files if name != "outcomes" and not name.startswith(_NAME)
            }
            return Rerun(data["outcomes"], values, named)
    except (OSError, ValueError, KeyError):
        return None


def _save(path: Path | None, run: Rerun) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        names = {_NAME + name: np.array(pair) for name, pair in run.names.items()}
        arrays: dict[str, Any] = {"outcomes": run.outcomes, **run.assumptions, **names}
        np.savez(file, **arrays)
    Path(name).replace(path)


def single_effects(field: MeanField) -> Floats:
    """(elements, levels, outcomes) expected change of each element alone at each level, against no agreement."""
    space = field.space
    none = field.outcomes(tuple(0 for _ in space.elements), Draw(None))
    most = max(space.levels)
    out = np.zeros((len(space.elements), most, len(none)))
    for n, element in enumerate(space.elements):
        for level in range(1, len(element.levels) + 1):
            out[n, level - 1] = field.outcomes(field.alone(n, level), Draw(None)) - none
    return out


def grade_of(element: Element) -> str:
    """The worst grade of an element's measures."""
    order = ("assumed", "before_after", "mechanical", "causal")
    return min((m.grade for m in element.measures), key=order.index)
