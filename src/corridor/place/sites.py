"""Why a household does not fit a site: languages, nationality, single parents, medical needs, size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.uint8]

LANGUAGE, NATIONALITY, SINGLE_PARENT, MEDICAL, SIZE, ROOM = (1, 2, 4, 8, 16, 32)
"""Bits of why a pair does not fit; `ROOM`: it needs more than the site has in all."""
REASONS = {
    LANGUAGE: "language",
    NATIONALITY: "nationality",
    SINGLE_PARENT: "single_parent",
    MEDICAL: "medical",
    SIZE: "size",
    ROOM: "room",
}


@dataclass(frozen=True)
class Wants:
    """What decides whether households fit, by household."""

    size: NDArray[np.int64]
    languages: Sequence[tuple[str, ...]]
    nationality: Sequence[str]
    single_parent: NDArray[np.bool_]
    medical: NDArray[np.bool_]


@dataclass(frozen=True)
class Offers:
    """What decides whether households fit, by site; an empty tuple supports every language or nationality."""

    max_household: NDArray[np.float64]
    languages: Sequence[tuple[str, ...]]
    nationalities: Sequence[tuple[str, ...]]
    single_parent: NDArray[np.bool_]
    medical: NDArray[np.bool_]


def misfits(wants: Wants, offers: Offers) -> Flags:
    """Bits of every pair (households × sites); 0: it fits.

    A household that names no language fits a site whatever its languages.
    """
    flags = np.zeros((wants.size.size, offers.max_household.size), np.uint8)
    flags[wants.size[:, None] > offers.max_household[None, :]] |= SIZE
    flags[wants.single_parent[:, None] & ~offers.single_parent[None, :]] |= SINGLE_PARENT
    flags[wants.medical[:, None] & ~offers.medical[None, :]] |= MEDICAL
    _mark(flags, wants.languages, offers.languages, LANGUAGE)
    _mark(flags, [(name,) if name else () for name in wants.nationality], offers.nationalities, NATIONALITY)
    return flags


def _mark(
    flags: Flags, spoken: Sequence[tuple[str, ...]], supported: Sequence[tuple[str, ...]], bit: int
) -> None:
    """Set ``bit`` where a household names some words and the site's list has none of them."""
    kinds: dict[tuple[str, ...], int] = {}
    kind = np.fromiter((kinds.setdefault(words, len(kinds)) for words in spoken), np.int64, len(spoken))
    table = np.zeros((len(kinds), flags.shape[1]), np.uint8)
    lists = [frozenset(words) for words in supported]
    for words, row in kinds.items():
        for column, known in enumerate(lists):
            if words and known and known.isdisjoint(words):
                table[row, column] = bit
    if table.any():
        flags |= table[kind]
