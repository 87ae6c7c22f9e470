"""The page's engine equals the Python one, on generated corridors under random measures of all levers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parity import Move, blank, in_page, in_python, worst

from corridor.engine import LEVERS, Noise, RunSpec, allowed_strengths
from corridor.model import Corridor, Measure
from corridor.report.engine_payload import compile_all
from lever_corridor import everything
from small_corridors import SOURCE, START
from strategies import corridors, with_switches

TOLERANCE = 1e-9
CORRIDORS = 200
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
def measures(draw: st.DrawFn, corridor: Corridor, number: int) -> Measure:
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
    drawn = tuple(draw(measures(joined, i)) for i in range(draw(st.integers(1, 6))))
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
@settings(max_examples=CORRIDORS, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_page_counts_what_python_counts(page, case):
    corridor, moves = case
    run = compile_all(corridor, RunSpec(corridor.settings.start, corridor.settings.end, noise=SILENT))
    gap, where = worst(in_python(run, moves), in_page(page, run, moves), run)
    assert gap <= TOLERANCE, where
