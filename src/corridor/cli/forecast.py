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
    format_option,
    members_option,
    processors,
    quiet_option,
    seed_option,
    talk,
    workers_option,
)
from corridor.model import InputError

if TYPE_CHECKING:
    from corridor.forecast.corridor_member import CorridorModel
    from corridor.forecast.registry import Forecaster
    from corridor.forecast.result import Forecast
    from corridor.model import Corridor, Observation

CORRIDOR_MODEL = "corridor"


@click.command()
@click.argument("corridor", metavar="[DIR]", required=False)
@click.option("--target", metavar="SERIES", help="A series that the corridor observes.")
@click.option("--data", metavar="NAME", help="A dataset, in place of a corridor's series.")
@as_of_option()
@click.option("--horizon", type=click.IntRange(1, 60), default=6, show_default=True,
              help="Months (or weeks) after the last published one.")  # fmt: skip
@click.option("--by", metavar="DIM", multiple=True, help="Split by a dimension, e.g. nationality.")
@click.option("--where", metavar="DIM=VALUE", multiple=True, help="Keep rows of a dataset; may be repeated.")
@click.option("--model", default="combined", show_default=True, help="The forecaster.")
@click.option("--hub", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a hubverse model-output table (.csv or .parquet) and its model card.")  # fmt: skip
@members_option(200)
@seed_option()
@format_option()
@workers_option()
@quiet_option()
def command(
    corridor: str | None, target: str | None, data: str | None, as_of: dt.date | None, horizon: int,
    by: tuple[str, ...], where: tuple[str, ...], model: str, hub: Path | None, members: int, seed: int,
    format: str, workers: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Forecast a series of the corridor folder DIR, or a dataset, from what was public on a date.

    As a table, the median and three intervals; as JSON or CSV, all 23 quantiles.
    """
    from corridor.data import load
    from corridor.forecast.hub import hub_table, write_hub
    from corridor.forecast.registry import card_for
    from corridor.forecast.request import checked_view, observation_of, shown_series, subject_of
    from corridor.forecast.tables import quantile_table, summary_table
    from corridor.formats import open_corridor

    found: Corridor | None = None
    observation: Observation | None = None
    if data is not None and corridor is None and target in (None, data):
        dataset, chosen = load(data), _choices(where)
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
    date = as_of or dt.date.today()
    subject, panels = subject_of(dataset.as_of(date), by, chosen)
    horizons = tuple(range(1, horizon + 1))
    view = checked_view(subject, panels, date, horizons)
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
    if hub is not None:
        card = card_for(forecast.model, forecast)
        about = write_hub(hub_table(forecast, dataset.id, names), hub, card)
        talk(f"model output: {hub}; model card: {about}", quiet=quiet)
    if format == "json":
        emit_object(_object(forecast, dataset.id, table.rows(named=True)))
    else:
        emit((summary_table(forecast, names) if format == "table" else table).rows(named=True), format)


def _choices(where: tuple[str, ...]) -> dict[str, list[str]]:
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
    """The forecaster by name; the corridor model is one, and a member of the combination."""
    from corridor.forecast.corridor_member import WithCorridor
    from corridor.forecast.models import COMBINED
    from corridor.forecast.registry import forecaster

    if name == CORRIDOR_MODEL:
        if own is None:
            raise InputError(
                f"there is no calibrated corridor as of {date}",
                hint=f"name DIR and --target, and `corridor calibrate DIR --as-of {date}` first",
            )
        return own
    model = forecaster(name)
    return WithCorridor(model, own) if name == COMBINED and own is not None else model


def _say(forecast: Forecast, shown: int, asked: int, quiet: bool) -> None:
    from corridor.forecast.registry import members_of

    view = forecast.view
    talk(f"model {forecast.model}, as of {view.as_of}; last published: {view.last:%Y-%m-%d}", quiet=quiet)
    if members := members_of(forecast):
        talk(f"members: {', '.join(members)}", quiet=quiet)
    for name in view.sources:
        talk(f"source {name}: published {view.lead(name):+d} months against the target", quiet=quiet)
    if shown < asked:
        talk(f"{asked - shown} of {asked} series have too short a history for a forecast", quiet=quiet)
    talk("counts are those of the last edition; earlier vintages are not known", quiet=quiet)


def _object(forecast: Forecast, target: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "model": forecast.model,
        "target": target,
        "as_of": forecast.view.as_of,
        "last_published": forecast.view.last,
        "step": forecast.view.panel.step,
        "weights": forecast.weights,
        "rows": rows,
    }
