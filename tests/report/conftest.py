"""One synthetic run and its report for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from make_run import MANIFEST, tables

from corridor.report import RunFolder, write_html

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return RunFolder.write(tmp_path_factory.mktemp("report") / "run", tables(), MANIFEST)


@pytest.fixture(scope="session")
def report(run: RunFolder) -> Path:
    return write_html(run, run.path / "report.html")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; without it the tests are skipped, but fail where CI is set."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"no Chromium at {CHROMIUM}")
        pytest.skip("no Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = api.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()
