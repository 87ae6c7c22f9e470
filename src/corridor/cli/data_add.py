"""``corridor data add``, ``remove``, ``rename`` and ``refresh``: the user's own series, and new editions of any."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import Day, emit, emit_object, format_option, quiet_option, talk
from corridor.model import InputError

if TYPE_CHECKING:
    import polars as pl

    from corridor.data import Added, Refreshed


def _layout_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say how a file is to be read where that cannot be inferred."""
    for option in (
        click.option("--date-column", metavar="COLUMN", default="", help="Column of the dates."),
        click.option("--value-column", metavar="COLUMN", default="", help="Column of the counts."),
        click.option("--dims", metavar="COLUMN,…", default=None, help="Columns that are dimensions; '' for none."),
        click.option("--drop", metavar="COLUMN", multiple=True, help="Leave out a column; may be repeated."),
        click.option("--wide", is_flag=True, help="Each column of numbers is a category."),
        click.option("--kind", type=click.Choice(["flow", "stock"]), default=None,
                     help="Events during a period, or a level on a date (never summed over time)."),
        click.option("--additive", type=click.Choice(["yes", "no"]), default="yes", show_default=True,
                     help="Whether rows of one date may be summed; with no, totals are kept."),
        click.option("--absent", type=click.Choice(["unknown", "zero"]), default="unknown", show_default=True,
                     help="What a category counts that has no row on a date of the file."),
        click.option("--day-first", "order", flag_value="day", help="01/02/2024 is the first of February."),
        click.option("--month-first", "order", flag_value="month", help="01/02/2024 is the second of January."),
        click.option("--fiscal-start", metavar="MONTH", type=click.IntRange(1, 12), default=None,
                     help="Month in which a fiscal year begins (10: October of the year before)."),
        click.option("--year", type=click.IntRange(1900, 2100), default=None, help="Year of months that stand without one."),
        click.option("--decimal", type=click.Choice(["point", "comma"]), default=None, help="Mark before decimals."),
        click.option("--sheet", metavar="NAME", default=None, help="Sheet of a spreadsheet."),
        click.option("--repeats", type=click.Choice(["sum", "first"]), default=None,
                     help="Rows of one date and combination: add them up, or keep the first."),
        click.option("--partial", type=click.Choice(["leave", "keep", "scale"]), default="leave", show_default=True,
                     help="The count of a part of a period: leave it out, keep it as it is, or scale it by its days."),
        click.option("--covers-from", type=Day(), default=None, help="First day that is counted, if within a period."),
        click.option("--covers-to", type=Day(), default=None, help="Last day that is counted, if within a period."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.command("add", short_help="Keep a series of your own.")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--as", "name", required=True, metavar="NAME", help="Name under which it is known from now on.")
@_layout_options
@click.option("--title", default="", help="What it counts, in a few words.")
@click.option("--unit", default="people", show_default=True, help="What a count is.")
@click.option("--publisher", default="", help="Who published the figures.")
@click.option("--license", default="not stated", show_default=True, help="License of the figures.")
@click.option("--url", default="", help="Where they are published.")
@click.option(
    "--lag-days", default=0, show_default=True, type=click.IntRange(0, 3660),
    help="Days from the end of a period to its publication.",
)  # fmt: skip
@click.option(
    "--on", type=Day(), default=None, help="Day on which the file was public: no figure was known later."
)
@click.option("--dry-run", is_flag=True, help="Say how the file is understood; store nothing.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to say what was understood.")  # fmt: skip
@quiet_option()
def add_command(
    file: str, name: str, on: dt.date | None, dry_run: bool, format: str, quiet: bool, **said: Any
) -> None:
    """Keep FILE as a dataset of your own: CSV, TSV, XLSX, ODS, Parquet or JSON records.

    The layout is inferred and said in a few lines; an option is needed only where the file leaves a choice
    open, and then the message names it. Totals are left out. The file is checked as a whole: with any
    fault nothing is added. It stands in the folder that CORRIDOR_DATA names, and all commands know it as NAME.
    """
    from pathlib import Path

    from corridor.data import About, add, data_folder, read_source

    texts = {key: said.pop(key) for key in ("title", "unit", "publisher", "license", "url", "lag_days")}
    added = add(
        read_source(file), Path(file).name, name, About(**texts), dt.date.today(), _options(**said),
        edition=on, keep=not dry_run,
    )  # fmt: skip
    if format == "json":
        emit_object(
            {"id": name, "stored": not dry_run, **added.understood.summary(), "notes": list(added.warnings)}
        )
    else:
        _preview(added, quiet=quiet)
    if dry_run:
        talk("nothing stored; without --dry-run it is", quiet=quiet)
    else:
        talk(f"{name}: {added.understood.table.height:,} rows kept in {data_folder() / name}", quiet=quiet)
        talk(f"next: corridor data show {name} · corridor forecast --data {name}", quiet=quiet)


def _options(dims: str | None, drop: tuple[str, ...], additive: str, **said: Any) -> Any:
    from corridor.data import ReadOptions

    names = None if dims is None else tuple(part.strip() for part in dims.split(",") if part.strip())
    columns = tuple(part.strip() for text in drop for part in text.split(",") if part.strip())
    return ReadOptions(dims=names, drop=columns, additive=additive == "yes", **said)


def _preview(added: Added, *, quiet: bool) -> None:
    read = added.understood.summary()
    talk(f"read as {read['form']}", quiet=quiet)
    columns = f"date: {read['date_column']}; count: {read['value_column'] or 'the cells'}"
    talk(f"{columns}; dimensions: {', '.join(read['dims']) or 'none'}", quiet=quiet)
    for name, kinds in read["categories"].items():
        talk(f"  {name}: {', '.join(kinds[:8])}{' …' if len(kinds) > 8 else ''}", quiet=quiet)
    talk(
        f"{read['kind']} by {read['frequency']}, {read['first']} to {read['last']}; on the last date "
        f"{read['last_value']:,}",
        quiet=quiet,
    )
    for warning in added.warnings:
        talk(f"note: {warning}", quiet=quiet)


@click.command("remove", short_help="Remove a series of your own.")
@click.argument("name", metavar="NAME")
@quiet_option()
def remove_command(name: str, quiet: bool) -> None:
    """Remove your dataset NAME, or the editions that you read of a shipped one."""
    from corridor.data import remove

    editions = remove(name)
    talk(f"{name}: removed, with {editions} edition{'s' * (editions != 1)}", quiet=quiet)


@click.command("rename", short_help="Rename a series of your own.")
@click.argument("name", metavar="NAME")
@click.argument("new", metavar="NEW")
@quiet_option()
def rename_command(name: str, new: str, quiet: bool) -> None:
    """Give your dataset NAME the name NEW."""
    from corridor.data import rename

    rename(name, new)
    talk(f"{name} is {new} now", quiet=quiet)


@click.command("refresh", short_help="Read a new edition of a dataset.")
@click.argument("name", metavar="[DATASET]", required=False)
@click.option("--from", "where", required=True, metavar="PATH_OR_URL", help="The publisher's file.")
@click.option("--on", type=Day(), default=None, help="Day on which the file was public.  [default: today]")
@click.option("--accept", is_flag=True, help="Also where totals change by more than half.")
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="Seconds to wait for an address.",
)
@format_option()
@quiet_option()
def refresh_command(
    name: str | None, where: str, on: dt.date | None, accept: bool, timeout: float, format: str, quiet: bool
) -> None:
    """Read the publisher's own file as a new edition, and list what it changes (largest changes first).

    A file of US Customs and Border Protection needs no DATASET. Any other file has the dataset's own columns,
    or the layout in which you added it. Earlier figures stay what was known before, and an edition older
    than the one held goes in its place in time; with any fault nothing changes.
    """
    _emit_changes(
        read_editions(name, where, on, accept=accept, timeout=timeout, format=format, quiet=quiet), format
    )


def read_editions(
    name: str | None, where: str, on: dt.date | None, *, accept: bool, timeout: float = 60.0, format: str = "table",
    quiet: bool = False,
) -> list[tuple[str, pl.DataFrame]]:  # fmt: skip
    """Read a publisher's file as a new edition of one or more datasets; their names, and what it revised."""
    from corridor.data import agency_datasets, read_source, refresh

    day = on or dt.date.today()
    if day > dt.date.today():
        raise InputError(f"--on {day} is in the future")
    content = read_source(where, timeout)
    names = [name] if name else list(agency_datasets(content, where))
    if not names:
        raise InputError(
            f"{where}: which dataset is it an edition of?",
            hint=f"corridor data refresh DATASET --from {shlex.quote(where)}",
        )
    return [
        (known, _told(refresh(content, where, known, day, accept=accept), known, day, format, quiet))
        for known in names
    ]


def _told(found: Refreshed, name: str, day: dt.date, format: str, quiet: bool) -> pl.DataFrame:
    """Say what an edition brought, and return the revisions to list."""
    for warning in found.warnings:
        talk(f"note: {warning}", quiet=quiet)
    changed = found.revision.changed
    talk(
        f"{name}, edition of {day}: {found.rows:,} rows; {found.revision.added:,} figures of new periods, "
        f"{changed.height:,} revised",
        quiet=quiet,
    )
    shown = found.revision.largest if format == "table" else changed
    if shown.height < changed.height:
        talk(f"the {shown.height} largest revisions; --format csv lists all", quiet=quiet)
    return shown


def _emit_changes(changed: list[tuple[str, pl.DataFrame]], format: str) -> None:
    from corridor.cli.data import records

    if len(changed) == 1:
        shown = changed[0][1]
        if shown.height or format != "table":
            emit(records(shown, None), format, shown.columns)
        return
    rows = [{"dataset": name, **row} for name, shown in changed for row in records(shown, None)]
    names = list(dict.fromkeys(["dataset", *(key for row in rows for key in row)]))
    if rows or format != "table":
        emit([{key: row.get(key, "") for key in names} for row in rows], format, names)
