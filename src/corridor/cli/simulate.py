"""``corridor simulate DIR``, and what ``corridor demo`` shares with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor.cli.common import (
    Day,
    as_of_option,
    command_line,
    ensemble_options,
    hindsight_option,
    lang_option,
    machine_options,
    out_folder,
    out_option,
    processors,
    progress,
    responses_option,
    talk,
)

if TYPE_CHECKING:
    from corridor.model import Corridor
    from corridor.study import RunFolder


@click.command()
@click.argument("corridor", metavar="DIR")
@click.option(
    "--scenario", "scenarios", multiple=True,
    help="Scenario to run, or a scenario file (.yaml); repeat it. The first is the baseline.",
)  # fmt: skip
@click.option(
    "--set", "sets", metavar="MEASURE.FIELD=VALUE", multiple=True,
    help="Set a measure's strength, low, high, start, end, ramp_days or decay_days for this run; repeat it.",
)  # fmt: skip
@click.option("--end", type=Day(), default=None, help="Last day of the run.")
@click.option(
    "--free",
    is_flag=True,
    help="Let the corridor run on by itself; otherwise its base is the default forecast.",
)
@responses_option()
@out_option()
@ensemble_options()
@as_of_option()
@hindsight_option()
@lang_option()
@machine_options()
@click.option("--overwrite", is_flag=True, help="Replace a run of another corridor.")
def command(
    corridor: str, scenarios: tuple[str, ...], sets: tuple[str, ...], end: dt.date | None,
    responses: bool, free: bool, out: Path | None, members: int, seed: int,
    as_of: dt.date | None, hindsight: bool, lang: str, workers: int | None, overwrite: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run scenarios of the corridor folder DIR side by side and write a run folder with its report.

    Without --scenario, all that need no hindsight are run beside the base: the scenario without measures of
    its own, or the base measures alone.
    """
    run_and_write(
        corridor, scenarios, end=end, out=out or Path(f"{Path(corridor).name}-run"), members=members, seed=seed,
        as_of=as_of, hindsight=hindsight, lang=lang, workers=workers, quiet=quiet,
        overwrite=overwrite, sets=sets, responses=responses, free=free,
    )  # fmt: skip


def default_scenarios(corridor: Corridor, hindsight: bool) -> tuple[str | None, ...]:
    """All scenarios that may be run, a plain one (or the base, ``None``) first."""
    shown = [s for s in corridor.scenarios if hindsight or not s.hindsight]
    plain = [s.id for s in shown if not s.measures and not s.lift]
    return (*(plain or [None]), *sorted(s.id for s in shown if s.id not in plain))


def run_and_write(
    name: str, scenarios: tuple[str, ...], *, end: dt.date | None, out: Path, members: int, seed: int,
    as_of: dt.date | None, hindsight: bool, lang: str, workers: int | None, quiet: bool,
    overwrite: bool = False, sets: tuple[str, ...] = (), against: RunFolder | None = None,
    responses: bool = True, free: bool = False,
) -> Path:  # fmt: skip
    """Run a study and write its run folder and report; returns the path of the report."""
    from corridor.calibrate import read_calibration
    from corridor.formats import calibration_dates, find_corridor, open_corridor
    from corridor.formats.changed import open_changed
    from corridor.model import InputError
    from corridor.model.files import locked
    from corridor.report import write_html
    from corridor.study import (
        RunFolder,
        Study,
        check_target,
        choose_calibration,
        run_study,
        study_levers,
        with_forecast,
    )

    target = out_folder(out)
    check_target(target)  # before the run, not after it
    folder = find_corridor(name)
    files = tuple(Path(text) for text in scenarios if text.endswith((".yaml", ".yml")))
    corridor = open_changed(name, sets, files) if sets or files else open_corridor(name)
    scenarios = tuple(Path(text).stem if Path(text) in files else text for text in scenarios)
    check_target(target, corridor.settings.id, overwrite=overwrite)
    settings = corridor.settings
    if settings.movement == "walk":
        if scenarios or as_of or hindsight:
            raise InputError(
                "the walk rule runs the folder as it is", hint="leave --scenario, --as-of and --hindsight out"
            )
        return _walk(
            corridor, folder, target, end or settings.end, members, seed, workers, lang=lang, quiet=quiet,
            overwrite=overwrite,
        )  # fmt: skip
    calibrations = folder / "calibration"
    dates = [dt.date.fromisoformat(text) for text in calibration_dates(folder)]
    chosen = choose_calibration(corridor, dates, as_of, wanted=(calibrations / "plan.yaml").exists())
    calibration = read_calibration(calibrations, chosen) if chosen else None
    ids: tuple[str | None, ...] = scenarios or default_scenarios(corridor, hindsight)
    last = end or settings.end
    if last > settings.end:
        raise InputError(f"--end {last} is after the corridor's period", hint=f"it ends on {settings.end}")
    if as_of is not None and as_of > settings.end:
        raise InputError(f"--as-of {as_of} is after the corridor's period", hint=f"it ends on {settings.end}")
    study = Study(
        corridor=corridor, folder=folder, calibration=calibration, scenarios=ids, end=last,
        as_of=chosen or as_of or settings.as_of, seed=seed, members=members, workers=workers or processors(),
        hindsight=hindsight, command=command_line(),
    )  # fmt: skip

    def step(text: str, total: int) -> AbstractContextManager[Callable[[float], None]]:
        return progress(text, total, quiet=quiet)

    study = study if free else with_forecast(study, step)
    if responses:
        from corridor.study.responses import answered

        study = answered(study)
    store = target.parent / f".{target.name}-members"
    with locked(target):
        try:
            tables, manifest = run_study(study, step=step, store=store)
        except KeyboardInterrupt:
            if store.exists():
                talk(f"finished members are kept in {store}; the same command takes them up", quiet=quiet)
            raise
        run = RunFolder.write(
            target, tables, manifest, study_levers(study, tables.get("margins")), overwrite=overwrite
        )
        report = write_html(run, target / "report.html", "es" if lang == "es" else "en", against=against)
    talk(f"report: {report}", quiet=quiet)
    return report


def _walk(
    corridor: Corridor, folder: Path, target: Path, end: dt.date, members: int, seed: int, workers: int | None,
    *, lang: str, quiet: bool, overwrite: bool,
) -> Path:  # fmt: skip
    """Run by the walk rule; beside the run folder's own files, Flee's table and the error of each member."""
    from corridor.model import InputError
    from corridor.model.files import locked
    from corridor.report import write_html
    from corridor.study import RunFolder
    from corridor.study.walk import errors_text, flee_output, run_walk_study, summary

    if not corridor.settings.start <= end <= corridor.settings.end:
        raise InputError(f"--end {end} is not in the corridor's period")
    with locked(target):
        ensemble, tables, manifest = run_walk_study(
            corridor, folder, seed=seed, members=members, workers=workers or processors(), end=end,
            command=command_line(), step=lambda text, total: progress(text, total, quiet=quiet),
        )  # fmt: skip
        run = RunFolder.write(target, tables, manifest, overwrite=overwrite)
        (target / "out.csv").write_text(flee_output(ensemble), encoding="utf-8", newline="")
        (target / "errors.csv").write_text(errors_text(ensemble), encoding="utf-8", newline="")
        report = write_html(run, target / "report.html", "es" if lang == "es" else "en")
    for name, value in summary(ensemble).items():
        talk(f"{name}: {value:.4f}", quiet=quiet)
    talk(f"Flee's table: {target / 'out.csv'}", quiet=quiet)
    talk(f"report: {report}", quiet=quiet)
    return report
