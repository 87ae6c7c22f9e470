"""Land, borders and states around a corridor's places, cut from Natural Earth's and the US Census's maps.

The two files are TopoJSON (https://github.com/topojson/topojson-specification): shapes share their arcs, so a
border is an arc that two countries use. What lies outside a margin around the places is cut away
(Sutherland and Hodgman, https://doi.org/10.1145/360767.360802), coordinates are rounded to what a screen shows.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from corridor.report.assets import read

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""West, south, east, north; east may pass 180."""

MARGIN = 0.35
"""Part of the corridor's extent that is kept on each side."""
LEAST = 4.0
"""Degrees that are kept around a corridor, however small."""
STEPS = 4000
"""Points across the map that are told apart: enough for a screen, and for a closer look."""


def basemap(points: Sequence[Point]) -> dict[str, Any]:
    """``land`` rings, ``borders`` and ``states`` lines as lists of [lon, lat] around ``points``.

    ``west`` is the meridian at which the longitudes start: all lie between it and 360 degrees more.
    """
    return _basemap(tuple(points))


@lru_cache(maxsize=4)
def _basemap(points: tuple[Point, ...]) -> dict[str, Any]:
    west = _seam([lon for lon, _ in points])
    box = _around([(_unroll(lon, west), lat) for lon, lat in points])
    if box[0] + box[2] > 360:  # longitudes as a reader knows them
        west, box = west - 360, (box[0] - 360, box[1], box[2] - 360, box[3])
    # the page lays longitudes on one turn from the seam: what reached over it would be drawn across the map
    box = (max(box[0], west + 0.01), box[1], min(box[2], west + 359.99), box[3])
    step = (box[2] - box[0]) / STEPS
    world, states = _topology("countries-50m.json"), _topology("states-10m.json")
    countries = world["objects"]["countries"]["geometries"]
    nation = [arc for shape in states["objects"]["states"]["geometries"] for arc in _arcs_of(shape)]
    return {
        "west": west,
        "box": [round(edge, 3) for edge in box],
        "land": [_thin(ring, step) for ring in _cut_rings(world, countries, box)],
        "borders": [_thin(line, step) for line in _cut_lines(world, _shared(countries), box)],
        "states": [_thin(line, step) for line in _cut_lines(states, _twice(nation), box)],
    }


def _seam(longitudes: Sequence[float]) -> float:
    """The meridian in the middle of the widest stretch without places: nothing is cut there."""
    ordered = sorted(lon % 360 for lon in longitudes)
    if not ordered:
        return -180.0
    gaps = [(b - a, a) for a, b in zip(ordered, [*ordered[1:], ordered[0] + 360], strict=True)]
    widest, start = max(gaps)
    middle = (start + widest / 2) % 360
    return middle - 360 if middle > 180 else middle


def _unroll(lon: float, west: float) -> float:
    return (lon - west) % 360 + west


def _around(points: Sequence[Point]) -> Box:
    """A margin around the points, in degrees."""
    lons, lats = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    pad = max(MARGIN * max(max(lons) - min(lons), max(lats) - min(lats)), LEAST)
    return min(lons) - pad, max(min(lats) - pad, -85.0), max(lons) + pad, min(max(lats) + pad, 85.0)


@cache
def _topology(name: str) -> dict[str, Any]:
    """A TopoJSON file with its arcs decoded to degrees."""
    raw = json.loads(read(f"vendor/{name}"))
    (kx, ky), (dx, dy) = raw["transform"]["scale"], raw["transform"]["translate"]
    arcs = []
    for arc in raw["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * kx + dx, y * ky + dy))
        arcs.append(line)
    return {"arcs": arcs, "objects": raw["objects"]}


def _polygons(shape: dict[str, Any]) -> list[list[list[int]]]:
    """Polygons of a shape as lists of rings of arc numbers."""
    if shape["type"] == "Polygon":
        return [shape["arcs"]]
    return list(shape["arcs"]) if shape["type"] == "MultiPolygon" else []


def _arcs_of(shape: dict[str, Any]) -> set[int]:
    """Arcs of a shape, each once, without their direction."""
    return {~n if n < 0 else n for polygon in _polygons(shape) for ring in polygon for n in ring}


def _shared(shapes: Iterable[dict[str, Any]]) -> list[int]:
    """Arcs that at least two shapes use: the borders between them."""
    return _twice([arc for shape in shapes for arc in _arcs_of(shape)])


def _twice(arcs: Iterable[int]) -> list[int]:
    return [arc for arc, uses in Counter(arcs).items() if uses > 1]


def _shifts(line: Sequence[Point], box: Box) -> Iterator[list[Point]]:
    """The copies of a line, whole turns apart, that can lie in the box."""
    south, north = min(p[1] for p in line), max(p[1] for p in line)
    west, east = min(p[0] for p in line), max(p[0] for p in line)
    for turn in (-360.0, 0.0, 360.0):
        if west + turn <= box[2] and east + turn >= box[0] and south <= box[3] and north >= box[1]:
            yield [(x + turn, y) for x, y in line]


def _cut_rings(topology: dict[str, Any], shapes: Iterable[dict[str, Any]], box: Box) -> Iterator[list[Point]]:
    for shape in shapes:
        for polygon in _polygons(shape):
            ring: list[
                Point
            ] = []  # the outer ring; holes of countries are other countries, or lakes too small
            for number in polygon[0]:
                arc = topology["arcs"][~number if number < 0 else number]
                ring += arc[::-1] if number < 0 else arc
            for copy in _shifts(ring, box):
                inside = clip_ring(copy, box)
                if len(inside) > 2:
                    yield inside


def _cut_lines(topology: dict[str, Any], arcs: Iterable[int], box: Box) -> Iterator[list[Point]]:
    """Runs of an arc's points in the box, with one point beyond on each side."""
    for number in arcs:
        for line in _shifts(topology["arcs"][number], box):
            run: list[Point] = []
            for before, point, after in zip([None, *line], line, [*line[1:], None], strict=False):
                if any(p is not None and _within(p, box) for p in (before, point, after)):
                    run.append(point)
                elif run:
                    yield run
                    run = []
            if len(run) > 1:
                yield run


def _within(point: Point, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def clip_ring(ring: Sequence[Point], box: Box) -> list[Point]:
    """The part of a ring inside a box."""
    out: list[Point] = list(ring)
    for axis, edge, keep in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        points = out
        out = []
        for a, b in zip(points, [*points[1:], *points[:1]], strict=True):
            inside_a, inside_b = (a[axis] - edge) * keep >= 0, (b[axis] - edge) * keep >= 0
            if inside_a:
                out.append(a)
            if inside_a != inside_b:
                part = (edge - a[axis]) / (b[axis] - a[axis])
                out.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
    return out


def _thin(line: Sequence[Point], step: float) -> list[list[float]]:
    """Rounded to the step, without points nearer than that to the one before; both ends stay."""
    digits = max(0, math.ceil(-math.log10(step)))
    out: list[list[float]] = []
    for place, (x, y) in enumerate(line):
        if 0 < place < len(line) - 1 and max(abs(x - out[-1][0]), abs(y - out[-1][1])) < step:
            continue
        out.append([round(x, digits), round(y, digits)])
    return out
