"""A small corridor with everything that a lever can move, in round numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from engine_tools import SILENT, compiled, with_measures

import small_corridors as small
from corridor.engine import LEVERS, Compiled, MemberResult, run_member
from corridor.model import Corridor, Flow, Measure, Parameter
from small_corridors import flow, group, parameter, route, stock

GROUPS = (group(), group(household="family", size=3), group("COL"))
ELASTICITIES = {
    name: {e.elasticity for effects in lever.effects.values() for e in effects if e.elasticity}
    for name, lever in LEVERS.items()
}
KNOWN_ELASTICITIES = {
    ("legal_pathways", "elasticity"): -0.2,
    ("family_reunification", "elasticity"): -0.2,
    ("smuggler_crackdown", "elasticity"): -0.3,
    ("smuggler_crackdown", "elasticity_share"): -0.4,
    ("smuggler_crackdown", "elasticity_travel_days"): 0.25,
    ("smuggler_crackdown", "elasticity_death"): 0.6,
    ("waiting", "elasticity"): -0.6,
}
"""Those that are not 0.5."""

STOCKS = (
    stock("home.leaving", stay_days=1), stock("home.sponsored", stay_days=1), stock("home.lawful"),
    stock("home.back"), stock("capital.landed", stay_days=1), stock("south.waiting", stay_days=1),
    stock("south.relocated", stay_days=5), stock("south.met", stay_days=1), stock("border.waiting", stay_days=2),
    stock("border.queue", stay_days=1), stock("border.returned", stay_days=2), stock("border.dead"),
    stock("sector.custody", stay_days=1), stock("sector.processed", stay_days=1), stock("office.port", stay_days=1),
    stock("staging.removal", stay_days=1), stock("jail.detained", capacity=300, stay_days=30),
    stock("hub.released", stay_days=1), stock("cases.pending", stay_days=1), stock("cases.decided"),
    *(stock(f"{city}.arrived", stay_days=1) for city in ("lake", "hill", "bay")),
    stock("lake.census", capacity=2000, overflow=True, stay_days=60),
    stock("hill.census", capacity=500, overflow=True, stay_days=60),
    stock("bay.census", overflow=True, stay_days=60),
    *(stock(f"{city}.street") for city in ("lake", "hill", "bay")),
)  # fmt: skip

ROUTES = (
    route("home", "capital", mode="air"), route("home", "south", 4, 2, mode="bus", throughput=400),
    route("capital", "border", 2, mode="bus"),
    *(route("south", "border", days, mode=mode, id=f"south-border-{mode}", zone="north")
      for mode, days in (("guided", 4), ("rail", 2), ("bus", 3))),
)  # fmt: skip

TO_CITIES = {"lake": (0.3, 0.1), "hill": (0.15, 0.05), "bay": (0.05, 0.05)}
"""Shares of those released who go on a bus that an authority pays, and by themselves."""


def _flows() -> Iterator[Flow]:
    yield flow("fly", "home.leaving", "capital.landed", "travel", route="home-capital", share=0.4)
    yield flow("ride", "home.leaving", "south.waiting", "travel", route="home-south", share=0.6)
    yield flow("lawful", "home.sponsored", "home.lawful", "lawful", share=1)
    yield flow("go_north", "capital.landed", "border.waiting", "travel", route="capital-border", share=1)
    for mode, share in (("guided", 0.5), ("rail", 0.3), ("bus", 0.2)):
        way = f"south-border-{mode}"
        limit = {"throughput": 25.0} if mode == "rail" else {}
        yield flow(
            f"take_{mode}", "south.waiting", "border.waiting", "travel", route=way, share=share, **limit
        )
        yield flow(f"met_{mode}", None, "south.met", "interdiction", from_route=way, share=0.2)
        yield flow(f"die_{mode}", None, "border.dead", "death", from_route=way, share=0.01)
    yield flow("met_flyer", None, "south.met", "interdiction", from_route="capital-border", share=0.1)
    yield flow("sent_back", "south.met", "home.back", "return", share=0.2)
    yield flow("taken_south", "south.met", "south.relocated", "relocation", share=0.3)
    yield flow("let_on", "south.met", "south.waiting", share=0.5)
    yield flow("start_again", "south.relocated", "south.waiting", share=1)
    yield flow("line_up", "border.waiting", "border.queue", share=0.4)
    yield flow("cross", "border.waiting", "sector.custody", "crossing", share=0.6)
    yield flow("port", "border.queue", "office.port", "port_admission", share=1, throughput=20)
    yield flow("port_release", "office.port", "hub.released", "release", share=1)
    yield flow("process", "sector.custody", "sector.processed", "processing", share=1, throughput=45)
    yield flow("expel", "sector.processed", "border.returned", "removal", share=0.2)
    yield flow("stage", "sector.processed", "staging.removal", "removal", share=0.2)
    yield flow("hold", "sector.processed", "jail.detained", "detention", share=0.2, overflow_flow="let_go")
    yield flow("let_go", "sector.processed", "hub.released", "release", share=0.4)
    yield flow("freed", "jail.detained", "hub.released", "release", share=1)
    yield flow("again", "border.returned", "border.waiting", "renewed_attempt", share=0.7)
    yield flow("give_up", "border.returned", "home.back", "turn_back", share=0.3)
    yield flow(
        "flight_VEN", "staging.removal", "home.back", "removal_flight", share=1, throughput=3, groups=("VEN",)
    )
    yield flow(
        "flight_COL", "staging.removal", "home.back", "removal_flight", share=1, throughput=2, groups=("COL",)
    )
    for city, (bused, onward) in TO_CITIES.items():
        yield flow(
            f"bused_{city}",
            "hub.released",
            f"{city}.arrived",
            "bused",
            share=bused,
            overflow_flow="elsewhere",
        )
        yield flow(f"onward_{city}", "hub.released", f"{city}.arrived", "onward", share=onward)
        yield flow(f"intake_{city}", f"{city}.arrived", f"{city}.census", "intake", share=1)
        yield flow(f"exit_{city}", f"{city}.census", "cases.pending", "exit", share=0.98)
        yield flow(f"unsheltered_{city}", f"{city}.census", f"{city}.street", "unsheltered", share=0.02)
    yield flow("elsewhere", "hub.released", "cases.pending", "onward", share=0.3)
    yield flow("decide", "cases.pending", "cases.decided", "decision", share=1, throughput=10)


def _parameters() -> Iterator[Parameter]:
    for who, people in (("VEN.single", 1500), ("VEN.family", 900), ("COL", 600)):
        yield parameter("departures", people, "home.leaving", group=who)
        yield parameter("departures", people / 10, "home.sponsored", group=who)
    for lever, names in ELASTICITIES.items():
        for name in sorted(names):
            yield parameter(name, KNOWN_ELASTICITIES.get((lever, name), 0.5), lever)
    for lever in ("root_causes_violence", "root_causes_poverty"):
        yield parameter("lag_days", 0, lever)
    for lever in ("legal_pathways", "family_reunification"):
        yield parameter("reference_level", 1000, lever)
    for city, cost in (("lake", 100), ("hill", 200), ("bay", 50)):
        yield parameter("cost_per_person_day", cost, f"{city}.census")
    for name, value in (
        ("officer_hours", 200),
        ("processing_hours", 4),
        ("inspection_hours", 0.5),
        ("trucks", 300),
    ):
        yield parameter(name, value, "office.port")


@cache
def everything(days: int = 120) -> Corridor:
    """The corridor over so many days."""
    corridor = small.small_corridor(
        STOCKS, list(_flows()), _parameters(), routes=ROUTES, groups=GROUPS, days=days, name="everything"
    )
    zones = {"home": "origin", "border": "border", "lake": "interior", "hill": "interior", "bay": "interior"}
    places = tuple(
        p.model_copy(update={"zone": zones.get(p.id), "country": "GTM" if p.id == "capital" else p.country})
        for p in corridor.places
    )
    return corridor.model_copy(update={"places": places})


@cache
def under(*measures: Measure, days: int = 120, **spec: Any) -> Compiled:
    """The corridor compiled under these measures, central values only unless ``noise`` says otherwise."""
    corridor, scenario = with_measures(everything(days), *measures)
    return compiled(corridor, scenario, **{"noise": SILENT, **spec})


@cache
def ran(*measures: Measure, days: int = 120) -> MemberResult:
    """Expected values under these measures."""
    return run_member(under(*measures, days=days))
