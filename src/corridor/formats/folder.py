"""Corridor folders: find, check and open them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.formats.checks import check_parts
from corridor.formats.layout import SETTINGS_FILE, TABLES
from corridor.formats.opened import keep_corridor, kept_corridor
from corridor.formats.read import calibration_dates, read_parts
from corridor.formats.scenario_measures import with_scenario_measures
from corridor.model import GRADES, TAGS, Corridor, Fault, InputError, did_you_mean

_SHIPPED = Path(__file__).parents[1] / "shipped"

Summary = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """What a check found: faults in order of file and line, or else the corridor and its counts."""

    path: Path
    faults: tuple[Fault, ...]
    corridor: Corridor | None
    summary: Summary


def shipped_corridors() -> dict[str, Path]:
    """Folders of the corridors that travel with the package, by name."""
    if not _SHIPPED.is_dir():
        return {}
    return {path.name: path for path in sorted(_SHIPPED.iterdir()) if (path / SETTINGS_FILE).is_file()}


def find_corridor(path_or_name: str | Path) -> Path:
    """The folder of a path or a shipped name.

    Raises: `InputError` if there is none, or if a shipped name is also that of another corridor folder here.
    """
    path = Path(path_or_name)
    shipped = shipped_corridors()
    name = str(path_or_name)
    try:
        if path.is_dir() and ((path / SETTINGS_FILE).exists() or name not in shipped):
            _one_meaning(path, name, shipped)
            return path
        exists = path.exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        exists = False
    if name in shipped:
        return shipped[name]
    if exists:
        raise InputError(f"{name} is not a folder", hint="name the folder that holds corridor.yaml")
    hint = did_you_mean(name, shipped) or "`corridor new DIR` writes one to start from"
    raise InputError(f"there is no corridor folder {name}", hint=hint)


def _one_meaning(path: Path, name: str, shipped: dict[str, Path]) -> None:
    if name in shipped and path.resolve() != shipped[name].resolve():
        hint = (
            f"write ./{name} for the folder; to use the shipped one, call from elsewhere or rename the folder"
        )
        raise InputError(f"{name} is a shipped corridor and a folder here", hint=hint)


def check_corridor(path_or_name: str | Path) -> Check:
    """Read a folder and everything that must hold in it.

    Raises: `InputError` only where there is no such folder; what is wrong in it is in ``faults``.
    """
    folder = find_corridor(path_or_name)
    if not (folder / SETTINGS_FILE).exists():
        name = folder.resolve().name
        hint = "a corridor folder holds one; `corridor new DIR` writes a folder to start from"
        fault = Fault(f"{name}/{SETTINGS_FILE}", None, None, "the file is missing", hint)
        return Check(folder, (fault,), None, {})
    parts = with_scenario_measures(read_parts(folder))
    faults = check_parts(parts)
    if faults:
        return Check(folder, InputError("", faults=faults).faults, None, {})
    found = parts.assemble()
    return Check(folder, (), found, _summary(found, folder))


def open_corridor(path_or_name: str | Path) -> Corridor:
    """The corridor in a folder, or the shipped one of that name; read and checked again only where a file has changed.

    Raises: `InputError` with every fault of the folder.
    """
    folder = find_corridor(path_or_name)
    found = kept_corridor(folder)
    if found is None:
        check = check_corridor(path_or_name)
        if check.corridor is None:
            raise faults_error(check)
        found = check.corridor
        keep_corridor(folder, found)
    return found.located(folder)


def faults_error(check: Check) -> InputError:
    """The error that tells all faults of a check."""
    count = len(check.faults)
    what = "1 fault" if count == 1 else f"{count} faults"
    return InputError(f"{check.path}: {what}; nothing was run", faults=check.faults)


def _summary(found: Corridor, folder: Path) -> Summary:
    """Counts that a reader of ``corridor check`` wants to see."""
    tables = ("places", "stocks", "routes", "flows")
    tags = {name: Counter[str](item.tag for item in getattr(found, name)) for name in tables}
    grades = Counter[str](measure.grade for measure in found.measures)
    assumed = sum(parameter.assumed for parameter in found.parameters)
    return {
        "id": found.settings.id,
        "name": found.settings.name,
        "start": found.settings.start.isoformat(),
        "end": found.settings.end.isoformat(),
        "as_of": found.settings.as_of.isoformat(),
        **{part.attribute: len(getattr(found, part.attribute)) for part in TABLES},
        "observations": len(found.observations),
        "indicators": len(found.indicators),
        "scenarios": len(found.scenarios),
        "claims": len(found.claims),
        "parties": len(found.parties),
        "datasets": len(found.datasets),
        "calibrations": list(calibration_dates(folder)),
        "tags": {tag: sum(counts[tag] for counts in tags.values()) for tag in TAGS},
        **{f"tags_of_{name}": {tag: counts[tag] for tag in TAGS} for name, counts in tags.items()},
        "grades": {grade: grades[grade] for grade in GRADES},
        "parameters_with_source": len(found.parameters) - assumed,
        "parameters_assumed": assumed,
    }
