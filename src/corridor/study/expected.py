"""What people can know of a run, as figures: the chance of not being removed, the time to a decision, the wait for an appointment.

Each is a figure of a run of expected values over some months, with the levers that change it and the row of ``parameters.csv``
that says how people answer to it. `corridor.study.expectations` compares two runs by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from corridor.engine import LEVERS, Compiled, MemberResult, arrays_from, run_member
from corridor.engine.scope import Scope
from corridor.model import Flow, Measure

REMOVED = next(effect for effect in LEVERS["asylum_rules"].effects["share"] if effect.rule == "chance")
"""The effect whose flows remove people and whose elasticity departures answer with."""
INSIDE = ("processing", "detention", "removal")
"""Flows from custody to custody, the last where a flight is waited for."""
LEAST_CHANCE = 0.01
"""A chance of not being removed is a hundredth at least, as for the rule ``chance`` of levers."""
PORTS = LEVERS["ports_closure"].effects["ratio"][0]
"""The effect whose flows admit people from the queues of ports."""


@dataclass(frozen=True)
class Expected:
    """A run of expected values, asked for what people can know of it."""

    compiled: Compiled
    result: MemberResult

    @classmethod
    def of(cls, compiled: Compiled, strengths: Mapping[str, float] = MappingProxyType({})) -> Expected:
        """Run with these strengths of measures by id, the others as they are."""
        drawn = compiled.table.values(compiled.spec.seed, None)
        for active in compiled.measures:
            drawn[active.strength_row] = strengths.get(active.measure.id, drawn[active.strength_row])
        arrays = arrays_from(compiled, compiled.base_copy(), drawn, None)
        return cls(compiled, run_member(compiled, None, arrays))

    def people(
        self, flows: Sequence[int], months: Sequence[dt.date], groups: Sequence[int] | None = None
    ) -> float:
        """People who took the flows in these months."""
        at = [self.compiled.months.index(month) for month in months]
        chosen = range(len(self.compiled.groups)) if groups is None else groups
        return float(self.result.monthly_flow[np.ix_(at, list(flows), list(chosen))].sum())

    def person_days(self, stocks: Sequence[str], months: Sequence[dt.date]) -> float:
        """Evenings that people spent in the stocks in these months."""
        days = [d for d, day in enumerate(self.compiled.dates) if day.replace(day=1) in months]
        rows = [self.compiled.stock_ids.index(name) for name in stocks]
        return float(self.result.daily_stock[np.ix_(days, rows)].sum())


def chance_to_stay(
    run: Expected, causes: Sequence[Measure], months: Sequence[dt.date], places: tuple[str, ...]
) -> float | None:
    """1 less removed over encountered between ports, among those whom the measures concern; None where nobody is encountered."""
    del places
    flows, scope = run.compiled.corridor.flows, Scope(run.compiled.index)
    custody = {flow.to_stock for flow in flows if flow.kind == REMOVED.after}
    to_fly = {flow.from_stock for flow in flows if flow.kind == "removal_flight"}
    on = [f for f in flows if f.kind in INSIDE and (f.kind != "removal" or f.to_stock in to_fly)]
    while more := {f.to_stock for f in on if f.from_stock in custody} - custody:
        custody |= more
    taken = [
        i
        for i, f in enumerate(flows)
        if f.kind in REMOVED.kinds and f.from_stock in custody and f.to_stock not in custody
    ]
    met = [i for i, flow in enumerate(flows) if flow.kind == REMOVED.after]
    groups = sorted({group for cause in causes for group in scope.groups(cause)})
    encountered = run.people(met, months, groups)
    return max(1.0 - run.people(taken, months, groups) / encountered, LEAST_CHANCE) if encountered else None


def time_to_decision(
    run: Expected, causes: Sequence[Measure], months: Sequence[dt.date], places: tuple[str, ...]
) -> float | None:
    """Days that a case waits: those pending over decisions a day (Little's law); None where nothing is decided."""
    del causes, places
    flows = run.compiled.corridor.flows
    return _days(run, [f for f in flows if f.kind == "decision"], months)


def wait_at_ports(
    run: Expected, causes: Sequence[Measure], months: Sequence[dt.date], places: tuple[str, ...]
) -> float | None:
    """Days in the queues of these places (of all, where none is named): those who wait over admissions a day.

    A queue that admits nobody gives infinity, an empty one None.
    """
    del causes
    stocks = run.compiled.corridor.stocks
    place = {stock.id: stock.place for stock in stocks}
    flows = [f for f in run.compiled.corridor.flows if f.kind in PORTS.kinds and f.from_stock]
    return _days(run, [f for f in flows if not places or place[f.from_stock or ""] in places], months)


def _days(run: Expected, out: Sequence[Flow], months: Sequence[dt.date]) -> float | None:
    """Mean days before people leave by the flows ``out``, in steady state."""
    waiting = run.person_days(sorted({f.from_stock for f in out if f.from_stock}), months)
    left = run.people([run.compiled.flow_ids.index(f.id) for f in out], months)
    if not waiting:
        return None
    return waiting / left if left else np.inf


def queues(compiled: Compiled, causes: Sequence[Measure]) -> list[tuple[str, ...]]:
    """Border cities whose queues the measures name, and all others; one entry without a name where they reach all queues."""
    scope = Scope(compiled.index)
    flows, place = compiled.corridor.flows, {stock.id: stock.place for stock in compiled.corridor.stocks}
    reached = {flow for cause in causes for flow in scope.flows(PORTS, cause)}
    every = sorted({place[f.from_stock] for f in flows if f.kind in PORTS.kinds and f.from_stock})
    named = sorted({place[flows[i].from_stock or ""] for i in reached})
    others = [city for city in every if city not in named]
    return [tuple(named), tuple(others)] if named and others else [()]


def everywhere(compiled: Compiled, causes: Sequence[Measure]) -> list[tuple[str, ...]]:
    """One figure for the whole corridor."""
    del compiled, causes
    return [()]


Figure = Callable[[Expected, Sequence[Measure], Sequence[dt.date], tuple[str, ...]], float | None]


@dataclass(frozen=True)
class Expectation:
    """Something that people can know, and how they answer to it."""

    kind: str
    """Key of its texts and part of the ids of its answers."""
    levers: tuple[str, ...]
    """Levers of the measures that change it."""
    row: str
    """Lever whose row ``elasticity`` in ``parameters.csv`` says how people answer."""
    figure: Figure
    where: Callable[[Compiled, Sequence[Measure]], list[tuple[str, ...]]] = everywhere
    """Groups of places that have a figure each."""
    lever: str = "response"
    """Lever of the answers."""
    most: float = np.inf
    """Highest ratio of the figures, and its inverse the lowest: a closed port is not waited for."""


EXPECTATIONS = (
    Expectation("chance", ("detention_capacity", "processing_staff", "repatriation"), "asylum_rules", chance_to_stay),
    Expectation("decision", ("adjudication",), "adjudication", time_to_decision, most=10.0),
    Expectation(
        "wait", ("ports_appointments", "ports_closure", "trafficking_inspection"), "waiting", wait_at_ports, queues,
        lever="waiting", most=10.0,
    ),
)  # fmt: skip
"""What people answer to where no past measures tell the answer."""
