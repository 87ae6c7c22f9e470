"""``corridor update DIR``: new editions, a new fit, a new forecast and its report, in one command."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor.cli.calibrate import fit_folder
from corridor.cli.common import (
    Day,
    as_of_option,
    emit,
    format_option,
    lang_option,
    members_option,
    out_option,
    quiet_option,
    seed_option,
    talk,
    workers_option,
)
from corridor.cli.data_add import read_editions
from corridor.cli.simulate import run_and_write

if TYPE_CHECKING:
    from corridor.model import Corridor
    from corridor.study import RunFolder

SHOWN = 20
"""Medians that moved most, as a table."""


@click.command()
@click.argument("corridor", metavar="DIR")
@click.option("--from", "files", metavar="[DATASET=]PATH_OR_URL", multiple=True,
              help="A publisher's new file, as for `corridor data refresh`; may be repeated.")  # fmt: skip
@click.option("--on", type=Day(), default=None, help="Day on which the files were public.  [default: today]")
@click.option("--accept", is_flag=True, help="Also files in which totals change by more than half.")
@as_of_option()
@out_option(help="Run folder.  [default: NAME-run]")
@members_option(200)
@seed_option()
@lang_option()
@format_option()
@workers_option()
@quiet_option()
def command(
    corridor: str, files: tuple[str, ...], on: dt.date | None, accept: bool, as_of: dt.date | None,
    out: Path | None, members: int, seed: int, lang: str, format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Read new editions, fit the corridor folder DIR to what is public now, run it, and say what changed.

    The run stands at --as-of: by default today, or the last day of the corridor's period if that is earlier. An
    earlier run at --out is replaced; the report's section "what changed" and the table printed compare with it.
    """
    from corridor.formats import open_corridor

    found = open_corridor(corridor)
    date = as_of or min(dt.date.today(), found.settings.end)
    target = out or Path(f"{Path(corridor).name}-run")
    earlier = _earlier(target, found)
    for file in files:
        name, where = _named(file)
        read_editions(name, where, on, accept=accept, quiet=quiet)
    folder = _fit(corridor, date, members, seed, workers, quiet)
    run_and_write(
        corridor, (), end=None, out=target, members=members, seed=seed, as_of=date if folder else None, hindsight=False,
        lang=lang, workers=workers, quiet=quiet, against=earlier,
    )  # fmt: skip
    _say_changes(target, earlier, lang, format, quiet)


def _named(file: str) -> tuple[str | None, str]:
    """``DATASET=PATH`` apart; a path or an address may hold an equals sign of its own."""
    name, equals, where = file.partition("=")
    is_name = bool(equals) and re.fullmatch(r"[\w-]+", name) is not None
    return (name, where) if is_name else (None, file)


def _earlier(target: Path, corridor: Corridor) -> RunFolder | None:
    """The run that stands at the target, read before anything replaces it."""
    from corridor.study import RunFolder, check_target

    check_target(target, corridor.settings.id)
    return RunFolder.open(target) if (target / "manifest.json").is_file() else None


def _fit(name: str, date: dt.date, members: int, seed: int, workers: int | None, quiet: bool) -> bool:
    """Whether the corridor is one that is fitted; if so, it is fitted anew."""
    from corridor.formats import find_corridor

    if not (find_corridor(name) / "calibration" / "plan.yaml").exists():
        talk(f"{name} has no calibration/plan.yaml: it runs with its declared parameters", quiet=quiet)
        return False
    path, _ = fit_folder(
        name, as_of=date, out=None, members=members, seed=seed, validate=True, workers=workers, quiet=quiet
    )
    talk(f"calibration: {path}", quiet=quiet)
    return True


def _say_changes(target: Path, earlier: RunFolder | None, lang: str, format: str, quiet: bool) -> None:
    from corridor.report.sections import RunView
    from corridor.report.sections.changes import moved_rows
    from corridor.study import RunFolder

    if earlier is None:
        talk(f"there was no earlier run in {target} to compare with", quiet=quiet)
        return
    moved = moved_rows(RunView(RunFolder.open(target)), RunView(earlier))
    language = "es" if lang == "es" else "en"
    rows = [
        {key: value[language] if isinstance(value, dict) else value for key, value in row.items()}
        for row in moved
    ]
    if not rows:
        talk("no median of a month or a period moved", quiet=quiet)
    shown = rows[:SHOWN] if format == "table" else rows
    if len(shown) < len(rows):
        talk(f"the {len(shown)} largest of {len(rows)} moves; --format csv lists all", quiet=quiet)
    if rows or format != "table":
        emit(shown, format, ["series", "scenario", "period", "before", "now", "moved", "inside"])
    talk(f"next: open {shlex.quote(str(target / 'report.html'))}", quiet=quiet)
