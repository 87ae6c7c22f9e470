"""Resolution of parameters: which row holds for a target and a group on a date, and its noise.

The most specific group wins (group, then nationality, then household, then all); among rows of one
(parameter, target, group) the last that has begun holds until its last day; after that a less specific
row holds, or none. Where a later row exists that was not known yet on the as-of date, the last known one
goes on. Calibrated rows stand in place of declared ones of the same name.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy

import numpy as np
import numpy.typing as npt

from corridor.engine.kernels.random import normal_quantiles, uniforms
from corridor.model import PARAMETERS, Group, Parameter, stream_key

FOREVER = dt.date.max.toordinal()
Z95 = 1.6448536269514722
"""Standard normal quantile of 0.95: ``low`` and ``high`` bound 90 %."""

Rows = npt.NDArray[np.int32]


class ParameterTable:
    """Rows of parameters, ready to be looked up by arrays of positions.

    ``value``, ``low``, ``high`` are arrays over rows; ``key`` names each row's noise stream: rows of one
    (parameter, target, group) share it, so that a series of monthly values moves as one.
    """

    def __init__(
        self,
        declared: Iterable[Parameter],
        calibrated: Iterable[Parameter] = (),
        *,
        as_of: dt.date | None = None,
        hindsight: bool = False,
        since: dt.date | None = None,
    ) -> None:
        """Rows that end before ``since``, the first day of the run, are left out."""
        self.tied: tuple[int, int] | None = None
        """Seed and number of the members whose draws of the parameters are taken in turn, whatever the seed of a run."""
        self._columns: tuple[npt.NDArray, ...] | None = None
        self._named: dict[tuple[str, str], set[str]] | None = None
        self._value: list[float] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._key: list[int] = []
        self._domain: list[tuple[float, float]] = []
        self.rows: list[Parameter | None] = []
        self._found: dict[tuple[str, str, str], list[tuple[int, int, int]]] = defaultdict(list)
        chosen: dict[tuple[str, str, str], list[Parameter]] = defaultdict(list)
        hidden: dict[tuple[str, str, str], dt.date] = {}
        for row in declared:
            name = (row.parameter, row.target or "", row.group or "")
            if not hindsight and as_of and row.known_from and row.known_from > as_of:
                hidden[name] = max(hidden.get(name, dt.date.min), row.valid_from or dt.date.min)
                continue
            chosen[name].append(row)
        fitted: dict[tuple[str, str, str], list[Parameter]] = defaultdict(list)
        for row in calibrated:
            fitted[row.parameter, row.target or "", row.group or ""].append(row)
        chosen.update(fitted)
        for name, rows in chosen.items():
            begins = [row.valid_from or dt.date.min for row in rows]
            ordered: Sequence[Parameter] = rows
            if len(rows) > 1:  # rows of one day stay in their order
                order = sorted(range(len(rows)), key=begins.__getitem__)
                ordered, begins = [rows[i] for i in order], [begins[i] for i in order]
            begun = bisect_right(begins, since) if since else 0
            for row in ordered[max(begun - 1, 0) :]:
                start = row.valid_from.toordinal() if row.valid_from else 0
                goes_on = row.valid_to is None or hidden.get(name, dt.date.min) > row.valid_to
                end = FOREVER if goes_on or row.valid_to is None else row.valid_to.toordinal()
                self._found[name].append((start, self._add(row), end))

    def copy(self) -> ParameterTable:
        """A table of the same rows, to which others can be added."""
        other = copy(self)
        other._columns = None
        for name in ("_value", "_low", "_high", "_key", "_domain", "rows"):
            setattr(other, name, list(getattr(self, name)))
        return other

    def _add(self, row: Parameter) -> int:
        kind = PARAMETERS[row.parameter]
        self._value.append(row.value)
        self._low.append(row.value if row.low is None else row.low)
        self._high.append(row.value if row.high is None else row.high)
        self._key.append(stream_key("parameter", row.parameter, row.target or "", row.group or ""))
        # A range on one side of zero says which way things go: noise does not turn it into its opposite.
        lowest = max(kind.lowest, 0.0) if self._low[-1] >= 0 else kind.lowest
        highest = min(kind.highest, 0.0) if self._high[-1] <= 0 and kind.lowest < 0 else kind.highest
        self._domain.append((lowest, highest))
        self.rows.append(row)
        return len(self._value) - 1

    def add_constant(self, value: float) -> int:
        """A row without noise, for numbers that stand in the tables of flows, stocks and routes."""
        self._value.append(value)
        self._low.append(value)
        self._high.append(value)
        self._key.append(0)
        self._domain.append((-np.inf, np.inf))
        self.rows.append(None)
        return len(self._value) - 1

    def add_strength(self, row: Parameter, domain: tuple[float, float], stream: str | None = None) -> int:
        """A row for the strength of a measure or an event, with the noise of its interval, cut at ``domain``.

        ``stream`` names its noise (None: its own); rows of one stream move as one.
        """
        self._value.append(row.value)
        self._low.append(row.value if row.low is None else row.low)
        self._high.append(row.value if row.high is None else row.high)
        self._key.append(
            stream_key("event" if row.parameter == "event" else "measure", stream or row.target or "")
        )
        self._domain.append(domain)
        self.rows.append(None)
        return len(self._value) - 1

    def _arrays(self) -> tuple[npt.NDArray, ...]:
        """The rows' columns as arrays, made again only after rows were added."""
        if self._columns is None or self._columns[0].size != len(self._value):
            self._columns = (
                np.array(self._value),
                np.array(self._low),
                np.array(self._high),
                np.array(self._key, dtype=np.uint64),
                np.array(self._domain, dtype=np.float64).reshape(-1, 2),
            )
        return self._columns

    def bounds(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Low and high of every row; its value where it has no range."""
        return np.array(self._low), np.array(self._high)

    def largest(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Largest value that each of ``rows`` can take (0 where there is no row)."""
        top = np.maximum(np.array(self._value), np.array(self._high))
        return np.where(rows >= 0, top[np.maximum(rows, 0)] if top.size else 0.0, 0.0)

    def has(self, parameter: str, target: str) -> bool:
        """Whether any row names this parameter and target."""
        return bool(self._groups_named(parameter, target))

    def _groups_named(self, parameter: str, target: str) -> set[str]:
        """Names of groups under which this parameter of this target has rows ("" for all groups)."""
        if self._named is None:
            self._named = defaultdict(set)
            for name, about, group in self._found:
                self._named[name, about].add(group)
        return self._named.get((parameter, target), set())

    def resolve(
        self,
        parameter: str,
        targets: Sequence[str],
        groups: Sequence[Group] | None,
        starts: Sequence[int] | npt.NDArray[np.int64],
        defaults: Sequence[float | None],
    ) -> Rows:
        """Row in force, shape (segments, targets, groups) or (segments, targets); -1 where there is none."""
        width = 1 if groups is None else len(groups)
        begins = np.asarray(starts, dtype=np.int64)
        out = np.full((len(starts), len(targets), width), -1, dtype=np.int32)
        order = [_group_names(group) for group in ([None] if groups is None else groups)]
        for t, target in enumerate(targets):
            default = defaults[t]
            if default is not None:
                out[:, t, :] = self.add_constant(default)
            named = self._groups_named(parameter, target)
            made = ((name, self._column((parameter, target, name), begins)) for name in named)
            columns = {name: column for name, column in made if column is not None}
            alike: dict[tuple[str, ...], list[int]] = defaultdict(list)  # groups for which the same rows hold
            for g, names in enumerate(order if columns else ()):
                alike[tuple(name for name in names if name in columns)].append(g)
            for names, positions in alike.items():
                _most_specific(out[:, t, :], [columns[name] for name in names], positions)
        return out if groups is not None else out[:, :, 0]

    def _column(self, name: tuple[str, str, str], starts: npt.NDArray[np.int64]) -> Rows | None:
        """The row of one parameter, target and group name that holds in each segment; -1 where none does."""
        rows = self._found.get(name)
        if not rows:
            return None
        first, row, last = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        at = np.searchsorted(first, starts, side="right") - 1
        holds = (at >= 0) & (starts <= last[at])
        return np.where(holds, row[at], -1).astype(np.int32)

    def constants(self, values: Sequence[float | None], segments: int) -> Rows:
        """Rows of numbers that never change, shape (segments, values); -1 where there is none."""
        rows = [-1 if value is None else self.add_constant(value) for value in values]
        return np.tile(np.array(rows, dtype=np.int32), (segments, 1))

    def scalar(
        self, parameter: str, target: str = "", group: Group | None = None, default: float = 0.0
    ) -> int:
        """Row of a parameter that does not change in time (its last window)."""
        for name in _group_names(group):
            rows = self._found.get((parameter, target, name))
            if rows:
                return rows[-1][1]
        return self.add_constant(default)

    def central(self, parameter: str, group: Group | None, default: float) -> float:
        """Central value of a parameter without a target (its last window); ``default`` where it is absent."""
        for name in _group_names(group):
            rows = self._found.get((parameter, "", name))
            if rows:
                return self._value[rows[-1][1]]
        return default

    def values(self, seed: int, member: int | None) -> npt.NDArray[np.float64]:
        """Every row's value for one member; ``member`` None gives the central values.

        A member's value is a two-piece draw with the row's value as median and low, high as 5 and 95 %
        quantiles: log-normal pieces where all three are positive, linear ones elsewhere, cut at the domain. Where the table is
        ``tied``, its parameters (not strengths of measures) are those of one of the tied members.
        """
        value, low, high, key, domain = self._arrays()
        if member is None:
            return value.copy()
        names, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        u = parameter_uniforms(names, seed, member)
        if self.tied is not None:
            own_seed, members = self.tied
            declared = np.array([self.rows[row] is not None for row in first])
            u = np.where(declared, parameter_uniforms(names, own_seed, member % members), u)
        z = normal_quantiles(u)[inverse] / Z95
        logs = (value > 0) & (low > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            side = np.where(z < 0, value / low, high / value)
            drawn = np.where(logs, value * np.where(side > 0, side, 1.0) ** z, value)
        linear = value + z * np.where(z < 0, value - low, high - value)
        drawn = np.where(logs, drawn, linear)
        noisy = (low < value) | (high > value)
        return np.where(noisy, np.clip(drawn, domain[:, 0], domain[:, 1]), value)


def coverage(
    table: ParameterTable, groups: Sequence[Group], observation: str, months: Sequence[dt.date]
) -> npt.NDArray[np.float64]:
    """Share of true events that a series counts, shape (months, groups); 1 where nothing is said."""
    starts = [month.toordinal() for month in months]
    rows = table.resolve("coverage", [observation], groups, starts, [None])[:, 0, :]
    values = table.values(0, None)
    return np.where(rows >= 0, values[np.maximum(rows, 0)], 1.0) if values.size else np.ones(rows.shape)


def parameter_uniforms(names: npt.NDArray[np.uint64], seed: int, member: int) -> npt.NDArray[np.float64]:
    """One uniform per parameter stream and member (the day counter is 0, before any day)."""
    days = np.zeros(1, dtype=np.uint64)
    return uniforms(np.uint64(seed), np.uint64(member), names, days)[:, 0, 0].copy()


def _most_specific(out: Rows, columns: Sequence[Rows], positions: Sequence[int]) -> None:
    """Put the first of ``columns`` (S) that has a row in each segment to ``positions`` of ``out`` (S, groups)."""
    if not columns:
        return
    found = np.full(len(out), -1, dtype=np.int32)
    for column in columns:
        found = np.where(found >= 0, found, column)
    held = np.nonzero(found >= 0)[0]
    out[held[:, None], np.array(positions)] = found[held, None]


def _group_names(group: Group | None) -> tuple[str, ...]:
    """Names under which a group's parameter may stand, most specific first."""
    return ("",) if group is None else (group.id, group.nationality, group.household, "")
