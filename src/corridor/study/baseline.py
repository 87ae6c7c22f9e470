"""The baseline of a study is the default forecast: a scenario without new measures says what `corridor forecast` says."""

from __future__ import annotations

from dataclasses import replace

from corridor.forecast.coupled import couple
from corridor.study.censuses import draw_cities
from corridor.study.run import Step, Study, no_bar


def with_forecast(study: Study, step: Step = no_bar) -> Study:
    """The study on the level, and with the joint draws, of the default forecast.

    The same study where there is no calibration, or no forecast with joint draws of the series that it is fitted to.

    Raises
    ------
    InputError
        Where a scenario of the study cannot be run: at once, since the forecast takes a while.
    """
    study.check()
    if study.calibration is None:
        return study
    with step("the forecast", 1) as advance:
        coupling = couple(
            study.corridor, study.calibration, end=study.end, seed=study.seed, members=study.members,
            hindsight=study.hindsight,
        )  # fmt: skip
        advance(1)
    if coupling is None:
        return study
    cities = draw_cities(
        study.corridor, study.calibration.as_of, study.end, study.members, study.seed, study.workers
    )
    return replace(
        study, paths=coupling.paths, draws=coupling.draws, distance=coupling.distance, cities=cities
    )
