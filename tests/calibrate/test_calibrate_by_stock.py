"""Ways that start apart and are counted apart: departures of each stock found again, each with its own delay."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from fork_corridor import AS_OF, FIT_FROM, MONTHS, START, dataset, expected, month_end, row, wave

from corridor.calibrate import Calibration, CalibrationPlan, FittedField, calibrate
from corridor.calibrate.fit import Fit
from corridor.data import Dataset
from corridor.forecast.validate import out_of_sample
from corridor.model import Corridor, DatasetEntry, Observation, Source
from small_corridors import flow, group, route, small_corridor, stock

ROADS = {"north": 2, "south": 40}
"""Days on each road: what sets out in a month is counted in that month, or mostly a month or two later."""
TRUTH = {"north": wave(6000, 0.4, 18, 0.0), "south": wave(2500, 0.4, 25, 1.0)}


def corridor(departures: dict[str, np.ndarray | float]) -> Corridor:
    rows = [
        row("departures", f"{way}.leaving", value, "ALL.single", month if m else None)
        for way, values in departures.items()
        for m, (month, value) in enumerate(zip(MONTHS, np.broadcast_to(values, len(MONTHS)), strict=True))
        if m == 0 or np.ndim(values)
    ]
    seen = [
        Observation(
            id=way, name=way, name_es=way, dataset="counts", where={} if way == "both" else {"way": (way,)},
            flows=tuple(f"arrive_{w}" for w in ROADS if way in (w, "both")), counting_point=way,
        )
        for way in ("both", *ROADS)
    ]  # fmt: skip
    found = small_corridor(
        [s for way in ROADS for s in (stock(f"{way}.leaving", stay_days=1), stock(f"{way}_end.here", stay_days=1), stock(f"{way}_end.in"))],
        [f for way in ROADS for f in (
            flow(f"go_{way}", f"{way}.leaving", f"{way}_end.here", "travel", route=f"{way}-{way}_end", share=1),
            flow(f"arrive_{way}", f"{way}_end.here", f"{way}_end.in", "crossing", share=1),
        )],
        rows,
        routes=[route(way, f"{way}_end", days, min(days, 10)) for way, days in ROADS.items()],
        groups=(group("ALL"),),
        observations=tuple(seen),
        name="ways",
    )  # fmt: skip
    period = {"start": START, "end": month_end(MONTHS[-1]), "as_of": AS_OF}
    return found.model_copy(update={"settings": found.settings.model_copy(update=period)})


@pytest.fixture(scope="module")
def published() -> Dataset:
    true = corridor(TRUTH)
    flows = [item.id for item in true.flows]
    monthly = expected(true).monthly_flow
    return dataset(
        "counts",
        [
            (month, way, monthly[m, flows.index(f"arrive_{way}"), 0])
            for m, month in enumerate(MONTHS)
            for way in ROADS
        ],
        ("way",),
    )


def plan(**stocks: tuple[str, ...]) -> CalibrationPlan:
    fields = tuple(
        FittedField(id=name, method="departures", observations=(name,), stocks=named, smooth=0.01, source="t")
        for name, named in stocks.items()
    )
    return CalibrationPlan(start=START, fit_from=FIT_FROM, iterations=50, fields=fields, target="both")


APART = plan(north=("north.leaving",), south=("south.leaving",))


def found(calibration: Calibration, way: str) -> np.ndarray:
    rows = [r for r in calibration.parameters if (r.parameter, r.target) == ("departures", f"{way}.leaving")]
    out = np.full(len(MONTHS), np.nan)
    for item in sorted(rows, key=lambda r: r.valid_from or dt.date.min):
        out[[m >= (item.valid_from or dt.date.min) for m in MONTHS]] = item.value
    return out


def test_each_way_finds_its_own_departures(published):
    fitted = calibrate(
        corridor({"north": 500.0, "south": 500.0}), APART, AS_OF, loader=lambda name: published
    )
    known = slice(MONTHS.index(FIT_FROM) + 1, MONTHS.index(AS_OF.replace(day=1)) - 4)
    for way in ROADS:
        error = np.abs(found(fitted, way)[known] / TRUTH[way][known] - 1)
        assert np.median(error) < 0.03, way
        assert error.max() < 0.12, way


def test_each_way_has_its_own_delay(published):
    fit = Fit(corridor({"north": 500.0, "south": 500.0}), APART, {"counts": published.as_of(AS_OF)}, AS_OF)
    fit.find_kernel()
    assert fit.kernels["north"][0, 0] > 0.85
    assert fit.kernels["south"][0, 0] < 0.2 < fit.kernels["south"][1, 0]


def test_stocks_that_share_a_count_keep_what_is_declared_of_them(published):
    """Without `stocks` one factor moves both: they start from the mean month, three to one."""
    both = plan(both=())
    fit = Fit(corridor({"north": 300.0, "south": 100.0}), both, {"counts": published.as_of(AS_OF)}, AS_OF)
    counts = published.as_of(AS_OF).total().filter(pl.col("date") >= FIT_FROM)
    seeds = [fit.base.departures[0, fit.compiled.stock_ids.index(f"{way}.leaving"), 0] for way in ROADS]
    assert seeds[0] / seeds[1] == pytest.approx(3)
    assert sum(seeds) == pytest.approx(counts["value"].sum() / counts.height)


def test_people_who_stay_are_scored_at_their_dated_points(published):
    """Points of a stock: our median on their days, and the last point known, repeated, beside it."""
    truth = expected(corridor(TRUTH))
    there = corridor(TRUTH)
    positions = [[s.id for s in there.stocks].index(f"{way}_end.in") for way in ROADS]
    by_day = truth.daily_stock[:, positions].sum(axis=1)
    days = [START + dt.timedelta(days=d) for d in range(len(by_day))]
    shown = [d for d in days if d.day == 20]
    source = Source(id="s", title="t", publisher="p", license="l", grade="primary")
    entries = (
        DatasetEntry(id="counts", title="t", unit="people", frequency="month", dims=("way",), lag_days=20, sources=(source,)),
        DatasetEntry(id="camp", title="t", unit="people", frequency="point", sources=(source,)),
    )  # fmt: skip
    counts = {
        "counts": tuple(
            (d, (w,), v, None) for d, w, v in published.table.select("date", "way", "value").iter_rows()
        ),
        "camp": tuple((d, (), float(by_day[days.index(d)]), None) for d in shown),
    }
    camp = Observation(
        id="camp",
        name="c",
        name_es="c",
        dataset="camp",
        stocks=tuple(f"{w}_end.in" for w in ROADS),
        counting_point="c",
    )
    guess = corridor({"north": 500.0, "south": 500.0})
    guess = guess.model_copy(
        update={"datasets": entries, "counts": counts, "observations": (*guess.observations, camp)}
    )
    as_of, last = dt.date(2023, 6, 30), dt.date(2023, 11, 1)
    fit = out_of_sample(guess, APART, as_of, last, members=20, workers=1)
    line = fit.filter(pl.col("counting_point") == "camp").row(0, named=True)
    later = [d for d in shown if as_of < d <= dt.date(2023, 11, 30)]
    assert line["months"] == len(later) == 5
    before = by_day[days.index(dt.date(2023, 6, 20))]
    naive = sorted(abs(before / by_day[days.index(d)] - 1) for d in later)[2]
    assert line["reference"] == pytest.approx(naive)
    assert line["value"] < 0.5 * naive  # a census that grows by what arrives is foreseen, one repeated is not
    assert set(fit["counting_point"]) == {"both", "north", "south", "camp"}


def test_a_way_left_to_itself_would_be_missed(published):
    """What the test above would not see: with one factor for both ways the smaller one is off by half."""
    fitted = calibrate(
        corridor({"north": 500.0, "south": 500.0}),
        plan(both=()),
        AS_OF,
        loader=lambda name: replace(published),
    )
    known = slice(MONTHS.index(FIT_FROM) + 1, MONTHS.index(AS_OF.replace(day=1)) - 4)
    assert np.median(np.abs(found(fitted, "south")[known] / TRUTH["south"][known] - 1)) > 0.4
