"""Responses in scenarios: people answer a measure as they answered past ones of its class, less what the model does already.

For each class of measures in a scenario that has a response pool, three measures of the lever ``response`` are added:
ratios on the departures of those concerned in month 1, in months 2 and 3 and from month 4 on. With them, expected
counts of those concerned are what the pool tells for these windows, in the middle and at both ends of its 90 %
interval: the total effect, not one on top of the mechanics. Some runs of expected values tell the ratios
(`corridor.study.response_runs`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from corridor.evaluate.announced import LEAST_DAYS, before_the_date
from corridor.evaluate.episodes import WINDOWS, episodes
from corridor.evaluate.responses import DRAWS, Response, response
from corridor.model import Measure
from corridor.model.arrays import Floats
from corridor.model.periods import add_months
from corridor.study.expectations import expecting
from corridor.study.packages import Package, packages
from corridor.study.response_runs import LEAST, ratios
from corridor.study.run import Answer, Study
from corridor.study.spoken import quoted
from corridor.text import say

LEAST_EPISODES = 3
"""Known episodes of a class without which it has no response."""
QUANTILES = (0.5, 0.05, 0.95)


def answered(study: Study) -> Study:
    """The study in which people answer measures: as past ones of their class were answered, else what they can expect."""
    return expecting(from_pools(study))


def from_pools(study: Study) -> Study:
    """The study with measured responses in its scenarios; the same where no pool can tell.

    A response rests on what was public on the as-of date, with hindsight on the day on which the measure began, so
    that no pool holds the measure's own episode. A scenario that holds a response already is left as it is.
    """
    corridor = study.corridor
    own = {measure.id for measure in corridor.measures if measure.lever == "response"}
    if not {o.dataset for o in corridor.observations} & {episode.dataset for episode in episodes()}:
        return study
    scenarios = list(corridor.scenarios)
    added: list[Measure] = []
    answers: dict[str, Answer] = {}
    for i, scenario in enumerate(scenarios):
        if scenario.id not in study.scenarios or own & set(scenario.measures):
            continue
        found = [(package, *respond(study, package)) for package in packages(corridor, scenario)]
        gone = {name for package, made, _ in found if made for name in package.assumed}
        kept = tuple(name for name in scenario.measures if name not in gone)
        new = tuple(measure for _, made, _ in found for measure in made)
        scenarios[i] = scenario.model_copy(update={"measures": (*kept, *(m.id for m in new))})
        added += new
        for package, made, known in found:
            answers |= {m.id: Answer(tuple(x.id for x in package.measures), known) for m in made}
    changed = {
        "measures": (*corridor.measures, *added), "scenarios": tuple(scenarios),
        "scenario_ids": {scenario.id: scenario for scenario in scenarios},  # a copy keeps what was cached
    }  # fmt: skip
    return replace(study, corridor=corridor.model_copy(update=changed), answers=answers)


def respond(study: Study, package: Package) -> tuple[tuple[Measure, ...], int]:
    """The measures that carry the response of a package, one for each window, and the number of episodes of its class
    that they rest on; no measures where the response cannot be told."""
    lead = package.lead
    known = lead.start if study.hindsight else min(study.as_of, lead.start)
    told = response(package.kind, known, targeted=bool(package.nationalities))
    if len(told.episodes) < LEAST_EPISODES:
        return (), len(told.episodes)
    ahead = before(study, package, known)
    totals = np.exp(package.sign * np.quantile(told.draw(), QUANTILES, axis=0))
    totals = np.column_stack(
        [totals[0], totals[1:].min(axis=0), totals[1:].max(axis=0)]
    )  # by window: middle, low, high
    if lead.trigger:  # a trigger answers to what the model does, so nothing is taken off
        solved = totals[-1:]
    else:
        solved = ratios(study, package, probes(package), totals, ahead)
        if solved is None:
            return (), len(told.episodes)
    source = _source(package, told, totals)
    public = max(told.known_from or known, lead.known_from)
    made = (
        _measure(package, window, strengths, source, public)
        for window, strengths in zip(package.windows, solved, strict=True)
    )
    return (*ahead, *made), len(told.episodes)


def before(study: Study, package: Package, known: dt.date) -> tuple[Measure, ...]:
    """The response between an announcement and its date: people hurry, or wait; none where nothing was announced in time.

    Days up to the as-of date are past, so it begins after them.
    """
    lead, tomorrow = package.lead, study.as_of + dt.timedelta(days=1)
    first = lead.known_from if study.hindsight else max(lead.known_from, tomorrow)
    told = before_the_date(known)
    announced = (lead.start - lead.known_from).days >= LEAST_DAYS and first < lead.start
    if lead.trigger or not announced or len(told.episodes) < LEAST_EPISODES:
        return ()
    drawn = package.sign * told.draw(DRAWS)
    source = say("responses.source_before", episodes=str(len(told.episodes)), known=f"{known}")[0]
    window = (first, lead.start - dt.timedelta(days=1))
    return (
        _measure(package, window, np.exp(np.quantile(drawn, QUANTILES)), source, lead.known_from, "before.0"),
    )


def probes(package: Package) -> tuple[Measure, ...]:
    """Responses without effect, one for each window."""
    return tuple(
        _measure(package, window, np.ones(3), "assumption: probe", package.lead.known_from)
        for window in package.windows
    )


def _measure(
    package: Package, window: tuple[dt.date, dt.date | None], strengths: Floats, source: str, known: dt.date,
    part: str = "",
) -> Measure:  # fmt: skip
    """The response of one window; ``strengths``: its middle, low and high ratio of departures."""
    lead, (start, end) = package.lead, window
    strength, low, high = (float(round(ratio, 4)) for ratio in np.maximum(strengths, LEAST))
    kind, place = package.kind, part or _place(package, start)
    name = say(
        "responses.name",
        kind=say(f"responses.kind_{kind}"),
        window=say(f"responses.window_{place.partition('.')[0]}"),
    )
    return Measure(
        id=f"{_stem(package)}.{place}", name=name[0], name_es=name[1], lever="response", actor=lead.actor, start=start, end=end,
        decay_days=lead.decay_days if end is not None and end == lead.end else 0, trigger=lead.trigger,
        nationalities=package.nationalities, households=lead.households, strength=strength,
        low=min(low, strength), high=max(high, strength), unit="ratio", known_from=known,
        grade="before_after", hindsight=lead.hindsight, source=source,
    )  # fmt: skip


def _stem(package: Package) -> str:
    """Id of a package's response; windows add a last part."""
    words = ["response", package.kind, package.scenario.id[:36], *package.nationalities[:1]]
    return ".".join([*words, *(["wider"] if package.sign < 0 else [])])


def _place(package: Package, start: dt.date) -> str:
    if package.lead.trigger:
        return "while_on"
    return str(1 + sum(start >= add_months(package.first, end) for _, end in WINDOWS[:-1]))


def _source(package: Package, told: Response, totals: Floats) -> str:
    shown = "; ".join(f"{middle:.2f} [{low:.2f}, {high:.2f}]" for middle, low, high in totals)
    found = say(
        "responses.source_pool",
        kind=say(f"responses.kind_{package.kind}"),
        scope=say("responses.scope_named" if told.targeted else "responses.scope_all"),
        episodes=str(len(told.episodes)), pooled=str(told.pooled),
        known=f"{told.known_from}" if told.known_from else say("responses.no_date"), shown=shown,
        off=say("responses.off_trigger" if package.lead.trigger else "responses.off_taken"),
        measures=quoted(package.measures),
    )  # fmt: skip
    return found[0]
