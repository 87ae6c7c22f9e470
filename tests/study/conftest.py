"""One study of the Americas and one of the example for all tests of this folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from study_tools import AS_OF, Done, done

from corridor.calibrate import read_calibration
from corridor.formats import find_corridor, open_corridor
from corridor.study import influence
from corridor.study.run import Study
from repository import ROOT


@pytest.fixture(scope="session")
def few_blocks() -> Iterator[None]:
    """The influence of assumptions takes most of a study's time: a handful of blocks are enough here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(influence, "INFLUENCE_BLOCKS", 4)
        patch.setattr(influence, "INTENSITY_MEMBERS", 6)
        yield


@pytest.fixture(scope="session")
def americas_study() -> Study:
    folder = find_corridor("americas")
    return Study(
        corridor=open_corridor("americas"), folder=folder,
        calibration=read_calibration(folder / "calibration", AS_OF), scenarios=("no-agreement", "agreement"),
        end=dt.date(2024, 6, 30), as_of=AS_OF, members=10, command="corridor demo --members 10",
    )  # fmt: skip


@pytest.fixture(scope="session")
def americas(americas_study: Study, few_blocks: None) -> Done:
    return done(americas_study)


@pytest.fixture(scope="session")
def strait_study() -> Study:
    folder = ROOT / "examples" / "strait"
    corridor = open_corridor(folder)
    return Study(
        corridor=corridor, folder=folder, calibration=None, scenarios=(None, "closed-and-held"),
        end=corridor.settings.end, as_of=AS_OF, members=20, command="corridor simulate examples/strait",
    )  # fmt: skip


@pytest.fixture(scope="session")
def strait(strait_study: Study, few_blocks: None) -> Done:
    return done(strait_study)
