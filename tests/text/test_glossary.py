"""The glossary: complete terms, and the page of the docs made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.text import Term, glossary

DOCS = Path(__file__).parents[2] / "docs"
WANTED = {
    "encounter": ("encounter", "encuentro"), "census": ("census", "censo"), "measure": ("measure", "medida"),
    "lever": ("lever", "palanca"), "strength": ("strength", "intensidad"), "scenario": ("scenario", "escenario"),
    "interval": ("interval", "intervalo"), "length_of_stay": ("length of stay", "duración de la estancia"),
}  # fmt: skip


def test_terms_that_a_reader_meets_first_are_there() -> None:
    assert {one: glossary()[one].name for one in WANTED} == WANTED
    assert {"disposition", "weighted_interval_score", "as_of_date", "edition", "baseline", "grade"} <= set(
        glossary()
    )


@pytest.mark.parametrize("term", glossary().values(), ids=glossary())
def test_a_meaning_is_short_and_whole(term: Term) -> None:
    for text in term.meaning:
        assert text.endswith(".") and len(text) <= 140 and text[0].isupper()
    assert term.name[0] not in ("", term.name[1]) and "|" not in "".join(term.name + term.meaning)


def test_the_page_of_the_docs_has_every_term_side_by_side() -> None:
    """Renew it with ``python scripts/write_glossary.py``."""
    lines = (DOCS / "glossary.md").read_text("utf-8").splitlines()
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if line.startswith("| ")
    ][1:]
    found = {(t.name[0], t.name[1], t.meaning[0], t.meaning[1]) for t in glossary().values()}
    assert set(rows) == found and len(rows) == len(found)
    assert [row[0].lower() for row in rows] == sorted(row[0].lower() for row in rows)
    assert "glossary.md" in (DOCS / "index.md").read_text("utf-8")
