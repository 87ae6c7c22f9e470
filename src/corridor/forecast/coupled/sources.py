"""What a series counts of a run of expected values, and of whom: people on the way at the start, and departures by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridor.engine import Compiled, MemberArrays, MemberResult, expected_arrays, holder_classes, run_member
from corridor.engine.parameters import coverage
from corridor.model import Observation
from corridor.model.arrays import Floats

NUDGE = 0.1
"""Log factor by which a source is moved to see which counts follow."""
GROUPS = 4
"""Parts of the nationalities that are moved one after the other."""
LEAST_PART = 1e-3
"""A class of holders of which the series count less than this at their best month keeps its people."""


@dataclass(frozen=True, eq=False)
class Counter:
    """Reads series off a run: ``flows`` by series, and ``counted``, the share of true events, (months, groups) by series."""

    flows: tuple[tuple[int, ...], ...]
    counted: tuple[Floats, ...]
    nationality: tuple[int, ...]
    """Position of each group's nationality."""

    @classmethod
    def of(cls, compiled: Compiled, observations: Sequence[Observation]) -> Counter:
        """A counter of these series."""
        names = list(dict.fromkeys(group.nationality for group in compiled.groups))
        return cls(
            tuple(tuple(compiled.index.flow[f] for f in o.flows) for o in observations),
            tuple(coverage(compiled.table, compiled.groups, o.id, compiled.months) for o in observations),
            tuple(names.index(group.nationality) for group in compiled.groups),
        )

    def read(self, result: MemberResult) -> Floats:
        """People by series, month and nationality."""
        flow = result.monthly_flow
        out = np.zeros((len(self.flows), flow.shape[0], max(self.nationality) + 1))
        for s, (flows, counted) in enumerate(zip(self.flows, self.counted, strict=True)):
            by_group = flow[:, list(flows), :].sum(axis=1) * counted
            for g, n in enumerate(self.nationality):
                out[s, :, n] += by_group[:, g]
        return out


@dataclass(frozen=True, eq=False)
class Sources:
    """Parts of the expected counts that move with each source.

    ``level`` (series, months, nationalities): the counts of the central run. ``part`` (series, months, nationalities, sources): the
    part of a count that follows a source in proportion. Sources are the classes of holders, then the months of departure.
    """

    level: Floats
    part: Floats
    classes: int
    holders: dict[str, int]


def measure_sources(compiled: Compiled, counter: Counter) -> Sources:
    """Move one source at a time by ``NUDGE`` in the central run, and see which counts follow.

    Nationalities are moved a ``GROUPS``-th at a time: behind a limit that binds for all together, one of them still gains on the
    others.
    """
    arrays = expected_arrays(compiled, None)
    level = _run(compiled, counter, arrays)
    holders = holder_classes(compiled.corridor)
    at_start = [_nudged_cells(compiled, holders, c) for c in range(max(holders.values(), default=-1) + 1)]
    found = [_follow(compiled, counter, level, arrays, count=cells) for cells in at_start]
    used = [c for c, part in enumerate(found) if part[0].max(initial=0.0) > LEAST_PART]
    months = [_follow(compiled, counter, level, arrays, month=m) for m in range(len(compiled.months))]
    return Sources(
        level, np.stack([*(found[c] for c in used), *months], axis=3), len(used),
        {name: used.index(c) for name, c in holders.items() if c in used},
    )  # fmt: skip


def _run(compiled: Compiled, counter: Counter, arrays: MemberArrays) -> Floats:
    """Counts of a run of expected values that leaves ``arrays`` as they are."""
    return counter.read(run_member(compiled, None, replace(arrays, count=arrays.count.copy())))


def _follow(
    compiled: Compiled, counter: Counter, level: Floats, arrays: MemberArrays, *, count: Floats | None = None,
    month: int | None = None,
) -> Floats:  # fmt: skip
    """(series, months, nationalities) log change of each count per log change of one source, at least 0.

    The source is the people in the cells where ``count`` is 1, or the departures of a month.
    """
    out = np.zeros_like(level)
    nationality = np.array(counter.nationality)
    departures = compiled.structure.departures
    if count is not None and not (arrays.count * count).any():
        return out
    for part in range(GROUPS):
        mine = nationality % GROUPS == part
        moved = arrays
        if count is not None:
            cells = count * mine[compiled.structure.network.cell_group]
            moved = replace(arrays, count=arrays.count * np.exp(NUDGE * cells))
        if month is not None:
            mean = arrays.depart_mean.copy()
            days = compiled.calendar.day_month == month
            mean[np.ix_(days, ~departures.lawful & mine[departures.group])] *= np.exp(NUDGE)
            moved = replace(arrays, depart_mean=mean)
        counts = _run(compiled, counter, moved)
        rows = sorted(set(nationality[mine].tolist()))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(level > 1e-9, counts / np.where(level > 0, level, 1.0) - 1.0, 0.0)
        out[:, :, rows] = (ratio / np.expm1(NUDGE))[:, :, rows]
    return np.clip(out, 0.0, 1.0)


def _nudged_cells(compiled: Compiled, holders: dict[str, int], wanted: int) -> Floats:
    """(C) 1 for the cells of a class."""
    names = compiled.structure.network.cell_name
    return np.array([float(holders.get(holder, -1) == wanted) for holder, _, _ in names])
