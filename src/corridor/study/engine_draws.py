"""What the members of an ensemble draw, as one compact text for the page's own engine.

A member's numbers are those of `corridor.engine`: every parameter and strength with its noise, and the shocks of
departures. Its counts are expected values, so that the page's members equal Python's without the noise of counts.
Positions that have the same value in every member share one row of ``table``:

==========  ==================================================================================================
``code``    row of ``table`` for every position: the first segment of each of `BASE`, its changes, then strengths,
            numbers of levers, people of events, factors of departures, and logs of shares and people at the start over
            the central ones, in the order of ``parts``
``table``   (rows, members) values
==========  ==================================================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled
from corridor.engine.bound import BoundMeasure
from corridor.engine.intensity import intensity_deviations
from corridor.study.engine_payload import (
    BASE,
    CARRIED,
    Array,
    base_at,
    before_paths,
    differs,
    pack,
    shares_moved,
)

MEMBERS = 40
"""Members whose draws travel with a report."""

Part = tuple[str, Array]
Changes = tuple[Array, dict[str, list[Array]]]
"""What `engine_payload.base_at` gives."""


def draws_payload(compiled: Compiled, members: int = MEMBERS) -> str:
    """The draws of members 0 to ``members - 1`` of ``compiled`` (see `engine_payload.compile_all`) as text."""
    at = {name: base_at(run) for name, run in (("plain", compiled), ("raw", before_paths(compiled)))}
    sizes = [(name, int(array.size)) for name, array in _parts(compiled, 0, at)]
    # each member's parts are joined before the next is drawn: they are views of arrays a hundred times as large
    columns = (
        np.concatenate([array.ravel() for _, array in _parts(compiled, m, at)]) for m in range(members)
    )
    matrix = np.stack(list(columns), axis=1)
    table, code = np.unique(matrix, axis=0, return_inverse=True)
    head = {"members": members, "parts": sizes}
    return pack(head, {"code": code.ravel(), "table": table})


def _parts(compiled: Compiled, member: int, at: Mapping[str, Changes]) -> Iterator[Part]:
    """Everything that a member draws, by name; every member has the same positions, ``at`` (with the paths of the forecast and before)."""
    spec = compiled.spec
    drawn = compiled.table.values(spec.seed, member if spec.noise.parameters else None)
    values = compiled.numbers.base_values(drawn)
    for name in BASE:
        if name == "share" and compiled.numbers.paths is not None:
            raw = before_paths(compiled).numbers.base_values(drawn)
            yield from _changing("raw", raw.share, at["raw"], name)
        else:
            yield from _changing(name, getattr(values, name), at["plain"], name)
    yield "strength", np.array([active.strength(drawn) for active in compiled.measures])
    yield "levers", np.array([number for active in compiled.measures for number in _lever(active, drawn)])
    yield "people", np.array([float(drawn[row]) for row in compiled.numbers.event_rows])
    yield "factor", _factors(compiled, member)
    paths = compiled.numbers.paths
    if paths is not None:
        row = paths.row(member if spec.noise.intensities else None)
        own = [move.log[row] - move.log[-1] for move in shares_moved(paths) if differs(move)]
        yield "path_log", np.concatenate([np.zeros(0), *(log.ravel() for log in own)])
        yield "start_log", (paths.start[row] - paths.start[-1]).ravel()


def _changing(label: str, numbers: Array, at: Changes, name: str) -> Iterator[Part]:
    """The first segment of a number, then its changes."""
    source, changes = at
    table = np.asarray(numbers)[source].reshape(len(source), -1)
    yield f"{label}_first", table[0]
    yield (
        f"{label}_value",
        np.concatenate([np.zeros(0), *(table[i + 1][p] for i, p in enumerate(changes[name]))]),
    )


def _lever(active: BoundMeasure, drawn: npt.NDArray[np.float64]) -> Iterator[float]:
    """Elasticity, reference and share that asks again, of each effect that the page carries out, in its order."""
    lever = active.lever_values(drawn)
    for bound in active.bound_effects:
        if bound.effect.parameter in CARRIED:
            yield lever[bound.effect.elasticity] if bound.effect.elasticity else 1.0
            yield lever.get("reference_level", 0.0)
            yield lever.get("ask_again", 0.0)


def _factors(compiled: Compiled, member: int) -> Array:
    """What a member's shocks multiply departures by, (months, departures)."""
    spec, departures = compiled.spec, compiled.structure.departures
    months: tuple[dt.date, ...] = tuple(compiled.calendar.months)
    if not spec.noise.intensities or spec.shocks_from is None:
        return np.ones((len(months), departures.cell.size))
    nationalities = [group.nationality for _, group in departures.labels]
    deviation = intensity_deviations(
        compiled.table, nationalities, months, spec.shocks_from, spec.seed, member
    )
    deviation[:, departures.lawful] = 0.0
    return np.exp(deviation)
