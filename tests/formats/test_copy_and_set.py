"""A corridor copied under a name of its own, and measures set otherwise for one run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corridor.formats import check_corridor, find_corridor, new_corridor
from corridor.formats.changed import open_changed
from corridor.formats.new import copy_corridor
from corridor.model import Corridor, InputError, Measure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_corridor(tmp_path / "mine")


def port(corridor: Corridor) -> Measure:
    (found,) = [m for m in corridor.measures if m.id == "port-half-closed"]
    return found


@pytest.mark.parametrize("name", ["mediterranean", "americas"])
def test_a_copy_is_whole_and_has_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    copy = copy_corridor(name, tmp_path / "my-copy")
    shipped = find_corridor(name)
    files = {p.relative_to(shipped) for p in shipped.rglob("*") if p.is_file()}
    assert files == {p.relative_to(copy) for p in copy.rglob("*") if p.is_file()}
    changed = {file for file in files if (copy / file).read_bytes() != (shipped / file).read_bytes()}
    assert changed == {Path("corridor.yaml")}
    assert check_corridor(copy).summary["id"] == "my-copy"


def test_what_cannot_be_copied(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source, target, message in (
        ("americas", "americas", "name of a shipped corridor"),
        ("nowhere", "other", "no corridor folder nowhere"),
        ("mine", "mine/inside", "lies in the folder that is copied"),
        ("americas", "mine", "is not empty"),
        (".", "../other", "holds no corridor.yaml"),
    ):
        with pytest.raises(InputError, match=message):
            copy_corridor(source, target)


def test_a_strength_within_its_range_keeps_its_evidence(folder: Path) -> None:
    found = port(open_changed(folder, ["port-half-closed.strength=0.55"]))
    assert (found.strength, found.low, found.high, found.grade) == (0.55, 0.4, 0.6, "mechanical")


def test_a_strength_outside_its_range_is_assumed(folder: Path) -> None:
    found = port(open_changed(folder, ["port-half-closed.strength=0.9"]))
    assert (found.strength, found.low, found.high, found.grade) == (0.9, None, None, "assumed")


def test_dates_are_set_and_others_stay(folder: Path) -> None:
    sets = ["port-half-closed.start=2024-03-01", "port-half-closed.end="]
    found = port(open_changed(folder, sets))
    assert (found.start, found.end, found.strength) == (dt.date(2024, 3, 1), None, 0.5)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("port-half-closd.strength=1", "there is no measure 'port-half-closd'", "did you mean 'port-half-closed'?"),
        ("port-half-closed.strenght=1", "'strenght' cannot be set", "did you mean 'strength'?"),
        ("port-half-closed", "is not MEASURE.FIELD=VALUE", "for example port-closed.strength=0.4"),
        ("port-half-closed.start=soon", "'soon' is not a date", "write year-month-day, for example 2023-12-31"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(folder: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        open_changed(folder, [text])
    (fault,) = caught.value.faults
    assert (fault.message, fault.hint) == (message, hint)


def test_what_is_set_is_checked_with_the_whole_folder(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_changed(folder, ["port-half-closed.start=2029-01-01"])
    assert any("before it starts on 2029-01-01" in fault.message for fault in caught.value.faults)


def test_a_scenario_file_from_elsewhere(folder: Path, tmp_path: Path) -> None:
    text = (folder / "scenarios" / "half-closed.yaml").read_text("utf-8")
    file = tmp_path / "other.yaml"
    file.write_text(text.replace("id: half-closed", "id: other"), "utf-8")
    found = open_changed(folder, (), [file])
    assert {scenario.id for scenario in found.scenarios} == {"half-closed", "other"}
    file.write_text(
        text.replace("id: half-closed", "id: other").replace("port-half-closed", "port-shut"), "utf-8"
    )
    with pytest.raises(InputError, match="port-shut"):
        open_changed(folder, (), [file])
