"""The words of the walk movement rule: its settings, conflicts and closures."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from corridor.model.declared import Declared, Identifier, NotNegative, Positive, Probability, Text

PLACE_KINDS = ("camp", "idp_camp", "town", "conflict_zone", "forwarding_hub", "marker")
"""Values of ``places.kind`` under the walk rule. A conflict zone is a town while no conflict is on."""
CAMP_KINDS = ("camp", "idp_camp")
TOTAL = "total"
"""Name, in the dataset of counts, of the series that counts everybody."""


class Correction(Declared):
    """A change of the registration at a camp: counts before ``date`` are rescaled to the count on it."""

    place: Text
    date: dt.date


class WalkRules(Declared):
    """The block ``walk`` of ``corridor.yaml``: settings of the walk rule, under the names that Flee gives them."""

    home_country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Country of origin; places elsewhere are foreign."""
    counts: Identifier
    """Dataset with one dimension, the place: people counted at each camp."""
    corrections: tuple[Correction, ...] = ()
    hasten: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """People that one simulated unit stands for."""
    sum_from_camps: bool = True
    """Whether departures are the daily increase of all camps together, or that of the series ``total``."""
    max_move_speed: Positive = 360.0
    """Kilometers a day."""
    max_walk_speed: Positive = 35.0
    """Kilometers a day on the first route, with ``start_on_foot``."""
    start_on_foot: bool = False
    avoid_short_stints: bool = False
    foreign_weight: NotNegative = 1.0
    camp_weight: NotNegative = 1.0
    conflict_weight: Positive = 1.0 / 3.16227766017
    conflict_movechance: Probability = 1.0
    camp_movechance: Probability = 0.001
    idpcamp_movechance: Probability = 0.1
    default_movechance: Probability = 0.3
    awareness_level: Annotated[int, Field(ge=1, le=3)] = 1
    """How many places ahead people choose a destination."""
    softening: NotNegative = 10.0
    """Kilometers added to each distance."""
    distance_power: float = 1.0
    weight_softening: NotNegative = 0.0
    weight_power: NotNegative = 1.0
    capacity_buffer: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """Share of the capacity above which a camp attracts less."""
    capacity_scaling: NotNegative = 1.0
    conflict_spawn_decay: tuple[NotNegative, ...] = ()
    """Factors of a conflict zone's departures and danger, one per interval since the conflict began."""
    conflict_spawn_decay_interval: Annotated[int, Field(ge=1)] = 30
    """Days."""


class Conflict(Declared):
    """A row of ``conflicts.csv``: days on which a place is a conflict zone."""

    place: Identifier
    start: dt.date
    """First day; before the period, it was one from the beginning."""
    end: dt.date | None = None
    """Last day, inclusive; blank means until the end of the period."""
    intensity: Positive = 1.0
    source: Text


class Closure(Declared):
    """A row of ``closures.csv``: days on which routes are closed, or a camp is no camp."""

    kind: Literal["country", "place", "camp", "route"]
    """``country``: all routes between two countries; ``place``: all routes to and from a place; ``route``: all
    routes between two places; ``camp``: a camp that counts as a town."""
    first: Identifier
    """Country code or place."""
    second: Identifier | None = None
    """The other country or place; blank for ``place`` and ``camp``."""
    start: dt.date
    end: dt.date | None = None
    """Last day closed, inclusive; blank means until the end of the period."""
    source: Text
