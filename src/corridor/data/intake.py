"""Series that come in: one of the user's own, or a new edition of one that is known. Nothing is overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from pydantic import TypeAdapter, ValidationError

from corridor.data import store, user
from corridor.data.cbp import DATASET, is_cbp, read_cbp
from corridor.data.counts import TidyCounts, read_counts
from corridor.data.dataset import Dataset
from corridor.data.own import table_of
from corridor.data.vintages import Revision, revise
from corridor.model import DatasetEntry, Fault, Gap, InputError, Source
from corridor.model.declared import Identifier
from corridor.model.periods import POLARS_STEPS
from corridor.model.text import decode

FEW = 24
"""Periods below which a series is said to be short."""
_HALF = 0.5
_SMALL = 100


@dataclass(frozen=True)
class About:
    """What the user says about a series of their own."""

    title: str = ""
    unit: str = "people"
    publisher: str = ""
    license: str = "not stated"
    url: str = ""
    lag_days: int = 0


@dataclass(frozen=True)
class Added:
    """A series that was added, and what should be said about it."""

    dataset: Dataset
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Refreshed:
    """An edition that was kept, with what it changes."""

    dataset: Dataset
    revision: Revision
    rows: int
    warnings: tuple[str, ...]


def add(content: bytes, label: str, name: str, about: About, on: dt.date) -> Added:
    """Keep a tidy CSV as the user's dataset ``name``.

    Raises
    ------
    InputError
        With every fault of the file; if the name is taken or no id; if it cannot be written.
    """
    _new_name(name)
    read, faults = read_counts(_text(content, label), label)
    if faults:
        raise InputError(f"{label}: {_count(faults)}; nothing was added", faults=faults)
    source = Source(
        id=name, title=about.title or label, publisher=about.publisher or "not stated (added by the user)",
        license=about.license, grade="secondary", url=about.url, note=f"Read from {label} on {on}.",
    )  # fmt: skip
    entry = DatasetEntry(
        id=name, title=about.title or label, unit=about.unit, frequency=read.frequency, dims=read.dims,
        lag_days=about.lag_days, sources=(source,), gaps=_gaps((row[0] for row in read.rows), read.frequency),
    )  # fmt: skip
    table = table_of(entry, read.rows)
    log = _logged(user.read_log(name), label, content, on, table.height, table.height, 0)
    user.write_user(name, entry, table, log)
    return Added(store.load(name), tuple(_remarks(read, entry)))


def refresh(content: bytes, label: str, name: str, on: dt.date, *, accept: bool = False) -> Refreshed:
    """Keep an edition of dataset ``name`` that was public on ``on``.

    What stood before stays what was known before. ``accept`` lets through an edition that changes the total
    of a period by more than half, which is refused otherwise: the file may be cut or be another one.

    Raises
    ------
    InputError
        With every fault of the file; if there is no such dataset, or it has no periods; if ``on`` is before
        the edition that was read last.
    """
    before = store.load(name)
    if before.frequency == "point" and name in store.shipped():
        raise InputError(f"{name} is a collection of quoted points, which no publisher's file renews")
    log = user.read_log(name)
    last: dt.date | None = max(log["on"].to_list(), default=None)
    if last is not None and on < last:
        raise InputError(
            f"an edition of {last} was read already, so one of {on} comes too late", hint="omit --on"
        )
    edition, warnings = _edition(_text(content, label), label, before)
    revision = revise(before.table, edition, before.dims, before.frequency, before.lag_days, on)
    if not accept:
        _refuse_large(before, edition, label)
    kept = revision.rows
    if user.stamp(name) is not None:
        kept = pl.concat([user.read_vintages(name, before.dims), kept], how="vertical_relaxed")
    log = _logged(log, label, content, on, edition.height, revision.added, revision.changed.height)
    entry = user.user_entries().get(name)
    if entry is not None:
        entry = entry.model_copy(update={"gaps": _gaps(kept["date"], entry.frequency)})
    user.write_user(name, entry, kept, log)
    return Refreshed(store.load(name), revision, edition.height, warnings)


def _edition(text: str, label: str, dataset: Dataset) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if dataset.id == DATASET and is_cbp(text):
        found, faults = read_cbp(text, label)
        table, warnings = found.table, found.warnings
    else:
        read, faults = read_counts(text, label, dataset.dims, dataset.frequency)
        faults += [
            Fault(label, line, "known_from", "an edition is of one day", "leave the column out; see --on")
            for row, line in zip(read.rows, read.lines, strict=True)
            if row[3] is not None
        ][:1]
        entry = _entry_of(dataset)
        table, warnings = table_of(entry, read.rows).drop("known_from"), ()
    if faults:
        raise InputError(f"{label}: {_count(faults)}; nothing was changed", faults=faults)
    return table, warnings


def _entry_of(dataset: Dataset) -> DatasetEntry:
    source = Source(id="file", title="file", publisher="file", license="file", grade="secondary")
    return DatasetEntry(
        id=dataset.id, title=dataset.title, unit=dataset.unit, frequency=dataset.frequency, dims=dataset.dims,
        lag_days=dataset.lag_days, sources=(source,),
    )  # fmt: skip


def _refuse_large(before: Dataset, edition: pl.DataFrame, label: str) -> None:
    if not before.additive:
        return
    old = before.table.group_by("date").agg(pl.col("value").sum().alias("old"))
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


def _new_name(name: str) -> None:
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        raise InputError(
            f"{name!r} cannot be a name", hint="letters, digits, '.', '_' and '-', a letter or digit first"
        ) from None
    if name in store.shipped() or name in store.evidence_tables():
        raise InputError(f"{name!r} is a shipped dataset", hint="choose another name")
    if name in user.user_entries():
        raise InputError(
            f"you have a dataset {name!r} already",
            hint=f"`corridor data refresh {name} --from FILE` keeps both editions",
        )


def _text(content: bytes, label: str) -> str:
    text = decode(content, label)
    if isinstance(text, Fault):
        raise InputError(f"{label} cannot be read", faults=[text])
    return text


def _gaps(dates: Iterable[dt.date], frequency: str) -> tuple[Gap, ...]:
    """Runs of periods that are not in the file: missing, not zero."""
    step = POLARS_STEPS.get(frequency)
    there = set(dates)
    if step is None or not there:
        return ()
    gaps: list[Gap] = []
    before = True
    for date in pl.date_range(min(there), max(there), step, eager=True):
        if date not in there:
            start = date if before else gaps.pop().start
            gaps.append(Gap(start=start, end=date, note="not in the file"))
        before = date in there
    return tuple(gaps)


def _remarks(read: TidyCounts, entry: DatasetEntry) -> Iterable[str]:
    dates = {row[0] for row in read.rows}
    series = len({row[1] for row in read.rows})
    kind = {"point": "dated points"}.get(read.frequency, f"a count per {read.frequency}")
    yield f"taken as {kind}, {series} series, {len(dates)} dates"
    if len(dates) < FEW:
        yield f"{len(dates)} dates are few: forecasts need about {FEW}"
    if all(row[2] == 0 for row in read.rows):
        yield "every count is zero"
    if entry.gaps:
        spans = [
            f"{gap.start}" if gap.start == gap.end else f"{gap.start} to {gap.end}" for gap in entry.gaps
        ]
        more = f" and {len(spans) - 6} more" if len(spans) > 6 else ""
        yield f"missing, taken as unknown and not as zero: {', '.join(spans[:6])}{more}"


def _logged(
    log: pl.DataFrame, label: str, content: bytes, on: dt.date, rows: int, added: int, changed: int
) -> pl.DataFrame:
    line = (on, label, hashlib.sha256(content).hexdigest(), rows, added, changed)
    return pl.concat([log, pl.DataFrame([line], schema=dict(user.LOG), orient="row")])


def _count(faults: Sequence[Fault]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
