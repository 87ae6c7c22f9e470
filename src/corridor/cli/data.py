"""``corridor data``: datasets and tables of evidence, the user's own and new editions; data to stdout, talk to stderr."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import as_of_option, emit, emit_object, format_option, quiet_option, talk
from corridor.cli.data_add import add_command, refresh_command, remove_command, rename_command
from corridor.model import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from corridor.data import Dataset
    from corridor.model import Corridor, Source

SHOWN_ROWS = 24
WIDEST_CELL = 44

_suppress_option = click.option(
    "--suppress",
    metavar="N",
    default=10,
    show_default=True,
    type=click.IntRange(min=0),
    help="Hide counts of people or events from 1 to under N; 0 shows all.",
)


_corridor_option = click.option(
    "--corridor", "folder", metavar="DIR", default=None, help="Take in the datasets of this corridor folder."
)


@click.group("data", help="Show and export datasets, add your own, read new editions.")
def command() -> None:
    """Group of the data commands."""


@command.command("list")
@_corridor_option
@format_option()
def list_command(folder: str | None, format: str) -> None:
    """List the datasets and the tables of evidence; `from` says whether one is shipped, yours or a folder's own."""
    from corridor.data import datasets, describe, evidence_tables, shipped

    corridor = _open(folder)
    own = {entry.id for entry in corridor.datasets} if corridor else set()
    rows: list[dict[str, Any]] = []
    for name in datasets(corridor):
        d = describe(name, corridor)
        whose = "folder" if name in own else "shipped" if name in shipped() else "yours"
        rows.append(
            {
                "id": name,
                "kind": "dataset",
                "from": whose,
                "unit": d.unit,
                "by": d.frequency,
                "title": d.title,
            }
        )
    for name, title in evidence_tables().items():
        rows.append({"id": name, "kind": "evidence", "from": "shipped", "unit": "", "by": "", "title": title})
    emit(rows, format)


@command.command("show", short_help="Show one, with its sources.")
@click.argument("name", metavar="ID")
@as_of_option()
@click.option("--by", metavar="DIM", multiple=True, help="Sum over all other dimensions; may be repeated.")
@format_option()
@click.option(
    "--rows",
    metavar="N",
    default=SHOWN_ROWS,
    show_default=True,
    type=click.IntRange(min=0),
    help="Rows of the table, counted from its end.",
)
@_suppress_option
@_corridor_option
@quiet_option()
def show_command(
    name: str, as_of: dt.date | None, by: tuple[str, ...], format: str, rows: int, suppress: int,
    folder: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Show a dataset (its totals, or by a dimension) or a table of evidence, with its sources.

    As a table, the last --rows rows; as JSON or CSV, all of them.
    """
    about, table = _select(name, as_of, by, suppress, _open(folder), whole=False)
    _talk(about, quiet)
    if format == "table" and 0 < rows < table.height:
        talk(f"the last {rows} of {table.height} rows; --rows 0 shows all", quiet=quiet)
        table = table.tail(rows)
    if format == "json":
        emit_object({**about, "rows": records(table, None)})
    else:
        emit(records(table, WIDEST_CELL if format == "table" else None), format, table.columns)


@command.command("export", short_help="Write one to a CSV file.")
@click.argument("name", metavar="ID")
@click.option("--out", required=True, metavar="FILE.csv", type=click.Path(dir_okay=True))
@as_of_option()
@_suppress_option
@_corridor_option
@quiet_option()
def export_command(
    name: str, out: str, as_of: dt.date | None, suppress: int, folder: str | None, quiet: bool
) -> None:
    """Write a dataset or a table of evidence to a CSV file that is safe in spreadsheets."""
    from pathlib import Path

    from corridor.data.export import csv_text
    from corridor.model.files import write_text

    about, table = _select(name, as_of, (), suppress, _open(folder), whole=True)
    write_text(Path(out), csv_text(table))
    _talk(about, quiet)
    talk(f"{table.height} rows written to {out}", quiet=quiet)


for _command in (add_command, remove_command, rename_command, refresh_command):
    command.add_command(_command)


def _open(folder: str | None) -> Corridor | None:
    if folder is None:
        return None
    from corridor.formats import open_corridor

    return open_corridor(folder)


def _select(
    name: str,
    as_of: dt.date | None,
    by: Sequence[str],
    suppress: int,
    corridor: Corridor | None,
    *,
    whole: bool,
) -> tuple[dict[str, Any], pl.DataFrame]:
    """What a name stands for: what is said about it, and its rows ready to be shown."""
    from corridor.data import datasets, describe_evidence, evidence, evidence_tables, load

    if name in evidence_tables():
        if by:
            raise InputError(f"{name} is a table of evidence, which is not summed", hint="leave out --by")
        entry = describe_evidence(name)
        table = evidence(name, as_of)
        return _about(entry.id, entry.title, entry.sources, entry.notes, as_of), table
    if name not in datasets(corridor):
        hint = (
            did_you_mean(name, [*datasets(corridor), *evidence_tables()])
            or "`corridor data list` names them all"
        )
        raise InputError(f"no dataset {name!r}", hint=hint)
    dataset = load(name, corridor)
    if as_of is not None:
        dataset = dataset.as_of(as_of)
        if dataset.table.is_empty():
            raise InputError(
                f"nothing of {name} was public on {as_of}", hint=_first_known(load(name, corridor))
            )
    about = _about(name, dataset.title, dataset.sources, dataset.notes, as_of)
    about |= {
        "unit": dataset.unit,
        "frequency": dataset.frequency,
        "dims": list(dataset.dims),
        "lag_days": dataset.lag_days,
        "known_until": str(dataset.known_until),
    }
    return about, _rows(dataset, by, suppress, whole=whole)


def _rows(dataset: Dataset, by: Sequence[str], suppress: int, *, whole: bool) -> pl.DataFrame:
    from corridor.model.small_counts import suppress as hide

    summed = bool(by) or (dataset.additive and not whole)
    return hide(dataset.grouped(by) if summed else dataset.table, dataset.counted, suppress)


def _first_known(dataset: Dataset) -> str:
    return f"its first row was public on {dataset.table['known_from'].min()}"


def _about(
    name: str, title: str, sources: Sequence[Source], notes: Sequence[str], as_of: dt.date | None
) -> dict[str, Any]:
    cited = [
        {"id": s.id, "publisher": s.publisher, "title": s.title, "license": s.license, "grade": s.grade}
        for s in sources
    ]
    return {
        "id": name,
        "title": title,
        "as_of": str(as_of) if as_of else None,
        "sources": cited,
        "notes": list(notes),
    }


def _talk(about: dict[str, Any], quiet: bool) -> None:
    unit = f" ({about['unit']})" if about.get("unit") else ""
    talk(f"{about['title']}{unit}", quiet=quiet)
    if about.get("known_until"):
        on = f", as public on {about['as_of']}" if about["as_of"] else ""
        talk(f"known until {about['known_until']}{on}", quiet=quiet)
    for s in about["sources"]:
        talk(f"source: {s['publisher']}, {s['title']} ({s['grade']}; {s['license']})", quiet=quiet)
    for note in about["notes"]:
        talk(f"note: {note}", quiet=quiet)


def records(table: pl.DataFrame, widest: int | None) -> list[dict[str, Any]]:
    """Rows as JSON could say them: dates as text, hidden counts as text, other values as numbers."""

    def plain(name: str, value: Any) -> Any:
        if isinstance(value, dt.date):
            return value.isoformat()
        if not isinstance(value, str):
            return value
        if name == "value" and not value.startswith("<"):
            return float(value) if "." in value or "e" in value else int(value)
        return value if widest is None or len(value) <= widest else f"{value[: widest - 1]}…"

    return [{name: plain(name, value) for name, value in row.items()} for row in table.iter_rows(named=True)]
