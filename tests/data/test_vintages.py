"""Vintages: what stood on a day never changes afterwards."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from corridor.data.own import dataset_of
from corridor.data.vintages import revise, standing
from corridor.model import DatasetEntry, Source

D = dt.date
SOURCE = Source(id="s", title="s", publisher="p", license="l", grade="primary")
ENTRY = DatasetEntry(
    id="d", title="d", unit="people", frequency="month", dims=("c",), lag_days=10, sources=(SOURCE,)
)


def table(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"date": pl.Date, "c": pl.String, "value": pl.Int64, "known_from": pl.Date}, orient="row"
    )


FIRST = table(
    (D(2023, 1, 1), "a", 10, D(2023, 2, 10)),
    (D(2023, 1, 1), "b", 5, D(2023, 2, 10)),
    (D(2023, 2, 1), "a", 20, D(2023, 3, 10)),
)
EDITION = table(
    (D(2023, 1, 1), "a", 12, D(1, 1, 1)),  # revised
    (D(2023, 2, 1), "a", 20, D(1, 1, 1)),  # as before
    (D(2023, 2, 1), "c", 3, D(1, 1, 1)),  # a series that the month did not have
    (D(2023, 3, 1), "a", 30, D(1, 1, 1)),  # a new month
).drop("known_from")


def test_a_revision_by_hand():
    found = revise(FIRST, EDITION, ["c"], "month", 10, D(2023, 4, 20))
    assert found.changed.rows() == [
        (D(2023, 1, 1), "b", 5, 0),  # gone from a covered month: nobody
        (D(2023, 2, 1), "c", 0, 3),
        (D(2023, 1, 1), "a", 10, 12),
    ]
    assert found.added == 1
    assert set(found.rows.rows()) == {
        (D(2023, 1, 1), "a", 12, D(2023, 4, 20)),
        (D(2023, 1, 1), "b", 0, D(2023, 4, 20)),
        (D(2023, 2, 1), "c", 3, D(2023, 4, 20)),
        (D(2023, 3, 1), "a", 30, D(2023, 4, 10)),  # its month's end and the lag: before the edition was read
    }


def test_a_new_month_that_came_early_was_known_on_the_day_of_the_edition():
    found = revise(FIRST, EDITION, ["c"], "month", 10, D(2023, 4, 2))
    assert found.rows.filter(pl.col("date") == D(2023, 3, 1))["known_from"].item() == D(2023, 4, 2)


def test_a_dataset_of_vintages_gives_each_day_its_figures():
    rows = revise(FIRST, EDITION, ["c"], "month", 10, D(2023, 4, 20)).rows
    whole = dataset_of(ENTRY, pl.concat([FIRST, rows]))
    assert dict(whole.total().iter_rows()) == {D(2023, 1, 1): 12, D(2023, 2, 1): 23, D(2023, 3, 1): 30}
    then = whole.as_of(D(2023, 4, 19))
    assert dict(then.total().iter_rows()) == {D(2023, 1, 1): 15, D(2023, 2, 1): 20, D(2023, 3, 1): 30}
    assert dict(then.as_of(D(2023, 2, 11)).total().iter_rows()) == {D(2023, 1, 1): 15}
    assert whole.as_of(D(2023, 1, 1)).table.is_empty()


editions = st.lists(
    st.dictionaries(
        st.tuples(st.integers(1, 6), st.sampled_from("ab")), st.integers(0, 50), min_size=1, max_size=8
    ),
    min_size=1,
    max_size=5,
)


@given(editions)
def test_no_edition_changes_what_stood_before_it(found):
    """Against a plain record: for every edition's day, the dictionary of what stood then."""
    vintages = table()
    stood: dict[tuple[int, str], int] = {}
    record = []
    for number, edition in enumerate(found):
        on = D(2023, 8, 1) + dt.timedelta(days=30 * number)
        frame = table(*((D(2023, m, 1), c, n, on) for (m, c), n in edition.items())).drop("known_from")
        before = standing(vintages, ["c"])
        vintages = pl.concat([vintages, revise(before, frame, ["c"], "month", 10, on).rows])
        months = {m for m, _ in edition}
        stood = {key: 0 if key[0] in months else n for key, n in stood.items()} | edition
        record.append((on, {key: n for key, n in stood.items() if n}, {month for month, _ in stood}))
    for on, wanted, covered in record:
        rows = standing(vintages, ["c"], on).filter(
            pl.col("value") > 0, pl.col("date").dt.month().is_in(list(covered))
        )
        assert {(d.month, c): n for d, c, n in rows.select("date", "c", "value").iter_rows()} == wanted
