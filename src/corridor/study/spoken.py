"""Where responses come from, in Spanish: the sources that a run makes itself, said again by the messages they were made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from corridor.model import Measure
from corridor.text import retold, subject

SOURCES = ("responses.source_pool", "responses.source_before", "responses.source_answer")
"""Messages of which responses make their sources."""


def quoted(measures: Iterable[Measure]) -> str:
    """Names of measures as a source gives them: each in quotes, one after the other."""
    return ", ".join(f"“{measure.name}”" for measure in measures)


def spanish_sources(measures: Sequence[Measure]) -> dict[str, str]:
    """Spanish by source, of those that a run made itself; ``measures``: all of the run, with those they stand for."""
    words = {**_words(), **{measure.name: measure.name_es for measure in measures}}
    found: dict[str, str] = {}
    for source in {measure.source for measure in measures}:
        spanish = next(filter(None, (retold(key, source, words) for key in SOURCES)), None)
        if spanish is not None:
            found[source] = spanish
    return dict(sorted(found.items()))


def _words() -> Mapping[str, str]:
    """What the slots of these messages hold, in Spanish: other messages of responses, and names of levers."""
    levers = {k: v for k, v in subject("report").items() if k.startswith("levername_")}
    return {english.plain: spanish.plain for english, spanish in {**subject("responses"), **levers}.values()}
