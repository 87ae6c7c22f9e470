"""A Flee folder to a corridor that moves by the walk rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corridor.formats.flee.network import (
    Location,
    Period,
    Way,
    read_closures,
    read_conflicts,
    read_locations,
    read_period,
    read_routes,
)
from corridor.formats.flee.series import Points, read_corrections, read_series
from corridor.formats.flee.settings import read_settings
from corridor.formats.flee.table import Findings, read_lines
from corridor.model import (
    TOTAL,
    Corridor,
    Count,
    DatasetEntry,
    Fault,
    Group,
    Indicator,
    InputError,
    Observation,
    Parameter,
    Place,
    Route,
    Settings,
    Source,
    Stock,
    WalkRules,
)

SETTINGS_NAMES = ("simsetting.yml", "simsetting.yaml", "simsettings.yml")
OLD_SETTINGS = "simsetting.csv"
COUNTS = "camp-counts"
_REFUSED = {
    "major_routes.csv": "major routes are not supported",
    "location_changes.csv": "changes of a location's type are not supported",
    "flood_level.csv": "floods are not supported",
}
_WITHOUT_EFFECT = ("demographics_*.csv", "region_attributes_*.csv", "location_attributes_*.csv", "agents.csv")


@dataclass(frozen=True)
class Imported:
    """The corridor, what was odd in its folder, and the settings file that was read."""

    corridor: Corridor
    warnings: tuple[Fault, ...]
    settings: Path


def import_flee(
    source: str | Path, settings: str | Path | None = None, hasten: int | None = None
) -> Imported:
    """Read a folder of Flee (``input_csv``, ``source_data``) with a settings file.

    Without ``settings``, ``simsetting.yml`` in the folder or beside it. ``hasten`` replaces the people that one
    unit stands for. Raises: `InputError` with every fault of the folder.
    """
    folder = Path(source)
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", hint="name one with input_csv and source_data")
    found = Findings()
    corridor = None
    file = _settings_file(folder, settings)
    if file is None:
        hint = "name one with --settings; Flee's folder of settings holds simsetting.yml"
        found.fault(SETTINGS_NAMES[0], None, None, "the file is missing", hint)
    values = read_settings(file, found) if file else {}
    if hasten is not None:
        values["hasten"] = hasten
    parts = _read(folder, found)
    if not found.faults:
        corridor = _corridor(folder, parts, values, found)
    if found.faults or corridor is None or file is None:
        count = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
        raise InputError(f"{folder}: {count}; nothing was written", faults=found.faults)
    return Imported(corridor, tuple(found.warnings), file)


def _settings_file(folder: Path, given: str | Path | None) -> Path | None:
    if given is not None:
        return Path(given)
    around = (folder, folder.resolve().parent)
    places = [place / name for place in around for name in SETTINGS_NAMES]
    places += [place / OLD_SETTINGS for place in around]  # told apart when it is read
    return next((path for path in places if path.is_file()), None)


@dataclass(frozen=True)
class _Parts:
    locations: list[Location]
    period: Period | None
    ways: list[Way]
    series: dict[str, Points]
    rest: dict[str, Any]


def _read(folder: Path, found: Findings) -> _Parts:
    """All tables of the folder."""
    name = folder.resolve().name
    tables, data = folder / "input_csv", folder / "source_data"
    label = f"{name}/input_csv"
    for file, message in _REFUSED.items():
        if (tables / file).exists() and list(read_lines(tables / file, f"{label}/{file}", Findings())):
            found.fault(f"{label}/{file}", None, None, message)
    for pattern in _WITHOUT_EFFECT:
        for path in sorted(tables.glob(pattern)):
            message = "has no effect under the settings that are supported; it is left out"
            found.warn(f"{label}/{path.name}", None, None, message)
    period = _period(tables, label, found)
    locations = read_locations(tables / "locations.csv", f"{label}/locations.csv", found)
    ways = read_routes(tables / "routes.csv", f"{label}/routes.csv", locations, found)
    conflicts = read_conflicts(tables / "conflicts.csv", f"{label}/conflicts.csv", locations, period, found)
    closures = read_closures(tables / "closures.csv", f"{label}/closures.csv", locations, period, found)
    series = read_series(data, f"{name}/source_data", locations, found)
    corrections = read_corrections(
        tables / "registration_corrections.csv",
        f"{label}/registration_corrections.csv",
        locations,
        series,
        found,
    )
    rest = {"conflicts": tuple(conflicts), "closures": tuple(closures), "corrections": corrections}
    return _Parts(locations, period, ways, series, rest)


def _period(tables: Path, label: str, found: Findings) -> Period | None:
    """``sim_period.csv``, or ``conflict_period.csv`` as older folders call it."""
    old = tables / "conflict_period.csv"
    if old.is_file() and not (tables / "sim_period.csv").exists():
        found.warn(f"{label}/{old.name}", None, None, "is read in place of sim_period.csv")
        return read_period(old, f"{label}/{old.name}", found)
    return read_period(tables / "sim_period.csv", f"{label}/sim_period.csv", found)


def _corridor(folder: Path, parts: _Parts, values: dict[str, Any], found: Findings) -> Corridor | None:
    period, home = parts.period, parts.locations[0].country
    name = folder.resolve().name
    if period is None:
        return None
    try:
        rules = WalkRules(home_country=home, counts=COUNTS, corrections=parts.rest["corrections"], **values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0])
            found.fault("settings", None, column, f"{detail['input']!r}: {detail['msg'].lower()}")
        return None
    origin = f"Flee folder {name}"
    settings = Settings(
        id=re.sub(r"[^A-Za-z0-9_.\-]+", "-", name).strip("-.") or "flee", name=name, name_es=name,
        description=f"A case of Flee, imported from the folder {name}; people move by the walk rule.",
        description_es=f"Un caso de Flee, importado de la carpeta {name}; las personas se mueven por la regla walk.",
        start=period.start, end=period.end, as_of=period.start, license="see the publisher of the Flee folder",
        attribution="see the publisher of the Flee folder", movement="walk", walk=rules,
    )  # fmt: skip
    camps = [location for location in parts.locations if location.is_camp]
    return Corridor(
        settings=settings,
        places=tuple(_place(location, origin) for location in parts.locations),
        stocks=tuple(_stock(location) for location in parts.locations),
        routes=tuple(_routes(parts.ways, rules, origin)),
        groups=(Group(id="people", nationality=home, household="person", size=1),),
        parameters=tuple(
            _population(location, origin) for location in parts.locations if not location.is_camp
        ),
        conflicts=parts.rest["conflicts"],
        closures=parts.rest["closures"],
        observations=tuple(_observation(location) for location in camps),
        indicators=tuple(_indicator(location) for location in camps),
        datasets=(_dataset(name),),
        counts={COUNTS: tuple(_counts(parts.series))},
    )


def _place(location: Location, origin: str) -> Place:
    plain = location.name
    return Place(id=location.id, name=plain, name_es=plain, country=location.country, kind=location.kind,
                 lat=location.lat, lon=location.lon, tag="anchored", source=f"locations.csv of the {origin}")  # fmt: skip


def _stock(location: Location) -> Stock:
    room = float(location.people) if location.is_camp and location.people else None
    state = "camp" if location.is_camp else "present"
    tag = "observed" if location.is_camp else "anchored"
    return Stock(
        id=location.id, place=location.id, state=state, capacity=room, overflow=room is not None, tag=tag
    )


def _routes(ways: Sequence[Way], rules: WalkRules, origin: str) -> Iterable[Route]:
    """Both directions of each way, in the order in which Flee creates them."""
    made: Counter[tuple[str, str]] = Counter()
    for way in ways:
        for _ in range(way.copies):
            for one, other in ((way.one, way.other), (way.other, way.one)):
                made[one, other] += 1
                again = made[one, other]
                yield Route(
                    id=f"{one}_{other}" if again == 1 else f"{one}_{other}_{again}", from_place=one, to_place=other,
                    mode="mixed", km=way.km, days_mean=max(1.0, round(way.km / rules.max_move_speed, 2)),
                    days_stages=1, tag="anchored", source=f"routes.csv of the {origin}",
                )  # fmt: skip


def _population(location: Location, origin: str) -> Parameter:
    return Parameter(parameter="population", target=location.id, value=float(location.people), unit="people",
                     source=f"locations.csv of the {origin}")  # fmt: skip


def _observation(location: Location) -> Observation:
    plain = location.name
    return Observation(
        id=f"{location.id}-registered", name=f"Registered at {plain}", name_es=f"Registradas en {plain}",
        dataset=COUNTS, where={"place": (location.id,)}, stocks=(location.id,), calibrate=False,
        counting_point="camps",
    )  # fmt: skip


def _indicator(location: Location) -> Indicator:
    plain = location.name
    return Indicator(id=location.id, name=plain, name_es=plain, kind="census",
                     observation=f"{location.id}-registered", stocks=(location.id,), tag="observed")  # fmt: skip


def _dataset(name: str) -> DatasetEntry:
    source = Source(
        id=f"{COUNTS}-source", title=f"source_data of the Flee folder {name}", license="see the publisher",
        publisher="as named by the authors of the folder", grade="compilation",
    )  # fmt: skip
    note = f"Counts of one place in several files are summed as Flee does; {TOTAL} counts everybody. " \
        "Corrections of the registration are not yet applied."  # fmt: skip
    return DatasetEntry(
        id=COUNTS, title="People registered at each camp", unit="people", frequency="point", dims=("place",),
        sources=(source,), notes=(note,), additive=False, kind="stock",
    )  # fmt: skip


def _counts(series: dict[str, Points]) -> Iterable[Count]:
    for name, points in series.items():
        for date, value in points:
            yield date, (name,), value, None
