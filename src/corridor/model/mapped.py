"""Arrays that are larger than memory: read in blocks of their first axis, from a file where they are mapped."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK = 8_000_000
"""Bytes that are read at a time."""


def blocks(values: npt.NDArray[Any]) -> Iterator[slice]:
    """Slices of the first axis, each of at most ``BLOCK`` bytes but at least one row."""
    rows = len(values)
    step = max(1, BLOCK * max(rows, 1) // max(values.nbytes, 1))
    return (slice(at, min(at + step, rows)) for at in range(0, rows, step))


def by_blocks(
    values: npt.NDArray[Any], how: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """``how(values)`` for a function of each row alone, whose first axis is that of ``values``.

    Pages of a mapped file are released after each block, so memory grows with the result only.
    """
    if values.nbytes <= BLOCK:
        return how(values)
    parts = blocks(values)
    first = how(values[next(parts)])
    out = np.empty((len(values), *first.shape[1:]), dtype=first.dtype)
    out[: len(first)] = first
    for part in parts:
        out[part] = how(values[part])
        release(values)
    release(values)
    return out


def release(values: npt.NDArray[Any]) -> None:
    """Give back the memory of a mapped file that ``values`` is a view of; nothing for other arrays.

    The numbers stay as they are: the system reads them from the file again when they are needed.
    """
    base: Any = values
    while isinstance(base, (np.ndarray, memoryview)):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
