"""Copy the shipped fit of the Americas into docs/calibration.md: `python scripts/write_fit_table.py`."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIT = ROOT / "src" / "corridor" / "shipped" / "americas" / "calibration" / "2023-12-31" / "fit.csv"
PAGE = ROOT / "docs" / "calibration.md"
BEGIN, END = "<!-- begin: written by scripts/write_fit_table.py -->\n", "<!-- end -->\n"
HEAD = (
    "| counting point | months | median error | by group | median error ahead | WIS | reference | ratio |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
Fit = dict[tuple[str, str, str], dict[str, str]]


def percent(row: dict[str, str] | None) -> str:
    return f"{100 * float(row['value']):.1f} %" if row else ""


def line(point: str, fit: Fit) -> str:
    inside = fit.get((point, "in_sample", "median_absolute_error"))
    scored = fit.get((point, "out_of_sample", "wis"))
    cells = [
        f"`{point}`",
        inside["months"] if inside else "",
        percent(inside),
        percent(fit.get((point, "in_sample", "absolute_error_by_group"))),
        percent(fit.get((point, "out_of_sample", "median_absolute_error"))),
    ]
    if scored:
        value, reference = float(scored["value"]), float(scored["reference"])
        cells += [f"{value:.3f}", f"{reference:.3f}", f"{value / reference:.2f}"]
    else:
        cells += ["", "", ""]
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n"


def main() -> None:
    with FIT.open(encoding="utf-8", newline="") as file:
        fit = {(row["counting_point"], row["line"], row["metric"]): row for row in csv.DictReader(file)}
    points = dict.fromkeys(point for point, _, _ in fit)
    scored = [point for point in points if (point, "out_of_sample", "wis") in fit]
    table = HEAD + "".join(line(point, fit) for point in dict.fromkeys([*scored, *points]))
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + table + END + after, "utf-8")


if __name__ == "__main__":
    main()
