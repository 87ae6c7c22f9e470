"""The declared nouns: what a corridor folder says. Frozen, and unknown keys are faults."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from corridor.model import html
from corridor.model.datasets import Count, DatasetEntry
from corridor.model.declared import (
    Declared,
    Identifier,
    NotNegative,
    Probability,
    Spanish,
    Text,
    says_assumption,
)
from corridor.model.distinct import distinct_names
from corridor.model.measures import Event, Measure, Scenario
from corridor.model.parties import Party
from corridor.model.register import RegisterEntry
from corridor.model.vocabulary import FlowKind, Mode, Tag
from corridor.model.walk import Closure, Conflict, WalkRules


class Place(Declared):
    """A row of ``places.csv``."""

    id: Identifier
    name: Text
    name_es: Spanish = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    kind: Identifier
    zone: Identifier | None = None
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    tag: Tag
    source: Text


class Stock(Declared):
    """A row of ``stocks.csv``: people in one state at one place.

    ``stay_days`` (mean, in ``stay_stages`` Erlang stages) says when the shares of its flows apply;
    blank means that it is left only through flows with a daily probability, or never.
    """

    id: Identifier
    place: Identifier
    state: Identifier
    capacity: NotNegative | None = None
    overflow: bool = False
    stay_days: Annotated[float, Field(ge=1)] | None = None
    stay_stages: Annotated[int, Field(ge=1, le=400)] = 1
    tag: Tag


class Route(Declared):
    """A row of ``routes.csv``: a way from one place to another by one mode."""

    id: Identifier
    from_place: Identifier
    to_place: Identifier
    mode: Mode
    zone: Identifier | None = None
    km: NotNegative
    days_mean: Annotated[float, Field(ge=1)]
    days_stages: Annotated[int, Field(ge=1, le=400)]
    throughput: NotNegative | None = None
    """People per day who can set out on this route, all flows together; blank means no limit."""
    tag: Tag
    source: Text


class Group(Declared):
    """A row of ``groups.csv``: nationality x household type; ``size`` people move as one unit."""

    id: Identifier
    nationality: Identifier
    household: Identifier
    size: Annotated[int, Field(ge=1, le=20)]


class Flow(Declared):
    """A row of ``flows.csv``: a way out of a stock, or off a route (interdiction, turning back, death).

    A flow out of a stock has either a ``daily_probability`` (a hazard that competes every day) or a
    ``share`` (of those whose stay has ended; the shares of a stock sum to one for every group). A flow
    off a route has a ``share``: the probability per journey. Either number may be left to
    ``parameters.csv``. What ``throughput`` or the room at the destination refuse takes
    ``overflow_flow``, or waits where it is.
    """

    id: Identifier
    from_stock: Identifier | None = None
    from_route: Identifier | None = None
    to_stock: Identifier
    kind: FlowKind
    route: Identifier | None = None
    groups: tuple[Identifier, ...] = ()
    """Nationalities, households or groups it is open to; empty means all."""
    daily_probability: Probability | None = None
    share: Probability | None = None
    throughput: NotNegative | None = None
    overflow_flow: Identifier | None = None
    tag: Tag

    def open_to(self, group: Group) -> bool:
        """Whether ``group`` may take it, by its nationality, household or id."""
        return not self.groups or bool({group.id, group.nationality, group.household} & set(self.groups))


class Parameter(Declared):
    """A row of ``parameters.csv``. The most specific group wins; later rows do not override earlier ones."""

    parameter: Identifier
    target: Identifier | None = None
    group: Identifier | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    """Last day, inclusive; blank means for ever."""
    value: float
    low: float | None = None
    high: float | None = None
    """``low`` and ``high`` bound 90 % of what is thought possible."""
    unit: Text
    known_from: dt.date | None = None
    source: Text
    """Where it comes from; starts with ``assumption`` where nothing is known."""

    @property
    def assumed(self) -> bool:
        """Whether the row says that it is an assumption."""
        return says_assumption(self.source)


class Trigger(Declared):
    """A row of ``triggers.csv``: when the measures that name it are in force.

    It looks at a published series of flows (people per day) or at a stock (people), every evening: above
    ``on_above`` it is on from the next morning, below ``off_below`` for ``off_days`` evenings it is off again.
    """

    id: Identifier
    name: Text
    name_es: Spanish = ""
    observation: Identifier | None = None
    stock: Identifier | None = None
    window_days: Annotated[int, Field(ge=1, le=366)] = 1
    """It looks at the mean of that many days."""
    on_above: NotNegative
    day_above: NotNegative | None = None
    """One single day above this switches it on, too."""
    off_below: NotNegative
    off_days: Annotated[int, Field(ge=1, le=366)] = 1
    min_days: Annotated[int, Field(ge=1, le=3660)] = 1
    max_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    days_per_year: tuple[Annotated[int, Field(ge=0, le=366)], ...] = ()
    """Most days on in the first, second … calendar year in which it is armed; the last one goes on."""
    source: Text


class Observation(Declared):
    """An entry of ``observations.yaml``: which published series counts which flows or stock."""

    id: Identifier
    name: Text
    name_es: Spanish = ""
    dataset: Identifier
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values that the dataset's columns must have for a row to count."""
    flows: tuple[Identifier, ...] = ()
    stocks: tuple[Identifier, ...] = ()
    by: tuple[Literal["nationality", "household"], ...] = ()
    """Margins at which the series is published."""
    nationality_map: dict[str, str] = Field(default_factory=dict)
    """The dataset's code to the corridor's nationality; ``*`` catches the rest; unnamed codes map to themselves."""
    calibrate: bool = True
    counting_point: Identifier


class Indicator(Declared):
    """An entry of ``indicators.yaml``: what results are shown of, and what parties care about."""

    id: Identifier
    name: Text
    name_es: Spanish = ""
    kind: Literal["total", "series", "deaths", "waiting", "detention", "census", "stock"]
    """How a reader should take it; the first ``total`` is the headline."""
    observation: Identifier | None = None
    """The published series that it is, or that its stocks are compared with."""
    stocks: tuple[Identifier, ...] = ()
    """Stocks whose people it adds up; empty for a monthly series."""
    with_occupied: bool = False
    """Whether people outside the model who take up room in its stocks are counted in."""
    tag: Tag


class Claim(Declared):
    """An entry of ``claims.yaml``: a statement of a closed kind, to be checked against data."""

    id: Identifier
    kind: Literal["change", "comparison", "record", "ratio", "first_month", "effect"]
    statement: Text
    statement_es: Spanish = ""
    said_by: Text
    said_on: dt.date
    series: str
    """Id of an observation of this corridor, or of a dataset of one's own or the shipped ones."""
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values that the columns of the series' dataset must have, beside those of its observation."""
    other: str | None = None
    other_where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    period: str | None = None
    """Month or day (``2024-01``) that the statement is about."""
    against: str | None = None
    measure: str | None = None
    """Of an effect: id of a measure of this corridor or of the evidence."""
    date: dt.date | None = None
    """Of an effect without a measure: day on which what is said to have worked began."""
    direction: Literal["up", "down", "above", "below"] | None = None
    resolution: Literal["day", "month", "year"] = "month"
    """Finest time step that the statement needs."""
    value: float | None = None
    tolerance: float | None = None
    weekly: str | None = None
    """Of a ``change``: id of a weekly dataset that tells what happened within the months."""
    source: Text
    note: str | None = None
    note_es: str | None = None


class Translation(Declared):
    """A row of ``translations.csv``: what the tables say in English alone (a source, a publisher, a speaker), in Spanish."""

    text: Text
    text_es: Text


class Settings(Declared):
    """``corridor.yaml``: the corridor as a whole."""

    id: Identifier
    name: Text
    name_es: Spanish = ""
    description: Text
    description_es: Spanish = ""
    start: dt.date
    end: dt.date
    as_of: dt.date
    """The date at which the corridor's default run stands."""
    languages: tuple[Literal["en", "es"], ...] = ("en", "es")
    license: Text
    attribution: Text
    movement: Literal["walk"] | None = None
    """How people move: blank for the flows of ``flows.csv``, ``walk`` for the rule that ``walk`` sets."""
    walk: WalkRules | None = None


class Corridor(Declared):
    """A corridor: places, routes, groups, stocks, flows, parameters, measures, scenarios."""

    settings: Settings
    places: tuple[Place, ...]
    stocks: tuple[Stock, ...]
    routes: tuple[Route, ...] = ()
    groups: tuple[Group, ...]
    flows: tuple[Flow, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    closures: tuple[Closure, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    measures: tuple[Measure, ...] = ()
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    register_entries: tuple[RegisterEntry, ...] = ()
    """Rows of ``register.csv``."""
    claims: tuple[Claim, ...] = ()
    parties: tuple[Party, ...] = ()
    datasets: tuple[DatasetEntry, ...] = ()
    translations: tuple[Translation, ...] = ()
    counts: dict[str, tuple[Count, ...]] = Field(default_factory=dict)
    """Rows of each of ``datasets``, by its id."""

    def __repr__(self) -> str:
        return (
            f"Corridor({self.settings.id!r}, {len(self.places)} places, {len(self.stocks)} stocks, "
            f"{len(self.routes)} routes, {len(self.flows)} flows, {len(self.groups)} groups, "
            f"{len(self.measures)} measures, {len(self.scenarios)} scenarios)"
        )

    def _repr_html_(self) -> str:
        s = self.settings
        counts = ("places", "stocks", "routes", "flows", "groups", "parameters", "measures", "scenarios")
        facts = {"period": f"{s.start} to {s.end}, stands at {s.as_of}", "license": s.license}
        facts |= {name: f"{len(getattr(self, name)):,}" for name in counts}
        names = distinct_names((place.id, place.name, place.country, place.zone) for place in self.places)
        points = {names[place.id]: (place.lon, place.lat) for place in self.places}
        links = [(names[route.from_place], names[route.to_place]) for route in self.routes]
        return html.card(s.name, facts, html.sketch(points, links))

    @cached_property
    def folder(self) -> Path | None:
        """The folder that it was opened from, where its calibrations are; no part of what it declares."""
        return None

    def located(self, folder: Path) -> Corridor:
        """The same corridor, which knows the folder that it was opened from."""
        found = self.model_copy()
        found.__dict__["folder"] = folder
        return found

    @cached_property
    def scenario_ids(self) -> dict[str, Scenario]:
        """Scenarios by id."""
        return {scenario.id: scenario for scenario in self.scenarios}

    @cached_property
    def originals(self) -> dict[str, str]:
        """By the id of a measure that a scenario changed for itself (``m.s``), the id of the measure that it changes."""
        known = {measure.id for measure in self.measures}
        pairs = (
            (name, name.removesuffix(f".{scenario.id}"))
            for scenario in self.scenarios
            for name in scenario.measures
        )
        return {name: old for name, old in pairs if name != old and old in known}

    def original(self, measure: str) -> str:
        """The id of the measure that this one counts as: itself, or the one that a scenario changed."""
        return self.originals.get(measure, measure)

    def lifted_in(self, scenario: Scenario) -> dict[str, dt.date]:
        """The measures of the base that a scenario ends, with the day; one that it only changes is not among them."""
        changed = {self.originals[name] for name in scenario.measures if name in self.originals}
        return {lift.measure: lift.on for lift in scenario.lift if lift.measure not in changed}
