"""The zone of a recorded death, from country and coordinates; coordinates themselves are never shipped."""

from __future__ import annotations

import itertools
import math

import polars as pl

BORDER_KM = 100.0
"""A record in Mexico within this distance of the line belongs to the border zone."""

_EARTH_KM = 6371.0

_LINE: tuple[tuple[float, float], ...] = (
    (32.53, -117.13), (32.72, -114.72), (32.49, -114.81), (31.33, -111.07), (31.33, -108.21),
    (31.78, -108.21), (31.78, -106.53), (31.43, -106.15), (31.06, -105.60), (30.63, -104.99),
    (30.13, -104.68), (29.56, -104.37), (29.17, -103.60), (28.98, -103.15), (29.19, -102.94),
    (29.75, -102.50), (29.80, -101.56), (29.33, -100.92), (28.70, -100.51), (27.50, -99.51),
    (27.04, -99.44), (26.56, -99.16), (26.37, -98.82), (26.06, -98.27), (25.90, -97.50), (25.96, -97.15),
)  # fmt: skip
"""The line between the United States and Mexico, (latitude, longitude), within about 10 km."""

CENTRAL_AMERICA = ("GTM", "BLZ", "SLV", "HND", "NIC", "CRI", "PAN")


def km_from_line(lat: float, lon: float) -> float:
    """Distance in km of a point from the US-Mexico line, on a plane tangent at the point (error < 1 % to 200 km)."""
    scale = math.radians(1) * _EARTH_KM
    squeeze = math.cos(math.radians(lat))
    points = [((y - lat) * scale, (x - lon) * scale * squeeze) for y, x in _LINE]
    return min(_km_from_segment(a, b) for a, b in itertools.pairwise(points))


def _km_from_segment(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of the origin from the segment a-b."""
    dy, dx = b[0] - a[0], b[1] - a[1]
    along = -(a[0] * dy + a[1] * dx) / (dy * dy + dx * dx)
    along = min(1.0, max(0.0, along))
    return math.hypot(a[0] + along * dy, a[1] + along * dx)


def zone_of(country: str, lat: float, lon: float) -> str:
    """Zone of a record: ``darien``, ``central_america``, ``mexico``, ``border`` or ``other``.

    * United States west of 90 W and south of 42 N: ``border`` (deaths far inland, such as in a truck at San
      Antonio, are deaths of that crossing); Florida's sea routes and the northern border: ``other``.
    * Mexico within 100 km of the line: ``border``; else ``mexico``.
    * Panama east of 79 W, and Colombia between 6.5 and 9.5 N, west of 76.2 W: ``darien``.
    * Guatemala to the rest of Panama: ``central_america``. All else: ``other``.
    """
    if country == "USA":
        return "border" if lon < -90 and lat < 42 else "other"
    if country == "MEX":
        return "border" if km_from_line(lat, lon) <= BORDER_KM else "mexico"
    if country == "PAN" and lon > -79:
        return "darien"
    if country == "COL" and 6.5 <= lat <= 9.5 and lon <= -76.2:
        return "darien"
    return "central_america" if country in CENTRAL_AMERICA else "other"


def deaths_by_zone(records: pl.DataFrame) -> pl.DataFrame:
    """Monthly dead and missing by zone, from records with ``date, country, lat, lon, value``."""
    zones = [zone_of(*row) for row in records.select("country", "lat", "lon").iter_rows()]
    monthly = records.with_columns(
        pl.Series("zone", zones, dtype=pl.String), pl.col("date").dt.truncate("1mo")
    )
    return monthly.group_by("date", "zone").agg(pl.col("value").sum()).sort("date", "zone")
