"""On what a difference rests: sizes of effects by grade, counted by hand, and what is shown of them.

Ten people a day come to a desk in January. Twenty of thirty beds are open (a base measure) and take the first
twenty; the others go free: 10 t - 20 on day t.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import small_corridors as small
from corridor.formats import save_corridor
from corridor.model import Corridor, Event, Indicator, Lift, Measure, Scenario, Trigger
from corridor.report.sections.base import RunView
from corridor.report.sections.scenarios import Scenarios
from corridor.study import RunFolder
from corridor.study.run import Study, run_study
from small_corridors import flow, parameter, stock

START = dt.date(2023, 1, 1)
BEDS = 10 + 20 * 26
"""A trigger adds 20 beds from day 5 on: day 5 frees 10 fewer, later evenings have 20 fewer free."""
CROWD = 50 + 60 * 30
"""Sixty more on day 1 fill the beds and 50 are free; from day 2 on sixty more."""
FEW = 5 * 30
"""Five more on day 1 have beds; from day 2 on five more are free."""
LIFTED = 10 * 29
"""With all thirty beds open, ten fewer are free from day 3 on."""


def scenario(name: str, **parts: object) -> Scenario:
    return Scenario.model_validate(
        {"id": name, "name": name, "name_es": name, "description": name, "description_es": name, **parts}
    )


def event(name: str, people: float, source: str) -> Event:
    return Event(
        id=name, name=name, name_es=name, stock="town.desk", group="VEN.single", start=START, people=people,
        known_from=dt.date(2022, 1, 1), source=source,
    )  # fmt: skip


def measure(name: str, **fields: object) -> Measure:
    return Measure.model_validate({
        "id": name, "name": name, "name_es": name, "lever": "detention_capacity", "actor": "nobody", "start": START,
        "strength": 20, "unit": "people", "known_from": dt.date(2022, 1, 1), "grade": "mechanical",
        "source": "assumption, for tests", **fields,
    })  # fmt: skip


@pytest.fixture(scope="module", name="desk")
def corridor_with_a_desk() -> Corridor:
    return small.small_corridor(
        [stock("town.desk", stay_days=1), stock("town.beds", capacity=30), stock("town.free")],
        [
            flow("held", "town.desk", "town.beds", "detention", share=1 - 1e-9, overflow_flow="freed"),
            flow("freed", "town.desk", "town.free", "release", share=1e-9),
        ],
        [parameter("departures", 310, "town.desk")],
        days=31,
        triggers=(
            Trigger(id="crowded", name="c", name_es="c", stock="town.free", on_above=19.5, off_below=1, source="test"),
        ),
        measures=(
            measure("more_beds", trigger="crowded"),
            measure("fewer_beds", strength=-10, in_base=True, grade="before_after"),
        ),
        events=(
            event("crowd", 60, "assumption: a round number"), event("few", 5, "assumption: a round number"),
            event("counted", 5, "somebody counted them"),
        ),
        indicators=(
            Indicator(id="free", name="Free", name_es="Libres", kind="stock", stocks=("town.free",), tag="assumed"),
        ),
        scenarios=(
            scenario("crowded", measures=("more_beds",), events=("crowd",)),
            scenario("some", measures=("more_beds",), events=("few",)),
            scenario("sure", measures=("more_beds",), events=("counted",)),
            scenario("lifted", lift=(Lift(measure="fewer_beds", on=START),), events=("crowd",)),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module", name="run")
def run_of_all(desk: Corridor, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = save_corridor(desk, tmp_path_factory.mktemp("grades") / "desk")
    study = Study(
        corridor=desk, folder=Path(folder), calibration=None, scenarios=(None, *desk.scenario_ids),
        end=desk.settings.end, as_of=desk.settings.as_of, members=4,
    )  # fmt: skip
    tables, manifest = run_study(study)
    return RunFolder.write(tmp_path_factory.mktemp("grades") / "run", tables, manifest)


SHARES = {
    "crowded": {"mechanical": BEDS / (BEDS + CROWD), "assumed": CROWD / (BEDS + CROWD)},  # 22 % founded
    "some": {"mechanical": BEDS / (BEDS + FEW), "assumed": FEW / (BEDS + FEW)},  # 78 %
    "sure": {"mechanical": 1.0},
    "lifted": {"before_after": LIFTED / (LIFTED + CROWD), "assumed": CROWD / (LIFTED + CROWD)},  # 14 %
}


@pytest.mark.parametrize("name", SHARES)
def test_shares_of_grades_are_sizes_of_effects(run, name):
    grades = run.table("grades").filter(scenario=name, item="free")
    found: dict[str, float] = dict(grades.select("grade", "share").iter_rows())
    assert found == pytest.approx(SHARES[name], rel=1e-6)


def test_what_rests_on_assumptions_is_hatched_says_if_and_has_no_chance(run):
    """Every difference has its size and interval; what is half founded or more has its chance too."""
    (switch,) = Scenarios().payload(RunView(run))
    for name, blocks in switch["parts"].items():
        (block,) = [block for block in blocks if block["type"] == "dots"]
        (row,) = block["rows"]
        assert row["low"] <= row["median"] <= row["high"] and row["median"] != 0
        assert row["founded"] == pytest.approx(1.0 - SHARES[name].get("assumed", 0.0), rel=1e-6)
        assumed = SHARES[name].get("assumed", 0.0) > 0.5
        assert (block["hatched"], row["chance_lower"] is None) == (assumed, assumed)
        assert block["title"]["en"].startswith("If the assumptions hold" if assumed else "Difference")
        assert block["title"]["es"].startswith("Si se cumplen" if assumed else "Diferencia")


def test_a_difference_starts_when_the_first_event_does(run):
    periods = run.table("differences").select("scenario", "period").rows()
    assert dict(periods) == dict.fromkeys(SHARES, "2023-01/2023-01")
