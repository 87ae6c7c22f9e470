"""The border: queues for the ports, crossings between them, custody, and what follows an encounter."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

from americas.counts import CBP, IOM, SECOND, SPAN, each_month, known, month_end, months, of, us
from americas.dispositions import AFTER, END_42, PERIODS, disposition
from americas.geography import CITIES, OFFICES, PORTS, RETURN_CITY, RETURNABLE, SECTORS, users
from americas.tables import NATIONALITIES, Tables
from corridor.data import load

OTHERS = tuple(n for n in NATIONALITIES if n not in RETURNABLE)


def add_cities(t: Tables) -> None:
    """Waiting to cross, queues for a port, and those sent back."""
    for name, city in CITIES.items():
        crossers = users(city.sector)
        t.stock(f"{name}.waiting", name, "waiting", 4)
        t.flow(
            f"{name}.cross",
            f"{name}.waiting",
            f"{city.sector}.custody",
            "crossing",
            groups=crossers,
            tag="observed",
        )
        t.flow(f"{name}.death", f"{name}.waiting", "deaths.border", "death", groups=crossers, tag="anchored")
        _border_deaths(t, name)
        if city.office:
            _queue(t, name)
        if city.returned:
            t.stock(f"{name}.returned", name, "returned", 4)
            t.flow(
                f"{name}.renewed",
                f"{name}.returned",
                f"{name}.waiting",
                "renewed_attempt",
                groups=RETURNABLE,
                tag="anchored",
            )
            for other in neighbours(name):
                t.flow(
                    f"{name}.renewed_{other}",
                    f"{name}.returned",
                    f"{other}.waiting",
                    "renewed_attempt",
                    groups=RETURNABLE,
                )
            t.flow(
                f"{name}.goes_home",
                f"{name}.returned",
                "home.stayed",
                "turn_back",
                groups=RETURNABLE,
                tag="anchored",
            )
            _renewed(t, name)


ELSEWHERE = 0.1
"""Part of renewed attempts at each city next to the one of the return (assumed)."""
LATERAL = (
    "a tenth at each city next to it: assumption; of people sent back through a distant city 24 % were apprehended again, of all "
    "17 % (Congressional Research Service through Associated Press 2013-05-14, fiscal year 2012)"
)


def neighbours(name: str) -> tuple[str, ...]:
    """The nearest border cities to the west and to the east of one whose sectors all nationalities cross that can be returned."""
    open_to_all = [n for n, city in CITIES.items() if n == name or set(RETURNABLE) <= set(users(city.sector))]
    at = open_to_all.index(name)
    return tuple(open_to_all[i] for i in (at - 1, at + 1) if 0 <= i < len(open_to_all))


def _queue(t: Tables, name: str) -> None:
    city = CITIES[name]
    seekers = users(city.office or "")
    both = tuple(n for n in seekers if n in users(city.sector))
    t.stock(f"{name}.queue", name, "queue", None)
    t.flow(
        f"{name}.port",
        f"{name}.queue",
        f"{city.office}.port",
        "port_admission",
        groups=seekers,
        tag="anchored",
    )
    t.flow(f"{name}.give_up", f"{name}.queue", f"{name}.waiting", "move", groups=both)
    t.number(
        "daily_probability",
        f"{name}.port",
        0.1,
        0.05,
        0.3,
        "assumption: one waits ten days at least for an appointment; beyond that the throughput binds",
    )
    t.number(
        "daily_probability",
        f"{name}.give_up",
        0.005,
        0.001,
        0.01,
        "assumption: few leave the queue for a crossing between ports; no count is published",
    )
    area = f"{(city.office or '')[:-3]}_field_office"
    span = each_month(dt.date(2020, 10, 1), dt.date(2023, 11, 1))
    for month in span:
        last = month_end(month)
        people = us((month, month), component="ofo", area=area)[()] / last.day
        part = "" if city.port == 1 else f", part of {PORTS[name]} assumed ({city.port:g})"
        t.number(
            "throughput", f"{name}.port", people * city.port, people * city.port * (0.95 if city.port == 1 else 0.8),
            people * city.port * (1.05 if city.port == 1 else 1.2),
            f"{CBP}, Office of Field Operations, {month:%Y-%m}: people per day{part}",
            start=None if month == span[0] else month, end=None if month == span[-1] else last, known=known("us_southwest_encounters", month),
        )  # fmt: skip


def _border_deaths(t: Tables, name: str) -> None:
    for year, span, first, last in _death_years():
        deaths = of("recorded_deaths", span, ("zone",)).get(("border",), 0.0)
        value = deaths / us(span, component="usbp")[()]
        t.split(
            {f"{name}.cross": 1 - value, f"{name}.death": value}, {f"{name}.cross": 1e-4, f"{name}.death": 0.4},
            {f"{name}.death": f"{IOM}, recorded dead and missing {year} (a lower bound), in the border zone, over encounters between ports",
             f"{name}.cross": f"{CBP}: all others who cross are encountered (people not encountered are outside the model)"},
            start=first, end=last, known=known("recorded_deaths", span[1]),
        )  # fmt: skip


def _death_years() -> list[tuple[str, SPAN, dt.date | None, dt.date | None]]:
    early: SPAN = (dt.date(2020, 10, 1), dt.date(2021, 12, 1))
    late: SPAN = (dt.date(2022, 1, 1), dt.date(2023, 11, 1))
    return [
        (months(early), early, None, dt.date(2022, 12, 31)),
        (months(late), late, dt.date(2023, 1, 1), None),
    ]


def add_deaths(t: Tables) -> None:
    """Recorded deaths on the ways through the Darién and Mexico: a lower bound."""
    for name, place in (("darien", "darien"), ("mexico", "mexico_city"), ("border", "tucson")):
        t.stock(f"deaths.{name}", place, "dead", None, tag="observed")
    for name, route in list(t.routes.items()):
        zone = {"darien": "darien", "mexico_south": "mexico", "mexico_north": "mexico"}.get(route.zone or "")
        if (
            zone is None
            or route.mode == "administrative"
            or name.startswith(("mexico_interior", "tecun_uman", "el_naranjo"))
        ):
            continue
        t.flow(f"death_{name}", name, f"deaths.{zone}", "death", tag="anchored")
        for year, span, first, last in _death_years():
            deaths = of("recorded_deaths", span, ("zone",)).get((zone,), 0.0)
            if zone == "darien":
                journeys, over = of("darien_transits", span, ())[()], "transits counted by Panama"
            else:
                journeys, over = 2 * us(span)[()], "people encountered at the US border and two journeys"
            value = deaths / journeys
            t.number(
                "share", f"death_{name}", value, value * 0.7, value * 1.6,
                f"{IOM}, recorded dead and missing {year} (a lower bound), over {over}",
                start=first, end=last, known=known("recorded_deaths", span[1]),
            )  # fmt: skip


def _renewed(t: Tables, name: str) -> None:
    spans = (
        (None, dt.date(2021, 9, 30), 0.4, 0.5, None, "assumption: many of those expelled without consequence try again"),
        (dt.date(2021, 10, 1), END_42, 0.43, 0.25, dt.date(2022, 7, 1),
         "US Customs and Border Protection, repeat encounters 27 % in FY2021 (secondary report, 2022-06), over the part expelled"),
        (END_42 + dt.timedelta(days=1), None, 0.25, 0.6, dt.date(2023, 5, 12),
         "assumption: fewer renewed attempts once a removal has consequences; FY2015 to FY2017 had 10 to 14 % repeats (CBP through CIS 2022-06)"),
    )  # fmt: skip
    for first, last, value, wide, seen, source in spans:
        rest = "assumption: the rest after renewed attempts"
        others = neighbours(name)
        parts = {f"{name}.renewed": value * (1 - ELSEWHERE * len(others))}
        parts |= {f"{name}.renewed_{o}": value * ELSEWHERE for o in others}
        spread = {**dict.fromkeys(parts, wide), f"{name}.goes_home": wide / 2}
        text = {**dict.fromkeys(parts, f"{source}; {LATERAL}"), f"{name}.goes_home": rest}
        t.split({**parts, f"{name}.goes_home": 1 - value}, spread, text, start=first, end=last, known=seen)


def add_custody(t: Tables) -> None:
    """Border Patrol custody, its processing, and dispositions by nationality and household."""
    total = us(SECOND, component="usbp")[()]
    for name in SECTORS:
        groups = users(name)
        t.stock(f"{name}.custody", name, "custody", 2, overflow=True, tag="anchored")
        t.stock(f"{name}.processed", name, "processed", 1, tag="assumed")
        t.flow(
            f"{name}.processing", f"{name}.custody", f"{name}.processed", "processing", groups=groups, share=1
        )
        here = us(SECOND, component="usbp", area=f"{name}_sector")[()]
        t.number(
            "capacity", f"{name}.custody", 20500 * here / total, 16400 * here / total, 26600 * here / total,
            f"US Department of Homeland Security official, 20,500 in border custody called full (Baton Rouge Gazette, 2023-05; secondary); split by {CBP}, {months(SECOND)}",
            known=known("us_southwest_encounters", SECOND[1]),
        )  # fmt: skip
        _staff(t, name)
        returned = tuple(n for n in RETURNABLE if n in groups)
        t.flow(
            f"{name}.returned_to_mexico",
            f"{name}.processed",
            f"{RETURN_CITY[name]}.returned",
            "removal",
            groups=returned,
            tag="anchored",
        )
        t.flow(
            f"{name}.removed",
            f"{name}.processed",
            "removal.waiting",
            "removal",
            groups=tuple(n for n in groups if n != "MEX"),
            tag="anchored",
        )
        t.flow(
            f"{name}.detained",
            f"{name}.processed",
            "ice.detained",
            "detention",
            groups=groups,
            overflow=f"{name}.released",
            tag="anchored",
        )
        t.flow(
            f"{name}.released", f"{name}.processed", "us.released", "release", groups=groups, tag="anchored"
        )
        for nationality in groups:
            _dispositions(t, name, nationality)


def _staff(t: Tables, name: str) -> None:
    """People a day that a sector can process: somewhat more than in its fullest month so far."""
    area, best = f"{name}_sector", 0.0
    starts = [dt.date(2020, 10, 1), *(dt.date(y, m, 1) for y in (2021, 2022, 2023) for m in (1, 7))]
    for i, first in enumerate(starts):
        last = (
            month_end(dt.date(2023, 11, 1)) if i + 1 == len(starts) else starts[i + 1] - dt.timedelta(days=1)
        )
        for month in each_month(first, last.replace(day=1)):
            best = max(best, us((month, month), component="usbp", area=area)[()] / month_end(month).day)
        t.number(
            "throughput", f"{name}.processing", 1.25 * best, 1.1 * best, 1.6 * best,
            f"assumption: a quarter more than the daily mean of the fullest month so far ({CBP}, until {last:%Y-%m})",
            start=None if i == 0 else first, end=None if i + 1 == len(starts) else last, known=known("us_southwest_encounters", last.replace(day=1)),
        )  # fmt: skip


def _dispositions(t: Tables, sector: str, nationality: str) -> None:
    words = ("returned_to_mexico", "removed", "detained", "released")
    spread = {"returned_to_mexico": 0.1, "removed": 0.4, "detained": 0.3, "released": 0.1}

    def rows(
        household: str,
        period: int,
        source: str,
        first: dt.date | None,
        last: dt.date | None,
        seen: dt.date | None,
    ) -> None:
        shares = disposition(nationality, household, period)
        parts = {f"{sector}.{w}": shares[w] for w in words if nationality in t.flows[f"{sector}.{w}"].groups}
        wide = {
            f"{sector}.{w}": 0.5 if period == len(PERIODS) and w != "released" else spread[w] for w in words
        }
        t.split(parts, wide, source, group=f"{nationality}.{household}", start=first, end=last, known=seen)

    for household in ("single", "family"):
        for period, (first, last, span) in enumerate(PERIODS):
            source = f"{CBP}, {months(span)}: part expelled under Title 42; detained: ICE book-ins by CBP over single adults under Title 8; other removals assumed"
            rows(household, period, source, first, last, known("us_southwest_encounters", span[1]))
        source = f"DHS, over 460,000 removals and returns 2023-05-12 to 2023-12-27 (reported by Imagility), less those by flight, over encounters {months(AFTER)}; split by nationality and household assumed"
        rows(household, len(PERIODS), source, END_42 + dt.timedelta(days=1), None, dt.date(2023, 12, 27))
    child = (
        "assumption: most unaccompanied Mexican children are returned to Mexico's child protection authorities"
        if nationality == "MEX"
        else released_children()
    )
    rows("child", 0, child, None, None, None)


@cache
def released_children() -> str:
    """How many unaccompanied children left care for sponsors, beside how many not from Mexico were met in the same months."""
    first, last = dt.date(2023, 1, 1), dt.date(2023, 11, 30)
    care = load("unaccompanied_children_flows").table.filter(
        pl.col("measure") == "discharged", pl.col("date").is_between(first, last)
    )
    met = load("us_southwest_encounters").table.filter(
        pl.col("household") == "child", pl.col("nationality") != "MEX", pl.col("date").is_between(first, last)
    )
    days = (last - first).days + 1
    return (
        f"US Department of Health and Human Services, daily counts of unaccompanied children: {care['value'].mean():.0f} a day left care, "
        f"almost all to sponsors, 2023-01 to 2023-11 ({care.height} days read), for {met['value'].sum() / days:.0f} a day of other countries than Mexico "
        "encountered; held for earlier years, too"
    )


def trucks_of(office: str) -> tuple[float, str]:
    """Trucks a day from Mexico at an office's ports, and the source: counts of bridges where all of them are in Texas."""
    guess = {"san_diego_fo": 4100, "tucson_fo": 1200, "el_paso_fo": 2700, "laredo_fo": 12000}[office]
    if office not in BRIDGES:
        return guess, "assumption: order of magnitude of trucks entering from Mexico, 7 million a year"
    first, last = dt.date(2022, 11, 1), dt.date(2023, 10, 31)
    table = load("texas_bridge_crossings").table.filter(
        pl.col("mode") == "commercial_trucks", pl.col("date").is_between(first, last)
    )
    inside = pl.col("bridge").is_in(BRIDGES["el_paso_fo"])
    counted = table.filter(inside if office == "el_paso_fo" else ~inside)["value"].sum() / 365
    beside = "; Santa Teresa in New Mexico, not among them, has the rest" if office == "el_paso_fo" else ""
    return guess, (
        "Bridge owners and US Customs and Border Protection, northbound crossings of Texas bridges: "
        f"{counted:,.0f} trucks a day, 2022-11 to 2023-10{beside}"
    )


BRIDGES = {
    "el_paso_fo": (
        "ysleta_bridge", "bridge_of_the_americas", "presidio_ojinaga_international_bridge", "marcelino_serna_bridge",
    ),
    "laredo_fo": (),
}  # fmt: skip
"""Bridges of a field office that take trucks; all others are Laredo's."""


def add_ports(t: Tables) -> None:
    """What follows an admission at a port, and the officer hours that it takes."""
    for office in OFFICES:
        groups = users(office)
        back = tuple(n for n in groups if n in RETURNABLE)
        t.stock(f"{office}.port", office, "port", 1, tag="observed")
        t.flow(
            f"{office}.port_released",
            f"{office}.port",
            "us.released",
            "release",
            groups=groups,
            tag="anchored",
        )
        t.flow(
            f"{office}.port_returned",
            f"{office}.port",
            f"{RETURN_CITY[office]}.returned",
            "removal",
            groups=back,
            tag="anchored",
        )
        t.flow(
            f"{office}.port_detained",
            f"{office}.port",
            "ice.detained",
            "detention",
            groups=groups,
            overflow=f"{office}.port_released",
            tag="anchored",
        )
        for nationality in groups:
            _port_dispositions(t, office, nationality)
        people = (
            us(
                (dt.date(2023, 11, 1), dt.date(2023, 11, 1)),
                component="ofo",
                area=f"{office[:-3]}_field_office",
            )[()]
            / 30
        )
        trucks, counted = trucks_of(office)
        hours = 1.05 * (trucks * 0.5 + people * 2.5)
        text = "assumption: no count of officer hours is published"
        t.number(
            "officer_hours",
            f"{office}.port",
            hours,
            0.7 * hours,
            1.5 * hours,
            f"{text}; such that trucks and people of November 2023 just find room",
        )
        t.number(
            "processing_hours",
            f"{office}.port",
            2.5,
            1,
            5,
            f"{text}; interview, biometrics and notice to appear",
        )
        t.number(
            "inspection_hours",
            f"{office}.port",
            0.5,
            0.2,
            1,
            f"{text}; primary and some secondary inspection",
        )
        t.number(
            "trucks",
            f"{office}.port",
            trucks,
            0.7 * trucks,
            1.3 * trucks,
            counted,
        )


def _port_dispositions(t: Tables, office: str, nationality: str) -> None:
    back = nationality in RETURNABLE
    parts = {
        f"{office}.port_released": 0.4612,
        f"{office}.port_returned": 0.4588,
        f"{office}.port_detained": 0.08,
    }
    later = {
        f"{office}.port_released": 0.868,
        f"{office}.port_returned": 0.092,
        f"{office}.port_detained": 0.04,
    }
    kept = {n: v for n, v in parts.items() if back or "returned" not in n}
    early = "assumption: early ports: Title 42 part from {}; the rest guessed".format(
        f"{CBP}, 2020-10 to 2021-09"
    )
    t.split(kept, 0.4, early, group=nationality, end=END_42, known=dt.date(2021, 10, 22))
    kept = {n: v for n, v in later.items() if back or "returned" not in n}
    source = ("US Customs and Border Protection, Custody and Transfer Statistics FY2023: 44,238 notices to appear and 1,998 credible-fear "
              "referrals among 50,972 at southwest ports, 2023-09; referrals taken as detained, the rest as returned")  # fmt: skip
    t.split(kept, {f"{office}.port_released": 0.06, f"{office}.port_returned": 0.6, f"{office}.port_detained": 0.6}, source, group=nationality,
            start=END_42 + dt.timedelta(days=1), known=dt.date(2023, 10, 22))  # fmt: skip
