"""Results of many members, with their labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled
from corridor.engine.parameters import coverage
from corridor.ensemble.files import Packed
from corridor.model import Fault, Group, InputError, LabelledArray, Observation, did_you_mean, html
from corridor.model.arrays import Floats
from corridor.model.labelled import Selector
from corridor.model.mapped import by_blocks

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

Counts = npt.NDArray[np.float32]

VARIABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "monthly_flow": ("people", ("member", "month", "flow", "group")),
    "month_end_stock": ("people", ("member", "month", "stock", "group")),
    "daily_flow": ("people", ("member", "date", "flow")),
    "daily_stock": ("people", ("member", "date", "stock")),
    "trigger_on": ("1", ("member", "date", "trigger")),
}
"""Unit and dimensions of each array of :class:`Trajectories`."""


@dataclass(frozen=True, repr=False)
class Trajectories:
    """People by member: ``monthly_flow`` (N, M, F, G), ``month_end_stock`` (N, M, K, G), ``daily_flow``
    (N, D, F), ``daily_stock`` (N, D, K). ``trigger_on`` (N, D, T) is 1 where a trigger was on.

    Flows are people through a flow in the month or on the day, stocks are people present in the evening.
    Counts are kept as 32-bit numbers, which hold whole people up to 16.7 million exactly; sums have 64 bits.

    Arrays of many members are mapped from files (:func:`simulate`): NumPy reads what is asked for. The methods below read
    them in blocks, so memory grows with what is returned; a whole array is as large as its file.

    Examples
    --------
    >>> import corridor, tempfile
    >>> run = corridor.simulate(corridor.new(tempfile.mkdtemp()), members=5)
    >>> run.sel(stock="border.waiting").dims
    ('member', 'date')
    >>> run.sel(stock="border.waiting", date=run.dates[-1]).quantiles([0.5]).unit
    'people'
    """

    months: tuple[dt.date, ...]
    dates: tuple[dt.date, ...]
    flows: tuple[str, ...]
    stocks: tuple[str, ...]
    groups: tuple[Group, ...]
    triggers: tuple[str, ...]
    monthly_flow: Counts
    month_end_stock: Counts
    daily_flow: Counts
    daily_stock: Counts
    trigger_on: npt.NDArray[np.uint8]
    observations: Mapping[str, tuple[Observation, Floats]] = field(default_factory=dict)
    """Published series of the corridor: what each counts, and the share that it counts, (M, G)."""
    attributes: Mapping[str, str | int | None] = field(default_factory=dict)
    """``corridor``, ``scenario``, ``seed``, ``as_of``."""

    unit = "people"

    @property
    def members(self) -> int:
        """Number of members."""
        return self.monthly_flow.shape[0]

    def __repr__(self) -> str:
        return (
            f"Trajectories({self.members} members, {self.dates[0]} to {self.dates[-1]}, "
            f"{len(self.flows)} flows, {len(self.stocks)} stocks, {len(self.groups)} groups; people)"
        )

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {key: value for key, value in self.attributes.items() if value is not None}
        facts |= {
            "members": self.members,
            "period": f"{self.dates[0]} to {self.dates[-1]}",
            "unit": self.unit,
        }
        facts |= {"flows": len(self.flows), "stocks": len(self.stocks), "groups": len(self.groups)}
        mean = self.monthly_flow.mean(axis=(0, 1), dtype=np.float64).sum(axis=1)
        busiest = [int(n) for n in np.argsort(-mean)[: html.ROWS]]
        rows = [(self.flows[n], *np.quantile(self.monthly_flow[:, :, n].sum(axis=2).mean(axis=1), (0.1, 0.5, 0.9)).tolist())
                for n in busiest]  # fmt: skip
        columns = ["flow, people per month", "10 %", "median", "90 %"]
        return html.card("Trajectories", facts, html.table(columns, rows, len(self.flows)))

    # -- with labels -------------------------------------------------------------------------------

    @property
    def coords(self) -> dict[str, tuple[Any, ...]]:
        """Labels of every dimension, by its name."""
        return {
            "member": tuple(range(self.members)), "month": self.months, "date": self.dates, "flow": self.flows,
            "stock": self.stocks, "trigger": self.triggers, "group": tuple(group.id for group in self.groups),
        }  # fmt: skip

    def __getitem__(self, variable: str) -> LabelledArray:
        """One of the arrays (:data:`VARIABLES`) with its labels.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if variable not in VARIABLES:
            raise InputError(f"there is no variable {variable!r}", hint=did_you_mean(variable, VARIABLES))
        unit, dims = VARIABLES[variable]
        coords = self.coords
        return self._labelled(variable, unit, {dim: coords[dim] for dim in dims}, getattr(self, variable))

    def sel(
        self,
        *,
        flow: Selector | None = None,
        stock: Selector | None = None,
        series: str | None = None,
        trigger: Selector | None = None,
        **labels: Selector,
    ) -> LabelledArray:
        """People in a flow, a stock or a published series (or whether a trigger was on), by label.

        Exactly one of ``flow``, ``stock``, ``series``, ``trigger`` says what. A flow is by ``month`` and
        ``group`` unless a ``date`` is asked for; a stock is by ``date`` unless a ``month`` or ``group`` is
        (then it is that of the month's last evening). Other labels select as in
        :meth:`LabelledArray.sel`.

        Raises
        ------
        InputError
            With one fault for each unknown dimension or label.
        """
        what = {"flow": flow, "stock": stock, "series": series, "trigger": trigger}
        named = {key: value for key, value in what.items() if value is not None}
        if len(named) != 1:
            raise InputError("select exactly one of flow, stock, series and trigger", hint="sel(flow=...)")
        if series is not None:
            return self.series(series).sel(**labels)
        variable = {
            "flow": "daily_flow" if "date" in labels else "monthly_flow",
            "stock": "month_end_stock" if labels.keys() & {"month", "group"} else "daily_stock",
            "trigger": "trigger_on",
        }[next(iter(named))]
        return self[variable].sel(**named, **labels)

    def series(self, name: str) -> LabelledArray:
        """What a published series of the corridor would have counted, (member, month, group).

        Flows are summed over the month. Stocks are means of the month's days, without a split by group:
        (member, month).

        Raises
        ------
        InputError
            If the corridor observes no such series.
        """
        if name not in self.observations:
            hint = did_you_mean(name, self.observations)
            fault = Fault("observations.yaml", None, "id", f"the corridor observes no series {name!r}", hint)
            raise InputError(f"there is no series {name!r}", faults=[fault])
        observation, counted = self.observations[name]
        coords, dims = self.coords, ("member", "month", "group")
        values = self.counted_by(observation, counted)
        if not observation.flows:
            dims, values = dims[:2], values[:, :, 0]
        return self._labelled(name, self.unit, {dim: coords[dim] for dim in dims}, values)

    def counted_by(self, observation: Observation, counted: Floats) -> Floats:
        """What ``observation`` would have counted, shape (members, months, groups), people.

        ``counted`` is the share of true events that it counts, (months, groups). Flows are summed over the
        month; stocks are daily means of the month, without split by group (all in the first group).
        """
        if observation.flows:
            return self.flow(*observation.flows) * counted
        by_day = self.stock_by_day(*observation.stocks)
        out = np.zeros((self.members, len(self.months), len(self.groups)))
        month_of = np.array([self.months.index(d.replace(day=1)) for d in self.dates])
        for m in range(len(self.months)):
            out[:, m, 0] = by_day[:, month_of == m].mean(axis=1)
        return out * counted[:, :1]

    def _labelled(
        self, name: str, unit: str, coords: Mapping[str, tuple[Any, ...]], values: npt.NDArray[Any]
    ) -> LabelledArray:
        return LabelledArray(name, unit, tuple(coords), coords, values, self.attributes)

    def to_polars(self, variable: str = "monthly_flow") -> pl.DataFrame:
        """One of the arrays as a long table; see :meth:`LabelledArray.to_polars`."""
        return self[variable].to_polars()

    def to_pandas(self, variable: str = "monthly_flow") -> pd.DataFrame:
        """One of the arrays as a long table; see :meth:`LabelledArray.to_pandas`."""
        return self[variable].to_pandas()

    def to_xarray(self) -> xr.Dataset:
        """All arrays as one ``xarray.Dataset`` with shared coordinates.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        arrays = {name: self[name].to_xarray() for name in VARIABLES}
        dataset: xr.Dataset = next(iter(arrays.values())).to_dataset()
        return dataset.assign(arrays).assign_attrs(
            {k: v for k, v in self.attributes.items() if v is not None}
        )

    # -- plain arrays ------------------------------------------------------------------------------

    def flow(self, *ids: str) -> Floats:
        """Monthly people through these flows together, shape (members, months, groups)."""
        return together(self.monthly_flow, [self.flows.index(i) for i in ids])

    def stock_by_day(self, *ids: str) -> Floats:
        """People in these stocks together each evening, shape (members, days)."""
        return together(self.daily_stock, [self.stocks.index(i) for i in ids])

    def flow_by_day(self, *ids: str) -> Floats:
        """People through these flows together each day, shape (members, days)."""
        return together(self.daily_flow, [self.flows.index(i) for i in ids])

    def share_on(self, trigger: str) -> Floats:
        """Share of the members in which a trigger is on, by day."""
        return self.trigger_on[:, :, self.triggers.index(trigger)].mean(axis=0)


def together(values: Counts, at: Sequence[int]) -> Floats:
    """Sum over positions of the third axis, in blocks of members."""
    return by_blocks(values, lambda block: block[:, :, at].sum(axis=2, dtype=np.float64))


def labelled(compiled: Compiled, arrays: Packed) -> Trajectories:
    """The arrays of all members of a run, by the names of :data:`VARIABLES`, with their labels."""
    corridor, groups, months = compiled.corridor, compiled.groups, compiled.months
    as_of = compiled.spec.as_of
    return Trajectories(
        months=months,
        dates=compiled.dates,
        flows=compiled.flow_ids,
        stocks=compiled.stock_ids,
        groups=groups,
        triggers=tuple(trigger.id for trigger in compiled.triggers),
        **arrays,
        observations={
            one.id: (one, coverage(compiled.table, groups, one.id, months)) for one in corridor.observations
        },
        attributes={
            "corridor": corridor.settings.id,
            "scenario": compiled.scenario.id if compiled.scenario else "base",
            "seed": compiled.spec.seed,
            "as_of": as_of.isoformat() if as_of else None,
        },
    )
