"""Inside the United States: detention, removal flights, release, pending cases, the lawful channel."""

from __future__ import annotations

import datetime as dt

import polars as pl

from americas.counts import CBP, ICE, each_month, known, month_end, us
from americas.dispositions import END_42, SEATS
from americas.geography import ORIGINS
from americas.tables import NATIONALITIES, Tables
from corridor.data import load

VEN_FLIGHTS = dt.date(2023, 10, 18)
LAST = dt.date(2023, 11, 1)


def adp(category: str, month: dt.date) -> float:
    """Average daily population in detention of one month."""
    table = load("ice_detention").table.filter(
        pl.col("measure") == "adp", pl.col("category") == category, pl.col("date") == month
    )
    return float(table["value"].item())


def _sum(measure: str, category: str, months: list[dt.date]) -> float:
    table = load("ice_detention").table.filter(
        pl.col("measure") == measure, pl.col("category") == category, pl.col("date").is_in(months)
    )
    return float(table["value"].sum())


def add_detention(t: Tables) -> None:
    """Detention: room, others' use of it, stay, and how people leave it."""
    t.stock("ice.detained", "us_detention", "detained", 40, 2, tag="observed")
    t.flow(
        "ice.removed",
        "ice.detained",
        "removal.waiting",
        "removal",
        groups=tuple(n for n in NATIONALITIES if n != "MEX"),
        tag="anchored",
    )
    t.flow("ice.removed_by_land", "ice.detained", "home.removed", "removal", groups=("MEX",), tag="anchored")
    t.flow("ice.released", "ice.detained", "us.released", "release", tag="anchored")
    _leaving(t)
    _occupied(t)
    _room_and_stay(t)
    first = [dt.date(2020, 10, 1)]
    adults = us((first[0], dt.date(2020, 12, 1)), "nationality", household="single", component="usbp")
    total = sum(adults.values())
    held = adp("arrested_by_cbp", first[0])
    for (nationality,), n in adults.items():
        t.number(
            "initial", "ice.detained", held * n / total, held * n / total * 0.9, held * n / total * 1.1,
            f"{ICE}, 2020-10, population arrested by CBP; split by {CBP}, 2020-10 to 2020-12",
            group=f"{nationality}.single", known=dt.date(2021, 1, 22),
        )  # fmt: skip


def _leaving(t: Tables) -> None:
    months = each_month(dt.date(2023, 10, 1), LAST)
    removed = _sum("book_outs", "release_to_remove", months) / _sum("book_outs", "total", months)
    spans = (
        (None, dt.date(2023, 9, 30), 0.5, 0.4, None, "assumption: about half leave detention by removal; book-outs by reason are incomplete before 2023-10"),
        (dt.date(2023, 10, 1), None, removed, 0.2, known("ice_detention", LAST), f"{ICE}, book-outs 2023-10 to 2023-11 to removal (all who were detained)"),
    )  # fmt: skip
    for nationality in NATIONALITIES:
        name = "ice.removed_by_land" if nationality == "MEX" else "ice.removed"
        for first, last, value, wide, seen, source in spans:
            t.split(
                {name: value, "ice.released": 1 - value},
                wide,
                source,
                group=nationality,
                start=first,
                end=last,
                known=seen,
            )


def _occupied(t: Tables) -> None:
    span = each_month(dt.date(2020, 10, 1), LAST)
    for month in span:
        value = adp("arrested_by_ice", month)
        t.number(
            "occupied", "ice.detained", value, 0.98 * value, 1.02 * value, f"{ICE}, average daily population arrested by ICE, {month:%Y-%m}",
            start=None if month == span[0] else month, end=None if month == LAST else month_end(month), known=known("ice_detention", month),
        )  # fmt: skip


def _room_and_stay(t: Tables) -> None:
    quarters = [dt.date(y, m, 1) for y in (2020, 2021, 2022, 2023) for m in (1, 4, 7, 10)][3:]
    for i, first in enumerate(quarters):
        last = min((first + dt.timedelta(days=70)).replace(day=1), LAST)
        year = each_month((last - dt.timedelta(days=330)).replace(day=1), last)
        best = max(adp("total", month) for month in year)
        window = {
            "start": None if i == 0 else first,
            "end": None if last == LAST else month_end(last),
            "known": known("ice_detention", last),
        }
        t.number(
            "capacity", "ice.detained", best, 0.97 * best, 1.1 * best,
            f"{ICE}: highest average daily population from {year[0]:%Y-%m} to {last:%Y-%m}, taken as the room there is", **window,
        )  # fmt: skip
        quarter = each_month(first, last)
        days = sum(month_end(m).day for m in quarter)
        held = sum(adp("arrested_by_cbp", m) for m in quarter) / len(quarter)
        stay = held * days / _sum("book_ins", "arrested_by_cbp", quarter)
        printed = _sum("alos_days", "arrested_by_cbp", quarter) / len(quarter)
        t.number(
            "stay_days", "ice.detained", stay, min(0.9 * stay, printed), max(1.1 * stay, printed),
            f"{ICE}, {first:%Y-%m} to {last:%Y-%m}: population arrested by CBP over book-ins by CBP (its published mean stay is {printed:.0f} days)", **window,
        )  # fmt: skip


def add_flights(t: Tables) -> None:
    """Removal flights: seats a week by nationality; who finds none is released after a time."""
    t.stock("removal.waiting", "removal_staging", "waiting", None)
    by_air = tuple(n for n in NATIONALITIES if n != "MEX")
    for nationality in by_air:
        name = f"flight_{nationality}"
        t.flow(
            name,
            "removal.waiting",
            "home.removed",
            "removal_flight",
            groups=(nationality,),
            tag="anchored" if nationality in ("GTM", "VEN") else "assumed",
        )
        t.number(
            "daily_probability",
            name,
            0.1,
            0.05,
            0.2,
            "assumption: ten days at least to papers and a seat; beyond that the seats bind",
        )
        _seats(t, nationality)
    t.flow("removal.released", "removal.waiting", "us.released", "release", groups=by_air)
    t.number(
        "daily_probability",
        "removal.released",
        0.02,
        0.01,
        0.05,
        "assumption: who finds no seat is released after about 50 days",
    )


def _seats(t: Tables, nationality: str) -> None:
    name = f"flight_{nationality}"
    seats = SEATS[nationality] / 7
    share = "; split by nationality assumed, of about 150 flights a month with about 110 people (Witness at the Border through Isacson 2023-09: 153 in August, 99 in July 2023)"
    if nationality == "GTM":
        span = each_month(dt.date(2020, 10, 1), LAST)
        table = load("guatemala_returns").table.filter(pl.col("origin") == "USA")
        for month in span:
            people = float(table.filter(pl.col("date") == month)["value"].sum()) / month_end(month).day
            t.number(
                "throughput", name, people, 0.95 * people, 1.05 * people, f"Guatemala, Instituto Guatemalteco de Migración: returned from the United States, {month:%Y-%m}",
                start=None if month == span[0] else month, end=None if month == LAST else month_end(month), known=known("guatemala_returns", month),
            )  # fmt: skip
    elif nationality == "VEN":
        day = VEN_FLIGHTS - dt.timedelta(days=1)
        t.number(
            "throughput",
            name,
            0,
            0,
            0,
            "US Department of Homeland Security through Imagility 2023-12: direct flights to Venezuela resumed in October 2023",
            end=day,
            known=dt.date(2023, 12, 31),
        )
        t.number("throughput", name, seats, 0.7 * seats, 1.4 * seats, "US Department of Homeland Security through Imagility 2023-12: 11 flights to Venezuela from October to December 2023; about 130 people each, an assumption",
                 start=VEN_FLIGHTS, known=dt.date(2023, 12, 31))  # fmt: skip
    elif nationality == "CHN":
        t.number("throughput", name, 0, 0, 2, "assumption: China takes back hardly anybody")
    else:
        expelled = 5 * max(seats, 20 / 7)
        t.number(
            "throughput",
            name,
            expelled,
            0.5 * expelled,
            2 * expelled,
            "assumption: expulsion flights under Title 42 were as many as needed",
            end=END_42,
        )
        t.number(
            "throughput",
            name,
            seats,
            0.5 * seats,
            1.8 * seats,
            "assumption: order of magnitude" + share,
            start=END_42 + dt.timedelta(days=1),
        )


UNPERMITTED = 0.1
"""Part of the decisions on people who have no work permit yet (assumed)."""


def add_cases(t: Tables) -> None:
    """Settled people with a case pending, and what decides it."""
    t.stock("us.released", "san_antonio", "released", 2, tag="anchored")
    t.stock("pending.cases", "elsewhere", "pending", None, tag="anchored")
    t.stock("pending.permitted", "elsewhere", "permitted", None)
    t.flow("permit.issued", "pending.cases", "pending.permitted", "move")
    t.number(
        "daily_probability", "permit.issued", 0.0028, 0.001, 0.0055,
        "assumption: a work permit after about a year; an asylum claim must have been pending for 180 days first, and many file none",
    )  # fmt: skip
    t.stock("elsewhere.settled", "elsewhere", "settled", None)
    t.stock("elsewhere.ordered", "elsewhere", "ordered", None)
    wanted = "assumption: far more cases wait than can be decided, so that the decisions a day bind"
    by_air = tuple(n for n in NATIONALITIES if n != "MEX")
    t.flow("ordered.removed", "elsewhere.ordered", "removal.waiting", "removal", groups=by_air)
    t.flow("ordered.removed_by_land", "elsewhere.ordered", "home.removed", "removal", groups=("MEX",))
    for name in ("ordered.removed", "ordered.removed_by_land"):
        t.number(
            "daily_probability", name, 0.0001, 0.00003, 0.0003,
            "assumption: of the order of 40,000 removals from the interior a year over 1.3 million people with a final order",
        )  # fmt: skip
    for word, part in (("relief", 0.45), ("order", 0.55)):
        for stock, name, old in (
            ("pending.permitted", f"decision.{word}", 1 - UNPERMITTED),
            ("pending.cases", f"decision.early_{word}", UNPERMITTED),
        ):
            t.flow(name, stock, "elsewhere.settled" if word == "relief" else "elsewhere.ordered", "decision")
            t.number("daily_probability", name, 0.005 * part * 2, 0.001, 0.02, wanted)
            t.number(
                "throughput", name, 15000 / 30.44 * part * old, 5000 / 30.44 * part * old, 30000 / 30.44 * part * old,
                "assumption: about 15,000 of the immigration courts' decisions a month are on people released here since October 2020, a tenth "
                "of them before a work permit; 3 million cases were pending in November 2023, some 4,500 per judge (TRAC 2023-12), and an "
                "asylum claim waited 4.3 years (MPI through TRAC 2023-02)",
                known=dt.date(2023, 12, 31),
            )  # fmt: skip


BAZZI = (
    "Bazzi and others, Deterring Illegal Entry, NBER Working Paper 25100 (2018-09), Mexican men 2008 to 2012"
)
AGAIN = {
    # stock: part that sets out again, low, high, source
    "returned_mexico": (0.3, 0.1, 0.6, "assumption: more than twice as many as after a removal by the United States, since no bar to entry follows"),
    "removed": (0.12, 0.05, 0.25, "US Customs and Border Protection through CIS 2022-06: 10 to 14 % repeats in FY2015 to FY2017, taken for all who are removed"),
}  # fmt: skip
MEXICANS_AGAIN = (0.24, 0.17, 0.3, f"{BAZZI}: 24.2 % apprehended again within 18 months")
DELAYS = (
    # stock, nationality, days, low, high, source
    ("removed", "MEX", 33, 20, 60, f"{BAZZI}: 22.6 % within three months of 24.2 % in 18 make a mean of 33 days"),
    *(("returned_mexico", n, 30, 10, 90, "assumption: days until the next attempt; by land from a neighbour it is sooner")
      for n in ("GTM", "HND", "SLV", "NIC")),
)  # fmt: skip


def _renewed_from_home(t: Tables) -> None:
    """Those returned by Mexico or removed by the United States set out again, or stay."""
    for state, usual in AGAIN.items():
        stock, rest = f"home.{state}", "assumption: the rest"
        t.flow(f"{state}.stays", stock, "home.stayed", "turn_back")
        t.number("share", f"{state}.stays", 1 - usual[0], 1 - usual[2], 1 - usual[1], rest)
        for name, (nationality, *_) in ORIGINS.items():
            mexican = nationality == "MEX"
            if mexican and state == "returned_mexico":
                continue
            part, low, high, source = MEXICANS_AGAIN if mexican else usual
            again = f"{name}.again_{state}"
            t.flow(again, stock, f"{name}.leaving", "renewed_attempt", groups=(nationality,))
            t.number("share", again, part, low, high, source)
            if mexican:
                t.number("share", f"{state}.stays", 1 - part, 1 - high, 1 - low, rest, group=nationality)
    for state, nationality, days, low, high, source in DELAYS:
        t.number("stay_days", f"home.{state}", days, low, high, source, group=nationality)


def add_lawful(t: Tables) -> None:
    """The parole channel for four nationalities."""
    t.stock("home.sponsored", "home", "sponsored", 1, tag="anchored")
    t.stock("home.returned_mexico", "home", "returned_mexico", 60, tag="anchored")
    t.stock("home.removed", "home", "removed", 60, tag="anchored")
    t.stock("home.stayed", "home", "stayed", None)
    _renewed_from_home(t)
    t.stock("elsewhere.lawful", "elsewhere", "lawful", None, tag="anchored")
    four = ("CUB", "HTI", "NIC", "VEN")
    t.flow(
        "lawful.enter", "home.sponsored", "elsewhere.lawful", "lawful", groups=four, share=1, tag="anchored"
    )
    start = dt.date(2023, 1, 5)
    for nationality, part in (("CUB", 0.2), ("HTI", 0.35), ("NIC", 0.15), ("VEN", 0.3)):
        for household, share in (("single", 0.65), ("family", 0.35)):
            value = 30000 * 0.9 * part * share
            group = f"{nationality}.{household}"
            t.number("departures", "home.sponsored", 0, 0, 0, "US Department of Homeland Security: the parole processes for four nationalities together began 2023-01-05",
                     group=group, end=start - dt.timedelta(days=1), known=dt.date(2023, 1, 9))  # fmt: skip
            t.number("departures", "home.sponsored", value, 0.6 * value, 1.15 * value,
                     "US Department of Homeland Security, 88 FR 1279 (2023-01-09): up to 30,000 a month for four nationalities; use of the cap, nationality and household split assumed",
                     group=group, start=start, known=dt.date(2023, 1, 9))  # fmt: skip
