"""Scores from past outcomes: a law that is known, calibration by group, and another library's regression."""

import numpy as np
import polars as pl
import pytest

from corridor.model import InputError
from corridor.place import assign, fit_scores
from corridor.place.fit import _logistic


def past(seed=1, many=3000, sites=5):
    rng = np.random.default_rng(seed)
    skill, group = rng.normal(size=many), rng.integers(0, 3, many)
    at = rng.integers(0, sites, many)
    level = np.linspace(-1, 1, sites)
    chance = 1 / (1 + np.exp(-(level[at] + 0.8 * skill - 0.5 * group)))
    table = pl.DataFrame(
        {
            "id": [f"p{i}" for i in range(many)], "size": rng.integers(1, 6, many), "group": [f"g{g}" for g in group],
            "x_skill": np.round(skill, 3), "site": [f"s{j}" for j in at],
            "outcome": (rng.random(many) < chance).astype(int),
        }
    )  # fmt: skip
    return table, chance


SITES = pl.DataFrame([{"id": f"s{j}", "capacity_people": 100} for j in range(5)])


def test_a_known_law_is_recovered_and_every_group_is_calibrated():
    table, chance = past()
    fitted = fit_scores(table, table.drop("site", "outcome"), SITES)
    at = [int(name[1:]) for name in table["site"]]
    matrix = fitted.scores.drop("id").to_numpy()
    assert np.corrcoef(matrix[np.arange(len(at)), at], chance)[0, 1] > 0.97
    for row in fitted.calibration.to_dicts():
        # standard error of a rate of 1,000 households is 0.016
        assert abs(row["observed"] - row["mean_score"]) < 0.03
        assert row["brier"] < row["brier_of_rate"]
    assert (np.diff(matrix.mean(axis=0)) > 0).all()


def test_outcomes_without_any_law_give_scores_near_the_rate():
    table, _ = past()
    rng = np.random.default_rng(3)
    table = table.with_columns(pl.Series("outcome", (rng.random(table.height) < 0.3).astype(int)))
    fitted = fit_scores(table, table.head(50).drop("site", "outcome"), SITES)
    assert fitted.scores.drop("id").to_numpy().std() < 0.03
    row = fitted.calibration.row(0, named=True)
    assert row["brier"] == pytest.approx(row["brier_of_rate"], abs=0.002)


def test_regression_equals_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    design = np.concatenate([np.ones((400, 1)), rng.normal(size=(400, 3))], axis=1)
    outcome = (rng.random(400) < 1 / (1 + np.exp(-design @ np.array([0.2, 1, -1, 0.5])))).astype(float)
    expected = sm.Logit(outcome, design).fit(disp=0).params
    assert _logistic(design, outcome, np.zeros(4)) == pytest.approx(expected, abs=1e-5)


def test_fitted_scores_are_what_placement_reads():
    table, _ = past(many=300)
    cases = table.head(40).drop("site", "outcome")
    placement = assign(cases, SITES, fit_scores(table, cases, SITES).scores)
    assert placement.counts()["placed"] == 40


def test_faults_of_the_past():
    table, _ = past(many=100)
    wrong = table.with_columns(
        pl.Series("site", ["nowhere", *table["site"][1:]]), pl.Series("outcome", [2, *table["outcome"][1:]])
    )
    with pytest.raises(InputError) as error:
        fit_scores(wrong, table, SITES)
    assert {f.column for f in error.value.faults} == {"site", "outcome"}
    with pytest.raises(InputError, match="50 past households"):
        fit_scores(table.head(20), table, SITES)
