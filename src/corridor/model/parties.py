"""Parties to an agreement, as ``parties.yaml`` declares them: what each has stated, and where it was stated."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from corridor.model.declared import Declared, Identifier, Text
from corridor.model.vocabulary import SourceRank

Bound = Literal["included", "no_less_than", "no_more_than", "not_at_all", "only_with", "lifted"]
"""What a demand asks of its measures: to be part of a package; with at least, or at most, a strength; not to be part
of it; to be part of it only together with others; of a measure in force, to be ended."""

DERIVED_INDICATORS = (
    "deaths", "waiting", "nights_without_bed", "lawful_entries", "shelter_cost", "detention_cost",
)  # fmt: skip
"""Indicators that a party may name beside those of ``indicators.yaml``: sums over all places."""

COST_PREFIX = "cost."
NIGHTS_PREFIX = "nights."
"""Before the id of an indicator of kind ``census``: what its shelters cost, and nights beyond its declared room."""


class Statement(Declared):
    """Something that was said: by an entry of ``register.csv``, or by a source of its own.

    With an ``entry``, a blank ``source``, ``source_grade`` and ``known_from`` are those of the entry.
    """

    text: Text
    text_es: Text
    entry: Identifier | None = None
    """Id of the row of ``register.csv`` that it was read from."""
    known_from: dt.date | None = None
    source: Text | None = None
    source_grade: SourceRank | None = None


class Demand(Statement):
    """What a party asks for. It stands for any of its measures; without measures the model has nothing for it."""

    id: Identifier
    measures: tuple[Identifier, ...] = ()
    bound: Bound = "included"
    value: float | None = None
    """Strength of the bounds ``no_less_than`` and ``no_more_than``, in the measure's own unit."""
    together: tuple[Identifier, ...] = ()
    """Measures of the bound ``only_with``."""


class Interest(Statement):
    """An indicator that a party has named, and the direction in which it wants it to go."""

    indicator: Identifier
    direction: Literal["up", "down"]
    inferred: bool = False
    """``yes`` where the statement names the indicator but not the direction, which is then an assumption."""


class Party(Declared):
    """An entry of ``parties.yaml``."""

    id: Identifier
    name: Text
    name_es: Text
    demands: tuple[Demand, ...] = ()
    interests: tuple[Interest, ...] = ()
    nothing_stated: Text | None = None
    """Why a party without demands and interests is listed: where its statements were looked for, and until when."""
    nothing_stated_es: Text | None = None
