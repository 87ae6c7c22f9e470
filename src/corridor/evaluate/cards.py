"""Effects of the measures of a run's scenarios: one card for what began together, since counts cannot part it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corridor.data import load
from corridor.evaluate.effect import EffectEstimate, measure_effect
from corridor.evaluate.lookup import Loader, codes_in_scope, events_around, find_series
from corridor.evaluate.question import Question, first_month
from corridor.evaluate.series import monthly_counts
from corridor.model import Corridor, InputError, Measure
from corridor.text import join


def questions_of(corridor: Corridor, measures: Iterable[Measure], loader: Loader = load) -> list[Question]:
    """Questions of what began in one month with one scope, on the totals and the headline's own parts.

    What cannot be estimated (not published yet, too little known or counted) has no question.
    """
    groups: dict[tuple[object, ...], list[Measure]] = {}
    for measure in sorted(measures, key=lambda m: (m.start, m.id)):
        key = (first_month(measure.start), tuple(sorted(measure.nationalities)))
        groups.setdefault(key, []).append(measure)
    found = []
    for together in groups.values():
        for name in _series_ids(corridor, bool(together[0].nationalities)):
            question = _question(corridor, name, together, loader)
            if question is not None:
                found.append(question)
    return found


def effects_of(
    corridor: Corridor, questions: Iterable[Question], *, seed: int = 1, command: str = "",
    tick: Callable[[], None] = lambda: None,
) -> list[EffectEstimate]:  # fmt: skip
    """An effect for each question, with what is known now: in hindsight."""
    effects = []
    for question in questions:
        events = events_around(corridor, question)
        effects.append(measure_effect(question, events, seed=seed, command=command))
        tick()
    return effects


def _series_ids(corridor: Corridor, narrowed: bool) -> list[str]:
    """The headline series; for all nationalities also the other totals and the parts of the headline."""
    known = {o.id: o for o in corridor.observations}
    try:
        headline = find_series(corridor, None)
    except InputError:
        return []
    if narrowed:
        return [headline.id]
    shown = [
        i.observation
        for i in corridor.indicators
        if i.observation in known and not i.stocks
        if i.kind == "total" or known[i.observation].dataset == headline.dataset
    ]
    return list(dict.fromkeys([headline.id, *shown]))


def _question(corridor: Corridor, name: str, together: list[Measure], loader: Loader) -> Question | None:
    try:
        observation = find_series(corridor, name)
        dataset = loader(observation.dataset)
        scope = codes_in_scope(observation, dataset, together[0].nationalities)
        if together[0].nationalities and not scope:
            return None
        question = Question(
            monthly_counts(observation, dataset, scope), together[0].start,
            measure="+".join(m.id for m in together),
            name=join(*((m.name, m.name_es) for m in together), between="; "),
        )  # fmt: skip
        question.check()
    except InputError:
        return None
    return question
