"""Dated figures: rounding error, running totals, what was known when."""

import datetime as dt

import pytest
from reception_cases import census

from corridor.reception.figures import Figure, from_running_totals, known_on, rounding


@pytest.mark.parametrize(
    ("value", "qualifier", "expected"),
    [
        (66886, "exact", (66886, 66886)),
        (15028, "", (15028, 15028)),
        (65000, "more than", (65000, 66000)),
        (65000, "about", (64500, 65500)),
        (70000, "nearly (peak)", (69000, 70000)),
        (42700, "approximately", (42650, 42750)),
        (4000, "close to", (3900, 4000)),
        (8, "about", (7.5, 8.5)),
        (0, "about", (0, 0)),
    ],
)
def test_rounding_by_hand(value: float, qualifier: str, expected: tuple[float, float]) -> None:
    assert rounding(value, qualifier) == expected


def total(day: str, value: float, low: float, high: float, known: str = "") -> Figure:
    at = dt.date.fromisoformat(day)
    return Figure("arrivals", at, at, value, low, high, dt.date.fromisoformat(known or day))


def test_running_totals_become_arrivals_between_them() -> None:
    made = from_running_totals(
        [
            total("2024-01-01", 1000, 1000, 1100),
            total("2024-01-04", 1200, 1200, 1200),  # within a week: passed over
            total("2024-02-01", 1600, 1550, 1650, "2024-02-09"),
            total("2024-03-01", 1500, 1500, 1500),  # falls: no figure
        ]
    )
    assert len(made) == 1
    assert (made[0].start, made[0].end) == (dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    assert (made[0].value, made[0].low, made[0].high) == (600, 450, 650)
    assert made[0].known_from == dt.date(2024, 2, 9)


def test_nothing_is_known_before_it_was_public() -> None:
    late = Figure("census", dt.date(2024, 1, 31), dt.date(2024, 1, 31), 5, 5, 5, dt.date(2024, 3, 1))
    early = census(dt.date(2024, 2, 10), 7)
    assert known_on([late, early], dt.date(2024, 2, 29)) == (early,)
    assert known_on([late, early], dt.date(2024, 3, 1)) == (late, early)
