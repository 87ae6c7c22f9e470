"""An effect: the number, its interval, one sentence and the checks that it passed or failed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridor.evaluate.checks import CHECKS, CheckContext, EffectCheck
from corridor.evaluate.question import DRAWS, LEVELS, EstimateDraws, Question, estimate, summary
from corridor.model import Measure, Provenance
from corridor.model.periods import add_months
from corridor.series import PublishedSeries
from corridor.text import Message, Pair, message, sentence

Conclusion = Literal["clear", "fragile", "cannot be told"]
SIDE_BY_SIDE = (1, 3, 6)
"""Months counted together that a sentence gives side by side."""
DECISIVE = ("placebo", "leave_one_out", "anticipation", "anchor")
"""Checks of which a failed one makes an effect fragile."""


@dataclass(frozen=True)
class Span:
    """Effect over successive months counted together: people (or events) and relative effects."""

    first: dt.date
    last: dt.date
    observed: float
    expected: float
    """Median of what would have been counted without the measure."""
    effect: float
    """Median relative effect: -0.4 is two fifths less."""
    low_90: float
    high_90: float
    low_95: float
    high_95: float


@dataclass(frozen=True, repr=False)
class EffectEstimate:
    """What happened to a series after a date, compared with the count expected from the months before."""

    measure: str
    """Id of the measure; blank for a date alone."""
    name: Pair
    series: str
    series_name: Pair
    datasets: tuple[str, ...]
    sources: tuple[str, ...]
    date: dt.date
    headline: Span
    by_month: tuple[Span, ...]
    cumulative: tuple[Span, ...]
    """From the first month to each later one."""
    log_mean: float
    log_sd: float
    """Mean and standard deviation of the log of observed over expected, over the headline's months."""
    conclusion: Conclusion
    said: tuple[Message, ...]
    """Parts of its one sentence, not yet written: the number with its interval, and whose doing it can be."""
    checks: tuple[EffectCheck, ...]
    known_from: dt.date | None
    """Day on which the last figure that the effect rests on was public."""
    provenance: Provenance

    @property
    def sentence(self) -> Pair:
        """The effect in one sentence, in English and Spanish."""
        return sentence(*self.said)

    def __repr__(self) -> str:
        h = self.headline
        return (
            f"EffectEstimate({self.measure or self.date} on {self.series}, {h.first:%Y-%m} to {h.last:%Y-%m}: "
            f"{100 * h.effect:+.0f} % [95 %: {100 * h.low_95:+.0f}, {100 * h.high_95:+.0f}], {self.conclusion})"
        )

    def check(self, name: str) -> EffectCheck:
        """The check of this name."""
        return next(check for check in self.checks if check.name == name)


def measure_effect(
    question: Question,
    others: Iterable[Measure | tuple[str, dt.date]] | None = (),
    *,
    seed: int = 1,
    command: str = "",
    as_of: dt.date | None = None,
    tick: Callable[[], None] = lambda: None,
) -> EffectEstimate:
    """Estimate an effect and run every check.

    Parameters
    ----------
    question
        Series, date, months; controls if there are any.
    others
        Id and first day of other measures, for the check of what else happened; ``None`` where no register
        says.
    as_of
        Date at which the data stand, for the record.
    tick
        Called after each check.

    Raises
    ------
    InputError
        Where the question cannot be answered (`Question.check`).
    """
    question.check(f", as public on {as_of}" if as_of else "")
    found = estimate(question, after=question.path, draws=DRAWS, seed=seed)
    rows = range(question.path)
    headline = _span(question, found, 0, question.months - 1)
    events = None
    if others is not None:
        events = tuple(o if isinstance(o, tuple) else (o.id, o.start) for o in others)
    case = CheckContext(question, found, (headline.effect, headline.low_95, headline.high_95), events, seed)
    checks = []
    for check in CHECKS:
        if (outcome := check(case)) is not None:
            checks.append(outcome)
        tick()
    logs = np.log(np.maximum(found.ratios(0, question.months - 1), 1e-9))
    conclusion = _conclusion(headline, checks)
    together = tuple(_span(question, found, 0, i) for i in rows)
    series = question.series
    used = [day for day in series.known_from[: question.row + question.months] if day]
    return EffectEstimate(
        measure=question.measure, name=question.name, series=series.id, series_name=series.name,
        datasets=series.datasets, sources=series.publishers, date=question.date, headline=headline,
        by_month=tuple(_span(question, found, i, i) for i in rows),
        cumulative=together,
        log_mean=float(logs.mean()), log_sd=float(logs.std()), conclusion=conclusion,
        said=_said(question, headline, together, conclusion, checks), checks=tuple(checks),
        known_from=max(used, default=None), provenance=_provenance(question, seed, command, as_of),
    )  # fmt: skip


def _span(question: Question, found: EstimateDraws, first: int, last: int) -> Span:
    paths = found.paths[:, first : last + 1]
    return Span(
        add_months(question.first, first), add_months(question.first, last),
        float(found.observed[first : last + 1].sum()), float(np.median(paths.sum(axis=1))),
        *summary(found.ratios(first, last) - 1.0),
    )  # fmt: skip


def _conclusion(headline: Span, checks: Iterable[EffectCheck]) -> Conclusion:
    if headline.low_95 <= 0 <= headline.high_95:
        return "cannot be told"
    failed = any(check.outcome == "failed" and check.name in DECISIVE for check in checks)
    return "fragile" if failed else "clear"


def _said(
    question: Question,
    headline: Span,
    spans: Sequence[Span],
    conclusion: Conclusion,
    checks: Sequence[EffectCheck],
) -> tuple[Message, ...]:
    """The number with its interval, how far it can be taken for the measure's doing, and one, three and six months side
    by side, so that nobody picks."""
    number = message(
        "effects.effect", name=question.series.name, period=(headline.first, headline.last),
        observed=headline.observed, expected=headline.expected,
        effect=(headline.effect, headline.low_95, headline.high_95),
    )  # fmt: skip
    shown = [spans[count - 1] for count in SIDE_BY_SIDE if count <= len(spans)]
    effects = tuple(
        message(f"effects.over_{count}", effect=(one.effect, one.low_95, one.high_95))
        for count, one in zip(SIDE_BY_SIDE, shown, strict=False)
    )
    beside = (message("effects.side_by_side", effects=effects),) if len(effects) > 1 else ()
    return number, _why(question, conclusion, checks), *beside


def _why(question: Question, conclusion: Conclusion, checks: Sequence[EffectCheck]) -> Message:
    if conclusion == "cannot be told":
        return message("effects.cannot_be_told")
    if conclusion == "clear":
        return _clear(checks)
    failed = [check for check in checks if check.outcome == "failed" and check.name in DECISIVE]
    names = tuple(message(f"effects.check_{check.name}") for check in failed)
    for check in failed:
        if check.name == "anchor":
            return message("effects.fragile_anchor", **_without_anchor(question, check), checks=names)
    return message("effects.fragile", checks=names)


def _clear(checks: Sequence[EffectCheck]) -> Message:
    """No decisive check failed; others that did, and measures that began at the same time, are named."""
    failed = [check for check in checks if check.outcome == "failed"]
    if not failed:
        return message("effects.clear")
    names = tuple(message(f"effects.check_{check.name}") for check in failed)
    others = [dict(check.said[0].facts)["names"] for check in failed if check.name == "other_events"]
    if others:
        return message("effects.clear_together", checks=names, names=others[0])
    return message("effects.clear_but", checks=names)


def _without_anchor(question: Question, check: EffectCheck) -> dict[str, object]:
    """Which of the last months must go for the effect to lose its side, and what is left."""
    values, months = question.series.counts[: question.row], question.series.periods
    known = np.flatnonzero(~np.isnan(values))
    one, two = check.figures[:3], check.figures[3:]
    gone = 1 if one[1] <= 0 <= one[2] else 2
    record = message("effects.record") if values[known[-1]] == np.nanmax(values) else ""
    which = (months[known[-gone]], months[known[-1]])
    return {"month": which, "record": record, "effect": one if gone == 1 else two}


def _provenance(question: Question, seed: int, command: str, as_of: dt.date | None) -> Provenance:
    every: tuple[PublishedSeries, ...] = (question.series, *question.controls, *question.donors)
    inputs = {series.id: hashlib.sha256(series.counts.tobytes()).hexdigest() for series in every}
    parameters = {
        "date": question.date.isoformat(), "months": question.months, "draws": DRAWS, "levels": LEVELS,
        "controls": [series.id for series in question.controls],
        "donors": [series.id for series in question.donors],
    }  # fmt: skip
    stands = as_of.isoformat() if as_of else "hindsight"
    return Provenance(command=command, seed=seed, as_of=stands, inputs=inputs, parameters=parameters)
