"""The closed word lists of a corridor folder. Identifiers are American English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Tag = Literal["observed", "anchored", "assumed"]
"""How well a row is founded: counted by a published series, bounded by published figures, or assumed."""

Grade = Literal["causal", "before_after", "mechanical", "assumed"]
"""What the size of a measure's effect rests on, best first."""

RegisterStatus = Literal["in_force", "announced", "asked_for", "reported", "proposed", "ended", "not_enacted"]
"""What has become of a measure by a day; the last two follow from its dates."""

FirstStatus = Literal["in_force", "announced", "asked_for", "reported", "proposed"]
"""What a measure was when it became known."""

Dating = Literal["day", "month", "year", "inferred", "unconfirmed"]
"""How exactly the start of a registered measure is known; the last two are weak."""

SourceRank = Literal["primary", "secondary", "repost"]
"""Who tells of a registered measure: whoever took it, somebody else, or a copy of somebody's text."""

Mode = Literal["foot", "bus", "rail", "guided", "air", "boat", "mixed", "administrative"]
"""``guided``: with a smuggler, by whatever vehicle."""

FlowKind = Literal[
    "travel",  # on the way to another place
    "move",  # from one state to another at the same place
    "interdiction",  # met by the authorities in a transit country
    "crossing",  # encountered between ports of entry
    "port_admission",  # processed at a port of entry
    "turn_back",  # gives up and goes home
    "return",  # sent back by the authorities of a transit country
    "removal",  # sent back by the destination country
    "detention",  # into detention
    "release",  # into the destination country
    "renewed_attempt",  # tries again after a return
    "relocation",  # taken back along the route by the authorities of a transit country
    "processing",  # through custody, before it is decided what follows
    "removal_flight",  # home by flight, as far as there are seats
    "onward",  # from release to where people go by themselves
    "bused",  # from release to a receiving city, on buses that an authority pays
    "decision",  # a case is decided
    "intake",  # into the reception of a city
    "exit",  # out of reception
    "unsheltered",  # out of reception to the street, when a stay limit ends
    "lawful",  # the lawful channel
    "death",  # recorded deaths, a lower bound
]

TAGS: tuple[str, ...] = get_args(Tag)
GRADES: tuple[str, ...] = get_args(Grade)
MODES: tuple[str, ...] = get_args(Mode)
REGISTER_STATUSES: tuple[str, ...] = get_args(RegisterStatus)
FLOW_KINDS: tuple[str, ...] = get_args(FlowKind)


@dataclass(frozen=True)
class ParameterKind:
    """What a parameter name means: what it may point at, its unit and its domain."""

    target: Literal["stock", "flow", "route", "lever", "series", "none"]
    unit: str
    lowest: float
    highest: float
    text: str


INFINITE = float("inf")

PARAMETERS: Mapping[str, ParameterKind] = {
    "departures": ParameterKind("stock", "people/month", 0, INFINITE, "people who set out from an origin"),
    "initial": ParameterKind("stock", "people", 0, INFINITE, "people in a stock on the first day"),
    "share": ParameterKind(
        "flow", "share", 0, 1, "part of a stock's leavers, or of a journey's travellers, who take this flow"
    ),
    "daily_probability": ParameterKind(
        "flow", "probability/day", 0, 1, "hazard of taking this flow on a day"
    ),
    "throughput": ParameterKind("flow", "people/day", 0, INFINITE, "people per day that a flow can carry"),
    "capacity": ParameterKind("stock", "people", 0, INFINITE, "people a stock has room for"),
    "occupied": ParameterKind("stock", "people", 0, INFINITE, "room taken by people outside the model"),
    "stay_days": ParameterKind("stock", "days", 1, INFINITE, "mean stay before the shares of a stock apply"),
    "travel_days": ParameterKind("route", "days", 1, INFINITE, "mean travel time"),
    "coverage": ParameterKind("series", "share", 0, 1, "part of the true events that a series counts"),
    "elasticity": ParameterKind(
        "lever", "elasticity", -INFINITE, INFINITE, "relative response of departures to the lever"
    ),
    "elasticity_share": ParameterKind(
        "lever",
        "elasticity",
        -INFINITE,
        INFINITE,
        "relative response of the flows that the lever makes rarer",
    ),
    "elasticity_travel_days": ParameterKind(
        "lever", "elasticity", -INFINITE, INFINITE, "relative response of travel times to the lever"
    ),
    "elasticity_death": ParameterKind(
        "lever",
        "elasticity",
        -INFINITE,
        INFINITE,
        "relative response of recorded deaths per journey to the lever",
    ),
    "ask_again": ParameterKind(
        "lever", "share", 0, 1, "part of those at the end of a stay limit who ask again and stay"
    ),
    "street_share": ParameterKind(
        "lever", "share", 0, 1, "part of those whom a stay limit sends out who find no other place"
    ),
    "lag_days": ParameterKind("lever", "days", 0, INFINITE, "days over which a lever comes into effect"),
    "reference_level": ParameterKind(
        "lever", "people/month", 0, INFINITE, "level that a lever's people per month are compared with"
    ),
    "departure_sd_common": ParameterKind(
        "none", "log/month", 0, 10, "monthly shock shared by all nationalities"
    ),
    "departure_sd_own": ParameterKind("none", "log/month", 0, 10, "monthly shock of one nationality's own"),
    "departure_damping": ParameterKind(
        "none", "share/month", 0, 1, "part of a deviation kept from month to month"
    ),
    "departure_shock_df": ParameterKind(
        "none", "degrees of freedom", 2.1, 1000, "tail of the monthly shocks"
    ),
    "departure_dispersion": ParameterKind("none", "size", 0.1, INFINITE, "negative binomial size of a day"),
    "cost_per_person_day": ParameterKind(
        "stock", "USD/person-day", 0, INFINITE, "cost of one person for a day"
    ),
    "officer_hours": ParameterKind("stock", "hours/day", 0, INFINITE, "officer hours at a port of entry"),
    "processing_hours": ParameterKind(
        "stock", "hours/person", 0, INFINITE, "officer hours that processing one person takes"
    ),
    "inspection_hours": ParameterKind(
        "stock", "hours/truck", 0, INFINITE, "officer hours that inspecting one truck takes"
    ),
    "population": ParameterKind(
        "stock",
        "people",
        0,
        INFINITE,
        "people who live at a place, by whom the walk rule shares departures out",
    ),
    "trucks": ParameterKind("stock", "trucks/day", 0, INFINITE, "trucks that come to a port of entry"),
}
