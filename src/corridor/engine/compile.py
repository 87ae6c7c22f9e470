"""The only bridge from declared nouns to kernels: a corridor, a scenario and a run become arrays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from corridor.engine.bound import bind_measures
from corridor.engine.calendar import run_calendar
from corridor.engine.compiled import Compiled
from corridor.engine.events import active_events, event_rows
from corridor.engine.index import CorridorIndex, index_corridor
from corridor.engine.measures import ActiveMeasure, active_measures, segment_starts, with_lags
from corridor.engine.numbers import RunNumbers
from corridor.engine.prepared import prepare
from corridor.engine.spec import Floats, RunSpec
from corridor.engine.structure import Structure, build_structure
from corridor.engine.triggers import make_watch, used_triggers, watched_flows
from corridor.model import Corridor, CorridorError, InputError, Parameter, Scenario, did_you_mean


def compile_corridor(
    corridor: Corridor,
    scenario: Scenario | str | None,
    spec: RunSpec,
    calibrated: Iterable[Parameter] = (),
) -> Compiled:
    """Compile ``corridor`` under ``scenario`` (its id, itself, or None for the base measures only).

    ``calibrated`` rows stand in place of declared ones of the same name.

    Raises InputError for an unknown scenario, a measure that cannot be run, or what hindsight forbids;
    CorridorError where the starting state of ``spec`` has people in what the corridor does not reach.
    """
    chosen, active = check_scenario(corridor, scenario, spec)
    triggers = used_triggers(corridor, active)
    events = active_events(corridor, chosen, spec)
    prepared = prepare(corridor, calibrated, spec)
    table = prepared.table.copy()
    table.tied = spec.paths.drawn_with if spec.paths else None
    active = with_lags(active, table)
    starts = segment_starts(table, active, spec.start.toordinal(), spec.end.toordinal())
    calendar = run_calendar(starts, spec.end.toordinal())
    index = index_corridor(corridor, table.has)
    rows = prepared.rows_at(starts)
    measures = bind_measures(index, table, active)
    numbers = RunNumbers(index, calendar, table, rows, measures, tuple(event_rows(table, events)), spec.paths)
    watched = sorted({index.flow[name] for t in triggers for name in watched_flows(corridor, t)})
    structure = build_structure(
        index, prepared, measures=measures, events=events, state=spec.state, watched=watched
    )
    return Compiled(
        corridor=corridor,
        scenario=chosen,
        spec=spec,
        index=index,
        calendar=calendar,
        structure=structure,
        numbers=numbers,
        watch=make_watch(index, triggers, measures, structure.network, table, calendar),
        triggers=triggers,
        events=events,
        start_units=_start_units(index, numbers, structure, spec),
    )


def check_scenario(
    corridor: Corridor, scenario: Scenario | str | None, spec: RunSpec
) -> tuple[Scenario | None, tuple[ActiveMeasure, ...]]:
    """The scenario and its measures, before anything is computed.

    Raises InputError for an unknown scenario, a measure that cannot be run, an end before the start, or what hindsight forbids.
    """
    chosen = _scenario(corridor, scenario)
    if spec.end < spec.start:
        raise InputError(f"the run ends ({spec.end}) before it starts ({spec.start})")
    return chosen, active_measures(corridor, chosen, spec)


def _scenario(corridor: Corridor, scenario: Scenario | str | None) -> Scenario | None:
    if not isinstance(scenario, str):
        return scenario
    if scenario not in corridor.scenario_ids:
        raise InputError(
            f"corridor {corridor.settings.id!r} has no scenario {scenario!r}",
            hint=did_you_mean(scenario, corridor.scenario_ids),
        )
    return corridor.scenario_ids[scenario]


def _start_units(index: CorridorIndex, numbers: RunNumbers, structure: Structure, spec: RunSpec) -> Floats:
    """(C) units in every cell on the first morning: those of the state, if there is one, else the declared."""
    units = _declared_or_state(index, numbers, structure, spec)
    if spec.paths is not None:
        units *= spec.paths.start_factor(structure.network.cell_name, index, None)
    return units


def _declared_or_state(
    index: CorridorIndex, numbers: RunNumbers, structure: Structure, spec: RunSpec
) -> Floats:
    units = np.zeros(len(structure.cell_at))
    if spec.state is None:
        groups = index.corridor.groups
        drawn = numbers.table.values(spec.seed, None)
        initial = numbers.rows["initial"][0]
        for k, g in zip(*np.nonzero(initial >= 0), strict=True):
            cell = structure.cell_at[index.stock_ids[k], 0, groups[g].id]
            units[cell] += drawn[initial[k, g]] / groups[g].size
        return units
    for name, here in spec.state.items():
        if name in structure.cell_at:
            units[structure.cell_at[name]] = here
        elif here > 1e-9:
            raise CorridorError(
                f"the starting state has people in {name[0]!r} (stage {name[1]}, {name[2]}), "
                "which this corridor does not reach",
                hint="calibrate again after changing the corridor",
            )
    return units
