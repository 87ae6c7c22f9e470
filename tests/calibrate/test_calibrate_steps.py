"""The parts of a calibration, each against an answer worked out otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest
from fork_corridor import AS_OF, MONTHS, dataset, expected, guess, loader, plan
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import minimize
from scipy.stats import nbinom

from corridor.calibrate import CalibrationPlan, FittedField, calibrate
from corridor.calibrate.fit import Fit
from corridor.calibrate.shocks import HORIZONS, SMALLEST, estimate_shocks, fitted_df, upper_decile, walk_sd
from corridor.calibrate.smoothing import smooth
from corridor.data import Dataset
from corridor.engine import RunSpec, compile_corridor, run_member
from corridor.model import Observation
from small_corridors import flow, group, parameter, route, small_corridor, stock

# -- smoothing -----------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(some.integers(0, 10_000), some.floats(0.01, 20))
def test_smooth_minimizes_what_it_says(seed: int, prior: float) -> None:
    """Against a general minimizer, two columns with weights of their own."""
    rng = np.random.default_rng(seed)
    raw, weight = rng.normal(size=(12, 2)), rng.uniform(0.1, 1, size=(12, 2))
    found = smooth(raw, weight, prior)
    for column in range(2):

        def cost(x: np.ndarray, c: int = column) -> float:
            return float((weight[:, c] * (x - raw[:, c]) ** 2).sum() + prior * (np.diff(x) ** 2).sum())

        best = minimize(cost, np.zeros(12), method="BFGS", options={"gtol": 1e-9})
        np.testing.assert_allclose(found[:, column], best.x, atol=1e-4)


def test_smooth_of_two_months_by_hand() -> None:
    """(x - 0)^2 + (y - 6)^2 + (y - x)^2 is least at x = 2, y = 4."""
    np.testing.assert_allclose(smooth(np.array([[0.0], [6.0]]), np.ones((2, 1)), 1.0), [[2.0], [4.0]])


def test_smooth_carries_the_last_value_on() -> None:
    raw, weight = np.arange(10.0)[:, None] + 3, np.zeros((10, 1))
    weight[2:6] = 1
    found = smooth(raw, weight, 0.5)[:, 0]
    np.testing.assert_allclose(found[6:], found[5])
    np.testing.assert_allclose(found[:2], found[2])
    assert found[5] != pytest.approx(found[2])


def test_smooth_without_a_prior_and_without_weight() -> None:
    raw = np.array([[1.0, 5.0], [4.0, 7.0], [2.0, 1.0]])
    weight = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(smooth(raw, weight, 0.0), raw, atol=1e-4)
    np.testing.assert_array_equal(smooth(raw, weight, 4.0)[:, 1], raw[:, 1])


# -- the delay from departure to count -----------------------------------------------------------------


def delayed(days: float, stages: int) -> tuple[Fit, Dataset]:
    """Home, a road of ``days`` in ``stages`` stages, a border; counted as ``total``."""
    corridor = small_corridor(
        [stock("home.here", stay_days=1), stock("border.here", stay_days=1), stock("border.in")],
        [
            flow("go", "home.here", "border.here", "travel", route="home-border", share=1),
            flow("cross", "border.here", "border.in", "crossing", share=1),
        ],
        [parameter("departures", 3100, "home.here")],
        routes=[route("home", "border", days, stages)],
        days=730,
        observations=[
            Observation(
                id="total", name="t", name_es="t", dataset="total", flows=("cross",), counting_point="total"
            )
        ],
    )
    months = [dt.date(2023 + m // 12, m % 12 + 1, 1) for m in range(23)]
    data = dataset("total", [(month, 3100.0) for month in months], ())
    field = FittedField(id="d", method="departures", observations=("total",), source="t")
    made = CalibrationPlan(
        start=dt.date(2023, 1, 1), fit_from=dt.date(2023, 2, 1), iterations=1, fields=(field,), target="total"
    )
    return Fit(corridor, made, {"total": data}, dt.date(2024, 12, 31)), data


def law(days: float, stages: int) -> np.ndarray:
    """Part counted 0, 1, … 5 months later, of those who set out in August 2023.

    A stage is left each day with probability ``stages / days``, so the road takes a negative binomial time.
    Departures enter in the morning and set out at once; they are counted the day after they arrive.
    """
    road = np.arange(stages, 400)
    mass = nbinom.pmf(road - stages, stages, stages / days)
    counted = np.zeros(6)
    first = dt.date(2023, 8, 1)
    for day in range(31):
        for took, part in zip(road, mass, strict=True):
            date = first + dt.timedelta(days=int(day + took + 1))
            month = 12 * (date.year - 2023) + date.month - 8
            if month < 6:
                counted[month] += part / 31
    return counted / counted.sum()


@pytest.mark.parametrize(("days", "stages"), [(1, 1), (12, 12), (12, 3), (45, 5), (60, 60)])
def test_kernel_is_the_law_of_the_road(days: float, stages: int) -> None:
    fit, _ = delayed(days, stages)
    fit.find_kernel()
    np.testing.assert_allclose(fit.kernel[:, 0], law(days, stages), atol=2e-4)
    assert fit.kernel.sum() == pytest.approx(1)


def test_odds_that_all_pull_the_same_way_keep_their_sum() -> None:
    """Three ways that each count less than the whole would give them: rounding must not grow, sweep by sweep."""
    ways = ("a", "b", "c")
    counted = {"all": 3000.0, **dict.fromkeys(ways, 300.0)}
    corridor = small_corridor(
        [stock("home.here", stay_days=1), *(stock(f"home.{way}") for way in ways)],
        [flow(way, "home.here", f"home.{way}", share=1 / 3) for way in ways],
        [parameter("departures", 3000, "home.here")],
        days=730,
        observations=[
            Observation(id=name, name=name, name_es=name, dataset=name, counting_point=name,
                        flows=ways if name == "all" else (name,))
            for name in counted
        ],
    )  # fmt: skip
    months = [dt.date(2023 + m // 12, m % 12 + 1, 1) for m in range(23)]
    data = {name: dataset(name, [(month, value) for month in months], ()) for name, value in counted.items()}
    fields = [FittedField(id="d", method="departures", observations=("all",), source="t")]
    fields += [
        FittedField(id=way, method="odds", observations=(way,), flows=(way,), smooth=0.1, bounds=(1e-3, 0.99),
                    source="t") for way in ways
    ]  # fmt: skip
    made = CalibrationPlan(
        start=dt.date(2023, 1, 1),
        fit_from=dt.date(2023, 2, 1),
        iterations=1,
        fields=tuple(fields),
        target="all",
    )
    fit = Fit(corridor, made, data, dt.date(2024, 12, 31))
    for _ in range(60):
        fit.sweep()
    np.testing.assert_allclose(fit.base.share[:, :, 0].sum(axis=1), 1.0, atol=1e-9)


# -- the last total as anchor --------------------------------------------------------------------------


def forecast_path(published: Mapping[str, Dataset], anchor: float) -> tuple[dict, np.ndarray, float]:
    """Departures by month and group, the path of the border's total, and its last published month."""
    found = calibrate(guess(), plan(anchor=anchor), AS_OF, loader=loader(published))
    departures = {
        (r.group, r.valid_from or MONTHS[0]): r.value for r in found.parameters if r.parameter == "departures"
    }
    corridor = guess()
    rows = [r for r in found.parameters if r.target and r.parameter != "coverage"]
    result = expected(corridor.model_copy(update={"parameters": tuple(rows)}))
    flows = [item.id for item in corridor.flows]
    path = result.monthly_flow[:, [flows.index("cross_east"), flows.index("cross_west")], :].sum(axis=(1, 2))
    border = published["border"].table
    return departures, path, float(border.filter(border["date"] == found.known_until)["value"].sum())


def test_anchor_moves_only_what_is_ahead_and_to_the_last_total(published: Mapping[str, Dataset]) -> None:
    free, path_free, last = forecast_path(published, 0.0)
    held, path_held, _ = forecast_path(published, 1.0)
    november = MONTHS.index(dt.date(2023, 11, 1))

    def before(rows: dict) -> dict:
        return {name: value for name, value in rows.items() if name[1] <= MONTHS[november]}

    assert before(held) == before(free)
    assert held != free
    np.testing.assert_array_equal(path_held[: november + 1], path_free[: november + 1])
    ahead = slice(november + 2, november + 5)
    assert path_held[ahead].mean() == pytest.approx(last, rel=0.002)
    assert abs(path_free[ahead].mean() / last - 1) > 0.01, "there is something to move"


def test_half_an_anchor_goes_half_the_way(published: Mapping[str, Dataset]) -> None:
    _, free, last = forecast_path(published, 0.0)
    _, half, _ = forecast_path(published, 0.5)
    ahead = slice(MONTHS.index(dt.date(2024, 1, 1)), MONTHS.index(dt.date(2024, 4, 1)))
    assert half[ahead].mean() == pytest.approx(np.sqrt(free[ahead].mean() * last), rel=0.002)


# -- the shocks of departures --------------------------------------------------------------------------


@pytest.mark.parametrize("damping", [1.0, 0.9, 0.8])
@pytest.mark.parametrize("kernel", [[1.0], [0.6, 0.4], [0.3, 0.4, 0.2, 0.1]])
def test_walk_gain_against_simulated_walks(kernel: list[float], damping: float) -> None:
    """40,000 walks, shocked from the last observed month on; the error of a deviation is 0.35 %."""
    rng = np.random.default_rng(5)
    x = np.zeros((40_000, HORIZONS + 1))
    level = np.zeros(40_000)
    for month in range(HORIZONS + 1):
        level = damping * level + rng.normal(size=40_000)
        x[:, month] = level
    for horizon in range(1, HORIZONS + 1):
        seen = sum(part * x[:, horizon - j] for j, part in enumerate(kernel) if j <= horizon)
        assert walk_sd(np.array(kernel), damping)[horizon - 1] == pytest.approx(seen.std(), rel=0.015)


def walks(seed: int, common: float, own: float, names: int = 8, months: int = 60) -> dict[str, np.ndarray]:
    """Monthly counts of nationalities whose logs walk with these shocks."""
    rng = np.random.default_rng(seed)
    shared = np.cumsum(rng.normal(0, common, months)) if common else np.zeros(months)
    return {f"N{i}": 20_000 * np.exp(shared + np.cumsum(rng.normal(0, own, months))) for i in range(names)}


def sized(common: float, own: float, replicates: int = 40) -> tuple[float, float, float]:
    """Medians over replicates of the fitted common and own shocks, and of the total's spread in three months."""
    found = []
    for seed in range(replicates):
        series = walks(seed, common, own)
        shocks = estimate_shocks(np.sum(list(series.values()), axis=0), series, np.array([1.0]))
        shares = np.array([s[-24:].mean() for s in series.values()])
        shares /= shares.sum()
        variance = shocks.common**2 + sum(
            (w * o) ** 2 for w, o in zip(shares, shocks.by_nationality.values(), strict=True)
        )
        at_three = walk_sd(np.array([1.0]), shocks.damping)[2] * np.sqrt(variance)
        found.append((shocks.common, float(np.median(list(shocks.by_nationality.values()))), at_three))
    common_sd, own_sd, total_sd = np.median(np.array(found), axis=0)
    return float(common_sd), float(own_sd), float(total_sd)


def test_spread_of_walks_with_a_common_shock() -> None:
    """Shocks from the last month on: after three months four of them have come, of which one was seen."""
    common, own, total = sized(0.12, 0.15)
    truth = np.sqrt(0.12**2 + 0.15**2 / 8)
    # sized on errors of three months (three shocks), so the one-step shock is somewhat smaller
    assert total == pytest.approx(truth * np.sqrt(3), rel=0.25)
    assert 0.06 < common < 0.16
    assert common / own == pytest.approx(0.12 / 0.15, rel=0.35)


def test_without_a_common_shock_its_spread_falls_to_the_floor() -> None:
    with_shock, _, total_with = sized(0.12, 0.15)
    without, own, total_without = sized(0.0, 0.15)
    assert without < 0.4 * with_shock
    assert without < 2 * SMALLEST
    assert own > 2 * without
    assert total_without < 0.65 * total_with


def test_a_steady_series_still_strays_a_little() -> None:
    flat = {"A": np.full(40, 500.0), "B": np.full(40, 300.0)}
    shocks = estimate_shocks(np.full(40, 800.0), flat, np.array([1.0]))
    assert 0 < shocks.common < 0.1
    assert all(np.isfinite(value) and value > 0 for value in shocks.by_nationality.values())


def test_without_nationalities_all_shocks_are_common() -> None:
    series = walks(3, 0.12, 0.0, names=1)["N0"]
    shocks = estimate_shocks(series, {}, np.array([1.0]))
    assert shocks.by_nationality == {}
    assert shocks.common == pytest.approx(0.12, rel=0.5)


def test_common_shock_makes_nationalities_move_together(published: Mapping[str, Dataset]) -> None:
    """In the engine: with the fitted rows the nationalities' forecasts are correlated, without them not."""
    corridor = small_corridor(
        [stock("home.here", stay_days=1), stock("home.gone")],
        [flow("go", "home.here", "home.gone", share=1)],
        [parameter("departures", 30_000, "home.here", group=f"N{i}") for i in range(4)],
        groups=[group(f"N{i}") for i in range(4)],
        days=200,
    )
    series = walks(1, 0.2, 0.1, names=4)
    shocks = estimate_shocks(np.sum(list(series.values()), axis=0), series, np.array([1.0]))

    def correlation(common: float) -> float:
        rows = [parameter("departure_sd_common", common), parameter("departure_damping", shocks.damping)]
        rows += [
            parameter("departure_sd_own", value, group=name) for name, value in shocks.by_nationality.items()
        ]
        start = corridor.settings.start
        spec = RunSpec(start=start, end=corridor.settings.end, members=150, shocks_from=start)
        compiled = compile_corridor(corridor, None, spec, rows)
        logs = np.log([run_member(compiled, member).monthly_flow[4, 0, :] for member in range(150)])
        matrix = np.corrcoef(logs.T)
        return float(matrix[~np.eye(4, dtype=bool)].mean())

    assert correlation(shocks.common) > 0.4
    assert abs(correlation(0.0)) < 0.15


def test_the_upper_decile_of_heavy_tailed_shocks_is_nearer_than_a_normal_one() -> None:
    """Of t with 3.6 degrees, 1.569 of its scale, whose standard deviation is 1.5: tables of Student's t give 1.638 at 3 and 1.533 at 4."""
    assert upper_decile(1000.0, 1) == pytest.approx(1.2815515655)
    scale = np.sqrt(3.6 / 1.6)
    assert 1.533 < upper_decile(3.6, 1) * scale < 1.638
    assert upper_decile(4.0, 1) == pytest.approx(1.533 / np.sqrt(2.0), abs=1e-3)
    deciles = [upper_decile(3.6, months) for months in (1, 2, 3, 6)]
    assert deciles == sorted(deciles) and deciles[-1] < 1.2815  # sums come nearer to normal ones
    drawn = np.random.default_rng(99).standard_t(3.6, (200_000, 3)).sum(axis=1)
    assert upper_decile(3.6, 3) == pytest.approx(np.quantile(drawn, 0.9) / np.sqrt(3 * 3.6 / 1.6), rel=0.02)


def test_degrees_of_freedom_are_found_again() -> None:
    drawn = np.random.default_rng(4).standard_t(3.5, 4000) * 0.14
    assert fitted_df(drawn) == pytest.approx(3.5, rel=0.15)
    assert fitted_df(np.random.default_rng(4).normal(0, 0.14, 4000)) > 15


def test_shocks_are_larger_where_tails_are_heavy() -> None:
    """The same errors: their 90 % quantile is 1.28 standard deviations of a normal, 1.05 to 1.19 of sums of a t of 3.6 degrees."""
    series = walks(2, 0.12, 0.15)
    total = np.sum(list(series.values()), axis=0)
    normal, heavy = (estimate_shocks(total, series, np.array([1.0]), df) for df in (1000.0, 3.6))
    gain = walk_sd(np.array([1.0]), heavy.damping) / walk_sd(np.array([1.0]), normal.damping)
    ratio = heavy.common / normal.common * gain
    assert 1.05 < ratio[5] <= ratio[0] < 1.25
