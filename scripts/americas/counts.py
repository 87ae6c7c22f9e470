"""Published counts that the tables are derived from, in the nationalities of the corridor."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

from americas.tables import NATIONALITIES
from corridor.data import load

CBP = "US Customs and Border Protection, southwest land border encounters"
SEGOB = "Mexico, SEGOB/UPMRIP"
PANAMA = "Panama, Servicio Nacional de Migración"
INM = "Instituto Nacional de Migración de Honduras"
ICE = "US Immigration and Customs Enforcement, detention statistics"
IOM = "IOM Missing Migrants Project"

NAMED = ("RUS", "TUR", "UKR", "ROU", "CAN", "PHL", "MMR")
"""Nationalities that the US names and the corridor puts together."""
HOME = ("GTM", "HND", "SLV", "NIC", "MEX")
"""Nationalities that do not set out for the Darién or Managua in the model."""
US_MAP = {**{n: n for n in NATIONALITIES if n != "XEA"}, **dict.fromkeys(NAMED, "XEA"), "*": "OOO"}
TRANSIT_MAP = {**US_MAP, **dict.fromkeys(HOME, "OOO")}

SPAN = tuple[dt.date, dt.date]
FIRST: SPAN = (dt.date(2020, 10, 1), dt.date(2021, 12, 1))
SECOND: SPAN = (dt.date(2022, 1, 1), dt.date(2023, 11, 1))
SECOND_MX: SPAN = (dt.date(2022, 1, 1), dt.date(2023, 10, 1))
"""Months of data behind the two windows of first guesses; Mexico's were known until October 2023."""
WINDOWS: tuple[tuple[dt.date | None, dt.date | None, SPAN, SPAN], ...] = (
    (None, dt.date(2022, 12, 31), FIRST, FIRST),
    (dt.date(2023, 1, 1), None, SECOND, SECOND_MX),
)
"""First day, last day, and the months of US and of Mexican data that a first guess rests on."""


def month_end(month: dt.date) -> dt.date:
    """Last day of the month that ``month`` begins."""
    return (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def known(dataset: str, month: dt.date) -> dt.date:
    """Day on which the month was public."""
    return month_end(month) + dt.timedelta(days=load(dataset).lag_days)


def months(span: SPAN) -> str:
    """The span as sources write it."""
    return f"{span[0]:%Y-%m} to {span[1]:%Y-%m}"


@cache
def us_table() -> pl.DataFrame:
    """US encounters with the corridor's nationalities."""
    table = load("us_southwest_encounters").table.filter(pl.col("date") >= FIRST[0])
    return table.with_columns(pl.col("nationality").replace_strict(US_MAP, default="OOO"))


def us(span: SPAN, *by: str, **where: object) -> dict[tuple[str, ...], float]:
    """Sums of US encounters by the columns ``by``; ``where`` keeps equal values."""
    table = us_table().filter(pl.col("date").is_between(*span))
    for name, value in where.items():
        table = table.filter(pl.col(name) == value)
    return _sums(table, by)


def of(
    dataset: str, span: SPAN, by: tuple[str, ...] = ("nationality",), transit: bool = False
) -> dict[tuple[str, ...], float]:
    """Sums of another dataset, nationalities mapped as its observation maps them."""
    table = load(dataset).table.filter(pl.col("date").is_between(*span))
    if "nationality" in table.columns:
        mapping = TRANSIT_MAP if transit else US_MAP
        table = table.with_columns(pl.col("nationality").replace_strict(mapping, default="OOO"))
    return _sums(table, by)


def _sums(table: pl.DataFrame, by: tuple[str, ...]) -> dict[tuple[str, ...], float]:
    if not by:
        return {(): float(table["value"].sum())}
    sums = table.group_by(by).agg(pl.col("value").sum()).sort(by)
    return {tuple(str(x) for x in row[:-1]): float(row[-1]) for row in sums.iter_rows()}


def each_month(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of the months from ``first`` to ``last``."""
    return list(pl.date_range(first, last, "1mo", eager=True))
