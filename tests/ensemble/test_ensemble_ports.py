"""Officer hours and trucks at a port of entry, counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pytest

import small_corridors as small
from corridor.engine import Noise, RunSpec, compile_corridor
from corridor.ensemble import PORT_UNITS, PortFigures, port_figures, simulate
from corridor.model import Corridor, Measure, Parameter, Scenario, Trigger
from small_corridors import flow, parameter, stock

COUNTS = Noise(parameters=False, intensities=False, counts=True)


def ports(more: Iterable[Parameter] = (), **figures: float) -> Corridor:
    """Of two ports the first passes 12 people a day for as long as there are any, 100 in all; the second none."""
    given = {"officer_hours": 60, "processing_hours": 4, "inspection_hours": 0.5, "trucks": 40, **figures}
    rows = [
        parameter(name, value, f"{port}.port") for name, value in given.items() for port in ("one", "two")
    ]
    return small.small_corridor(
        [stock("city.queue", stay_days=1), stock("one.port", stay_days=1), stock("two.port", stay_days=1), stock("in.land")],
        [
            flow("enter", "city.queue", "one.port", "port_admission", share=1, throughput=12),
            flow("other", "city.queue", "two.port", "port_admission", share=0, throughput=5),
            flow("on", "one.port", "in.land", "release", share=1),
            flow("out", "two.port", "in.land", "release", share=1),
        ],
        [parameter("initial", 100, "city.queue"), *rows, *more],
        days=40,
    )  # fmt: skip


def figures(corridor: Corridor, *measures: Measure, noise: Noise = COUNTS, members: int = 2) -> PortFigures:
    names = tuple(measure.id for measure in measures)
    scenario = Scenario(id="s", name="s", name_es="s", description="d", description_es="d", measures=names)
    corridor = corridor.model_copy(update={"measures": measures})
    spec = RunSpec(corridor.settings.start, corridor.settings.end, noise=noise, members=members)
    run = compile_corridor(corridor, scenario, spec)
    return port_figures(simulate(run), run)


def measure(lever: str, strength: float, unit: str, **fields: object) -> Measure:
    return Measure.model_validate({
        "id": lever, "name": "m", "name_es": "m", "actor": "nobody", "start": dt.date(2023, 1, 1), "lever": lever,
        "strength": strength, "unit": unit, "known_from": dt.date(2020, 1, 1), "grade": "assumed",
        "source": "assumption, for tests", **fields,
    })  # fmt: skip


def test_a_hand_count_of_hours_and_trucks():
    """12 people on eight days and 4 on the ninth; each takes four hours of 60, and a truck half an hour.

    Busy days leave 12 hours: 24 trucks of 40. The ninth leaves 44, enough for 88: all 40 cross.
    """
    found = figures(ports())
    assert found.ports == ("one.port", "two.port") and found.tag == "assumed"
    assert found.months == (dt.date(2023, 1, 1), dt.date(2023, 2, 1))
    january = {
        "officer_hours": 31 * 60,
        "hours_processing": 400,
        "hours_left": 8 * 12 + 44 + 22 * 60,
        "trucks_inspected": 8 * 24 + 23 * 40,
        "trucks_not_crossed": 8 * 16,
    }
    for name, hours in january.items():
        assert found.figures[name].shape == (2, 2, 2)
        assert found.figures[name][:, 0, 0] == pytest.approx(hours), name
    idle = {"officer_hours": 9 * 60, "hours_processing": 0, "hours_left": 9 * 60, "trucks_inspected": 360}
    for name, hours in idle.items():  # nine days of February, and nobody at the second port
        assert found.figures[name][:, 1] == pytest.approx(hours), name
    assert set(PORT_UNITS) == set(found.figures)


def test_hours_for_inspection_are_taken_from_processing():
    """16 hours a day more are four people a day fewer: 8 on twelve days, 4 on the next; 28 hours are left."""
    found = figures(ports(), measure("trafficking_inspection", 16, "hours/day", places=("one",)))
    assert found.figures["hours_processing"][:, 0, 0] == pytest.approx(400)
    assert found.figures["trucks_inspected"][:, 0, 0] == pytest.approx(31 * 40)
    busy = figures(ports(trucks=80), measure("trafficking_inspection", 16, "hours/day", places=("one",)))
    assert busy.figures["trucks_inspected"][:, 0, 0] == pytest.approx(12 * 56 + 19 * 80)


@pytest.mark.parametrize(("ratio", "inspected", "not_crossed"), [
    (0.25, 31 * 10, 31 * 30),  # ten can cross and are inspected; thirty of those who came are left
    (1.5, 8 * 24 + 23 * 60, 8 * 36),
])  # fmt: skip
def test_trade_scales_the_trucks_that_can_cross(ratio, inspected, not_crossed):
    found = figures(ports(), measure("trade", ratio, "ratio", places=("one",)))
    assert found.figures["trucks_inspected"][:, 0, 0] == pytest.approx(inspected)
    assert found.figures["trucks_not_crossed"][:, 0, 0] == pytest.approx(not_crossed)
    assert found.figures["trucks_inspected"][:, 0, 1] == pytest.approx(31 * 40)  # out of scope


def test_a_triggered_measure_counts_on_the_days_on_which_it_was_in_force():
    """The first port's queue is above 50 on four evenings (88, 76, 64, 52): no truck crosses on days 2 to 5."""
    trigger = Trigger(
        id="long", name="l", name_es="l", stock="city.queue", on_above=50, off_below=50, source="test"
    )
    corridor = ports().model_copy(update={"triggers": (trigger,)})
    found = figures(corridor, measure("trade", 0, "ratio", places=("one", "two"), trigger="long"))
    assert found.figures["trucks_inspected"][:, 0, 0] == pytest.approx(4 * 24 + 23 * 40)
    assert found.figures["trucks_inspected"][:, 0, 1] == pytest.approx(27 * 40)


def test_more_people_than_hours_leave_no_truck_through():
    found = figures(ports(officer_hours=40))
    assert found.figures["hours_left"][:, 0, 0] == pytest.approx(24 + 22 * 40)
    assert found.figures["trucks_not_crossed"][:, 0, 0] == pytest.approx(8 * 40)


def test_each_member_has_its_own_draw_of_the_hours():
    wide = parameter("officer_hours", 60, "one.port", low=20, high=180)
    corridor = ports()
    rows = [
        row for row in corridor.parameters if (row.parameter, row.target) != ("officer_hours", "one.port")
    ]
    corridor = corridor.model_copy(update={"parameters": (*rows, wide)})
    found = figures(corridor, noise=Noise(), members=200).figures["officer_hours"][:, 0]
    assert np.unique(found[:, 1]) == pytest.approx(31 * 60)
    below = (found[:, 0] < 31 * 20).mean(), (found[:, 0] < 31 * 180).mean()
    assert below == pytest.approx((0.05, 0.95), abs=0.06)


def test_a_corridor_without_hours_at_its_ports_has_no_figures():
    corridor = ports()
    bare = corridor.model_copy(update={"parameters": corridor.parameters[:1]})
    assert figures(bare).ports == ()
