"""How sure a fit is: members of its posterior, by randomized maximum likelihood.

A fit is the mode under random-walk priors and errors of the counts. A member of the posterior is the mode of the same problem after both
were disturbed: each count by a draw of its error, each prior by a draw of its walk, and what is never fitted (stays, travel,
renewed attempts, ...) by the draw that the member of an ensemble has. For linear models with normal errors such modes are draws of the posterior;
elsewhere an approximation, which simulation-based calibration tests (Kitanidis 1995, doi:10.1029/95WR01945;
Oliver, He and Reynolds 1996, doi:10.3997/2214-4609.201406884). Each is found by the sweeps of the fit itself, from its end on.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from corridor.calibrate.errors import FieldError, field_errors, path_of
from corridor.calibrate.fit import Fit
from corridor.calibrate.plan import FittedField
from corridor.calibrate.seeds import seeded
from corridor.calibrate.series import CountingPoint
from corridor.engine import (
    CellState,
    Compiled,
    MemberPaths,
    MemberResult,
    Move,
    RunSpec,
    Values,
    arrays_from,
    compile_corridor,
    holder_classes,
    run_member,
    state_after,
)
from corridor.model import stream_key
from corridor.model.arrays import Floats
from corridor.model.periods import add_months
from corridor.model.workers import in_parallel, run_tasks

MEMBERS = 40
SEED = 1
"""Of the members' draws, those of the parameters too, which an ensemble takes with them."""
SWEEPS = 16
"""Sweeps of a member, from the end of the fit on; see docs/identification.md for what more of them change."""
AHEAD = 12
"""Months after the last one that is fitted, in which the walks of a member go on."""
LARGEST = 2.0
"""Logs of a member over the fit stay within this."""
DIGITS = 3
MOVED = ("odds", "hazard", "scale", "rare", "pool")
"""Methods whose fields a run of an ensemble moves. Departures have their own shocks, coverage is of counts alone."""


POSTERIOR_COLUMNS = {
    "at": pl.Int64, "on": pl.String, "names": pl.List(pl.String), "month": pl.Date, "nationality": pl.String,
    "members": pl.List(pl.Float32),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Posterior:
    """``paths``: members of the fit, as far as they stand from it in logs (the central row is 0); ``learned``: a row by field with the
    standard deviations in logs of an observation (``observation``), of the prior and of the posterior over the fitted months, and
    of the posterior at the first month of a run (``at_start``)."""

    paths: MemberPaths
    learned: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Found:
    """One member: by field the log path (months, groups), the walk that its prior followed, and the people on the first morning of a run."""

    paths: Mapping[str, Floats]
    walks: Mapping[str, Floats]
    state: CellState


def sample_posterior(
    fit: Fit, result: MemberResult, *, members: int = MEMBERS, workers: int = 1,
    progress: Callable[[], None] | None = None,
) -> Posterior:  # fmt: skip
    """Members of the posterior of a finished ``fit``; ``result`` is its last run. Workers share them out; the bits are the same."""
    errors, before = field_errors(fit, result), until_start(fit)
    shared = (fit, errors, before, SEED)
    found: dict[int, Found] = {}
    if in_parallel(workers, members):
        done = run_tasks(workers, _member, shared, {member: member for member in range(members)})
    else:
        done = ((member, _member(shared, member)) for member in range(members))
    for member, one in done:
        found[member] = one
        if progress:
            progress()
    ordered = [found[member] for member in range(members)]
    middle = {field.id: path_of(fit, field) for field in fit.plan.fields}
    central = Found(middle, {}, state_at_start(fit, before))
    return Posterior(_paths(fit, errors, central, ordered), _learned(fit, errors, central, ordered))


def _member(shared: tuple[Fit, Mapping[str, FieldError], Compiled, int], member: int) -> Found:
    return member_of(*shared, member)


def member_of(fit: Fit, errors: Mapping[str, FieldError], before: Compiled, seed: int, member: int) -> Found:
    """One member: the fit moved on under disturbed counts, priors and parameters that are not fitted."""
    other = disturbed(fit, errors, seed, member)
    for _ in range(SWEEPS):
        other.sweep()
    paths = {field.id: path_of(other, field) for field in other.plan.fields}
    return Found(paths, _walks(fit, errors, seed, member, AHEAD), state_at_start(other, before, seed, member))


def disturbed(fit: Fit, errors: Mapping[str, FieldError], seed: int, member: int) -> Fit:
    """The fit with the counts, priors and other parameters of one member, its fields where they were."""
    other = copy.copy(fit)
    other.drawn = fit.compiled.table.values(seed, member)
    base = fit.compiled.numbers.base_values(other.drawn)
    other.declared = base.share.copy()
    fitted = sorted(fit.touched_flows())
    base.share[:, fitted] = fit.base.share[:, fitted]
    other.base = replace(base, departures=fit.base.departures.copy())
    months = len(fit.compiled.months)
    other.around = {name: walk[:months] for name, walk in _walks(fit, errors, seed, member, 0).items()}
    other.series = dict(fit.series)
    for field in fit.plan.fields:
        for name in field.observations:
            other.series[name] = _counted_otherwise(
                fit, field, fit.series[name], errors[field.id], seed, member
            )
    return other


def _walks(
    fit: Fit, errors: Mapping[str, FieldError], seed: int, member: int, ahead: int
) -> dict[str, Floats]:
    """By field: a draw of its walk, (months + ahead, groups)."""
    out: dict[str, Floats] = {}
    months = len(fit.compiled.months) + ahead
    for field in fit.plan.fields:
        if field.method == "pool":
            continue
        own, common = errors[field.id].step
        key = fit.key_of(field) if field.by else np.zeros(own.size, dtype=np.int64)
        steps = _normals(seed, member, "walk", field.id, AHEAD + len(fit.compiled.months), int(key.max()) + 2)
        steps = steps[:months, :-1][:, key] * own + steps[:months, -1:] * common
        out[field.id] = damped(steps, errors[field.id].damping)
    return out


def damped(steps: Floats, damping: float) -> Floats:
    """The walk (months, columns) whose every month keeps ``damping`` of the one before and adds a step."""
    out = steps.copy()
    for month in range(1, len(out)):
        out[month] += damping * out[month - 1]
    return out


def _counted_otherwise(
    fit: Fit, field: FittedField, series: CountingPoint, error: FieldError, seed: int, member: int
) -> CountingPoint:
    """A series with each count moved by a draw of its error."""
    value = series.value
    z = _normals(seed, member, "count", series.observation.id, value.shape[0], value.shape[1] + 1)
    if field.method == "rare":
        moved = np.maximum(value + np.sqrt(error.dispersion * np.maximum(value, 0.5)) * z[:, :-1], 0.0)
    else:
        group = [int(np.argmax(series.margin == column)) for column in range(value.shape[1])]
        chance = 1.0 / (value + 3.0) if series.flows else np.zeros(value.shape)
        own = np.sqrt(error.own[group] ** 2 + chance)
        moved = value * np.exp(z[:, :-1] * own + z[:, -1:] * error.common)
    return replace(series, value=np.where(np.isnan(value), np.nan, moved), coverage=series.coverage.copy())


def _normals(seed: int, member: int, kind: str, name: str, rows: int, columns: int) -> Floats:
    return np.random.default_rng([seed, member, stream_key("posterior", kind, name)]).standard_normal(
        (rows, columns)
    )


def until_start(fit: Fit) -> Compiled:
    """The run up to the eve of the target's last known month, where runs from this fit start."""
    spec = RunSpec(start=fit.plan.start, end=run_start(fit) - dt.timedelta(days=1), as_of=fit.as_of)
    return compile_corridor(seeded(fit.corridor, fit.plan, fit.datasets), None, spec)


def state_at_start(fit: Fit, before: Compiled, seed: int = 0, member: int | None = None) -> CellState:
    """People in every cell where a run starts, as the fit has them; ``before`` is the run up to there."""
    starts = fit.compiled.calendar.segment_starts
    at = np.searchsorted(starts, before.calendar.segment_starts, side="right") - 1
    values = Values(**{name: array[at] for name, array in vars(fit.base).items()})
    drawn = before.table.values(seed, member)
    return state_after(before, run_member(before, None, arrays_from(before, values, drawn, None)))


def run_start(fit: Fit) -> dt.date:
    """First day of a run from this fit: the target's last known month."""
    return fit.compiled.months[int(fit.known_months(fit.plan.target)[-1])]


def _paths(fit: Fit, errors: Mapping[str, FieldError], central: Found, found: list[Found]) -> MemberPaths:
    """What members take to an ensemble: deviations of their fields from the fit's, and of their people at the start."""
    names = tuple(dict.fromkeys(group.nationality for group in fit.compiled.groups))
    first = fit.compiled.months.index(run_start(fit))
    months = fit.compiled.months[first:]
    months = (*months, *(add_months(months[-1], k + 1) for k in range(AHEAD)))
    moves: list[Move] = []
    for field in fit.plan.fields:
        if field.method in MOVED:
            log = np.stack(
                [_deviation(fit, field, errors[field.id], central, m, names)[first:] for m in found]
            )
            moves += [Move(on, flows, log) for on, flows in _kinds(fit, field)]
    holders = holder_classes(fit.corridor)
    classes = max(holders.values()) + 1
    middle = _people(fit, central.state, holders, classes, names)
    start = np.stack([
        np.log((_people(fit, member.state, holders, classes, names) + 1.0) / (middle + 1.0)) for member in found
    ])  # fmt: skip
    centered = tuple(replace(move, log=_with_central(_centered(move.log))) for move in moves)
    return MemberPaths(
        months, names, centered, _with_central(_centered(start)), holders, drawn_with=(SEED, len(found))
    )


def _centered(log: Floats) -> Floats:
    """Logs about their median over the members: members tell how sure the fit is, and the fit where it stands. A fit at a bound would
    else have all its members on one side, and the central run another level than the members."""
    return log - np.median(log, axis=0)


def _with_central(log: Floats) -> Floats:
    """Members' logs, bounded and with few digits, and a row of zeros for the central run."""
    bounded = np.round(np.clip(log, -LARGEST, LARGEST), DIGITS)
    return np.concatenate([bounded, np.zeros((1, *log.shape[1:]))])


def _kinds(fit: Fit, field: FittedField) -> list[tuple[Literal["odds", "hazard"], tuple[str, ...]]]:
    """How a field's flows are moved: hazards off routes, odds elsewhere."""
    off = {f for flows in fit.compiled.index.off_route for f in flows}
    at = {name: fit.compiled.index.flow[name] in off for name in field.flows}
    hazards, odds = tuple(n for n in field.flows if at[n]), tuple(n for n in field.flows if not at[n])
    kinds: list[tuple[Literal["odds", "hazard"], tuple[str, ...]]] = [("hazard", hazards), ("odds", odds)]
    return [(on, flows) for on, flows in kinds if flows]


def _deviation(
    fit: Fit, field: FittedField, error: FieldError, central: Found, member: Found, names: tuple[str, ...]
) -> Floats:
    """(months + ahead, nationalities or 1) a member's field less that of the fit; after the last count, a damped walk from there on."""
    away = np.nan_to_num(member.paths[field.id] - central.paths[field.id])
    away = np.concatenate([away, np.zeros((AHEAD, away.shape[1]))])
    walk, back = member.walks.get(field.id, np.zeros(away.shape)), error.damping
    for month in range(_last_seen(fit, field) + 1, len(away)):
        away[month] = walk[month] + back * (away[month - 1] - walk[month - 1])
    used = np.isfinite(central.paths[field.id]).any(axis=0)
    of = np.array([names.index(group.nationality) for group in fit.compiled.groups])
    if "nationality" not in field.by:
        return away[:, used].mean(axis=1, keepdims=True) if used.any() else away[:, :1]
    columns = [away[:, used & (of == n)] for n in range(len(names))]
    return np.stack([c.mean(axis=1) if c.size else np.zeros(len(away)) for c in columns], axis=1)


def _last_seen(fit: Fit, field: FittedField) -> int:
    """The last month whose field a published count answers for; a pool's level holds on."""
    known = np.zeros(len(fit.compiled.months), dtype=bool)
    for name in field.observations:
        known |= ~np.isnan(fit.series[name].value).all(axis=1)
    last = int(np.nonzero(known & fit.fitted)[0][-1]) if (known & fit.fitted).any() else 0
    return (
        len(fit.compiled.months) - 1
        if field.method == "pool"
        else max(last - round(field.lag_days / 30.44), 0)
    )


def _people(
    fit: Fit, state: CellState, holders: Mapping[str, int], classes: int, names: tuple[str, ...]
) -> Floats:
    """(classes, nationalities) people of a state, in units."""
    of = {group.id: names.index(group.nationality) for group in fit.compiled.groups}
    out = np.zeros((classes, len(names)))
    for (holder, _, group), units in state.items():
        if holder in holders:
            out[holders[holder], of[group]] += units
    return out


def _learned(fit: Fit, errors: Mapping[str, FieldError], central: Found, found: list[Found]) -> pl.DataFrame:
    rows: list[tuple[str, float, float, float, float]] = []
    first = fit.compiled.months.index(run_start(fit))
    for field in fit.plan.fields:
        used = np.isfinite(central.paths[field.id]).any(axis=0)
        away = np.stack([np.nan_to_num(m.paths[field.id] - central.paths[field.id])[:, used] for m in found])
        prior = np.zeros(1)
        if found[0].walks.get(field.id) is not None:
            walks = np.stack([m.walks[field.id][: len(fit.fitted)][fit.fitted][:, used] for m in found])
            prior = (walks - walks.mean(axis=1, keepdims=True)).std(axis=(0, 1))
        error = errors[field.id]
        observed = np.sqrt(error.own[used] ** 2 + error.common**2).mean()
        spread = away.std(axis=0)
        rows.append(
            (
                field.id,
                float(observed),
                float(prior.mean()),
                float(spread[fit.fitted].mean()),
                float(spread[first].mean()),
            )
        )
    columns = ["field", "observation", "prior", "posterior", "at_start"]
    return pl.DataFrame(
        rows, schema=dict(zip(columns, (pl.String, *[pl.Float64] * 4), strict=True)), orient="row"
    )


def write_posterior(posterior: Posterior, folder: Path) -> None:
    """Write ``posterior.parquet`` (a row by move or class of holders, nationality and month, with a value by member) and
    ``learned.csv`` into a calibration's folder."""
    paths = posterior.paths
    rows: list[tuple[object, ...]] = []
    for k, move in enumerate(paths.moves):
        labels = paths.nationalities if move.log.shape[2] > 1 else ("",)
        for m, month in enumerate(paths.months):
            for n, name in enumerate(labels):
                rows.append((k, move.on, list(move.names), month, name, move.log[:-1, m, n].tolist()))
    for k in range(paths.start.shape[1]):
        held = [holder for holder, at in paths.holders.items() if at == k]
        for n, name in enumerate(paths.nationalities):
            rows.append((k, "start", held, None, name, paths.start[:-1, k, n].tolist()))
    pl.DataFrame(rows, schema=POSTERIOR_COLUMNS, orient="row").write_parquet(
        folder / "posterior.parquet", compression="zstd", compression_level=19
    )
    posterior.learned.with_columns(pl.selectors.float().round(4)).write_csv(folder / "learned.csv")


def read_posterior(folder: Path) -> Posterior | None:
    """The posterior of a calibration's folder; None where it has none."""
    path = folder / "posterior.parquet"
    if not path.exists():
        return None
    frame = pl.read_parquet(path)
    moved, start = frame.filter(pl.col("on") != "start"), frame.filter(pl.col("on") == "start")
    names = tuple(start["nationality"].unique(maintain_order=True))
    months = tuple(moved["month"].unique(maintain_order=True))
    moves = tuple(
        Move(part["on"][0], tuple(part["names"][0]), _logs(part, len(months)))
        for part in moved.partition_by("at", "on", maintain_order=True)
    )
    parts = start.partition_by("at", maintain_order=True)
    holders = {holder: part["at"][0] for part in parts for holder in part["names"][0]}
    log = np.concatenate([_logs(part, 1) for part in parts], axis=1)
    paths = MemberPaths(months, names, moves, log, holders, drawn_with=(SEED, log.shape[0] - 1))
    return Posterior(paths, pl.read_csv(folder / "learned.csv"))


def _logs(part: pl.DataFrame, months: int) -> Floats:
    """(members + 1, months, labels) the logs of one move, its rows by month and label."""
    values = np.array(part["members"].to_list(), dtype=np.float64)
    return _with_central(values.reshape(months, -1, values.shape[1]).transpose(2, 0, 1))
