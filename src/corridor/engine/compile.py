"""The only bridge from declared nouns to kernels: a corridor, a scenario and a run become arrays."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from corridor.engine.events import active_events, event_rows
from corridor.engine.layout import make_layout
from corridor.engine.measures import Periods, Rules, active_measures, segment_starts, weights
from corridor.engine.member import MemberArrays, fill
from corridor.engine.network import (
    HAZARD,
    INCIDENT,
    SHARE,
    STAY,
    TRAVEL,
    Network,
    build_network,
)
from corridor.engine.parameters import ParameterTable, Rows
from corridor.engine.rules import Numbers
from corridor.engine.spec import STOCK_FIGURES, UNLIMITED, Floats, RunSpec, Values
from corridor.engine.strengths import Strengths
from corridor.engine.triggers import make_watch, used_triggers, watched_flows
from corridor.model import (
    Corridor,
    CorridorError,
    InputError,
    Parameter,
    Scenario,
    did_you_mean,
    html,
    stream_key,
)


class Compiled:
    """A corridor under a scenario as arrays; ``values`` and ``arrays`` fill in a member's numbers."""

    def __init__(
        self,
        corridor: Corridor,
        scenario: Scenario | None,
        spec: RunSpec,
        calibrated: Iterable[Parameter] = (),
    ) -> None:
        self.corridor = corridor
        self.scenario = scenario
        self.spec = spec
        self.groups = corridor.groups
        self.flow_ids = tuple(flow.id for flow in corridor.flows)
        self.stock_ids = tuple(stock.id for stock in corridor.stocks)
        self.measures = active_measures(corridor, scenario, spec)
        self.triggers = used_triggers(corridor, self.measures)
        self.events = active_events(corridor, scenario, spec)
        self.table = ParameterTable(
            corridor.parameters, calibrated, as_of=spec.as_of, hindsight=spec.hindsight, since=spec.start
        )
        first, last = spec.start.toordinal(), spec.end.toordinal()
        self.starts = segment_starts(self.table, self.measures, first, last)
        days = np.arange(first, last + 1)
        self.day_segment = (np.searchsorted(self.starts, days, side="right") - 1).astype(np.int64)
        dates = [dt.date.fromordinal(int(day)) for day in days]
        self.dates = tuple(dates)
        self.months = tuple(sorted({date.replace(day=1) for date in dates}))
        self.day_month = np.array([self.months.index(d.replace(day=1)) for d in dates], dtype=np.int64)
        self.days_in_month = np.array(
            [calendar.monthrange(d.year, d.month)[1] for d in dates], dtype=np.float64
        )
        self._resolve()
        self._rules = Rules(corridor, self.siblings)
        self._dated = self._weights(self.starts, [active.in_force() for active in self.measures])
        self._strengths = Strengths(corridor, self.table, self.measures)
        self.event_rows = event_rows(self.table, self.events)
        self.network = self._network()
        names = {name: cell for cell, name in enumerate(self.network.cell_name)}
        self._lay_departures(names)
        self._lay_state(names)
        self._lay_switches()

    def __repr__(self) -> str:
        scenario = self.scenario.id if self.scenario else "base"
        return (
            f"Compiled({self.corridor.settings.id!r}, {scenario!r}, {self.spec.start} to {self.spec.end}, "
            f"{len(self.starts)} segments, {self.network.edge_dest.size:,} edges)"
        )

    def _repr_html_(self) -> str:
        names = ("id", "lever", "start", "strength", "unit", "grade")
        rows = [[getattr(active.measure, name) for name in names] for active in self.measures]
        return html.card(repr(self), None, html.table(names, rows, len(rows)))

    # -- structure -------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Look up, once, which row holds for every target, group and segment."""
        c, starts, table = self.corridor, self.starts, self.table
        flows, stocks, routes = c.flows, c.stocks, c.routes
        f, k, r = [x.id for x in flows], [x.id for x in stocks], [x.id for x in routes]
        none_k: list[float | None] = [None] * len(k)
        hazards = [x.daily_probability for x in flows]
        self.rows: dict[str, Rows] = {
            "share": table.resolve("share", f, c.groups, starts, [x.share for x in flows]),
            "daily_probability": table.resolve("daily_probability", f, c.groups, starts, hazards),
            "throughput": table.resolve("throughput", f, None, starts, [x.throughput for x in flows]),
            "route_throughput": table.constants([x.throughput for x in routes], len(starts)),
            "capacity": table.resolve("capacity", k, None, starts, [x.capacity for x in stocks]),
            "occupied": table.resolve("occupied", k, None, starts, none_k),
            "stay_days": table.resolve("stay_days", k, c.groups, starts, [x.stay_days for x in stocks]),
            "travel_days": table.resolve("travel_days", r, None, starts, [x.days_mean for x in routes]),
            "departures": table.resolve("departures", k, c.groups, starts, none_k),
            "initial": table.resolve("initial", k, c.groups, starts[:1], none_k),
            **{name: table.resolve(name, k, None, starts, none_k) for name in STOCK_FIGURES},
        }
        self.hazard_flows = [
            flow.daily_probability is not None or table.has("daily_probability", flow.id) for flow in flows
        ]
        self._open = np.array([[x.open_to(g) for g in c.groups] for x in flows])
        self._open = self._open.reshape(len(flows), len(c.groups))
        self._stock_at = {name: i for i, name in enumerate(self.stock_ids)}
        # in the order of ids: sums do not depend on the order of the rows
        by_id = sorted(range(len(flows)), key=lambda i: flows[i].id)
        self.siblings = [
            [i for i in by_id if flows[i].from_stock == stock.id and not self.hazard_flows[i]]
            for stock in stocks
        ]
        self._off_route = [[i for i in by_id if flows[i].from_route == route.id] for route in routes]
        self.lawful_stocks = {x.from_stock for x in flows if x.kind == "lawful"}

    def rows_in_use(self) -> set[int]:
        """Rows of the parameter table that some day of the run reads."""
        found = self._strengths.rows | set(self.event_rows)
        for name, rows in self.rows.items():
            if name not in STOCK_FIGURES or name in self._strengths.divisors:
                found |= set(np.unique(rows).tolist())
        return found - {-1}

    def _network(self) -> Network:
        rows, c = self.rows, self.corridor
        some = {name: (found >= 0) for name, found in rows.items()}
        sources: dict[int, set[str]] = {}
        enters = some["departures"].any(axis=0) | some["initial"].any(axis=0)
        for k, g in zip(*np.nonzero(enters), strict=True):
            sources.setdefault(int(g), set()).add(self.stock_ids[k])
        for holder, _, group_id in self.spec.state or {}:
            if holder in self._stock_at:
                g = next((i for i, x in enumerate(c.groups) if x.id == group_id), None)
                if g is not None:
                    sources.setdefault(g, set()).add(holder)
        for event in self.events:
            if event.stock:
                g = next(i for i, x in enumerate(c.groups) if x.id == event.group)
                sources.setdefault(g, set()).add(event.stock)
        by_event = {event.flow for event in self.events if event.flow}
        share_max = self.table.largest(rows["share"]).max(axis=0)
        daily_max = self.table.largest(rows["daily_probability"]).max(axis=0)

        feeders: dict[str, list[int]] = {}
        for f, flow in enumerate(c.flows):
            if flow.overflow_flow:
                feeders.setdefault(flow.overflow_flow, []).append(f)

        def may_carry(f: int, g: int) -> bool:
            if share_max[f, g] > 0 or daily_max[f, g] > 0 or self.flow_ids[f] in by_event:
                return True
            # it takes what another flow cannot carry, without a share of its own
            return any(may_carry(feeder, g) for feeder in feeders.get(self.flow_ids[f], ()))

        new_limits = {
            f
            for active in self.measures
            for effect in active.effects
            if effect.parameter == "throughput" and effect.rule == "limit"
            for f in self._rules.scope.flows(effect, active.measure)
        }
        blocking = {k for k, stock in enumerate(c.stocks) if not stock.overflow}
        return build_network(
            c,
            sources=sources,
            hazard_flows=self.hazard_flows,
            may_carry=may_carry,
            limited_flows=set(np.nonzero(some["throughput"].any(axis=0))[0].tolist()) | new_limits,
            limited_routes=set(np.nonzero(some["route_throughput"].any(axis=0))[0].tolist()),
            limited_stocks=set(np.nonzero(some["capacity"].any(axis=0))[0].tolist()) & blocking,
            event_flows=by_event,
        )

    def _lay_switches(self) -> None:
        """What triggers look at and where people of events come and go, for the kernel."""
        flow_at = {name: f for f, name in enumerate(self.flow_ids)}
        watched = {flow_at[name] for t in self.triggers for name in watched_flows(self.corridor, t)}
        self.layout = make_layout(
            self.network,
            arrivals=[(e.stock, 0, e.group) for e in self.events if e.stock and e.group],
            set_outs=[(e.id, e.flow) for e in self.events if e.flow],
            watched=watched,
            flow_at=flow_at,
        )
        self.watch = make_watch(
            self.corridor, self.triggers, self.measures, self.network, self.table, self.dates, self.months
        )

    def _lay_departures(self, names: Mapping[tuple[str, int, str], int]) -> None:
        enters = [
            (int(k), int(g))
            for k, g in zip(*np.nonzero((self.rows["departures"] >= 0).any(axis=0)), strict=True)
        ]
        self.depart_stock = np.array([k for k, _ in enters], dtype=np.int64)
        self.depart_group = np.array([g for _, g in enters], dtype=np.int64)
        self.depart_cell = np.array(
            [names[self.stock_ids[k], 0, self.groups[g].id] for k, g in enters], dtype=np.int64
        )
        self.depart_labels = [(self.stock_ids[k], self.groups[g]) for k, g in enters]
        self.depart_keys = np.array(
            [stream_key("departure", stock, group.id) for stock, group in self.depart_labels], dtype=np.uint64
        )
        self.depart_steady = np.array(
            [self.stock_ids[k] in self.lawful_stocks for k, _ in enters], dtype=bool
        )

    def _lay_state(self, names: Mapping[tuple[str, int, str], int]) -> None:
        self.state_cells = np.zeros(len(names))
        for name, units in (self.spec.state or {}).items():
            if name not in names:
                if units > 1e-9:
                    raise CorridorError(
                        f"the starting state has people in {name[0]!r} (stage {name[1]}, {name[2]}), "
                        "which this corridor does not reach",
                        hint="calibrate again after changing the corridor",
                    )
                continue
            self.state_cells[names[name]] = units
        if self.spec.state is not None:
            return  # it holds everybody; who was there on the first day of all is in it already
        for k, g in zip(*np.nonzero(self.rows["initial"][0] >= 0), strict=True):
            people = self.table.values(self.spec.seed, None)[self.rows["initial"][0, k, g]]
            cell = names[self.stock_ids[k], 0, self.groups[g].id]
            self.state_cells[cell] += people / self.groups[g].size

    # -- numbers ---------------------------------------------------------------------------------

    def values(self, member: int | None = None) -> Values:
        """Numbers by segment with every measure in force applied; ``member`` None: central values."""
        drawn = self.table.values(self.spec.seed, member)
        return self.apply_measures(self.base_values(drawn), drawn)

    def base_values(self, drawn: Floats) -> Values:
        """Numbers by segment before any measure, from the rows' values ``drawn``."""

        def gather(name: str, absent: float) -> Floats:
            rows = self.rows[name]
            return np.where(rows >= 0, drawn[np.maximum(rows, 0)], absent)

        share = gather("share", 0.0) * self._open
        self.normalize(share)
        return Values(
            share=share,
            daily_probability=gather("daily_probability", 0.0) * self._open,
            throughput=np.concatenate(
                [gather("throughput", UNLIMITED), gather("route_throughput", UNLIMITED)], 1
            ),
            capacity=gather("capacity", UNLIMITED),
            occupied=gather("occupied", 0.0),
            stay_days=np.maximum(gather("stay_days", 1.0), 1.0),
            travel_days=gather("travel_days", 1.0),
            departures=gather("departures", 0.0),
            **self.stock_figures(drawn),
        )

    def stock_figures(self, drawn: Floats) -> dict[str, Floats]:
        """The figures of stocks that the day loop does not read, by name, before any measure."""
        found = {name: self.rows[name] for name in STOCK_FIGURES}
        return {name: np.where(rows >= 0, drawn[np.maximum(rows, 0)], 0.0) for name, rows in found.items()}

    def apply_measures(
        self,
        values: Values,
        drawn: Floats,
        starts: npt.NDArray[np.int64] | None = None,
        periods: Sequence[Periods] | None = None,
        moved: Collection[str] = (),
    ) -> Values:
        """Apply every measure in force, in place.

        ``starts`` are the first days of the segments of ``values``, where they are not those of the run, and
        ``periods`` say when each measure is in force; without them measures with a trigger are not. Of what they move,
        only the numbers named in ``moved``, if any are.
        """
        weight = self._dated if starts is None or periods is None else self._weights(starts, periods)
        for i in sorted(range(len(self.measures)), key=lambda i: self.measures[i].order):
            self._rules.apply(values, self.measures[i], weight[i], self.numbers(i, drawn), moved)
        return values

    def numbers(self, measure: int, drawn: Floats) -> Numbers:
        """Strength and lever parameters of the measure at this position, from the rows' values ``drawn``."""
        return self._strengths.numbers(measure, drawn)

    def _weights(self, starts: npt.NDArray[np.int64], periods: Sequence[Periods]) -> list[Floats]:
        last = self.spec.end.toordinal()
        return [
            weights(active, found, starts, last) for active, found in zip(self.measures, periods, strict=True)
        ]

    def normalize(self, share: Floats) -> None:
        """Make the shares out of every stock sum to one where there are any (noise moves them apart)."""
        for siblings in self.siblings:
            if siblings:
                total = share[:, siblings, :].sum(axis=1, keepdims=True)
                share[:, siblings, :] /= np.where(total > 0, total, 1.0)

    def rates(self, values: Values) -> Floats:
        """Probability per day of every edge, shape (segments, edges)."""
        n = self.network
        stages = np.array([s.stay_stages if s.stay_days is not None else 1 for s in self.corridor.stocks])
        leave = np.minimum(1.0, stages[None, :, None] / values.stay_days)
        journey_stages = np.array([route.days_stages for route in self.corridor.routes], dtype=np.float64)
        advance = np.minimum(1.0, journey_stages / np.maximum(values.travel_days, 1e-9))
        rate = np.zeros((len(advance), n.edge_dest.size))
        by = {rule: np.nonzero(n.edge_rule == rule)[0] for rule in (SHARE, HAZARD, STAY, TRAVEL, INCIDENT)}
        e = by[SHARE]
        rate[:, e] = (
            values.share[:, n.edge_param_flow[e], n.edge_group[e]]
            * leave[:, n.edge_stock[e], n.edge_group[e]]
        )
        e = by[HAZARD]
        rate[:, e] = values.daily_probability[:, n.edge_param_flow[e], n.edge_group[e]]
        e = by[STAY]
        rate[:, e] = leave[:, n.edge_stock[e], n.edge_group[e]]
        e = by[TRAVEL]
        rate[:, e] = advance[:, n.edge_route[e]]
        e = by[INCIDENT]
        if e.size:
            per_stage = self._incident_rates(values.share, advance, journey_stages)
            rate[:, e] = per_stage[:, n.edge_param_flow[e], n.edge_group[e]]
        return rate

    def _incident_rates(self, share: Floats, advance: Floats, stages: Floats) -> Floats:
        """Hazard per stage and day of each flow off a route, such that the journey's probability is met.

        With k stages left at rate p, a hazard q competing in each gives a journey probability
        1 - (p / (p + q))^k; solved for q and split in proportion to the journey probabilities.
        """
        out = np.zeros_like(share)
        for r, flows in enumerate(self._off_route):
            if not flows:
                continue
            total = share[:, flows, :].sum(axis=1)
            capped = np.minimum(total, 0.999)
            q = advance[:, r, None] * ((1.0 - capped) ** (-1.0 / stages[r]) - 1.0)
            part = np.divide(share[:, flows, :], total[:, None, :], where=total[:, None, :] > 0,
                             out=np.zeros_like(share[:, flows, :]))  # fmt: skip
            out[:, flows, :] = q[:, None, :] * part
        return out

    def arrays(self, member: int | None) -> MemberArrays:
        """Everything the kernel needs for ``member``; None: central values, no noise."""
        drawn = self.table.values(self.spec.seed, member if self.spec.noise.parameters else None)
        return self.lay(self.base_values(drawn), drawn, member)

    def lay(self, base: Values, drawn: Floats, member: int | None) -> MemberArrays:
        """Put the measures on ``base`` (values before any, changed in place) and spread it over edges and days."""
        keep = Values(**{name: array.copy() for name, array in vars(base).items()}) if self.triggers else None
        arrays = fill(self, self.apply_measures(base, drawn), drawn, member)
        return replace(arrays, base=keep, drawn=drawn) if self.triggers else arrays


def compile_corridor(
    corridor: Corridor,
    scenario: Scenario | str | None,
    spec: RunSpec,
    calibrated: Iterable[Parameter] = (),
) -> Compiled:
    """Compile ``corridor`` under ``scenario`` (its id, itself, or None for the base measures only).

    Raises InputError for an unknown scenario, a measure that cannot be run, or what hindsight forbids.
    """
    if isinstance(scenario, str):
        if scenario not in corridor.scenario_ids:
            raise InputError(
                f"corridor {corridor.settings.id!r} has no scenario {scenario!r}",
                hint=did_you_mean(scenario, corridor.scenario_ids),
            )
        scenario = corridor.scenario_ids[scenario]
    if spec.end < spec.start:
        raise InputError(f"the run ends ({spec.end}) before it starts ({spec.start})")
    return Compiled(corridor, scenario, spec, calibrated)
