"""Other people's forecasts scored beside the reference and the combination, on the same targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from corridor.forecast.backtest import SCHEMA, score_rows
from corridor.forecast.models import COMBINED, REFERENCE, Reference, combined
from corridor.forecast.panel import Panel
from corridor.forecast.registry import Forecaster
from corridor.forecast.scores import LEVELS
from corridor.forecast.sets import PUBLISHERS, standard_panels, standard_subjects
from corridor.forecast.view import Subject, View
from corridor.model import Fault, InputError, did_you_mean
from corridor.model.arrays import Floats

ORIGIN = "hub"


def score_hub(table: pl.DataFrame) -> pl.DataFrame:
    """Scores of the models of a hub (:func:`corridor.forecast.hub.read_hub`), rows as in the backtest.

    ``origin`` is ``hub`` and ``month`` the origin date. Targets that were public by then, or are not
    observed yet, are left out. The reference and the combination are made for the same dates and series,
    and scored at the levels that the hub's models gave.

    Raises
    ------
    InputError
        On a target that is no publisher's dataset, a location that is no series of it, a level that is
        not among the 23 of the hubverse, or if nothing is left to score.
    """
    levels = _levels(table)
    panels = standard_panels()
    subjects = standard_subjects(panels)
    by_dataset = {publisher.dataset: subjects[name] for name, publisher in PUBLISHERS.items()}
    _check(table, by_dataset)
    ours = combined()
    frames: list[pl.DataFrame] = []
    for (target, origin), part in sorted(table.group_by(["target", "origin_date"])):
        frames += _scored(by_dataset[str(target)], panels, origin, part, levels, ours)
    scores = pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)
    if scores.is_empty():
        raise InputError(
            "no forecast of the hub can be scored",
            hint="a target must be observed, and not yet public on its origin date",
        )
    return scores


def _scored(
    subject: Subject, panels: dict[str, Panel], origin: dt.date, part: pl.DataFrame, levels: Floats,
    ours: Forecaster,
) -> list[pl.DataFrame]:  # fmt: skip
    view = View.at(subject, origin, panels)
    months = {subject.panel.last_day(m): m for m in subject.panel.months if m > view.last}
    part = part.filter(pl.col("target_end_date").is_in(list(months)))
    ahead = {end: subject.panel.position(month) - view.rows + 1 for end, month in months.items()}
    ends = part["target_end_date"].unique().sort().to_list()
    if not ends:
        return []
    horizons = tuple(ahead[end] for end in ends)
    at = [int(np.argmin(np.abs(LEVELS - level))) for level in levels]
    standard = panels[subject.id]
    own = {
        REFERENCE: _reference(view, standard, horizons)[..., at],
        COMBINED: ours.fit_predict(view, horizons).quantiles[..., at],
    }
    frames = []
    for i, end in enumerate(ends):
        mine = part.filter(target_end_date=end)
        names = mine["location"].unique().sort().to_list()
        columns = subject.panel.columns(names)
        few = Panel(subject.panel.months, tuple(names), subject.panel.values[:, columns])
        tables = {model: values[i][columns] for model, values in own.items()}
        for (model,), rows in sorted(mine.group_by(["model_id"])):
            values = np.full((len(names), len(levels)), np.nan)
            for (name,), line in rows.group_by(["location"]):
                values[names.index(name)] = line.sort("output_type_id")["value"].to_numpy()
            tables[str(model)] = values
        for model, values in tables.items():
            frames.append(
                score_rows(
                    subject.id, ORIGIN, origin, origin, model, horizons[i], few, months[end], values, levels
                )
            )
    return frames


def _reference(view: View, standard: Panel, horizons: Sequence[int]) -> Floats:
    """The reference pooled over the publisher's standard panel; for other series over all of the view."""
    result = Reference().fit_predict(view, horizons).quantiles
    known = standard.until(view.last)
    narrow = View(view.subject, view.as_of, known, {}, (), None, {})
    pooled = Reference().fit_predict(narrow, horizons).quantiles
    result[:, view.panel.columns(standard.series)] = pooled
    return result


def _levels(table: pl.DataFrame) -> Floats:
    levels = table["output_type_id"].unique().sort().to_numpy()
    faults = [
        Fault(
            "model output", None, "output_type_id", f"{level:g} is not one of the 23 levels of the hubverse"
        )
        for level in levels
        if np.abs(LEVELS - level).min() > 1e-9
    ]
    task = ["model_id", "origin_date", "target", "horizon", "target_end_date", "location"]
    uneven = table.group_by(task).len().filter(pl.col("len") != len(levels))
    if uneven.height:
        faults.append(Fault("model output", None, "output_type_id", "targets have different levels",
                            "give every target the same levels"))  # fmt: skip
    if faults:
        raise InputError("the model output cannot be scored", faults=faults)
    return levels


def _ends_a_period(day: dt.date, step: str) -> bool:
    """Whether a target may end on the day: a month's on its last day, other steps on any."""
    return step != "month" or (day + dt.timedelta(days=1)).day == 1


def _check(table: pl.DataFrame, by_dataset: dict[str, Subject]) -> None:
    faults: list[Fault] = []
    for target in table["target"].unique().sort():
        if target not in by_dataset:
            hint = did_you_mean(target, by_dataset)
            faults.append(
                Fault("model output", None, "target", f"{target!r} is not a dataset that is scored", hint)
            )
            continue
        panel = by_dataset[target].panel
        series = panel.series
        faults += [
            Fault(
                "model output",
                None,
                "target_end_date",
                f"no {panel.step} of {target} ends on {day}",
                f"write the last day of the {panel.step}",
            )
            for day in table.filter(target=target)["target_end_date"].unique().sort()
            if not _ends_a_period(day, panel.step)
        ]
        faults += [
            Fault(
                "model output",
                None,
                "location",
                f"{name!r} is no series of {target}",
                did_you_mean(name, series),
            )
            for name in table.filter(target=target)["location"].unique().sort()
            if name not in series
        ]
    if faults:
        raise InputError("the model output cannot be scored", faults=faults)
