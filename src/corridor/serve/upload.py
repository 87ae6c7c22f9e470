"""A corridor folder that somebody sends as a zip file: unpacked where nothing can leave, opened, and thrown away."""

from __future__ import annotations

import io
import re
import shutil
import stat
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from corridor.formats import open_corridor
from corridor.model import Fault, InputError

MOST_FILES = 300
MOST_UNPACKED = 50_000_000
"""Bytes of all files together."""
ENDINGS = {".csv", ".yaml", ".yml", ".md", ".txt", ".json", ".parquet"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
"""One part of a path: no dots alone, no separators, no drive."""


def check_corridor(content: bytes, folder: Path) -> dict[str, Any]:
    """What a zipped corridor folder holds; ``folder`` takes it for as long as this runs.

    Raises:
        InputError: no zip file, an entry that may not be unpacked, too much, or everything that is wrong with the
            corridor, each fault with file, line and column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder, prefix="upload-"))
    try:
        _unpack(content, place)
        corridor = open_corridor(_root(place))
        return {
            "name": corridor.settings.name,
            "counts": {
                kind: len(getattr(corridor, kind))
                for kind in ("places", "routes", "stocks", "flows", "parameters", "measures", "scenarios")
            },
        }
    except InputError as error:
        raise _without_place(error, place) from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpack(content: bytes, place: Path) -> None:
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise InputError("this is no zip file", hint="zip the corridor's folder") from error
    with packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        faults = [Fault(entry.filename, None, None, why) for entry in entries if (why := _refusal(entry))]
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise InputError(
                "the folder is too large", hint=f"at most {MOST_FILES} files and {MOST_UNPACKED:,} bytes"
            )
        if faults:
            raise InputError("the zip file holds what a corridor folder does not", faults=faults)
        left = MOST_UNPACKED
        for entry in entries:
            target = place.joinpath(*Path(entry.filename).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(packed, entry, target, left)


def _copy(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one entry of at most ``left`` bytes, whatever its head says; returns its bytes."""
    try:
        with packed.open(entry) as source:
            found = source.read(left + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InputError(f"{entry.filename} cannot be unpacked", hint="zip the folder again") from error
    if len(found) > left:
        raise InputError("the folder is too large", hint=f"at most {MOST_UNPACKED:,} bytes")
    target.write_bytes(found)
    return len(found)


def _refusal(entry: zipfile.ZipInfo) -> str:
    """Why an entry is not unpacked; empty where it is."""
    parts = entry.filename.split("/")
    if not all(NAME.fullmatch(part) for part in parts) or len(parts) > 6:
        return (
            "a path that leaves the folder, or a name with other signs than letters, digits, space, . _ and -"
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    if Path(parts[-1]).suffix.lower() not in ENDINGS:
        return f"not one of {', '.join(sorted(ENDINGS))}"
    return ""


def _root(place: Path) -> Path:
    """The folder that holds ``corridor.yaml``: the top, or the only folder at the top."""
    inside = list(place.iterdir())
    if not (place / "corridor.yaml").exists() and len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    return place


def _without_place(error: InputError, place: Path) -> InputError:
    """The same, without the server's own path."""

    def short(text: str | None) -> str | None:
        return None if text is None else text.replace(f"{place}/", "").replace(str(place), "the folder")

    faults = [
        replace(f, file=short(f.file) or "", message=short(f.message) or "", hint=short(f.hint))
        for f in error.faults
    ]
    return InputError(short(error.message) or "", hint=short(error.hint), faults=faults)
