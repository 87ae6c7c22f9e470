"""The walk rule against what is worked out by hand, by formula, and person by person."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from flee_agents import Agents
from flee_cases import SMALL, compiled, write_case

from corridor.engine.walk import WalkCompiled, run_walk
from corridor.engine.walk.classes import boundaries, classes
from corridor.engine.walk.compile import _graph, _lengths
from corridor.engine.walk.routes import routes_of
from corridor.ensemble.walk import simulate_walk
from corridor.formats.flee import import_flee
from corridor.model import InputError

HOME = "Home,AAA,conflict_zone,0,1000"


def case(folder, *arguments, seed: int = 1, **options) -> WalkCompiled:
    key = {name: options.pop(name) for name in ("rounds", "key_km") if name in options}
    return compiled(import_flee(write_case(folder, *arguments, **options)).corridor, seed, **key)


def test_the_small_case_is_what_its_readme_works_out():
    run = simulate_walk(compiled(import_flee(SMALL).corridor), members=2)
    assert run.camps[:, :, 0].tolist() == [[100, 100, 100, 110, 120, 130]] * 2
    assert run.compiled.ground.data[:, 0].tolist() == [100, 110, 120, 130, 140, 150]
    by_hand = (10 / 110 + 20 / 120 + 20 / 130 + 20 / 140 + 20 / 150) / 6
    assert run.difference() == pytest.approx(by_hand)
    assert run.camp_difference() == pytest.approx(by_hand)


def test_a_stock_of_the_total_series_enters_the_first_denominator_only(tmp_path):
    work = case(tmp_path / "a", [HOME, "Camp,BBB,camp,0,0"], ["Home,Camp,100,0"],
                {"total": [(0, 300)], "Camp": [(0, 100), (5, 150)]}, days=6)  # fmt: skip
    run = simulate_walk(work, members=1)
    assert work.ground.raw.tolist() == [400, 410, 420, 430, 440, 450]
    gap = np.abs(run.camps[0, :, 0] - work.ground.data[:, 0])
    assert run.difference()[0] == pytest.approx((gap / [400, 410, 420, 430, 440, 450]).mean())
    assert run.camp_difference()[0] == pytest.approx((gap / [100, 110, 120, 130, 140, 150]).mean())


def test_a_fall_of_the_counts_is_taken_off_the_next_rises(tmp_path):
    work = case(tmp_path / "a", [HOME, "Camp,BBB,camp,0,0"], ["Home,Camp,100,0"],
                {"Camp": [(0, 50), (1, 60), (2, 45), (3, 55), (4, 75)]}, days=5)  # fmt: skip
    assert work.ground.departures.tolist() == [0, 10, 0, 0, 15]
    assert work.ground.debt.tolist() == [0, 0, 15, 5, 0]


def test_a_correction_rescales_all_that_stands_before_it(tmp_path):
    work = case(tmp_path / "a", [HOME, "Camp,BBB,camp,0,0"], ["Home,Camp,100,0"],
                {"Camp": [(0, 100), (2, 200), (4, 150)]}, days=6,
                corrections=("Camp,2020-01-05,normalize",))  # fmt: skip
    assert work.ground.data[:, 0].tolist() == [75, 112, 150, 150, 150, 150]


def test_capacity_is_less_those_of_the_first_day_and_blank_is_no_limit(tmp_path):
    work = case(tmp_path / "a", [HOME, "Camp,BBB,camp,0,500", "Other,BBB,camp,0,"],
                ["Home,Camp,100,0", "Home,Other,100,0"], {"Camp": [(0, 100)], "Other": [(0, 100)]},
                moves={"capacity_scaling": 1.25})  # fmt: skip
    assert work.ground.capacity.tolist() == [0, (500 - 100) * 1.25, 0]


def test_routes_are_chosen_by_score_over_distance(tmp_path):
    """20,000 people, two camps and a town at 100, 200 and 50 km: 2/110, 2/210 and 1/60; five standard errors."""
    work = case(
        tmp_path / "a", [HOME, "One,AAA,camp,0,0", "Two,AAA,camp,0,0", "Town,AAA,town,0,0"],
        ["Home,One,100,0", "Home,Two,200,0", "Home,Town,50,0"],
        {"One": [(0, 0), (1, 20000)], "Two": [(0, 0)]}, days=10,
        moves={"start_on_foot": False, "camp_movechance": 0.0, "default_movechance": 0.0, "avoid_short_stints": False},
    )  # fmt: skip
    weight = np.array([2 / 110, 2 / 210, 1 / 60])
    share = weight / weight.sum()
    stay = run_walk(work).stay[-1, 1:]
    assert stay.sum() == 20000
    assert np.all(np.abs(stay - 20000 * share) < 5 * np.sqrt(20000 * share * (1 - share)))


def test_a_full_camp_takes_nobody_who_has_a_choice(tmp_path):
    work = case(tmp_path / "a", [HOME, "Full,AAA,camp,0,50", "Free,AAA,camp,0,0"],
                ["Home,Full,100,0", "Home,Free,100,0"], {"Full": [(0, 40), (1, 540)], "Free": [(0, 0)]},
                days=8, moves={"camp_movechance": 0.0})  # fmt: skip
    stay = run_walk(work).stay
    assert stay[-1].tolist() == [0, 40, 500]  # 40 people are more than the 10 that are left of its room


LINE = [
    "Home,Town,150,0",
    "Town,Camp,120,0",
    "Home,Hub,90,0",
    "Hub,Camp,170,0",
    "Hub,Far,60,0",
    "Far,Camp,310,0",
]
PLACES = [HOME, "Town,AAA,town,0,500", "Hub,BBB,forwarding_hub,0,0", "Far,BBB,town,0,0", "Camp,BBB,camp,0,0"]
RISE = {"Camp": [(0, 20), (19, 300)]}
MARKED = [
    "Home,Mark,80,0",
    "Mark,Camp,150,0",
    "Mark,Far,90,0",
    "Home,Town,60,0",
    "Town,Camp,200,0",
    "Far,Camp,70,0",
]
WITH_MARKER = [HOME, "Mark,AAA,marker,0,0", "Town,AAA,town,0,0", "Far,BBB,town,0,0", "Camp,BBB,camp,0,0"]
CASES = {
    "plain": (PLACES, LINE, RISE, {}),
    "faster": (PLACES, LINE, RISE, {"moves": {"max_move_speed": 360.0, "start_on_foot": False}}),
    "any stint": (PLACES, LINE, RISE, {"moves": {"avoid_short_stints": False}}),
    "closures": (PLACES, LINE, RISE, {"closures": ("country,AAA,BBB,3,9", "location,Hub,,6,12", "camp,Camp,,2,8")}),
    "conflicts": (PLACES, LINE, RISE, {"conflicts": {"Home": [1] * 12 + [0] * 4 + [1] * 4, "Town": [0] * 5 + [1] * 15}}),
    "two ahead": (PLACES, LINE, RISE, {"moves": {"awareness_level": 2}}),
    "three ahead": (PLACES, LINE, RISE, {"moves": {"awareness_level": 3, "foreign_weight": 2.0}}),
    "marker": (WITH_MARKER, MARKED, RISE, {}),
    "marker, two ahead": (WITH_MARKER, MARKED, RISE, {"moves": {"awareness_level": 2}}),
    "limited": ([*PLACES[:-1], "Camp,BBB,camp,0,120"], LINE, RISE, {"moves": {"capacity_scaling": 1.5}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_counts_agree_in_law_with_people_moved_one_by_one(name, tmp_path):
    """Mean people at the camp by day, 120 members against 60 runs person by person.

    The days depend on each other; of twenty, none may be 4.5 and the mean square not above 3 standard errors.
    """
    places, routes, counts, options = CASES[name]
    work = case(tmp_path / "a", places, routes, counts, **options)
    ours = simulate_walk(work, members=120).camps[:, :, 0].astype(float)
    values = {"Camp": work.ground.data[:, 0].tolist()}
    theirs = np.array([Agents(tmp_path / "a", seed).run(values)["Camp"] for seed in range(60)], float)
    error = np.sqrt(ours.var(axis=0) / len(ours) + theirs.var(axis=0) / len(theirs))
    z = (ours.mean(axis=0) - theirs.mean(axis=0))[error > 0] / error[error > 0]
    assert np.allclose(ours.mean(axis=0)[error == 0], theirs.mean(axis=0)[error == 0])
    assert np.abs(z).max() < 4.5, z.round(1)
    assert np.sqrt((z**2).mean()) < 3, z.round(1)


def test_values_of_one_class_answer_every_test_alike():
    """Two people of one class on one leg, moved along the same random routes: every stint test agrees."""
    draw = random.Random(5)
    for attempt in range(30):
        work = _random_network(draw)
        routes = routes_of(work.ground)
        lengths = _lengths(routes, work.ground, 1, work.constants.speed)
        graph = _graph(work.ground, routes)
        _, legs = boundaries(graph, lengths)
        for _ in range(40):
            leg = draw.randrange(len(legs))
            which, middle = classes(legs[leg], 2 * lengths.speed, 1)
            one = draw.randrange(2 * lengths.speed)
            other = int(middle[which[one]])
            choices = random.Random(attempt * 1000 + leg)
            assert _answers(one, leg, graph, lengths, choices) == _answers(
                other, leg, graph, lengths, random.Random(attempt * 1000 + leg)
            )


def _answers(recent, leg, graph, lengths, choices):
    """Answers of the stint test along a random walk of 12 days, by the rule of recent travel itself."""
    answers = []
    moved = lengths.moved[leg]
    slot = graph.leg_slot[leg]
    for _ in range(12):
        while moved < lengths.speed:
            if graph.may_force[slot]:
                answers.append(recent + moved < lengths.speed)
            if choices.random() < 0.4:
                break
            leg = choices.choice(graph.legs_out[slot])
            if lengths.days[leg] == 1:
                moved += lengths.length[leg]
                slot = graph.leg_slot[leg]
                continue
            for _ in range(lengths.days[leg] - 1):
                recent = (recent + moved + lengths.speed) // 2 if moved else (recent + lengths.speed) // 2
                moved = 0
            moved = lengths.moved[leg]
            slot = graph.leg_slot[leg]
            break
        else:
            pass
        recent, moved = (recent + moved) // 2, 0
        if choices.random() < 0.5:
            continue
        leg = choices.choice(graph.legs_out[slot])
        for _ in range(lengths.days[leg] - 1):
            recent = (recent + lengths.speed) // 2
        moved, slot = lengths.moved[leg], graph.leg_slot[leg]
    return answers


def _random_network(draw):
    import tempfile
    from pathlib import Path

    names = [f"P{i}" for i in range(6)]
    places = [HOME.replace("Home", "P0"), *(f"{name},AAA,town,0,0" for name in names[1:5]), "P5,AAA,camp,0,0"]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    ways = [*itertools.pairwise(names), *draw.sample(pairs, 4)]
    routes = [f"{a},{b},{draw.randrange(20, 500)},0" for a, b in ways]
    with tempfile.TemporaryDirectory() as folder:
        return case(Path(folder) / "a", places, routes, {"P5": [(0, 0), (5, 10)]}, days=6)


def test_people_set_out_only_where_there_is_a_conflict(tmp_path):
    with pytest.raises(InputError, match="10 people set out on 2020-01-03, but no conflict zone"):
        case(tmp_path / "a", [HOME, "Camp,BBB,camp,0,0"], ["Home,Camp,100,0"],
             {"Camp": [(0, 0), (10, 100)]}, conflicts={"Home": [1, 1] + [0] * 18})  # fmt: skip


def test_departures_follow_the_decay_of_yesterday_unless_a_conflict_begins(tmp_path):
    """Populations 1000 and 1000; the first conflict is 30 days old when the second begins."""
    work = case(tmp_path / "a", [HOME, "Late,AAA,town,0,1000", "Camp,BBB,camp,0,0"],
                ["Home,Camp,100,0", "Late,Camp,100,0"], {"Camp": [(0, 0), (79, 790)]}, days=80,
                conflicts={"Home": [1] * 80, "Late": [0] * 70 + [1] * 10})  # fmt: skip
    home, late = work.ground.spawn_weight[:, 0], work.ground.spawn_weight[:, 1]
    assert home[60] == 1000  # decay of day 59
    assert home[61] == 500  # decay of day 60: the third factor
    assert (late[69], late[70]) == (0, 1000)


def test_recent_travel_is_kept_in_tenths_where_a_length_has_one(tmp_path):
    work = case(
        tmp_path / "a", [HOME, "Camp,BBB,camp,0,0"], ["Home,Camp,70.5,0"], {"Camp": [(0, 0), (5, 50)]}
    )
    assert work.constants.speed == 2000
    assert work.network.leg_length.tolist() == [705, 705]
    assert run_walk(work).stay[3, 1] == 10  # 35, 70, 105 km: the third day


def test_members_differ_and_workers_do_not():
    corridor = import_flee(SMALL).corridor
    from flee_cases import published

    del corridor
    work = compiled(published("mali2012", 100))
    one = simulate_walk(work, members=21)
    two = simulate_walk(work, members=21, workers=2)
    assert (one.camps == two.camps).all()
    assert (one.everybody == two.everybody).all()
    assert (one.camps[0] != one.camps[1]).any()


def test_noise_belongs_to_places_not_to_positions(tmp_path):
    """A place that nobody reaches changes nothing for the others."""
    plain = case(tmp_path / "a", PLACES, LINE, RISE)
    more = case(tmp_path / "b", [PLACES[0], "Alone,AAA,town,0,0", *PLACES[1:]], LINE, RISE)
    assert (run_walk(plain).stay == np.delete(run_walk(more).stay, 1, axis=1)).all()
