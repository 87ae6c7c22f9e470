from __future__ import annotations

import numpy as np

from corridor.explore.prim import find_box

RNG = np.random.default_rng(4)


def columns(runs: int = 600) -> dict[str, np.ndarray]:
    return {name: RNG.random(runs) for name in ("a", "b", "c", "d")}


def test_a_planted_box_is_found() -> None:
    given = columns()
    cases = (given["a"] < 0.4) & (given["b"] > 0.5)
    box = find_box(given, cases)
    assert box is not None
    assert set(box.limits) == {"a", "b"}
    assert abs(box.limits["a"][1] - 0.4) < 0.05 and box.limits["a"][0] is None
    assert abs(box.limits["b"][0] - 0.5) < 0.05 and box.limits["b"][1] is None
    assert box.coverage > 0.9 and box.density > 0.95


def test_a_planted_box_is_found_in_noise() -> None:
    given = columns(2000)
    inside = (given["c"] > 0.7) & (given["d"] > 0.3)
    cases = RNG.random(2000) < np.where(inside, 0.8, 0.1)
    box = find_box(given, cases)
    assert box is not None and set(box.limits) <= {"c", "d"} and "c" in box.limits
    assert abs(box.limits["c"][0] - 0.7) < 0.1
    assert 0.65 < box.density < 0.95


def test_coverage_and_density_by_hand() -> None:
    """Ten runs: the six with a up to 0.5 hold the five cases."""
    given = {"a": np.arange(10) / 10}
    cases = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    box = find_box(given, cases)
    assert box is not None
    held = box.holds(given)
    assert box.coverage == cases[held].sum() / 5
    assert box.density == cases[held].mean()
    assert box.limits["a"][1] == 0.4 and box.coverage == 1.0 and box.density == 1.0


def test_without_cases_there_is_no_box() -> None:
    assert find_box(columns(), np.zeros(600, dtype=bool)) is None
    assert find_box(columns(), np.ones(600, dtype=bool)) is None


def test_noise_alone_gives_no_dense_box() -> None:
    given = columns(2000)
    box = find_box(given, RNG.random(2000) < 0.2)
    assert box is None or box.density < 0.3
