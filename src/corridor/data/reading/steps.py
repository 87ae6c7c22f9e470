"""The step of a series from its days: weeks, months, quarters, years, days, or dated points."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from corridor.data.countries import plain_name
from corridor.data.dataset import Frequency

Start = Callable[[dt.date], dt.date]
_MOST = 0.8
_WEEKDAYS = calendar.day_name


def step_of(days: Iterable[dt.date], name: str) -> tuple[Frequency, Start, str]:
    """Frequency, the first day of the period that a day stands for, and what should be said.

    ``name`` is the column's: 'week ending' says that a day ends its week.
    """
    kept = sorted(set(days))
    if len(kept) < 2:
        only = kept[0] if kept else dt.date(2000, 1, 2)
        return ("month", _month, "") if only.day == 1 else ("point", _same, "one date only: a dated point")
    months = Counter((day.year, day.month) for day in kept)
    alone = max(months.values()) == 1
    steps = Counter((b - a).days for a, b in itertools.pairwise(kept))
    usual, times = steps.most_common(1)[0]
    if (
        alone
        and all((day.month, day.day) in ((1, 1), (12, 31)) for day in kept)
        and len({d.year for d in kept}) == len(kept)
    ):
        return "year", _year, ""
    if (
        alone
        and all(_is_first(day) or _is_last(day) for day in kept)
        and all(_quarterly(a, b) for a, b in itertools.pairwise(kept))
    ):
        return "quarter", _quarter, "the dates are taken as quarters"
    if _share(kept, _is_first) >= _MOST and usual > 7:
        return "month", _month, ""
    if alone and _share(kept, _is_last) >= _MOST:
        return "month", _month, "dates at the end of a month stand for the month"
    if (
        usual == 7
        and sum(n for step, n in steps.items() if step % 7 == 0) >= 0.9 * sum(steps.values())
        and times >= 0.5 * sum(steps.values())
    ):
        return "week", *_weekly(kept, name)
    if usual == 1 and times >= 0.5 * sum(steps.values()):
        return "day", _same, ""
    if alone and len(kept) >= 4 and len({day.day for day in kept}) == 1 and times:
        return "month", _month, f"one date a month, always the {kept[0].day}th, stands for the month"
    return "point", _same, "the dates have no even step: they are taken as dated points"


def _same(day: dt.date) -> dt.date:
    return day


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _quarter(day: dt.date) -> dt.date:
    return dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _year(day: dt.date) -> dt.date:
    return dt.date(day.year, 1, 1)


def _is_first(day: dt.date) -> bool:
    return day.day == 1


def _is_last(day: dt.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _quarterly(a: dt.date, b: dt.date) -> bool:
    months = (b.year - a.year) * 12 + b.month - a.month
    return months == 3 and (a.month in (1, 4, 7, 10) or (_is_last(a) and a.month in (3, 6, 9, 12)))


def _share(days: Sequence[dt.date], test: Callable[[dt.date], bool]) -> float:
    return sum(map(test, days)) / len(days)


def _weekly(days: Sequence[dt.date], name: str) -> tuple[Start, str]:
    weekday = Counter(day.weekday() for day in days).most_common(1)[0][0]
    if weekday == 0:
        return _monday, "seven days from date to date: a count per week, from Monday"
    plain = plain_name(name)
    if re.search(r"\b(end|ending|ended|w e|bis|hasta|fin|until)\b", plain):
        start, how = _monday_of_ending, "ends"
    elif re.search(r"\b(start|starting|beginning|begin|from|commencing|desde|ab)\b", plain):
        start, how = _monday_of_starting, "begins"
    else:
        start, how = _monday, ""
    said = f"the week {how} on the date" if how else f"dates are {_WEEKDAYS[weekday]}s"
    return start, f"seven days from date to date: a count per week; {said}, filed under the week's Monday"


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _monday_of_starting(day: dt.date) -> dt.date:
    """Monday of the week that holds most of the seven days from ``day`` on."""
    return _monday(day + dt.timedelta(days=3))


def _monday_of_ending(day: dt.date) -> dt.date:
    return _monday(day - dt.timedelta(days=3))
