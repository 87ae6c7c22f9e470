"""What is asked: which measures, parties and indicators, over which months; checked before anything runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from corridor.explore.demands import interests_of, parties_on
from corridor.explore.outcomes import (
    COSTS,
    HUMANITARIAN,
    Outcome,
    Reader,
    Window,
    choose_outcomes,
    known_outcomes,
)
from corridor.explore.runs import MeanField
from corridor.explore.space import Space, make_space
from corridor.model import Corridor, Fault, InputError, Interest, Party, Scenario, did_you_mean
from corridor.study import Study

HORIZON = 6
MOST_MONTHS = 36


@dataclass(frozen=True)
class Objective:
    """What the search makes small: an outcome times ``sign``."""

    outcome: Outcome
    sign: int


@dataclass(frozen=True)
class Plan:
    """A search that can be run. ``parties`` hold what they had stated by the as-of date; ``late`` all that they stated later."""

    study: Study
    space: Space
    parties: tuple[Party, ...]
    late: tuple[Party, ...]
    outcomes: tuple[Outcome, ...]
    window: Window
    budget: float | None = None

    @cached_property
    def reader(self) -> Reader:
        """Reads the outcomes off a run."""
        return Reader(self.outcomes, self.window)

    @cached_property
    def field(self) -> MeanField:
        """Expected values of packages. Its run with every element is made once, and goes to workers as it is."""
        return MeanField(self.study, self.space, self.reader)

    @cached_property
    def at(self) -> dict[str, int]:
        """Position of each outcome by its id."""
        return {outcome.id: n for n, outcome in enumerate(self.outcomes)}

    @cached_property
    def objectives(self) -> tuple[Objective, ...]:
        """Indicators that parties name, in the direction they state, and the humanitarian ones; nothing that counts people met by
        the authorities is made large."""
        wanted = {(i.indicator, -1 if i.direction == "up" else 1) for i in interests_of(self.parties)}
        wanted |= {(name, 1) for name in HUMANITARIAN if name in self.at}
        return tuple(
            Objective(outcome, sign)
            for outcome in self.outcomes for sign in (1, -1)
            if (outcome.id, sign) in wanted and not (sign < 0 and self._counts_interdiction(outcome))
        )  # fmt: skip

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Positions of the outcomes that are public costs."""
        return tuple(self.at[name] for name in COSTS if name in self.at)

    def _counts_interdiction(self, outcome: Outcome) -> bool:
        kinds = {flow.id: flow.kind for flow in self.space.corridor.flows}
        return any(kinds[name] == "interdiction" for name in outcome.flows)

    def interests(self, party: Party) -> list[tuple[int, int]]:
        """(position of the outcome, 1 where it should fall and -1 where it should rise)."""
        return [(self.at[i.indicator], -1 if i.direction == "up" else 1) for i in party.interests]


def make_plan(
    study: Study,
    *,
    base: str | None = None,
    measures: Sequence[str] = (),
    parties: Sequence[str] = (),
    indicators: Sequence[str] = (),
    horizon: int = HORIZON,
    budget: float | None = None,
    enters: dt.date | None = None,
) -> Plan:
    """Check what is asked and say what will be run.

    ``base`` is the scenario of no agreement (default: the corridor's plain one); ``indicators`` narrow those that parties
    name (humanitarian ones and costs stand beside them always); ``horizon`` is in months from the entry into force on.

    Raises InputError, with every fault that was found.
    """
    faults = list(_numbers(budget, horizon))
    corridor = study.corridor
    if faults:
        raise InputError("the packages cannot be searched", faults=faults)
    as_of = study.as_of
    chosen = parties_on(corridor, parties, as_of, hindsight=study.hindsight)
    late = parties_on(corridor, parties, as_of, hindsight=True)
    chosen, late = (tuple(_narrowed(p, indicators) for p in group) for group in (chosen, late))
    if not any(p.demands or p.interests for p in chosen):
        raise InputError(
            f"no party had stated anything by {as_of}", hint="choose other parties or another date"
        )
    space = make_space(
        corridor, _base(corridor, base), measures, as_of=as_of, hindsight=study.hindsight, enters=enters
    )
    known = known_outcomes(corridor)
    named = [*(i.indicator for i in interests_of(late)), *indicators]
    always = [name for name in (*HUMANITARIAN, *COSTS) if name in known]
    outcomes = choose_outcomes(corridor, [*named, *always], "--indicators" if indicators else "parties.yaml")
    window = Window.of(enters or as_of + dt.timedelta(days=1), horizon)
    if window.last > corridor.settings.end:
        text = f"{horizon} months end on {window.last}, after the corridor's period"
        raise InputError(text, hint=f"it ends on {corridor.settings.end}")
    plan = Plan(replace(study, end=window.last), space, chosen, late, outcomes, window, budget)
    if budget is not None and not plan.costs:
        raise InputError("the corridor has no costs that a budget could limit", hint="leave --budget out")
    if not plan.objectives:
        raise InputError("no indicator is left to compare packages by", hint="name an indicator of a party")
    return plan


def _numbers(budget: float | None, horizon: int) -> list[Fault]:
    faults = []
    if budget is not None and budget <= 0:
        hint = "name what a package may add to public costs, in USD, or leave it out"
        faults.append(Fault("--budget", None, None, f"{budget:g} USD leaves no package", hint))
    if not 1 <= horizon <= MOST_MONTHS:
        faults.append(Fault("--horizon", None, None, f"{horizon} months", f"1 to {MOST_MONTHS}"))
    return faults


def _narrowed(party: Party, indicators: Sequence[str]) -> Party:
    if not indicators:
        return party
    kept: tuple[Interest, ...] = tuple(i for i in party.interests if i.indicator in indicators)
    return party.model_copy(update={"interests": kept})


def _base(corridor: Corridor, name: str | None) -> Scenario:
    """The scenario of no agreement: that named, else the one that adds fewest measures and lifts none."""
    if name is not None:
        if name not in corridor.scenario_ids:
            hint = did_you_mean(name, corridor.scenario_ids)
            raise InputError(f"corridor {corridor.settings.id!r} has no scenario {name!r}", hint=hint)
        return corridor.scenario_ids[name]
    plain = [s for s in corridor.scenarios if not s.lift and not s.hindsight]
    if plain:
        return min(plain, key=lambda s: (len(s.measures), s.id))
    return Scenario(
        id="base", name="Base", name_es="Base", description="Measures in force.", description_es="Medidas en vigor."
    )  # fmt: skip
