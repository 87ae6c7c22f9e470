"""``corridor report RUN``."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.common import lang_option, quiet_option, talk


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@lang_option()
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="File to write.  [default: RUN/report.html]"
)
@quiet_option()
def command(run: Path, lang: str, out: Path | None, quiet: bool) -> None:
    """Write the report of the run folder RUN again: one HTML file, both languages inside."""
    from corridor.report import RunFolder, write_html

    target = out if out is not None else run / "report.html"
    write_html(RunFolder.open(run), target, "es" if lang == "es" else "en")
    talk(f"wrote {target}", quiet=quiet)
