"""Files as planners have them: reports of shelters, border counts, exports of other programs; small, with known values."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile

from data.messy_files import Messy, text
from data.spreadsheets import ods, xlsx

D = dt.date
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SPANISH = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
PORTUGUESE = ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]
WEEK = dt.timedelta(weeks=1)
DAY = dt.timedelta(days=1)


def by_month(values: dict[str, list[int]], year: int = 2023) -> dict[tuple, float]:
    return {(D(year, at + 1, 1), name): n for name, row in values.items() for at, n in enumerate(row)}


def in_row(first: dt.date, step: dt.timedelta, values: list[int], *category: str) -> dict[tuple, float]:
    return {(first + at * step, *category): n for at, n in enumerate(values)}


def year(values: list[int], number: int = 2023) -> dict[tuple, float]:
    return {(D(number, at + 1, 1),): n for at, n in enumerate(values)}


def rows(*lines: str) -> bytes:
    return text("\n".join(lines) + "\n")


# a report of shelters with merged cells: two categories, each with people and the share of beds in use
DAYS = [D(2023, 1, 1) + at * DAY for at in range(30)]
MERGED = xlsx({"Report": [
    ["Department of Homeless Services"], ["Daily report"], [None],
    ["Date", "Families with children", None, "Single adults"],
    [None, "Individuals", "% occupancy", "Individuals", "% occupancy"],
    *([day, 12000 + at, 0.9, 5000 + 2 * at, 0.95] for at, day in enumerate(DAYS)),
    ["Source: DHS. Figures are preliminary."],
]})  # fmt: skip

# years over months, of which each stands once in a merged cell, below a title
TWO_LEVELS = xlsx({"T": [
    ["Apprehensions by sector"], ["Sector", 2022, *[None] * 11, 2023], [None, *ENGLISH, *ENGLISH],
    ["Tucson", *range(1000, 1024)], ["Yuma", *range(500, 524)], ["Total", *range(1500, 1548, 2)],
]})  # fmt: skip
MONTHS_24 = [D(2022 + at // 12, at % 12 + 1, 1) for at in range(24)]

CITIES = "Date,New York,Chicago,Denver\n" + "".join(
    f"{D(2023, 10, 1) + at * DAY},{60000 + at},{11000 + at},{3000 + at}\n" for at in range(40)
)
CITY = {"New York": 60000, "Chicago": 11000, "Denver": 3000}

WEB_PAGE = (
    "<html><head><title>Export</title></head><body><p>Arrivals</p><table><tr><td>Home</td></tr></table>"
    "<table border=1><tr><th>Month</th><th>Arrivals</th></tr>"
    + "".join(f"<tr><td>2023-{m:02}</td><td>{1100 + m:,}<sup>1</sup>".replace("<sup>1</sup>", "</td></tr>") for m in range(1, 13))
    + "</table></body></html>"
)  # fmt: skip

PLAIN = "date,arrivals\n" + "".join(f"2023-{m:02},{100 + m}\n" for m in range(1, 13))
COUNTS = list(range(101, 113))


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name, words in files.items():
            book.writestr(name, words)
    return out.getvalue()


FACILITIES = xlsx({
    "README": [["About"], ["x", "y"]],
    "Census": [
        ["Shelter census report"], ["Prepared 5 January 2024"], [None],
        ["Report date", "Shelter", "Type", "Capacity", "Census", "Occupancy"],
        *(row for at in range(20) for day in [D(2023, 12, 1) + at * DAY] for row in (
            [day, "Roosevelt", "Hotel", 2000, 1800 + at, 0.9], [day, "Row", "Hotel", 3000, 2500 + at, 0.8],
            [day, "Total", None, 5000, 4300 + 2 * at, 0.9])),
    ],
})  # fmt: skip

CBP_LIKE = "Fiscal Year,Month Grouping,Month (abbv),Component,Citizenship,Encounter Count\n" + "".join(
    f"2023,FYTD,{month},U.S. Border Patrol,{who},{n}\n"
    for month in ("OCT", "NOV", "DEC", "JAN")
    for who, n in (("CUBA", 100), ("OTHER", 50))
)

# the same without a word above the sites; counts look like years
COUNTS_LIKE_YEARS = xlsx({"T": [
    ["Arrivals by month"], [None, 2022, *[None] * 11, 2023], ["Site", *ENGLISH, *ENGLISH],
    ["Lampedusa", *range(1980, 2004)], ["Pozzallo", *range(1970, 1994)],
]})  # fmt: skip

PLANNERS = [
    Messy("merged_measures_of_categories", "shelters.xlsx", MERGED,
          {**in_row(DAYS[0], DAY, list(range(12000, 12030)), "Families with children"),
           **in_row(DAYS[0], DAY, list(range(5000, 5060, 2)), "Single adults")}, "day", "stock", said="% occupancy"),
    Messy("years_over_months_below_a_title", "sectors.xlsx", TWO_LEVELS,
          {(day, name): first + at for name, first in (("Tucson", 1000), ("Yuma", 500)) for at, day in enumerate(MONTHS_24)}),
    Messy("years_over_months_and_no_word", "sites.xlsx", COUNTS_LIKE_YEARS,
          {(day, name): first + at for name, first in (("Lampedusa", 1980), ("Pozzallo", 1970)) for at, day in enumerate(MONTHS_24)},
          said="two rows"),
    Messy("blocks_of_years_with_the_first_above_the_header", "landings.csv",
          text("".join(f"{y},,\nMonth,Arrivals,Deaths\n" + "".join(f"{m},{y + at},{at}\n" for at, m in enumerate(ENGLISH)) + "Total,30000,66\n,,\n" for y in (2021, 2022, 2023))),
          {(D(y, at + 1, 1),): y + at for y in (2021, 2022, 2023) for at in range(12)}),
    Messy("days_as_milliseconds", "layer.json",
          text(json.dumps({"features": [{"attributes": {"report_date": 1672531200000 + 86400000 * i, "total_pop": 30000 + i}} for i in range(60)]})),
          in_row(D(2023, 1, 1), DAY, list(range(30000, 30060))), "day", "stock", said="'pop'"),
    Messy("cities_across", "census.csv", text(CITIES),
          {key: n for name, first in CITY.items() for key, n in in_row(D(2023, 10, 1), DAY, list(range(first, first + 40)), name).items()},
          "day", "stock"),
    Messy("portuguese_months", "pedidos.csv",
          text("Mês;Pedidos de refúgio\n" + "".join(f"{m}/23;{1000 + at}\n" for at, m in enumerate(PORTUGUESE)), "latin-1"),
          year(list(range(1000, 1012)))),
    Messy("marks_on_months_and_counts", "transits.csv",
          rows("Month,Transits", 'Jan 2023,"24,634"', 'Feb 2023,"24,657 [1]"', 'Mar 2023 (r),"38,099"', "Apr 2023,40297*",
               "May 2023ᵖ,38962", "Jun 2023¹,29722", "[1] revised,"), year([24634, 24657, 38099, 40297, 38962, 29722])),
    Messy("title_with_a_date_and_blank_lines", "in-care.csv",
          text('"Report run","2024-02-01",,,\n\n"Date","In care","Discharged",,\n'
               + "".join(f'"{D(2023, 6, 1) + at * DAY:%m/%d/%y}","{8000 + at:,}","{300 + at % 7}",,\n\n' for at in range(30))),
          in_row(D(2023, 6, 1), DAY, list(range(8000, 8030))), "day", "stock"),
    Messy("kinds_of_people_across_with_a_total", "retornados 2023.csv",
          text("Mes;Hombres;Mujeres;Niños;Niñas;Total\n"
               + "".join(f"{m};{1000 + at};{700 + at};{200 + at};{150 + at};{2050 + 4 * at}\n" for at, m in enumerate(SPANISH)), "cp1252"),
          by_month({name: list(range(n, n + 12)) for name, n in (("Hombres", 1000), ("Mujeres", 700), ("Niños", 200), ("Niñas", 150))})),
    Messy("kinds_of_people_across_without_one", "retornados.csv",
          text("mes,hombres,mujeres,menores\n" + "".join(f"2023-{m:02},{60 + m},{40 + m},{5 + m}\n" for m in range(1, 13))),
          by_month({name: list(range(n + 1, n + 13)) for name, n in (("hombres", 60), ("mujeres", 40), ("menores", 5))})),
    Messy("week_ending_in_the_cells", "boats.csv",
          text("Week,People,Boats\n" + "".join(f"w/e {D(2024, 1, 7) + at * WEEK:%d %B %Y},{100 + at},{3 + at % 2}\n" for at in range(26))),
          in_row(D(2024, 1, 1), WEEK, list(range(100, 126))), "week", said="the week ends on the date"),
    Messy("week_commencing_in_the_cells", "boats.csv",
          text("Week,Migrants\n" + "".join(f"w/c {D(2024, 1, 1) + at * WEEK:%d/%m/%Y},{100 + at}\n" for at in range(26))),
          in_row(D(2024, 1, 1), WEEK, list(range(100, 126))), "week"),
    Messy("quarters_by_their_months", "asilo.csv",
          text("Periodo,Solicitudes\n" + "".join(f"{p} {y},{n + y}\n" for y in (2022, 2023)
                                                 for n, p in ((10, "Ene-Mar"), (20, "Abr-Jun"), (30, "Jul-Sep"), (40, "Oct-Dic")))),
          {(D(y, m, 1),): n + y for y in (2022, 2023) for n, m in ((10, 1), (20, 4), (30, 7), (40, 10))}, "quarter"),
    Messy("web_page_saved_as_spreadsheet", "export.xls", text(WEB_PAGE), year(list(range(1101, 1113)))),
    Messy("gzip", "arrivals.csv.gz", gzip.compress(PLAIN.encode()), year(COUNTS), said="unpacked"),
    Messy("zip_of_one_table", "arrivals.zip", zipped({"data/arrivals.csv": PLAIN, "__MACOSX/._a": "x"}), year(COUNTS), said="arrivals.csv"),
    Messy("json_pairs", "series.json",
          text(json.dumps({"series": {"name": "arrivals", "data": [[f"2023-{m:02}", 100 + m] for m in range(1, 13)]}})), year(COUNTS)),
    Messy("json_columns_of_pandas", "frame.json",
          text(json.dumps({"date": {str(m): f"2023-{m:02}-01" for m in range(1, 13)}, "arrivals": {str(m): 100 + m for m in range(1, 13)}})),
          year(COUNTS)),
    Messy("aligned_text", "arrivals.txt",
          text("Month           Arrivals\n" + "".join(f"{m + ' 2023':<16}{n:>6}\n" for m, n in zip(ENGLISH, COUNTS, strict=True))), year(COUNTS)),
    Messy("facilities_with_capacity", "daily.xlsx", FACILITIES,
          {**in_row(D(2023, 12, 1), DAY, list(range(1800, 1820)), "Roosevelt", "Hotel"),
           **in_row(D(2023, 12, 1), DAY, list(range(2500, 2520)), "Row", "Hotel")}, "day", "stock"),
    Messy("fiscal_months_across_a_new_year", "encounters.csv", text(CBP_LIKE),
          {(day, "U.S. Border Patrol", who): n for day in (D(2022, 10, 1), D(2022, 11, 1), D(2022, 12, 1), D(2023, 1, 1))
           for who, n in (("CUBA", 100), ("OTHER", 50))}),
    Messy("boats_of_a_spreadsheet", "boats.ods",
          ods({"S": [["Weekly small boat arrivals"], ["Week ending", "Migrants detected", "Boats detected"],
                     *([D(2023, 1, 1) + at * WEEK, 200 + at, 4 + at % 3] for at in range(30))]}),
          in_row(D(2022, 12, 26), WEEK, list(range(200, 230))), "week", said="'Migrants detected'"),
    Messy("nationalities_with_a_share", "darien.csv",
          rows("SERVICIO NACIONAL DE MIGRACIÓN,,,,,", "TRÁNSITO IRREGULAR 2024,,,,,", "PAÍS,Ene.,Feb.,Mar.,TOTAL,%",
               'Venezuela,"23,000","24,000","25,000","72,000",90.0%', 'Otros,"2,500","2,600","2,900","8,000",10.0%',
               'TOTAL,"25,500","26,600","27,900","80,000",100%'),
          by_month({"Venezuela": [23000, 24000, 25000], "Otros": [2500, 2600, 2900]}, 2024)),
    Messy("fiscal_year_to_date", "fytd.csv",
          text("Month,FY to date\n" + "".join(f"{m} 2023,{n}\n" for m, n in zip(ENGLISH, range(100, 1300, 100), strict=True))),
          year(list(range(100, 1300, 100))), kind="stock", refused="--kind stock", cure={"kind": "stock"}),
    Messy("measures_in_rows", "dashboard.csv",
          rows("Metric,2023-01,2023-02", "New arrivals,300,310", "Exits,200,210", "Census,10000,10100"),
          {(D(2023, m, 1), name): row[m - 1] for m in (1, 2)
           for name, row in {"New arrivals": [300, 310], "Exits": [200, 210], "Census": [10000, 10100]}.items()},
          refused="--additive no", cure={"additive": False}),
]  # fmt: skip

REFUSED = [
    # counts near 2000 are no years
    ("sites.csv", text(f"Site,{','.join(ENGLISH * 2)}\n" + "".join(f"{site},{','.join(map(str, range(n, n + 24)))}\n" for site, n in (("A", 1990), ("B", 1970)))),
     "Jan stands above several columns"),
    ("half-years.csv", rows("period,value", *(f"{y}H{h},{100 + y}" for y in (2021, 2022, 2023) for h in (1, 2))), "half-years"),
    ("semesters.csv", rows("TIME_PERIOD,value", *(f"{y}-S{h},{100 + y}" for y in (2021, 2022, 2023) for h in (1, 2))), "half-years"),
    ("two.zip", zipped({"a.csv": PLAIN, "b.csv": PLAIN}), "zip file of 2 files (a.csv, b.csv)"),
    ("cut.csv.gz", gzip.compress(PLAIN.encode())[:-12], "cut off"),
    ("broken.csv.gz", b"\x1f\x8b\x08 nothing", "damaged gzip"),
    ("adjusted.csv", rows("month,arrivals", "2023-01,120", "2023-02,(25)"), "'(25)' is not a count"),
]  # fmt: skip
