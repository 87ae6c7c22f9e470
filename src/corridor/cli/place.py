"""``corridor place CASES SITES``."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from corridor.cli.common import (
    command_line,
    emit,
    emit_object,
    format_option,
    out_folder,
    out_option,
    quiet_option,
    seed_option,
    talk,
)
from corridor.model import InputError


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
        click.option("--online", is_flag=True, help="CASES are those arriving now; more are expected."),
        click.option("--expected", type=click.IntRange(0), default=0, show_default=True, help="With --online: households still to come."),
        click.option("--taken", type=file, help="With --online: households placed before (an assignments.csv)."),
        click.option("--past", type=file, help="Households of an earlier time, to picture those to come."),
        click.option("--past-scores", type=file, help="Their scores."),
        click.option("--replay", is_flag=True, help="Place CASES in their order by several rules, beside hindsight."),
        click.option("--report", type=click.Path(path_type=Path), help="Also write a run folder of tables to share, for `corridor report`."),
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
    even_weeks: float | None, per_person: float, gap: float | None, seconds: float, online: bool, expected: int,
    taken: Path | None, past: Path | None, past_scores: Path | None, replay: bool, report: Path | None, out: Path, seed: int, format: str,
    quiet: bool,
) -> None:  # fmt: skip
    """Place the households of CASES at SITES so that the sum of their scores is largest.

    The folder of results has assignments.csv, with every household, its site, the reason and the next-best site:
    it stays with you. Its folder to-share has tables without single households.

    --online places those who arrive now so that room is left for who comes later; --replay shows on a year of
    arrivals what that is worth.
    """
    from corridor import place

    _refuse(online, replay, expected, taken, past, past_scores, scores, floor, even_weeks)
    limits = score_range or (0.0, float("inf"))
    folder = out_folder(out)
    if not (online or replay):
        options = place.Options(gap, seconds, floor, even_weeks, per_person, seed)
        placement = place.assign(cases, sites, scores, options=options, score_range=limits)
    else:
        problem = place.read_problem(cases, sites, scores, lowest=limits[0], highest=limits[1])
        before = None
        if past is not None:
            before = place.read_problem(past, sites, past_scores, lowest=limits[0], highest=limits[1])
        if replay:
            table = place.replay(problem, before, seed=seed, per_person=per_person, seconds=seconds)
            emit(table.to_dicts(), format, table.columns)
            return
        room = place.read_taken(taken, problem) if taken is not None else None
        placement = place.place_arrivals(
            problem, before, expected=expected, taken=room, per_person=per_person, seed=seed
        )
    _finish(placement, folder, format, quiet)
    if report is not None:
        from corridor.study.placement import write_placement_report

        write_placement_report(placement, report, dt.date.today(), command_line())
        talk(f"wrote {report}; next: corridor report {report}", quiet=quiet)


def _refuse(
    online: bool, replay: bool, expected: int, taken: Path | None, past: Path | None, past_scores: Path | None,
    scores: Path | None, floor: float | None, even_weeks: float | None,
) -> None:  # fmt: skip
    """Options that do not go together are a wrong call."""
    if online and replay:
        raise InputError("--online and --replay do not go together", hint="choose one")
    if (expected or taken) and not online:
        raise InputError("--expected and --taken need --online")
    if past and not (online or replay):
        raise InputError("--past needs --online or --replay")
    if (past is None) != (past_scores is None) and (scores or past_scores):
        raise InputError(
            "--past and --past-scores go together", hint="both are made as CASES and --scores are"
        )
    if (floor is not None or even_weeks is not None) and (online or replay):
        raise InputError("--floor and --even-weeks are for households that are all known")


def _finish(placement: Any, folder: Path, format: str, quiet: bool) -> None:
    """Write the folder, tell the result, show the sites."""
    from corridor.place.output import PRIVATE, write_placement

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
