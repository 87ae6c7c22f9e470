"""Running many members on any ``concurrent.futures`` executor, resumably."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corridor.engine import Compiled, count_shapes, run_member
from corridor.ensemble.files import FORMAT, KEPT, MemberFiles, Packed, pack
from corridor.ensemble.trajectories import Trajectories, labelled
from corridor.model import InputError
from corridor.model.files import acquired
from corridor.model.workers import in_parallel, on_this_machine, run_tasks

CHUNK = 10
"""Members that travel to a worker together at most."""
IN_MEMORY = 64_000_000
"""Bytes of results up to which those without a ``store`` are held in memory; more are read from temporary files."""
TEMPORARY = "corridor-members-"
"""Begin of the name of a folder with temporary files."""
YOUNG = 60.0
"""Seconds for which a folder with temporary files is left alone: its process may not have locked it yet."""
CLUSTER_SHARE = 8
"""Workers of a cluster among whom the last members are divided."""


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
    executor give the same bits. Large results are read from files as they are used, so that memory does not
    grow with members: from ``store``, or from temporary files that are gone when the result is.

    With ``store``, finished members are kept there and a second call takes them up; those of another run
    (other inputs) are not touched, and with ``keep`` those of this one stay there when it is complete (see
    ``forget``). ``progress`` is called with the number of members that were finished.

    Raises
    ------
    InputError
        Where the folder of the files cannot be written, or has no room for them.
    CorridorError
        Where the disk is full all the same, or a worker is lost. Finished members in ``store`` are not.
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
    counts = {name: one.spec.members if members is None else members for name, one in runs.items()}
    with _place(runs, counts, store) as place:
        missing = {name: list(range(counts[name])) for name in runs}
        if store:
            done = {name: set(place.files[name].finished()) for name in runs}
            missing = {name: [m for m in every if m not in done[name]] for name, every in missing.items()}
            for name, found in done.items():
                if found and progress:
                    progress(name, len(found))
        place.prepare({name: len(left) for name, left in missing.items()})
        for name, finished in _run(runs, _chunks(missing, workers), place, workers, executor):
            if progress:
                progress(name, finished)
        out = {name: place.open(name, one) for name, one in runs.items()}
        if store and not keep:
            for files in place.files.values():
                files.remove()
        return out


def forget(compiled: Compiled, store: Path) -> None:
    """Remove what ``simulate`` with ``keep`` has left of this run in ``store``; its trajectories stay readable."""
    MemberFiles(_folder(store, compiled), 0, {}).remove()


Task = tuple[str, Sequence[int], MemberFiles | None]
"""A run, its members, and where a worker on this machine writes them."""


def _run(
    runs: Mapping[str, Compiled], chunks: Sequence[tuple[str, Sequence[int]]], place: _Place, workers: int,
    executor: Executor | None,
) -> Iterator[tuple[str, int]]:  # fmt: skip
    """Run the chunks and put their members in their place; (run, members) as they finish."""
    if executor is not None:
        futures = {executor.submit(_packed, runs[name], chunk): (name, chunk) for name, chunk in chunks}
        for future in as_completed(list(futures)):
            name, chunk = futures.pop(future)
            place.put(name, chunk, future.result())
            yield name, len(chunk)
    elif not in_parallel(workers, len(chunks)):
        for name, chunk in chunks:
            place.put(name, chunk, run_chunk(runs[name], chunk))
            yield name, len(chunk)
    else:
        local = place.files if on_this_machine() else {}
        tasks: dict[int, Task] = {i: (name, chunk, local.get(name)) for i, (name, chunk) in enumerate(chunks)}
        for i, results in run_tasks(workers, _chunk_of, runs, tasks):
            name, chunk = chunks[i]
            if results is not None:
                place.put(name, chunk, results)
            yield name, len(chunk)


def _chunk_of(runs: Mapping[str, Compiled], task: Task) -> list[Packed] | None:
    """In a worker: run a chunk; its results, unless it writes them itself."""
    name, chunk, files = task
    if files is None:
        return _packed(runs[name], chunk)
    for member, packed in zip(chunk, run_chunk(runs[name], chunk), strict=True):
        files.put(member, packed)
    return None


def _packed(compiled: Compiled, members: Sequence[int]) -> list[Packed]:
    return list(run_chunk(compiled, members))


def run_chunk(compiled: Compiled, members: Sequence[int]) -> Iterator[Packed]:
    """Run these members one after the other; each as it is kept."""
    return (pack(run_member(compiled, member)) for member in members)


def _chunks(missing: Mapping[str, Sequence[int]], workers: int) -> list[tuple[str, list[int]]]:
    """The members of each run in chunks for the workers: smaller ones at the end, so that none waits long for the last."""
    share = (workers if on_this_machine() else max(workers, CLUSTER_SHARE)) if workers > 1 else 0
    left = sum(map(len, missing.values()))
    chunks: list[tuple[str, list[int]]] = []
    for name, members in missing.items():
        at = 0
        while at < len(members):
            size = min(CHUNK, max(1, left // (2 * share))) if share else CHUNK
            chunk = list(members[at : at + size])
            chunks.append((name, chunk))
            at, left = at + len(chunk), left - len(chunk)
    return chunks


@dataclass(frozen=True)
class _Place:
    """Where results go: ``files`` on disk, or ``arrays`` in memory; by run."""

    files: Mapping[str, MemberFiles]
    arrays: Mapping[str, Packed]
    temporary: Path | None = None

    def prepare(self, missing: Mapping[str, int]) -> None:
        """Make the files, where there is room for all of them."""
        need = sum(self.files[name].member_bytes * missing[name] for name in self.files)
        for name, files in self.files.items():
            files.prepare(need if missing[name] else 0)

    def put(self, name: str, members: Sequence[int], results: Iterator[Packed] | Sequence[Packed]) -> None:
        """Keep the results of members of a run."""
        for member, packed in zip(members, results, strict=True):
            if name in self.files:
                self.files[name].put(member, packed)
                continue
            for array, values in packed.items():
                self.arrays[name][array][member] = values

    def open(self, name: str, compiled: Compiled) -> Trajectories:
        """The finished results of a run."""
        found = labelled(compiled, self.files[name].arrays() if name in self.files else self.arrays[name])
        if self.temporary is not None:  # where the system removes no open file, they go with the result
            weakref.finalize(found, shutil.rmtree, self.temporary, ignore_errors=True)
        return found


def _place(
    runs: Mapping[str, Compiled], counts: Mapping[str, int], store: Path | None
) -> AbstractContextManager[_Place]:
    """Files in ``store``; without one memory, or temporary files for much."""
    shapes = {name: count_shapes(one) for name, one in runs.items()}
    if store:
        folders = {name: _folder(store, one) for name, one in runs.items()}
        return nullcontext(_Place({n: MemberFiles(folders[n], counts[n], shapes[n]) for n in runs}, {}))
    total = sum(MemberFiles(Path(), counts[n], shapes[n]).member_bytes * counts[n] for n in runs)
    if total > IN_MEMORY:
        return _temporary_place(counts, shapes)
    arrays = {
        name: {
            array: np.empty((counts[name], *shapes[name][array]), dtype=kind) for array, kind in KEPT.items()
        }
        for name in runs
    }
    return nullcontext(_Place({}, arrays))


@contextmanager
def _temporary_place(
    counts: Mapping[str, int], shapes: Mapping[str, Mapping[str, tuple[int, ...]]]
) -> Iterator[_Place]:
    """Temporary files, removed at the end; what is mapped of them by then stays readable."""
    _remove_left_behind()
    try:
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY))
        lock = acquired(folder / "lock")
    except OSError as error:
        raise InputError(
            f"no temporary folder for results: {error.strerror or error}",
            hint="set TMPDIR to a folder with room",
        ) from error
    try:
        yield _Place(
            {n: MemberFiles(folder / str(i), counts[n], shapes[n]) for i, n in enumerate(counts)}, {}, folder
        )
    finally:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_behind() -> None:
    """Remove temporary files of processes that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < YOUNG or not (folder / "lock").is_file():
                continue
            lock = acquired(folder / "lock")
            if lock is not None:
                os.close(lock)
                shutil.rmtree(folder, ignore_errors=True)


def _folder(store: Path, compiled: Compiled) -> Path:
    """The folder of one run in ``store``, named by what the run rests on."""
    identity = pickle.dumps(
        (
            FORMAT,
            compiled.corridor.model_dump_json(),
            compiled.scenario.model_dump_json() if compiled.scenario else "",
            repr(compiled.spec),
            compiled.table.values(1, None).tobytes(),
            *(bound.tobytes() for bound in compiled.table.bounds()),
        )
    )
    return store / hashlib.sha256(identity).hexdigest()[:16]
