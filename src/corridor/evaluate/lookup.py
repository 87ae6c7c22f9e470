"""From words (ids of measures and series, dates, scopes) to a question that can be estimated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from corridor.data import Dataset, datasets, evidence, load
from corridor.evaluate.question import Question
from corridor.evaluate.series import monthly_counts
from corridor.model import Corridor, InputError, Measure, Observation, did_you_mean
from corridor.series import PublishedSeries
from corridor.text import Pair, nationality_codes, say

Loader = Callable[[str], Dataset]
Scope = Mapping[str, Sequence[str]]
_EXACT = ("day", "month")
"""Precisions of a start that an effect can be dated by."""


@dataclass(frozen=True)
class DatedMeasure:
    """A measure with a date: of the corridor's table, or of the shipped evidence."""

    id: str
    name: Pair
    lever: str
    actor: str
    start: dt.date
    nationalities: tuple[str, ...]
    """ISO 3166-1 alpha-3; empty means all."""
    known_from: dt.date | None


def dated_measures(corridor: Corridor, as_of: dt.date | None = None) -> dict[str, DatedMeasure]:
    """Measures that an effect can be asked of, by id: the corridor's, then those of the evidence.

    A measure that a scenario changed is none of its own.
    """
    found = {
        m.id: _of_corridor(m)
        for m in corridor.measures
        if m.id not in corridor.originals and (as_of is None or m.known_from <= as_of)
    }
    if any(o.dataset in datasets() for o in corridor.observations):
        for row in evidence("measures", as_of).iter_rows(named=True):
            if row["start"] and row["start_precision"] in _EXACT and row["id"] not in found:
                names = (row["text"], f"{row['text']} (texto en inglés)")
                scope = scope_of(row["nationalities"] or "")
                found[row["id"]] = DatedMeasure(
                    row["id"], names, row["lever"], row["actor"], row["start"], scope, row["known_from"]
                )
    return found


def _of_corridor(m: Measure) -> DatedMeasure:
    return DatedMeasure(m.id, (m.name, m.name_es), m.lever, m.actor, m.start, m.nationalities, m.known_from)


def scope_of(text: str) -> tuple[str, ...]:
    """Nationalities that a list of country names means; empty (all) where a name is none."""
    codes = nationality_codes()
    names = [part.strip() for part in text.split(";")]
    return tuple(codes[name] for name in names) if all(name in codes for name in names) else ()


def find_series(corridor: Corridor, series: str | None) -> Observation:
    """The observation of this id; without one, that of the first total among the indicators.

    Raises
    ------
    InputError
        If there is none.
    """
    known = {o.id: o for o in corridor.observations}
    if series is None:
        shown = [i for i in corridor.indicators if i.observation in known and not i.stocks]
        for kind in ("total", "series"):
            for indicator in shown:
                if indicator.kind == kind and indicator.observation:
                    return known[indicator.observation]
        raise InputError("the corridor has no series to measure an effect on", hint="name one with --series")
    if series not in known:
        raise InputError(f"there is no series {series!r}", hint=did_you_mean(series, known))
    return known[series]


def codes_in_scope(observation: Observation, dataset: Dataset, scope: Sequence[str]) -> Scope:
    """The dataset's nationality codes that the corridor's nationalities ``scope`` stand for."""
    if not scope or "nationality" not in dataset.dims:
        return {}
    mapping, known = observation.nationality_map, set(dataset.table["nationality"].unique().to_list())

    def own(code: str) -> str:
        return mapping.get(code) or (mapping.get("*", code) if mapping else code)

    codes = [code for code in sorted(known - {""}) if own(code) in scope]
    return {"nationality": codes} if codes else {}


def build_question(
    corridor: Corridor,
    *,
    measure: str | None = None,
    series: str | None = None,
    date: dt.date | None = None,
    months: int = 1,
    by: Scope | None = None,
    controls: Sequence[str] = (),
    donors: Sequence[str] = (),
    as_of: dt.date | None = None,
    since: dt.date | None = None,
    loader: Loader | None = None,
) -> Question:
    """The question of one measure's effect, or of what began on a date.

    Parameters
    ----------
    measure
        Id of a measure of the corridor or of the evidence; gives the date and the nationalities in scope.
    series
        Id of an observation (default: that of the first total among the indicators).
    by
        Values of the dataset's dimensions; wins over the measure's nationalities.
    controls
        Observations of other publishers that the measure did not touch.
    donors
        Observations of the same publisher, if spill-over to them can be excluded.
    as_of
        Only what was public on this day; ``None`` means all that is known now.
    since
        Leave out the months before this day's.

    Raises
    ------
    InputError
        On an unknown measure or series, no date, or a control that is a donor.
    """
    loader = loader or partial(load, corridor=corridor)
    name: Pair = ("", "")
    scope: Sequence[str] = ()
    if measure is not None:
        known = dated_measures(corridor)
        if measure not in known:
            raise InputError(
                f"there is no measure {measure!r} with a date", hint=did_you_mean(measure, known)
            )
        found = known[measure]
        if as_of and found.known_from and found.known_from > as_of:
            raise InputError(f"the measure {measure!r} was not known on {as_of}", hint="take a later --as-of")
        name, scope, date = found.name, found.nationalities, date or found.start
    if date is None:
        raise InputError("an effect needs a measure or a date", hint="give --measure, or --series and --date")
    observation = find_series(corridor, series)
    dataset = _dataset(observation, as_of, loader)
    if since:
        dataset = replace(dataset, table=dataset.table.filter(pl.col("date") >= since.replace(day=1)))
    where = by or codes_in_scope(observation, dataset, scope)
    target = monthly_counts(observation, dataset, where)
    if not measure:
        name = say("effects.only_date", date=date)
    question = Question(
        series=target, date=date, months=months, measure=measure or "", name=name,
        controls=tuple(_control(corridor, c, target, where, as_of, loader, donor=False) for c in controls),
        donors=tuple(_control(corridor, c, target, where, as_of, loader, donor=True) for c in donors),
    )  # fmt: skip
    question.check(f", as public on {as_of}" if as_of else "")
    return question


def events_around(
    corridor: Corridor, question: Question, as_of: dt.date | None = None
) -> list[tuple[str, dt.date]]:
    """Id and start of every dated measure of which some nationality can be in the question's series.

    Rows of the corridor that only its scenarios use are no events: nobody says that they were taken.
    """
    mine = set(question.series.where.get("nationality", ()))
    assumed = hypothetical(corridor)
    return [
        (m.id, m.start)
        for m in dated_measures(corridor, as_of).values()
        if m.id not in assumed and (not mine or not m.nationalities or mine & set(m.nationalities))
    ]


def hypothetical(corridor: Corridor) -> set[str]:
    """Measures of the corridor that are not in force in its base and that no entry of its register says came into force."""
    taken = {
        name for entry in corridor.register_entries if entry.status == "in_force" for name in entry.measures
    }
    return {m.id for m in corridor.measures if not m.in_base} - taken


def _dataset(observation: Observation, as_of: dt.date | None, loader: Loader) -> Dataset:
    dataset = loader(observation.dataset)
    return dataset.as_of(as_of) if as_of else dataset


def _control(
    corridor: Corridor, name: str, target: PublishedSeries, where: Scope, as_of: dt.date | None, loader: Loader,
    *, donor: bool,
) -> PublishedSeries:  # fmt: skip
    """A control, narrowed like the target where its publisher splits that way."""
    observation = find_series(corridor, name)
    dataset = _dataset(observation, as_of, loader)
    shared = dataset.id in target.datasets
    if shared and not donor:
        raise InputError(
            f"{name!r} is counted by the publisher of {target.id!r}: shocks and routes are shared, so it is a donor",
            hint=f"give it as --donor {name} if spill-over to it can be excluded",
        )
    if shared:
        return monthly_counts(observation, dataset)
    known = {dim: set(dataset.table[dim].unique().to_list()) for dim in where if dim in dataset.dims}
    narrowed = {dim: [v for v in where[dim] if v in values] for dim, values in known.items()}
    return monthly_counts(observation, dataset, {dim: values for dim, values in narrowed.items() if values})
