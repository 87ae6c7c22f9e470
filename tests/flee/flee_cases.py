"""Folders of Flee for tests: the published ones where they are, and small ones written here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corridor.engine.spec import RunSpec
from corridor.engine.walk import WalkCompiled, compile_walk
from corridor.formats.flee import import_flee
from corridor.model import Corridor
from repository import ROOT

PUBLISHED = ROOT.parent / "shared" / "flee"
SMALL = ROOT / "examples" / "flee-small"
START = dt.date(2020, 1, 1)

SETTINGS = """\
spawn_rules:
  conflict_spawn_decay: [1.0, 1.0, 0.5]
move_rules:
{moves}
optimisations:
  hasten: 1
"""
MOVES = {
    "max_move_speed": 200.0, "max_walk_speed": 35.0, "camp_weight": 2.0, "softening": 10.0, "default_movechance": 0.5,
    "start_on_foot": True, "avoid_short_stints": True, "capacity_scaling": 1.0, "camp_movechance": 0.02,
}  # fmt: skip


def published(name: str, hasten: int | None = None, settings: str | None = None) -> Corridor:
    """A published case, or a skipped test."""
    folder = PUBLISHED / name
    if not folder.is_dir():
        pytest.skip("the published cases of Flee are not here")
    return import_flee(folder, PUBLISHED / settings if settings else None, hasten).corridor


def compiled(corridor: Corridor, seed: int = 1, **options: object) -> WalkCompiled:
    """Compile for the whole period."""
    settings = corridor.settings
    return compile_walk(corridor, RunSpec(start=settings.start, end=settings.end, seed=seed), **options)  # type: ignore[arg-type]


def write_case(
    folder: Path,
    locations: list[str],
    routes: list[str],
    counts: dict[str, list[tuple[int, int]]],
    *,
    days: int = 20,
    closures: tuple[str, ...] = (),
    conflicts: dict[str, list[int]] | None = None,
    moves: dict[str, object] | None = None,
    corrections: tuple[str, ...] = (),
) -> Path:
    """Write a folder; locations are ``name,country,type,conflict_date,people``, counts are by day."""
    tables, data = folder / "input_csv", folder / "source_data"
    tables.mkdir(parents=True)
    data.mkdir()
    rows = [row.split(",") for row in locations]
    full = [
        f"{n},r,{c},10.{i},20.{i},{kind},{day},{people}" for i, (n, c, kind, day, people) in enumerate(rows)
    ]
    put(tables / "locations.csv", "#name,region,country,lat,lon,location_type,conflict_date,pop/cap", full)
    put(tables / "routes.csv", "#name1,name2,distance,forced_redirection", routes)
    zones = conflicts or {
        n: [1] * days for n, _, kind, day, _ in rows if kind == "conflict_zone" and day == "0"
    }
    lines = [",".join(map(str, [day, *(values[day] for values in zones.values())])) for day in range(days)]
    put(tables / "conflicts.csv", ",".join(["#Day", *zones]), lines)
    put(tables / "closures.csv", "#closure_type,name1,name2,closure_start,closure_end", list(closures))
    put(tables / "registration_corrections.csv", "", list(corrections))
    put(tables / "sim_period.csv", f"StartDate,{START}", [f"Length,{days}"])
    put(
        data / "data_layout.csv",
        "total,total.csv",
        [f"{name},{name}.csv" for name in counts if name != "total"],
    )
    for name, points in ({"total": [(0, 0)]} | counts).items():
        dated = [f"{START + dt.timedelta(days=day)},{count}" for day, count in points]
        put(data / f"{name}.csv", "Date,Count", dated)
    settings = "\n".join(f"  {key}: {value}" for key, value in (MOVES | (moves or {})).items())
    (folder / "simsetting.yml").write_text(SETTINGS.format(moves=settings), "utf-8")
    return folder


def put(path: Path, head: str, rows: list[str]) -> None:
    path.write_text("\n".join([*([head] if head else []), *rows]) + "\n", "utf-8")
