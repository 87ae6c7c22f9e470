"""Made-up households, sites and scores with scarce room, for trials and benchmarks.

Scores have a level for each household and site, a gain that some households have at some kinds of site
(a trade, a language), and noise; who gains much and where room is scarce differ, so that taking the best free
site in order of arrival wastes the rare places. No figure is taken from real people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.model import CorridorError
from corridor.model.files import fresh_folder

LANGUAGES = ("es", "ht", "fr", "pt", "ar", "zh")
NATIONALITIES = ("VEN", "HTI", "COD", "BRA", "SYR", "CHN")
SIZES = (0.34, 0.17, 0.15, 0.14, 0.09, 0.06, 0.03, 0.02)


@dataclass(frozen=True)
class Recipe:
    """What to make.

    tightness: capacity of people as a part of all people (1.00 to 1.03); tied: part of the households that are
    tied to another; needs: further capacities beside people (0 to 2); drift: how far the mix of arrivals
    changes from first to last (0: not); past: households of an earlier year that futures are sampled from.
    """

    households: int = 1000
    sites: int = 40
    seed: int = 1
    tightness: float = 1.02
    tied: float = 0.0
    needs: int = 0
    groups: int = 5
    drift: float = 0.0
    past: int = 0
    weeks: int = 52


@dataclass(frozen=True)
class Made:
    """Tables in the form that `assign` reads; ``past`` and ``past_scores`` have no rows without a past."""

    cases: pl.DataFrame
    sites: pl.DataFrame
    scores: pl.DataFrame
    past: pl.DataFrame
    past_scores: pl.DataFrame


def make(recipe: Recipe) -> Made:
    """Tables of households in order of arrival, of sites and of scores; the same for the same recipe."""
    if recipe.sites < 2 or recipe.households < recipe.sites:
        raise CorridorError("there must be at least 2 sites and as many households as sites")
    rng = np.random.default_rng([recipe.seed, recipe.households, recipe.sites])
    site = _Sites.draw(rng, recipe)
    cases, scores = _households(rng, recipe, site, recipe.households, "H", drift=recipe.drift)
    past, past_scores = _households(rng, recipe, site, recipe.past, "P", drift=0.0)
    return Made(cases, _site_table(rng, recipe, site, cases), scores, past, past_scores)


@dataclass(frozen=True)
class _Sites:
    """Hidden traits of the sites."""

    names: list[str]
    level: NDArray[Any]
    trade: NDArray[Any]
    languages: list[tuple[str, ...]]
    single: NDArray[Any]
    medical: NDArray[Any]
    largest: NDArray[Any]
    share: NDArray[Any]

    @classmethod
    def draw(cls, rng: np.random.Generator, recipe: Recipe) -> _Sites:
        """Levels, trades, support and share of the room of each site."""
        many = recipe.sites
        spoken = [tuple(np.array(LANGUAGES)[rng.random(6) > 0.08]) or LANGUAGES for _ in range(many)]
        return cls(
            [f"S{i + 1:03d}" for i in range(many)],
            rng.normal(0.0, 0.35, many),
            rng.permutation(np.arange(many) % TRADES),
            [tuple(sorted({*words, "es"})) for words in spoken],
            rng.random(many) > 0.12,
            rng.random(many) > 0.15,
            np.where(rng.random(many) > 0.15, 8, 6),
            rng.dirichlet(np.full(many, 4.0)),
        )


TRADES = 6
"""Kinds of site; a household gains much at the sites of one of them, or nowhere."""


def _households(
    rng: np.random.Generator, recipe: Recipe, site: _Sites, many: int, prefix: str, drift: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    size = rng.choice(np.arange(1, 9), many, p=SIZES)
    group = rng.integers(0, recipe.groups, many)
    ability = rng.normal(-0.9, 0.5, many) - 0.15 * group
    trade = rng.integers(0, TRADES, many)
    late = np.arange(many) / max(many - 1, 1)
    moved = rng.random(many) < drift * late
    trade[moved] = 0
    gain = np.where(rng.random(many) < 0.6, rng.gamma(4.0, 1.0, many), 0.0)
    logit = ability[:, None] + site.level[None, :] + rng.normal(0.0, 0.25, (many, recipe.sites))
    logit += gain[:, None] * (trade[:, None] == site.trade[None, :])
    score = np.round(1.0 / (1.0 + np.exp(-logit)), 4)
    speaks = rng.integers(0, len(LANGUAGES), many)
    ids = [f"{prefix}{i + 1:07d}" for i in range(many)]
    columns: dict[str, object] = {
        "id": ids,
        "size": size,
        "nationality": [NATIONALITIES[s] for s in speaks],
        "languages": [LANGUAGES[s] for s in speaks],
        "single_parent": np.where((size > 1) & (rng.random(many) < 0.15), "yes", "no"),
        "medical": np.where(rng.random(many) < 0.08, "yes", "no"),
        "group": [f"group {g + 1}" for g in group],
        "tie": _ties(rng, recipe.tied, ids, size),
        "week": 1 + (late * recipe.weeks * (1 - 1e-9)).astype(np.int64),
    }
    for need in EXTRA[: recipe.needs]:
        columns[f"need_{need}"] = (
            rng.binomial(size - 1, 0.6) if need == "school" else 1 + (rng.random(many) < 0.3)
        )
    scores = {"id": ids} | {name: score[:, s] for s, name in enumerate(site.names)}
    return pl.DataFrame(columns), pl.DataFrame(scores)


EXTRA = ("school", "casework")
"""Further capacities: places in school, hours of case workers."""


def _ties(rng: np.random.Generator, share: float, ids: list[str], size: NDArray[Any]) -> list[str | None]:
    """Each tied household names its partner; pairs are of small households that arrive close together."""
    ties: list[str | None] = [None] * len(ids)
    small = np.flatnonzero(size <= 4)
    wanted = min(int(share * len(ids) / 2), small.size // 2)
    if wanted:
        first = 2 * np.sort(rng.choice(small.size // 2, wanted, replace=False))
        for a, b in zip(small[first], small[first + 1], strict=True):
            ties[b] = ids[a]
    return ties


def _site_table(rng: np.random.Generator, recipe: Recipe, site: _Sites, cases: pl.DataFrame) -> pl.DataFrame:
    columns: dict[str, object] = {
        "id": site.names,
        "name": [f"Site {i + 1}" for i in range(recipe.sites)],
        "languages": [";".join(words) for words in site.languages],
        "accepts_single_parent": np.where(site.single, "yes", "no"),
        "accepts_medical": np.where(site.medical, "yes", "no"),
        "max_household": site.largest,
        "capacity_people": _split(
            int(np.ceil(recipe.tightness * float(cases["size"].to_numpy().sum()))), site.share
        ),
    }
    for need in EXTRA[: recipe.needs]:
        share = site.share * rng.uniform(0.97, 1.03, recipe.sites)
        total = int(np.ceil((recipe.tightness + 0.01) * float(cases[f"need_{need}"].to_numpy().sum())))
        columns[f"capacity_{need}"] = _split(total, share / share.sum())
    return pl.DataFrame(columns)


def _split(total: int, share: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in proportion to ``share`` with the given sum (largest remainders), 8 at least."""
    exact = total * share
    out = np.floor(exact).astype(np.int64)
    rest = total - int(out.sum())
    out[np.argsort(out - exact, kind="stable")[:rest]] += 1
    return np.maximum(out, 8)


def write_made(made: Made, folder: Path) -> None:
    """``cases.csv sites.csv scores.csv`` and, where there is a past, ``past.csv past-scores.csv``."""
    with fresh_folder(folder) as fresh:
        tables = {"cases": made.cases, "sites": made.sites, "scores": made.scores}
        if made.past.height:
            tables |= {"past": made.past, "past-scores": made.past_scores}
        for name, table in tables.items():
            table.write_csv(fresh / f"{name}.csv")
