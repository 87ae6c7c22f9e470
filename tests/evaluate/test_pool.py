"""Pooled effects: against statsmodels, and what is known when."""

from __future__ import annotations

import datetime as dt
import math
import warnings

import numpy as np
import pytest
from scipy.stats import t as student

from corridor.data import evidence
from corridor.evaluate import measure_row, pool, pools
from corridor.evaluate.pool import random_effects, t_quantile
from corridor.formats import open_corridor
from corridor.model import InputError, Measure

EFFECTS, ERRORS = [-0.9, -0.3, 0.1, -0.5, -1.4], [0.2, 0.15, 0.3, 0.25, 0.2]


@pytest.fixture(scope="module")
def americas():
    return open_corridor("americas")


def test_random_effects_are_those_of_statsmodels() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.meta_analysis import combine_effects

        theirs = combine_effects(np.array(EFFECTS), np.array(ERRORS) ** 2, method_re="dl")
    mean, error, between = random_effects(EFFECTS, ERRORS)
    assert mean == pytest.approx(theirs.mean_effect_re)
    assert between**2 == pytest.approx(theirs.tau2)
    # the Hartung-Knapp variance, never below the plain one
    assert error == pytest.approx(max(theirs.sd_eff_w_re_hksj, theirs.sd_eff_w_re))


def test_agreement_by_luck_does_not_narrow_the_interval() -> None:
    mean, error, between = random_effects([0.5, 0.5], [0.2, 0.2])
    assert (mean, between) == (pytest.approx(0.5), 0.0)
    assert error == pytest.approx(0.2 / math.sqrt(2))


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 31])
def test_quantiles_of_t(degrees: int) -> None:
    for level in (0.6, 0.95, 0.975):
        assert t_quantile(level, degrees) == pytest.approx(student.ppf(level, degrees), rel=1e-8)


def test_every_measure_of_a_pooled_lever_is_used_or_left_out_with_a_reason() -> None:
    table = evidence("measures")
    for lever, entry in pools().items():
        named = [*entry["measures"], *entry["left_out"]]
        assert len(named) == len(set(named))
        assert set(named) == set(table.filter(table["lever"] == lever)["id"]), lever
        assert all(entry["left_out"].values())


def test_a_pool_knows_only_what_was_known(americas) -> None:
    day = dt.date(2023, 12, 31)
    then, now = pool(americas, "asylum_rules", day), pool(americas, "asylum_rules")
    assert then.known_from <= day < now.known_from
    assert {e.measure for e in now.effects} - {e.measure for e in then.effects} == {
        "proclamation_june24", "jan20_2025_entry_ban",
    }  # fmt: skip
    assert then.left_out["proclamation_june24"] == "was not known on 2023-12-31"
    assert all(effect.known_from <= day for effect in then.effects)
    # the day before the outcome of the last measure was published it is not in it
    last = max(e.known_from for e in then.effects)
    before = pool(americas, "asylum_rules", last - dt.timedelta(days=1))
    assert len(before.effects) == len(then.effects) - 1
    assert "t42_venezuela" in before.left_out


def test_the_spread_is_a_prediction_for_one_more_measure(americas) -> None:
    found = pool(americas, "mexican_enforcement")
    mean, error, between = random_effects(
        [e.log_mean for e in found.effects], [e.log_sd for e in found.effects]
    )
    wide = student.ppf(0.95, len(found.effects) - 1) * math.hypot(error, between)
    assert found.strength == pytest.approx(math.exp(mean))
    assert (found.low, found.high) == pytest.approx((math.exp(mean - wide), math.exp(mean + wide)))
    # the ratio of June 2019: 31,396 encounters in Mexico and 104,311 at the US border, against the year before
    assert found.effects[0].measure == "us_mx_joint_2019" and found.effects[0].headline.effect > 0


def test_the_row_is_a_measure(americas) -> None:
    row = measure_row(pool(americas, "visas", dt.date(2023, 12, 31)))
    assert set(row) == set(Measure.model_fields)
    measure = Measure(**{name: value for name, value in row.items() if value != ""})
    assert measure.lever == "visas" and measure.grade == "before_after" and measure.unit == "ratio"
    assert measure.low < measure.strength < measure.high
    assert measure.known_from == dt.date(2022, 3, 21)


def test_what_is_no_strength_gives_no_row(americas) -> None:
    with pytest.raises(InputError, match="a response, not a strength"):
        measure_row(pool(americas, "legal_pathways"))


def test_a_lever_without_a_pool_and_a_pool_of_one(americas) -> None:
    with pytest.raises(InputError, match="no effects of 'visa' are pooled") as caught:
        pool(americas, "visa")
    assert caught.value.hint == "did you mean 'visas'?"
    with pytest.raises(InputError, match="1 effects of 'mexican_enforcement' are known; a pool needs 2"):
        pool(americas, "mexican_enforcement", dt.date(2023, 12, 31))
