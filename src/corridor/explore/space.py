"""The packages that are searched: a subset of measures, each at one of its levels, and a date of entry into force."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from corridor.engine import neutral_strength
from corridor.model import Corridor, Fault, InputError, Lift, Measure, Scenario, did_you_mean

Package = tuple[int, ...]
"""One number for each element: 0 where it is not part of the package, else the position of its level, from one."""

HALF = 0.5
PACKAGE_ID = "package"


@dataclass(frozen=True)
class Element:
    """What a package can hold: measures that come into force together, or the end of one that is in force.

    ``levels`` are shares of the declared strength, rising; the last is 1.
    """

    measures: tuple[Measure, ...]
    levels: tuple[float, ...]
    lifted_on: dt.date | None = None
    replaces: Measure | None = None
    """The measure of the base that a scenario changed into this one, and that therefore ends when it begins."""

    @property
    def id(self) -> str:
        """Id of its first measure."""
        return self.measures[0].id

    @property
    def lead(self) -> Measure:
        """Its first measure, which names it."""
        return self.measures[0]

    @property
    def lift(self) -> bool:
        """Whether it ends a measure."""
        return self.lifted_on is not None

    def ending(self, enters: dt.date | None) -> tuple[str, dt.date] | None:
        """The measure of the base that it ends, and the day; ``None`` if it ends none."""
        if self.lifted_on is not None:
            return self.id, enters or self.lifted_on
        return None if self.replaces is None else (self.replaces.id, enters or self.replaces.start)


@dataclass(frozen=True)
class Space:
    """Every package over the elements; ``base`` is the scenario of no agreement.

    ``enters`` is the day on which the measures of a package come into force; None: each on its own declared day.
    """

    corridor: Corridor
    base: Scenario
    elements: tuple[Element, ...]
    enters: dt.date | None = None

    @property
    def levels(self) -> tuple[int, ...]:
        """Highest number of each element."""
        return tuple(len(element.levels) for element in self.elements)

    @property
    def size(self) -> int:
        """Number of packages, the empty one among them."""
        return math.prod(level + 1 for level in self.levels)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of the element that holds a measure, by the measure's id."""
        return {m.id: n for n, element in enumerate(self.elements) for m in element.measures}

    @cached_property
    def originals(self) -> dict[str, int]:
        """Position of the element that holds a measure or a scenario's change of it, by the measure's own id."""
        return {self.corridor.original(name): n for name, n in self.positions.items()}

    def parts(self, package: Package) -> list[tuple[Element, float]]:
        """The elements of a package with their levels."""
        pairs = zip(self.elements, package, strict=True)
        return [(element, element.levels[level - 1]) for element, level in pairs if level]

    def begun(self, measure: Measure) -> Measure:
        """The measure with its day of entry into force."""
        if self.enters is None:
            return measure
        length = (measure.end - measure.start) if measure.end else None
        return measure.model_copy(
            update={"start": self.enters, "end": self.enters + length if length is not None else None}
        )

    def scenario(self, package: Package, name: str = PACKAGE_ID) -> tuple[Corridor, Scenario]:
        """The package as a scenario, and the corridor with its measures at their levels."""
        parts = self.parts(package)
        changed = {
            m.id: scaled(self.begun(m), level)
            for element, level in parts if not element.lift for m in element.measures
        }  # fmt: skip
        lifts = [Lift(measure=ending[0], on=ending[1]) for e, _ in parts if (ending := e.ending(self.enters))]
        scenario = self.base.model_copy(
            update={
                "id": name,
                "measures": (*self.base.measures, *changed),
                "lift": (*self.base.lift, *lifts),
                "hindsight": any(m.hindsight for m in changed.values()),
            }
        )
        measures = tuple(changed.get(m.id, m) for m in self.corridor.measures)
        return with_scenario(self.corridor.model_copy(update={"measures": measures}), scenario), scenario

    def of_scenario(self, scenario: Scenario) -> Package:
        """The package that a scenario of the corridor is, as far as its measures are elements.

        A measure that it changes counts as the measure.
        """
        held = {self.corridor.original(name) for name in scenario.measures}
        lifted = set(self.corridor.lifted_in(scenario))

        def has(element: Element) -> bool:
            ids = {self.corridor.original(m.id) for m in element.measures}
            return bool(ids & (lifted if element.lift else held))

        return tuple(len(e.levels) if has(e) else 0 for e in self.elements)


def with_scenario(corridor: Corridor, scenario: Scenario) -> Corridor:
    """The corridor with ``scenario`` among its scenarios, in place of one of the same id."""
    others = tuple(s for s in corridor.scenarios if s.id != scenario.id)
    scenarios = (*others, scenario)
    changed = {"scenarios": scenarios, "scenario_ids": {s.id: s for s in scenarios}}
    return corridor.model_copy(update=changed)  # scenario_ids: a copy keeps what was cached


def scaled(measure: Measure, level: float) -> Measure:
    """The measure at a share of its declared strength, counted from the strength that changes nothing."""
    if level == 1.0:
        return measure
    neutral = neutral_strength(measure.lever, measure.unit)
    if neutral is None or not math.isfinite(neutral):
        raise ValueError(f"{measure.id} has no strength between none and its own")

    def part(value: float | None) -> float | None:
        return None if value is None else neutral + level * (value - neutral)

    return measure.model_copy(
        update={"strength": part(measure.strength), "low": part(measure.low), "high": part(measure.high)}
    )


def levels_of(measures: Iterable[Measure]) -> tuple[float, ...]:
    """Half and whole where every one of the measures has a strength that changes nothing, else the whole alone."""
    neutral = [neutral_strength(m.lever, m.unit) for m in measures]
    return (HALF, 1.0) if all(n is not None and math.isfinite(n) for n in neutral) else (1.0,)


def make_space(
    corridor: Corridor,
    base: Scenario,
    names: Sequence[str] = (),
    *,
    as_of: dt.date,
    hindsight: bool = False,
    enters: dt.date | None = None,
) -> Space:
    """The packages of ``names`` (default: every measure that a scenario or a demand names and that may be used on the date).

    Measures that one trigger switches are one element. A measure that a scenario changed is an element in place of the
    measure, where no other scenario names that one. Raises InputError, with every fault, for an unknown measure, one
    that is part of no agreement already, a measure beside a change of it, and fewer than two elements.
    """
    by_id = {measure.id: measure for measure in corridor.measures}
    chosen = names or tuple(_proposed(corridor, base, as_of, hindsight=hindsight))
    faults = [fault for name in names if (fault := _fault(name, by_id, base, as_of, hindsight))]
    faults += _told_twice(corridor, names)
    if faults:
        raise InputError("the packages cannot be searched", faults=faults)
    elements = _elements(corridor, [by_id[name] for name in chosen], as_of, named=bool(names))
    if len(elements) < 2:
        fault = Fault("--measures", None, None, f"{len(elements)} measure makes no package to choose from")
        raise InputError("there is nothing to search", faults=[fault], hint="name two measures or more")
    return Space(corridor, base, elements, enters)


def _proposed(corridor: Corridor, base: Scenario, as_of: dt.date, *, hindsight: bool) -> list[str]:
    """Measures that scenarios add, or lift, or that a party's demand names, as known on the date, in the corridor's order."""
    scenarios = [s for s in corridor.scenarios if hindsight or not s.hindsight]
    by_scenarios = {name for s in scenarios for name in (*s.measures, *corridor.lifted_in(s))}
    by_parties = {name for party in corridor.parties for d in party.demands for name in d.measures}
    named = _one_of_each(corridor, by_scenarios, by_parties)
    return [
        m.id for m in corridor.measures
        if m.id in named and m.id not in base.measures
        and (hindsight or (m.known_from <= as_of and not m.hindsight))
    ]  # fmt: skip


def _one_of_each(corridor: Corridor, by_scenarios: set[str], by_parties: set[str]) -> set[str]:
    """Each measure once: as it is, or as the only scenario that names it has changed it."""
    changes: dict[str, list[str]] = {}
    for name in sorted(by_scenarios & corridor.originals.keys()):
        changes.setdefault(corridor.original(name), []).append(name)
    in_base = {m.id for m in corridor.measures if m.in_base}
    plain = (by_scenarios | by_parties) - corridor.originals.keys()
    found = set(plain)
    for original, names in changes.items():
        lifted_by_parties = original in in_base and original in by_parties
        if original in by_scenarios or lifted_by_parties:
            continue
        if len(names) == 1 or original in in_base:
            found = (found - {original}) | {names[0]}
        else:
            found.add(original)
    return found


def _told_twice(corridor: Corridor, names: Sequence[str]) -> list[Fault]:
    first: dict[str, str] = {}
    faults = []
    for name in dict.fromkeys(names):
        earlier = first.setdefault(corridor.original(name), name)
        if earlier != name:
            text = (
                f"{name!r} and {earlier!r} are one measure at two strengths: a package can hold one of them"
            )
            faults.append(Fault("--measures", None, None, text, "leave one out"))
    return faults


def _fault(
    name: str, by_id: dict[str, Measure], base: Scenario, as_of: dt.date, hindsight: bool
) -> Fault | None:
    if name not in by_id:
        known = did_you_mean(name, by_id)
        return Fault("--measures", None, None, f"there is no measure {name!r}", known)
    if name in base.measures:
        return Fault("--measures", None, None, f"{name!r} is part of the scenario {base.id!r} already")
    if not hindsight and (by_id[name].hindsight or by_id[name].known_from > as_of):
        return Fault("--measures", None, None, f"{name!r} was not known on {as_of}", "add --hindsight")
    return None


def _elements(
    corridor: Corridor, measures: Sequence[Measure], as_of: dt.date, *, named: bool
) -> tuple[Element, ...]:
    triggers: dict[str, list[Measure]] = {}
    chosen = {corridor.original(m.id): m.id for m in measures}
    for measure in corridor.measures:
        mine = chosen.get(
            corridor.original(measure.id), None if measure.id in corridor.originals else measure.id
        )
        if measure.trigger and mine == measure.id and (measure in measures or named):
            triggers.setdefault(measure.trigger, []).append(measure)
    by_id = {measure.id: measure for measure in corridor.measures}
    lifted = {
        name: day
        for s in corridor.scenarios
        if not s.hindsight
        for name, day in corridor.lifted_in(s).items()
    }
    found: list[Element] = []
    told: set[str] = set()
    for measure in measures:
        if measure.trigger in told:
            continue
        if measure.trigger:
            told.add(measure.trigger)
        if measure.in_base:
            on = lifted.get(measure.id, as_of + dt.timedelta(days=1))
            found.append(Element((measure,), (1.0,), on))
            continue
        old = by_id[corridor.original(measure.id)]
        if old.in_base:
            found.append(Element((measure,), (1.0,), replaces=old))
            continue
        together = tuple(triggers[measure.trigger]) if measure.trigger else (measure,)
        found.append(Element(together, levels_of(together)))
    return tuple(found)
