"""Places of one name are told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

PlaceFacts = tuple[str, str, str | None, str | None]
"""Id, name, country and area of a place."""


def distinct_names(places: Iterable[PlaceFacts]) -> Mapping[str, str]:
    """Names by id; where several places share one, the country follows in brackets, else the area, else the id.

    >>> distinct_names([("a", "San Luis", "MEX", "north"), ("b", "San Luis", "GTM", "north"), ("c", "Yuma", "USA", None)])
    {'a': 'San Luis (MEX)', 'b': 'San Luis (GTM)', 'c': 'Yuma'}
    """
    rows = list(places)
    sharing: dict[str, list[PlaceFacts]] = defaultdict(list)
    for row in rows:
        sharing[row[1].casefold()].append(row)
    return {row[0]: _told_apart(row, sharing[row[1].casefold()]) for row in rows}


def _told_apart(row: PlaceFacts, sharing: list[PlaceFacts]) -> str:
    name = row[1]
    if len(sharing) == 1:
        return name
    for column in (2, 3):
        mine = row[column]
        if mine and sum(other[column] == mine for other in sharing) == 1:
            return f"{name} ({mine})"
    return f"{name} ({row[0]})"
