"""Mexico: by bus, freight train, on foot and with a smuggler to Mexico City and on to eleven border cities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from americas.counts import CBP, FIRST, SEGOB, SPAN, WINDOWS, known, months, of, us
from americas.geography import CITIES, GUIDED, LEAST, RIDERS, open_areas, sector_shares
from americas.south import FLY_TO_CANCUN, THROUGH
from americas.tables import Tables

GUIDES = tuple(n for n in GUIDED if n != "MEX")
SOUTH = (
    # from, to, mode, days, stages: part of the way from the southern border to Mexico City
    ("tapachula", "mexico_city", "bus", 1.5, 1, 1.0),
    ("tapachula", "mexico_city", "guided", 3, 2, 0.7),
    ("tapachula", "ixtepec", "bus", 1, 1, 0.5),
    ("tapachula", "ixtepec", "rail", 2, 1, 0.5),
    ("tapachula", "ixtepec", "foot", 38, 4, 0.5),
    ("ixtepec", "mexico_city", "bus", 1.2, 1, 0.5),
    ("ixtepec", "coatzacoalcos", "rail", 1, 1, 0.25),
    ("palenque", "coatzacoalcos", "rail", 1, 1, 0.35),
    ("palenque", "mexico_city", "bus", 1.5, 1, 1.0),
    ("palenque", "mexico_city", "guided", 3, 2, 0.7),
    ("coatzacoalcos", "mexico_city", "bus", 1, 1, 0.5),
    ("coatzacoalcos", "mexico_city", "rail", 2, 1, 0.65),
    ("villahermosa", "mexico_city", "bus", 1.2, 1, 0.8),
)
"""The last column scales the hazard of being met to the length of the leg; guided journeys are met less (assumed)."""
RAIL = (
    ("mexico_city", "irapuato", 1, 0.25),
    ("irapuato", "torreon", 1.5, 0.4),
    ("irapuato", "guadalajara", 1, 0.15),
    ("guadalajara", "hermosillo", 2, 0.45),
    ("torreon", "ciudad_juarez", 1.5, 0.35),
    ("torreon", "piedras_negras", 1, 0.35),
    ("hermosillo", "nogales_mx", 1, 0.15),
    ("hermosillo", "mexicali", 1.2, 0.25),
    ("mexico_city", "monterrey", 1.5, 0.7),
    ("monterrey", "nuevo_laredo", 1, 0.3),
    ("monterrey", "reynosa", 1, 0.3),
)
BRANCHES = {
    # rail stock: {next stop: border cities that it leads to}
    "irapuato": {"torreon": ("ciudad_juarez", "piedras_negras"), "guadalajara": ("nogales_mx", "mexicali")},
    "torreon": {"ciudad_juarez": ("ciudad_juarez",), "piedras_negras": ("piedras_negras",)},
    "guadalajara": {"hermosillo": ("nogales_mx", "mexicali")},
    "hermosillo": {"nogales_mx": ("nogales_mx",), "mexicali": ("mexicali",)},
    "monterrey": {"nuevo_laredo": ("nuevo_laredo",), "reynosa": ("reynosa",)},
}
YEAR: SPAN = (dt.date(2022, 1, 1), dt.date(2022, 12, 1))
ASKED = dt.date(2023, 5, 26)
"""PBS: 80,000 people asked for 1,000 appointments a day."""
DESTINATIONS: tuple[tuple[dt.date | None, dt.date | None, SPAN, float, dt.date], ...] = (
    (None, dt.date(2022, 12, 31), FIRST, 1.2, known("us_southwest_encounters", FIRST[1])),
    (dt.date(2023, 1, 1), dt.date(2023, 5, 31), YEAR, 2.6, ASKED),
    (dt.date(2023, 6, 1), None, YEAR, 1.25, ASKED),
)
"""First day, last day, months of counts, seekers of an appointment over people admitted, day known."""
NO_COUNT = "assumption: no count of travelers by mode is published"


def add_south(t: Tables) -> None:
    """From the southern border to Mexico City."""
    for name, stay, stages in (
        ("tapachula", 5, 2),
        ("palenque", 3, 1),
        ("ixtepec", 2, 1),
        ("coatzacoalcos", 1, 1),
    ):
        t.stock(f"{name}.waiting", name, "waiting", stay, stages)
    t.stock("villahermosa.relocated", "villahermosa", "relocated", 5)
    t.stock("cancun.arrived", "cancun", "arrived", 2)
    t.stock("mexico_city.arrived", "mexico_city", "arrived", 1)
    t.stock("mexico_city.waiting", "mexico_city", "waiting", 4, 2)
    for start, end, mode, days, stages, _ in SOUTH:
        source = "assumption: 12 km a day, as a caravan walked (El Mundo 2024-01-03), over a great circle x 1.3 (range 1.1 to 1.6)"
        route = t.route(
            start,
            end,
            mode,
            "mexico_south",
            days,
            stages,
            name=f"{start}-{end}-{mode}",
            source=source if mode == "foot" else None,
        )
        state = "relocated" if start == "villahermosa" else "waiting"
        arrive = "mexico_city.arrived" if end == "mexico_city" else f"{end}.waiting"
        groups = GUIDES if mode == "guided" else RIDERS if mode == "rail" else THROUGH
        t.flow(f"{start}.to_{end}_{mode}", f"{start}.{state}", arrive, "travel", route, groups=groups)
    t.flow(
        "tapachula.caravan",
        "tapachula.waiting",
        "ixtepec.waiting",
        "travel",
        "tapachula-ixtepec-foot",
        groups=THROUGH,
        share=0,
    )
    t.flow(
        "mexico_city.settle", "mexico_city.arrived", "mexico_city.waiting", "move", groups=THROUGH, share=1
    )
    route = t.route("cancun", "mexico_city", "bus", "mexico_center", 1.5)
    t.flow(
        "cancun.to_mexico_city",
        "cancun.arrived",
        "mexico_city.arrived",
        "travel",
        route,
        groups=FLY_TO_CANCUN,
        share=1,
    )
    for nationality in THROUGH:
        _modes(t, nationality)
    for name in ("tapachula.to_ixtepec_rail", "coatzacoalcos.to_mexico_city_rail"):
        t.number(
            "throughput", name, 600, 240, 1500,
            "assumption: order of magnitude from trains with about 800 riders and 1,500 people waiting at the yards (Proceso 2023-09-20)",
        )  # fmt: skip


def _modes(t: Tables, nationality: str) -> None:
    guided, rides = GUIDED.get(nationality, 0.0), nationality in RIDERS
    by_stock = {
        "tapachula": {"to_mexico_city_bus": 0.72, "to_ixtepec_bus": 0.2, "to_ixtepec_foot": 0.02, "to_ixtepec_rail": 0.06 * rides},
        "palenque": {"to_mexico_city_bus": 0.7, "to_coatzacoalcos_rail": 0.3 * rides},
        "ixtepec": {"to_mexico_city_bus": 0.8, "to_coatzacoalcos_rail": 0.2 * rides},
        "coatzacoalcos": {"to_mexico_city_bus": 0.4, "to_mexico_city_rail": 0.6 * rides},
        "villahermosa": {"to_mexico_city_bus": 1.0},
    }  # fmt: skip
    for place, parts in by_stock.items():
        kept = {f"{place}.{name}": value for name, value in parts.items() if value}
        total = sum(kept.values())
        if guided and place in ("tapachula", "palenque"):
            kept = {name: value * (1 - guided) for name, value in kept.items()}
            kept[f"{place}.to_mexico_city_guided"] = guided * total
        t.split(kept, 0.4, NO_COUNT, group=nationality)


def add_north(t: Tables) -> None:
    """From Mexico City, and from the origins of Mexicans, to the border cities and their ports' queues."""
    for name in BRANCHES:
        t.stock(f"{name}.waiting", name, "waiting", 1)
    for name, city in CITIES.items():
        _to_city(t, name, "mexico_city", city.days)
        _to_city(t, name, "mexico_interior", max(city.days - 0.2, 1))
    for start, end, days, _ in RAIL:
        route = t.route(start, end, "rail", "mexico_north", days, name=f"{start}-{end}-rail")
        city = CITIES.get(end)
        groups = tuple(n for n in RIDERS if city is None or city.sector in open_areas(n))
        t.flow(f"{start}.to_{end}_rail", f"{start}.waiting", f"{end}.waiting", "travel", route, groups=groups)
    for nationality in (*THROUGH, "MEX"):
        for first, last, span, seekers, seen in DESTINATIONS:
            _destinations(
                t,
                nationality,
                span,
                seekers,
                {"start": first, "end": last, "known": seen, "group": nationality},
            )


def _to_city(t: Tables, name: str, start: str, days: float) -> None:
    city = CITIES[name]
    ours = (lambda n: n == "MEX") if start == "mexico_interior" else (lambda n: n != "MEX")
    stock = "mexico_interior.leaving" if start == "mexico_interior" else "mexico_city.waiting"
    bus = t.route(start, name, "bus", "mexico_north", days, name=f"{start}-{name}-bus")
    users = tuple(n for n in (*THROUGH, "MEX") if ours(n))
    crossers = tuple(n for n in users if city.sector in open_areas(n))
    if crossers:
        t.flow(f"{start}.to_{name}_bus", stock, f"{name}.waiting", "travel", bus, groups=crossers)
    guides = tuple(n for n in crossers if n in GUIDED)
    if guides:
        route = t.route(
            start, name, "guided", "mexico_north", round(days * 1.6, 1), name=f"{start}-{name}-guided"
        )
        t.flow(f"{start}.to_{name}_guided", stock, f"{name}.waiting", "travel", route, groups=guides)
    seekers = tuple(n for n in users if city.office and city.office in open_areas(n))
    if seekers:
        t.flow(f"{start}.to_{name}_port", stock, f"{name}.queue", "travel", bus, groups=seekers)


def _destinations(t: Tables, nationality: str, span: SPAN, seekers: float, window: dict[str, Any]) -> None:
    """Shares by city and mode of one nationality, from its encounters by sector and field office."""
    areas = sector_shares(span, nationality)
    base = max(sum(areas.values()), 1.0)
    start = "mexico_interior" if nationality == "MEX" else "mexico_city"
    guided, rides = GUIDED.get(nationality, 0.0), nationality in RIDERS
    parts: dict[str, float] = {}
    riding: dict[str, float] = {}
    for name, city in CITIES.items():
        if city.sector in areas:
            here = max(areas[city.sector] / base, LEAST / 10) * city.part
            riding[name] = here * city.rail * rides * (1 - guided)
            parts[f"{start}.to_{name}_bus"] = here * (1 - guided) - riding[name]
            if guided:
                parts[f"{start}.to_{name}_guided"] = here * guided
        if city.office and city.office in areas:
            parts[f"{start}.to_{name}_port"] = (
                max(areas[city.office] / base, LEAST / 10) * city.port * seekers
            )
    if rides:
        for stop in ("irapuato", "monterrey"):
            cities = [c for branch in BRANCHES[stop].values() for c in branch]
            parts[f"mexico_city.to_{stop}_rail"] = sum(riding.get(c, 0.0) for c in cities)
        for stop, branches in BRANCHES.items():
            found = {
                f"{stop}.to_{end}_rail": sum(riding.get(c, 0.0) for c in cities)
                for end, cities in branches.items()
            }
            found = {
                name: value
                for name, value in found.items()
                if value or not CITIES.get(name.split("_rail")[0].split(".to_")[1])
            }
            if sum(found.values()):
                t.split(
                    found,
                    0.6,
                    f"assumption: part that rides a train; places from {CBP}, {months(span)}",
                    **window,
                )
    source = (
        f"{CBP}, {months(span)}, by sector and field office: share by place; bus, rail or guided is assumed, and that {seekers:g} "
        "times as many seek an appointment as are admitted (80,000 asked for 1,000 a day, PBS 2023-05-26)"
        if window["start"] else
        f"{CBP}, {months(span)}, by sector and field office: share by place; bus, rail or guided is assumed"
    )  # fmt: skip
    t.split({n: v for n, v in parts.items() if v > 0}, 0.3, source, **window)


ZONES = {"south": "villahermosa", "foot": "tapachula", "north": "mexico_city"}
"""Where those who were met are held: on the ways by road and rail of the south, on foot there, and in the north."""
ONWARD = {
    # zone: place, mode, days and stages of the rest of the way from where they were met; half of it (assumed)
    "south": ("villahermosa", "mexico_city", "bus", 1.0, 1, 0.5),
    "foot": ("tapachula", "ixtepec", "foot", 19.0, 2, 0.25),
}
STAYS = 0.06
"""Part of those met, and not returned, who give up and stay in Mexico (assumed)."""


def add_interdiction(t: Tables) -> None:
    """People met in Mexico: they are held, then returned, taken south, stay in Mexico or go on.

    Those who go on do so from where they were met: over the rest of the way, on which they can be met again; in the
    north they are taken back to Mexico City and begin again there.
    """
    for zone, place in ZONES.items():
        t.stock(f"mexico_{zone}.met", place, "met", 3)
    t.stock("mexico.stayed", "mexico_city", "stayed", None)
    legs: dict[str, tuple[str, float]] = {
        f"{a}-{b}-{m}": ("foot" if m == "foot" else "south", part) for a, b, m, _, _, part in SOUTH
    }
    for zone, (start, end, mode, days, stages, part) in ONWARD.items():
        source = "assumption: half of the way, as the mean of those who are met along it"
        name = t.route(start, end, mode, "mexico_south", days, stages, name=f"{start}-{end}-{mode}-onward", source=source)  # fmt: skip
        arrive = "mexico_city.arrived" if end == "mexico_city" else f"{end}.waiting"
        t.flow(f"mexico_{zone}.goes_on", f"mexico_{zone}.met", arrive, "travel", name, groups=THROUGH)
        legs[name] = (zone, part)
    t.flow("mexico_north.goes_on", "mexico_north.met", "mexico_city.waiting", "move", groups=THROUGH)
    legs |= {f"{a}-{b}-rail": ("north", part) for a, b, _, part in RAIL}
    for name in CITIES:
        legs[f"mexico_city-{name}-bus"] = ("north", 1.0)
        legs[f"mexico_city-{name}-guided"] = ("north", 0.7)
    for route, (zone, part) in legs.items():
        if route in t.routes:
            _met(t, route, zone, part)
    relocated = t.route(
        "mexico_city", "villahermosa", "administrative", "mexico_south", 1.2, name="mexico_city-villahermosa"
    )
    for zone in ZONES:
        stock = f"mexico_{zone}.met"
        t.flow(
            f"mexico_{zone}.returned", stock, "home.returned_mexico", "return", groups=THROUGH, tag="observed"
        )
        t.flow(
            f"mexico_{zone}.moved_south",
            stock,
            "villahermosa.relocated",
            "relocation",
            relocated if zone == "north" else None,
            groups=THROUGH,
        )
        t.flow(f"mexico_{zone}.stays", stock, "mexico.stayed", "turn_back", groups=THROUGH)
        if zone == "north":
            _flights_home(t)
        for nationality in THROUGH:
            _after(t, zone, nationality)


def _flights_home(t: Tables) -> None:
    """Mexico's own flights to Venezuela: none until a measure gives them seats; who finds none goes on."""
    name = "mexico_flight_VEN"
    t.flow(
        name,
        "mexico_north.met",
        "home.returned_mexico",
        "removal_flight",
        groups=("VEN",),
        overflow="mexico_north.goes_on",
    )
    t.number("throughput", name, 0, 0, 0, "assumption: no seats but those that a measure brings")


def _met(t: Tables, route: str, zone: str, part: float) -> None:
    carried = {n for f in t.flows.values() if f.route == route for n in f.groups}
    groups = tuple(n for n in THROUGH if n in carried)
    if not groups:
        return
    t.flow(f"met_{route}", route, f"mexico_{zone}.met", "interdiction", groups=groups, tag="anchored")
    for nationality in groups:
        for first, last, span, mexican in WINDOWS:
            met = of("mexico_encounters", mexican).get((nationality,), 0.0)
            reached = max(us(span, nationality=nationality)[()], 1.0)
            hazard = min(met / reached / 1.6, 0.8) * (0.6 if zone == "north" else 1.0) * part
            value = max(hazard / (1 + hazard), 0.002)
            t.number(
                "share", f"met_{route}", value, value * 0.6, value * 1.5,
                f"{SEGOB}, people met in Mexico, over {CBP}, {months(mexican)}: probability per journey; its split between south and "
                "north (1 : 0.6) and between legs and modes is assumed",
                group=nationality, start=first, end=last, known=known("mexico_encounters", mexican[1]),
            )  # fmt: skip


def _after(t: Tables, zone: str, nationality: str) -> None:
    for first, last, _, mexican in WINDOWS:
        met = max(of("mexico_encounters", mexican).get((nationality,), 0.0), 1.0)
        returned = min(max(of("mexico_returns", mexican).get((nationality,), 0.0) / met, 0.002), 0.9)
        south = (1 - returned) * (0.15 if first is None else 0.25)
        stays = (1 - returned) * STAYS
        parts = {
            "returned": returned,
            "moved_south": south,
            "stays": stays,
            "goes_on": 1 - returned - south - stays,
        }
        by_air = zone == "north" and nationality == "VEN"
        spread: Mapping[str, float] = {"returned": 0.15, "moved_south": 0.6, "stays": 0.7, "goes_on": 0.2}
        text = {
            "returned": f"{SEGOB}, returns over people met, {months(mexican)}; calibration replaces it",
            "moved_south": "assumption: part taken to the south of Mexico; no count is published (AP 2023-05-19 reports the practice)"
            if first else "assumption: part taken to the south of Mexico; no count is published",
            "stays": "assumption: about a third of those who ask for asylum in Mexico, of whom there are 20 or more for 100 people met "
            "(yearly claims by COMAR over people met)",
            "goes_on": "assumption: the rest goes on",
        }  # fmt: skip
        if by_air:  # what a measure's flights can take away from those who go on
            parts |= {"flight": 0.5 * parts["goes_on"], "goes_on": 0.5 * parts["goes_on"]}
            spread = {**spread, "flight": 0.5}
            text["flight"] = (
                "assumption: at most half of those met could be flown home, as far as there are seats"
            )
        names = {word: "mexico_flight_VEN" if word == "flight" else f"mexico_{zone}.{word}" for word in parts}
        t.split(
            {names[w]: v for w, v in parts.items()}, {names[w]: v for w, v in spread.items()}, {names[w]: v for w, v in text.items()},
            group=nationality, start=first, end=last, known=known("mexico_encounters", mexican[1]),
        )  # fmt: skip
