"""Events: people who set out together, as many as there are, counted like everybody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from engine_tools import COUNTS_ONLY, SILENT, compiled, flow_of, stock_of
from trigger_tools import day

import small_corridors as small
from corridor.engine import Noise, run_member
from corridor.engine.events import by_day
from corridor.model import Corridor, Event, InputError, Scenario


def event(**fields: Any) -> Event:
    """600 people by the flow ``walk`` on 11 January, unless said otherwise."""
    given = {
        "id": "caravan", "name": "c", "name_es": "c", "start": day(11), "people": 600, "in_base": True,
        "known_from": dt.date(2020, 1, 1), "source": "assumption, for tests",
    }  # fmt: skip
    if "stock" not in fields:
        given["flow"] = "walk"
    return Event.model_validate({**given, **fields})


def square(*events: Event, size: int = 1, sizes: tuple[int, ...] = (), walk: Any = None) -> Corridor:
    """1,200 people of each group wait in ``a.here`` in four stages of 5 days; nobody walks but with an event."""
    groups = [small.group(household=f"h{i}", size=s) for i, s in enumerate(sizes or (size,))]
    return small.small_corridor(
        [
            small.stock("a.here", stay_days=20, stay_stages=4),
            small.stock("a.home"),
            small.stock("b.here"),
        ],
        [
            small.flow("leave", "a.here", "a.home", "turn_back", share=1),
            small.flow("walk", "a.here", "b.here", "travel", route="a-b", share=0, **(walk or {})),
        ],
        [small.parameter("initial", 1200, "a.here")],
        routes=[small.route("a", "b", 3, 3)],
        groups=groups,
        days=40,
        events=events,
    )


@pytest.mark.parametrize("member", [None, 0, 3])
def test_so_many_leave_by_the_flow_on_their_days(member):
    run = compiled(square(event(people=300, days=3)))
    result = run_member(run, member)
    walked = np.zeros(40)
    walked[10:13] = 100
    assert flow_of(run, result, "walk") == pytest.approx(walked)
    arrived = np.zeros(40)  # three days on the way, a stage a day
    arrived[13:], arrived[14:], arrived[15:] = 100, 200, 300
    assert stock_of(run, result, "b.here") == pytest.approx(arrived)


@pytest.mark.parametrize("member", [None, 0])
def test_no_more_leave_than_are_there(member):
    run = compiled(square(event(people=1e6, start=day(1))))
    result = run_member(run, member)
    assert flow_of(run, result, "walk")[0] == pytest.approx(1200)
    assert flow_of(run, result, "walk")[1:].sum() == 0
    assert flow_of(run, result, "leave").sum() == 0


def test_they_are_taken_as_they_are_found():
    # 400 single people and 800 people in families of 4: a quarter of all are a quarter of each
    corridor = square(event(people=600, start=day(1)), sizes=(1, 4))
    run = compiled(corridor)
    expected = run_member(run).monthly_flow[0, run.flow_ids.index("walk")]
    assert expected == pytest.approx([300, 300])
    drawn = run_member(run, 0).monthly_flow[0, run.flow_ids.index("walk")]
    assert drawn.sum() <= 600
    assert drawn == pytest.approx([300, 300], abs=4)


def test_those_of_every_stage_of_the_stay_go_together():
    # After ten days people are spread over four stages; half of everybody there leaves.
    run = compiled(square())
    there = run_member(run).daily_stock[9, run.stock_ids.index("a.here")]
    with_event = compiled(square(event(people=there / 2)))
    result = run_member(with_event)
    assert flow_of(with_event, result, "walk")[10] == pytest.approx(there / 2)
    # and the others leave as they would have: every later day half as many
    plain, halved = (flow_of(run, run_member(r), "leave")[10:] for r in (run, with_event))
    assert halved == pytest.approx(plain / 2)


@pytest.mark.parametrize("member", [None, 0])
def test_limits_hold_for_them_and_the_others_stay(member):
    run = compiled(square(event(people=600), walk={"throughput": 250.0}))
    result = run_member(run, member)
    assert flow_of(run, result, "walk")[10] == pytest.approx(250)
    assert flow_of(run, result, "walk").sum() == pytest.approx(250)


@pytest.mark.parametrize("member", [None, 2])
def test_people_from_outside_come_to_a_stock(member):
    outside = event(stock="a.here", group="VEN.h0", people=90, days=4)
    run, bare = compiled(square(outside, size=3)), compiled(square(size=3))
    result, plain = run_member(run, member), run_member(bare, member)
    more = np.zeros(40)
    more[10:14] = 90 / 4 if member is None else [24, 21, 24, 21]  # 7.5 families a day: 8, 7, 8, 7
    assert result.departed - plain.departed == pytest.approx(np.cumsum(more))
    assert result.inside == pytest.approx(result.departed + result.start_people)
    assert result.inside[-1] - plain.inside[-1] == pytest.approx(90)


def test_whole_people_add_up_to_their_number():
    spec = compiled(square()).spec
    spread = by_day([event(people=100, days=7)], [100.0], spec, whole=True)[:, 0]
    assert spread.sum() == 100
    assert spread[10:17].min() >= 14 and spread[10:17].max() <= 15
    assert np.array_equal(spread, np.round(spread))


def test_what_lies_before_the_run_is_left_to_its_starting_state():
    corridor = square(event(people=300, days=3))
    run = compiled(corridor, start=day(12))
    assert flow_of(run, run_member(run), "walk")[:3] == pytest.approx([100, 100, 0])


def test_the_number_is_drawn_from_its_range():
    corridor = square(event(people=400, low=200, high=800))
    run = compiled(corridor, noise=Noise(True, False, False))
    drawn = np.array([flow_of(run, run_member(run, m), "walk").sum() for m in range(300)])
    assert flow_of(run, run_member(run), "walk").sum() == pytest.approx(400)
    # log-normal with 5 and 95 % quantiles at 200 and 800 (none of which meets the people there)
    z = np.log(drawn / 400) / (np.log(2) / 1.6449)
    assert abs(z.mean()) < 5 / np.sqrt(300)
    assert z.std() == pytest.approx(1, abs=0.2)
    assert (compiled(corridor, noise=SILENT).numbers.event_rows, run.numbers.event_rows) == (
        (run.numbers.event_rows[0],),
    ) * 2


def named(*names: str) -> Scenario:
    return Scenario(
        id="s", name="s", name_es="s", description="s", description_es="s", events=names
    )  # fmt: skip


def test_an_event_outside_the_base_is_in_the_scenarios_that_name_it():
    corridor = square(event(in_base=False))
    assert compiled(corridor).events == ()
    run = compiled(corridor, named("caravan"))
    assert flow_of(run, run_member(run), "walk").sum() == pytest.approx(600)


def test_what_is_not_known_is_refused_and_is_no_part_of_an_earlier_base():
    late = event(known_from=day(5))
    with pytest.raises(InputError, match="event 'caravan' was not known on 2023-01-02") as error:
        compiled(square(late), named("caravan"), as_of=day(2))
    assert "hint: add --hindsight" in str(error.value)
    assert compiled(square(late), as_of=day(2)).events == ()
    assert len(compiled(square(late), as_of=day(5)).events) == 1
    assert len(compiled(square(late), named("caravan"), as_of=day(2), hindsight=True).events) == 1


def test_hindsight_and_unknown_names_are_refused_together():
    corridor = square(event(hindsight=True, in_base=False))
    with pytest.raises(InputError) as error:
        compiled(corridor, named("caravan", "caravn"))
    assert "event 'caravan' rests on hindsight" in str(error.value)
    assert "there is no event 'caravn'" in str(error.value)
    assert "did you mean 'caravan'?" in str(error.value)


def test_an_event_moves_nobody_elses_noise_before_it():
    run, bare = (compiled(square(*e), noise=COUNTS_ONLY) for e in ((event(),), ()))
    one, other = run_member(run, 1), run_member(bare, 1)
    assert np.array_equal(one.daily_stock[:10], other.daily_stock[:10])
