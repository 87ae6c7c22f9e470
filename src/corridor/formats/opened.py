"""Opened corridors are kept on disk: to read and check the Americas takes seconds, to read the result a tenth.

What is kept is a pickle in the package's own folder or in the user's cache, as compiled kernels are, and is used only
while the folder, the data and the code are those that it was made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from corridor import data
from corridor._cache import PACKAGE, can_write, signature, user_cache, without_collection
from corridor.model import Corridor, sha256_of

KEPT = 12
"""Corridors that are kept; the one used least recently goes first."""


def kept_corridor(folder: Path) -> Corridor | None:
    """The corridor in ``folder`` as it was opened before; None where it was not, or something has changed."""
    base = cache_folder()
    if base is None:
        return None
    path = base / _name(folder)
    with contextlib.suppress(Exception):  # whatever is wrong with it, it can be made again
        with without_collection():
            found = pickle.loads(path.read_bytes())
        os.utime(path)
        return found if isinstance(found, Corridor) else None
    return None


def keep_corridor(folder: Path, corridor: Corridor) -> None:
    """Keep a corridor that was opened without a fault; nothing happens where nothing can be written."""
    base = cache_folder()
    if base is None:
        return
    with contextlib.suppress(OSError, pickle.PicklingError):
        handle, name = tempfile.mkstemp(dir=base, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            pickle.dump(corridor, file, protocol=5)
        Path(name).replace(base / _name(folder))
        for old in sorted(base.glob("*.pickle"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)


@cache
def cache_folder() -> Path | None:
    """Where opened corridors are kept; None where nothing can be written."""
    return next((base for base in _bases() if can_write(base)), None)


def _bases() -> Iterator[Path]:
    yield PACKAGE / "formats" / "__pycache__" / "opened"
    with contextlib.suppress(RuntimeError):  # no home
        yield user_cache() / "corridor" / "opened"


def _name(folder: Path) -> str:
    """Name of the file: a hash of the folder's content, of the code, and of the data that it is checked against."""
    digest = hashlib.sha256(f"{sys.version}\0{folder.resolve()}\0{sha256_of(folder)}\0".encode())
    for line in signature(PACKAGE, pattern="*.py"):
        digest.update(line)
    for line in signature(PACKAGE / "data" / "tables", data.data_folder()):
        digest.update(line)
    return f"{digest.hexdigest()[:24]}.pickle"
