"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
