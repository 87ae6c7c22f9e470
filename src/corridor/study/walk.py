"""A run by the walk rule as the tables of a run folder, and as the output table that Flee writes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.engine.spec import RunSpec
from corridor.engine.walk import WalkCompiled, compile_walk, run_walk
from corridor.ensemble.walk import WalkEnsemble, simulate_walk
from corridor.model import Corridor, InputError, Provenance, sha256_of
from corridor.study import assemble
from corridor.study.run import Step, about, no_bar

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SCENARIO = "base"


def run_walk_study(
    corridor: Corridor, folder: Path, *, seed: int, members: int, workers: int, end: dt.date, command: str,
    step: Step = no_bar,
) -> tuple[WalkEnsemble, dict[str, pl.DataFrame], dict[str, Any]]:  # fmt: skip
    """Run the members and return them with the tables and the manifest of their run folder."""
    spec = RunSpec(start=corridor.settings.start, end=end, seed=seed, members=members)
    compiled = compile_walk(corridor, spec)
    if not compiled.ground.camps:
        raise InputError(
            "no camp has a series of counts, so there is nothing to compare", hint="see walk.counts"
        )
    run_walk(compiled, 0)  # compiles the kernel once, before workers start
    with step(f"{members} members", members) as advance:
        ensemble = simulate_walk(compiled, workers=workers, progress=advance)
    tables = {name: table for name, table in _tables(corridor, ensemble).items() if table.height}
    return ensemble, tables, _manifest(corridor, folder, ensemble, command)


def _tables(corridor: Corridor, ensemble: WalkEnsemble) -> dict[str, pl.DataFrame]:
    compiled = ensemble.compiled
    places = pl.DataFrame([place.model_dump() for place in corridor.places], infer_schema_length=None)
    return {
        "daily": _daily(ensemble),
        "points": assemble.points_table(corridor, corridor.settings.end, compiled.spec.end),
        "capacity": _capacity(corridor),
        "labels": _labels(corridor),
        "sources": assemble.source_table(corridor),
        "places": places.with_columns(pl.col("zone").cast(pl.String)),
        "routes": assemble.route_table(corridor).with_columns(pl.col("zone").cast(pl.String)),
    }


def _dates(compiled: WalkCompiled) -> list[dt.date]:
    return [compiled.spec.start + dt.timedelta(days=day) for day in range(compiled.spec.days)]


def _daily(ensemble: WalkEnsemble) -> pl.DataFrame:
    """``daily``: people at each camp."""
    levels = np.quantile(ensemble.camps, QUANTILES, axis=0) * ensemble.compiled.ground.rules.hasten
    dates = _dates(ensemble.compiled)
    parts = [
        pl.DataFrame({
            "scenario": SCENARIO, "item": camp, "kind": "census", "date": dates, "quantile": level,
            "value": levels[q, :, i].astype(float),
        })
        for i, camp in enumerate(ensemble.camp_ids) for q, level in enumerate(QUANTILES)
    ]  # fmt: skip
    return pl.concat(parts)


def _capacity(corridor: Corridor) -> pl.DataFrame:
    rows = [
        (s.id, corridor.settings.start, float(s.capacity)) for s in corridor.stocks if s.capacity is not None
    ]
    schema = {"item": pl.String, "date": pl.Date, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _labels(corridor: Corridor) -> pl.DataFrame:
    series = {o.id: o.dataset for o in corridor.observations}
    rows: list[tuple[str, ...]] = [
        (i.id, i.name, i.name_es, i.kind, i.tag, series.get(i.observation or "", ""))
        for i in corridor.indicators
    ]
    rows.append((SCENARIO, "Base", "Base", "scenario", "", ""))
    columns = ["item", "label", "label_es", "kind", "tag", "source"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _manifest(corridor: Corridor, folder: Path, ensemble: WalkEnsemble, command: str) -> dict[str, Any]:
    settings, spec = corridor.settings, ensemble.compiled.spec
    provenance = Provenance(
        command=command,
        seed=spec.seed,
        as_of=spec.end.isoformat(),
        inputs={settings.id: sha256_of(folder)},
        parameters={
            "movement": "walk", "members": spec.members, "start": spec.start.isoformat(),
            "end": spec.end.isoformat(), **{name: round(value, 5) for name, value in summary(ensemble).items()},
        },
    )  # fmt: skip
    return {
        **vars(provenance), **about(corridor), "baseline": SCENARIO, "comparison": None, "headline": None,
        "hindsight": False,
    }  # fmt: skip


def summary(ensemble: WalkEnsemble) -> dict[str, float]:
    """The averaged relative difference with both denominators: mean, and standard deviation over members."""
    found: dict[str, float] = {}
    for name, values in (
        ("averaged relative difference", ensemble.difference()),
        ("averaged relative difference, over people counted at camps", ensemble.camp_difference()),
    ):
        found[name] = float(values.mean())
        if len(values) > 1:
            found[f"{name}: standard deviation over members"] = float(values.std(ddof=1))
    return found


def errors_text(ensemble: WalkEnsemble) -> str:
    """Both averaged relative differences of every member, as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["member", "averaged_relative_difference", "over_people_at_camps"])
    pairs = zip(ensemble.difference(), ensemble.camp_difference(), strict=True)
    writer.writerows([i, repr(float(one)), repr(float(two))] for i, (one, two) in enumerate(pairs))
    return out.getvalue()


def flee_output(ensemble: WalkEnsemble) -> str:
    """Flee's ``out.csv``: simulated, counted and relative difference by camp and day, in simulated units.

    Simulated columns are means over the members; with one member they are its whole numbers.
    """
    compiled, ground = ensemble.compiled, ensemble.compiled.ground
    names = {place.id: place.name for place in compiled.corridor.places}
    head = ["Day", "Date"]
    for camp in ensemble.camp_ids:
        head += [f"{names[camp]} sim", f"{names[camp]} data", f"{names[camp]} error"]
    head += ["Total error", "refugees in camps (UNHCR)", "total refugees (simulation)"]
    head += ["raw UNHCR refugee count", "refugees in camps (simulation)", "refugee_debt"]
    gap = np.abs(ensemble.camps - ground.data[None])
    relative = np.where(ground.data > 0, (gap / np.maximum(ground.data, 1)).mean(axis=0), 0.0)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for day, date in enumerate(_dates(compiled)):
        row: list[Any] = [day, date.isoformat()]
        for i in range(len(ground.camps)):
            row += [
                _number(ensemble.camps[:, day, i].mean()),
                ground.data[day, i],
                repr(float(relative[day, i])),
            ]
        raw = int(ground.raw[day])
        total = float(gap[:, day].sum(axis=1).mean()) / raw if raw > 0 else 0.0
        everybody = _number(ensemble.everybody[:, day].mean())
        in_camps = _number(ensemble.camps[:, day].sum(axis=1).mean())
        row += [repr(total), int(ground.data[day].sum()), everybody, raw, in_camps, int(ground.debt[day])]
        writer.writerow(row)
    return out.getvalue()


def _number(value: Any) -> int | float:
    return int(value) if float(value).is_integer() else float(value)
