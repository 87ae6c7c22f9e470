"""What holds of every lever and unit: more strength moves further the same way, noise never turns it
around, and nobody is lost."""

from __future__ import annotations

import numpy as np
import pytest
from engine_tools import COUNTS_ONLY, measure, with_measures
from hypothesis import given, settings
from hypothesis import strategies as st
from lever_corridor import everything, under
from lever_tools import by_day

from corridor.engine import (
    LEVERS,
    Compiled,
    Noise,
    RunSpec,
    allowed_strengths,
    compile_corridor,
    neutral_strength,
    run_member,
)  # fmt: skip
from corridor.model import InputError, Measure

UNITS = [(name, unit) for name, lever in LEVERS.items() for unit in lever.units]
EVERY = pytest.mark.parametrize(("lever", "unit"), UNITS)
WIDEST = {"people": 400, "people/day": 40, "people/week": 200, "people/month": 900, "days": 80, "USD/month": 1e7, "hours/day": 60}  # fmt: skip


def range_of(lever: str, unit: str) -> tuple[float, float]:
    """Strengths to try: all that a share can have, ratios up to 5, additions of either sign."""
    low, high = allowed_strengths(lever, unit)
    widest = WIDEST.get(unit, 5.0)
    return max(low, -widest), min(high, widest)


def compile_fresh(*measures: Measure, **spec: object) -> Compiled:
    """Compiled without keeping it: hypothesis asks for many."""
    corridor, scenario = with_measures(everything(31), *measures)
    times = {"start": corridor.settings.start, "end": corridor.settings.end}
    return compile_corridor(corridor, scenario, RunSpec(**{**times, **spec}))


@EVERY
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_more_strength_moves_every_number_further_the_same_way(lever, unit, data):
    low, high = range_of(lever, unit)
    strengths = sorted(data.draw(st.lists(st.floats(low, high), min_size=3, max_size=3, unique=True)))
    ramp = data.draw(st.sampled_from([0, 20]))
    one, two, three = (
        by_day(compile_fresh(measure(lever, s, unit, ramp_days=ramp))) for s in strengths
    )  # fmt: skip
    for name in one:
        first, second = two[name] - one[name], three[name] - two[name]
        slack = 1e-9 * np.maximum(1.0, np.minimum(np.abs(two[name]), 1e12))
        assert not ((first > slack) & (second < -slack)).any(), name
        assert not ((first < -slack) & (second > slack)).any(), name


@EVERY
def test_noise_weakens_a_measure_and_never_turns_it_around(lever, unit):
    if LEVERS[lever].open_sign:
        pytest.skip("a measured response may have either sign")
    low, high = range_of(lever, unit)
    neutral = neutral_strength(lever, unit)
    strength = {1.0: 1.2, 0.0: 0.2 * high}.get(neutral, 0.5 * high)
    wide = measure(lever, strength, unit, low=low, high=max(high, strength))
    run = compile_fresh(wide, noise=Noise(parameters=True, intensities=False, counts=False))
    without, central = by_day(compile_fresh()), by_day(run)
    least = 1.0
    for member in range(40):
        drawn = run.values(member)
        for name, values in central.items():
            way = values - without[name]
            went = getattr(drawn, name)[run.calendar.day_segment] - without[name]
            assert (went * np.sign(way) > -1e-9 * np.maximum(1.0, np.abs(without[name]))).all(), name
            moved = np.abs(way) > 1e-6
            if moved.any():
                least = min(least, float(np.abs(went / np.where(moved, way, 1.0))[moved].max()))
    if neutral is not None and np.isfinite(neutral):
        assert least < 1e-9  # some draws lie beyond the neutral strength: there it does nothing


@EVERY
@given(st.integers(0, 2**40), st.floats(0, 1))
@settings(max_examples=5, deadline=None)
def test_nobody_is_lost_under_any_lever(lever, unit, seed, part):
    low, high = range_of(lever, unit)
    run = compile_fresh(measure(lever, low + part * (high - low), unit), seed=seed, noise=COUNTS_ONLY)
    for member in (None, 0):
        result = run_member(run, member)
        assert result.inside == pytest.approx(result.departed + result.start_people, rel=1e-9)
        people = float((result.end_units * run.structure.network.cell_size).sum())  # in stocks and on the way
        assert people == pytest.approx(result.inside[-1], rel=1e-9)
        assert result.daily_stock.min() > -1e-9 and result.daily_flow.min() > -1e-9


@EVERY
def test_a_lever_without_its_parameters_is_refused_with_their_names(lever, unit):
    corridor, scenario = with_measures(everything(), measure(lever, 1, unit))
    bare = [row for row in corridor.parameters if row.parameter in ("departures", "share")]
    corridor = corridor.model_copy(update={"parameters": tuple(bare)})
    spec = RunSpec(corridor.settings.start, corridor.settings.end)
    effects = LEVERS[lever].effects[unit]
    needed = {name for e in effects for name in (e.divide, *e.also_needs) if name}
    needed |= {e.elasticity for e in effects if e.elasticity and not e.optional}
    needed |= {"lag_days"} if LEVERS[lever].lags else set()
    needed |= {"reference_level" for e in effects if e.rule == "elastic"}
    if not needed:
        compile_corridor(corridor, scenario, spec)
        return
    with pytest.raises(InputError) as error:
        compile_corridor(corridor, scenario, spec)
    told = str(error.value)
    for name in needed:
        assert f"measure 'm' needs the parameter {name} of the " in told
    assert error.value.exit_code == 2 and "hint: give " in told


def test_an_answer_without_its_elasticity_is_left_out():
    """The rule itself still acts: departures stay as they were, what follows an encounter does not."""
    corridor = everything()
    without = [r for r in corridor.parameters if (r.parameter, r.target) != ("elasticity", "asylum_rules")]
    assert len(without) < len(corridor.parameters)
    results = {}
    for whole, rows in ((True, corridor.parameters), (False, tuple(without))):
        spec = RunSpec(corridor.settings.start, corridor.settings.end)
        for strength in (0.0, 0.9):
            ready, scenario = with_measures(
                corridor.model_copy(update={"parameters": tuple(rows)}),
                measure("asylum_rules", strength, "share"),
            )
            results[whole, strength] = run_member(compile_corridor(ready, scenario, spec), None)
    assert results[False, 0.9].departed[-1] == pytest.approx(results[False, 0.0].departed[-1], rel=1e-12)
    assert results[True, 0.9].departed[-1] != pytest.approx(results[True, 0.0].departed[-1], rel=1e-6)
    assert abs(results[False, 0.9].daily_flow - results[False, 0.0].daily_flow).max() > 1


def test_an_elasticity_of_one_sign_keeps_it_in_every_draw():
    """With -0.05 as its 95 % quantile, one draw of a hundred would be above zero."""
    corridor = everything(31)
    rows = [
        row.model_copy(update={"low": -0.5, "high": -0.05})
        if (row.parameter, row.target) == ("elasticity", "legal_pathways")
        else row
        for row in corridor.parameters
    ]
    given = measure("legal_pathways", 500, "people/month")
    corridor, scenario = with_measures(corridor.model_copy(update={"parameters": tuple(rows)}), given)
    run = compile_corridor(corridor, scenario, RunSpec(corridor.settings.start, corridor.settings.end))
    leaving = run.stock_ids.index("home.leaving")
    before = under(days=31).values().departures[0, leaving].sum()
    drawn = [run.values(member).departures[0, leaving].sum() / before for member in range(2000)]
    assert max(drawn) <= 1 and min(drawn) < 0.9
