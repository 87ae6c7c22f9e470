"""The run folder of a placement: tables of sites and groups, none of households, for the report's section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from corridor._version import __version__
from corridor.place.output import public_summary, shareable
from corridor.place.result import Placement
from corridor.study.folder import RunFolder
from corridor.study.schema import TABLES


def write_placement_report(placement: Placement, path: Path, today: dt.date, command: str = "") -> RunFolder:
    """Write a run folder with the tables that may be shared; `InputError` if it cannot be written."""
    manifest = {"as_of": today.isoformat(), "name": "Placement", "name_es": "Asignación", "corridor": "placement",
                "baseline": "placement", "command": command, "version": __version__}  # fmt: skip
    return RunFolder.write(path, placement_tables(placement), manifest)


def placement_tables(placement: Placement) -> Mapping[str, pl.DataFrame]:
    """Tables of a run folder about one placement; counts of 1 to 9 households are null."""
    shared = shareable(placement)
    facts = {name: value for name, value in public_summary(placement).items() if _is_number(value)}
    facts |= {f"cost_{name}": cost[0] for name, cost in placement.costs.items()}
    rows = [(name, None if value is None else float(value)) for name, value in facts.items()]  # pyrefly: ignore
    names = {"sites": "placement_sites", "groups": "placement_groups", "groups_by_site": "placement_groups_by_site",
             "chances": "placement_chances"}  # fmt: skip
    made = {
        table: shared[name].select([pl.col(column).cast(kind) for column, kind in TABLES[table].items()])
        for name, table in names.items()
    }
    summary = pl.DataFrame(rows, schema=dict(TABLES["placement_summary"]), orient="row")
    return {"placement_summary": summary, **made}


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
