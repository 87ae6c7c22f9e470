"""The receiving cities: who goes there, by bus or by themselves, how long they stay, room and cost."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import polars as pl

from americas.counts import CBP, each_month, known, month_end, us
from americas.dispositions import PERIODS, disposition
from americas.geography import RECEIVING
from americas.tables import Tables
from corridor.data import load

FIRST = {"new_york": dt.date(2022, 4, 1), "chicago": dt.date(2022, 8, 31), "denver": dt.date(2022, 12, 1),
         "washington_dc": dt.date(2022, 4, 13), "massachusetts": dt.date(2022, 9, 1)}  # fmt: skip
"""First day on which arrivals were told of (Texas' buses began in April 2022)."""
BUSED = {"new_york": 0.15, "chicago": 0.7, "denver": 0.13, "washington_dc": 1.0, "massachusetts": 0.0}
"""Part of a city's arrivals that Texas bused: its counts over the city's, to October 2023."""
FAMILY = {
    "new_york": (0.75, 1.2),
    "chicago": (0.9, 1.1),
    "denver": (1.0, 1.0),
    "washington_dc": (1.0, 1.0),
    "massachusetts": (0.0, 2.0),
}
"""Single adults and families, relative to all released (New York: from its census by household and assumed stays)."""
LAST = dt.date(2023, 11, 30)
"""Last day of the published months of encounters."""
DC_STAYS = 0.12
RIDES = ("single", "family")
MIGRANTS = 0.8
"""Part of the growth of Massachusetts' family shelters since August 2022 that is put down to new arrivals (assumed)."""
Path = list[tuple[dt.date, float, dt.date, str]]
"""Dated cumulative arrivals: date, people, day known, publisher."""


def add_reception(t: Tables) -> None:
    """Onward and bused flows out of the release hub, shelters and their exits."""
    for name, (_, _, _, days) in RECEIVING.items():
        t.stock(f"{name}.arrived", name, "arrived", 1, tag="anchored")
        t.stock(
            f"{name}.census",
            name,
            "census",
            90,
            overflow=True,
            tag="anchored" if name in ("massachusetts", "washington_dc") else "observed",
        )
        route = t.route("san_antonio", name, "bus", "interior", days)
        who = ("family",) if name == "massachusetts" else RIDES
        if BUSED[name] < 1:
            t.flow(
                f"us.to_{name}", "us.released", f"{name}.arrived", "onward", route, groups=who, tag="anchored"
            )
        if BUSED[name]:
            bused = t.route("san_antonio", name, "bus", "interior", days, name=f"san_antonio-{name}-bused")
            t.flow(
                f"us.bused_{name}",
                "us.released",
                f"{name}.arrived",
                "bused",
                bused,
                groups=who,
                overflow="us.to_elsewhere",
                tag="anchored",
            )
        t.flow(
            f"{name}.intake",
            f"{name}.arrived",
            f"{name}.census",
            "intake",
            groups=who,
            share=None if name == "washington_dc" else 1,
            tag="anchored",
        )
        t.flow(f"{name}.exit", f"{name}.census", "pending.cases", "exit", groups=who, share=1, tag="anchored")
        t.stock(f"{name}.street", name, "street", 30)
        t.flow(f"{name}.unsheltered", f"{name}.census", f"{name}.street", "unsheltered", groups=who, share=0)
        t.flow(f"{name}.off_street", f"{name}.street", "pending.cases", "release", groups=who, share=1)
    t.flow(
        "washington_dc.onward",
        "washington_dc.arrived",
        "pending.cases",
        "release",
        groups=RIDES,
        tag="anchored",
    )
    t.split({"washington_dc.intake": DC_STAYS, "washington_dc.onward": 1 - DC_STAYS}, {"washington_dc.intake": 0.5, "washington_dc.onward": 0.07},
            "DC Department of Human Services 2023-04-13: 12 % of those on buses wanted to stay", known=dt.date(2023, 4, 13))  # fmt: skip
    t.route("san_antonio", "elsewhere", "mixed", "interior", 2)
    t.flow("us.to_elsewhere", "us.released", "pending.cases", "onward", "san_antonio-elsewhere")
    _shares(t)
    _stays_and_room(t)
    _costs(t)


def arrivals(city: str) -> Path:
    """Dated cumulative arrivals; weak points and those of one month left out."""
    if city == "massachusetts":
        return _massachusetts()
    measure = "cumulative_bused_by_texas" if city == "washington_dc" else "cumulative_arrivals"
    table = load("city_reception").table.filter(
        pl.col("city") == city, pl.col("measure") == measure, pl.col("grade").is_in(["primary", "secondary"]),
        pl.col("known_from") <= dt.date(2023, 12, 31), pl.col("unit") == "people",
    ).sort("date")  # fmt: skip
    found: Path = [(FIRST[city], 0.0, FIRST[city], "")]
    for row in table.iter_rows(named=True):
        if (row["date"] - found[-1][0]).days >= 30 and row["value"] > found[-1][1]:
            found.append((row["date"], row["value"], row["known_from"], row["publisher"]))
    return found


def _massachusetts() -> Path:
    """Families beyond those of August 2022, at three people each, with an assumed year of stay."""
    points = [
        (dt.date(2022, 8, 31), 3100, ""),
        (dt.date(2023, 8, 8), 5600, "The Center Square"),
        (dt.date(2023, 11, 9), 7517, "CBS Boston"),
    ]
    found: Path = [(FIRST["massachusetts"], 0.0, FIRST["massachusetts"], "")]
    total = 0.0
    for (day, families, _), (later, more, publisher) in pairwise(points):
        left = ((families + more) / 2 - 3100) * (later - day).days / 365
        total += 3 * MIGRANTS * (more - families + left)
        found.append((later, total, max(later, dt.date(2023, 8, 31)), publisher))
    return found


def releases(month: dt.date) -> float:
    """People released a day, single adults and families: encounters less those returned or removed, and half of those detained."""
    total = 0.0
    period = next(
        (i for i, (_, end, _) in enumerate(PERIODS) if end and month <= end.replace(day=1)), len(PERIODS)
    )
    for (nationality, household, component), n in us(
        (month, month), "nationality", "household", "component"
    ).items():
        if household == "child":
            continue
        if component == "ofo":
            total += n * (0.46 if month < dt.date(2023, 5, 1) else 0.87)
        else:
            shares = disposition(nationality, household, period)
            total += n * (shares["released"] + 0.5 * shares["detained"])
    return total / month_end(month).day


def _shares(t: Tables) -> None:
    """Shares of those released, by month from the first buses on."""
    paths = {city: arrivals(city) for city in RECEIVING}
    none = {f"us.to_{c}": 0.0 for c in RECEIVING if BUSED[c] < 1} | {
        f"us.bused_{c}": 0.0 for c in RECEIVING if BUSED[c]
    }
    early = "assumption: no bused arrivals were reported before April 2022"
    for household in RIDES:
        parts = {n: v for n, v in none.items() if household == "family" or "massachusetts" not in n}
        t.split({**parts, "us.to_elsewhere": 1.0}, 0.0, early, group=household, end=dt.date(2022, 3, 31))
    months = each_month(dt.date(2022, 4, 1), LAST.replace(day=1))
    for month in months:
        last = None if month == months[-1] else month_end(month)
        _month(t, paths, month, last)
    t.number(
        "share",
        "us.to_elsewhere",
        1,
        1,
        1,
        "assumption: unaccompanied children go to sponsors, not to city shelters",
        group="child",
    )


def _month(t: Tables, paths: dict[str, Path], month: dt.date, last: dt.date | None) -> None:
    daily: dict[str, float] = {}
    seen = [known("us_southwest_encounters", month)]
    said: list[str] = []
    for city, path in paths.items():
        daily[city], day, publisher = _rate(path, month)
        if daily[city]:
            seen.append(day)
            said.append(f"{publisher} ({city})")
    base = releases(month)
    source = f"{'; '.join(dict.fromkeys(said))}: arrivals a day between dated totals, over releases computed from {CBP}, {month:%Y-%m}; part bused: Texas' counts"
    for household, k in (("single", 0), ("family", 1)):
        parts: dict[str, float] = {}
        for city, rate in daily.items():
            share = min(rate / base * FAMILY[city][k], 0.3)
            if household == "single" and city == "massachusetts":
                continue
            if BUSED[city] < 1:
                parts[f"us.to_{city}"] = share * (1 - BUSED[city])
            if BUSED[city]:
                parts[f"us.bused_{city}"] = share * BUSED[city]
        parts["us.to_elsewhere"] = 1 - sum(parts.values())
        wide = {name: 0.07 if name == "us.to_elsewhere" else 0.35 for name in parts}
        t.split(parts, wide, source, group=household, start=month, end=last, known=max(seen))


def _rate(path: Path, month: dt.date) -> tuple[float, dt.date, str]:
    """Arrivals a day in a month, by straight lines between the points; the last slope goes on."""
    middle = month + dt.timedelta(days=15)
    if middle < path[0][0]:
        return 0.0, dt.date.min, ""
    for (day, people, *_), (later, more, seen, publisher) in pairwise(path):
        if middle < later or later == path[-1][0]:
            return (more - people) / (later - day).days, seen, publisher
    return 0.0, dt.date.min, ""


def _stays_and_room(t: Tables) -> None:
    n = t.number
    press = "Crain's New York 2023-05-09 and 2023-07-27: the mean stay that joins 60,800 and 93,200 arrivals in all to a census of 37,500 and 56,200"
    reports = "City of New York, Asylum Seekers Terms and Conditions Reports 2023-07 to 2023-11: census over exits, 138 to 176 days; that single adults stay half as long as families is assumed"
    for household, value in (("single", 105), ("family", 205)):
        n(
            "stay_days",
            "new_york.census",
            300,
            200,
            450,
            press,
            group=household,
            end=dt.date(2023, 7, 25),
            known=dt.date(2023, 7, 27),
        )
        n(
            "stay_days",
            "new_york.census",
            value,
            0.7 * value,
            1.4 * value,
            reports,
            group=household,
            start=dt.date(2023, 7, 26),
            known=dt.date(2023, 12, 30),
        )
    n(
        "stay_days",
        "chicago.census",
        260,
        150,
        400,
        "FOX 32 Chicago 2023-11-01 and NBC Chicago 2023-12-17: the mean stay that joins 20,000 and 26,000 arrivals in all to a census of 11,500 and 15,028",
        known=dt.date(2023, 12, 17),
    )
    n(
        "stay_days",
        "denver.census",
        18,
        13,
        25,
        "Common Sense Institute through KDVR FOX31 2023-10: mean stay 18 days up to 2023-10-16",
        end=dt.date(2023, 11, 16),
        known=dt.date(2023, 10, 31),
    )
    n(
        "stay_days",
        "denver.census",
        35,
        22,
        55,
        "KDVR FOX31 2023-12-15: census close to 4,000 over 109 arrivals a day, after stay limits were paused on 2023-11-17",
        start=dt.date(2023, 11, 17),
        known=dt.date(2023, 12, 15),
    )
    n(
        "stay_days",
        "massachusetts.census",
        365,
        200,
        500,
        "assumption: about a year; no mean stay had been published by the end of 2023",
    )
    n("stay_days", "washington_dc.census", 120, 60, 240, "assumption: no mean stay is published")
    n(
        "capacity",
        "chicago.census",
        15000,
        14500,
        16000,
        "WTTW 2023-12-27: 15,000 people in care, the system 'has reached capacity'",
        known=dt.date(2023, 12, 27),
    )
    n(
        "capacity",
        "denver.census",
        4000,
        3800,
        4700,
        "KDVR FOX31 2023-12-15: census close to 4,000, the highest known; taken as the room there is, no bed count is published",
        known=dt.date(2023, 12, 15),
    )
    n(
        "capacity",
        "massachusetts.census",
        3 * MIGRANTS * (7500 - 3100),
        9000,
        14000,
        "CBS Boston 2023-11-09: 7,500 families in all; that new arrivals took four fifths of the growth since August 2022, at three people each, is assumed",
        known=dt.date(2023, 11, 9),
    )
    n(
        "capacity",
        "washington_dc.census",
        1250,
        1000,
        1500,
        "assumption: two hotels, order of magnitude of 387 families served by April 2023",
    )


def _costs(t: Tables) -> None:
    n = t.number
    n(
        "cost_per_person_day",
        "new_york.census",
        172.5,
        150,
        200,
        "City of New York, Asylum Seekers Terms and Conditions Report 2023-11: 396 USD per household-night, 29,136 households, 66,886 people",
        known=dt.date(2023, 12, 30),
    )
    n(
        "cost_per_person_day",
        "denver.census",
        84,
        60,
        120,
        "KDVR FOX31 2023-10: over 28 million USD, 18,519 people sheltered, 18 days on average",
        end=dt.date(2024, 5, 31),
        known=dt.date(2023, 10, 31),
    )
    n(
        "cost_per_person_day",
        "denver.census",
        90,
        60,
        120,
        "KDVR and NewsNation 2024-06: 90 USD per hotel night at one point",
        start=dt.date(2024, 6, 1),
        known=dt.date(2024, 6, 30),
    )
    n(
        "cost_per_person_day",
        "chicago.census",
        65,
        45,
        130,
        "NBC Chicago and Sun-Times 2023-09: 123 million USD planned for 2023-07-24 to 2023-12-31, over the census of 2023-11-01 and 2023-12-16",
        known=dt.date(2023, 12, 31),
    )
    n(
        "cost_per_person_day",
        "massachusetts.census",
        110,
        80,
        150,
        "assumption: order of magnitude; a sourced figure (2,932 USD per family and week) was published in 2025",
    )
    n("cost_per_person_day", "washington_dc.census", 120, 70, 200, "assumption: as in other cities")
    n(
        "cost_per_person_day",
        "ice.detained",
        150,
        110,
        200,
        "assumption: order of the agency's daily cost of a bed; a sourced figure (187 USD, FY2023) was published in 2025",
        end=dt.date(2024, 12, 30),
    )
    n(
        "cost_per_person_day",
        "ice.detained",
        187.48,
        170,
        205,
        "US Immigration and Customs Enforcement through Marketplace 2025-07-25: average of FY2023",
        start=dt.date(2024, 12, 31),
        known=dt.date(2025, 7, 25),
    )
