"""``corridor new DIR``."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.common import out_folder, quiet_option, talk


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@quiet_option()
def command(folder: Path, quiet: bool) -> None:
    """Write a small corridor folder to DIR: it runs as it is, and its comments say what to change."""
    out_folder(folder)
    from corridor.formats.new import new_corridor

    new_corridor(folder)
    talk(f"wrote {folder}; next: corridor check {folder}", quiet=quiet)
