"""The hubverse model-output table: forecasts written and read, each with a model card.

A file holds one model's forecasts from one origin date, one row per target and quantile level, with the
columns of :data:`COLUMNS` (https://docs.hubverse.io, "model output"). ``target`` is the id of a dataset and
``location`` the name of a series in it (``total``, a nationality, an area).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from corridor.forecast.registry import ModelCard
from corridor.forecast.result import Forecast
from corridor.forecast.tables import quantile_table
from corridor.model import Fault, InputError
from corridor.model.files import write_text

COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "origin_date": pl.Date,
    "target": pl.String,
    "horizon": pl.Int64,
    "target_end_date": pl.Date,
    "location": pl.String,
    "output_type": pl.String,
    "output_type_id": pl.Float64,
    "value": pl.Float64,
}
_TASK = ["origin_date", "target", "horizon", "target_end_date", "location"]
_ALIASES = {"reference_date": "origin_date", "forecast_date": "origin_date"}
_FILE = re.compile(r"^(\d{4}-\d\d-\d\d)-(.+)\.(csv|parquet)$")


def hub_table(forecast: Forecast, target: str, names: list[str] | None = None) -> pl.DataFrame:
    """A forecast as a model-output table."""
    long = quantile_table(forecast, names)
    ends = {month: forecast.view.panel.last_day(month) for month in long["month"].unique()}
    return long.select(
        pl.lit(forecast.view.as_of).alias("origin_date"),
        pl.lit(target).alias("target"),
        "horizon",
        pl.col("month").replace_strict(ends, return_dtype=pl.Date).alias("target_end_date"),
        pl.col("series").alias("location"),
        pl.lit("quantile").alias("output_type"),
        pl.col("quantile").alias("output_type_id"),
        "value",
    )


def write_hub(table: pl.DataFrame, path: Path, card: ModelCard) -> Path:
    """Write a model-output table to ``path`` (.csv or .parquet) with its card beside it; returns the card's path.

    Raises
    ------
    InputError
        If the name ends otherwise, or the place cannot be written.
    """
    if path.suffix == ".csv":
        write_text(path, table.with_columns(pl.col("value").round(3)).write_csv())
    elif path.suffix == ".parquet":
        part = path.with_name(f".{path.name}.part")
        try:
            table.write_parquet(part)
            part.replace(path)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    else:
        raise InputError(f"{path.name} is neither .csv nor .parquet", hint="name the file so")
    about = path.with_suffix(".yml")
    write_text(about, card.text())
    return about


def read_hub(path: Path) -> pl.DataFrame:
    """Read a model-output file, or every one in a folder: the columns of :data:`COLUMNS` and ``model_id``.

    The model's id is what follows the date in the file's name, else the folder's name.

    Raises
    ------
    InputError
        With every fault that was found: missing columns, dates or numbers that cannot be read, no quantile
        at all, levels outside 0–1 or without a median, quantiles that cross, rows given twice, or horizons of
        one file that count differently from their end dates.

    Rows of other output types (mean, median, sample …) are left out; :func:`skipped_types` counts them.
    """
    files = _files(path)
    if not files:
        raise InputError(f"{path} holds no model output", hint="a hub holds .csv or .parquet files")
    tables: list[pl.DataFrame] = []
    faults: list[Fault] = []
    for file in files:
        try:
            table = _read(file)
        except InputError as error:
            faults += error.faults
            continue
        found = list(_faults(file, table))
        faults += found
        if not found:
            name = _FILE.match(file.name)
            tables.append(table.with_columns(pl.lit(name[2] if name else file.parent.name).alias("model_id")))
    if faults:
        raise InputError("the model output cannot be used", faults=faults)
    return pl.concat(tables).drop("row")


def skipped_types(path: Path) -> dict[str, int]:
    """How many rows of each output type other than quantile :func:`read_hub` leaves out."""
    counts: dict[str, int] = {}
    for file in _files(path):
        kinds = _raw(file).filter(pl.col("output_type") != "quantile")["output_type"]
        for kind in kinds.to_list():
            counts[str(kind)] = counts.get(str(kind), 0) + 1
    return counts


def _files(path: Path) -> list[Path]:
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [file for file in found if file == path or file.suffix in (".csv", ".parquet")]


def _raw(file: Path) -> pl.DataFrame:
    """The columns of the file as they stand, with the line of each row."""
    try:
        raw = (
            pl.read_parquet(file)
            if file.suffix == ".parquet"
            else pl.read_csv(file, infer_schema=False, raise_if_empty=False)
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _one(file, None, f"cannot be read: {text}") from error
    raw = raw.rename(
        {old: new for old, new in _ALIASES.items() if old in raw.columns and new not in raw.columns}
    )
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise InputError(
            "missing columns",
            faults=[Fault(str(file), 1, name, "missing column", ", ".join(COLUMNS)) for name in missing],
        )
    return raw.select(list(COLUMNS)).with_row_index("row", 2)


def _read(file: Path) -> pl.DataFrame:
    everything = _raw(file)
    raw = everything.filter(pl.col("output_type") == "quantile")
    if raw.is_empty() and not everything.is_empty():
        raise _one(file, "output_type", "holds no quantiles, and nothing else is scored")
    faults = []
    typed = raw
    for name, kind in COLUMNS.items():
        text = kind == pl.Date and raw.schema[name] == pl.String
        cell = (
            pl.col(name).str.to_date("%Y-%m-%d", strict=False)
            if text
            else pl.col(name).cast(kind, strict=False)
        )
        typed = typed.with_columns(cell)
        for row in typed.filter(pl.col(name).is_null())["row"][:3]:
            given = raw.filter(row=row)[name][0]
            faults.append(Fault(str(file), row, name, f"{given!r} is not a {_KINDS.get(name, 'number')}"))
    if faults:
        raise InputError("cells that cannot be read", faults=faults)
    # 0.35 and 0.35000000000000003 are one level
    return typed.with_columns(pl.col("output_type_id").round(9))


_KINDS = {"origin_date": "date", "target_end_date": "date", "horizon": "whole number"}


def _faults(file: Path, table: pl.DataFrame) -> Iterator[Fault]:
    def at(row: int, column: str, message: str, hint: str | None = None) -> Fault:
        return Fault(str(file), row, column, message, hint)

    if table.is_empty():
        yield Fault(str(file), None, None, "holds no forecast")
        return
    yield from _horizons(file, table)
    bad = ~pl.col("output_type_id").is_between(0, 1, closed="none")
    for row, level in table.filter(bad).select("row", "output_type_id").rows()[:3]:
        yield at(row, "output_type_id", f"{level:g} is not a quantile level", "between 0 and 1")
    for row in table.filter(~pl.col("value").is_finite() | (pl.col("value") < 0))["row"][:3]:
        yield at(row, "value", "a count is a number of zero or more")
    twice = table.filter(table.select([*_TASK, "output_type_id"]).is_duplicated())
    for row in twice["row"][:3]:
        yield at(row, "output_type_id", "the same target and level stand in another row")
    for task, rows in table.sort("output_type_id").group_by(_TASK, maintain_order=True):
        name = f"{task[4]}, {task[3]}"
        if not ((rows["output_type_id"] - 0.5).abs() < 1e-9).any():
            yield at(rows["row"][0], "output_type_id", f"{name} has no median", "add the level 0.5")
        crossed = rows.filter(pl.col("value").diff() < -1e-9)
        for row in crossed["row"][:1]:
            yield at(row, "value", f"quantiles of {name} cross", "sort the values of each target by level")


def _horizons(file: Path, table: pl.DataFrame) -> Iterator[Fault]:
    """Forecasts of one origin and target, one horizon apart, end one step (a month or a week) apart.

    Hubs count horizons from 0 or from 1, and from the origin or from the last published count, so only the
    distance between two rows can contradict their dates.
    """
    for (_, target), rows in table.sort("row").group_by(["origin_date", "target"], maintain_order=True):
        first = rows.row(0, named=True)
        end, start = pl.col("target_end_date"), first["target_end_date"]
        days = (end - start).dt.total_days()
        months = end.dt.year().cast(pl.Int64) * 12 + end.dt.month() - (start.year * 12 + start.month)
        ahead = pl.col("horizon") - first["horizon"]
        wrong = min(
            (rows.filter(gap != ahead * n) for gap, n in ((months, 1), (days, 7), (days, 1))), key=len
        )
        for row, horizon, day in wrong.select("row", "horizon", "target_end_date").rows()[:1]:
            message = f"horizon {horizon} of {target} does not fit its end date, {day}"
            hint = f"line {first['row']} has horizon {first['horizon']} and ends on {start}"
            yield Fault(str(file), row, "horizon", message, hint)


def _one(file: Path, column: str | None, message: str) -> InputError:
    return InputError("cannot be read", faults=[Fault(str(file), None, column, message)])
