"""What all tests share: hypothesis without luck or clock, slow tests on request, the repository's root."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from numba.core.dispatcher import Dispatcher

from corridor.formats import folder
from repository import ROOT

settings.register_profile(
    "corridor",
    derandomize=True,  # the same examples everywhere, so that a failure is never a surprise
    deadline=None,  # the first example compiles kernels
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("corridor")

LOCK = Path(tempfile.gettempdir()) / "corridor-tests-compile.lock"


@pytest.fixture(scope="session", autouse=True)
def kernels_are_compiled_once() -> Iterator[None]:
    """Of two processes of tests that need a kernel, one compiles it and the other takes it from the cache."""
    try:
        import fcntl
    except ImportError:  # Windows: each compiles its own
        yield
        return
    compile_of, depth = Dispatcher.compile, 0

    def one_at_a_time(dispatcher: Any, signature: Any) -> Any:
        nonlocal depth
        if depth == 0:
            fcntl.flock(lock, fcntl.LOCK_EX)
        depth += 1
        try:
            return compile_of(dispatcher, signature)
        finally:
            depth -= 1
            if depth == 0:
                fcntl.flock(lock, fcntl.LOCK_UN)

    with LOCK.open("w") as lock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dispatcher, "compile", one_at_a_time)
        yield


LONG = ("slow", "validation")
"""Markers of tests that are run on request."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests and validations out unless markers are chosen (``-m slow``)."""
    if config.option.markexpr:
        return
    long = [item for item in items if any(item.get_closest_marker(name) for name in LONG)]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session", autouse=True)
def shipped_corridors_are_read_once() -> Iterator[None]:
    """Opening the Americas takes seconds, and it is opened by a hundred tests; it is frozen, so they share it."""
    known: dict[Path, folder.Check] = {}
    check = folder.check_corridor

    def once(path_or_name: str | Path) -> folder.Check:
        path = folder.find_corridor(path_or_name)
        if path not in folder.shipped_corridors().values():
            return check(path_or_name)
        if path not in known:
            known[path] = check(path_or_name)
        return known[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "check_corridor", once)
        patch.setattr(folder, "kept_corridor", lambda path: None)
        patch.setattr(folder, "keep_corridor", lambda path, corridor: None)
        yield


@pytest.fixture(autouse=True)
def no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has added or refreshed does not count here."""
    monkeypatch.setenv("CORRIDOR_DATA", str(tmp_path_factory.mktemp("data-of-the-user")))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT
