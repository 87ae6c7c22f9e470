"""Results of many members on disk: one file for each array, member after member, and a mark for each finished member."""

from __future__ import annotations

import contextlib
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from corridor.model import CorridorError, InputError

KEPT: Mapping[str, type[np.generic]] = {
    "monthly_flow": np.float32,
    "month_end_stock": np.float32,
    "daily_flow": np.float32,
    "daily_stock": np.float32,
    "trigger_on": np.uint8,
}
"""Arrays of a member that are kept, and how their numbers are stored."""
FORMAT = 2
"""Raised whenever files of an earlier version cannot be read any more."""
MARKS = "finished"
MARK = np.dtype([("done", "<u4"), ("check", "<u4")])
"""A finished member: a fixed number, and the CRC-32 of its arrays."""
DONE = 0x0C0DE

Packed = Mapping[str, npt.NDArray[Any]]
"""Arrays of one member as they are stored."""


@dataclass(frozen=True)
class MemberFiles:
    """Files of one run in ``folder``, for ``members`` of the ``shapes`` of :func:`corridor.engine.count_shapes`.

    Several processes may write different members at a time. A member counts as finished once its mark is written, after its
    arrays; a mark whose arrays are not those that were written (a crash of the machine, a spoilt file) is not believed.
    """

    folder: Path
    members: int
    shapes: Mapping[str, tuple[int, ...]]

    def _size(self, name: str) -> int:
        """Bytes of one member's array."""
        return int(np.prod(self.shapes[name], dtype=np.int64)) * np.dtype(KEPT[name]).itemsize

    @property
    def member_bytes(self) -> int:
        """Bytes of one member on disk."""
        return sum(map(self._size, KEPT)) + MARK.itemsize

    def prepare(self, need: int) -> None:
        """Make the files, of full length but without content, if the disk has ``need`` bytes free.

        Raises
        ------
        InputError
            Where the folder cannot be written, or the disk is too small.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
            if need > free:
                raise InputError(
                    f"results need {_gb(need)} in {self.folder}, and {_gb(free)} are free",
                    hint="fewer members or scenarios, or a folder on another disk (--out; TMPDIR for temporary files)",
                )
            for name, size in [*((n, self._size(n)) for n in KEPT), (MARKS, MARK.itemsize)]:
                with (self.folder / name).open("ab") as file:
                    if file.tell() < size * self.members:
                        file.truncate(size * self.members)
        except OSError as error:
            raise InputError(
                f"results cannot be kept in {self.folder}: {error.strerror or error}",
                hint="choose another folder (--out; TMPDIR for temporary files)",
            ) from error

    def put(self, member: int, packed: Packed) -> None:
        """Write one member's arrays, then its mark.

        Raises
        ------
        CorridorError
            Where the disk is full or cannot be written any more. Finished members are not lost.
        """
        check = 0
        try:
            for name in KEPT:
                content = np.ascontiguousarray(packed[name]).tobytes()
                check = zlib.crc32(content, check)
                self._write(name, member * self._size(name), content)
            mark = np.array([(DONE, check)], dtype=MARK)
            self._write(MARKS, member * MARK.itemsize, mark.tobytes())
        except OSError as error:
            raise CorridorError(
                f"the results of member {member} cannot be written to {self.folder}: {error.strerror or error}",
                hint="make room and run again: finished members are taken up",
            ) from error

    def _write(self, name: str, at: int, content: bytes) -> None:
        if content:
            with (self.folder / name).open("r+b") as file:
                file.seek(at)
                file.write(content)

    def finished(self) -> list[int]:
        """Members whose arrays are complete and as they were written."""
        try:
            marks = np.fromfile(self.folder / MARKS, dtype=MARK, count=self.members)
            marked = np.nonzero(marks["done"] == DONE)[0].tolist()
            with contextlib.ExitStack() as stack:
                files = {name: stack.enter_context((self.folder / name).open("rb")) for name in KEPT}
                return [m for m in marked if self._check(m, files) == marks["check"][m]]
        except OSError:
            return []

    def _check(self, member: int, files: Mapping[str, BinaryIO]) -> int:
        check = 0
        for name in KEPT:
            file, size = files[name], self._size(name)
            file.seek(member * size)
            check = zlib.crc32(file.read(size), check)
        return check

    def arrays(self) -> Packed:
        """The arrays of all members, read from the files as they are used (read-only)."""
        return {name: self._mapped(name) for name in KEPT}

    def _mapped(self, name: str) -> npt.NDArray[Any]:
        shape = (self.members, *self.shapes[name])
        if not np.prod(shape, dtype=np.int64):
            return np.zeros(shape, dtype=KEPT[name])
        return np.memmap(self.folder / name, dtype=KEPT[name], mode="r", shape=shape)

    def remove(self) -> None:
        """Remove the files; arrays that are mapped stay readable (where the system removes no open file, they stay as well)."""
        for name in [*KEPT, MARKS]:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
            self.folder.parent.rmdir()


def pack(result: object) -> Packed:
    """The arrays of a :class:`corridor.engine.MemberResult` that are kept, as they are stored."""
    return {name: np.asarray(getattr(result, name), dtype=kind) for name, kind in KEPT.items()}


def finished_members(folder: Path) -> int:
    """Members that are marked as finished in a folder of several runs."""
    marks = folder.glob(f"*/{MARKS}")
    return sum(int((np.fromfile(path, dtype=MARK)["done"] == DONE).sum()) for path in marks)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
