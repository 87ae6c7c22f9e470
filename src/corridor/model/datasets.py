"""What is declared about a published series: who printed it, how it is counted, and what is missing in it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from corridor.model.declared import Declared, Identifier, Text
from corridor.model.periods import Frequency, Kind

SourceGrade = Literal["primary", "compilation", "secondary", "repost", "derived"]
Absent = Literal["zero", "unknown"]
"""What a row means that is absent from a period which the publisher has published."""


class Source(Declared):
    """Who published a figure first, under which license, and how far it can be trusted."""

    id: Identifier
    title: Text
    publisher: Text
    license: Text
    grade: SourceGrade
    first_published: str = ""
    period: str = ""
    url: str = ""
    note: str = ""


class Gap(Declared):
    """Periods that the publisher left out, or printed as zeros that are not zeros: unknown, not zero."""

    start: dt.date
    end: dt.date
    """First and last period, inclusive."""
    note: Text
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values of the dimensions that are missing; empty means that the whole period is."""


class DatasetEntry(Declared):
    """An entry of ``datasets.yaml``: a series of the folder's own, whose counts stand in ``data/<id>.csv``."""

    id: Identifier
    title: Text
    unit: Text
    frequency: Frequency
    dims: tuple[Identifier, ...] = ()
    lag_days: Annotated[int, Field(ge=0, le=3660)] = 0
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    notes: tuple[Text, ...] = ()
    gaps: tuple[Gap, ...] = ()
    additive: bool = True
    """Whether rows of one date may be summed."""
    counted: bool = True
    """Whether its numbers count people or events, so that small ones are hidden on export."""
    kind: Kind = "flow"
    """Events during a period, or a level on a date, which is never summed over time."""
    absent: Absent = "unknown"
    """``zero`` where the publisher leaves zeros out of the periods that it prints."""


Count = tuple[dt.date, tuple[str, ...], float, dt.date | None]
"""A row of ``data/<id>.csv``: date, values of the dimensions, count, day from which it was public if given."""
