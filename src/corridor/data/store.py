"""Datasets by id: a corridor's own, then the user's, then the shipped ones (a registry in YAML beside one
Parquet file per dataset), with the editions that the user has read since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import yaml

from corridor.data.checks import check_dataset
from corridor.data.dataset import Dataset
from corridor.data.own import dataset_of, own_dataset, table_of
from corridor.data.timing import absent_runs
from corridor.data.user import read_vintages, stamp, user_entries
from corridor.data.vintages import standing
from corridor.model import Corridor, CorridorError, Gap, InputError, Source, did_you_mean

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class EvidenceEntry:
    """What the registry says about a table of evidence."""

    id: str
    title: str
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    timeless: bool
    """Geography: no date on which it became known, so that an as-of date does not hide it."""


@cache
def _registry() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((TABLES / "registry.yaml").read_text("utf-8"), Loader=loader)


def shipped() -> Mapping[str, str]:
    """Ids of the shipped datasets and what each holds; no table is read."""
    return MappingProxyType({name: entry["title"] for name, entry in _registry()["datasets"].items()})


def datasets(corridor: Corridor | None = None) -> Mapping[str, str]:
    """Ids of all datasets and what each holds: those of ``corridor``, if one is given, the user's, the shipped."""
    own = {entry.id: entry.title for entry in corridor.datasets} if corridor else {}
    users = {name: entry.title for name, entry in user_entries().items()}
    return MappingProxyType({**shipped(), **users, **own})


def evidence_tables() -> Mapping[str, str]:
    """Names of the tables of evidence and what each holds; no table is read."""
    return MappingProxyType({name: entry["title"] for name, entry in _registry()["evidence"].items()})


def describe(dataset: str, corridor: Corridor | None = None) -> Dataset:
    """The dataset ``dataset`` without its rows: title, unit, dimensions, sources, notes.

    Raises
    ------
    InputError
        If there is no such dataset.
    """
    for entry in (*(corridor.datasets if corridor else ()), *user_entries().values()):
        if entry.id == dataset:
            return dataset_of(entry, table_of(entry, ()))
    return _describe_shipped(dataset, corridor)


def load(dataset: str, corridor: Corridor | None = None) -> Dataset:
    """Open a dataset: of ``corridor``'s own folder first, then the user's, then a shipped one.

    Shipped and user's datasets are kept in memory, and their invariants are checked.

    Raises
    ------
    InputError
        If there is no such dataset, or its table is not sound.
    """
    own = own_dataset(corridor, dataset) if corridor else None
    if own is not None:
        return own
    changed = stamp(dataset)
    if changed is not None and dataset in user_entries():
        return _users(dataset, changed)
    if dataset not in shipped():
        raise InputError(f"no dataset {dataset!r}", hint=_unknown(dataset, corridor))
    return _load_shipped(dataset) if changed is None else _renewed(dataset, changed)


@cache
def _load_shipped(dataset: str) -> Dataset:
    loaded = replace(_describe_shipped(dataset), table=_read(dataset))
    if _registry()["datasets"][dataset].get("absent") == "missing":
        runs = absent_runs(loaded.table["date"], loaded.frequency)
        loaded = replace(
            loaded, gaps=(*loaded.gaps, *(Gap(start=a, end=b, note="not published") for a, b in runs))
        )
    check_dataset(loaded)
    return loaded


def shipped_table(dataset: str) -> pl.DataFrame:
    """The table of a shipped dataset as it travels with the package, without the user's editions."""
    return _load_shipped(dataset).table


@cache
def _users(entry_id: str, changed: tuple[str, int]) -> Dataset:
    del changed
    entry = user_entries()[entry_id]
    return dataset_of(entry, read_vintages(entry.id, entry.dims))


@cache
def _renewed(dataset: str, changed: tuple[str, int]) -> Dataset:
    """A shipped dataset with the editions that the user has read since."""
    del changed
    shipped_one = _load_shipped(dataset)
    added = read_vintages(dataset, shipped_one.dims)
    vintages = pl.concat([shipped_one.table, added.select(shipped_one.table.columns)], how="vertical_relaxed")
    table = standing(vintages, shipped_one.dims)
    last = shipped_one.known_until or dt.date.max
    runs = absent_runs(table["date"], shipped_one.frequency)
    gaps = tuple(Gap(start=max(a, last), end=b, note="between two editions") for a, b in runs if b > last)
    return replace(shipped_one, table=table, vintages=vintages, gaps=(*shipped_one.gaps, *gaps))


def _describe_shipped(dataset: str, corridor: Corridor | None = None) -> Dataset:
    entry = _registry()["datasets"].get(dataset)
    if entry is None:
        raise InputError(f"no dataset {dataset!r}", hint=_unknown(dataset, corridor))
    return Dataset(
        id=dataset,
        title=entry["title"],
        unit=entry["unit"],
        frequency=entry["frequency"],
        kind=entry.get("kind", "flow"),
        dims=tuple(entry["dims"]),
        lag_days=entry["lag_days"],
        sources=_sources(entry),
        notes=tuple(entry["notes"]),
        table=pl.DataFrame(schema={"date": pl.Date, "value": pl.Float64, "known_from": pl.Date}),
        gaps=tuple(_gap(gap) for gap in entry.get("gaps", ())),
        additive=entry.get("additive", True),
        stock_rows={dim: tuple(codes) for dim, codes in entry.get("stock_rows", {}).items()},
        absent="zero" if entry.get("additive", True) and entry.get("absent") != "unknown" else "unknown",
        counted=_counted(entry.get("counted", {})),
    )


def describe_evidence(name: str) -> EvidenceEntry:
    """Title, sources and notes of a table of evidence.

    Raises
    ------
    InputError
        If there is no such table.
    """
    entry = _registry()["evidence"].get(name)
    if entry is None:
        raise InputError(f"no table of evidence {name!r}", hint=did_you_mean(name, evidence_tables()))
    return EvidenceEntry(
        name, entry["title"], _sources(entry), tuple(entry["notes"]), entry.get("timeless", False)
    )


def evidence(name: str, as_of: dt.date | None = None) -> pl.DataFrame:
    """A table of evidence: ``measures announcements effects parameters nodes route_segments``.

    With ``as_of``, only rows that were public then; a row whose day of publication is unknown counts as not
    public, except in tables of geography.

    Raises
    ------
    InputError
        If there is no such table.
    """
    entry = describe_evidence(name)
    table = _read(f"evidence_{name}")
    if as_of is None or entry.timeless:
        return table
    return table.filter(pl.col("known_from") <= as_of)


def _read(stem: str) -> pl.DataFrame:
    path = TABLES / f"{stem}.parquet"
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CorridorError(
            f"{path.name} of the installed package cannot be read ({error})", hint="install the package again"
        ) from error


def _unknown(name: str, corridor: Corridor | None) -> str:
    if name in evidence_tables():
        return f"that is a table of evidence: evidence({name!r})"
    return did_you_mean(name, datasets(corridor)) or "`corridor data list` names them all"


def _sources(entry: Mapping[str, Any]) -> tuple[Source, ...]:
    known = _registry()["sources"]
    period = entry.get("period", "")
    return tuple(Source(id=name, period=period, **known[name]) for name in entry["sources"])


def _gap(entry: Mapping[str, Any]) -> Gap:
    where = {name: tuple(values) for name, values in entry.get("where", {}).items()}
    return Gap(start=entry["start"], end=entry["end"], note=entry["note"], where=where)


def _counted(entry: Mapping[str, list[str]] | None) -> Mapping[str, tuple[str, ...]] | None:
    if entry is None:
        return None
    return {name: tuple(values) for name, values in entry.items()}
