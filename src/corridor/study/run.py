"""A study: scenarios of one corridor run side by side with shared noise, as the tables of a run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor import data
from corridor.calibrate import Calibration
from corridor.claims import check_claims, verdict_table
from corridor.engine import (
    Compiled,
    MemberPaths,
    MemberResult,
    RunSpec,
    check_scenario,
    compile_corridor,
    run_member,
)
from corridor.ensemble import forget, simulate_all
from corridor.evaluate import effect_tables, effects_of, questions_of
from corridor.forecast.coupled import Draws, Margins, central_margins, margins_of
from corridor.forecast.engine import compile_forecast, run_forecast
from corridor.forecast.past import shipped_past
from corridor.forecast.scoreboard import shipped_scoreboard
from corridor.model import Corridor, InputError, Provenance, Scenario, sha256_of
from corridor.study import assemble, contrast, geography, influence, months
from corridor.study.assemble import ScenarioRun
from corridor.study.censuses import CityDraws, CityFactors, factors
from corridor.study.engine_draws import MEMBERS
from corridor.study.explored import explored_tables
from corridor.study.lever_data import lever_data
from corridor.study.notes import notes_table
from corridor.study.ports import port_labels, ports_table
from corridor.study.schema import TABLES
from corridor.study.triggers import trigger_tables

HISTORY_DAYS = 180
"""Days of fitted history shown before a calibrated run."""
PAST_MONTHS = 18
"""Months before the date of a run whose forecasts it carries."""

Step = Callable[[str, int], AbstractContextManager[Callable[[float], None]]]
"""Opens a progress bar for a named step of so many units; yields its ``advance``."""


@dataclass(frozen=True)
class Answer:
    """What a measured response stands for."""

    measures: tuple[str, ...]
    """Measures that people answer."""
    episodes: int
    """Past measures of their class that it rests on."""


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
    paths: MemberPaths | None = None
    """Paths of the members, where the baseline is the default forecast (`baseline.with_forecast`)."""
    draws: Draws | None = None
    """Joint draws of that forecast, to which the members' counts are carried."""
    cities: CityDraws = field(default_factory=CityDraws)
    """Draws of the censuses of cities, to which those of the members are carried."""
    distance: pl.DataFrame | None = None
    """How far expected counts of the central run stay from the medians of that forecast."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Measured responses among the measures of the corridor, by id."""

    def check(self) -> None:
        """Raise InputError where a scenario cannot be run, before anything slow is done."""
        known = self.calibration
        start, as_of = (known.start, known.as_of) if known else (self.corridor.settings.start, self.as_of)
        spec = RunSpec(start=start, end=self.end, as_of=as_of, hindsight=self.hindsight)
        for name in self.scenarios:
            check_scenario(self.corridor, name, spec)

    @cached_property
    def level(self) -> Margins:
        """Factors that carry the central run of the base to the medians of the forecast; none where the base is free."""
        return central_margins(self.draws, self.compile(None)) if self.draws else Margins()

    @cached_property
    def reference(self) -> Compiled:
        """The run that the forecast speaks of: the first scenario where it counts what the base counts, else the base."""
        plain, first = self.compile(None), self.compile(self.scenarios[0])
        return first if _counts_the_same(first, plain) else plain

    @cached_property
    def city_level(self) -> CityFactors:
        """Factors that carry the censuses of the central run to the medians of reception."""
        if not self.cities.days:
            return CityFactors()
        compiled = self.reference
        result = run_member(compiled, None)
        own = {
            indicator.id: assemble.expected_by_day(indicator, compiled, result)[None]
            for indicator in assemble.stock_indicators(self.corridor)
        }
        return factors(self.cities, own, compiled.dates, central=True)

    def compile(self, scenario: Scenario | str | None) -> Compiled:
        """Compile one scenario, from the calibrated state if there is one."""
        if self.calibration is not None:
            return compile_forecast(
                self.corridor, self.calibration, scenario, end=self.end, seed=self.seed,
                members=self.members, hindsight=self.hindsight, paths=self.paths,
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
    """Run every scenario and return the tables (those with rows) and the manifest of a run folder.

    ``step`` opens a progress bar for each part of the work; ``executor`` runs the members elsewhere;
    ``store`` keeps finished members until all tables are made.

    Raises:
        InputError: an unknown scenario, one that needs hindsight, or an end before the start.
    """
    runs = simulate_scenarios(study, step, executor, store)
    tables = {
        **result_tables(study, runs),
        **reference_tables(study, runs),
        **evidence_tables(study, runs, step),
    }
    tables["labels"] = pl.concat(
        [tables["labels"], port_labels(study.corridor, tables["ports"])], how="diagonal"
    )
    found = {name: tables[name] for name in TABLES if _filled(tables, name)}, manifest(study, runs)
    if store is not None:
        for compiled in (*(run.compiled for run in runs), *([study.reference] if study.draws else [])):
            forget(compiled, store)
    return found


def _filled(tables: Mapping[str, pl.DataFrame], name: str) -> bool:
    return name in tables and tables[name].height > 0


def simulate_scenarios(
    study: Study, step: Step, executor: Executor | None, store: Path | None
) -> list[ScenarioRun]:
    """Simulate every scenario under shared noise, the baseline first.

    Finished members stay in ``store``, so that an interruption repeats none.
    """
    compiled = {name or "base": study.compile(name) for name in study.scenarios}
    run_member(next(iter(compiled.values())), None)  # compiles the kernels once, before workers start
    text = f"{', '.join(compiled)}: {study.members} members each"
    with step(text, study.members * len(compiled)) as advance:
        found = simulate_all(
            compiled, workers=study.workers, executor=executor, progress=lambda _, finished: advance(finished),
            store=store, keep=True,
        )  # fmt: skip
    runs = [ScenarioRun(name, arrays, found[name]) for name, arrays in compiled.items()]
    return _carried(study, runs, executor, store)


def _carried(
    study: Study, runs: Sequence[ScenarioRun], executor: Executor | None, store: Path | None
) -> list[ScenarioRun]:
    """The runs with the margins of the default forecast, which speaks of the base alone."""
    if study.draws is None:
        return list(runs)
    base = runs[0]
    if study.reference.scenario is None and base.compiled.scenario is not None:
        compiled = study.reference
        trajectories = run_forecast(
            compiled, workers=study.workers, executor=executor, store=store, keep=True
        )
        base = ScenarioRun("base", compiled, trajectories)
    margins = margins_of(study.draws, base.compiled, base.trajectories)
    own = {i.id: assemble.stock_by_day(i, base) for i in assemble.stock_indicators(study.corridor)}
    cities = factors(study.cities, own, base.trajectories.dates)
    return [replace(run, margins=margins, cities=cities) for run in runs]


def _counts_the_same(one: Compiled, other: Compiled) -> bool:
    """Whether two runs give the same counts of every series, to a ten-thousandth: measures of cities, say, move none.

    A trigger can be on in some members where the expected run has it off, so then they are taken to differ.
    """
    if one.triggers != other.triggers:
        return False
    flows = sorted({one.flow_ids.index(flow) for seen in one.corridor.observations for flow in seen.flows})
    counted = [run_member(run, None).monthly_flow[:, flows].sum(axis=2) for run in (one, other)]
    return bool(np.allclose(*counted, rtol=1e-4, atol=0.0))


def page_margins(study: Study, base: ScenarioRun) -> pl.DataFrame:
    """``margins``: by series, month and member of the page, what its count is multiplied by after the central factors; by city
    and day, its census."""
    rows: list[tuple[object, ...]] = []
    for indicator, observation in assemble.monthly_indicators(study.corridor):
        if observation.id not in base.margins.factor:
            continue
        carried = assemble.monthly_samples(base, observation)[:, :, 0]
        level = assemble.monthly_samples(replace(base, margins=study.level), observation)[:, :, 0]
        ratio = (carried + 0.5) / (level + 0.5)
        rows += [
            (indicator.id, month, member, float(ratio[member, m]))
            for m, month in enumerate(base.trajectories.months)
            for member in range(min(MEMBERS, len(ratio)))
        ]
    for name, factor in base.cities.factor.items():
        relative = factor / study.city_level.factor[name]
        rows += [
            (name, day, member, float(relative[member, d]))
            for d, day in enumerate(base.cities.days)
            for member in range(min(MEMBERS, len(factor)))
        ]
    return pl.DataFrame(rows, schema=dict(TABLES["margins"]), orient="row")


def result_tables(study: Study, runs: Sequence[ScenarioRun]) -> dict[str, pl.DataFrame]:
    """Tables of what the scenarios give: forecasts, stocks, ports, map, triggers, differences with their grades."""
    corridor, base, others = study.corridor, runs[0], runs[1:]
    calibrated = study.calibration.parameters if study.calibration else ()
    fitted = fitted_path(study)
    since = (base.compiled.spec.start - dt.timedelta(days=HISTORY_DAYS)).replace(day=1)
    return {
        **assemble.forecast_tables(corridor, runs),
        "daily": assemble.daily_table(corridor, runs, history(corridor, fitted)),
        "stock_months": months.stock_months(corridor, runs, study.as_of),
        "ports": ports_table(runs),
        **trigger_tables(runs),
        **geography.map_tables(corridor, runs, fitted, since),
        "differences": contrast.differences_table(corridor, base, others),
        "grades": contrast.grades_table(corridor, base, others, calibrated),
    }


def reference_tables(study: Study, runs: Sequence[ScenarioRun]) -> dict[str, pl.DataFrame]:
    """Tables of what was declared and published: names, sources, measures, counts, room, costs."""
    corridor, compiled = study.corridor, runs[0].compiled
    return {
        "observed": assemble.observed_table(corridor, study.as_of, study.end),
        "points": assemble.points_table(corridor, study.as_of, study.end),
        "capacity": assemble.capacity_table(corridor, compiled),
        "measures": assemble.measures_table(runs),
        "measure_notes": notes_table(runs),
        "register": assemble.register_table(corridor, study.as_of, hindsight=study.hindsight),
        "labels": assemble.label_table(corridor, runs),
        "sources": assemble.source_table(corridor),
        "translations": assemble.translation_table(corridor),
        "routes": assemble.route_table(corridor),
        "costs": months.costs_table(corridor, compiled),
    }


def evidence_tables(study: Study, runs: Sequence[ScenarioRun], step: Step) -> dict[str, pl.DataFrame]:
    """Tables of what the results rest on: assumptions by influence, fit, past scores, claims and effects."""
    corridor = study.corridor
    tables = {
        "scoreboard": shipped_scoreboard(study.as_of, {o.dataset for o in corridor.observations}),
        "past_forecasts": shipped_past(study.as_of, corridor, PAST_MONTHS),
    }
    with step("influence of assumptions", influence.INFLUENCE_BLOCKS) as advance:
        tables |= influence.influence_tables(corridor, runs[0].compiled, lambda: advance(1), study.workers)
    if corridor.claims:
        tables["claims"] = verdict_table(check_claims(corridor))
    if study.hindsight:
        tables |= effects(study, [run.compiled for run in runs], step)
    if study.calibration is not None:
        tables["fit"] = study.calibration.fit
    if study.distance is not None:
        tables["baseline"] = study.distance
        tables["margins"] = page_margins(study, runs[0])
    return tables | explored_tables(study.folder, study.as_of)


def study_levers(study: Study, margins: pl.DataFrame | None = None) -> dict[str, Any]:
    """What the page needs to move the levers of a study; it is written as ``levers.json``. ``margins`` is the table of `page_margins`."""
    calibration = study.calibration
    return lever_data(
        study.corridor,
        study.compile(study.scenarios[0]).spec,
        study.scenarios,
        calibration.parameters if calibration else (),
        calibration.as_of if calibration else None,
        {name: answer.measures for name, answer in study.answers.items()},
        study.level,
        margins,
        study.city_level,
    )


def effects(study: Study, compiled: Iterable[Compiled], step: Step = no_bar) -> dict[str, pl.DataFrame]:
    """``effects`` and ``effect_checks`` of the measures that scenarios add to the base, in hindsight.

    What the register calls only asked for, proposed or reported was not taken, so it has no effect to estimate.
    """
    measures = {m.id: m for m in study.corridor.measures}
    named = {study.corridor.original(a.measure.id): a.measure for run in compiled for a in run.measures}
    added = {name: measures.get(name, m) for name, m in named.items() if not m.in_base}
    added = {name: m for name, m in added.items() if not m.in_base}  # one of the base that a scenario changed
    untaken = _not_taken(study.corridor)
    questions = questions_of(study.corridor, [m for name, m in added.items() if name not in untaken])
    with step("effects of measures", len(questions)) as advance:
        found = effects_of(
            study.corridor, questions, seed=study.seed, command=study.command, tick=lambda: advance(1)
        )
    return effect_tables(found)


def _not_taken(corridor: Corridor) -> set[str]:
    """Measures of entries of the register, none of which was announced or came into force."""
    entries = [entry for entry in corridor.register_entries if entry.measures]
    known = {name for entry in entries for name in entry.measures}
    taken = {
        name for entry in entries if entry.status in ("announced", "in_force") for name in entry.measures
    }
    return known - taken


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


def about(corridor: Corridor) -> dict[str, Any]:
    """What every manifest says of the corridor: id, names, languages, license, attribution."""
    settings = corridor.settings
    return {
        "corridor": settings.id, "name": settings.name, "name_es": settings.name_es,
        "languages": list(settings.languages), "license": settings.license, "attribution": settings.attribution,
    }  # fmt: skip


def manifest(study: Study, runs: Sequence[ScenarioRun]) -> dict[str, Any]:
    """What the run rests on, enough to repeat it."""
    headline = next((i.id for i in study.corridor.indicators if i.kind == "total"), None)
    return {
        **vars(_provenance(study, runs)),
        **about(study.corridor),
        "baseline": runs[0].id,
        "comparison": runs[1].id if len(runs) > 1 else None,
        "headline": headline,
        "hindsight": study.hindsight,
        "responses": {
            name: {"answers": list(x.measures), "episodes": x.episodes} for name, x in study.answers.items()
        },
    }


def _provenance(study: Study, runs: Sequence[ScenarioRun]) -> Provenance:
    return Provenance(
        command=study.command,
        seed=study.seed,
        as_of=study.as_of.isoformat(),
        inputs=inputs_of(study),
        parameters={
            "members": study.members,
            "end": study.end.isoformat(),
            "start": runs[0].compiled.spec.start.isoformat(),
            "scenarios": [run.id for run in runs],
            "baseline": "forecast" if study.paths is not None else "free",
        },
    )


def inputs_of(study: Study) -> dict[str, str]:
    """Checksums of what a study rests on: the corridor folder, the shipped data, and the user's data that it reads."""
    return {
        study.corridor.settings.id: sha256_of(study.folder),
        "data": sha256_of(Path(data.__file__).parent / "tables"),
        **_of_the_user(study.corridor),
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
