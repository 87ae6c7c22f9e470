"""Renew the shipped scoreboard and the tables of docs/backtest.md from the folder of a finished backtest.

corridor backtest --held-out --out FOLDER
python scripts/write_scoreboard.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from corridor.forecast.scoreboard import HALVES, SHIPPED, against_targets

PAGE = Path(__file__).parents[1] / "docs" / "backtest.md"
PERIODS = ("all", "until_2023_12", "from_2024_01")
MODEL = "combined"


def change(value: float | None) -> str:
    """A ratio as a change in percent."""
    return "" if value is None else f"{100 * (value - 1):+.1f}"


def table(heads: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def by_set(board: pl.DataFrame, origin: str, period: str) -> str:
    """The default model, all sets and horizons."""
    part = board.filter(model=MODEL, origin=origin, period=period)
    rows = [
        [r["set"], r["horizon"], change(r["relative_wis"]), f"{change(r['low'])} to {change(r['high'])}",
         change(r["relative_mae"]), *(f"{100 * r[f'coverage_{c}']:.0f}" for c in (50, 80, 95)), r["origins"]]
        for r in part.iter_rows(named=True)
    ]  # fmt: skip
    heads = ["set", "h", "WIS %", "95 % interval", "MAE %", "in 50", "in 80", "in 95", "origins"]
    return table(heads, rows)


def by_model(board: pl.DataFrame) -> str:
    """Every model on the ten transit nationalities and the US total, nowcast."""
    rows = []
    for name in board["model"].unique(maintain_order=True):
        row: list[object] = [name]
        for group in ("us_transit_nationalities", "us_total"):
            for horizon in (1, 2, 3, 6):
                one = board.filter(model=name, origin="nowcast", set=group, horizon=horizon, period="all")
                row.append(change(one["relative_wis"][0]) if one.height else "")
        rows.append(row)
    heads = ["model", *(f"ten h{h}" for h in (1, 2, 3, 6)), *(f"total h{h}" for h in (1, 2, 3, 6))]
    return table(heads, rows)


def by_year(board: pl.DataFrame) -> str:
    """The default model by year of the origin."""
    rows = []
    for group in ("us_transit_nationalities", "us_total"):
        for horizon in (1, 2):
            row: list[object] = [group, horizon]
            for year in ("2022", "2023", "2024", "2025"):
                one = board.filter(model=MODEL, origin="nowcast", set=group, horizon=horizon, period=year)
                row.append(change(one["relative_wis"][0]) if one.height else "")
            rows.append(row)
    return table(["set", "h", "2022", "2023", "2024", "2025"], rows)


def targets(board: pl.DataFrame) -> str:
    """Goals on choosing and on held-out origins, the Diebold-Mariano statistic, and the distance where one was missed."""
    found = {(r["target"], r["period"]): r for r in against_targets(board, MODEL)}
    rows = []
    for name in dict.fromkeys(name for name, _ in found):
        chosen, held = (found.get((name, period)) for period in HALVES)
        kept = held or chosen
        if kept is None or (
            "upper limit" in str(name) and all(r is None or r["reached"] for r in (chosen, held))
        ):
            continue
        verdict = (
            "" if held is None else "reached" if held["reached"] else f"missed by {held['distance']:.3f}"
        )
        rows.append([name, f"{kept['goal']:.2f}", *_measured(chosen), *_measured(held), verdict])
    return table(["goal", "wanted", "until 2023-12", "t", "from 2024-01", "t", "held out"], rows)


def _measured(row: dict[str, object] | None) -> list[str]:
    if row is None:
        return ["", ""]
    return [f"{row['measured']:.3f}", "" if row["dm_t"] is None else f"{row['dm_t']:+.1f}"]


def tables(board: pl.DataFrame) -> dict[str, str]:
    """Every table of the page by its name."""
    return {
        "targets": targets(board),
        "models": by_model(board),
        "years": by_year(board),
        **{f"{o}-{p}": by_set(board, o, p) for o in ("nowcast", "month_end") for p in PERIODS},
    }


RESULTS = Path(__file__).parents[1] / "docs" / "results" / "backtest.csv"
"""The scoreboard that the tables of the page come from; tests/forecast/test_doc_tables.py holds the page to it."""


def main() -> None:
    board = pl.read_parquet(Path(sys.argv[1]) / "scoreboard.parquet")
    RESULTS.parent.mkdir(exist_ok=True)
    kept = pl.col("model").eq(MODEL) | (pl.col("origin").eq("nowcast") & pl.col("period").eq("all"))
    board.filter(kept).write_csv(RESULTS, float_precision=5)
    board = pl.read_csv(RESULTS)
    shipped = board.filter(pl.col("model") == MODEL, pl.col("period").is_in(PERIODS)).rename(
        {"set": "series_set"}
    )
    columns = ["series_set", "origin", "horizon", "period", "relative_wis", "low", "high", "relative_mae",
               "coverage_80", "coverage_95", "origins"]  # fmt: skip
    shipped.select(columns).write_csv(SHIPPED, float_precision=4)
    parts = tables(board)
    text = PAGE.read_text("utf-8")
    for name, part in parts.items():
        start, end = f"<!-- {name} -->\n", f"\n<!-- end {name} -->"
        head, rest = text.split(start, 1)
        text = head + start + part + end + rest.split(end, 1)[1]
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
