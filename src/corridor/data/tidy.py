"""From the columns of compiled observed series to ours, through the repairs; ``known_from`` is added later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from corridor.data import repair
from corridor.data.grades import evidence_grade
from corridor.data.timing import parse_period
from corridor.data.zones import deaths_by_zone

AUTHORITIES: Mapping[str, str] = {"Title 8": "title8", "Title 42": "title42"}
COMPONENTS: Mapping[str, str] = {"U.S. Border Patrol": "usbp", "Office of Field Operations": "ofo"}
FALSE_ZERO_MONTHS = (dt.date(2020, 4, 1), dt.date(2020, 5, 1))
HAITI_MONTHS = (dt.date(2022, 1, 1), dt.date(2022, 2, 1))
CLAIM_NATIONALITIES: Mapping[str, str] = {
    "total": "", "Chile": "CHL", "Colombia": "COL", "Cuba": "CUB", "Ecuador": "ECU", "El Salvador": "SLV",
    "Guatemala": "GTM", "Haiti": "HTI", "Honduras": "HND", "Nicaragua": "NIC", "Venezuela": "VEN",
}  # fmt: skip
SEEKERS: Mapping[str, str] = {"cbp_one_requests_per_day": "requests", "cbp_one_waiting_pool": "waiting"}
CLAIM_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def slug(column: str) -> pl.Expr:
    """Lower-case words joined by underscores; ``+`` becomes ``_plus``."""
    text = pl.col(column).str.to_lowercase().str.replace_all("+", "_plus", literal=True)
    return text.str.replace_all(r"[^a-z0-9]+", "_").str.strip_chars("_").alias(column)


def _counts(raw: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Rename, read the month as a date and the count as a whole number."""
    table = raw.rename({"month": "date", "n": "value", **names})
    value = pl.col("value").cast(pl.Float64).cast(pl.Int64, strict=True)
    return table.with_columns(pl.col("date").str.to_date("%Y-%m-%d"), value)


def us_southwest_encounters(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters by component, area, authority, household and nationality; the encounter type is dropped,
    since component and authority determine it.
    """
    table = _counts(raw, {"demog": "household", "nat": "nationality"})
    table = repair.blank_unpublished(repair.unify_households(table), ["area", "nationality"])
    table = table.with_columns(
        pl.col("authority").replace_strict(dict(AUTHORITIES)),
        pl.col("component").replace_strict(dict(COMPONENTS)),
        slug("area"),
    )
    return repair.sum_duplicates(
        table, ["date", "component", "area", "authority", "household", "nationality"]
    )


def mexico_encounters(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters by nationality; the rows that share month and nationality are summed."""
    table = repair.relabel(_counts(raw, {"nat": "nationality"}), "nationality", repair.MEXICO_CODES)
    return repair.sum_duplicates(table, ["date", "nationality"])


def mexico_encounters_demographic(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters by sex and age."""
    return _counts(raw, {}).with_columns(slug("age")).sort("date", "sex", "age")


def mexico_returns(raw: pl.DataFrame) -> pl.DataFrame:
    """Returns by nationality and type."""
    table = _counts(raw, {"nat": "nationality"}).with_columns(slug("type"))
    table = repair.relabel(table, "nationality", repair.MEXICO_CODES)
    return repair.sum_duplicates(table, ["date", "nationality", "type"])


def honduras_entries(raw: pl.DataFrame) -> pl.DataFrame:
    """Entries by nationality, China under its own code, without the zeros that are none."""
    table = repair.relabel(_counts(raw, {"nat": "nationality"}), "nationality", repair.HONDURAS_CODES)
    table = repair.sum_duplicates(table, ["date", "nationality"])
    table = repair.drop_false_zeros(table, *FALSE_ZERO_MONTHS)
    return repair.drop_false_zeros(table, *HAITI_MONTHS, {"nationality": ["HTI"]})


def honduras_entries_total(raw: pl.DataFrame) -> pl.DataFrame:
    """Entries as published in total, without the zeros that are none."""
    return repair.drop_false_zeros(_counts(raw, {}), *FALSE_ZERO_MONTHS).sort("date")


def honduras_entries_demographic(raw: pl.DataFrame) -> pl.DataFrame:
    """Entries of men, women, boys and girls, without the zeros that are none."""
    table = repair.drop_false_zeros(_counts(raw, {"demog": "demographic"}), *FALSE_ZERO_MONTHS)
    return table.sort("date", "demographic")


def _darien(raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    table = repair.relabel(_counts(raw, {"nat": "nationality"}), "nationality", repair.DARIEN_CODES)
    table = repair.sum_duplicates(table, ["date", "nationality"])
    return repair.split_yearly(table, repair.LAST_YEARLY_DARIEN)


def darien_transits(raw: pl.DataFrame) -> pl.DataFrame:
    """Transits by month and nationality, from 2020."""
    return _darien(raw)[0]


def darien_transits_yearly(raw: pl.DataFrame) -> pl.DataFrame:
    """Transits by year and nationality, up to 2019."""
    return _darien(raw)[1]


def darien_transits_demographic(raw: pl.DataFrame) -> pl.DataFrame:
    """Transits of men, women, boys and girls."""
    return _counts(raw, {"demog": "demographic"}).sort("date", "demographic")


def guatemala_returns(raw: pl.DataFrame) -> pl.DataFrame:
    """Guatemalans returned, by country they came from (blank where not given), sex and age."""
    table = repair.blank_unpublished(_counts(raw, {}), ["origin"]).with_columns(slug("age"))
    return repair.sum_duplicates(table, ["date", "origin", "sex", "age"])


def recorded_deaths(raw: pl.DataFrame) -> pl.DataFrame:
    """Dead and missing by month and zone, aggregated from single records."""
    records = raw.select(
        pl.col("date").str.to_date("%Y-%m-%d"),
        pl.col("geo").alias("country"),
        pl.col("lat", "lon").cast(pl.Float64),
        pl.col("dead").cast(pl.Float64).cast(pl.Int64).alias("value"),
    )
    return deaths_by_zone(repair.west_of_greenwich(records))


def ice_detention(raw: pl.DataFrame) -> pl.DataFrame:
    """Average daily population, mean stay, book-ins and book-outs of finished months, by category."""
    table = repair.drop_part_months(raw).select(
        pl.col("month").str.to_date("%Y-%m").alias("date"),
        "measure",
        "category",
        pl.col("value").cast(pl.Float64),
    )
    return table.sort("date", "measure", "category")


def bts_port_crossings(raw: pl.DataFrame) -> pl.DataFrame:
    """People who entered through each port, by means."""
    table = raw.select(
        pl.col("month").str.to_date("%Y-%m").alias("date"),
        pl.col("port_name").alias("port"),
        "port_code",
        "state",
        "measure",
        pl.col("value").cast(pl.Float64).cast(pl.Int64),
    )
    table = repair.name_ports_by_code(table).with_columns(slug("port"), slug("state"), slug("measure"))
    keys = ["date", "port", "port_code", "state", "measure"]
    return table.select(*keys, "value").sort(keys)


def usbp_daily_apprehensions(raw: pl.DataFrame) -> pl.DataFrame:
    """Nationwide apprehensions by day: ``measure`` max and min of two releases that overlap."""
    day = pl.col("date").str.to_date("%Y-%m-%d")
    public = pl.col("published").str.to_date("%Y-%m-%d").alias("known_from")
    parts = [
        raw.select(
            day,
            pl.lit(kind).alias("measure"),
            pl.col(f"usbp_apprehensions_{kind}").cast(pl.Int64).alias("value"),
            public,
        )
        for kind in ("max", "min")
    ]
    return pl.concat(parts).sort("date", "measure")


def comar_asylum_claims(raw: pl.DataFrame) -> pl.DataFrame:
    """Claims by nationality (blank: all) and period, as the press quoted them; dated at the period's end."""
    rows = []
    source = ""
    for row in raw.iter_rows(named=True):
        source = row["source"] if row["source"] != "same" else source
        start, end, scope = _claim_period(int(row["year"]), row["period"])
        public = parse_period(row["published"])
        rows.append(
            {
                "date": end,
                "scope": scope,
                "period_start": start.isoformat(),
                "nationality": CLAIM_NATIONALITIES[row["nationality"]],
                "source": source,
                "url": row["url_or_title"],
                "grade": evidence_grade([row["note"] or ""], row["publisher"], row["url_or_title"]),
                "value": int(row["claims"]),
                "known_from": public.end if public else end,
            }
        )
    return pl.DataFrame(rows).sort("date", "scope", "nationality", "source")


def _claim_period(year: int, text: str) -> tuple[dt.date, dt.date, str]:
    if text == "full year":
        return dt.date(year, 1, 1), dt.date(year, 12, 31), "year"
    words = text.split("-")
    first, last = (CLAIM_MONTHS.index(word) + 1 for word in (words[0], words[-1]))
    after = dt.date(year + last // 12, last % 12 + 1, 1)
    return dt.date(year, first, 1), after - dt.timedelta(days=1), "month" if len(words) == 1 else "part_year"


def appointment_seekers(raw: pl.DataFrame) -> pl.DataFrame:
    """People who asked for an appointment at a port on a day, and who waited for one when that ended."""
    rows = []
    for row in raw.filter(pl.col("parameter").is_in(list(SEEKERS))).iter_rows(named=True):
        public = parse_period(row["published"])
        told = parse_period(row["date_or_period"])
        assert public is not None and told is not None
        rows.append(
            {
                "date": min(told.end, public.end),
                "measure": SEEKERS[row["parameter"]],
                "value": int(row["value"]),
                "known_from": public.end,
            }
        )
    return pl.DataFrame(rows).sort("date")
