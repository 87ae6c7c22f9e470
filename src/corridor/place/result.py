"""What a placement is: where every household goes, and tables about it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from corridor.model import html
from corridor.place.problem import PEOPLE, Problem
from corridor.place.program import Floats, Ints, Limits, Solution, sums

PLACED, LEFT_OUT, UNPLACEABLE = "placed", "left_out", "unplaceable"
HELD_BACK = 10
"""Counts of people from 1 to below this are not shown in what is shared."""


@dataclass(frozen=True)
class Floor:
    """A group's floor: sums of scores; ``weight`` is the price of raising the floor by one."""

    group: str
    households: int
    alone: float
    share: float
    reached: float
    weight: float

    @property
    def reached_share(self) -> float:
        """What is reached as a part of what the group could attain alone."""
        return self.reached / self.alone if self.alone > 0 else 1.0

    @property
    def met(self) -> bool:
        """Whether the floor holds."""
        return self.reached >= self.share * self.alone - 1e-9 * max(1.0, self.alone)


@dataclass(frozen=True)
class Placement:
    """Households and their sites, the value reached, a proven bound, prices and floors."""

    problem: Problem = field(repr=False)
    solution: Solution = field(repr=False)
    limits: Limits = field(repr=False)
    site: Ints = field(repr=False)
    """Site of each household (-1: nowhere)."""
    floors: tuple[Floor, ...] = ()
    costs: dict[str, tuple[float, float]] = field(default_factory=dict)
    """What the floor and even weeks cost: part of the value lost, as found and at most."""
    seconds: float = 0.0
    steps: tuple[str, ...] = field(default=(), repr=False)

    @property
    def value(self) -> float:
        """Sum of scores reached (with what placing a person counts)."""
        return self.solution.value

    @property
    def bound(self) -> float:
        """No placement is worth more."""
        return max(self.solution.bound, self.solution.value)

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0

    def __repr__(self) -> str:
        return (
            f"Placement({self.households:,} households at {len(self.problem.sites)} sites: "
            f"{(self.site >= 0).sum():,} placed, score {self.value:,.4f}, gap {self.gap:.4%})"
        )

    @property
    def households(self) -> int:
        """Number of households."""
        return len(self.problem.ids)

    def outcomes(self) -> list[str]:
        """`PLACED`, `UNPLACEABLE` or `LEFT_OUT` for every household."""
        fits = np.any(self.problem.unit_fits(), axis=1, keepdims=True)[:, 0][self.problem.unit]
        words = np.array([UNPLACEABLE, LEFT_OUT, PLACED])
        return words[np.where(self.site >= 0, 2, fits.astype(np.int64))].tolist()

    def counts(self) -> dict[str, int]:
        """Households by outcome."""
        names, many = np.unique(self.outcomes(), return_counts=True)
        found = dict(zip(names.tolist(), many.tolist(), strict=True))
        return {name: found.get(name, 0) for name in (PLACED, LEFT_OUT, UNPLACEABLE)}

    def score(self) -> Floats:
        """Score of each household at its site (0 where it is not placed)."""
        placed = self.site >= 0
        out = np.zeros(self.households)
        out[placed] = self.problem.score[np.flatnonzero(placed), self.site[placed]]
        return out

    def by_site(self) -> pl.DataFrame:
        """One row for each site and capacity: places, taken, free, price of one more place."""
        problem = self.problem
        rows: list[dict[str, object]] = []
        placed = np.flatnonzero(self.site >= 0)
        where, score = self.site[placed], self.score()
        households = np.bincount(where, minlength=len(problem.sites))
        scores = np.bincount(where, score[placed], len(problem.sites))
        for k, kind in enumerate(problem.kinds):
            taken = np.bincount(where, problem.need[placed, k], len(problem.sites))
            for s, site in enumerate(problem.sites):
                room = self.limits.capacity[k, s]
                rows.append(
                    {
                        "site": site,
                        "name": problem.names[s],
                        "capacity": kind,
                        "places": float(room) if np.isfinite(room) else None,
                        "taken": float(taken[s]),
                        "free": float(room - taken[s]) if np.isfinite(room) else None,
                        "price": float(self.solution.prices.place[k, s]),
                        "households": int(households[s]),
                        "mean_score": float(scores[s] / households[s]) if households[s] else None,
                    }
                )
        return pl.DataFrame(rows, infer_schema_length=None)

    def by_group_and_site(self) -> pl.DataFrame:
        """Households, people and mean score of each group at each site (site blank: nowhere)."""
        problem = self.problem
        frame = pl.DataFrame(
            {
                "group": [problem.groups[g] for g in problem.group],
                "site": [problem.sites[s] if s >= 0 else "" for s in self.site],
                "people": problem.size,
                "score": self.score(),
            }
        )
        return frame.group_by("group", "site").agg(
            pl.len().cast(pl.Int64).alias("households"), pl.col("people").sum(), pl.col("score").mean().alias("mean_score")
        ).sort("group", "site")  # fmt: skip

    def by_group(self) -> pl.DataFrame:
        """Each group: households, people, placed, mean score, and its floor where there is one."""
        problem = self.problem
        frame = pl.DataFrame(
            {
                "group": [problem.groups[g] for g in problem.group],
                "people": problem.size,
                "placed": self.site >= 0,
                "score": self.score(),
            }
        )
        out = frame.group_by("group").agg(
            pl.len().cast(pl.Int64).alias("households"), pl.col("people").sum(),
            pl.col("placed").sum().cast(pl.Int64), pl.col("score").mean().alias("mean_score"),
        ).sort("group")  # fmt: skip
        floors = {f.group: f for f in self.floors}
        found = [floors.get(group) for group in out["group"]]
        return out.with_columns(
            pl.Series("attainable_alone", [f.alone / f.households if f else None for f in found], pl.Float64),
            pl.Series("share_of_attainable", [f.reached_share if f else None for f in found], pl.Float64),
            pl.Series("floor", [f.share if f else None for f in found], pl.Float64),
            pl.Series("floor_met", [f.met if f else None for f in found], pl.Boolean),
            pl.Series("floor_price", [f.weight if f else None for f in found], pl.Float64),
        )

    def by_chance(self) -> pl.DataFrame:
        """Thirds of households by their chances, at thirds of places by theirs: people, share, even share.

        A household's chance is its mean score over the sites that fit it; a site's is the mean score of the
        households that fit it. Thirds of sites hold a third of those placed each, as near as whole sites allow.
        """
        problem = self.problem
        fits = problem.flags == 0
        total = np.where(fits, problem.score, 0.0)
        chance = total.sum(axis=1) / np.maximum(fits.sum(axis=1), 1)
        level = total.sum(axis=0) / np.maximum(fits.sum(axis=0), 1)
        placed = np.flatnonzero(self.site >= 0)
        people = problem.size[placed].astype(np.float64)
        mine = _thirds(chance[placed], people)
        taken = sums(self.site[placed], people, len(problem.sites))
        theirs = _thirds(level, taken)[self.site[placed]]
        table = np.zeros((3, 3))
        np.add.at(table, (mine, theirs), people)
        even = table.sum(axis=0) / max(table.sum(), 1.0)
        names = ("low", "middle", "high")
        return pl.DataFrame(
            [
                {
                    "households_with_chances": names[a],
                    "places_with_chances": names[b],
                    "people": int(table[a, b]),
                    "share": float(table[a, b] / max(table[a].sum(), 1.0)),
                    "even_share": float(even[b]),
                }
                for a in range(3)
                for b in range(3)
            ]
        )

    def by_week(self) -> pl.DataFrame:
        """People that each site takes in by week, and the most that an even share would be."""
        problem = self.problem
        placed = np.flatnonzero(self.site >= 0)
        weeks = len(problem.weeks)
        people = problem.size.astype(np.float64)
        arriving = np.bincount(problem.week, people, weeks)
        taken = np.zeros((len(problem.sites), weeks))
        np.add.at(taken, (self.site[placed], problem.week[placed]), people[placed])
        even = taken.sum(axis=1, keepdims=True) * arriving / max(people.sum(), 1.0)
        return pl.DataFrame(
            [
                {"site": site, "week": week, "people": int(taken[s, w]), "even": float(even[s, w])}
                for s, site in enumerate(problem.sites)
                for w, week in enumerate(problem.weeks)
            ]
        )

    def summary(self) -> dict[str, object]:
        """The figures of the whole: nothing about single households."""
        problem = self.problem
        return {
            "households": self.households,
            "people": int(problem.size.sum()),
            "sites": len(problem.sites),
            **self.counts(),
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "mean_score": float(self.score().mean()) if self.households else 0.0,
            "costs": {name: {"found": cost[0], "at_most": cost[1]} for name, cost in self.costs.items()},
            "floors_met": all(floor.met for floor in self.floors) if self.floors else None,
            "seconds": round(self.seconds, 3),
            "notes": list(problem.notes),
        }

    def _repr_html_(self) -> str:
        sites = self.by_site().filter(
            pl.col("capacity") == (PEOPLE if PEOPLE in self.problem.kinds else self.problem.kinds[0])
        )
        columns = ["name", "places", "taken", "price", "households", "mean_score"]
        facts = {name: value for name, value in self.summary().items() if not isinstance(value, (dict, list))}
        return html.card("Placement", facts, html.table(columns, sites.select(columns).rows(), sites.height))


def _thirds(values: Floats, weight: Floats) -> Ints:
    """0, 1 or 2 for each value: in which third of the whole weight its middle lies, lowest first."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    out = np.empty(values.size, np.int64)
    out[order] = np.minimum(2, (3 * middle / max(float(weight.sum()), 1e-12)).astype(np.int64))
    return out


def shared(table: pl.DataFrame, people: str = "households") -> pl.DataFrame:
    """A table of groups fit to be shared: rows of fewer than `HELD_BACK` households have no figures."""
    small = pl.col(people).is_between(1, HELD_BACK - 1)
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.when(~small).then(pl.col(name)).alias(name) for name in table.columns if name not in texts
    )
