"""What the engine knows of levers, as far as a check of a folder needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LeverFacts:
    """A lever's name, the units its strength may have, and whether the engine can act on it yet."""

    name: str
    units: tuple[str, ...]
    built: bool


def known_levers() -> Mapping[str, LeverFacts]:
    """Levers by name, built and declared."""
    from corridor.engine import LEVERS  # numba takes a second to import: only when a check needs it

    return {name: LeverFacts(name, lever.units, lever.built) for name, lever in LEVERS.items()}
