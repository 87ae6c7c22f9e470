"""Compiled kernels are those of the files as they are, in every one of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.engine.kernels import cache

RUN = """
import numpy as np
from corridor.engine.kernels import cache, gates
from corridor.engine.kernels.cache import kernel

print(gates.__file__)
print(cache.cache_folder())
seed = np.uint64(1)
print(gates.first_of(True, seed, seed, seed, 5, 1000))
"""
"""``first_of`` stands in ``gates.py`` and calls ``uniform_pair`` of ``random.py``."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the kernels in packages of the same names."""
    target = tmp_path_factory.mktemp("copy")
    (target / "corridor" / "engine" / "kernels").mkdir(parents=True)
    for folder in ("corridor", "corridor/engine"):
        (target / folder / "__init__.py").write_text("", "utf-8")
    shutil.copy(cache.HERE.parents[1] / "_cache.py", target / "corridor")
    for path in cache.HERE.glob("*.py"):
        shutil.copy(path, target / "corridor" / "engine" / "kernels")
    return target


def run(package: Path, **environment: str) -> tuple[Path, int]:
    """Of the copy: its folder of compiled kernels, and a draw that two kernel files make."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")
    }
    found = subprocess.run(
        [sys.executable, "-c", RUN],
        env={**kept, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True, text=True, cwd=package,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    file, folder, drawn = found.stdout.splitlines()
    assert file.startswith(str(package))
    return Path(folder), int(drawn)


def test_a_change_in_the_file_of_a_called_kernel_is_run(package):
    """Only the file of the called kernel is edited; the other keeps its time and size."""
    folder, before = run(package)
    path = package / "corridor" / "engine" / "kernels" / "random.py"
    text = path.read_text("utf-8")
    assert "    return u, v\n" in text
    try:
        path.write_text(text.replace("    return u, v\n", "    return 0.4321, v\n"), "utf-8")
        changed, drawn = run(package)
    finally:
        path.write_text(text, "utf-8")
    assert before != 432
    assert (changed != folder, drawn) == (True, 432)
    files = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}
    assert run(package) == (folder, before), "and back"
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")} == files, "compiled once"
    assert files and folder.is_relative_to(package)


def test_numbas_own_setting_is_obeyed(package, tmp_path):
    folder, _ = run(package, NUMBA_CACHE_DIR=str(tmp_path))
    assert folder.is_relative_to(tmp_path) and list(folder.rglob("*.nbc"))


@pytest.mark.parametrize("home", [True, False])
def test_without_a_folder_to_write_in_kernels_run_all_the_same(monkeypatch, tmp_path, home):
    """The package cannot be written to; the user's cache can, or cannot either."""
    monkeypatch.setattr(cache, "HERE", tmp_path / "package")
    monkeypatch.setattr(cache, "user_cache", lambda: tmp_path / "home")
    monkeypatch.setattr(cache, "kernel_hash", lambda folder: "abc")
    real = cache.can_write
    monkeypatch.setattr(cache, "can_write", lambda folder: home and "home" in str(folder) and real(folder))
    monkeypatch.setattr(cache, "_SETTING", "no_such_setting")
    cache.cache_folder.cache_clear()
    try:
        assert cache.cache_folder() == (tmp_path / "home" / "corridor" / "kernels-abc" if home else None)
        if not home:
            assert cache.kernel(lambda x: x + 1)(2) == 3
    finally:
        cache.cache_folder.cache_clear()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a superuser can write everywhere")
def test_a_folder_without_permission_is_not_written_to(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert not cache.can_write(tmp_path / "kernels")
    tmp_path.chmod(stat.S_IRWXU)


def test_a_file_in_the_way_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    assert not cache.can_write(tmp_path / "file" / "kernels")
    assert cache.can_write(tmp_path / "kernels")


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
