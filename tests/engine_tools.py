"""Running small corridors, and recounting their people from the tables alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from corridor.engine import Compiled, MemberResult, Noise, RunSpec, compile_corridor, run_member
from corridor.model import Corridor, Measure, Scenario

Floats = npt.NDArray[np.float64]
COUNTS_ONLY = Noise(parameters=False, intensities=False, counts=True)
SILENT = Noise(parameters=False, intensities=False, counts=False)


def compiled(
    corridor: Corridor, scenario: Scenario | None = None, *, noise: Noise = COUNTS_ONLY, **spec: Any
) -> Compiled:
    """The corridor over its own period."""
    spec.setdefault("start", corridor.settings.start)
    spec.setdefault("end", corridor.settings.end)
    return compile_corridor(corridor, scenario, RunSpec(noise=noise, **spec))


def members(run: Compiled, count: int) -> list[MemberResult]:
    """The first members of a run."""
    return [run_member(run, member) for member in range(count)]


def stock_of(run: Compiled, result: MemberResult, name: str) -> Floats:
    """People in a stock each evening."""
    return result.daily_stock[:, run.stock_ids.index(name)]


def flow_of(run: Compiled, result: MemberResult, *names: str) -> Floats:
    """People through flows together each day."""
    return result.daily_flow[:, [run.flow_ids.index(name) for name in names]].sum(axis=1)


def measure(lever: str, strength: float, unit: str, **fields: Any) -> Measure:
    """A measure from the first day on, unless said otherwise."""
    given = {
        "id": "m", "name": "m", "name_es": "m", "actor": "nobody", "start": dt.date(2023, 1, 1),
        "known_from": dt.date(2020, 1, 1), "grade": "assumed", "source": "assumption, for tests",
    }  # fmt: skip
    return Measure.model_validate({**given, "lever": lever, "strength": strength, "unit": unit, **fields})


def with_measures(corridor: Corridor, *measures: Measure) -> tuple[Corridor, Scenario]:
    """The corridor with these measures instead of its own, and a scenario that sets them all in force."""
    scenario = Scenario(
        id="test", name="t", name_es="t", description="t", description_es="t",
        measures=tuple(m.id for m in measures),
    )  # fmt: skip
    return corridor.model_copy(update={"measures": tuple(measures)}), scenario


def within(sample: Sequence[float] | Floats, mean: float, *, variance: float, chance: float = 1e-6) -> bool:
    """Whether a sample has this mean and variance; a true one fails with probability ``2 x chance`` at most.

    The variance is tested by its large-sample law with the sample's own fourth moment.
    """
    values = np.asarray(sample, dtype=np.float64)
    edge = stats.norm.isf(chance / 2)
    off_mean = abs(values.mean() - mean) / np.sqrt(variance / values.size)
    centered = (values - values.mean()) ** 2
    off_variance = abs(values.var() - variance) / (centered.std() / np.sqrt(values.size))
    return bool(off_mean < edge and off_variance < edge)


@dataclass(frozen=True)
class Recount:
    """What the published counts of one run imply, people by day."""

    departures: Floats
    """(days) into the first place."""
    arrivals: Floats
    """(days, stocks) off the routes, signed."""
    underway: Floats
    """(days) people on all routes in the evening."""


def recount(corridor: Corridor, result: MemberResult, origin: str = "p0.here") -> Recount:
    """Recount a generated corridor's people from its tables and its daily counts."""
    days, stocks = result.daily_stock.shape
    at = {item.id: k for k, item in enumerate(corridor.stocks)}
    initial = np.zeros(stocks)
    for row in corridor.parameters:
        if row.parameter == "initial":
            initial[at[row.target or ""]] += row.value * len(corridor.groups)
    change = np.diff(result.daily_stock, axis=0, prepend=initial[None, :])
    unexplained = change.copy()
    set_out, met = np.zeros(days), np.zeros(days)
    for f, flow in enumerate(corridor.flows):
        moved = result.daily_flow[:, f]
        if flow.from_stock:
            unexplained[:, at[flow.from_stock]] += moved
        else:
            met += moved
        if flow.route:
            set_out += moved
        else:
            unexplained[:, at[flow.to_stock]] -= moved
    departures = unexplained[:, at[origin]].copy()
    unexplained[:, at[origin]] = 0.0
    underway = np.cumsum(set_out - met - unexplained.sum(axis=1))
    return Recount(departures, unexplained, underway)
