"""What each lever of a city moves: stay limits, permits, federal money, coordination, arrivals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from corridor.model import Corridor, Measure
from corridor.reception.balance import Change, Fitted, Paths, StayLimit, simulate
from corridor.reception.combination import scaled
from corridor.reception.needs import Beds, Range, Ratios, extra_beds, quantities

DAYS_PER_MONTH = 30.44
"""As in the engine's lever ``federal_funding``."""
STAY_PER_WAIT = 0.3
"""Days of stay per day of wait for a permit; the corridor's assumption where none is given (0.05 to 0.8)."""
ASK_AGAIN = 0.5
"""Share who ask again at a stay limit and stay; the corridor's assumption where none is given (0.2 to 0.8)."""
HANDLED = ("shelter_rules", "work_authorization", "federal_funding", "coordination")
SCHEMA = {
    "lever": pl.String(), "name": pl.String(), "name_es": pl.String(), "start": pl.Date(), "census_change": pl.Float64(),
    "census_change_low": pl.Float64(), "census_change_high": pl.Float64(), "chance": pl.Float64(),
    "chance_change": pl.Float64(), "extra_beds": pl.Int64(), "cost_change": pl.Float64(), "grade": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class CityLever:
    """One lever on a place: what it does to stays, arrivals and beds, from ``start`` on."""

    id: str
    name: str
    name_es: str
    start: dt.date
    limit_days: int | None = None
    ask_again: float = ASK_AGAIN
    """Share who ask again at each limit and stay."""
    households: tuple[str, ...] = ()
    ramp_days: int = 0
    stay_days: float = 0.0
    """Change of the mean stay."""
    arrivals: float = 1.0
    """Factor on arrivals."""
    beds: float = 0.0
    """Extra beds."""
    grade: str = "assumed"

    def change(self, days: Sequence[dt.date]) -> Change:
        """The change by week; ``days`` are the ends of the weeks."""
        on = np.array([self._part(day) for day in days])
        limits = ()
        if self.limit_days is not None:
            limits = (StayLimit(self.start, self.limit_days, self.households, ask_again=self.ask_again, ramp_days=self.ramp_days,
                                known_from=dt.date.min),)  # fmt: skip
        return Change(limits, 1.0 + on * (self.arrivals - 1.0) if self.arrivals != 1.0 else None,
                      on * self.stay_days if self.stay_days else None)  # fmt: skip

    def _part(self, day: dt.date) -> float:
        if day < self.start:
            return 0.0
        return min(1.0, ((day - self.start).days + 1) / self.ramp_days) if self.ramp_days else 1.0


def standard_levers(start: dt.date, cost: Range | None) -> tuple[CityLever, ...]:
    """What a city asks first: a limit of 60 days, permits 60 days sooner, a million a month, a tenth less arrivals."""
    levers = [
        CityLever("stay_limit_60", "Stay limit of 60 days", "Límite de estancia de 60 días", start, 60, ramp_days=60),
        CityLever("permits_60", "Work permits 60 days sooner", "Permisos de trabajo 60 días antes", start,
                  stay_days=-60 * STAY_PER_WAIT, ramp_days=90),
        CityLever("arrivals_less", "A tenth of the arrivals sent elsewhere", "Una décima parte de las llegadas enviada a otro lugar",
                  start, arrivals=0.9, ramp_days=30),
    ]  # fmt: skip
    if cost is not None and cost.value > 0:
        beds = 1e6 / DAYS_PER_MONTH / cost.value
        levers.append(CityLever("money_million", "Federal money for beds, USD 1 million a month",
                                "Dinero federal para camas, 1 millón USD al mes", start, beds=beds))  # fmt: skip
    return tuple(levers)


def levers_of(
    corridor: Corridor, scenario: str, city: str, types: Sequence[str], cost: Range | None, as_of: dt.date,
    rooms: Mapping[str, tuple[float, float]],
) -> tuple[CityLever, ...]:  # fmt: skip
    """A scenario's measures that touch a city's reception.

    Parameters
    ----------
    rooms
        For each city its weekly arrivals and the room that is free there, for ``coordination``.
    """
    chosen = next((s for s in corridor.scenarios if s.id == scenario), None)
    names = set(chosen.measures) if chosen else set()
    found = [m for m in corridor.measures if m.id in names and m.lever in HANDLED and m.known_from <= as_of]
    elasticity = next((p.value for p in corridor.parameters
                       if p.parameter == "elasticity" and p.target == "work_authorization"), STAY_PER_WAIT)  # fmt: skip
    made = [
        _lever(m, corridor, city, types, cost, elasticity, rooms)
        for m in found
        if not m.places or city in m.places
    ]
    return tuple(lever for lever in made if lever is not None)


def _lever(
    m: Measure, corridor: Corridor, city: str, types: Sequence[str], cost: Range | None, elasticity: float,
    rooms: Mapping[str, tuple[float, float]],
) -> CityLever | None:  # fmt: skip
    base = CityLever(m.id, m.name, m.name_es, m.start, ramp_days=m.ramp_days, grade=str(m.grade))
    if m.lever == "shelter_rules":
        bound = tuple(t for t in types if t and (not m.households or _kind(t) in m.households))
        again = next((p.value for p in corridor.parameters if p.parameter == "ask_again"), ASK_AGAIN)
        return replace(base, limit_days=round(m.strength), households=bound, ask_again=again)
    if m.lever == "work_authorization":
        return replace(base, stay_days=m.strength * elasticity)
    if m.lever == "federal_funding":
        if cost is None or not cost.value:
            return None
        part = _spending_share(corridor, m.places, city)
        return replace(base, beds=part * m.strength / DAYS_PER_MONTH / cost.value)
    share = room_share(rooms, city)
    own = rooms.get(city, (0.0, 0.0))[0]
    total = sum(arrivals for arrivals, _ in rooms.values())
    if share is None or own <= 0:
        return None
    return replace(base, arrivals=1.0 - m.strength + m.strength * total * share / own)


def _kind(household: str) -> str:
    """A city's type under the corridor's two: ``family`` or ``single``."""
    return (
        "single" if "single" in household or ("adult" in household and "famil" not in household) else "family"
    )


def room_share(rooms: Mapping[str, tuple[float, float]], city: str) -> float | None:
    """A city's part of the room that is free in all; ``None`` where no city has any or the city declares none."""
    total = sum(max(free, 0.0) for _, free in rooms.values())
    return max(rooms[city][1], 0.0) / total if city in rooms and total > 0 else None


def _spending_share(corridor: Corridor, places: Sequence[str], city: str) -> float:
    """A city's part of what all named ones spend on their capacity, as the engine shares money out."""
    values: dict[str, dict[str, float]] = {}
    for row in corridor.parameters:
        if row.parameter in ("capacity", "cost_per_person_day") and row.target:
            values.setdefault(row.target, {})[row.parameter] = row.value
    spent = {p: values.get(f"{p}.census", {}).get("capacity", 0.0)
             * values.get(f"{p}.census", {}).get("cost_per_person_day", 0.0) for p in places}  # fmt: skip
    total = sum(spent.values())
    return spent.get(city, 0.0) / total if total else 1.0 / max(len(places), 1)


def effects(
    fitted: Fitted, base: Paths, levers: Sequence[CityLever], beds: Beds | None, ratios: Ratios, by: dt.date,
    limit: float, *, seed: int = 1,
) -> pl.DataFrame:  # fmt: skip
    """Each lever alone beside no change, with the same arrivals and noise, on ``by`` and up to it (columns: :data:`SCHEMA`).

    ``census_change`` is the median of the paired differences on the day, with its 80 % interval; ``chance`` that
    of passing the beds at any time, ``cost_change`` the median change of the cost up to the day, in US dollars.
    """
    draws, weeks = base.total.shape[1], len(base.days) - 1
    row = max(i for i, day in enumerate(base.days) if day <= by)
    cost = quantities(base, ratios, seed).get("cost")
    without = extra_beds(base, beds, by, limit) if beds else None
    rows = []
    for lever in levers:
        paths = simulate(
            fitted,
            weeks,
            draws=draws,
            seed=seed,
            arrivals=base.arrivals[1:],
            change=lever.change(base.days[1:]),
        )
        paths = paths if base.factor is None else scaled(paths, base.factor)
        low, middle, high = np.quantile(paths.total[row] - base.total[row], [0.1, 0.5, 0.9])
        room = beds.more(lever.beds, lever.start) if beds and lever.beds else beds
        need = extra_beds(paths, room, by, limit) if room else None
        money = None
        if cost is not None:
            changed = quantities(paths, ratios, seed)["cost"]
            money = float(np.median((changed - cost)[1 : row + 1].sum(axis=0)))
        rows.append((
            lever.id, lever.name, lever.name_es, lever.start, float(middle), float(low), float(high),
            need.chance_without if need else None,
            need.chance_without - without.chance_without if need and without else None,
            need.extra if need else None, money, lever.grade,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
