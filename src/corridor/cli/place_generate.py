"""``corridor place-generate``."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.common import out_folder, out_option, quiet_option, seed_option, talk


@click.command()
@click.option(
    "--households", type=click.IntRange(2, 5_000_000), default=1000, show_default=True, help="Households."
)
@click.option("--sites", type=click.IntRange(2, 2000), default=40, show_default=True, help="Sites.")
@click.option("--tightness", type=click.FloatRange(0.1, 10), default=1.02, show_default=True,
              help="Places as a part of all people.")  # fmt: skip
@click.option(
    "--tied",
    type=click.FloatRange(0, 0.6),
    default=0.0,
    show_default=True,
    help="Part of the households that are tied.",
)
@click.option(
    "--needs", type=click.IntRange(0, 2), default=0, show_default=True, help="Capacities beside people."
)
@click.option("--groups", type=click.IntRange(1, 50), default=5, show_default=True, help="Groups.")
@click.option(
    "--drift",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="How far the mix of arrivals changes.",
)
@click.option("--past", type=click.IntRange(0, 1_000_000), default=0, show_default=True,
              help="Households of an earlier year, to sample futures from.")  # fmt: skip
@out_option("corridor-place-instance", help="Folder for the files.")
@seed_option()
@quiet_option()
def command(
    households: int, sites: int, tightness: float, tied: float, needs: int, groups: int, drift: float, past: int,
    out: Path, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """Make up households, sites and scores to try placement on; nobody in them is real."""
    from corridor.place.generate import Recipe, make, write_made

    folder = out_folder(out)
    made = make(Recipe(households, sites, seed, tightness, tied, needs, groups, drift, past))
    write_made(made, folder)
    talk(f"corridor place {folder}/cases.csv {folder}/sites.csv --scores {folder}/scores.csv", quiet=quiet)
