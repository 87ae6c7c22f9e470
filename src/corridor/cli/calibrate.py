"""``corridor calibrate DIR``."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import (
    as_of_option,
    emit,
    ensemble_options,
    format_option,
    machine_options,
    out_folder,
    out_option,
    processors,
    progress,
    talk,
)

if TYPE_CHECKING:
    import polars as pl

RELATIVE = ("median_absolute_error", "absolute_error_by_group")
"""Metrics of the fit that are shares of what was counted."""


@click.command()
@click.argument("corridor", metavar="DIR")
@as_of_option()
@out_option(help="Folder of calibrations; by default the corridor's own.")
@ensemble_options()
@click.option("--no-validate", is_flag=True, help="Leave out the refit to six months earlier.")
@format_option()
@machine_options()
def command(
    corridor: str, as_of: dt.date | None, out: Path | None, members: int, seed: int, no_validate: bool,
    format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Fit the corridor folder DIR to what was public on a date, and say how well, and how sure the fit is.

    It is refitted to what was known six months earlier, too, and the months since are forecast: the line
    `out_of_sample` stands beside every `in_sample` one.
    """
    path, table = fit_folder(
        corridor, as_of=as_of, out=out, members=members, seed=seed, validate=not no_validate, workers=workers,
        quiet=quiet,
    )  # fmt: skip
    talk(f"calibration: {path}", quiet=quiet)
    rows = table.rows(named=True)
    emit([_shown(row) for row in rows] if format == "table" else rows, format)
    talk(f"next: corridor simulate {shlex.quote(corridor)} --as-of {path.name}", quiet=quiet)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the fit with relative errors in percent."""
    share = row["metric"] in RELATIVE and row["value"] is not None
    return {**row, "value": f"{100 * row['value']:.1f} %" if share else row["value"]}


def fit_folder(
    corridor: str, *, as_of: dt.date | None, out: Path | None, members: int, seed: int, validate: bool,
    workers: int | None, quiet: bool,
) -> tuple[Path, pl.DataFrame]:  # fmt: skip
    """Fit a corridor folder, write the calibration and return where it stands, with the table of its fit."""
    import dataclasses

    import polars as pl

    from corridor.calibrate import POSTERIOR_MEMBERS, calibrate, read_plan, write_calibration
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
    workers = workers or processors()
    with progress(f"fitting to {date}", plan.iterations + POSTERIOR_MEMBERS, quiet=quiet) as advance:
        result = calibrate(
            found, plan, date, posterior=POSTERIOR_MEMBERS, workers=workers, progress=lambda: advance(1)
        )
    if validate:
        before = earlier(date)
        with progress(f"refitting to {before}", plan.iterations, quiet=quiet) as advance:
            scored = out_of_sample(
                found, plan, before, result.known_until, members=members, seed=seed,
                workers=workers, progress=lambda: advance(1),
            )  # fmt: skip
        result = dataclasses.replace(result, fit=pl.concat([result.fit, scored], how="vertical_relaxed"))
    path = write_calibration(result, calibrations)
    return path, result.fit
