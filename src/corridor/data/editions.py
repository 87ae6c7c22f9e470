"""New editions of a dataset that is known: what stood when is never overwritten, and an old one goes in its place."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from corridor.data import store, user
from corridor.data.countries import same_name
from corridor.data.dataset import Dataset
from corridor.data.timing import absent_runs
from corridor.data.vintages import Revision, reinstated, revise, standing
from corridor.model import Gap, InputError

_HALF = 0.5
_SMALL = 100
Read = Callable[[bytes, str, Dataset], tuple[pl.DataFrame, tuple[str, ...]]]
"""Reads a file as an edition of a dataset: a table of its columns without ``known_from``, and what to say."""


@dataclass(frozen=True)
class Refreshed:
    """An edition that was kept, with what it changes."""

    dataset: Dataset
    revision: Revision
    rows: int
    warnings: tuple[str, ...]


def keep_edition(
    content: bytes, label: str, name: str, on: dt.date, read: Read, *, accept: bool
) -> Refreshed:
    """Keep an edition of dataset ``name`` that was public on ``on``, read by ``read``.

    It is compared with what stood on ``on``. Where a later edition is held, its figures stand again from its own
    day on. ``accept`` lets through an edition that changes the total of a period by more than half.

    Raises
    ------
    InputError
        With every fault of the file; if there is no such dataset, or it is a collection of points.
    """
    before = store.load(name)
    if before.frequency == "point" and name in store.shipped():
        raise InputError(f"{name} is a collection of quoted points, which no publisher's file renews")
    log = user.read_log(name)
    held = before.table if before.vintages is None else before.vintages
    then = standing(held, before.dims, on)
    edition, warnings = read(content, label, replace(before, table=then))
    edition, said = one_spelling_with(edition, before)
    newest = edition["date"].max()
    if not edition.filter(pl.col("date") > on).is_empty():
        raise InputError(
            f"{label} holds figures of {newest}, after {on}; nothing was changed",
            hint="--on is the day on which the file was public",
        )
    if not accept:
        _refuse_large(then, edition, label, additive=before.additive)
    revision = revise(then, edition, before.dims, before.frequency, before.lag_days, on)
    rows = pl.concat(
        [revision.rows, reinstated(held, revision.rows, before.dims, on, _edition_days(name, log))],
        how="vertical_relaxed",
    )
    kept = rows
    if user.stamp(name) is not None:
        kept = pl.concat([user.read_vintages(name, before.dims), rows], how="vertical_relaxed")
    entry = user.user_entries().get(name)
    if entry is not None:
        entry = entry.model_copy(
            update={"gaps": (*_open_gaps(entry.gaps, edition), *_absent(kept, entry.gaps, entry.frequency))}
        )
    log = logged(log, label, content, on, edition.height, revision.added, revision.changed.height).sort(
        "on", maintain_order=True
    )
    user.write_user(name, entry, kept, log)
    if _edition_days(name, log)[-1] > on:
        said += (f"an older edition: it stands from {on} until the next one held",)
    return Refreshed(store.load(name), revision, edition.height, (*warnings, *said))


def logged(
    log: pl.DataFrame, label: str, content: bytes, on: dt.date, rows: int, added: int, changed: int
) -> pl.DataFrame:
    """The log of editions with one more line."""
    line = (on, label, hashlib.sha256(content).hexdigest(), rows, added, changed)
    return pl.concat([log, pl.DataFrame([line], schema=dict(user.LOG), orient="row")])


def _edition_days(name: str, log: pl.DataFrame) -> list[dt.date]:
    """Days of the editions held, the shipped one among them: the day on which its last figure was public."""
    days: set[dt.date] = set(log["on"].to_list())
    if name in store.shipped():
        last = store.shipped_table(name)["known_from"].max()
        if isinstance(last, dt.date):
            days.add(last)
    return sorted(days)


def one_spelling_with(edition: pl.DataFrame, before: Dataset) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The edition with categories spelled as in the figures held; what appeared and what vanished is said."""
    said: list[str] = []
    for name in before.dims:
        held, found = before.table[name].unique().to_list(), edition[name].unique().to_list()
        known = {same_name(text): text for text in [*sorted(found, reverse=True), *held]}
        to = {text: known[same_name(text)] for text in found if text != known[same_name(text)]}
        if to:
            edition = edition.with_columns(pl.col(name).replace(to))
            said.append(
                f"{name}: " + ", ".join(f"{new!r} is taken as {old!r}" for new, old in sorted(to.items())[:6])
            )
        found = edition[name].unique().to_list()
        covered = (
            before.table.join(edition.select("date").unique(), on="date", how="semi")[name].unique().to_list()
        )
        for what, names in (("new", set(found) - set(held)), ("gone", set(covered) - set(found))):
            if names and held:
                said.append(
                    f"{name}: {len(names)} {what}: {', '.join(sorted(map(repr, names))[:8])}{' …' * (len(names) > 8)}"
                )
    keys = ["date", *before.dims]
    return edition.group_by(keys, maintain_order=True).agg(pl.col("value").sum()), tuple(said)


def _refuse_large(held: pl.DataFrame, edition: pl.DataFrame, label: str, *, additive: bool) -> None:
    if not additive:
        return
    old = held.group_by("date").agg(pl.col("value").sum().alias("old"))
    new = edition.group_by("date").agg(pl.col("value").sum().alias("new"))
    both = old.join(new, on="date").with_columns(change=(pl.col("new") - pl.col("old")).abs()).sort("date")
    large = both.filter((pl.col("change") > _HALF * pl.col("old")) & (pl.col("change") >= _SMALL))
    if large.height:
        first = large.row(0, named=True)
        raise InputError(
            f"{label} changes {large.height} totals by more than half ({first['date']}: {first['old']:,} to "
            f"{first['new']:,}); nothing was changed",
            hint="it may be cut off or another series; --accept reads it all the same",
        )


def _open_gaps(gaps: Sequence[Gap], edition: pl.DataFrame) -> tuple[Gap, ...]:
    """Gaps of single combinations that the edition does not fill."""
    kept = []
    for gap in gaps:
        if not gap.where:
            continue
        match = [pl.col(name).is_in(list(values)) for name, values in gap.where.items()]
        if edition.filter(pl.col("date").is_between(gap.start, gap.end), *match).is_empty():
            kept.append(gap)
    return tuple(kept)


def _absent(kept: pl.DataFrame, gaps: Sequence[Gap], frequency: str) -> tuple[Gap, ...]:
    del gaps
    return tuple(Gap(start=a, end=b, note="not in the file") for a, b in absent_runs(kept["date"], frequency))
