"""Series that come in: the user's own, and new editions; nothing that was known is lost."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor.data import About, add, data_folder, datasets, load, refresh, shipped
from corridor.data.cbp import read_agency_edition, read_cbp
from corridor.data.user import read_log
from corridor.model import CorridorError, InputError
from corridor.series import read_series

D = dt.date
US = "us_southwest_encounters"
TODAY = D(2025, 12, 1)
HEADER = (
    "Fiscal Year,Month Grouping,Month (abbv),Component,Land Border Region,Area of Responsibility,AOR (Abbv),"
    "Demographic,Citizenship,Title of Authority,Encounter Type,Encounter Count\n"
)
LINES = (
    "2025 (FYTD),FYTD,OCT,U.S. Border Patrol,Southwest Land Border,Tucson Sector,TCA,Single Adults,MEXICO,Title 8,Apprehensions,100\n"
    "2025 (FYTD),FYTD,OCT,U.S. Border Patrol,Southwest Land Border,Tucson Sector,TCA,Single Adults,MEXICO,Title 8,Inadmissibles,7\n"
    '2025 (FYTD),FYTD,JAN,Office of Field Operations,Southwest Land Border,Laredo Field Office,LFO,UC / Single Minors,"CHINA, PEOPLES REPUBLIC OF",Title 8,Inadmissibles,"1,234"\n'
    "2021,Remaining,SEP,U.S. Border Patrol,Southwest Land Border,Big Bend Sector,BBT,UAC,HAITI,Title 42,Expulsions,3\n"
    "2021,Remaining,SEP,U.S. Border Patrol,Northern Land Border,Swanton Sector,SWB,FMUA,INDIA,Title 8,Apprehensions,50\n"
    "2021,Remaining,SEP,OFO,Southwest Land Border,Tucson Field Office,TFO,Accompanied Minors,KIRIBATI,Title 8,Inadmissibles,2\n"
)


def kept() -> dict[str, bytes]:
    return {
        str(p.relative_to(data_folder())): p.read_bytes() for p in data_folder().rglob("*") if p.is_file()
    }


def own(text: str, name: str = "mine", **about) -> object:
    return add(text.encode(), "mine.csv", name, About(**about), TODAY)


def test_a_file_of_the_border_agency_by_hand():
    """Fiscal years begin in October; regions, labels and encounter types as the agency writes them."""
    found, faults = read_cbp(HEADER + LINES, "f.csv")
    assert faults == []
    southwest = found.table.filter(pl.col("region") == "southwest").drop("region")
    assert southwest.rows() == [
        (D(2021, 9, 1), "ofo", "tucson_field_office", "title8", "family", "OOO", 2),
        (D(2021, 9, 1), "usbp", "big_bend_sector", "title42", "child", "HTI", 3),
        (D(2024, 10, 1), "usbp", "tucson_sector", "title8", "single", "MEX", 107),
        (D(2025, 1, 1), "ofo", "laredo_field_office", "title8", "child", "CHN", 1234),
    ]
    table, warnings = read_agency_edition((HEADER + LINES).encode(), "f.csv", load(US))
    assert table.rows() == southwest.rows()
    assert warnings == (
        "citizenship 'KIRIBATI' is not known here: 2 encounters are counted with the others (OOO)",
        "50 encounters of region 'Northern Land Border' are left out",
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("2025 (FYTD),FYTD,OCT", "XX25,FYTD,OCT", "2:Fiscal Year", "'XX25' is not a fiscal year"),
        (",JAN,", ",JANFEB,", "4:Month (abbv)", "'JANFEB' is not a month"),
        ("Title 42", "Title 43", "5:Title of Authority", "'Title 43' is not known"),
        ("UAC", "Minors", "5:Demographic", "'Minors' is not known"),
        ("Northern", "Nothern", "6:Land Border Region", "'Nothern Land Border' is not known"),
        ("Expulsions,3", "Expulsions,-3", "5:Encounter Count", "-3 is negative"),
        ("Expulsions,3", "Expulsions,", "5:Encounter Count", "is blank"),
        ("Expulsions,3", "Expulsions,3.5", "5:Encounter Count", "'3.5' is not a whole number"),
        (",Expulsions,3", ",Expuls", "5", "the row has 11 cells, the header 12 columns"),
        ("Demographic,", "Demography,", "1:Demographic", "the column is missing"),
    ],
)
def test_faults_of_a_file_of_the_border_agency(old, new, where, message):
    faults = read_cbp((HEADER + LINES).replace(old, new, 1), "f.csv")[1]
    assert any(str(fault).startswith(f"f.csv:{where}: {message}") for fault in faults), faults
    before = kept()
    with pytest.raises(InputError, match="nothing was changed"):
        refresh((HEADER + LINES).replace(old, new, 1).encode(), "f.csv", US, TODAY)
    assert kept() == before == {}


def edition_of(month: D, change: int = 0) -> tuple[str, int]:
    """A file of the agency with one whole month as shipped, one count changed; and the month's total."""
    words = {
        "component": {"usbp": "USBP", "ofo": "OFO"},
        "authority": {"title8": "Title 8", "title42": "Title 42"},
        "household": {"single": "Single Adults", "family": "FMUA", "child": "UC"},
    }
    names = {"CHN": '"CHINA, PEOPLES REPUBLIC OF"', "OOO": "OTHER", "MEX": "MEXICO", "VEN": "VENEZUELA"}
    rows = load(US).table.filter(pl.col("date") == month, pl.col("nationality").is_in(list(names)))
    year = month.year + (month.month >= 10)
    lines, total = [], 0
    for number, row in enumerate(rows.iter_rows(named=True)):
        value = row["value"] + (change if number == 0 else 0)
        total += value
        lines.append(
            f"{year},FYTD,{month:%b},{words['component'][row['component']]},Southwest Land Border,"
            f"{row['area'].replace('_', ' ').title()},X,{words['household'][row['household']]},"
            f"{names[row['nationality']]},{words['authority'][row['authority']]},Any,{value}\n"
        )
    return HEADER + "".join(lines), total


def test_a_new_edition_of_the_shipped_series_keeps_what_was_known_when():
    month = D(2023, 12, 1)
    before = load(US)
    text, total = edition_of(month, change=11)
    lost = before.total().filter(pl.col("date") == month)["value"].item() - (total - 11)
    found = refresh(text.encode(), "f.csv", US, TODAY, accept=True)
    # the file has four citizenships only: the others of that month count nobody now
    assert found.revision.changed["before"].sum() - found.revision.changed["after"].sum() == lost - 11
    after = load(US)
    assert after.total().filter(pl.col("date") == month)["value"].item() == total
    assert_frame_equal(after.as_of(TODAY - dt.timedelta(days=1)).table, before.table)
    assert_frame_equal(after.as_of(D(2023, 6, 1)).table, before.as_of(D(2023, 6, 1)).table)
    assert_frame_equal(
        after.table.filter(pl.col("date") != month), before.table.filter(pl.col("date") != month)
    )
    again = refresh(text.encode(), "f.csv", US, TODAY, accept=True)
    assert again.revision.changed.is_empty()
    assert read_log(US)["changed"].to_list() == [found.revision.changed.height, 0]


def test_an_edition_that_halves_a_month_is_refused_unless_accepted():
    text, _ = edition_of(D(2023, 12, 1))
    cut = "".join(text.splitlines(keepends=True)[:40])
    with pytest.raises(
        InputError, match=r"changes 1 totals by more than half .*2023-12-01: 301,981 to"
    ) as caught:
        refresh(cut.encode(), "f.csv", US, TODAY)
    assert "--accept" in (caught.value.hint or "")
    assert kept() == {}


def values(dataset):
    return [None if math.isnan(value) else value for value in read_series(dataset).counts]


def test_a_series_of_ones_own_and_a_second_edition():
    added = own(
        "month,country,count\n2023-01,GRC,10\n2023-02,GRC,12\n2023-04,GRC,14\n", unit="arrivals", lag_days=5
    )
    assert "missing, taken as unknown and not as zero: 2023-03-01" in added.warnings
    assert "mine" in datasets()
    assert "mine" not in shipped()
    first = load("mine")
    assert (first.unit, first.frequency, first.dims, first.lag_days) == ("arrivals", "month", ("country",), 5)
    assert values(first) == [10, 12, None, 14]
    assert first.as_of(D(2023, 3, 4)).known_until == D(2023, 1, 1)
    refresh(b"date,country,value\n2023-02,GRC,15\n2023-03,GRC,11\n2023-05,GRC,9\n", "b.csv", "mine", TODAY)
    second = load("mine")
    assert values(second) == [10, 15, 11, 14, 9]
    then = second.as_of(TODAY - dt.timedelta(days=1))
    # March came with the second edition only; May had been public for long
    assert dict(then.total().iter_rows()) == {
        D(2023, 1, 1): 10,
        D(2023, 2, 1): 12,
        D(2023, 4, 1): 14,
        D(2023, 5, 1): 9,
    }
    older = refresh(b"date,country,value\n2023-02,GRC,16\n", "c.csv", "mine", D(2025, 1, 1))
    assert "an older edition: it stands from 2025-01-01 until the next one held" in older.warnings
    february = {
        day: load("mine").as_of(day).total().filter(pl.col("date") == D(2023, 2, 1))["value"].item()
        for day in (D(2024, 12, 31), D(2025, 1, 1), D(2025, 11, 30), TODAY)
    }
    assert list(february.values()) == [12, 16, 16, 15]  # the edition of today stays the newest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,value\n2023-01,1\n2023-02,2\n", "2 dates are few"),
        ("date,value\n" + "".join(f"2023-{m:02},0\n" for m in range(1, 13)), "every count is zero"),
        ("date,value\n2023-01-04,1\n2023-01-11,2\n2023-01-18,2\n", "a count per week, 1 series"),
        ("date,value\n2020,1\n2023,2\n2024,2\n", "2021-01-01 to 2022-01-01"),
        ("date,value\n2023-01-01,1\n2023-01-02,1\n2023-01-04,2\n2023-01-05,2\n", "not as zero: 2023-01-03"),
    ],
)
def test_what_is_sound_but_poor_is_kept_and_said(text, said):
    assert any(said in warning for warning in own(text).warnings)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (US, "is a shipped dataset"),
        ("measures", "is a shipped dataset"),
        ("../x", "cannot be a name"),
        ("", "cannot be a name"),
    ],
)
def test_names_that_cannot_be_given(name, message):
    with pytest.raises(InputError, match=message):
        own("date,value\n2023-01,1\n", name)
    assert kept() == {}


def test_a_name_that_is_taken_keeps_what_it_has():
    own("date,value\n2023-01,1\n")
    before = kept()
    with pytest.raises(InputError, match="you have a dataset 'mine' already"):
        own("date,value\n2023-01,2\n")
    assert kept() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"date,value\n2023-01,\xff\n", "'ÿ' is not a count"),
        (b"date,value\n2023-01,-1\n", "-1 is negative"),
        (b"date,value,known_from\n2023-01,1,2023-02-01\n", "an edition is of one day"),
        (b"date,nat,value\n2023-01,X,1\n", "is no dimension of this dataset"),
    ],
)
def test_a_bad_edition_changes_nothing(content, message):
    own("date,value\n2023-01,1\n2023-02,2\n")
    before = kept()
    with pytest.raises(InputError) as caught:
        refresh(content, "f.csv", "mine", TODAY)
    assert message in str(caught.value)
    assert kept() == before


def test_points_that_others_quoted_have_no_edition():
    with pytest.raises(InputError, match="collection of quoted points"):
        refresh(b"date,value\n2023-01-01,1\n", "f.csv", "city_reception", TODAY)


def test_a_write_that_fails_leaves_the_earlier_edition(monkeypatch):
    own("date,value\n2023-01,1\n2023-02,2\n")
    before = kept()

    def full(self, *arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(InputError, match="No space left on device"):
        refresh(b"date,value\n2023-01,5\n", "f.csv", "mine", TODAY, accept=True)
    assert kept() == before


@pytest.mark.parametrize("file", ["dataset.yaml", "vintages.csv"])
def test_a_damaged_store_is_said_without_a_traceback(file):
    own("date,value\n2023-01,1\n2023-02,2\n")
    (data_folder() / "mine" / file).write_text("<<: [\x01")
    with pytest.raises(CorridorError, match="was changed by something else"):
        load("mine")


def test_the_folder_follows_the_platform(monkeypatch, tmp_path):
    monkeypatch.delenv("CORRIDOR_DATA")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "corridor"
    monkeypatch.setattr("sys.platform", "darwin")
    assert data_folder() == Path.home() / "Library" / "Application Support" / "corridor"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "w"))
    assert data_folder() == tmp_path / "w" / "corridor"
