"""One synthetic run and its report for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import wait_until_drawn
from make_levers import levers
from make_run import MANIFEST, tables

from corridor.report import RunFolder, write_html

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return RunFolder.write(tmp_path_factory.mktemp("report") / "run", tables(), MANIFEST, levers())


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


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    """All pages under each other at a desktop width; any console message, page error or request besides the file fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on(
        "request",
        lambda request: heard.append(request.url) if request.url.split("#")[0] != report.as_uri() else None,
    )
    opened.goto(f"{report.as_uri()}#/all")
    wait_until_drawn(opened)
    opened.evaluate("document.querySelectorAll('details.save').forEach(d => { d.open = true })")
    yield opened
    context.close()
    assert not [line for line in heard if not line.startswith("blob:")]
