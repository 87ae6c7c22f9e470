"""Made-up figures in the layouts of publishers met for the first time: what each file holds, counted by hand."""

from __future__ import annotations

import datetime as dt

from data.messy_files import Messy, months, text
from data.spreadsheets import ods, xlsx

D = dt.date
_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ES = ["Ene.", "Feb.", "Mar.", "Abr.", "May.", "Jun.", "Jul.", "Ago.", "Sep.", "Oct.", "Nov.", "Dic."]


def by(places: dict[str, list[float]], first: int = 1, year: int = 2023) -> dict[tuple, float]:
    """Counts of places by month."""
    return {(D(year, first + n, 1), name): v for name, vs in places.items() for n, v in enumerate(vs)}


WEEKLY_BOATS = ods({
    "Cover": [["Weekly small boats"], ["Published 3 March 2023"]],
    "Weekly": [
        ["Small boat arrivals, by week"], ["This worksheet contains one table. Figures are provisional."], [None],
        ["Week ending", "Week number", "Migrants arrived", "Boats arrived", "Notes"],
        [D(2023, 1, 8), 1, 44, 1, None], [D(2023, 1, 15), 2, 0, 0, "[note 1]"], [D(2023, 1, 22), 3, 1106, 25, None],
        [D(2023, 1, 29), 4, 35, 1, None], ["Total", None, 1185, 27, None],
        ["Source: the Ministry"], ["[note 1] Bad weather."],
    ],
})  # fmt: skip

DETAILED = "".join([
    "Detections by month of entry\n\nYear,Quarter,Method of entry,Nationality,Sex,Age Group,Number of detections\n",
    *[f'{y},{y} Q{q},{m},{n},{s},{a},"{v}"\n' for y, q, m, n, s, a, v in [
        (2023, 1, "Small boat arrivals", "Albania", "Male", "18 to 24", 30),
        (2023, 1, "Small boat arrivals", "Albania", "Female", "18 to 24", 3),
        (2023, 1, "Small boat arrivals", "Albania", "Male", "25 to 39", 11),
        (2023, 1, "Small boat arrivals", "Iraq", "Female", "25 to 39", "1,004"),
        (2023, 2, "Small boat arrivals", "Albania", "Male", "18 to 24", 12),
        (2023, 2, "Inadequately documented air arrivals", "Iraq", "Female", "25 to 39", 7),
    ]],
    "End of table,,,,,,\n",
])  # fmt: skip

EUROSTAT = "\n".join([
    "freq,unit,citizen,sex,asyl_app,age,geo\\TIME_PERIOD\t2023-01 \t2023-02 \t2023-03 ",
    *["M,PER,AF," + key + "\t" + cells for key, cells in [
        ("T,ASY_APP,TOTAL,BE", "30 \t45 p\t: "), ("T,NASY_APP,TOTAL,BE", "20 \t35 \t: c"),
        ("F,NASY_APP,TOTAL,BE", "5 \t10 \t:"), ("M,NASY_APP,TOTAL,BE", "15 \t25 \t:"),
        ("F,NASY_APP,Y_LT18,BE", "5 \t0 \t:"), ("F,NASY_APP,Y_LT14,BE", "0 \t0 \t:"), ("F,NASY_APP,Y14-17,BE", "5 \t0 \t:"),
        ("F,NASY_APP,Y18-34,BE", "0 \t10 \t:"), ("M,NASY_APP,Y_LT18,BE", "10 \t5 \t:"), ("M,NASY_APP,Y_LT14,BE", "10 \t0 \t:"),
        ("M,NASY_APP,Y14-17,BE", "0 \t5 \t:"), ("M,NASY_APP,Y18-34,BE", "5 \t20 \t:"),
        ("F,ASY_APP,Y_LT18,BE", "9 \t4 \t:"), ("F,ASY_APP,Y18-34,BE", "1 \t11 \t:"),
        ("M,ASY_APP,Y_LT18,BE", "12 \t6 \t:"), ("M,ASY_APP,Y18-34,BE", "8 \t24 \t:"),
        ("F,ASY_APP,Y_LT14,BE", "4 \t4 \t:"), ("F,ASY_APP,Y14-17,BE", "5 \t0 \t:"),
        ("M,ASY_APP,Y_LT14,BE", "12 \t0 \t:"), ("M,ASY_APP,Y14-17,BE", "0 \t6 \t:"),
    ]],
]) + "\n"  # fmt: skip

BROWSER = xlsx({
    "Summary": [["Contents"], ["Sheet 1", "Persons"]],
    "Sheet 1": [
        ["Data extracted on 15/11/2025 20:01:12 from [ESTAT]"],
        ["Dataset: ", "Asylum applicants - monthly data [migr_asyappctzm]"], ["Last updated: ", "14/11/2025 23:00"], [None],
        ["Time frequency", "Monthly"], ["Unit of measure", "Person"], [None],
        ["TIME", "2023-01", None, "2023-02", None, "2023-03", None],
        ["GEO (Labels)", None, None, None, None, None, None],
        ["European Union - 27 countries (from 2020)", 1250, "e", 1310, "e", 900, None],
        ["Belgium", 500, None, 610, "p", 400, None], ["Bulgaria", 750, "b", 700, None, ":", "c"],
        [None], ["Special value"], [":", "not available"], ["Available flags:"], ["p", "provisional"], ["b", "break in time series"],
    ],
})  # fmt: skip

CONTINENTS = xlsx({
    "3.1.1": [
        ["Boletín mensual"], ["3.1.1 Eventos de personas en situación irregular, según continente y país, 2023"],
        ["Continente / país de nacionalidad", *_ES[:3], "Total"], ["Total general", 165, 176, 190, 531],
        ["América", 160, 170, 180, 510], ["América Central", 100, 110, 120, 330], ["Guatemala", 60, 70, 80, 210],
        ["Honduras", 40, 40, 40, 120], ["América del Sur", 60, 60, 60, 180], ["Ecuador", 25, 20, 15, 60],
        ["Venezuela", 35, 40, 45, 120], ["Asia", 5, 6, 10, 21], ["China", 5, 0, 1, 6], ["India", "-", 6, 9, 15],
        ["(-) Significa cero."], ["Fuente: Unidad de Política Migratoria, con base en información del Instituto."],
    ]
})  # fmt: skip

FISCAL = (
    "Encounters by month,,,,,,,,,,,,,\nData as of 1/17/2024,,,,,,,,,,,,,\n"
    "Fiscal Year,OCT,NOV,DEC,JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,Total\n"
    + "FY2023," + ",".join(f'"{n},000"' for n in range(1, 13)) + ',"78,000"\n'
    + 'FY2024 TD,"21,000","22,000","23,000",,,,,,,,,,"66,000"\n'
    "Source: the agency. FYTD is the fiscal year to date.,,,,,,,,,,,,,\n"
)  # fmt: skip

TWO_ROWS = xlsx({
    "Table 2": [
        ["Table 2. People in care by agency"], ["Data as of 9/30/2023"],
        ["Month", "Shelters", None, "Hotels", None, "Total"], [None, "Families", "Adults", "Families", "Adults", None],
        ["July 2023", 100, 40, 30, 5, 175], ["August 2023", 110, 41, 31, 6, 188], ["September 2023", 120, 42, 32, 7, 201],
        ["* Preliminary."],
    ]
})  # fmt: skip

HXL = (
    "Date,Country,ISO3,Refugees\n#date,#country+name,#country+code,#affected+refugees\n"
    "2023-01-31,Poland,POL,900\n2023-01-31,Czechia,CZE,400\n2023-02-28,Poland,POL,950\n2023-02-28,Czechia,CZE,410\n"
)

UNITS = "Period;Sea arrivals;Land arrivals\n;people;people\nJanuary-23;1.234;90\nFebruary-23;1.300;80\nMarch-23;1.414;70\n"

LANDINGS = (
    "Sbarchi: confronto per mese;;;\nMese;2021;2022;2023\ngennaio;1.039;3.035;4.962\nfebbraio;3.994;2.439;9.465\n"
    "marzo;2.396;1.358;13.267*\nTotale;7.429;6.832;27.694\n* I dati si riferiscono agli sbarchi rilevati entro le ore 8:00 del 31 marzo;;;\n"
)

APPLICATIONS = (
    "Monat;Erstanträge;Folgeanträge;insgesamt\nJän. 23;27.145;2.033;29.178\nFeb. 23;26.149;1.905;28.054\n"
    "Mrz. 23;24.484;2.113;26.597\nSumme;77.778;6.051;83.829\n"
)

CROSSERS = (
    "Month,Newfoundland,Quebec,Manitoba,British Columbia,Total\nJanuary 2023,0,\"4,875\",14,77,\"4,966\"\n"
    "February 2023,0,\"4,517\",23,71,\"4,611\"\n2023 Total,0,\"9,392\",37,148,\"9,577\"\n"
)  # fmt: skip

ISO_WEEKS = (
    'YearWeek,Location,Arrivals\n2023-W05,Lampedusa,210\n2023-W05,Lesvos,"1,020"\n2023-W06,Lampedusa,0\n2023-W06,Lesvos,88\n'
    "2023-W07,Lampedusa,19\n2023-W07,Lesvos,70\nNote: weeks are ISO weeks.,,\n"
)

CARE = (
    "Date,Children apprehended and placed in custody*,Children in CBP custody,Children transferred out of custody,"
    "Children in HHS Care,Children discharged from HHS Care\n"
    "\"December 12, 2023\",310,400,290,\"10,120\",280\n\"December 11, 2023\",300,380,310,\"10,110\",290\n"
    "\"December 10, 2023\",290,390,280,\"10,120\",300\n"
)  # fmt: skip

REFUGEES = (
    "Extracted from the refugee data finder\nDate extracted: 2024-01-05\n\n"
    "Year,Country of origin,Country of origin (ISO),Country of asylum,Country of asylum (ISO),Refugees under mandate,Asylum-seekers,IDPs of concern\n"
    "2021,Syria,SYR,Greece,GRC,100,50,0\n2022,Syria,SYR,Greece,GRC,110,40,0\n2023,Syria,SYR,Greece,GRC,120,30,0\n"
)

DARIEN = xlsx({
    "2023": [
        ["SERVICIO NACIONAL DE MIGRACIÓN"], ["Tránsito irregular de extranjeros por la frontera con Colombia"],
        ["No.", "País", "Año 2023", None, None, None], [None, None, "Ene", "Feb", "Mar", "Total"],
        [1, "Venezuela", 2337, 7097, 20816, 30250], [2, "Haití", 12063, 7813, 8335, 28211], [3, "Otros países", 0, 9747, 8948, 18695],
        [None, "Total", 14400, 24657, 38099, 77156],
    ]
})  # fmt: skip

WORLD = (
    "\"Data Source\",\"World Indicators\",\n\n\"Last Updated Date\",\"2024-01-10\",\n\n"
    "\"Country Name\",\"Country Code\",\"Indicator Name\",\"Indicator Code\",\"2020\",\"2021\",\"2022\",\n"
    "\"Peru\",\"PER\",\"Refugees by country of origin\",\"SM.POP.REFG.OR\",\"3100\",\"3200\",\"\",\n"
    "\"Cuba\",\"CUB\",\"Refugees by country of origin\",\"SM.POP.REFG.OR\",\"8000\",\"12000\",\"17000\",\n"
)  # fmt: skip

YTD = (
    "Data as of: 04 March 2024\nMonth,2023 monthly,2023 YTD,Change from month before %\n"
    "Jan-23,\"5,299\",\"5,299\",\nFeb-23,\"4,017\",\"9,316\",-24%\nMar-23,\"2,990\",\"12,306\",-26%\n"
)  # fmt: skip

STRANGERS = [
    Messy("weekly_boats", "weekly-small-boats.ods", WEEKLY_BOATS,
          {(D(2023, 1, 2 + 7 * n),): v for n, v in enumerate([44, 0, 1106, 35])}, "week"),
    Messy("detections_in_detail", "irregular-detailed.csv", text(DETAILED), {
        (D(2023, 1, 1), "Small boat arrivals", "Albania", "Male", "18 to 24"): 30,
        (D(2023, 1, 1), "Small boat arrivals", "Albania", "Female", "18 to 24"): 3,
        (D(2023, 1, 1), "Small boat arrivals", "Albania", "Male", "25 to 39"): 11,
        (D(2023, 1, 1), "Small boat arrivals", "Iraq", "Female", "25 to 39"): 1004,
        (D(2023, 4, 1), "Small boat arrivals", "Albania", "Male", "18 to 24"): 12,
        (D(2023, 4, 1), "Inadequately documented air arrivals", "Iraq", "Female", "25 to 39"): 7,
    }, "quarter"),
    Messy("eurostat_tsv", "estat_migr_asyappctzm.tsv", text(EUROSTAT), {
        (D(2023, n, 1), "AF", sex, age, "BE"): count
        for n, row in ((1, (4, 5, 1, 12, 0, 8)), (2, (4, 0, 11, 0, 6, 24)))
        for (sex, age), count in zip(
            [(sex, age) for sex in "FM" for age in ("Y_LT14", "Y14-17", "Y18-34")], row, strict=True)
    }, said="Y_LT18"),
    Messy("eurostat_browser", "migr_asyappctzm_spreadsheet.xlsx", BROWSER,
          by({"Belgium": [500, 610, 400], "Bulgaria": [750, 700]})),
    Messy("continents", "boletin_2023.xlsx", CONTINENTS,
          by({"Guatemala": [60, 70, 80], "Honduras": [40, 40, 40], "Ecuador": [25, 20, 15], "Venezuela": [35, 40, 45],
              "China": [5, 0, 1], "India": [0, 6, 9]}), said="América Central"),
    Messy("fiscal_by_month", "encounters.csv", text(FISCAL),
          {**months(10, 1000, 2000, 3000, year=2022), **months(1, *range(4000, 13000, 1000)),
           **months(10, 21000, 22000, 23000)}),
    Messy("two_rows_of_categories", "agencies.xlsx", TWO_ROWS,
          by({"Shelters Families": [100, 110, 120], "Shelters Adults": [40, 41, 42], "Hotels Families": [30, 31, 32],
              "Hotels Adults": [5, 6, 7]}, first=7), kind="stock"),
    Messy("hxl", "refugees.csv", text(HXL), by({"Poland": [900, 950], "Czechia": [400, 410]}), kind="stock"),
    Messy("row_of_units", "arrivals.csv", text(UNITS),
          by({"Sea arrivals": [1234, 1300, 1414], "Land arrivals": [90, 80, 70]}), cure={"wide": True}, refused="--wide"),
    Messy("landings_by_month", "sbarchi.csv", text(LANDINGS),
          {**months(1, 1039, 3994, 2396, year=2021), **months(1, 3035, 2439, 1358, year=2022), **months(1, 4962, 9465, 13267)}),
    Messy("applications", "asyl.csv", text(APPLICATIONS),
          by({"Erstanträge": [27145, 26149, 24484], "Folgeanträge": [2033, 1905, 2113]})),
    Messy("crossers", "irregular-crossers.csv", text(CROSSERS),
          by({"Newfoundland": [0, 0], "Quebec": [4875, 4517], "Manitoba": [14, 23], "British Columbia": [77, 71]})),
    Messy("iso_weeks", "weekly.csv", text(ISO_WEEKS),
          {(D(2023, 1, 30), "Lampedusa"): 210, (D(2023, 1, 30), "Lesvos"): 1020, (D(2023, 2, 6), "Lampedusa"): 0,
           (D(2023, 2, 6), "Lesvos"): 88, (D(2023, 2, 13), "Lampedusa"): 19, (D(2023, 2, 13), "Lesvos"): 70}, "week"),
    Messy("children_in_care", "uac.csv", text(CARE),
          {(D(2023, 12, 10),): 10120, (D(2023, 12, 11),): 10110, (D(2023, 12, 12),): 10120}, "day", "stock",
          cure={"value_column": "Children in HHS Care"}, refused="--value-column"),
    Messy("refugee_finder", "population.csv", text(REFUGEES),
          {(D(2021 + n, 1, 1), "Syria", "Greece"): v for n, v in enumerate([100, 110, 120])}, "year", "stock",
          cure={"value_column": "Refugees under mandate"}, refused="--value-column"),
    Messy("months_under_a_year_named", "transito.xlsx", DARIEN,
          by({"Venezuela": [2337, 7097, 20816], "Haití": [12063, 7813, 8335], "Otros países": [0, 9747, 8948]})),
    Messy("years_across", "API_SM.csv", text(WORLD),
          {(D(y, 1, 1), c): v for y, c, v in [(2020, "Peru", 3100), (2021, "Peru", 3200), (2020, "Cuba", 8000),
                                              (2021, "Cuba", 12000), (2022, "Cuba", 17000)]}, "year"),
    Messy("year_to_date", "monthly.csv", text(YTD), months(1, 5299, 4017, 2990)),
]  # fmt: skip
