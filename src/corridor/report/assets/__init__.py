"""Style, scripts and vendored libraries of the report, as text."""

from __future__ import annotations

from importlib.resources import files

SCRIPTS = (
    "vendor/d3.min.js",
    "vendor/plot.umd.min.js",
    "format.js",
    "state.js",
    "dom.js",
    "export.js",
    "charts.js",
    "figures.js",
    "blocks.js",
    "panels.js",
    "cards.js",
    "past.js",
    "outlook.js",
    "map-print.js",
    "map.js",
    "engine-rules.js",
    "engine-rates.js",
    "engine.js",
    "engine-memory.js",
    "engine-steer.js",
    "engine-days.js",
    "engine-read.js",
    "engine-worker.js",
    "lever-state.js",
    "live.js",
    "change-map.js",
    "lever-control.js",
    "tiles.js",
    "levers.js",
    "packages.js",
    "search.js",
    "main.js",
)
"""In the order in which the page runs them."""
ENGINE = tuple(name for name in SCRIPTS if name.startswith("engine"))
"""Those of which the page also makes its workers."""


def read(name: str) -> str:
    """The text of an asset, e.g. ``report.css``."""
    found = files("corridor.report.assets")
    for part in name.split("/"):
        found = found / part
    return found.read_text(encoding="utf-8")


def licenses() -> str:
    """The licenses of everything vendored, one after the other, each under its name."""
    folder = files("corridor.report.assets") / "vendor"
    texts = sorted(
        (entry.name, entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.startswith("LICENSE-")
    )
    return "\n\n".join(f"{name[8:-4]}\n{'-' * len(name[8:-4])}\n{text.strip()}" for name, text in texts)
