"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corridor.model.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name, then rename it.

    Raises: `InputError` if the place cannot be written; nothing is left behind.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="name a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, "utf-8", newline="")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            hint="choose a folder that exists and can be written",
        ) from error


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside ``path`` that takes its place if the block ends well; else nothing is left.

    Raises: `InputError` if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as workshop:
            fresh = Path(workshop) / "new"
            fresh.mkdir()
            yield fresh
            _swap(fresh, path, Path(workshop) / "old")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be written: {reason}", hint="choose another folder") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file or folder ``path`` against other processes that would write it; nothing is left behind.

    The lock is a file beside it, which the system releases however the process ends.
    Raises: `InputError` if another process holds it, or it cannot be written.
    """
    path = path.absolute()
    lock = path.with_name(f".{path.name}.lock")
    made = [folder for folder in lock.parents if not folder.exists()]
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = acquired(lock)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be written: {reason}", hint="choose another folder") from error
    if handle is None:
        hint = "wait for it to end, or choose another folder"
        raise InputError(f"another run is writing {path}", hint=hint)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no open file; the next run takes the lock anew
            lock.unlink()
        os.close(handle)
        for folder in made:
            with suppress(OSError):  # it holds something by now
                folder.rmdir()


def acquired(lock: Path) -> int | None:
    """An open lock file that this process alone holds; ``None`` where another one holds it."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
        except (BlockingIOError, PermissionError):
            os.close(handle)
            return None
        with suppress(FileNotFoundError):  # else the last holder has removed the file in between
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _swap(fresh: Path, path: Path, old: Path) -> None:
    if not path.exists():
        fresh.rename(path)
        return
    path.rename(old)
    try:
        fresh.rename(path)
    except OSError:
        old.rename(path)
        raise
