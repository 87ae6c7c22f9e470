"""Indicators of a package: one number for each run of a member, over the months that are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled
from corridor.engine.spec import UNLIMITED
from corridor.model import Corridor, Fault, Indicator, InputError, did_you_mean
from corridor.model.arrays import Floats
from corridor.model.parties import COST_PREFIX, NIGHTS_PREFIX
from corridor.model.periods import month_end
from corridor.study.assemble import observations_of
from corridor.text import say

HUMANITARIAN = ("deaths", "waiting", "nights_without_bed")
"""Stand beside every package, whoever asks."""
COSTS = ("shelter_cost", "detention_cost")
LAWFUL_KINDS = ("lawful", "port_admission")
COST = "cost_per_person_day"


@dataclass(frozen=True)
class Outcome:
    """An indicator with its names and unit; ``flows`` are summed by month, ``stocks`` by day.

    ``measure`` is what is done with people in the stocks: ``person_days``, ``cost`` (USD) or ``beyond_room`` (person-nights
    above the declared room); blank for flows.
    """

    id: str
    name: str
    name_es: str
    unit: str
    tag: str
    flows: tuple[str, ...] = ()
    stocks: tuple[str, ...] = ()
    measure: str = ""


def known_outcomes(corridor: Corridor) -> dict[str, Outcome]:
    """Every indicator of the corridor that a package can be seen by, and those that are sums of them, by id.

    Only what the corridor has: without a lawful channel there are no lawful entries.
    """
    observed = observations_of(corridor)
    found: list[Outcome] = []
    for i in corridor.indicators:
        if i.stocks:
            found.append(_of_stocks(i.id, (i.name, i.name_es), [i], "person_days"))
        elif i.observation and observed[i.observation].flows:
            unit = "deaths" if i.kind == "deaths" else "people"
            found.append(Outcome(i.id, i.name, i.name_es, unit, i.tag, flows=observed[i.observation].flows))
    by_kind = _by_kind(corridor.indicators)
    priced = {row.target for row in corridor.parameters if row.parameter == COST}
    deaths = [o for o in found if o.unit == "deaths"]
    if deaths:
        flows = tuple(dict.fromkeys(flow for o in deaths for flow in o.flows))
        found.append(_named("deaths", "deaths", "observed", flows=flows))
    if by_kind.get("waiting"):
        found.append(
            _of_stocks("waiting", say("explore.indicator_waiting"), by_kind["waiting"], "person_days")
        )
    census = by_kind.get("census", [])
    if census:
        name = say("explore.indicator_nights_without_bed")
        found.append(_of_stocks("nights_without_bed", name, census, "beyond_room"))
    lawful = tuple(flow.id for flow in corridor.flows if flow.kind in LAWFUL_KINDS)
    if lawful:
        found.append(_named("lawful_entries", "people", "anchored", flows=lawful))
    for name, indicators in (("shelter_cost", census), ("detention_cost", by_kind.get("detention", []))):
        with_cost = [i for i in indicators if set(i.stocks) <= priced]
        if with_cost:
            found.append(_of_stocks(name, say(f"explore.indicator_{name}"), with_cost, "cost"))
    for i in census:
        label = {"name": (i.name, i.name_es)}
        if set(i.stocks) <= priced:
            found.append(_of_stocks(COST_PREFIX + i.id, say("explore.indicator_cost", **label), [i], "cost"))
        found.append(
            _of_stocks(NIGHTS_PREFIX + i.id, say("explore.indicator_nights", **label), [i], "beyond_room")
        )
    return {outcome.id: outcome for outcome in found}


def _by_kind(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    out: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        out.setdefault(indicator.kind, []).append(indicator)
    return out


def _named(name: str, unit: str, tag: str, flows: tuple[str, ...]) -> Outcome:
    return Outcome(name, *say(f"explore.indicator_{name}"), unit, tag, flows)


def _of_stocks(id: str, name: tuple[str, str], indicators: Sequence[Indicator], measure: str) -> Outcome:
    tags = [i.tag for i in indicators]
    worst = next(tag for tag in ("assumed", "anchored", "observed") if tag in tags)
    units = {"cost": "USD", "beyond_room": "person-nights", "person_days": "person-days"}
    stocks = tuple(dict.fromkeys(stock for i in indicators for stock in i.stocks))
    return Outcome(id, *name, units[measure], worst, stocks=stocks, measure=measure)


def choose_outcomes(corridor: Corridor, names: Iterable[str], where: str) -> tuple[Outcome, ...]:
    """The outcomes of these ids; InputError with a fault for each that the corridor does not have."""
    known = known_outcomes(corridor)
    faults = [
        Fault(where, None, None, f"there is no indicator {name!r}", did_you_mean(name, known))
        for name in names if name not in known
    ]  # fmt: skip
    if faults:
        raise InputError("the packages cannot be compared", faults=faults)
    return tuple(known[name] for name in dict.fromkeys(names))


@dataclass(frozen=True)
class Window:
    """The days that are compared, both included; a month that has one of them counts as a whole."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, first: dt.date, months: int) -> Window:
        """``months`` months from that of ``first`` on."""
        end = first.month - 1 + months - 1
        return cls(first, month_end(dt.date(first.year + end // 12, end % 12 + 1, 1)))


@dataclass(frozen=True)
class Reader:
    """Reads outcomes off runs of one corridor, whatever its measures."""

    outcomes: tuple[Outcome, ...]
    window: Window

    def at(self, compiled: Compiled) -> ReaderOf:
        """The reader with the positions of a compiled run, which hold for every package of the same corridor."""
        months = [m for m, month in enumerate(compiled.months)
                  if self.window.first.replace(day=1) <= month <= self.window.last]  # fmt: skip
        days = np.array([self.window.first <= day <= self.window.last for day in compiled.dates])
        stocks = {stock for o in self.outcomes for stock in o.stocks}
        starts = [date.toordinal() for date, inside in zip(compiled.dates, days, strict=True) if inside]
        priced = {stock for o in self.outcomes if o.measure == "cost" for stock in o.stocks}
        return ReaderOf(
            self.outcomes, months, days,
            {name: compiled.flow_ids.index(name) for o in self.outcomes for name in o.flows},
            {stock: compiled.stock_ids.index(stock) for stock in stocks},
            {stock: compiled.table.resolve(COST, [stock], None, starts, [None])[:, 0] for stock in priced},
        )  # fmt: skip


@dataclass(frozen=True)
class ReaderOf:
    """Outcomes with the positions of what they add up; ``cost_rows`` are rows of the parameters by day."""

    outcomes: tuple[Outcome, ...]
    months: Sequence[int]
    days: npt.NDArray[np.bool_]
    flow_at: Mapping[str, int]
    stock_at: Mapping[str, int]
    cost_rows: Mapping[str, npt.NDArray[np.int32]]

    def read(self, flow: Floats, stock: Floats, room: Floats, drawn: Floats) -> Floats:
        """One number for each outcome of a member's run.

        ``flow`` is people by month and flow, (months, flows); ``stock`` people, and ``room`` their room, by day and stock, (days,
        stocks); ``drawn`` the member's values of all rows of parameters.
        """
        inside, room = stock[self.days], room[self.days]

        def of_stock(measure: str, name: str) -> float:
            k = self.stock_at[name]
            people = inside[:, k]
            if measure == "cost":
                rows = self.cost_rows[name]
                return float((people * np.where(rows >= 0, drawn[np.maximum(rows, 0)], 0.0)).sum())
            if measure == "beyond_room":
                return float(np.maximum(people - room[:, k], 0.0).sum())
            return float(people.sum())

        def of(outcome: Outcome) -> float:
            if outcome.flows:
                return float(flow[np.ix_(self.months, [self.flow_at[name] for name in outcome.flows])].sum())
            return sum(of_stock(outcome.measure, name) for name in outcome.stocks)

        return np.array([of(outcome) for outcome in self.outcomes])


def room_by_day(compiled: Compiled, drawn: Floats) -> Floats:
    """(days, stocks) room that people outside the model leave, with every dated measure in force, for the values ``drawn``.

    Days on which a trigger switches a measure of beds are those of its dates.
    """
    numbers = compiled.numbers
    base = numbers.base_values(numbers.table.values(compiled.spec.seed, None))

    def of(name: str, absent: float) -> Floats:
        rows = numbers.rows[name]
        return np.where(rows >= 0, drawn[np.maximum(rows, 0)], absent)

    values = replace(
        base, capacity=of("capacity", UNLIMITED), occupied=of("occupied", 0.0), **numbers.stock_figures(drawn)
    )
    numbers.apply_measures(values, drawn, numbers.by_date, ("capacity",))
    return (values.capacity - values.occupied)[compiled.calendar.day_segment]
