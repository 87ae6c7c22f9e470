"""The report's texts as the page takes them: a mapping of language to text, from `corridor.text`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from corridor import text
from corridor.text import LANGS, Lang, by_lang, plain, subject

Text = dict[Lang, str]
"""One text in every language: ``{"en": …, "es": …}``."""
Value = str | Text | float | dt.date | Callable[[Lang], str]

__all__ = ["Text", "Value", "glossary", "open_message", "page_messages", "plain", "say", "word"]


def say(key: str, **values: Value) -> Text:
    """The report's message in every language; a value may be a text, a text per language, or a function of it."""
    return by_lang(text.say(f"report.{key}", **{name: _in_each(value) for name, value in values.items()}))


def _in_each(value: Value) -> str | Text | float | dt.date:
    return {lang: value(lang) for lang in LANGS} if callable(value) else value


def word(family: str, code: str) -> Text:
    """The words for a code of a table (``grade`` ``assumed``); the code itself where none are known."""
    return by_lang(text.word(f"report.{family}", code))


def open_message(key: str) -> Text:
    """A message of the report with its slots open, for the page's script to fill."""
    english, spanish = text.templates(f"report.{key}")
    return by_lang((english.plain, spanish.plain))


def page_messages() -> dict[str, Text]:
    """Every message of the report for the page's script, its slots open."""
    # names of sets, datasets, states and zones are written by their section, and only those of the run's own corridor
    return {
        key: open_message(key)
        for key in subject("report")
        if not key.startswith(("scoreboard_set_", "dataset_title_", "state_", "zone_", "household_"))
    }


def glossary() -> list[dict[str, Text]]:
    """Terms of the field with their sentence, for the page to explain them where they stand."""
    keys = [key.removesuffix(".term") for key in subject("glossary") if key.endswith(".term")]
    return [{part: by_lang(text.say(f"glossary.{key}.{part}")) for part in ("term", "text")} for key in keys]
