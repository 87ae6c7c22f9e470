"""The one way to what a reader reads: :func:`say`, over the data files of each language.

A key is ``<file>.<name>``: ``claims.change`` is the entry ``change`` of ``en/claims.yaml`` and ``es/claims.yaml``.
Nested entries are joined by points. A file is read when one of its keys is first asked for, and checked then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from corridor.text.numbers import LANGS, Lang
from corridor.text.templates import RULES, Template, TextError

Pair = tuple[str, str]
"""English, Spanish."""

SAME = "="
"""What a Spanish entry holds where the English text is also the Spanish one."""
FOLDER = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet written: its key, and the numbers, dates and names that fill its slots."""

    key: str
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def pair(self) -> Pair:
        """The sentence in both languages."""
        return say(self.key, **dict(self.facts))


def message(key: str, /, **facts: Any) -> Message:
    """A sentence to be written later; computing code returns these and no words."""
    return Message(key, tuple(facts.items()))


def say(key: str, /, **slots: Any) -> Pair:
    """The sentence of ``key`` in English and Spanish, with its slots filled.

    Parameters
    ----------
    slots
        For a slot without a rule a text, a pair of texts, a mapping by language or a `Message`; for a slot with a
        rule the value that the rule takes (`corridor.text.templates.RULES`).

    Raises
    ------
    TextError
        For an unknown key, a slot that is missing, or one that the sentence does not have.
    """
    pair = templates(key)
    if slots.keys() != pair[0].slots.keys():
        raise TextError(f"{key!r} has the slots {sorted(pair[0].slots)}, not {sorted(slots)}")
    return pair[0].render(slots), pair[1].render(slots)


def has(key: str) -> bool:
    """Whether there is a sentence of this key."""
    file, _, name = key.partition(".")
    return file in subjects() and name in subject(file)


def templates(key: str) -> tuple[Template, Template]:
    """The sentence of ``key`` in English and Spanish, its slots open.

    Raises
    ------
    TextError
        For an unknown key.
    """
    file, _, name = key.partition(".")
    if not has(key):
        raise TextError(f"there is no message {key!r}")
    return subject(file)[name]


@cache
def subjects() -> tuple[str, ...]:
    """Names of the data files without their ending; a folder of files is one subject."""
    return tuple(sorted({path.stem for path in (FOLDER / LANGS[0]).iterdir()}))


@cache
def subject(file: str) -> Mapping[str, tuple[Template, Template]]:
    """Every sentence of a data file, by name, in English and Spanish.

    Raises
    ------
    TextError
        If the languages differ in their keys or in a sentence's slots, or a slot has an unknown rule.
    """
    english = {name: Template(text, "en") for name, text in read_texts(file, "en").items()}
    spanish = {
        name: Template(english[name].text if text == SAME and name in english else text, "es")
        for name, text in read_texts(file, "es").items()
    }
    if english.keys() != spanish.keys():
        raise TextError(f"{file}: in one language only: {', '.join(sorted(english.keys() ^ spanish.keys()))}")
    for name, one in english.items():
        if one.slots != spanish[name].slots:
            raise TextError(f"{file}.{name}: {one.slots} in English, {spanish[name].slots} in Spanish")
        if unknown := set(one.slots.values()) - {"", *RULES}:
            raise TextError(f"{file}.{name}: no rule {', '.join(sorted(unknown))}")
    return {name: (one, spanish[name]) for name, one in english.items()}


def read_texts(file: str, lang: Lang) -> dict[str, str]:
    """The texts of one language as they stand in its data file, or in the files of its folder."""
    path = FOLDER / lang / file
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path.with_suffix(".yaml")]
    texts: dict[str, str] = {}
    for one in files:
        for name, text in _flat(yaml.load(one.read_text("utf-8"), Loader=_LOADER)):
            if name in texts:
                raise TextError(f"{file}.{name} stands twice in {lang}")
            texts[name] = text
    return texts


def _flat(content: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for name, value in content.items():
        if isinstance(value, str):
            yield before + name, value
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            raise TextError(f"{before}{name}: {value!r} is no text")


def join(*texts: Pair | Message, between: str = "") -> Pair:
    """Texts one after another."""
    pairs = [text.pair if isinstance(text, Message) else text for text in texts]
    return between.join(pair[0] for pair in pairs), between.join(pair[1] for pair in pairs)


def sentence(*texts: Pair | Message) -> Pair:
    """Texts joined and closed with a full stop."""
    return join(*texts, (".", "."))


def by_lang(pair: Pair) -> dict[Lang, str]:
    """A pair as the page takes it: ``{"en": …, "es": …}``."""
    return dict(zip(LANGS, pair, strict=True))
