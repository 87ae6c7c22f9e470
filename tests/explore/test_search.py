from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from corridor.explore.search import hypervolume, not_dominated, search

STEPS = 50


def zdt1(packages: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Zitzler, Deb and Thiele 2000, problem 1, on a grid; the front is f2 = 1 - sqrt(f1)."""
    x = np.array(packages) / STEPS
    g = 1 + 9 * x[:, 1:].mean(axis=1)
    return np.stack([x[:, 0], g * (1 - np.sqrt(x[:, 0] / g))], axis=1)


def dtlz2(packages: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Deb, Thiele, Laumanns and Zitzler 2005, problem 2 with three objectives; the front is an eighth of a sphere."""
    x = np.array(packages) / 12
    g = ((x[:, 2:] - 0.5) ** 2).sum(axis=1)
    a, b = x[:, 0] * np.pi / 2, x[:, 1] * np.pi / 2
    return (1 + g)[:, None] * np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)


def test_the_front_of_zdt1_is_recovered_within_one_percent() -> None:
    f1 = np.arange(STEPS + 1) / STEPS
    true = hypervolume(np.stack([f1, 1 - np.sqrt(f1)], axis=1), np.zeros(2), np.ones(2))
    found = search((STEPS,) * 6, zdt1, seed=1, evaluations=1500)
    assert hypervolume(found.front.objectives, np.zeros(2), np.ones(2)) == pytest.approx(true, rel=0.01)
    assert len(found.packages) < 2000  # not by looking at all 17 thousand million


def test_the_front_of_dtlz2_is_recovered_within_one_percent() -> None:
    a = np.arange(13) / 12 * np.pi / 2
    grid = np.stack(np.meshgrid(a, a, indexing="ij"), axis=-1).reshape(-1, 2)
    sphere = [
        np.cos(grid[:, 0]) * np.cos(grid[:, 1]),
        np.cos(grid[:, 0]) * np.sin(grid[:, 1]),
        np.sin(grid[:, 0]),
    ]
    true = hypervolume(np.stack(sphere, axis=1), np.zeros(3), np.ones(3))
    found = search((12,) * 6, dtlz2, seed=2, evaluations=2500)
    assert hypervolume(found.front.objectives, np.zeros(3), np.ones(3)) == pytest.approx(true, rel=0.01)


def test_many_objectives_are_searched_with_reference_directions() -> None:
    """Five objectives that are the elements themselves against their sum: every package with one element is on the front."""

    def sums(packages: Sequence[tuple[int, ...]]) -> np.ndarray:
        x = np.array(packages, dtype=float)
        return np.concatenate([-x, x.sum(axis=1, keepdims=True)], axis=1)

    found = search((3,) * 8, sums, seed=1, evaluations=400)
    assert not_dominated(found.objectives).all()  # nothing is better than another on all of them
    assert found.objectives.shape[1] == 9


def test_hypervolume_of_two_boxes_by_hand() -> None:
    front = np.array([[0.0, 0.5], [0.5, 0.0]])
    by_hand = (1.1 * 0.6 + 0.6 * 1.1 - 0.6 * 0.6) / 1.1**2
    assert hypervolume(front, np.zeros(2), np.ones(2)) == pytest.approx(by_hand)


def test_sampled_hypervolume_of_one_box() -> None:
    point = np.full((1, 5), 0.3)
    assert hypervolume(point, np.zeros(5), np.ones(5)) == pytest.approx((0.8 / 1.1) ** 5, abs=0.004)


def test_dominance_by_hand() -> None:
    rows = np.array([[0.0, 2.0], [1.0, 1.0], [1.0, 1.0], [1.0, 2.0], [2.0, 0.0]])
    assert not_dominated(rows).tolist() == [True, True, True, False, True]


class Counted:
    """Evaluations, with an interruption after some."""

    def __init__(self, of: Callable, stop: int | None = None) -> None:
        self.of, self.stop, self.count = of, stop, 0

    def __call__(self, packages: Sequence[tuple[int, ...]]) -> np.ndarray:
        if self.stop is not None and self.count >= self.stop:
            raise KeyboardInterrupt
        self.count += len(packages)
        return self.of(packages)


def test_an_interrupted_search_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    given = {"seed": 3, "evaluations": 600, "population": 60}
    whole = Counted(zdt1)
    unbroken = search((STEPS,) * 4, whole, **given)
    with pytest.raises(KeyboardInterrupt):
        search((STEPS,) * 4, Counted(zdt1, stop=300), store=tmp_path / "s.npz", **given)
    rest = Counted(zdt1)
    again = search((STEPS,) * 4, rest, store=tmp_path / "s.npz", **given)
    assert np.array_equal(again.packages, unbroken.packages)
    assert np.array_equal(again.objectives, unbroken.objectives)
    assert rest.count <= whole.count - 300


def test_a_limit_is_kept() -> None:
    def limited(packages: Sequence[tuple[int, ...]]) -> np.ndarray:
        x = np.array(packages, dtype=float)
        return np.stack([-x[:, 0], -x[:, 1], x.sum(axis=1) - 5], axis=1)

    found = search((9, 9, 9), limited, seed=1, evaluations=1000, limited=True)
    best = {tuple(row[:2]) for row in found.front.packages}
    assert best == {(a, 5 - a) for a in range(6)}  # by hand: all of the limit is used
