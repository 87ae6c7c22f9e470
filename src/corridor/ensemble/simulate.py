"""Running many members on any ``concurrent.futures`` executor, resumably."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
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
    count = compiled.spec.members if members is None else members
    chunks = [list(range(i, min(i + CHUNK, count))) for i in range(0, count, CHUNK)]
    out = room_for(compiled, count)
    stored = _Store(store, compiled) if store else None
    missing = []
    for i, chunk in enumerate(chunks):
        found = stored.read(chunk) if stored else None
        if found is None:
            missing.append(i)
            continue
        put(out, chunk, found)
        if progress:
            progress(len(chunk))
    for i, results in _run(compiled, chunks, missing, workers, executor):
        put(out, chunks[i], results)
        if stored:
            stored.write(chunks[i], results)
        if progress:
            progress(len(chunks[i]))
    if stored and not keep:
        stored.clear()
    return out


def forget(compiled: Compiled, store: Path) -> None:
    """Remove what ``simulate`` with ``keep`` has left of this run in ``store``."""
    _Store(store, compiled).clear()


def _run(
    compiled: Compiled,
    chunks: Sequence[list[int]],
    missing: Sequence[int],
    workers: int,
    executor: Executor | None,
) -> Iterator[tuple[int, list[MemberResult]]]:
    """Results of the chunks ``missing``, as they finish."""
    if executor is not None:
        futures = {executor.submit(run_chunk, compiled, chunks[i]): i for i in missing}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    elif not in_parallel(workers, len(missing)):
        for i in missing:
            yield i, run_chunk(compiled, chunks[i])
    else:
        yield from run_tasks(workers, run_chunk, compiled, {i: chunks[i] for i in missing})


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
