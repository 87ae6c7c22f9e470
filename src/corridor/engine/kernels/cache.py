"""Compiled kernels are kept on disk, keyed to the text of every kernel file.

Numba looks only at the file of the function that is called: a kernel whose callee in another file has changed
would run as it was. So kernels are kept in a folder named by a hash of all files of this package.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

from corridor._cache import can_write, user_cache

_SETTING = "CACHE_DIR"
"""Numba's setting of this name, which the variable ``NUMBA_CACHE_DIR`` sets."""
Function = TypeVar("Function", bound=Callable[..., Any])

HERE = Path(__file__).parent
KEPT_DAYS = 14
"""Compiled kernels of another version are removed when no process has begun with them for so long."""


def kernel(function: Function | None = None, **options: Any) -> Any:
    """``numba.njit`` with ``options``, kept on disk where a folder can be written.

    Used bare or with options, as ``njit`` is. Where neither the package nor the user's cache can be written to,
    kernels are compiled anew in every process.
    """
    if function is None:
        return partial(kernel, **options)
    folder = cache_folder()
    if folder is None:
        return cast(Function, numba.njit(**options)(function))
    with _numba_keeps_in(folder):
        return cast(Function, numba.njit(cache=True, **options)(function))


@cache
def cache_folder() -> Path | None:
    """Where the kernels of this version are kept; None where nothing can be written.

    The folder that ``NUMBA_CACHE_DIR`` names, else beside the kernels, else in the user's cache.
    """
    name = f"kernels-{kernel_hash(HERE)}"
    for base in _bases():
        folder = base / name
        if can_write(folder):
            _remove_old(base, folder)
            return folder
    return None


def kernel_hash(folder: Path) -> str:
    """A hash of the names and texts of all Python files in ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _bases() -> Iterator[Path]:
    chosen = str(getattr(config, _SETTING, ""))
    if chosen:
        yield Path(chosen) / "corridor"
        return
    yield HERE / "__pycache__"
    with contextlib.suppress(RuntimeError):  # no home
        yield user_cache() / "corridor"


def _remove_old(base: Path, current: Path) -> None:
    """Remove folders that are no longer used; the time of a folder is that of the last process to begin with it."""
    with contextlib.suppress(OSError):
        os.utime(current)
        oldest = time.time() - KEPT_DAYS * 86_400
        for folder in base.glob("kernels-*"):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _numba_keeps_in(folder: Path) -> Iterator[None]:
    """Functions decorated meanwhile are kept in ``folder``."""
    before = getattr(config, _SETTING, "")
    setattr(config, _SETTING, str(folder))
    try:
        yield
    finally:
        setattr(config, _SETTING, before)
