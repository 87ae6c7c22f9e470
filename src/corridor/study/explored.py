"""Packages that were explored before and are kept in a corridor folder (``corridor explore --keep``)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from corridor.model import InputError
from corridor.study.schema import TABLES, conform

FOLDER = "explore"
"""Folder of a corridor folder; holds one folder for each as-of date, like ``calibration``."""
MANIFEST = "manifest.json"
PACKAGE_TABLES = (
    "parties", "packages", "package_measures", "package_outcomes", "package_parties", "package_demands",
    "package_cards", "package_drivers", "package_search",
)  # fmt: skip


def explored_tables(folder: Path, as_of: dt.date) -> dict[str, pl.DataFrame]:
    """The tables that are kept for ``as_of``; none where nothing was explored.

    Raises InputError for a table that does not have its schema.
    """
    found: dict[str, pl.DataFrame] = {}
    kept = folder / FOLDER / as_of.isoformat()
    for name in PACKAGE_TABLES:
        path = kept / f"{name}.csv"
        if path.is_file():
            found[name] = _read(name, path)
    return found


def _read(name: str, path: Path) -> pl.DataFrame:
    schema = dict(TABLES[name])
    try:
        table = pl.read_csv(path, schema=schema)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path} cannot be read", hint="run: corridor explore DIR --keep") from error
    table, faults = conform(name, table)
    if faults:
        raise InputError(f"{path} is not as a kept result is", faults=faults)
    return table
