"""A compiled corridor as one compact text for the page's own engine (``assets/engine.js``).

What a measure touches is resolved here by the engine's own code; the page only carries out the rules. The
numbers before any measure travel by segment, as changes from the segment before. The text is base64 of a zlib
stream: the length of a JSON head (uint32), the head, and arrays, each at a multiple of eight bytes, little
endian.
"""

from __future__ import annotations

import base64
import itertools
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.engine import Compiled, MemberPaths, Move, RunSpec, compile_corridor
from corridor.engine.bound import BoundEffect
from corridor.engine.events import is_known
from corridor.engine.kernels.gates import FLOW_GATE
from corridor.engine.levers import BY_GROUP, allowed_strengths, neutral_strength
from corridor.engine.measures import refusal, segment_starts
from corridor.engine.triggers import WITHOUT_LIMIT
from corridor.model import Corridor, Parameter, Scenario

Array = npt.NDArray[Any]

BASE = (
    "share", "daily_probability", "throughput", "capacity", "occupied", "stay_days", "travel_days",
    "departures", "cost_per_person_day", "processing_hours",
)  # fmt: skip
"""Numbers by segment that the page's engine reads; what it does not count (trucks, officers) stays here."""

CARRIED = (*BASE, "directed")
"""Numbers whose changes by measures the page carries out."""

EPOCH = 719_163
"""Ordinal of 1 January 1970: the page counts days from there."""


def compile_all(corridor: Corridor, spec: RunSpec, calibrated: Sequence[Parameter] = ()) -> Compiled:
    """The corridor under every measure and event that the run may use, so that the page can switch each."""
    measures = [m.id for m in corridor.measures if refusal(m, spec, "measures.csv") is None]
    events = [event.id for event in corridor.events if is_known(event, spec)]
    everything = Scenario(
        id="every_measure", name="every measure", name_es="todas las medidas", description="every measure",
        description_es="todas las medidas", measures=tuple(measures), events=tuple(events),
    )  # fmt: skip
    return compile_corridor(corridor, everything, spec, calibrated)


def engine_payload(compiled: Compiled) -> str:
    """``compiled`` (see `compile_all`) as text; its measures and events keep their order."""
    arrays: dict[str, Array] = {}
    drawn = compiled.table.values(compiled.spec.seed, None)
    head = {
        "sizes": _sizes(compiled),
        "measures": _measures(compiled, drawn),
        "triggers": _triggers(compiled),
        "events": _events(compiled, drawn),
        "off_route": compiled.index.off_route,
    }  # fmt: skip
    _put_network(compiled, arrays)
    _put_base(compiled, drawn, arrays)
    head["paths"] = _put_paths(compiled, arrays)
    _put_watch(compiled, arrays)
    return pack(head, arrays)


def pack(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Head and arrays as text; of each array the head's ``arrays`` gives name, type, place and length."""
    listed: list[tuple[str, str, int, int]] = []
    blocks: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        kind = "f8" if array.dtype.kind == "f" else "i4"
        raw = np.ascontiguousarray(array).astype("<" + kind).tobytes()
        listed.append((name, kind, at, array.size))
        blocks.append(raw + b"\0" * (-len(raw) % 8))
        at += len(blocks[-1])
    text = json.dumps({**head, "arrays": listed}, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return base64.b64encode(
        zlib.compress(b"".join([struct.pack("<I", len(text)), text, *blocks]), 9)
    ).decode()


def _sizes(compiled: Compiled) -> dict[str, int]:
    first = compiled.spec.start.toordinal() - EPOCH
    return {
        "first": first, "days": len(compiled.dates), "months": len(compiled.months),
        "flows": len(compiled.flow_ids), "stocks": len(compiled.stock_ids), "groups": len(compiled.groups),
        "routes": len(compiled.corridor.routes),
    }  # fmt: skip


def _put_network(compiled: Compiled, arrays: dict[str, Array]) -> None:
    n, layout, c = compiled.structure.network, compiled.structure.layout, compiled.corridor
    for name in (
        "cell_size", "cell_stock", "cell_room", "cell_group", "cell_start", "edge_cell", "edge_dest",
        "edge_flow", "edge_overflow", "later", "level_start", "plain_edge", "plain_flow", "room_cells",
        "stock_cells", "steer_cell", "steer_start", "steer_edge", "steer_front", "front_stock", "front_start",
        "front_cells", "gate_level", "gate_kind", "gate_index", "gate_start", "gate_edges",
    ):  # fmt: skip
        arrays[name] = getattr(layout, name)
    for name in ("edge_rule", "edge_param_flow", "edge_stock", "edge_route", "edge_group"):
        arrays[name] = getattr(n, name)
    arrays["stay_stages"] = compiled.index.stay_stages
    arrays["stages_declared"] = np.array([s.stay_stages for s in c.stocks], dtype=np.int64)
    arrays["route_stages"] = np.array([route.days_stages for route in c.routes], dtype=np.int64)
    arrays["count"] = compiled.start_units
    arrays["depart_cell"], arrays["depart_stock"] = (
        compiled.structure.departures.cell,
        compiled.structure.departures.stock,
    )
    arrays["depart_group"] = compiled.structure.departures.group
    arrays["day_month"], arrays["days_in_month"] = (
        compiled.calendar.day_month,
        compiled.calendar.days_in_month,
    )
    _put_gates(compiled, arrays)


def _put_gates(compiled: Compiled, arrays: dict[str, Array]) -> None:
    """Which measures make a gate: it stands only where one of them is in the run; none: it always stands."""
    always = set(np.nonzero((compiled.numbers.rows["throughput"] >= 0).any(axis=0))[0].tolist())
    makers: dict[int, list[int]] = {}
    for m, active in enumerate(compiled.measures):
        for bound in active.bound_effects:
            if bound.effect.sets_limit:
                for f in bound.targets:  # routes come after the flows, and no gate of a flow is theirs
                    makers.setdefault(f, []).append(m)
    lists = [
        makers.get(int(index), []) if kind == FLOW_GATE and int(index) not in always else []
        for kind, index in zip(
            compiled.structure.layout.gate_kind, compiled.structure.layout.gate_index, strict=True
        )
    ]
    arrays["maker_start"] = np.cumsum([0, *(len(found) for found in lists)])
    arrays["makers"] = np.array([m for found in lists for m in found], dtype=np.int64)


def base_at(compiled: Compiled) -> tuple[Array, dict[str, list[Array]]]:
    """The run's segment at each start of a segment before any measure; and by name of `BASE`, for each segment but
    the first, the positions whose row of parameters is another than in the segment before.

    A share may change with the rows of its siblings, so all shares out of a stock change together.
    """
    starts = segment_starts(
        compiled.table, (), compiled.spec.start.toordinal(), compiled.spec.end.toordinal()
    )
    source = np.searchsorted(compiled.calendar.segment_starts, starts)
    drawn = (
        np.arange(len(compiled.table.rows), dtype=np.float64) + np.pi
    )  # every row tells itself from the others
    values = compiled.numbers.base_values(drawn)
    changes = {}
    for name in BASE:
        table = np.asarray(getattr(values, name))[source].reshape(len(starts), -1)
        changes[name] = [np.nonzero(table[i] != table[i - 1])[0] for i in range(1, len(starts))]
    return source, changes


def _moved_by_members(compiled: Compiled, paths: MemberPaths, source: Array) -> list[Array]:
    """For each segment but the first, positions of shares that another month's path may move in some member, siblings included."""
    groups = np.arange(len(compiled.groups))
    month = paths.positions(compiled.calendar)[compiled.calendar.month_of_segment][source]
    found: list[Array] = []
    for before, now in itertools.pairwise(month):
        flows: set[int] = set()
        for move in shares_moved(paths):
            if differs(move) and (move.log[:, before] != move.log[:, now]).any():
                flows |= {compiled.index.flow[name] for name in move.names}
        flows |= {f for siblings in compiled.index.siblings if flows & set(siblings) for f in siblings}
        at = np.array(sorted(flows), dtype=np.int64)
        found.append((at[:, None] * len(groups) + groups).ravel())
    return found


def _put_base(compiled: Compiled, drawn: Array, arrays: dict[str, Array]) -> None:
    """Numbers before any measure: those of the first segment, then what changes with each."""
    source, changes = base_at(compiled)
    values = compiled.numbers.base_values(drawn)
    arrays["base_start"] = np.array(compiled.calendar.segment_starts)[source] - EPOCH
    for name in BASE:
        table = np.asarray(getattr(values, name))[source].reshape(len(source), -1)
        changed = changes[name]
        arrays[f"{name}_first"] = table[0]
        arrays[f"{name}_from"] = np.cumsum([0, 0, *(at.size for at in changed)])
        arrays[f"{name}_at"] = np.concatenate([np.zeros(0, dtype=np.int64), *changed])
        arrays[f"{name}_value"] = np.concatenate(
            [np.zeros(0), *(table[i + 1][at] for i, at in enumerate(changed))]
        )


def before_paths(compiled: Compiled) -> Compiled:
    """The run with the shares that stand before the paths of the forecast move them."""
    return replace(compiled, numbers=replace(compiled.numbers, paths=None))


def _put_paths(compiled: Compiled, arrays: dict[str, Array]) -> list[dict[str, Any]]:
    """What moves shares month by month (`engine.MemberPaths`), and where shares change without it: the page moves a member's shares itself,
    so that they need not travel for every month."""
    paths = compiled.numbers.paths
    if paths is None:
        return []
    source, changes = base_at(before_paths(compiled))
    changed = changes["share"]
    arrays["raw_from"] = np.cumsum([0, 0, *(at.size for at in changed)])
    arrays["raw_at"] = np.concatenate([np.zeros(0, dtype=np.int64), *changed])
    arrays["sibling_begin"], arrays["sibling_flows"] = compiled.index.sibling_lists
    found: list[dict[str, Any]] = []
    factors = [np.zeros(0)]
    own = 0
    for move in shares_moved(paths):
        factor = paths.factor(move, compiled.index, compiled.calendar, None)[source]
        factors.append(np.broadcast_to(factor, (len(source), len(compiled.groups))).ravel())
        flows = [compiled.index.flow[name] for name in move.names]
        found.append({
            "on": move.on, "flows": flows, "from": (len(factors) - 2) * factors[-1].size, "width": move.log.shape[2],
            "own": own if differs(move) else -1,
        })  # fmt: skip
        own += move.log[0].size if differs(move) else 0
    arrays["path_factor"] = np.concatenate(factors)
    # in the central run fewer shares change: those of members have a list of their own
    central, own_at = base_at(compiled)[1]["share"], _moved_by_members(compiled, paths, source)
    own_at = [np.union1d(*both) for both in zip(central, own_at, strict=True)]
    arrays["own_from"] = np.cumsum([0, 0, *(at.size for at in own_at)])
    arrays["own_at"] = np.concatenate([np.zeros(0, dtype=np.int64), *own_at])
    arrays["path_month"] = paths.positions(compiled.calendar)[compiled.calendar.month_of_segment][source]
    arrays["path_nationality"] = paths.of_groups(compiled.index)
    arrays["start_at"] = paths.start_at(compiled.structure.network.cell_name, compiled.index)
    return found


def shares_moved(paths: MemberPaths) -> list[Move]:
    """The moves of shares, in the order in which the page has them."""
    return [move for move in paths.moves if move.on in ("odds", "hazard")]


def differs(move: Move) -> bool:
    """Whether members stand elsewhere than the central run."""
    return bool((move.log[:-1] != move.log[-1]).any())


def _put_watch(compiled: Compiled, arrays: dict[str, Array]) -> None:
    arrays["watch_edges"] = compiled.watch.edges
    arrays["watch_weight"] = compiled.watch.weight


def _measures(compiled: Compiled, drawn: Array) -> list[dict[str, Any]]:
    trigger_at = {trigger.id: t for t, trigger in enumerate(compiled.triggers)}
    measures = []
    for active in compiled.measures:
        m = active.measure
        lever = active.lever_values(drawn)
        measures.append(
            {
                "id": m.id, "start": m.start.toordinal() - EPOCH,
                "last": None if active.last_day is None else active.last_day - EPOCH,
                "ramp": m.ramp_days, "decay": m.decay_days, "strength": m.strength,
                "trigger": trigger_at.get(m.trigger or "", -1), "order": active.specificity,
                "base": m.in_base, "neutral": _finite(neutral_strength(m.lever, m.unit)),
                "allowed": [_finite(limit) for limit in allowed_strengths(m.lever, m.unit)],
                "effects": [
                    _effect(bound, lever)
                    for bound in active.bound_effects if bound.effect.parameter in CARRIED
                ],
            }
        )  # fmt: skip
    return measures


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


def _effect(bound: BoundEffect, lever: Mapping[str, float]) -> dict[str, Any]:
    """What an effect touches, by position, and its numbers."""
    effect = bound.effect
    out: dict[str, Any] = {
        "on": effect.parameter, "rule": effect.rule, "targets": bound.targets if bound.groups else [],
        "groups": bound.groups if effect.parameter in BY_GROUP else [], "scale": effect.scale,
        "e": lever[effect.elasticity] if effect.elasticity else 1.0, "bends": effect.elasticity is not None,
        "reference": lever.get("reference_level", 0.0),
    }  # fmt: skip
    if effect.rule in ("thin", "set_share", "at_limit", "chance"):
        out["pools"] = bound.pools
    if effect.rule == "at_limit":
        out |= {"pool_stocks": bound.pool_stocks, "asks_again": lever["ask_again"]}
    if effect.rule == "chance":
        out["untouched"] = bound.untouched
    if effect.divide:
        out["divide"] = effect.divide
        out["divisors"] = bound.divisors
    return out


def _triggers(compiled: Compiled) -> list[dict[str, Any]]:
    w = compiled.watch
    return [
        {
            "id": trigger.id, "stock": int(w.stock[t]), "edges": [int(w.edge_start[t]), int(w.edge_start[t + 1])],
            "window": trigger.window_days, "on_above": trigger.on_above, "day_above": trigger.day_above,
            "off_below": trigger.off_below, "off_days": trigger.off_days, "min_days": trigger.min_days,
            "max_days": trigger.max_days or WITHOUT_LIMIT,
            "per_year": list(trigger.days_per_year) or [WITHOUT_LIMIT],
        }
        for t, trigger in enumerate(compiled.triggers)
    ]  # fmt: skip


def _events(compiled: Compiled, drawn: Array) -> list[dict[str, Any]]:
    """Where the people of an event come in (a cell) or leave (edges), how many and when."""
    layout, came, left = compiled.structure.layout, 0, 0
    found: list[dict[str, Any]] = []
    for event, row in zip(compiled.events, compiled.numbers.event_rows, strict=True):
        one: dict[str, Any] = {
            "id": event.id, "start": event.start.toordinal() - EPOCH, "days": event.days,
            "people": float(drawn[row]),
        }  # fmt: skip
        if event.stock:
            one["cell"] = int(layout.arrival_cell[came])
            came += 1
        else:
            one["edges"] = layout.set_out_edges[
                layout.set_out_start[left] : layout.set_out_start[left + 1]
            ].tolist()
            left += 1
        found.append(one)
    return found
