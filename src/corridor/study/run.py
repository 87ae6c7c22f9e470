"""A study: scenarios of one corridor run side by side with shared noise, as the tables of a run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor import data
from corridor.calibrate import Calibration
from corridor.claims import check_claims, verdict_table
from corridor.engine import Compiled, MemberResult, RunSpec, compile_corridor, run_member
from corridor.ensemble import forget
from corridor.evaluate import effect_tables, effects_of, questions_of
from corridor.forecast.engine import compile_forecast, run_forecast
from corridor.forecast.scoreboard import shipped_scoreboard
from corridor.model import Corridor, InputError, Provenance, sha256_of
from corridor.study import assemble, contrast, geography, months
from corridor.study.assemble import ScenarioRun
from corridor.study.lever_data import lever_data
from corridor.study.ports import port_labels, ports_table
from corridor.study.triggers import trigger_tables

HISTORY_DAYS = 180
"""Days of fitted history shown before a calibrated run."""

Step = Callable[[str, int], AbstractContextManager[Callable[[float], None]]]
"""Opens a progress bar for a named step of so many units; yields its ``advance``."""


@dataclass(frozen=True)
class Study:
    """What to run. The first scenario is the baseline; ``None`` stands for the base measures alone."""

    corridor: Corridor
    folder: Path
    calibration: Calibration | None
    scenarios: tuple[str | None, ...]
    end: dt.date
    as_of: dt.date
    seed: int = 1
    members: int = 200
    workers: int = 1
    hindsight: bool = False
    command: str = ""

    def compile(self, scenario: str | None) -> Compiled:
        """Compile one scenario, from the calibrated state if there is one."""
        if self.calibration is not None:
            return compile_forecast(
                self.corridor, self.calibration, scenario, end=self.end, seed=self.seed,
                members=self.members, hindsight=self.hindsight,
            )  # fmt: skip
        spec = RunSpec(
            start=self.corridor.settings.start, end=self.end, seed=self.seed, members=self.members,
            as_of=self.as_of, hindsight=self.hindsight, shocks_from=self.as_of.replace(day=1),
        )  # fmt: skip
        return compile_corridor(self.corridor, scenario, spec)


def no_bar(text: str, total: int) -> AbstractContextManager[Callable[[float], None]]:
    """A step that shows nothing."""
    del text, total
    return nullcontext(lambda steps: None)


def run_study(
    study: Study, *, step: Step = no_bar, executor: Executor | None = None, store: Path | None = None
) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Run every scenario and return the tables and the manifest of a run folder.

    Raises InputError for an unknown scenario, one that needs hindsight, or an end before the start.
    """
    corridor = study.corridor
    compiled = {name or "base": study.compile(name) for name in study.scenarios}
    run_member(next(iter(compiled.values())), None)  # compiles the kernels once, before workers start
    runs = []
    for name, arrays in compiled.items():
        with step(f"{name}: {study.members} members", study.members) as advance:
            trajectories = run_forecast(
                arrays, workers=study.workers, executor=executor, progress=advance, store=store, keep=True
            )
        runs.append(ScenarioRun(name, arrays, trajectories))
    if store is not None:  # kept until here: an interruption repeats no scenario
        for run in runs:
            forget(run.compiled, store)
    base, others = runs[0], runs[1:]
    calibrated = study.calibration.parameters if study.calibration else ()
    fitted = fitted_path(study)
    since = (base.compiled.spec.start - dt.timedelta(days=HISTORY_DAYS)).replace(day=1)
    tables: dict[str, pl.DataFrame] = {
        **assemble.forecast_tables(corridor, runs),
        "observed": assemble.observed_table(corridor, study.as_of, study.end),
        "daily": assemble.daily_table(corridor, runs, history(corridor, fitted)),
        "capacity": assemble.capacity_table(corridor, base.compiled),
        "points": assemble.points_table(corridor, study.as_of, study.end),
        "measures": assemble.measures_table(runs),
        **trigger_tables(runs),
        "register": assemble.register_table(corridor, study.as_of, hindsight=study.hindsight),
        "labels": assemble.label_table(corridor, runs),
        "sources": assemble.source_table(corridor),
        "ports": ports_table(runs),
        "routes": assemble.route_table(corridor),
        **geography.map_tables(corridor, runs, fitted, since),
        "stock_months": months.stock_months(corridor, runs, study.as_of),
        "costs": months.costs_table(corridor, base.compiled),
        "differences": contrast.differences_table(corridor, base, others),
        "grades": contrast.grades_table(corridor, base, others, calibrated),
    }
    tables["labels"] = pl.concat([tables["labels"], port_labels(corridor, tables["ports"])], how="diagonal")
    with step("influence of assumptions", contrast.INFLUENCE_BLOCKS) as advance:
        tables["parameters"] = contrast.parameters_table(corridor, base.compiled, lambda: advance(1))
    if corridor.claims:
        tables["claims"] = verdict_table(check_claims(corridor))
    if study.hindsight:
        tables |= effects(study, compiled.values(), step)
    if study.calibration is not None:
        tables["fit"] = study.calibration.fit
    tables["scoreboard"] = shipped_scoreboard(study.as_of, {o.dataset for o in corridor.observations})
    return {name: table for name, table in tables.items() if table.height}, manifest(study, runs)


def study_levers(study: Study) -> dict[str, Any]:
    """What the page needs to move the levers of a study; it is written as ``levers.json``."""
    calibration = study.calibration
    return lever_data(
        study.corridor,
        study.compile(study.scenarios[0]).spec,
        study.scenarios,
        calibration.parameters if calibration else (),
        calibration.as_of if calibration else None,
    )


def effects(study: Study, compiled: Iterable[Compiled], step: Step = no_bar) -> dict[str, pl.DataFrame]:
    """``effects`` and ``effect_checks`` of the measures that scenarios add to the base, in hindsight.

    What the register calls only asked for, proposed or reported was not taken, so it has no effect to estimate.
    """
    entries = [entry for entry in study.corridor.register_entries if entry.measures]
    known = {name for entry in entries for name in entry.measures}
    taken = {
        name for entry in entries if entry.status in ("announced", "in_force") for name in entry.measures
    }
    added = {a.measure.id: a.measure for run in compiled for a in run.measures if not a.measure.in_base}
    questions = questions_of(
        study.corridor, [m for name, m in added.items() if name in taken or name not in known]
    )
    with step("effects of measures", len(questions)) as advance:
        found = effects_of(
            study.corridor, questions, seed=study.seed, command=study.command, tick=lambda: advance(1)
        )
    return effect_tables(found)


def fitted_path(study: Study) -> tuple[Compiled, MemberResult] | None:
    """The calibrated run of expected values up to the day before the scenarios begin."""
    calibration = study.calibration
    if calibration is None:
        return None
    first = study.corridor.settings.start
    spec = RunSpec(start=first, end=calibration.start - dt.timedelta(days=1), as_of=calibration.as_of)
    compiled = compile_corridor(study.corridor, None, spec, calibration.parameters)
    return compiled, run_member(compiled, None)


def history(
    corridor: Corridor, fitted: tuple[Compiled, MemberResult] | None
) -> Mapping[str, tuple[list[dt.date], np.ndarray]]:
    """Fitted expected values of stocks in the months before a calibrated run, by indicator."""
    if fitted is None:
        return {}
    compiled, result = fitted
    shown = slice(max(len(compiled.dates) - HISTORY_DAYS, 0), None)
    return {
        indicator.id: (
            list(compiled.dates[shown]),
            assemble.expected_by_day(indicator, compiled, result)[shown],
        )
        for indicator in assemble.stock_indicators(corridor)
    }


def manifest(study: Study, runs: Sequence[ScenarioRun]) -> dict[str, Any]:
    """What the run rests on, enough to repeat it."""
    settings = study.corridor.settings
    provenance = Provenance(
        command=study.command,
        seed=study.seed,
        as_of=study.as_of.isoformat(),
        inputs={
            settings.id: sha256_of(study.folder),
            "data": sha256_of(Path(data.__file__).parent / "tables"),
            **_of_the_user(study.corridor),
        },
        parameters={
            "members": study.members,
            "end": study.end.isoformat(),
            "start": runs[0].compiled.spec.start.isoformat(),
            "scenarios": [run.id for run in runs],
        },
    )
    headline = next((i.id for i in study.corridor.indicators if i.kind == "total"), None)
    return {
        **vars(provenance),
        "name": settings.name,
        "name_es": settings.name_es,
        "baseline": runs[0].id,
        "comparison": runs[1].id if len(runs) > 1 else None,
        "headline": headline,
        "hindsight": study.hindsight,
        "license": settings.license,
        "attribution": settings.attribution,
    }


def _of_the_user(corridor: Corridor) -> dict[str, str]:
    """Checksums of the series of the user's, or editions they have read, that the corridor is compared with."""
    own = {entry.id for entry in corridor.datasets}
    folders = {
        o.dataset: data.data_folder() / o.dataset for o in corridor.observations if o.dataset not in own
    }
    return {f"data of the user: {name}": sha256_of(path) for name, path in folders.items() if path.is_dir()}


def choose_calibration(
    corridor: Corridor, dates: Sequence[dt.date], as_of: dt.date | None, wanted: bool
) -> dt.date | None:
    """The calibration date a run uses: that of ``as_of``, or the corridor's own.

    Raises InputError if the corridor is one that needs a calibration and there is none for the date.
    """
    date = as_of or corridor.settings.as_of
    if date in dates:
        return date
    if wanted:
        known = ", ".join(map(str, dates)) or "none"
        raise InputError(
            f"{corridor.settings.id!r} has no calibration as of {date} (there are: {known})",
            hint=f"run: corridor calibrate {corridor.settings.id} --as-of {date}",
        )
    return None
