"""An opened corridor is kept, and read again where anything that it rests on has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from corridor import data
from corridor.formats import folder as opening
from corridor.formats import open_corridor, opened
from repository import ROOT


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corridor of one's own, kept in a folder of the test; how often it was checked is in ``checked``."""
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr(opened, "cache_folder", lambda: kept)
    monkeypatch.setattr(opening, "kept_corridor", opened.kept_corridor)
    monkeypatch.setattr(opening, "keep_corridor", opened.keep_corridor)
    return Path(shutil.copytree(ROOT / "examples" / "strait", tmp_path / "mine"))


def checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A list that grows with every folder that is read and checked."""
    calls: list[object] = []
    check = opening.check_corridor
    monkeypatch.setattr(opening, "check_corridor", lambda name: (calls.append(name), check(name))[1])
    return calls


def test_what_was_opened_is_read_once_and_equal(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = checks(monkeypatch)
    first, second = open_corridor(mine), open_corridor(mine)
    assert len(calls) == 1
    assert first == second and first is not second


def test_every_change_is_seen(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = checks(monkeypatch)
    open_corridor(mine)
    settings = mine / "corridor.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Across the strait", "Changed"), "utf-8")
    assert open_corridor(mine).settings.name == "Changed" and len(calls) == 2
    own = data.data_folder() / "census"  # a dataset of the user's may be named by an observation
    own.mkdir(parents=True)
    (own / "table.csv").write_text("date,value\n", "utf-8")
    open_corridor(mine)
    assert len(calls) == 3


def test_changed_code_is_seen(mine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "checks.py").write_text("a = 1\n", "utf-8")
    monkeypatch.setattr(opened, "PACKAGE", code)
    calls = checks(monkeypatch)
    open_corridor(mine)
    (code / "checks.py").write_text("a = 22\n", "utf-8")
    open_corridor(mine)
    assert len(calls) == 2


def test_a_broken_file_is_made_again(mine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls = checks(monkeypatch)
    open_corridor(mine)
    (file,) = (tmp_path / "kept").glob("*.pickle")
    file.write_bytes(b"\x80\x05broken")
    assert open_corridor(mine).settings.id == "strait" and len(calls) == 2


def test_the_one_used_least_recently_goes(mine: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for i in range(opened.KEPT + 3):
        (kept / f"{i}.pickle").write_bytes(b"")
        os.utime(kept / f"{i}.pickle", (i, i))
    open_corridor(mine)
    left = {path.name for path in kept.glob("*.pickle")}
    assert len(left) == opened.KEPT and "0.pickle" not in left and f"{opened.KEPT + 2}.pickle" in left


def test_nothing_is_kept_where_nothing_can_be_written(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "cache_folder", lambda: None)
    calls = checks(monkeypatch)
    assert open_corridor(mine) == open_corridor(mine)
    assert len(calls) == 2
