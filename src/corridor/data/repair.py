"""Repairs of known faults in published series: pure functions over tables, each with its reason.

Tables here carry their count in ``value`` and the period in ``date``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

HOUSEHOLDS: Mapping[str, str] = {
    "Single Adults": "single",
    "FMUA": "family",
    "Accompanied Minors": "family",
    "UC / Single Minors": "child",
    "UAC": "child",
}
"""The label for unaccompanied children changed in 2021-10. Accompanied minors (field offices only, 0.1 % of
all) travel with an adult, so they are family members here."""

HONDURAS_CODES: Mapping[str, str] = {"TWN": "CHN", "STL": "LCA"}
"""Honduras prints China (República Popular China) under the code of Taiwan; STL is not an ISO code."""

MEXICO_CODES: Mapping[str, str] = {"STL": "LCA"}
DARIEN_CODES: Mapping[str, str] = {"TIB": "OOO"}
"""TIB is not an ISO code (eight people, 2012-2016): counted with the other nationalities."""

LAST_YEARLY_DARIEN = 2019
"""Last year that Panama's table gives only as a year's total, stamped January."""


def sum_duplicates(table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Sum rows that share their keys.

    Honduras (35 rows) and Mexico (51) print one nationality in two or three rows of a month; only their
    sum agrees with the published totals, so that dropping one would lose people.
    """
    return table.group_by(list(keys)).agg(pl.col("value").sum()).sort(list(keys))


def relabel(table: pl.DataFrame, column: str, codes: Mapping[str, str]) -> pl.DataFrame:
    """Replace wrong codes; rows that then share their keys still have to be summed."""
    return table.with_columns(pl.col(column).replace(dict(codes)))


def unify_households(table: pl.DataFrame, column: str = "household") -> pl.DataFrame:
    """Map the publisher's changing household labels to ``single``, ``family`` and ``child``.

    An unknown label raises ``polars.exceptions.InvalidOperationError``: it must not vanish unseen.
    """
    return table.with_columns(pl.col(column).replace_strict(dict(HOUSEHOLDS)))


def blank_unpublished(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Write a blank where the publisher gives no such detail (for the US: nationality and area before 2019-10)."""
    return table.with_columns(pl.col(list(columns)).fill_null(""))


def split_yearly(table: pl.DataFrame, last_year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part months from yearly totals that are stamped January: ``(monthly, yearly)``.

    Raises
    ------
    ValueError
        If a row up to ``last_year`` is not stamped January: then it is not a yearly total.
    """
    early = pl.col("date").dt.year() <= last_year
    yearly = table.filter(early)
    if yearly.filter(pl.col("date").dt.month() != 1).height:
        raise ValueError(f"months before {last_year + 1} are not stamped January only")
    return table.filter(~early), yearly


def drop_false_zeros(
    table: pl.DataFrame, first: dt.date, last: dt.date, where: Mapping[str, Sequence[str]] | None = None
) -> pl.DataFrame:
    """Drop zeros that mean "not counted": the row is then missing. Other values are kept.

    Honduras printed zero for April and May 2020 and for Haiti in January and February
    2022 (between 23 and 270 in the months beside them).
    """
    hit = (pl.col("value") == 0) & pl.col("date").is_between(first, last)
    for name, values in (where or {}).items():
        hit = hit & pl.col(name).is_in(list(values))
    return table.filter(~hit)


def absent_months(table: pl.DataFrame) -> list[dt.date]:
    """Months inside a monthly table's span that have no row at all: missing, not zero."""
    first, last = table["date"].min(), table["date"].max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return []
    there = set(table["date"])
    return [month for month in pl.date_range(first, last, "1mo", eager=True) if month not in there]


def keep_codes(table: pl.DataFrame, column: str, codes: Sequence[str]) -> pl.DataFrame:
    """Keep the countries named; codes that are no country (such as AB9) and lists (COL,VEN) fall out."""
    return table.filter(pl.col(column).is_in(list(codes)))


def west_of_greenwich(table: pl.DataFrame, column: str = "lon") -> pl.DataFrame:
    """Give longitudes of the Americas their sign: seven US records lost the minus."""
    return table.with_columns(-pl.col(column).abs().alias(column))


def name_ports_by_code(table: pl.DataFrame) -> pl.DataFrame:
    """Name a port by the name its code bore first: in 2021 the code 2582 (Cross Border Xpress) is printed as
    Otay Mesa, which has its own code 2506 and is printed beside it.
    """
    names = table.sort("date").group_by("port_code").agg(pl.col("port").first())
    return table.drop("port").join(names, on="port_code")


def drop_part_months(table: pl.DataFrame, column: str = "partial") -> pl.DataFrame:
    """Drop figures of a month that was not over when they were published, and the marking column."""
    return table.filter(pl.col(column).is_null()).drop(column)
