"""The pages on levers and on the engine say what the code says."""

from __future__ import annotations

from pathlib import Path

from corridor.engine import LEVERS, Effect
from corridor.engine.intensity import LARGEST_SHOCK
from corridor.engine.kernels.random import EXACT_BELOW

DOCS = Path(__file__).parents[2] / "docs"


def touched(effect: Effect) -> str:
    """In words, what an effect acts on."""
    quoted = {
        "kinds": "flows of kind {}", "modes": "flows by {}", "after": "out of what {} leads into",
        "into": "stocks that {} leads into", "out_of": "stocks that {} leaves",
        "not_out_of": "stocks that {} does not leave",
    }  # fmt: skip
    parts = []
    for name, text in quoted.items():
        value = getattr(effect, name)
        if value:
            words = (value,) if isinstance(value, str) else value
            parts.append(text.format(", ".join(f"`{word}`" for word in words)))
    if not effect.scoped_by_place:
        parts.append("in every place")
    return ", ".join(parts)


def built_table() -> list[str]:
    """One row for each effect of each built lever."""
    return [
        f"| `{name}` | {unit} | {effect.parameter} | {effect.rule} | {touched(effect)} |"
        for name, lever in LEVERS.items()
        if lever.built
        for unit, effects in lever.effects.items()
        for effect in effects
    ]


def test_the_table_of_levers_is_the_one_in_the_code():
    page = (DOCS / "levers.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    found = [row for row in rows if row.count("|") == 6]
    assert found == built_table(), "\n".join(["the table should be:", *built_table()])


def test_the_page_names_the_levers_that_wait():
    page = (DOCS / "levers.md").read_text("utf-8")
    waiting = page[page.index("## Declared, not built yet") :]
    waiting = waiting[: waiting.index("\n## ")]
    named = set(waiting.split("`")[1::2])
    assert named == {name for name, lever in LEVERS.items() if not lever.built}


def test_the_page_on_the_engine_states_its_limits():
    page = (DOCS / "engine.md").read_text("utf-8")
    assert f"below a mean of {EXACT_BELOW:.0f}" in page
    assert f"{LARGEST_SHOCK:.0f} standard deviations" in page
