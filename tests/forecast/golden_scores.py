"""Scores of the reference forecast on the shipped data: print them, or with ``--write`` renew the golden file.

    python tests/forecast/golden_scores.py [--write]

The golden file is the yardstick: renew it only when the data or the definition change, and say so in the
changelog under "numbers changed".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import polars as pl

from corridor.forecast import SETS, reference_scores, standard_panels

GOLDEN = Path(__file__).parent / "golden" / "reference_scores.json"
NUMBERS = ("wis", "mae", "coverage_50", "coverage_80", "coverage_95")


def measure() -> pl.DataFrame:
    """Scores of every set, origins 2022-01 to 2025-04, horizons 1, 2, 3 and 6, both kinds of origin."""
    return reference_scores(standard_panels(), SETS)


def as_rows(scores: pl.DataFrame) -> list[dict[str, object]]:
    """Rows as they stand in the golden file: six digits, months as text."""
    months = [pl.col(name).dt.strftime("%Y-%m") for name in ("first_target", "last_target")]
    return scores.with_columns(pl.col(NUMBERS).round_sig_figs(6), *months).to_dicts()


def markdown(scores: pl.DataFrame) -> str:
    """The table of the documentation."""
    lines = [
        "| set | origin | h | WIS | MAE | 50 % | 80 % | 95 % | origins | first target |",
        "|---" * 10 + "|",
    ]
    for row in scores.iter_rows(named=True):
        covered = [f"{100 * row[name]:.0f}" for name in NUMBERS[2:]]
        cells = [
            row["set"],
            row["origin"],
            row["horizon"],
            f"{row['wis']:.3f}",
            f"{row['mae']:.3f}",
            *covered,
        ]
        lines.append(
            "| " + " | ".join(map(str, [*cells, row["origins"], f"{row['first_target']:%Y-%m}"])) + " |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the golden file")
    scores = measure()
    if parser.parse_args().write:
        rows = ",\n".join("  " + json.dumps(row) for row in as_rows(scores))
        GOLDEN.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    print(markdown(scores))


if __name__ == "__main__":
    main()
