"""Limits of a run: people that can be counted exactly, months that are whole."""

from __future__ import annotations

import datetime as dt

import pytest

import small_corridors as small
from corridor.engine import RunSpec, compile_corridor, run_member
from corridor.forecast.engine import covers_month
from corridor.model import InputError


@pytest.mark.parametrize("member", [None, 0])
def test_departures_beyond_counting_are_a_fault_of_the_input(member: int | None) -> None:
    corridor = small.one_stock_census(1e15, 5, 1, days=31)
    spec = RunSpec(start=small.START, end=small.START + dt.timedelta(days=30), seed=1, members=1)
    with pytest.raises(InputError, match=r"more than the 1e\+12 that it can"):
        run_member(compile_corridor(corridor, None, spec), member)


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        ("2023-02-01", "2023-02-28", True),
        ("2023-02-02", "2023-02-28", False),
        ("2023-02-01", "2023-02-27", False),
        ("2023-01-15", "2023-03-02", True),
    ],
)
def test_a_month_is_whole_if_all_its_days_are_run(start: str, end: str, whole: bool) -> None:
    spec = RunSpec(start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end), seed=1, members=1)
    assert covers_month(spec, dt.date(2023, 2, 1)) is whole
