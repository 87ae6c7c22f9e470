"""Who lands where: planted cases of what the tables must show, and what is held back."""

import numpy as np
import polars as pl
import pytest
from small_problems import tables

from corridor.place import Options, assign
from corridor.place.generate import Recipe, make
from corridor.place.output import shareable


def planted(sign):
    """60 households, 6 places of 10: chances multiply (sign 1) or the weak gain most from good places (-1)."""
    rng = np.random.default_rng(1)
    ability = np.sort(rng.uniform(0.2, 1.0, 60))
    level = np.linspace(0.3, 1.0, 6)
    if sign > 0:
        scores = ability[:, None] * level[None, :]
    else:
        scores = 1 - (1.2 - ability[:, None]) * (1.05 - level[None, :])
    rows = [{"id": f"h{i}", "size": 1, "group": "low" if i < 20 else "other"} for i in range(60)]
    sites = [{"id": f"s{j}", "capacity_people": 10} for j in range(6)]
    return tables(rows, sites, scores)


def share(placement, households, places):
    row = placement.by_chance().filter(households_with_chances=households, places_with_chances=places)
    return row["share"].item()


def test_low_chances_in_low_chance_places_is_shown_where_it_happens():
    # the sum of products is largest when both are in the same order: all of the lowest third in the lowest places
    placement = assign(*planted(1))
    assert share(placement, "low", "low") == 1.0
    assert share(placement, "high", "high") == 1.0
    assert placement.by_chance()["even_share"].to_list() == pytest.approx([1 / 3] * 9)


def test_and_the_opposite_where_the_weak_gain_most():
    placement = assign(*planted(-1))
    assert share(placement, "low", "low") == 0.0
    assert share(placement, "low", "high") == 1.0


def test_a_floor_moves_the_group_out_of_the_lowest_places():
    cases, sites, scores = planted(1)
    plain = assign(cases, sites, scores)
    fair = assign(cases, sites, scores, options=Options(floor=0.75))
    low = [p.by_group().filter(group="low")["mean_score"].item() for p in (plain, fair)]
    # alone the low group has the best two places: 20 households, levels 1.0 and 0.86, best with best
    ability = np.sort(np.random.default_rng(1).uniform(0.2, 1.0, 60))[:20]
    alone = (ability[10:].sum() * 1.0 + ability[:10].sum() * 0.86) / 20
    assert fair.floors[0].alone / 20 == pytest.approx(alone, abs=1e-3)
    assert low[0] < 0.75 * alone <= low[1] + 1e-3
    assert fair.value < plain.value
    assert fair.costs["floor"][0] == pytest.approx(1 - fair.value / plain.value)


@pytest.mark.parametrize(("seed", "households", "sites"), [(1, 500, 20), (3, 1000, 40)])
def test_the_floor_costs_at_most_two_percent_on_generated_instances(seed, households, sites):
    made = make(Recipe(households, sites, seed))
    placement = assign(made.cases, made.sites, made.scores, options=Options(floor=0.9, gap=2e-3, seconds=10))
    assert all(floor.met for floor in placement.floors)
    assert placement.costs["floor"][0] <= 0.02


def test_tables_of_groups_add_up_to_all_and_small_cells_are_held_back():
    made = make(Recipe(households=300, sites=8, seed=2))
    placement = assign(made.cases, made.sites, made.scores, options=Options(gap=1e-2, seconds=5))
    table = placement.by_group_and_site()
    assert table["households"].sum() == 300
    assert table["people"].sum() == made.cases["size"].sum()
    small = table.filter(pl.col("households") < 10).select("group", "site")
    public = shareable(placement)["groups_by_site"].join(small, on=["group", "site"])
    assert small.height and public["households"].is_null().all() and public["mean_score"].is_null().all()
