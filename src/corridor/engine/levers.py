"""Levers: what a measure can move, and by which rule. Adding one means adding an entry here.

A lever maps each unit its strength may have to *effects*. An effect names a parameter, which targets it
touches, and a rule. Rules (``w`` is the part of the ramp that has been run through, 0 to 1):

========  ==================================================================================
ratio     value x strength^w; ratios multiply
hazard    the journey probability p becomes 1 - (1 - p)^(strength^w): hazards multiply
thin      shares x strength^w; what is taken away goes to the sibling flows in proportion, first to
          those that lead to the same stock
share     the sum b of the touched shares of a stock becomes (1 - w) b + w strength
limit     min(value, strength) once w > 0
add       value + w strength
elastic   value x ((reference + w strength) / reference)^elasticity
========  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from corridor.model import Corridor, Flow, Measure, Stock

Rule = Literal["ratio", "hazard", "thin", "share", "limit", "add", "elastic"]


@dataclass(frozen=True)
class Effect:
    """One parameter moved by a lever.

    ``kinds`` keeps flows of these kinds; ``modes`` flows whose route has one of these modes;
    ``after`` flows out of stocks that flows of this kind lead into; ``into`` stocks that flows of this kind lead into; ``out_of`` stocks that they leave;
    ``not_out_of`` leaves those stocks out.
    """

    parameter: str
    rule: Rule
    kinds: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    into: str | None = None
    out_of: str | None = None
    not_out_of: str | None = None
    after: str | None = None
    scoped_by_place: bool = True
    """Whether the measure's places and routes limit it; effects on departures obey nationalities only."""


@dataclass(frozen=True)
class Lever:
    """A lever: effects by unit of strength."""

    id: str
    text: str
    effects: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    built: bool = True

    @property
    def units(self) -> tuple[str, ...]:
        """Units that the strength of a measure may have."""
        return tuple(self.effects)


_DEPARTURES = Effect("departures", "ratio", not_out_of="lawful", scoped_by_place=False)

_BUILT = (
    Lever(
        "mexican_enforcement",
        "interdiction on the way, by zone",
        {"ratio": (Effect("share", "hazard", kinds=("interdiction",)),)},
    ),
    Lever(
        "railways",
        "riders on rail routes; the rest goes by bus or foot",
        {"ratio": (Effect("share", "thin", modes=("rail",)), Effect("throughput", "ratio", modes=("rail",)))},
    ),
    Lever(
        "ports_closure",
        "people processed at ports of entry",
        {
            "people/day": (Effect("throughput", "limit", kinds=("port_admission",)),),
            "ratio": (Effect("throughput", "ratio", kinds=("port_admission",)),),
        },
    ),
    Lever(
        "ports_appointments",
        "appointments at ports of entry, added",
        {"people/day": (Effect("throughput", "add", kinds=("port_admission",)),)},
    ),
    Lever(
        "legal_pathways",
        "the lawful channel; other departures answer with an elasticity",
        {
            "people/month": (
                Effect("departures", "add", out_of="lawful", scoped_by_place=False),
                Effect("departures", "elastic", not_out_of="lawful", scoped_by_place=False),
            )
        },
    ),
    Lever(
        "asylum_rules",
        "what follows an encounter; departures",
        {"share": (Effect("share", "share", kinds=("removal",), after="crossing"),), "ratio": (_DEPARTURES,)},
    ),
    Lever(
        "detention_capacity",
        "beds in detention",
        {"people": (Effect("capacity", "add", into="detention"),)},
    ),
)

_DECLARED = (
    "transit_enforcement", "redirect_south", "smuggler_crackdown", "visas", "consequences",
    "processing_staff", "repatriation", "adjudication", "root_causes_violence", "root_causes_poverty",
    "family_reunification", "work_authorization", "shelter_rules", "federal_funding", "city_transport",
    "coordination", "trafficking_inspection", "trade",
)  # fmt: skip

LEVERS: Mapping[str, Lever] = {
    **{lever.id: lever for lever in _BUILT},
    **{name: Lever(name, "declared, not built yet", built=False) for name in _DECLARED},
}
"""Every lever by id; those with ``built`` false are refused in a scenario, never ignored."""


def strength_domain(rule: Rule, strength: float) -> tuple[float, float]:
    """Strengths that keep the sense of ``strength``: a draw may weaken a measure to nothing, never turn it
    into its opposite."""
    if rule == "share":
        return 0.0, 1.0
    if rule == "limit":
        return 0.0, float("inf")
    neutral = 0.0 if rule in ("add", "elastic") else 1.0
    lowest = 0.0 if neutral else float("-inf")
    if strength == neutral:
        return lowest, float("inf")
    return (neutral, float("inf")) if strength > neutral else (lowest, neutral)


class Scope:
    """Which flows, stocks and groups a measure's effect touches in a corridor."""

    def __init__(self, corridor: Corridor) -> None:
        self._places = {place.id: place for place in corridor.places}
        self._routes = {route.id: route for route in corridor.routes}
        self._stocks = {stock.id: stock for stock in corridor.stocks}
        self._flows = corridor.flows
        self._corridor = corridor

    def flows(self, effect: Effect, measure: Measure) -> list[int]:
        """Positions of the flows that ``effect`` of ``measure`` touches."""
        behind = {flow.to_stock for flow in self._flows if flow.kind == effect.after}
        return [
            i
            for i, flow in enumerate(self._flows)
            if (effect.after is None or flow.from_stock in behind)
            and self._flow_touched(flow, effect, measure)
        ]

    def stocks(self, effect: Effect, measure: Measure) -> list[int]:
        """Positions of the stocks that ``effect`` of ``measure`` touches."""
        into = {flow.to_stock for flow in self._flows if flow.kind == effect.into}
        out = {flow.from_stock for flow in self._flows if flow.kind == effect.out_of}
        never = {flow.from_stock for flow in self._flows if flow.kind == effect.not_out_of}
        found = []
        for i, stock in enumerate(self._corridor.stocks):
            if effect.into and stock.id not in into:
                continue
            if effect.out_of and stock.id not in out:
                continue
            if effect.not_out_of and stock.id in never:
                continue
            if effect.scoped_by_place and not self._stock_in_places(stock, measure):
                continue
            found.append(i)
        return found

    def groups(self, measure: Measure) -> list[int]:
        """Positions of the groups in the measure's scope of nationalities."""
        chosen = set(measure.nationalities)
        return [i for i, g in enumerate(self._corridor.groups) if not chosen or g.nationality in chosen]

    def _stock_in_places(self, stock: Stock, measure: Measure) -> bool:
        if not measure.places:
            return True
        zone = self._places[stock.place].zone
        return stock.place in measure.places or zone in measure.places

    def _flow_touched(self, flow: Flow, effect: Effect, measure: Measure) -> bool:
        if effect.kinds and flow.kind not in effect.kinds:
            return False
        route_id = flow.route or flow.from_route
        route = self._routes[route_id] if route_id else None
        if effect.modes and (route is None or route.mode not in effect.modes or flow.from_route):
            return False
        if not effect.scoped_by_place or not (measure.places or measure.routes):
            return True
        if route_id and route_id in measure.routes:
            return True
        here: set[str | None] = set()
        if route is not None:
            here |= {route.zone, route.from_place}
        if flow.from_stock:
            place = self._stocks[flow.from_stock].place
            here |= {place, self._places[place].zone}
        if flow.kind == "port_admission":  # a port is named by either side of the border
            place = self._stocks[flow.to_stock].place
            here |= {place, self._places[place].zone}
        return bool(here & set(measure.places))


def ramp(
    measure: Measure, days: npt.NDArray[np.int64], start: int, end: int | None
) -> npt.NDArray[np.float64]:
    """Part of a measure's effect in force on each of ``days`` (ordinals), with ramp-up and decay.

    ``start`` and ``end`` are the first and last day of one period in force; ``end`` None: it goes on.
    """
    last = np.minimum(days, days.max(initial=start) if end is None else end)
    risen = np.minimum(1.0, (last - start + 1) / max(measure.ramp_days, 1))
    left = np.maximum(0.0, 1.0 - (days - last) / max(measure.decay_days, 1))
    return np.where(days >= start, risen * left, 0.0)
