"""Files of a placement: the households' table for the desk, and tables that can be shared."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from corridor.model.cells import safe_cell
from corridor.model.files import fresh_folder, write_text
from corridor.place.reasons import explain
from corridor.place.result import HELD_BACK, Placement, shared

PRIVATE = "assignments.csv"
"""Names single households: stays on the disk it was made on."""


def write_placement(placement: Placement, folder: Path) -> None:
    """``assignments.csv`` (private) and the folder ``to-share`` of tables without single households.

    Raises: `InputError` if the folder cannot be written.
    """
    with fresh_folder(folder) as fresh:
        with (fresh / PRIVATE).open("wb") as file:
            for number, part in enumerate(explain(placement)):
                _safe(part).write_csv(file, include_header=number == 0)
        share = fresh / "to-share"
        share.mkdir()
        for name, table in shareable(placement).items():
            table.write_csv(share / f"{name}.csv")
        write_text(
            share / "summary.json", json.dumps(public_summary(placement), indent=2, ensure_ascii=False) + "\n"
        )


def shareable(placement: Placement) -> dict[str, pl.DataFrame]:
    """Tables that a report may show: no household, nothing about fewer than ten of a group."""
    tables = {
        "sites": shared(placement.by_site()),
        "groups": shared(placement.by_group()),
        "groups_by_site": _complemented(placement.by_group_and_site()),
        "chances": shared(placement.by_chance(), "people"),
    }
    if len(placement.problem.weeks) > 1:
        tables["weeks"] = shared(placement.by_week(), "people")
    return tables


def public_summary(placement: Placement) -> dict[str, object]:
    """The summary with counts of 1 to 9 held back (None)."""
    return {
        name: None if isinstance(value, int) and not isinstance(value, bool) and name != "sites" and 0 < value < HELD_BACK else value
        for name, value in placement.summary().items()
    }  # fmt: skip


def _complemented(table: pl.DataFrame) -> pl.DataFrame:
    """`shared`, and where one cell of a group or site is held back its smallest neighbour is too.

    Else the one could be had as the difference from the total.
    """
    rows = table.to_dicts()
    hidden = {i for i, row in enumerate(rows) if 0 < row["households"] < HELD_BACK}
    changed = True
    while changed:
        changed = False
        for key in ("group", "site"):
            for value in {row[key] for row in rows}:
                line = [i for i, row in enumerate(rows) if row[key] == value]
                held = [i for i in line if i in hidden]
                open_ = [i for i in line if i not in hidden]
                if len(held) == 1 and open_:
                    hidden.add(min(open_, key=lambda i: (rows[i]["households"], i)))
                    changed = True
    keep = pl.Series([i not in hidden for i in range(len(rows))], dtype=pl.Boolean)
    return table.with_columns(
        pl.when(keep).then(pl.col(name)).alias(name)
        for name in table.columns
        if name not in ("group", "site")
    )


def _safe(table: pl.DataFrame) -> pl.DataFrame:
    """Cells that a spreadsheet will not take for a formula."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    risky = [name for name in texts if table[name].str.contains(r"^[=+\-@\t\r]").any()]
    return table.with_columns(pl.Series(name, [safe_cell(cell) for cell in table[name]]) for name in risky)
