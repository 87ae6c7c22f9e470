"""Made-up files, one trap each, and ten that combine several: what each holds, counted by hand."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from corridor.data.reading import ReadOptions, understand
from corridor.data.reading.understand import Understood
from corridor.model import InputError
from data.spreadsheets import ods, xlsx

D = dt.date


@dataclass(frozen=True)
class Messy:
    """A file; what it holds by date and categories, or what the refusal must name."""

    id: str
    file: str
    content: bytes
    holds: dict[tuple, float] = field(default_factory=dict)
    step: str = "month"
    kind: str = "flow"
    said: str = ""
    """A part of what must be said aloud."""
    refused: str = ""
    """An option that the refusal must name; the file is read with ``cure``."""
    cure: dict[str, Any] = field(default_factory=dict)


def values(found: Understood) -> dict[tuple, float]:
    """What was read, by date and categories."""
    return {tuple(row[:-1]): row[-1] for row in found.table.select("date", *found.dims, "value").iter_rows()}


def refuse_or_read(case: Messy) -> Understood:
    """Read the file; where it must be refused, first see that it is, in one sentence with what to pass."""
    if case.refused:
        with pytest.raises(InputError) as caught:
            understand(case.content, case.file)
        assert case.refused in str(caught.value)
        assert len(caught.value.faults) == 1
    return understand(case.content, case.file, ReadOptions(**case.cure))


def check_step_and_notes(case: Messy, found: Understood) -> None:
    """The step, the kind and what is said aloud are as they were put in."""
    assert (found.frequency, found.kind) == (case.step, case.kind)
    assert case.said in " ".join(found.notes)


def months(first: int, *values: float, year: int = 2023) -> dict[tuple, float]:
    return {(D(year, first + n, 1),): value for n, value in enumerate(values)}


def text(words: str, encoding: str = "utf-8") -> bytes:
    return words.encode(encoding)


def parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"date": [D(2023, 1, 1), D(2023, 2, 1)], "n": [5, 6]}).write_parquet(out)
    return out.getvalue()


ONE_TRAP = [
    Messy("semicolons", "a.csv", text("date;value\n2023-01;5\n2023-02;6\n"), months(1, 5, 6)),
    Messy("tabs", "a.tsv", text("date\tvalue\n2023-01\t5\n2023-02\t6\n"), months(1, 5, 6)),
    Messy("bom", "a.csv", b"\xef\xbb\xbfdate,value\n2023-01,5\n2023-02,6\n", months(1, 5, 6)),
    Messy("utf16", "a.csv", text("date\tvalue\n2023-01\t5\n2023-02\t6\n", "utf-16"), months(1, 5, 6)),
    Messy("latin", "a.csv", text("fecha,año,personas\n2023-01,x,5\n2023-02,x,6\n", "latin-1"), months(1, 5, 6),
          said="Windows-1252"),
    Messy("xlsx", "a.xlsx", xlsx({"Data": [["Date", "Arrivals"], [D(2023, 1, 1), 5], [D(2023, 2, 1), 6]]}), months(1, 5, 6)),
    Messy("ods", "a.ods", ods({"Data": [["Date", "Arrivals"], [D(2023, 1, 1), 5], [D(2023, 2, 1), 6]]}), months(1, 5, 6)),
    Messy("parquet", "a.parquet", parquet(), months(1, 5, 6)),
    Messy("json", "a.json", text(json.dumps({"meta": {}, "data": [{"date": "2023-01", "n": 5}, {"date": "2023-02", "n": 6}]})),
          months(1, 5, 6), said="'data'"),
    Messy("month_end_names", "a.csv", text("Date,Count\n31-Aug-23,5\n30-Sep-23,6\n"), months(8, 5, 6), said="stand for the month"),
    Messy("m_months", "a.csv", text("period,value\n2023M01,5\n2023M02,6\n"), months(1, 5, 6)),
    Messy("quarters", "a.csv", text("quarter,value\n2023-Q1,5\n2023-Q2,6\n"),
          {(D(2023, 1, 1),): 5, (D(2023, 4, 1),): 6}, "quarter"),
    Messy("short_months", "a.csv", text("month,value\nJan-23,5\nFeb-23,6\n"), months(1, 5, 6)),
    Messy("day_first", "a.csv", text("date,value\n01/02/2023,5\n13/02/2023,6\n14/02/2023,7\n"),
          {(D(2023, 2, 1),): 5, (D(2023, 2, 13),): 6, (D(2023, 2, 14),): 7}, "point", "stock", said="the day comes first"),
    Messy("day_or_month", "a.csv", text("date,value\n01/02/2023,5\n01/03/2023,6\n"), months(2, 5, 6),
          refused="--day-first", cure={"order": "day"}),
    Messy("serials", "a.csv", text("Date,value\n44927,5\n44958,6\n"), months(1, 5, 6)),
    Messy("two_columns", "a.csv", text("year,month,value\n2023,1,5\n2023,2,6\n"), months(1, 5, 6)),
    Messy("spanish", "a.csv", text("mes,personas\nenero 2023,5\nfebrero de 2023,6\n"), months(1, 5, 6)),
    Messy("fiscal", "a.csv", text("Fiscal year,Count\nFY2022,5\nFY2023,6\n"), {(D(2021, 10, 1),): 5, (D(2022, 10, 1),): 6}, "year",
          refused="--fiscal-start", cure={"fiscal_start": 10}),
    Messy("iso_weeks", "a.csv", text("week,value\n2024-W05,5\n2024-W06,6\n"), {(D(2024, 1, 29),): 5, (D(2024, 2, 5),): 6}, "week"),
    Messy("thousands", "a.csv", text('date,value\n2023-01,"31,316"\n2023-02,"6,409"\n'), months(1, 31_316, 6_409)),
    Messy("narrow_space", "a.csv", text("date,value\n2023-01,18\u202f715\n2023-02,1\u00a0002\n"), months(1, 18_715, 1_002)),
    Messy("decimal_comma", "a.csv", text("date;value\n2023-01;1.234,5\n2023-02;12,0\n"), months(1, 1_234.5, 12)),
    Messy("dotted_thousands", "a.csv", text("date;value\n2023-01;12.345\n2023-02;900\n"), months(1, 12_345, 900), said="--decimal point"),
    Messy("missing", "a.csv", text("date,value\n2023-01,5\n2023-02,NA\n2023-03,:\n2023-04,9584.0\n"),
          {(D(2023, 1, 1),): 5, (D(2023, 4, 1),): 9_584}, said="not as zero"),
    Messy("held_back", "a.csv", text("date,value\n2023-01,<10\n2023-02,60\n"), months(1, 5, 60), said="middle"),
    Messy("footnotes", "a.csv", text("Arrivals by month,\n\ndate,value\n2023-01,1 234 (p)\n2023-02,6*\nSource: ministry,\n"),
          months(1, 1_234, 6), said="title row"),
    Messy("totals", "a.csv", text("date,country,value\n2023-01,GRC,5\n2023-01,ITA,6\n2023-01,Total,11\n2023-02,GRC,1\n2023-02,ITA,2\n2023-02,Total,3\n"),
          {(D(2023, 1, 1), "GRC"): 5, (D(2023, 1, 1), "ITA"): 6, (D(2023, 2, 1), "GRC"): 1, (D(2023, 2, 1), "ITA"): 2}, said="left out as totals"),
    Messy("wide", "a.csv", text("date,Greece,Italy,Total\n2023-01,5,6,11\n2023-02,1,2,3\n"),
          {(D(2023, 1, 1), "Greece"): 5, (D(2023, 1, 1), "Italy"): 6, (D(2023, 2, 1), "Greece"): 1, (D(2023, 2, 1), "Italy"): 2},
          said="total column left out"),
    Messy("two_counts", "a.csv", text("date,apples,pears\n2023-01,5,6\n2023-02,1,2\n"), months(1, 6, 2), refused="--value-column",
          cure={"value_column": "pears"}),
    Messy("census_by_week", "census.csv", text("date,people in shelter\n2024-01-01,85901\n2024-01-08,85000\n2024-01-15,84000\n"),
          {(D(2024, 1, 1),): 85_901, (D(2024, 1, 8),): 85_000, (D(2024, 1, 15),): 84_000}, "week", "stock", said="never summed"),
    Messy("unsorted", "a.csv", text("date,value\n2023-03,7\n2023-01,5\n2023-02,6\n"), months(1, 5, 6, 7)),
    Messy("repeats", "a.csv", text("date,value\n2023-01,5\n2023-01,6\n2023-02,1\n"), months(1, 11, 1), refused="--repeats",
          cure={"repeats": "sum"}),
]  # fmt: skip

COMBINED = [
    Messy("eurostat", "migr.tsv", text("freq,unit,sex,geo\\TIME_PERIOD\t2023-01 \t2023-02 \t2023-03 \nM,PER,T,AT\t123 p\t: \t5 \n"
          "M,PER,T,BE\t1 \t2 b\t3 \nM,PER,T,EU27_2020\t124 \t2 \t8 \n"),
          {(D(2023, 1, 1), "AT"): 123, (D(2023, 3, 1), "AT"): 5, (D(2023, 1, 1), "BE"): 1, (D(2023, 2, 1), "BE"): 2, (D(2023, 3, 1), "BE"): 3},
          said="EU27_2020"),
    Messy("new_york", "asylum_census.csv", text('category,date,agency,count\nPopulation,30-Sep-23,DHS,"31,316"\nPopulation,30-Sep-23,HPD,"6,409"\n'
          'Population,30-Sep-23,total,"37,725"\nPopulation,31-Oct-23,DHS,"32,000"\nPopulation,31-Oct-23,HPD,"7,000"\nPopulation,31-Oct-23,total,"39,000"\n'),
          {(D(2023, 9, 1), "Population", "DHS"): 31_316, (D(2023, 9, 1), "Population", "HPD"): 6_409, (D(2023, 10, 1), "Population", "DHS"): 32_000, (D(2023, 10, 1), "Population", "HPD"): 7_000},
          "month", "stock", said="left out as totals"),
    Messy("spanish_semicolons", "llegadas.csv", text("Llegadas irregulares por mes;;\nFecha;País de origen;Llegadas\n31/01/2023;Malí;1.234\n31/01/2023;Senegal;900\n28/02/2023;Malí;2.000\n28/02/2023;Senegal;:\nFuente: ministerio;;\n", "cp1252"),
          {(D(2023, 1, 1), "Malí"): 1_234, (D(2023, 1, 1), "Senegal"): 900, (D(2023, 2, 1), "Malí"): 2_000}, said="the day comes first"),
    Messy("boats", "boats.xlsx", xlsx({"Cover": [["Notes"]], "SB_01": [
        ["Small boat arrivals, weekly"], [None], ["Week ending", "Migrants arrived", "Boats arrived", "Notes"],
        [D(2024, 1, 7), 0, 0, None], [D(2024, 1, 14), 124, 3, "[p]"], [D(2024, 1, 21), 358, 8, None], ["[p] provisional"]]}),
          {(D(2024, 1, 1),): 0, (D(2024, 1, 8),): 124, (D(2024, 1, 15),): 358}, "week", said="the week ends on the date"),
    Messy("calendar", "landings.xlsx", xlsx({"Sbarchi": [["Mese", 2022, 2023], ["gennaio", 3_035, 4_963], ["febbraio", 2_439, 9_465], ["Totale", 5_474, 14_428]]}),
          {(D(2022, 1, 1),): 3_035, (D(2022, 2, 1),): 2_439, (D(2023, 1, 1),): 4_963, (D(2023, 2, 1),): 9_465}, said="years stand across"),
    Messy("two_header_rows", "detections.ods", ods({"Detections": [["Route", 2023, None, 2024, None], [None, "Nov", "Dec", "Jan", "Feb"],
        ["Central", 10, 20, 30, 40], ["Western", 1, 2, 3, "n/a"], ["Total", 11, 22, 33, 40]]}),
          {(D(2023, 11, 1), "Central"): 10, (D(2023, 12, 1), "Central"): 20, (D(2024, 1, 1), "Central"): 30, (D(2024, 2, 1), "Central"): 40,
           (D(2023, 11, 1), "Western"): 1, (D(2023, 12, 1), "Western"): 2, (D(2024, 1, 1), "Western"): 3}, said="two rows"),
    Messy("unhcr", "sea.json", text(json.dumps({"data": {"timeseries": [{"data_date": "2023-01-31", "month": 1, "year": 2023, "individuals": 5000},
          {"data_date": "2023-02-28", "month": 2, "year": 2023, "individuals": 9500}]}})), months(1, 5_000, 9_500), said="timeseries"),
    Messy("fiscal_months", "fy.csv", text("Fiscal Year,Month,Sector,Encounters\n" + "".join(
          f"2023,{m},Tucson,{n}\n2023,{m},Grand Total,{n}\n" for n, m in enumerate(["OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"], 1))),
          {(D(2022 + (n > 3), (n + 8) % 12 + 1, 1), "Tucson"): n for n in range(1, 13)}, said="fiscal years begin in month 10"),
    Messy("spelled_twice", "names.csv", text("Month;Country;Shelter name;Count\nJan-23;Turkey;A;5\nFeb-23;Türkiye;A;6\nMar-23;TÜRKIYE;A;7\nJan-23;Mali;A;1\nFeb-23;Mali;A;<5\nMar-23;Mali;A;3\n"),
          {(D(2023, 1, 1), "Türkiye"): 6, }, kind="stock", said="is taken as"),
    Messy("ambiguous_twice", "both.csv", text("date;a;b\n01/02/2023;1.5;3\n01/03/2023;2.5;4\n"), {(D(2023, 2, 1),): 3, (D(2023, 3, 1),): 4},
          refused="--", cure={"order": "day", "value_column": "b"}),
]  # fmt: skip
