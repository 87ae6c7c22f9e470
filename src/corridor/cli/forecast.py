"""``corridor forecast [DIR]``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import (
    as_of_option,
    emit,
    emit_object,
    ensemble_options,
    format_option,
    lang_option,
    out_option,
    processors,
    quiet_option,
    talk,
    workers_option,
)
from corridor.model import InputError

if TYPE_CHECKING:
    import polars as pl

    from corridor.data import Dataset
    from corridor.forecast.corridor_member import CorridorModel
    from corridor.forecast.registry import Forecaster
    from corridor.forecast.result import Forecast
    from corridor.forecast.view import Subject
    from corridor.model import Corridor, Observation
    from corridor.text import Lang

CORRIDOR_MODEL = "corridor"
LONGEST = 60
"""Periods ahead that can be asked for."""


@click.command()
@click.argument("corridor", metavar="[DIR]", required=False)
@click.option("--target", metavar="SERIES", help="A series that the corridor observes.")
@click.option("--data", metavar="NAME", help="A dataset, in place of a corridor's series.")
@as_of_option()
@click.option("--horizon", type=click.IntRange(1, LONGEST), default=6, show_default=True,
              help="Months (or weeks) after the last published one.")  # fmt: skip
@click.option("--by", metavar="DIM", multiple=True,
              help="Split by a dimension, e.g. nationality; with --above a day: the last that counts.")  # fmt: skip
@click.option("--above", type=float, metavar="NUMBER", help="Print the chance of passing this number.")
@click.option("--step", "by_step", type=click.Choice(["month"]), help="A weekly forecast, told by month.")
@click.option("--where", metavar="DIM=VALUE", multiple=True, help="Keep rows of a dataset; may be repeated.")
@click.option("--model", help="The forecaster.  [default: combined; of one series alone: stacked]")
@click.option("--hub", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a hubverse model-output table (.csv or .parquet) and its model card.")  # fmt: skip
@out_option(help="With --data: also write one page, as an HTML file or report.html in a folder.")
@ensemble_options()
@lang_option()
@format_option()
@workers_option()
@quiet_option()
def command(
    corridor: str | None, target: str | None, data: str | None, as_of: dt.date | None, horizon: int,
    by: tuple[str, ...], above: float | None, by_step: str | None, where: tuple[str, ...], model: str | None, hub: Path | None, out: Path | None, members: int, seed: int,
    lang: str, format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Forecast a series of the corridor folder DIR, or a dataset, from what was public on a date.

    As a table, the median and three intervals; as JSON or CSV, all 23 quantiles.
    """
    import polars as pl

    from corridor.data import load
    from corridor.forecast.hub import hub_table, write_hub
    from corridor.forecast.lone import month_table
    from corridor.forecast.registry import card_for
    from corridor.forecast.request import (
        checked_view,
        default_model,
        left_out,
        observation_of,
        shown_series,
        subject_of,
    )
    from corridor.forecast.tables import quantile_table, summary_of_quantiles
    from corridor.formats import open_corridor

    found: Corridor | None = None
    observation: Observation | None = None
    until, by = _until(by) if above is not None else (None, by)
    if data is not None and corridor is None and target in (None, data):
        dataset, chosen = load(data), choices(where)
    elif corridor is not None and target is not None and data is None:
        if where:
            raise InputError(
                "--where goes with --data", hint="a corridor's series has its own choice of rows"
            )
        found = open_corridor(corridor)
        observation = observation_of(found, target)
        dataset, chosen = load(observation.dataset, found), dict(observation.where)
        as_of = as_of or found.settings.as_of
    else:
        raise click.UsageError("name either DIR and --target SERIES, or --data NAME")
    if out is not None and (data is None or by):
        raise InputError(
            "--out is the page of one series", hint="name it by --data, without a dimension in --by"
        )
    date = as_of or dt.date.today()
    subject, panels = subject_of(dataset.as_of(date), by, chosen)
    horizons = tuple(range(1, (_ahead(subject, date, until) if until else horizon) + 1))
    view = checked_view(subject, panels, date, horizons)
    model = model or default_model(subject, by)
    own = _corridor_model(corridor, found, observation, date, members, seed, workers or processors())
    chosen_model = _model(model, own, date)
    forecast = chosen_model.fit_predict(view, horizons)
    names = shown_series(view, by)
    table = quantile_table(forecast, names)
    if table.is_empty():
        raise InputError(
            f"the model {model!r} has no forecast here",
            hint="it needs a longer history; take another --model",
        )
    _say(forecast, table["series"].n_unique(), len(names), quiet)
    notes = left_out(dataset.as_of(date), chosen) if not subject.sources else ()
    for note in notes:
        talk(f"note: {note}", quiet=quiet)
    if hub is not None:
        card = card_for(forecast.model, forecast)
        about = write_hub(hub_table(forecast, dataset.id, names), hub, card)
        talk(f"model output: {hub}; model card: {about}", quiet=quiet)
    if out is not None:
        _page(out, lang, dataset, forecast, table, above, quiet)
    if above is not None:
        _emit_chances(forecast, above, dataset.id, format, "es" if lang == "es" else "en")
        talk(
            f"the chance that {dataset.id} passes {above:,.0f}, in each {view.panel.step} and at any time up to it",
            quiet=quiet,
        )
        return
    step = by_step or view.panel.step
    if by_step:
        table = month_table(forecast)
    shown = (summary_of_quantiles(table) if format == "table" else table).rename(
        {"month": step} if step != "month" else {}
    )
    if format == "table" and dataset.table["value"].dtype.is_integer():  # whole people, a mean of days too
        shown = shown.with_columns(pl.col(pl.Float64).round(0).cast(pl.Int64))
    if format == "json":
        emit_object(_object(forecast, dataset.id, shown.rows(named=True), notes) | {"step": step})
    else:
        emit(shown.rows(named=True), format)


def _page(
    out: Path, lang: str, dataset: Dataset, forecast: Forecast, table: pl.DataFrame, above: float | None, quiet: bool
) -> None:  # fmt: skip
    """The page of one series: fan, chance of passing, scores on a few past dates, what was known."""
    from corridor.cli.series_page import about, forecast_part, passing_part, quick_scores, write_page
    from corridor.forecast.lone import chance_of_passing

    view = forecast.view
    panel = view.panel.only(view.panel.series[0])
    parts = about(dataset, panel, view.as_of) | forecast_part(forecast, table)
    if above is not None:
        parts |= passing_part(chance_of_passing(forecast, above), above)
    write_page(out, lang, parts | quick_scores(panel, min(6, max(forecast.horizons))), quiet=quiet)


def _until(by: tuple[str, ...]) -> tuple[dt.date | None, tuple[str, ...]]:
    """The day among the values of ``--by``, and the others."""
    days: list[dt.date] = []
    others: list[str] = []
    for word in by:
        try:
            days.append(dt.date.fromisoformat(word))
        except ValueError:
            others.append(word)
    if others:
        raise InputError(f"--above takes no --by {others[0]}", hint="narrow the series with --where instead")
    return (max(days) if days else None), ()


def _ahead(subject: Subject, as_of: dt.date, until: dt.date) -> int:
    """Periods from the last published one to the one in which ``until`` lies."""
    from corridor.forecast.lone import horizon_until

    last = subject.panel.last_published(as_of)
    if last is None:
        raise InputError(f"nothing was published by {as_of}", hint="take a later --as-of")
    ahead = horizon_until(last, until, subject.panel.step)
    if ahead > LONGEST:
        raise InputError(f"{until} is {ahead} {subject.panel.step}s ahead", hint=f"at most {LONGEST}")
    return ahead


def _emit_chances(forecast: Forecast, line: float, target: str, format: str, lang: Lang) -> None:
    """The chance of passing a line, in each period and at any time up to it."""
    from corridor.forecast.lone import chance_of_passing
    from corridor.text import chance

    step = forecast.view.panel.step
    rows = [
        {step: one.period, "chance": one.above, "chance_by_then": one.ever}
        for one in chance_of_passing(forecast, line)
    ]
    told = [
        {name: chance(value, lang) if isinstance(value, float) else value for name, value in row.items()}
        for row in rows
    ]
    if format == "json":
        texts = [{f"{name}_text": row[name] for name in ("chance", "chance_by_then")} for row in told]
        emit_object({
            "model": forecast.model, "target": target, "as_of": forecast.view.as_of, "above": line, "step": step,
            "rows": [row | text for row, text in zip(rows, texts, strict=True)],
        })  # fmt: skip
    else:
        emit(rows if format == "csv" else told, format)


def choices(where: tuple[str, ...]) -> dict[str, list[str]]:
    """``DIM=VALUE`` words as a choice of rows."""
    result: dict[str, list[str]] = {}
    for word in where:
        name, equals, value = word.partition("=")
        if not equals:
            raise InputError(f"{word!r} is not DIM=VALUE", hint="for example --where measure=max")
        result.setdefault(name, []).append(value)
    return result


def _corridor_model(
    name: str | None, corridor: Corridor | None, observation: Observation | None, date: dt.date, members: int,
    seed: int, workers: int,
) -> CorridorModel | None:  # fmt: skip
    """The corridor model, where the corridor is calibrated on the date."""
    from corridor.calibrate import read_calibration
    from corridor.forecast.corridor_member import CorridorModel
    from corridor.formats import calibration_dates, find_corridor

    if name is None or corridor is None or observation is None:
        return None
    folder = find_corridor(name)
    if date.isoformat() not in calibration_dates(folder):
        return None
    calibration = read_calibration(folder / "calibration", date)
    return CorridorModel(corridor, calibration, observation, members, seed, workers)


def _model(name: str, own: CorridorModel | None, date: dt.date) -> Forecaster:
    """The forecaster by name; the calibrated corridor, run freely, is one."""
    from corridor.forecast.registry import forecaster

    if name == CORRIDOR_MODEL:
        if own is None:
            raise InputError(
                f"there is no calibrated corridor as of {date}",
                hint=f"name DIR and --target, and `corridor calibrate DIR --as-of {date}` first",
            )
        return own
    return forecaster(name)


def _say(forecast: Forecast, shown: int, asked: int, quiet: bool) -> None:
    import numpy as np

    from corridor.forecast.lone.holidays import HOLIDAY_NAMES
    from corridor.forecast.registry import members_of

    view = forecast.view
    talk(f"model {forecast.model}, as of {view.as_of}; last published: {view.last:%Y-%m-%d}", quiet=quiet)
    if members := members_of(forecast):
        talk(f"members: {', '.join(members)}", quiet=quiet)
    for series, effects in forecast.holidays.items():
        told = ", ".join(f"{HOLIDAY_NAMES[key]} {np.expm1(size):+.0%}" for key, size in effects.items())
        talk(f"holiday weeks of {series}: {told}", quiet=quiet)
    for name in view.sources:
        talk(f"source {name}: published {view.lead(name):+d} months against the target", quiet=quiet)
    if shown < asked:
        talk(f"{asked - shown} of {asked} series have too short a history for a forecast", quiet=quiet)
    talk("counts are those of the last edition; earlier vintages are not known", quiet=quiet)


def _object(
    forecast: Forecast, target: str, rows: list[dict[str, Any]], left_out: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "model": forecast.model,
        "target": target,
        "as_of": forecast.view.as_of,
        "last_published": forecast.view.last,
        "step": forecast.view.panel.step,
        "weights": forecast.weights,
        "holidays": forecast.holidays,
        "left_out": left_out,
        "rows": rows,
    }
