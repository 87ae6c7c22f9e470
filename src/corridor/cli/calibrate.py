"""``corridor calibrate DIR``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from corridor.cli.common import (
    as_of_option,
    emit,
    format_option,
    members_option,
    out_folder,
    out_option,
    processors,
    progress,
    quiet_option,
    seed_option,
    talk,
    workers_option,
)


@click.command()
@click.argument("corridor", metavar="DIR")
@as_of_option()
@out_option(help="Folder of calibrations; by default the corridor's own.")
@members_option(200)
@seed_option()
@click.option("--no-validate", is_flag=True, help="Leave out the refit to six months earlier.")
@format_option()
@workers_option()
@quiet_option()
def command(
    corridor: str, as_of: dt.date | None, out: Path | None, members: int, seed: int, no_validate: bool,
    format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Fit the corridor folder DIR to what was public on a date, and say how well.

    It is refitted to what was known six months earlier, too, and the months since are forecast: the line
    `out_of_sample` stands beside every `in_sample` one.
    """
    import dataclasses

    import polars as pl

    from corridor.calibrate import calibrate, read_plan, write_calibration
    from corridor.forecast.validate import earlier, out_of_sample
    from corridor.formats import find_corridor, open_corridor
    from corridor.model import InputError

    folder = find_corridor(corridor)
    calibrations = out_folder(out or folder / "calibration")
    found = open_corridor(corridor)
    plan = read_plan(folder / "calibration" / "plan.yaml", found)
    date = as_of or found.settings.as_of
    if date > found.settings.end:
        raise InputError(
            f"--as-of {date} is after the corridor's period", hint=f"it ends on {found.settings.end}"
        )
    with progress(f"fitting to {date}", plan.iterations, quiet=quiet) as advance:
        result = calibrate(found, plan, date, progress=lambda: advance(1))
    if not no_validate:
        before = earlier(date)
        with progress(f"refitting to {before}", plan.iterations, quiet=quiet) as advance:
            scored = out_of_sample(
                found, plan, before, result.known_until, members=members, seed=seed,
                workers=workers or processors(), progress=lambda: advance(1),
            )  # fmt: skip
        result = dataclasses.replace(result, fit=pl.concat([result.fit, scored], how="vertical_relaxed"))
    path = write_calibration(result, calibrations)
    talk(f"calibration: {path}", quiet=quiet)
    emit(result.fit.rows(named=True), format)
