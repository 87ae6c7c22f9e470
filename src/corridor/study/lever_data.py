"""What the page needs to move levers: the engine's arrays, the measures, scenarios and what is shown.

It travels as ``levers.json`` in the run folder, in no language; the report adds the words.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from corridor.engine import LEVERS, Compiled, RunSpec, compile_corridor, measure_notes, touched
from corridor.engine.events import active_events
from corridor.engine.measures import active_measures
from corridor.engine.parameters import coverage
from corridor.ensemble import nationalities
from corridor.forecast.coupled import Margins
from corridor.forecast.engine import months_ahead
from corridor.formats.layout import TABLES
from corridor.formats.save import table_text
from corridor.model import Corridor, Measure, Parameter, Scenario
from corridor.study.assemble import monthly_indicators, occupied_by_day, stock_indicators
from corridor.study.censuses import CityFactors
from corridor.study.engine_draws import draws_payload
from corridor.study.engine_payload import EPOCH, compile_all, engine_payload
from corridor.study.geography import encounter_points, links_of
from corridor.study.notes import note_text

FREE = Margins()
"""Carries nothing."""


def lever_data(
    corridor: Corridor,
    spec: RunSpec,
    scenarios: Iterable[str | None],
    calibrated: Iterable[Parameter] = (),
    calibration: dt.date | None = None,
    answers: Mapping[str, tuple[str, ...]] | None = None,
    level: Margins = FREE,
    margins: pl.DataFrame | None = None,
    cities: CityFactors | None = None,
) -> dict[str, Any]:
    """Everything for the page's levers, as plain JSON.

    ``spec`` is that of the run, ``scenarios`` are those of the run (None: the base measures alone), and
    ``calibration`` is the date of the calibration whose parameters and state it uses. ``answers`` names, for each
    measured response, the measures that it answers: with all of them off it is off. ``level`` carries expected counts to the
    medians of the default forecast, ``margins`` (table `margins`) the members from there to its draws; ``cities`` carries expected
    censuses to the medians of reception.
    """
    full = compile_all(corridor, spec, tuple(calibrated))
    return {
        "corridor": corridor.settings.id,
        "calibration": calibration,
        "start": spec.start,
        "end": spec.end,
        "hindsight": spec.hindsight,
        "engine": engine_payload(full),
        "draws": draws_payload(full),
        "months": list(full.months),
        "columns": _rows(())[0],
        "measures": _measures(full, answers or {}, _told(full, scenarios)),
        "events": [event.id for event in full.events],
        "scenarios": [_scenario(full, name) for name in scenarios],
        "series": _series(full, level, margins),
        "stocks": _stocks(full, cities or CityFactors(), margins),
        "links": {link.id: _at(full.flow_ids, link.flows) for link in links_of(corridor)},
        "met": {"|".join(name): _at(full.flow_ids, ids) for name, ids in encounter_points(corridor).items()},
    }


def _at(ids: tuple[str, ...], wanted: Iterable[str]) -> list[int]:
    return [ids.index(name) for name in wanted]


def _rows(measures: tuple[Measure, ...]) -> list[list[str]]:
    """Head and rows of ``measures.csv``."""
    part = next(part for part in TABLES if part.attribute == "measures")
    return list(csv.reader(io.StringIO(table_text(part, measures))))


def _told(full: Compiled, scenarios: Iterable[str | None]) -> dict[str, list[dict[str, str]]]:
    """By measure, the sentences that the scenarios have on it, each once, by language."""
    told: dict[str, list[dict[str, str]]] = {}
    measures = {active.measure.id: active.measure for active in full.measures}
    for name in scenarios:
        scenario = full.corridor.scenario_ids[name] if name else None
        day = max([full.spec.start, *(measures[m].start + dt.timedelta(days=measures[m].ramp_days) for m in (scenario.measures if scenario else ()))])  # fmt: skip
        spec = replace(full.spec, start=day, end=day, state=None)
        compiled = compile_corridor(full.corridor, scenario, spec)
        for note in measure_notes(compiled):
            en, es = note_text(note, measures[note.measure], measures.values())
            if {"en": en, "es": es} not in told.setdefault(note.measure, []):
                told[note.measure].append({"en": en, "es": es})
    return told


def _measures(
    full: Compiled, answers: Mapping[str, tuple[str, ...]], notes: Mapping[str, list[dict[str, str]]]
) -> list[dict[str, Any]]:
    measures = tuple(active.measure for active in full.measures)
    triggers = {trigger.id: trigger for trigger in full.triggers}
    registered = {name for entry in full.corridor.register_entries for name in entry.measures}
    return [
        {
            "id": m.id, "name": m.name, "name_es": m.name_es, "lever": LEVERS[m.lever].id, "actor": m.actor,
            "strength": m.strength, "low": m.low, "high": m.high, "unit": m.unit, "grade": m.grade,
            "start": m.start, "end": m.end, "source": m.source, "base": m.in_base, "row": row,
            "registered": full.corridor.original(m.id) in registered, "idle": _idle(full, m), "answers": list(answers.get(m.id, ())),
            "notes": notes.get(m.id, []),
            "trigger": triggers[m.trigger].name if m.trigger else "",
            "trigger_es": triggers[m.trigger].name_es if m.trigger else "",
        }
        for m, row in zip(measures, _rows(measures)[1:], strict=True)
    ]  # fmt: skip


def _idle(full: Compiled, measure: Measure) -> bool:
    """Whether it can move nothing that the page counts, whatever its strength."""
    found = touched(full.corridor, measure)
    people = [
        effect for effect in LEVERS[measure.lever].effects[measure.unit] if effect.parameter != "trucks"
    ]
    return not people or not (found.flows or found.routes or found.stocks) or not found.groups


def _scenario(full: Compiled, name: str | None) -> dict[str, Any]:
    """Measures of a scenario by their place in the list, with the day on which they end, and its events; ``declares``:
    events that are not in the base, which a scenario's file names."""
    scenario: Scenario | None = full.corridor.scenario_ids[name] if name else None
    place = {active.measure.id: i for i, active in enumerate(full.measures)}
    events = [event.id for event in full.events]
    return {
        "id": name or "base",
        "measures": [
            [place[active.measure.id], None if active.last_day is None else active.last_day - EPOCH]
            for active in active_measures(full.corridor, scenario, full.spec)
        ],
        "events": [events.index(event.id) for event in active_events(full.corridor, scenario, full.spec)],
        "declares": [i for i, name in enumerate(events) if scenario and name in scenario.events],
        "lifts": [[lift.measure, lift.on] for lift in scenario.lift] if scenario else [],
    }


def _series(full: Compiled, level: Margins, margins: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Monthly series: flows, the months that were not published yet, the share that is counted, and by month what each member is
    carried by."""
    found = []
    names = nationalities(full.corridor)
    at = [names.index(group.nationality) for group in full.groups]
    for indicator, observation in monthly_indicators(full.corridor):
        counted = coverage(full.table, full.groups, observation.id, full.months)
        if observation.id in level.factor:
            counted = (
                counted
                * np.broadcast_to(level.factor[observation.id][0], (len(full.months), len(names)))[:, at]
            )
        whole = bool((counted == 1.0).all())
        found.append(
            {
                "id": indicator.id, "flows": _at(full.flow_ids, observation.flows),
                "ahead": months_ahead(full, observation), "coverage": None if whole else counted.tolist(),
                "carry": _carry(margins, indicator.id),
            }
        )  # fmt: skip
    return found


def _carry(margins: pl.DataFrame | None, series: str) -> list[list[float]] | None:
    """By month, the factor of each member of the page; None where there is none."""
    own = None if margins is None else margins.filter(pl.col("series") == series)
    if own is None or not own.height:
        return None
    wide = own.sort("member").pivot(on="member", index="month", values="factor").sort("month")
    return wide.drop("month").to_numpy().round(6).tolist()


def _stocks(full: Compiled, cities: CityFactors, margins: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Stocks that an indicator adds up, people outside the model from each change on, and what a census is carried by: the
    central run by day, members on some days (between them along a straight line)."""
    found = []
    for indicator in stock_indicators(full.corridor):
        others = occupied_by_day(indicator, full)
        changes = np.nonzero(np.diff(others, prepend=np.nan))[0].tolist()
        found.append(
            {
                "id": indicator.id, "stocks": _at(full.stock_ids, indicator.stocks),
                "others": [[day, float(others[day])] for day in changes],
                "level": cities.on(indicator.id, full.dates)[0].tolist() if indicator.id in cities.factor else None,
                "carry": _carry(margins, indicator.id), "carried_on": [(day - full.dates[0]).days for day in cities.days],
            }
        )  # fmt: skip
    return found
