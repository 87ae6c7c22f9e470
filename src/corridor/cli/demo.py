"""``corridor demo``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from corridor.cli.common import (
    cluster_option,
    hindsight_option,
    lang_option,
    members_option,
    out_option,
    quiet_option,
    responses_option,
    seed_option,
    workers_option,
)
from corridor.cli.simulate import run_and_write

SCENARIOS = ("no-agreement", "agreement", "bill-as-reported-2023-12")
"""What was known at the time, the baseline first."""
LATER = ("bill-as-published-2024-02", "as-it-happened")
"""With hindsight."""


@click.command()
@out_option("corridor-demo")
@members_option(200)
@seed_option()
@hindsight_option()
@responses_option()
@lang_option()
@workers_option()
@cluster_option()
@click.option("--overwrite", is_flag=True, help="Replace a run of another corridor.")
@quiet_option()
def command(
    out: Path, members: int, seed: int, hindsight: bool, responses: bool, lang: str, workers: int | None,
    overwrite: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run December 2023 on the Americas corridor, from the shipped data to one report.

    It stands at 31 December 2023 and knows only what was public by then; what really happened is shown
    in another color.
    """
    run_and_write(
        "americas", SCENARIOS + (LATER if hindsight else ()), end=dt.date(2024, 6, 30), out=out, members=members,
        seed=seed, as_of=None, hindsight=hindsight, lang=lang, workers=workers, quiet=quiet, overwrite=overwrite,
        responses=responses,
    )  # fmt: skip
