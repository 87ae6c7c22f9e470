"""Compiled kernels are those of the files as they are, in every one of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import corridor
from corridor.engine.kernels import cache

RUN = """
import numpy as np
from corridor.engine.kernels.departures import depart, month_parts
from corridor.engine.kernels.random import poisson_quantile
import corridor.engine.kernels.departures as departures, corridor.engine.kernels.cache as cache
from corridor.engine.kernels.cache import kernel

rest, part, ahead = month_parts(np.zeros(2, dtype=np.int64), np.ones((2, 1)), np.ones((2, 1)))
print(departures.__file__)
print(cache.cache_folder())
print(departures.binomial_quantile(0.5, 10, 0.5), poisson_quantile(0.5, 20.0))
print(departures.change_departures(np.uint64(1), np.uint64(1), 5, np.array([7], dtype=np.uint64), np.array([30.0]), STATE))
print(STATE.left[0])
"""
STATE = """
from corridor.engine.triggers import new_state
STATE = new_state(1, 0)
"""
CALLED = "    if mean <= 0.0:\n        return 0\n    if mean < EXACT_BELOW:"
"""In ``random.py``: the beginning of ``poisson_quantile``, which ``departures.py`` calls."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's code, without data."""
    target = tmp_path_factory.mktemp("copy")
    source = Path(corridor.__file__).parent
    for path in source.rglob("*.py"):
        copy = target / "corridor" / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return target


def run(package: Path, **environment: str) -> list[str]:
    """What the copy prints: folder of compiled kernels, and a draw that two kernel files make."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")
    }
    found = subprocess.run(
        [sys.executable, "-c", STATE + RUN],
        env={**kept, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True, text=True, cwd=package,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    lines = found.stdout.splitlines()
    assert lines[0].startswith(str(package))
    return lines[1:]


def test_a_change_in_the_file_of_a_called_kernel_is_run(package):
    """``change_departures`` stands in one file, what it calls in another; only the other is edited."""
    folder, before = run(package)[0], run(package)[-1]
    path = package / "corridor" / "engine" / "kernels" / "random.py"
    text = path.read_text("utf-8")
    assert CALLED in text
    try:
        path.write_text(text.replace(CALLED, "    if mean > 0.0:\n        return 4321\n" + CALLED), "utf-8")
        changed = run(package)
    finally:
        path.write_text(text, "utf-8")
    assert float(before) != 4321
    assert (changed[0] != folder, float(changed[-1])) == (True, 4321)
    assert run(package)[::3] == [folder, before], "and back"


def test_kernels_are_compiled_once(package):
    folder = Path(run(package)[0])
    files = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}
    assert files and folder.is_relative_to(package)
    run(package)
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")} == files


def test_a_bundle_that_was_renamed_is_not_looked_for(package):
    """Numba keeps the class of a bundle by name: an index of an older version cannot be read."""
    run(package)
    kernels = package / "corridor" / "engine" / "kernels"
    triggers = package / "corridor" / "engine" / "triggers.py"
    bundles, caller = (kernels / "bundles.py").read_text("utf-8"), triggers.read_text("utf-8")
    try:
        (kernels / "bundles.py").write_text(bundles.replace("class State(", "class DayState("), "utf-8")
        triggers.write_text(caller.replace("import State, Watch", "import DayState as State, Watch"), "utf-8")
        run(package)
    finally:
        (kernels / "bundles.py").write_text(bundles, "utf-8")
        triggers.write_text(caller, "utf-8")


def test_numbas_own_setting_is_obeyed(package, tmp_path):
    folder = Path(run(package, NUMBA_CACHE_DIR=str(tmp_path))[0])
    assert folder.is_relative_to(tmp_path) and list(folder.rglob("*.nbc"))


@pytest.mark.parametrize("home", [True, False])
def test_without_a_folder_to_write_in_kernels_run_all_the_same(monkeypatch, tmp_path, home):
    """The package cannot be written to; the user's cache can, or cannot either."""
    monkeypatch.setattr(cache, "HERE", tmp_path / "package")
    monkeypatch.setattr(cache, "_user_cache", lambda: tmp_path / "home")
    monkeypatch.setattr(cache, "kernel_hash", lambda folder: "abc")
    real = cache._can_write
    monkeypatch.setattr(cache, "_can_write", lambda folder: home and "home" in str(folder) and real(folder))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(cache, "_SETTING", "no_such_setting")
    cache.cache_folder.cache_clear()
    try:
        found = cache.cache_folder()
        assert found == (tmp_path / "home" / "corridor" / "kernels-abc" if home else None)
        if not home:
            assert cache.kernel(lambda x: x + 1)(2) == 3
    finally:
        cache.cache_folder.cache_clear()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a superuser can write everywhere")
def test_a_folder_without_permission_is_not_written_to(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert not cache._can_write(tmp_path / "kernels")
    tmp_path.chmod(stat.S_IRWXU)


def test_a_file_in_the_way_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    assert not cache._can_write(tmp_path / "file" / "kernels")
    assert cache._can_write(tmp_path / "kernels")


def test_the_hash_sees_names_and_texts(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    first = cache.kernel_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = cache.kernel_hash(tmp_path)
    (tmp_path / "b.py").write_text("x = 2")
    assert len({first, renamed, cache.kernel_hash(tmp_path)}) == 3


def test_folders_that_nobody_uses_are_removed(tmp_path):
    old, new, current = (tmp_path / f"kernels-{name}" for name in ("old", "new", "current"))
    for folder in (old, new, current):
        folder.mkdir()
    long_ago = 86_400 * (cache.KEPT_DAYS + 1)
    os.utime(old, (old.stat().st_mtime - long_ago,) * 2)
    os.utime(current, (old.stat().st_mtime,) * 2)
    cache._remove_old(tmp_path, current)
    assert (old.exists(), new.exists(), current.exists()) == (False, True, True)
