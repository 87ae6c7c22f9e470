"""The generated corridors are what the property tests of the engine take them for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_corridors as small
from corridor.formats import check_corridor, save_corridor
from corridor.model import Corridor
from strategies import NEVER_BINDS, corridors, with_extra_place


def limits(corridor: Corridor) -> list[float]:
    found = [item.capacity for item in corridor.stocks]
    found += [item.throughput for item in (*corridor.routes, *corridor.flows)]
    return [limit for limit in found if limit is not None]


@given(corridors() | corridors(binding=True))
@settings(max_examples=20)
def test_generated_corridors_pass_the_check_of_a_folder(tmp_path_factory, corridor):
    folder = tmp_path_factory.mktemp("generated") / "corridor"
    save_corridor(corridor, folder)
    assert check_corridor(folder).faults == ()


@given(corridors())
@settings(max_examples=20)
def test_nothing_binds_unless_asked_for(corridor):
    assert set(limits(corridor)) <= {NEVER_BINDS}


@given(corridors(binding=True))
@settings(max_examples=20)
def test_a_binding_corridor_has_a_narrow_first_place(corridor):
    first = [flow for flow in corridor.flows if flow.from_stock == "p0.here" and flow.route]
    assert all(flow.throughput is not None and flow.throughput <= 60 for flow in first)


@given(st.data())
@settings(max_examples=20)
def test_an_overflow_leaves_the_same_stock_for_one_without_a_limit(data):
    corridor = data.draw(corridors(binding=True))
    flows = {flow.id: flow for flow in corridor.flows}
    stocks = {stock.id: stock for stock in corridor.stocks}
    for flow in corridor.flows:
        if flow.overflow_flow:
            over = flows[flow.overflow_flow]
            assert over.from_stock == flow.from_stock
            assert over.throughput is None
            assert stocks[over.to_stock].capacity is None


@pytest.mark.parametrize(
    "corridor",
    [
        small.one_stock_census(300, 10, 10),
        small.split([0.2, 0.3, 0.5], 1000),
        small.hazards([0.1, 0.05], 1000),
        small.queue(100, 7),
        small.beds(100, 40, overflow=True),
        small.beds(100, 40, overflow=False, occupied=10),
        small.journey(1000, 6, 3, death=0.01, met=0.3),
        small.attempts(1000, 0.4, 0.8),
        with_extra_place(small.queue(100, 7)),
    ],
    ids=["census", "split", "hazards", "queue", "overflow", "block", "journey", "attempts", "extra"],
)
def test_small_corridors_pass_the_check_of_a_folder(tmp_path, corridor):
    save_corridor(corridor, tmp_path / "corridor")
    assert check_corridor(tmp_path / "corridor").faults == ()
