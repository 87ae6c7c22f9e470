"""Pictures of a report: `screenshots.py RUN.html OUT_DIR [--sections]`, at two widths, light and dark, EN and ES."""

from __future__ import annotations

import argparse
import itertools
import os
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = {"desktop": (1280, 900), "phone": (360, 780)}


def picture(
    browser: Browser, page_file: Path, out: Path, size: str, scheme: str, lang: str, sections: bool
) -> None:
    width, height = WIDTHS[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(page_file.resolve().as_uri())
    page.click(f'[data-lang="{lang}"]')
    page.wait_for_timeout(600)
    name = f"{size}-{scheme}-{lang}"
    page.screenshot(path=out / f"{name}.png", full_page=True)
    if sections:
        for section in page.query_selector_all("section"):
            section.screenshot(path=out / f"{name}-{section.get_attribute('id')}.png")
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sections", action="store_true", help="also one picture per section")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for size, scheme, lang in itertools.product(WIDTHS, ("light", "dark"), ("en", "es")):
            picture(browser, arguments.report, arguments.out, size, scheme, lang, arguments.sections)
        browser.close()


if __name__ == "__main__":
    main()
