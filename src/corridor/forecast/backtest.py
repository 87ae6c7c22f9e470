"""Backtest: every model at rolling origins on what was public by then, in blocks that can be resumed.

Revisions are not known, so figures are those of the last edition: pseudo-real-time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from corridor._version import __version__
from corridor.forecast.models import (
    COMBINED,
    COMBINED_MEMBERS,
    REFERENCE,
    ChangeModel,
    Combination,
    NoChange,
    ShiftedRegression,
    measures_only,
    single,
)
from corridor.forecast.panel import Panel
from corridor.forecast.registry import Forecaster
from corridor.forecast.rolling import (
    FIRST_ORIGIN,
    HORIZONS,
    LAST_ORIGIN,
    ORIGIN_KINDS,
    OriginKind,
    as_of_date,
    roll,
)
from corridor.forecast.running import RunningMonthRule
from corridor.forecast.scores import INTERVALS, LEVELS, inside, wis
from corridor.forecast.sets import PUBLISHERS, standard_panels, standard_subjects
from corridor.forecast.univariate import Univariate, available
from corridor.forecast.upstream import UpstreamRegression, named_measures
from corridor.forecast.view import Subject, View
from corridor.model import InputError, did_you_mean
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, months_between
from corridor.model.workers import in_parallel, run_tasks

BACKTEST_MODELS = (COMBINED, "upstream", "theta", "ets", "no_change", "measures", "placebo")
BLOCK = 14
"""Origins in a block: what one process does at a time and what is kept when a run is stopped."""
PAST_ROWS = 64
"""Origins whose Theta and ETS fits are made, counted from the last."""

KEYS = {"publisher": pl.String, "origin": pl.String, "month": pl.Date, "as_of": pl.Date, "model": pl.String}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **KEYS,
    "horizon": pl.Int64,
    "series": pl.String,
    "target": pl.Date,
    "observed": pl.Float64,
    "median": pl.Float64,
    "wis": pl.Float64,
    **{f"inside_{round(100 * interval)}": pl.Float64 for interval in INTERVALS},
}


@dataclass(frozen=True)
class BacktestPlan:
    """What is forecast and scored; ``month`` of an origin is the month at whose end (or 10 days later) it stands."""

    first: dt.date = FIRST_ORIGIN
    last: dt.date = LAST_ORIGIN
    kinds: tuple[OriginKind, ...] = ORIGIN_KINDS
    horizons: tuple[int, ...] = HORIZONS
    models: tuple[str, ...] = BACKTEST_MODELS
    publishers: tuple[str, ...] = tuple(PUBLISHERS)

    def __post_init__(self) -> None:
        if months_between(self.first, self.last) < 0:
            raise InputError(f"the last origin {self.last:%Y-%m} is before the first {self.first:%Y-%m}")
        for name in self.models:
            if name not in BACKTEST_MODELS:
                raise InputError(
                    f"there is no model {name!r} to backtest", hint=did_you_mean(name, BACKTEST_MODELS)
                )
        if not available() and {"theta", "ets"} & set(self.models):
            raise InputError(
                "the models 'theta' and 'ets' need statsforecast",
                hint="install corridor with its extra 'forecast', or name other models",
            )

    @property
    def blocks(self) -> list[Block]:
        """Pieces of work, the longest first."""
        count = months_between(self.first, self.last) + 1
        months = [add_months(self.first, i) for i in range(count)]
        return [
            Block(publisher, tuple(months[i : i + BLOCK]))
            for publisher in self.publishers
            for i in range(0, count, BLOCK)
        ]


@dataclass(frozen=True)
class Block:
    """Successive origins of one publisher, both kinds."""

    publisher: str
    months: tuple[dt.date, ...]


def run_backtest(
    plan: BacktestPlan,
    store: Path | None = None,
    *,
    workers: int = 1,
    progress: Callable[[], None] | None = None,
) -> pl.DataFrame:
    """Scores of every model and of the reference: one row per origin, horizon and series.

    With ``store``, finished blocks are kept there and a later call with the same plan, data and version
    goes on from them.
    """
    blocks = plan.blocks
    done: dict[Block, pl.DataFrame] = {}
    for block in blocks:
        kept = _read(store, plan, block)
        if kept is not None:
            done[block] = kept
            if progress:
                progress()
    missing = [block for block in blocks if block not in done]
    for block, table in _run(plan, missing, workers):
        done[block] = table
        _write(store, plan, block, table)
        if progress:
            progress()
    return pl.concat([done[block] for block in blocks])


def _run(plan: BacktestPlan, blocks: Sequence[Block], workers: int) -> Iterator[tuple[Block, pl.DataFrame]]:
    if not in_parallel(workers, len(blocks)):
        for block in blocks:
            yield block, score_block(plan, block)
        return
    yield from run_tasks(workers, score_block, plan, {block: block for block in blocks})


@cache
def _data() -> tuple[dict[str, Panel], dict[str, Subject]]:
    panels = standard_panels()
    return panels, standard_subjects(panels)


def backtest_models(names: Sequence[str]) -> list[Forecaster]:
    """The models by name; those that fit Theta and ETS share the fits."""
    univariate: dict[str, ChangeModel] = (
        {name: Univariate(name, PAST_ROWS) for name in ("theta", "ets")} if available() else {}
    )
    members: dict[str, ChangeModel] = {
        "upstream": UpstreamRegression(),
        "no_change": NoChange(),
        "measures": measures_only(),
        "placebo": ShiftedRegression(),
        **univariate,
    }
    made: dict[str, Forecaster] = {name: single(member) for name, member in members.items()}
    chosen = tuple(members[name] for name in COMBINED_MEMBERS if name in members)
    made[COMBINED] = Combination(COMBINED, chosen, COMBINED_MEMBERS, running=RunningMonthRule())
    return [made[name] for name in names]


def score_block(plan: BacktestPlan, block: Block) -> pl.DataFrame:
    """Forecast and score a block; rows as in :data:`SCHEMA`, the reference's among them."""
    panels, subjects = _data()
    subject = subjects[block.publisher]
    models = backtest_models(plan.models)
    frames = [_reference_rows(plan, block, panels[block.publisher], subject.panel)]
    for kind in plan.kinds:
        for month in block.months:
            as_of = as_of_date(month, kind)
            view = View.at(subject, as_of, panels)
            ahead = [h for h in plan.horizons if view.target(h) <= subject.panel.months[-1]]
            if not ahead:
                continue
            for model in models:
                forecast = model.fit_predict(view, ahead)
                for i, horizon in enumerate(ahead):
                    frames.append(
                        score_rows(block.publisher, kind, month, as_of, model.id, horizon, subject.panel,
                              view.target(horizon), forecast.quantiles[i])
                    )  # fmt: skip
    return pl.concat(frames)


def _reference_rows(plan: BacktestPlan, block: Block, standard: Panel, full: Panel) -> pl.DataFrame:
    """The reference's rows: pooled over the standard panel; other series are pooled with all of the full one."""
    others = [name for name in full.series if name not in standard.series]
    frames = [pl.DataFrame(schema=SCHEMA)]
    for kind in plan.kinds:
        dates = [as_of_date(month, kind) for month in block.months]
        for horizon in plan.horizons:
            for panel, names in ((standard, standard.series), (full, others)):
                if not names:
                    continue
                rolled = roll(panel, dates, horizon)
                for as_of, target, values in zip(
                    rolled.origins, rolled.targets, rolled.quantiles, strict=True
                ):
                    part = Panel(
                        panel.months, tuple(names), panel.values[:, panel.columns(names)], panel.lag_days
                    )
                    month = block.months[dates.index(as_of)]
                    frames.append(
                        score_rows(block.publisher, kind, month, as_of, REFERENCE, horizon, part,
                              panel.months[target], values[panel.columns(names)])
                    )  # fmt: skip
    return pl.concat(frames)


def score_rows(
    publisher: str, kind: str, month: dt.date, as_of: dt.date, model: str, horizon: int, panel: Panel,
    target: dt.date, quantiles: Floats, levels: Floats = LEVELS,
) -> pl.DataFrame:  # fmt: skip
    """Scores of one model, origin and horizon, rows as in :data:`SCHEMA`; what cannot be scored is left out.

    ``quantiles`` has shape ``(series of the panel, levels)``.
    """
    observed = panel.values[panel.position(target)]
    scores = wis(quantiles, levels, observed)
    known = ~np.isnan(scores)
    columns = {
        "observed": observed,
        "median": quantiles[:, int(np.argmin(np.abs(levels - 0.5)))],
        "wis": scores,
        **{f"inside_{round(100 * i)}": _inside(quantiles, levels, observed, i) for i in INTERVALS},
    }
    frame = pl.DataFrame({"series": list(panel.series), **columns}).filter(pl.Series(known))
    keys = {
        "publisher": publisher, "origin": kind, "month": month, "as_of": as_of, "model": model,
        "horizon": horizon, "target": target,
    }  # fmt: skip
    return frame.with_columns(pl.lit(v).alias(k) for k, v in keys.items()).select(
        pl.col(name).cast(kind_) for name, kind_ in SCHEMA.items()
    )


def _inside(quantiles: Floats, levels: Floats, observed: Floats, interval: float) -> Floats | list[None]:
    """Blank where the levels do not hold the interval's ends."""
    try:
        return inside(quantiles, levels, observed, interval)
    except ValueError:
        return [None] * len(observed)


def _path(store: Path, plan: BacktestPlan, block: Block) -> Path:
    panels, subjects = _data()
    data = hashlib.sha256()
    for panel in (*panels.values(), subjects[block.publisher].panel):
        data.update(panel.values.tobytes())
    weekly = subjects[block.publisher].weekly
    if weekly is not None:
        data.update(repr(weekly.table.rows()).encode())
    settings = {name: asdict(plan)[name] for name in ("kinds", "horizons", "models")}
    text = json.dumps(
        [settings, asdict(block), __version__, _sources_digest(), named_measures()], default=str
    )
    digest = hashlib.sha256(data.digest() + text.encode()).hexdigest()[:12]
    return store / "blocks" / f"{block.publisher}-{block.months[0]:%Y-%m}-{digest}.parquet"


@cache
def _sources_digest() -> str:
    """What the scores rest on beside the data: this folder's code."""
    content = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:12]


def _read(store: Path | None, plan: BacktestPlan, block: Block) -> pl.DataFrame | None:
    if store is None:
        return None
    path = _path(store, plan, block)
    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):  # absent, or cut off while it was written
        return None
    return table if table.schema == pl.Schema(SCHEMA) else None


def _write(store: Path | None, plan: BacktestPlan, block: Block, table: pl.DataFrame) -> None:
    if store is None:
        return
    path = _path(store, plan, block)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    table.write_parquet(part)
    part.replace(path)
