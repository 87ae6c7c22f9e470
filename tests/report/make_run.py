"""A run folder with plausible, invented numbers in every table: `make_run.py OUT` writes one and its report."""

from __future__ import annotations

import datetime as dt
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.report import RunFolder, write_html
from corridor.text import say, subject

LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)
DAILY = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
AS_OF = dt.date(2023, 12, 31)
HOSTILE = "<img src=x onerror=alert(1)>"
SCENARIOS = {"no-agreement": 1.0, "agreement": 0.82}
NORMAL = dict(
    zip(
        LEVELS,
        (-2.326, -1.96, -1.645, -1.282, -1.036, -0.842, -0.674, -0.524, -0.385, -0.253, -0.126, 0, 0.126, 0.253,
         0.385, 0.524, 0.674, 0.842, 1.036, 1.282, 1.645, 1.96, 2.326),
        strict=True,
    )
)  # fmt: skip
# series: level, last month published by the date, share of the month's spread, label, label_es, kind, source
SERIES: dict[str, tuple[float, dt.date, float, str, str, str, str]] = {
    "us_total": (240_000, dt.date(2023, 11, 1), 0.16, "US southwest border encounters", "Encuentros en la frontera suroeste de EE. UU.", "total", "cbp"),
    "us_between_ports": (190_000, dt.date(2023, 11, 1), 0.2, "US encounters between ports of entry", "Encuentros de EE. UU. entre puertos de entrada", "series", "cbp"),
    "us_ports": (50_000, dt.date(2023, 11, 1), 0.06, "US encounters at ports of entry", "Encuentros de EE. UU. en puertos de entrada", "series", "cbp"),
    "mexico_encounters": (93_000, dt.date(2023, 10, 1), 0.14, "Encounters by Mexican authorities", "Encuentros de autoridades mexicanas", "total", "upmrip"),
    "honduras_entries": (60_000, dt.date(2023, 11, 1), 0.25, "Irregular entries to Honduras", "Ingresos irregulares a Honduras", "series", "inm"),
    "darien_transits": (38_000, dt.date(2023, 11, 1), 0.3, "Irregular transits through the Darién", "Tránsitos irregulares por el Darién", "series", "snm"),
    "deaths_border": (55, dt.date(2023, 12, 1), 0.25, "Recorded deaths at the US–Mexico border", "Muertes registradas en la frontera México–EE. UU.", "deaths", "iom"),
    "deaths_darien": (6, dt.date(2023, 12, 1), 0.6, "Recorded deaths in the Darién", "Muertes registradas en el Darién", "deaths", "iom"),
}  # fmt: skip
STOCKS: dict[str, tuple[float, float, str, str, str, str, str]] = {
    "waiting_north": (61_000, 0.25, "Waiting in northern Mexico", "Esperan en el norte de México", "waiting", "assumed", ""),
    "ice_detained": (37_500, 0.05, "People in US immigration detention", "Personas en detención migratoria en EE. UU.", "detention", "observed", "ice"),
    "census_new_york": (68_000, 0.04, "New York City, people in care", "Ciudad de Nueva York, personas atendidas", "census", "anchored", "nyc"),
    "census_chicago": (14_800, 0.09, "Chicago, people in care", "Chicago, personas atendidas", "census", "anchored", "chicago"),
    "census_denver": (4_300, 0.2, "Denver, people in care", "Denver, personas atendidas", "census", "anchored", "denver"),
}  # fmt: skip
NATIONS = {
    "VEN": 0.24,
    "MEX": 0.22,
    "GTM": 0.13,
    "HND": 0.1,
    "COL": 0.08,
    "ECU": 0.07,
    "CUB": 0.05,
    "CHN": 0.02,
    "OOO": 0.09,
}


def months(first: dt.date, count: int) -> list[dt.date]:
    """So many firsts of months."""
    return [
        dt.date(first.year + (first.month - 1 + k) // 12, (first.month - 1 + k) % 12 + 1, 1)
        for k in range(count)
    ]


def level_of(series: str, month: dt.date) -> float:
    """An invented seasonal level."""
    base = SERIES[series][0]
    phase = (month.year - 2023) * 12 + month.month
    return base * (1 + 0.18 * np.sin(phase / 2.1)) * (1.25 if month == dt.date(2023, 12, 1) else 1)


def level_at(center: float, width: float, quantile: float) -> float:
    """A quantile of a log-normal value."""
    return round(center * float(np.exp(NORMAL[quantile] * width)), 1)


def monthly_tables() -> dict[str, pl.DataFrame]:
    """Forecast, periods and observed."""
    forecast, periods, observed = [], [], []
    ahead = months(dt.date(2023, 12, 1), 7)
    for series, (_, known, spread, *_rest) in SERIES.items():
        parts: dict[tuple[str, str], float] = {("", ""): 1.0}
        if not series.startswith("deaths"):
            parts |= {("", code): share for code, share in NATIONS.items()}
        if series == "us_between_ports":
            parts |= {("del_rio", ""): 0.31, ("tucson", ""): 0.33, ("hostile", ""): 0.05}
        for month in months(dt.date(2021, 6, 1), 37):
            for (place, code), share in parts.items():
                value = round(level_of(series, month) * share * (1 + 0.05 * np.cos(hash_of(series, month))))
                observed.append((series, place, month, code, float(value), month <= known))
        for scenario, factor in SCENARIOS.items():
            for (place, code), share in parts.items():
                for step, month in enumerate(ahead):
                    center = level_of(series, month) * share * (factor if step else 1) * 0.95
                    width = spread * (1 + 0.35 * step)
                    row = (scenario, series, place, month, code)
                    forecast += [(*row, q, level_at(center, width, q)) for q in LEVELS]
            sums = sum(level_of(series, month) for month in ahead) * factor
            tops = max(level_of(series, month) for month in ahead) * factor
            for statistic, center in (("sum", sums), ("peak", tops)):
                row = (scenario, series, "", "", statistic, ahead[0], ahead[-1])
                periods += [(*row, q, level_at(center, spread, q)) for q in LEVELS]
    return {
        "forecast": frame("forecast", forecast),
        "periods": frame("periods", periods),
        "observed": frame("observed", observed),
    }


PAST_LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
PAST = {
    dt.date(2023, 6, 30): dt.date(2023, 6, 1),
    dt.date(2023, 8, 31): dt.date(2023, 8, 1),
    dt.date(2023, 10, 31): dt.date(2023, 10, 1),
}
"""Days of past forecasts, and the first month that each is about."""


def past_table() -> pl.DataFrame:
    """Forecasts of two series on past dates, 20 % above what was to come in their first month and rising."""
    rows = []
    for series in ("us_total", "mexico_encounters"):
        for as_of, first in PAST.items():
            for step, month in enumerate(months(first, 6)):
                center = 1.2 * level_of(series, first) * (1 + 0.05 * step)
                rows += [
                    (series, as_of, month, q, level_at(center, 0.1 + 0.02 * step, q)) for q in PAST_LEVELS
                ]
    return frame("past_forecasts", rows)


def hash_of(series: str, month: dt.date) -> float:
    """A number that varies from month to month and is always the same."""
    return float(sum(map(ord, series)) + 7 * month.month + 3 * month.year)


def frame(name: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows as a table of the run folder."""
    from corridor.study import TABLES

    return pl.DataFrame(rows, schema=dict(TABLES[name]), orient="row")


def daily_tables() -> dict[str, pl.DataFrame]:
    """Daily bands, room and dated points."""
    days = [dt.date(2023, 7, 1) + dt.timedelta(days=k) for k in range(366)]
    rows, room, points = [], [], []
    normal = {0.05: -1.645, 0.1: -1.282, 0.25: -0.674, 0.5: 0.0, 0.75: 0.674, 0.9: 1.282, 0.95: 1.645}
    for item, (base, spread, *_rest) in STOCKS.items():
        for scenario, factor in SCENARIOS.items():
            for k, day in enumerate(days):
                center = (
                    base
                    * (0.75 + 0.25 * np.sin(k / 70))
                    * (1 if day <= AS_OF else 1 - (1 - factor) * min(1, (k - 183) / 90))
                )
                width = spread * (0.4 + k / 200)
                rows += [
                    (scenario, item, "stock", day, q, round(center * float(np.exp(normal[q] * width)), 1))
                    for q in DAILY
                ]
        for k, day in enumerate(days):
            if item != "waiting_north" and k % 45 == 20:
                value = float(round(base * (0.75 + 0.25 * np.sin(k / 70)) * 1.03, -1))
                points.append(
                    (
                        item,
                        day,
                        value,
                        day <= AS_OF,
                        f"{value:,.0f} in care",
                        STOCKS[item][6],
                        f"Office of {item}" if item == "census_denver" else "",
                    )
                )
    room += [("ice_detained", dt.date(2023, 7, 1), 34_000.0), ("ice_detained", dt.date(2024, 3, 1), 41_500.0)]
    room += [
        ("census_chicago", dt.date(2023, 7, 1), 15_000.0),
        ("census_denver", dt.date(2023, 7, 1), 4_000.0),
    ]
    return {
        "daily": frame("daily", rows),
        "capacity": frame("capacity", room),
        "points": frame("points", points),
    }


def scenario_tables() -> dict[str, pl.DataFrame]:
    """Differences, grades and measures."""
    period, scenario, base = "2024-01/2024-06", "agreement", "no-agreement"
    gaps = [
        ("us_total", "sum", period, -310_000.0, -182_000.0, -21_000.0, 0.97, "encounters"),
        ("us_between_ports", "sum", period, -330_000.0, -204_000.0, -40_000.0, 0.98, "encounters"),
        ("us_ports", "sum", period, -4_000.0, 11_500.0, 31_000.0, 0.16, "encounters"),
        ("mexico_encounters", "sum", period, 22_000.0, 88_000.0, 190_000.0, 0.03, "encounters"),
        ("ice_detained", "mean", period, -900.0, 1_450.0, 3_200.0, 0.2, "people"),
        ("census_denver", "peak", period, -1_100.0, -420.0, 90.0, 0.91, "people"),
        ("waiting_north", "mean", period, -6_000.0, 14_000.0, 39_000.0, 0.14, "people"),
        ("deaths_border", "sum", period, -60.0, -22.0, 15.0, 0.84, "deaths"),
    ]
    without = {"us_total": 1_500_000.0, "us_between_ports": 1_200_000.0, "us_ports": 300_000.0, "mexico_encounters": 560_000.0,
               "ice_detained": 38_000.0, "census_denver": 4_900.0, "waiting_north": 61_000.0, "deaths_border": 330.0}  # fmt: skip
    differences = [(scenario, base, *gap, without[gap[0]], without[gap[0]] + gap[4]) for gap in gaps]
    shares = {
        "us_total": (0.1, 0.32, 0.22, 0.36),
        "us_between_ports": (0.1, 0.34, 0.24, 0.32),
        "us_ports": (0.0, 0.1, 0.7, 0.2),
        "mexico_encounters": (0.0, 0.62, 0.1, 0.28),
        "ice_detained": (0.0, 0.1, 0.75, 0.15),
        "census_denver": (0.0, 0.2, 0.4, 0.4),
        "waiting_north": (0.0, 0.1, 0.12, 0.78),
        "deaths_border": (0.0, 0.1, 0.2, 0.7),
    }
    names = ("causal", "before_after", "mechanical", "assumed")
    grades = [
        (scenario, item, grade, share)
        for item, row in shares.items()
        for grade, share in zip(names, row, strict=True)
        if share
    ]
    d = dt.date
    measures = [
        (scenario, "mx_enforcement", "More Mexican enforcement by zone", "Más control mexicano por zona", "mexican_enforcement", "Mexico", d(2024, 1, 1), None, 1.6, 1.1, 2.4, "ratio", "before_after", "sre", False, "", ""),
        (scenario, "rail", "Riding on freight trains made harder", "Viajar en trenes de carga, más difícil", "railways", "Mexico", d(2024, 1, 5), None, 0.4, 0.1, 0.8, "share", "assumed", "nexstar", False, "", "rio"),
        (base, "ports_closed", "Ports of entry closed to free staff", "Puertos de entrada cerrados para liberar personal", "ports_closure", "US", d(2023, 11, 27), d(2024, 1, 3), 0.25, 0.15, 0.4, "share", "mechanical", "cbp", True, "hostile", ""),
        (scenario, "pathways", "Lawful pathways promoted", "Fomento de vías legales", "legal_pathways", "US, Mexico", d(2024, 2, 1), None, 3000.0, 500.0, 9000.0, "people/month", "assumed", "sre", False, "", ""),
    ]  # fmt: skip
    return {
        "differences": frame("differences", differences),
        "scoreboard": frame(
            "scoreboard",
            [
                (
                    "us_transit_nationalities",
                    "nowcast",
                    1,
                    "until_2023_12",
                    0.9,
                    0.84,
                    0.97,
                    0.94,
                    0.8,
                    0.95,
                    24,
                ),
                ("us_total", "nowcast", 1, "until_2023_12", 0.85, 0.7, 1.01, 0.87, 0.79, 0.96, 24),
            ],
        ),
        "grades": frame("grades", grades),
        "measures": frame("measures", measures),
        "measure_notes": frame(
            "measure_notes",
            [
                (
                    scenario,
                    "pathways",
                    "used",
                    "",
                    "",
                    0.4,
                    "Of what it adds, 40 % is used.",
                    "De lo que añade se usa el 40 %.",
                )
            ],
        ),
        "register": frame("register", register_rows()),
        **trigger_tables(),
    }


def trigger_tables() -> dict[str, pl.DataFrame]:
    """A trigger of one measure, on in January in a quarter of the members and never after."""
    rule = (
        "agreement",
        "spike",
        "Spike",
        "Repunte",
        "pathways",
        "us_total",
        "",
        7,
        6800.0,
        None,
        5400.0,
        14,
        "x",
    )
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(60)]
    shares = [("agreement", "spike", day, 0.25 if day.month == 1 else 0.0) for day in days]
    return {"triggers": frame("triggers", [rule]), "trigger_days": frame("trigger_days", shares)}


def register_rows() -> list[tuple[object, ...]]:
    """An entry that is modeled, and a weak one that is not."""
    d = dt.date
    return [
        ("jc_pathways", "Legal pathways to be promoted", "Promover vías legales", "US and Mexico", "EE. UU. y México", "legal_pathways", "announced", False, False, d(2023, 12, 27), d(2023, 12, 28), None, None, "day", "the region", "la región", None, None, "pathways", "3000 [500, 9000] people/month", "assumed", None, None, "joint communiqué", "SRE", "gob.mx", "primary"),
        ("rail_bridges", "Rail bridges closed", "Puentes ferroviarios cerrados", "US", "EE. UU.", "railways", "ended", False, True, None, d(2023, 12, 18), d(2023, 12, 18), d(2023, 12, 22), "unconfirmed", "two bridges", "dos puentes", None, None, "", None, None, "Goods only.", "Solo mercancías.", "CBP statement", "CBP", "cbp.gov", "primary"),
    ]  # fmt: skip


def evidence_tables() -> dict[str, pl.DataFrame]:
    """Parameters, fit, claims, sources."""
    parameters = [
        (
            "share",
            "tapachula.interdicted",
            "",
            0.31,
            0.2,
            0.45,
            "share",
            "SEGOB/UPMRIP monthly bulletins",
            False,
            0.21,
        ),
        (
            "share",
            "matamoros.turn_back",
            "",
            0.05,
            0.01,
            0.2,
            "share",
            "assumption: nothing is published",
            True,
            0.34,
        ),
        (
            "elasticity",
            "legal_pathways",
            "VEN",
            -0.4,
            -1.2,
            0.0,
            "elasticity",
            "assumption: range of two episodes",
            True,
            0.18,
        ),
        (
            "departure_sd_common",
            "",
            "",
            0.16,
            0.12,
            0.22,
            "log/month",
            "fitted to published counts",
            False,
            0.15,
        ),
        ("travel_days", "tapachula-mexico_city", "", 12.0, 6.0, 25.0, "days", "assumption", True, 0.08),
        (
            "capacity",
            "ice_detained",
            "",
            34_000.0,
            34_000.0,
            41_500.0,
            "people",
            "appropriated beds",
            False,
            0.02,
        ),
        (
            "cost_per_person_day",
            "census_denver",
            "",
            140.0,
            None,
            None,
            "USD/person-day",
            "assumption",
            True,
            None,
        ),
    ]
    fit = []
    for point, inside, outside, model, yard in (
        ("us_total", 0.04, 0.13, 0.92, 1.0),
        ("mexico_encounters", 0.09, 0.17, 1.05, 1.02),
        ("honduras_entries", 0.11, 0.28, 1.3, 1.21),
        ("darien_transits", 0.12, 0.31, 1.44, 1.4),
    ):
        fit += [
            (point, "in_sample", "median_absolute_error", inside, None, 58),
            (point, "out_of_sample", "median_absolute_error", outside, outside * 1.05, 5),
            (point, "out_of_sample", "wis", model, yard, 5),
        ]
    claims = [
        ("fell_after_meeting", "Crossings fell in the days after the meeting.", "Los cruces bajaron en los días posteriores a la reunión.", "Mexico's president", dt.date(2024, 1, 5), "cannot_be_told",
         "Monthly counts cannot show days; January 2024 was 42 % below December 2023.", "Los conteos mensuales no muestran días; enero de 2024 fue 42 % menor que diciembre de 2023.",
         "us_total", "2024-01", "301,981 → 176,195", "US southwest land border only, by month", "Solo la frontera terrestre suroeste de EE. UU., por mes", "", "A daily series for December 2023 and January 2024.", "Una serie diaria de diciembre de 2023 y enero de 2024.", "US Customs and Border Protection"),
        ("mexico_surpasses", "Mexico's encounters surpass those of US Customs and Border Protection.", "Los encuentros de México superan los de la CBP de EE. UU.", "Joint press release", dt.date(2023, 12, 28), "not_supported",
         "In December 2023 Mexico counted 94,816 and the US southwest border 301,981.", "En diciembre de 2023 México contó 94 816 y la frontera suroeste de EE. UU. 301 981.",
         "mexico_encounters", "2023-12", "94,816 against 301,981", "US southwest border only, not all of CBP", "Solo la frontera suroeste, no toda la CBP", "2024-02", "Counts of CBP's other borders.", "Conteos de las otras fronteras de la CBP.", "SEGOB/UPMRIP; US Customs and Border Protection"),
        ("record", "December was the highest month on record.", "Diciembre fue el mes más alto registrado.", "A newspaper", dt.date(2024, 1, 2), "supported",
         "No month since October 2017 was higher.", "Ningún mes desde octubre de 2017 fue más alto.", "us_total", "2023-12", "301,981", "Since October 2017", "Desde octubre de 2017", "2023-12", "", "", "US Customs and Border Protection"),
    ]  # fmt: skip
    sources = [
        ("cbp", "Southwest land border encounters", "US Customs and Border Protection", "public domain (US government work)", "primary", "2023-12-22", "2017-10 to 2023-11", "cbp.gov/newsroom/stats", ""),
        ("upmrip", "Monthly bulletins", "Mexico, SEGOB/UPMRIP", "free use with attribution", "primary", "2023-12-05", "2018-01 to 2023-10", "", ""),
        ("inm", "Irregular entries", "Instituto Nacional de Migración de Honduras", "public information", "primary", "", "2014-01 to 2023-11", "", ""),
        ("snm", "Irregular transits through the Darién", "Panama, Servicio Nacional de Migración", "public information", "primary", "", "2010 to 2023-11", "", ""),
        ("iom", "Missing Migrants Project", "IOM", "CC BY 4.0", "compilation", "", "2014-01 to 2023-12", "", "a lower bound"),
        ("ice", "Detention statistics", "US Immigration and Customs Enforcement", "public domain", "primary", "", "", "", ""),
        ("nyc", "Asylum seekers report", "City of New York", "public information", "primary", "", "", "", ""),
        ("chicago", "New arrivals dashboard", "City of Chicago", "public information", "secondary", "", "", "", ""),
        ("denver", "Newcomer figures", "a weblog quoting the city", "", "repost", "", "", "", ""),
    ]  # fmt: skip
    return {
        "parameters": frame("parameters", parameters),
        "influence": frame(
            "influence",
            [
                ("us_total", "share", "tapachula.interdicted", "", "", "", 0.2, -0.22),
                ("us_total", "share", "matamoros.turn_back", "tucson", "del_rio", "turn_back", 0.3, -0.38),
                ("us_total", "elasticity", "legal_pathways", "", "", "", -0.16, 0.2),
                ("us_total", "departure_sd_common", "", "", "", "", -0.14, 0.16),
                (
                    "us_total",
                    "travel_days",
                    "tapachula-mexico_city",
                    "del_rio",
                    "del_rio",
                    "foot",
                    0.09,
                    -0.07,
                ),
                ("us_total", "capacity", "ice_detained", "hostile", "", "", 0.0, 0.04),
            ],
        ),
        "baseline": frame("baseline", [("us_total", "", dt.date(2023, 12, 1), 0.001)]),
        "margins": frame("margins", [("us_total", dt.date(2023, 12, 1), 0, 1.02)]),
        "fit": frame("fit", fit),
        "claims": frame("claims", claims),
        "sources": frame("sources", sources),
    }


def effect_tables() -> dict[str, pl.DataFrame]:
    """One fragile effect with its checks."""
    first, last = dt.date(2024, 1, 1), dt.date(2024, 2, 1)
    said = (
        "January 2024 lies 36 % below what was expected.",
        "Enero de 2024 queda 36 % por debajo de lo esperado.",
    )
    about = (
        "trains on US encounters",
        "trains",
        f"Trains {HOSTILE}",
        "Trenes",
        "us_total",
        "US encounters",
        "Encuentros",
        dt.date(2023, 12, 27),
    )
    january, february = (
        (176_195.0, 277_000.0, -0.36, -0.54, -0.12, -0.57, -0.07),
        (189_913.0, 282_000.0, -0.33, -0.57, 0.04, -0.6, 0.12),
    )
    both = (366_108.0, 559_000.0, -0.35, -0.53, -0.05, -0.57, -0.01)
    spans = [
        ("headline", first, first, january, said),
        ("month", first, first, january, ("", "")),
        ("month", last, last, february, ("", "")),
        ("cumulative", first, last, both, ("", "")),
    ]
    rows = [
        (*about, kind, start, end, *numbers, "fragile", *words, dt.date(2024, 2, 21), "cbp")
        for kind, start, end, numbers, words in spans
    ]
    checks = [
        (about[0], "placebo", "passed", "At 2 of 63 earlier dates.", "En 2 de 63 fechas."),
        (about[0], "anchor", "failed", "Measured from a record.", "Medido desde un récord."),
        (about[0], "anticipation", "cannot be told", "Too little is known.", "Se sabe muy poco."),
    ]  # fmt: skip
    return {"effects": frame("effects", rows), "effect_checks": frame("effect_checks", checks)}


def port_table() -> pl.DataFrame:
    """Hours and trucks of a port of entry, by scenario and month."""
    figures = {
        "officer_hours": 108_000, "hours_processing": 24_000, "hours_left": 84_000, "trucks_inspected": 115_000,
        "trucks_not_crossed": 12_000,
    }  # fmt: skip
    rows = [
        (scenario, "laredo_fo.port", month, item, q, level_at(center * factor, 0.3, q))
        for scenario, factor in SCENARIOS.items()
        for month in months(dt.date(2023, 12, 1), 7)
        for item, center in figures.items()
        for q in DAILY
    ]
    return frame("ports", rows)


def label_tables() -> dict[str, pl.DataFrame]:
    """Labels and places; one place carries markup as its name."""
    labels = [(s, r[3], r[4], r[5], "observed", r[6]) for s, r in SERIES.items()]
    labels += [(s, r[2], r[3], r[4], r[5], r[6]) for s, r in STOCKS.items()]
    labels += [
        ("no-agreement", "no agreement", "sin acuerdo", "scenario", "", ""),
        ("agreement", "agreement", "acuerdo", "scenario", "", ""),
        ("laredo_fo.port", "Laredo field office", "Oficina de Laredo", "port", "assumed", ""),
    ]
    labels += [(item, *say(f"ports.{item}"), "port_figure", "assumed", "") for item in subject("ports")]
    places = [
        (
            "del_rio",
            "Del Rio sector",
            "Sector Del Rio",
            "USA",
            "sector",
            "border",
            29.4,
            -100.9,
            "observed",
            "cbp",
        ),
        ("tucson", "Tucson sector", "Sector Tucson", "USA", "sector", None, 32.2, -110.9, "observed", "cbp"),
        ("hostile", HOSTILE, HOSTILE, "USA", "sector", "border", 31.8, -106.4, "assumed", "=cmd()"),
    ]
    routes = [("rio", "del_rio", "tucson", "rail", "border", 900.0, 2.0, 3, None, "assumed", "assumption")]
    return {
        "labels": frame("labels", labels),
        "places": frame("places", places),
        "routes": frame("routes", routes),
    }


MAP_MONTHS = months(dt.date(2023, 9, 1), 10)
LINKS = {
    "del_rio>tucson:rail": (900.0, ("del_rio", "tucson", "rail", "assumed", "rio")),
    "tucson>hostile:port_admission": (4000.0, ("tucson", "hostile", "port_admission", "observed", "")),
    "hostile>del_rio:removal": (250.0, ("hostile", "del_rio", "removal", "anchored", "")),
}


def people_on(link: str, scenario: str, month: dt.date) -> float:
    """An invented count that grows from month to month; what is before December is fitted, with no scenario."""
    step = MAP_MONTHS.index(month)
    return LINKS[link][0] * (1 + 0.25 * step) * (SCENARIOS[scenario] if scenario else 1)


def map_tables() -> dict[str, pl.DataFrame]:
    """Links between the three places, people on them, encounters at places and in a zone."""
    flows: list[tuple[Any, ...]] = []
    met: list[tuple[Any, ...]] = []
    for scenario in ("", *SCENARIOS):
        for month in MAP_MONTHS[:3] if scenario == "" else MAP_MONTHS[3:]:
            for link in LINKS:
                middle = people_on(link, scenario, month)
                flows.append((scenario, link, month, 0.8 * middle, middle, 1.3 * middle))
            for item, place, zone, base in (
                ("us_total", "tucson", "", 30_000.0),
                ("us_total", "hostile", "", 9_000.0),
                ("mexico_encounters", "", "border", 20_000.0),
            ):
                met.append((scenario, item, place, zone, month, 0.9 * base, base, 1.2 * base))
    links = [(name, *rest) for name, (_, rest) in LINKS.items()]
    return {
        "links": frame("links", links),
        "link_flows": frame("link_flows", flows),
        "map_encounters": frame("map_encounters", met),
    }


def month_tables() -> dict[str, pl.DataFrame]:
    """Stocks by month, and what a person-day costs."""
    rows: list[tuple[Any, ...]] = []
    cities = [item for item, spec in STOCKS.items() if spec[4] == "census"]
    for scenario, factor in SCENARIOS.items():
        for item in (*cities, ""):
            base = STOCKS[item][0] if item else sum(STOCKS[city][0] for city in cities)
            for step, month in enumerate(months(dt.date(2023, 12, 1), 7)):
                for statistic, size in (
                    ("mean", 1.0),
                    ("peak", 1.06),
                    ("peak_so_far", 1.08),
                    ("cost", 3100.0),
                    ("cost_so_far", 3100.0 * step),
                ):
                    if month.year == 2023 and statistic.endswith("so_far"):
                        continue
                    center, width = base * size * factor ** (step / 6), 0.08 + 0.02 * step
                    row = (scenario, item, month, statistic)
                    rows += [(*row, q, level_at(center, width, q)) for q in LEVELS]
    costs = [
        (
            item,
            item.replace("_", "."),
            None,
            None,
            100.0,
            80.0,
            130.0,
            "USD/person-day",
            "a city's report",
            False,
        )
        for item in cities
    ]
    return {"stock_months": frame("stock_months", rows), "costs": frame("costs", costs)}


def tables() -> dict[str, pl.DataFrame]:
    """Every table of the run, in a dictionary of one's own."""
    return dict(_tables())


@cache
def _tables() -> dict[str, pl.DataFrame]:
    return {
        **monthly_tables(), **daily_tables(), **scenario_tables(), **evidence_tables(), **effect_tables(), **label_tables(),
        **map_tables(), **month_tables(), "ports": port_table(), "past_forecasts": past_table(),
    }  # fmt: skip


MANIFEST: dict[str, Any] = {
    "name": "The Americas corridor, December 2023",
    "name_es": "El corredor de las Américas, diciembre de 2023",
    "as_of": AS_OF.isoformat(),
    "baseline": "no-agreement",
    "comparison": "agreement",
    "headline": "us_total",
    "hindsight": False,
    "command": "corridor demo --members 200 --seed 1",
    "seed": 1,
    "version": "0.1.0",
    "platform": "Python 3.11, NumPy 2",
    "license": "CC BY 4.0",
    "attribution": "Places: GeoNames, CC BY 4.0.",
    "inputs": {"americas": "0" * 64},
    "parameters": {"members": 200},
}


if __name__ == "__main__":
    folder = RunFolder.write(Path(sys.argv[1]), tables(), MANIFEST)
    write_html(folder, folder.path / "report.html")
