"""Each flow is a possible way: where it starts and ends, how it is taken, what takes its overflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.formats.checks.resolve import Resolver
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Flow

_RATES = ("daily_probability", "share")


def check_flows(parts: Parts) -> Iterator[Fault]:
    """Faults of single flows and of the stocks and routes they leave."""
    resolver = Resolver(parts.parameters.items)
    stocks, routes, flows = parts.stocks.by_id(), parts.routes.by_id(), parts.flows.by_id()
    for row in parts.flows:
        flow = row.item
        if (flow.from_stock is None) == (flow.from_route is None):
            message = "a flow starts from a stock or from a route: fill one of from_stock and from_route"
            yield row.fault("from_stock", message)
        elif flow.from_route is not None:
            yield from _off_route(row, resolver)
        else:
            yield from _out_of_stock(row, resolver, parts)
            yield from _ends(row, stocks, routes)
        yield from _overflow(row, flows)
    for row in parts.routes:
        if row.item.days_stages > row.item.days_mean:
            message = (
                f"{row.item.days_stages} stages cannot be passed in {row.item.days_mean:g} days on average"
            )
            yield row.fault("days_stages", message, "a stage takes a day at least: days_stages <= days_mean")
    yield from _stays(parts, resolver)


def rates_of(flow: Flow, resolver: Resolver) -> set[str]:
    """Which of ``daily_probability`` and ``share`` a flow has, in its row or in the parameters."""
    return {rate for rate in _RATES if getattr(flow, rate) is not None or resolver.has(rate, flow.id)}


def _off_route(row: Row[Flow], resolver: Resolver) -> Iterator[Fault]:
    flow = row.item
    for column in ("route", "throughput", "daily_probability", "overflow_flow"):
        if getattr(flow, column) is not None:
            message = "must be blank for a flow that starts from a route"
            yield row.fault(column, message, "a flow off a route has a share: the probability per journey")
    if flow.kind in ("travel", "move"):
        yield row.fault(
            "kind", f"a flow off a route cannot be of kind {flow.kind!r}", "say what happens on the way"
        )
    rates = rates_of(flow, resolver)
    if "share" not in rates:
        hint = "fill share, or give the flow a row 'share' in parameters.csv"
        yield row.fault("share", "a flow off a route needs a share", hint)
    if "daily_probability" in rates and flow.daily_probability is None:
        yield row.fault(
            "daily_probability", "parameters.csv gives one, but a flow off a route has a share only"
        )


def _out_of_stock(row: Row[Flow], resolver: Resolver, parts: Parts) -> Iterator[Fault]:
    rates = rates_of(row.item, resolver)
    if len(rates) == 2:
        message = "the flow has both a daily_probability and a share (here or in parameters.csv)"
        yield row.fault(
            "share", message, "keep one: a hazard of every day, or a part of those whose stay has ended"
        )
    if not rates and not parts.parameters.faults:
        hint = "fill one, or give the flow a row in parameters.csv"
        yield row.fault("daily_probability", "the flow has neither a daily_probability nor a share", hint)


def _ends(row: Row[Flow], stocks: Mapping[str, Row[Any]], routes: Mapping[str, Row[Any]]) -> Iterator[Fault]:
    """A way joins the places of its two stocks."""
    flow = row.item
    start, end = stocks.get(flow.from_stock or ""), stocks.get(flow.to_stock)
    if flow.from_stock == flow.to_stock:
        yield row.fault("to_stock", "the flow leads back to the stock it leaves")
    if flow.kind == "travel" and flow.route is None:
        yield row.fault(
            "route", "a flow of kind 'travel' needs a route", "for no travel time, use kind 'move'"
        )
    if flow.kind == "move":
        if flow.route is not None:
            yield row.fault(
                "route", "a flow of kind 'move' stays at its place", "use kind 'travel' for a route"
            )
        elif start and end and start.item.place != end.item.place:
            message = (
                f"a flow of kind 'move' stays at its place, but {start.item.place} is not {end.item.place}"
            )
            yield row.fault("kind", message, "use kind 'travel' and a route")
    route = routes.get(flow.route or "")
    if route is None:
        return
    for stock, end_of_route, word in ((start, "from_place", "starts"), (end, "to_place", "ends")):
        place = getattr(route.item, end_of_route)
        if stock is not None and stock.item.place != place:
            message = f"route {flow.route!r} {word} at {place}, but stock {stock.item.id!r} is at {stock.item.place}"
            yield row.fault("route", message)


def _overflow(row: Row[Flow], flows: Mapping[str, Row[Any]]) -> Iterator[Fault]:
    flow = row.item
    other = flows.get(flow.overflow_flow or "")
    if other is None or flow.from_stock is None:
        return
    if other.item.from_stock != flow.from_stock:
        message = f"overflow_flow {other.item.id!r} does not leave stock {flow.from_stock!r}"
        yield row.fault(
            "overflow_flow", message, "what does not fit must be able to take the other flow from there"
        )
        return
    chain = [flow.id]
    while other is not None and other.item.id not in chain:
        chain.append(other.item.id)
        other = flows.get(other.item.overflow_flow or "")
    if other is not None and other.item.id == flow.id:
        message = f"the overflow of {flow.id!r} comes back to itself: {' → '.join(chain)} → {flow.id}"
        yield row.fault("overflow_flow", message)


def _stays(parts: Parts, resolver: Resolver) -> Iterator[Fault]:
    """Shares apply when a stay ends, so a stock has a stay exactly where a flow out of it has a share."""
    shared = {row.item.from_stock for row in parts.flows if "share" in rates_of(row.item, resolver)}
    for row in parts.stocks:
        stock = row.item
        if stock.stay_days is None and (stock.id in shared or resolver.has("stay_days", stock.id)):
            message = "flows out of this stock have shares, so it needs stay_days"
            if stock.id not in shared:
                message = "parameters.csv varies the stay of this stock, so it needs stay_days here too"
            yield row.fault("stay_days", message, "the mean number of days after which the shares apply")
        faulty = parts.flows.faults or parts.parameters.faults
        if stock.stay_days is not None and stock.id not in shared and not faulty:
            message = "the stock has stay_days, but no flow out of it has a share"
            yield row.fault("stay_days", message, "leave it blank, or give a flow a share")
