"""A series of the user's own: read, checked, kept under a name, renamed, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from corridor.data import store, user
from corridor.data.dataset import Dataset
from corridor.data.editions import logged
from corridor.data.reading import ReadOptions, Understood, understand
from corridor.data.timing import published
from corridor.model import DatasetEntry, InputError, Source, did_you_mean
from corridor.model.declared import Identifier

FEW = 24
"""Periods below which a series is said to be short."""
_STEPS = {"point": "dated points"}


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
    """A series that was added (or only read: ``dataset`` is ``None``), how its file was understood, what to say."""

    dataset: Dataset | None
    understood: Understood
    warnings: tuple[str, ...]


def add(
    content: bytes,
    label: str,
    name: str,
    about: About,
    on: dt.date,
    options: ReadOptions | None = None,
    *,
    edition: dt.date | None = None,
    keep: bool = True,
) -> Added:
    """Keep a file of counts as the user's dataset ``name``.

    ``edition`` is the day on which the file was public: no figure in it was known later. With ``keep`` false
    nothing is stored: the result says how the file is understood.

    Raises
    ------
    InputError
        With every fault of the file, or with what has to be said about it; if the name is taken or no
        identifier; if it cannot be written.
    """
    options = options or ReadOptions()
    if keep:
        new_name(name)
    read = understand(content, label, options, f"{about.title} {about.unit}", edition or on)
    read, later = _until(read, edition or on, label)
    entry = _entry(name, label, about, read, options, on)
    warnings = (*later, *_remarks(read))
    if not keep:
        return Added(None, read, warnings)
    lag = published(entry.frequency, entry.lag_days)
    known = pl.min_horizontal(lag, pl.lit(edition)) if edition else lag
    table = read.table.with_columns(pl.col("known_from").fill_null(known))
    log = logged(user.read_log(name), label, content, edition or on, table.height, table.height, 0)
    user.write_user(name, entry, table, log, _said(options, read))
    return Added(store.load(name), read, warnings)


def _until(read: Understood, day: dt.date, label: str) -> tuple[Understood, tuple[str, ...]]:
    """What was read without periods that begin after ``day``: plans and blank months ahead are no counts."""
    after = pl.col("date") > day
    later = read.table.filter(after)
    if later.is_empty():
        return read, ()
    kept = read.table.filter(~after)
    if kept.is_empty():
        raise InputError(
            f"{label} begins on {later['date'].min()}, after {day}",
            hint="--on is the day on which the file was public",
        )
    gaps = tuple(gap for gap in read.gaps if gap.start <= day)
    count = later["date"].n_unique()
    what = "1 date" if count == 1 else f"{count} dates"
    said = f"{what} after {day} ({later['date'].min()} to {later['date'].max()}) left out: they had not come when the file was public (--on)"
    return replace(read, table=kept, gaps=gaps), (said,)


def remove(name: str) -> int:
    """Remove a series of the user's, or the editions that they read of a shipped one; the number of editions."""
    return user.remove_user(name)


def rename(name: str, new: str) -> None:
    """Give a series of the user's another name.

    Raises
    ------
    InputError
        If there is none of that name, or the new one is taken or no identifier.
    """
    entries = user.user_entries()
    if name not in entries:
        raise InputError(f"you have no dataset {name!r}", hint=did_you_mean(name, entries))
    new_name(new)
    entry = entries[name]
    first = entry.sources[0].model_copy(update={"id": new})
    moved = entry.model_copy(update={"id": new, "sources": (first, *entry.sources[1:])})
    figures = user.read_vintages(name, entry.dims)
    user.write_user(new, moved, figures, user.read_log(name), user.read_reading(name))
    user.remove_user(name)


def options_of(name: str, dims: tuple[str, ...]) -> ReadOptions:
    """How the user's file was read when it was added, for the next edition of it."""
    said = user.read_reading(name)
    names = {key: said[key] for key in said if key in ReadOptions.__dataclass_fields__}
    names["drop"] = tuple(names.get("drop", ()))
    return replace(ReadOptions(**names), dims=dims)


def _said(options: ReadOptions, read: Understood) -> dict[str, Any]:
    """The options that differ from what is inferred anyway."""
    plain = asdict(ReadOptions())
    said: dict[str, Any] = {
        key: value
        for key, value in asdict(options).items()
        if value != plain[key] and key not in ("dims", "covers_from", "covers_to")
    }
    if "drop" in said:
        said["drop"] = list(options.drop)
    return said | {"kind": read.kind}


def _entry(
    name: str, label: str, about: About, read: Understood, options: ReadOptions, on: dt.date
) -> DatasetEntry:
    source = Source(
        id=name, title=about.title or label, publisher=about.publisher or "not stated (added by the user)",
        license=about.license, grade="secondary", url=about.url, note=f"Read from {label} on {on}.",
    )  # fmt: skip
    return DatasetEntry(
        id=name, title=about.title or label, unit=about.unit, frequency=read.frequency, kind=read.kind,
        dims=read.dims, lag_days=about.lag_days, sources=(source,), gaps=read.gaps, additive=options.additive,
        absent=options.absent if options.additive else "unknown",
    )  # fmt: skip


def new_name(name: str) -> None:
    """Raise InputError unless ``name`` is an identifier that is not taken."""
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


def _remarks(read: Understood) -> Iterable[str]:
    yield from read.notes
    dates = read.table["date"]
    series = read.table.select(read.dims).n_unique() if read.dims else 1
    what = _STEPS.get(
        read.frequency, f"a {'level' if read.kind == 'stock' else 'count'} per {read.frequency}"
    )
    yield f"taken as {what}, {series} series, {dates.n_unique()} dates"
    if dates.n_unique() < FEW:
        yield f"{dates.n_unique()} dates are few: forecasts need about {FEW}"
    if (read.table["value"] == 0).all():
        yield "every count is zero"
    whole = [gap for gap in read.gaps if not gap.where]
    if whole:
        spans = [f"{gap.start}" if gap.start == gap.end else f"{gap.start} to {gap.end}" for gap in whole]
        more = f" and {len(spans) - 6} more" if len(spans) > 6 else ""
        yield f"missing, taken as unknown and not as zero: {', '.join(spans[:6])}{more}"
