"""Copy the summary of a validation into docs/results and the tables of docs/calibration.md.

corridor validate americas --out FOLDER
corridor validate americas --out FOLDER --free
python scripts/write_validation.py FOLDER
python scripts/write_validation.py FOLDER --year 2024  # of the month ends of that year
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "calibration.md"
RESULTS = ROOT / "docs" / "results"
BEGIN, END = "<!-- begin: written by scripts/write_validation.py -->\n", "<!-- end of validation -->\n"
BEGIN_2024, END_2024 = (
    "<!-- begin 2024: written by scripts/write_validation.py -->\n",
    "<!-- end of validation of 2024 -->\n",
)
HORIZONS = (1, 2, 3, 6)
NAMES = {
    "us_total": "US total",
    "us_transit_nationalities": "US, ten transit nationalities",
    "us_sectors": "US, nine sectors",
    "us_field_offices": "US, four field offices",
    "mexico_total": "Mexico total",
    "honduras_total": "Honduras total",
    "darien_total": "Darién total",
}
LINES = {
    "in the 80 % interval": ("inside_80", "{:.0%}"),
    "in the 95 % interval": ("inside_95", "{:.0%}"),
    "WIS over the reference's": ("wis_ratio", "{:.2f}"),
    "WIS over the forecast's": ("wis_to_forecast", "{:.2f}"),
}


def read(name: str) -> pl.DataFrame | None:
    """The committed summary of the baseline or of the free run."""
    path = RESULTS / f"validation-{name}.csv"
    return pl.read_csv(path) if path.exists() else None


def cell(table: pl.DataFrame | None, name: str, horizon: int, column: str, form: str) -> str:
    """One figure, blank where there is none."""
    found = None if table is None else table.filter(set=name, horizon=horizon)
    if found is None or not found.height or found[column][0] is None:
        return ""
    return form.format(found[column][0])


def rendered(name: str = "baseline") -> str:
    """The tables of the page, from the summary of this name."""
    ours, free = read(name), read("free") if name == "baseline" else None
    assert ours is not None
    dates = int(ours["dates"].max() or 0)  # type: ignore[arg-type]
    heads = [f"{h}" for h in HORIZONS]
    brackets = "" if free is None else " In brackets: the corridor run on by itself (`--free`)."
    lines = [f"{dates} dates.{brackets}", "",
             "| series | | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(heads)]  # fmt: skip
    for series, label in NAMES.items():
        for i, (line, (column, form)) in enumerate(LINES.items()):
            cells = []
            for horizon in HORIZONS:
                first, other = (cell(t, series, horizon, column, form) for t in (ours, free))
                cells.append(f"{first} ({other})" if first and other else first)
            lines.append(f"| {label if i == 0 else ''} | {line} | " + " | ".join(cells) + " |")
    stocks = ours.filter(pl.col("horizon") == 0)
    lines += ["", "Stocks on the days of dated points that came later; the error is that of the median over that of the last point known:", "",
              "| stock | points | in the 80 % interval | in the 95 % interval | error |", "|---|---|---|---|---|"]  # fmt: skip
    for row in stocks.iter_rows(named=True):
        ratio = "" if row["wis_ratio"] is None else f"{row['wis_ratio']:.2f}"
        lines.append(
            f"| `{row['set']}` | {row['targets']} | {row['inside_80']:.0%} | {row['inside_95']:.0%} | {ratio} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    folder = Path(sys.argv[1])
    RESULTS.mkdir(exist_ok=True)
    if "--year" in sys.argv:
        year = sys.argv[sys.argv.index("--year") + 1]
        (RESULTS / f"validation-{year}.csv").write_text((folder / "baseline.csv").read_text("utf-8"), "utf-8")
    for name in () if "--year" in sys.argv else ("baseline", "free"):
        if (folder / f"{name}.csv").exists():
            (RESULTS / f"validation-{name}.csv").write_text(
                (folder / f"{name}.csv").read_text("utf-8"), "utf-8"
            )
    page = PAGE.read_text("utf-8")
    for begin, end, name in ((BEGIN, END, "baseline"), (BEGIN_2024, END_2024, "2024")):
        before, _, rest = page.partition(begin)
        page = before + begin + rendered(name) + end + rest.partition(end)[2]
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
