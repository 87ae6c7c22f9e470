"""Worker processes: one way to run independent tasks in several, here or on a cluster.

Processes of this machine end with the process that began them. Inside :func:`on_cluster` the tasks go to the workers
of a Dask scheduler instead.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from corridor.model.errors import CorridorError

Shared = TypeVar("Shared")
Key = TypeVar("Key", bound=Hashable)
Task = TypeVar("Task")
Result = TypeVar("Result")

_shared: ContextVar[Any] = ContextVar("shared")
"""In a worker: what every task is given, sent once since it is far larger than a task."""

_cluster: ContextVar[str | None] = ContextVar("cluster", default=None)
"""Address of the scheduler that tasks are sent to."""

WITHOUT_GUARD = 78
"""Exit code of a worker that would begin workers of its own while it reads the script that began it."""


@contextlib.contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Send the tasks of :func:`run_tasks` to the Dask scheduler at ``address`` (None: to processes, as usual)."""
    token = _cluster.set(address)
    try:
        yield
    finally:
        _cluster.reset(token)


def on_this_machine() -> bool:
    """Whether the workers of :func:`run_tasks` are processes of this machine, which see its files."""
    return _cluster.get() is None


def in_parallel(workers: int, tasks: int) -> bool:
    """Whether :func:`run_tasks` is worth its start: a cluster is named, or there are several workers and tasks."""
    return tasks > 0 and (_cluster.get() is not None or (workers > 1 and tasks > 1))


def run_tasks(
    workers: int, function: Callable[[Shared, Task], Result], shared: Shared, tasks: Mapping[Key, Task]
) -> Iterator[tuple[Key, Result]]:
    """``function(shared, task)`` of every task in at most ``workers`` processes; (key, result) as they finish.

    Inside :func:`on_cluster` the workers are those of the cluster, however many it has.

    The workers end with this process, however it ends, and when the caller stops early. They ignore Ctrl-C,
    which goes to this process.

    Raises CorridorError where a worker cannot begin, for want of ``if __name__ == "__main__"`` in the script, or
    is ended from outside; see also :func:`corridor.model.cluster.run_on_cluster`.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(WITHOUT_GUARD)
    if (address := _cluster.get()) is not None:
        from corridor.model.cluster import run_on_cluster

        yield from run_on_cluster(address, function, shared, tasks)
        return
    with _written(shared) as path:
        yield from _in_processes(min(workers, len(tasks)), function, path, tasks)


class _Spawning(SpawnContext):
    """New processes, each kept: one that has ended at once still tells how.

    They are spawned since a forked child of a process that has used Polars' threads can hang.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: list[BaseProcess] = []
        # an attribute of this context alone: executors call it as they would the class
        setattr(self, "Process", self._kept)  # noqa: B010

    def _kept(self, *args: Any, **kwargs: Any) -> SpawnProcess:
        made = SpawnProcess(*args, **kwargs)
        self.made.append(made)
        return made


def _in_processes(
    workers: int, function: Callable[[Any, Task], Result], shared: str, tasks: Mapping[Key, Task]
) -> Iterator[tuple[Key, Result]]:
    """Results of new processes, each of which reads what is shared from the file ``shared``."""
    context = _Spawning()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(shared,))
    try:
        with _interrupts_stay_here():
            futures = {pool.submit(_call, function, task): key for key, task in tasks.items()}
        for future in as_completed(list(futures)):
            yield futures.pop(future), future.result()
    except BrokenProcessPool:
        _end(pool)
        raise _why_broken(context.made) from None
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _call(function: Callable[[Any, Task], Result], task: Task) -> Result:
    return function(_shared.get(), task)


@contextlib.contextmanager
def _written(shared: object) -> Iterator[str]:
    """A file with what every task is given, made once for all workers.

    Through a worker's pipe it would be written once for each; and a worker that ends before it has read all, as in a script
    without a main guard, would leave this process writing for ever.
    """
    handle, path = tempfile.mkstemp(prefix="corridor-", suffix=".shared")  # readable for this user alone
    try:
        with os.fdopen(handle, "wb") as file:
            pickle.dump(shared, file, protocol=pickle.HIGHEST_PROTOCOL)
        yield path
    finally:
        Path(path).unlink(missing_ok=True)


def _begin(shared: str) -> None:
    """In a worker: Ctrl-C goes to the parent, which ends the workers; they end if it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        content = Path(shared).read_bytes()
    except FileNotFoundError:  # the parent has stopped meanwhile
        os._exit(1)
    _shared.set(pickle.loads(content))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for child in multiprocessing.active_children():
        child.terminate()


def _why_broken(processes: Sequence[BaseProcess]) -> CorridorError:
    for process in processes:
        process.join(5)
    if any(process.exitcode == WITHOUT_GUARD for process in processes):
        return CorridorError(
            "a script that uses more than one worker is read again by every worker",
            hint='in a script, put the call under `if __name__ == "__main__":`, or take workers=1',
        )
    return CorridorError(
        "a worker process was ended from outside",
        hint="run again, with fewer workers if memory is short; what is finished and stored is not lost",
    )


@contextlib.contextmanager
def _interrupts_stay_here() -> Iterator[None]:
    """Processes that start meanwhile never get Ctrl-C: it goes to the parent, which ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: the worker ignores it once it runs
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
