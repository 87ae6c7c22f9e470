"""What a slip of the pen in the Americas' tables would change, compared with figures kept elsewhere."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from corridor.data import evidence, load
from corridor.engine import RunSpec, compile_corridor
from corridor.ensemble import published
from corridor.formats import open_corridor
from corridor.model import Corridor

SPEC = RunSpec(start=dt.date(2023, 12, 1), end=dt.date(2024, 3, 31), as_of=dt.date(2023, 12, 31))


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


AGREEMENT = ("enforcement_south", "enforcement_north", "trains", "chnv_strengthened")


@pytest.mark.parametrize("measure", AGREEMENT)
def test_every_measure_of_the_agreement_moves_something(americas: Corridor, measure: str) -> None:
    plain = americas.scenario_ids["no-agreement"]
    with_it = plain.model_copy(update={"measures": (measure,)})
    before, after = (vars(compile_corridor(americas, s, SPEC).values(None)) for s in (plain, with_it))
    # segments differ with the measure's start: compare the last day's numbers
    assert any(not np.array_equal(before[name][-1], after[name][-1]) for name in before), measure


@pytest.mark.parametrize("lifted", ["eagle_pass_bridge", "lukeville"])
def test_every_lift_of_the_agreement_opens_a_port(americas: Corridor, lifted: str) -> None:
    agreement = americas.scenario_ids["agreement"]
    lift = tuple(x for x in agreement.lift if x.measure == lifted)
    assert lift
    plain = americas.scenario_ids["no-agreement"]
    opened = plain.model_copy(update={"lift": lift})
    closed, open_ = (compile_corridor(americas, s, SPEC).values(None).throughput[-1] for s in (plain, opened))
    assert (open_ >= closed).all()
    assert (open_ > closed).sum() == 1


def test_nationalities_are_mapped_to_themselves(americas: Corridor) -> None:
    """Each named code of a series carries that code's own count, in every observation."""
    names = {group.nationality for group in americas.groups} - {"OOO", "XEA"}
    checked = 0
    for observation in americas.observations:
        if "nationality" not in observation.by:
            continue
        dataset = load(observation.dataset)
        table = dataset.table
        for column, allowed in observation.where.items():
            table = table.filter(pl.col(column).is_in(list(allowed)))
        raw = dict(table.group_by("nationality").agg(pl.col("value").sum()).iter_rows())
        ours = dict(
            published(observation, dataset, americas)
            .group_by("nationality")
            .agg(pl.col("value").sum())
            .iter_rows()
        )
        for name in names & set(raw) & set(ours):
            if observation.dataset == "us_southwest_encounters" or name in (
                "VEN",
                "ECU",
                "CUB",
                "HTI",
                "CHN",
            ):
                assert ours[name] == raw[name], (observation.id, name)
                checked += 1
    assert checked > 100


def test_chicagos_room_is_the_one_that_was_announced(americas: Corridor) -> None:
    announced = evidence("announcements").filter(pl.col("id") == "chicago_capacity")["value"].item()
    rooms = {
        p.value for p in americas.parameters if p.parameter == "capacity" and p.target == "chicago.census"
    }
    assert rooms == {float(announced)}
