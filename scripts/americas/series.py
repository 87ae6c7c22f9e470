"""What is counted (observations), what is shown (indicators), and what is fitted (calibration plan)."""

from __future__ import annotations

from typing import Any

from americas.counts import TRANSIT_MAP, US_MAP
from americas.geography import CITIES, OFFICES, ORIGINS, SECTORS
from americas.tables import Tables

Entry = dict[str, Any]


def _observation(
    name: str, en: str, es: str, dataset: str, point: str, *, flows: list[str] | None = None, stocks: list[str] | None = None,
    where: Entry | None = None, by: tuple[str, ...] = (), mapping: dict[str, str] | None = None, calibrate: bool = True,
) -> Entry:  # fmt: skip
    return {
        "id": name, "name": en, "name_es": es, "dataset": dataset, "where": where or {}, "flows": flows or [], "stocks": stocks or [],
        "by": list(by), "nationality_map": mapping or {}, "calibrate": calibrate, "counting_point": point,
    }  # fmt: skip


def observations(t: Tables) -> list[Entry]:
    """Entries of observations.yaml."""
    kinds: dict[str, list[str]] = {}
    for flow in t.flows.values():
        kinds.setdefault(flow.kind, []).append(flow.id)
    cross, port = kinds["crossing"], kinds["port_admission"]
    split, us = ("nationality", "household"), "us_southwest_encounters"
    out = [
        _observation("us_total", "Encounters at the US southwest border", "Encuentros en la frontera suroeste de EE. UU.", us, "us", flows=cross + port, by=split, mapping=US_MAP),
        _observation("us_between_ports", "Encounters between ports of entry", "Encuentros entre puertos de entrada", us, "us_between_ports", flows=cross, where={"component": ["usbp"]}, by=split, mapping=US_MAP),
        _observation("us_ports", "Encounters at ports of entry", "Encuentros en puertos de entrada", us, "us_ports", flows=port, where={"component": ["ofo"]}, by=split, mapping=US_MAP),
    ]  # fmt: skip
    for sector, label in SECTORS.items():
        flows = [f"{name}.cross" for name, city in CITIES.items() if city.sector == sector]
        where = {"component": ["usbp"], "area": [f"{sector}_sector"]}
        out.append(
            _observation(
                f"between_{sector}",
                f"Between ports: {label} sector",
                f"Entre puertos: sector {label}",
                us,
                "us_between_ports",
                flows=flows,
                where=where,
                by=("nationality",),
                mapping=US_MAP,
            )
        )
    for office, label in OFFICES.items():
        flows = [f"{name}.port" for name, city in CITIES.items() if city.office == office]
        where = {"component": ["ofo"], "area": [f"{office[:-3]}_field_office"]}
        out.append(
            _observation(
                f"ports_{office[:-3]}",
                f"At ports: {label} field office",
                f"En puertos: oficina de campo de {label}",
                us,
                "us_ports",
                flows=flows,
                where=where,
                by=("nationality",),
                mapping=US_MAP,
            )
        )
    out += [
        _observation("mexico_encounters", "People met by Mexican authorities", "Personas detectadas por autoridades mexicanas", "mexico_encounters", "mexico", flows=met_in_mexico(t), by=("nationality",), mapping=US_MAP),
        _observation("mexico_returns", "Returns from Mexico", "Devoluciones desde México", "mexico_returns", "mexico", flows=kinds["return"], by=("nationality",), mapping=US_MAP),
        _observation("honduras_entries", "Irregular entries to Honduras", "Entradas irregulares a Honduras", "honduras_entries", "honduras", flows=["danli.count"], by=("nationality",), mapping=TRANSIT_MAP),
        _observation("darien_transits", "Transits through the Darién", "Tránsitos por el Darién", "darien_transits", "darien", flows=["darien.count"], by=("nationality",), mapping=TRANSIT_MAP),
    ]  # fmt: skip
    return out + _deaths(t) + _stocks()


def met_in_mexico(t: Tables) -> list[str]:
    """Flows of people met by the Mexican authorities."""
    return [f.id for f in t.flows.values() if f.kind == "interdiction" and f.to_stock.startswith("mexico_")]


def _deaths(t: Tables) -> list[Entry]:
    names = {
        "darien": ("Recorded deaths in the Darién (a lower bound)", "Muertes registradas en el Darién (un mínimo)"),
        "mexico": ("Recorded deaths in Mexico away from the border (a lower bound)", "Muertes registradas en México, lejos de la frontera (un mínimo)"),
        "border": ("Recorded deaths in the US-Mexico border zone (a lower bound)", "Muertes registradas en la zona fronteriza entre México y EE. UU. (un mínimo)"),
    }  # fmt: skip
    return [
        _observation(f"deaths_{zone}", en, es, "recorded_deaths", "deaths", where={"zone": [zone]}, calibrate=False,
                     flows=[f.id for f in t.flows.values() if f.kind == "death" and f.to_stock == f"deaths.{zone}"])
        for zone, (en, es) in names.items()
    ]  # fmt: skip


def _stocks() -> list[Entry]:
    out = [
        _observation("ice_detained", "People in immigration detention who were arrested at the border", "Personas en detención migratoria arrestadas en la frontera",
                     "ice_detention", "detention", stocks=["ice.detained"], where={"measure": ["adp"], "category": ["arrested_by_cbp"]}, calibrate=False)
    ]  # fmt: skip
    queues = [f"{name}.queue" for name, city in CITIES.items() if city.office]
    out.append(
        _observation(
            "appointment_seekers",
            "People waiting for an appointment at a port",
            "Personas en espera de una cita en un puerto",
            "appointment_seekers",
            "ports",
            stocks=queues,
            calibrate=False,
        )
    )
    for city, measure, en, es in (
        ("new_york", "census", "New York", "Nueva York"), ("chicago", "census_shelters", "Chicago", "Chicago"), ("denver", "census_shelters", "Denver", "Denver"),
    ):  # fmt: skip
        where = {
            "city": [city],
            "measure": [measure],
            "household": [""],
            "agency": [""],
            "unit": ["people"],
            "grade": ["primary", "secondary"],
        }
        out.append(_observation(f"census_{city}", f"People in {en}'s shelters for new arrivals", f"Personas en los albergues de {es} para recién llegados",
                                "city_reception", "cities", stocks=[f"{city}.census"], where=where, calibrate=False))  # fmt: skip
    return out


def indicators() -> list[Entry]:
    """Entries of indicators.yaml, in the order in which results show them."""
    waiting = [
        f"{name}.{state}"
        for name, city in CITIES.items()
        for state in ("waiting", "queue")
        if state == "waiting" or city.office
    ]
    rows: list[tuple[str, str, str, str, str, Entry]] = [
        ("us_total", "total", "observed", "US southwest border encounters", "Encuentros en la frontera suroeste de EE. UU.", {"observation": "us_total"}),
        ("us_between_ports", "series", "observed", "US encounters between ports of entry", "Encuentros de EE. UU. entre puertos de entrada", {"observation": "us_between_ports"}),
        ("us_ports", "series", "observed", "US encounters at ports of entry", "Encuentros de EE. UU. en puertos de entrada", {"observation": "us_ports"}),
        ("mexico_encounters", "total", "observed", "Encounters by Mexican authorities", "Encuentros de las autoridades mexicanas", {"observation": "mexico_encounters"}),
        ("honduras_entries", "series", "observed", "Irregular entries to Honduras", "Ingresos irregulares a Honduras", {"observation": "honduras_entries"}),
        ("darien_transits", "series", "observed", "Irregular transits through the Darién", "Tránsitos irregulares por el Darién", {"observation": "darien_transits"}),
        ("deaths_border", "deaths", "observed", "Recorded deaths at the US–Mexico border", "Muertes registradas en la frontera México–EE. UU.", {"observation": "deaths_border"}),
        ("deaths_mexico", "deaths", "observed", "Recorded deaths in Mexico", "Muertes registradas en México", {"observation": "deaths_mexico"}),
        ("deaths_darien", "deaths", "observed", "Recorded deaths in the Darién", "Muertes registradas en el Darién", {"observation": "deaths_darien"}),
        ("waiting_north", "waiting", "assumed", "Waiting in northern Mexico", "En espera en el norte de México", {"stocks": waiting}),
        ("waiting_south", "waiting", "assumed", "Waiting in southern Mexico", "En espera en el sur de México", {"stocks": ["tapachula.waiting", "palenque.waiting", "villahermosa.relocated"]}),
        ("custody", "stock", "assumed", "In Border Patrol custody", "Bajo custodia de la Patrulla Fronteriza", {"stocks": [f"{s}.{x}" for s in SECTORS for x in ("custody", "processed")]}),
        ("ice_detained", "detention", "assumed", "People in US immigration detention", "Personas en detención migratoria en EE. UU.", {"observation": "ice_detained", "stocks": ["ice.detained"], "with_occupied": True}),
        ("removal_waiting", "stock", "assumed", "Waiting for a removal flight", "En espera de un vuelo de expulsión", {"stocks": ["removal.waiting"]}),
        ("pending_cases", "stock", "assumed", "Settled with a case pending (released since October 2020)", "Con un caso pendiente (liberados desde octubre de 2020)", {"stocks": ["pending.cases", "pending.permitted"]}),
        ("census_new_york", "census", "anchored", "New York City, people in care", "Ciudad de Nueva York, personas atendidas", {"observation": "census_new_york", "stocks": ["new_york.census"]}),
        ("census_chicago", "census", "anchored", "Chicago, people in care", "Chicago, personas atendidas", {"observation": "census_chicago", "stocks": ["chicago.census"]}),
        ("census_denver", "census", "anchored", "Denver, people in care", "Denver, personas atendidas", {"observation": "census_denver", "stocks": ["denver.census"]}),
        ("census_massachusetts", "census", "assumed", "Massachusetts, migrants in family shelters", "Massachusetts, migrantes en albergues familiares", {"stocks": ["massachusetts.census"]}),
        ("census_washington_dc", "census", "assumed", "Washington DC, people in care", "Washington D. C., personas atendidas", {"stocks": ["washington_dc.census"]}),
    ]  # fmt: skip
    return [
        {"id": i, "name": en, "name_es": es, "kind": kind, **more, "tag": tag}
        for i, kind, tag, en, es, more in rows
    ]


def plan(t: Tables) -> Entry:
    """calibration/plan.yaml."""
    flows = list(t.flows.values())
    kinds: dict[str, list[str]] = {}
    for flow in flows:
        kinds.setdefault(flow.kind, []).append(flow.id)

    def to(*ends: str) -> list[str]:
        return [
            f.id
            for f in flows
            if f.kind == "travel"
            and f.to_stock in ends
            and (f.from_stock or "").split(".")[0] not in ("nowhere",)
        ]

    def field(name: str, method: str, seen: list[str], moved: list[str], source: str, **more: Any) -> Entry:
        return {"id": name, "method": method, "observations": seen, "flows": moved, **more, "source": source}

    by = ["nationality"]
    fields = [
        field("departures", "departures", ["us_total"], [], "monthly intensity of departures, assumption that all who are counted set out from their origin",
              by=["nationality", "household"], smooth=0.5),
        field("reach_darien", "odds", ["darien_transits"], [f"{o}.to_darien" for o in ORIGINS if f"{o}.to_darien" in t.flows], "share of departures that cross the Darién",
              by=by, lag_days=8, smooth=0.3, bounds=[0.002, 0.985]),
        field("reach_managua", "odds", ["honduras_entries"], [f"{o}.to_managua" for o in ORIGINS if f"{o}.to_managua" in t.flows], "fly-in share through Managua",
              by=by, lag_days=5, smooth=0.3, bounds=[0.002, 0.985]),
        field("honduras_coverage", "coverage", ["honduras_entries"], [], "part of those who cross Honduras that its register counts", by=by, smooth=3.0, bounds=[0.15, 1.0]),
        field("interdiction", "hazard", ["mexico_encounters"], met_in_mexico(t),
              "journey hazard of being met by the Mexican authorities; national series, its split by zone, leg and mode is assumed", by=by, smooth=0.2, bounds=[0.00001, 0.95]),
        field("returns", "odds", ["mexico_returns"], kinds["return"], "part of those met in Mexico who are returned", by=by, lag_days=1, smooth=0.3, bounds=[0.0005, 0.98]),
    ]  # fmt: skip
    for sector in SECTORS:
        ends = [f"{name}.waiting" for name, city in CITIES.items() if city.sector == sector]
        fields.append(
            field(
                f"zone_{sector}",
                "odds",
                [f"between_{sector}"],
                to(*ends),
                "share of travelers who cross in this sector",
                by=by,
                lag_days=7,
                smooth=0.1,
                bounds=[0.0002, 0.995],
            )
        )
    for office in OFFICES:
        ends = [f"{name}.queue" for name, city in CITIES.items() if city.office == office]
        fields.append(
            field(
                f"appointments_{office[:-3]}",
                "odds",
                [f"ports_{office[:-3]}"],
                to(*ends),
                "share of travelers who seek an appointment at this field office's ports",
                by=by,
                lag_days=40,
                smooth=0.1,
                bounds=[0.0002, 0.9],
            )
        )
    queued = [f.id for f in flows if f.kind == "travel" and f.to_stock.endswith(".queue")]
    fields.append(
        field(
            "appointment_pool",
            "pool",
            ["appointment_seekers"],
            queued,
            "level of those who seek an appointment, such that as many wait as officials told",
            since="2023-01-01",
            bounds=[0.0002, 0.9],
        )
    )
    fields.append(
        field(
            "detained",
            "scale",
            ["ice_detained"],
            kinds["detention"][: len(SECTORS)],
            "share of those in custody who are detained",
            lag_days=15,
            smooth=1.0,
            bounds=[0.001, 0.6],
        )
    )
    for zone in ("darien", "mexico", "border"):
        moved = [f.id for f in flows if f.kind == "death" and f.to_stock == f"deaths.{zone}"]
        fields.append(
            field(
                f"deaths_{zone}",
                "rare",
                [f"deaths_{zone}"],
                moved,
                "recorded deaths per journey, a lower bound",
                smooth=6.0,
                bounds=[0.0, 0.05],
            )
        )
    for city in ("new_york", "chicago", "denver"):
        moved = [f"us.to_{city}", f"us.bused_{city}"]
        fields.append(
            field(
                f"intake_{city}",
                "scale",
                [f"census_{city}"],
                moved,
                f"share of the released who enter the shelters of {city.replace('_', ' ').title()}",
                smooth=0.5,
                bounds=[0.0, 0.5],
            )
        )
    return {
        "start": "2020-10-01",
        "fit_from": "2021-01-01",
        "iterations": 40,
        "target": "us_total",
        "anchor": 0.5,
        "fields": fields,
    }
