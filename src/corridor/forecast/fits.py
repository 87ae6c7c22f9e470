"""Fits of univariate models are kept in the user's cache, by content: what was fitted once is not fitted again.

A file holds the fits of one model: their keys and their values. Its name has the version of statsforecast and a hash of the
code that fits, so that neither can be stale.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from corridor._cache import can_write, user_cache
from corridor.model.arrays import Floats

MOST = 20_000
"""Fits of a file; the latest are kept."""
KEY = 16
"""Bytes of a key."""


def read(model: str, furthest: int) -> dict[bytes, Floats]:
    """Kept fits of ``furthest`` steps ahead; none where there is no file that can be read."""
    path = _file(model, furthest)
    if path is None or not path.exists():
        return {}
    damaged = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
    with contextlib.suppress(*damaged), path.open("rb") as file, np.load(file) as stored:
        keys, values = stored["keys"], stored["values"]
        if keys.shape[1:] == (KEY,) and values.shape == (len(keys), furthest):
            return {bytes(key): value for key, value in zip(keys, values, strict=True)}
    return {}


def write(model: str, furthest: int, fits: Mapping[bytes, Floats]) -> None:
    """Add ``fits`` to those that are kept; what cannot be written is not kept."""
    path = _file(model, furthest)
    if path is None or not fits:
        return
    together = {**read(model, furthest), **fits}
    latest = list(together.items())[-MOST:]
    part = path.with_name(f"{path.stem}-{os.getpid()}.npz")
    with contextlib.suppress(OSError):
        keys = np.frombuffer(b"".join(key for key, _ in latest), dtype=np.uint8).reshape(-1, KEY)
        np.savez(part, keys=keys, values=np.stack([value for _, value in latest]))
        part.replace(path)


def _file(model: str, furthest: int) -> Path | None:
    folder = _folder()
    return folder / f"{model}-{furthest}.npz" if folder else None


@cache
def _folder() -> Path | None:
    try:
        library = version("statsforecast")
    except PackageNotFoundError:
        return None
    code = Path(__file__).with_name("univariate.py").read_bytes()
    name = f"fits-{library}-{hashlib.sha256(code).hexdigest()[:12]}"
    try:
        folder = user_cache() / "corridor" / name
    except RuntimeError:  # no home
        return None
    return folder if can_write(folder) else None
