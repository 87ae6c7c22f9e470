"""The pages on levers and on the engine say what the code says."""

from __future__ import annotations

from pathlib import Path

from corridor.engine import LEVERS, LeverEffect
from corridor.engine.intensity import LARGEST_SHOCK
from corridor.engine.kernels.random import EXACT_BELOW

DOCS = Path(__file__).parents[2] / "docs"


def strength(effect: LeverEffect) -> str:
    """What the strength goes through before the rule."""
    scaled = {1.0: "", -1.0: "− ", 1 / 7: "1/7 ", 1 / 30.44: "1/30.44 "}[effect.scale]
    divided = f"/ {effect.divide}" if effect.divide else ""
    return f"{scaled}{divided}".strip()


def table() -> list[str]:
    """One row for each effect of each lever."""
    return [
        f"| `{name}` | {unit} | {effect.parameter} | {effect.rule} | {effect.elasticity or ''} | "
        f"{strength(effect)} | {effect.where}{', by either end' if effect.either_end else ''} |"
        for name, lever in LEVERS.items()
        for unit, effects in lever.effects.items()
        for effect in effects
    ]


def test_the_table_of_levers_is_the_one_in_the_code():
    page = (DOCS / "levers.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    found = [row for row in rows if row.count("|") == 8]
    assert found == table(), "\n".join(["the table should be:", *table()])


def test_the_page_on_the_engine_states_its_limits():
    page = (DOCS / "engine.md").read_text("utf-8")
    assert f"below a mean of {EXACT_BELOW:.0f}" in page
    assert f"{LARGEST_SHOCK:.0f} standard deviations" in page
