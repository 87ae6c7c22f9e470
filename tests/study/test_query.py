"""Rows of a run's tables as a reader may have them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corridor.study import RunFolder, select_rows


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Three differences: 60 % before/after, 50 % mechanical, 40 % causal; the rest assumed."""
    columns = [
        "scenario",
        "against",
        "item",
        "kind",
        "period",
        "low",
        "median",
        "high",
        "chance_lower",
        "unit",
    ]
    rows = [("s", "base", item, "total", "2024-01", -30.0, -20.0, -10.0, 0.9, "people") for item in "abc"]
    shares = {("a", "before_after"): 0.6, ("b", "mechanical"): 0.5, ("c", "causal"): 0.4}
    grades = [("s", *key, share) for key, share in shares.items()]
    grades += [("s", item, "assumed", 1 - share) for (item, _), share in shares.items()]
    tables = {
        "differences": pl.DataFrame(rows, schema=columns, orient="row"),
        "grades": pl.DataFrame(grades, schema=["scenario", "item", "grade", "share"], orient="row"),
    }
    return RunFolder.write(tmp_path / "run", tables, {})


def test_the_chance_of_what_is_mostly_assumed_is_withheld(run: RunFolder) -> None:
    found = select_rows(run, "differences").select("item", "low", "median", "high", "chance_lower").rows()
    assert found == [
        ("a", -30.0, -20.0, -10.0, 0.9), ("b", -30.0, -20.0, -10.0, 0.9), ("c", -30.0, -20.0, -10.0, None)
    ]  # fmt: skip


def test_what_is_chosen_is_withheld_too(run: RunFolder) -> None:
    (row,) = select_rows(run, "differences", ["item=c"]).rows(named=True)
    assert (row["median"], row["chance_lower"], row["unit"]) == (-20.0, None, "people")
