"""Levers: what a measure can move, and by which rule. A new lever is a new entry here.

A lever maps each unit its strength may have to *effects*. An effect names a number, which targets it
touches, and a rule. Rules (``w`` is the part of the ramp that has been run through, 0 to 1; ``s`` the
strength times the effect's ``scale``; ``e`` its elasticity, 1 where it names none):

==========  ================================================================================
ratio       value x s^(w e): ratios multiply
hazard      the probability p per journey becomes 1 - (1 - p)^(s^(w e)): hazards multiply
thin        shares x s^(w e); what is taken away goes to the sibling flows in proportion; of a mode of
            travel, first to other modes to the same stock and never to a queue for a port; of a bus that an
            authority pays, to its overflow flow
set_share   the sum b of the touched shares of a stock becomes (1 - w) b + w s, as far as the siblings that
            the effect does not spare can give it
at_limit    shares become (1 - w) b + w max(b, e (1 - a) P(stay > s)): of those whom a limit of s days ends the
            stay of and who do not ask again (a), a part e
chance      value x ((1 - r) / (1 - b))^e, with the part b of a group that is removed before and r after the
            effect that follows it
direct      a part p of a flow's users becomes 1 - (1 - p)(1 - w s): every day they go where there is room
            that morning (``kernels.steer``)
limit       min(value, s) once w > 0
add         value + w s e
distribute  w s is added in all, shared among the touched in proportion to what they have; where the
            effect divides, what they have and what is added are counted in the unit of the strength
elastic     value x ((reference + w s) / reference)^e
stay_limit  a mean stay m becomes (1 - w) m + w (e m + (1 - e) E[min(stay, s)]), with m (1 - exp(-s / m)) for
            the expectation of one stage: a part e asks again and stays
==========  ================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal[
    "ratio", "hazard", "thin", "set_share", "direct", "limit", "add", "distribute", "elastic", "stay_limit",
    "at_limit", "chance",
]  # fmt: skip
Moved = Literal[
    "share", "directed", "throughput", "capacity", "stay_days", "travel_days", "departures", "trucks"
]  # fmt: skip
BY_GROUP: frozenset[Moved] = frozenset(("share", "directed", "stay_days", "departures"))
"""Numbers that a group has of its own; the others move only where everybody there is in a measure's scope."""

DAYS_PER_WEEK = 7.0
DAYS_PER_MONTH = 30.44


@dataclass(frozen=True)
class LeverEffect:
    """One number moved by a lever.

    ``kinds`` keeps flows of these kinds; ``modes`` flows whose route has one of these modes; ``off_modes``
    flows off such routes; ``after`` flows out of stocks that flows of this kind lead into, past
    ``processing``; ``before`` flows into stocks that flows of this kind leave; ``into`` stocks that flows
    of this kind lead into; ``out_of`` stocks that they leave; ``not_out_of`` leaves those stocks out.
    ``elasticity`` and ``divide`` name parameters: of the lever, and of the touched stock or the stock that a
    touched flow leads into.
    """

    parameter: Moved
    rule: Rule
    kinds: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    off_modes: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    into: str | None = None
    out_of: str | None = None
    not_out_of: str | None = None
    scale: float = 1.0
    divide: str | None = None
    elasticity: str | None = None
    optional: bool = False
    """Whether the effect is left out (its elasticity is 0) where the parameter that ``elasticity`` names is not given."""
    also_needs: tuple[str, ...] = ()
    """Further parameters of the lever that the rule reads."""
    spares: tuple[str, ...] = ()
    """Kinds of sibling flows that keep their shares."""
    to_overflow: bool = False
    """Whether what is taken away from a flow goes to its overflow flow."""
    in_country: str | None = None
    """Keeps flows off routes that start in this country, by its code in ``places.csv``."""
    outside: str | None = None
    """Keeps flows off routes that start in any other country."""
    either_end: bool = False
    """Whether a place names a flow that leads there as well as one that leaves."""
    scoped_by_place: bool = True
    """Whether the measure's places and routes limit it; effects on departures obey groups only."""

    @property
    def sets_limit(self) -> bool:
        """Whether it gives a flow a limit that had none."""
        return self.parameter == "throughput" and self.rule == "limit"

    @property
    def where(self) -> str:
        """In words, what it acts on."""
        parts = [
            text.format(", ".join((value,) if isinstance(value, str) else value))
            for name, text in _WHERE.items()
            if (value := getattr(self, name))
        ]
        if not self.scoped_by_place:
            parts.append("in every place")
        return ", ".join(parts)


_WHERE = {
    "kinds": "flows of kind {}", "modes": "flows by {}", "off_modes": "off routes by {}",
    "after": "out of what {} leads into", "before": "into what {} leaves",
    "into": "stocks that {} leads into", "out_of": "stocks that {} leaves",
    "not_out_of": "stocks that {} does not leave", "spares": "sparing flows of kind {}",
    "in_country": "off routes that start in {}", "outside": "off routes that start outside {}",
}  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """A lever: effects by unit of strength."""

    id: str
    text: str
    effects: Mapping[str, tuple[LeverEffect, ...]] = field(default_factory=dict)
    open_sign: bool = False
    """Whether a draw of a strength may turn the measure into its opposite."""
    lags: bool = False
    """Whether it acts over ``lag_days``, a parameter of the lever, if its own ramp is shorter."""
    parts: bool = False
    """Whether its measures are parts of one answer: those whose ids differ in the last part only share their noise."""

    def stream(self, measure: str) -> str:
        """Name of the noise of a measure's strength."""
        return measure.rpartition(".")[0] if self.parts else measure

    @property
    def units(self) -> tuple[str, ...]:
        """Units that the strength of a measure may have."""
        return tuple(self.effects)


_FEWER_DEPARTURES = LeverEffect("departures", "ratio", not_out_of="lawful", scoped_by_place=False)
_DEPARTURES_ANSWER = LeverEffect(
    "departures", "ratio", not_out_of="lawful", elasticity="elasticity", scoped_by_place=False
)
_LAWFUL_CHANNEL = (
    LeverEffect("departures", "distribute", out_of="lawful", scoped_by_place=False),
    LeverEffect("departures", "elastic", not_out_of="lawful", elasticity="elasticity", scoped_by_place=False),
)
_PORTS = ("port_admission",)
_TO_RECEPTION = ("bused", "onward")
_REMOVED = ("removal", "removal_flight")

_ALL = (
    Lever(
        "mexican_enforcement",
        "interdiction on the way through Mexico, by zone",
        {"ratio": (LeverEffect("share", "hazard", kinds=("interdiction",), in_country="MEX"),)},
    ),
    Lever(
        "transit_enforcement",
        "interdiction on the way outside Mexico, by zone",
        {"ratio": (LeverEffect("share", "hazard", kinds=("interdiction",), outside="MEX"),)},
    ),
    Lever(
        "redirect_south",
        "how many of those met are taken back along the route; how long they stay there",
        {
            "share": (
                LeverEffect(
                    "share",
                    "set_share",
                    kinds=("relocation",),
                    spares=("return", "removal_flight", "turn_back"),
                ),
            ),
            "days": (LeverEffect("stay_days", "add", into="relocation"),),
        },
    ),
    Lever(
        "railways",
        "riders on rail routes; the rest goes by bus or foot",
        {
            "ratio": (
                LeverEffect("share", "thin", modes=("rail",)),
                LeverEffect("throughput", "ratio", modes=("rail",)),
            )
        },
    ),
    Lever(
        "smuggler_crackdown",
        "price of a guided journey: who takes one, how long and how dangerous it is, departures",
        {
            "ratio": (
                _DEPARTURES_ANSWER,
                LeverEffect("share", "thin", modes=("guided",), elasticity="elasticity_share"),
                LeverEffect("travel_days", "ratio", modes=("guided",), elasticity="elasticity_travel_days"),
                LeverEffect(
                    "share", "hazard", kinds=("death",), off_modes=("guided",), elasticity="elasticity_death"
                ),
            )
        },
    ),
    Lever(
        "visas",
        "people who can fly in; the rest goes by land, or does not set out",
        {"ratio": (LeverEffect("share", "thin", modes=("air",), either_end=True), _DEPARTURES_ANSWER)},
    ),
    Lever(
        "legal_pathways",
        "the lawful channel; other departures answer with an elasticity",
        {"people/month": _LAWFUL_CHANNEL},
    ),
    Lever(
        "family_reunification",
        "the lawful channel for relatives; who goes to relatives instead of a city's reception",
        {
            "people/month": _LAWFUL_CHANNEL,
            "ratio": (LeverEffect("share", "thin", kinds=_TO_RECEPTION, before="intake", either_end=True),),
        },
    ),
    Lever(
        "ports_closure",
        "people processed at ports of entry",
        {
            "people/day": (LeverEffect("throughput", "limit", kinds=_PORTS, either_end=True),),
            "ratio": (LeverEffect("throughput", "ratio", kinds=_PORTS, either_end=True),),
        },
    ),
    Lever(
        "ports_appointments",
        "appointments at ports of entry, added",
        {"people/day": (LeverEffect("throughput", "distribute", kinds=_PORTS, either_end=True),)},
    ),
    Lever(
        "waiting",
        "the wait for an appointment at a port, over what it was: who goes to a queue, which one, who crosses",
        {
            "ratio": (
                LeverEffect(
                    "share", "thin", before="port_admission", elasticity="elasticity", either_end=True
                ),
            )
        },
    ),
    Lever(
        "asylum_rules",
        "what follows an encounter; departures",
        {
            "share": (
                LeverEffect(
                    "departures",
                    "chance",
                    kinds=_REMOVED,
                    after="crossing",
                    not_out_of="lawful",
                    elasticity="elasticity",
                    optional=True,
                    scoped_by_place=False,
                ),
                LeverEffect("share", "set_share", kinds=_REMOVED, after="crossing"),
            ),
            "ratio": (_FEWER_DEPARTURES,),
        },
    ),
    Lever(
        "response",
        "departures, as people answered past measures of a class",
        {"ratio": (_FEWER_DEPARTURES,)},
        open_sign=True,
        parts=True,
    ),
    Lever(
        "consequences",
        "renewed attempts after a return; departures",
        {
            "ratio": (
                LeverEffect("share", "thin", kinds=("renewed_attempt",), after="removal"),
                _DEPARTURES_ANSWER,
            )
        },
    ),
    Lever(
        "detention_capacity", "beds", {"people": (LeverEffect("capacity", "distribute", into="detention"),)}
    ),
    Lever(
        "processing_staff",
        "people who can be processed in custody",
        {"people/day": (LeverEffect("throughput", "distribute", kinds=("processing",)),)},
    ),
    Lever(
        "repatriation",
        "seats on flights home",
        {
            "people/week": (
                LeverEffect("throughput", "distribute", kinds=("removal_flight",), scale=1 / DAYS_PER_WEEK),
            )
        },
    ),
    Lever(
        "adjudication",
        "cases decided",
        {
            "people/month": (
                LeverEffect("throughput", "distribute", kinds=("decision",), scale=1 / DAYS_PER_MONTH),
            )
        },
    ),
    Lever("root_causes_violence", "violence at home", {"ratio": (_DEPARTURES_ANSWER,)}, lags=True),
    Lever("root_causes_poverty", "income at home", {"ratio": (_DEPARTURES_ANSWER,)}, lags=True),
    Lever(
        "work_authorization",
        "the wait for a work permit, changed: stays in reception answer in days",
        {"days": (LeverEffect("stay_days", "add", out_of="exit", elasticity="elasticity"),)},
    ),
    Lever(
        "shelter_rules",
        "longest stay in reception: who must leave asks again, stays elsewhere or sleeps on the street",
        {
            "days": (
                LeverEffect(
                    "share",
                    "at_limit",
                    kinds=("unsheltered",),
                    elasticity="street_share",
                    also_needs=("ask_again",),
                ),
                LeverEffect("stay_days", "stay_limit", out_of="exit", elasticity="ask_again"),
            )
        },
    ),
    Lever(
        "federal_funding",
        "money for beds in reception",
        {
            "USD/month": (
                LeverEffect(
                    "capacity",
                    "distribute",
                    into="intake",
                    scale=1 / DAYS_PER_MONTH,
                    divide="cost_per_person_day",
                ),
            )
        },
    ),
    Lever(
        "city_transport",
        "buses to receiving cities",
        {
            "ratio": (LeverEffect("share", "thin", kinds=("bused",), to_overflow=True, either_end=True),),
            "people/week": (
                LeverEffect(
                    "throughput", "limit", kinds=("bused",), scale=1 / DAYS_PER_WEEK, either_end=True
                ),
            ),
        },
    ),
    Lever(
        "coordination",
        "arrivals in receiving cities sent where there is room",
        {
            "share": (
                LeverEffect("directed", "direct", kinds=_TO_RECEPTION, before="intake", either_end=True),
            )
        },
    ),
    Lever(
        "trafficking_inspection",
        "officer hours at ports moved from processing people to inspection",
        {
            "hours/day": (
                LeverEffect(
                    "throughput",
                    "distribute",
                    kinds=_PORTS,
                    scale=-1.0,
                    divide="processing_hours",
                    either_end=True,
                ),
            )
        },
    ),
    Lever(
        "trade",
        "trucks that can cross",
        {"ratio": (LeverEffect("trucks", "ratio", into="port_admission"),)},
    ),
)

LEVERS: Mapping[str, Lever] = {lever.id: lever for lever in _ALL}
"""Every lever by id."""

_NEUTRAL: Mapping[Rule, float | None] = {
    "ratio": 1.0, "hazard": 1.0, "thin": 1.0, "direct": 0.0, "add": 0.0, "distribute": 0.0, "elastic": 0.0,
    "limit": math.inf, "stay_limit": math.inf, "at_limit": math.inf, "set_share": None, "chance": None,
}  # fmt: skip
_LOWEST: Mapping[Rule, float] = {"add": -math.inf, "distribute": -math.inf, "elastic": -math.inf}
_HIGHEST: Mapping[Rule, float] = {"set_share": 1.0, "chance": 1.0, "direct": 1.0}


def neutral_strength(lever: str, unit: str) -> float | None:
    """Strength with which a lever changes nothing; None where that is the share as it is."""
    return _NEUTRAL[LEVERS[lever].effects[unit][0].rule]


def allowed_strengths(lever: str, unit: str) -> tuple[float, float]:
    """Lowest and highest strength that has a meaning in this unit."""
    rule = LEVERS[lever].effects[unit][0].rule
    return _LOWEST.get(rule, 0.0), _HIGHEST.get(rule, math.inf)


def strength_domain(lever: str, unit: str, strength: float) -> tuple[float, float]:
    """Strengths that keep the sense of ``strength``: a draw may weaken a measure to nothing, never turn it
    into its opposite."""
    lowest, highest = allowed_strengths(lever, unit)
    neutral = neutral_strength(lever, unit)
    if neutral is None or strength == neutral or LEVERS[lever].open_sign:
        return lowest, highest
    return (neutral, highest) if strength > neutral else (lowest, neutral)
