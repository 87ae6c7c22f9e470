"""The folder's own datasets hang together, and observations name datasets and columns that exist."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.data import datasets, describe, load
from corridor.data.counts import DATE, KNOWN, VALUE
from corridor.formats.parts import Parts
from corridor.formats.rows import Row
from corridor.model import DatasetEntry, Fault, Observation, did_you_mean


def check_datasets(parts: Parts) -> Iterator[Fault]:
    """Faults of ``datasets.yaml`` and of what ``observations.yaml`` says of datasets."""
    for row in parts.datasets:
        yield from _entry(row)
    if parts.datasets.faults:  # an entry that cannot be read is one fault, not one per observation
        return
    own = {row.item.id: row.item.dims for row in parts.datasets}
    others = datasets()
    for observation in parts.observations:
        name = observation.item.dataset
        if name in own or name in others:
            dims = own[name] if name in own else describe(name).dims
            yield from _columns(observation, dims)
            if not any(fault.file.endswith(f"/{name}.csv") for fault in parts.faults):
                yield from _codes(observation, parts, dims)
        else:
            hint = (
                did_you_mean(name, [*own, *others])
                or "declare it in datasets.yaml, or add it: corridor data add"
            )
            yield observation.fault("dataset", f"there is no dataset {name!r}", hint)


def _entry(row: Row[DatasetEntry]) -> Iterator[Fault]:
    entry = row.item
    for place, name in enumerate(entry.dims):
        column = f"dims[{place + 1}]"
        if name in (DATE, VALUE, KNOWN):
            yield row.fault(column, f"{name!r} is the name of another column")
        elif name in entry.dims[:place]:
            yield row.fault(column, f"{name!r} stands there twice")
    for place, gap in enumerate(entry.gaps):
        column = f"gaps[{place + 1}]"
        if gap.end < gap.start:
            yield row.fault(f"{column}.end", f"{gap.end} is before the start, {gap.start}")
        for name in gap.where:
            if name not in entry.dims:
                yield row.fault(
                    f"{column}.where", f"{name!r} is no dimension", did_you_mean(name, entry.dims)
                )


def _columns(row: Row[Observation], dims: tuple[str, ...]) -> Iterator[Fault]:
    for name in row.item.where:
        if name not in dims:
            hint = did_you_mean(name, dims) or "the dataset has no dimensions"
            yield row.fault("where", f"dataset {row.item.dataset!r} has no column {name!r}", hint)


def _codes(row: Row[Observation], parts: Parts, dims: tuple[str, ...]) -> Iterator[Fault]:
    """A value of ``where`` that no row of the dataset has would count nobody, without a word."""
    for name, values in row.item.where.items():
        if name not in dims:
            continue
        known = _known_codes(row.item.dataset, name, parts, dims)
        for value in values:
            if value not in known:
                hint = did_you_mean(value, known)
                yield row.fault("where", f"dataset {row.item.dataset!r} has no {name} {value!r}", hint)


def _known_codes(dataset: str, dim: str, parts: Parts, dims: tuple[str, ...]) -> tuple[str, ...]:
    if dataset in parts.datasets.known:
        position = dims.index(dim)
        return tuple(sorted({counts[1][position] for counts in parts.counts.get(dataset, ())}))
    return load(dataset).codes(dim)
