"""One synthetic run, served."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client asks for a successor of httpx
    from starlette.testclient import TestClient

from corridor.report import RunFolder
from corridor.serve import Runs, Settings, make_app


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from make_levers import levers
    from make_run import MANIFEST, tables

    return RunFolder.write(tmp_path_factory.mktemp("serve") / "run", tables(), MANIFEST, levers()).path


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        folder=tmp_path_factory.mktemp("kept"), most_bytes=100_000, series="us_total", line=250_000
    )


@pytest.fixture(scope="session")
def client(folder: Path, settings: Settings) -> Iterator[Any]:
    with TestClient(make_app(Runs([folder]), settings)) as found:
        yield found
