"""Tasks on the workers of a Dask scheduler, as they would run in processes of this machine.

A worker that is lost costs its unfinished tasks, which others do again. Without the scheduler nothing goes on;
what the caller has stored is not lost, and the same call goes on from there.
"""

from __future__ import annotations

import asyncio
import pickle
import platform
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from corridor._version import __version__
from corridor.model.errors import CorridorError, InputError

Key = TypeVar("Key", bound=Hashable)
CONNECT_SECONDS = 10
"""How long to wait for the scheduler, and for its first worker."""
LOST_WORKERS = 10
"""Workers that may be lost under one task before it is given up."""


def run_on_cluster(
    address: str, function: Callable[[Any, Any], Any], shared: object, tasks: Mapping[Key, Any]
) -> Iterator[tuple[Key, Any]]:
    """``function(shared, task)`` of every task on the workers at ``address``; (key, result) as they finish.

    Raises
    ------
    InputError
        Without Dask, a scheduler at the address, a worker, or with workers of another version.
    CorridorError
        If the scheduler is lost, or a task loses ``LOST_WORKERS`` workers.
    """
    client = _connect(address)
    try:
        _check_workers(client)
        yield from _results(client, function, shared, tasks)
    finally:
        client.close(timeout=2)


def _connect(address: str) -> Any:
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise InputError("--cluster needs Dask", hint="pip install 'corridor[cluster]'") from error
    dask.config.set({"distributed.scheduler.allowed-failures": LOST_WORKERS})
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise InputError(
            f"no scheduler answers at {address}",
            hint="start one with `dask scheduler`, and name it tcp://HOST:8786",
        ) from error


def _check_workers(client: Any) -> None:
    """Workers must run the same version, so that the results are the same bits."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise InputError("the cluster has no worker", hint="start some with `dask worker ADDRESS`") from error
    for worker, version in client.run(versions).items():
        if version != versions():
            raise InputError(
                f"the worker {worker} runs {version}, this process {versions()}",
                hint="install the same on both",
            )


def versions() -> str:
    """What results rest on besides their inputs."""
    python = ".".join(platform.python_version_tuple()[:2])
    return f"corridor {__version__}, Python {python}, NumPy {np.__version__}"


def _results(
    client: Any, function: Callable[[Any, Any], Any], shared: object, tasks: Mapping[Key, Any]
) -> Iterator[tuple[Key, Any]]:
    from distributed import CancelledError, KilledWorker, as_completed
    from distributed.comm import CommClosedError

    # A task of its own, and not scattered: what was scattered is gone with the worker that holds it.
    held = client.submit(pickle.loads, pickle.dumps(shared), pure=False)
    futures = {client.submit(_call, function, held, task, pure=False): key for key, task in tasks.items()}
    try:
        for future in as_completed(list(futures), loop=client.loop):
            yield futures.pop(future), future.result()
            future.release()
    except KilledWorker as error:
        raise CorridorError("a task has ended too many workers", hint="they may lack memory") from error
    except (CancelledError, CommClosedError, asyncio.CancelledError, OSError, TimeoutError) as error:
        raise CorridorError(
            "the scheduler of the cluster was lost", hint="run again: what is finished and stored is not lost"
        ) from error


def _call(function: Callable[[Any, Any], Any], shared: Any, task: Any) -> Any:
    return function(shared, task)
