"""Which row of the parameters holds, and the noise of its range."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from engine_tools import compiled, flow_of
from scipy import stats

import small_corridors as small
from corridor.engine import Noise, RunSpec, compile_corridor, member_arrays, run_member, state_after
from corridor.engine.parameters import ParameterTable
from corridor.engine.run import MemberResult, _check_balance
from corridor.model import CorridorError, Group, InputError, Parameter, Scenario

GROUPS = [small.group("VEN"), small.group("VEN", "family"), small.group("HND")]
JANUARY, FEBRUARY, MARCH = (dt.date(2023, month, 1) for month in (1, 2, 3))


def row(value: float, group: str | None = None, **fields: object) -> Parameter:
    return small.parameter("share", value, "go", group=group, **fields)


def held(rows: list[Parameter], days: list[dt.date], groups: list[Group] = GROUPS, **how: object) -> list:
    """Values in force, by day and group; None where there is no row."""
    table = ParameterTable(rows, **how)
    found = table.resolve("share", ["go"], groups, [day.toordinal() for day in days], [None])[:, 0, :]
    values = table.values(1, None)
    return [[None if at < 0 else float(values[at]) for at in line] for line in found]


def test_the_most_specific_group_wins_whatever_the_order():
    rows = [row(0.1), row(0.2, "single"), row(0.3, "VEN"), row(0.4, "VEN.family")]
    for order in (rows, rows[::-1]):
        assert held(order, [JANUARY]) == [[0.3, 0.4, 0.2]]
    assert held(rows[:2], [JANUARY]) == [[0.2, 0.1, 0.2]]
    assert held(rows[2:], [JANUARY]) == [[0.3, 0.4, None]]


def test_a_window_holds_from_its_first_day_until_the_next_begins():
    rows = [
        row(0.3, valid_from=MARCH),
        row(0.1, valid_to=dt.date(2023, 1, 31)),
        row(0.2, valid_from=FEBRUARY),
    ]
    days = [JANUARY, dt.date(2023, 1, 31), FEBRUARY, dt.date(2023, 2, 28), MARCH, dt.date(2030, 1, 1)]
    assert [line[0] for line in held(rows, days)] == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]


def test_outside_the_windows_of_a_group_the_less_specific_row_holds():
    end = dt.date(2023, 2, 28)
    rows = [row(0.1), row(0.2, "VEN", valid_from=FEBRUARY, valid_to=end)]
    days = [JANUARY, FEBRUARY, end, MARCH]
    assert [line[0] for line in held(rows, days)] == [0.1, 0.2, 0.2, 0.1]
    assert [line[0] for line in held(rows[1:], days)] == [None, 0.2, 0.2, None]


def test_the_last_known_row_goes_on_where_its_successor_is_not_known_yet():
    end = dt.date(2023, 1, 31)
    rows = [row(0.1, valid_to=end), row(0.2, valid_from=FEBRUARY, known_from=MARCH)]
    assert [line[0] for line in held(rows, [JANUARY, MARCH], as_of=FEBRUARY)] == [0.1, 0.1]
    assert [line[0] for line in held(rows, [JANUARY, MARCH], as_of=MARCH)] == [0.1, 0.2]


def test_rows_that_ended_before_the_run_are_left_out_without_changing_what_holds():
    rows = [
        row(0.1, valid_to=dt.date(2023, 1, 31)),
        row(0.2, valid_from=FEBRUARY),
        row(0.3, valid_from=MARCH),
    ]
    days = [dt.date(2023, 2, 10), MARCH]
    assert held(rows, days, since=days[0]) == held(rows, days)
    assert len(ParameterTable(rows, since=days[0]).rows) == 2


def test_a_number_of_the_tables_holds_until_the_first_row_begins():
    table = ParameterTable([row(0.3, valid_from=MARCH)])
    starts = [day.toordinal() for day in (JANUARY, MARCH)]
    found = table.resolve("share", ["go"], GROUPS[:1], starts, [0.7])[:, 0, 0]
    assert table.values(1, None)[found].tolist() == [0.7, 0.3]


def test_what_was_published_later_is_not_known_yet():
    rows = [row(0.1, known_from=JANUARY), row(0.2, valid_from=FEBRUARY, known_from=MARCH)]
    assert held(rows, [MARCH], as_of=MARCH)[0][0] == 0.2
    assert held(rows, [MARCH], as_of=dt.date(2023, 2, 28))[0][0] == 0.1
    assert held(rows, [MARCH], as_of=dt.date(2023, 2, 28), hindsight=True)[0][0] == 0.2


def test_a_fitted_row_stands_before_the_declared_ones_of_its_name():
    rows = [row(0.1), row(0.2, "VEN")]
    assert held(rows, [JANUARY], calibrated=[row(0.9)]) == [[0.2, 0.2, 0.9]]


@pytest.mark.parametrize(
    ("low", "value", "high"),
    [(0.1, 0.2, 0.3), (0.05, 0.2, 0.25), (0.0, 0.2, 0.25)],
    ids=["symmetric", "skewed", "from zero"],
)
def test_low_value_and_high_are_the_5_50_and_95_percent_quantiles(low, value, high):
    """Counts below each are binomial; each check fails by chance with probability 1e-6 at most."""
    table = ParameterTable([row(value, low=low, high=high)])
    draws = np.array([table.values(3, member)[0] for member in range(5000)])
    # a law with an atom at the edge of the domain is cut there: nothing lies below zero
    assert (draws >= 0).all()
    for at, p in ((low, 0.05), (value, 0.5), (high, 0.95)):
        if at > 0:
            assert stats.binomtest(int((draws <= at).sum()), draws.size, p).pvalue > 1e-6


def test_an_elasticity_may_be_negative_and_keeps_its_quantiles():
    given = Parameter(
        parameter="elasticity", target="legal_pathways", value=-0.2, low=-0.6, high=0.1, unit="elasticity",
        source="assumption, for tests",
    )  # fmt: skip
    table = ParameterTable([given])
    draws = np.array([table.values(3, member)[0] for member in range(5000)])
    for at, p in ((-0.6, 0.05), (-0.2, 0.5), (0.1, 0.95)):
        assert stats.binomtest(int((draws <= at).sum()), draws.size, p).pvalue > 1e-6


def test_draws_stay_in_the_domain_and_a_row_without_range_stays_put():
    table = ParameterTable([row(0.9, low=0.2, high=1.0), row(0.5, "VEN")])
    draws = np.array([table.values(3, member) for member in range(500)])
    assert draws[:, 0].max() == 1.0
    assert (draws[:, 1] == 0.5).all()


def test_months_of_one_series_move_together_and_other_rows_apart():
    rows = [
        row(0.2, low=0.1, high=0.4),
        row(0.3, valid_from=MARCH, low=0.15, high=0.6),
        row(0.2, "VEN", low=0.1, high=0.4),
    ]
    table = ParameterTable(rows)
    draws = np.log([table.values(3, member) for member in range(400)])
    assert np.corrcoef(draws[:, 0], draws[:, 1])[0, 1] > 0.9999
    assert abs(np.corrcoef(draws[:, 0], draws[:, 2])[0, 1]) < 0.25
    other = ParameterTable(rows[::-1])  # keyed by name, not by position
    assert np.array_equal(other.values(3, 9), table.values(3, 9)[[2, 0, 1]])


def test_shares_still_sum_to_one_when_their_noise_moves_them_apart():
    corridor = small.split((0.2, 0.3, 0.5), 1000)
    rows = [small.parameter("share", x, f"to{i}", low=x / 2, high=min(2 * x, 1)) for i, x in enumerate((0.2, 0.3, 0.5))]  # fmt: skip
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, *rows)})
    run = compiled(corridor, noise=Noise(True, False, False))
    parts = []
    for member in range(5):
        assert run.values(member).share.sum(axis=1) == pytest.approx(1)
        result = run_member(run, member)
        assert result.daily_stock[-1].sum() == pytest.approx(1000)
        parts.append(flow_of(run, result, "to0").sum())
    assert np.std(parts) > 10


def test_the_noise_of_parameters_can_be_switched_off():
    corridor = small.queue(100, 7)
    wide = small.parameter("initial", 100, "town.queue")
    rows = (wide, row(0.5, low=0.2, high=0.9).model_copy(update={"target": "pass"}))
    corridor = corridor.model_copy(update={"parameters": rows})
    quiet = compiled(corridor, noise=Noise(False, True, True))
    central = member_arrays(quiet, None)
    for name in ("segment_rate", "segment_throughput", "segment_room", "depart_mean"):
        assert np.array_equal(getattr(member_arrays(quiet, 3), name), getattr(central, name))


# -- faults --------------------------------------------------------------------------------------------


def test_an_unknown_scenario_is_refused_with_a_hint():
    corridor = small.queue(100, 7)
    scenario = {"name": "n", "name_es": "n", "description": "d", "description_es": "d"}
    corridor = corridor.model_copy(update={"scenarios": (Scenario(id="agreement", **scenario),)})
    with pytest.raises(InputError) as error:
        compile_corridor(corridor, "agrement", RunSpec(JANUARY, FEBRUARY))
    assert "corridor 'small' has no scenario 'agrement'" in str(error.value)
    assert "did you mean 'agreement'?" in str(error.value)


def test_a_run_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match=r"the run ends \(2023-01-01\) before it starts \(2023-02-01\)"):
        compiled(small.queue(100, 7), start=FEBRUARY, end=JANUARY)


def test_a_state_of_another_corridor_is_refused():
    state = {("town.gone", 2, "VEN.single"): 3.0, ("town.gone", 3, "VEN.single"): 0.0}
    with pytest.raises(CorridorError) as error:
        compiled(small.queue(100, 7), state=state)
    assert "people in 'town.gone' (stage 2, VEN.single), which this corridor does not reach" in str(
        error.value
    )
    assert "calibrate again" in str(error.value)


def test_a_state_takes_the_place_of_the_people_of_the_first_day():
    corridor = small.queue(100, 7)
    run = compiled(corridor)
    first = run_member(run, None)
    again = compiled(corridor, state=state_after(run, first))
    assert run_member(again, None).start_people == pytest.approx(first.inside[-1])
    assert run_member(compiled(corridor, state={}), None).start_people == 0


@pytest.mark.parametrize(("lost", "stochastic"), [(1.0, True), (0.01, False), (-1.0, True)])
def test_a_run_that_lost_or_made_people_is_no_result(lost, stochastic):
    days = np.arange(10.0)
    inside = days + 100
    inside[4:] -= lost
    none = np.zeros((1, 1))
    result = MemberResult(none, none, none, none, inside, days, 100.0, none, none)
    with pytest.raises(CorridorError, match="people do not balance on day 4"):
        _check_balance(result, stochastic)
