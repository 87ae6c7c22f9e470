"""Named checks of an effect; each passed, failed or cannot be told, with one sentence."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from corridor.evaluate.counterfactual import best_point, fit_counterfactual, innovations
from corridor.evaluate.question import MIN_HISTORY, EstimateDraws, Question, estimate
from corridor.model.periods import month_end
from corridor.text import Message, Pair, message, sentence

Outcome = Literal["passed", "failed", "cannot be told"]
PLACEBO_P = 0.1
"""Largest placebo rank that passes: with few dates to compare with, a smaller one could not be reached."""
LEVEL = 0.05
DRAWS = 4_000
LEFT_OUT = 24
"""Months before the last that are left out one at a time."""
HISTORIES = (18, 24, 36, 60)
"""Months before the date with which an effect is estimated again."""
LAGS = 6
"""Lags of the test for autocorrelation; even, so that its distribution is a closed formula."""
EVENT_DAYS = 45
"""Days before the date in which another measure counts as one of the same time."""
Triple = tuple[float, float, float]
"""Effect, low and high of its 95 % interval."""


@dataclass(frozen=True)
class EffectCheck:
    """One check of an effect."""

    name: str
    outcome: Outcome
    said: tuple[Message, ...]
    """Parts of its one sentence, not yet written."""
    figures: tuple[float, ...] = ()
    """Numbers that the sentence rests on."""

    @property
    def sentence(self) -> Pair:
        """What the check says, in English and Spanish."""
        return sentence(*self.said)


@dataclass(frozen=True, eq=False)
class CheckContext:
    """An effect that is being checked."""

    question: Question
    found: EstimateDraws
    headline: Triple
    events: tuple[tuple[str, dt.date], ...] | None
    """Other dated measures; ``None`` where no register says."""
    seed: int

    @property
    def sure(self) -> bool:
        """Whether the headline's interval excludes no effect."""
        return sides(self.headline) != 0

    def again(self, **changes: object) -> Triple:
        """The effect estimated otherwise, over the same months."""
        found = estimate(self.question, draws=DRAWS, seed=self.seed, **changes)  # pyrefly: ignore
        median, _, _, low, high = found.effect(0, self.question.months - 1)
        return median, low, high

    @cached_property
    def known(self) -> list[int]:
        """Rows of the known months before the date."""
        return [i for i in range(self.question.row) if not math.isnan(self.question.series.counts[i])]

    def month(self, row: int) -> dt.date:
        """Month of a row."""
        return self.question.series.periods[row]


def sides(effect: Triple) -> int:
    """-1 or 1 where the whole interval lies below or above no effect, else 0."""
    return -1 if effect[2] < 0 else 1 if effect[1] > 0 else 0


def _held(case: CheckContext, tried: Sequence[Triple]) -> Outcome:
    """Passed if every other estimate says the same as the headline; where all include no change there is nothing to hold."""
    if not all(sides(one) == sides(case.headline) for one in tried):
        return "failed"
    return "passed" if case.sure else "cannot be told"


def placebo(case: CheckContext) -> EffectCheck:
    """Placebo in time: how rare a change of this size was at earlier dates, where nothing is claimed."""
    question, series = case.question, case.question.series
    months = question.months

    def size(row: int) -> float:
        fitted = fit_counterfactual(series.logs[: row + months], series.calendar[: row + months], months)
        if months == 1:
            return abs(float(series.logs[row] - fitted.expected[0]))
        seen = series.counts[row : row + months].sum()
        return abs(math.log(max(seen, 1.0)) - math.log(np.exp(fitted.expected).sum()))

    rows = [
        row
        for row in range(case.known[0] + MIN_HISTORY, question.row - months + 1)
        if not np.isnan(series.counts[row : row + months]).any()
    ]
    mine = size(question.row)
    larger = sum(size(row) >= mine for row in rows)
    p = (1 + larger) / (1 + len(rows))
    if 1 / (1 + len(rows)) > PLACEBO_P:
        return EffectCheck(
            "placebo", "cannot be told", (message("effects.placebo_few", count=len(rows)),), (p,)
        )
    said = message("effects.placebo", count=len(rows), larger=larger, p=p)
    return EffectCheck("placebo", "passed" if p <= PLACEBO_P else "failed", (said,), (p,))


def leave_one_out(case: CheckContext) -> EffectCheck:
    """The effect without each of the months before the last, one at a time."""
    rows = case.known[-1 - LEFT_OUT : -1]
    tried = [case.again(without=(row,)) for row in rows]
    medians = [one[0] for one in tried]
    far = max(range(len(rows)), key=lambda i: abs(medians[i] - case.headline[0]))
    said = message(
        "effects.leave_one_out", count=len(rows), low=min(medians), high=max(medians), month=case.month(rows[far])
    )  # fmt: skip
    return EffectCheck("leave_one_out", _held(case, tried), (said,), (min(medians), max(medians)))


def anticipation(case: CheckContext) -> EffectCheck:
    """The start moved a month earlier: was there an effect before there was a measure?"""
    row = case.question.row - 1
    if row < MIN_HISTORY or math.isnan(case.question.series.counts[row]):
        return EffectCheck("anticipation", "cannot be told", (message("effects.anticipation_short"),))
    found = estimate(case.question, row=row, after=1, draws=DRAWS, seed=case.seed)
    median, _, _, low, high = found.effect(0, 0)
    moved = (median, low, high)
    parts = [message("effects.anticipation", month=case.month(row), effect=moved)]
    if days := _days_in(case):
        parts.append(message("effects.partly", days=days, month=case.month(row)))
    return EffectCheck("anticipation", "failed" if sides(moved) else "passed", tuple(parts), moved)


def _days_in(case: CheckContext) -> int:
    """Days of the last month before that the measure was already in force."""
    last, date = case.question.first - dt.timedelta(days=1), case.question.date
    return (last - date).days + 1 if date <= last and date.month == last.month else 0


def anchor(case: CheckContext) -> EffectCheck:
    """The effect without the last month before, and without the last two: is it measured from a spike?"""
    rows = case.known[-2:][::-1]
    one, two = (case.again(without=tuple(rows[: i + 1])) for i in range(2))
    last, series = rows[0], case.question.series
    rest = [series.counts[i] for i in case.known[:-1]]
    record = (
        "highest" if series.counts[last] > max(rest) else "lowest" if series.counts[last] < min(rest) else ""
    )
    said = message("effects.anchor", month=case.month(last), one=one, two=two)
    if record:
        value, word = float(series.counts[last]), message(f"effects.record_{record}")
        said = message(
            "effects.anchor_record", month=case.month(last), value=value, record=word, one=one, two=two
        )
    return EffectCheck("anchor", _held(case, [one, two]), (said,), (*one, *two))


def start_of_history(case: CheckContext) -> EffectCheck:
    """The effect with fewer of the months before: does it hang on where the history begins?"""
    lengths = [count for count in HISTORIES if count < len(case.known)]
    if not lengths:
        return EffectCheck("start_of_history", "cannot be told", (message("effects.start_short"),))
    tried = [case.again(without=tuple(case.known[:-count])) for count in lengths]
    medians = [one[0] for one in tried]
    said = message(
        "effects.start_of_history", months=tuple(str(n) for n in lengths),
        low=min(medians), high=max(medians),
    )  # fmt: skip
    return EffectCheck("start_of_history", _held(case, tried), (said,), tuple(medians))


def residuals(case: CheckContext) -> EffectCheck:
    """Errors one month ahead before the date: related to each other, or far from normal?

    Ljung & Box (1978, https://doi.org/10.1093/biomet/65.2.297) over six lags, Jarque & Bera (1980,
    https://doi.org/10.1016/0165-1765(80)90024-5); both by their large-sample distributions.
    """
    series, row = case.question.series, case.question.row
    errors = innovations(series.logs[:row], series.calendar[:row], *best_point(case.found.fitted))
    related, normal = ljung_box(errors), jarque_bera(errors)
    outcome: Outcome = "passed" if min(related, normal) > LEVEL else "failed"
    key = "effects.residuals" if outcome == "passed" else "effects.residuals_failed"
    said = message(key, related=related, normal=normal)
    return EffectCheck("residuals", outcome, (said,), (related, normal))


def ljung_box(errors: np.ndarray) -> float:
    """P-value that errors are unrelated, over `LAGS` lags."""
    n = errors.size
    centered = errors - errors.mean()
    lagged = [float((centered[k:] * centered[:-k]).sum()) for k in range(1, LAGS + 1)]
    shares = [(value / float((centered**2).sum())) ** 2 / (n - k) for k, value in enumerate(lagged, start=1)]
    half = n * (n + 2) * sum(shares) / 2
    return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(LAGS // 2))


def jarque_bera(errors: np.ndarray) -> float:
    """P-value that errors are normal, from their skewness and kurtosis."""
    standard = (errors - errors.mean()) / errors.std()
    skew, kurtosis = float((standard**3).mean()), float((standard**4).mean())
    return math.exp(-errors.size / 12 * (skew**2 + (kurtosis - 3) ** 2 / 4))


def other_events(case: CheckContext) -> EffectCheck:
    """Other measures that began shortly before, or within the months counted."""
    question = case.question
    if case.events is None:
        return EffectCheck("other_events", "cannot be told", (message("effects.other_unknown"),))
    first, last = question.date - dt.timedelta(days=EVENT_DAYS), month_end(question.last)
    mine = {question.measure, *question.measure.split("+")}
    names = sorted({name for name, start in case.events if first <= start <= last} - mine)
    period = (first, last)
    if not names:
        return EffectCheck("other_events", "passed", (message("effects.alone", period=period),))
    said = message("effects.other_events", count=len(names), period=period, names=tuple(names))
    return EffectCheck("other_events", "failed", (said,), (float(len(names)),))


def without_controls(case: CheckContext) -> EffectCheck | None:
    """The effect without the controls; left out where there are none."""
    question = case.question
    if not (question.controls or question.donors):
        return None
    plain = case.again(controls=False)
    names = tuple(c.name for c in (*question.controls, *question.donors))
    said = message("effects.controls", names=names, effect=plain)
    if question.donors:
        return EffectCheck("controls", "cannot be told", (said, message("effects.donors")), plain)
    return EffectCheck("controls", _held(case, [plain]), (said,), plain)


CHECKS: tuple[Callable[[CheckContext], EffectCheck | None], ...] = (
    placebo, leave_one_out, anticipation, anchor, start_of_history, residuals, other_events, without_controls,
)  # fmt: skip
"""Every check, in the order in which a card shows them."""
