"""A row of a table or an entry of a list, with the lines that a fault about it points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from corridor.model import Declared, Fault

T = TypeVar("T", bound=Declared)


@dataclass(frozen=True)
class Row(Generic[T]):
    """A valid noun and where it stands."""

    item: T
    file: str
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line of each key, where keys have lines of their own (YAML)."""

    def fault(self, column: str | None, message: str, hint: str | None = None) -> Fault:
        """A fault of one cell of this row, or of the row as a whole."""
        return Fault(self.file, self.lines.get(column or "", self.line), column, message, hint)


@dataclass(frozen=True)
class Table(Generic[T]):
    """What was read of one file: valid rows, and the ids of all rows, valid or not.

    A row that has a fault of its own still has an id, so that a reference to it is no second fault.
    """

    file: str
    rows: tuple[Row[T], ...]
    ids: tuple[tuple[str, int], ...]
    faults: tuple[Fault, ...]

    def __iter__(self) -> Iterator[Row[T]]:
        return iter(self.rows)

    @cached_property
    def known(self) -> frozenset[str]:
        """Ids that other files may name."""
        return frozenset(name for name, _ in self.ids)

    @property
    def items(self) -> tuple[T, ...]:
        """The nouns, in order."""
        return tuple(row.item for row in self.rows)

    def by_id(self) -> dict[str, Row[Any]]:
        """Rows by the id of their noun; the first of two with one id."""
        found: dict[str, Row[Any]] = {}
        for row in self.rows:
            found.setdefault(getattr(row.item, "id", ""), row)
        return found
