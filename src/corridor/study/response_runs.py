"""Ratios on departures with which expected counts come out as a response pool tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.optimize import lsq_linear

from corridor.engine import Compiled
from corridor.evaluate.episodes import WINDOWS, Kind
from corridor.model import Corridor, Measure, Observation
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, period_end
from corridor.study.assemble import monthly_indicators
from corridor.study.expected import Expected
from corridor.study.packages import Package
from corridor.study.run import Study

SEEN_AT: Mapping[Kind, str] = {"enforcement_transit": "darien_transits"}
"""Dataset on which the episodes of a class were measured, where it is not the headline's."""
LEAST, MOST = 0.02, 10.0
"""Lowest and highest ratio: fewer departures than that cannot make up for people already on the way."""
SMOOTH = 0.25
"""Weight of a change of the ratio from window to window, against a miss of a window's count (relative to it)."""
PROBE = 0.5
CORRECTIONS = 2
"""Times that a solution is run and solved again."""


def ratios(
    study: Study, package: Package, probes: Sequence[Measure], totals: Floats, ahead: Sequence[Measure] = ()
) -> Floats | None:
    """Ratios by window for every column of ``totals``: the wanted counts over those without the package's measures.

    ``probes`` are responses without effect, one for each window of departures, ``ahead`` those before the date. Both shapes are ``(windows, columns)``;
    None where the corridor's period ends before a window does, or departures of those concerned change nothing.
    """
    corridor = study.corridor.model_copy(update={"measures": (*study.corridor.measures, *probes, *ahead)})
    end = min(period_end(add_months(package.first, WINDOWS[-1][1] - 1), "month"), corridor.settings.end)
    whole, own = replace(study, corridor=corridor, end=end), package.scenario.measures
    dropped = {measure.id for measure in package.measures}
    others = [name for name in own if name not in dropped]
    kept = [name for name in own if name not in package.assumed]
    without, within = (
        whole.compile(package.scenario.model_copy(update={"measures": tuple(chosen)}))
        for chosen in (others, [*kept, *(x.id for x in (*probes, *ahead))])
    )
    windows = [
        w for w, (_, last) in enumerate(WINDOWS) if add_months(package.first, last - 1) in within.months
    ]
    base, mechanics = (_counts(compiled, package, windows) for compiled in (without, within))
    names = [probe.id for probe in probes]
    slopes = np.column_stack(
        [(mechanics - _counts(within, package, windows, {name: PROBE})) / (1.0 - PROBE) for name in names]
    )
    if not windows or not base.all() or np.abs(slopes).max() < 1e-9 * base.max():
        return None
    found = []
    for wanted in totals[windows].T:
        ratio = _solve(base, mechanics, slopes, wanted)
        for _ in range(CORRECTIONS):  # queues and room bend what is nearly a straight line
            counted = _counts(within, package, windows, dict(zip(names, ratio, strict=True)))
            ratio = _solve(base, counted + slopes @ (1.0 - ratio), slopes, wanted)
        found.append(ratio)
    return np.column_stack(found)


def _solve(base: Floats, mechanics: Floats, slopes: Floats, wanted: Floats) -> Floats:
    """Ratios r with ``mechanics - slopes (1 - r)`` as near as may be to ``wanted * base``, and not far from each other."""
    reach = slopes / base[:, None]
    target = wanted - mechanics / base + reach.sum(axis=1)
    apart = SMOOTH * np.diff(np.eye(reach.shape[1]), axis=0)
    system = np.vstack([reach, apart])
    aims = np.concatenate([target, np.zeros(len(apart))])
    return lsq_linear(system, aims, bounds=(LEAST, MOST)).x


def _counts(
    compiled: Compiled, package: Package, windows: Sequence[int], strengths: Mapping[str, float] = MappingProxyType({}),
) -> Floats:  # fmt: skip
    """Expected people of those concerned by window, with these strengths of responses."""
    flows = [compiled.flow_ids.index(name) for name in seen_in(compiled.corridor, package.kind).flows]
    names = package.nationalities
    groups = [g for g, group in enumerate(compiled.groups) if not names or group.nationality in names]
    people = (
        Expected.of(compiled, strengths).result.monthly_flow[:, flows, :].sum(axis=1)[:, groups].sum(axis=1)
    )
    at = {month: m for m, month in enumerate(compiled.months)}
    return np.array(
        [sum(people[at[add_months(package.first, k)]] for k in range(*WINDOWS[w])) for w in windows]
    )


def seen_in(corridor: Corridor, kind: Kind) -> Observation:
    """The published series on which a response shows: that of the episodes, else the headline."""
    wanted = SEEN_AT.get(kind)
    for observation in corridor.observations:
        if observation.dataset == wanted and observation.flows:
            return observation
    shown = monthly_indicators(corridor)
    totals = [observation for indicator, observation in shown if indicator.kind == "total"]
    return totals[0] if totals else shown[0][1]
