"""What the counts identify of the Americas and what they do not: `python scripts/write_identification.py`.

``--posterior`` writes the table of the shipped posterior alone. Else it fits as of 2023-12-31 several times (some minutes on a quiet core) and writes the tables of docs/identification.md.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from corridor.calibrate import FittedField, read_calibration, read_plan
from corridor.calibrate.fit import Fit, Floats
from corridor.calibrate.store import started_fit
from corridor.data import load
from corridor.engine import MemberResult
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor

AS_OF = dt.date(2023, 12, 31)
PAGE = Path(__file__).parents[1] / "docs" / "identification.md"
YEAR = [dt.date(2023, month, 1) for month in range(1, 11)]
"""Months of 2023 that every publisher had published."""
NOISE = 0.03
"""Spread, on the log scale, of the made-up counts around the truth that is to be found again."""


def level(fit: Fit, field: FittedField) -> Floats:
    """A field's value by month and group: departures, mean hazard per journey, coverage, mean share of its flows, or the
    part of those who choose that takes them."""
    first = [int(np.argmax(fit.month_of_segment == m)) for m in range(len(fit.compiled.months))]
    if field.method == "departures":
        lawful = [k in fit.compiled.index.lawful_stocks for k in fit.compiled.stock_ids]
        return fit.base.departures[first][:, ~np.array(lawful), :].sum(axis=1)
    if field.method == "coverage":
        return fit.series[field.observations[0]].coverage
    ours = [fit.compiled.flow_ids.index(name) for name in field.flows]
    share = fit.base.share[first]
    if field.method == "hazard":
        return -np.log1p(-np.clip(share[:, ours, :], 0, 0.99)).mean(axis=1)
    if field.method in ("scale", "rare"):
        part = share[:, ours, :]
        return part.sum(axis=1) / np.maximum((part > 0).sum(axis=1), 1)
    together = [
        share[:, [f for f in stock if f in ours], :].sum(axis=1) for stock in fit.compiled.index.siblings
    ]
    widest = sorted(range(len(together)), key=lambda k: -len(fit.compiled.index.siblings[k]))
    out = np.zeros_like(together[0])
    for k in widest:  # where a group has the widest choice: Mexico City, or home
        out = np.where(out.max(axis=0) > 0, out, together[k])
    return out


def weights(fit: Fit) -> Floats:
    """People who set out, by month and group: what a field's values are averaged with."""
    field = next(f for f in fit.plan.fields if f.method == "departures")
    people = level(fit, field)
    rows = np.array([month in YEAR for month in fit.compiled.months])
    return people * rows[:, None]


def mean_of(fit: Fit, value: Floats) -> float:
    weight = weights(fit) * (value > 0)
    return float((value * weight).sum() / weight.sum())


def distance(fit: Fit, one: Floats, other: Floats) -> float:
    """Mean absolute log ratio, weighted by people."""
    both = (one > 0) & (other > 0)
    weight = weights(fit) * both
    ratio = np.log(np.where(both, one, 1.0) / np.where(both, other, 1.0))
    return float((np.abs(ratio) * weight).sum() / weight.sum())


def errors(fit: Fit, result: MemberResult, *names: str) -> list[float]:
    """Median absolute monthly error in sample of series' totals."""
    out = []
    for name in names:
        series = fit.series[name]
        known = fit.fitted & ~np.isnan(series.value).any(axis=1)
        value, count = series.value[known].sum(axis=1), fit.simulated(series, result)[known].sum(axis=1)
        out.append(float(np.median(np.abs(count / value - 1))))
    return out


def start(corridor: Corridor) -> Fit:
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    return started_fit(corridor, plan.model_copy(update={"anchor": 0.0}), AS_OF)


def prior_and_fitted(prior: Fit, fit: Fit) -> Iterator[str]:
    yield "| field | series | declared | fitted | moved by a factor of |"
    yield "|---|---|---|---|---|"
    for field in fit.plan.fields:
        before, after = level(prior, field), level(fit, field)
        moved = np.exp(distance(fit, after, before))
        series = ", ".join(f"`{name}`" for name in field.observations)
        yield f"| `{field.id}` | {series} | {mean_of(fit, before):.3g} | {mean_of(fit, after):.3g} | {moved:.2f} |"


def found_again(fit: Fit, result: MemberResult, corridor: Corridor) -> Iterator[str]:
    """Counts made from the fit, with noise; a fit to them from the same start; how far it ends from the truth."""
    again = start(corridor)
    noise = np.random.default_rng(1)
    for name, series in again.series.items():
        truth = fit.simulated(fit.series[name], result)
        seen = ~np.isnan(series.value)
        series.value[seen] = (truth * np.exp(noise.normal(0, NOISE, truth.shape)))[seen]
    prior = {field.id: level(again, field).copy() for field in again.plan.fields}
    again.solve()
    yield "| field | start to truth | end to truth |"
    yield "|---|---|---|"
    for field in again.plan.fields:
        truth = level(fit, field)
        far, near = distance(fit, prior[field.id], truth), distance(fit, level(again, field), truth)
        yield f"| `{field.id}` | {np.exp(far):.2f} | {np.exp(near):.2f} |"


def scaled(corridor: Corridor, factor: float, *names: str, parameter: str = "share") -> Corridor:
    """The corridor with declared rows of these targets scaled; the engine makes shares sum to one again."""
    rows = tuple(
        row.model_copy(update={"value": min(row.value * factor, 0.98)})
        if row.parameter == parameter and row.target and row.target.startswith(names) and row.value < 1
        else row
        for row in corridor.parameters
    )
    return corridor.model_copy(update={"parameters": rows})


def trades(corridor: Corridor, fit: Fit, result: MemberResult) -> Iterator[str]:
    """What the fit does when something that it does not fit, or one of its fields, is set elsewhere and held there."""
    points = ("us_total", "mexico_encounters", "honduras_entries", "darien_transits")
    yield (
        "| held elsewhere | "
        + " | ".join(f"`{p}`" for p in points)
        + " | departures | Darién | Managua | queues, end of October |"
    )
    yield "|---|" + "---|" * 8

    def line(name: str, one: Fit, run: MemberResult) -> str:
        months = [one.compiled.months.index(m) for m in YEAR]
        flow, stock = one.compiled.flow_ids, one.compiled.stock_ids
        left = weights(one).sum() / 1000
        darien = run.monthly_flow[months][:, flow.index("darien.count")].sum() / 1000
        ways = [i for i, f in enumerate(flow) if f.endswith(".to_managua")]
        managua = run.monthly_flow[months][:, ways].sum() / 1000
        queues = [i for i, s in enumerate(stock) if s.endswith(".queue")]
        waiting = run.daily_stock[one.compiled.dates.index(dt.date(2023, 10, 31)), queues].sum() / 1000
        cells = [f"{100 * e:.1f} %" for e in errors(one, run, *points)]
        return (
            f"| {name} | "
            + " | ".join(cells)
            + f" | {left:,.0f} | {darien:,.0f} | {managua:,.0f} | {waiting:,.0f} |"
        )

    yield line("nothing (the fit)", fit, result)
    for name, changed, frozen in variants():
        other = start(changed(corridor))
        if frozen:
            kept = tuple(f for f in other.plan.fields if f.id not in frozen)
            other.plan = other.plan.model_copy(update={"fields": kept})
        yield line(name, other, other.solve())


def variants() -> Iterator[tuple[str, Callable[[Corridor], Corridor], tuple[str, ...]]]:
    def coverage(value: float) -> Callable[[Corridor], Corridor]:
        return lambda c: scaled(c, value / 0.8, "honduras_entries", parameter="coverage")

    yield "Honduras registers 60 %", coverage(0.6), ("honduras_coverage",)
    yield "Honduras registers 95 %", coverage(0.95), ("honduras_coverage",)
    yield "nobody flies to Managua but as declared", lambda c: c, ("reach_managua",)
    yield "no series of the Darién", lambda c: c, ("reach_darien",)
    yield "Mexico meets as declared", lambda c: c, ("interdiction",)
    north = (
        "met_mexico_city-",
        "met_irapuato",
        "met_torreon",
        "met_guadalajara",
        "met_hermosillo",
        "met_monterrey",
    )
    yield "met in the north twice as often, against the south", lambda c: scaled(c, 2.0, *north), ()
    yield (
        "renewed attempts by half more",
        lambda c: scaled(c, 1.5, *(f"{city}.renewed" for city in RETURNS)),
        (),
    )
    yield "no pool of appointment seekers", lambda c: c, ("appointment_pool",)
    yield (
        "twice as many go by train",
        lambda c: scaled(c, 2.0, "mexico_city.to_irapuato_rail", "mexico_city.to_monterrey_rail"),
        (),
    )


RETURNS = ("tijuana", "mexicali", "san_luis_rio_colorado", "nogales_mx", "ciudad_juarez", "ojinaga", "piedras_negras",
           "nuevo_laredo", "reynosa")  # fmt: skip


def minors(fit: Fit, result: MemberResult) -> Iterator[str]:
    """Children's part: half of a family's three people (assumed), all unaccompanied children, no single adult."""
    part = {"single": 0.0, "family": 0.5, "child": 1.0}
    child = np.array([part[g.household] for g in fit.compiled.groups])
    months = [fit.compiled.months.index(m) for m in YEAR]
    yield "| counting point | published | implied, half of a family | two fifths to three fifths |"
    yield "|---|---|---|---|"
    for name, dataset, flows in (
        ("Darién", "darien_transits_demographic", ["darien.count"]),
        ("Honduras", "honduras_entries_demographic", ["danli.count"]),
        ("Mexico, people met", "mexico_encounters_demographic", list(fit.series["mexico_encounters"].observation.flows)),
    ):  # fmt: skip
        at = [fit.compiled.flow_ids.index(f) for f in flows]
        people = result.monthly_flow[months][:, at].sum(axis=(0, 1))
        ours = (people * child).sum() / people.sum()
        family = np.array([g.household == "family" for g in fit.compiled.groups])
        other = ((people * child * ~family).sum() + 0.4 * (people * family).sum()) / people.sum()
        more = ((people * child * ~family).sum() + 0.6 * (people * family).sum()) / people.sum()
        table = load(dataset).table.filter(pl.col("date").is_in(YEAR))
        column = "demographic" if "demographic" in table.columns else "age"
        young = table.filter(pl.col(column).is_in(MINORS))
        share = young["value"].sum() / table["value"].sum()
        yield f"| {name} | {share:.0%} | {ours:.0%} | {other:.0%} to {more:.0%} |"


MINORS = ("boys", "girls", "under_12_accompanied", "under_12_unaccompanied", "12_17")


def section(text: str, name: str, lines: Iterator[str]) -> str:
    begin, end = (
        f"<!-- begin {name}: written by scripts/write_identification.py -->\n",
        f"<!-- end {name} -->\n",
    )
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + "\n".join(lines) + "\n" + end + after


def learned() -> list[str]:
    """What the posterior of the shipped calibration says, field by field."""
    found = read_calibration(find_corridor("americas") / "calibration", AS_OF).posterior
    assert found is not None
    lines = ["| field | one observation | prior | posterior | where runs start |", "|---|---|---|---|---|"]
    for row in found.learned.iter_rows(named=True):
        numbers = (row[name] for name in ("observation", "prior", "posterior", "at_start"))
        lines.append(f"| `{row['field']}` | " + " | ".join(f"{x:.2f}" for x in numbers) + " |")
    return lines


def main() -> None:
    page = section(PAGE.read_text("utf-8"), "learned", learned())
    PAGE.write_text(page, "utf-8")
    if "--posterior" in sys.argv:
        return
    corridor = open_corridor("americas")
    prior, fit = start(corridor), start(corridor)
    result = fit.solve()
    text = PAGE.read_text("utf-8")
    for name, lines in (
        ("prior", prior_and_fitted(prior, fit)),
        ("minors", minors(fit, result)),
        ("again", found_again(fit, result, corridor)),
        ("trades", trades(corridor, fit, result)),
    ):
        text = section(text, name, lines)
        PAGE.write_text(text, "utf-8")
        print(name, flush=True)


if __name__ == "__main__":
    main()
