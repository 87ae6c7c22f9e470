"""Counts made from a known truth: the calibration must find the truth again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from fork_corridor import AS_OF, MONTHS, Truth, dataset, expected, fork, guess, loader, plan, publish

from corridor.calibrate import Calibration, CalibrationPlan, FittedField, calibrate
from corridor.data import Dataset
from corridor.model import InputError, Observation
from small_corridors import flow, parameter, small_corridor, stock

KNOWN = slice(3, 34)
"""Months from `fit_from` to one before the last that was public: what then set out is still counted."""


def monthly(calibration: Calibration, name: str, target: str, group: str) -> np.ndarray:
    """A fitted parameter on all months; NaN before its first row."""
    rows = [r for r in calibration.parameters if (r.parameter, r.target, r.group) == (name, target, group)]
    found = np.full(len(MONTHS), np.nan)
    for row in sorted(rows, key=lambda r: r.valid_from or dt.date.min):
        found[[m >= (row.valid_from or dt.date.min) for m in MONTHS]] = row.value
    return found


@pytest.mark.parametrize("nationality", ["VEN", "ECU"])
@pytest.mark.parametrize(
    ("name", "target", "of_truth"),
    [
        ("departures", "home.leaving", lambda t, n: t.departures[n]),
        ("share", "go_east", lambda t, n: t.east[n]),
        ("share", "met_east", lambda t, n: t.met[n]),
        ("coverage", "register", lambda t, n: np.full(len(MONTHS), t.register[n])),
    ],
)
def test_truth_is_found_again(fitted: Calibration, truth: Truth, name, target, of_truth, nationality) -> None:
    group = f"{nationality}.single" if name == "departures" else nationality
    found, wanted = monthly(fitted, name, target, group)[KNOWN], of_truth(truth, nationality)[KNOWN]
    error = np.abs(found / wanted - 1)
    assert np.median(error) < 0.002
    assert error.max() < 0.02
    # the guess was far off, so it is the fit that found it
    assert (
        np.abs(wanted / {"departures": 3000, "go_east": 0.2, "met_east": 0.05}.get(target, 1) - 1).max()
        > 0.15
    )


def test_shares_of_a_stock_add_up(fitted: Calibration) -> None:
    for nationality in ("VEN", "ECU"):
        both = monthly(fitted, "share", "go_east", nationality) + monthly(
            fitted, "share", "go_west", nationality
        )
        np.testing.assert_allclose(both[~np.isnan(both)], 1.0, atol=2e-5)  # values have five figures


def test_known_until_is_what_the_lag_leaves(fitted: Calibration) -> None:
    assert fitted.known_until == dt.date(2023, 11, 1)
    # who left in the last known month is mostly counted later, so a forecast runs that month again
    assert fitted.start == dt.date(2023, 11, 1)


def test_state_is_who_was_on_the_way(fitted: Calibration, truth: Truth) -> None:
    """Both roads take 5 days: on the evening of 31 October, those of the last days are on them."""
    on_the_way = sum(
        units for (holder, _, _), units in fitted.state.items() if holder in ("go_east", "go_west")
    )
    per_day = sum(truth.departures[n][33] for n in ("VEN", "ECU")) / 31
    assert on_the_way == pytest.approx(5 * per_day, rel=0.1)  # a few of the east are met on the way


def test_fit_is_measured_against_what_was_published(
    fitted: Calibration, published: Mapping[str, Dataset]
) -> None:
    """The in-sample line, again from the rows of parameters alone, with other code."""
    # rows replace the guess; a run of the whole corridor counts what a publisher would have seen
    corridor = guess()
    declared = [r for r in fitted.parameters if r.parameter != "coverage" and r.target]
    result = expected(corridor.model_copy(update={"parameters": tuple(declared)}))
    flows = [item.id for item in corridor.flows]
    for name, counted in (("met", ["met_east"]), ("border_total", ["cross_east", "cross_west"])):
        table = (
            published[{"border_total": "border"}.get(name, name)]
            .table.group_by("date")
            .agg(pl.col("value").sum())
        )
        value = dict(table.iter_rows())
        error = [
            abs(result.monthly_flow[m, [flows.index(f) for f in counted]].sum() / value[month] - 1)
            for m, month in enumerate(MONTHS)
            if dt.date(2021, 4, 1) <= month <= dt.date(2023, 11, 1)
        ]
        row = fitted.fit.filter(pl.col("counting_point") == name, pl.col("metric") == "median_absolute_error")
        assert row["value"].item() == pytest.approx(np.median(error), abs=1e-4)
        assert row["months"].item() == 32
        assert row["line"].item() == "in_sample"


def test_nothing_published_later_can_move_a_fit(
    published: Mapping[str, Dataset], fitted: Calibration
) -> None:
    def nonsense_after(data: Dataset) -> Dataset:
        hidden = pl.col("known_from") > AS_OF
        table = data.table.with_columns(pl.when(hidden).then(7e6).otherwise("value").alias("value"))
        assert table.filter(hidden).height > 0
        return replace(data, table=table)

    spoilt = {name: nonsense_after(data) for name, data in published.items()}
    again = calibrate(guess(), plan(), AS_OF, loader=loader(spoilt))
    assert again.parameters == fitted.parameters
    assert again.state == fitted.state
    assert again.fit.equals(fitted.fit)


def test_what_was_published_before_does_move_it(
    published: Mapping[str, Dataset], fitted: Calibration
) -> None:
    table = published["met"].table.with_columns(pl.col("value") * 2)
    again = calibrate(
        guess(), plan(), AS_OF, loader=loader({**published, "met": replace(published["met"], table=table)})
    )
    ratio = (
        monthly(again, "share", "met_east", "VEN")[KNOWN] / monthly(fitted, "share", "met_east", "VEN")[KNOWN]
    )
    assert ratio.min() > 1.4  # twice as many met; the odds to go east make room for a part of it


def test_swapped_nationalities_are_noticed(published: Mapping[str, Dataset], fitted: Calibration) -> None:
    """Two codes exchanged in one publisher's table: the others contradict it."""
    swap = {"VEN": "ECU", "ECU": "VEN"}
    border = published["border"]
    swapped = replace(border, table=border.table.with_columns(pl.col("nationality").replace(swap)))
    again = calibrate(guess(), plan(), AS_OF, loader=loader({**published, "border": swapped}))
    found = monthly(again, "departures", "home.leaving", "VEN.single")[KNOWN]
    wanted = monthly(fitted, "departures", "home.leaving", "VEN.single")[KNOWN]
    assert np.median(np.abs(found / wanted - 1)) > 0.2


def test_a_dropped_counting_point_leaves_its_field_unidentified(
    published: Mapping[str, Dataset], truth: Truth
) -> None:
    fields = [f for f in plan().fields if f.id != "met"]
    without = calibrate(guess(), plan(fields=fields), AS_OF, loader=loader(published))
    row = without.fit.filter(pl.col("counting_point") == "met", pl.col("metric") == "median_absolute_error")
    assert row["value"].item() > 0.2


def test_scale_of_a_stock_counted_on_dated_days() -> None:
    """A shelter's census on single days identifies the share that enters it."""
    corridor = small_corridor(
        [stock("us.here", stay_days=1), stock("city.census", stay_days=20, stay_stages=20), stock("us.else")],
        [
            flow("to_city", "us.here", "city.census", "intake", share=0.05),
            flow("to_else", "us.here", "us.else", share=0.95),
            flow("leave", "city.census", "us.else", "exit", share=1),
        ],
        [parameter("departures", 3000, "us.here")],
        days=730,
        observations=[
            Observation(id="entries", name="e", name_es="e", dataset="entries", flows=("to_city", "to_else"),
                        counting_point="entries"),
            Observation(id="census", name="c", name_es="c", dataset="census", stocks=("city.census",),
                        counting_point="city"),
        ],
    )  # fmt: skip
    months = [dt.date(2023 + m // 12, m % 12 + 1, 1) for m in range(23)]
    days = [dt.date(2023 + m // 12, m % 12 + 1, 20) for m in range(3, 23)]
    entries = dataset("entries", [(month, 3000.0) for month in months], ())
    # 100 a day enter us.here; a fifth of them stay 20 days each
    census = replace(dataset("census", [(day, 0.2 * 20 * 100.0) for day in days], ()), frequency="point")
    fields = (
        FittedField(id="d", method="departures", observations=("entries",), smooth=0.01, source="t"),
        FittedField(id="s", method="scale", observations=("census",), flows=("to_city",), smooth=0.1, lag_days=0,
                    bounds=(0.0, 0.9), source="t"),
    )  # fmt: skip
    made = CalibrationPlan(
        start=dt.date(2023, 1, 1),
        fit_from=dt.date(2023, 3, 1),
        iterations=60,
        fields=fields,
        target="entries",
    )
    # the target is published without nationality; the spread of departures then rests on the total alone
    found = calibrate(
        corridor, made, dt.date(2024, 12, 31), loader={"entries": entries, "census": census}.__getitem__
    )
    shares = [
        r.value for r in found.parameters if r.target == "to_city" and (r.valid_from or days[0]) >= days[2]
    ]
    assert shares, "the share of the city was fitted"
    assert np.median(shares) == pytest.approx(0.2, rel=0.06)


def test_too_short_a_history(published: Mapping[str, Dataset]) -> None:
    with pytest.raises(
        InputError, match=r"'border_total' has 17 months by 2022-06-30; .* needs 18"
    ) as caught:
        calibrate(guess(), plan(), dt.date(2022, 6, 30), loader=loader(published))
    assert caught.value.hint == "choose a later --as-of"
    assert caught.value.exit_code == 2
    calibrate(guess(), plan(iterations=1), dt.date(2022, 7, 31), loader=loader(published))


def test_an_as_of_date_before_the_run_begins(published: Mapping[str, Dataset]) -> None:
    with pytest.raises(InputError):
        calibrate(guess(), plan(), dt.date(2020, 1, 1), loader=loader(published))


def test_progress_is_told_every_sweep(published: Mapping[str, Dataset]) -> None:
    told: list[int] = []
    calibrate(guess(), plan(iterations=4), AS_OF, loader=loader(published), progress=lambda: told.append(1))
    assert len(told) == 4


def test_publish_is_what_the_engine_counts(truth: Truth) -> None:
    """The tests' own publisher: nobody is lost between departures and the counts."""
    corridor = fork(truth.rows())
    result = expected(corridor)
    assert result.departed[-1] == pytest.approx(sum(v.sum() for v in truth.departures.values()))
    counted = {name: data.table["value"].sum() for name, data in publish(truth).items()}
    assert counted["border"] + counted["met"] < result.departed[-1]
    assert counted["border"] + counted["met"] > 0.99 * result.departed[-1]
