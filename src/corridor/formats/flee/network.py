"""Places, routes, conflicts and closures of a Flee folder."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor.formats.flee.countries import country_codes
from corridor.formats.flee.table import Findings, Line, added_columns, number, read_lines, whole
from corridor.model import Closure, Conflict, did_you_mean

_KINDS = (
    ("camp", "camp"),
    ("conflict", "conflict_zone"),
    ("forward", "forwarding_hub"),
    ("marker", "marker"),
)
_CLOSED = {"country": "country", "location": "place", "camp": "camp", "idpcamp": "camp"}
_WITHOUT_EFFECT = ("link", "remove_forced_redirection")
_TOWNS = ("town", "default", "")
_LINK_RULES = ("max_move_speed", "walk_probability")
"""Columns of ``routes.csv`` that change how people walk a route."""
_TINY = 1e-6
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Location:
    """A row of ``locations.csv``."""

    line: Line
    id: str
    name: str
    country: str
    kind: str
    lat: float
    lon: float
    conflict_day: int
    people: int
    """Capacity of a camp, population elsewhere."""

    @property
    def is_camp(self) -> bool:
        """Whether it is a camp, for refugees or for displaced people."""
        return self.kind in ("camp", "idp_camp")


@dataclass(frozen=True)
class Way:
    """A row of ``routes.csv``, walked both ways; ``copies`` as often as Flee creates it."""

    line: Line
    one: str
    other: str
    km: float
    copies: int


@dataclass(frozen=True)
class Period:
    """First day and number of days."""

    start: dt.date
    days: int

    def date(self, day: int) -> dt.date:
        """Date of a day of the simulation."""
        return self.start + day * DAY

    @property
    def end(self) -> dt.date:
        """Last day."""
        return self.date(self.days - 1)


def read_period(path: Path, label: str, found: Findings) -> Period | None:
    """``sim_period.csv``."""
    start: dt.date | None = None
    days: int | None = None
    lines = list(read_lines(path, label, found))
    for line in lines:
        key = line.cell(0).casefold()
        if key == "startdate":
            start = read_date(line, 1, "StartDate", found)
        elif key == "length":
            days = whole(line, 1, "Length", found)
            if days is not None and days < 1:
                found.fault(label, line.number, "Length", f"{days} days are no period")
    named = {line.cell(0).casefold() for line in lines}
    for key in ("StartDate", "Length"):
        if lines and key.casefold() not in named:
            found.fault(label, None, key, "the row is missing")
    return Period(start, days) if start is not None and days is not None and days > 0 else None


def read_date(line: Line, position: int, column: str, found: Findings) -> dt.date | None:
    """A date as year-month-day, or a fault."""
    text = line.cell(position)
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0?0:00(?::00(?:\.0+)?)?Z?)?", text)
    if match is None:
        found.fault(
            line.file, line.number, column, f"{text!r} is not a date", "write year-month-day, 2012-02-29"
        )
        return None
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        found.fault(line.file, line.number, column, f"{text!r} is not a day of the calendar")
        return None


def read_locations(path: Path, label: str, found: Findings) -> list[Location]:
    """``locations.csv`` in its order; the first row's country is the country of origin."""
    lines = list(read_lines(path, label, found))
    names: dict[str, int] = {}
    ids: Counter[str] = Counter()
    codes = country_codes([line.cell(2) or "unknown" for line in lines])
    for name in sorted(codes.invented):
        found.warn(
            label, None, "country", f"{name!r} has no ISO code that is known; it is called {codes[name]}"
        )
    locations: list[Location] = []
    for line in lines:
        name = line.cell(0)
        if len(line.cells) < 8:
            message = f"the row has {len(line.cells)} cells; locations have 8"
            found.fault(label, line.number, None, message)
            continue
        if name in names:
            found.fault(label, line.number, "name", f"{name!r} is the name of line {names[name]} already")
            continue
        names[name] = line.number
        location = _location(line, _identifier(name, ids), codes[line.cell(2) or "unknown"], found)
        if location is not None:
            locations.append(location)
    if not lines and not found.faults:
        found.fault(label, None, None, "has no locations")
    for _, name in added_columns(path, 8):
        found.warn(label, None, name, "has no effect under the settings that are supported")
    return locations


def _location(line: Line, name: str, country: str, found: Findings) -> Location | None:
    kind = _kind(line.cell(5), line, found)
    lat = number(line, 3, "latitude", found, blank=0.0)
    lon = number(line, 4, "longitude", found, blank=0.0)
    day = whole(line, 6, "conflict_date", found, blank=0)
    people = whole(line, 7, "pop/cap", found, blank=0)
    if not line.cell(0):
        found.fault(line.file, line.number, "name", "is blank")
        return None
    if kind is None or lat is None or lon is None or day is None or people is None:
        return None
    lat, lon = _on_the_map(line, lat, lon, found)
    if people < 0 and "camp" not in kind:
        found.fault(line.file, line.number, "pop/cap", f"a population of {people}")
        return None
    return Location(line, name, line.cell(0), country, kind, lat, lon, day, max(people, 0))


def _on_the_map(line: Line, lat: float, lon: float, found: Findings) -> tuple[float, float]:
    """The coordinates, or 0, 0 with a warning: nothing but the map rests on them."""
    if abs(lat) > 90 or abs(lon) > 180:
        message = f"{lat:g}, {lon:g} is no place on Earth: the map has it at 0, 0"
        found.warn(line.file, line.number, "latitude", message)
        return 0.0, 0.0
    if not (line.cell(3) and line.cell(4)):
        message = f"{line.cell(0)!r} has no coordinates: the map has it at {lat:g}, {lon:g}"
        found.warn(line.file, line.number, "latitude", message)
    return lat, lon


def _kind(text: str, line: Line, found: Findings) -> str | None:
    """The kind of place, by the words that Flee looks for."""
    word = text.casefold()
    if "camp" in word:
        return "idp_camp" if "idp" in word else "camp"
    if "flood" in word:
        found.fault(
            line.file, line.number, "location_type", f"{text!r} is not supported", "flood rules are not"
        )
        return None
    for part, kind in _KINDS:
        if part in word:
            return kind
    if word not in _TOWNS:
        known = ["camp", "idpcamp", "conflict_zone", "forwarding_hub", "marker", "town"]
        message = f"{text!r} is no type of location: it is a town, as in Flee"
        found.warn(line.file, line.number, "location_type", message, did_you_mean(word, known))
    return "town"


def _identifier(name: str, ids: Counter[str]) -> str:
    """An id made of a name: letters, digits and hyphens, a number where two would be alike."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "place"
    ids[plain] += 1
    return plain if ids[plain] == 1 else f"{plain}.{ids[plain]}"


def read_routes(path: Path, label: str, locations: Sequence[Location], found: Findings) -> list[Way]:
    """``routes.csv``; warns of locations that no route touches."""
    ids = {location.name: location.id for location in locations}
    ways: list[Way] = []
    lines = list(read_lines(path, label, found))
    for line in lines:
        before = len(found.faults)
        for position, column in ((0, "name1"), (1, "name2")):
            if line.cell(position) not in ids:
                message = f"there is no location {line.cell(position)!r}"
                found.fault(label, line.number, column, message, did_you_mean(line.cell(position), ids))
        if line.cell(0) == line.cell(1):
            found.fault(label, line.number, "name2", f"a route from {line.cell(0)!r} to itself")
        km = number(line, 2, "distance", found)
        if km is not None and km <= 0:
            found.fault(label, line.number, "distance", f"a distance of {km:g} km")
        flag = whole(line, 3, "forced_redirection", found, blank=0)
        if len(found.faults) == before and km is not None:
            rounded = max(round(km, 1), 0.1)
            ways.append(Way(line, ids[line.cell(0)], ids[line.cell(1)], rounded, 2 if flag == 1 else 1))
            if km != rounded:
                found.warn(label, line.number, "distance", f"{km} km is rounded to {rounded}")
    _attributes(path, label, lines, found)
    touched = {end for line in lines for end in line.cells[:2]}
    for location in locations:
        if location.name not in touched:
            message = f"no route leads to {location.name!r}: nobody will get there"
            found.warn(location.line.file, location.line.number, "name", message)
    return ways


def _attributes(path: Path, label: str, lines: Sequence[Line], found: Findings) -> None:
    """Refuse attributes of routes that change how people walk; warn of the others."""
    for position, name in added_columns(path, 4):
        given = [line for line in lines if line.cell(position)]
        if name in _LINK_RULES and given:
            message = f"{name} of a route is not supported"
            found.fault(label, given[0].number, name, message, "leave the column blank")
        else:
            found.warn(label, None, name, "has no effect under the settings that are supported")


def read_conflicts(
    path: Path, label: str, locations: Sequence[Location], period: Period | None, found: Findings
) -> list[Conflict]:
    """``conflicts.csv``: windows in which each place is a conflict zone."""
    by_name = {location.name: location for location in locations}
    lines = list(read_lines(path, label, found, comments=False))
    if not lines:
        return []
    head, body = lines[0], lines[1:]
    if period is not None and len(body) < period.days:
        message = f"has {len(body)} days, but the simulation has {period.days}"
        found.fault(label, None, None, message)
    days = period.days if period else len(body)
    conflicts: list[Conflict] = []
    for position, name in enumerate(head.cells):
        if position == 0 or not name:
            continue
        if name in head.cells[1:position]:
            found.fault(label, head.number, name, f"{name!r} has a column already")
            continue
        if name not in by_name:
            message = f"there is no location {name!r}: its column is left out, as in Flee"
            found.warn(label, head.number, name, message, did_you_mean(name, by_name))
            continue
        values = _column(body[:days], position, name, found)
        if period is not None:
            conflicts += _windows(by_name[name], values, period, f"conflicts.csv of the Flee folder, {name}")
    listed = set(head.cells[1:])
    for location in locations:
        if period is not None and location.name not in listed:
            conflicts += _windows(location, [], period, "locations.csv of the Flee folder")
    return conflicts


def _column(body: Sequence[Line], position: int, name: str, found: Findings) -> list[float]:
    """Intensities of a place by day; one fault for all its blank cells."""
    blank = [line for line in body if not line.cell(position)]
    if blank:
        more = f", and so are {len(blank) - 1} other days" if len(blank) > 1 else ""
        found.fault(blank[0].file, blank[0].number, name, f"is blank{more}")
    return [(number(line, position, name, found) or 0.0) if line.cell(position) else 0.0 for line in body]


def _windows(location: Location, values: Sequence[float], period: Period, source: str) -> Iterator[Conflict]:
    """Windows of days above 0. A place that is a conflict zone from the start is one until the first 1 to 0."""
    from_start = location.kind == "conflict_zone" and location.conflict_day <= 0
    start = -1 if from_start else None
    intensity = 1.0
    for day, value in enumerate(values):
        before = values[day - 1] if day else 0.0
        if value > _TINY and before <= _TINY:
            if start is not None and day:
                yield _conflict(location, start, day - 1, intensity, period, source)
            start, intensity = day, value
        elif value <= _TINY and before > _TINY and start is not None:
            yield _conflict(location, start, day - 1, intensity, period, source)
            start = None
    if start is not None:
        yield _conflict(location, start, None, intensity, period, source)


def _conflict(
    location: Location, start: int, last: int | None, intensity: float, period: Period, source: str
) -> Conflict:
    end = None if last is None else period.date(last)
    return Conflict(place=location.id, start=period.date(start), end=end, intensity=intensity, source=source)


def read_closures(
    path: Path, label: str, locations: Sequence[Location], period: Period | None, found: Findings
) -> list[Closure]:
    """``closures.csv``: what is closed, from its first to its last day."""
    closures: list[Closure] = []
    for line in read_lines(path, label, found, may_be_blank=True):
        kind = line.cell(0)
        if kind in _WITHOUT_EFFECT:
            found.warn(label, line.number, "closure_type", f"{kind} has no effect in Flee; it is left out")
            continue
        if kind not in _CLOSED:
            hint = did_you_mean(kind, [*_CLOSED, *_WITHOUT_EFFECT])
            found.fault(label, line.number, "closure_type", f"{kind!r} is not a kind of closure", hint)
            continue
        start = whole(line, 3, "closure_start", found)
        end = whole(line, 4, "closure_end", found)
        names = _closed(line, kind, locations, found)
        if start is None or end is None or period is None or names is None:
            continue
        if start < 0 or start >= period.days:
            message = f"day {start} is not in the period, days 0 to {period.days - 1}"
            found.fault(label, line.number, "closure_start", message)
            continue
        last = _last_day(line, start, end, period, found)
        if last is None or last >= start:
            closures.append(Closure(
                kind=_CLOSED[kind], first=names[0], second=names[1], start=period.date(start),  # type: ignore[arg-type]
                end=None if last is None else period.date(last), source="closures.csv of the Flee folder",
            ))  # fmt: skip
    return closures


def _last_day(line: Line, start: int, end: int, period: Period, found: Findings) -> int | None:
    """Last day closed: the day before it opens again; None where it never does."""
    if end < start:
        message = f"ends on day {end}, before it starts: it stays closed to the end"
        found.warn(line.file, line.number, "closure_end", message)
        return None
    if end == start:
        message = f"opens on the day on which it closes, {start}: it is left out"
        found.warn(line.file, line.number, "closure_end", message)
    return None if end >= period.days else end - 1


def _closed(
    line: Line, kind: str, locations: Sequence[Location], found: Findings
) -> tuple[str, str | None] | None:
    """Country codes or place ids of a closure; None (with a warning) where Flee finds nothing to close."""
    if kind == "country":
        known = {location.line.cell(2) or "unknown": location.country for location in locations}
        wanted = [(1, "name1"), (2, "name2")]
    else:
        known = {
            location.name: location.id for location in locations if kind == "location" or location.is_camp
        }
        wanted = [(1, "name1")]
    for position, column in wanted:
        if line.cell(position) not in known:
            message = f"there is no {kind} {line.cell(position)!r}: the closure is left out"
            found.warn(line.file, line.number, column, message, did_you_mean(line.cell(position), known))
            return None
    if kind == "location" and line.cell(2):
        message = f"closes all routes of {line.cell(1)}; {line.cell(2)!r} has no effect in Flee"
        found.warn(line.file, line.number, "name2", message)
    return known[line.cell(1)], known[line.cell(2)] if kind == "country" else None
