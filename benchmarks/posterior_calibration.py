"""Simulation-based calibration of the posterior of a fit: is a known truth where its members say?

Each replicate draws a truth, counts it with errors, fits the corridor to these counts, and asks how many members of the
posterior lie below the truth. If the posterior is right, all ranks are equally likely (Talts et al. 2018, arXiv:1804.06788).

    python benchmarks/posterior_calibration.py fork
    python benchmarks/posterior_calibration.py fork --from 70
    python benchmarks/posterior_calibration.py americas --replicates 20 --members 19

``fork`` is the small corridor of the tests: truths are drawn from the prior. In the Americas a random walk of three years from the prior
reaches what never was, so each truth is a member of the posterior itself, and only coverage is read. Finished replicates are kept in ``--out``.
``--from`` reports those from that number on alone: the first 70 of the small corridor had been seen while the method was chosen.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

from corridor.calibrate import read_plan
from corridor.calibrate.errors import FieldError, field_errors, path_of
from corridor.calibrate.fit import Fit
from corridor.calibrate.posterior import SWEEPS, disturbed, member_of, run_start, until_start
from corridor.calibrate.store import started_fit
from corridor.engine import Values
from corridor.formats import find_corridor, open_corridor

FORK_ERROR = (0.10, 0.05)
"""Errors of counts in the small corridor, in logs: of a nationality alone, and common to all."""
FORK_SMOOTH = {"departures": 0.5, "east": 0.5, "met": 0.5, "register": 3.0}
MONTHS = 6
"""Last known months whose mean is ranked."""
BINS = 10
NARROW = (0.7, 0.8, 1.25)
"""Spreads over the right one whose detection gives the power of the test."""


def main() -> None:
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    fit, errors, from_prior = _fork() if args.corridor == "fork" else _americas()
    for k in range(args.first, args.replicates):
        path = args.out / f"{k:03d}.parquet"
        if not path.exists():
            begun = time.time()
            replicate(fit, errors, k, args.members, from_prior=from_prior).write_parquet(path)
            print(f"replicate {k}: {time.time() - begun:.0f} s", file=sys.stderr, flush=True)
    found = pl.concat(
        [pl.read_parquet(args.out / f"{k:03d}.parquet") for k in range(args.first, args.replicates)]
    )
    report(found, args.members)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corridor", choices=("fork", "americas"))
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--members", type=int, default=39)
    parser.add_argument(
        "--from", dest="first", type=int, default=0, help="first replicate that is run and reported"
    )
    parser.add_argument("--out", type=Path, default=Path("posterior-calibration"))
    return parser.parse_args()


def _fork() -> tuple[Fit, dict[str, FieldError], bool]:
    tests = Path(__file__).parents[1] / "tests"
    sys.path[:0] = [str(tests), str(tests / "calibrate")]
    import fork_corridor as fork

    fields = tuple(f.model_copy(update={"smooth": FORK_SMOOTH[f.id]}) for f in fork.plan().fields)
    fit = started_fit(
        fork.guess(), fork.plan(fields=fields), fork.AS_OF, loader=fork.loader(fork.publish(fork.Truth()))
    )
    fit.solve()
    own = np.full(len(fit.compiled.groups), FORK_ERROR[0])
    return fit, {field.id: FieldError(own, FORK_ERROR[1], field.smooth) for field in fields}, True


def _americas() -> tuple[Fit, dict[str, FieldError], bool]:
    corridor = open_corridor("americas")
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    fit = started_fit(corridor, plan, dt.date(2023, 12, 31))
    result = fit.solve()
    return fit, field_errors(fit, result), False


def replicate(
    fit: Fit, errors: dict[str, FieldError], k: int, members: int, *, from_prior: bool
) -> pl.DataFrame:
    """Ranks of one truth: a row by field and nationality with the number of ``members`` below the truth."""
    truth = disturbed(fit, errors, 10_000, k)
    if from_prior:
        _set_to_prior(truth)
    else:
        for _ in range(SWEEPS):
            truth.sweep()
    counted = _counted(fit, truth, errors, k)
    result = counted.solve() if from_prior else _solved(counted)
    found, before = field_errors(counted, result), until_start(counted)
    drawn = [member_of(counted, found, before, 20_000 + k, m) for m in range(members)]
    rows: list[tuple[object, ...]] = []
    last = fit.compiled.months.index(run_start(fit))
    months = slice(last - MONTHS, last)
    for field in fit.plan.fields:
        wanted = path_of(truth, field)[months].mean(axis=0)
        said = np.array([member.paths[field.id][months].mean(axis=0) for member in drawn])
        key = fit.key_of(field) if field.by else np.zeros(wanted.size, dtype=np.int64)
        for g in [int(np.argmax(key == c)) for c in range(int(key.max()) + 1)]:
            if np.isfinite(wanted[g]) and np.isfinite(said[:, g]).all() and said[:, g].std() > 1e-9:
                rank = int((said[:, g] < wanted[g]).sum())
                away = float((wanted[g] - said[:, g].mean()) / said[:, g].std(ddof=1))
                rows.append(
                    (k, field.id, fit.compiled.groups[g].id, rank, float(said[:, g].std(ddof=1)), away)
                )
    return pl.DataFrame(rows, schema=["replicate", "field", "group", "rank", "sd", "away"], orient="row")


def _set_to_prior(truth: Fit) -> None:
    """Move every field by its draw of the walk, about its mean over the fitted months."""
    month = truth.month_of_segment
    share = truth.base.share
    for field in truth.plan.fields:
        walk = truth.around[field.id]
        log = walk - walk[truth.fitted].mean(axis=0)
        factor = np.exp(log)[month][:, None, :]
        at = [truth.compiled.index.flow[name] for name in field.flows]
        if field.method == "departures":
            truth.base.departures[:] *= factor
        elif field.method == "coverage":
            coverage = truth.series[field.observations[0]].coverage
            coverage[:] = np.clip(coverage * np.exp(log), *field.bounds)
        elif field.method == "hazard":
            share[:, at] = -np.expm1(np.log1p(-share[:, at]) * factor)
        else:
            rest = [f for s in truth.compiled.index.siblings if set(s) & set(at) for f in s if f not in at]
            mine = share[:, at] * factor / (share[:, at] * factor + 1.0 - share[:, at])
            share[:, rest] *= (1.0 - mine) / np.maximum(1.0 - share[:, at], 1e-12)
            share[:, at] = mine


def _counted(fit: Fit, truth: Fit, errors: dict[str, FieldError], k: int) -> Fit:
    """A fit to what publishers would have counted of the truth, where and when they published anything."""
    result = truth.run()
    whole = copy.copy(truth)
    whole.series = {
        name: replace(
            series, value=np.where(np.isnan(fit.series[name].value), np.nan, truth.simulated(series, result))
        )
        for name, series in truth.series.items()
    }
    noisy = disturbed(whole, errors, 30_000, k).series
    other = copy.copy(fit)
    other.base = Values(**{name: array.copy() for name, array in vars(fit.base).items()})
    other.series = {
        name: replace(fit.series[name], value=series.value, coverage=fit.series[name].coverage.copy())
        for name, series in noisy.items()
    }
    return other


def _solved(fit: Fit) -> object:
    for _ in range(SWEEPS):
        fit.sweep()
    return fit.run()


def report(found: pl.DataFrame, members: int) -> None:
    """Coverage by field, the test of the ranks, and its power."""
    inside = (pl.col("rank") > 0.05 * (members + 1) - 1) & (pl.col("rank") < 0.95 * (members + 1))
    table = found.group_by("field", maintain_order=True).agg(
        pl.len().alias("ranks"), inside.mean().alias("inside_90"), pl.col("sd").median(), pl.col("away").std().alias("z_sd"),
        pl.col("rank").alias("each"),
    )  # fmt: skip
    print(f"{found['replicate'].n_unique()} replicates, {members} members")
    print(f"{'field':24} {'ranks':>6} {'in 90 %':>8} {'sd':>7} {'sd of z':>8} {'p of uniform':>13}")
    for row in table.iter_rows(named=True):
        p = uniform(row["each"], members)
        print(
            f"{row['field']:24} {row['ranks']:6} {100 * row['inside_90']:7.1f}% {row['sd']:7.3f} {row['z_sd']:8.2f} {p:13.3f}"
        )
    print(f"all: {100 * found.select(inside.mean()).item():.1f} % in the 90 % intervals")
    print("ranks in ten bins, from truths below all members to truths above all; expected:", end=" ")
    print(", ".join(f"{row['ranks'] / BINS:.0f} {row['field']}" for row in table.iter_rows(named=True)))
    for row in table.iter_rows(named=True):
        print(f"{row['field']:24} " + " ".join(f"{n:4}" for n in histogram(row["each"], members)))
    n = found["replicate"].n_unique()
    for spread in NARROW:
        print(
            f"power of the test with {n} replicates where a posterior has {spread} of the right spread: {power(spread, n, members):.2f}"
        )


def uniform(ranks: Sequence[int], members: int) -> float:
    """p-value of a chi-squared test that ranks are uniform, in ten bins (of nearly equal numbers of ranks)."""
    return float(stats.chisquare(histogram(ranks, members)).pvalue)


def histogram(ranks: Sequence[int], members: int) -> list[int]:
    """Ranks in ten bins; a hump says that members spread too far, two horns not far enough, a slope that they stand beside the truth."""
    seen, _ = np.histogram(np.array(ranks) + 0.5, bins=np.linspace(0, members + 1, BINS + 1))
    return seen.tolist()


def power(spread: float, replicates: int, members: int, trials: int = 500) -> float:
    """How often the test rejects at 5 % where members have ``spread`` of the right standard deviation."""
    rng = np.random.default_rng(1)
    rejected = 0
    for _ in range(trials):
        truth = rng.standard_normal(replicates)
        ranks = (rng.standard_normal((members, replicates)) * spread < truth).sum(axis=0)
        rejected += uniform(ranks.tolist(), members) < 0.05
    return rejected / trials


if __name__ == "__main__":
    main()
