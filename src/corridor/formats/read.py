"""All files of a folder to `Parts`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corridor.data.counts import read_counts
from corridor.formats.csvfile import read_table
from corridor.formats.layout import (
    CALIBRATION_FOLDER,
    DATA_FOLDER,
    FILES,
    LISTS,
    SCENARIO,
    SCENARIO_FOLDER,
    SETTINGS,
    TABLES,
    Part,
)
from corridor.formats.parts import Parts
from corridor.formats.rows import Table
from corridor.formats.yamlfile import read_list, read_one
from corridor.model import Claim, Count, DatasetEntry, Fault, InputError, did_you_mean
from corridor.model.text import read_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_parts(folder: Path) -> Parts:
    """Everything that stands in ``folder``; raises nothing, each table carries its faults."""
    name = folder.resolve().name
    tables: dict[str, Any] = {}
    for part in (SETTINGS, *TABLES, *LISTS):
        tables[part.attribute] = read_part(folder / part.file, part, f"{name}/{part.file}")
    scenarios = tuple(_scenario(path, name) for path in _scenario_paths(folder))
    counts, faults = _counts(folder, name, tables["datasets"])
    return Parts(**tables, scenarios=scenarios, counts=counts, faults=(*_strangers(folder, name), *faults))


def _counts(
    folder: Path, name: str, datasets: Table[DatasetEntry]
) -> tuple[dict[str, tuple[Count, ...]], list[Fault]]:
    """Rows of ``data/<id>.csv`` of every dataset, and what is wrong in them."""
    counts: dict[str, tuple[Count, ...]] = {}
    faults: list[Fault] = []
    for row in datasets:
        path = folder / DATA_FOLDER / f"{row.item.id}.csv"
        label = f"{name}/{DATA_FOLDER}/{path.name}"
        text = read_text(path, label)
        if isinstance(text, Fault):
            faults.append(text)
            continue
        read, found = read_counts(text, label, row.item.dims, row.item.frequency)
        counts[row.item.id] = read.rows
        faults += found
    if datasets.ids:
        for path in sorted((folder / DATA_FOLDER).glob("*.csv")):
            if path.stem not in datasets.known:
                hint = did_you_mean(path.stem, datasets.known)
                label = f"{name}/{DATA_FOLDER}/{path.name}"
                faults.append(Fault(label, None, None, "belongs to no entry of datasets.yaml", hint))
    return counts, faults


def read_part(path: Path, part: Part, label: str) -> Table[Any]:
    """One file as rows of its noun."""
    if part.may_be_absent and not path.exists():
        return Table(label, (), (), ())
    text = read_text(path, label)
    if isinstance(text, Fault):
        return Table(label, (), (), (text,))
    if path.suffix == ".csv":
        return read_table(text, part, label)
    return read_list(text, part, label) if part in LISTS else read_one(text, part, label)


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The statements of a file by itself, written like ``claims.yaml``; ``InputError`` with every fault."""
    part = next(part for part in LISTS if part.attribute == "claims")
    table = read_part(path, part, path.name)
    if table.faults:
        raise InputError(f"{path.name} cannot be read", faults=table.faults)
    return tuple(row.item for row in table)


def _scenario_paths(folder: Path) -> list[Path]:
    scenarios = folder / SCENARIO_FOLDER
    return sorted(scenarios.glob("*.yaml")) if scenarios.is_dir() else []


def _scenario(path: Path, name: str) -> Table[Any]:
    label = f"{name}/{SCENARIO_FOLDER}/{path.name}"
    table = read_part(path, SCENARIO, label)
    for row in table:
        if row.item.id != path.stem:
            message = f"{row.item.id!r} is not the name of the file"
            fault = row.fault("id", message, f"call the file {row.item.id}.yaml, or the scenario {path.stem}")
            return Table(table.file, table.rows, table.ids, (*table.faults, fault))
    return table


def _strangers(folder: Path, name: str) -> Iterator[Fault]:
    """Files whose name is nearly that of a part: misspelt, so never ignored. Others are the user's own."""
    stems = {file.rpartition(".")[0]: file for file in FILES}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".csv", ".yaml", ".yml") or path.name in FILES:
            continue
        near = difflib.get_close_matches(path.stem.lower(), stems, n=1, cutoff=0.75)
        if near:
            hint = f"did you mean {stems[near[0]]!r}?"
            yield Fault(f"{name}/{path.name}", None, None, "is not a file of a corridor folder", hint)
    scenarios = folder / SCENARIO_FOLDER
    for path in sorted(scenarios.iterdir()) if scenarios.is_dir() else ():
        if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml", ".csv"):
            label = f"{name}/{SCENARIO_FOLDER}/{path.name}"
            yield Fault(label, None, None, "is not a scenario file", f"call it {path.stem}.yaml")


def calibration_dates(folder: Path) -> tuple[str, ...]:
    """As-of dates (ISO, ascending) for which ``folder`` holds a calibration."""
    root = folder / CALIBRATION_FOLDER
    if not root.is_dir():
        return ()
    return tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and _DATE.fullmatch(path.name)))
