"""What a user may say about a file, and the error that asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corridor.data.countries import plain_name
from corridor.data.dataset import Absent, Frequency, Kind
from corridor.data.reading.dates import Order
from corridor.data.reading.numbers import Decimal
from corridor.model import Fault, InputError, did_you_mean

Repeats = Literal["sum", "first"]
PartialPeriods = Literal["leave", "keep", "scale"]


@dataclass(frozen=True)
class ReadOptions:
    """What is said rather than inferred; names of columns are as in the file (case and spaces do not matter)."""

    date_column: str = ""
    value_column: str = ""
    drop: tuple[str, ...] = ()
    dims: tuple[str, ...] | None = None
    wide: bool = False
    kind: Kind | None = None
    additive: bool = True
    order: Order | None = None
    """Whether the day or the month comes first in 01/02/2024."""
    fiscal_start: int | None = None
    """Month in which a fiscal year begins, of the calendar year before unless it is January."""
    year: int | None = None
    """Year of months that stand without one."""
    decimal: Decimal | None = None
    sheet: str | None = None
    repeats: Repeats | None = None
    """What to do with rows of one date and combination: add them up, or keep the first."""
    frequency: Frequency | None = None
    absent: Absent = "unknown"
    """What a combination of categories counts that has no row in a period that the file has."""
    partial: PartialPeriods = "leave"
    """What to do with the count of a part of a period: leave it out, keep it as it is, scale it by its days."""
    covers_from: dt.date | None = None
    """First day that is counted, where it is not the first of a period."""
    covers_to: dt.date | None = None
    """Last day that is counted, where it is not the last of a period."""


def ask(label: str, message: str, hint: str | None = None) -> InputError:
    """The error that says in one sentence what is open and what to pass."""
    return InputError(
        f"{label} is not read yet; nothing was stored", faults=[Fault(label, None, None, message, hint)]
    )


def column(names: Sequence[str], wanted: str, label: str) -> str:
    """The column of a file that a user means. Raises InputError with near names."""
    plain = plain_name(wanted)
    for name in (*(n for n in names if n == wanted), *(n for n in names if plain and plain_name(n) == plain)):
        return name
    hint = did_you_mean(wanted, names) or f"it has: {', '.join(names[:20])}"
    raise InputError(f"{label} has no column {wanted!r}", hint=hint)
