from __future__ import annotations

from collections.abc import Callable

import pytest
from statement_cases import make_corridor, make_observation, monthly

from corridor.claims import check_claims
from corridor.data import Dataset


@pytest.fixture
def check() -> Callable:
    """``check(claim, as_of=None, north=values, south=values)``: the verdict on one statement."""

    def run(claim, as_of=None, **series):
        data = {name: v if isinstance(v, Dataset) else monthly(name, v) for name, v in series.items()}
        corridor = make_corridor([claim], [make_observation(name) for name in data])
        return check_claims(corridor, as_of, data.__getitem__)[0]

    return run
