"""Weekly, daily, older and finer series of the Americas: from the columns as delivered to ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from corridor.data import repair
from corridor.data.cbp import CITIZENSHIPS
from corridor.data.countries import SPANISH, country_code
from corridor.data.tidy import AUTHORITIES, slug

REGIONS: Mapping[str, str] = {
    "Southwest Land Border": "southwest", "Northern Land Border": "northern", "Other": "other"
}  # fmt: skip
DHS_HOUSEHOLDS: Mapping[str, str] = {
    "Single Adults": "single", "Family Unit Individuals": "family", "Unaccompanied Children": "child"
}  # fmt: skip
DETENTION: Mapping[str, str] = {
    "n_detained": "during_day", "n_detained_at_midnight": "midnight", "n_detained_male": "men",
    "n_detained_female": "women", "n_detained_convicted_criminal": "convicted",
    "n_detained_possibly_under_18": "possibly_under_18",
}  # fmt: skip
DETENTION_FIRST_RELEASE = dt.date(2025, 3, 31)
DETENTION_DAYS = 60
"""Assumptions: the records by day were first released in early 2025; an edition ends two months before its release."""
NYC_CENSUS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("combined_total_shelter_census", "Total Individuals"): ("all", "people"),
    ("combined_total_single_adults", "Single Adults"): ("single_adults", "people"),
    ("families_with_children", "Adults"): ("families_with_children", "adults"),
    ("families_with_children", "Children"): ("families_with_children", "children"),
    ("adult_families_census", "Individuals (Adults)"): ("adult_families", "people"),
    ("adult_families_census", "Individuals"): ("adult_families", "people"),
    ("single_adults", "Safe Haven Utilization"): ("safe_haven", "people"),
    ("single_adults", "Drop-in Center Overnight Census"): ("drop_in", "people"),
    ("single_adults", "Faith Bed Census"): ("faith_beds", "people"),
    ("single_adults", "Veterans In Short-term Housing"): ("veterans", "people"),
    ("single_adults", "Criminal Justice Short-term Housing"): ("criminal_justice", "people"),
}  # fmt: skip
NYC_HOUSEHOLDS: Mapping[str, str] = {
    "Adult Families": "adult_families", "Families with Children": "families_with_children",
    "Single Adults": "single_adults", "Population - Individuals": "all",
}  # fmt: skip
EDITION_SERIES: Mapping[str, str] = {
    "irreg_usa": "us_southwest_encounters", "irreg_honduras": "honduras_entries_total",
    "irreg_honduras_nat": "honduras_entries", "irreg_honduras_dmg": "honduras_entries_demographic",
    "irreg_mexico_nat": "mexico_encounters", "irreg_mexico_dmg": "mexico_encounters_demographic",
    "irreg_mexico_exp": "mexico_returns", "irreg_darien_nat": "darien_transits",
    "irreg_darien_dmg": "darien_transits_demographic", "irreg_guatemala": "guatemala_returns",
}  # fmt: skip


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d").alias("date")


def _whole(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64).cast(pl.Int64).alias("value")


def _long(raw: pl.DataFrame, names: Mapping[str, str], dim: str) -> pl.DataFrame:
    """Columns of ``names`` as rows: ``date``, the dimension ``dim``, ``value``."""
    parts = [raw.select(_day("date"), pl.lit(word).alias(dim), _whole(name)) for name, word in names.items()]
    return pl.concat(parts).sort("date", dim)


def border_patrol_weekly(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters of the Border Patrol by week from Monday."""
    return raw.select(_day("week_start"), _whole("usbp_encounters")).drop_nulls().sort("date")


def border_patrol_weekly_apprehensions(raw: pl.DataFrame) -> pl.DataFrame:
    """Apprehensions of the Border Patrol by week from Monday; 38 weeks are absent."""
    return raw.select(_day("week_start"), _whole("usbp_apprehensions")).drop_nulls().sort("date")


def border_patrol_by_citizenship(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters by nationality code. Raises ValueError on a name that is no known country."""
    codes = {name: country_code(name) for name in raw["citizenship"].unique()}
    _all_known(codes)
    return raw.select(
        _day("month"), pl.col("citizenship").replace_strict(codes).alias("nationality"), _whole("encounters")
    ).sort("date", "nationality")


def border_patrol_by_sector(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters by sector, named as in the table of all southwest encounters: ``big_bend_sector``."""
    area = pl.col("sector").str.replace(r", [A-Z]{2}$", " sector").alias("area")
    return (
        raw.with_columns(area).select(_day("month"), slug("area"), _whole("encounters")).sort("date", "area")
    )


def border_patrol_by_household(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters of single adults, people in families, and unaccompanied children."""
    household = pl.col("family").replace_strict(dict(DHS_HOUSEHOLDS)).alias("household")
    return raw.select(_day("month"), household, _whole("encounters")).sort("date", "household")


def us_nationwide_encounters(raw: pl.DataFrame) -> pl.DataFrame:
    """Encounters at all borders by region, household, nationality and authority."""
    keys = ["date", "region", "household", "nationality", "authority"]
    table = raw.select(
        _day("month"),
        pl.col("region").replace_strict(dict(REGIONS)),
        pl.col("household").replace_strict(dict(repair.HOUSEHOLDS)),
        pl.col("citizenship").replace_strict(dict(CITIZENSHIPS)).alias("nationality"),
        pl.col("authority").replace_strict(dict(AUTHORITIES)),
        _whole("encounters"),
    )
    return repair.sum_duplicates(table, keys)


def ice_detention_daily(raw: pl.DataFrame) -> pl.DataFrame:
    """People in detention by day and measure, known when the records of the day were released."""
    released = pl.col("date").dt.offset_by(f"{DETENTION_DAYS}d")
    return _long(raw, DETENTION, "measure").with_columns(
        known_from=pl.max_horizontal(released, pl.lit(DETENTION_FIRST_RELEASE))
    )


def unaccompanied_children_census(raw: pl.DataFrame) -> pl.DataFrame:
    """Children in custody at the border and in care of the health department, by day."""
    return _long(raw, {"in_cbp": "border_custody", "in_hhs_care": "care"}, "place")


def unaccompanied_children_flows(raw: pl.DataFrame) -> pl.DataFrame:
    """Children apprehended, transferred from the border, and discharged from care, by day."""
    names = {
        "apprehended_into_cbp": "apprehended", "transferred_out_of_cbp": "transferred", "discharged": "discharged"
    }  # fmt: skip
    return _long(raw, names, "measure")


def nyc_shelter_census_daily(raw: pl.DataFrame) -> pl.DataFrame:
    """People in New York's shelters by day: the city's own total and its parts; blank counts are left out."""
    parts = [
        raw.filter(pl.col("table") == table, pl.col("measure") == measure).select(
            _day("date"), pl.lit(population).alias("population"), pl.lit(who).alias("who"), _whole("count")
        )
        for (table, measure), (population, who) in NYC_CENSUS.items()
    ]
    return pl.concat(parts).drop_nulls("value").sort("date", "population", "who")


def nyc_asylum_census(raw: pl.DataFrame) -> pl.DataFrame:
    """Asylum seekers in care by household, agency and what is counted; the printed totals are left out."""
    household = pl.col("category").replace_strict(dict(NYC_HOUSEHOLDS)).alias("household")
    return (
        raw.filter(pl.col("agency") != "total")
        .select(
            pl.col("date").str.to_date("%d-%b-%y"),
            household,
            pl.col("population").alias("counted"),
            slug("agency"),
            pl.col("count").str.replace_all(",", "").cast(pl.Int64).alias("value"),
        )
        .sort("date", "household", "counted", "agency")
    )


def nyc_shelter_exits(raw: pl.DataFrame) -> pl.DataFrame:
    """Exits by household, agency, destination and its kind; cells without a figure are left out."""
    keys = ["date", "household", "agency", "destination", "housing"]
    table = raw.drop_nulls("exits").select(
        _day("date"), pl.col("series").alias("household"), pl.col("agency").str.to_lowercase(),
        pl.col("category").alias("destination"), pl.col("housing_category").alias("housing"), _whole("exits"),
    )  # fmt: skip
    return repair.sum_duplicates(table.with_columns(slug("destination"), slug("housing")), keys)


def chicago_shelter_census(raw: pl.DataFrame) -> pl.DataFrame:
    """People staying in Chicago's shelters for new arrivals, by shelter, on the dates published."""
    table = raw.rename({"emergency_temporary_shelter": "shelter"})
    return table.select(_day("date"), slug("shelter"), _whole("total_staying_in_shelter")).sort(
        "date", "shelter"
    )


def city_spending(raw: pl.DataFrame) -> pl.DataFrame:
    """Spending on arrivals by place, kind of fiscal year, status of the figure and who pays; USD million."""
    parts = [
        raw.select(
            pl.date(pl.col("fiscal_year").str.extract(r"(\d{4})").cast(pl.Int32), 1, 1).alias("date"),
            pl.col("place").str.replace(r" \(.*\)$", ""),
            pl.when(pl.col("fiscal_year").str.starts_with("FY")).then(pl.lit("fiscal")).otherwise(
                pl.lit("calendar")
            ).alias("year"),
            "status",
            pl.lit(name.removesuffix("_musd")).alias("payer"),
            pl.col(name).cast(pl.Float64).alias("value"),
        )
        for name in ("total_musd", "local", "state", "federal")
    ]  # fmt: skip
    table = pl.concat(parts).drop_nulls("value").with_columns(slug("place"), slug("status"))
    return table.sort("date", "place", "status", "payer")


def texas_bridge_crossings(raw: pl.DataFrame) -> pl.DataFrame:
    """Northbound crossings by region, port, bridge and mode, by month."""
    names = {"Region": "region", "POE": "port", "Crossing": "bridge", "Modes": "mode"}
    table = raw.rename(names).select(
        pl.date(pl.col("Year").cast(pl.Int32), pl.col("Month").cast(pl.Int32), 1).alias("date"),
        *(slug(name) for name in names.values()),
        _whole("Northbound Crossing"),
    )
    return table.sort("date", *names.values())


def mexico_airport_refusals(raw: pl.DataFrame) -> pl.DataFrame:
    """Refusals of entry at airports by nationality and whether it needs a visa, by year."""
    return _airport(raw, "eventos_de_rechazo")


def mexico_airport_admissions(raw: pl.DataFrame) -> pl.DataFrame:
    """Admissions at airports by nationality and whether it needs a visa, by year."""
    return _airport(raw, "ingresos")


def _airport(raw: pl.DataFrame, count: str) -> pl.DataFrame:
    codes = {name: country_code(name, SPANISH) for name in raw["pais"].unique()}
    _all_known(codes)
    return raw.select(
        pl.date(pl.col("ano").cast(pl.Int32), 1, 1).alias("date"),
        pl.col("aeropuerto").alias("airport"),
        pl.col("pais").replace_strict(codes).alias("nationality"),
        pl.col("visa").replace_strict({"si": "required", "no": "not_required"}),
        _whole(count),
    ).sort("date", "airport", "nationality")


def published_editions(raw: pl.DataFrame) -> pl.DataFrame:
    """Totals by month as they stood in each edition; of two files of one day that differ, the larger count of months."""
    series = pl.col("series").replace_strict(dict(EDITION_SERIES))
    table = raw.with_columns(pl.len().over("series", "vintage", "commit").alias("months"))
    table = table.sort("series", "vintage", "month", "months", "commit").unique(
        ["series", "vintage", "month"], keep="last", maintain_order=True
    )
    return table.select(
        _day("month"), series, pl.col("vintage").alias("edition"), _whole("n"),
        pl.col("vintage").str.to_date("%Y-%m-%d").alias("known_from"),
    ).sort("date", "series", "edition")  # fmt: skip


def _all_known(codes: Mapping[str, str | None]) -> None:
    unknown = sorted(name for name, code in codes.items() if code is None)
    if unknown:
        raise ValueError(f"names without a code: {', '.join(unknown)}")
