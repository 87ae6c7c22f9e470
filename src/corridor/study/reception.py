"""The run folder of a place of reception: what the city's page in the report is written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridor._version import __version__
from corridor.reception.balance import drawn_members
from corridor.reception.needs import QUANTILES
from corridor.study.folder import RunFolder
from corridor.study.schema import TABLES

if TYPE_CHECKING:
    from corridor.reception import Reception

SCENARIO = "as-forecast"


def write_reception(found: Reception, path: Path, command: str = "") -> RunFolder:
    """Write a run folder with the tables of :func:`reception_tables`.

    Raises
    ------
    InputError
        If the folder cannot be written, or holds something else.
    """
    name, name_es = found.place.name
    manifest = {
        "as_of": found.as_of.isoformat(), "name": f"Reception in {name}", "name_es": f"Recepción en {name_es}",
        "corridor": f"reception-{found.place.id}", "baseline": found.scenario or SCENARIO, "command": command,
        "seed": found.options.seed, "version": __version__,
    }  # fmt: skip
    return RunFolder.write(path, reception_tables(found), manifest)


def reception_tables(found: Reception) -> Mapping[str, pl.DataFrame]:
    """Tables of a run folder about one place; the census also as the stock ``census_<place>``."""
    place, scenario = found.place, found.scenario or SCENARIO
    item, weeks = f"census_{place.id}", found.weeks()
    census = weeks.filter(pl.col("item") == "census").select(
        pl.lit(scenario).alias("scenario"), pl.lit(item).alias("item"), pl.lit("stock").alias("kind"), "date", "quantile",
        "value",
    )  # fmt: skip
    census = pl.concat([_history(found, scenario, item), census])
    points = [(item, f.end, f.value, f.known_from <= found.as_of, "", "", "") for f in place.census()]
    labels = [
        (item, f"Census: {place.name[0]}", f"Personas alojadas: {place.name[1]}", "census", "observed", ""),
        (scenario, "As forecast" if scenario == SCENARIO else scenario,
         "Según el pronóstico" if scenario == SCENARIO else scenario, "scenario", "observed", ""),
    ]  # fmt: skip
    tables = {
        "daily": census,
        "points": _frame("points", points),
        "labels": _frame("labels", labels),
        "reception": weeks.select(pl.lit(place.id).alias("place"), "item", "date", "quantile", "value"),
        "reception_answer": _frame("reception_answer", [_answer(found)]),
        "reception_levers": _with_place(found.lever_effects, place.id),
        "reception_identified": _with_place(found.identified(), place.id),
    }
    if place.beds is not None:
        chance, need = found.chance(), dict(found.extra_beds(by=found.paths.days[-1]).schedule)
        rows = zip(chance.days, chance.above.tolist(), chance.ever.tolist(), strict=True)
        tables["reception_chance"] = _frame(
            "reception_chance", [(place.id, d, a, e, need[d]) for d, a, e in rows]
        )
        beds = place.beds.on(found.paths.days).tolist()
        tables["capacity"] = _frame(
            "capacity", [(item, d, n) for d, n in zip(found.paths.days, beds, strict=True)]
        )
    years = found.fiscal_years()
    if years.width:
        share = place.reimbursed.value if place.reimbursed else None
        columns = (pl.lit(place.id).alias("place"), "fiscal_year", "part", "quantile", "value", "covered",
                   pl.lit(share, dtype=pl.Float64()).alias("reimbursed"))  # fmt: skip
        tables["reception_budget"] = years.select(*columns)
    return tables


def _history(found: Reception, scenario: str, item: str) -> pl.DataFrame:
    """The fitted census of the weeks before the as-of day, in the columns of ``daily``."""
    members = drawn_members(found.fitted, found.options.draws, found.options.seed)
    past = found.fitted.history.sum(axis=2)[:-1, members]
    rows = [
        (scenario, item, "stock", day, q, float(value))
        for day, week in zip(found.fitted.days, past, strict=False)
        for q, value in zip(QUANTILES, np.quantile(week, QUANTILES), strict=True)
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["daily"]), orient="row")


def _answer(found: Reception) -> tuple[object, ...]:
    place = found.place
    head = (place.id, *place.name, place.unit, found.scenario or "")
    note = "; ".join(found.notes)
    if place.beds is None:
        return (*head, found.by, found.options.limit, None, None, None, None, None, note)
    need = found.extra_beds()
    beds = float(place.beds.on([found.as_of])[0])
    return (
        *head,
        need.by,
        need.limit,
        beds,
        need.extra,
        need.needed_by,
        need.chance_without,
        need.chance_with,
        note,
    )


def _with_place(table: pl.DataFrame, place: str) -> pl.DataFrame:
    return table.select(pl.lit(place).alias("place"), *table.columns)


def _frame(name: str, rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(TABLES[name]), orient="row")
