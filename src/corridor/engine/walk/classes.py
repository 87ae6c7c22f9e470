"""Values of recent travel that no decision can tell apart, slot by slot and leg by leg.

Recent travel ``R`` (whole units) is read only by the test ``R + moved < speed`` on arrival in a town, and it
halves every day: ``R' = (R + moved) // 2``. Every step on it is monotone, so the values that lead to the same
answers in all possible futures form intervals. Their boundaries are the least set that holds the boundary of
the test and, with a boundary, all its preimages. People in one interval are exchangeable: to keep them
together changes nothing in the law of the run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Lengths:
    """Units of the legs: ``days`` to the end at ``speed``, and ``moved`` on the last of them."""

    speed: int
    length: list[int]
    days: list[int]
    moved: list[int]


@dataclass(frozen=True)
class Graph:
    """What follows what: legs out of each slot, slot at the end and at the start of each leg."""

    legs_out: list[list[int]]
    leg_slot: list[int]
    leg_start: list[int]
    """Slot without a remaining route at the start."""
    slot_home: list[int]
    """Slot of the same place without a remaining route."""
    may_force: list[bool]
    """Slots whose place may be a town, with nothing left of a route."""
    turns_back: list[bool]
    """Legs whose link may close."""


def boundaries(graph: Graph, lengths: Lengths) -> tuple[list[int], list[int]]:
    """Boundaries by slot and by leg as bits: bit b is set where b - 1 and b must be told apart."""
    values = 2 * lengths.speed
    mask = (1 << values) - 2  # bits 1 to values - 1
    slots, legs = [0] * len(graph.legs_out), [0] * len(graph.leg_slot)
    pairs = _arrivals(graph, lengths)
    while True:
        double_slots = [_doubled(bits) for bits in slots]
        set_out = [_set_out(bits, lengths.days[i], lengths.speed) for i, bits in enumerate(legs)]
        arrive: dict[tuple[int, int], int] = {}
        for slot, moved in pairs:
            arrive[slot, moved] = _arrive(slot, moved, graph, lengths, double_slots, set_out, arrive)
        new_slots = []
        for slot, out in enumerate(graph.legs_out):
            bits = slots[slot] | double_slots[slot] | double_slots[graph.slot_home[slot]]
            for leg in out:
                bits |= set_out[leg]
            new_slots.append(bits & mask)
        new_legs = []
        for leg, slot in enumerate(graph.leg_slot):
            bits = legs[leg] | (arrive[slot, lengths.moved[leg]] >> lengths.moved[leg])
            if graph.turns_back[leg]:
                bits |= double_slots[graph.leg_start[leg]] >> lengths.moved[leg]
            new_legs.append(bits & mask)
        if new_slots == slots and new_legs == legs:
            return slots, legs
        slots, legs = new_slots, new_legs


def _arrivals(graph: Graph, lengths: Lengths) -> list[tuple[int, int]]:
    """Slots and units moved with which somebody can arrive and have another try, those that moved most first."""
    found: set[tuple[int, int]] = set()
    todo = [(slot, lengths.moved[leg]) for leg, slot in enumerate(graph.leg_slot)]
    while todo:
        pair = todo.pop()
        if pair in found:
            continue
        found.add(pair)
        slot, moved = pair
        for leg in graph.legs_out[slot]:
            further = moved + lengths.length[leg]
            if lengths.days[leg] == 1 and further < lengths.speed:
                todo.append((graph.leg_slot[leg], further))
    return sorted(found, key=lambda pair: -pair[1])


def _arrive(
    slot: int, moved: int, graph: Graph, lengths: Lengths, double_slots: list[int], set_out: list[int],
    arrive: dict[tuple[int, int], int],
) -> int:  # fmt: skip
    """Boundaries of R + moved on arrival."""
    bits = double_slots[slot] | double_slots[graph.slot_home[slot]]
    if graph.may_force[slot]:
        bits |= 1 << lengths.speed
    for leg in graph.legs_out[slot]:
        if lengths.days[leg] > 1:
            bits |= set_out[leg]
            continue
        further = moved + lengths.length[leg]
        end = graph.leg_slot[leg]
        after = arrive[end, further] if further < lengths.speed else double_slots[end]
        bits |= after >> lengths.length[leg]
    return bits


def _set_out(bits: int, days: int, speed: int) -> int:
    """Boundaries on setting out on a leg: `R' = (R + speed) // 2` on all days but the last."""
    for _ in range(days - 1):
        bits = _doubled(bits) >> speed
    return bits & ~1


def _doubled(bits: int) -> int:
    """Every bit b moved to 2 b: R // 2 reaches b where R reaches 2 b."""
    return int("0".join(bin(bits)[2:]), 2) if bits else 0


def classes(bits: int, values: int, width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Class of every value, and the value that stands for each class: 0 for the first, else the middle.

    With a ``width`` above 1, boundaries move to the nearest multiple of it: a coarser key, no longer exact.
    """
    edges = np.flatnonzero(np.array([bits >> b & 1 for b in range(values)], np.bool_))
    if width > 1:
        edges = np.unique((edges + width // 2) // width * width)
        edges = edges[(edges > 0) & (edges < values)]
    which = np.searchsorted(edges, np.arange(values), side="right").astype(np.int64)
    starts = np.concatenate(([0], edges, [values])).astype(np.int64)
    middle = (starts[:-1] + starts[1:] - 1) // 2
    middle[0] = 0
    return which, middle
