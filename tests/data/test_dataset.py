"""`Dataset` and its checks, on small tables made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from corridor.data import Dataset, check_dataset
from corridor.model import InputError


def month(number: int) -> dt.date:
    return dt.date(2022, number, 1)


PUBLIC = {1: dt.date(2022, 2, 7), 2: dt.date(2022, 3, 7), 4: dt.date(2022, 5, 7)}


def small(**changes: object) -> Dataset:
    rows = [(1, "CUB", 5), (1, "HTI", 7), (2, "CUB", 6), (4, "HTI", 9)]
    table = pl.DataFrame(
        {
            "date": [month(m) for m, _, _ in rows],
            "nationality": [n for _, n, _ in rows],
            "value": [v for _, _, v in rows],
            "known_from": [PUBLIC[m] for m, _, _ in rows],
        }
    )
    dataset = Dataset("small", "Small", "entries", "month", ("nationality",), 7, (), (), table, counted={})
    return replace(dataset, **changes)  # type: ignore[arg-type]


def test_as_of_hides_what_was_not_public() -> None:
    assert small().as_of(dt.date(2022, 3, 6)).known_until == month(1)
    assert small().as_of(dt.date(2022, 3, 7)).known_until == month(2)
    assert small().as_of(dt.date(2022, 1, 1)).known_until is None


def test_total_sums_over_dimensions() -> None:
    assert small().total().rows() == [(month(1), 12), (month(2), 6), (month(4), 9)]


def test_codes_outlive_an_as_of_date_and_a_stock_is_told_by_its_rows() -> None:
    assert small().as_of(dt.date(2022, 1, 1)).codes("nationality") == ("CUB", "HTI")
    mixed = small(stock_rows={"nationality": ("HTI",)})
    assert (mixed.kind_of({}), mixed.kind_of({"nationality": ("HTI",)})) == ("flow", "stock")
    assert mixed.kind_of({"nationality": ("HTI", "CUB")}) == "flow"
    assert small(kind="stock").kind_of({}) == "stock"


def test_what_may_not_be_summed_says_so() -> None:
    with pytest.raises(InputError, match="may not be summed"):
        small(additive=False).total()


def test_an_unknown_dimension_is_named() -> None:
    with pytest.raises(InputError, match="nationalty") as caught:
        small().grouped(["nationalty"])
    assert caught.value.hint == "did you mean 'nationality'?"


def test_repr_is_one_short_line() -> None:
    text = repr(small())
    assert text == "Dataset('small', entries per month, 4 rows, known until 2022-04-01)"


def test_the_last_two_months_are_provisional() -> None:
    assert small().provisional_from == month(2)


def test_a_sound_table_passes() -> None:
    check_dataset(small())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pl.concat([t, t.head(1)]), "2 rows share date and dimensions"),
        (lambda t: t.with_columns(pl.lit(-1).cast(pl.Int64).alias("value")), "negative value"),
        (lambda t: t.with_columns(pl.lit(float("nan")).alias("value")), "not a number"),
        (lambda t: t.with_columns(pl.col("date").dt.offset_by("1d")), "not the first day of a month"),
        (lambda t: t.with_columns(pl.col("known_from").dt.offset_by("1d")), "plus 7 days"),
        (lambda t: t.with_columns(pl.lit(None, pl.String).alias("nationality")), "empty cells"),
        (lambda t: t.drop("known_from"), "missing column"),
        (lambda t: t.with_columns(pl.lit("x").alias("note")), "extra column"),
        (lambda t: t.with_columns(pl.col("value").cast(pl.String)), "has type String"),
    ],
)
def test_a_broken_table_is_refused(change, message: str) -> None:
    with pytest.raises(InputError, match="not sound") as caught:
        check_dataset(small(table=change(small().table)))
    assert any(message in fault.message for fault in caught.value.faults)
