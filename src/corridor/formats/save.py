"""Corridors to folders: whole or not at all, and nothing lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from corridor.formats.layout import (
    DATA_FOLDER,
    FILES,
    LISTS,
    SCENARIO_FOLDER,
    SETTINGS,
    SETTINGS_FILE,
    TABLES,
    Part,
)
from corridor.formats.read import read_parts
from corridor.model import Corridor, Count, DatasetEntry, Declared, InputError
from corridor.model.files import fresh_folder
from corridor.model.scalars import to_text


def save_corridor(corridor: Corridor, path: str | Path) -> Path:
    """Write ``corridor`` as the folder ``path`` and return it.

    A corridor folder that stands there is replaced; its calibrations and other files of the user's
    stay. Lists of scenarios come back in order of id. Raises: `InputError` where another folder or file
    stands there, where it cannot be written, or where a text cannot be kept (such as one that ends in
    blanks).
    """
    return write_folder(Path(path), lambda folder: _write(corridor, folder))


def write_folder(path: Path, write: Callable[[Path], None]) -> Path:
    """Let ``write`` fill a temporary folder beside ``path`` and rename it; on any error nothing is left."""
    path = path.resolve()
    _check_target(path)
    with fresh_folder(path) as fresh:
        write(fresh)
        if path.is_dir():
            _keep_others(path, fresh)
    return path


def _check_target(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file, not a folder", hint="choose another name")
    if path.is_dir() and any(path.iterdir()) and not (path / SETTINGS_FILE).is_file():
        raise InputError(f"{path} is not empty and holds no corridor", hint="choose a new or empty folder")


def _keep_others(path: Path, fresh: Path) -> None:
    """Copy what is not ours to write: calibrations, notes."""
    for entry in path.iterdir():
        if entry.name in FILES or entry.name == SCENARIO_FOLDER:
            continue
        if entry.name == DATA_FOLDER and (path / "datasets.yaml").is_file():
            ours = shutil.ignore_patterns("*.csv")
            shutil.copytree(entry, fresh / entry.name, symlinks=True, ignore=ours, dirs_exist_ok=True)
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _write(corridor: Corridor, folder: Path) -> None:
    for part in TABLES:
        items = getattr(corridor, part.attribute)
        if items or not part.may_be_absent:
            _put(folder / part.file, table_text(part, items))
    _put(folder / SETTINGS.file, yaml_text(_plain(corridor.settings)))
    for part in LISTS:
        items = getattr(corridor, part.attribute)
        if items or not part.may_be_absent:
            _put(folder / part.file, yaml_text([_plain(item) for item in items]))
    if corridor.datasets:
        (folder / DATA_FOLDER).mkdir()
    for entry in corridor.datasets:
        _put(folder / DATA_FOLDER / f"{entry.id}.csv", counts_text(entry, corridor.counts[entry.id]))
    (folder / SCENARIO_FOLDER).mkdir()
    for scenario in corridor.scenarios:
        _put(folder / SCENARIO_FOLDER / f"{scenario.id}.yaml", yaml_text(_plain(scenario)))
    _compare(corridor, folder)


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def table_text(part: Part, items: tuple[Declared, ...]) -> str:
    """Rows of one noun as CSV, lines ended by a line feed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(part.columns)
    for item in items:
        writer.writerow([to_text(getattr(item, column)) for column in part.columns])
    return out.getvalue()


def counts_text(entry: DatasetEntry, counts: tuple[Count, ...]) -> str:
    """Counts of a dataset as CSV; ``known_from`` only where one of them has it."""
    dated = any(known is not None for *_, known in counts)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["date", *entry.dims, "value", *(["known_from"] if dated else [])])
    for date, dims, value, known in counts:
        writer.writerow([to_text(date), *dims, to_text(value), *([to_text(known)] if dated else [])])
    return out.getvalue()


def yaml_text(data: Any) -> str:
    """Plain data as YAML, in the order of its keys."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Booleans as yes and no; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    bool, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if data else "no")
)


def _plain(item: Any) -> Any:
    """A noun as dictionaries and lists; what is at its default of nothing is left out."""
    if isinstance(item, Declared):
        return {
            name: _plain(getattr(item, name))
            for name, field in type(item).model_fields.items()
            if getattr(item, name) not in (None, (), {})
            or getattr(item, name) != field.get_default(call_default_factory=True)
        }
    if isinstance(item, (tuple, list)):
        return [_plain(member) for member in item]
    if isinstance(item, dict):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, (bool, int, float, str, dt.date)):
        return item
    raise TypeError(f"cannot write {type(item).__name__} as YAML")


def _compare(corridor: Corridor, folder: Path) -> None:
    """Read back what was written; saving must not lose anything silently."""
    parts = read_parts(folder)
    faults = [*parts.faults, *(fault for table in parts.tables() for fault in table.faults)]
    hint = "texts may not begin or end with blanks, and every file but the optional ones needs a row"
    if faults:
        # The folder's temporary name means nothing to the reader.
        raise InputError(
            f"the corridor cannot be saved: {faults[0].message} ({_place(faults[0].file)})", hint=hint
        )
    for name, one, other in _pairs(corridor, parts.assemble()):
        if one != other:
            raise InputError(f"the corridor cannot be saved without loss: {name} would change", hint=hint)


def _pairs(one: Corridor, other: Corridor) -> Iterator[tuple[str, Any, Any]]:
    for name in Corridor.model_fields:
        first, second = getattr(one, name), getattr(other, name)
        if name == "scenarios":
            first, second = sorted(first, key=lambda s: s.id), sorted(second, key=lambda s: s.id)
        yield name, first, second


def _place(label: str) -> str:
    return label.split("/", 1)[-1]
