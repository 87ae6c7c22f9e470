"""The only bridge from declared nouns to kernels: a corridor, a scenario and a run become arrays."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.intensity import day_weights, intensity_deviations
from corridor.engine.kernels.random import uniforms
from corridor.engine.levers import LEVERS, strength_domain
from corridor.engine.measures import Rules, active_measures, segment_starts
from corridor.engine.network import HAZARD, INCIDENT, SHARE, STAY, TRAVEL, Network, build_network
from corridor.engine.parameters import ParameterTable, Rows
from corridor.engine.spec import UNLIMITED, Floats, RunSpec, Values
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


@dataclass(frozen=True)
class MemberArrays:
    """Numbers of one member, ready for the kernel."""

    segment_rate: Floats
    segment_throughput: Floats
    segment_room: Floats
    depart_mean: Floats
    depart_weight: Floats
    count: Floats


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
        self._days_in_month = np.array(
            [calendar.monthrange(d.year, d.month)[1] for d in dates], dtype=np.float64
        )
        self._resolve()
        self._rules = Rules(corridor, self.starts, last, self.siblings)
        self._strength_rows()
        self.network = self._network()
        names = {name: cell for cell, name in enumerate(self.network.cell_name)}
        self._lay_departures(names)
        self._lay_state(names)

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
        }
        self.hazard_flows = [
            flow.daily_probability is not None or table.has("daily_probability", flow.id) for flow in flows
        ]
        self._open = np.array(
            [
                [not x.groups or bool({g.id, g.nationality, g.household} & set(x.groups)) for g in c.groups]
                for x in flows
            ]
        ).reshape(len(flows), len(c.groups))
        self._stock_at = {name: i for i, name in enumerate(self.stock_ids)}
        # in the order of ids: sums do not depend on the order of the rows
        by_id = sorted(range(len(flows)), key=lambda i: flows[i].id)
        self.siblings = [
            [i for i in by_id if flows[i].from_stock == stock.id and not self.hazard_flows[i]]
            for stock in stocks
        ]
        self._off_route = [[i for i in by_id if flows[i].from_route == route.id] for route in routes]
        self.lawful_stocks = {x.from_stock for x in flows if x.kind == "lawful"}

    def _strength_rows(self) -> None:
        """Give every measure's strength, elasticity and reference level a row with its noise."""
        self._strength = []
        for active in self.measures:
            m = active.measure
            row = Parameter(
                parameter="strength", target=m.id, value=m.strength, low=m.low, high=m.high,
                unit=m.unit, source=m.source,
            )  # fmt: skip
            rules = [effect.rule for effect in LEVERS[m.lever].effects[m.unit]]
            self._strength.append(self.table.add_strength(row, strength_domain(rules[0], m.strength)))
        levers = {active.measure.lever for active in self.measures}
        self._need_references()
        self._elasticity = {name: self.table.scalar("elasticity", name) for name in levers}
        self._reference = {name: self.table.scalar("reference_level", name) for name in levers}

    def _need_references(self) -> None:
        """An elasticity without the level it is relative to would silently do nothing."""
        for active in self.measures:
            m = active.measure
            elastic = any(effect.rule == "elastic" for effect in LEVERS[m.lever].effects[m.unit])
            if elastic and not self.table.has("reference_level", m.lever):
                raise InputError(
                    f"measure {m.id!r} needs the parameter reference_level of the lever {m.lever!r}",
                    hint="give reference_level and elasticity in parameters.csv, with their ranges",
                )

    def rows_in_use(self) -> set[int]:
        """Rows of the parameter table that some day of the run reads."""
        found: set[int] = set(self._strength) | set(self._elasticity.values()) | set(self._reference.values())
        for rows in self.rows.values():
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
        share_max = self.table.largest(rows["share"]).max(axis=0)
        daily_max = self.table.largest(rows["daily_probability"]).max(axis=0)

        feeders: dict[str, list[int]] = {}
        for f, flow in enumerate(c.flows):
            if flow.overflow_flow:
                feeders.setdefault(flow.overflow_flow, []).append(f)

        def may_carry(f: int, g: int) -> bool:
            if share_max[f, g] > 0 or daily_max[f, g] > 0:
                return True
            # it takes what another flow cannot carry, without a share of its own
            return any(may_carry(feeder, g) for feeder in feeders.get(self.flow_ids[f], ()))

        limit = [active.measure for active in self.measures]
        new_limits = {
            f
            for m in limit
            for effect in LEVERS[m.lever].effects[m.unit]
            if effect.parameter == "throughput" and effect.rule == "limit"
            for f in self._rules.scope.flows(effect, m)
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
        self._state_cells = np.zeros(len(names))
        for name, units in (self.spec.state or {}).items():
            if name not in names:
                if units > 1e-9:
                    raise CorridorError(
                        f"the starting state has people in {name[0]!r} (stage {name[1]}, {name[2]}), "
                        "which this corridor does not reach",
                        hint="calibrate again after changing the corridor",
                    )
                continue
            self._state_cells[names[name]] = units
        if self.spec.state is not None:
            return  # it holds everybody; who was there on the first day of all is in it already
        for k, g in zip(*np.nonzero(self.rows["initial"][0] >= 0), strict=True):
            people = self.table.values(self.spec.seed, None)[self.rows["initial"][0, k, g]]
            cell = names[self.stock_ids[k], 0, self.groups[g].id]
            self._state_cells[cell] += people / self.groups[g].size

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
        )

    def apply_measures(self, values: Values, drawn: Floats) -> Values:
        """Apply every measure in force, in place: broad scopes first, then by start."""
        order = sorted(range(len(self.measures)), key=lambda i: (
            self.measures[i].specificity, self.measures[i].measure.start, self.measures[i].measure.id
        ))  # fmt: skip
        for i in order:
            active, lever = self.measures[i], self.measures[i].measure.lever
            self._rules.apply(
                values, active, float(drawn[self._strength[i]]), float(drawn[self._elasticity[lever]]),
                float(drawn[self._reference[lever]]),
            )  # fmt: skip
        return values

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
        rate = np.zeros((len(self.starts), n.edge_dest.size))
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
        return self.fill(self.values(member if self.spec.noise.parameters else None), member)

    def fill(self, values: Values, member: int | None) -> MemberArrays:
        """Spread ``values`` over edges and days, with a member's departures and starting state."""
        noise = self.spec.noise
        n, seg = self.network, self.day_segment
        people = values.departures[seg][:, self.depart_stock, self.depart_group]
        size = np.array([self.groups[g].size for g in self.depart_group], dtype=np.float64)
        mean = people / self._days_in_month[:, None] / size
        weight = np.ones_like(mean)
        if member is not None and noise.intensities and self.spec.shocks_from is not None:
            nationalities = [g.nationality for _, g in self.depart_labels]
            deviation = intensity_deviations(
                self.table, nationalities, self.months, self.spec.shocks_from, self.spec.seed, member
            )
            deviation[:, self.depart_steady] = 0.0
            mean = mean * np.exp(deviation)[self.day_month]
        if member is not None and noise.counts:
            weight = day_weights(self.table, self.depart_labels, self.dates, self.spec.seed, member)
        count = self._state_cells.copy()
        if member is not None and noise.counts:
            count = _whole_units(count, n.cell_key, self.spec.seed, member)
        return MemberArrays(
            segment_rate=self.rates(values),
            segment_throughput=values.throughput,
            segment_room=values.capacity - values.occupied,
            depart_mean=np.ascontiguousarray(mean),
            depart_weight=weight,
            count=count,
        )


def compile_corridor(
    corridor: Corridor,
    scenario: Scenario | str | None,
    spec: RunSpec,
    calibrated: Iterable[Parameter] = (),
) -> Compiled:
    """Compile ``corridor`` under ``scenario`` (its id, itself, or None for the base measures only).

    Raises InputError for an unknown scenario, a lever not built yet, or what hindsight forbids.
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


def _whole_units(units: Floats, keys: npt.NDArray[np.uint64], seed: int, member: int) -> Floats:
    """Round expected units to whole ones, up with the probability of their fraction."""
    day = np.zeros(1, dtype=np.uint64)
    u = uniforms(np.uint64(seed), np.uint64(member), keys, day)[:, 0, 1]
    return np.floor(units) + (u < units - np.floor(units))
