"""How good the forecasts were on past dates: the scoreboard of the backtest against its reference."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.report.messages import Text, say, word
from corridor.report.sections.base import Block, RunView, column, prose, table_block
from corridor.text import LANGS, percent

_NUMBERS = ("relative_wis", "low", "high", "relative_mae", "coverage_80", "coverage_95")


class Scoreboard:
    """The scoreboard of the default forecaster."""

    id = "scoreboard"
    title = say("scoreboard")

    def available(self, view: RunView) -> bool:
        """Whether the run carries a scoreboard."""
        return view.run.has("scoreboard")

    def payload(self, view: RunView) -> list[Block]:
        """What is compared, one sentence with the figures, and the table."""
        table = view.run.table("scoreboard")
        rows = [
            {**row, **{name: word(f"scoreboard_{family}", row[name]) for name, family in _CODES.items()}}
            for row in table.iter_rows(named=True)
        ]
        columns = [column(name, label=say(f"scoreboard_col_{name}")) for name in _CODES]
        columns.append(column("horizon", "number", label=say("scoreboard_col_horizon")))
        columns += [column(name, "number3", label=say(f"scoreboard_col_{name}")) for name in _NUMBERS]
        columns.append(column("origins", "number", label=say("scoreboard_col_origins")))
        blocks: list[Block] = [prose(say("scoreboard_intro"))]
        said = _reading(table)
        if said:
            blocks.append(prose(said))
        return [*blocks, table_block("scoreboard", say("scoreboard_table"), columns, rows)]


_CODES = {"series_set": "set", "origin": "origin", "period": "period"}


def _reading(table: pl.DataFrame) -> Text | None:
    first = table.filter(series_set="us_transit_nationalities", origin="nowcast", horizon=1)
    if first.is_empty() or first["low"][0] is None:
        return None
    row: dict[str, Any] = first.row(0, named=True)
    moved = {
        slot: {lang: percent(row[name] - 1, lang, 1) for lang in LANGS}
        for slot, name in (("gain", "relative_wis"), ("low", "low"), ("high", "high"))
    }
    return say("scoreboard_reading", **moved, covered=lambda lang: percent(row["coverage_80"], lang))
