"""People answer what they can expect: the chance of removal, the time to a decision, the wait for an appointment.

Past measures of a class tell the whole answer (`corridor.study.responses`). Beds, staff, seats, judges and ports have no
class, or one with too few episodes, and change what people can expect only as far as queues and room let them. So runs of
expected values, with such measures and without, tell how an expectation changes (`corridor.study.expected`). People answer
one window later, since what happened to those before has to be heard of: departures to the chance and to the time of a decision,
the choice between ports, and between a port and a crossing, to the wait. Each run holds the answers of the windows before, so
that a queue that more people join is waited in for longer. The elasticities are rows of ``parameters.csv``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corridor.engine import Compiled
from corridor.evaluate.episodes import WINDOWS
from corridor.model import Measure, Parameter, Scenario
from corridor.model.periods import add_months
from corridor.study.expected import EXPECTATIONS, Expectation, Expected
from corridor.study.run import Answer, Study
from corridor.study.spoken import quoted
from corridor.text import Pair, say, word

SMALLEST = 0.001
"""A change of an expectation below a thousandth is not heard of."""
OWN_LEVERS = frozenset(expectation.lever for expectation in EXPECTATIONS)


@dataclass(frozen=True)
class Question:
    """One expectation in one window: who changes it, which months people see, when they answer."""

    expectation: Expectation
    causes: tuple[Measure, ...]
    row: Parameter
    number: int
    seen: tuple[dt.date, ...]
    start: dt.date
    end: dt.date | None
    places: tuple[str, ...] = ()
    """Where the expectation is a figure of its own; empty: everywhere."""
    cities: Pair = ("", "")
    """Names of the places, "other cities" for those that no measure names."""

    @property
    def lead(self) -> Measure:
        """The first measure to begin."""
        return min(self.causes, key=lambda m: (m.start, m.id))


def expecting(study: Study) -> Study:
    """The study with answers to expectations in its scenarios; the same where no measure changes one."""
    own = {m.id for m in study.corridor.measures if m.lever in OWN_LEVERS} - study.answers.keys()
    scenarios, answers = list(study.corridor.scenarios), dict(study.answers)
    added: list[Measure] = []
    for i, scenario in enumerate(scenarios):
        if scenario.id not in study.scenarios or own & set(scenario.measures):
            continue
        for made, causes in answers_to(study, scenario):
            answers[made.id] = Answer(tuple(cause.id for cause in causes), 0)
            added.append(made)
            measures = (*scenarios[i].measures, made.id)
            scenarios[i] = scenarios[i].model_copy(update={"measures": measures})
    return with_measures(study, added, scenarios, answers) if added else study


def with_measures(
    study: Study, added: Sequence[Measure], scenarios: Sequence[Scenario], answers: Mapping[str, Answer]
) -> Study:
    """The study with more measures, and with these scenarios and answers."""
    changed = {
        "measures": (*study.corridor.measures, *added), "scenarios": tuple(scenarios),
        "scenario_ids": {scenario.id: scenario for scenario in scenarios},  # a copy keeps what was cached
    }  # fmt: skip
    return replace(study, corridor=study.corridor.model_copy(update=changed), answers=answers)


def elasticity(study: Study, expectation: Expectation) -> Parameter | None:
    """The row by which people answer to an expectation; None where the corridor gives none."""
    rows = [
        row
        for row in study.corridor.parameters
        if (row.parameter, row.target) == ("elasticity", expectation.row)
        and (study.hindsight or row.known_from is None or row.known_from <= study.as_of)
    ]
    return rows[-1] if rows else None


def unanswered(study: Study, scenario: Scenario, expectation: Expectation) -> tuple[Measure, ...]:
    """Measures of a scenario that change an expectation and that no past measures answer."""
    told = {name for answer in study.answers.values() for name in answer.measures}
    by_id = {measure.id: measure for measure in study.corridor.measures}
    named = (by_id[name] for name in scenario.measures if name in by_id)
    return tuple(
        m
        for m in named
        if m.lever in expectation.levers and not m.in_base and not m.trigger and m.id not in told
    )


def answers_to(study: Study, scenario: Scenario) -> Iterator[tuple[Measure, tuple[Measure, ...]]]:
    """Answers to a scenario's measures, with the measures that each answers."""
    by_kind = [(e, unanswered(study, scenario, e), elasticity(study, e)) for e in EXPECTATIONS]
    asked = [(e, causes, row) for e, causes, row in by_kind if causes and row is not None]
    if not asked:
        return
    gone = {cause.id for _, causes, _ in asked for cause in causes}
    without = study.compile(
        scenario.model_copy(update={"measures": tuple(m for m in scenario.measures if m not in gone)})
    )
    plain = Expected.of(without)
    questions = [
        question
        for e, causes, row in asked
        for question in _questions(e, causes, row, without, study.end)
    ]  # fmt: skip
    probes = [_answer(scenario, question, 1.0) for question in questions]
    names = (*scenario.measures, *(probe.id for probe in probes))
    within = with_measures(study, probes, study.corridor.scenarios, study.answers).compile(
        scenario.model_copy(update={"measures": names})
    )
    strengths: dict[str, float] = {}
    for last in sorted({question.seen[-1] for question in questions}):
        run = Expected.of(within, strengths)
        for question in (q for q in questions if q.seen[-1] == last):
            ratio = _ratio(question, run, plain)
            if ratio is not None and abs(ratio - 1.0) >= SMALLEST:
                made = _answer(scenario, question, ratio)
                strengths[made.id] = made.strength
                yield made, question.causes


def _questions(
    expectation: Expectation, causes: tuple[Measure, ...], row: Parameter, compiled: Compiled, end: dt.date
) -> Iterator[Question]:
    """One for every window that the run holds whole and that leaves days to answer in, and group of places."""
    first = min(cause.start for cause in causes).replace(day=1)
    starts = [add_months(first, last) for _, last in WINDOWS]  # answers begin where a window ends
    ends = [*(start - dt.timedelta(days=1) for start in starts[1:]), None]
    for number, (begin, last) in enumerate(WINDOWS):
        seen = tuple(add_months(first, k) for k in range(begin, last))
        if not set(seen) <= set(compiled.months) or starts[number] > end:
            return
        for part, places in enumerate(expectation.where(compiled, causes)):
            cities = say("responses.other_cities") if part else _named(compiled, places)
            yield Question(
                expectation, causes, row, number, seen, starts[number], ends[number], places, cities
            )


def _named(compiled: Compiled, places: tuple[str, ...]) -> Pair:
    """Names of places, in both languages."""
    found = [place for place in compiled.corridor.places if place.id in places]
    return ", ".join(place.name for place in found), ", ".join(place.name_es or place.name for place in found)


def _ratio(question: Question, within: Expected, without: Expected) -> float | None:
    """What is expected with the measures over what is expected without them; None where one cannot be told."""
    ask = question.expectation
    found = [ask.figure(run, question.causes, question.seen, question.places) for run in (within, without)]
    if found[0] is None or found[1] is None or found[0] == found[1]:
        return None
    return min(max(found[0] / found[1], 1.0 / ask.most), ask.most)


def _answer(scenario: Scenario, question: Question, ratio: float) -> Measure:
    """The answer of one window: departures move by the ratio to the power of the elasticity, whose bounds are its own;
    the lever ``waiting`` takes the ratio itself."""
    ask, lead, row = question.expectation, question.lead, question.row
    low, high = (row.value if e is None else e for e in (row.low, row.high))
    by_ratio = ask.lever != "response"
    strengths = [ratio] * 3 if by_ratio else [ratio**e for e in (row.value, low, high)]
    window = say(f"responses.window_chance_{question.number + 2}")
    kind = say(f"responses.kind_{ask.kind}")
    if question.places:
        kind = say("responses.kind_at", kind=kind, place=question.cities)
    name = say("responses.name", kind=kind, window=window)
    named = {name for cause in question.causes for name in cause.nationalities}
    place = f".{question.places[0]}" if question.places else ""
    return Measure(
        id=f"{ask.lever}.{ask.kind}.{scenario.id[:36]}{place}.{question.number + 2}", name=name[0], name_es=name[1],
        lever=ask.lever, actor=lead.actor, start=question.start, end=question.end, places=question.places,
        nationalities=tuple(sorted(named)) if all(cause.nationalities for cause in question.causes) else (),
        strength=round(strengths[0], 4), low=round(min(strengths), 4), high=round(max(strengths), 4), unit="ratio",
        known_from=max(cause.known_from for cause in question.causes), grade="assumed",
        hindsight=any(cause.hindsight for cause in question.causes),
        source=_source(question, ratio, low, high),
    )  # fmt: skip


def _source(question: Question, ratio: float, low: float, high: float) -> str:
    ask = question.expectation
    found = say(
        "responses.source_answer", what=say(f"responses.what_{ask.kind}"), ratio=f"{ratio:.4f}",
        size=say(f"responses.size_{ask.kind}"), measures=quoted(question.causes), e=f"{question.row.value:g}",
        low=f"{low:g}", high=f"{high:g}", row=word("report.levername", ask.row),
    )  # fmt: skip
    return found[0]
