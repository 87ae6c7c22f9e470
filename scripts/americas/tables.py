"""A collector of rows: places, stocks, routes, flows and parameters, as the nouns of the model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import asin, cos, radians, sin, sqrt

from corridor.data import evidence
from corridor.model import PARAMETERS, Flow, Group, Parameter, Place, Route, Stock

AS_OF = dt.date(2023, 12, 31)
DETOUR = 1.3
DETOUR_TEXT = "great circle x 1.3 (range 1.1 to 1.6)"
NATIONALITIES = (
    "VEN", "ECU", "COL", "PER", "BRA", "CUB", "HTI", "GTM", "HND", "SLV", "NIC", "MEX", "CHN", "IND", "OOO", "XEA",
)  # fmt: skip
HOUSEHOLDS = {"single": 1, "family": 3, "child": 1}


def kilometers(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle between two points (latitude, longitude in degrees), sphere of 6,371 km."""
    lat1, lon1, lat2, lon2 = (radians(x) for x in (*a, *b))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 12742.0 * asin(sqrt(h))


@cache
def nodes() -> dict[str, tuple[float, float]]:
    """Coordinates of the evidence's places (GeoNames)."""
    table = evidence("nodes").drop_nulls(["lat", "lon"])
    return {row["id"]: (row["lat"], row["lon"]) for row in table.iter_rows(named=True)}


def tidy(value: float, digits: int = 4) -> float:
    """A number with ``digits`` figures."""
    return float(f"{value:.{digits}g}")


@dataclass
class Tables:
    """Rows of the folder, in the order in which they were added."""

    places: dict[str, Place] = field(default_factory=dict)
    stocks: list[Stock] = field(default_factory=list)
    routes: dict[str, Route] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)
    parameters: list[Parameter] = field(default_factory=list)

    def place(
        self, name: str, en: str, es: str, country: str, kind: str, zone: str,
        at: str | tuple[float, float], tag: str = "anchored", source: str = "GeoNames (CC BY 4.0)",
    ) -> None:  # fmt: skip
        """A place; ``at`` is a node of the evidence or coordinates."""
        lat, lon = nodes()[at] if isinstance(at, str) else at
        self.places[name] = Place.model_validate(
            {"id": name, "name": en, "name_es": es, "country": country, "kind": kind, "zone": zone,
             "lat": tidy(lat, 6), "lon": tidy(lon, 6), "tag": tag, "source": source}
        )  # fmt: skip

    def stock(
        self, name: str, place: str, state: str, stay: float | None, stages: int = 1, tag: str = "assumed",
        overflow: bool = False,
    ) -> None:  # fmt: skip
        """A stock; ``stay`` is the mean stay in days, None where only hazards or nothing leave it."""
        self.stocks.append(
            Stock.model_validate(
                {"id": name, "place": place, "state": state, "stay_days": stay, "stay_stages": stages,
                 "overflow": overflow, "tag": tag}
            )
        )  # fmt: skip

    def route(
        self, start: str, end: str, mode: str, zone: str, days: float, stages: int = 1, *,
        name: str | None = None, source: str | None = None, km: float | None = None,
    ) -> str:  # fmt: skip
        """A route between two places; its length is the great circle x 1.3, by air x 1."""
        name = name or f"{start}-{end}"
        if km is None:
            a, b = (self.places[p] for p in (start, end))
            km = kilometers((a.lat, a.lon), (b.lat, b.lon)) * (1.0 if mode == "air" else DETOUR)
        way = "great circle between the two points" if mode == "air" else DETOUR_TEXT
        source = source or f"assumption: {way}; days assumed"
        self.routes[name] = Route.model_validate(
            {"id": name, "from_place": start, "to_place": end, "mode": mode, "zone": zone, "km": round(km),
             "days_mean": days, "days_stages": stages, "tag": "assumed", "source": source}
        )  # fmt: skip
        return name

    def flow(
        self, name: str, start: str, end: str, kind: str, route: str | None = None, *,
        groups: Sequence[str] = (), share: float | None = None, overflow: str | None = None,
        tag: str = "assumed", daily: float | None = None,
    ) -> None:  # fmt: skip
        """A flow out of the stock, or off the route, ``start``."""
        off = start in self.routes
        self.flows[name] = Flow.model_validate(
            {"id": name, "from_stock": None if off else start, "from_route": start if off else None,
             "to_stock": end, "kind": kind, "route": route, "groups": tuple(groups), "share": share,
             "daily_probability": daily, "overflow_flow": overflow, "tag": tag}
        )  # fmt: skip

    def number(
        self, parameter: str, target: str | None, value: float, low: float, high: float, source: str, *,
        group: str | None = None, start: dt.date | None = None, end: dt.date | None = None,
        known: dt.date | None = None, digits: int = 4,
    ) -> None:  # fmt: skip
        """A parameter with its 90 % range, cut at its domain."""
        kind = PARAMETERS[parameter]
        value = tidy(value, digits)
        low = max(min(tidy(low), value), kind.lowest)
        high = min(max(tidy(high), value), kind.highest)
        self.parameters.append(
            Parameter(
                parameter=parameter, target=target, group=group, valid_from=start, valid_to=end, value=value,
                low=low, high=high, unit=kind.unit, known_from=known, source=source,
            )
        )  # fmt: skip

    def split(
        self, parts: Mapping[str, float], spread: float | Mapping[str, float], source: str | Mapping[str, str], *,
        group: str | None = None, start: dt.date | None = None, end: dt.date | None = None,
        known: dt.date | None = None,
    ) -> None:  # fmt: skip
        """Shares out of one stock, made to sum to one; ``spread`` is the relative half-width of the range."""
        total = sum(parts.values())
        shares = {name: round(value / total, 6) for name, value in parts.items()}
        largest = max(shares, key=lambda name: shares[name])
        shares[largest] = round(1.0 - sum(v for n, v in shares.items() if n != largest), 6)
        for name, value in shares.items():
            wide = spread if isinstance(spread, float) else spread[name]
            text = source if isinstance(source, str) else source[name]
            self.number(
                "share", name, value, value * (1 - wide), value * (1 + wide), text, group=group, start=start,
                end=end, known=known, digits=9,
            )  # fmt: skip


def add_groups(tables: Tables) -> None:
    """Nationality x household type; families move in threes, an assumption."""
    for nationality in NATIONALITIES:
        for household, size in HOUSEHOLDS.items():
            name = f"{nationality}.{household}"
            tables.groups.append(Group(id=name, nationality=nationality, household=household, size=size))
