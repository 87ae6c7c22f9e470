"""What a slip of the pen in the Americas' tables would change, compared with figures that publishers print."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from corridor.data import evidence, load
from corridor.ensemble import published
from corridor.formats import open_corridor
from corridor.model import Corridor
from repository import ROOT

FISCAL_2023 = dt.date(2022, 10, 1), dt.date(2023, 9, 1)
YEAR_2023 = dt.date(2023, 1, 1), dt.date(2023, 12, 1)
BORDER_2023 = {"MEX": 717_333, "VEN": 266_071, "GTM": 220_085, "HND": 213_686, "COL": 159_536, "CUB": 142_352}
"""Encounters at the southwest land border by citizenship, fiscal year 2023, as US CBP printed them."""
BORDER_2023_ALL = 2_475_669
DARIEN_2023 = {"VEN": 328_650, "ECU": 57_250, "HTI": 46_422, "CHN": 25_565, "COL": 18_841}
"""People who crossed the Darién in 2023 by nationality, as Panama's migration service printed them."""
DARIEN_2023_ALL = 520_085
SHARED = ROOT.parent / "shared" / "data" / "observed"
RAW = {
    "mexico_encounters": "mexico_encounters_nationality.csv",
    "honduras_entries": "honduras_entries_nationality.csv",
}


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


def by_nationality(corridor: Corridor, series: str, first: dt.date, last: dt.date) -> dict[str, float]:
    """What a series counts of each nationality from the month ``first`` to ``last``."""
    observation = next(o for o in corridor.observations if o.id == series)
    table = published(observation, load(observation.dataset), corridor)
    table = table.filter(pl.col("date").is_between(first, last))
    return dict(table.group_by("nationality").agg(pl.col("value").sum()).iter_rows())


def test_the_border_counts_what_cbp_printed(americas: Corridor) -> None:
    counted = by_nationality(americas, "us_total", *FISCAL_2023)
    assert {name: counted[name] for name in BORDER_2023} == BORDER_2023
    assert sum(counted.values()) == BORDER_2023_ALL


@pytest.mark.parametrize("kind", ["between", "ports"])
def test_sectors_and_offices_add_up_to_the_border(americas: Corridor, kind: str) -> None:
    """Each place carries a nationality's own count: a swapped code would leave totals right and these wrong."""
    places = [o.id for o in americas.observations if o.id.startswith(f"{kind}_")]
    assert len(places) == {"between": 9, "ports": 4}[kind]
    parts = Counter[str]()
    for place in places:
        parts.update(by_nationality(americas, place, *FISCAL_2023))
    whole = by_nationality(americas, {"between": "us_between_ports", "ports": "us_ports"}[kind], *FISCAL_2023)
    assert {name: parts[name] for name in BORDER_2023} == {name: whole[name] for name in BORDER_2023}
    other = by_nationality(americas, {"between": "us_ports", "ports": "us_between_ports"}[kind], *FISCAL_2023)
    assert {name: whole[name] + other[name] for name in BORDER_2023} == BORDER_2023


def test_the_darien_counts_what_panama_printed(americas: Corridor) -> None:
    counted = by_nationality(americas, "darien_transits", *YEAR_2023)
    assert {name: counted[name] for name in DARIEN_2023} == DARIEN_2023
    assert sum(counted.values()) == DARIEN_2023_ALL


@pytest.mark.skipif(not SHARED.exists(), reason="the publishers' files are not here")
@pytest.mark.parametrize("series", RAW)
def test_nationalities_are_those_of_the_publishers_file(americas: Corridor, series: str) -> None:
    """The file is read line by line, without the code of the project."""
    raw = Counter[str]()
    with Path(SHARED / RAW[series]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if "2023-01-01" <= row["month"] <= "2023-12-01":
                raw[row["nat"]] += float(row["n"])
    counted = by_nationality(americas, series, *YEAR_2023)
    for name in ("VEN", "ECU", "CUB", "HTI"):
        assert counted[name] == raw[name] > 0, name


def test_chicagos_room_is_the_one_that_was_announced(americas: Corridor) -> None:
    announced = evidence("announcements").filter(pl.col("id") == "chicago_capacity")["value"].item()
    rooms = {
        p.value for p in americas.parameters if p.parameter == "capacity" and p.target == "chicago.census"
    }
    assert rooms == {float(announced)}
