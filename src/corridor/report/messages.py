"""Messages of the catalogue with their values filled in, in every language at once."""

from __future__ import annotations

import re
from collections.abc import Callable

from corridor.report.catalog import MESSAGES
from corridor.text import LANGS, Lang

Text = dict[Lang, str]
"""One text in every language: ``{"en": …, "es": …}``."""
Value = str | Text | Callable[[Lang], str]


def say(key: str, **values: Value) -> Text:
    """The message in every language; a value may be a text, a text per language, or a function of it."""
    return {
        lang: _template(key, place).format(**{name: in_lang(value, lang) for name, value in values.items()})
        for place, lang in enumerate(LANGS)
    }


def in_lang(value: Value, lang: Lang) -> str:
    """One language of a value."""
    if isinstance(value, str):
        return value
    return value[lang] if isinstance(value, dict) else value(lang)


def word(prefix: str, code: str) -> Text:
    """The words for a code of a table (``grade`` ``assumed``); the code itself where none are known."""
    key = f"{prefix}_{plain(code)}"
    return say(key) if key in MESSAGES else dict.fromkeys(LANGS, code)


def plain(code: str) -> str:
    """A code of a table as a key: ``out of sample``, ``out-of-sample`` and ``out_of_sample`` are one."""
    return "_".join(re.findall(r"[a-z0-9]+", code.lower()))


def page_messages() -> dict[str, Text]:
    """The catalogue for the page's script, with its placeholders left open."""
    return {key: {lang: _template(key, place) for place, lang in enumerate(LANGS)} for key in MESSAGES}


def _template(key: str, place: int) -> str:
    """A message whose percent signs do not part from their numbers."""
    return MESSAGES[key][place].replace(" %", "\N{NO-BREAK SPACE}%")
