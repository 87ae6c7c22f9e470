"""What a slip of the pen in the Americas' tables would change, compared with figures kept elsewhere."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.data import evidence, load
from corridor.ensemble import published
from corridor.formats import open_corridor
from corridor.model import Corridor


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


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
