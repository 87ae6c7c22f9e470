"""A shipped name means one corridor; a period has a longest length."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.formats import check_corridor, find_corridor, new_corridor, shipped_corridors
from corridor.model import InputError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_no_new_corridor_takes_a_shipped_name(here: Path) -> None:
    with pytest.raises(InputError, match="americas is the name of a shipped corridor"):
        new_corridor("americas")
    assert not list(here.iterdir())


def test_a_folder_with_a_shipped_name_is_never_taken_silently(here: Path) -> None:
    new_corridor("mine").rename("americas")
    with pytest.raises(InputError, match="a shipped corridor and a folder here") as caught:
        find_corridor("americas")
    assert "write ./americas" in str(caught.value.hint)
    assert find_corridor("./americas").resolve() == here / "americas"
    assert find_corridor("mediterranean") == shipped_corridors()["mediterranean"]


def test_the_shipped_folder_itself_may_be_named_from_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = shipped_corridors()["americas"]
    monkeypatch.chdir(shipped.parent)
    assert find_corridor("americas").resolve() == shipped.resolve()


@pytest.mark.parametrize("end", ["9999-12-31", "2072-03-21"])
def test_a_period_longer_than_fifty_years_is_a_fault(end: str) -> None:
    folder = new_corridor("mine")
    settings = folder / "corridor.yaml"
    settings.write_text(settings.read_text("utf-8").replace("end: 2024-12-31", f"end: {end}"), "utf-8")
    (fault,) = [fault for fault in check_corridor(folder).faults if fault.column == "end"]
    assert fault.message == f"{end} is more than 50 years after the start, 2021-07-01"


def test_fifty_years_are_not_too_long() -> None:
    folder = new_corridor("mine")
    settings = folder / "corridor.yaml"
    settings.write_text(settings.read_text("utf-8").replace("end: 2024-12-31", "end: 2071-06-30"), "utf-8")
    assert check_corridor(folder).faults == ()
