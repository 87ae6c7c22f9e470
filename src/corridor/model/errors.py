"""Faults in the input, and the two errors that carry them to the user."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with an input, and what would cure it."""

    file: str
    line: int | None
    column: str | None
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f":{self.line}"
        if self.column:
            where += f":{self.column}"
        text = f"{where}: {self.message}"
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class CorridorError(Exception):
    """The run could not finish (exit code 1)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class InputError(CorridorError):
    """The input or the call is wrong (exit code 2); carries every fault that was found."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line or 0, f.column or "", f.message)))

    def __str__(self) -> str:
        return "\n".join([*(str(fault) for fault in self.faults), super().__str__()])


SHORT_LIST = 12
"""So many known words are all named in a hint."""
NEAREST = 4
"""So many are named of a longer list."""


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the known word nearest to ``name``, or all when they are few, or the nearest of many."""
    words: Sequence[str] = sorted(set(known))
    near = difflib.get_close_matches(name, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    if len(words) <= SHORT_LIST:
        return f"known: {', '.join(words)}" if words else None
    holding = [word for word in words if name and name.casefold() in word.casefold()]
    near = [
        *holding,
        *(w for w in difflib.get_close_matches(name, words, n=NEAREST, cutoff=0.0) if w not in holding),
    ]
    return f"nearest of {len(words)} known: {', '.join(near[:NEAREST])}"
