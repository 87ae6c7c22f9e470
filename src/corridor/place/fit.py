"""Scores from a user's own past outcomes: a ridge logistic regression, cross-fitted and calibrated by group.

Nothing is shipped: the data are the user's, and so is the question whether the outcome is one to steer by. Who
was sent where in the past was not drawn by lot, so a score says what was seen, not what a site would cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.model import InputError, did_you_mean
from corridor.place.program import Bools, Floats, Ints, sums
from corridor.place.read import Sheet, Source, read_sheet, stop_on

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5
LEAST = 50
"""Past households below which nothing is fitted."""


@dataclass(frozen=True)
class FittedScores:
    """Scores for `assign` (``id`` and a column for each site), and how past outcomes were foretold.

    ``calibration`` has, by group (blank: all): households, observed rate, mean score, Brier score, and that of
    the plain rate; every figure is of households that the model had not seen.
    """

    scores: pl.DataFrame
    calibration: pl.DataFrame
    penalty: float

    def __repr__(self) -> str:
        row = self.calibration.row(0, named=True)
        return f"FittedScores({self.scores.height:,} households; Brier {row['brier']:.4f}, plain rate {row['brier_of_rate']:.4f})"


def fit_scores(past: Source, cases: Source, sites: Source, *, seed: int = 1) -> FittedScores:
    """Chance of a good outcome of each household at each site, from past households.

    ``past`` is a table as of the cases with two more columns, ``site`` and ``outcome`` (0 or 1). Used are size,
    single parent, medical needs, group, nationality, numeric columns ``x_*``, whether a language is supported, the
    site, and what the site changes in group and ``x_*`` (shrunk more). Raises: `InputError` with all faults.
    """
    past_sheet, case_sheet = (
        read_sheet(past, ("id", "size", "site", "outcome"), "past"),
        read_sheet(cases, ("id", "size"), "cases"),
    )
    site_sheet = read_sheet(sites, ("id",), "sites")
    stop_on((past_sheet, case_sheet, site_sheet))
    names = site_sheet.unique_ids()
    at = _sites_of(past_sheet, names)
    outcome = past_sheet.numbers("outcome", whole=True)
    past_sheet.mark(np.flatnonzero(outcome > 1), "outcome", lambda row: "is neither 0 nor 1", None)
    both = _Features.learn(past_sheet, case_sheet, site_sheet)
    stop_on((past_sheet, case_sheet, site_sheet))
    if at.size < LEAST or len(set(outcome.tolist())) < 2:
        raise InputError(
            f"{past_sheet.label}: {LEAST} past households with both outcomes are needed at least"
        )
    design, weight = both.design(past_sheet, at)
    fold = np.random.default_rng(seed).permutation(np.arange(at.size) % FOLDS)
    penalty, raw = _cross_fitted(design, weight, outcome, fold)
    group = both.groups_of(past_sheet)
    seen = _calibrated(raw, group, outcome, fold)
    last = _logistic(design, outcome, penalty * weight)
    shift = _calibration(raw, group, outcome)
    mine = both.groups_of(case_sheet)
    columns = {}
    for s, name in enumerate(names):
        rows, _ = both.design(case_sheet, np.full(case_sheet.height, s))
        columns[name] = np.round(_sigmoid(_recalibrate(rows @ last, mine, shift)), 6)
    scores = pl.DataFrame({"id": case_sheet.text("id")} | columns)
    return FittedScores(scores, _report(past_sheet.text("group"), outcome, seen), penalty)


def _sites_of(past: Sheet, names: list[str]) -> Ints:
    place = {name: i for i, name in enumerate(names)}
    cells = past.text("site")
    for row, name in enumerate(cells):
        if name not in place:
            past.fault(row, "site", f"{name!r} is no site", did_you_mean(name, names))
    return np.array([place.get(name, 0) for name in cells], np.int64)


@dataclass(frozen=True)
class _Features:
    """Columns of the design: their words and scales, learned from the past."""

    groups: list[str]
    nations: list[str]
    numeric: list[str]
    centre: Floats
    scale: Floats
    support: list[frozenset[str]]

    @classmethod
    def learn(cls, past: Sheet, cases: Sheet, sites: Sheet) -> _Features:
        numeric = [c for c in past.table.columns if c.startswith("x_") and c in cases.table.columns]
        values = np.stack([past.numbers(c, least=-np.inf, blank=0.0) for c in ("size", *numeric)], axis=1)
        nations, many = np.unique(past.text("nationality"), return_counts=True)
        known = [str(n) for n, m in zip(nations, many, strict=True) if m >= 20 and n]
        return cls(
            sorted(set(past.text("group"))), known, numeric, values.mean(axis=0),
            np.maximum(values.std(axis=0), 1e-9), [frozenset(words) for words in sites.lists("languages")],
        )  # fmt: skip

    def groups_of(self, sheet: Sheet) -> Ints:
        """Index of each household's group; -1 where the past has none like it."""
        place = {name: i for i, name in enumerate(self.groups)}
        return np.array([place.get(name, -1) for name in sheet.text("group")], np.int64)

    def design(self, sheet: Sheet, at: Ints) -> tuple[Floats, Floats]:
        """Rows of households at sites, and how strongly each column is shrunk (0: not)."""
        rows, sites = sheet.height, len(self.support)
        values = np.stack(
            [sheet.numbers(c, least=-np.inf, blank=0.0) for c in ("size", *self.numeric)], axis=1
        )
        values = (values - self.centre) / self.scale
        spoken = sheet.lists("languages")
        match = np.array(
            [
                not w or not self.support[s] or not self.support[s].isdisjoint(w)
                for w, s in zip(spoken, at, strict=True)
            ]
        )
        group, nation = self.groups_of(sheet), sheet.text("nationality")
        flags = np.stack([
            match, sheet.flags("single_parent", absent=False, blank=False),
            sheet.flags("medical", absent=False, blank=False), *(group == g for g in range(len(self.groups))),
            *(np.array([n == name for n in nation], np.bool_) for name in self.nations),
        ], axis=1).astype(np.float64)  # fmt: skip
        here = np.zeros((rows, sites))
        here[np.arange(rows), at] = 1.0
        moderators = np.concatenate([values[:, 1:], flags[:, 3 : 3 + len(self.groups)]], axis=1)
        cross = (here[:, :, None] * moderators[:, None, :]).reshape(rows, -1)
        design = np.concatenate([np.ones((rows, 1)), values, flags, here, cross], axis=1)
        plain = values.shape[1] + flags.shape[1]
        weight = np.concatenate(
            [[0.0], np.full(plain, 0.3), np.full(sites, 1.0), np.full(cross.shape[1], 3.0)]
        )
        return design, weight


def _sigmoid(x: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -30, 30)))


def _logistic(design: Floats, outcome: Floats, penalty: Floats) -> Floats:
    """Coefficients of a logistic regression with a ridge penalty by column (Newton's method)."""
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        chance = _sigmoid(design @ beta)
        gradient = design.T @ (outcome - chance) - penalty * beta
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curve, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _cross_fitted(design: Floats, weight: Floats, outcome: Floats, fold: Ints) -> tuple[float, Floats]:
    """The penalty with the least log loss on households not seen, and their logits under it."""
    best, chosen, logits = np.inf, PENALTIES[0], np.zeros(outcome.size)
    for penalty in PENALTIES:
        raw = np.empty(outcome.size)
        for k in range(FOLDS):
            held = fold == k
            raw[held] = design[held] @ _logistic(design[~held], outcome[~held], penalty * weight)
        chance = _sigmoid(raw)
        loss = -float(np.mean(outcome * np.log(chance) + (1 - outcome) * np.log(1 - chance)))
        if loss < best:
            best, chosen, logits = loss, penalty, raw
    return chosen, logits


def _calibration(raw: Floats, group: Ints, outcome: Floats) -> Floats:
    """Intercept, slope, and a shift by group shrunk to none."""
    groups = int(group.max()) + 1
    design = np.concatenate(
        [np.ones((raw.size, 1)), raw[:, None], np.eye(groups + 1)[group][:, :groups]], axis=1
    )
    return _logistic(design, outcome, np.concatenate([[0.0, 0.01], np.full(groups, 2.0)]))


def _recalibrate(raw: Floats, group: Ints, shift: Floats) -> Floats:
    by_group = np.concatenate([shift[2:], [0.0]])
    known: Bools = (group >= 0) & (group < shift.size - 2)
    return shift[0] + shift[1] * raw + by_group[np.where(known, group, -1)]


def _calibrated(raw: Floats, group: Ints, outcome: Floats, fold: Ints) -> Floats:
    """Chances of households that neither the model nor its calibration has seen."""
    out = np.empty(raw.size)
    for k in range(FOLDS):
        held = fold == k
        shift = _calibration(raw[~held], group[~held], outcome[~held])
        out[held] = _sigmoid(_recalibrate(raw[held], group[held], shift))
    return out


def _report(groups: list[str], outcome: Floats, chance: Floats) -> pl.DataFrame:
    names = np.array(groups)
    rate = float(outcome.mean())
    rows = []
    for name in (None, *sorted(set(groups) - {""})):
        mine = np.ones(names.size, np.bool_) if name is None else names == name
        many = float(sums(np.zeros(mine.sum(), np.int64), np.ones(mine.sum()), 1)[0])
        rows.append(
            {
                "group": name or "",
                "households": int(many),
                "observed": float(outcome[mine].mean()),
                "mean_score": float(chance[mine].mean()),
                "brier": float(np.mean((chance[mine] - outcome[mine]) ** 2)),
                "brier_of_rate": float(np.mean((rate - outcome[mine]) ** 2)),
            }
        )
    return pl.DataFrame(rows)
