"""Departures are found from counts: planted ones come back, and a member with another's draw is seen."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.forecast.coupled.solve import Wanted, log_counts, prior_covariance, solve
from corridor.forecast.coupled.sources import Sources

MONTHS, NATIONALITIES, MEMBERS = 5, 2, 4
RNG = np.random.default_rng(3)


def chain() -> Sources:
    """One class of holders, then five months of departure: a third is counted in the month, two thirds in the next."""
    part = np.zeros((1, MONTHS, NATIONALITIES, 1 + MONTHS))
    for m in range(MONTHS):
        part[0, m, :, 1 + m] = 1 / 3
        part[0, m, :, m] = 2 / 3  # of the month before; in the first month of those on the way
    level = np.full((1, MONTHS, NATIONALITIES), 1000.0)
    return Sources(level, part, 1, {"way": 0})


def wanted(x: np.ndarray) -> Wanted:
    return Wanted(log_counts(chain(), x), np.full((1, MONTHS), 0.003))


@pytest.fixture(scope="module")
def planted() -> np.ndarray:
    return 0.3 * RNG.normal(size=(MEMBERS, 1 + MONTHS, NATIONALITIES))


@pytest.fixture(scope="module")
def found(planted: np.ndarray) -> np.ndarray:
    zero = np.zeros_like(planted)
    return solve(chain(), wanted(planted), np.zeros((MEMBERS, 1, MONTHS, NATIONALITIES)), zero, zero)


def test_counts_of_a_chain_are_a_hand_sum() -> None:
    x = np.zeros((1, 1 + MONTHS, NATIONALITIES))
    x[0, 2] = np.log(2.0)  # twice as many set out in the second month
    got = np.exp(log_counts(chain(), x))[0, 0, :, 0]
    assert got == pytest.approx([1, 4 / 3, 5 / 3, 1, 1])


def test_planted_counts_are_met(planted: np.ndarray, found: np.ndarray) -> None:
    assert log_counts(chain(), found) == pytest.approx(log_counts(chain(), planted), abs=0.01)


def test_a_member_given_another_members_draw_is_seen(planted: np.ndarray, found: np.ndarray) -> None:
    others = log_counts(chain(), planted[[1, 0, 3, 2]])
    away = np.abs(log_counts(chain(), found) - others).max(axis=(1, 2, 3))
    assert (away > 0.05).all()


def test_an_offset_is_taken_off_what_is_wanted(planted: np.ndarray) -> None:
    zero = np.zeros_like(planted)
    offset = np.full((MEMBERS, 1, MONTHS, NATIONALITIES), 0.2)
    got = solve(chain(), wanted(planted), offset, zero, zero)
    assert log_counts(chain(), got) + 0.2 == pytest.approx(log_counts(chain(), planted), abs=0.01)


def test_where_nothing_is_asked_members_stay_on_their_own_paths() -> None:
    own = 0.2 * RNG.normal(size=(MEMBERS, 1 + MONTHS, NATIONALITIES))
    nothing = Wanted(np.full((MEMBERS, 1, MONTHS, NATIONALITIES), np.nan), np.full((1, MONTHS), 0.003))
    got = solve(chain(), nothing, np.zeros((MEMBERS, 1, MONTHS, NATIONALITIES)), own, own)
    assert got == pytest.approx(own)


def test_departures_are_a_walk_and_classes_stand_apart() -> None:
    prior = prior_covariance(chain())
    assert prior[0, 1:] == pytest.approx(0.0)
    assert prior[1, 1] == pytest.approx(0.3**2 + 0.1**2)
    assert prior[2, 4] == pytest.approx(2 * 0.3**2)
