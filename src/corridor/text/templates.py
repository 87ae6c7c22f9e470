"""Sentences with named slots; a slot may name the rule by which its value is written.

``{name}`` takes a text, or one text per language. ``{value:number}`` takes a number and writes it by the rule
``number`` of :data:`RULES`, in the language of the sentence. So whoever computes hands over numbers and dates, and
the data file decides how a reader sees them.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from corridor.text import dates, numbers
from corridor.text.numbers import FIXED, LANGS, Lang

Rule = Callable[[Any, Lang], str]


class TextError(LookupError):
    """A message that is missing, has other slots than were given, or differs between the languages."""


def _interval(values: tuple[float, float, float], lang: Lang) -> str:
    """A relative effect with its 95 % interval, in whole percents."""
    effect, low, high = (numbers.percent(value, lang, sign=True) for value in values)
    level = numbers.percent(0.95, lang)
    if lang == "en":
        return f"{effect} ({level} interval {low} to {high})"
    return f"{effect} (intervalo del {level}: {low} a {high})"


RULES: Mapping[str, Rule] = {
    "number": numbers.number,
    "rounded": numbers.rounded,
    "percent": numbers.percent,
    "chance": numbers.chance,
    "change": partial(numbers.percent, sign=True),
    "published_percent": numbers.published_percent,
    "published_change": partial(numbers.published_percent, sign=True),
    "times": numbers.times,
    "published_count": numbers.published_count,
    "p": numbers.p_value,
    "interval": _interval,
    "month_name": dates.month_name,
    "month": dates.month,
    "months": dates.months,
    "day": dates.day,
    "days": dates.days,
    "period": dates.period,
    "list": lambda values, lang: ", ".join(in_lang(value, lang) for value in values),
}
"""How a value of a slot is written: whole numbers grouped; estimates to three significant digits; percentages of
estimates whole, of published counts with one decimal below 10 %; dates in words."""


def in_lang(value: Any, lang: Lang) -> str:
    """One language of a text: the text itself, or that of a pair, a mapping by language or a message."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return value[lang]
    pair = getattr(value, "pair", value)
    return pair[LANGS.index(lang)]


@dataclass(frozen=True)
class Template:
    """A sentence in one language, as it stands in its data file."""

    text: str
    lang: Lang

    @cached_property
    def parts(self) -> tuple[tuple[str, str | None, str], ...]:
        """Literal text, the slot that follows it (if any) and the slot's rule."""
        text = self.text.replace(" %", f"{FIXED}%")  # a percent sign does not part from its number
        try:
            parsed = list(string.Formatter().parse(text))
        except ValueError as error:
            raise TextError(f"{self.text!r}: {error}") from None
        return tuple((literal, slot, rule or "") for literal, slot, rule, _ in parsed)

    @property
    def slots(self) -> dict[str, str]:
        """Rule by slot; blank for a slot that takes a text."""
        return {slot: rule for _, slot, rule in self.parts if slot is not None}

    def render(self, values: Mapping[str, Any]) -> str:
        """The sentence with its slots filled."""
        text = ""
        for literal, slot, rule in self.parts:
            text += literal
            if slot is not None:
                text += RULES[rule](values[slot], self.lang) if rule else in_lang(values[slot], self.lang)
        return text

    @property
    def plain(self) -> str:
        """The sentence with its slots open and without their rules, as the page's script fills it."""
        return "".join(literal + ("" if slot is None else f"{{{slot}}}") for literal, slot, _ in self.parts)
