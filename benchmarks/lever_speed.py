"""How fast the simulator of a report answers in Chromium: central path and tiles, then the members, and long tasks.

    python benchmarks/lever_speed.py RUN/report.html [--moves 50]

A slider is moved `--moves` times; each answer is waited for. Prints milliseconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

WATCH = """() => { globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ["longtask"] }); }"""
MOVE = """([id, part]) => { const s = document.getElementById(id); const low = Number(s.min), high = Number(s.max);
  s.value = low + part * (high - low); s.dispatchEvent(new Event("input")); }"""
TOOK = "Number(document.getElementById('figure-levers').dataset.milliseconds)"
BAND = "Number(document.getElementById('figure-levers').dataset.band)"


def drag(page: Any, slider: str, moves: int) -> list[float]:
    """Move a slider step by step, each as soon as the last was answered; the page's own times of the answers."""
    times = []
    for k in range(moves):
        page.evaluate(MOVE, [slider, (7 * k % moves) / moves])
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        times.append(float(page.evaluate(TOOK)))
        page.wait_for_timeout(60)
    return times


def members(page: Any, slider: str, times: int) -> list[float]:
    """Milliseconds until all members of a new setting had come."""
    found = []
    for k in range(times):
        page.evaluate(MOVE, [slider, 0.1 + 0.8 * k / times])
        page.wait_for_timeout(400)
        page.wait_for_selector('#figure-levers[data-members="40"]', timeout=120_000)
        found.append(float(page.evaluate(BAND)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--moves", type=int, default=50)
    parser.add_argument("--slider", default="lever-trains-slide")
    options = parser.parse_args()
    with sync_playwright() as api:
        chromium = api.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{options.report.resolve().as_uri()}#/what-if&scenario=agreement")
        page.wait_for_selector('#figure-levers[data-members="40"]', timeout=120_000)
        first = float(page.evaluate(BAND))
        page.evaluate(WATCH)
        drag(page, options.slider, 10)  # the browser compiles what runs often
        page.evaluate("longTasks.length = 0")
        times = drag(page, options.slider, options.moves)
        page.wait_for_timeout(1500)
        longest = max([0.0, *page.evaluate("longTasks")])
        band = members(page, options.slider, 8)
        chromium.close()
    print(
        f"answer: median {statistics.median(times):.0f} ms, best {min(times):.0f}, worst {max(times):.0f}, of {len(times)}"
    )
    print(
        f"40 members: median {statistics.median(band):.0f} ms, best {min(band):.0f}; the first time, with both scenarios, {first:.0f}"
    )
    print(f"longest task while the slider moved: {longest:.0f} ms")


if __name__ == "__main__":
    main()
