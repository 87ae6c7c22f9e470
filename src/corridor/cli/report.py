"""``corridor report RUN``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from corridor.cli.common import emit, format_option, lang_option, quiet_option, talk

MOST_ROWS = 60
"""Rows of a table that a terminal is given; a pipe or a file gets all."""


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@lang_option()
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="File to write.  [default: RUN/report.html]"
)
@click.option(
    "--against", metavar="OTHER", type=click.Path(path_type=Path), default=None,
    help="Another run folder: say what moved since, and why.",
)  # fmt: skip
@click.option("--brief", metavar="SCENARIO", default=None, help="Write the one-page brief of this scenario.")
@click.option("--table", metavar="NAME", default=None, help="Print a table of the run instead.")
@click.option(
    "--where",
    metavar="COLUMN=VALUE",
    multiple=True,
    help="Rows of --table to keep; VALUE may be a list: a,b.",
)
@format_option()
@quiet_option()
def command(
    run: Path, lang: str, out: Path | None, against: Path | None, brief: str | None, table: str | None,
    where: tuple[str, ...], format: str, quiet: bool,
) -> None:  # fmt: skip
    """Write the report of the run folder RUN again: one HTML file, both languages inside.

    With --table, print one of its tables; counts of people under 10 are suppressed.
    """
    from corridor.report import RunFolder, write_html
    from corridor.study import select_rows

    if table is None and where:
        raise click.UsageError("--where belongs to --table")
    opened = RunFolder.open(run)
    if table is not None:
        found = select_rows(opened, table, where)
        if format == "table" and sys.stdout.isatty() and found.height > MOST_ROWS:
            talk(
                f"the first {MOST_ROWS} of {found.height:,} rows; pipe it, or choose rows with --where",
                quiet=quiet,
            )
            found = found.head(MOST_ROWS)
        emit(list(found.iter_rows(named=True)), format, found.columns)
        return
    target = out or run / ("report.html" if brief is None else f"brief-{brief}.html")
    other = RunFolder.open(against) if against is not None else None
    write_html(opened, target, "es" if lang == "es" else "en", against=other, brief=brief)
    talk(f"wrote {target}", quiet=quiet)
