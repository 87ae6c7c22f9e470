"""Write docs/glossary.md from the data files of the glossary: ``python scripts/write_glossary.py``."""

from __future__ import annotations

from pathlib import Path

from corridor.text import glossary

HEAD = """# Glossary

What the words of Corridor mean, in English and Spanish. The page is written from `src/corridor/text/en/glossary.yaml` and
`es/glossary.yaml` by `python scripts/write_glossary.py`.

| English | Español | Meaning | Significado |
|---|---|---|---|
"""


def page() -> str:
    """The page as Markdown, terms in English alphabetical order."""
    terms = sorted(glossary().values(), key=lambda one: one.name[0].lower())
    return HEAD + "".join(f"| {t.name[0]} | {t.name[1]} | {t.meaning[0]} | {t.meaning[1]} |\n" for t in terms)


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "glossary.md").write_text(page(), "utf-8")
