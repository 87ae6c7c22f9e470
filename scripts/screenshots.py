"""Pictures of a report, in a real Chromium.

    python scripts/screenshots.py RUN/report.html OUT [--sections]   two widths, light and dark, EN and ES
    python scripts/screenshots.py RUN/report.html --readme           the pictures of the documentation

The pictures of the documentation are made from `corridor demo --members 200 --seed 1`.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = {"desktop": (1280, 900), "phone": (360, 780)}
IMAGES = Path(__file__).parents[1] / "docs" / "images"
README = {
    "report": (1280, 800, "en", "start", None),
    "what-if": (1280, 800, "en", "what-if&scenario=agreement&against=no-agreement", None),
    "coming": (1280, 800, "en", "coming", None),
    "report-es-phone": (390, 844, "es", "start", None),
    "map": (1100, 900, "en", "start", "#figure-map"),
    "map-es-phone": (390, 844, "es", "start", "#figure-map"),
    "brief-es": (1100, 900, "es", "ready/brief", "#brief .brief-page"),
}
"""Name, width, height, language, page and part of it of the pictures of the documentation."""
PAGES = ("start", "coming", "what-if", "worked", "ready", "agreed", "evidence")
MEMBERS = 6_000
"""Milliseconds that the members of the simulator may take."""


@contextmanager
def opened(
    browser: Browser, report: Path, width: int, height: int, scheme: str, lang: str, name: str = "all"
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{report.resolve().as_uri()}#/{name}&lang={lang}")
    page.wait_for_timeout(MEMBERS if name.startswith("what-if") else 900)
    yield page
    context.close()


def all_pictures(browser: Browser, report: Path, out: Path, sections: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for size, scheme, lang in itertools.product(WIDTHS, ("light", "dark"), ("en", "es")):
        name = f"{size}-{scheme}-{lang}"
        with opened(browser, report, *WIDTHS[size], scheme, lang) as page:
            page.screenshot(path=out / f"{name}.png", full_page=True)
            for section in page.query_selector_all("section") if sections else []:
                section.screenshot(path=out / f"{name}-{section.get_attribute('id')}.png")
        for one in PAGES:
            with opened(browser, report, *WIDTHS[size], scheme, lang, one) as page:
                page.screenshot(path=out / f"{name}-page-{one}.png")


def readme_pictures(browser: Browser, report: Path) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (width, height, lang, at, part) in README.items():
        with opened(browser, report, width, height, "light", lang, at) as page:
            shown = page.locator(part) if part else page
            shown.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--sections", action="store_true", help="also one picture per section")
    parser.add_argument("--readme", action="store_true", help="renew docs/images")
    arguments = parser.parse_args()
    if (arguments.out is None) != arguments.readme:
        parser.error("name a folder OUT, or --readme")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        if arguments.readme:
            readme_pictures(browser, arguments.report)
        else:
            all_pictures(browser, arguments.report, arguments.out, arguments.sections)
        browser.close()


if __name__ == "__main__":
    main()
