"""The only bridge from declared nouns to kernels: a corridor, a scenario and a run become arrays."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from corridor.engine.intensity import day_weights, intensity_deviations
from corridor.engine.kernels.random import uniforms
from corridor.engine.levers import LEVERS, Effect, Scope, ramp
from corridor.engine.network import HAZARD, INCIDENT, SHARE, STAY, TRAVEL, Network, build_network
from corridor.engine.parameters import ParameterTable, Rows
from corridor.model import (
    Corridor,
    CorridorError,
    Fault,
    InputError,
    Measure,
    Parameter,
    Scenario,
    did_you_mean,
    stream_key,
)

Floats = npt.NDArray[np.float64]
CellState = Mapping[tuple[str, int, str], float]
"""Units in each cell, by (stock or travelling flow, stage, group)."""

RAMP_STEP_DAYS = 7
UNLIMITED = 1e18


@dataclass(frozen=True)
class Noise:
    """The three noises, each of which can be switched off."""

    parameters: bool = True
    intensities: bool = True
    counts: bool = True


@dataclass(frozen=True)
class RunSpec:
    """What to run: period, seed, members, what is known, which noises.

    ``shocks_from`` is the first month whose departures are not known: the intensity process starts there.
    ``state`` holds the people on the way and in stocks on the morning of ``start``.
    """

    start: dt.date
    end: dt.date
    seed: int = 1
    members: int = 1
    as_of: dt.date | None = None
    hindsight: bool = False
    noise: Noise = field(default_factory=Noise)
    shocks_from: dt.date | None = None
    state: CellState | None = None

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class MemberArrays:
    """Numbers of one member, ready for the kernel."""

    segment_rate: Floats
    segment_throughput: Floats
    segment_room: Floats
    depart_mean: Floats
    depart_weight: Floats
    count: Floats


@dataclass(frozen=True)
class ActiveMeasure:
    """A measure of the run, with the day on which it is lifted, if it is."""

    measure: Measure
    last_day: int | None

    @property
    def specificity(self) -> int:
        """How many kinds of scope narrow it."""
        m = self.measure
        return bool(m.places or m.routes) + bool(m.nationalities)


@dataclass(frozen=True)
class Values:
    """Numbers by segment of the run, before they are spread over edges.

    Shapes: ``share`` and ``daily_probability`` (S, F, G); ``throughput`` (S, F + R), flows then routes;
    ``capacity`` and ``occupied`` (S, K); ``stay_days`` (S, K, G); ``travel_days`` (S, R);
    ``departures`` (S, K, G) people per month.
    """

    share: Floats
    daily_probability: Floats
    throughput: Floats
    capacity: Floats
    occupied: Floats
    stay_days: Floats
    travel_days: Floats
    departures: Floats


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
        self._scope = Scope(corridor)
        first, last = spec.start.toordinal(), spec.end.toordinal()
        self.starts = _segment_starts(self.table, self.measures, first, last)
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
        self._strength_rows()
        self.network = self._network()
        names = {name: cell for cell, name in enumerate(self.network.cell_name)}
        self._lay_departures(names)
        self._lay_state(names)

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
        rows = []
        for active in self.measures:
            m = active.measure
            rows.append(
                Parameter(
                    parameter="strength", target=m.id, value=m.strength, low=m.low, high=m.high,
                    unit=m.unit, source=m.source,
                )
            )  # fmt: skip
        self._strength = [self.table.add_strength(row) for row in rows]
        levers = {active.measure.lever for active in self.measures}
        self._elasticity = {name: self.table.scalar("elasticity", name) for name in levers}
        self._reference = {name: self.table.scalar("reference_level", name) for name in levers}

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
            for f in self._scope.flows(effect, m)
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
            self._apply(values, i, drawn)
        return values

    def normalize(self, share: Floats) -> None:
        """Make the shares out of every stock sum to one where there are any (noise moves them apart)."""
        for siblings in self.siblings:
            if siblings:
                total = share[:, siblings, :].sum(axis=1, keepdims=True)
                share[:, siblings, :] /= np.where(total > 0, total, 1.0)

    def _apply(self, values: Values, i: int, drawn: Floats) -> None:
        active = self.measures[i]
        measure = active.measure
        weight = np.array([ramp(measure, int(day), active.last_day) for day in self.starts])
        if not weight.any():
            return
        strength = float(drawn[self._strength[i]])
        groups = self._scope.groups(measure)
        for effect in LEVERS[measure.lever].effects[measure.unit]:
            if effect.parameter == "share":
                self._apply_share(values.share, effect, measure, groups, weight, strength)
            elif effect.parameter == "throughput":
                flows = self._scope.flows(effect, measure)
                self._apply_throughput(values.throughput, flows, effect, weight, strength)
            elif effect.parameter == "capacity":
                for k in self._scope.stocks(effect, measure):
                    values.capacity[:, k] += weight * strength
            elif effect.parameter == "departures":
                lever = measure.lever
                elasticity, reference = drawn[self._elasticity[lever]], drawn[self._reference[lever]]
                stocks = self._scope.stocks(effect, measure)
                self._apply_departures(
                    values.departures, effect, stocks, groups, weight, strength, elasticity, reference
                )

    def _apply_share(
        self,
        share: Floats,
        effect: Effect,
        measure: Measure,
        groups: list[int],
        weight: Floats,
        strength: float,
    ) -> None:
        touched = self._scope.flows(effect, measure)
        w = weight[:, None, None]
        if effect.rule == "hazard":
            at = np.ix_(range(share.shape[0]), touched, groups)
            share[at] = 1.0 - (1.0 - np.minimum(share[at], 1.0)) ** (strength**w)
            return
        for siblings in self.siblings:
            ours = [f for f in siblings if f in set(touched)]
            rest = [f for f in siblings if f not in set(touched)]
            if not ours:
                continue
            mine, others = (
                np.ix_(range(share.shape[0]), ours, groups),
                np.ix_(range(share.shape[0]), rest, groups),
            )
            before = share[mine].sum(axis=1, keepdims=True)
            remaining = share[others].sum(axis=1, keepdims=True)
            if effect.rule == "thin":
                after = np.minimum(before * strength**w, 1.0)
            else:
                after = np.where(before > 0, (1.0 - w) * before + w * strength, before)
            after = np.where(remaining > 0, after, before)  # nowhere else to go: the lever does nothing
            scale = np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
            share[mine] *= scale
            share[others] *= np.where(
                remaining > 0, (1.0 - after) / np.where(remaining > 0, remaining, 1.0), 1.0
            )

    def _apply_throughput(
        self, throughput: Floats, flows: list[int], effect: Effect, weight: Floats, strength: float
    ) -> None:
        touched = list(flows)
        if effect.modes:  # a mode's routes have limits of their own, after those of the flows
            touched += [
                len(self.flow_ids) + r
                for r, route in enumerate(self.corridor.routes)
                if route.mode in effect.modes and any(self.corridor.flows[f].route == route.id for f in flows)
            ]
        for t in touched:
            limited = throughput[:, t] < UNLIMITED
            if effect.rule == "ratio":
                throughput[:, t] *= np.where(limited, strength**weight, 1.0)
            elif effect.rule == "limit":
                throughput[:, t] = np.where(
                    weight > 0, np.minimum(throughput[:, t], strength), throughput[:, t]
                )
            elif effect.rule == "add":
                throughput[:, t] += np.where(limited, weight * strength, 0.0)

    @staticmethod
    def _apply_departures(
        departures: Floats, effect: Effect, stocks: list[int], groups: list[int], weight: Floats,
        strength: float, elasticity: float, reference: float,
    ) -> None:  # fmt: skip
        w = weight[:, None, None]
        at = np.ix_(range(departures.shape[0]), stocks, groups)
        if effect.rule == "ratio":
            departures[at] *= strength**w
        elif effect.rule == "elastic" and reference > 0:
            departures[at] *= (np.maximum(reference + w * strength, 1.0) / reference) ** elasticity
        elif effect.rule == "add":
            base = departures[at]
            total = base.sum(axis=(1, 2), keepdims=True)
            even = 1.0 / max(base.shape[1] * base.shape[2], 1)
            part = np.where(total > 0, base / np.where(total > 0, total, 1.0), even)
            departures[at] = np.maximum(base + w * strength * part, 0.0)

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


def active_measures(
    corridor: Corridor, scenario: Scenario | None, spec: RunSpec
) -> tuple[ActiveMeasure, ...]:
    """The measures of a run: those of the base, and those of the scenario; refused, never ignored."""
    faults: list[Fault] = []
    where = f"scenarios/{scenario.id}.yaml" if scenario else "measures.csv"
    if scenario and scenario.hindsight and not spec.hindsight:
        raise InputError(f"scenario {scenario.id!r} rests on hindsight", hint="add --hindsight")
    by_id = {measure.id: measure for measure in corridor.measures}
    lifted = {lift.measure: lift.on for lift in scenario.lift} if scenario else {}
    # What was not yet known on the as-of date is no part of that day's base. A lever that is not built yet
    # sits in the calibrated baseline: it was in force while the counts were made.
    names = [
        m.id
        for m in corridor.measures
        if m.in_base
        and (not spec.as_of or spec.hindsight or m.known_from <= spec.as_of)
        and (m.lever not in LEVERS or LEVERS[m.lever].built)
    ]
    names += [name for name in (scenario.measures if scenario else ()) if name not in names]
    found: list[ActiveMeasure] = []
    for name in names:
        measure = by_id.get(name)
        if measure is None:
            faults.append(
                Fault(where, None, "measures", f"unknown measure {name!r}", did_you_mean(name, by_id))
            )
            continue
        fault = _refusal(measure, spec, where)
        if fault:
            faults.append(fault)
            continue
        ends = [
            d for d in (measure.end, lifted[name] - dt.timedelta(days=1) if name in lifted else None) if d
        ]
        found.append(ActiveMeasure(measure, min(ends).toordinal() if ends else None))
    if faults:
        raise InputError(f"{len(faults)} measures cannot be run", faults=faults)
    return tuple(found)


def _refusal(measure: Measure, spec: RunSpec, where: str) -> Fault | None:
    lever = LEVERS.get(measure.lever)
    column = "measures"
    if lever is None:
        hint = did_you_mean(measure.lever, LEVERS)
        return Fault(
            where, None, column, f"measure {measure.id!r} has an unknown lever {measure.lever!r}", hint
        )
    if not lever.built:
        text = f"measure {measure.id!r} needs the lever {measure.lever!r}, which is not built yet"
        return Fault(where, None, column, text, "leave it out; it is refused rather than ignored")
    if measure.unit not in lever.effects:
        text = f"measure {measure.id!r}: lever {lever.id!r} has no unit {measure.unit!r}"
        return Fault(where, None, column, text, f"units: {', '.join(lever.units)}")
    if measure.trigger:
        text = f"measure {measure.id!r} has a trigger; triggers are not built yet"
        return Fault(where, None, column, text, "give it dates instead")
    if spec.hindsight:
        return None
    if spec.as_of is not None and measure.known_from > spec.as_of:
        text = f"measure {measure.id!r} was not known on {spec.as_of} (known from {measure.known_from})"
        return Fault(where, None, column, text, "add --hindsight")
    if measure.hindsight:
        text = f"measure {measure.id!r} rests on hindsight"
        return Fault(where, None, column, text, "add --hindsight")
    return None


def _segment_starts(
    table: ParameterTable, measures: Sequence[ActiveMeasure], first: int, last: int
) -> npt.NDArray[np.int64]:
    """Ordinals at which any number changes: month turns, new parameter rows, measures and their ramps."""
    starts = {first}
    for day in range(first, last + 1):
        if dt.date.fromordinal(day).day == 1:
            starts.add(day)
    starts |= {row.valid_from.toordinal() for row in table.rows if row and row.valid_from}
    starts |= {row.valid_to.toordinal() + 1 for row in table.rows if row and row.valid_to}
    for active in measures:
        begin = active.measure.start.toordinal()
        starts |= set(range(begin, begin + active.measure.ramp_days, RAMP_STEP_DAYS))
        starts |= {begin, begin + max(active.measure.ramp_days - 1, 0)}
        if active.last_day is not None:
            after = active.last_day + 1
            starts |= set(range(after, after + active.measure.decay_days, RAMP_STEP_DAYS))
            starts |= {after, after + active.measure.decay_days}
    return np.array(sorted(day for day in starts if first <= day <= last), dtype=np.int64)


def _whole_units(units: Floats, keys: npt.NDArray[np.uint64], seed: int, member: int) -> Floats:
    """Round expected units to whole ones, up with the probability of their fraction."""
    day = np.zeros(1, dtype=np.uint64)
    u = uniforms(np.uint64(seed), np.uint64(member), keys, day)[:, 0, 1]
    return np.floor(units) + (u < units - np.floor(units))
