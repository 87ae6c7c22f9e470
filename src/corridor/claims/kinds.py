"""The closed kinds of statement, each checked in its own way; no expression language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corridor.claims.counts import Counts, before, coarsen
from corridor.claims.verdict import Figure, Finding, Outcome
from corridor.model import Claim
from corridor.model.periods import Step, is_finer, months_between, written_start, written_step
from corridor.text import Message, message

RATIO_TOLERANCE = 0.05
CHANGE_TOLERANCE = 0.01
"""How far a figure may be from the one stated, where the statement gives no tolerance."""


@dataclass(frozen=True, eq=False)
class ClaimContext:
    """A statement with the counts it is about."""

    claim: Claim
    series: Counts
    other: Counts | None
    as_of: dt.date | None

    @property
    def too_coarse(self) -> bool:
        """Whether the statement needs a finer time step than the counts have."""
        return is_finer(self.claim.resolution, self.step)

    @property
    def step(self) -> Step:
        """Finest step that all the series have."""
        return (
            self.other.step
            if self.other and is_finer(self.series.step, self.other.step)
            else self.series.step
        )

    def shown(self, text: str) -> str:
        """The period in which the counts can show it."""
        return coarsen(text, self.step) if is_finer(written_step(text), self.step) else text

    @property
    def period(self) -> str:
        """What the statement is about; without one, the last period that all series have."""
        if self.claim.period:
            return self.shown(self.claim.period)
        known = set(self.series.at(self.step))
        if self.other:
            known &= set(self.other.at(self.step))
        return max(known, default=coarsen(self.claim.said_on.isoformat(), self.step))

    def missing(self, *wanted: tuple[Counts, str]) -> Finding | None:
        """The finding for the first figure that is not published, if one is not."""
        for counts, text in wanted:
            if counts.value(text) is None:
                about = {"name": counts.name, "period": text}
                said = [message("claims.missing", **about)]
                if self.as_of:
                    said = [message("claims.missing_as_of", **about, day=self.as_of)]
                figures: tuple[Figure, ...] = ()
                if known := counts.at(written_step(text)):
                    figures = (_figure(counts, max(known)),)
                    last = max(known)
                    said.append(message("claims.last_published", period=last, value=known[last]))
                cure = message("claims.change_published", publisher=counts.publisher)
                return Finding("cannot be told", tuple(said), figures, cure)
        return None


def _figure(counts: Counts, text: str) -> Figure:
    return Figure(counts.observation.id, text, counts.at(written_step(text))[text])


def _outcome(held: bool) -> Outcome:
    return "supported" if held else "not supported"


def check_change(case: ClaimContext) -> Finding:
    """A period against another: by direction, or by a stated relative change (``value``: -0.5 is a halving)."""
    claim, counts, now = case.claim, case.series, case.period
    then = case.shown(claim.against) if claim.against else before(now)
    if found := case.missing((counts, now), (counts, then)):
        return found
    value, base = counts.at(written_step(now))[now], counts.at(written_step(then))[then]
    figures = (_figure(counts, now), _figure(counts, then))
    if base == 0:
        said = message("claims.zero_base", name=counts.name, period=then)
        return Finding("cannot be told", (said,), figures, _gap("claims.change_revision", 0))
    moved = value / base - 1
    said = message(
        "claims.change", name=counts.name, value=value, period=now, base=base,
        against=then, change=moved,
    )  # fmt: skip
    if case.too_coarse:
        return _coarse_change(case, said, figures)
    if claim.value is None:
        held = value < base if claim.direction == "down" else value > base
        return Finding(_outcome(held), (said,), figures, _gap("claims.change_revision", abs(value - base)))
    slack = CHANGE_TOLERANCE if claim.tolerance is None else claim.tolerance
    cure = message("claims.change_said_revision", low=claim.value - slack, high=claim.value + slack)
    held = abs(moved - claim.value) <= slack + 1e-12
    return Finding(_outcome(held), (said, message("claims.change_said", said=claim.value)), figures, cure)


def _coarse_change(case: ClaimContext, said: Message, figures: tuple[Figure, ...]) -> Finding:
    """Days cannot be told from months: the months stand beside the same month of other years."""
    counts, now = case.series, figures[0].period
    parts = [message("claims.too_coarse", step=_step(case.step)), said]
    if case.step == "month" and written_step(now) == "month":
        known = counts.at("month")
        others = {text: v for text, v in known.items() if text[5:] == now[5:] and text != now}
        if others:
            years = sorted(others)
            parts.append(
                message(
                    "claims.same_month", month=int(now[5:]), low=min(others.values()),
                    high=max(others.values()), first=years[0][:4], last=years[-1][:4],
                )
            )  # fmt: skip
            parts += _same_step(case.claim.direction != "up", others, known)
            figures += tuple(_figure(counts, text) for text in years)
    cure = message("claims.change_finer", finer=_step(case.claim.resolution), publisher=counts.publisher)
    return Finding("cannot be told", tuple(parts), figures, cure)


def _same_step(down: bool, others: Mapping[str, float], known: Mapping[str, float]) -> list[Message]:
    """In how many other years the same month went the same way from the month before."""
    pairs = [(known[before(text)], v) for text, v in others.items() if before(text) in known]
    if not pairs:
        return []
    count = sum(v < base if down else v > base for base, v in pairs)
    month = int(next(iter(others))[5:])
    way = "fell" if down else "rose"
    facts = {"count": count, "all": len(pairs), "before": (month - 2) % 12 + 1, "month": month}
    return [message(f"claims.same_step_{way}", **facts)]


def check_comparison(case: ClaimContext) -> Finding:
    """A series against another in one period: ``above`` (the default) or ``below``."""
    below = case.claim.direction == "below"

    def held(value: float, base: float) -> bool:
        return value < base if below else value > base

    return _side_by_side(case, held, None)


def check_ratio(case: ClaimContext) -> Finding:
    """A series as so many times another: near ``value``, or above or below it if there is a direction."""
    claim = case.claim
    wanted = claim.value or 0.0
    slack = RATIO_TOLERANCE * wanted if claim.tolerance is None else claim.tolerance

    def held(value: float, base: float) -> bool:
        if claim.direction in ("below", "down"):
            return value < wanted * base
        if claim.direction in ("above", "up"):
            return value > wanted * base
        return base > 0 and abs(value / base - wanted) <= slack + 1e-12

    return _side_by_side(case, held, wanted)


def _side_by_side(case: ClaimContext, held: Callable[[float, float], bool], wanted: float | None) -> Finding:
    counts, other, now = case.series, case.other, case.period
    assert other is not None  # held by check_claims
    if found := case.missing((counts, now), (other, now)):
        return found
    step = written_step(now)
    value, base = counts.at(step)[now], other.at(step)[now]
    figures = [_figure(counts, now), _figure(other, now)]
    if base == 0:
        said = message("claims.zero_base", name=other.name, period=now)
        return Finding("cannot be told", (said,), tuple(figures), _gap("claims.change_definition", 0))
    about = {"period": now, "name": counts.name, "other": other.name, "value": value, "base": base}
    if wanted is None:
        said = [message("claims.comparison", **about, share=value / base)]
    else:
        said = [
            message("claims.ratio", **about, ratio=value / base),
            message("claims.ratio_said", said=wanted),
        ]
    first, when = _first_held(counts, other, held, now)
    said += when
    if first and first != now:
        figures += [_figure(counts, first), _figure(other, first)]
    gap = abs(value - (1.0 if wanted is None else wanted) * base)
    outcome: Outcome = _outcome(held(value, base))
    if case.too_coarse:
        said.insert(0, message("claims.too_coarse", step=_step(case.step)))
        cure = message("claims.change_finer", finer=_step(case.claim.resolution), publisher=counts.publisher)
        return Finding("cannot be told", tuple(said), tuple(figures), cure, first)
    return Finding(outcome, tuple(said), tuple(figures), _gap("claims.change_definition", gap), first)


def _first_held(
    counts: Counts, other: Counts, held: Callable[[float, float], bool], now: str
) -> tuple[str | None, list[Message]]:
    """First month of the whole known series in which it was true, and what to say of it."""
    mine, theirs = counts.at("month"), other.at("month")
    shared = [text for text in mine if text in theirs]
    if not shared:
        return None, []
    for text in shared:
        if held(mine[text], theirs[text]):
            when = message("claims.first_held", period=text, value=mine[text], base=theirs[text])
            return text, [when] if text != now else []
    return None, [message("claims.never_held", first=shared[0], last=shared[-1])]


def check_record(case: ClaimContext) -> Finding:
    """A period as the highest (or, with direction ``down`` or ``below``, lowest) of all up to then."""
    counts, now = case.series, case.period
    if found := case.missing((counts, now)):
        return found
    lowest = case.claim.direction in ("down", "below")
    sign = -1 if lowest else 1
    step = written_step(now)
    known = counts.at(step)
    value = known[now]
    earlier = {text: v for text, v in known.items() if text < now}
    if not earlier:
        return Finding("cannot be told", (message("claims.never_first", name=counts.name, first=now, last=now),), (_figure(counts, now),), message("claims.change_record", gap=0, first=now))  # fmt: skip
    rival = max(earlier, key=lambda text: sign * earlier[text])
    held = sign * value > sign * earlier[rival]
    said = [
        message(
            f"claims.{'' if held else 'not_'}record_{'low' if lowest else 'high'}", value=value,
            period=now, count=len(earlier) + 1, steps=_step(f"{step}s"),
            first=min(earlier), second_period=rival, second=earlier[rival],
        )
    ]  # fmt: skip
    passed = [text for text, v in known.items() if text > now and sign * v > sign * value]
    last = max(known)
    if held and passed:
        said.append(message("claims.since_passed", later=passed[0]))
    elif held and last > now:
        said.append(message("claims.still_record", last=last))
    figures = (_figure(counts, now), _figure(counts, rival))
    cure = message("claims.change_record", gap=abs(value - earlier[rival]), first=min(earlier))
    first = now if held and step == "month" else None
    if case.too_coarse:
        said.insert(0, message("claims.too_coarse", step=_step(case.step)))
        return Finding("cannot be told", tuple(said), figures, cure, first)
    return Finding(_outcome(held), tuple(said), figures, cure, first)


def check_first_month(case: ClaimContext) -> Finding:
    """A month as the first in which a series was above (or below) another, or a ``value``."""
    claim, counts, other = case.claim, case.series, case.other
    below = claim.direction in ("below", "down")
    mine = counts.at("month")
    theirs = other.at("month") if other else dict.fromkeys(mine, claim.value or 0.0)
    shared = [text for text in mine if text in theirs]
    if not shared:
        text = case.period
        found = case.missing((counts, text), *([(other, text)] if other else []))
        return found or Finding("cannot be told", (message("claims.missing", name=counts.name, period=text),), (), message("claims.change_published", publisher=counts.publisher))  # fmt: skip
    cure = message("claims.change_first", first=shared[0])
    first = next((t for t in shared if (mine[t] < theirs[t] if below else mine[t] > theirs[t])), None)
    if first is None:
        open_ended = claim.period is not None and coarsen(claim.period, "month") > shared[-1]
        key = "claims.not_yet_first" if open_ended else "claims.never_first"
        said = message(key, name=counts.name, first=shared[0], last=shared[-1])
        return Finding("cannot be told" if open_ended else "not supported", (said,), (), cure)
    about: dict[str, object] = {
        "name": counts.name, "period": first, "value": mine[first], "base": theirs[first],
    }  # fmt: skip
    if other:
        about["other"] = other.name
    side, base = "below" if below else "above", "other" if other else "value"
    parts = [message(f"claims.first_{side}_{base}", **about)]
    months = months_between(written_start(shared[0]), written_start(first)) + 1
    if absent := months - sum(text <= first for text in shared):
        parts.append(message("claims.first_missing", count=absent))
    figures = [_figure(counts, first)]
    if other:
        figures.append(_figure(other, first))
    if case.too_coarse:
        parts.insert(0, message("claims.too_coarse", step=_step(case.step)))
        return Finding("cannot be told", tuple(parts), tuple(figures), cure, first)
    held = first == coarsen(claim.period or first, "month")
    return Finding(_outcome(held), tuple(parts), tuple(figures), cure, first)


def _gap(key: str, gap: float) -> Message:
    return message(key, gap=gap)


def _step(step: str) -> Message:
    """Word for a time step: ``month``, ``months``."""
    return message(f"claims.step_{step}")


KINDS: Mapping[str, Callable[[ClaimContext], Finding]] = {
    "change": check_change,
    "comparison": check_comparison,
    "record": check_record,
    "ratio": check_ratio,
    "first_month": check_first_month,
}
"""Kinds of statement about published counts alone, with their checks; effects stand apart."""
