"""One calibration of the fork for all tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from fork_corridor import AS_OF, Truth, guess, loader, plan, publish

from corridor.calibrate import Calibration, calibrate
from corridor.data import Dataset


@pytest.fixture(scope="session")
def truth() -> Truth:
    return Truth()


@pytest.fixture(scope="session")
def published(truth: Truth) -> Mapping[str, Dataset]:
    return publish(truth)


@pytest.fixture(scope="session")
def fitted(published: Mapping[str, Dataset]) -> Calibration:
    return calibrate(guess(), plan(), AS_OF, loader=loader(published))
