"""``corridor place CASES SITES``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from corridor.cli.common import (
    emit,
    emit_object,
    format_option,
    out_folder,
    out_option,
    quiet_option,
    seed_option,
    talk,
)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of how to place."""
    file = click.Path(path_type=Path, dir_okay=False)
    options = (
        click.option("--scores", type=file, help="Scores: id, then a column for each site (CSV or Parquet)."),
        click.option("--score-range", type=(float, float), metavar="LOW HIGH", help="Limits of a score.  [default: 0 or more]"),
        click.option("--floor", type=click.FloatRange(0, 1), help="Least mean score of each group, as a part of what it could attain alone (0.9)."),
        click.option("--even-weeks", type=click.FloatRange(0), help="How far a site's intake of a week may exceed its even share (0.1)."),
        click.option("--per-person", type=click.FloatRange(0), default=0.0, show_default=True, help="What placing a person at all counts, in scores."),
        click.option("--gap", type=click.FloatRange(0, 1), help="Relative gap at which to stop.  [default: 0 for small problems, else 0.0001]"),
        click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, help="Longest time of each solve."),
        out_option("corridor-place", help="Folder for the results."),
        seed_option(),
        format_option(),
        quiet_option(),
    )  # fmt: skip
    return functools.reduce(lambda made, option: option(made), reversed(options), command)


@click.command()
@click.argument("cases", type=click.Path(path_type=Path))
@click.argument("sites", type=click.Path(path_type=Path))
@_options
def command(
    cases: Path, sites: Path, scores: Path | None, score_range: tuple[float, float] | None, floor: float | None,
    even_weeks: float | None, per_person: float, gap: float | None, seconds: float, out: Path, seed: int,
    format: str, quiet: bool,
) -> None:  # fmt: skip
    """Place the households of CASES at SITES so that the sum of their scores is largest.

    The folder of results has assignments.csv, with every household, its site, the reason and the next-best site:
    it stays with you. Its folder to-share has tables without single households.
    """
    from corridor.place import Options, assign
    from corridor.place.output import PRIVATE, write_placement

    folder = out_folder(out)
    options = Options(gap, seconds, floor, even_weeks, per_person, seed)
    placement = assign(cases, sites, scores, options=options, score_range=score_range or (0.0, float("inf")))
    write_placement(placement, folder)
    for note in placement.problem.notes:
        talk(f"note: {note}", quiet=quiet)
    _tell(placement, quiet)
    talk(
        f"households: {folder / PRIVATE} (keep it on this disk); tables to share: {folder / 'to-share'}",
        quiet=quiet,
    )
    _show(placement, format)


def _tell(placement: Any, quiet: bool) -> None:
    """The result in words, on standard error."""
    counts = placement.counts()
    talk(
        f"{counts['placed']:,} of {placement.households:,} households placed, {counts['left_out']:,} left out by "
        f"capacity, {counts['unplaceable']:,} fit nowhere; score {placement.value:,.4f}, at most "
        f"{placement.bound:,.4f} (gap {placement.gap:.4%}) in {placement.seconds:.1f} s",
        quiet=quiet,
    )
    for name, (found, at_most) in placement.costs.items():
        talk(f"{name.replace('_', ' ')}: costs {found:.3%} of the score (at most {at_most:.3%})", quiet=quiet)
    for floor in placement.floors:
        if not floor.met:
            talk(f"the floor of {floor.group} is not met: {floor.reached_share:.2%} of what it could attain alone "
                 f"instead of {floor.share:.0%}")  # fmt: skip


def _show(placement: Any, format: str) -> None:
    """Sites and groups; single households stay in the folder."""
    from corridor.place.output import public_summary, shareable

    tables = shareable(placement)
    if format == "json":
        rows = {name: table.to_dicts() for name, table in tables.items()}
        emit_object({"summary": public_summary(placement), **rows})
        return
    sites = tables["sites"]
    emit(sites.to_dicts(), format, sites.columns)
