"""Renew the counts of tags and parameters in docs/americas.md: `python scripts/write_americas_tables.py`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

from corridor.engine import RunSpec, compile_corridor
from corridor.formats import open_corridor

PAGE = Path(__file__).parents[1] / "docs" / "americas.md"
BEGIN, END = "<!-- begin: written by scripts/write_americas_tables.py -->\n", "<!-- end -->\n"


def text() -> str:
    corridor = open_corridor("americas")
    lines = ["| table | observed | anchored | assumed |", "|---|---|---|---|"]
    for name in ("places", "stocks", "routes", "flows"):
        count = Counter(row.tag for row in getattr(corridor, name))
        lines.append(f"| {name} | {count['observed']} | {count['anchored']} | {count['assumed']} |")
    assumed = sum(row.assumed for row in corridor.parameters)
    year = RunSpec(dt.date(2023, 1, 1), dt.date(2023, 12, 31), as_of=dt.date(2023, 12, 31))
    network = compile_corridor(corridor, None, year).structure.network
    lines += [
        "",
        f"{len(corridor.places)} places, {len(corridor.stocks)} stocks, {len(corridor.routes)} routes and "
        f"{len(corridor.flows)} flows for {len(corridor.groups)} groups",
        f"compile to {len(network.cell_name):,} cells and {network.edge_dest.size:,} edges.",
        f"There are {len(corridor.parameters):,} parameter rows, {assumed:,} of them assumptions.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + text() + END + after, "utf-8")


if __name__ == "__main__":
    main()
