"""``corridor backtest [DIR]``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from corridor.cli.common import (
    cluster_option,
    emit,
    emit_object,
    format_option,
    lang_option,
    out_folder,
    out_option,
    processors,
    progress,
    quiet_option,
    talk,
    workers_option,
)
from corridor.model import InputError

LOG = "held_out.csv"
"""Lines of the results folder: when origins from 2024-01 on were scored, and with what version."""


class Month(click.ParamType):  # pyrefly: ignore  # generic from click 8.2 on
    """A month as ``2023-12``; the value is its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Parse, or fail as a wrong call."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.datetime.strptime(str(value), "%Y-%m").date()
        except ValueError:
            self.fail(f"{value!r} is not a month; write year-month, for example 2023-12", param, ctx)


@click.command()
@click.argument("corridor", metavar="[DIR]", default="americas")
@click.option(
    "--data", metavar="NAME", help="One dataset, yours or shipped, in place of a corridor's publishers."
)
@click.option(
    "--where", metavar="DIM=VALUE", multiple=True, help="With --data: rows to keep; may be repeated."
)
@click.option(
    "--origins", type=click.IntRange(1, 200), default=12, show_default=True, help="With --data: origins."
)
@click.option(
    "--first", type=Month(), default="2022-01", show_default=True, help="Month of the first origin."
)
@click.option("--last", type=Month(), default="2023-12", show_default=True, help="Month of the last origin.")
@click.option("--held-out", is_flag=True, help="Go on to 2025-04: the origins that nothing was chosen on.")
@click.option("--model", "models", multiple=True, help="Models to score; may be repeated.")
@click.option("--horizon", "horizons", type=click.IntRange(1, 12), multiple=True, default=(1, 2, 3, 6),
              show_default=True, help="Months ahead; may be repeated.")  # fmt: skip
@click.option("--period", default="all", show_default=True, help="Period of origins to print.")
@click.option("--hub", type=click.Path(path_type=Path), metavar="DIR",
              help="Score model-output tables in the hubverse format instead.")  # fmt: skip
@out_option("corridor-backtest")
@format_option()
@workers_option()
@lang_option()
@cluster_option()
@quiet_option()
@click.pass_context
def command(
    ctx: click.Context, corridor: str, data: str | None, where: tuple[str, ...], origins: int, first: dt.date, last: dt.date, held_out: bool, models: tuple[str, ...],
    horizons: tuple[int, ...], period: str, hub: Path | None, out: Path, format: str, workers: int | None,
    lang: str, quiet: bool,
) -> None:  # fmt: skip
    """Score every forecaster on past dates, on what was public by then, beside the reference.

    DIR is a corridor folder: the publishers that it observes are scored. A run that was stopped goes on
    where it was. Origins from 2024-01 on are scored on request only, and each time is logged in the
    results folder.

    With --data one series is scored by itself, by month, week or longer steps, at evenly spaced origins of its
    later half: the default (stacked), a calibrated walk, seasonal naive, and AutoETS and AutoTheta where
    statsforecast is installed. The walk is the reference of the relative scores. --out also writes one page.
    A corridor that observes none of the sets of series is scored so, series by series.
    """
    if data is not None:
        page = out if ctx.get_parameter_source("out") is ParameterSource.COMMANDLINE else None
        _one_series(data, where, models, horizons, origins, format, quiet, page, lang)
        return
    from corridor.forecast.backtest import BACKTEST_MODELS, BacktestPlan, run_backtest
    from corridor.forecast.hub import read_hub, skipped_types
    from corridor.forecast.hub_scores import score_hub
    from corridor.forecast.rolling import LAST_ORIGIN
    from corridor.forecast.scoreboard import CHOSEN_UNTIL, PERIODS, scoreboard
    from corridor.forecast.univariate import available
    from corridor.model import did_you_mean

    if period not in PERIODS:
        raise InputError(f"there is no period {period!r}", hint=did_you_mean(period, PERIODS))
    if hub is not None:
        if not hub.exists():
            raise InputError(f"there is no file or folder {hub}", hint="name a hub or a model-output file")
        for kind, rows in skipped_types(hub).items():
            talk(
                f"{rows:,} rows of output type {kind!r} are left out: only quantiles are scored", quiet=quiet
            )
        board = scoreboard(score_hub(read_hub(hub)), periods=("all",))
        _print(board, "all", format)
        return
    last = LAST_ORIGIN if held_out else last
    if last > CHOSEN_UNTIL and not held_out:
        raise InputError(
            f"origins after {CHOSEN_UNTIL:%Y-%m} are held out: nothing is to be chosen on them",
            hint="--held-out scores them, and logs that it did",
        )
    folder = out_folder(out)
    usable = tuple(m for m in BACKTEST_MODELS if available() or m not in ("theta", "ets"))
    publishers = _publishers(corridor)
    if not publishers:
        _each_series(corridor, models, horizons, origins, format, quiet)
        return
    plan = BacktestPlan(
        first,
        last,
        horizons=tuple(sorted(set(horizons))),
        models=models or usable,
        publishers=publishers,
    )
    with progress("backtest", len(plan.blocks), quiet=quiet) as advance:
        scores = run_backtest(plan, folder, workers=workers or processors(), progress=lambda: advance(1))
    board = scoreboard(scores)
    _save(folder, scores, board, held_out)
    talk(f"scores: {folder / 'scores.parquet'}; scoreboard: {folder / 'scoreboard.csv'}", quiet=quiet)
    _print(board, period, format)
    if held_out and plan.models[0] == "combined":
        _targets(board, quiet)


def _one_series(
    name: str, where: tuple[str, ...], models: tuple[str, ...], horizons: tuple[int, ...], origins: int, format: str,
    quiet: bool, page: Path | None, lang: str,
) -> None:  # fmt: skip
    """Score the models of one series on a dataset and print the table."""
    from corridor.cli.forecast import choices
    from corridor.data import load
    from corridor.forecast.lone import backtest_series, summary_of, usable_models
    from corridor.forecast.request import left_out, subject_of

    subject, _ = subject_of(load(name), (), choices(where))
    panel = subject.panel.only(subject.panel.series[0])
    for note in left_out(load(name), choices(where)) if not subject.sources else ():
        talk(f"note: {note}", quiet=quiet)
    asked = models or usable_models()
    with progress("backtest", origins, quiet=quiet) as advance:
        scores = backtest_series(
            panel, max(horizons), origins=origins, models=asked, progress=lambda: advance(1)
        )
    import numpy as np
    import polars as pl

    board = summary_of(scores.filter(pl.col("horizon").is_in(sorted(horizons))))
    if board.is_empty():
        quiet_until = not np.nan_to_num(panel.values[: len(panel.months) // 2 + 1]).any()
        raise InputError(
            f"{name} has no target that every model can be scored on",
            hint="its earlier counts are all zero, from which no model forecasts"
            if quiet_until
            else "it needs a longer history",
        )
    talk(
        f"{name}: {panel.kind} by {panel.step}, {panel.span}, {scores['origin'].n_unique()} origins",
        quiet=quiet,
    )
    for model in asked:
        if model not in set(scores["model"]):
            talk(f"{model} has no forecast from so short a history: left out", quiet=quiet)
    if "ets" not in asked and not models:
        talk("statsforecast is not installed: AutoETS and AutoTheta are left out", quiet=quiet)
    if page is not None:
        from corridor.cli.series_page import about, scores_part, write_page

        write_page(
            page, lang, about(load(name), panel, dt.date.today()) | scores_part(scores, board), quiet=quiet
        )
    if format == "json":
        emit_object({"target": name, "step": panel.step, "kind": panel.kind, "reference": "walk",
                     "rows": board.rows(named=True)})  # fmt: skip
        return
    rounded = board.with_columns(pl.col(pl.Float64).round(3))
    emit(rounded.rows(named=True), format, rounded.columns)


def _publishers(corridor: str) -> tuple[str, ...]:
    """The publishers whose datasets a corridor observes."""
    from corridor.forecast.sets import PUBLISHERS
    from corridor.formats import open_corridor

    observed = {observation.dataset for observation in open_corridor(corridor).observations}
    return tuple(name for name, publisher in PUBLISHERS.items() if publisher.dataset in observed)


def _each_series(
    corridor: str, models: tuple[str, ...], horizons: tuple[int, ...], origins: int, format: str, quiet: bool
) -> None:  # fmt: skip
    """Score every series that a corridor observes by itself; those with too short a history are named."""
    import polars as pl

    from corridor.data import load
    from corridor.forecast.lone import backtest_series, summary_of, usable_models
    from corridor.forecast.request import subject_of
    from corridor.formats import open_corridor

    whole = open_corridor(corridor)
    rows: list[dict[str, Any]] = []
    with progress("backtest", len(whole.observations), quiet=quiet) as advance:
        for one in whole.observations:
            advance(1)
            try:
                panel = subject_of(load(one.dataset, whole), (), dict(one.where))[0].panel
                panel = panel.only(panel.series[0])
                scores = backtest_series(
                    panel, max(horizons), origins=origins, models=models or usable_models()
                )
            except InputError as short:
                talk(f"{one.id}: {str(short).splitlines()[0]}", quiet=quiet)
                continue
            board = summary_of(scores.filter(pl.col("horizon").is_in(sorted(horizons))))
            rows += [
                {"series": one.id, **row}
                for row in board.with_columns(pl.col(pl.Float64).round(3)).rows(named=True)
            ]
    if not rows:
        raise InputError(f"the corridor {corridor} observes no series that is long enough for a backtest")
    if format == "json":
        emit_object({"corridor": corridor, "reference": "walk", "rows": rows})
        return
    emit(rows, format, list(rows[0]))


def _save(folder: Path, scores: Any, board: Any, held_out: bool) -> None:
    """Scores, scoreboard as CSV, JSON and Parquet, and the line of the log."""
    import corridor
    from corridor.model.files import write_text

    folder.mkdir(parents=True, exist_ok=True)
    scores.write_parquet(folder / "scores.parquet")
    board.write_parquet(folder / "scoreboard.parquet")
    write_text(folder / "scoreboard.csv", board.write_csv(float_precision=4))
    write_text(folder / "scoreboard.json", board.write_json())
    if held_out:
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%MZ},{corridor.__version__},{board.height}\n")


def _print(board: Any, period: str, format: str) -> None:
    import polars as pl

    shown = board.filter(period=period).sort("model", "origin", "set", "horizon", maintain_order=True)
    if format == "json":
        emit_object({"period": period, "rows": shown.rows(named=True)})
        return
    rounded = shown.with_columns(pl.col(pl.Float64).round(3))
    emit(rounded.rows(named=True), format, rounded.columns)


def _targets(board: Any, quiet: bool) -> None:
    from corridor.forecast.scoreboard import against_targets

    for row in against_targets(board, "combined"):
        word = "reached" if row["reached"] else f"missed by {row['distance']:.3f}"
        talk(
            f"{row['target']}, {row['period']}: {row['measured']:.3f}, goal {row['goal']:.2f}: {word}",
            quiet=quiet,
        )
