"""From the origins through the Darién, Managua and Central America to the south of Mexico."""

from __future__ import annotations

import datetime as dt

from americas.counts import CBP, HOME, INM, PANAMA, SEGOB, WINDOWS, known, months, of, us
from americas.geography import ORIGINS
from americas.tables import NATIONALITIES, Tables

FLY_TO_CANCUN = ("COL", "BRA", "PER", "ECU", "VEN")
NEIGHBORS = {"guatemala": 0.3, "honduras": 0.35, "el_salvador": 0.1, "nicaragua": 0.1}
"""Central American origins with the part that enters Mexico through the Petén (assumed)."""
CENTRAL = tuple(n for n in NATIONALITIES if n not in ("MEX", *HOME))
"""Nationalities that come through the Darién, Managua or by air to Mexico."""
THROUGH = tuple(n for n in NATIONALITIES if n != "MEX")
BUS_PLAN = dt.date(2023, 10, 6)


def add_origins(t: Tables) -> None:
    """Origins and their ways in, with first guesses from the ratios of the counts."""
    for name, (nationality, *_) in ORIGINS.items():
        start = f"{name}.leaving"
        t.stock(start, name, "leaving", 1)
        if name in NEIGHBORS:
            _neighbor(t, name, nationality)
        elif name != "mexico_interior":
            _far(t, name, nationality)
        _departures(t, start, nationality)


def add_panama(t: Tables) -> None:
    """People whom Panama's authorities turn back in the Darién: next to nobody by 2023."""
    t.stock("home.turned_back", "home", "turned_back", None)
    for name, (nationality, *_) in ORIGINS.items():
        route = f"{name}-darien"
        if route in t.routes:
            t.flow(f"met_{route}", route, "home.turned_back", "interdiction", groups=(nationality,))
            t.number(
                "share",
                f"met_{route}",
                0.002,
                0.0005,
                0.01,
                "assumption: Panama turned back almost nobody in 2023; no count is published",
            )


def _departures(t: Tables, stock: str, nationality: str) -> None:
    for first, last, span, mexican in WINDOWS:
        length = (span[1].year - span[0].year) * 12 + span[1].month - span[0].month + 1
        counts = us(span, "household", nationality=nationality)
        met = of("mexico_encounters", mexican).get((nationality,), 0.0)
        returned = of("mexico_returns", mexican).get((nationality,), 0.0)
        lost = 1 + min(returned, met) / max(sum(counts.values()), 1.0) if nationality != "MEX" else 1.0
        for household in ("single", "family", "child"):
            value = max(counts.get((household,), 0.0) / length * lost, 1.0)
            t.number(
                "departures", stock, value, value / 2, value * 2,
                f"{CBP}, {months(span)}, and {SEGOB}: mean month, first guess; calibration replaces it month by month",
                group=f"{nationality}.{household}", start=first, end=last, known=known("us_southwest_encounters", span[1]),
            )  # fmt: skip


def _neighbor(t: Tables, name: str, nationality: str) -> None:
    part = NEIGHBORS[name]
    for end, days in (("tecun_uman", 1.5), ("el_naranjo", 1.5)):
        route = t.route(name, end, "bus", "central_america", days)
        t.flow(
            f"{name}.to_{end}", f"{name}.leaving", f"{end}.waiting", "travel", route, groups=(nationality,)
        )
    t.split(
        {f"{name}.to_tecun_uman": 1 - part, f"{name}.to_el_naranjo": part}, {f"{name}.to_tecun_uman": 0.2, f"{name}.to_el_naranjo": 0.6},
        "assumption: most enter Mexico through Tecún Umán; no count by crossing is published",
    )  # fmt: skip


def _far(t: Tables, name: str, nationality: str) -> None:
    mode, days, stages = ("mixed", 10, 2) if nationality in ("CHN", "IND", "OOO", "XEA") else ("mixed", 6, 2)
    ways = {
        "darien": ("darien", mode, days, stages),
        "managua": ("central_america", "air", 2, 1),
        "mexico": ("mexico_center", "air", 2, 1),
    }
    if nationality in FLY_TO_CANCUN:
        ways["cancun"] = ("mexico_center", "air", 2, 1)
    for end, (zone, how, mean, steps) in ways.items():
        place = "mexico_city" if end == "mexico" else end
        route = t.route(name, place, how, zone, mean, steps)
        t.flow(
            f"{name}.to_{end}",
            f"{name}.leaving",
            f"{place}.arrived",
            "travel",
            route,
            groups=(nationality,),
            tag="anchored",
        )
    for first, last, span, _ in WINDOWS:
        panama = of("darien_transits", span, transit=True).get((nationality,), 0.0) / 0.97
        honduras = of("honduras_entries", span, transit=True).get((nationality,), 0.0) / 0.8
        total = max(us(span, nationality=nationality)[()], 1.0)
        darien = min(panama / total, 0.97)
        managua = min(max((honduras - panama) / total, 0.01), 0.98 - darien) if darien < 0.97 else 0.01
        rest = 1 - darien - managua
        parts = {f"{name}.to_darien": max(darien, 0.005), f"{name}.to_managua": managua}
        if nationality in FLY_TO_CANCUN:
            parts |= {f"{name}.to_mexico": 0.6 * rest, f"{name}.to_cancun": 0.4 * rest}
        else:
            parts[f"{name}.to_mexico"] = rest
        t.split(
            parts, 0.25,
            f"{PANAMA}, {INM} and {CBP}, {months(span)}: first guess from the ratio of the counts; calibration replaces it",
            start=first, end=last, known=known("us_southwest_encounters", span[1]), group=nationality,
        )  # fmt: skip


def add_central_america(t: Tables) -> None:
    """Panama, Costa Rica and Nicaragua by bus, Honduras, and Guatemala's two crossings."""
    for name, state, stay in (
        ("darien", "arrived", 1), ("darien", "reception", 2), ("paso_canoas", "waiting", 1), ("los_chiles", "waiting", 1),
        ("managua", "arrived", 1), ("danli", "arrived", 1), ("danli", "waiting", 1), ("ocotepeque", "waiting", 1),
        ("guatemala_city", "waiting", 1), ("tecun_uman", "waiting", 1), ("el_naranjo", "waiting", 1),
    ):  # fmt: skip
        t.stock(f"{name}.{state}", name, state, stay)
    zone = "central_america"
    t.flow(
        "darien.count", "darien.arrived", "darien.reception", "move", groups=CENTRAL, share=1, tag="observed"
    )
    _leg(t, "darien.reception", "paso_canoas.waiting", 1, "darien.to_paso_canoas")
    _leg(t, "paso_canoas.waiting", "los_chiles.waiting", 1, "paso_canoas.to_los_chiles")
    _leg(t, "los_chiles.waiting", "danli.arrived", 1.5, "los_chiles.to_danli")
    _leg(t, "managua.arrived", "danli.arrived", 1.5, "managua.to_danli")
    t.flow("danli.count", "danli.arrived", "danli.waiting", "move", groups=CENTRAL, share=1, tag="observed")
    _leg(t, "danli.waiting", "ocotepeque.waiting", 1, "danli.to_ocotepeque")
    _leg(t, "ocotepeque.waiting", "guatemala_city.waiting", 1, "ocotepeque.to_guatemala_city")
    for end in ("tecun_uman", "el_naranjo"):
        route = t.route("guatemala_city", end, "bus", zone, 1)
        t.flow(
            f"guatemala_city.to_{end}",
            "guatemala_city.waiting",
            f"{end}.waiting",
            "travel",
            route,
            groups=CENTRAL,
        )
    t.split(
        {"guatemala_city.to_tecun_uman": 0.8, "guatemala_city.to_el_naranjo": 0.2}, {"guatemala_city.to_tecun_uman": 0.2, "guatemala_city.to_el_naranjo": 0.7},
        "assumption: most enter through Tapachula, where about two of three asylum claims are made (COMAR)",
    )  # fmt: skip
    t.number(
        "throughput", "darien.to_paso_canoas", 3000, 2000, 3500,
        "Tico Times 2023-10-06: 200 buses for 2,000 to 3,000 people a day from the Darién through Costa Rica; upper end taken",
        start=BUS_PLAN, known=BUS_PLAN,
    )  # fmt: skip
    t.number(
        "throughput", "danli.to_ocotepeque", 5000, 3500, 6500,
        "El Periódico HN 2023-08-27: 150 buses authorized, about 5,000 people a day", start=dt.date(2023, 8, 27), known=dt.date(2023, 8, 27),
    )  # fmt: skip
    foot = t.route("tecun_uman", "tapachula", "foot", "mexico_south", 1)
    t.flow(
        "tecun_uman.to_tapachula",
        "tecun_uman.waiting",
        "tapachula.waiting",
        "travel",
        foot,
        groups=THROUGH,
        share=1,
    )
    bus = t.route("el_naranjo", "palenque", "bus", "mexico_south", 1.5)
    t.flow(
        "el_naranjo.to_palenque",
        "el_naranjo.waiting",
        "palenque.waiting",
        "travel",
        bus,
        groups=THROUGH,
        share=1,
    )


def _leg(t: Tables, start: str, end: str, days: float, name: str) -> None:
    route = t.route(start.split(".")[0], end.split(".")[0], "bus", "central_america", days)
    t.flow(name, start, end, "travel", route, groups=CENTRAL, share=1)
