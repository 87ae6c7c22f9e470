"""What compilations share: never stale, never changed by one of them, and the same numbers as without it."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest

from corridor.engine import RunSpec, compile_corridor, run_member
from corridor.engine.prepared import _prepare, prepare
from corridor.engine.structure import _network
from corridor.formats import open_corridor
from corridor.model import Parameter
from small_corridors import START, one_stock_census, queue

SPEC = RunSpec(dt.date(2023, 10, 1), dt.date(2024, 3, 31), as_of=dt.date(2023, 12, 31))


@pytest.fixture(scope="module")
def americas():
    return open_corridor("americas")


def forget() -> None:
    _prepare.cache_clear()
    _network.cache_clear()


@pytest.mark.parametrize("scenario", ["agreement", "bill-as-reported-2023-12"])
def test_a_second_compilation_has_the_numbers_of_a_first(americas, scenario):
    """After the base was compiled, a scenario's arrays are bit for bit those of one compiled with nothing kept."""
    forget()
    alone = run_member(compile_corridor(americas, scenario, SPEC), 3)
    forget()
    compile_corridor(americas, None, SPEC)
    after = run_member(compile_corridor(americas, scenario, SPEC), 3)
    for field in fields(alone):
        assert np.array_equal(getattr(alone, field.name), getattr(after, field.name)), field.name


def test_only_the_first_compilation_resolves_parameters(americas):
    forget()
    for scenario in (None, "agreement", "no-agreement", "agreement"):
        compile_corridor(americas, scenario, SPEC)
    assert _prepare.cache_info().misses == 1
    assert _network.cache_info().hits >= 1


def test_a_changed_parameter_is_seen():
    """A hundred people a day who stay ten days are a thousand, less those of the day; twice the stay, twice as many."""
    census = []
    for days in (10.0, 20.0):
        corridor = one_stock_census(3044.0, days, 1)
        compiled = compile_corridor(corridor, None, RunSpec(START, START + dt.timedelta(days=119)))
        census.append(run_member(compiled, None).daily_stock[-1, compiled.stock_ids.index("town.shelter")])
    assert census == pytest.approx([900.0, 1900.0], rel=0.02)


def test_a_copy_with_other_parameters_is_no_other_corridor():
    corridor = queue(1000.0, 10.0)
    compile_corridor(corridor, None, RunSpec(START, START + dt.timedelta(days=29)))
    more = Parameter(
        parameter="throughput", target=corridor.flows[0].id, value=20.0, unit="people/day", source="assumption: tests"
    )  # fmt: skip
    changed = corridor.model_copy(update={"parameters": (*corridor.parameters, more)})
    moved = [
        run_member(compile_corridor(c, None, RunSpec(START, START + dt.timedelta(days=29))), None).monthly_flow.sum()
        for c in (corridor, changed)
    ]  # fmt: skip
    assert moved[1] == pytest.approx(2 * moved[0])


def test_what_is_known_is_part_of_the_question(americas):
    """Clemens' elasticity of April 2024 is not that of a run that stands in December 2023."""

    def elasticity(as_of: dt.date) -> float:
        spec = replace(SPEC, as_of=as_of, end=dt.date(2024, 12, 31))
        table = prepare(americas, (), spec).table
        return float(table.values(0, None)[table.scalar("elasticity", "legal_pathways")])

    assert elasticity(dt.date(2023, 12, 31)) == -0.2
    assert elasticity(dt.date(2024, 6, 30)) == -0.3


def test_a_compilation_leaves_what_is_kept_as_it_was(americas):
    """Strengths of measures are rows of the compilation's own table."""
    kept = prepare(americas, (), SPEC).table
    rows, values = len(kept.rows), kept.values(0, None)
    compiled = compile_corridor(americas, "agreement", SPEC)
    assert len(compiled.table.rows) > rows == len(kept.rows)
    assert np.array_equal(kept.values(0, None), values)
