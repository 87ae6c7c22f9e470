"""Leavers are neither lost nor made: shares sum to one, daily probabilities to one at most."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from corridor.formats.checks.flows import rates_of
from corridor.formats.checks.reach import Reach
from corridor.formats.checks.resolve import Resolver
from corridor.formats.checks.scopes import Scopes
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import Fault, Flow, Group, Route, Settings, Stock

TOLERANCE = 1e-6

Sum = Callable[[Group, dt.date], float]


def check_shares(parts: Parts, scopes: Scopes, settings: Settings, reach: Reach) -> Iterator[Fault]:
    """Sums over the ways out of every stock and off every route, for all who can be there, on all days."""
    resolver = Resolver(parts.parameters.items)
    checker = _Sums(resolver, scopes, settings)
    out: dict[str, list[Flow]] = defaultdict(list)
    off: dict[str, list[Flow]] = defaultdict(list)
    for flow in parts.flows.items:
        (out[flow.from_stock] if flow.from_stock else off[flow.from_route or ""]).append(flow)
    for row in parts.stocks:
        groups = [group for group in scopes.groups if row.item.id in reach[group.id]]
        yield from checker.stock(row, out.get(row.item.id, []), groups)
    for row in parts.routes:
        yield from checker.route(row, off.get(row.item.id, []))


class _Sums:
    def __init__(self, resolver: Resolver, scopes: Scopes, settings: Settings) -> None:
        self.resolver, self.scopes, self.settings = resolver, scopes, settings

    def stock(self, row: Row[Stock], flows: Sequence[Flow], groups: Sequence[Group]) -> Iterator[Fault]:
        """Shares sum to one; what leaves on a day is at most everybody."""
        rates = {flow.id: rates_of(flow, self.resolver) for flow in flows}
        shared = [flow for flow in flows if "share" in rates[flow.id]]
        daily = [flow for flow in flows if "daily_probability" in rates[flow.id]]
        stock = row.item
        if shared:
            days = self._days([("share", flow.id) for flow in shared])
            bad = self._first(
                groups, days, self._total("share", shared), lambda total: abs(total - 1) > TOLERANCE
            )
            if bad:
                yield row.fault(None, f"the shares out of {stock.id!r} sum to {bad}, not to 1", _of(shared))

        def leaving(group: Group, day: dt.date) -> float:
            stay = self.resolver.value("stay_days", stock.id, group, day, stock.stay_days)
            ending = stock.stay_stages / stay if stay and shared else 0.0
            return ending + self._total("daily_probability", daily)(group, day)

        if shared or daily:
            wanted = [("stay_days", stock.id), *(("daily_probability", flow.id) for flow in daily)]
            bad = self._first(groups, self._days(wanted), leaving, lambda total: total > 1 + TOLERANCE)
            if bad:
                message = (
                    f"the daily probabilities out of {stock.id!r} (with stay_stages / stay_days) sum to {bad}"
                )
                yield row.fault(None, f"{message}, more than 1", _of(daily))

    def route(self, row: Row[Route], flows: Sequence[Flow]) -> Iterator[Fault]:
        """A journey has one outcome, and a stage takes a day at least."""
        if flows:
            days = self._days([("share", flow.id) for flow in flows])
            over = self._total("share", flows)
            bad = self._first(self.scopes.groups, days, over, lambda total: total > 1 + TOLERANCE)
            if bad:
                yield row.fault(
                    None, f"the shares off route {row.item.id!r} sum to {bad}, more than 1", _of(flows)
                )
        if self.resolver.has("travel_days", row.item.id):
            route = row.item

            def pace(group: Group, day: dt.date) -> float:
                mean = self.resolver.value("travel_days", route.id, group, day, route.days_mean)
                return route.days_stages / (mean or 1)

            days = self._days([("travel_days", route.id)])
            bad = self._first(self.scopes.groups, days, pace, lambda total: total > 1 + TOLERANCE)
            if bad:
                message = f"travel_days in parameters.csv is shorter than days_stages: {bad} stages a day"
                yield row.fault("days_stages", message, "a stage takes a day at least")

    def _days(self, wanted: Sequence[tuple[str, str]]) -> list[dt.date]:
        return self.resolver.days(wanted, self.settings.start, self.settings.end)

    def _total(self, parameter: str, flows: Sequence[Flow]) -> Sum:
        return lambda group, day: sum(self.resolver.of_flow(parameter, flow, group, day) for flow in flows)

    @staticmethod
    def _first(
        groups: Sequence[Group], days: Sequence[dt.date], total: Sum, wrong: Callable[[float], bool]
    ) -> str | None:
        """The first wrong sum and how many groups have one; one fault tells it, not one for each."""
        found: list[tuple[dt.date, str, float]] = []
        for group in groups:
            for day in days:
                value = total(group, day)
                if wrong(value):
                    found.append((day, group.id, value))
                    break
        if not found:
            return None
        day, name, value = min(found)
        others = f" (and {len(found) - 1} more groups)" if len(found) > 1 else ""
        return f"{value:.6g} for {name}{others} from {day}"


def _of(flows: Sequence[Flow]) -> str | None:
    return f"flows: {', '.join(flow.id for flow in flows)}" if flows else None
