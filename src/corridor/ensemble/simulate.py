"""Running many members on any ``concurrent.futures`` executor, resumably."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from corridor.engine import Compiled, MemberResult, run_member
from corridor.ensemble.trajectories import Trajectories, put, room_for
from corridor.model.workers import in_parallel, run_tasks

CHUNK = 10
"""Members that travel to a worker together; finished chunks survive an interruption."""

FIELDS = (
    "monthly_flow",
    "month_end_stock",
    "daily_flow",
    "daily_stock",
    "inside",
    "departed",
    "end_units",
    "trigger_on",
)


def simulate(
    compiled: Compiled,
    *,
    members: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
    store: Path | None = None,
    keep: bool = False,
) -> Trajectories:
    """Run ``members`` (default: those of the compiled run) and stack them in order.

    The result depends on the seed and the member numbers only: one process, many processes or another
    executor give the same bits. With ``store``, finished chunks are kept there and a second call takes
    them up; chunks of another run (other inputs) are not touched, and with ``keep`` those of this one stay
    there when it is complete (see ``forget``). ``progress`` is called with the
    number of members that were finished.
    """

    def told(name: str, finished: int) -> None:
        del name
        if progress:
            progress(finished)

    runs = {"": compiled}
    return simulate_all(
        runs, members=members, workers=workers, executor=executor, progress=told, store=store, keep=keep
    )[""]


def simulate_all(
    runs: Mapping[str, Compiled],
    *,
    members: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[str, int], None] | None = None,
    store: Path | None = None,
    keep: bool = False,
) -> dict[str, Trajectories]:
    """`simulate` of several runs by name, by the same workers: they start once, and none waits for the last of a run.

    ``progress`` is called with the name of a run and the number of its members that were finished.
    """
    chunks: dict[tuple[str, int], list[int]] = {}
    out: dict[str, Trajectories] = {}
    for name, compiled in runs.items():
        count = compiled.spec.members if members is None else members
        out[name] = room_for(compiled, count)
        starts = range(0, count, CHUNK)
        chunks |= {(name, i): list(range(i, min(i + CHUNK, count))) for i in starts}
    stored = {name: _Store(store, compiled) for name, compiled in runs.items()} if store else {}

    def finished(name: str, chunk: Sequence[int], results: Sequence[MemberResult]) -> None:
        put(out[name], chunk, results)
        if progress:
            progress(name, len(chunk))

    for key, chunk in list(chunks.items()):
        found = stored[key[0]].read(chunk) if stored else None
        if found is not None:
            finished(key[0], chunks.pop(key), found)
    for (name, i), results in _run(runs, chunks, workers, executor):
        if stored:
            stored[name].write(chunks[name, i], results)
        finished(name, chunks[name, i], results)
    if stored and not keep:
        for kept in stored.values():
            kept.clear()
    return out


def forget(compiled: Compiled, store: Path) -> None:
    """Remove what ``simulate`` with ``keep`` has left of this run in ``store``."""
    _Store(store, compiled).clear()


def _run(
    runs: Mapping[str, Compiled],
    chunks: Mapping[tuple[str, int], Sequence[int]],
    workers: int,
    executor: Executor | None,
) -> Iterator[tuple[tuple[str, int], list[MemberResult]]]:
    """Results of the chunks, as they finish."""
    if executor is not None:
        futures = {executor.submit(run_chunk, runs[key[0]], chunk): key for key, chunk in chunks.items()}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    elif not in_parallel(workers, len(chunks)):
        for key, chunk in chunks.items():
            yield key, run_chunk(runs[key[0]], chunk)
    else:
        yield from run_tasks(
            workers, _chunk_of, runs, {key: (key[0], chunk) for key, chunk in chunks.items()}
        )


def _chunk_of(runs: Mapping[str, Compiled], task: tuple[str, Sequence[int]]) -> list[MemberResult]:
    return run_chunk(runs[task[0]], task[1])


def run_chunk(compiled: Compiled, members: Sequence[int]) -> list[MemberResult]:
    """Run these members one after the other."""
    return [run_member(compiled, member) for member in members]


class _Store:
    """Finished chunks of one run, in a folder named by what the run rests on."""

    def __init__(self, folder: Path, compiled: Compiled) -> None:
        spec = compiled.spec
        scenario = compiled.scenario.model_dump_json() if compiled.scenario else ""
        identity = pickle.dumps(
            (
                compiled.corridor.model_dump_json(),
                scenario,
                repr(spec),
                compiled.table.values(1, None).tobytes(),
                *(bound.tobytes() for bound in compiled.table.bounds()),
            )
        )
        self.folder = folder / hashlib.sha256(identity).hexdigest()[:16]

    def _path(self, chunk: Sequence[int]) -> Path:
        return self.folder / f"members-{chunk[0]:05d}-{chunk[-1]:05d}.npz"

    def read(self, chunk: Sequence[int]) -> list[MemberResult] | None:
        path = self._path(chunk)
        if not path.exists():
            return None
        unreadable = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)
        with contextlib.suppress(*unreadable), path.open("rb") as file, np.load(file) as data:
            arrays = {name: data[name] for name in (*FIELDS, "start_people")}
            return [
                MemberResult(
                    **{name: arrays[name][i] for name in FIELDS},
                    start_people=float(arrays["start_people"][i]),
                )
                for i in range(len(chunk))
            ]
        return None

    def write(self, chunk: Sequence[int], results: Sequence[MemberResult]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {
            name: np.stack([getattr(r, name) for r in results]) for name in (*FIELDS, "start_people")
        }
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        Path(name).replace(self._path(chunk))

    def clear(self) -> None:
        """Remove the chunks of this run."""
        for path in self.folder.glob("members-*.npz"):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
            self.folder.parent.rmdir()
