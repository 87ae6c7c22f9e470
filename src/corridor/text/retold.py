"""A sentence that a table holds in English alone, said again in Spanish by the message that it was made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from corridor.text.messages import templates
from corridor.text.templates import Template

QUOTED = re.compile("“([^”]+)”")


def retold(key: str, text: str, words: Mapping[str, str]) -> str | None:
    """The Spanish of ``text``; None where it was not made of the message ``key``.

    Slots take texts. ``words`` gives the Spanish of what a slot holds, whole or in “quotes”; what it does not give
    stands as it is, with a comma for the point of a decimal number.
    """
    english, spanish = templates(key)
    found = re.fullmatch(_pattern(english), text)
    if found is None:
        return None
    return spanish.render({slot: _in_spanish(value, words) for slot, value in found.groupdict().items()})


def _pattern(template: Template) -> str:
    return "".join(
        re.escape(literal) + (f"(?P<{slot}>.+?)" if slot else "") for literal, slot, _ in template.parts
    )


def _in_spanish(value: str, words: Mapping[str, str]) -> str:
    if value in words:
        return words[value]
    if QUOTED.search(value):
        return QUOTED.sub(_quoted(words), value)
    return re.sub(r"(\d)\.(\d)", r"\1,\2", value)


def _quoted(words: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return partial(_one, words)


def _one(words: Mapping[str, str], found: re.Match[str]) -> str:
    return f"«{words.get(found[1], found[1])}»"
