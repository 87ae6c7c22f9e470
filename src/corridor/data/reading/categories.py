"""Which text columns are dimensions of the count, and which of their categories are totals of the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from corridor.data.countries import plain_name, same_name
from corridor.data.reading import words
from corridor.data.reading.long import DATE, KNOWN, LINE, PART, VALUE, Long
from corridor.data.reading.nested import without_nested
from corridor.data.reading.numbers import looks_like_number, read_numbers
from corridor.data.reading.options import ReadOptions, ask, column

_HIDDEN = (DATE, VALUE, LINE, KNOWN, PART)
_RESERVED = ("date", "value", "known_from")


def without_totals(long: Long, options: ReadOptions, label: str) -> None:
    """Leave out rows that are the total of others, by the words in their date or category cells."""
    frame = long.frame
    dated = frame.filter(~pl.col(DATE).map_elements(words.is_total, return_dtype=pl.Boolean))
    if dated.height < frame.height:
        long.notes.append(f"{_rows(frame.height - dated.height)} of totals left out (date column)")
    if not options.additive:
        long.frame = dated
        return
    frame = _without_blank_totals(dated, long.notes)
    for name in _categories(frame):
        kinds = frame[name].unique().to_list()
        totals = [kind for kind in kinds if kind and words.is_surely_total(kind)]
        totals += [
            kind for kind in kinds
            if kind and words.is_total(kind) and kind not in totals and _sums_up(frame, name, kind)
        ]  # fmt: skip
        if not totals or len(totals) == len([kind for kind in kinds if kind]):
            continue
        kept = frame.filter(~pl.col(name).is_in(totals))
        if kept.is_empty() or kept[DATE].n_unique() < 0.5 * frame[DATE].n_unique():
            raise ask(
                label, f"column {name!r} holds totals ({', '.join(map(repr, totals[:3]))}) that other rows do not add up to",
                "pass --additive no to keep all rows, none of which is then summed",
            )  # fmt: skip
        agree = _agreement(frame, name, totals)
        long.notes.append(
            f"{_rows(frame.height - kept.height)} with {', '.join(map(repr, sorted(totals)[:4]))} in {name!r} left out as totals{agree}"
        )
        frame = kept
    long.frame = without_nested(frame, _categories(frame), long.notes, label)


def _without_blank_totals(frame: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """Rows without those that have no category at all and are the sum of the others."""
    names = _categories(frame)
    if not names:
        return frame
    blank = pl.all_horizontal(pl.col(name) == "" for name in names)
    marked = frame.with_columns(pl.when(blank).then(pl.lit("")).otherwise(pl.lit("a")).alias("\0blank"))
    share = marked.filter(pl.col("\0blank") == "").height
    if not share or share == frame.height or not _sums_up(marked, "\0blank", ""):
        return frame
    notes.append(f"{_rows(share)} without a category left out as totals of the others")
    return frame.filter(~blank)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _sums_up(frame: pl.DataFrame, name: str, total: str) -> bool:
    """Whether a category is the sum of the others on most dates."""
    values = read_numbers(frame[VALUE].to_list()).value
    number = pl.col(VALUE).replace_strict(values, default=None, return_dtype=pl.Float64)
    sums = frame.group_by(DATE).agg(
        number.filter(pl.col(name) == total).sum().alias("total"),
        number.filter(pl.col(name) != total).sum().alias("parts"),
    )
    return sums.filter((pl.col("total") - pl.col("parts")).abs() <= 1).height >= 0.8 * sums.height


def _agreement(frame: pl.DataFrame, name: str, totals: Sequence[str]) -> str:
    """Whether the total of each date is what the other rows add up to."""
    if len(totals) != 1 or [
        other for other in _categories(frame) if other != name and frame[other].n_unique() > 1
    ]:
        return ""
    values = read_numbers(frame[VALUE].to_list()).value
    found = frame.select(
        DATE, whole=pl.col(name) == totals[0], number=pl.col(VALUE).replace_strict(values, default=None)
    )
    sums = found.group_by(DATE).agg(
        pl.col("number").filter(pl.col("whole")).sum().alias("total"),
        pl.col("number").filter(~pl.col("whole")).sum().alias("parts"),
    )
    off = sums.filter((pl.col("total") - pl.col("parts")).abs() > 0.01 * pl.col("total") + 1).height
    return (
        ""
        if not off
        else f" (they differ from the sum of the other rows on {off:,} of {sums.height:,} dates)"
    )


def _categories(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name not in _HIDDEN]


def choose_dims(long: Long, options: ReadOptions, label: str) -> list[str]:
    """Columns that are dimensions; the others are left out, and that is said.

    Without ``options.dims``: columns named like a category, and as many others as the rows need to differ.
    """
    frame = long.frame
    able = _categories(frame)
    if options.dims is not None:
        chosen = [column(able, name, label) for name in options.dims]
    else:
        chosen = _needed(frame, able, long)
    left = [name for name in able if name not in chosen] + long.left_out
    if left:
        constant = [name for name in left if name in able and frame[name].n_unique() <= 1]
        told = [
            f"{name} (always {frame[name][0]!r})" if name in constant and frame.height else name
            for name in left
        ]
        long.notes.append(
            f"left out: {', '.join(told[:10])}{' …' * (len(told) > 10)} (--dims keeps a column)"
        )
    return chosen


def _needed(frame: pl.DataFrame, able: Sequence[str], long: Long) -> list[str]:
    varied = [name for name in able if frame[name].n_unique() > 1 or name == long.melted]
    named = [
        name
        for name in able
        if plain_name(name) in words.DIMENSION_NAMES and not words.ASIDE_NAMES.search(plain_name(name))
    ]
    keys = [DATE, *([KNOWN] if KNOWN in frame.columns else [])]
    whole = frame.select(*keys, *varied).n_unique() if varied else 0
    kept = list(varied)
    for name in sorted(varied, key=lambda n: _rank(frame, n, named, able), reverse=True):
        if name in named or name == long.melted:
            continue
        without = [other for other in kept if other != name]
        if frame.select(*keys, *without).n_unique() == whole:
            kept = without
    constant = [
        name
        for name in named
        if name not in kept and frame[name].n_unique() == 1 and not _is_code(frame[name][0])
    ]
    twins = [name for name in kept if name in named and _twin(frame, name, kept, able)]
    return [name for name in able if (name in kept or name in constant) and name not in twins]


def _is_code(text: str) -> bool:
    return words.is_total(text) or looks_like_number(text)


def _twin(frame: pl.DataFrame, name: str, kept: Sequence[str], able: Sequence[str]) -> bool:
    """Whether another dimension before this one has the same categories under other names."""
    for other in able[: able.index(name)]:
        if other in kept:
            pairs = frame.select(other, name).n_unique()
            if pairs == frame[other].n_unique() == frame[name].n_unique():
                return True
    return False


def _rank(
    frame: pl.DataFrame, name: str, named: Sequence[str], able: Sequence[str]
) -> tuple[bool, bool, int]:
    """How readily a column is left out: asides first, then columns with many categories, then later ones."""
    aside = bool(words.ASIDE_NAMES.search(plain_name(name)))
    return aside, frame[name].n_unique() > 0.5 * frame.height, able.index(name)


def identifiers(names: Sequence[str]) -> list[str]:
    """Names of columns as identifiers: ``Shelter name`` is ``shelter_name``, ``año`` is ``ano``; no two alike."""
    found: list[str] = []
    for name in names:
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.\-]*", name) and len(name) <= 80:
            plain = name
        else:
            plain = plain_name(name).replace(" ", "_")
            plain = re.sub(r"[^A-Za-z0-9_]+", "", plain)[:70].strip("_") or f"column_{len(found) + 1}"
        while plain in found or plain.casefold() in _RESERVED:
            plain += "_2" if plain in found else "_"
        found.append(plain)
    return found


def one_spelling(cells: pl.Series, name: str, notes: list[str]) -> pl.Series:
    """Categories that differ by case, accents as combined or single letters, or a country's two names, as one."""
    spellings: dict[str, list[str]] = {}
    counts = cells.value_counts().iter_rows()
    for text, _ in sorted(counts, key=lambda pair: (-pair[1], pair[0])):
        spellings.setdefault(same_name(text), []).append(text)
    to = {text: _clean(group[0]) for group in spellings.values() for text in group}
    merged = [group for group in spellings.values() if len({_clean(text) for text in group}) > 1]
    for group in merged[:5]:
        notes.append(f"in {name!r}, {', '.join(map(repr, group[1:]))} is taken as {group[0]!r}")
    if len(merged) > 5:
        notes.append(
            f"in {name!r}, {len(merged) - 5} more categories have more than one spelling, taken as one"
        )
    return cells.replace(to)


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
