"""What compilations of one corridor have in common: its parameters row by row, and the networks of its groups.

A study compiles a corridor for every scenario and, to tell what each measure does, for every measure. Between them only
measures and events differ, so the rest is made once for the same tables, calibration, days and date of knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from corridor.engine.index import index_corridor
from corridor.engine.measures import segment_starts
from corridor.engine.numbers import resolve_rows
from corridor.engine.parameters import ParameterTable, Rows
from corridor.engine.spec import RunSpec
from corridor.model import Corridor, Parameter

KEPT = 4
"""Corridors whose parameters are kept, those used last."""
TABLES = ("parameters", "places", "stocks", "routes", "groups", "flows", "settings")
"""Tables of a corridor that its parameters and its network rest on."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The parameters of a corridor by segment, before any measure. ``rows`` are those of `numbers.resolve_rows`."""

    table: ParameterTable
    """Never changed: a compilation adds its measures to a copy."""
    starts: npt.NDArray[np.int64]
    """(S) first days of the segments in which no parameter changes, ordinals."""
    rows: Mapping[str, Rows]

    def rows_at(self, starts: npt.NDArray[np.int64]) -> dict[str, Rows]:
        """The rows in segments that begin on ``starts``, among which are all of ``self.starts``."""
        at = np.searchsorted(self.starts, starts, side="right") - 1
        return {name: rows if name == "initial" else rows[at] for name, rows in self.rows.items()}


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is compiled; equal where the tables and the calibration are the very same objects and the days are the same."""

    corridor: Corridor
    calibrated: tuple[Parameter, ...]
    spec: RunSpec

    @property
    def _key(self) -> tuple[object, ...]:
        tables = (id(getattr(self.corridor, name)) for name in TABLES)
        spec = self.spec
        return (*tables, id(self.calibrated), spec.start, spec.end, spec.as_of, spec.hindsight)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._key == other._key


def prepare(corridor: Corridor, calibrated: Iterable[Parameter], spec: RunSpec) -> Prepared:
    """What ``corridor`` has in common with other compilations of the same tables, calibration and days."""
    return _prepare(_Asked(corridor, tuple(calibrated), spec))


@lru_cache(maxsize=KEPT)  # it keeps the tables of its keys alive, so that no other object takes their ids
def _prepare(asked: _Asked) -> Prepared:
    corridor, spec = asked.corridor, asked.spec
    table = ParameterTable(
        corridor.parameters, asked.calibrated, as_of=spec.as_of, hindsight=spec.hindsight, since=spec.start
    )
    starts = segment_starts(table, (), spec.start.toordinal(), spec.end.toordinal())
    rows = resolve_rows(index_corridor(corridor, table.has), table, starts)
    return Prepared(table, starts, rows)
