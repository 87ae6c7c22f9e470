"""Layouts of real publishers, with made-up figures: read without an option, to the values put in."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from corridor.data import About, add, load, refresh, remove, rename
from corridor.data.reading import ReadOptions, understand
from corridor.model import InputError
from data.spreadsheets import ods, xlsx

D = dt.date
DAYS = [D(2024, 1, 1) + dt.timedelta(days=n) for n in range(28)]
COUNTS = [(7 * n * n + 13 * n) % 301 for n in range(28)]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def total(content: bytes, file: str, **options) -> dict[dt.date, float]:
    found = understand(content, file, ReadOptions(**options))
    sums = found.table.group_by("date").agg(pl.col("value").sum()).sort("date")
    return dict(sums.iter_rows())


def test_small_boats_by_day():
    rows = [[day, count, count // 50, 0, None] for day, count in zip(DAYS, COUNTS, strict=True)]
    head = ["Date", "Migrants arrived", "Boats arrived", "Boats involved in uncontrolled landings", "Notes"]
    sheets = {
        "Cover_sheet": [["Small boats"]],
        "SB_01": [["SB_01: arrivals by day"], ["This worksheet has one table"], head, *rows],
    }
    expected = dict(zip(DAYS, COUNTS, strict=True))
    assert total(ods(sheets), "boats.ods") == total(xlsx(sheets), "boats.xlsx") == expected
    text = (
        ",".join(head)
        + "\n"
        + "".join(f"{d.day} {d:%B %Y},{n},1,0,\n" for d, n in zip(DAYS, COUNTS, strict=True))
    )
    assert total(text.encode(), "last-days.csv") == expected


def test_detections_by_route_with_months_across():
    names = [f"{month}{year}" for year in (2022, 2023) for month in MONTHS]
    rows = [
        [route, place, "Syria", *range(k, k + 24)]
        for k, (route, place) in enumerate([("Central", "Sea"), ("Western", "Land")])
    ]
    found = understand(
        xlsx({"Detections": [["Route", "BorderLocation", "Nationality", *names], *rows]}), "monthly.xlsx"
    )
    assert found.dims == ("Route", "Nationality") or found.dims == ("Route", "BorderLocation", "Nationality")
    june = found.table.filter(pl.col("date") == D(2023, 6, 1), pl.col("Route") == "Western")["value"]
    assert june.item() == 1 + 17
    assert (found.frequency, found.kind, found.table["date"].n_unique()) == ("month", "flow", 24)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("unhcr.json", json.dumps({"data": [{"month": "1", "year": "2023", "individuals": "5"}, {"month": "2", "year": "2023", "individuals": "6"}]})),
        ("unhcr.csv", '"Data date","Individuals","Source"\n"31/01/2023","5","Gov"\n"28/02/2023","6","Gov"\n'),
        ("series.ndjson", '{"date":"2023-01","n":5}\n{"date":"2023-02","n":6}\n'),
    ],
)  # fmt: skip
def test_sea_arrivals_by_month(file, content):
    assert total(content.encode(), file) == {D(2023, 1, 1): 5, D(2023, 2, 1): 6}


def test_landings_by_day_with_the_day_of_the_report_beside():
    text = "Data_Report,Giorno,Valore\n" + "".join(
        f"2024-02-15,{d},{n}\n" for d, n in zip(DAYS, COUNTS, strict=True)
    )
    assert total(text.encode(), "sbarchi-per-giorno.csv") == dict(zip(DAYS, COUNTS, strict=True))


def test_a_shelter_census_by_day_with_its_parts():
    head = "Date of Census,Total Adults in Shelter,Total Children in Shelter,Total Individuals in Shelter\n"
    rows = "".join(f"{d:%m/%d/%Y},{50_000 + n},{30_000},{80_000 + n}\n" for n, d in enumerate(DAYS))
    found = understand((head + rows).encode(), "daily_report.csv")
    assert (found.frequency, found.kind, found.value_name) == ("day", "stock", "Total Individuals in Shelter")
    assert found.table["value"].to_list() == [80_000 + n for n in range(28)]


def test_panama_by_country_and_month_renews_the_shipped_series():
    """Country names in Spanish, months across, the year in the title: 10 and 5 for May 2025, Cuba new in it."""
    text = (
        "Tránsito irregular por Darién: año 2025,,,,,,\nPaís,Enero,Febrero,Marzo,Abril,Mayo,Total\n"
        "Venezuela,{0},{1},{2},{3},10,0\nOtros países,0,0,0,0,5,0\nTotal,0,0,0,0,15,0\n"
    )
    series = load("darien_transits").table.filter(pl.col("date").dt.year() == 2025)
    counts = series.group_by("date").agg(pl.col("value").sum()).sort("date")["value"].to_list()
    assert len(counts) == 4
    found = refresh(text.format(*counts).encode(), "darien.csv", "darien_transits", D(2025, 12, 1))
    may = load("darien_transits").table.filter(pl.col("date") == D(2025, 5, 1))
    assert dict(may.select("nationality", "value").iter_rows()) == {"VEN": 10, "OOO": 5}
    assert any("Otros países" in said for said in found.warnings)


def own(text: str, name: str = "mine", **options):
    return add(text.encode(), "mine.csv", name, About(), D(2025, 12, 1), ReadOptions(**options))


def test_a_renamed_category_is_the_old_one_and_what_came_and_went_is_named():
    own("date,country,value\n2023-01,Turkey,5\n2023-01,Mali,1\n2023-02,Turkey,6\n2023-02,Mali,2\n")
    text = "date,country,value\n2023-02,Tu\u0308rkiye,7\n2023-02,SENEGAL,3\n2023-03,TÜRKIYE,8\n2023-03,Senegal,4\n"
    found = refresh(text.encode(), "b.csv", "mine", D(2025, 12, 2))
    table = load("mine").table.filter(pl.col("country") == "Turkey")
    assert dict(table.select("date", "value").iter_rows()) == {
        D(2023, 1, 1): 5,
        D(2023, 2, 1): 7,
        D(2023, 3, 1): 8,
    }
    said = " | ".join(found.warnings)
    assert "is taken as 'Turkey'" in said
    assert "country: 1 gone: 'Mali'" in said
    assert "country: 1 new" in said


def test_a_series_is_renamed_and_removed():
    own("date,value\n2023-01,5\n2023-02,6\n")
    rename("mine", "ours")
    assert load("ours").total()["value"].to_list() == [5, 6]
    assert load("ours").sources[0].id == "ours"
    with pytest.raises(InputError, match="no dataset 'mine'"):
        load("mine")
    with pytest.raises(InputError, match="is a shipped dataset"):
        rename("ours", "darien_transits")
    assert remove("ours") == 1
    with pytest.raises(InputError, match="you have no figures"):
        remove("ours")


def test_what_was_public_on_the_day_of_the_file_was_known_then():
    add(
        b"date,value\n2023-01,5\n2023-02,6\n",
        "a.csv",
        "mine",
        About(lag_days=40),
        D(2025, 1, 1),
        edition=D(2023, 3, 5),
    )
    known = load("mine").table["known_from"].to_list()
    assert known == [D(2023, 3, 5), D(2023, 3, 5)]  # 12 March and 9 April by the lag alone


def test_a_second_file_in_the_layout_of_the_first():
    own("Fecha;País;Llegadas\n31/01/2023;Malí;1.234\n31/01/2023;Chad;900\n31/12/2022;Malí;7\n")
    refresh(
        "Fecha;País;Llegadas\n31/01/2023;Malí;1.240\n28/02/2023;Malí;2.000\n".encode(),
        "b.csv",
        "mine",
        D(2025, 12, 2),
    )
    assert load("mine").total().rows() == [
        (D(2022, 12, 1), 7),
        (D(2023, 1, 1), 1_240),
        (D(2023, 2, 1), 2_000),
    ]


def test_what_export_writes_is_read_back(tmp_path):
    from click.testing import CliRunner

    from corridor.cli import main

    own("date,country,value\n2023-01,GRC,5\n2023-01,ITA,600\n2023-02,GRC,70\n2023-02,ITA,800\n")
    file = tmp_path / "out.csv"
    assert CliRunner().invoke(main, ["data", "export", "mine", "--out", str(file)]).exit_code == 0
    assert "<10" in file.read_text()
    back = understand(file.read_bytes(), "out.csv")
    assert back.dims == ("country",)
    assert back.table["value"].to_list() == [5, 600, 70, 800]
    assert back.table["known_from"].to_list()[0] == D(2023, 1, 31)


def test_a_category_without_a_row_is_unknown_or_zero():
    """Chad has no row in February: its count is not known, or 0 where the publisher leaves zeros out."""
    text = (
        "date,country,value\n2023-01,Mali,5\n2023-01,Chad,7\n2023-02,Mali,6\n2023-03,Mali,8\n2023-03,Chad,9\n"
    )
    own(text, "unknown")
    own(text, "zero", absent="zero")
    from corridor.series import read_series

    counts = {
        name: read_series(load(name), ("country",)).values[:, 0].tolist() for name in ("unknown", "zero")
    }
    assert counts["zero"] == [7, 0, 9]
    assert [c if c == c else None for c in counts["unknown"]] == [7, None, 9]
