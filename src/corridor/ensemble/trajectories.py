"""Results of many members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled, MemberResult, count_shapes
from corridor.model import Group, html
from corridor.model.arrays import Floats

Counts = npt.NDArray[np.float32]


@dataclass(frozen=True, repr=False)
class Trajectories:
    """People by member: ``monthly_flow`` (N, M, F, G), ``month_end_stock`` (N, M, K, G), ``daily_flow``
    (N, D, F), ``daily_stock`` (N, D, K). ``trigger_on`` (N, D, T) is 1 where a trigger was on.

    Counts are kept as 32-bit numbers, which hold whole people up to 16.7 million exactly; sums have 64 bits.
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
        facts = {"members": self.members, "period": f"{self.dates[0]} to {self.dates[-1]}", "unit": self.unit}
        facts |= {"flows": len(self.flows), "stocks": len(self.stocks), "groups": len(self.groups)}
        mean = self.monthly_flow.mean(axis=(0, 1), dtype=np.float64).sum(axis=1)
        busiest = [int(n) for n in np.argsort(-mean)[: html.ROWS]]
        rows = [(self.flows[n], *np.quantile(self.monthly_flow[:, :, n].sum(axis=2).mean(axis=1), (0.1, 0.5, 0.9)).tolist())
                for n in busiest]  # fmt: skip
        columns = ["flow, people per month", "10 %", "median", "90 %"]
        return html.card("Trajectories", facts, html.table(columns, rows, len(self.flows)))

    def flow(self, *ids: str) -> Floats:
        """Monthly people through these flows together, shape (members, months, groups)."""
        return self.monthly_flow[:, :, [self.flows.index(i) for i in ids], :].sum(axis=2, dtype=np.float64)

    def stock_by_day(self, *ids: str) -> Floats:
        """People in these stocks together each evening, shape (members, days)."""
        return self.daily_stock[:, :, [self.stocks.index(i) for i in ids]].sum(axis=2, dtype=np.float64)

    def flow_by_day(self, *ids: str) -> Floats:
        """People through these flows together each day, shape (members, days)."""
        return self.daily_flow[:, :, [self.flows.index(i) for i in ids]].sum(axis=2, dtype=np.float64)

    def share_on(self, trigger: str) -> Floats:
        """Share of the members in which a trigger is on, by day."""
        return self.trigger_on[:, :, self.triggers.index(trigger)].mean(axis=0)


def room_for(compiled: Compiled, members: int) -> Trajectories:
    """Trajectories to be filled by ``put``: results are copied as they come, so that none is held twice."""
    shapes = count_shapes(compiled)

    def room(name: str) -> Counts:
        return np.empty((members, *shapes[name]), dtype=np.float32)

    return Trajectories(
        months=compiled.months,
        dates=compiled.dates,
        flows=compiled.flow_ids,
        stocks=compiled.stock_ids,
        groups=compiled.groups,
        triggers=tuple(trigger.id for trigger in compiled.triggers),
        monthly_flow=room("monthly_flow"),
        month_end_stock=room("month_end_stock"),
        daily_flow=room("daily_flow"),
        daily_stock=room("daily_stock"),
        trigger_on=np.empty((members, *shapes["trigger_on"]), dtype=np.uint8),
    )


def put(trajectories: Trajectories, members: Sequence[int], results: Sequence[MemberResult]) -> None:
    """Copy members' results to their places."""
    for member, result in zip(members, results, strict=True):
        for name in ("monthly_flow", "month_end_stock", "daily_flow", "daily_stock", "trigger_on"):
            getattr(trajectories, name)[member] = getattr(result, name)
