"""Statements that a measure had an effect: a change is no effect, so they rest on an estimate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from corridor.claims.kinds import ClaimContext
from corridor.claims.verdict import Figure, Finding, Outcome
from corridor.data import Dataset
from corridor.evaluate import (
    EffectEstimate,
    build_question,
    dated_measures,
    events_around,
    first_month,
    measure_effect,
)
from corridor.evaluate.checks import LEVEL
from corridor.evaluate.weekly import WeeklyEffect, weekly_counts, weekly_effect
from corridor.model import Claim, Corridor, InputError
from corridor.model.periods import months_between, written_step
from corridor.text import Message, message


def check_effect(case: ClaimContext, corridor: Corridor, loader: Callable[[str], Dataset]) -> Finding:
    """A statement that a measure moved a series ``up`` or ``down`` (the default), or by ``value``.

    Supported if the effect is clear, goes that way and does not exclude the value; not supported if its interval
    lies on the other side or excludes the value; else it cannot be told.
    """
    claim = case.claim
    try:
        question = build_question(
            corridor, measure=claim.measure, series=claim.series, date=claim.date, as_of=case.as_of, loader=loader,
            months=_months(case, corridor),
        )  # fmt: skip
        effect = measure_effect(question, events_around(corridor, question, case.as_of), as_of=case.as_of)
    except InputError:
        said = message("claims.effect_none", name=case.series.name)
        return Finding("cannot be told", (said,), (), message("claims.change_effect_none"))
    parts = list(effect.said)
    if claim.value is not None:
        parts.append(message("claims.effect_said", said=claim.value))
    outcome = outcome_of(claim, effect)
    if case.too_coarse:
        parts.insert(0, message("claims.too_coarse", step=message(f"claims.step_{case.step}")))
        outcome = "cannot be told"
    head = effect.headline
    months = [span for span in effect.by_month if span.last <= head.last]
    figures = tuple(Figure(effect.series, f"{span.first:%Y-%m}", span.observed) for span in months)
    period = f"{head.first:%Y-%m}" + (f"/{head.last:%Y-%m}" if head.last > head.first else "")
    return Finding(outcome, tuple(parts), figures, message("claims.change_effect"), period=period)


def with_weeks(case: ClaimContext, finding: Finding, loader: Callable[[str], Dataset]) -> Finding:
    """The finding with what the weeks say, where the statement names a weekly dataset and they were public."""
    claim = case.claim
    if claim.weekly is None or claim.date is None:
        return finding
    dataset = loader(claim.weekly)
    try:
        effect = weekly_effect(
            weekly_counts(dataset.as_of(case.as_of) if case.as_of else dataset), claim.date
        )
    except InputError:
        return finding
    weeks = [Figure(claim.weekly, f"{one.week:%Y-%m-%d}", one.observed) for one in effect.weeks[:2]]
    first = effect.weeks[0].week - dt.timedelta(weeks=1)
    figures = (Figure(claim.weekly, f"{first:%Y-%m-%d}", effect.before[-1]), *weeks)
    said = (*_fell(effect), *effect.said, message("claims.weeks_then"), *finding.said)
    return replace(finding, said=said, figures=(*finding.figures, *figures))


def _fell(effect: WeeklyEffect) -> tuple[Message, ...]:
    """The weeks in a sentence: that counts fell, and whether by more than in the same weeks of other years."""
    if effect.weeks[0].observed >= effect.before[-1]:
        return ()
    usual = "usual" if effect.fall.p >= LEVEL else "more"
    return (message(f"claims.weeks_fell_{usual}", p=effect.fall.p),)


def outcome_of(claim: Claim, effect: EffectEstimate) -> Outcome:
    """What an estimate says of a stated effect."""
    low, high = effect.headline.low_95, effect.headline.high_95
    up = claim.direction == "up" if claim.value is None else claim.value > 0
    if (high < 0 if up else low > 0) or (claim.value is not None and not low <= claim.value <= high):
        return "not supported"
    agrees = low > 0 if up else high < 0
    return "supported" if agrees and effect.conclusion == "clear" else "cannot be told"


def _months(case: ClaimContext, corridor: Corridor) -> int:
    """Months from the first of the effect to the statement's period; one where it names none."""
    period = case.claim.period
    if period is None or written_step(period) != "month":
        return 1
    date = case.claim.date or dated_measures(corridor)[case.claim.measure or ""].start
    return months_between(first_month(date), dt.date.fromisoformat(f"{period}-01")) + 1
