"""The value that a parameter has for a group on a day: the most specific scope whose window holds the day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from corridor.formats.checks.scopes import Scopes
from corridor.model import Flow, Group, Parameter

DAY = dt.timedelta(days=1)


class Resolver:
    """Parameter rows indexed by parameter, target, scope and time."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        windows: dict[tuple[str, str, str], list[Parameter]] = defaultdict(list)
        for row in parameters:
            windows[row.parameter, row.target or "", row.group or ""].append(row)
        self._windows = {
            key: sorted(rows, key=lambda row: row.valid_from or dt.date.min) for key, rows in windows.items()
        }
        self._starts = {
            key: [row.valid_from or dt.date.min for row in rows] for key, rows in self._windows.items()
        }
        self._targets: dict[tuple[str, str], list[Parameter]] = defaultdict(list)
        for (parameter, target, _), rows in self._windows.items():
            self._targets[parameter, target] += rows

    def has(self, parameter: str, target: str) -> bool:
        """Whether any row gives this parameter of this target."""
        return (parameter, target) in self._targets

    def value(
        self, parameter: str, target: str, group: Group, day: dt.date, default: float | None = None
    ) -> float | None:
        """Value on ``day``; ``default`` (the row's own number) where no window holds it."""
        if not self.has(parameter, target):
            return default
        for scope in Scopes.ladder(group):
            key = (parameter, target, scope)
            starts = self._starts.get(key)
            if not starts:
                continue
            place = bisect_right(starts, day) - 1
            if place >= 0:
                row = self._windows[key][place]
                if row.valid_to is None or day <= row.valid_to:
                    return row.value
        return default

    def days(self, wanted: Iterable[tuple[str, str]], start: dt.date, end: dt.date) -> list[dt.date]:
        """Days in the period on which any of these parameters may change, the first day included."""
        found = {start}
        for key in wanted:
            for row in self._targets.get(key, ()):
                if row.valid_from is not None:
                    found.add(row.valid_from)
                if row.valid_to is not None and row.valid_to < end:
                    found.add(row.valid_to + DAY)
        return sorted(day for day in found if start <= day <= end)

    def may_carry(self, flow: Flow, group: Group) -> bool:
        """Whether the flow's probability for ``group`` can ever be above 0, its interval included."""
        if not Scopes.opens(flow.groups, group):
            return False
        numbers = [flow.share or 0.0, flow.daily_probability or 0.0]
        for parameter in ("share", "daily_probability"):
            for scope in Scopes.ladder(group):
                for row in self._windows.get((parameter, flow.id, scope), ()):
                    numbers += [row.value, row.high or 0.0]
        return max(numbers) > 0

    def of_flow(self, parameter: str, flow: Flow, group: Group, day: dt.date) -> float:
        """A flow's share or daily probability for ``group``; 0 where it is closed or nothing says otherwise."""
        if not Scopes.opens(flow.groups, group):
            return 0.0
        return self.value(parameter, flow.id, group, day, getattr(flow, parameter)) or 0.0
