"""Registered people at each camp, as Flee reads them from ``source_data``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from corridor.formats.flee.network import Location, read_date
from corridor.formats.flee.table import NUMBER, Findings, Line, number, read_lines
from corridor.model import TOTAL, Correction, did_you_mean

Points = list[tuple[dt.date, float]]
_HEADS = ("", "DateTime", "Date")


def read_series(
    folder: Path, label: str, locations: Sequence[Location], found: Findings
) -> dict[str, Points]:
    """Counts by series of ``data_layout.csv``, under the ids of places; the first is the total."""
    layout = f"{label}/data_layout.csv"
    ids = {location.name: location.id for location in locations}
    series: dict[str, Points] = {}
    lines = [line for line in read_lines(folder / "data_layout.csv", layout, found) if len(line.cells) > 1]
    for place, line in enumerate(lines):
        name = line.cell(0)
        if (name == TOTAL) != (place == 0):
            found.fault(layout, line.number, "total", "the first row, and no other, must be 'total'")
            continue
        key = ids.get(name, name)
        if key in series:
            found.fault(layout, line.number, "name", f"{name!r} has a row already")
            continue
        files = [cell for cell in line.cells[1:] if cell]
        read = [_points(folder / file, f"{label}/{file}", found) for file in files]
        points = read[0] if read else []
        for more in read[1:]:
            points = _sum(points, more)
        series[key] = points
    _camps(layout, series, locations, bool(lines), found)
    return series


def _camps(
    layout: str, series: dict[str, Points], locations: Sequence[Location], read: bool, found: Findings
) -> None:
    camps = {location.id for location in locations if location.is_camp}
    for location in locations:
        if location.is_camp and location.id not in series and read:
            message = f"camp {location.name!r} has no data: data_layout.csv does not list it"
            found.fault(location.line.file, location.line.number, "name", message)
    for name in series:
        if name != TOTAL and name not in camps:
            found.warn(layout, None, name, "is the series of no camp: it counts in the sum of all camps only")


def _points(path: Path, label: str, found: Findings) -> Points:
    """Dates and counts of a file, in order."""
    points: dict[dt.date, float] = {}
    before = len(found.faults)
    if not path.exists():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*.csv")])
        found.fault(label, None, None, "the file is missing", near)
        return []
    for place, line in enumerate(read_lines(path, label, found)):
        if len(line.cells) < 2 or line.cell(0) in _HEADS or not line.cell(1):
            continue
        if place == 0 and not NUMBER.fullmatch(line.cell(1)) and not line.cell(0)[:1].isdigit():
            continue  # a header of other words
        point = _point(line, found)
        if point is None:
            continue
        if point[0] in points and points[point[0]] != point[1]:
            found.warn(label, line.number, "date", f"{point[0]} has a figure already; this one is kept")
        points[point[0]] = point[1]
    if list(points) != sorted(points):
        found.warn(label, None, "date", "the dates do not rise; they are sorted")
    if not points and len(found.faults) == before:
        found.fault(label, None, None, "has no counts")
    return sorted(points.items())


def _point(line: Line, found: Findings) -> tuple[dt.date, float] | None:
    date = read_date(line, 0, "date", found)
    value = number(line, 1, "count", found)
    if value is not None and value < 0:
        found.fault(line.file, line.number, "count", f"a count of {value:g}")
        return None
    return None if date is None or value is None else (date, value)


def _sum(one: Points, other: Points) -> Points:
    """Sum of two series on their dates, as Flee makes it, up to the last date that both have reached.

    On a date of ``one`` alone the last figure of ``other`` is added; on a date of ``other`` alone, the next
    figure of ``one``.
    """
    if not one or not other:
        return []
    result: dict[dt.date, float] = {}
    offset, carried = 0, 0.0
    for date, value in other:
        while date > one[offset][0]:
            result[one[offset][0]] = carried + one[offset][1]
            if offset == len(one) - 1:
                break
            offset += 1
        if date <= one[offset][0]:
            result[date] = value + one[offset][1]
            if date == one[offset][0] and offset < len(one) - 1:
                offset += 1
            carried = value
    return sorted(result.items())


def read_corrections(
    path: Path, label: str, locations: Sequence[Location], series: dict[str, Points], found: Findings
) -> tuple[Correction, ...]:
    """``registration_corrections.csv``; those that nothing answers to are left out with a warning."""
    ids = {location.name: location.id for location in locations}
    corrections: list[Correction] = []
    if not path.exists():
        return ()
    for line in read_lines(path, label, found, may_be_blank=True):
        date = read_date(line, 1, "date", found)
        key = ids.get(line.cell(0), line.cell(0))
        if date is None:
            continue
        if line.cell(2) not in ("normalize", ""):
            found.fault(
                label, line.number, "type", f"{line.cell(2)!r} is not supported", "only 'normalize' is"
            )
        elif key not in series:
            found.warn(label, line.number, "name", f"there is no series {line.cell(0)!r}; it is left out")
        elif date not in dict(series[key]):
            found.warn(label, line.number, "date", f"{line.cell(0)} has no count on {date}; it is left out")
        else:
            corrections.append(Correction(place=key, date=date))
    return tuple(corrections)
