"""Words that a table holds in English alone, with their Spanish from the run's table ``translations``."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.report.messages import Text, say
from corridor.text import LANGS

ASSUMPTION = "assumption: "
"""A part of a source that begins so is an assumption; what follows is looked up by itself as well."""


def translated(text: str, known: Mapping[str, str]) -> Text:
    """``text`` in every language: as a whole, else its parts between semicolons.

    What has no translation stands in English and is marked so once; nothing is marked where a run has no
    translations at all, since the language of its texts is then unknown.
    """
    if not text or not known:
        return dict.fromkeys(LANGS, text)
    if text in known:
        return {"en": text, "es": known[text]}
    parts = [_part(part, known) for part in text.split("; ")]
    spanish = "; ".join(
        part if found is None else found for part, found in zip(text.split("; "), parts, strict=True)
    )
    mark = say("in_english")["es"] if any(part is None for part in parts) else ""
    return {"en": text, "es": f"{spanish}{mark}"}


def _part(part: str, known: Mapping[str, str]) -> str | None:
    found = known.get(part)
    if found is None and part.startswith(ASSUMPTION):
        rest = known.get(part.removeprefix(ASSUMPTION))
        return None if rest is None else f"{say('assumption')['es']}{rest}"
    return found
