"""Names of nationalities, and words for the codes that tables carry, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corridor.text.messages import Pair, has, say, subject


def nationality(code: str) -> Pair:
    """Name of a nationality: ISO 3166-1 alpha-3, OOO for the rest, XEA for a named remainder; else the code."""
    key = f"nationalities.{code}"
    return say(key) if has(key) else (code, code)


def nationality_codes() -> dict[str, str]:
    """Code by English name."""
    return {english.plain: code for code, (english, _) in subject("nationalities").items()}


def word(family: str, code: str) -> Pair:
    """The words for a code of a table (``report.grade``, ``assumed``); the code itself where none are known."""
    key = f"{family}_{plain(code)}"
    return say(key) if has(key) else (code, code)


def plain(code: str) -> str:
    """A code of a table as a key: ``out of sample``, ``out-of-sample`` and ``out_of_sample`` are one."""
    return "_".join(re.findall(r"[a-z0-9]+", code.lower()))


@dataclass(frozen=True)
class Term:
    """A term of the glossary: its name and what it means, in English and Spanish."""

    name: Pair
    meaning: Pair


def glossary() -> dict[str, Term]:
    """Terms of the glossary by id, in the order of the data file."""
    ids = dict.fromkeys(key.partition(".")[0] for key in subject("glossary"))
    return {one: Term(say(f"glossary.{one}.term"), say(f"glossary.{one}.text")) for one in ids}
