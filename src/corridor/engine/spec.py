"""What to run, and the numbers of a run before they are spread over edges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridor.model import html
from corridor.model.arrays import Floats

if TYPE_CHECKING:
    from corridor.engine.paths import MemberPaths

CellState = Mapping[tuple[str, int, str], float]
"""Units in each cell, by (stock or travelling flow, stage, group)."""

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
    paths: MemberPaths | None = None
    """Numbers given to each member; where departures are among them, it has no shocks of departures of its own."""

    def _repr_html_(self) -> str:
        facts = {"period": f"{self.start} to {self.end}", "days": self.days, "seed": self.seed}
        facts |= {"members": self.members, "as of": self.as_of, "hindsight": self.hindsight}
        facts |= {"shocks from": self.shocks_from, "starts from": "a state" if self.state else "the tables"}
        return html.card("RunSpec", facts)

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Values:
    """Numbers by segment of the run, before they are spread over edges.

    Shapes: ``share`` and ``daily_probability`` (S, F, G); ``throughput`` (S, F + R), flows then routes;
    ``capacity`` and ``occupied`` (S, K); ``stay_days`` (S, K, G); ``travel_days`` (S, R);
    ``departures`` (S, K, G) people per month; ``directed`` (S, F, G) part of a flow's users who are sent where there
    is room. Figures of stocks that the day loop does not read, (S, K),
    0 where there are none: ``cost_per_person_day`` USD, ``officer_hours`` and ``trucks`` a day,
    ``processing_hours`` a person, ``inspection_hours`` a truck.
    """

    share: Floats
    daily_probability: Floats
    throughput: Floats
    capacity: Floats
    occupied: Floats
    stay_days: Floats
    travel_days: Floats
    departures: Floats
    directed: Floats
    cost_per_person_day: Floats
    officer_hours: Floats
    processing_hours: Floats
    inspection_hours: Floats
    trucks: Floats


STOCK_FIGURES = ("cost_per_person_day", "officer_hours", "processing_hours", "inspection_hours", "trucks")
"""Names of the figures of stocks that the day loop does not read."""
