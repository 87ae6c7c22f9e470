"""The pages of the report: which question each answers, and which sections stand on it.

A section stands on the page that lists its id here, or on the one that its class names as ``page``; any other
section stands on the last page, ``evidence``. A page without a section says which command makes its data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.report.messages import Text, say
from corridor.report.sections.base import RunView, Section
from corridor.report.sections.leads import LEADS


@dataclass(frozen=True)
class Page:
    """A page: its id in the address, its sections in order, and the command that makes what it cannot do without.

    The texts are the messages ``page_<id>_nav``, ``page_<id>_title`` and ``page_<id>_door`` (a dash in the id is
    an underscore there). ``command`` may name the corridor as ``{corridor}``; it stands on the page, with
    ``page_<id>_missing``, where none of the sections ``needs`` is there.
    """

    id: str
    sections: tuple[str, ...]
    needs: tuple[str, ...] = ()
    command: str = ""


PAGES: tuple[Page, ...] = (
    Page("start", ("answer", "map")),
    Page("coming", ("outlook", "fans", "countries", "chances", "changes")),
    Page("what-if", ("levers", "scenarios", "people", "ports")),
    Page("worked", ("effects", "measures"), ("effects",), "corridor evaluate {corridor} --hindsight"),
    Page("ready", ("cities", "reception", "placement", "brief")),
    Page("agreed", ("packages",), ("packages",), "corridor explore {corridor}"),
    Page("evidence", ("claims", "fit", "scoreboard", "parameters", "sources")),
)
"""In the order of the navigation. The first is the start page, the last takes sections that no page lists."""


def page_of(section: Section) -> str:
    """The page on which a section stands.

    Raises:
        ValueError: the section's class names a page that does not exist.
    """
    named = getattr(section, "page", None)
    if named is not None and named not in {page.id for page in PAGES}:
        raise ValueError(f"section {section.id!r} names the unknown page {named!r}")
    listed = next((page.id for page in PAGES if section.id in page.sections), None)
    return named or listed or PAGES[-1].id


def pages(view: RunView, shown: Sequence[Section]) -> list[dict[str, Any]]:
    """Every page with the ids of its sections, for the payload: those listed first, then by ``SECTIONS``."""
    by_page: dict[str, list[str]] = {page.id: [] for page in PAGES}
    for section in shown:
        by_page[page_of(section)].append(section.id)
    return [_page(view, page, by_page[page.id]) for page in PAGES]


def _page(view: RunView, page: Page, sections: list[str]) -> dict[str, Any]:
    listed = {name: place for place, name in enumerate(page.sections)}
    key = page.id.replace("-", "_")
    lead = LEADS.get(page.id)
    corridor = str((view.run.levers or {}).get("corridor") or "DIR")
    return {
        "id": page.id,
        "nav": say(f"page_{key}_nav"),
        "title": say(f"page_{key}_title"),
        "door": say(f"page_{key}_door"),
        "lead": lead(view) if lead else None,
        "sections": sorted(sections, key=lambda name: listed.get(name, len(listed))),
        "missing": None
        if sections and (not page.needs or set(page.needs) & set(sections))
        else _missing(page, corridor),
    }


def _missing(page: Page, corridor: str) -> Mapping[str, Any]:
    key = page.id.replace("-", "_")
    text: Text = say(f"page_{key}_missing") if page.command else say("page_nothing")
    return {"text": text, "command": page.command.format(corridor=corridor)}
