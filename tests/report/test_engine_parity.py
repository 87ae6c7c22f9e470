"""The page's engine equals the Python one, on generated corridors under random measures of all levers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_tools import measure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lever_corridor import everything
from parity import LOAD, Move, blank, in_page, in_python, run_page, worst
from trigger_tools import trigger

from corridor.calibrate import read_calibration
from corridor.engine import LEVERS, MemberPaths, Noise, RunSpec, allowed_strengths, holder_classes, run_member
from corridor.engine import Move as PathMove
from corridor.engine.intensity import intensity_deviations
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor, Measure
from corridor.model.arrays import Floats
from corridor.study.censuses import CityFactors
from corridor.study.engine_draws import draws_payload
from corridor.study.engine_payload import EPOCH, compile_all, engine_payload
from small_corridors import SOURCE, START
from strategies import corridors, with_switches

TOLERANCE = 1e-9
CORRIDORS = 200
FEW = 40
"""Corridors in the fast suite."""
SILENT = Noise(parameters=False, intensities=False, counts=False)
UNITS = [(name, unit) for name, lever in LEVERS.items() for unit in lever.units]
WIDEST = {"people": 400, "people/day": 40, "people/week": 200, "people/month": 900, "days": 80, "USD/month": 1e7,
          "hours/day": 60}  # fmt: skip


@st.composite
def strengths(draw: st.DrawFn, lever: str, unit: str) -> float:
    low, high = allowed_strengths(lever, unit)
    widest = WIDEST.get(unit, 4.0)
    # a hundredth at least, as in a table: a share of 1e-300 is nobody's
    return draw(st.integers(round(100 * max(low, -widest)), round(100 * min(high, widest)))) / 100


@st.composite
def any_measure(draw: st.DrawFn, corridor: Corridor, number: int) -> Measure:
    lever, unit = draw(st.sampled_from(UNITS))
    places = [place.id for place in corridor.places]
    start = START + dt.timedelta(days=draw(st.integers(-20, 100)))
    return Measure(
        id=f"r{number}", name="m", name_es="m", actor="nobody", lever=lever, unit=unit,
        strength=draw(strengths(lever, unit)), start=start,
        end=draw(st.none() | st.integers(0, 60).map(lambda n: start + dt.timedelta(days=n))),
        ramp_days=draw(st.integers(0, 30)), decay_days=draw(st.integers(0, 30)),
        places=draw(st.just(()) | st.lists(st.sampled_from(places), max_size=3, unique=True).map(tuple)),
        nationalities=draw(st.sampled_from([(), ("VEN",), ("HND",)])),
        households=draw(st.sampled_from([(), ("single",)])),
        trigger=draw(st.sampled_from([None, None, *(t.id for t in corridor.triggers)])),
        known_from=START, grade="assumed", in_base=draw(st.booleans()), source=SOURCE,
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[Corridor, dict[str, Move]]:
    """A generated chain with triggers and events, the lever corridor beside it, measures, and what a reader moves."""
    chain = draw(with_switches(draw(corridors(binding=draw(st.booleans())))))
    both = everything()
    people = {group.id for group in chain.groups} | {group.nationality for group in chain.groups}
    rows = [row for row in both.parameters if row.group is None or row.group in people]
    joined = chain.model_copy(
        update={
            name: (*getattr(chain, name), *getattr(both, name))
            for name in ("places", "stocks", "routes", "flows")
        }
        | {"parameters": (*chain.parameters, *rows)}
    )
    drawn = tuple(draw(any_measure(joined, i)) for i in range(draw(st.integers(1, 6))))
    corridor = joined.model_copy(update={"measures": (*joined.measures, *drawn)})
    moves = {}
    for m in corridor.measures:
        start = m.start + dt.timedelta(days=draw(st.sampled_from([0, 0, -10, 3, 40])))
        end = None if m.end is None or draw(st.booleans()) else max(m.end, start)
        strength = draw(st.just(m.strength) | strengths(m.lever, m.unit))
        moves[m.id] = Move(draw(st.integers(0, 3)) > 0, start, end, strength)
    return corridor, moves


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    found = blank(browser)
    yield found
    found.close()


@given(case=cases())
@settings(max_examples=FEW, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_page_counts_what_python_counts(page, case):
    check_parity(page, *case)


@pytest.mark.validation
@given(case=cases())
@settings(max_examples=CORRIDORS, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_page_counts_what_python_counts_in_many_corridors(page, case):
    check_parity(page, *case)


def check_parity(page: Any, corridor: Corridor, moves: dict[str, Move]) -> None:
    run = compile_all(corridor, RunSpec(corridor.settings.start, corridor.settings.end, noise=SILENT))
    gap, where = worst(in_python(run, moves), in_page(page, run, moves), run)
    assert gap <= TOLERANCE, where


def test_the_page_counts_the_americas(page):
    """The period of the demo: both scenarios as they stand, and every measure at once, moved."""
    corridor = open_corridor("americas")
    as_of = corridor.settings.as_of
    fitted = read_calibration(find_corridor("americas") / "calibration", as_of)
    spec = RunSpec(fitted.start, dt.date(2024, 6, 30), as_of=as_of, state=fitted.state, noise=SILENT)
    run = compile_all(corridor, spec, fitted.parameters)
    page.evaluate(LOAD, engine_payload(run))
    choices = []
    for name in ("no-agreement", "agreement"):
        scenario = corridor.scenario_ids[name]
        ends = {lift.measure: lift.on - dt.timedelta(days=1) for lift in scenario.lift}
        choices.append(
            {
                m.id: Move(True, m.start, ends.get(m.id, m.end), m.strength)
                for m in (active.measure for active in run.measures)
                if m.in_base or m.id in scenario.measures
            }
        )
    moved = {}
    for place, m in enumerate(active.measure for active in run.measures):
        start = max(m.start, fitted.start) + dt.timedelta(days=3 * place)
        end = None if place % 3 else start + dt.timedelta(days=50)
        moved[m.id] = Move(place % 7 != 0, start, end, 0.9 * m.strength)
    for moves in (*choices, moved):
        gap, where = worst(in_python(run, moves, fitted.parameters), run_page(page, run, moves), run)
        assert gap <= TOLERANCE, where


def agree(page: Any, corridor: Corridor, moves: dict[str, Move], **spec: Any) -> None:
    """Both engines count the same under these moves."""
    times = {"start": corridor.settings.start, "end": corridor.settings.end, "noise": SILENT, **spec}
    run = compile_all(corridor, RunSpec(**times))
    gap, where = worst(in_python(run, moves), in_page(page, run, moves), run)
    assert gap <= TOLERANCE, where


def one_of_each(**more: Any) -> list[Measure]:
    """A measure of every lever and unit, from the second week on, with ids against the order of the list."""
    return [
        measure(
            lever, {"ratio": 0.6, "share": 0.4, "days": 12.0, "hours/day": 8.0}.get(unit, WIDEST.get(unit, 10) / 10),
            unit, id=f"m{99 - place}", start=START + dt.timedelta(days=9), ramp_days=12, decay_days=15,
            end=START + dt.timedelta(days=60), **more,
        )
        for place, (lever, unit) in enumerate(UNITS)
    ]  # fmt: skip


def as_they_are(measures: list[Measure]) -> dict[str, Move]:
    return {m.id: Move(True, m.start, m.end, m.strength) for m in measures}


def test_every_lever_alone_and_all_together(page):
    given = one_of_each()
    corridor = everything().model_copy(update={"measures": tuple(given)})
    for chosen in [*([m] for m in given), given]:
        agree(page, corridor, as_they_are(chosen))


def test_a_gate_that_only_a_measure_makes_stands_only_with_it(page):
    """Who leaves a full stock by an ungated way frees its room on the same day."""
    given = [m for m in one_of_each() if m.lever == "city_transport" and m.unit == "people/week"]
    stocks = tuple(
        s.model_copy(update={"capacity": 12.0}) if s.id == "hub.released" else s for s in everything().stocks
    )
    corridor = everything().model_copy(update={"measures": tuple(given), "stocks": stocks})
    agree(page, corridor, {})
    agree(page, corridor, as_they_are(given))


def test_days_of_a_trigger_are_counted_anew_in_a_new_year(page):
    busy = trigger(2, 1, stock="hub.released", days_per_year=(6, 9), window_days=2)
    given = [m.model_copy(update={"trigger": busy.id, "end": None}) for m in one_of_each()[:4]]
    corridor = everything().model_copy(update={"measures": tuple(given), "triggers": (busy,)})
    agree(page, corridor, as_they_are(given), start=START - dt.timedelta(days=60))
    early = {m.id: Move(True, START - dt.timedelta(days=40), None, m.strength) for m in given}
    agree(page, corridor, early, start=START - dt.timedelta(days=60))


AGAIN = """(settings) => {
  const m = globalThis.model, memory = {}, found = [];
  for (const measures of settings) {
    const chosen = { measures, events: [...m.events.keys()] };
    const kept = (memory.records ?? []).length;
    const again = CorridorEngine.run(m, chosen, memory);
    const copy = Object.fromEntries(Object.entries(again).map(([name, array]) => [name, array && array.slice()]));
    const whole = CorridorEngine.run(m, chosen);
    let apart = 0;
    for (const name of ["monthly_flow", "month_end_stock", "daily_stock", "trigger_on", "trigger_seen"]) {
      whole[name].forEach((v, i) => { apart = Math.max(apart, Math.abs(v - copy[name][i]) / Math.max(1, Math.abs(v))); });
    }
    found.push({ apart, people: whole.monthly_flow.reduce((a, b) => a + b, 0), mornings: memory.records.filter((r) => r.kept).length });
  }
  return found;
}"""


def test_a_run_that_starts_where_it_differs_is_the_whole_run(page):
    """One lever after the other is moved: strength, dates, on and off; a trigger switches some of them."""
    busy = trigger(2, 1, stock="hub.released", window_days=2)
    given = [
        m.model_copy(
            update={
                "start": START + dt.timedelta(days=9 + 7 * place),
                "end": None,
                "trigger": busy.id if place % 9 == 4 else None,
            }
        )
        for place, m in enumerate(one_of_each())
    ]
    corridor = everything().model_copy(update={"measures": tuple(given), "triggers": (busy,)})
    spec = RunSpec(corridor.settings.start, START + dt.timedelta(days=300), noise=SILENT)
    run = compile_all(corridor, spec)
    page.evaluate(LOAD, engine_payload(run))
    settings_, now = [], {i: [m.start.toordinal() - EPOCH, m.strength] for i, m in enumerate(given)}
    for step in range(12):
        index = (5 * step) % len(given)
        if step % 4 == 3:
            now.pop(index, None)
        else:
            start, strength = now.setdefault(index, [given[index].start.toordinal() - EPOCH, 1.0])
            now[index] = [start + (5 if step % 4 == 1 else 0), 0.9 * strength]
        settings_.append(
            [{"index": i, "start": start, "last": None, "strength": s} for i, (start, s) in now.items()]
        )
    found = page.evaluate(AGAIN, settings_)
    assert max(one["apart"] for one in found) <= TOLERANCE
    assert len({one["people"] for one in found}) > 6  # the moves moved something
    assert all(one["mornings"] > 3 for one in found)


MEMBER = """async ([engine, draws, k]) => {
  const central = await CorridorEngine.load(engine);
  globalThis.model = CorridorEngine.ofMember(central, await CorridorEngine.unpack(draws), k);
  return model.measures.map((m) => m.strength);
}"""


def paths_for(corridor: Corridor, members: int) -> MemberPaths:
    """Paths that move departures, odds of a way, a hazard and a limit, another way each month."""
    run = compile_all(corridor, RunSpec(START, START + dt.timedelta(days=150)))
    names = tuple(dict.fromkeys(group.nationality for group in corridor.groups))
    rng = np.random.default_rng(4)
    shares = [f for flows in run.index.siblings for f in flows if len(flows) > 1]
    off = [f for flows in run.index.off_route for f in flows]
    ids = run.index.flow_ids
    level = [rng.normal(scale=0.3, size=(len(run.months), n)) for n in (len(names), len(names), 1, 1)]
    shocks = np.stack([
        intensity_deviations(run.table, names, run.months, START, 3, member) for member in range(members)
    ])  # fmt: skip
    stocks = tuple(dict.fromkeys(
        name for (name, _), lawful in
        zip(run.structure.departures.labels, run.structure.departures.lawful, strict=True) if not lawful
    ))  # fmt: skip
    rows = [np.broadcast_to(one, (members + 1, *one.shape)) for one in level]
    departures = rows[0].copy()
    departures[:members] += shocks
    moves = (
        PathMove("departures", stocks, departures), PathMove("odds", (ids[shares[0]], ids[shares[-1]]), rows[1]),
        PathMove("hazard", tuple(ids[f] for f in off[:2]), rows[2]),
        PathMove("odds", (ids[shares[1]],), rows[3]),
    )  # fmt: skip
    holders = holder_classes(corridor)
    start = np.zeros((members + 1, max(holders.values()) + 1, len(names)))
    return MemberPaths(run.months, names, moves, start, holders)


def places_of(paths: MemberPaths, members: int) -> MemberPaths:
    """Members of a posterior: each stands elsewhere than the central run, by month and nationality or alike for all, from the first morning on."""
    rng = np.random.default_rng(6)

    def away(like: Floats) -> Floats:
        drawn = rng.normal(scale=0.4, size=(members + 1, *like.shape[1:]))
        drawn[-1] = 0.0
        return drawn

    moves = tuple(replace(move, log=away(move.log)) for move in paths.moves[1:])
    return replace(paths, moves=moves, start=away(paths.start), drawn_with=(5, members))


@pytest.mark.parametrize("with_paths", ["", "level", "level and posterior", "posterior"])
def test_members_of_the_page_are_those_of_python(browser: Any, with_paths: str) -> None:
    """Every number that a member draws: parameters, strengths, levers, events and the shocks of departures; and the paths of a forecast."""
    corridor = everything()
    given = [
        measure("mexican_enforcement", 1.6, "ratio", id="a", low=1.1, high=2.4),
        measure("railways", 0.4, "ratio", id="b", low=0.1, high=0.8),
        measure("detention_capacity", 60, "people", id="c", low=20, high=100),
    ]
    wide = tuple(
        row.model_copy(update={"low": 0.8 * row.value, "high": 1.2 * row.value})
        if row.value > 0 and row.parameter in ("departures", "share", "stay_days") else row
        for row in corridor.parameters
    )  # fmt: skip
    corridor = corridor.model_copy(update={"measures": (*corridor.measures, *given), "parameters": wide})
    level = paths_for(corridor, 3)
    given_paths = {
        "": None, "level": level, "level and posterior": level.joined(places_of(level, 2)), "posterior": places_of(level, 2),
    }[with_paths]  # fmt: skip
    spec = RunSpec(
        START, START + dt.timedelta(days=150), seed=3, noise=Noise(counts=False), shocks_from=START,
        paths=given_paths,
    )  # fmt: skip
    full = compile_all(corridor, spec)
    page = blank(browser)
    engine, draws = engine_payload(full), draws_payload(full, members=3)
    totals = set()
    for k in range(3):
        strengths_ = page.evaluate(MEMBER, [engine, draws, k])
        moves = {
            active.measure.id: Move(True, active.measure.start, active.measure.end, strength)
            for active, strength in zip(full.measures, strengths_, strict=True)
        }
        result = run_member(full, k)
        found, where = worst((full, result), run_page(page, full, moves), full)
        assert found < TOLERANCE, (k, where)
        totals.add(float(result.monthly_flow.sum()))
    assert len(totals) == 3  # members differ
    page.close()


def test_the_page_carries_a_census_as_python_does(page: Any) -> None:
    """The factors of a city's census on every day of a run, between the weeks on which they are given."""
    first = dt.date(2023, 12, 21)
    given = CityFactors(
        (first, *(first + dt.timedelta(days=10 + 7 * week) for week in range(3))),
        {"here": np.array([[1.0, 0.9, 1.4, 0.7], [1.0, 1.2, 1.1, 2.0]])},
    )
    days = [first + dt.timedelta(days=k) for k in range(40)]
    item = {
        "carry": given.factor["here"].T.tolist(),
        "carried_on": [(day - first).days for day in given.days],
    }
    found = page.evaluate(
        "([item, days]) => [0, 1].map((k) => [...Array(days).keys()].map((d) => CorridorEngine.carriedOn(item, d, k)))",
        [item, len(days)],
    )
    assert np.array(found) == pytest.approx(given.on("here", days), abs=1e-12)
