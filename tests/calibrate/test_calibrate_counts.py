"""What is missing stays unknown, rare events agree in sum, queues and shelters hold what dated points say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from fork_corridor import AS_OF, MONTHS, dataset, guess, loader, plan

from corridor.calibrate import Calibration, CalibrationPlan, FittedField, calibrate
from corridor.calibrate.fit import Fit
from corridor.calibrate.series import read_counting_point
from corridor.data import Dataset
from corridor.engine import MemberResult, RunSpec, compile_corridor, run_member
from corridor.model import Corridor, Gap, Observation
from small_corridors import flow, parameter, route, small_corridor, stock

BEGIN, LAST = dt.date(2023, 1, 1), dt.date(2024, 11, 1)
UNTIL = dt.date(2024, 12, 31)


def months() -> list[dt.date]:
    return [dt.date(2023 + m // 12, m % 12 + 1, 1) for m in range(23)]


def observed(name: str, **what: object) -> Observation:
    return Observation(id=name, name=name, name_es=name, dataset=name, counting_point=name, **what)


def fitted(
    corridor: Corridor, data: Mapping[str, Dataset], *fields: FittedField
) -> tuple[Calibration, MemberResult]:
    """A calibration, and expected values under it until the end of 2024."""
    made = CalibrationPlan(
        start=BEGIN, fit_from=dt.date(2023, 3, 1), iterations=60, fields=fields, target="all"
    )
    found = calibrate(corridor, made, UNTIL, loader=dict(data).__getitem__)
    spec = RunSpec(start=BEGIN, end=UNTIL, as_of=UNTIL)
    return found, run_member(compile_corridor(corridor, None, spec, found.parameters), None)


# -- what is missing -----------------------------------------------------------------------------------


def test_a_gap_of_one_nationality_is_unknown_and_not_zero(published: Mapping[str, Dataset]) -> None:
    missing = MONTHS[10:12]
    register = published["register"]
    rows = register.table.filter(
        ~((register.table["nationality"] == "VEN") & register.table["date"].is_in(missing))
    )
    gap = Gap(start=missing[0], end=missing[1], note="printed as zero", where={"nationality": ("VEN",)})
    corridor = guess()
    fit = Fit(corridor, plan(), {name: data.as_of(AS_OF) for name, data in published.items()}, AS_OF)
    series = next(o for o in corridor.observations if o.id == "register")

    def read(gaps: tuple[Gap, ...]) -> np.ndarray:
        value = read_counting_point(fit.compiled, series, replace(register, table=rows, gaps=gaps)).value
        return value[[fit.compiled.months.index(m) for m in missing]]

    assert (read(())[:, 0] == 0).all()  # a published month without a row counts zero
    assert np.isnan(read((gap,))[:, 0]).all() and (read((gap,))[:, 1] > 0).all()
    found = calibrate(
        guess(),
        plan(),
        AS_OF,
        loader=loader({**published, "register": replace(register, table=rows, gaps=(gap,))}),
    )
    coverage = [
        r for r in found.parameters if r.parameter == "coverage" and r.group == "VEN" and r.valid_from
    ]
    near = [r.value for r in coverage if MONTHS[8] <= (r.valid_from or MONTHS[0]) <= MONTHS[14]]
    assert near and min(near) > 0.6  # the truth is 0.8; as zeros the two months would drag it down


def test_a_part_of_a_series_that_is_missing_leaves_its_sum_unknown(published: Mapping[str, Dataset]) -> None:
    border = replace(
        published["border"],
        gaps=(Gap(start=MONTHS[5], end=MONTHS[5], note="west closed", where={"area": ("west",)}),),
    )
    fit = Fit(guess(), plan(), {name: data.as_of(AS_OF) for name, data in published.items()}, AS_OF)
    total = next(o for o in guess().observations if o.id == "border_total")
    value = read_counting_point(fit.compiled, total, border).value
    assert np.isnan(value[5]).all() and not np.isnan(value[6]).any()


# -- rare events ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["rare", "scale"])
def test_few_and_lumpy_deaths_agree_in_sum(method: str) -> None:
    """One month of 60 among months of none: by logs most of them would be lost."""
    corridor = small_corridor(
        [
            stock("home.here", stay_days=1),
            stock("border.here", stay_days=1),
            stock("border.in"),
            stock("border.dead"),
        ],
        [
            flow("go", "home.here", "border.here", "travel", route="home-border", share=1),
            flow("died", None, "border.dead", "death", from_route="home-border", share=0.0005),
            flow("cross", "border.here", "border.in", "crossing", share=1),
        ],
        [parameter("departures", 31000, "home.here")],
        routes=[route("home", "border", 2, 2)],
        days=730,
        observations=[observed("all", flows=("cross",)), observed("deaths", flows=("died",))],
    )
    counts = [0.0, 1.0, 0.0, 60.0, 0.0, 2.0] * 4
    deaths = [(month, n) for month, n in zip(months(), counts, strict=False) if n]
    dated = dataset("deaths", [*deaths, *[(month, 0.0) for month in months()]], ())
    _, result = fitted(
        corridor,
        {"all": dataset("all", [(month, 31000.0) for month in months()], ()), "deaths": dated},
        FittedField(id="d", method="departures", observations=("all",), source="t"),
        FittedField(id="x", method=method, observations=("deaths",), flows=("died",), smooth=6.0, source="t"),
    )
    simulated = result.monthly_flow[2:23, 1].sum()
    truth = sum(n for month, n in deaths if month >= dt.date(2023, 3, 1))
    if method == "rare":
        assert simulated == pytest.approx(truth, rel=0.03)
    else:
        assert simulated < 0.6 * truth


# -- dated points --------------------------------------------------------------------------------------


def test_a_pool_of_people_who_wait_is_found_behind_a_limit() -> None:
    """Admissions are the limit, whatever waits: only the dated point tells how many do."""
    corridor = small_corridor(
        [stock("home.here", stay_days=1), stock("port.queue"), stock("fence.here", stay_days=1), stock("port.in"), stock("fence.in")],
        [
            flow("to_queue", "home.here", "port.queue", share=0.3),
            flow("to_fence", "home.here", "fence.here", share=0.7),
            flow("admit", "port.queue", "port.in", "port_admission", daily_probability=0.2, throughput=100),
            flow("give_up", "port.queue", "fence.here", daily_probability=0.01),
            flow("cross", "fence.here", "fence.in", "crossing", share=1),
        ],
        [parameter("departures", 9000, "home.here")],
        days=730,
        observations=[
            observed("all", flows=("admit", "cross")), observed("ports", flows=("admit",)), observed("between", flows=("cross",)),
            observed("pool", stocks=("port.queue",)),
        ],
    )  # fmt: skip
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30]
    port = [(month, 100.0 * n) for month, n in zip(months(), days, strict=True)]
    fence = [(month, 200.0 * n) for month, n in zip(months(), days, strict=True)]
    point = dt.date(2024, 6, 15)
    data = {
        "ports": dataset("ports", port, ()), "between": dataset("between", fence, ()),
        "all": dataset("all", [(m, a + b) for (m, a), (_, b) in zip(port, fence, strict=True)], ()),
        "pool": replace(dataset("pool", [(point, 5000.0)], ()), frequency="point"),
    }  # fmt: skip
    since = dt.date(2023, 9, 1)
    found, result = fitted(
        corridor,
        data,
        FittedField(id="d", method="departures", observations=("all",), source="t"),
        FittedField(id="f", method="odds", observations=("between",), flows=("to_fence",), source="t"),
        FittedField(
            id="p", method="pool", observations=("pool",), flows=("to_queue",), since=since, source="t"
        ),
    )
    queue = result.daily_stock[:, 1]
    assert queue[(point - BEGIN).days] == pytest.approx(5000, rel=0.1)
    assert queue[(dt.date(2023, 8, 31) - BEGIN).days] < 2000  # before `since` it is left alone
    counted = result.monthly_flow[8:22, [2, 4]].sum(axis=(1, 2))
    assert counted == pytest.approx([300.0 * n for n in days[8:22]], rel=0.05)
    # the state to start from is moved to the point as a whole
    held = sum(units for (holder, _, _), units in found.state.items() if holder == "port.queue")
    assert held == pytest.approx(queue[(LAST - BEGIN).days] * 5000 / queue[(point - BEGIN).days], rel=0.02)
