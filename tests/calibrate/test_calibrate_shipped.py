"""The shipped calibration of the Americas: what it says of itself, worked out again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from corridor.calibrate import read_calibration
from corridor.cli import main
from corridor.data import load
from corridor.engine import Compiled, MemberResult, RunSpec, compile_corridor, run_member
from corridor.forecast.engine import compile_forecast
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor, Parameter

AS_OF = dt.date(2023, 12, 31)
FIRST, LAST = dt.date(2021, 1, 1), dt.date(2023, 11, 1)
PORTS = (
    "tijuana",
    "mexicali",
    "nogales_mx",
    "ciudad_juarez",
    "piedras_negras",
    "nuevo_laredo",
    "reynosa",
    "matamoros",
)
DATED = {
    *(f"{port}.queue" for port in PORTS),
    *(f"{city}.census" for city in ("new_york", "chicago", "denver")),
}
"""Stocks of which dated points are published."""
FOLDER = find_corridor("americas") / "calibration"
SHIPPED = FOLDER / "2023-12-31"
FIT = pl.read_csv(SHIPPED / "fit.csv", schema_overrides={"reference": pl.Float64})

SECTORS = (
    "san_diego", "el_centro", "yuma", "tucson", "el_paso", "big_bend", "del_rio", "laredo", "rio_grande_valley",
)  # fmt: skip
US: dict[str, dict[str, list[str]]] = {
    "us_total": {},
    "us_between_ports": {"component": ["usbp"]},
    "us_ports": {"component": ["ofo"]},
    **{f"between_{name}": {"area": [f"{name}_sector"]} for name in SECTORS},
    "ports_san_diego": {"area": ["san_diego_field_office"]},
    "ports_tucson": {"area": ["tucson_field_office"]},
    "ports_el_paso": {"area": ["el_paso_field_office"]},
    "ports_laredo": {"area": ["laredo_field_office"]},
}
"""Counting points of the US and the rows of its dataset, stated here once more."""
STANDARD = ("mexico_encounters", "honduras_entries", "darien_transits")
"""Totals of the other publishers that have a reference."""
OTHERS = (*STANDARD, "mexico_returns")
GOALS = {**dict.fromkeys(US, 0.10), **dict.fromkeys(OTHERS, 0.20), "between_big_bend": 0.16}
"""Median error in sample; Big Bend counts a few hundred people a month."""
NAMED = ("VEN", "ECU", "COL", "PER", "BRA", "CUB", "HTI", "CHN", "IND")


def line(point: str, which: str, metric: str) -> dict[str, float]:
    found = FIT.filter(pl.col("counting_point") == point, pl.col("line") == which, pl.col("metric") == metric)
    assert found.height == 1, f"{point} has {found.height} lines {which} {metric}"
    return found.row(0, named=True)


# -- what it says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("point", "goal"), GOALS.items())
def test_fit_in_sample(point: str, goal: float) -> None:
    found = line(point, "in_sample", "median_absolute_error")
    assert found["value"] <= goal
    assert found["months"] == (34 if point.startswith("mexico") else 35)


def test_no_counting_point_is_missing() -> None:
    assert set(FIT.filter(pl.col("line") == "in_sample")["counting_point"]) == {*US, *OTHERS}


MISSED = pytest.mark.xfail(reason="missed by half a per cent: 1.105 times the reference", strict=True)


@pytest.mark.parametrize("point", [pytest.param("us_total", marks=MISSED), "us_total_ten"])
def test_fit_out_of_sample(point: str) -> None:
    found = line(point, "out_of_sample", "wis")
    assert found["value"] <= 1.1 * found["reference"]
    assert found["months"] == {"us_total": 5, "us_total_ten": 50}[point]


def test_what_holds_out_of_sample_where_the_goal_is_missed() -> None:
    total = line("us_total", "out_of_sample", "wis")
    assert total["value"] <= 1.11 * total["reference"]
    assert total["months"] == 5
    assert line("us_total", "out_of_sample", "median_absolute_error")["value"] <= 0.17


def test_every_total_with_a_reference_stands_beside_its_out_of_sample_line() -> None:
    """The parts of the US count are not the total of a dataset, so no reference is defined for them alone."""
    beside = set(FIT.filter(pl.col("line") == "out_of_sample", pl.col("metric") == "wis")["counting_point"])
    assert beside == {"us_total", "us_total_ten", *STANDARD}
    for point in beside - {"us_total_ten"}:
        line(point, "out_of_sample", "median_absolute_error")


# -- worked out again from the rows --------------------------------------------------------------------


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return open_corridor("americas")


@pytest.fixture(scope="module")
def rows() -> list[Parameter]:
    frame = pl.read_parquet(SHIPPED / "parameters.parquet")
    return [Parameter(**row) for row in frame.iter_rows(named=True)]


@pytest.fixture(scope="module")
def run(corridor: Corridor, rows: list[Parameter]) -> tuple[Compiled, MemberResult]:
    spec = RunSpec(start=dt.date(2020, 10, 1), end=dt.date(2023, 11, 30), as_of=AS_OF)
    compiled = compile_corridor(corridor, None, spec, rows)
    return compiled, run_member(compiled, None)


@pytest.fixture(scope="module")
def simulated(
    corridor: Corridor, rows: list[Parameter], run: tuple[Compiled, MemberResult]
) -> Mapping[str, pl.DataFrame]:
    """``month nationality value`` of every counting point, from the run."""
    compiled, result = run
    coverage: dict[tuple[str, str], list[tuple[dt.date, float]]] = {}
    for row in (*corridor.parameters, *rows):
        if row.parameter == "coverage":
            begins = row.valid_from or dt.date.min
            coverage.setdefault((row.target or "", row.group or ""), []).append((begins, row.value))

    def counted(point: str, nationality: str, month: dt.date) -> float:
        series = coverage.get((point, nationality)) or coverage.get((point, ""), [])
        begun = [value for start, value in sorted(series) if start <= month]
        return begun[-1] if begun else 1.0

    found = {}
    for observation in corridor.observations:
        if not observation.calibrate:
            continue
        positions = [compiled.flow_ids.index(f) for f in observation.flows]
        people = result.monthly_flow[:, positions, :].sum(axis=1)
        table = [
            (month, g.nationality, people[m, i] * counted(observation.id, g.nationality, month))
            for m, month in enumerate(compiled.months)
            for i, g in enumerate(corridor.groups)
            if FIRST <= month <= LAST
        ]
        frame = pl.DataFrame(table, schema=["date", "nationality", "value"], orient="row")
        found[observation.id] = frame.group_by("date", "nationality").agg(pl.col("value").sum())
    return found


def published(point: str) -> pl.DataFrame:
    """``date nationality value`` as published, by the dataset's own codes."""
    dataset = "us_southwest_encounters" if point in US else point
    table = load(dataset).table.filter(pl.col("known_from") <= AS_OF, pl.col("date").is_between(FIRST, LAST))
    for column, allowed in US.get(point, {}).items():
        table = table.filter(pl.col(column).is_in(allowed))
    return table.group_by("date", "nationality").agg(pl.col("value").sum())


def monthly_errors(model: pl.DataFrame, truth: pl.DataFrame) -> np.ndarray:
    sums = [frame.group_by("date").agg(pl.col("value").sum()) for frame in (model, truth)]
    both = sums[1].join(sums[0], on="date", how="inner", suffix="_model").filter(pl.col("value") > 0)
    return np.abs(both["value_model"].to_numpy() / both["value"].to_numpy() - 1)


@pytest.mark.parametrize("point", [*US, *OTHERS])
def test_errors_in_sample_from_the_rows(simulated: Mapping[str, pl.DataFrame], point: str) -> None:
    errors = monthly_errors(simulated[point], published(point))
    row = line(point, "in_sample", "median_absolute_error")
    assert len(errors) == row["months"]
    # values are kept with five figures
    assert np.median(errors) == pytest.approx(row["value"], abs=2e-4)
    assert np.median(errors) <= GOALS[point]


def by_nationality(model: pl.DataFrame, truth: pl.DataFrame, names: Mapping[str, str]) -> dict[str, float]:
    """Error of each nationality over all months; ``names`` tells which published code stands for it."""
    errors = {}
    for name, code in names.items():
        ours, theirs = (
            frame.filter(pl.col("nationality") == wanted).select("date", "value")
            for frame, wanted in ((model, name), (truth, code))
        )
        both = theirs.join(ours, on="date", how="full", suffix="_model", coalesce=True).fill_null(0)
        errors[name] = float((both["value_model"] - both["value"]).abs().sum() / both["value"].sum())
    return errors


@pytest.mark.parametrize("point", ["us_total", "mexico_encounters", "darien_transits"])
def test_two_nationalities_exchanged_would_be_noticed(
    simulated: Mapping[str, pl.DataFrame], point: str
) -> None:
    """Every pair of the larger nationalities: exchanged, the two fit at least twice as badly."""
    model, truth = simulated[point], published(point)
    largest = (
        truth.filter(pl.col("nationality").is_in(NAMED)).group_by("nationality").agg(pl.col("value").sum())
    )
    names = largest.sort("value")["nationality"].to_list()[-6:]
    straight = by_nationality(model, truth, {name: name for name in names})
    assert max(straight.values()) < 0.5
    for one, other in itertools.combinations(names, 2):
        swapped = by_nationality(model, truth, {one: other, other: one})
        assert sum(swapped.values()) > 2 * (straight[one] + straight[other]), (one, other)


@pytest.mark.parametrize("point", [*US, *OTHERS])
def test_flows_of_another_counting_point_would_be_noticed(
    simulated: Mapping[str, pl.DataFrame], point: str
) -> None:
    """Whatever other counting point's flows it counted, it would fit worse than with its own."""
    truth = published(point)
    errors = {other: float(np.mean(monthly_errors(simulated[other], truth))) for other in simulated}
    own = errors.pop(point)
    assert min(errors.values()) > 1.5 * own, errors


def test_spread_of_departures_is_mostly_common() -> None:
    """Shocks shared by all nationalities: without them the total's intervals would be far too narrow."""
    frame = pl.read_parquet(SHIPPED / "parameters.parquet")
    value = {row["parameter"]: row["value"] for row in frame.iter_rows(named=True) if row["target"] is None}
    own = frame.filter(pl.col("parameter") == "departure_sd_own")
    assert own.height == 16
    # the total's own published one-month changes, by hand
    total = load("us_southwest_encounters").as_of(AS_OF).total().sort("date")["value"].to_numpy()
    observed = np.sqrt(np.mean(np.diff(np.log(total))[-24:] ** 2))
    assert 0.5 * observed < value["departure_sd_common"] < 2 * observed
    # independent shocks of sixteen nationalities mostly cancel in the total
    shares = np.array([1 / 16] * 16)
    assert value["departure_sd_common"] > 1.2 * np.sqrt(((shares * own["value"].to_numpy()) ** 2).sum())


def test_state_is_that_of_the_rows(corridor: Corridor, rows: list[Parameter]) -> None:
    """The people at the start of the forecast are those whom the rows leave on the day before."""
    spec = RunSpec(start=dt.date(2020, 10, 1), end=LAST - dt.timedelta(days=1), as_of=AS_OF)
    compiled = compile_corridor(corridor, None, spec, rows)
    result = run_member(compiled, None)
    frame = pl.read_parquet(SHIPPED / "state.parquet")
    state = {(h, s, g): u for h, s, g, u in frame.iter_rows()}
    ours = {
        n: float(u)
        for n, u in zip(compiled.structure.network.cell_name, result.end_units, strict=True)
        if u > 0
    }
    assert state.keys() == ours.keys()
    moved: dict[str, set[float]] = {}
    for name, units in ours.items():
        if name[0] in DATED:
            moved.setdefault(name[0], set()).add(round(state[name] / units, 6))
        else:
            assert state[name] == pytest.approx(units, rel=1e-9, abs=1e-9), name
    # shelters and queues are moved to their last dated point, everybody in one by the same factor
    assert set(moved) == DATED
    assert all(len(factors) == 1 and 0.5 <= min(factors) <= 2 for factors in moved.values()), moved


def test_stocks_agree_with_their_last_dated_points(corridor: Corridor) -> None:
    """New York at the end of November, Chicago and Denver in mid-December, from the shipped state on."""
    forecast = compile_forecast(corridor, read_calibration(FOLDER, AS_OF), None, end=dt.date(2023, 12, 31))
    result = run_member(forecast, None)
    table = load("city_reception").table.filter(pl.col("grade").is_in(["primary", "secondary"]))
    for city, measure, day in (
        ("new_york", "census", dt.date(2023, 11, 30)),
        ("chicago", "census_shelters", dt.date(2023, 12, 16)),
        ("denver", "census_shelters", dt.date(2023, 12, 15)),
    ):
        point = table.filter(
            city=city, measure=measure, date=day, household="", agency="", unit="people"
        )["value"].mean()  # fmt: skip
        stock = result.daily_stock[forecast.dates.index(day), forecast.stock_ids.index(f"{city}.census")]
        assert stock == pytest.approx(point, rel=0.1), city


def test_every_row_lies_in_its_domain(rows: list[Parameter]) -> None:
    for row in rows:
        assert row.low is None or row.high is None or row.low <= row.value <= row.high, row
        if row.parameter in ("share", "coverage"):
            assert 0 <= row.value <= 1, row


def test_shares_of_every_stock_add_up_on_every_day(
    corridor: Corridor, run: tuple[Compiled, MemberResult], rows: list[Parameter]
) -> None:
    """Before the engine sets them to one: whom a fit sends one way it takes from another."""
    compiled, _ = run
    central = compiled.table.values(0, None)
    lookup = compiled.numbers.rows["share"]
    share = np.where(lookup >= 0, central[np.maximum(lookup, 0)], 0.0)  # (segments, flows, groups)
    fitted = {row.target for row in rows if row.parameter == "share"}
    for stock in corridor.stocks:
        ways = [
            i
            for i, f in enumerate(corridor.flows)
            if f.from_stock == stock.id and f.daily_probability is None
        ]
        if ways and {corridor.flows[i].id for i in ways} <= fitted:
            sums = share[:, ways, :].sum(axis=1)
            np.testing.assert_allclose(sums[sums > 0], 1.0, atol=1e-4, err_msg=stock.id)


def test_nothing_in_it_was_learned_later() -> None:
    shipped = read_calibration(FOLDER, AS_OF)
    assert {row.known_from for row in shipped.parameters} == {AS_OF}
    assert (shipped.start, shipped.known_until) == (LAST, LAST)


# -- made again ----------------------------------------------------------------------------------------


@pytest.mark.validation
@pytest.mark.timeout(1200)
def test_the_command_makes_the_shipped_calibration_again(tmp_path: Path) -> None:
    arguments = ["calibrate", "americas", "--as-of", "2023-12-31", "--out", str(tmp_path / "made"), "--quiet"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    made = tmp_path / "made" / "2023-12-31"
    for name, keys in (
        ("parameters.parquet", ["parameter", "target", "group", "valid_from"]),
        ("state.parquet", ["holder", "stage", "group"]),
    ):
        ours, shipped = (pl.read_parquet(folder / name).sort(keys) for folder in (made, SHIPPED))
        assert ours.select(keys).equals(shipped.select(keys)), name
        for column in {"value", "low", "high", "units"} & set(ours.columns):
            np.testing.assert_allclose(
                ours[column].to_numpy(),
                shipped[column].to_numpy(),
                rtol=1e-3,
                atol=1e-6,
                err_msg=f"{name}: {column}",
            )
    fit = pl.read_csv(made / "fit.csv", schema_overrides={"reference": pl.Float64})
    assert fit.drop("value", "reference").equals(FIT.drop("value", "reference"))
    for column in ("value", "reference"):
        np.testing.assert_allclose(
            fit[column].to_numpy().astype(float), FIT[column].to_numpy().astype(float), rtol=1e-3, atol=1e-4
        )
