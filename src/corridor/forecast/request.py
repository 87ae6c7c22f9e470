"""What a user asks to be forecast: a series of a corridor or of any dataset, checked before any model sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from corridor.data import Dataset
from corridor.forecast.lone import STACKED
from corridor.forecast.models import COMBINED
from corridor.forecast.panel import Panel
from corridor.forecast.sets import PUBLISHERS, standard_panels, standard_subjects
from corridor.forecast.view import Subject, View
from corridor.model import Corridor, Fault, InputError, Observation, did_you_mean
from corridor.model.periods import Step
from corridor.series import TOTAL, PublishedSeries, partial_ends, read_series, whole_dates

LEAST_KNOWN = 6
"""Known counts that a series needs."""
LARGEST_GAP = 0.5
"""Share of a series' months, from its first count on, that may be missing."""
_STANDARD_BY = {(), ("nationality",), ("area",)}


def observation_of(corridor: Corridor, target: str) -> Observation:
    """The observed series ``target`` of a corridor.

    Raises
    ------
    InputError
        If the corridor observes no such series.
    """
    for observation in corridor.observations:
        if observation.id == target:
            return observation
    names = [observation.id for observation in corridor.observations]
    raise InputError(f"the corridor observes no series {target!r}", hint=did_you_mean(target, names))


def subject_of(
    dataset: Dataset, by: Sequence[str] = (), where: Mapping[str, Sequence[str]] | None = None
) -> tuple[Subject, Mapping[str, Panel]]:
    """The series of a dataset, the total first, and the panels that may lead them.

    A shipped publisher's dataset, whole or by nationality or area, comes with its upstream sources. Daily
    counts are summed to weeks from Monday on; a week that is not whole is left out. A stock is averaged. Dated points
    of a stock become weeks, months, quarters or years: the shortest of which half
    or more are known.

    Raises
    ------
    InputError
        On an unknown dimension, rows that may not be summed, or dated points of a flow.
    """
    where = dict(where or {})
    standard = {publisher.dataset: name for name, publisher in PUBLISHERS.items()}
    if dataset.id in standard and not where and tuple(by) in _STANDARD_BY:
        panels = standard_panels()
        return standard_subjects(panels)[standard[dataset.id]], panels
    dataset = whole_dates(dataset, where, [])
    own = read_series(dataset, (), where)
    step = _step_of(own)
    total = own.at(step)
    parts = read_series(dataset, by, where).at(step) if by else None
    panel = Panel.from_series([total, parts] if parts else [total])
    leaves = tuple(sorted(parts.labels)) if parts else ()
    groups = {TOTAL: (TOTAL,)} | ({"parts": leaves} if leaves else {})
    return Subject(dataset.id, panel, groups, leaves, TOTAL), {}


def left_out(dataset: Dataset, where: Mapping[str, Sequence[str]] | None = None) -> tuple[str, ...]:
    """What :func:`subject_of` leaves out of a series by itself, a sentence each; its errors are the same."""
    where, notes = dict(where or {}), list[str]()
    own = read_series(whole_dates(dataset, where, notes), (), where)
    return (*notes, *map(str, partial_ends(own, _step_of(own))))


def _step_of(series: PublishedSeries) -> Step:
    """Step in which a series is forecast; ``InputError`` for dated points of a flow."""
    if series.step != "point":
        return "week" if series.step == "day" else series.step
    if series.kind != "stock":
        raise InputError(
            f"{series.id} holds dated points of a flow, which make up no period",
            hint="a census or another level is a stock: `corridor data add FILE --as NAME --kind stock`",
        )
    steps: tuple[Step, ...] = ("week", "month", "quarter")
    return next((s for s in steps if not np.isnan(series.at(s).counts).mean() > LARGEST_GAP), "year")


def checked_view(
    subject: Subject, panels: Mapping[str, Panel], as_of: dt.date, horizons: Sequence[int]
) -> View:
    """The view on a date, fit to be forecast from.

    Raises
    ------
    InputError
        With one fault for each thing that is wrong: an as-of date before the data begin, fewer than six
        counts, nothing but zeros, mostly gaps, negative counts, a horizon longer than the history.
    """
    view = View.at(subject, as_of, panels)
    column = view.panel.columns([subject.total or view.panel.series[0]])[0]
    values = view.panel.values[:, column]
    known = np.flatnonzero(~np.isnan(values))
    where = subject.id
    faults: list[Fault] = []
    unit = view.panel.step
    if (np.nan_to_num(view.panel.values) < 0).any():
        faults.append(Fault(where, None, "value", "negative counts", "a count is zero or more"))
    if len(known) < LEAST_KNOWN:
        hint = f"a forecast needs at least {LEAST_KNOWN}; take a later --as-of or a longer series"
        faults.append(Fault(where, None, None, f"{len(known)} counts are known on {as_of}", hint))
    else:
        span = len(values) - known[0]
        if 1 - len(known) / span > LARGEST_GAP:
            text = f"{span - len(known)} of {span} {unit}s are missing"
            faults.append(Fault(where, None, None, text, "more than half may not be"))
        if not values[known].any():
            faults.append(Fault(where, None, "value", f"every count known on {as_of} is zero"))
        if max(horizons) > span:
            text = f"a horizon of {max(horizons)} {unit}s is longer than the history of {span}"
            faults.append(Fault(where, None, None, text, f"ask for --horizon {span} or less"))
    if faults:
        raise InputError(f"{subject.id} cannot be forecast as of {as_of}", faults=faults)
    return view


def default_model(subject: Subject, by: Sequence[str]) -> str:
    """The forecaster of a request that names none: of a series by itself ``stacked``, else ``combined``."""
    return COMBINED if by or subject.sources or len(subject.panel.series) > 1 else STACKED


def shown_series(view: View, by: Sequence[str]) -> list[str]:
    """Names that a request asks to see: the total, and the parts of the dimension it splits by."""
    if not by:
        return [view.total or view.panel.series[0]]
    if tuple(by) == ("area",):
        areas = [*view.groups.get("sectors", ()), *view.groups.get("field_offices", ())]
        if areas:
            return [TOTAL, *areas]
    return [*([view.total] if view.total else []), *view.leaves]
