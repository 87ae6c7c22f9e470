"""Write the tables of docs/effects.md: `python scripts/write_effects.py [--full]`.

Without --full only the references (a few seconds); with it also the simulations (2,000 runs per row, some minutes)
and the placebo dates.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from corridor.data import load
from corridor.evaluate import EffectEstimate, build_question, measure_effect, monthly_counts
from corridor.evaluate.lookup import find_series
from corridor.evaluate.validity import HEAVY, LAWS, covered, placebo_rate
from corridor.forecast import TRANSIT
from corridor.formats import open_corridor

PAGE = Path(__file__).parents[1] / "docs" / "effects.md"
RUNS = 2_000
REFERENCES: tuple[tuple[str, dict[str, object], tuple[int, int, int]], ...] = (
    ("Cubans after the parole of January 2023", {"measure": "chnv_parole", "by": {"nationality": ["CUB"]}}, (-86, -94, -69)),
    ("Nicaraguans after the parole of January 2023", {"measure": "chnv_parole", "by": {"nationality": ["NIC"]}}, (-90, -95, -77)),
    ("Venezuelans after Mexico's visa of January 2022", {"measure": "mx_visa_venezuela"}, (-86, -97, -42)),
    ("February 2025, total", {"measure": "jan20_2025_entry_ban"}, (-82, -87, -72)),
    ("June 2024, total", {"measure": "proclamation_june24"}, (-19, -45, 20)),
    ("27 December 2023, total", {"measure": "us_mx_meeting_dec23"}, (-41, -59, -13)),
    ("27 December 2023, between ports of entry", {"measure": "us_mx_meeting_dec23", "series": "us_between_ports"}, (-50, -66, -23)),
)  # fmt: skip
WITHOUT_DECEMBER = {
    "27 December 2023, total": (-20, -54, 43),
    "27 December 2023, between ports of entry": (-27, -60, 35),
}
"""The earlier estimates with the December spike left out."""
FOUND = tuple(dt.date(*month, 1) for month in ((2022, 2), (2023, 1), (2024, 1), (2024, 6), (2025, 2)))


def estimates() -> list[tuple[str, EffectEstimate, tuple[int, int, int]]]:
    corridor = open_corridor("americas")
    return [
        (name, measure_effect(build_question(corridor, **asked)), past) for name, asked, past in REFERENCES
    ]  # type: ignore[arg-type]


def percents(effect: float, low: float, high: float) -> str:
    return f"{effect:+.0f} % [{low:+.0f}, {high:+.0f}]".replace("-", "−")


def references() -> str:
    lines = ["| what | ours | earlier | placebo p | card |", "|---|---|---|---|---|"]
    for name, effect, past in estimates():
        h = effect.headline
        ours = percents(*(100 * value for value in (h.effect, h.low_95, h.high_95)))
        p = effect.check("placebo").figures[0]
        lines.append(f"| {name} | {ours} | {percents(*past)} | {p:.2f} | {effect.conclusion} |")
        if name in WITHOUT_DECEMBER:
            rest = percents(*(100 * value for value in effect.check("anchor").figures[:3]))
            lines.append(f"| … without December 2023 | {rest} | {percents(*WITHOUT_DECEMBER[name])} | | |")
    return "\n".join(lines) + "\n"


def simulations() -> str:
    lines = [
        "| law | months before | months | rejected without effect | −20 % covered | −50 % covered |",
        "|---|---|---|---|---|---|",
    ]
    for before, after in ((60, 1), (60, 3), (24, 1)):
        for law in (*LAWS, HEAVY):
            none, fifth, half = covered(law, (0.0, -0.2, -0.5), runs=RUNS, before=before, after=after)
            cells = (f"{100 * (1 - none):.1f} %", f"{100 * fifth:.1f} %", f"{100 * half:.1f} %")
            lines.append(f"| {law.name} | {before} | {after} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def placebos() -> str:
    corridor = open_corridor("americas")
    total = find_series(corridor, "us_total")
    data = load(total.dataset)
    names = ("us_total", "us_between_ports", "us_ports")
    sums = [monthly_counts(find_series(corridor, name), data) for name in names]
    nations = [monthly_counts(total, data, {"nationality": [code]}) for code in TRANSIT]
    first, last = dt.date(2021, 1, 1), dt.date(2025, 5, 1)
    lines = ["| series | dates | pairs | rejected | standard error |", "|---|---|---|---|---|"]
    for name, panel in (("total and its two parts", sums), ("ten transit nationalities", nations)):
        for words, without in ((name, ()), (f"{name}, without the months of the table above", FOUND)):
            rate = placebo_rate(panel, first, last, without)
            figures = f"{rate.dates} | {rate.pairs} | {100 * rate.rate:.1f} % | {100 * rate.error:.1f} % |"
            lines.append(f"| {words} | {figures}")
    return "\n".join(lines) + "\n"


def write(part: str, table: str) -> None:
    begin, end = f"<!-- begin: {part}, written by scripts/write_effects.py -->\n", f"<!-- end: {part} -->\n"
    before, found, rest = PAGE.read_text("utf-8").partition(begin)
    if not found:
        raise SystemExit(f"{PAGE.name} has no place for {part}")
    PAGE.write_text(before + begin + table + end + rest.partition(end)[2], "utf-8")


def main() -> None:
    write("references", references())
    if "--full" in sys.argv:
        write("placebos", placebos())
        write("simulations", simulations())


if __name__ == "__main__":
    main()
