"""Coordination: the program against brute force, the rules by hand, and the engine's lever where they mean the same."""

from itertools import product

import numpy as np
import pytest
from engine_tools import SILENT, compiled, flow_of, measure, with_measures

from corridor.engine import run_member
from corridor.model import InputError
from corridor.place.coordination import RULES, Destination, compare, coordinate
from small_corridors import flow, parameter, small_corridor, stock

CITIES = (
    Destination("north", 0.5, 0.2, census=90, limit=100, stay_weeks=10, cost=100),
    Destination("south", 0.3, 0.5, census=10, limit=100, stay_weeks=10, cost=60),
    Destination("elsewhere", 0.2, 0.3, cost=80),
)


def price(sent: np.ndarray, over_price: float, tie_price: float, people: float) -> float:
    """Cost of one week's choice, written anew from the words of the documentation."""
    total = 0.0
    for d, n in zip(CITIES, sent, strict=True):
        followed = min(n, people * d.ties)
        total += n * d.cost + tie_price * sum(c.ties for c in CITIES) * (n - followed)
        total += over_price * max(0.0, d.census * np.exp(-1 / d.stay_weeks) + n - d.limit)
    return total


@pytest.mark.parametrize(
    ("over_price", "tie_price"), [(1000.0, 300.0), (50.0, 300.0), (1000.0, 0.0), (30.0, 10.0)]
)
def test_the_program_beats_every_whole_choice(over_price: float, tie_price: float) -> None:
    people = 60
    choices = [(a, b, people - a - b) for a, b in product(range(people + 1), repeat=2) if a + b <= people]
    best = min(price(np.array(c), over_price, tie_price, people) for c in choices)
    found = coordinate([people], CITIES, own_way=0.0, over_price=over_price, tie_price=tie_price)
    mine = price(found.sent[0], over_price, tie_price, people)
    assert mine <= best + 1e-6
    assert mine >= best - 1.0 * (
        over_price + tie_price + 200
    )  # nothing between whole people is better by more than one


def test_everybody_is_sent_once_and_seats_are_kept() -> None:
    few = (
        Destination("a", 0.5, 0.1, limit=50, seats=10),
        Destination("b", 0.5, 0.0, seats=15),
        Destination("rest", 0.0, 0.0),
    )
    for rule in RULES:
        found = coordinate([40, 60, 20], few, rule, own_way=0.25)
        assert found.sent.sum(axis=1) == pytest.approx([40, 60, 20])
    planned = coordinate([40, 60, 20], few, "solver", own_way=0.25)
    own = 0.25 * np.array([[40], [60], [20]]) * np.array([0.5, 0.5, 0.0])
    assert (planned.sent[:, :2] - own[:, :2] <= [10 + 1e-9, 15 + 1e-9]).all()


def test_the_census_is_what_is_left_and_what_came() -> None:
    found = coordinate([10, 0], (Destination("a", 1.0, 0.0, census=100, stay_weeks=5),), "as_it_was")
    keep = np.exp(-1 / 5)
    assert found.census[:, 0] == pytest.approx([100 * keep + 10, (100 * keep + 10) * keep])


def test_the_program_avoids_beds_that_are_missing_where_there_is_room() -> None:
    """As it was, the north passes its limit; by plan nobody is above one."""
    was = coordinate([30, 30, 30], CITIES, "as_it_was", own_way=0.2)
    best = coordinate([30, 30, 30], CITIES, "solver", own_way=0.2)
    assert was.over_nights > 0
    assert best.over_nights == pytest.approx(0.0, abs=1e-6)


def test_by_ties_people_go_where_they_have_somebody() -> None:
    found = coordinate([100], CITIES, "ties", own_way=0.0)
    assert found.sent[0] == pytest.approx([20, 50, 30])
    assert found.by_ties == pytest.approx(100)


def test_by_room_by_hand() -> None:
    """Two fifths are sent by the 10 and 90 places that are free, at most as many as these; the others as it was."""
    found = coordinate([100.0], CITIES, "room", own_way=0.0, part=0.4)
    sent = 100 * 0.4 * 0.8  # to the two cities, of those for whom the rule holds
    assert found.sent[0] == pytest.approx([50 * 0.6 + sent * 0.1, 30 * 0.6 + sent * 0.9, 20])
    crowd = coordinate([1000.0], CITIES, "room", own_way=0.0)
    part = 100 / 800  # 100 places for the 800
    assert crowd.sent[0] == pytest.approx(
        [500 * (1 - part) + 800 * part * 0.1, 300 * (1 - part) + 800 * part * 0.9, 200]
    )


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("full", [100.0, 480.0, 700.0])
def test_by_room_is_the_lever_coordination(strength: float, full: float) -> None:
    """The engine's first morning under the lever, and the first period here: the same people go to the same city."""
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
    rows = [parameter("departures", 30000, "hub.released"), parameter("initial", full, "lake.census"),
            parameter("initial", 100, "hill.census")]  # fmt: skip
    corridor = small_corridor(stocks, flows, rows, days=3)
    changed, scenario = with_measures(corridor, measure("coordination", strength, "share"))
    made = compiled(changed, scenario, noise=SILENT)
    result = run_member(made, None)
    sent = np.array([flow_of(made, result, name)[0] for name in ("to_lake", "to_hill")])
    cities = (Destination("lake", 0.7, 0.0, full, 500.0), Destination("hill", 0.3, 0.0, 100.0, 900.0))
    found = coordinate([sent.sum()], cities, "room", own_way=0.0, part=strength)
    assert sent.sum() > 0
    assert found.sent[0] == pytest.approx(sent)


def test_nobody_moves_where_the_rule_applies_to_nobody() -> None:
    for rule in RULES:
        assert coordinate([50], CITIES, rule, part=0.0).sent[0] == pytest.approx([25, 15, 10])


def test_all_rules_side_by_side() -> None:
    table = compare([30, 30], CITIES)
    assert table["rule"].to_list() == list(RULES)
    assert (
        table.select("sent_north", "sent_south", "sent_elsewhere").sum_horizontal() - 60
    ).abs().max() < 1e-6
    assert table["person_weeks_over"][3] <= table["person_weeks_over"].min() + 1e-9


def test_every_fault_is_listed() -> None:
    bad = (Destination("a", 0.5, 0.9, census=-1), Destination("a", 0.6, 0.9, stay_weeks=0))
    with pytest.raises(InputError) as caught:
        coordinate([5, -1], bad, "solver", own_way=2.0)
    texts = "\n".join(str(fault) for fault in caught.value.faults)
    for word in (
        "released",
        "own_way is 2",
        "add up to 1",
        "ties add up",
        "stands twice",
        "census is -1",
        "stay_weeks is 0",
    ):
        assert word in texts


def test_too_few_seats_are_said() -> None:
    with pytest.raises(InputError, match="too few seats"):
        coordinate([100], (Destination("a", 1.0, 0.0, seats=10),), "solver", own_way=0.0)
