"""Who can get where: places that nobody reaches and groups that reach no end are faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corridor.formats.checks.resolve import Resolver
from corridor.formats.checks.scopes import Scopes
from corridor.formats.parts import Parts
from corridor.model import Event, Fault, Flow, Group, Settings

Reach = Mapping[str, frozenset[str]]
"""Stocks that each group can be in, by group id."""

_ENTRIES = ("departures", "initial")


class Network:
    """Ways between stocks. A way is open to a group whose probability of taking it can be above 0.

    No measure opens a way whose probability is 0: levers scale what is there. An event does, for everybody
    to whom its flow is open. The overflow of an open way is open.
    """

    def __init__(self, flows: Iterable[Flow], resolver: Resolver, events: Iterable[Event] = ()) -> None:
        self.resolver = resolver
        self.by_event = {event.flow for event in events}
        self.out: dict[str, list[Flow]] = defaultdict(list)
        self.off: dict[str, list[Flow]] = defaultdict(list)
        self._after: dict[tuple[str, str], tuple[str, ...]] = {}
        for flow in flows:
            if flow.from_stock is not None:
                self.out[flow.from_stock].append(flow)
            elif flow.from_route is not None:
                self.off[flow.from_route].append(flow)

    def next(self, stock: str, group: Group) -> tuple[str, ...]:
        """Stocks that ``group`` can be in after ``stock``, off its journeys included."""
        if (stock, group.id) not in self._after:
            self._after[stock, group.id] = tuple(self._find_next(stock, group))
        return self._after[stock, group.id]

    def _find_next(self, stock: str, group: Group) -> Iterator[str]:
        for flow in self._open(self.out.get(stock, ()), group):
            yield flow.to_stock
            for event in self.off.get(flow.route or "", ()):
                if self.resolver.may_carry(event, group):
                    yield event.to_stock

    def _open(self, flows: Sequence[Flow], group: Group) -> Iterator[Flow]:
        chosen = {
            flow.id
            for flow in flows
            if self.resolver.may_carry(flow, group)
            or (flow.id in self.by_event and Scopes.opens(flow.groups, group))
        }
        spilled = {flow.overflow_flow for flow in flows if flow.id in chosen}
        for flow in flows:
            if flow.id in chosen or (flow.id in spilled and Scopes.opens(flow.groups, group)):
                yield flow

    def reached(self, starts: Iterable[str], group: Group) -> frozenset[str]:
        """Every stock that can be reached from ``starts``, those included."""
        seen: set[str] = set()
        todo = list(starts)
        while todo:
            stock = todo.pop()
            if stock not in seen:
                seen.add(stock)
                todo += self.next(stock, group)
        return frozenset(seen)


def check_reach(parts: Parts, scopes: Scopes, settings: Settings) -> Iterator[Fault]:
    """Yields faults and returns the `Reach` of every group (use ``yield from``)."""
    resolver = Resolver(parts.parameters.items)
    network = Network(parts.flows.items, resolver, parts.events.items)
    entries = _entries(parts, scopes, settings, resolver)
    reach: dict[str, frozenset[str]] = {}
    for row in parts.groups:
        group = row.item
        starts = entries[group.id]
        reach[group.id] = network.reached(starts, group)
        if not starts:
            message = f"group {group.id!r} never sets out: it has no departures and nobody at the start"
            yield row.fault(
                "id", message, "give it 'departures' or 'initial' in parameters.csv, or leave it out"
            )
        for start in sorted(starts):
            if all(stock in network.out for stock in network.reached([start], group)):
                message = f"group {group.id!r} cannot reach an end from stock {start!r}"
                yield row.fault("id", message, "an end is a stock that no flow leaves")
    yield from _lonely(parts, reach)
    return reach


def _entries(parts: Parts, scopes: Scopes, settings: Settings, resolver: Resolver) -> dict[str, set[str]]:
    """Stocks in which each group has departures, or people on the first day."""
    entries: dict[str, set[str]] = {group.id: set() for group in scopes.groups}
    for stock in parts.stocks.items:
        for parameter in _ENTRIES:
            if not resolver.has(parameter, stock.id):
                continue
            days = resolver.days([(parameter, stock.id)], settings.start, settings.end)
            days = days if parameter == "departures" else days[:1]
            for group in scopes.groups:
                if any(resolver.value(parameter, stock.id, group, day) for day in days):
                    entries[group.id].add(stock.id)
    for event in parts.events.items:
        if event.stock in parts.stocks.known and event.group in entries:
            entries[event.group].add(event.stock)
    return entries


def _lonely(parts: Parts, reach: Reach) -> Iterator[Fault]:
    reached = frozenset[str]().union(*reach.values())
    places = {stock.place for stock in parts.stocks.items if stock.id in reached}
    with_stock = {stock.place for stock in parts.stocks.items}
    for row in parts.places:
        name = row.item.id
        if name not in with_stock:
            hint = "give it a row in stocks.csv, or leave it out"
            yield row.fault("id", f"place {name!r} has no stock, so no group can reach it", hint)
        elif name not in places:
            hint = "add a flow, departures or people at the start into one of its stocks"
            yield row.fault("id", f"no group can reach place {name!r}", hint)
