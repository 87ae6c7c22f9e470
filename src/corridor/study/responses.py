"""Scenarios answered: departures move by what past measures of a class brought, less what the model already does.

For each class of measures in a scenario that has a response pool, one measure of the lever ``response`` is added: a
ratio on departures of those concerned. With it, the expected count of those concerned in months 4 to 6 after the start is
the pool's, in the middle and at both ends of its 90 % interval: the total effect, not one on top of the mechanics. Expected counts are
affine in the ratio, so that two runs of expected values tell it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridor.data import datasets
from corridor.engine import run_member
from corridor.evaluate.episodes import LAST_DAY, WINDOWS, Kind
from corridor.evaluate.responses import Response, response
from corridor.model import Corridor, Measure, Observation, Scenario
from corridor.model.periods import add_months
from corridor.study.assemble import monthly_indicators
from corridor.study.run import Study
from corridor.text import say

KINDS: Mapping[str, Kind] = {
    "mexican_enforcement": "enforcement_mexico", "redirect_south": "enforcement_mexico",
    "transit_enforcement": "enforcement_transit", "visas": "entry", "asylum_rules": "asylum",
    "consequences": "asylum", "repatriation": "removal_flights",
}  # fmt: skip
"""Class of response by lever. A lawful pathway alone has no pool: those of the past came with returns."""
SEEN_AT: Mapping[Kind, str] = {"enforcement_transit": "darien_transits"}
"""Dataset on which the episodes of a class were measured, where it is not the headline's."""
WINDOW = 2
"""Window whose total effect is met: months 4 to 6, when those on the way at the start have arrived. Before that the
model's own journeys give the time course."""
LEAST_EPISODES = 3
"""Known episodes of a class without which it has no response."""
LEAST = 0.02
"""Lowest ratio: fewer departures than that cannot make up for people already on the way."""
PROBE = 0.5


@dataclass(frozen=True)
class Package:
    """Measures of one class in a scenario, for the same people."""

    kind: Kind
    scenario: Scenario
    measures: tuple[Measure, ...]

    @property
    def lead(self) -> Measure:
        """The first of them to begin."""
        return min(self.measures, key=lambda m: (m.start, m.id))

    @property
    def first(self) -> dt.date:
        """First month after the start, by the rule of the episodes."""
        month = self.lead.start.replace(day=1)
        return month if self.lead.start.day <= LAST_DAY else add_months(month, 1)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Measures that are nothing but an assumed answer of departures: the measured one replaces them."""
        return tuple(m.id for m in self.measures if m.lever == "asylum_rules" and m.unit == "ratio")


def answered(study: Study) -> Study:
    """The study with measured responses in its scenarios; the same where no pool can tell.

    A response rests on what was public on the as-of date, with hindsight on the day on which the measure began, so
    that no pool holds the measure's own episode.
    """
    corridor = study.corridor
    if not any(o.dataset in datasets() for o in corridor.observations):
        return study
    scenarios = list(corridor.scenarios)
    added: list[Measure] = []
    for i, scenario in enumerate(scenarios):
        if scenario.id not in study.scenarios:
            continue
        found = [
            (package, made) for package in packages(corridor, scenario) if (made := _respond(study, package))
        ]
        gone = {name for package, _ in found for name in package.assumed}
        kept = tuple(name for name in scenario.measures if name not in gone)
        new = tuple(made for _, made in found)
        scenarios[i] = scenario.model_copy(update={"measures": (*kept, *(m.id for m in new))})
        added += new
    changed = {
        "measures": (*corridor.measures, *added), "scenarios": tuple(scenarios),
        "scenario_ids": {scenario.id: scenario for scenario in scenarios},  # a copy keeps what was cached
    }  # fmt: skip
    return replace(study, corridor=corridor.model_copy(update=changed))


def packages(corridor: Corridor, scenario: Scenario) -> list[Package]:
    """The classes of a scenario's measures. Two measures of a class for the same people answer once, so of a second one
    nothing remains: an assumption."""
    by_id = {measure.id: measure for measure in corridor.measures}
    classes: dict[tuple[Kind, tuple[str, ...]], list[Measure]] = {}
    for measure in (by_id[name] for name in scenario.measures):
        kind = KINDS.get(measure.lever)
        if kind and not measure.in_base and _narrows(measure):
            classes.setdefault((kind, _whom(measure)), []).append(measure)
    return [Package(kind, scenario, tuple(found)) for (kind, _), found in classes.items()
            if not _inside(kind, _whom(found[0]), classes)]  # fmt: skip


def _whom(measure: Measure) -> tuple[str, ...]:
    """Nationalities concerned; all where most are."""
    return () if len(measure.nationalities) > 5 else tuple(sorted(measure.nationalities))


def _inside(
    kind: Kind, whom: tuple[str, ...], classes: Mapping[tuple[Kind, tuple[str, ...]], object]
) -> bool:
    """Whether a package of the same class for everybody answers already."""
    return bool(whom) and (kind, ()) in classes


def _narrows(measure: Measure) -> bool:
    """Whether it narrows what people meet; one that widens it has too few episodes to answer."""
    if measure.lever in ("visas", "consequences") or (
        measure.lever == "asylum_rules" and measure.unit == "ratio"
    ):
        return measure.strength < 1.0
    return measure.strength > (1.0 if measure.unit == "ratio" else 0.0)


def _respond(study: Study, package: Package) -> Measure | None:
    lead = package.lead
    known = min(study.as_of, lead.start) if not study.hindsight else lead.start
    told = response(package.kind, known)
    if len(told.episodes) < LEAST_EPISODES:
        return None
    totals = np.exp(np.quantile(told.draw()[:, WINDOW], (0.5, 0.05, 0.95)))
    ratios = totals if lead.trigger else _rest(study, package, totals)
    if ratios is None:
        return None
    strength, low, high = (float(round(ratio, 4)) for ratio in np.maximum(ratios, LEAST))
    name = say("responses.name", kind=say(f"responses.kind_{package.kind}"))
    return Measure(
        id=f"response.{package.kind}.{package.scenario.id}"[:70] + ("." + _whom(lead)[0] if _whom(lead) else ""),
        name=name[0], name_es=name[1], lever="response", actor=lead.actor, start=lead.start, end=lead.end,
        ramp_days=lead.ramp_days, decay_days=lead.decay_days, trigger=lead.trigger,
        nationalities=lead.nationalities if _whom(lead) else (), households=lead.households, strength=strength,
        low=min(low, strength), high=max(high, strength), unit="ratio", known_from=max(told.known_from or known, lead.known_from),
        grade="before_after", hindsight=lead.hindsight,
        source=_source(package, told, totals, taken_off=not lead.trigger),
    )  # fmt: skip


def _source(package: Package, told: Response, totals: np.ndarray, *, taken_off: bool) -> str:
    middle, low, high = totals
    off = "the model's own effect of these measures is taken off" if taken_off else (
        "the model's own effect is not taken off, since a trigger answers to it")  # fmt: skip
    return (
        f"Corridor's pool of past measures, class {package.kind}: {len(told.episodes)} episodes of it, {told.pooled} in all, "
        f"public by {told.known_from or 'no date, priors alone'}; total effect on those concerned in months 4 to 6: "
        f"{middle:.2f} [{low:.2f}, {high:.2f}], that of a usual measure of its class; {off}; stands for "
        f"{', '.join(m.id for m in package.measures)} together (assumption: nothing remains of a second one)"
    )


def _rest(study: Study, package: Package, totals: np.ndarray) -> np.ndarray | None:
    """Ratios on departures with which the totals come out; None where the run does not reach months 4 to 6."""
    probe = Measure(
        id="response.probe", name="probe", name_es="probe", lever="response", actor="probe", start=package.lead.start,
        ramp_days=package.lead.ramp_days, decay_days=package.lead.decay_days, end=package.lead.end,
        nationalities=package.lead.nationalities if _whom(package.lead) else (), households=package.lead.households,
        strength=PROBE, unit="ratio", known_from=package.lead.known_from, grade="assumed", source="assumption: probe",
        hindsight=package.lead.hindsight,
    )  # fmt: skip
    gone = {m.id for m in package.measures}
    others = tuple(name for name in package.scenario.measures if name not in gone)
    kept = tuple(name for name in package.scenario.measures if name not in package.assumed)
    counts = [
        _expected(study, package, names, probe)
        for names in (others, kept, (*kept, probe.id))
    ]  # fmt: skip
    if any(count is None for count in counts):
        return None
    without, mechanics, probed = (float(count or 0.0) for count in counts)
    slope = (mechanics - probed) / (1.0 - PROBE)
    return 1.0 - (mechanics - totals * without) / slope if slope > 1e-9 else None


def _expected(study: Study, package: Package, names: Sequence[str], probe: Measure) -> float | None:
    """Expected people of those concerned in months 4 to 6 under a scenario of these measures."""
    corridor = study.corridor.model_copy(update={"measures": (*study.corridor.measures, probe)})
    scenario = package.scenario.model_copy(update={"measures": tuple(names)})
    compiled = replace(study, corridor=corridor).compile(scenario)
    begin, end = WINDOWS[WINDOW]
    months = [add_months(package.first, k) for k in range(begin, end)]
    if not set(months) <= set(compiled.months):
        return None
    flows = [compiled.flow_ids.index(name) for name in _series(corridor, package.kind).flows]
    whom = _whom(package.lead)
    groups = [g for g, group in enumerate(compiled.groups) if not whom or group.nationality in whom]
    at = [compiled.months.index(month) for month in months]
    return float(run_member(compiled, None).monthly_flow[:, flows, :].sum(axis=1)[np.ix_(at, groups)].sum())


def _series(corridor: Corridor, kind: Kind) -> Observation:
    """The published series on which a response shows: that of the episodes, else the headline."""
    wanted = SEEN_AT.get(kind)
    for observation in corridor.observations:
        if observation.dataset == wanted and observation.flows:
            return observation
    shown = monthly_indicators(corridor)
    totals = [observation for indicator, observation in shown if indicator.kind == "total"]
    return totals[0] if totals else shown[0][1]
