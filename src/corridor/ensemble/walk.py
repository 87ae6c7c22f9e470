"""Many members of a run by the walk rule, and how far they are from what was counted at the camps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.walk import WalkCompiled, run_walk
from corridor.model.arrays import Floats
from corridor.model.workers import in_parallel, run_tasks

CHUNK = 10
"""Members that travel to a worker together."""

Chunk = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


@dataclass(frozen=True)
class WalkEnsemble:
    """Members in order. Counts are simulated units, each of ``hasten`` people.

    Shapes: ``camps`` (members, days, camps) units at each camp in the evening, ``everybody`` (members, days)
    units anywhere.
    """

    compiled: WalkCompiled
    camps: npt.NDArray[np.int32]
    everybody: npt.NDArray[np.int32]

    def __repr__(self) -> str:
        members, days, camps = self.camps.shape
        return f"WalkEnsemble({members} members, {days} days, {camps} camps)"

    @property
    def camp_ids(self) -> tuple[str, ...]:
        """Places of the camps, in the order of ``camps``."""
        ground = self.compiled.ground
        return tuple(ground.places[i] for i in ground.camps)

    def difference(self) -> Floats:
        """Averaged relative difference of each member, as Flee computes it.

        The mean over days of the summed absolute differences at the camps over the cumulative count, which holds
        the ``total`` series on the first day; days on which that is 0 count as 0.
        """
        return self._mean(self.compiled.ground.raw, only_counted=False)

    def camp_difference(self) -> Floats:
        """The same over the people counted at these camps, on the days on which there are any."""
        return self._mean(self.compiled.ground.data.sum(axis=1), only_counted=True)

    def _mean(self, against: npt.NDArray[np.int64], *, only_counted: bool) -> Floats:
        gap = np.abs(self.camps - self.compiled.ground.data[None]).sum(axis=2)
        counted = against > 0
        relative = np.where(counted, gap / np.maximum(against, 1), 0.0)
        return relative[:, counted].mean(axis=1) if only_counted else relative.mean(axis=1)


def simulate_walk(
    compiled: WalkCompiled,
    *,
    members: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> WalkEnsemble:
    """Run ``members`` (default: those of the spec); the same bits on any number of workers."""
    count = compiled.spec.members if members is None else members
    chunks = [range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
    shape = (count, compiled.days.departures.size)
    out = WalkEnsemble(
        compiled,
        np.empty((*shape, len(compiled.ground.camps)), np.int32),
        np.empty(shape, np.int32),
    )
    for i, (camps, everybody) in _run(compiled, chunks, workers, executor):
        chunk = chunks[i]
        out.camps[chunk.start : chunk.stop] = camps
        out.everybody[chunk.start : chunk.stop] = everybody
        if progress:
            progress(len(chunk))
    return out


def _run(
    compiled: WalkCompiled, chunks: Sequence[range], workers: int, executor: Executor | None
) -> Iterator[tuple[int, Chunk]]:
    if executor is not None:
        yield from enumerate(executor.map(walk_chunk, [compiled] * len(chunks), chunks))
        return
    if not in_parallel(workers, len(chunks)):
        yield from ((i, walk_chunk(compiled, chunk)) for i, chunk in enumerate(chunks))
        return
    yield from run_tasks(workers, walk_chunk, compiled, dict(enumerate(chunks)))


def walk_chunk(compiled: WalkCompiled, members: range) -> Chunk:
    """Run these members one after the other."""
    camps: list[npt.NDArray[np.int32]] = []
    everybody: list[npt.NDArray[np.int32]] = []
    for member in members:
        result = run_walk(compiled, member)
        camps.append(result.stay[:, list(compiled.ground.camps)])
        everybody.append((result.stay.sum(axis=1) + result.travelling).astype(np.int32))
    return np.stack(camps), np.stack(everybody)
