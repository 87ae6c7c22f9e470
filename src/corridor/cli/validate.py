"""``corridor validate [DIR]``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from corridor.cli.common import (
    Day,
    emit,
    emit_object,
    ensemble_options,
    format_option,
    machine_options,
    out_folder,
    out_option,
    processors,
    progress,
    talk,
)
from corridor.model import InputError


@click.command()
@click.argument("corridor", metavar="[DIR]", default="americas")
@click.option(
    "--dates", type=Day(), multiple=True,
    help="As-of date to score; repeat it.  [default: the month ends of 2023]",
)  # fmt: skip
@click.option(
    "--free",
    is_flag=True,
    help="Score the corridor running on by itself, as `simulate --free` runs it.",
)
@click.option(
    "--posterior", type=click.IntRange(min=0), default=20, show_default=True,
    help="Members of the posterior of each refit, which the runs take in turn; 0 leaves it out.",
)  # fmt: skip
@out_option("corridor-validation")
@ensemble_options()
@format_option()
@machine_options()
def command(
    corridor: str, dates: tuple[dt.date, ...], free: bool, posterior: int, out: Path, members: int, seed: int,
    format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Score the baseline of the corridor folder DIR on past dates: its published series, areas and cities.

    On each date the corridor is refitted to what was public then (or a calibration of DIR of that date is used) and run, and
    the months after it are scored beside the reference and the default forecast. Finished dates are kept in the results
    folder, so that a run that was stopped goes on where it was.
    """
    import polars as pl

    from corridor.calibrate import read_plan
    from corridor.forecast.validation import DATES, shipped_calibrations, summary, validate_date
    from corridor.formats import find_corridor, open_corridor
    from corridor.model.files import write_text

    folder, found = find_corridor(corridor), open_corridor(corridor)
    plan = read_plan(folder / "calibration" / "plan.yaml", found)
    asked = sorted(set(dates)) or list(DATES)
    late = [date for date in asked if date > found.settings.end]
    if late:
        raise InputError(
            f"--dates {late[0]} is after the corridor's period", hint=f"it ends on {found.settings.end}"
        )
    target = out_folder(out)
    name = "free" if free else "baseline"
    parts = target / name
    parts.mkdir(parents=True, exist_ok=True)
    calibrations = (*shipped_calibrations(folder), target / "calibration")
    for date in asked:
        file = parts / f"{date}-{members}-{seed}.parquet"
        if file.exists():
            continue
        with progress(f"{date}", plan.iterations + posterior, quiet=quiet) as advance:
            scores = validate_date(
                found, plan, date, calibrations=calibrations, members=members, seed=seed,
                workers=workers or processors(), free=free, posterior=posterior,
                progress=lambda: advance(1),
            )  # fmt: skip
        part = file.with_suffix(".part")
        scores.write_parquet(part)
        part.replace(file)
    scores = pl.concat(
        [pl.read_parquet(parts / f"{date}-{members}-{seed}.parquet") for date in asked], how="diagonal"
    )
    table = summary(scores)
    write_text(target / f"{name}.csv", table.write_csv(float_precision=4))
    talk(f"scores by date: {parts}; summary: {target / name}.csv", quiet=quiet)
    _print(table, asked, members, format)


def _print(table: Any, dates: list[dt.date], members: int, format: str) -> None:
    import polars as pl

    if format == "json":
        emit_object({"dates": dates, "members": members, "rows": table.rows(named=True)})
    else:
        rounded = table.with_columns(pl.col(pl.Float64).round(3))
        emit(rounded.rows(named=True), format, rounded.columns)
