from __future__ import annotations

import re

import pytest

from corridor.formats import open_corridor
from corridor.text import subject

LOADED = {
    "en": r"illegal|alien|invasion|invader|flood|wave|surge|swarm|horde|catch.and.release|open border|crisis at the border|"
    r"amnesty|crackdown|draconian|cruel|inhuman|sanctuary|deport|wall|swamp|overrun|best package|optimal|should accept",
    "es": r"ilegal|invasi[oó]n|oleada|avalancha|horda|enjambre|inundaci|amnist[ií]a|mano dura|cruel|inhuman|deporta|muro|"
    r"el mejor paquete es|óptim|debería aceptar",
}
"""Words by which one side is told from the other, in place of the field's own."""


def texts() -> dict[str, list[str]]:
    """Every text of the section: its messages, the sentences of its tables, and the parties' statements as they are shown."""
    out: dict[str, list[str]] = {"en": [], "es": []}
    messages = {k: v for k, v in subject("report").items() if k.startswith("packages")} | dict(
        subject("explore")
    )
    for english, spanish in messages.values():
        out["en"].append(english.text)
        out["es"].append(spanish.text)
    for party in open_corridor("americas").parties:
        out["en"] += [
            party.name,
            party.nothing_stated or "",
            *(s.text for s in (*party.demands, *party.interests)),
        ]
        out["es"] += [
            party.name_es,
            party.nothing_stated_es or "",
            *(s.text_es for s in (*party.demands, *party.interests)),
        ]
    return out


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_loaded_word_stands_in_the_section(lang: str) -> None:
    found = [text for text in texts()[lang] if re.search(LOADED[lang], text, flags=re.IGNORECASE)]
    # quoted names of what a state did or of a journal may hold such a word; parties' own pages hold none
    assert [
        text for text in found if "amnesty in Honduras" not in text and "amnistía en Honduras" not in text
    ] == []


def test_the_list_would_find_a_loaded_word() -> None:
    assert re.search(LOADED["en"], "An invasion", flags=re.IGNORECASE) and re.search(
        LOADED["es"], "mano dura"
    )
    assert len(texts()["en"]) > 150 and len(texts()["en"]) == len(texts()["es"])
