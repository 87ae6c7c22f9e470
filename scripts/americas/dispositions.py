"""What follows an encounter between ports, by nationality, household and period."""

from __future__ import annotations

import datetime as dt
from functools import cache

from americas.counts import SPAN, us
from americas.geography import RETURNABLE
from corridor.data import load

END_42 = dt.date(2023, 5, 11)
VEN_42 = dt.date(2022, 10, 12)
PERIODS: tuple[tuple[dt.date | None, dt.date | None, SPAN], ...] = (
    (None, dt.date(2021, 9, 30), (dt.date(2020, 10, 1), dt.date(2021, 9, 1))),
    (dt.date(2021, 10, 1), VEN_42 - dt.timedelta(days=1), (dt.date(2021, 10, 1), dt.date(2022, 9, 1))),
    (VEN_42, END_42, (dt.date(2022, 11, 1), dt.date(2023, 4, 1))),
)
"""First day, last day and months of data of the Title 42 windows."""
AFTER: SPAN = (dt.date(2023, 6, 1), dt.date(2023, 11, 1))
REMOVALS = 460_000
"""Removals and returns from 12 May to 27 December 2023 (DHS through Imagility)."""
SEATS = {
    "GTM": 1050, "HND": 850, "SLV": 320, "NIC": 60, "VEN": 140, "CUB": 30, "HTI": 30, "ECU": 350, "COL": 350, "PER": 120,
    "BRA": 60, "IND": 30, "OOO": 200, "XEA": 30, "CHN": 0,
}  # fmt: skip
"""Seats a week on removal flights, by nationality (see `add_flights`)."""


@cache
def detained_part(span: SPAN) -> float:
    """Book-ins by CBP over single adults under Title 8."""
    table = load("ice_detention").table
    rows = table.filter(
        (table["date"] >= span[0])
        & (table["date"] <= span[1])
        & (table["measure"] == "book_ins")
        & (table["category"] == "arrested_by_cbp")
    )
    adults = us(span, component="usbp", household="single", authority="title8")[()]
    return min(float(rows["value"].sum()) / adults, 0.6)


@cache
def part_42(span: SPAN, nationality: str, household: str) -> float:
    """Part of encounters between ports that were expulsions."""
    counts = us(span, "authority", component="usbp", nationality=nationality, household=household)
    return counts.get(("title42",), 0.0) / max(sum(counts.values()), 1.0)


def disposition(nationality: str, household: str, period: int) -> dict[str, float]:
    """Shares after an encounter between ports: returned to Mexico, removed by flight, detained, released."""
    if household == "child":
        back = 0.8 if nationality == "MEX" else 0.0
        return {"returned_to_mexico": back, "removed": 0.0, "detained": 0.0, "released": 1 - back}
    adult = household == "single"
    if period < len(PERIODS):
        first, _, span = PERIODS[period]
        expelled = part_42(span, nationality, household)
        to_mexico = nationality in ("MEX", "GTM", "HND", "SLV") or (
            nationality in RETURNABLE and first == VEN_42
        )
        held = detained_part(span) * (1 - expelled) if adult else 0.0
        flown = (0.06 if adult else 0.02) * (1 - expelled)
        back = expelled if to_mexico else 0.0
        flown += 0.0 if to_mexico else expelled
        if nationality == "MEX":
            back, flown = back + flown + 0.3 * (1 - expelled) * adult, 0.0
            held = min(held, 1 - back)
    else:
        back, flown, held = _after_42(nationality, adult)
    return {
        "returned_to_mexico": back,
        "removed": flown,
        "detained": held,
        "released": max(1 - back - flown - held, 0.0),
    }


WEIGHT = {"MEX": 12.0, "VEN": 1.0, "CUB": 0.6, "HTI": 0.6, "NIC": 1.0, "GTM": 1.2, "HND": 1.2, "SLV": 1.2}
"""Relative chance of being returned to Mexico after Title 42, single adults; families a third (assumed)."""


@cache
def scale_after() -> float:
    """Factor on ``WEIGHT`` such that removals and returns sum to what was published."""
    counts = us(AFTER, "nationality", "household", component="usbp")
    # 12 May to 27 December is 7.5 months; the data here cover six of them
    flights = sum(SEATS.values()) / 7 * 183
    goal = REMOVALS * 6 / 7.5 - flights
    weighted = sum(
        n * WEIGHT.get(nat, 0.0) * (1.0 if hh == "single" else 1 / 3)
        for (nat, hh), n in counts.items()
        if hh != "child"
    )
    children = sum(n for (nat, hh), n in counts.items() if nat == "MEX" and hh == "child") * 0.8
    return (goal - children) / weighted


def _after_42(nationality: str, adult: bool) -> tuple[float, float, float]:
    part = 1.0 if adult else 1 / 3
    held = detained_part(AFTER) if adult else 0.0
    back = min(WEIGHT.get(nationality, 0.0) * scale_after() * part, 0.85)
    counts = us(AFTER, "household", component="usbp", nationality=nationality)
    weighted = counts.get(("single",), 0.0) + counts.get(("family",), 0.0) / 3
    seats = SEATS.get(nationality, 0) / 7 * 183
    flown = min(0.5 * seats / max(weighted, 1.0) * part, 0.5) if nationality != "MEX" else 0.0
    held = min(held, 1 - back - flown)
    return back, flown, held
