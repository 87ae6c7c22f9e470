"""Files as the border agency publishes them: four layouts, labels of every year, editions out of order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.data import agency_datasets, load, refresh
from corridor.data.cbp import layout_of, read_cbp
from corridor.model import InputError
from corridor.series import read_series

D = dt.date
US, ALL = "us_southwest_encounters", "us_nationwide_encounters"
FILES = Path(__file__).parents[3] / "shared" / "data" / "agency_files"
TODAY = D(2025, 12, 1)
real = pytest.mark.skipif(not FILES.is_dir(), reason="the agency's files are not here")

SBO = '"Fiscal Year","Month Grouping","Month (abbv)","Component","Demographic","Citizenship Grouping","Title of Authority","Encounter Type","Encounter Count"\n'
AOR = (
    "Fiscal Year,Month Grouping,Month (abbv),Component,Land Border Region,Area of Responsibility,AOR (Abbv),"
    "Demographic,Citizenship,Title of Authority,Encounter Type,Encounter Count\n"
)
STATE = "Fiscal Year,Month Grouping,Month (abbv),Land Border Region,State,Demographic,Citizenship,Title of Authority,Encounter Count\n"


def totals(name: str, day: dt.date = dt.date.max) -> dict[dt.date, int]:
    return dict(load(name).as_of(day).total().iter_rows())


@real
def test_the_two_files_refresh_to_the_published_totals():
    state, sbo = (next(FILES.glob(f"{start}*")).read_bytes() for start in ("nationwide", "sbo"))
    assert agency_datasets(state, "f") == (ALL,)
    assert agency_datasets(sbo, "f") == (US,)
    refresh(state, "state.csv", ALL, TODAY)
    refresh(sbo, "sbo.csv", US, TODAY)
    months = D(2023, 11, 1), D(2023, 12, 1)
    assert [totals(ALL)[month] for month in months] == [308_605, 370_883]
    assert [totals(US)[month] for month in months] == [242_399, 301_981]
    refresh(state, "state.csv", US, TODAY)  # its southwest rows lack the sector
    assert [totals(US)[month] for month in months] == [242_399, 301_981]
    assert load(US).table.filter(pl.col("date") == months[1], pl.col("area") == "").is_empty()


@real
def test_the_two_files_as_editions_of_a_day_before_the_shipped_figures():
    sbo = next(FILES.glob("sbo*")).read_text().splitlines(keepends=True)
    november = "".join([sbo[0], *(line for line in sbo if ",NOV," in line)])
    refresh(november.encode(), "sbo.csv", US, D(2023, 12, 10))
    month = D(2023, 11, 1)
    assert month not in totals(US, D(2023, 12, 9))
    for day in (D(2023, 12, 10), D(2023, 12, 20), D(2023, 12, 25), D(2024, 6, 1), TODAY):
        assert totals(US, day)[month] == 242_399, day


@pytest.mark.parametrize(
    ("header", "year", "month", "first"),
    [
        (SBO, "2019", "OCT", D(2018, 10, 1)),
        (SBO, "2024 (FYTD)", "Dec", D(2023, 12, 1)),
        (SBO, "FY2020", "September", D(2020, 9, 1)),
        (SBO, "FY21", "1", D(2021, 1, 1)),
        (SBO, "FY2024TD", "Dec", D(2023, 12, 1)),
        (SBO, "FYTD 2025", "Nov", D(2024, 11, 1)),
        (SBO, "2023.0", "Sep", D(2023, 9, 1)),
        (SBO.replace('"Fiscal Year"', '" FISCAL YEAR "'), "2024", "OCT", D(2023, 10, 1)),
        (SBO.replace("Citizenship Grouping", "Citizenship"), "2024", "OCT", D(2023, 10, 1)),
        (SBO.replace("Month (abbv)", "Month"), "2022", "JAN", D(2022, 1, 1)),
    ],
)
def test_years_and_months_as_they_are_written(header, year, month, first):
    rows = "".join(
        f'"{year}",FYTD,{month},U.S. Border Patrol,Single Adults,{who},Title 8,Apprehensions,"{n}"\n'
        for who, n in (("Mexico", "1,234"), ("Other", "56"))
    )
    edition, faults = read_cbp(header + rows, "f.csv")
    assert faults == []
    parts = (first, "usbp", "title8", "single")
    assert edition.table.rows() == [(*parts, "MEX", 1_234), (*parts, "OOO", 56)]
    assert edition.grouped


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_is_known_in_any_encoding_and_order_of_its_columns(encoding, delimiter):
    names = [name.strip('"') for name in SBO.strip().split(",")]
    row = [
        "2024",
        "FYTD",
        "DEC",
        "U.S. Border Patrol",
        "Single Adults",
        "Mexico",
        "Title 8",
        "Apprehensions",
        "7",
    ]
    lines = [[name.upper() for name in reversed(["Row", *names])], list(reversed(["1", *row]))]
    content = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines).encode(encoding)
    assert agency_datasets(content, "f.csv") == (US,)
    edition, faults = read_cbp(content, "f.csv")
    assert not faults and edition.table.rows() == [(D(2023, 12, 1), "usbp", "title8", "single", "MEX", 7)]


def test_single_nationalities_are_no_groups():
    """Mexico and two countries that no file groups."""
    row = "2024,FYTD,DEC,U.S. Border Patrol,Single Adults,{},Title 8,Apprehensions,7\n"
    rows = "".join(row.format(who) for who in ("MEXICO", "OTHER", "VENEZUELA"))
    assert not read_cbp(SBO.replace("Citizenship Grouping", "Citizenship") + rows, "f.csv")[0].grouped


def test_every_layout_is_told_by_its_header():
    columns = [set(layout_of([cell.strip('"') for cell in h.strip().split(",")])) for h in (SBO, AOR, STATE)]
    assert [("region" in c, "area" in c, "state" in c, "component" in c) for c in columns] == [
        (False, False, False, True), (True, True, False, True), (True, False, True, False)
    ]  # fmt: skip
    assert layout_of(["date", "value", "country"]) == {}


def test_a_file_by_sector_of_all_borders_renews_both_datasets():
    rows = (
        "2026,FYTD,OCT,U.S. Border Patrol,Southwest Land Border,Tucson Sector,TCA,Single Adults,MEXICO,Title 8,Apprehensions,100\n"
        "2026,FYTD,OCT,U.S. Border Patrol,Northern Land Border,Swanton Sector,SWB,FMUA,INDIA,Title 8,Apprehensions,50\n"
        "2026,FYTD,OCT,Office of Field Operations,Other,Miami Field Office,MFO,Single Adults,TÜRKIYE,Title 8,Inadmissibles,7\n"
    )
    content = (AOR + rows).encode()
    assert agency_datasets(content, "f") == (US, ALL)
    for name in (US, ALL):
        refresh(content, "aor.csv", name, TODAY)
    october = D(2025, 10, 1)
    assert totals(US)[october] == 100
    assert totals(ALL)[october] == 157
    row = load(ALL).table.filter(pl.col("date") == october, pl.col("region") == "other").row(0)
    assert row[1:6] == ("other", "single", "TUR", "title8", 7)
    # June to September 2025 are in neither edition: unknown, not zero
    for name in (US, ALL):
        after = read_series(load(name)).counts[-5:]
        assert np.isnan(after[:4]).all()
        assert after[4] == totals(name)[october]


def test_a_coarse_file_that_differs_replaces_the_cell_and_no_other():
    month = D(2023, 12, 1)
    before = load(US).table.filter(pl.col("date") == month)
    cells = before.with_columns(
        group=pl.when(pl.col("nationality") == "MEX").then(pl.lit("Mexico")).otherwise(pl.lit("Other"))
    )
    sums = (
        cells.group_by("component", "household", "authority", "group")
        .agg(pl.col("value").sum())
        .sort(pl.all())
    )
    names = {
        "usbp": "USBP",
        "ofo": "OFO",
        "single": "Single Adults",
        "family": "FMUA",
        "child": "UAC",
        "title8": "Title 8",
    }
    lines = [
        f"2024,FYTD,DEC,{names[c]},{names[h]},{g},{names[a]},x,{v + (1000 if (c, h, g) == ('usbp', 'single', 'Mexico') else 0)}\n"
        for c, h, a, g, v in sums.iter_rows()
    ]
    found = refresh((SBO + "".join(lines)).encode(), "f.csv", US, TODAY)
    after = load(US).table.filter(pl.col("date") == month)
    assert after["value"].sum() == 301_981 + 1000
    touched = (
        (pl.col("component") == "usbp") & (pl.col("household") == "single") & (pl.col("nationality") == "MEX")
    )
    assert after.filter(~touched).equals(before.filter(~touched))
    assert after.filter(touched, pl.col("value") > 0).select("area", "value").rows() == [
        ("", before.filter(touched)["value"].sum() + 1000)
    ]
    assert any("1 stand without" in said for said in found.warnings)


def test_an_older_edition_never_stands_on_top():
    """An edition of February 2024 says one less; the shipped edition of 2025 takes over on its own day."""
    month = D(2023, 12, 1)
    header = "date,component,area,authority,household,nationality,value\n"
    held = load(US).table.filter(pl.col("date") == month)
    lines = [
        ",".join(map(str, (*row[:6], row[6] - (n == 0)))) + "\n" for n, row in enumerate(held.iter_rows())
    ]
    assert held["value"][0] > 0
    refresh((header + "".join(lines)).encode(), "f.csv", US, D(2024, 2, 1))
    assert totals(US, D(2024, 1, 31))[month] == 301_981
    assert totals(US, D(2024, 2, 1))[month] == totals(US, D(2025, 5, 1))[month] == 301_980
    assert totals(US, TODAY)[month] == 301_981


def test_figures_after_the_day_of_the_edition_are_refused():
    row = "2024,FYTD,DEC,USBP,Single Adults,Mexico,Title 8,Apprehensions,5\n"
    with pytest.raises(InputError, match=r"holds figures of 2023-12-01, after 2023-11-30"):
        refresh((SBO + row).encode(), "f.csv", US, D(2023, 11, 30))


@pytest.mark.parametrize(
    ("component", "area", "household", "authority", "region", "row"),
    [
        ("USBP", "Tucson", "UC / Single Minors", "Title 42", "Southwest Land Border",
         ("usbp", "southwest", "tucson_sector", "title42", "child")),
        ("Office of Field Operations", "Tucson", "UAC/Single Minors", "Title 8", "Southwest Border",
         ("ofo", "southwest", "tucson_field_office", "title8", "child")),
        ("U.S. Border Patrol", "Big Bend Sector", "Family Unit Aliens", "Title 8 Apprehensions", "Southwest Land Border",
         ("usbp", "southwest", "big_bend_sector", "title8", "family")),
        ("U.S. Border Patrol", "Miami Sector", "Accompanied Minors", "Title 42 Expulsions", "Coastal Border",
         ("usbp", "other", "miami_sector", "title42", "family")),
    ],
)  # fmt: skip
def test_labels_of_other_years(component, area, household, authority, region, row):
    line = f'2021,FYTD,OCT,{component},{region},{area},X,{household},CUBA,{authority},x,"1,200"\n'
    below = '"Grand Total",,,,,,,,,,,"1,200"\n"Data as of 14 November 2021",,,,,,,,,,,\n'
    edition, faults = read_cbp(AOR + line + below, "f.csv")
    assert faults == []
    order = ("component", "region", "area", "authority", "household")
    assert edition.table.select("date", *order, "nationality", "value").rows() == [
        (D(2020, 10, 1), *row, "CUB", 1_200)
    ]
