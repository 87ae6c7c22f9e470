"""What people can expect: departures answer to the chance of not being removed that a run itself gives.

Past measures of a class tell the whole answer (`corridor.study.responses`). Beds, staff and seats have no class, or
one with too few episodes, and change the chance of removal only as far as queues and room let them. So two runs of expected
values, with such measures and without, tell how the chance changes; departures answer to it with the elasticity of
``asylum_rules`` (a row of ``parameters.csv``), one window later, since what happened to those before has to be heard of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from corridor.engine import LEVERS, Compiled, run_member
from corridor.engine.scope import Scope
from corridor.evaluate.episodes import WINDOWS
from corridor.model import Measure, Parameter, Scenario
from corridor.model.arrays import Floats
from corridor.model.periods import add_months
from corridor.study.run import Answer, Study
from corridor.text import say

BY_CHANCE = ("detention_capacity", "processing_staff", "repatriation")
"""Levers that change the chance of removal through room, staff and seats."""
CHANCE = next(effect for effect in LEVERS["asylum_rules"].effects["share"] if effect.rule == "chance")
"""The effect whose flows remove people and whose elasticity departures answer with."""
INSIDE = ("processing", "detention", "removal")
"""Flows from custody to custody, the last where a flight is waited for."""
LEAST_CHANCE = 0.01
"""A chance of not being removed is a hundredth at least, as for the rule ``chance`` of levers."""
SMALLEST = 0.001
"""A change of the chance below a thousandth is not heard of."""


def expecting(study: Study) -> Study:
    """The study with answers to the chance of removal in its scenarios; the same where no measure changes it."""
    row = elasticity(study)
    own = {m.id for m in study.corridor.measures if m.lever == "response"} - study.answers.keys()
    if row is None:
        return study
    scenarios, answers = list(study.corridor.scenarios), dict(study.answers)
    added: list[Measure] = []
    for i, scenario in enumerate(scenarios):
        if scenario.id not in study.scenarios or own & set(scenario.measures):
            continue
        if causes := unanswered(study, scenario):
            made = answers_to(study, scenario, causes, row)
            scenarios[i] = scenario.model_copy(
                update={"measures": (*scenario.measures, *(m.id for m in made))}
            )
            answers |= {m.id: Answer(tuple(cause.id for cause in causes), 0) for m in made}
            added += made
    if not added:
        return study
    changed = {
        "measures": (*study.corridor.measures, *added), "scenarios": tuple(scenarios),
        "scenario_ids": {scenario.id: scenario for scenario in scenarios},  # a copy keeps what was cached
    }  # fmt: skip
    return replace(study, corridor=study.corridor.model_copy(update=changed), answers=answers)


def elasticity(study: Study) -> Parameter | None:
    """The row by which departures answer to the chance of not being removed; None where the corridor gives none."""
    rows = [
        row
        for row in study.corridor.parameters
        if (row.parameter, row.target) == (CHANCE.elasticity, "asylum_rules")
        and (study.hindsight or row.known_from is None or row.known_from <= study.as_of)
    ]
    return rows[-1] if rows else None


def unanswered(study: Study, scenario: Scenario) -> tuple[Measure, ...]:
    """Measures of a scenario that change the chance of removal and that no past measures answer."""
    told = {name for answer in study.answers.values() for name in answer.measures}
    by_id = {measure.id: measure for measure in study.corridor.measures}
    named = (by_id[name] for name in scenario.measures if name in by_id)
    return tuple(
        m for m in named if m.lever in BY_CHANCE and not m.in_base and not m.trigger and m.id not in told
    )


def answers_to(
    study: Study, scenario: Scenario, causes: tuple[Measure, ...], row: Parameter
) -> tuple[Measure, ...]:
    """Ratios on departures, one for each window after the first, of those whom the measures concern."""
    lead = min(causes, key=lambda m: (m.start, m.id))
    gone = {measure.id for measure in causes}
    without = scenario.model_copy(update={"measures": tuple(m for m in scenario.measures if m not in gone)})
    within = study.compile(scenario)
    chance = [chances(compiled, causes) for compiled in (within, study.compile(without))]
    first = lead.start.replace(day=1)
    made: list[Measure] = []
    for number, ((begin, last), (start, end)) in enumerate(zip(WINDOWS, _next_windows(first), strict=True)):
        seen = [add_months(first, k) for k in range(begin, last)]
        if not set(seen) <= set(within.months) or start > study.end:
            break
        after, before = (np.array([found[month] for month in seen]).sum(axis=0) for found in chance)
        if not (after[1] and before[1]):  # nobody is encountered
            continue
        stayed = [max(1.0 - removed / met, LEAST_CHANCE) for removed, met in (after, before)]
        ratio = stayed[0] / stayed[1]
        if abs(ratio - 1.0) >= SMALLEST:
            made.append(_measure(scenario, causes, (start, end), ratio, row, f"{number + 2}"))
    return tuple(made)


def _next_windows(first: dt.date) -> list[tuple[dt.date, dt.date | None]]:
    """First and last day of departures that answer to each of WINDOWS: from its end until the next one's."""
    ends = [add_months(first, last) for _, last in WINDOWS]
    lasts: Iterable[dt.date | None] = [*(end - dt.timedelta(days=1) for end in ends[1:]), None]
    return list(zip(ends, lasts, strict=True))


def chances(compiled: Compiled, causes: tuple[Measure, ...]) -> Mapping[dt.date, Floats]:
    """By month, expected people taken out of the country and people encountered, among those whom the measures concern."""
    flows, scope = compiled.corridor.flows, Scope(compiled.index)
    custody = {flow.to_stock for flow in flows if flow.kind == CHANCE.after}
    to_fly = {flow.from_stock for flow in flows if flow.kind == "removal_flight"}
    on = [f for f in flows if f.kind in INSIDE and (f.kind != "removal" or f.to_stock in to_fly)]
    while more := {f.to_stock for f in on if f.from_stock in custody} - custody:
        custody |= more
    removed = [
        i
        for i, f in enumerate(flows)
        if f.kind in CHANCE.kinds and f.from_stock in custody and f.to_stock not in custody
    ]
    met = [i for i, flow in enumerate(flows) if flow.kind == CHANCE.after]
    groups = sorted({group for cause in causes for group in scope.groups(cause)})
    people = run_member(compiled, None).monthly_flow[:, :, groups].sum(axis=2)
    people = np.stack([people[:, chosen].sum(axis=1) for chosen in (removed, met)], axis=1)
    return dict(zip(compiled.months, people, strict=True))


def _measure(
    scenario: Scenario, causes: tuple[Measure, ...], window: tuple[dt.date, dt.date | None], ratio: float, row: Parameter,
    number: str,
) -> Measure:  # fmt: skip
    """The answer of one window; the bounds are those of the elasticity."""
    lead = min(causes, key=lambda m: (m.start, m.id))
    low, high = (row.value if e is None else e for e in (row.low, row.high))
    bounds = sorted(ratio**e for e in (low, row.value, high))
    name = say(
        "responses.name", kind=say("responses.kind_chance"), window=say(f"responses.window_chance_{number}")
    )
    names = {name for cause in causes for name in cause.nationalities}
    return Measure(
        id=f"response.chance.{scenario.id[:36]}.{number}", name=name[0], name_es=name[1], lever="response",
        actor=lead.actor, start=window[0], end=window[1],
        nationalities=tuple(sorted(names)) if all(cause.nationalities for cause in causes) else (),
        strength=round(ratio**row.value, 4), low=round(bounds[0], 4), high=round(bounds[-1], 4), unit="ratio",
        known_from=max(cause.known_from for cause in causes), grade="assumed",
        hindsight=any(cause.hindsight for cause in causes),
        source=f"assumption: departures answer to the chance of not being removed, {ratio:.4f} times as large with "
        f"{', '.join(cause.id for cause in causes)} in expected values of the window before, to the power of "
        f"{row.value:g} [{low:g}, {high:g}] (elasticity of asylum_rules)",
    )  # fmt: skip
