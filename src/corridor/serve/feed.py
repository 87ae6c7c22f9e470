"""The Atom feed of a run, and the webhook after a run folder was written anew."""

from __future__ import annotations

import asyncio
import datetime as dt
import urllib.request
from typing import Any
from xml.etree import ElementTree as ET

from corridor.report.sections import chance_above, sentences
from corridor.report.sections.cards import chance_cards
from corridor.serve.runs import Runs, Served
from corridor.serve.settings import Settings
from corridor.serve.store import as_json

ATOM = "http://www.w3.org/2005/Atom"
EVERY = 5.0
"""Seconds between two looks at the run folders."""
PATIENCE = 10
"""Seconds that a webhook may take."""


def atom(name: str, one: Served, address: str, settings: Settings) -> str:
    """The feed: one entry, the run as it stands, with its sentences and the chance of the watched line."""
    when = dt.datetime.fromtimestamp(one.stamp / 1e9, dt.UTC).isoformat(timespec="seconds")
    lang = one.payload["lang"]
    feed = ET.Element("feed", xmlns=ATOM)
    _add(feed, "id", f"urn:corridor:{name}")
    _add(feed, "title", one.view.title[lang])
    _add(feed, "updated", when)
    ET.SubElement(feed, "link", rel="self", href=address)
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", f"urn:corridor:{name}:{one.stamp}")
    _add(entry, "title", f"{one.view.title[lang]}, {one.view.as_of}")
    _add(entry, "updated", when)
    words = [text[lang] for text in sentences(one.view)]
    found = watched(one, settings)
    if found is not None:
        words.append(f"{found['series']} > {found['line']:,.0f}: {found['chance']:.2f}")
    _add(entry, "summary", " ".join(words))
    return ET.tostring(feed, "unicode", xml_declaration=True)


def _add(node: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(node, tag).text = "".join(c for c in text if c >= " " or c in "\t\n")


def watched(one: Served, settings: Settings) -> dict[str, Any] | None:
    """The chance that the watched series passes its line in the first period that its card asks about."""
    card = next((card for card in chance_cards(one.view) if card["id"] == settings.series), None)
    if card is None:
        return None
    option = card["options"][card["start"]]
    chance = chance_above(option["levels"], option["values"], settings.line)
    return {"series": settings.series, "line": settings.line, "chance": chance, "when": option["when"]["en"]}


async def watch(runs: Runs, settings: Settings) -> None:
    """Look at the run folders, and call the webhook for each that was written anew and is above the line."""
    seen = {name: one.stamp for name, one in runs.by_name.items()}
    while True:
        await asyncio.sleep(EVERY)
        for name, one in runs.by_name.items():
            await asyncio.to_thread(one.refresh)
            if one.stamp == seen[name]:
                continue
            seen[name] = one.stamp
            found = await asyncio.to_thread(watched, one, settings)
            if found is not None and found["chance"] > settings.chance:
                await asyncio.to_thread(
                    call, settings.webhook, {"run": name, "as_of": str(one.view.as_of), **found}
                )


def call(address: str, value: dict[str, Any]) -> bool:
    """POST ``value`` as JSON; whether it was taken. A webhook that fails stops nothing."""
    request = urllib.request.Request(
        address, as_json(value).encode(), {"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return 200 <= answer.status < 300
    except OSError:
        return False
