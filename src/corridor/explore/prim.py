"""Patient rule induction: a box of conditions in which a thing is much more frequent than elsewhere.

Friedman and Fisher 1999 (doi:10.1023/A:1008894516817): peel a small part off the side where that raises the mean most,
again and again; then paste back what does not lower it. Written from the article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.model.arrays import Floats

Flags = npt.NDArray[np.bool_]

PEEL = 0.08
"""Share of the box that is peeled off at a time."""
LEAST_MASS = 0.05
"""Share of all runs below which a box is not made smaller."""
LEAST_COVERAGE = 0.5
"""Of the boxes on the way, the densest that still holds this share of the cases is taken."""


@dataclass(frozen=True)
class Box:
    """Conditions on columns, and how well they tell the cases: ``coverage`` is the share of all cases that lie in the box,
    ``density`` the share of the runs in the box that are cases, ``mass`` the share of all runs in it."""

    limits: Mapping[str, tuple[float | None, float | None]]
    """By column: lowest and highest value; None on a side that is open."""
    coverage: float
    density: float
    mass: float

    def holds(self, columns: Mapping[str, Floats]) -> Flags:
        """Whether each run lies in the box."""
        size = len(next(iter(columns.values())))
        inside = np.ones(size, dtype=bool)
        for name, (low, high) in self.limits.items():
            inside &= columns[name] >= (-np.inf if low is None else low)
            inside &= columns[name] <= (np.inf if high is None else high)
        return inside


def find_box(columns: Mapping[str, Floats], cases: Flags, *, most: int = 3) -> Box | None:
    """The box that tells ``cases`` best, with at most ``most`` columns; None where there are no cases or no others.

    Columns that the box can do without (its density falls by less than a twentieth) are left out.
    """
    if not cases.any() or cases.all() or not columns:
        return None
    names = list(columns)
    table = np.stack([np.asarray(columns[name], dtype=np.float64) for name in names], axis=1)
    path = _peel(table, cases)
    good = [box for box in path if _coverage(table, cases, box) >= LEAST_COVERAGE] or path[:1]
    best = max(good, key=lambda box: (_density(table, cases, box), _coverage(table, cases, box)))
    best = _paste(table, cases, best)
    best = _fewer(table, cases, best, most)
    limits = {
        names[j]: (None if np.isinf(best[0, j]) else float(best[0, j]), None if np.isinf(best[1, j]) else float(best[1, j]))
        for j in range(len(names)) if not np.isinf(best[:, j]).all()
    }  # fmt: skip
    inside = _inside(table, best)
    return Box(limits, _coverage(table, cases, best), _density(table, cases, best), float(inside.mean()))


def _inside(table: Floats, box: Floats) -> Flags:
    found: Flags = ((table >= box[0]) & (table <= box[1])).all(axis=1)
    return found


def _density(table: Floats, cases: Flags, box: Floats) -> float:
    inside = _inside(table, box)
    return float(cases[inside].mean()) if inside.any() else 0.0


def _coverage(table: Floats, cases: Flags, box: Floats) -> float:
    return float(cases[_inside(table, box)].sum() / cases.sum())


def _open(columns: int) -> Floats:
    return np.stack([np.full(columns, -np.inf), np.full(columns, np.inf)])


def _peel(table: Floats, cases: Flags) -> list[Floats]:
    """Boxes from the open one to the smallest."""
    box = _open(table.shape[1])
    path = [box]
    while True:
        inside = _inside(table, box)
        if inside.mean() <= LEAST_MASS or cases[inside].all():
            return path
        better = _best_peel(table, cases, box, inside)
        if better is None:
            return path
        box = better
        path.append(box)


def _best_peel(table: Floats, cases: Flags, box: Floats, inside: Flags) -> Floats | None:
    """The box smaller by one peel that has the highest mean; None where none can be made."""
    here = table[inside]
    best: tuple[float, Floats] | None = None
    for j in range(table.shape[1]):
        for side, level in ((0, PEEL), (1, 1 - PEEL)):
            edge = np.quantile(here[:, j], level)
            values = here[:, j]
            left = values[values > edge] if side == 0 else values[values < edge]
            if not len(left) or len(left) == len(values):
                continue
            smaller = box.copy()
            smaller[side, j] = left.min() if side == 0 else left.max()
            mean = _density(table, cases, smaller)
            if _inside(table, smaller).mean() >= LEAST_MASS / 2 and (best is None or mean > best[0]):
                best = (mean, smaller)
    return None if best is None else best[1]


def _paste(table: Floats, cases: Flags, box: Floats) -> Floats:
    """Make the box larger on each side as long as its density does not fall."""
    for j in range(table.shape[1]):
        for side in (0, 1):
            if np.isinf(box[side, j]):
                continue
            outside = table[:, j] < box[0, j] if side == 0 else table[:, j] > box[1, j]
            for value in _outwards(table[outside, j], side):
                larger = box.copy()
                larger[side, j] = value
                if _density(table, cases, larger) < _density(table, cases, box):
                    break
                box = larger
    return box


def _outwards(values: Floats, side: int) -> Sequence[float]:
    ordered = np.unique(values)
    return list(ordered[::-1] if side == 0 else ordered)


def _fewer(table: Floats, cases: Flags, box: Floats, most: int) -> Floats:
    """Open the columns that matter least, one after the other."""
    while True:
        bound = [j for j in range(table.shape[1]) if not np.isinf(box[:, j]).all()]
        if not bound:
            return box
        opened = []
        for j in bound:
            wider = box.copy()
            wider[:, j] = (-np.inf, np.inf)
            opened.append((_density(table, cases, wider), j, wider))
        density, _, wider = max(opened, key=lambda found: found[0])
        if len(bound) <= most and density < 0.95 * _density(table, cases, box):
            return box
        box = wider
