"""Statements of a corridor checked against the published counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from corridor.claims.counts import Counts
from corridor.claims.effects import check_effect, with_weeks
from corridor.claims.kinds import KINDS, ClaimContext
from corridor.claims.verdict import Finding, Verdict
from corridor.data import Dataset, datasets, load
from corridor.evaluate import dated_measures
from corridor.model import Claim, Corridor, Fault, InputError, Observation, did_you_mean
from corridor.model.periods import written_step
from corridor.text import Pair, join, say, sentence, word

FILE = "claims.yaml"
EVENTS = ("encounters", "apprehensions", "arrivals", "entries", "transits", "crossings")
"""Units of which one person can be counted several times."""


def check_claims(
    corridor: Corridor, as_of: dt.date | None = None, loader: Callable[[str], Dataset] | None = None
) -> list[Verdict]:
    """Check every statement of a corridor.

    Parameters
    ----------
    corridor
        Its claims name its observations, which name datasets.
    as_of
        Use only what was public on this day; ``None`` means all that is known now, in hindsight.
    loader
        Gives a dataset by id; by default the corridor's own, the user's and the shipped ones.

    Returns
    -------
    One verdict per claim, in the corridor's order.

    Raises
    ------
    InputError
        With a fault for every claim that cannot be checked as it is written.
    """
    faults = [fault for claim in corridor.claims for fault in _faults(claim, corridor)]
    if faults:
        raise InputError("the statements cannot be checked", faults=faults)
    find = loader or partial(load, corridor=corridor)
    counts, faults = _all_counts(corridor, find, as_of)
    if faults:
        raise InputError("the statements cannot be checked", faults=faults)
    cases = [_case(claim, counts, as_of) for claim in corridor.claims]
    return [_verdict(case, _seen_by(case, corridor), find) for case in cases]


def _seen_by(case: ClaimContext, corridor: Corridor) -> Corridor:
    """The corridor with the claim's own choice of its series' rows."""
    own = case.series.observation
    others = tuple(o for o in corridor.observations if o.id != own.id)
    return corridor.model_copy(update={"observations": (own, *others)})


def _case(claim: Claim, counts: Mapping[tuple[str, str], Counts], as_of: dt.date | None) -> ClaimContext:
    series = counts[claim.id, "series"]
    return ClaimContext(claim, series, counts[claim.id, "other"] if claim.other else None, as_of)


def _all_counts(
    corridor: Corridor, find: Callable[[str], Dataset], as_of: dt.date | None
) -> tuple[dict[tuple[str, str], Counts], list[Fault]]:
    """The series of every claim by the claim's id and the key that names it, and what is wrong with their choices."""
    observations = {o.id: o for o in corridor.observations}
    found: dict[tuple[str, str], Counts] = {}
    faults: list[Fault] = []
    for claim in corridor.claims:
        for key, name, where in (
            ("series", claim.series, claim.where),
            ("other", claim.other, claim.other_where),
        ):
            if name is None:
                continue
            observation = observations.get(name) or _observation_of(find(name))
            dataset = find(observation.dataset)
            faults += _where_faults(claim, "where" if key == "series" else "other_where", where, dataset)
            if where:
                observation = _narrowed(observation, where, key)
            found[claim.id, key] = Counts(observation, dataset.as_of(as_of) if as_of else dataset)
    return found, faults


def _observation_of(dataset: Dataset) -> Observation:
    """An observation that is all of a dataset; the title of a corridor's own dataset stands in its own language."""
    title = word("report.dataset_title", dataset.id)
    name, name_es = title if title[0] != dataset.id else (dataset.title, dataset.title)
    return Observation(
        id=dataset.id,
        name=name,
        name_es=name_es,
        dataset=dataset.id,
        counting_point=dataset.id,
    )


def _narrowed(observation: Observation, where: Mapping[str, tuple[str, ...]], key: str) -> Observation:
    """The rows of an observation that a claim is about; its name says which."""
    choice = "; ".join(f"{name} {', '.join(values)}" for name, values in where.items())
    return observation.model_copy(
        update={
            "id": observation.id if key == "series" else f"{observation.id}.other",
            "where": {**observation.where, **where},
            "name": f"{observation.name} ({choice})",
            "name_es": f"{observation.name_es} ({choice})",
        }
    )


def _where_faults(
    claim: Claim, key: str, where: Mapping[str, tuple[str, ...]], dataset: Dataset
) -> Iterator[Fault]:
    for name, values in where.items():
        if name not in dataset.dims:
            yield _fault(claim, key, f"{dataset.id} has no column {name!r}", did_you_mean(name, dataset.dims))
            continue
        known = dataset.table[name].unique().to_list()
        for value in values:
            if value not in known:
                yield _fault(claim, key, f"{dataset.id} has no {name} {value!r}", did_you_mean(value, known))


def _verdict(case: ClaimContext, corridor: Corridor, loader: Callable[[str], Dataset]) -> Verdict:
    claim = case.claim
    finding = check_effect(case, corridor, loader) if claim.kind == "effect" else KINDS[claim.kind](case)
    finding = with_weeks(case, finding, loader)
    used = [case.series, *([case.other] if case.other else [])]
    name = join(*(counts.name for counts in used), between="; ")
    said, change_it = sentence(*finding.said), finding.change_it.pair
    coverage = _coverage(case, finding, used)
    publishers = dict.fromkeys(publisher for counts in used for publisher in counts.publishers)
    return Verdict(
        claim=claim,
        verdict=finding.outcome,
        sentence=said[0],
        sentence_es=said[1],
        series=name[0],
        period=finding.first_month
        if claim.kind == "first_month" and finding.first_month
        else finding.period or case.period,
        figures=finding.figures,
        coverage=coverage[0],
        coverage_es=coverage[1],
        first_month=finding.first_month,
        change_it=change_it[0],
        change_it_es=change_it[1],
        sources=tuple(publishers),
    )


def _coverage(case: ClaimContext, finding: Finding, used: list[Counts]) -> Pair:
    """What the data cover and what to bear in mind, in words."""
    parts = [join(join(*(counts.coverage for counts in used), between="; "), (".", "."))]
    by_id = {counts.observation.id: counts for counts in used}
    about = [figure for figure in finding.figures if figure.period == case.period]
    known = [by_id[figure.series].known_from(figure.period) for figure in about]
    if any(date and date > case.claim.said_on for date in known):
        parts.append(say("claims.not_yet_public"))
    starts = [
        (by_id[f.series].dataset.provisional_from, f.period) for f in finding.figures if f.series in by_id
    ]
    if any(start and text >= start.isoformat()[: len(text)] for start, text in starts):
        parts.append(say("claims.provisional"))
    if any(counts.dataset.unit in EVENTS for counts in used):
        parts.append(say("claims.events"))
    if case.claim.note and case.as_of is None:  # a note may rest on what was learned later
        parts.append((case.claim.note, case.claim.note_es or case.claim.note))
    return join(*parts, between=" ")


def _faults(claim: Claim, corridor: Corridor) -> Iterator[Fault]:
    """What is wrong with a claim before any data are looked at."""
    known = [*(observation.id for observation in corridor.observations), *datasets(corridor)]
    for column, name in (("series", claim.series), ("other", claim.other)):
        if name is not None and name not in known:
            yield _fault(claim, column, f"{name!r} is no observation", did_you_mean(name, known))
    for column, text in (("period", claim.period), ("against", claim.against)):
        if text is not None:
            try:
                written_step(text)
            except ValueError as error:
                yield _fault(claim, column, str(error), "write 2024-01-05, 2024-01 or 2024")
    if claim.kind in ("comparison", "ratio") and claim.other is None:
        yield _fault(
            claim, "other", f"a {claim.kind} needs a second series", "name an observation in `other`"
        )
    if claim.kind == "ratio" and (claim.value is None or claim.value <= 0):
        yield _fault(claim, "value", "a ratio needs how many times, above 0", "write `value: 2` for twice")
    if claim.kind == "first_month" and claim.other is None and claim.value is None:
        yield _fault(
            claim, "other", "a first month needs a second series or a value", "give `other` or `value`"
        )
    if claim.kind == "effect":
        yield from _effect_faults(claim, corridor)
    if claim.kind in ("change", "effect") and claim.value is not None and claim.value < -1:
        text = f"{claim.value:g} is {100 * claim.value:,.0f} %, and a count cannot fall by more than all"
        yield _fault(claim, "value", text, f"write {claim.value / 100:g} for {claim.value:g} %")
    if claim.weekly is not None and claim.date is None:
        yield _fault(claim, "date", "weeks need the day after which they are counted", "give `date`")
    if claim.kind == "change" and claim.value is None and claim.direction not in ("up", "down"):
        yield _fault(claim, "direction", "a change needs a direction or a value", "write `direction: down`")


def _effect_faults(claim: Claim, corridor: Corridor) -> Iterator[Fault]:
    if claim.measure is None and claim.date is None:
        hint = "name a `measure`, or the `date` on which it began"
        yield _fault(claim, "measure", "an effect needs a measure or a date", hint)
    elif claim.measure is not None and claim.measure not in (known := dated_measures(corridor)):
        hint = did_you_mean(claim.measure, known)
        yield _fault(claim, "measure", f"{claim.measure!r} is no measure with a date", hint)


def _fault(claim: Claim, column: str, message: str, hint: str | None) -> Fault:
    return Fault(FILE, None, column, f"{claim.id}: {message}", hint)
