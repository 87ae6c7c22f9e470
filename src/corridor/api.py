"""The face for Python: what the commands do, as functions with labelled results."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from corridor.data import Dataset
from corridor.formats import Check, check_corridor, new_corridor, open_corridor
from corridor.model import Corridor, Fault, InputError, did_you_mean

if TYPE_CHECKING:
    from corridor.calibrate import Calibration
    from corridor.ensemble import Trajectories
    from corridor.evaluate import EffectEstimate
    from corridor.explore import Explored, Plan
    from corridor.forecast import Forecast, Forecaster
    from corridor.model import Observation
    from corridor.study import RunFolder, Study
    from corridor.text import Lang

Day = dt.date | str
"""A date, or its text (``"2023-12-31"``)."""
CORRIDOR_MODEL = "corridor"


def open(path_or_name: str | Path) -> Corridor:
    """The corridor in a folder, or the shipped one of that name.

    Raises
    ------
    InputError
        With every fault of the folder.

    Examples
    --------
    >>> import corridor
    >>> corridor.open("mediterranean").settings.name
    'Across the Mediterranean to Greece and Italy'
    """
    return open_corridor(path_or_name)


def check(path_or_name: str | Path) -> Check:
    """What a corridor folder holds, or all faults in it (``.faults``, in order of file and line).

    Raises
    ------
    InputError
        Only where there is no such folder.

    Examples
    --------
    >>> import corridor
    >>> found = corridor.check("americas")
    >>> found.faults, found.summary["as_of"]
    ((), '2023-12-31')
    """
    return check_corridor(path_or_name)


def new(path: str | Path) -> Path:
    """Write a small corridor folder that runs as it is, and return its path.

    Raises
    ------
    InputError
        Where something stands there already, or it cannot be written.

    Examples
    --------
    >>> import corridor, tempfile
    >>> corridor.check(corridor.new(tempfile.mkdtemp())).faults
    ()
    """
    return new_corridor(path)


def load(dataset: str, corridor: Corridor | str | Path | None = None, *, as_of: Day | None = None) -> Dataset:
    """A published series by its id: one of ``corridor``, of the user, or of those that are shipped.

    Parameters
    ----------
    as_of
        Only what was public on this day; by default all that is known.

    Raises
    ------
    InputError
        If there is none of that id.

    Examples
    --------
    >>> import corridor
    >>> corridor.load("us_southwest_encounters", as_of="2023-12-31").known_until
    datetime.date(2023, 11, 1)
    """
    from corridor.data import load as load_dataset

    found = load_dataset(dataset, None if corridor is None else _opened(corridor))
    return found if as_of is None else found.as_of(_day(as_of, "as_of"))


@overload
def simulate(
    corridor: Corridor | str | Path, scenario: str | None = None, *, members: int = 100, seed: int = 1,
    as_of: Day | None = None, end: Day | None = None, hindsight: bool = False, responses: bool = True,
    workers: int = 1, progress: Callable[[int], None] | None = None,
    free: bool = False,
) -> Trajectories: ...  # fmt: skip


@overload
def simulate(
    corridor: Corridor | str | Path, scenario: Sequence[str | None], *, members: int = 100, seed: int = 1,
    as_of: Day | None = None, end: Day | None = None, hindsight: bool = False, responses: bool = True,
    workers: int = 1, progress: Callable[[int], None] | None = None,
    free: bool = False,
) -> dict[str, Trajectories]: ...  # fmt: skip


def simulate(
    corridor: Corridor | str | Path, scenario: str | Sequence[str | None] | None = None, *, members: int = 100,
    seed: int = 1, as_of: Day | None = None, end: Day | None = None, hindsight: bool = False, responses: bool = True,
    workers: int = 1, progress: Callable[[int], None] | None = None,
    free: bool = False,
) -> Trajectories | dict[str, Trajectories]:  # fmt: skip
    """Run a scenario, or several side by side; scenarios of one seed share their noise member by member.

    Parameters
    ----------
    scenario
        Id of a scenario; ``None`` for the base measures alone; or a list of these, which gives a dict by
        id (``"base"`` for ``None``).
    members
        Runs in the ensemble.
    as_of
        The day at which the run stands (by default the corridor's). Where the corridor is calibrated on
        that day, the run starts from the fitted state.
    end
        Last day (by default the corridor's).
    hindsight
        Allow figures and measures that were learned later.
    responses
        Let people answer measures as they answered past ones of the same class (docs/responses.md).
    workers
        Processes. With more than one, a script calls this under ``if __name__ == "__main__":``.
    progress
        Called with the number of members that were finished.
    free
        Let a calibrated corridor run on by itself. By default its central run stands on the level of the default forecast
        (:func:`forecast`), and members walk about it with their own shocks.

    Raises
    ------
    InputError
        On an unknown scenario, one that needs hindsight, an end outside of the corridor's period, or a
        corridor that is to be calibrated and is not on that day.

    Examples
    --------
    >>> import corridor, tempfile
    >>> folder = corridor.new(tempfile.mkdtemp())
    >>> runs = corridor.simulate(folder, [None, "half-closed"], members=5)
    >>> more = runs["half-closed"].sel(stock="border.waiting") - runs["base"].sel(stock="border.waiting")
    >>> more
    LabelledArray(daily_stock, people: member 5 × date 427)
    """
    if members < 1:
        raise InputError(f"members is {members}", hint="one or more")
    found = _opened(corridor)
    single = scenario is None or isinstance(scenario, str)
    ids: list[str | None] = [scenario] if scenario is None or isinstance(scenario, str) else list(scenario)
    _stop_in_worker(workers)
    study = _study(found, ids, members, seed, as_of, end, hindsight, workers)
    from corridor.ensemble import simulate_all
    from corridor.study import with_forecast
    from corridor.study.responses import answered

    study = study if free else with_forecast(study)
    study = answered(study) if responses else study
    compiled = {name or "base": study.compile(name) for name in ids}

    def told(_: str, finished: int) -> None:
        if progress:
            progress(finished)

    runs = simulate_all(compiled, workers=workers, progress=told)
    return next(iter(runs.values())) if single else runs


def forecast(
    what: Corridor | Dataset | str | Path, target: str | None = None, *, as_of: Day | None = None,
    horizon: int = 6, by: str | Sequence[str] = (), where: Mapping[str, Sequence[str]] | None = None,
    model: str | None = None, members: int = 200, seed: int = 1, workers: int = 1,
) -> Forecast:  # fmt: skip
    """Forecast a series that a corridor observes, or a dataset, from what was public on a date.

    Parameters
    ----------
    what
        With ``target``, a corridor; without, a dataset or its id.
    target
        Id of a series that the corridor observes.
    as_of
        The day at which the forecast stands: by default the corridor's, or today for a dataset.
    horizon
        Months (or weeks, of daily counts) after the last published one.
    by
        Dimensions to split by, for example ``"nationality"``.
    where
        Of a dataset: values of dimensions to keep.
    model
        One of ``corridor.forecast.model_ids()``, or ``"corridor"`` for the calibrated corridor; by default
        ``"combined"``, or ``"stacked"`` of one series alone.
    members, seed, workers
        Of the corridor's own runs, where it is calibrated on the day.

    Raises
    ------
    InputError
        On an unknown series, dataset, dimension or model, or where the data do not carry a forecast.

    Warns
    -----
    UserWarning
        For each part of the series that was left out: a date without one of its parts, a period that is covered in part.

    Examples
    --------
    >>> import corridor
    >>> found = corridor.forecast("americas", "us_total", as_of="2023-12-31", horizon=2, model="reference")
    >>> [round(float(x), -3) for x in found.sel(series="total", period="2024-01", quantile=[0.1, 0.5, 0.9])]
    [181000.0, 242000.0, 325000.0]
    """
    from corridor.forecast.request import checked_view, default_model, left_out, shown_series, subject_of

    if horizon < 1:
        raise InputError(f"horizon is {horizon}", hint="one or more")
    found: Corridor | None = None
    observation: Observation | None = None
    if target is not None:
        if isinstance(what, Dataset):
            raise InputError(
                "a dataset takes no target", hint="name the dataset alone, or a corridor and a target"
            )
        found = _opened(what)
        observation, dataset, chosen = _observed(found, target, where)
    else:
        dataset, chosen = _dataset(what), {name: list(values) for name, values in (where or {}).items()}
    date = _day(as_of, "as_of") if as_of else found.settings.as_of if found else dt.date.today()
    split = (by,) if isinstance(by, str) else tuple(by)
    subject, panels = subject_of(dataset.as_of(date), split, chosen)
    for note in left_out(dataset.as_of(date), chosen) if not subject.sources else ():
        warnings.warn(note, stacklevel=3)  # past the name in corridor.__init__
    horizons = tuple(range(1, horizon + 1))
    view = checked_view(subject, panels, date, horizons)
    _stop_in_worker(workers)
    model = model or default_model(subject, split)
    forecaster = _forecaster(model, found, observation, date, members, seed, workers)
    made = forecaster.fit_predict(view, horizons).named(shown_series(view, split), dataset.unit)
    if not made.series:
        hint = "it needs a longer history; take another model"
        raise InputError(f"the model {model!r} has no forecast here", hint=hint)
    return made


def evaluate(
    corridor: Corridor | str | Path, measure: str | None = None, *, series: str | None = None,
    date: Day | None = None, months: int = 1, by: Mapping[str, Sequence[str]] | None = None,
    controls: Sequence[str] = (), donors: Sequence[str] = (), as_of: Day | None = None, hindsight: bool = False,
    seed: int = 1,
) -> EffectEstimate:  # fmt: skip
    """What a measure did to a series, compared with the count expected from the months before, with its checks.

    Parameters
    ----------
    measure
        Id of a measure of the corridor or of the evidence; or give ``series`` and ``date``.
    months
        Months counted together.
    by
        Values of the series' dimensions; by default the measure's nationalities.
    controls, donors
        Series of other publishers that the measure did not touch; series of the same one.
    as_of, hindsight
        The day at which the data stand (by default the corridor's), or all that is known now.

    Raises
    ------
    InputError
        On an unknown measure or series, or where the counts do not carry an estimate.

    Examples
    --------
    >>> import corridor
    >>> effect = corridor.evaluate("americas", "us_mx_meeting_dec23", hindsight=True)
    >>> effect.conclusion
    'fragile'
    """
    from corridor.evaluate import build_question, events_around, measure_effect

    if hindsight and as_of:
        raise InputError("hindsight takes all that is known now", hint="leave as_of out")
    if measure is None and (series is None or date is None):
        raise InputError("nothing to evaluate", hint="give a measure, or a series and a date")
    found = _opened(corridor)
    stands = None if hindsight else _day(as_of, "as_of") if as_of else found.settings.as_of
    question = build_question(
        found, measure=measure, series=series, date=_day(date, "date") if date else None, months=months, by=by,
        controls=controls, donors=donors, as_of=stands,
    )  # fmt: skip
    events = events_around(found, question, stands)
    return measure_effect(question, events, seed=seed, as_of=stands)


def report(
    run: RunFolder | str | Path, out: str | Path | None = None, *, lang: Lang = "en",
    against: RunFolder | str | Path | None = None, brief: str | None = None,
) -> Path:  # fmt: skip
    """Write the report of a run folder as one HTML file, and return its path.

    Parameters
    ----------
    out
        File to write; by default ``report.html`` in the run folder.
    against
        Another run, of which a section says what moved.
    brief
        A scenario, whose one-page brief is written instead.

    Raises
    ------
    InputError
        If that is no run folder, or it lacks what a report needs.
    """
    from corridor.report import write_html
    from corridor.study import RunFolder

    def opened(one: RunFolder | str | Path) -> RunFolder:
        return one if isinstance(one, RunFolder) else RunFolder.open(Path(one))

    found = opened(run)
    target = Path(out) if out else found.path / ("report.html" if brief is None else f"brief-{brief}.html")
    return write_html(found, target, lang, against=opened(against) if against else None, brief=brief)


# -- what the functions share ------------------------------------------------------------------------


def _opened(corridor: Corridor | str | Path) -> Corridor:
    return corridor if isinstance(corridor, Corridor) else open_corridor(corridor)


def _dataset(what: Corridor | Dataset | str | Path) -> Dataset:
    if isinstance(what, Dataset):
        return what
    if isinstance(what, (Corridor, Path)):
        raise InputError("a forecast of a corridor needs a target", hint="for example target='us_total'")
    return load(what)


def _day(value: Day, name: str) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        hint = "year-month-day, for example 2023-12-31"
        raise InputError(f"{name} is {value!r}, which is not a date", hint=hint) from error


def _observed(
    corridor: Corridor, target: str, where: Mapping[str, Sequence[str]] | None
) -> tuple[Observation, Dataset, dict[str, list[str]]]:
    """An observed series, its dataset, and which rows of it count."""
    from corridor.data import load as load_dataset
    from corridor.forecast.request import observation_of

    if where:
        raise InputError("where goes with a dataset", hint="a corridor's series has its own choice of rows")
    observation = observation_of(corridor, target)
    chosen = {name: list(values) for name, values in observation.where.items()}
    return observation, load_dataset(observation.dataset, corridor), chosen


def _calibration(corridor: Corridor, date: dt.date) -> Calibration | None:
    """The calibration of a date; ``None`` where the corridor's folder has none."""
    from corridor.calibrate import read_calibration
    from corridor.formats import calibration_dates

    if corridor.folder is None or date.isoformat() not in calibration_dates(corridor.folder):
        return None
    return read_calibration(corridor.folder / "calibration", date)


def _forecaster(
    model: str, corridor: Corridor | None, observation: Observation | None, date: dt.date, members: int, seed: int,
    workers: int,
) -> Forecaster:  # fmt: skip
    """The forecaster by name; a calibrated corridor, run freely, is one."""
    from corridor.forecast.corridor_member import CorridorModel
    from corridor.forecast.registry import forecaster

    if model != CORRIDOR_MODEL:
        return forecaster(model)
    calibration = None if corridor is None or observation is None else _calibration(corridor, date)
    if corridor is None or observation is None or calibration is None:
        hint = f"name a corridor and its target, and `corridor calibrate` it as of {date} first"
        raise InputError(f"there is no calibrated corridor as of {date}", hint=hint)
    return CorridorModel(corridor, calibration, observation, members, seed, workers)


def plan_of(
    corridor: Corridor, *, measures: Sequence[str] = (), parties: Sequence[str] = (), indicators: Sequence[str] = (),
    base: str | None = None, horizon: int = 6, budget: float | None = None, enters: Day | None = None, members: int = 200,
    seed: int = 1, as_of: Day | None = None, hindsight: bool = False,
) -> Plan:  # fmt: skip
    """What `explore` would run, checked; the arguments are those of `explore`."""
    from corridor.explore import make_plan

    plain = [s.id for s in corridor.scenarios][:1] or [None]
    study = _study(corridor, plain, members, seed, as_of, None, hindsight, 1)
    return make_plan(
        study, base=base, measures=measures, parties=parties, indicators=indicators, horizon=horizon, budget=budget,
        enters=None if enters is None else _day(enters, "enters"),
    )  # fmt: skip


def explore(
    corridor: Corridor | str | Path, *, measures: Sequence[str] = (), parties: Sequence[str] = (),
    indicators: Sequence[str] = (), base: str | None = None, horizon: int = 6, budget: float | None = None,
    enters: Day | None = None, evaluations: int = 300, seeds: int = 2, shown: int = 8, samples: int = 16,
    members: int = 200, seed: int = 1, as_of: Day | None = None, hindsight: bool = False, workers: int = 1,
) -> Explored:  # fmt: skip
    """Search packages of measures, run the front with the full ensemble, and say what each party makes of each package.

    Parameters
    ----------
    measures, parties, indicators
        What to choose from, whom to hear and which indicators to look at; by default all that the corridor declares.
    base
        The scenario of no agreement; by default the corridor's plain one.
    horizon
        Months that are compared.
    budget
        Most that a package may add to public costs, in USD.
    enters
        The day on which packages come into force; by default each measure has its own declared day.
    evaluations, seeds, shown, samples
        Packages that each seed of the search looks at, seeds, packages of the front to run again, and samples of the
        sensitivity (0: none).

    Raises
    ------
    InputError
        With every fault of what is asked; where no package is within the limits.
    """
    from corridor.explore import Effort, run

    _stop_in_worker(workers)
    plan = plan_of(
        _opened(corridor), measures=measures, parties=parties, indicators=indicators, base=base, horizon=horizon,
        budget=budget, enters=enters, members=members, seed=seed, as_of=as_of, hindsight=hindsight,
    )  # fmt: skip
    numbers = tuple(range(seed, seed + seeds))
    return run(plan, Effort(numbers, evaluations, shown=shown, samples=samples, workers=workers))


def _study(
    corridor: Corridor, scenarios: Sequence[str | None], members: int, seed: int, as_of: Day | None,
    end: Day | None, hindsight: bool, workers: int,
) -> Study:  # fmt: skip
    """The study of these scenarios, with the calibration of its day."""
    from corridor.formats import calibration_dates
    from corridor.study import Study, choose_calibration

    if members < 1:
        raise InputError(f"members is {members}", hint="one or more")
    unknown = [name for name in scenarios if name is not None and name not in corridor.scenario_ids]
    if unknown or not scenarios:
        known = corridor.scenario_ids
        faults = [
            Fault("scenarios", None, None, f"there is no scenario {name!r}", did_you_mean(name, known))
            for name in unknown
        ]
        raise InputError("nothing was run", hint="None stands for the base measures alone", faults=faults)
    settings, folder = corridor.settings, corridor.folder
    date, last = _day(as_of, "as_of") if as_of else None, _day(end, "end") if end else settings.end
    if last > settings.end:
        raise InputError(f"end {last} is after the corridor's period", hint=f"it ends on {settings.end}")
    dates = [dt.date.fromisoformat(text) for text in calibration_dates(folder)] if folder else []
    planned = folder is not None and (folder / "calibration" / "plan.yaml").exists()
    chosen = choose_calibration(corridor, dates, date, wanted=planned)
    return Study(
        corridor=corridor, folder=folder or Path(), calibration=_calibration(corridor, chosen) if chosen else None,
        scenarios=tuple(scenarios), end=last, as_of=chosen or date or settings.as_of, seed=seed, members=members,
        workers=workers, hindsight=hindsight,
    )  # fmt: skip


def _stop_in_worker(workers: int) -> None:
    """Leave where a worker reads the script that began it: the script itself says why."""
    if workers > 1 and getattr(multiprocessing.current_process(), "_inheriting", False):
        from corridor.model.workers import WITHOUT_GUARD

        raise SystemExit(WITHOUT_GUARD)
