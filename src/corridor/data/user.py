"""Where the user's series are kept: a folder per dataset with its entry, its vintages and a log of editions.

``CORRIDOR_DATA`` names the folder; without it, the platform's folder for data of applications.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from pydantic import ValidationError

from corridor.model import CorridorError, DatasetEntry, InputError, did_you_mean
from corridor.model.files import fresh_folder

ENTRY, VINTAGES, EDITIONS, READING = "dataset.yaml", "vintages.csv", "editions.csv", "reading.yaml"
LOG: Mapping[str, Any] = {
    "on": pl.Date, "source": pl.String, "sha256": pl.String, "rows": pl.Int64, "added": pl.Int64, "changed": pl.Int64
}  # fmt: skip
"""Columns of the log: when which file was read, and what it brought."""


def data_folder() -> Path:
    """The folder of the user's datasets; it need not exist."""
    named = os.environ.get("CORRIDOR_DATA")
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "corridor"


def user_entries() -> dict[str, DatasetEntry]:
    """Entries of the datasets that the user added, by id."""
    root = data_folder()
    if not root.is_dir():
        return {}
    return {path.parent.name: _entry(path) for path in sorted(root.glob(f"*/{ENTRY}"))}


def stamp(name: str) -> tuple[str, int] | None:
    """What changes when the user's figures of a dataset do; ``None`` where there are none."""
    path = data_folder() / name / VINTAGES
    return (str(path), path.stat().st_mtime_ns) if path.is_file() else None


def read_vintages(name: str, dims: Sequence[str]) -> pl.DataFrame:
    """The user's figures of a dataset. Raises CorridorError if the file was damaged."""
    schema: dict[str, Any] = {
        "date": pl.Date, **dict.fromkeys(dims, pl.String), "value": pl.Float64, "known_from": pl.Date
    }  # fmt: skip
    frame = _read(data_folder() / name / VINTAGES, schema)
    frame = frame.with_columns(pl.col(list(dims)).fill_null("")) if dims else frame
    whole = frame.filter(pl.col("value") != pl.col("value").round()).is_empty()
    return frame.with_columns(pl.col("value").cast(pl.Int64)) if whole else frame


def read_log(name: str) -> pl.DataFrame:
    """The editions that were read for a dataset, oldest first."""
    path = data_folder() / name / EDITIONS
    return _read(path, LOG) if path.is_file() else pl.DataFrame(schema=LOG)


def read_reading(name: str) -> dict[str, Any]:
    """What the user said about the layout of their file when they added it."""
    path = data_folder() / name / READING
    if not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _damaged(path) from error
    return found if isinstance(found, dict) else {}


def remove_user(name: str) -> int:
    """Remove the user's figures of a dataset; returns the number of editions that go.

    Raises
    ------
    InputError
        If there are none, or they cannot be removed.
    """
    folder = data_folder() / name
    if stamp(name) is None:
        raise InputError(f"you have no figures of {name!r}", hint=did_you_mean(name, user_entries()))
    editions = read_log(name).height
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be removed: {error.strerror}") from error
    return editions


def write_user(
    name: str,
    entry: DatasetEntry | None,
    vintages: pl.DataFrame,
    log: pl.DataFrame,
    reading: Mapping[str, Any] | None = None,
) -> Path:
    """Write a dataset's folder, whole or not at all; a shipped dataset has no ``entry`` here.

    Raises: `InputError` if it cannot be written.
    """
    target = data_folder() / name
    said = dict(reading) if reading is not None else read_reading(name)
    with fresh_folder(target) as fresh:
        if entry is not None:
            text = yaml.safe_dump(entry.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
            (fresh / ENTRY).write_text(text, "utf-8")
        if said:
            (fresh / READING).write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), "utf-8")
        vintages.write_csv(fresh / VINTAGES)
        log.write_csv(fresh / EDITIONS)
    return target


def _entry(path: Path) -> DatasetEntry:
    try:
        return DatasetEntry.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise _damaged(path) from error


def _read(path: Path, schema: Mapping[str, Any]) -> pl.DataFrame:
    try:
        return pl.read_csv(path, schema=dict(schema))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CorridorError:
    return CorridorError(
        f"{path} cannot be read: it was changed by something else",
        hint="restore it, or remove its folder and add the series again",
    )
