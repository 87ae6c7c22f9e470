from __future__ import annotations

import numpy as np
import pytest

from corridor.explore.sensitivity import grouped_indices, level_of, member_of

A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
V1 = 0.5 * (1 + B * np.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
"""Closed form of Ishigami and Homma 1990 (doi:10.1109/ISUMA.1990.151285)."""


def ishigami(rows: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * rows - 1)
    value = np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    return np.stack([value, np.full(len(rows), 3.0)], axis=1)


def test_indices_of_single_inputs_are_those_of_the_closed_form() -> None:
    found = grouped_indices({"x1": 1, "x2": 1, "x3": 1}, ishigami, samples=2048)
    first = np.array([V1, V2, 0.0]) / VARIANCE
    total = np.array([V1 + V13, V2, V13]) / VARIANCE
    assert found.first[:, 0] == pytest.approx(first, abs=0.03)
    assert found.total[:, 0] == pytest.approx(total, abs=0.03)
    assert (found.total[:, 1] == 0).all()  # an outcome that nothing moves


def swapped(rows: np.ndarray) -> np.ndarray:
    """The second and third input exchanged, so that x1 and x3 stand together."""
    return ishigami(rows[:, [0, 2, 1]])


def test_indices_of_groups_are_those_of_the_closed_form() -> None:
    found = grouped_indices({"x1 and x3": 2, "x2": 1}, swapped, samples=2048)
    assert found.first[:, 0] == pytest.approx(np.array([V1 + V13, V2]) / VARIANCE, abs=0.03)
    assert found.total[:, 0] == pytest.approx(np.array([V1 + V13, V2]) / VARIANCE, abs=0.03)


def test_groups_agree_with_a_second_estimator() -> None:
    """Conditional variances by nested sampling, with no formula of Sobol's: Var(E[f | group]) over Var(f)."""
    found = grouped_indices({"x1 and x3": 2, "x2": 1}, swapped, samples=1024)
    rng = np.random.default_rng(8)
    outer, inner = 6000, 40
    fixed, free = rng.random((outer, 1, 2)), rng.random((outer, inner, 1))
    rows = np.concatenate([np.broadcast_to(fixed, (outer, inner, 2)), free], axis=2)
    values = swapped(rows.reshape(-1, 3))[:, 0].reshape(outer, inner)
    means = values.mean(axis=1)
    first = (means.var(ddof=1) - values.var(axis=1, ddof=1).mean() / inner) / values.var()
    total_of_x2 = values.var(axis=1, ddof=1).mean() / values.var()
    assert found.first[0, 0] == pytest.approx(first, abs=0.06)
    assert found.total[1, 0] == pytest.approx(total_of_x2, abs=0.06)


def test_uniform_numbers_give_each_level_and_member_alike() -> None:
    u = (np.arange(600) + 0.5) / 600
    assert np.bincount([level_of(x, 2) for x in u]).tolist() == [200, 200, 200]
    assert np.bincount([member_of(x, 4) for x in u]).tolist() == [150, 150, 150, 150]
