"""What a measure touches in a corridor: flows, routes, stocks and groups, and what it needs to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corridor.engine.index import CorridorIndex, index_corridor
from corridor.engine.levers import BY_GROUP, LEVERS, LeverEffect
from corridor.model import Corridor, Flow, Group, Measure, Place, Route, Stock


class Scope:
    """Which flows, stocks, routes and groups a measure's effect touches in a corridor."""

    def __init__(self, index: CorridorIndex) -> None:
        self._index = index
        self._corridor = index.corridor

    @property
    def corridor(self) -> Corridor:
        """The corridor in which it looks."""
        return self._corridor

    def groups(self, measure: Measure) -> list[int]:
        """Positions of the groups in the measure's scope of nationalities and households."""
        return [i for i, group in enumerate(self._corridor.groups) if _in_scope(group, measure)]

    def flows(self, effect: LeverEffect, measure: Measure) -> list[int]:
        """Positions of the flows that ``effect`` of ``measure`` touches."""
        behind, ahead = self._behind(effect.after), self._left_by(effect.before)
        return [
            i
            for i, flow in enumerate(self._corridor.flows)
            if (effect.after is None or flow.from_stock in behind)
            and (effect.before is None or flow.to_stock in ahead)
            and (not effect.kinds or flow.kind in effect.kinds)
            and self._by_mode(flow, effect)
            and self._by_country(flow, effect)
            and self._carries(flow, effect, measure)
            and self._flow_in_places(flow, effect, measure)
        ]

    def routes(self, effect: LeverEffect, measure: Measure) -> list[int]:
        """Positions of the routes, by the effect's modes, of the flows that it touches."""
        flows = self._corridor.flows
        used = {flows[f].route for f in self.flows(effect, measure)} if effect.modes else set()
        return [r for r, route in enumerate(self._corridor.routes) if route.id in used]

    def stocks(self, effect: LeverEffect, measure: Measure) -> list[int]:
        """Positions of the stocks that ``effect`` of ``measure`` touches."""
        into = {flow.to_stock for flow in self._corridor.flows if flow.kind == effect.into}
        out, never = self._left_by(effect.out_of), self._left_by(effect.not_out_of)
        everybody = effect.parameter in BY_GROUP or not (measure.nationalities or measure.households)
        return [
            i
            for i, stock in enumerate(self._corridor.stocks)
            if (effect.into is None or stock.id in into)
            and (effect.out_of is None or stock.id in out)
            and (effect.not_out_of is None or stock.id not in never)
            and everybody
            and (not effect.scoped_by_place or self._stock_in_places(stock, measure))
        ]

    def _route(self, name: str) -> Route:
        return self._corridor.routes[self._index.route[name]]

    def _place(self, name: str) -> Place:
        return self._corridor.places[self._index.place[name]]

    def _left_by(self, kind: str | None) -> set[str | None]:
        return {flow.from_stock for flow in self._corridor.flows if kind and flow.kind == kind}

    def _behind(self, kind: str | None) -> set[str | None]:
        """Stocks that flows of ``kind`` lead into, and those that ``processing`` leads on to."""
        stocks: set[str | None] = {flow.to_stock for flow in self._corridor.flows if flow.kind == kind}
        while True:
            more = {
                flow.to_stock
                for flow in self._corridor.flows
                if flow.kind == "processing" and flow.from_stock in stocks
            }
            if more <= stocks:
                return stocks
            stocks |= more

    def _by_mode(self, flow: Flow, effect: LeverEffect) -> bool:
        if effect.modes:
            return flow.route is not None and self._route(flow.route).mode in effect.modes
        if effect.off_modes:
            return flow.from_route is not None and self._route(flow.from_route).mode in effect.off_modes
        return True

    def _by_country(self, flow: Flow, effect: LeverEffect) -> bool:
        """By the country in which the route starts that a flow leaves."""
        if effect.in_country is None and effect.outside is None:
            return True
        if flow.from_route is None:
            return False
        country = self._place(self._route(flow.from_route).from_place).country
        return country == effect.in_country if effect.in_country else country != effect.outside

    def _carries(self, flow: Flow, effect: LeverEffect, measure: Measure) -> bool:
        """Whether it carries somebody in scope; nobody else, where the number is not a group's own."""
        who = [_in_scope(group, measure) for group in self._corridor.groups if flow.open_to(group)]
        return any(who) if effect.parameter in BY_GROUP else any(who) and all(who)

    def _stock_in_places(self, stock: Stock, measure: Measure) -> bool:
        if not (measure.places or measure.routes):
            return True
        return bool({stock.place, self._place(stock.place).zone} & set(measure.places))

    def _flow_in_places(self, flow: Flow, effect: LeverEffect, measure: Measure) -> bool:
        if not effect.scoped_by_place or not (measure.places or measure.routes):
            return True
        route_id = flow.route or flow.from_route
        if route_id and route_id in measure.routes:
            return True
        here: set[str | None] = set()
        if route_id:
            here |= {self._route(route_id).zone, self._route(route_id).from_place}
        ends = [flow.from_stock] if flow.from_stock else []
        if effect.either_end:
            ends.append(flow.to_stock)
        for stock in ends:
            place = self._corridor.stocks[self._index.stock[stock]].place
            here |= {place, self._place(place).zone}
        return bool(here & set(measure.places))


def _in_scope(group: Group, measure: Measure) -> bool:
    return (not measure.nationalities or group.nationality in measure.nationalities) and (
        not measure.households or group.household in measure.households
    )


@dataclass(frozen=True)
class Touched:
    """What a measure can move in a corridor, by id; everything is empty where it does nothing.

    ``idle`` are its effects that move nothing here, ``missing`` the parameters without which it cannot be
    carried out, as (parameter, target).
    """

    flows: tuple[str, ...]
    routes: tuple[str, ...]
    stocks: tuple[str, ...]
    groups: tuple[str, ...]
    idle: tuple[LeverEffect, ...]
    missing: tuple[tuple[str, str], ...]

    @property
    def nothing(self) -> bool:
        """Whether the measure does nothing: nobody in scope, or nothing there that it could move."""
        return not self.groups or not (self.flows or self.routes or self.stocks)


def touched(corridor: Corridor, measure: Measure) -> Touched:
    """What ``measure`` can move in ``corridor``, from the tables alone (no run is made).

    A flow without a limit is not touched by an addition to its throughput, a share not where there is no
    other way to go. Raises KeyError for an unknown lever or a unit that it does not have.
    """
    given = {(row.parameter, row.target or "") for row in corridor.parameters}
    scope = Scope(index_corridor(corridor, lambda *name: name in given))
    moved: dict[str, set[str]] = {"flows": set(), "routes": set(), "stocks": set()}
    idle: list[LeverEffect] = []
    groups = scope.groups(measure)
    for effect in LEVERS[measure.lever].effects[measure.unit]:
        answers = not effect.optional or (effect.elasticity, measure.lever) in given
        movable = list(_movable(corridor, scope, effect, measure, given)) if groups and answers else []
        for kind, name in movable:
            moved[kind].add(name)
        if not movable:
            idle.append(effect)
    return Touched(
        **{kind: tuple(sorted(names)) for kind, names in moved.items()},
        groups=tuple(corridor.groups[g].id for g in groups),
        idle=tuple(idle),
        missing=tuple(sorted(set(needs(scope, measure)) - given)),
    )


def _movable(
    corridor: Corridor, scope: Scope, effect: LeverEffect, measure: Measure, given: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """(``flows``, ``routes`` or ``stocks``; id) of what an effect moves."""
    if effect.parameter in ("share", "directed", "throughput"):
        flows = [corridor.flows[f] for f in scope.flows(effect, measure)]
        yield from (
            ("flows", flow.id) for flow in flows if _flow_movable(corridor, effect, flow, flows, given)
        )
    if effect.parameter in ("throughput", "travel_days"):
        for route in (corridor.routes[r] for r in scope.routes(effect, measure)):
            if effect.parameter == "travel_days" or route.throughput is not None:
                yield "routes", route.id
    if effect.parameter in ("capacity", "stay_days", "departures", "trucks"):
        for stock in (corridor.stocks[k] for k in scope.stocks(effect, measure)):
            if getattr(stock, effect.parameter, None) is not None or (effect.parameter, stock.id) in given:
                yield "stocks", stock.id


def _flow_movable(
    corridor: Corridor, effect: LeverEffect, flow: Flow, touched: list[Flow], given: set[tuple[str, str]]
) -> bool:
    if effect.parameter == "throughput":
        limited = flow.throughput is not None or ("throughput", flow.id) in given
        return effect.rule == "limit" or limited
    if effect.rule == "hazard":
        return True
    if flow.daily_probability is not None or ("daily_probability", flow.id) in given:
        return False  # not one of the shares of its stock
    if effect.rule == "direct":
        ends = {other.to_stock for other in touched if other.from_stock == flow.from_stock}
        declared = {end for end in ends if _room_declared(corridor, effect, end, given)}
        return flow.to_stock in declared and len(declared) > 1
    return any(
        other.from_stock == flow.from_stock and other not in touched and other.kind not in effect.spares
        for other in corridor.flows
    )


def _room_declared(corridor: Corridor, effect: LeverEffect, end: str, given: set[tuple[str, str]]) -> bool:
    limited = {stock.id for stock in corridor.stocks if stock.capacity is not None}
    behind = [
        flow.to_stock for flow in corridor.flows if flow.from_stock == end and flow.kind == effect.before
    ]
    return any(stock in limited or ("capacity", stock) in given for stock in behind)


def needs(scope: Scope, measure: Measure) -> Iterator[tuple[str, str]]:
    """Parameters, with their targets, without which a measure cannot be carried out."""
    corridor = scope.corridor
    if LEVERS[measure.lever].lags:
        yield "lag_days", measure.lever
    for effect in LEVERS[measure.lever].effects[measure.unit]:
        if effect.elasticity and not effect.optional:
            yield effect.elasticity, measure.lever
        yield from ((name, measure.lever) for name in effect.also_needs)
        if effect.rule == "elastic":
            yield "reference_level", measure.lever
        if effect.divide and effect.parameter == "throughput":
            yield from ((effect.divide, corridor.flows[f].to_stock) for f in scope.flows(effect, measure))
        elif effect.divide:
            yield from ((effect.divide, corridor.stocks[k].id) for k in scope.stocks(effect, measure))
