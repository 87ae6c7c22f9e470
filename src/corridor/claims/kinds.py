"""The closed kinds of statement, each checked in its own way; no expression language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corridor.claims.counts import Counts, before, coarsen
from corridor.claims.messages import both
from corridor.claims.verdict import Figure, Finding, Outcome
from corridor.model import Claim
from corridor.model.periods import Step, is_finer, months_between, written_start, written_step
from corridor.model.words import Pair, change, join, month_name, number, period, sentence, share, times

RATIO_TOLERANCE = 0.05
CHANGE_TOLERANCE = 0.01
"""How far a figure may be from the one stated, where the statement gives no tolerance."""


@dataclass(frozen=True, eq=False)
class Case:
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
                words: dict[str, str | Pair] = {"name": counts.name, "period": period(text)}
                said = both("missing", **words)
                if self.as_of:
                    said = both("missing_as_of", **words, day=period(self.as_of.isoformat()))
                figures: tuple[Figure, ...] = ()
                if known := counts.at(written_step(text)):
                    figures = (_figure(counts, max(known)),)
                    last = {"period": period(max(known)), "value": number(known[max(known)])}
                    said = join(said, both("last_published", **last))
                cure = both("change_published", publisher=counts.publisher)
                return Finding("cannot be told", sentence(said), figures, cure)
        return None


def _figure(counts: Counts, text: str) -> Figure:
    return Figure(counts.observation.id, text, counts.at(written_step(text))[text])


def _outcome(held: bool) -> Outcome:
    return "supported" if held else "not supported"


def check_change(case: Case) -> Finding:
    """A period against another: by direction, or by a stated relative change (``value``: -0.5 is a halving)."""
    claim, counts, now = case.claim, case.series, case.period
    then = case.shown(claim.against) if claim.against else before(now)
    if found := case.missing((counts, now), (counts, then)):
        return found
    value, base = counts.at(written_step(now))[now], counts.at(written_step(then))[then]
    figures = (_figure(counts, now), _figure(counts, then))
    if base == 0:
        said = both("zero_base", name=counts.name, period=period(then))
        return Finding("cannot be told", sentence(said), figures, _gap("change_revision", 0))
    moved = value / base - 1
    said = both(
        "change", name=counts.name, value=number(value), period=period(now), base=number(base),
        against=period(then), change=change(moved),
    )  # fmt: skip
    if case.too_coarse:
        return _coarse_change(case, said, figures)
    if claim.value is None:
        held = value < base if claim.direction == "down" else value > base
        return Finding(_outcome(held), sentence(said), figures, _gap("change_revision", abs(value - base)))
    slack = CHANGE_TOLERANCE if claim.tolerance is None else claim.tolerance
    bounds = {"low": change(claim.value - slack), "high": change(claim.value + slack)}
    said = join(said, both("change_said", said=change(claim.value)))
    held = abs(moved - claim.value) <= slack + 1e-12
    return Finding(_outcome(held), sentence(said), figures, both("change_said_revision", **bounds))


def _coarse_change(case: Case, said: Pair, figures: tuple[Figure, ...]) -> Finding:
    """Days cannot be told from months: the months stand beside the same month of other years."""
    counts, now = case.series, figures[0].period
    parts = [both("too_coarse", step=both(case.step)), said]
    if case.step == "month" and written_step(now) == "month":
        known = counts.at("month")
        others = {text: v for text, v in known.items() if text[5:] == now[5:] and text != now}
        if others:
            years = sorted(others)
            parts.append(
                both(
                    "same_month", month=month_name(int(now[5:])), low=number(min(others.values())),
                    high=number(max(others.values())), first=years[0][:4], last=years[-1][:4],
                )
            )  # fmt: skip
            parts.append(_same_step(case.claim.direction != "up", others, known))
            figures += tuple(_figure(counts, text) for text in years)
    cure = both("change_finer", finer=both(case.claim.resolution), publisher=counts.publisher)
    return Finding("cannot be told", sentence(*parts), figures, cure)


def _same_step(down: bool, others: Mapping[str, float], known: Mapping[str, float]) -> Pair:
    """In how many other years the same month went the same way from the month before."""
    pairs = [(known[before(text)], v) for text, v in others.items() if before(text) in known]
    if not pairs:
        return "", ""
    count = sum(v < base if down else v > base for base, v in pairs)
    month = int(next(iter(others))[5:])
    return both(
        "same_step_fell" if down else "same_step_rose", count=str(count), all=str(len(pairs)),
        before=month_name((month - 2) % 12 + 1), month=month_name(month),
    )  # fmt: skip


def check_comparison(case: Case) -> Finding:
    """A series against another in one period: ``above`` (the default) or ``below``."""
    below = case.claim.direction == "below"

    def held(value: float, base: float) -> bool:
        return value < base if below else value > base

    return _side_by_side(case, held, None)


def check_ratio(case: Case) -> Finding:
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


def _side_by_side(case: Case, held: Callable[[float, float], bool], wanted: float | None) -> Finding:
    counts, other, now = case.series, case.other, case.period
    assert other is not None  # held by check_claims
    if found := case.missing((counts, now), (other, now)):
        return found
    step = written_step(now)
    value, base = counts.at(step)[now], other.at(step)[now]
    figures = [_figure(counts, now), _figure(other, now)]
    if base == 0:
        said = both("zero_base", name=other.name, period=period(now))
        return Finding("cannot be told", sentence(said), tuple(figures), _gap("change_definition", 0))
    words = {"period": period(now), "name": counts.name, "other": other.name, "value": number(value)}
    words |= {"base": number(base), "share": share(value / base), "ratio": times(value / base)}
    said = [both("comparison" if wanted is None else "ratio", **words)]
    if wanted is not None:
        said.append(both("ratio_said", said=times(wanted)))
    first, when = _first_held(counts, other, held, now)
    said.append(when)
    if first and first != now:
        figures += [_figure(counts, first), _figure(other, first)]
    gap = abs(value - (1.0 if wanted is None else wanted) * base)
    outcome: Outcome = _outcome(held(value, base))
    if case.too_coarse:
        said.insert(0, both("too_coarse", step=both(case.step)))
        cure = both("change_finer", finer=both(case.claim.resolution), publisher=counts.publisher)
        return Finding("cannot be told", sentence(*said), tuple(figures), cure, first)
    return Finding(outcome, sentence(*said), tuple(figures), _gap("change_definition", gap), first)


def _first_held(
    counts: Counts, other: Counts, held: Callable[[float, float], bool], now: str
) -> tuple[str | None, Pair]:
    """First month of the whole known series in which it was true, and the words for it."""
    mine, theirs = counts.at("month"), other.at("month")
    shared = [text for text in mine if text in theirs]
    if not shared:
        return None, ("", "")
    for text in shared:
        if held(mine[text], theirs[text]):
            words = both(
                "first_held", period=period(text), value=number(mine[text]), base=number(theirs[text])
            )
            return text, words if text != now else ("", "")
    return None, both("never_held", first=period(shared[0]), last=period(shared[-1]))


def check_record(case: Case) -> Finding:
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
        return Finding("cannot be told", sentence(both("never_first", name=counts.name, first=period(now), last=period(now))), (_figure(counts, now),), both("change_record", gap=number(0), first=period(now)))  # fmt: skip
    rival = max(earlier, key=lambda text: sign * earlier[text])
    held = sign * value > sign * earlier[rival]
    said = [
        both(
            f"{'' if held else 'not_'}record_{'low' if lowest else 'high'}", value=number(value),
            period=period(now), count=str(len(earlier) + 1), steps=both(f"{step}s"),
            first=period(min(earlier)), second_period=period(rival), second=number(earlier[rival]),
        )
    ]  # fmt: skip
    passed = [text for text, v in known.items() if text > now and sign * v > sign * value]
    last = max(known)
    if held and passed:
        said.append(both("since_passed", later=period(passed[0])))
    elif held and last > now:
        said.append(both("still_record", last=period(last)))
    figures = (_figure(counts, now), _figure(counts, rival))
    cure = both("change_record", gap=number(abs(value - earlier[rival])), first=period(min(earlier)))
    first = now if held and step == "month" else None
    if case.too_coarse:
        said.insert(0, both("too_coarse", step=both(case.step)))
        return Finding("cannot be told", sentence(*said), figures, cure, first)
    return Finding(_outcome(held), sentence(*said), figures, cure, first)


def check_first_month(case: Case) -> Finding:
    """A month as the first in which a series was above (or below) another, or a ``value``."""
    claim, counts, other = case.claim, case.series, case.other
    below = claim.direction in ("below", "down")
    mine = counts.at("month")
    theirs = other.at("month") if other else dict.fromkeys(mine, claim.value or 0.0)
    shared = [text for text in mine if text in theirs]
    if not shared:
        text = case.period
        found = case.missing((counts, text), *([(other, text)] if other else []))
        return found or Finding("cannot be told", sentence(both("missing", name=counts.name, period=period(text))), (), both("change_published", publisher=counts.publisher))  # fmt: skip
    cure = both("change_first", first=period(shared[0]))
    first = next((t for t in shared if (mine[t] < theirs[t] if below else mine[t] > theirs[t])), None)
    if first is None:
        open_ended = claim.period is not None and coarsen(claim.period, "month") > shared[-1]
        key = "not_yet_first" if open_ended else "never_first"
        said = both(key, name=counts.name, first=period(shared[0]), last=period(shared[-1]))
        return Finding("cannot be told" if open_ended else "not supported", sentence(said), (), cure)
    words: dict[str, str | Pair] = {
        "name": counts.name, "period": period(first), "value": number(mine[first]), "base": number(theirs[first]),
    }  # fmt: skip
    if other:
        words["other"] = other.name
    parts = [both(f"first_{'below' if below else 'above'}_{'other' if other else 'value'}", **words)]
    if (
        absent := months_between(written_start(shared[0]), written_start(first))
        + 1
        - sum(text <= first for text in shared)
    ):
        parts.append(both("first_missing", count=str(absent)))
    figures = [_figure(counts, first)]
    if other:
        figures.append(_figure(other, first))
    if case.too_coarse:
        parts.insert(0, both("too_coarse", step=both(case.step)))
        return Finding("cannot be told", sentence(*parts), tuple(figures), cure, first)
    held = first == coarsen(claim.period or first, "month")
    return Finding(_outcome(held), sentence(*parts), tuple(figures), cure, first)


def _gap(key: str, gap: float) -> Pair:
    return both(key, gap=number(gap))


KINDS: Mapping[str, Callable[[Case], Finding]] = {
    "change": check_change,
    "comparison": check_comparison,
    "record": check_record,
    "ratio": check_ratio,
    "first_month": check_first_month,
}
"""Kinds of statement about published counts alone, with their checks; effects stand apart."""
