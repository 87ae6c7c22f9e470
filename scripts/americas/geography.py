"""Places by hand: which towns of the evidence stand for the corridor's places, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass

from americas.counts import FIRST, SECOND, us
from americas.tables import NATIONALITIES, Tables

POINT = "assumption: a point for drawing; the place stands for many"

ORIGINS = {
    # id: nationality, names, country, node or point
    "venezuela": ("VEN", "Venezuela", "Venezuela", "VEN", "caracas"),
    "ecuador": ("ECU", "Ecuador", "Ecuador", "ECU", "quito"),
    "colombia": ("COL", "Colombia", "Colombia", "COL", "bogota"),
    "peru": ("PER", "Peru", "Perú", "PER", "lima"),
    "brazil": ("BRA", "Brazil", "Brasil", "BRA", (-19.92, -43.94)),
    "cuba": ("CUB", "Cuba", "Cuba", "CUB", "havana"),
    "haiti": ("HTI", "Haiti", "Haití", "HTI", "port_au_prince"),
    "guatemala": ("GTM", "Guatemala", "Guatemala", "GTM", "huehuetenango"),
    "honduras": ("HND", "Honduras", "Honduras", "HND", "san_pedro_sula"),
    "el_salvador": ("SLV", "El Salvador", "El Salvador", "SLV", "san_salvador"),
    "nicaragua": ("NIC", "Nicaragua", "Nicaragua", "NIC", "ocotal"),
    "mexico_interior": ("MEX", "Interior of Mexico", "Interior de México", "MEX", "leon_mx"),
    "china": ("CHN", "China", "China", "CHN", (23.13, 113.26)),
    "india": ("IND", "India", "India", "IND", (30.9, 75.85)),
    "other_countries": ("OOO", "Other countries", "Otros países", "OOO", (14.7, -17.4)),
    "named_others": ("XEA", "Russia, Turkey, Ukraine and others", "Rusia, Turquía, Ucrania y otros", "OOO", (55.75, 37.6)),
}  # fmt: skip

TRANSIT = (
    ("darien", "Darién (Metetí reception)", "Darién (recepción de Metetí)", "PAN", "darien", "meteti"),
    ("paso_canoas", "Paso Canoas", "Paso Canoas", "CRI", "central_america", "paso_canoas"),
    ("los_chiles", "Los Chiles", "Los Chiles", "CRI", "central_america", "los_chiles"),
    ("managua", "Managua", "Managua", "NIC", "central_america", "managua"),
    ("danli", "Danlí and Trojes", "Danlí y Trojes", "HND", "central_america", "danli"),
    ("ocotepeque", "Ocotepeque (Agua Caliente)", "Ocotepeque (Agua Caliente)", "HND", "central_america", "ocotepeque"),
    ("guatemala_city", "Guatemala City", "Ciudad de Guatemala", "GTM", "central_america", "guatemala_city"),
    ("tecun_uman", "Tecún Umán", "Tecún Umán", "GTM", "central_america", "tecun_uman"),
    ("el_naranjo", "El Naranjo (Petén)", "El Naranjo (Petén)", "GTM", "central_america", "el_naranjo"),
    ("tapachula", "Tapachula", "Tapachula", "MEX", "mexico_south", "tapachula"),
    ("palenque", "Tenosique and Palenque", "Tenosique y Palenque", "MEX", "mexico_south", "palenque"),
    ("ixtepec", "Ixtepec and Juchitán", "Ixtepec y Juchitán", "MEX", "mexico_south", "ixtepec"),
    ("coatzacoalcos", "Coatzacoalcos and Medias Aguas", "Coatzacoalcos y Medias Aguas", "MEX", "mexico_south", "coatzacoalcos"),
    ("villahermosa", "Villahermosa", "Villahermosa", "MEX", "mexico_south", "villahermosa"),
    ("cancun", "Cancún", "Cancún", "MEX", "mexico_center", "cancun"),
    ("mexico_city", "Mexico City", "Ciudad de México", "MEX", "mexico_center", "mexico_city"),
    ("irapuato", "Irapuato (Bajío rail junction)", "Irapuato (nudo ferroviario del Bajío)", "MEX", "mexico_north", "irapuato"),
    ("torreon", "Torreón", "Torreón", "MEX", "mexico_north", "torreon"),
    ("guadalajara", "Guadalajara", "Guadalajara", "MEX", "mexico_north", "guadalajara"),
    ("hermosillo", "Hermosillo", "Hermosillo", "MEX", "mexico_north", "hermosillo"),
    ("monterrey", "Monterrey", "Monterrey", "MEX", "mexico_north", "monterrey"),
)  # fmt: skip


@dataclass(frozen=True)
class City:
    """A northern border city: the sector and field office opposite, and its part of them (assumed)."""

    name: str
    name_es: str
    sector: str
    part: float
    """Part of the sector's crossings."""
    office: str | None
    port: float
    """Part of the field office's admissions."""
    rail: float
    """Part of those bound for it who ride freight trains (assumed; for nationalities that ride)."""
    returned: bool
    days: float
    """Bus from Mexico City."""


CITIES = {
    "tijuana": City("Tijuana", "Tijuana", "san_diego", 1, "san_diego_fo", 0.8, 0, True, 2.5),
    "mexicali": City("Mexicali", "Mexicali", "el_centro", 1, "san_diego_fo", 0.2, 0.15, True, 2.3),
    "san_luis_rio_colorado": City(
        "San Luis Río Colorado", "San Luis Río Colorado", "yuma", 1, None, 0, 0, True, 2.2
    ),
    "nogales_mx": City("Nogales and Sonora", "Nogales y Sonora", "tucson", 1, "tucson_fo", 1, 0.2, True, 2.0),
    "ciudad_juarez": City("Ciudad Juárez", "Ciudad Juárez", "el_paso", 1, "el_paso_fo", 1, 0.35, True, 1.8),
    "ojinaga": City("Ojinaga", "Ojinaga", "big_bend", 1, None, 0, 0, True, 1.8),
    "ciudad_acuna": City("Ciudad Acuña", "Ciudad Acuña", "del_rio", 0.3, None, 0, 0, False, 1.5),
    "piedras_negras": City(
        "Piedras Negras", "Piedras Negras", "del_rio", 0.7, "laredo_fo", 0.1, 0.4, True, 1.4
    ),
    "nuevo_laredo": City("Nuevo Laredo", "Nuevo Laredo", "laredo", 1, "laredo_fo", 0.2, 0.2, True, 1.2),
    "reynosa": City("Reynosa", "Reynosa", "rio_grande_valley", 0.6, "laredo_fo", 0.3, 0.15, True, 1.2),
    "matamoros": City("Matamoros", "Matamoros", "rio_grande_valley", 0.4, "laredo_fo", 0.4, 0, False, 1.3),
}
SECTORS = {
    "san_diego": "San Diego", "el_centro": "El Centro", "yuma": "Yuma", "tucson": "Tucson", "el_paso": "El Paso",
    "big_bend": "Big Bend", "del_rio": "Del Rio", "laredo": "Laredo", "rio_grande_valley": "Rio Grande Valley",
}  # fmt: skip
OJINAGA = (29.56, -104.42)
OFFICE_AT: dict[str, str | tuple[float, float]] = {
    "san_diego_fo": (32.544, -117.03), "tucson_fo": "poe_nogales", "el_paso_fo": "poe_el_paso", "laredo_fo": "poe_laredo",
}  # fmt: skip
"""The main port of a field office: San Ysidro, Nogales, El Paso, Laredo."""
OFFICES = {"san_diego_fo": "San Diego", "tucson_fo": "Tucson", "el_paso_fo": "El Paso", "laredo_fo": "Laredo"}
PORTS = {
    "tijuana": "San Ysidro", "mexicali": "Calexico", "nogales_mx": "Nogales", "ciudad_juarez": "El Paso",
    "piedras_negras": "Eagle Pass", "nuevo_laredo": "Laredo", "reynosa": "Hidalgo", "matamoros": "Brownsville",
}  # fmt: skip
RETURN_CITY = {
    **{city.sector: name for name, city in CITIES.items() if city.returned},
    "san_diego_fo": "tijuana", "tucson_fo": "nogales_mx", "el_paso_fo": "ciudad_juarez", "laredo_fo": "nuevo_laredo",
}  # fmt: skip
"""Where a sector or office sends back those whom Mexico takes."""
RETURNABLE = ("MEX", "GTM", "HND", "SLV", "VEN", "CUB", "HTI", "NIC")
"""Whom Mexico took back under Title 42, from October 2022 or January 2023 on the last four."""

RIDERS = ("VEN", "ECU", "COL", "CUB", "HTI", "GTM", "HND", "SLV", "NIC", "OOO")
"""Nationalities of which some ride freight trains (assumed)."""
GUIDED = {
    "GTM": 0.65, "HND": 0.5, "SLV": 0.65, "MEX": 0.6, "NIC": 0.4, "ECU": 0.5, "IND": 0.8, "CHN": 0.5, "BRA": 0.4,
    "PER": 0.3, "OOO": 0.3,
}  # fmt: skip
"""Part that travels through Mexico with a smuggler (assumed; RAND's two thirds are of the crossing itself)."""
LEAST = 0.01
"""A sector or office is open to a nationality with at least this part of its encounters."""

RECEIVING = {
    "new_york": ("New York City", "Nueva York", "new_york", 2.0),
    "chicago": ("Chicago", "Chicago", "chicago", 1.5),
    "denver": ("Denver", "Denver", "denver", 1.0),
    "massachusetts": ("Massachusetts (Boston)", "Massachusetts (Boston)", "boston", 2.0),
    "washington_dc": ("Washington DC", "Washington D. C.", "washington_dc", 1.7),
}


def add_places(t: Tables) -> None:
    """Every place, along the way."""
    for name, (_, en, es, country, at) in ORIGINS.items():
        source = POINT if isinstance(at, tuple) else "GeoNames (CC BY 4.0): one town stands for the country"
        t.place(name, en, es, country, "origin", "origin", at, "assumed", source)
    for name, en, es, country, zone, at in TRANSIT:
        t.place(name, en, es, country, "transit", zone, at)
    for name, city in CITIES.items():
        t.place(
            name,
            city.name,
            city.name_es,
            "MEX",
            "border_city",
            "mexico_north",
            name if name != "ojinaga" else OJINAGA,
        )
    for name, label in SECTORS.items():
        t.place(name, f"{label} sector", f"Sector {label}", "USA", "border", "border", f"{name}_sector")
    for name, label in OFFICES.items():
        en, es = f"Ports of entry, {label} field office", f"Puertos de entrada, oficina de campo de {label}"
        t.place(name, en, es, "USA", "ports", "border", OFFICE_AT[name])
    t.place("us_detention", "Immigration detention (all facilities)", "Detención migratoria (todos los centros)",
            "USA", "detention", "interior", (32.5, -93.7), "assumed", POINT)  # fmt: skip
    t.place("removal_staging", "Waiting for a removal flight", "En espera de un vuelo de expulsión", "USA", "detention",
            "interior", (31.31, -92.55), "assumed", POINT)  # fmt: skip
    t.place("san_antonio", "San Antonio (release hub)", "San Antonio (centro de salida)", "USA", "hub", "interior",
            "san_antonio", source="GeoNames (CC BY 4.0): stands for the places of release")  # fmt: skip
    for name, (en, es, at, _) in RECEIVING.items():
        t.place(name, en, es, "USA", "city", "interior", at)
    t.place("elsewhere", "Elsewhere in the United States", "Resto de Estados Unidos", "USA", "city", "interior",
            (38.5, -92.3), "assumed", POINT)  # fmt: skip
    t.place("home", "Countries of origin (after a return, or by the lawful channel)",
            "Países de origen (tras un retorno, o por la vía legal)", "OOO", "home", "origin", (9, -66), "assumed",
            POINT)  # fmt: skip


def sector_shares(span: tuple, nationality: str) -> dict[str, float]:
    """Part of a nationality's encounters by sector (between ports) and office, those open to it only."""
    counts = {area: n for (area,), n in us(span, "area", nationality=nationality).items() if area}
    names = {f"{s}_sector": s for s in SECTORS} | {f"{o[:-3]}_field_office": o for o in OFFICES}
    allowed = open_areas(nationality)
    return {names[a]: counts.get(a, 0.0) for a in names if names[a] in allowed}


_OPEN: dict[str, frozenset[str]] = {}


def open_areas(nationality: str) -> frozenset[str]:
    """Sectors and offices that a nationality uses: at least ``LEAST`` of its encounters of its kind, in any year."""
    if nationality not in _OPEN:
        found: set[str] = set()
        for span in (FIRST, SECOND):
            for component, suffix in (("usbp", "_sector"), ("ofo", "_field_office")):
                counts = us(span, "area", nationality=nationality, component=component)
                total = sum(counts.values())
                for (area,), n in counts.items():
                    if n >= LEAST * total:
                        name = area.removesuffix(suffix)
                        found.add(name if component == "usbp" else f"{name}_fo")
        if nationality in RETURNABLE:  # who is sent back from a port may cross beside it
            found |= {CITIES[RETURN_CITY[office]].sector for office in OFFICES if office in found}
        _OPEN[nationality] = frozenset(found)
    return _OPEN[nationality]


def users(area: str) -> tuple[str, ...]:
    """Nationalities to which a sector or an office is open."""
    return tuple(n for n in NATIONALITIES if area in open_areas(n))
