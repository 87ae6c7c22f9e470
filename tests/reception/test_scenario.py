"""A scenario's arrivals and releases from the shipped corridor (slow: it is compiled and run)."""

import datetime as dt

import numpy as np
import pytest

from corridor.formats import open_corridor
from corridor.model import InputError
from corridor.reception.scenario import arrival_factor
from corridor.study.coordination import coordination_table, releases

DAY = dt.date(2023, 12, 31)


@pytest.mark.slow
def test_the_base_beside_itself_changes_nothing_and_releases_are_all_sent() -> None:
    corridor = open_corridor("americas")
    assert arrival_factor(corridor, "no-agreement", "no-agreement", "chicago", DAY, 3) == pytest.approx(
        np.ones(3)
    )
    found = releases(corridor, "agreement", DAY, 4)
    assert sum(d.share for d in found.destinations) == pytest.approx(1.0)
    limits = {d.id: d.limit for d in found.destinations}
    assert limits["chicago"] == 15_000
    assert limits["elsewhere"] == float("inf")
    table = coordination_table(corridor, "agreement", DAY, weeks=4)
    sent = table.select([c for c in table.columns if c.startswith("sent_")]).sum_horizontal()
    assert sent.to_list() == pytest.approx([sum(found.weeks)] * 4)


def test_what_is_not_there_is_said() -> None:
    corridor = open_corridor("americas")
    for words, message in (
        (("agrement", None, "chicago", DAY), "no scenario 'agrement'"),
        (("agreement", None, "boston", DAY), "no arrivals in 'boston'"),
        (("agreement", None, "chicago", dt.date(2023, 12, 30)), "no calibration as of"),
    ):
        with pytest.raises(InputError, match=message):
            arrival_factor(corridor, *words, 4)
