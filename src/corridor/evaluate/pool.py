"""Effects of past measures of one lever pooled: what a scenario may use as a strength, with its spread."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from corridor.data import load
from corridor.evaluate.effect import EffectEstimate, measure_effect
from corridor.evaluate.lookup import (
    DatedMeasure,
    Loader,
    codes_in_scope,
    dated_measures,
    events_around,
    find_series,
)
from corridor.evaluate.question import Question
from corridor.evaluate.series import monthly_counts
from corridor.model import Corridor, InputError, Measure, did_you_mean
from corridor.series import PublishedSeries, ratio_of

INTERVAL = 0.9
"""Part of the draws of a measure's strength that `low` and `high` bound."""


@dataclass(frozen=True, repr=False)
class Pooled:
    """A pooled effect of a lever: ``strength`` multiplies the series; ``low`` and ``high`` are a 90 % prediction
    interval for one more measure of the lever."""

    lever: str
    unit: str
    """Unit of the lever that the strength is in; blank where it is a response and no strength."""
    stands_for: str
    actors: tuple[str, ...]
    strength: float
    low: float
    high: float
    between_sd: float
    """Standard deviation of log effects between measures."""
    known_from: dt.date
    effects: tuple[EffectEstimate, ...]
    left_out: Mapping[str, str]
    """Measures of the lever that were not used, each with the reason."""

    def __repr__(self) -> str:
        return f"Pooled({self.lever}: {self.strength:.2f} [{self.low:.2f}, {self.high:.2f}] of {len(self.effects)})"


@cache
def pools() -> Mapping[str, Mapping[str, Any]]:
    """Which measures of which lever are pooled, on which series, and which are left out with the reason."""
    return yaml.safe_load((Path(__file__).parent / "pools.yaml").read_text("utf-8"))


def pool(
    corridor: Corridor,
    lever: str,
    as_of: dt.date | None = None,
    *,
    months: int = 1,
    seed: int = 1,
    command: str = "",
    loader: Loader = load,
) -> Pooled:
    """Pool the effects of a lever's past measures that were known on ``as_of``, measures and outcomes alike.

    Random effects on the log scale: the spread between measures by DerSimonian & Laird (1986,
    https://doi.org/10.1016/0197-2456(86)90046-2), standard errors by Hartung and Knapp, as IntHout et al. (2014,
    https://doi.org/10.1186/1471-2288-14-25) advise for few studies.

    Raises
    ------
    InputError
        For a lever that has no pool, or if fewer than two of its measures have an outcome that was known.
    """
    if lever not in pools():
        hint = did_you_mean(lever, pools()) or f"levers with a pool: {', '.join(sorted(pools()))}"
        raise InputError(f"no effects of {lever!r} are pooled: counts do not measure its strength", hint=hint)
    entry = pools()[lever]
    left_out = dict(entry["left_out"])
    effects = []
    known = dated_measures(corridor, as_of)
    for name in entry["measures"]:
        if name not in known:
            left_out[name] = f"was not known on {as_of}"
            continue
        try:
            question = replace(_question(corridor, entry, known[name], as_of, loader), months=months)
            events = events_around(corridor, question, as_of)
            effects.append(measure_effect(question, events, seed=seed, command=command, as_of=as_of))
        except InputError as error:
            left_out[name] = error.message
    if len(effects) < 2:
        why = "; ".join(f"{name}: {left_out[name]}" for name in entry["measures"] if name in left_out)
        raise InputError(f"{len(effects)} effects of {lever!r} are known; a pool needs 2", hint=why or None)
    mean, error, between = random_effects([e.log_mean for e in effects], [e.log_sd for e in effects])
    wide = t_quantile((1 + INTERVAL) / 2, len(effects) - 1) * math.hypot(error, between)
    return Pooled(
        lever, entry["unit"], entry["stands_for"],
        tuple(dict.fromkeys(known[e.measure].actor for e in effects)), math.exp(mean), math.exp(mean - wide),
        math.exp(mean + wide), between,
        max(day for e in effects for day in (e.known_from, known[e.measure].known_from) if day),
        tuple(effects), left_out,
    )  # fmt: skip


def _question(
    corridor: Corridor, entry: Mapping[str, Any], measure: DatedMeasure, as_of: dt.date | None, loader: Loader
) -> Question:
    def series(name: str) -> PublishedSeries:
        observation = find_series(corridor, name)
        dataset = loader(observation.dataset)
        dataset = dataset.as_of(as_of) if as_of else dataset
        return monthly_counts(
            observation, dataset, codes_in_scope(observation, dataset, measure.nationalities)
        )

    target = series(entry["series"])
    if entry.get("per"):
        target = ratio_of(target, series(entry["per"]))
    return Question(target, measure.start, measure=measure.id, name=measure.name)


def random_effects(effects: Sequence[float], errors: Sequence[float]) -> tuple[float, float, float]:
    """Mean of effects, its standard error, and the standard deviation between them."""
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(errors, dtype=np.float64) ** 2
    w = 1 / v
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    between = max(0.0, (q - (y.size - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + between)
    mean = float((w * y).sum() / w.sum())
    # the factor is not let below 1: agreement by luck among few must not narrow the interval
    factor = max(1.0, float((w * (y - mean) ** 2).sum()) / (y.size - 1))
    return mean, math.sqrt(factor / float(w.sum())), math.sqrt(between)


def t_quantile(level: float, degrees: int) -> float:
    """Quantile (level above 0.5) of Student's t with whole degrees of freedom, by bisection."""
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(middle, degrees) < level else (low, middle)
    return (low + high) / 2


def _t_below(t: float, degrees: int) -> float:
    """Distribution function for t >= 0 (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine = math.cos(angle)
    term, total = (cosine, 0.0) if degrees % 2 else (1.0, 0.0)
    for j in range(1 + degrees % 2, degrees, 2):
        total += term
        term *= cosine**2 * j / (j + 1)
    inside = math.sin(angle) * total
    if degrees % 2:
        inside = 2 / math.pi * (angle + inside)
    return 0.5 + inside / 2


def measure_row(pooled: Pooled) -> dict[str, object]:
    """A row for ``measures.csv`` with the pooled strength; dates and scope are the writer's to choose.

    Raises
    ------
    InputError
        Where the pooled effect is a response and no strength of the lever.
    """
    if not pooled.unit:
        raise InputError(
            f"the pooled effect of {pooled.lever!r} is a response, not a strength of the lever",
            hint="use it to judge an elasticity",
        )
    names = ", ".join(effect.measure for effect in pooled.effects)
    row: dict[str, object] = dict.fromkeys(Measure.model_fields, "")
    row |= {
        "id": f"pooled_{pooled.lever}", "name": f"Pooled effect of {pooled.lever}",
        "name_es": f"Efecto agrupado de {pooled.lever}", "lever": pooled.lever, "actor": ", ".join(pooled.actors),
        "start": pooled.known_from, "strength": round(pooled.strength, 3), "low": round(pooled.low, 3),
        "high": round(pooled.high, 3), "unit": pooled.unit, "known_from": pooled.known_from,
        "grade": "before_after",
        "source": f"pooled effect of {names}: {pooled.stands_for}; "
        + "; ".join(dict.fromkeys(source for effect in pooled.effects for source in effect.sources)),
    }  # fmt: skip
    for flag in ("in_base", "hindsight", "ramp_days", "decay_days"):
        row[flag] = ""
    return row
