"""``corridor copy NAME DIR``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from corridor.cli.common import out_folder, quiet_option, talk


@click.command()
@click.argument("corridor", metavar="NAME")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@quiet_option()
def command(corridor: str, folder: Path, quiet: bool) -> None:
    """Copy a corridor (a shipped one, or a folder) to DIR, as a start for your own; its calibrations go with it."""
    out_folder(folder)
    from corridor.formats.new import copy_corridor

    copy_corridor(corridor, folder)
    talk(f"wrote {folder}; next: corridor check {shlex.quote(str(folder))}", quiet=quiet)
