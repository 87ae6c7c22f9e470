"""What is decided and what happens: measures, events, and the scenarios that hold them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from corridor.model.declared import Declared, Identifier, NotNegative, Spanish, Text, says_assumption
from corridor.model.vocabulary import Grade

Days = Annotated[int, Field(ge=0, le=3650)]


class Measure(Declared):
    """A row of ``measures.csv``: a lever, its dates, scope and strength."""

    id: Identifier
    name: Text
    name_es: Spanish = ""
    lever: Identifier
    actor: Text
    start: dt.date
    end: dt.date | None = None
    """Last day in force, inclusive; blank means until lifted."""
    ramp_days: Days = 0
    decay_days: Days = 0
    trigger: Identifier | None = None
    """It is in force only while this trigger is on, from ``start`` to ``end``."""
    places: tuple[Identifier, ...] = ()
    routes: tuple[Identifier, ...] = ()
    nationalities: tuple[Identifier, ...] = ()
    households: tuple[Identifier, ...] = ()
    strength: float
    low: float | None = None
    high: float | None = None
    unit: Text
    known_from: dt.date
    grade: Grade
    in_base: bool = False
    """In force on the as-of date, so part of every scenario until it is lifted."""
    hindsight: bool = False
    source: Text


class Event(Declared):
    """A row of ``events.csv``: a number of people who set out together, such as a caravan.

    With a ``flow``, they are of those who are in its stock, as many as there are; with a ``stock`` and a
    ``group``, they come to it from outside, on top of its departures.
    """

    id: Identifier
    name: Text
    name_es: Spanish = ""
    flow: Identifier | None = None
    stock: Identifier | None = None
    group: Identifier | None = None
    start: dt.date
    days: Annotated[int, Field(ge=1, le=366)] = 1
    """Days over which they set out, evenly."""
    people: NotNegative
    low: NotNegative | None = None
    high: NotNegative | None = None
    known_from: dt.date
    in_base: bool = False
    """Part of every scenario."""
    hindsight: bool = False
    source: Text

    @property
    def assumed(self) -> bool:
        """Whether the row says that its number of people is an assumption."""
        return says_assumption(self.source)


class Lift(Declared):
    """A base measure that a scenario ends."""

    measure: Identifier
    on: dt.date


class MeasureChange(Declared):
    """What a scenario changes of one measure, for itself alone; what is blank stays as it is."""

    measure: Identifier
    strength: float | None = None
    low: float | None = None
    high: float | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    ramp_days: Days | None = None
    decay_days: Days | None = None
    places: tuple[Identifier, ...] = ()
    routes: tuple[Identifier, ...] = ()
    nationalities: tuple[Identifier, ...] = ()
    households: tuple[Identifier, ...] = ()


class Scenario(Declared):
    """A file of ``scenarios/``: a named set of measures on top of the base.

    Under ``change`` it sets measures otherwise for itself alone, for example ``{measure: trains, strength: 0.4,
    start: 2024-02-01}``, and under ``own`` it holds measures that no other scenario has. `corridor simulate DIR
    --scenario FILE.yaml` runs a file that stands elsewhere.
    """

    id: Identifier
    name: Text
    name_es: Spanish = ""
    description: Text
    description_es: Spanish = ""
    measures: tuple[Identifier, ...] = ()
    change: tuple[MeasureChange, ...] = ()
    """Measures of the base or of ``measures`` that it sets otherwise; opening a folder makes them measures of their own."""
    own: tuple[Measure, ...] = ()
    """Measures that only it has, written out; opening a folder adds them to the others."""
    lift: tuple[Lift, ...] = ()
    events: tuple[Identifier, ...] = ()
    hindsight: bool = False
