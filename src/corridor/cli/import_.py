"""``corridor import flee SRC DIR``."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.common import out_folder, quiet_option, talk


@click.group()
def command() -> None:
    """Write a corridor folder from a case of another model."""


@command.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--settings", type=click.Path(path_type=Path), default=None,
    help="Settings file.  [default: simsetting.yml in SRC or beside it]",
)  # fmt: skip
@click.option(
    "--hasten",
    type=click.IntRange(1, 1_000_000),
    default=None,
    help="People that one simulated unit stands for.",
)
@quiet_option()
def flee(source: Path, folder: Path, settings: Path | None, hasten: int | None, quiet: bool) -> None:
    """Write the Flee case SRC (input_csv, source_data) as the corridor folder DIR, moved by the walk rule."""
    target = out_folder(folder)
    from corridor.formats import check_corridor, save_corridor
    from corridor.formats.flee import import_flee
    from corridor.formats.folder import faults_error

    imported = import_flee(source, settings, hasten)
    for warning in imported.warnings:
        talk(f"warning: {warning}", quiet=quiet)
    save_corridor(imported.corridor, target)
    check = check_corridor(target)
    if check.corridor is None:
        raise faults_error(check)
    talk(f"settings: {imported.settings}", quiet=quiet)
    talk(f"wrote {folder}; next: corridor simulate {folder}", quiet=quiet)
