"""Categories that hold others: subtotals (a continent above its countries), nested ages, wholes and their parts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from corridor.data.countries import SPANISH, country_code, plain_name
from corridor.data.reading.long import DATE, VALUE
from corridor.data.reading.numbers import read_numbers
from corridor.data.reading.options import ask
from corridor.model.arrays import Floats

_MOST = 400
"""Categories of a column that are searched for subtotals."""
_CELLS = 3
"""Cells above zero in which a subtotal must be the sum of its parts."""
_OLDEST = 150
_PARTS: Mapping[str, frozenset[str]] = {
    "asy app": frozenset({"nasy app", "frst", "subs", "subsq", "first", "repeat"}),
    "asylum applicant": frozenset({"first time applicant", "subsequent applicant", "repeat applicant"}),
}
"""Categories of Eurostat's asylum tables that hold others beside them, which need not be complete."""


def without_nested(frame: pl.DataFrame, names: Sequence[str], notes: list[str], label: str) -> pl.DataFrame:
    """Rows without categories that other rows hold already, so that the rest may be summed; said in ``notes``.

    Raises
    ------
    InputError
        If ages overlap in part, so that no choice of them is without double counting.
    """
    for name in names:
        kinds = [kind for kind in frame[name].unique(maintain_order=True).to_list() if kind]
        if not 2 <= len(kinds) <= _MOST:
            continue
        if wholes := _known_parts(kinds):
            notes.append(f"in {name!r}, {', '.join(map(repr, wholes))} left out as parts of another category")
            frame = frame.filter(~pl.col(name).is_in(wholes))
            continue
        nested = _nested_ages(kinds, name, label)
        if nested:
            notes.append(f"in {name!r}, {', '.join(map(repr, nested))} left out: finer ages cover them")
        else:
            nested = _subtotals(frame, name, kinds)
            if nested:
                told = ", ".join(map(repr, nested[:6])) + " …" * (len(nested) > 6)
                notes.append(
                    f"in {name!r}, {told} left out as subtotals of the rows beside them (--additive no keeps them)"
                )
        frame = frame.filter(~pl.col(name).is_in(nested)) if nested else frame
    return frame


def _known_parts(kinds: Sequence[str]) -> list[str]:
    plain = {plain_name(kind): kind for kind in kinds}
    return [
        plain[part]
        for whole, parts in _PARTS.items()
        if whole in plain
        for part in sorted(parts & plain.keys())
    ]


def age_range(text: str) -> tuple[int, int] | None:
    """First and last age of a category, as ``Y_LT14``, ``Y14-17``, ``18 to 24``, ``65 and over``, ``under 18``."""
    plain = re.sub(
        r"\b(aged?|years?( old)?|anos|ans|jahre|anni)\b", "", text.casefold().replace("_", " ")
    ).strip()
    if match := re.fullmatch(r"y?\s*(?:lt|under|less than|<|menos de|unter)\s*(\d{1,3})", plain):
        return 0, int(match[1]) - 1
    if match := re.fullmatch(r"y?\s*(?:ge|over|from|≥|>=)\s*(\d{1,3})", plain):
        return int(match[1]) + (plain.startswith("over")), _OLDEST
    if match := re.fullmatch(
        r"y?\s*(\d{1,3})\s*(?:\+|and over|or over|or more|and older|y mas|und alter|et plus)", plain
    ):
        return int(match[1]), _OLDEST
    if match := re.fullmatch(r"y?\s*(\d{1,3})\s*(?:-|–|to|a|bis)\s*(\d{1,3})", plain):
        return (int(match[1]), int(match[2])) if int(match[1]) <= int(match[2]) else None
    return None


def _nested_ages(kinds: Sequence[str], name: str, label: str) -> list[str]:
    """Ages that finer ages of the same column cover whole."""
    ages = {kind: found for kind in kinds if (found := age_range(kind))}
    if len(ages) < 2 or len(ages) < 0.6 * len(kinds):
        return []
    nested = [
        kind for kind, span in ages.items() if _is_covered(span, [a for k, a in ages.items() if k != kind])
    ]
    kept = sorted(span for kind, span in ages.items() if kind not in nested)
    if any(after[0] <= before[1] for before, after in itertools.pairwise(kept)):
        told = ", ".join(kind for kind in ages if kind not in nested)
        raise ask(
            label, f"the ages of column {name!r} overlap ({told[:120]})",
            "pass --additive no to keep all rows, none of which is then summed",
        )  # fmt: skip
    return nested


def _is_covered(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    inside = sorted(other for other in others if span[0] <= other[0] and other[1] <= span[1])
    at = span[0]
    for first, last in inside:
        if first <= at <= last:
            at = last + 1
    return len(inside) > 1 and at > span[1]


def _subtotals(frame: pl.DataFrame, name: str, kinds: Sequence[str]) -> list[str]:
    """Categories that are in every cell the sum of those that follow them (or that stand before them)."""
    if sum(country_code(kind) is not None for kind in kinds) == len(kinds):
        return []
    table = _cells(frame, name, kinds)
    down = _sums_of_following(kinds, table)
    return down or _sums_of_following(kinds[::-1], table[::-1])


def _cells(frame: pl.DataFrame, name: str, kinds: Sequence[str]) -> Floats:
    """Counts by category and cell, a cell being a date and the other categories; nothing counts zero."""
    values = read_numbers(frame[VALUE].to_list()).value
    others = [column for column in frame.columns if column == DATE or not column.startswith("\0")]
    keys = frame.select([column for column in others if column != name])
    cell = keys.with_columns(pl.struct(pl.all()).rank("dense").alias("_at"))["_at"].to_numpy() - 1
    row = frame[name].replace_strict(
        {kind: at for at, kind in enumerate(kinds)}, default=-1, return_dtype=pl.Int64
    )
    count = (
        frame[VALUE].replace_strict(values, default=None, return_dtype=pl.Float64).fill_null(0.0).to_numpy()
    )
    table = np.zeros((len(kinds), int(cell.max()) + 1))
    known = row.to_numpy() >= 0
    np.add.at(table, (row.to_numpy()[known], cell[known]), count[known])
    return table


def _sums_of_following(kinds: Sequence[str], table: Floats) -> list[str]:
    """Read from the last category up; a subtotal takes the place of what it holds."""
    nodes: list[Floats] = []
    found: list[str] = []
    for at in range(len(kinds) - 1, -1, -1):
        count = table[at]
        held = 0
        if (count > 0).sum() >= _CELLS and not _is_country(kinds[at]):
            held = _held(count, nodes)
        if held:
            found.append(kinds[at])
            del nodes[:held]
        nodes.insert(0, count)
    return found[::-1]


def _is_country(name: str) -> bool:
    return country_code(name) is not None or country_code(name, SPANISH) is not None


def _held(count: Floats, nodes: Sequence[Floats]) -> int:
    """How many of the nodes, at least two above zero, add up to ``count``; 0 if they do not."""
    total, positive = np.zeros_like(count), 0
    for number, node in enumerate(nodes, 1):
        total = total + node
        positive += bool(node.any())
        if (total > count + 0.5).any():
            return 0
        if positive >= 2 and (np.abs(total - count) < 0.5).all():
            return number
    return 0
