"""A calibration: fitted monthly parameters, the shocks of departures, and the state to start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from corridor._cache import without_collection
from corridor.calibrate.fit import Fit
from corridor.calibrate.plan import CalibrationPlan, FittedField
from corridor.calibrate.posterior import Posterior, read_posterior, sample_posterior, write_posterior
from corridor.calibrate.series import expect_growth
from corridor.calibrate.shocks import DepartureShocks, estimate_shocks
from corridor.data import Dataset, load
from corridor.engine import CellState, MemberResult, RunSpec, compile_corridor, run_member, state_after
from corridor.ensemble import published
from corridor.formats import calibration_dates
from corridor.model import PARAMETERS, Corridor, InputError, Parameter, html
from corridor.model.arrays import Floats
from corridor.model.files import fresh_folder

Z95 = 1.645
MONTHS_NEEDED = 18


@dataclass(frozen=True, repr=False)
class Calibration:
    """What ``calibrate`` found.

    ``parameters``: fitted rows, by month; ``state``: units in every cell on the morning of ``start``;
    ``known_until``: the last month of the target that was public; ``fit``: one row per counting point.
    """

    as_of: dt.date
    start: dt.date
    known_until: dt.date
    parameters: tuple[Parameter, ...]
    state: CellState
    fit: pl.DataFrame
    posterior: Posterior | None = None
    """How sure the fit is: members that an ensemble takes in turn. Without it the fitted shares have a range of their own."""

    def __repr__(self) -> str:
        return f"Calibration(as of {self.as_of}, {len(self.parameters)} monthly values, known until {self.known_until})"

    def _repr_html_(self) -> str:
        facts = {"as of": self.as_of, "known until": self.known_until, "runs start": self.start}
        facts |= {"monthly values": len(self.parameters), "cells with people": len(self.state)}
        return html.card(
            "Calibration", facts, html.table(self.fit.columns, self.fit.iter_rows(), self.fit.height)
        )


def calibrate(
    corridor: Corridor,
    plan: CalibrationPlan,
    as_of: dt.date,
    *,
    progress: Callable[[], None] | None = None,
    loader: Callable[[str], Dataset] | None = None,
    posterior: int = 0,
    workers: int = 1,
) -> Calibration:
    """Fit the fields of ``plan`` to what was public on ``as_of``; ``loader`` finds a dataset by its id
    (the corridor's own first, then the user's and the shipped ones).

    ``posterior`` is the number of members of the fit's posterior, shared out to ``workers``; ``progress`` is called
    after every sweep and every member.

    Raises InputError if the target has fewer than 18 months by then.
    """
    fit = started_fit(corridor, plan, as_of, loader=loader)
    result = fit.solve(progress)
    sure = None
    if posterior:
        sure = sample_posterior(fit, result, members=posterior, workers=workers, progress=progress)
    return finished_fit(fit, result, sure)


def started_fit(
    corridor: Corridor,
    plan: CalibrationPlan,
    as_of: dt.date,
    *,
    loader: Callable[[str], Dataset] | None = None,
) -> Fit:
    """A fit that has not moved yet; raises as `calibrate`."""
    if as_of <= plan.fit_from:
        raise InputError(
            f"nothing to fit as of {as_of}: the plan fits months from {plan.fit_from} on",
            hint="choose a later --as-of",
        )
    used = {o.dataset for o in corridor.observations}
    datasets = {
        name: (loader(name) if loader else load(name, corridor)).as_of(as_of) for name in sorted(used)
    }
    fit = Fit(corridor, plan, datasets, as_of)
    for series in fit.series.values():
        expect_growth(series, fit.compiled.months, as_of)
    known = fit.known_months(plan.target)
    if known.size < MONTHS_NEEDED:
        raise InputError(
            f"{plan.target!r} has {known.size} months by {as_of}; a calibration needs {MONTHS_NEEDED}",
            hint="choose a later --as-of",
        )
    return fit


def finished_fit(fit: Fit, result: MemberResult, posterior: Posterior | None = None) -> Calibration:
    """What a fit found, with the shocks of departures, the state to start from, and how sure it is."""
    as_of, start = fit.as_of, fit.compiled.months[int(fit.known_months(fit.plan.target)[-1])]
    rows = [*_field_rows(fit, ranges=posterior is None), *_shock_rows(_shocks(fit), as_of)]
    # departures of the last known month are shocked: most of them are counted later
    spec = RunSpec(start=fit.plan.start, end=start - dt.timedelta(days=1), as_of=as_of)
    compiled = compile_corridor(fit.corridor, None, spec, rows)
    state = _nudged(fit, result, state_after(compiled, run_member(compiled, None)))
    return Calibration(as_of, start, start, tuple(rows), state, _fit_table(fit, result), posterior)


def _nudged(fit: Fit, result: MemberResult, state: CellState) -> CellState:
    """The state with stocks that are published as dated points moved to agree with their last point."""
    ratio: dict[str, float] = {}
    for series in fit.series.values():
        dated = np.nonzero((series.day >= 0) & ~np.isnan(series.value[:, 0]))[0]
        if dated.size:
            last = int(dated[-1])
            simulated = fit.simulated(series, result)[last, 0]
            if simulated > 0:
                factor = float(np.clip(series.value[last, 0] / simulated, 0.5, 2.0))
                ratio |= {fit.compiled.stock_ids[k]: factor for k in series.stocks}
    return {name: units * ratio.get(name[0], 1.0) for name, units in state.items()}


def _shocks(fit: Fit) -> DepartureShocks:
    """Size the shocks on all that the target's publisher had published, before the run too."""
    observation = fit.series[fit.plan.target].observation
    table = published(observation, fit.datasets[observation.dataset], fit.corridor)
    split = table.filter(pl.col("nationality") != "")
    if split.height:  # months without the split would make the total jump
        table = split
    sums = table.group_by("date", "nationality").agg(pl.col("value").sum()).sort("date", "nationality")
    wide = sums.pivot("nationality", index="date").sort("date").drop("date").fill_null(0).cast(pl.Float64)
    by_nationality = {name: wide[name].to_numpy() for name in wide.columns}
    total = np.sum(list(by_nationality.values()), axis=0)
    by_nationality.pop("", None)  # a target published without nationality has the total only
    weight = fit.base.departures.sum(axis=(0, 1))
    return estimate_shocks(total, by_nationality, (fit.kernel * weight).sum(axis=1))


def _shock_rows(shocks: DepartureShocks, as_of: dt.date) -> list[Parameter]:
    source = f"calibrated on the target's own past errors, 24 months to {as_of}"

    def row(name: str, group: str | None, value: float) -> Parameter:
        unit = PARAMETERS[name].unit
        return Parameter(
            parameter=name, group=group, value=round(value, 4), unit=unit, known_from=as_of, source=source
        )

    rows = [row("departure_sd_common", None, shocks.common), row("departure_damping", None, shocks.damping)]
    return rows + [row("departure_sd_own", name, value) for name, value in shocks.by_nationality.items()]


def _field_rows(fit: Fit, *, ranges: bool) -> list[Parameter]:
    """Fitted values as parameter rows, one wherever a value changes: at a month's turn or within it, where
    a declared row begins or ends there. ``ranges``: shares have a range, where no posterior says how sure they are."""
    compiled = fit.compiled
    rows: list[Parameter] = []
    for field in fit.plan.fields:
        source = _source_of(field)
        if field.method == "departures":
            for k, g in zip(*np.nonzero(fit.base.departures.max(axis=0) > 0), strict=True):
                stock = compiled.stock_ids[k]
                if stock not in compiled.index.lawful_stocks and (not field.stocks or stock in field.stocks):
                    values = fit.base.departures[:, k, g]
                    rows += _rows(fit, "departures", stock, compiled.groups[g].id, values, source)
        elif field.method == "coverage":
            coverage = fit.series[field.observations[0]].coverage[fit.month_of_segment]
            for name, members in _by_nationality(fit).items():
                rows += _rows(fit, "coverage", field.observations[0], name, coverage[:, members[0]], source)
    split = {row.target for row in compiled.corridor.parameters if row.parameter == "share" and row.group}
    for f, source in _sources(fit).items():
        flow = compiled.flow_ids[f]
        everybody = fit.base.share[:, f, _open_groups(fit, f)]
        if flow not in split and everybody.size and np.ptp(everybody, axis=1).max() < 1e-9:
            values = everybody[:, 0]
            rows += _rows(fit, "share", flow, None, values, source, _band(fit, values) if ranges else 0.0)
            continue
        for nationality, members in _by_nationality(fit).items():
            shares = fit.base.share[:, f, members]
            if np.ptp(shares, axis=1).max() < 1e-9:  # one row serves all household types
                named = [(nationality, shares[:, 0])]
            else:
                named = [(compiled.groups[g].id, shares[:, i]) for i, g in enumerate(members)]
            for name, values in named:
                if values.max() > 0:
                    rows += _rows(
                        fit, "share", flow, name, values, source, _band(fit, values) if ranges else 0.0
                    )
    return rows


def _open_groups(fit: Fit, f: int) -> list[int]:
    named = set(fit.compiled.corridor.flows[f].groups)
    return [
        g
        for g, group in enumerate(fit.compiled.groups)
        if not named or named & {group.id, group.nationality, group.household}
    ]


def _rows(
    fit: Fit, name: str, target: str, group: str | None, values: Floats, source: str, band: float = 0.0
) -> list[Parameter]:
    """Rows of one fitted parameter from its ``values`` by segment of the run, with five figures."""
    kind = PARAMETERS[name]
    rows: list[Parameter] = []
    for start, exact in zip(fit.compiled.calendar.segment_starts, values, strict=True):
        value = float(f"{exact:.5g}")
        if rows and rows[-1].value == value:
            continue
        low, high = value * np.exp(-Z95 * band), min(value * np.exp(Z95 * band), kind.highest)
        rows.append(
            Parameter(
                parameter=name, target=target, group=group,
                valid_from=dt.date.fromordinal(int(start)) if rows else None,
                value=value, low=float(f"{low:.5g}"), high=float(f"{high:.5g}"),
                unit=kind.unit, known_from=fit.as_of, source=source,
            )
        )  # fmt: skip
    return rows


def _source_of(field: FittedField) -> str:
    return f"calibrated to {', '.join(field.observations)}: {field.source}"


def _by_nationality(fit: Fit) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for g, group in enumerate(fit.compiled.groups):
        out.setdefault(group.nationality, []).append(g)
    return out


def _sources(fit: Fit) -> dict[int, str]:
    """Flows whose share a field moves, or whose siblings it moves, with the source to show."""
    return {f: _source_of(field) for f, field in fit.touched_flows().items()}


def _band(fit: Fit, values: Floats) -> float:
    """Uncertainty of a fitted share's level on the log scale: its own movement in the last year."""
    monthly = values[[int(np.argmax(fit.month_of_segment == m)) for m in range(len(fit.compiled.months))]]
    recent = np.log(np.maximum(monthly[-13:], 1e-9))
    return float(min(np.sqrt(np.mean(np.diff(recent) ** 2)), 0.3))


def _fit_table(fit: Fit, result: MemberResult) -> pl.DataFrame:
    """Median absolute monthly error in sample, per counting point and margin."""
    rows: list[tuple[str, str, str, float, None, int]] = []
    for name, series in fit.series.items():
        if not series.observation.calibrate:
            continue
        known = fit.fitted & ~np.isnan(series.value).all(axis=1)
        value, count = series.value[known], fit.simulated(series, result)[known]
        count = np.where(np.isnan(value), 0.0, count)
        value = np.nan_to_num(value)
        whole = value.sum(axis=1)
        used = whole > 0
        if not used.any():
            continue
        months = int(used.sum())
        error = float(np.median(np.abs(count.sum(axis=1)[used] / whole[used] - 1)))
        rows.append((name, "in_sample", "median_absolute_error", error, None, months))
        if len(series.labels) > 1:
            split = float(np.abs(count - value).sum() / whole.sum())
            rows.append((name, "in_sample", "absolute_error_by_group", split, None, months))
    schema = {
        "counting_point": pl.String, "line": pl.String, "metric": pl.String, "value": pl.Float64,
        "reference": pl.Float64, "months": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def write_calibration(calibration: Calibration, folder: Path) -> Path:
    """Write ``folder/<as-of>/``, all or nothing."""
    target = folder / calibration.as_of.isoformat()
    with fresh_folder(target) as part:
        frame = pl.DataFrame([row.model_dump() for row in calibration.parameters], infer_schema_length=None)
        frame.write_parquet(part / "parameters.parquet", compression="zstd")
        state = [(*name, units) for name, units in calibration.state.items()]
        pl.DataFrame(state, schema=["holder", "stage", "group", "units"], orient="row").write_parquet(
            part / "state.parquet", compression="zstd"
        )
        calibration.fit.write_csv(part / "fit.csv")
        if calibration.posterior is not None:
            write_posterior(calibration.posterior, part)
        (part / "calibration.yaml").write_text(
            f"as_of: {calibration.as_of}\nstart: {calibration.start}\nknown_until: {calibration.known_until}\n",
            "utf-8",
        )
    return target


def read_calibration(folder: Path, as_of: dt.date) -> Calibration:
    """Read a calibration; raises InputError if there is none for the date."""
    path = folder / as_of.isoformat()
    if not (path / "calibration.yaml").exists():
        dates = ", ".join(calibration_dates(folder.parent)) or "none"
        raise InputError(
            f"no calibration as of {as_of} (there are: {dates})",
            hint=f"run: corridor calibrate {folder.parent.name} --as-of {as_of}",
        )
    head = dict(
        line.split(": ", 1)
        for line in (path / "calibration.yaml").read_text("utf-8").splitlines()
        if ": " in line
    )
    frame = pl.read_parquet(path / "parameters.parquet")
    state = pl.read_parquet(path / "state.parquet")
    return Calibration(
        as_of=as_of,
        start=dt.date.fromisoformat(head["start"]),
        known_until=dt.date.fromisoformat(head["known_until"]),
        parameters=_made(frame),
        state={(holder, stage, group): units for holder, stage, group, units in state.iter_rows()},
        fit=pl.read_csv(path / "fit.csv", schema_overrides={"value": pl.Float64, "reference": pl.Float64}),
        posterior=read_posterior(path),
    )


def _made(frame: pl.DataFrame) -> tuple[Parameter, ...]:
    with without_collection():
        return _parameters(frame)


def _parameters(frame: pl.DataFrame) -> tuple[Parameter, ...]:
    """Rows of our own file, which were checked when it was written, made as pickle makes them: checking 65,000 rows again takes seconds."""
    given = set(frame.columns)
    rest = {name: field.default for name, field in Parameter.model_fields.items() if name not in given}
    names, put = frame.columns, object.__setattr__
    found: list[Parameter] = []
    for row in zip(*(frame[name].to_list() for name in names), strict=True):
        parameter = Parameter.__new__(Parameter)
        put(parameter, "__dict__", {**rest, **dict(zip(names, row, strict=True))})
        put(parameter, "__pydantic_fields_set__", given)
        put(parameter, "__pydantic_extra__", None)
        put(parameter, "__pydantic_private__", None)
        found.append(parameter)
    return tuple(found)
