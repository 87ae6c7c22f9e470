"""Levers that once did the wrong thing: each test holds the right answer, counted by hand or by other code."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_tools import SILENT, compiled, flow_of, measure, stock_of, with_measures
from lever_corridor import everything, ran, under

import small_corridors as small
from corridor.engine import (
    Compiled,
    MemberResult,
    RunSpec,
    compile_corridor,
    measure_notes,
    run_member,
    touched,
)
from corridor.model import Corridor, Measure
from small_corridors import flow, parameter, route, stock


def run(corridor: Corridor, *measures: Measure, member: int | None = None) -> tuple[Compiled, MemberResult]:
    changed, scenario = with_measures(corridor, *measures)
    made = compiled(changed, scenario, noise=SILENT)
    return made, run_member(made, member)


# -- sent where there is room --------------------------------------------------------------------------


def two_cities(full: float = 500.0, days: int = 60) -> Corridor:
    """A hundred people a day, seven in ten to a city with 500 places and ``full`` people, three to one of 900."""
    stocks = [
        stock("hub.released", stay_days=1),
        *(stock(f"{city}.arrived", stay_days=1) for city in ("lake", "hill")),
        stock("lake.census", capacity=500, overflow=True, stay_days=50),
        stock("hill.census", capacity=900, overflow=True, stay_days=50),
        stock("out.gone"),
    ]
    flows = [
        flow("to_lake", "hub.released", "lake.arrived", "onward", share=0.7),
        flow("to_hill", "hub.released", "hill.arrived", "onward", share=0.3),
        *(flow(f"in_{c}", f"{c}.arrived", f"{c}.census", "intake", share=1) for c in ("lake", "hill")),
        *(flow(f"exit_{c}", f"{c}.census", "out.gone", "exit", share=1) for c in ("lake", "hill")),
    ]
    rows = [
        parameter("departures", 3000, "hub.released"),
        parameter("initial", full, "lake.census"),
        parameter("initial", 100, "hill.census"),
    ]
    return small.small_corridor(stocks, flows, rows, days=days)


def coordinated_by_hand(days: int, per_day: np.ndarray, full: float) -> np.ndarray:
    """Census of both cities every evening if everybody is directed, counted with plain numbers."""
    census, arrived = np.array([full, 100.0]), np.zeros(2)
    room, own = np.array([500.0, 900.0]), np.array([0.7, 0.3])
    out = []
    for day in range(days):
        people = per_day[day]  # released this morning, all of whom leave today
        beds = np.maximum(room - census - arrived, 0.0)
        aimed = people * beds / beds.sum() if beds.sum() > 0 else people * own
        part = min([1.0, *(b / a for a, b in zip(aimed, beds) if a > b and a > 0)]) if beds.sum() > 0 else 1.0
        census, arrived = census * (1 - 1 / 50) + arrived, people * own + part * (aimed - people * own)
        out.append(census.copy())
    return np.array(out)


@pytest.mark.parametrize("full", [100.0, 480.0, 700.0])
def test_people_are_sent_by_the_beds_that_are_free_that_morning(full):
    made, result = run(two_cities(full), measure("coordination", 1, "share"))
    lengths = made.calendar.days_in_month
    expected = coordinated_by_hand(60, 3000 / lengths, full)
    for c, city in enumerate(("lake", "hill")):
        assert stock_of(made, result, f"{city}.census") == pytest.approx(expected[:, c], rel=1e-9)


def test_nobody_is_sent_to_a_full_city():
    """Twice as many as places: with the room that is declared it would still be sent five in fourteen."""
    plain_made, plain = run(two_cities(1000.0, days=8))
    made, result = run(two_cities(1000.0, days=8), measure("coordination", 0.5, "share"))
    before = flow_of(plain_made, plain, "to_lake")
    after = flow_of(made, result, "to_lake")
    assert after == pytest.approx(before * 0.5)  # half of them directed, and none of those there
    assert flow_of(made, result, "to_hill") == pytest.approx(
        flow_of(plain_made, plain, "to_hill") + before / 2
    )


def test_drawn_people_are_sent_as_expected_ones():
    corridor = two_cities(480.0, days=40)
    changed, scenario = with_measures(corridor, measure("coordination", 0.6, "share"))
    counts = compile_corridor(
        changed, scenario, RunSpec(corridor.settings.start, corridor.settings.end, seed=3)
    )
    made, expected = run(corridor, measure("coordination", 0.6, "share"))
    drawn = np.mean([stock_of(counts, run_member(counts, m), "hill.census") for m in range(60)], axis=0)
    assert drawn == pytest.approx(stock_of(made, expected, "hill.census"), rel=0.03)


# -- stay limits ---------------------------------------------------------------------------------------


def shelter(street: float = 0.0) -> Corridor:
    stocks = [stock("gate.queue", stay_days=1), stock("town.shelter", stay_days=60), stock("town.out"), stock("town.street")]  # fmt: skip
    flows = [
        flow("enter", "gate.queue", "town.shelter", "intake", share=1, throughput=10),
        flow("leave", "town.shelter", "town.out", "exit", share=1 - street),
        flow("sleep_rough", "town.shelter", "town.street", "unsheltered", share=street),
    ]
    rows = [
        parameter("initial", 1e6, "gate.queue"), parameter("ask_again", 0.4, "shelter_rules"),
        parameter("street_share", 0.25, "shelter_rules"),
    ]  # fmt: skip
    return small.small_corridor(stocks, flows, rows, days=700)


@pytest.mark.parametrize("limit", [1.0, 30.0])
def test_a_limit_leaves_those_who_ask_again_and_counts_the_street(limit):
    made, result = run(shelter(), measure("shelter_rules", limit, "days"))
    ended = np.exp(-limit / 60)
    assert stock_of(made, result, "town.shelter")[-1] == pytest.approx(
        10 * (0.4 * 60 + 0.6 * 60 * (1 - ended)), rel=1e-3
    )
    leavers = flow_of(made, result, "leave", "sleep_rough")[-1]
    assert leavers == pytest.approx(10, rel=1e-3)
    assert flow_of(made, result, "sleep_rough")[-1] / leavers == pytest.approx(0.25 * 0.6 * ended)


def test_a_limit_of_a_day_does_not_empty_a_city():
    made, result = run(shelter(), measure("shelter_rules", 1, "days"))
    without, plain = run(shelter())
    kept = stock_of(made, result, "town.shelter")[-1] / stock_of(without, plain, "town.shelter")[-1]
    assert 0.4 < kept < 0.45


# -- on the way ----------------------------------------------------------------------------------------


def test_a_share_set_to_nought_can_be_raised_again():
    none = measure("redirect_south", 0, "share", id="a_base", start=dt.date(2023, 1, 1))
    all_ = measure("redirect_south", 0.6, "share", id="b_later", start=dt.date(2023, 1, 2))
    values = under(none, all_).values()
    at = [under().flow_ids.index(name) for name in ("taken_south", "sent_back", "let_on")]
    assert values.share[-1, at, 0] == pytest.approx([0.6, 0.2, 0.2])


def test_taking_people_south_takes_no_place_of_a_return():
    for strength in (0.0, 0.3, 0.75, 1.0):
        given = measure("redirect_south", strength, "share")
        values = under(given).values()
        at = [under().flow_ids.index(name) for name in ("taken_south", "sent_back", "let_on")]
        south = min(strength, 0.8)
        assert values.share[-1, at, 0] == pytest.approx([south, 0.2, 0.8 - south], abs=1e-9)


def test_enforcement_in_mexico_and_outside_are_two_levers():
    inside, outside = (touched(everything(), measure(f"{x}_enforcement", 2, "ratio")) for x in ("mexican", "transit"))  # fmt: skip
    assert set(inside.flows) == {"met_guided", "met_rail", "met_bus"}
    assert set(outside.flows) == {"met_flyer"}
    assert touched(everything(), measure("transit_enforcement", 2, "ratio", places=("north",))).nothing


def trains() -> Corridor:
    stocks = [stock("south.waiting", stay_days=1), stock("north.waiting"), stock("north.queue", stay_days=1), stock("port.in")]  # fmt: skip
    routes = [route("south", "north", 1, mode=m, id=f"s-n-{m}") for m in ("rail", "bus")]
    flows = [
        flow("train", "south.waiting", "north.waiting", "travel", route="s-n-rail", share=0.3),
        flow("port_bus", "south.waiting", "north.queue", "travel", route="s-n-bus", share=0.5),
        flow("wait", "south.waiting", "north.waiting", share=0.2),
        flow("admit", "north.queue", "port.in", "port_admission", share=1, throughput=10),
    ]
    return small.small_corridor(
        stocks, flows, [parameter("departures", 3000, "south.waiting")], routes=routes, days=30
    )


def test_a_mode_of_travel_does_not_decide_who_seeks_an_appointment():
    values = run(trains(), measure("railways", 0, "ratio"))[0].values()
    assert values.share[-1, :3, 0] == pytest.approx([0, 0.5, 0.5])


def test_buses_by_ratio_and_by_seats_are_one_lever():
    """Half the buses, and a limit at half of what they carried, send as many to the cities."""
    plain = flow_of(under(), ran(), "bused_lake")[-1]
    by_ratio = measure("city_transport", 0.5, "ratio", places=("lake",))
    by_seats = measure("city_transport", 7 * plain / 2, "people/week", places=("lake",))
    for name in ("bused_lake", "onward_lake", "elsewhere"):
        found = [flow_of(under(m), ran(m), name)[-1] for m in (by_ratio, by_seats)]
        assert found[0] == pytest.approx(found[1], rel=1e-3), name


# -- what people answer --------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "sign"), [(0.2, 1), (0.6, -1), (0.9, -1), (1.0, -1)])
def test_departures_answer_to_the_chance_of_staying(share, sign):
    given = measure("asylum_rules", share, "share")
    at = under().stock_ids.index("home.leaving")
    ratio = under(given).values().departures[-1, at, 0] / under().values().departures[-1, at, 0]
    assert ratio == pytest.approx(max((1 - share) / 0.6, 0.01 / 0.6) ** 0.5)
    assert np.sign(ratio - 1) == sign


def test_more_removal_does_not_raise_encounters():
    seen = []
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        given = measure("asylum_rules", share, "share")
        seen.append(flow_of(under(given), ran(given), "cross")[60:].sum())
    assert (np.diff(seen) < 0).all()


def test_root_causes_act_over_their_lag():
    rows = [
        r.model_copy(update={"value": 100.0, "low": 100.0, "high": 100.0}) if r.parameter == "lag_days" else r
        for r in everything().parameters
    ]
    corridor = everything().model_copy(update={"parameters": tuple(rows)})
    begin = dt.date(2023, 1, 11)
    changed, scenario = with_measures(corridor, measure("root_causes_violence", 0.25, "ratio", start=begin))
    made = compiled(changed, scenario, noise=SILENT)
    at = made.stock_ids.index("home.leaving")
    by_day = made.values().departures[made.calendar.day_segment, at, 0]
    assert by_day[9] == by_day[0]
    half = by_day[10 + 49] / by_day[0]
    assert 0.25 ** (0.5 * 0.54) < half < 0.25 ** (0.5 * 0.46)  # steps of a week around the half
    assert by_day[115] / by_day[0] == pytest.approx(0.5)


# -- what a reader is told -----------------------------------------------------------------------------


def notes_of(*measures: Measure) -> dict[str, list]:
    found: dict[str, list] = {}
    for note in measure_notes(under(*measures), ran(*measures)):
        found.setdefault(note.measure, []).append(note)
    return found


def test_a_measure_that_touches_nothing_is_told():
    (note,) = notes_of(measure("transit_enforcement", 2, "ratio", places=("north",)))["m"]
    assert note.found == "nothing"


def test_a_measure_that_another_one_blocks_is_told_with_its_name():
    closed = measure("ports_closure", 0, "people/day", id="closed")
    halved = measure("ports_closure", 0.5, "ratio", id="halved")
    (note,) = notes_of(closed, halved)["halved"]
    assert note.found == "blocked" and note.by == ("closed",)
    assert "closed" not in notes_of(closed, halved)


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (measure("consequences", 0, "ratio"), "least_ratio"),
        (measure("redirect_south", 0.9, "share"), "share"),
        (measure("consequences", 4, "ratio"), "share"),
        (measure("asylum_rules", 1, "share"), "least_ratio"),
        (measure("processing_staff", -80, "people/day"), "zero"),
        (measure("work_authorization", -200, "days"), "least_days"),
    ],
)
def test_a_measure_that_is_cut_at_a_bound_says_at_which(given, bound):
    assert [(n.found, n.bound) for n in notes_of(given)["m"] if n.found == "clipped"] == [("clipped", bound)]


@pytest.mark.parametrize(
    "given",
    [
        measure("consequences", 0.5, "ratio"),
        measure("redirect_south", 0.7, "share"),
        measure("work_authorization", -20, "days"),
    ],
)
def test_a_measure_within_its_bounds_is_not_spoken_of(given):
    assert notes_of(given) == {}


def test_how_much_of_an_addition_was_used_is_told():
    """Staff for a thousand more than forty-five a day has little to do. Of five more at the port nearly all are
    used, since its queue is long."""
    many = measure("processing_staff", 1000, "people/day")
    (idle,) = notes_of(many)["m"]
    processed = flow_of(under(many), ran(many), "process")
    assert idle.found == "used" and idle.used == pytest.approx(np.clip(processed - 45, 0, 1000).mean() / 1000)
    assert idle.used < 0.05
    (busy,) = notes_of(measure("ports_appointments", 5, "people/day"))["m"]
    given = measure("ports_appointments", 5, "people/day")
    admitted = flow_of(under(given), ran(given), "port")
    assert busy.used == pytest.approx(np.clip(admitted - 20, 0, 5).mean() / 5)
    assert busy.used > 0.8
