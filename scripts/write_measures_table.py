"""Write the tables of docs/americas-scenarios.md from the shipped Americas: `python scripts/write_measures_table.py`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from corridor.formats import open_corridor
from corridor.formats.register import strength_text
from corridor.model import GRADES, Corridor, Event, Measure

PAGE = Path(__file__).parents[1] / "docs" / "americas-scenarios.md"
BEGIN, END = "<!-- begin: {} written by scripts/write_measures_table.py -->\n", "<!-- end -->\n"


def scenarios(corridor: Corridor) -> str:
    """Measures of each scenario by grade."""
    grade = {measure.id: measure.grade for measure in corridor.measures}
    lines = [
        "| scenario | measures | ended | " + " | ".join(GRADES) + " |",
        "|---|---|---|" + "---|" * len(GRADES),
    ]
    base = [measure.id for measure in corridor.measures if measure.in_base]
    rows = [("(base)", base, 0), *((s.id, list(s.measures), len(s.lift)) for s in corridor.scenarios)]
    for name, measures, ended in rows:
        found = Counter(grade[measure] for measure in measures)
        cells = [f"`{name}`", len(measures), ended, *(found[word] for word in GRADES)]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def measures(corridor: Corridor) -> str:
    """Every measure and event: lever, strength, grade, where it is used."""
    lines = ["| measure | lever | strength | grade | in |", "|---|---|---|---|---|"]
    for item in (*corridor.measures, *corridor.events):
        lever, grade = (item.lever, item.grade) if isinstance(item, Measure) else ("event", "")
        strength = strength_text(item) + (
            f", trigger `{item.trigger}`" if getattr(item, "trigger", None) else ""
        )
        lines.append(f"| `{item.id}` | {lever} | {strength} | {grade} | {_where(corridor, item)} |")
    return "\n".join(lines) + "\n"


def _where(corridor: Corridor, item: Measure | Event) -> str:
    ended = [s.id for s in corridor.scenarios if item.id in (lift.measure for lift in s.lift)]
    if item.in_base:
        return "base" + (f"; ended in {', '.join(ended)}" if ended else "")
    return ", ".join(s.id for s in corridor.scenarios if item.id in (*s.measures, *s.events)) or "none"


def main() -> None:
    corridor = open_corridor("americas")
    text = PAGE.read_text("utf-8")
    for name, table in (("scenarios", scenarios(corridor)), ("measures", measures(corridor))):
        before, found, rest = text.partition(BEGIN.format(name))
        assert found, f"{PAGE.name} has no place for {name}"
        text = before + found + table + END + rest.partition(END)[2]
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
