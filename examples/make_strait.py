"""Write examples/strait: the eastern route from the Horn of Africa to the Gulf, in round made-up numbers.

    python examples/make_strait.py [FOLDER]

It shows what a corridor can hold: two groups of size 1 and 3, a railway and a boat with a throughput, a shelter
with room for some and an overflow, interdiction with renewed attempts, deaths, detention. No number in it is a
measurement; every one says so.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from corridor.formats import save_corridor
from corridor.model import (
    Corridor,
    Flow,
    Group,
    Indicator,
    Measure,
    Parameter,
    Place,
    RegisterEntry,
    Route,
    Scenario,
    Settings,
    Stock,
)

ASSUMPTION = "assumption: a round number for illustration"
COORDINATES = "assumption: approximate coordinates"

SETTINGS = Settings(
    id="strait",
    name="Across the strait",
    name_es="A través del estrecho",
    description="An example: from Ethiopia and Somalia over Djibouti and Yemen to Saudi Arabia. All numbers are illustrative.",
    description_es="Un ejemplo: de Etiopía y Somalia por Yibuti y Yemen a Arabia Saudita. Todas las cifras son ilustrativas.",
    start=dt.date(2023, 1, 1),
    end=dt.date(2024, 12, 31),
    as_of=dt.date(2023, 12, 31),
    license="CC-BY-4.0",
    attribution="The Corridor authors",
)

PLACES = [
    # id, English, Spanish, country, kind, latitude, longitude
    ("dire_dawa", "Dire Dawa", "Dire Dawa", "ETH", "origin", 9.6, 41.9),
    ("mogadishu", "Mogadishu", "Mogadiscio", "SOM", "origin", 2.0, 45.3),
    ("djibouti", "Djibouti coast", "Costa de Yibuti", "DJI", "transit", 11.8, 43.1),
    ("bosaso", "Bosaso", "Bosaso", "SOM", "transit", 11.3, 49.2),
    ("aden", "Aden", "Adén", "YEM", "transit", 12.8, 45.0),
    ("saada", "Saada", "Saada", "YEM", "border", 16.9, 43.8),
    ("jizan", "Jizan", "Yizán", "SAU", "border", 16.9, 42.6),
    ("riyadh", "Riyadh", "Riad", "SAU", "city", 24.7, 46.7),
]

STOCKS = [
    # id, capacity, mean stay in days, stages of the stay; the place and the state are the parts of the id
    ("dire_dawa.leaving", None, 2.0, 1),
    ("dire_dawa.home", None, None, 1),
    ("mogadishu.leaving", None, 2.0, 1),
    ("mogadishu.home", None, None, 1),
    ("djibouti.waiting", None, 6.0, 2),
    ("djibouti.dead", None, None, 1),
    ("bosaso.waiting", None, 8.0, 2),
    ("aden.landed", None, 1.0, 1),
    ("aden.shelter", 600.0, 12.0, 3),
    ("aden.street", None, 5.0, 1),
    ("aden.dead", None, None, 1),
    ("saada.waiting", None, 4.0, 1),
    ("saada.returned", None, 15.0, 3),
    ("jizan.encountered", None, 1.0, 1),
    ("jizan.holding", 1500.0, 20.0, 4),
    ("riyadh.arrived", None, None, 1),
]

ROUTES = [
    # id, from, to, mode, km, mean days, stages, people per day, zone
    ("railway", "dire_dawa", "djibouti", "rail", 310.0, 1.0, 1, 120.0, None),
    ("desert", "dire_dawa", "djibouti", "foot", 340.0, 9.0, 5, None, None),
    ("somali_road", "mogadishu", "bosaso", "bus", 1500.0, 5.0, 3, None, None),
    ("western_boat", "djibouti", "aden", "boat", 200.0, 1.0, 1, 250.0, None),
    ("eastern_boat", "bosaso", "aden", "boat", 480.0, 2.0, 2, 60.0, None),
    ("yemen_road", "aden", "saada", "mixed", 550.0, 7.0, 4, None, None),
    ("mountains", "saada", "jizan", "foot", 130.0, 3.0, 2, None, "frontier"),
    ("highway", "jizan", "riyadh", "bus", 1150.0, 2.0, 2, None, None),
]

GROUPS = [("ETH.single", "ETH", "single", 1), ("SOM.family", "SOM", "family", 3)]

FLOWS = [
    # id, from a stock or a route, to a stock, kind, route, groups, share, people per day, overflow
    ("take_train", "dire_dawa.leaving", "djibouti.waiting", "travel", "railway", (), 0.4, None, "walk_desert"),
    ("walk_desert", "dire_dawa.leaving", "djibouti.waiting", "travel", "desert", (), 0.6, None, None),
    ("die_in_desert", "@desert", "djibouti.dead", "death", None, (), 0.001, None, None),
    ("take_bus", "mogadishu.leaving", "bosaso.waiting", "travel", "somali_road", (), 1.0, None, None),
    ("sail_west", "djibouti.waiting", "aden.landed", "travel", "western_boat", (), 0.9, None, None),
    ("back_from_djibouti", "djibouti.waiting", "dire_dawa.home", "turn_back", None, (), 0.1, None, None),
    ("drown_west", "@western_boat", "aden.dead", "death", None, (), 0.002, None, None),
    ("sail_east", "bosaso.waiting", "aden.landed", "travel", "eastern_boat", (), 0.85, None, None),
    ("back_from_bosaso", "bosaso.waiting", "mogadishu.home", "turn_back", None, (), 0.15, None, None),
    ("drown_east", "@eastern_boat", "aden.dead", "death", None, (), 0.003, None, None),
    ("enter_shelter", "aden.landed", "aden.shelter", "intake", None, (), 0.8, None, "stay_outside"),
    ("stay_outside", "aden.landed", "aden.street", "move", None, (), 0.2, None, None),
    ("leave_shelter", "aden.shelter", "saada.waiting", "travel", "yemen_road", (), 1.0, None, None),
    ("leave_street", "aden.street", "saada.waiting", "travel", "yemen_road", (), 1.0, None, None),
    ("cross_mountains", "saada.waiting", "jizan.encountered", "crossing", "mountains", (), None, None, None),
    ("met_in_mountains", "@mountains", "saada.returned", "interdiction", None, (), None, None, None),
    ("try_again", "saada.returned", "saada.waiting", "renewed_attempt", None, (), 0.7, None, None),
    ("home_from_saada", "saada.returned", "dire_dawa.home", "turn_back", None, ("ETH",), 0.3, None, None),
    ("somali_home", "saada.returned", "mogadishu.home", "turn_back", None, ("SOM",), 0.3, None, None),
    ("detain", "jizan.encountered", "jizan.holding", "detention", None, (), 0.6, None, "let_go"),
    ("let_go", "jizan.encountered", "riyadh.arrived", "release", "highway", (), 0.4, None, None),
    ("fly_back", "jizan.holding", "dire_dawa.home", "removal", None, ("ETH",), 0.75, 90.0, None),
    ("fly_back_somali", "jizan.holding", "mogadishu.home", "removal", None, ("SOM",), 0.5, 30.0, None),
    ("let_go_later", "jizan.holding", "riyadh.arrived", "release", "highway", ("ETH",), 0.25, None, None),
    ("somali_let_go", "jizan.holding", "riyadh.arrived", "release", "highway", ("SOM",), 0.5, None, None),
]  # fmt: skip

PARAMETERS = [
    # parameter, target, group, from, to, value, low, high, unit
    ("departures", "dire_dawa.leaving", "ETH", None, "2023-12-31", 6000, 5000, 7200, "people/month"),
    ("departures", "dire_dawa.leaving", "ETH", "2024-01-01", None, 7500, 5500, 10000, "people/month"),
    ("departures", "mogadishu.leaving", "SOM", None, None, 900, 600, 1300, "people/month"),
    ("initial", "saada.waiting", "ETH.single", None, None, 800, 500, 1200, "people"),
    ("share", "cross_mountains", None, None, None, 1, None, None, "share"),
    ("share", "met_in_mountains", None, None, None, 0.35, 0.2, 0.5, "share"),
    ("share", "met_in_mountains", "family", None, None, 0.25, 0.1, 0.4, "share"),
    ("occupied", "jizan.holding", None, None, None, 300, 200, 400, "people"),
    ("departure_sd_common", None, None, None, None, 0.15, 0.1, 0.25, "log/month"),
    ("departure_sd_own", None, None, None, None, 0.12, 0.06, 0.2, "log/month"),
    ("departure_damping", None, None, None, None, 0.9, 0.8, 0.97, "share/month"),
    ("departure_shock_df", None, None, None, None, 6, None, None, "degrees of freedom"),
    ("departure_dispersion", None, None, None, None, 10, 5, 20, "size"),
]

MEASURES = [
    # id, English, Spanish, lever, actor, from, to, ramp, places, strength, low, high, unit, grade
    (
        "railway-closed", "The railway carries no one", "El ferrocarril no lleva a nadie",
        "railways", "ETH", "2024-03-01", "2024-08-31", 0, (), 0.0, 0.0, 0.2, "ratio", "mechanical",
    ),
    (
        "more-beds", "Five hundred more beds in holding", "Quinientas camas más de retención",
        "detention_capacity", "SAU", "2024-02-01", None, 30, ("jizan",), 500.0, 300.0, 600.0, "people", "mechanical",
    ),
]  # fmt: skip

REGISTER = [
    RegisterEntry(
        id="railway-closure",
        name="Closing of the railway announced for spring",
        name_es="Anuncio del cierre del ferrocarril en primavera",
        actor="Ethiopia",
        actor_es="Etiopía",
        levers=("railways",),
        status="announced",
        announced=dt.date(2023, 12, 20),
        known_from=dt.date(2023, 12, 20),
        start=dt.date(2024, 3, 1),
        end=dt.date(2024, 8, 31),
        scope="everyone who rides from Dire Dawa to Djibouti",
        scope_es="todos los que viajan de Dire Dawa a Yibuti",
        measures=("railway-closed",),
        source=ASSUMPTION,
        publisher="The Corridor authors",
        url="made up for the example",
        source_grade="primary",
    ),
]

SCENARIOS = [
    Scenario(
        id="closed-and-held",
        name="Railway closed, more beds",
        name_es="Ferrocarril cerrado, más camas",
        description="No one rides the railway from March to August 2024; holding in Jizan grows by 500 beds.",
        description_es="Nadie viaja en ferrocarril de marzo a agosto de 2024; la retención en Yizán crece en 500 camas.",
        measures=("railway-closed", "more-beds"),
    )
]


def day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def flow(row: tuple) -> Flow:
    id_, start, end, kind, route, groups, share, throughput, overflow = row
    off_route = start.removeprefix("@") if start.startswith("@") else None
    return Flow(
        id=id_, from_stock=None if off_route else start, from_route=off_route, to_stock=end, kind=kind, route=route,
        groups=groups, share=share, throughput=throughput, overflow_flow=overflow, tag="assumed",
    )  # fmt: skip


INDICATORS = (
    ("shelter_aden", "In shelter in Aden", "En albergue en Adén", "census", ("aden.shelter",)),
    (
        "waiting_ports",
        "Waiting to cross",
        "En espera de cruzar",
        "waiting",
        ("djibouti.waiting", "bosaso.waiting"),
    ),
    ("deaths", "Deaths on the way", "Muertes en el camino", "stock", ("djibouti.dead", "aden.dead")),
)


def strait() -> Corridor:
    """The corridor, from the tables above."""
    place_keys = ("id", "name", "name_es", "country", "kind", "lat", "lon")
    route_keys = (
        "id",
        "from_place",
        "to_place",
        "mode",
        "km",
        "days_mean",
        "days_stages",
        "throughput",
        "zone",
    )
    parameter_keys = (
        "parameter",
        "target",
        "group",
        "valid_from",
        "valid_to",
        "value",
        "low",
        "high",
        "unit",
    )
    measure_keys = (
        "id", "name", "name_es", "lever", "actor", "start", "end", "ramp_days", "places", "strength", "low", "high",
        "unit", "grade",
    )  # fmt: skip
    made_up = {"tag": "assumed", "source": ASSUMPTION}
    parameters = [dict(zip(parameter_keys, row, strict=True)) for row in PARAMETERS]
    measures = [dict(zip(measure_keys, row, strict=True)) for row in MEASURES]
    return Corridor(
        settings=SETTINGS,
        indicators=tuple(
            Indicator(id=id_, name=name, name_es=name_es, kind=kind, stocks=stocks, tag="assumed")
            for id_, name, name_es, kind, stocks in INDICATORS
        ),
        places=tuple(
            Place(**dict(zip(place_keys, row, strict=True)), tag="assumed", source=COORDINATES) for row in PLACES
        ),
        stocks=tuple(
            Stock(
                id=id_, place=id_.split(".")[0], state=id_.split(".")[1], capacity=capacity, stay_days=stay,
                stay_stages=stages, tag="assumed",
            )
            for id_, capacity, stay, stages in STOCKS
        ),
        routes=tuple(Route(**dict(zip(route_keys, row, strict=True)), **made_up) for row in ROUTES),
        groups=tuple(Group(id=i, nationality=n, household=h, size=s) for i, n, h, s in GROUPS),
        flows=tuple(flow(row) for row in FLOWS),
        parameters=tuple(
            Parameter(**{**row, "valid_from": day(row["valid_from"]), "valid_to": day(row["valid_to"])}, source=ASSUMPTION)
            for row in parameters
        ),
        measures=tuple(
            Measure(
                **{**row, "start": day(row["start"]), "end": day(row["end"])},
                known_from=dt.date(2023, 12, 20), source=ASSUMPTION,
            )
            for row in measures
        ),
        register_entries=tuple(REGISTER),
        scenarios=tuple(SCENARIOS),
    )  # fmt: skip


if __name__ == "__main__":
    default = Path(__file__).parent / "strait"
    print(save_corridor(strait(), Path(sys.argv[1]) if len(sys.argv) > 1 else default))
