"""Each lever against a past episode: what it would have predicted, with a strength that was known before.

    python benchmarks/lever_episodes.py [--fits FOLDER] [--only ID ...]

For an episode the Americas are taken as calibrated on a day before it (FOLDER holds fits by as-of date; one
that is missing is made, which takes minutes). A fit needs 18 months of counts, so the three visas of 2021 and
2022 are run in the past as it was fitted later: there only the strength is held out. The measure is run in expected values beside the same run
without it: the ratio of the two, over the months after, is the prediction; those of its lowest and highest
strength bound it. Beside it stands what was counted: the months after over the months before, where there
is one over the same ratio of a group that the measure does not concern. That is a change, no effect: other
things happened too. `usual` is the median size of that same ratio at earlier dates, so that a reader sees
how much of it is nothing.

A direction is right where prediction and count go the same way, and open where the count moved by less than
usual. A size is right where the count lies between the bounds. Both rules were written before the runs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from lever_episode_list import EPISODES, NONE, Episode

from corridor.calibrate import Calibration, calibrate, read_calibration, read_plan, write_calibration
from corridor.data import load
from corridor.engine import RunSpec, compile_corridor, run_member
from corridor.engine.parameters import coverage
from corridor.ensemble import nationalities, published
from corridor.forecast.engine import compile_forecast
from corridor.formats import find_corridor, open_corridor
from corridor.model import Corridor, Measure, Observation, Scenario
from corridor.model.periods import add_months

LEAST_PLACEBOS = 6


@dataclass(frozen=True)
class Outcome:
    """An episode's prediction and what was counted, as ratios."""

    episode: Episode
    predicted: tuple[float, float, float]
    """By the strength, and by its lowest and highest."""
    counted: float
    usual: float

    @property
    def direction(self) -> str:
        """``right``, ``wrong``, or ``open`` where the count moved by less than usual."""
        if abs(math.log(self.counted)) < math.log(self.usual):
            return "open"
        return "right" if (self.counted - 1) * (self.predicted[0] - 1) > 0 else "wrong"

    @property
    def size(self) -> str:
        """``right`` where the count lies within the bounds."""
        return "right" if min(self.predicted) <= self.counted <= max(self.predicted) else "wrong"


def months(first: dt.date, count: int) -> list[dt.date]:
    """That many months from ``first`` on."""
    return [add_months(first, k) for k in range(count)]


def known_fit(corridor: Corridor, as_of: dt.date, fits: Path) -> Calibration:
    """The fit of that day from the folder, or the corridor's own, or a new one that is kept there."""
    for folder in (fits, find_corridor("americas") / "calibration"):
        if (folder / as_of.isoformat()).is_dir():
            return read_calibration(folder, as_of)
    plan = read_plan(find_corridor("americas") / "calibration" / "plan.yaml", corridor)
    result = calibrate(corridor, plan, as_of)
    write_calibration(result, fits)
    return result


def expected(corridor: Corridor, fit: Calibration, episode: Episode, measures: Sequence[Measure]) -> float:
    """Expected people of the episode's series in its months, with those measures on top of the base."""
    scenario = Scenario(
        id="episode", name="E", name_es="E", description="E", description_es="E",
        measures=tuple(measure.id for measure in measures),
    )  # fmt: skip
    whole = corridor.model_copy(
        update={"measures": (*corridor.measures, *measures), "scenarios": (*corridor.scenarios, scenario)}
    )
    shown = months(episode.after, episode.months)
    end = add_months(shown[-1], 1) - dt.timedelta(days=1)
    if episode.history:
        spec = RunSpec(start=corridor.settings.start, end=end, as_of=fit.as_of)
        compiled = compile_corridor(whole, scenario, spec, fit.parameters)
    else:
        compiled = compile_forecast(whole, fit, scenario, end=end)
    result = run_member(compiled, None)
    series = observation_of(corridor, episode.series)
    groups = [i for i, g in enumerate(compiled.groups) if episode.concerns(g.nationality)]
    at = [compiled.months.index(month) for month in shown]
    if series.stocks:
        stocks = [compiled.stock_ids.index(name) for name in series.stocks]
        days = [d for d, day in enumerate(compiled.dates) if day.replace(day=1) in shown]
        return float(result.daily_stock[np.ix_(days, stocks)].sum() / len(days))
    flows = [compiled.flow_ids.index(name) for name in series.flows]
    seen = coverage(compiled.table, whole.groups, series.id, compiled.months)
    counted = result.monthly_flow[:, flows, :].sum(axis=1) * seen
    return float(counted[np.ix_(at, groups)].sum())


def observation_of(corridor: Corridor, name: str) -> Observation:
    """A published series of the corridor."""
    return next(observation for observation in corridor.observations if observation.id == name)


def predicted(corridor: Corridor, fit: Calibration, episode: Episode) -> tuple[float, float, float]:
    """Ratios of the run with the measures to that without, by strength, lowest and highest."""
    corridor = corridor.model_copy(update={"parameters": (*corridor.parameters, *episode.parameters)})
    without = expected(corridor, fit, episode, ())
    variants = ("strength", "low", "high")
    return tuple(
        expected(corridor, fit, episode, [_with(m, variant) for m in episode.measures]) / without
        for variant in variants
    )  # pyrefly: ignore


def _with(measure: Measure, variant: str) -> Measure:
    value = getattr(measure, variant)
    return measure.model_copy(update={"strength": value, "low": None, "high": None})


def counts(corridor: Corridor, episode: Episode) -> dict[dt.date, tuple[float, float]]:
    """By month: people of the series whom the measure concerns, and people of the comparison (or 1)."""
    series = observation_of(corridor, episode.series)
    table = published(series, load(series.dataset), corridor)
    by_month: dict[dt.date, list[float]] = {}
    together = "mean" if series.stocks else "sum"
    for date, nationality, value in _monthly(table, together):
        mine, others = by_month.setdefault(date, [0.0, 0.0])
        if episode.concerns(nationality):
            by_month[date] = [mine + value, others]
        elif episode.compare:
            by_month[date] = [mine, others + value]
    return {month: (a, b if episode.compare else 1.0) for month, (a, b) in by_month.items()}


def _monthly(table: pl.DataFrame, together: str) -> Iterator[tuple[dt.date, str, float]]:
    value = pl.col("value").mean() if together == "mean" else pl.col("value").sum()
    monthly = table.with_columns(pl.col("date").dt.month_start()).group_by("date", "nationality").agg(value)
    yield from monthly.select("date", "nationality", "value").iter_rows()


def change(
    series: dict[dt.date, tuple[float, float]], before: Sequence[dt.date], after: Sequence[dt.date]
) -> float | None:
    """Mean of the months after over those before, over the same of the comparison; None if any is missing or 0."""
    if any(not all(series.get(month, (0.0, 0.0))) for month in (*before, *after)):
        return None
    mine, others = (
        statistics.fmean(series[m][k] for m in after) / statistics.fmean(series[m][k] for m in before)
        for k in (0, 1)
    )
    return mine / others


def outcome(corridor: Corridor, episode: Episode, fits: Path) -> Outcome:
    """Run an episode and count what happened."""
    series = counts(corridor, episode)
    before, after = months(episode.before, episode.months_before), months(episode.after, episode.months)
    counted = change(series, before, after)
    if counted is None:
        raise ValueError(f"{episode.id}: a month of the series is missing")
    usual = placebo(series, episode)
    fit = known_fit(corridor, episode.as_of, fits)
    return Outcome(episode, predicted(corridor, fit, episode), counted, usual)


def placebo(series: dict[dt.date, tuple[float, float]], episode: Episode) -> float:
    """Median size (1 or more) of the same ratio, moved to every earlier month whose end was before the episode."""
    found = []
    for back in range(1, 240):
        first = [add_months(episode.before, -back), add_months(episode.after, -back)]
        if add_months(first[1], episode.months) > episode.started.replace(day=1):
            continue
        moved = change(series, months(first[0], episode.months_before), months(first[1], episode.months))
        if moved is not None:
            found.append(abs(math.log(moved)))
    return math.exp(statistics.median(found)) if len(found) >= LEAST_PLACEBOS else math.nan


def main() -> None:
    """Print the table of docs/lever-episodes.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=Path, default=Path("episode-fits"))
    parser.add_argument("--only", nargs="*", default=())
    words = parser.parse_args()
    corridor = open_corridor("americas")
    assert nationalities(corridor)
    print("| episode | lever | known | predicted | counted | usual | direction | size |")
    print("|---|---|---|---|---|---|---|---|")
    for episode in EPISODES:
        if words.only and episode.id not in words.only:
            continue
        print(_row(outcome(corridor, episode, words.fits)), flush=True)
    print()
    for lever, why in NONE.items():
        print(f"* `{lever}`: {why}")


def _row(found: Outcome) -> str:
    episode = found.episode
    middle, low, high = found.predicted
    levers = ", ".join(f"`{name}`" for name in dict.fromkeys(m.lever for m in episode.measures))
    bounds = f"{middle:.2f} [{min(low, high):.2f}, {max(low, high):.2f}]"
    usual = "–" if math.isnan(found.usual) else f"{found.usual:.2f}"
    cells = (episode.title, levers, episode.as_of, bounds, f"{found.counted:.2f}", usual)
    return f"| {' | '.join(map(str, (*cells, found.direction, found.size)))} |"


if __name__ == "__main__":
    main()
