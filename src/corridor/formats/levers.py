"""What the engine knows of levers, as far as a check of a folder needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor.engine import Touched
    from corridor.model import Corridor, Measure


@dataclass(frozen=True)
class LeverFacts:
    """A lever's name, and the units its strength may have with the lowest and the highest in each."""

    name: str
    allowed: Mapping[str, tuple[float, float]]

    @property
    def units(self) -> tuple[str, ...]:
        """Units that its strength may have."""
        return tuple(self.allowed)


def known_levers() -> Mapping[str, LeverFacts]:
    """Levers by name."""
    from corridor.engine import LEVERS, allowed_strengths  # numba takes a second to import: only when needed

    return {
        name: LeverFacts(name, {unit: allowed_strengths(name, unit) for unit in lever.units})
        for name, lever in LEVERS.items()
    }


def shares_set(corridor: Corridor, measure: Measure) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Groups and flows (ids) whose share a measure sets to its strength; none where its lever sets none."""
    from corridor.engine import LEVERS, Scope, index_corridor

    lever = LEVERS.get(measure.lever)
    scope = Scope(index_corridor(corridor))
    groups = frozenset(corridor.groups[g].id for g in scope.groups(measure))
    return [
        (groups, frozenset(corridor.flows[f].id for f in scope.flows(effect, measure)))
        for effect in (lever.effects.get(measure.unit, ()) if lever else ())
        if effect.rule == "set_share"
    ]


def touched(corridor: Corridor, measure: Measure) -> Touched:
    """What a measure can move, and what it lacks."""
    from corridor.engine import touched

    return touched(corridor, measure)
