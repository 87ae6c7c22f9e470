"""Counts as people write them: thousands marks of many kinds, decimal commas, footnote marks, held-back counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from corridor.data.reading.words import MISSING

Decimal = Literal["point", "comma"]
MOST = 1e15
"""Above any count of people or events; numbers from here on are faults."""
_SPACES = re.compile("[\u00a0\u202f\u2009\u2007\u2008\u200a\u2002\u2003 '’`]")
_MARKS = re.compile(
    r"\s*(?:\((?:[a-z]|[0-9]{1,2}|prov\w*|est\w*|rev\w*)\)|\[[a-z0-9]{1,3}\]|[*†‡§ᵃᵇᶜᵈᵉᵖʳ¹²³⁴⁵⁶⁷⁸⁹⁰]+)\s*$",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?<=[\d:])\s+[a-z]{1,3}$", re.IGNORECASE)
_HELD = re.compile(
    r"(?:<|less than|under|fewer than|menos de|moins de|weniger als|meno di)\s*=?\s*(\d{1,3})", re.IGNORECASE
)
_HELD_TO = re.compile(r"(?:≤|<=)\s*(\d{1,3})")
_RANGE = re.compile(r"1\s*[-–]\s*(\d{1,2})")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*(?:e[+-]?\d+)?|[+-]?[.,]\d+", re.IGNORECASE)
_GROUPS = {mark: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in ",."}


@dataclass(frozen=True)
class Numbers:
    """How the counts of a table were read: ``value`` by text as written (``None``: not published), faults by text."""

    value: Mapping[str, float | None]
    wrong: Mapping[str, str]
    notes: tuple[str, ...]
    ambiguous: str = ""
    """A text that could be thousands or a decimal, where nothing in the table tells."""


@dataclass
class _Seen:
    marks: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    dashes: int = 0


def bare(text: str) -> str:
    """A number's text without spaces between digits, footnote marks, flags and currency signs."""
    kept = _FLAG.sub("", _MARKS.sub("", text.strip()))
    kept = _SPACES.sub("", kept).lstrip("$€£~≈")
    return kept.replace("−", "-")


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing was published, perhaps with a flag (``: c``)."""
    plain = text.strip().casefold()
    return plain in MISSING or _FLAG.sub("", plain).strip() in MISSING


def held_back(text: str) -> float | None:
    """Middle of what a held-back count such as ``<10`` can be: from 1 to one less; ``None`` for other texts."""
    plain = text.strip().replace("\u00a0", " ")
    if match := _HELD.fullmatch(plain):
        return float(int(match[1]) // 2)
    if match := _HELD_TO.fullmatch(plain) or _RANGE.fullmatch(plain):
        return float((int(match[1]) + 1) // 2)
    return None


def looks_like_number(text: str) -> bool:
    """Whether a cell that is not missing could be a count."""
    return _NUMBER.fullmatch(bare(text)) is not None or held_back(text) is not None


def read_numbers(texts: Iterable[str], decimal: Decimal | None = None, *, zero_dash: bool = False) -> Numbers:
    """Counts of a column (or of all columns of a wide table), their marks judged together.

    ``decimal`` says which mark parts decimals; without it, it follows from the texts. ``zero_dash`` says that the
    publisher writes a dash for zero.
    """
    counts = Counter(texts)
    seen = _Seen()
    plain = {text: bare(text) for text in counts}
    numeric = {text: word for text, word in plain.items() if _NUMBER.fullmatch(word) and not is_missing(text)}
    found, doubt = (decimal, "") if decimal else _decimal_mark(numeric.values())
    values: dict[str, float | None] = {}
    wrong: dict[str, str] = {}
    for text, number in counts.items():
        middle = held_back(text)
        if zero_dash and text.strip() in ("-", "–", "—", "−"):
            values[text] = 0.0
            seen.dashes += number
        elif is_missing(text):
            values[text] = None
            seen.missing[text.strip() or "blank"] += number
        elif middle is not None:
            values[text] = middle
            seen.held[text.strip()] += number
        elif text in numeric:
            value, fault = _value(text, numeric[text], found)
            values[text] = value
            if fault:
                wrong[text] = fault
            _remember(seen, text, numeric[text], number)
        else:
            wrong[text] = f"{text[:40]!r} is not a count"
    return Numbers(values, wrong, tuple(_said(seen, found, decimal is None)), doubt)


def _value(text: str, word: str, decimal: Decimal) -> tuple[float | None, str]:
    other = "," if decimal == "point" else "."
    plain = word
    if other in word:
        if not _GROUPS[other].match(word):
            return None, f"{text!r} is not a count with a decimal {decimal}"
        plain = word.replace(other, "")
    plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None, f"{text[:40]!r} is not a count"
    if value < 0:
        return None, f"{text} is negative"
    if value >= MOST:
        return None, f"{text[:40]} is too large for a count (from 1e15 on)"
    return value, ""


def _decimal_mark(words: Iterable[str]) -> tuple[Decimal, str]:
    """Which mark parts decimals, and a text that leaves it open."""
    ambiguous = ""
    long_plain = False
    for word in words:
        comma, point = word.rfind(","), word.rfind(".")
        if comma >= 0 and point >= 0:
            return ("comma" if comma > point else "point"), ""
        long_plain = long_plain or (comma < 0 and point < 0 and len(word.lstrip("+-")) > 3)
        for mark, kind, other in ((",", "comma", "point"), (".", "point", "comma")):
            if mark not in word:
                continue
            if word.count(mark) > 1:
                return other, ""  # 1,234,567: thousands
            if not _GROUPS[mark].fullmatch(word) or word.lstrip("+-").startswith("0"):
                return kind, ""  # 12,5 or 1234,567 or 0.288
            ambiguous = ambiguous or word
    if not ambiguous:
        return "point", ""
    if "," in ambiguous:
        return "point", ""  # 31,316: a count with thousands
    return (
        ("point", "") if long_plain else ("comma", ambiguous)
    )  # 12.345 people, unless 12345 stands there too


def _remember(seen: _Seen, text: str, word: str, number: int) -> None:
    for mark in ",.":
        if mark in word:
            seen.marks[mark] += number
            seen.example.setdefault(mark, text.strip())
    if _SPACES.search(text.strip()) and word != text.strip():
        seen.example.setdefault(" ", text.strip())
    if _MARKS.search(text.strip()) or _FLAG.search(text.strip()):
        seen.marks["footnote"] += number


def _said(seen: _Seen, decimal: Decimal, inferred: bool) -> Iterable[str]:
    if inferred and "." in seen.example and decimal == "comma":
        yield f"'.' is taken for a thousands mark (as in {seen.example['.']}); --decimal point reads it otherwise"
    if inferred and "," in seen.example and decimal == "comma":
        yield f"',' is taken for the decimal mark (as in {seen.example[',']})"
    if seen.marks["footnote"]:
        yield f"{seen.marks['footnote']:,} counts carry a footnote mark or flag, which is left out"
    if seen.dashes:
        yield f"{seen.dashes:,} dashes are zero, as a note of the file says"
    if seen.missing:
        marks = ", ".join(sorted(seen.missing)[:6])
        many = seen.missing.total()
        cells = f"{many:,} cells are" if many > 1 else "1 cell is"
        yield f"{cells} taken as not published, not as zero ({marks})"
    if seen.held:
        marks = ", ".join(sorted(seen.held)[:4])
        yield f"{seen.held.total():,} held-back counts ({marks}) are read as the middle of what they can be"
