"""Where things that are slow to make are kept from one process to the next."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).parent


def user_cache() -> Path:
    """The user's folder for what can be made again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def can_write(folder: Path) -> bool:
    """Whether files can be written to a folder, which is made if it can be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def without_collection() -> Iterator[None]:
    """No garbage collection meanwhile: where many lasting objects are made, it goes through all of them again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def signature(*folders: Path, pattern: str = "*") -> Iterator[bytes]:
    """Name, size and time of change of every file in ``folders``: what differs where a file was changed."""
    for folder in folders:
        for path in sorted(folder.rglob(pattern)):
            if path.is_file():
                stat = path.stat()
                yield f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode()
