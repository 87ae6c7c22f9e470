"""What all tests share: hypothesis without luck or clock, slow tests on request, the repository's root."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from repository import ROOT

settings.register_profile(
    "corridor",
    derandomize=True,  # the same examples everywhere, so that a failure is never a surprise
    deadline=None,  # the first example compiles kernels
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("corridor")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless markers are chosen (``-m slow``)."""
    if config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture(autouse=True)
def no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has added or refreshed does not count here."""
    monkeypatch.setenv("CORRIDOR_DATA", str(tmp_path_factory.mktemp("data-of-the-user")))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT
