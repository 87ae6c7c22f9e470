"""Results kept in a corridor folder, so that the report of a run that stands on the same day shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from corridor.model.files import fresh_folder
from corridor.study.explored import FOLDER, MANIFEST


def keep(folder: Path, as_of: str, tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any]) -> Path:
    """Write the tables as CSV to ``explore/<as-of>/`` of a corridor folder, whole or not at all; returns the path."""
    path = folder / FOLDER / as_of
    with fresh_folder(path) as fresh:
        for name, table in tables.items():
            rounded = table.with_columns(pl.col(pl.Float64).round_sig_figs(6))
            rounded.write_csv(fresh / f"{name}.csv")
        text = json.dumps(dict(manifest), indent=2, sort_keys=True, default=str)
        (fresh / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="")
    return path
