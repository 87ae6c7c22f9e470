"""The files of US Customs and Border Protection: encounters by fiscal year and month, in four published layouts.

Southwest by component (``sbo-*``), nationwide by sector or field office (``*-aor``), nationwide by state
(``*-state``), and the southwest border by sector; all from fiscal year 2019 on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from corridor.data.countries import country_code, plain_name
from corridor.data.dataset import Dataset
from corridor.data.reading.dates import month_text
from corridor.data.reading.grid import read_grid
from corridor.data.reading.words import is_surely_total
from corridor.data.repair import HOUSEHOLDS
from corridor.data.tidy import AUTHORITIES, COMPONENTS
from corridor.model import Fault, InputError, did_you_mean
from corridor.model.scalars import BadValue, parse

DATASET = "us_southwest_encounters"
NATIONWIDE = "us_nationwide_encounters"
REGIONS: Mapping[str, str] = {
    "Southwest Land Border": "southwest", "Northern Land Border": "northern", "Other": "other",
}  # fmt: skip
CITIZENSHIPS: Mapping[str, str] = {
    "BRAZIL": "BRA", "CANADA": "CAN", "CHINA, PEOPLES REPUBLIC OF": "CHN", "COLOMBIA": "COL", "CUBA": "CUB",
    "ECUADOR": "ECU", "EL SALVADOR": "SLV", "GUATEMALA": "GTM", "HAITI": "HTI", "HONDURAS": "HND",
    "INDIA": "IND", "MEXICO": "MEX", "MYANMAR (BURMA)": "MMR", "NICARAGUA": "NIC", "OTHER": "OOO",
    "PERU": "PER", "PHILIPPINES": "PHL", "ROMANIA": "ROU", "RUSSIA": "RUS", "TURKEY": "TUR",
    "UKRAINE": "UKR", "VENEZUELA": "VEN",
}  # fmt: skip
_REGIONS: Mapping[str, str] = {
    **REGIONS, "Southwest Border": "southwest", "Southwest": "southwest", "Northern Border": "northern", "Northern": "northern",
    "Coastal Border": "other", "Coastal": "other", "Other Borders": "other", "Interior": "other", "Airports": "other",
}  # fmt: skip
"""Regions of an edition, by the names of every year."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "year": ("fiscal year", "fy"),
    "month": ("month abbv", "month", "month abbreviation", "month name"),
    "component": ("component", "cbp component"),
    "region": ("land border region", "region", "border region"),
    "state": ("state", "state code"),
    "area": ("area of responsibility", "aor", "sector field office", "sector or field office", "sector"),
    "household": ("demographic", "demographics", "demographic group"),
    "nationality": ("citizenship", "citizenship grouping", "country of citizenship"),
    "authority": ("title of authority", "authority", "title"),
    "value": ("encounter count", "encounters", "count", "number of encounters"),
}
"""What a column is, by the names that the agency has given it."""
_TITLES: Mapping[str, str] = {
    "year": "Fiscal Year", "month": "Month (abbv)", "household": "Demographic", "nationality": "Citizenship",
    "authority": "Title of Authority", "value": "Encounter Count",
}  # fmt: skip
_HOUSEHOLDS: Mapping[str, str] = {
    **HOUSEHOLDS, "UC": "child", "Single Minors": "child", "Unaccompanied Children": "child",
    "Unaccompanied Alien Children": "child", "UAC / Single Minors": "child", "Family Units": "family",
    "Family Unit Aliens": "family", "Individuals in a Family Unit": "family", "FMUA / Accompanied Minors": "family",
    "Single Adult": "single", "SA": "single", "FMU": "family", "Family Unit": "family", "Families": "family",
    "Family Unit Individuals": "family", "Accompanied Minors": HOUSEHOLDS["Accompanied Minors"], "AM": HOUSEHOLDS["Accompanied Minors"],
    "UC/Single Minors": "child", "UAC/Single Minors": "child", "UACs": "child", "Unaccompanied Minors": "child",
    "Unaccompanied Child": "child", "Unaccompanied Children / Single Minors": "child", "Unaccompanied Alien Child": "child",
    "Unaccompanied Alien Children (UAC)": "child", "Single Minor": "child",
}  # fmt: skip
_COMPONENTS: Mapping[str, str] = {
    **COMPONENTS, "USBP": "usbp", "OFO": "ofo", "U.S. Border Patrol (USBP)": "usbp", "Border Patrol": "usbp",
    "Office of Field Operations (OFO)": "ofo", "Field Operations": "ofo", "US Border Patrol": "usbp",
    "United States Border Patrol": "usbp", "U.S. Border Patrol": "usbp",
}  # fmt: skip
_AUTHORITIES: Mapping[str, str] = {
    **AUTHORITIES, "8": "title8", "42": "title42", "Title 8 Apprehensions": "title8", "Title 8 Inadmissibles": "title8",
    "Title 42 Expulsions": "title42", "T8": "title8", "T42": "title42", "Title 8 Inadmissibility": "title8",
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {
    "component": _COMPONENTS, "region": _REGIONS, "household": _HOUSEHOLDS, "authority": _AUTHORITIES
}  # fmt: skip
_YEAR = re.compile(
    r"(?:(?:FYTD|FY|FISCAL YEAR)\s*)?(\d{4}|(?<=FY)\d{2})(?:\.0)?(?:\s*\(?(?:FY)?TD\)?)?", re.IGNORECASE
)
_GROUPINGS = frozenset(["MEX", "GTM", "HND", "SLV", "OOO"])
"""All nationalities of a file that groups them, however its column is called."""
Key = tuple[Date | str, ...]


@dataclass(frozen=True)
class Edition:
    """One file as read: sums by date and the columns that it has, and what should be said about it."""

    table: pl.DataFrame
    """``date``, those of component, region, area, authority, household, nationality that the file has, ``value``."""
    grouped: bool
    """Whether the nationalities are few and named as groupings."""
    warnings: tuple[str, ...]


def layout_of(names: Sequence[str]) -> dict[str, int]:
    """Place of each known column in a header; empty if it is no file of this agency."""
    plain = [plain_name(name) for name in names]
    found: dict[str, int] = {}
    for role, known in COLUMNS.items():
        place = next((plain.index(name) for name in known if name in plain), None)
        if place is not None:
            found[role] = place
    return found if {"year", "value"} <= set(found) and len(found) >= 5 else {}


def agency_datasets(content: bytes, label: str) -> tuple[str, ...]:
    """Datasets that a file of this agency is an edition of; empty if it has no such layout.

    Files by sector of all borders renew two, files by state the nationwide one only (they lack the sector).
    """
    header = _header(content, label)
    if header is None:
        return ()
    at, rows = header
    if "region" not in at:
        return (DATASET,)
    if "state" in at:
        return (NATIONWIDE,)
    everywhere = any(
        cells[at["region"]] != "Southwest Land Border" for _, cells in rows if len(cells) > at["region"]
    )
    return (DATASET, NATIONWIDE) if everywhere else (DATASET,)


def serves(content: bytes, dataset: str) -> bool:
    """Whether a file has a layout of this agency and holds the figures of ``dataset``."""
    if dataset not in (DATASET, NATIONWIDE) or (
        b"encounter" not in content[:20_000].replace(b"\0", b"").lower() and not content.startswith(b"PK")
    ):
        return False
    header = _header(content, "file")
    return header is not None and (dataset == DATASET or "region" in header[0])


def _header(content: bytes, label: str) -> tuple[dict[str, int], Sequence[tuple[int, list[str]]]] | None:
    try:
        rows = read_grid(content, label).rows
    except InputError:
        return None
    for place, (_, cells) in enumerate(rows[:20]):
        at = layout_of(cells)
        if at:
            return at, rows[place + 1 :]
    return None


def read_agency_edition(content: bytes, label: str, dataset: Dataset) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A file as an edition of the southwest or the nationwide dataset.

    Where the file has fewer dimensions than the dataset, a cell of the file that equals the sum held keeps the
    detail held; another replaces it, with the missing dimensions blank.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    edition, faults = read_cbp(content, label)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InputError(f"{label}: {count}; nothing was changed", faults=faults)
    table, warnings = edition.table, list(edition.warnings)
    if dataset.id == DATASET and "region" in table.columns:
        other = table.filter(pl.col("region") != "southwest")
        names = {code: name for name, code in REGIONS.items()}
        for code, count in other.group_by("region").agg(pl.col("value").sum()).sort("region").iter_rows():
            warnings.append(f"{count:,} encounters of region {names[code]!r} are left out")
        table = table.filter(pl.col("region") == "southwest").drop("region")
    if table.is_empty():
        raise InputError(f"{label}: no row is of the Southwest Land Border; nothing was changed")
    have = [name for name in dataset.dims if name in table.columns]
    table = table.group_by("date", *have).agg(pl.col("value").sum())
    if edition.grouped or len(have) < len(dataset.dims):
        table = _with_held_detail(table, have, dataset, warnings, grouped=edition.grouped)
    return table.select("date", *dataset.dims, "value").sort("date", *dataset.dims), tuple(warnings)


def _with_held_detail(
    table: pl.DataFrame, have: Sequence[str], dataset: Dataset, warnings: list[str], *, grouped: bool
) -> pl.DataFrame:
    held = dataset.table.join(table.select("date").unique(), on="date", how="semi").drop("known_from")
    margin = held.with_columns(*(pl.col(name).alias(f"_{name}") for name in have))
    if grouped:
        named = table["nationality"].unique().to_list()
        inside = pl.col("nationality").is_in(named)
        margin = margin.with_columns(
            pl.when(inside).then(pl.col("nationality")).otherwise(pl.lit("OOO")).alias("_nationality")
        )
    keys = ["date", *(f"_{name}" for name in have)]
    file = table.rename({name: f"_{name}" for name in have})
    sums = margin.group_by(keys).agg(pl.col("value").sum().alias("held"))
    compared = file.join(sums, on=keys, how="left")
    equal = compared.filter(pl.col("value") == pl.col("held"))
    detail = margin.join(equal.select(keys), on=keys, how="semi").select("date", *dataset.dims, "value")
    other = file.join(equal.select(keys), on=keys, how="anti").rename({f"_{name}": name for name in have})
    lacking = [name for name in dataset.dims if name not in have]
    other = other.with_columns(*(pl.lit("").alias(name) for name in lacking)).select(
        "date", *dataset.dims, "value"
    )
    blank = ", ".join([*lacking, *(["single nationalities"] if grouped else [])])
    warnings.append(
        f"the file does not tell {blank}: {equal.height:,} of its {file.height:,} figures equal the sums held and keep "
        f"their detail, {other.height:,} stand without"
    )
    return pl.concat([detail, other.with_columns(pl.col("value").cast(detail.schema["value"]))])


def read_cbp(content: bytes | str, label: str) -> tuple[Edition, list[Fault]]:
    """Encounters of a file, and what is wrong in it.

    A fiscal year begins in October of the year before. Citizenships that are not known here are counted with the
    others, and that is said.
    """
    raw = content.encode() if isinstance(content, str) else content
    grid = read_grid(raw, label)
    place = next((n for n, (_, cells) in enumerate(grid.rows[:20]) if layout_of(cells)), 0)
    (line, names), body = grid.rows[place], grid.rows[place + 1 :]
    at = layout_of(names)
    faults = [
        Fault(label, line, _TITLES[role], "the column is missing", did_you_mean(_TITLES[role], names))
        for role in ("year", "month", "household", "nationality", "authority", "value")
        if role not in at
    ]
    dims = [
        role
        for role in ("component", "region", "area", "authority", "household", "nationality")
        if role in at
    ]
    if faults:
        return Edition(pl.DataFrame(), False, ()), faults
    sums: Counter[Key] = Counter()
    unnamed: Counter[str] = Counter()
    for number, cells in _without_totals(body, at):
        if len(cells) != len(names):
            message = f"the row has {len(cells)} cells, the header {len(names)} columns"
            faults.append(
                Fault(label, number, None, message, "the file may have been cut off; read it again")
            )
            continue
        row = _Row(cells, at, names, label, number, faults)
        count = row.count()
        sums[(row.date(), *(row.dimension(role, unnamed, count) for role in dims))] += count
    warnings = [
        f"citizenship {name!r} is not known here: {n:,} encounters are counted with the others (OOO)"
        for name, n in unnamed.items()
    ]
    schema = {"date": pl.Date, **dict.fromkeys(dims, pl.String), "value": pl.Int64}
    rows = [(*key, value) for key, value in sums.items()]
    table = pl.DataFrame(rows, schema=schema, orient="row").sort("date", *dims)
    groups = set(table["nationality"])
    grouped = "grouping" in plain_name(names[at["nationality"]]) or (
        len(groups) > 1 and "OOO" in groups and groups <= _GROUPINGS
    )
    return Edition(table, grouped, tuple(warnings)), faults


def _without_totals(
    body: Sequence[tuple[int, list[str]]], at: Mapping[str, int]
) -> Sequence[tuple[int, list[str]]]:
    """Rows of counts: none that is a total by its first column, nor notes of one cell below the table."""
    kept = list(body)
    while kept and sum(bool(cell) for cell in kept[-1][1]) == 1 and kept[-1][1][0]:
        kept.pop()
    year = at["year"]
    return [row for row in kept if len(row[1]) <= year or not is_surely_total(row[1][year])]


@dataclass(frozen=True)
class _Row:
    """One line of the file; what cannot be read becomes a fault, and a harmless stand-in is returned."""

    cells: Sequence[str]
    at: Mapping[str, int]
    names: Sequence[str]
    label: str
    line: int
    faults: list[Fault]

    def text(self, role: str) -> str:
        return self.cells[self.at[role]]

    def bad(self, role: str, message: str, hint: str | None = None) -> None:
        self.faults.append(Fault(self.label, self.line, self.names[self.at[role]], message, hint))

    def dimension(self, role: str, unnamed: Counter[str], count: int) -> str:
        text = self.text(role)
        if role == "area":
            component = _COMPONENTS.get(self.text("component"), "") if "component" in self.at else ""
            return _area(text, component)
        if role == "nationality":
            return self.nationality(text, unnamed, count)
        known = _WORDS[role]
        found = known.get(text) or next(
            (code for name, code in known.items() if plain_name(name) == plain_name(text)), ""
        )
        if not found:
            self.bad(role, f"{text!r} is not known", did_you_mean(text, known))
        return found

    def nationality(self, text: str, unnamed: Counter[str], count: int) -> str:
        code = CITIZENSHIPS.get(text.upper()) or country_code(text)
        if code not in _CODES:
            unnamed[text.upper()] += count
            return "OOO"
        return str(code)

    def count(self) -> int:
        text = self.text("value")
        try:
            value: int = parse(int, re.sub(r"[,\s]|\.0$", "", text))
        except BadValue as bad:
            self.bad("value", bad.message if text else "is blank", bad.hint)
            return 0
        if value < 0:
            self.bad("value", f"{text} is negative")
        return value

    def date(self) -> Date:
        year, month = _YEAR.fullmatch(self.text("year").strip()), month_text(self.text("month"))
        if year is None:
            self.bad("year", f"{self.text('year')!r} is not a fiscal year", "as 2024, FY2024 or 2025 (FYTD)")
        if month is None:
            self.bad("month", f"{self.text('month')!r} is not a month", "as OCT, October or 10")
        if year is None or month is None:
            return Date.min
        number = int(year[1]) + (2000 if len(year[1]) == 2 else 0)
        return Date(number - (month >= 10), month, 1)


def _area(text: str, component: str) -> str:
    """A sector or field office as the datasets name it, whether the file says 'Tucson' or 'Tucson Sector'."""
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if slug.endswith(("_sector", "_field_office")) or not slug:
        return slug
    slug = {"rgv": "rio_grande_valley", "marfa": "big_bend", "big_bend_marfa": "big_bend"}.get(slug, slug)
    kind = {"usbp": "sector", "ofo": "field_office"}.get(component)
    return f"{slug}_{kind}" if kind else slug


_CODES = frozenset(CITIZENSHIPS.values())
