"""What comes of checking a statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from corridor.model import Claim, html
from corridor.text import Message

Outcome = Literal["supported", "not supported", "cannot be told"]


@dataclass(frozen=True)
class Figure:
    """A published figure that a verdict rests on."""

    series: str
    """Id of the observation."""
    period: str
    value: float

    def __str__(self) -> str:
        return f"{self.series} {self.period}: {self.value:.10g}"


@dataclass(frozen=True)
class Finding:
    """What a kind of statement comes to: the part of a verdict that depends on the kind."""

    outcome: Outcome
    said: tuple[Message, ...]
    """Parts of the one sentence with the numbers, not yet written."""
    figures: tuple[Figure, ...]
    change_it: Message
    """What would change the verdict."""
    first_month: str | None = None
    period: str | None = None
    """What it is about, where the statement does not say."""


@dataclass(frozen=True)
class Verdict:
    """A statement, checked."""

    claim: Claim
    verdict: Outcome
    sentence: str
    """One sentence with the numbers."""
    sentence_es: str
    series: str
    """Names of the series used."""
    period: str
    """Period that the verdict is about, as ``2024-01``."""
    figures: tuple[Figure, ...]
    coverage: str
    """What the data cover, in words."""
    coverage_es: str
    first_month: str | None
    """First month in which the statement was true, where there is one."""
    change_it: str
    """What would change the verdict."""
    change_it_es: str
    sources: tuple[str, ...]
    """Publishers of the counts."""

    def _repr_html_(self) -> str:
        facts = {
            "said by": self.claim.said_by,
            "on": self.claim.said_on,
            "verdict": self.verdict.replace("_", " "),
        }
        facts |= {"numbers": self.sentence, "covers": self.coverage, "would change it": self.change_it}
        return html.card(f"“{self.claim.statement}”", facts)


COLUMNS: tuple[str, ...] = (
    "claim", "statement", "statement_es", "said_by", "said_on", "verdict", "sentence", "sentence_es", "series",
    "period", "values", "coverage", "coverage_es", "first_month", "change_it", "change_it_es", "sources",
)  # fmt: skip
"""Columns of the table ``claims`` of a run folder."""


def verdict_row(verdict: Verdict) -> dict[str, object]:
    """A verdict as a row of :data:`COLUMNS`; several values and sources are separated by ``; ``.

    The last of the sources is where the statement itself stands.
    """
    claim = verdict.claim
    return {
        "claim": claim.id,
        "statement": claim.statement,
        "statement_es": claim.statement_es,
        "said_by": claim.said_by,
        "said_on": claim.said_on,
        "verdict": verdict.verdict,
        "sentence": verdict.sentence,
        "sentence_es": verdict.sentence_es,
        "series": verdict.series,
        "period": verdict.period,
        "values": "; ".join(map(str, verdict.figures)),
        "coverage": verdict.coverage,
        "coverage_es": verdict.coverage_es,
        "first_month": verdict.first_month,
        "change_it": verdict.change_it,
        "change_it_es": verdict.change_it_es,
        "sources": "; ".join((*verdict.sources, claim.source)),
    }


def verdict_table(verdicts: Iterable[Verdict]) -> pl.DataFrame:
    """Verdicts as the table ``claims`` of a run folder."""
    schema = {name: pl.Date if name == "said_on" else pl.String for name in COLUMNS}
    return pl.DataFrame([verdict_row(verdict) for verdict in verdicts], schema=schema)
