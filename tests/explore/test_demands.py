from __future__ import annotations

import datetime as dt

import pytest
from planted import PARTIES, demand, measure, party, planted

from corridor.explore.demands import contradictions, opposite, parties_on, verdict
from corridor.explore.space import make_space, scaled
from corridor.formats import open_corridor
from corridor.model import Demand, InputError

AS_OF = dt.date(2023, 12, 31)


@pytest.fixture(scope="module")
def space():
    corridor = planted()
    return make_space(corridor, corridor.scenario_ids["nothing"], as_of=dt.date(2023, 1, 31))


def of(name: str, bound: str, **more) -> Demand:
    return Demand.model_validate(demand(name, [name], bound, **more))


@pytest.mark.parametrize(
    ("asked", "package", "told"),
    [  # elements: aid, more, north, south; 1 is half, 2 is all
        (of("aid", "included"), (1, 0, 0, 0), "met"),
        (of("aid", "included"), (0, 0, 2, 0), "open"),
        (of("aid", "included"), (0, 1, 0, 0), "broken"),  # more departures are the opposite of fewer
        (of("aid", "no_less_than", value=0.8), (2, 0, 0, 0), "met"),
        (of("aid", "no_less_than", value=0.8), (1, 0, 0, 0), "broken"),  # half of 0.8 is 0.9
        (of("aid", "no_less_than", value=0.9), (1, 0, 0, 0), "met"),
        (of("north", "no_more_than", value=1.5), (0, 0, 1, 0), "met"),
        (of("north", "no_more_than", value=1.5), (0, 0, 2, 0), "broken"),
        (of("north", "no_more_than", value=1.5), (0, 0, 0, 0), "met"),
        (of("more", "not_at_all"), (0, 0, 0, 1), "met"),
        (of("more", "not_at_all"), (0, 1, 0, 1), "broken"),
        (of("aid", "only_with", together=["north"]), (1, 0, 1, 0), "met"),
        (of("aid", "only_with", together=["north"]), (1, 0, 0, 1), "broken"),
        (of("aid", "only_with", together=["north"]), (0, 0, 1, 0), "open"),
    ],
)  # fmt: skip
def test_a_demand_is_met_broken_or_open(space, asked: Demand, package: tuple[int, ...], told: str) -> None:
    assert verdict(asked, space, package) == told


def test_a_demand_without_a_measure_stays_open(space) -> None:
    asked = Demand.model_validate(demand("sanctions", []))
    assert verdict(asked, space, (2, 2, 2, 2)) == "open"


def test_half_a_strength_is_counted_from_what_changes_nothing() -> None:
    half = scaled(measure("x", "response", 0.6, low=0.2, high=1.0), 0.5)
    assert (half.strength, half.low, half.high) == (0.8, 0.6, 1.0)
    beds = scaled(measure("y", "detention_capacity", 4000.0, low=0.0, high=9000.0, unit="people"), 0.5)
    assert (beds.strength, beds.low, beds.high) == (2000.0, 0.0, 4500.0)


def test_measures_that_pull_one_lever_both_ways_are_opposite() -> None:
    down, up = measure("a", "response", 0.8), measure("b", "response", 1.5)
    assert opposite(down, up) and opposite(up, down) and not opposite(down, down)
    one, other = (
        measure(n, "response", s, nationalities=(x,)) for n, s, x in (("a", 0.8, "VEN"), ("b", 1.5, "CUB"))
    )
    assert not opposite(one, other)


def test_demands_of_two_parties_that_no_package_meets_are_told() -> None:
    parties = (*PARTIES, party("asks_more", [demand("wants_more", ["more"])]))
    found = {
        (c.party, c.demand, c.other_party, c.other_demand) for c in contradictions(planted(parties), parties)
    }
    assert ("origin", "none_more", "asks_more", "wants_more") in found  # by their bounds
    assert ("giver", "whole_aid", "asks_more", "wants_more") in found  # by their measures
    assert len(found) == 2


def test_limits_on_parole_contradict_its_strengthening() -> None:
    corridor = open_corridor("americas")
    found = contradictions(corridor, parties_on(corridor, (), AS_OF))
    pairs = {frozenset((c.demand, c.other_demand)) for c in found}
    assert {frozenset(("us_chnv", "sn_parole")), frozenset(("mx_chnv", "sn_parole"))} <= pairs


def test_what_was_published_in_february_is_not_known_in_december() -> None:
    corridor = open_corridor("americas")
    then = {d.id for p in parties_on(corridor, (), AS_OF) for d in p.demands}
    later = {d.id for p in parties_on(corridor, (), AS_OF, hindsight=True) for d in p.demands}
    assert "sn_parole" in then and not any(name.startswith("sn_bill") for name in then)
    assert later - then == {name for name in later if name.startswith("sn_bill")}


def test_unknown_parties_and_none_are_refused() -> None:
    with pytest.raises(InputError, match="no party 'mexca'") as error:
        parties_on(open_corridor("americas"), ("mexca",), AS_OF)
    assert "mexico" in str(error.value)
    with pytest.raises(InputError, match="has no parties"):
        parties_on(planted(()), (), AS_OF)
