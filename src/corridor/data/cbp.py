"""The file of US Customs and Border Protection: encounters by fiscal year, month, area, household, citizenship."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.data.repair import HOUSEHOLDS
from corridor.data.tidy import AUTHORITIES, COMPONENTS
from corridor.model import Fault, did_you_mean
from corridor.model.scalars import BadValue, parse
from corridor.model.text import csv_records

DATASET = "us_southwest_encounters"
REGION = "Southwest Land Border"
REGIONS = (REGION, "Northern Land Border", "Other")
COLUMNS = (
    "Fiscal Year", "Month Grouping", "Month (abbv)", "Component", "Land Border Region",
    "Area of Responsibility", "AOR (Abbv)", "Demographic", "Citizenship", "Title of Authority",
    "Encounter Type", "Encounter Count",
)  # fmt: skip
DIMS = ("component", "area", "authority", "household", "nationality")
CITIZENSHIPS: Mapping[str, str] = {
    "BRAZIL": "BRA", "CANADA": "CAN", "CHINA, PEOPLES REPUBLIC OF": "CHN", "COLOMBIA": "COL", "CUBA": "CUB",
    "ECUADOR": "ECU", "EL SALVADOR": "SLV", "GUATEMALA": "GTM", "HAITI": "HTI", "HONDURAS": "HND",
    "INDIA": "IND", "MEXICO": "MEX", "MYANMAR (BURMA)": "MMR", "NICARAGUA": "NIC", "OTHER": "OOO",
    "PERU": "PER", "PHILIPPINES": "PHL", "ROMANIA": "ROU", "RUSSIA": "RUS", "TURKEY": "TUR",
    "UKRAINE": "UKR", "VENEZUELA": "VEN",
}  # fmt: skip
_HOUSEHOLDS: Mapping[str, str] = {**HOUSEHOLDS, "UC": "child", "Single Minors": "child"}
_COMPONENTS: Mapping[str, str] = {**COMPONENTS, "USBP": "usbp", "OFO": "ofo"}
_MONTHS = ("OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP")
Key = tuple[dt.date, str, str, str, str, str]
_YEAR = re.compile(r"(\d{4})(?:\s*\(FYTD\))?")


@dataclass(frozen=True)
class Edition:
    """One file as read: sums by date and the dataset's dimensions, and what should be said about it."""

    table: pl.DataFrame
    warnings: tuple[str, ...]


def is_cbp(text: str) -> bool:
    """Whether a file has this layout, by its header."""
    names = [name.strip() for name in text.partition("\n")[0].split(",")]
    return {"Fiscal Year", "Encounter Count"} <= set(names)


def read_cbp(text: str, label: str) -> tuple[Edition, list[Fault]]:
    """Encounters at the southwest land border, and what is wrong in the file.

    A fiscal year begins in October of the year before. Other regions are left out; citizenships that the
    file names for the first time are counted with the others; both are said.
    """
    faults: list[Fault] = []
    records = list(csv_records(text, label, faults))
    names = records[0][1] if records else []
    for name in COLUMNS:
        if name not in names and name not in ("Month Grouping", "AOR (Abbv)", "Encounter Type"):
            faults.append(Fault(label, 1, name, "the column is missing", did_you_mean(name, names)))
    if faults:
        return Edition(_frame({}), ()), faults
    at = {name: names.index(name) for name in COLUMNS if name in names}
    sums: Counter[Key] = Counter()
    elsewhere: Counter[str] = Counter()
    unnamed: Counter[str] = Counter()
    for line, cells in records[1:]:
        if len(cells) != len(names):
            message = f"the row has {len(cells)} cells, the header {len(names)} columns"
            faults.append(Fault(label, line, None, message, "the file may have been cut off; read it again"))
            continue
        row = _Row(cells, at, label, line, faults)
        region = row.word("Land Border Region", {name: name for name in REGIONS})
        count, date = row.count(), row.date()
        if region != REGION:
            elsewhere[region] += count
            continue
        citizenship = row.text("Citizenship").upper()
        if citizenship not in CITIZENSHIPS:
            unnamed[citizenship] += count
        key = (
            date,
            row.word("Component", _COMPONENTS),
            re.sub(r"[^a-z0-9]+", "_", row.text("Area of Responsibility").lower()).strip("_"),
            row.word("Title of Authority", AUTHORITIES),
            row.word("Demographic", _HOUSEHOLDS),
            CITIZENSHIPS.get(citizenship, "OOO"),
        )
        sums[key] += count
    if not sums and not faults:
        faults.append(Fault(label, None, "Land Border Region", f"no row is of the {REGION}"))
    warnings = [f"{n:,} encounters of region {name!r} are left out" for name, n in elsewhere.items() if name]
    warnings += [
        f"citizenship {name!r} is not known here: {n:,} encounters are counted with the others (OOO)"
        for name, n in unnamed.items()
    ]
    return Edition(_frame(sums), tuple(warnings)), faults


def _frame(sums: Mapping[Key, int]) -> pl.DataFrame:
    schema = {"date": pl.Date, **dict.fromkeys(DIMS, pl.String), "value": pl.Int64}
    rows = [(*key, value) for key, value in sums.items()]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("date", *DIMS)


class _Row:
    """One line of the file; what cannot be read becomes a fault, and a harmless stand-in is returned."""

    def __init__(
        self, cells: Sequence[str], at: Mapping[str, int], label: str, line: int, faults: list[Fault]
    ) -> None:
        self.cells, self.at, self.label, self.line, self.faults = cells, at, label, line, faults

    def text(self, column: str) -> str:
        return self.cells[self.at[column]]

    def bad(self, column: str, message: str, hint: str | None = None) -> None:
        self.faults.append(Fault(self.label, self.line, column, message, hint))

    def word(self, column: str, known: Mapping[str, str]) -> str:
        text = self.text(column)
        if text not in known:
            self.bad(column, f"{text!r} is not known", did_you_mean(text, known))
        return known.get(text, "")

    def count(self) -> int:
        text = self.text("Encounter Count")
        try:
            value: int = parse(int, text.replace(",", ""))
        except BadValue as bad:
            self.bad("Encounter Count", bad.message if text else "is blank", bad.hint)
            return 0
        if value < 0:
            self.bad("Encounter Count", f"{text} is negative")
        return value

    def date(self) -> dt.date:
        year, month = _YEAR.fullmatch(self.text("Fiscal Year")), self.text("Month (abbv)").upper()
        if year is None:
            self.bad(
                "Fiscal Year", f"{self.text('Fiscal Year')!r} is not a fiscal year", "as 2024 or 2025 (FYTD)"
            )
        if month not in _MONTHS:
            self.bad("Month (abbv)", f"{month!r} is not a month", f"as {', '.join(_MONTHS)}")
        if year is None or month not in _MONTHS:
            return dt.date.min
        place = _MONTHS.index(month)
        return dt.date(int(year[1]) - (place < 3), (place + 9) % 12 + 1, 1)
