"""The newest month of a series is read as later editions are expected to have it, from editions known by then."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from corridor.calibrate.series import CountingPoint, expect_growth
from corridor.forecast import Panel, View, standard_panels, standard_subjects
from corridor.series.newest import newest_growth, past_growth


def editions(*rows: tuple[str, str, int]) -> pl.DataFrame:
    days = [
        (dt.date.fromisoformat(f"{month}-01"), value, dt.date.fromisoformat(on)) for on, month, value in rows
    ]
    return pl.DataFrame(days, schema=["date", "value", "known_from"], orient="row")


LATE = editions(
    ("2025-02-10", "2024-12", 1000), ("2025-02-10", "2025-01", 600),
    ("2025-03-10", "2025-01", 900), ("2025-03-10", "2025-02", 400), ("2025-03-10", "2025-03", 70),
    ("2025-04-10", "2025-02", 500), ("2025-04-10", "2025-03", 300),
)  # fmt: skip
"""A planted late series: January grows by a half, February by a quarter; ten days of March are no month."""


def test_growth_is_the_mean_of_past_ones_shrunk_by_one() -> None:
    growth, single = past_growth(LATE, dt.date(2025, 4, 10))
    logs = np.log([900.5 / 600.5, 500.5 / 400.5])
    assert growth.months == 2
    assert growth.log == pytest.approx(logs.sum() / 3)
    assert growth.sd == pytest.approx(np.sqrt(np.mean((logs - logs.sum() / 3) ** 2)))
    assert single == {dt.date(2025, 3, 1): 300.0}


def test_later_editions_are_not_known_before() -> None:
    growth, single = past_growth(LATE, dt.date(2025, 4, 9))
    assert growth.months == 1 and growth.log == pytest.approx(np.log(900.5 / 600.5) / 2)
    assert single == {dt.date(2025, 2, 1): 400.0}
    assert past_growth(LATE, dt.date(2025, 3, 9))[0].months == 0
    assert past_growth(LATE, dt.date(2025, 2, 9))[1] == {}


def test_honduras_newest_month_grew_by_a_third_and_the_us_hardly() -> None:
    """December 2024 10,576 to 13,994, February 2025 2,508 to 3,427; March stayed at 2,502: the edition of 2025-05-13 has April for the first time."""
    logs = np.log([13994.5 / 10576.5, 3427.5 / 2508.5, 1.0])
    found = newest_growth("honduras_entries", dt.date(2025, 4, 1), 2116.0, dt.date(2025, 5, 20))
    assert found.months == 3 and found.log == pytest.approx(logs.sum() / 4, abs=1e-6)
    us = newest_growth("us_southwest_encounters", dt.date(2025, 5, 1), 12452.0, dt.date(2025, 6, 20))
    assert us.months >= 2 and abs(us.log) < 0.001


@pytest.mark.parametrize(
    ("month", "count", "as_of"),
    [(dt.date(2025, 4, 1), 2116.0, dt.date(2025, 6, 20)),  # a second edition has it unchanged
     (dt.date(2025, 4, 1), 3000.0, dt.date(2025, 5, 20)),  # not the figure of the edition
     (dt.date(2023, 11, 1), 50_000.0, dt.date(2023, 12, 31))],  # no edition of those days is known
)  # fmt: skip
def test_what_is_no_first_reading_stays(month: dt.date, count: float, as_of: dt.date) -> None:
    assert newest_growth("honduras_entries", month, count, as_of).log == 0.0


def test_the_forecast_reads_the_newest_month_so() -> None:
    panels: dict[str, Panel] = standard_panels()
    subject = standard_subjects(panels)["honduras"]
    plain = subject.panel.values[subject.panel.position(dt.date(2025, 4, 1))]
    seen = View.at(subject, dt.date(2025, 5, 20), panels)
    assert seen.last == dt.date(2025, 4, 1)
    grown = newest_growth("honduras_entries", seen.last, 2116.0, dt.date(2025, 5, 20)).log
    assert seen.panel.values[-1] == pytest.approx(plain * np.exp(grown)) and grown > 0.1
    assert seen.panel.values[-2] == pytest.approx(subject.panel.values[-2])
    before = View.at(subject, dt.date(2023, 12, 31), panels)
    assert before.panel.values[-1] == pytest.approx(subject.panel.values[subject.panel.position(before.last)])


def test_the_fit_is_given_it_too() -> None:
    """Two months of a counting point, the newest of them a first reading; a series of an area, or of dated points, stays."""
    months = [dt.date(2025, 3, 1), dt.date(2025, 4, 1), dt.date(2025, 5, 1)]
    value = np.array([[2000.0, 502.0], [2000.0, 116.0], [np.nan, np.nan]])
    observation = SimpleNamespace(dataset="honduras_entries", where={})

    def point(observation: Any) -> CountingPoint:
        none = np.full(3, -1)
        return CountingPoint(
            cast(Any, observation), none, [("", "")], value.copy(), [0], [], np.ones((3, 2)), none
        )

    series = point(observation)
    growth = expect_growth(series, months, dt.date(2025, 5, 20))
    assert growth.log > 0.1
    assert series.value[1] == pytest.approx(value[1] * np.exp(growth.log))
    assert series.value[0].tolist() == value[0].tolist()
    area = point(SimpleNamespace(dataset="honduras_entries", where={"area": ("x",)}))
    assert (
        expect_growth(area, months, dt.date(2025, 5, 20)).log == 0.0
        and area.value[1].tolist() == value[1].tolist()
    )
