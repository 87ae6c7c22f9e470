"""Tables behind the flow map: links between places, people on them by month, encounters where they are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.engine import Compiled, MemberResult
from corridor.model import Corridor, Flow
from corridor.study.assemble import ScenarioRun, monthly_indicators

Floats = npt.NDArray[np.float64]

LEVELS = (0.1, 0.5, 0.9)
FITTED = ""
"""Name of the scenario in rows of months before the run: the fitted expected values, the same for all."""
OFF_THE_MAP = ("death", "interdiction")
"""Kinds that are never drawn as a link: they are shown by zone and month or not at all."""
_LINK_COLUMNS = ("id", "from_place", "to_place", "kind", "tag", "routes")
_TAGS = ("observed", "anchored", "assumed")


@dataclass(frozen=True)
class Link:
    """People who go from one place to another in one way: a mode of travel, or a kind of flow."""

    id: str
    from_place: str
    to_place: str
    kind: str
    tag: str
    routes: tuple[str, ...]
    flows: tuple[str, ...]


def links_of(corridor: Corridor) -> tuple[Link, ...]:
    """Links of a corridor in the order of its flows; ``tag`` is that of the worst founded of their flows.

    Flows along a route are one link for each pair of places and mode; flows between two places without a
    route are one for each pair and kind of flow.
    """
    routes = {route.id: route for route in corridor.routes}
    place_of = {stock.id: stock.place for stock in corridor.stocks}
    found: dict[tuple[str, str, str], list[Flow]] = {}
    for flow in corridor.flows:
        if flow.from_stock is None or flow.kind in OFF_THE_MAP:
            continue
        if flow.route is not None:
            route = routes[flow.route]
            mode = flow.kind if route.mode == "administrative" else route.mode
            name = (route.from_place, route.to_place, mode)
        else:
            name = (place_of[flow.from_stock], place_of[flow.to_stock], flow.kind)
        if name[0] != name[1]:
            found.setdefault(name, []).append(flow)
    return tuple(_link(name, flows) for name, flows in found.items())


def _link(name: tuple[str, str, str], flows: Sequence[Flow]) -> Link:
    start, end, kind = name
    return Link(
        id=f"{start}>{end}:{kind}",
        from_place=start,
        to_place=end,
        kind=kind,
        tag=max((flow.tag for flow in flows), key=_TAGS.index),
        routes=tuple(dict.fromkeys(flow.route for flow in flows if flow.route)),
        flows=tuple(flow.id for flow in flows),
    )


def map_tables(
    corridor: Corridor,
    runs: Sequence[ScenarioRun],
    history: tuple[Compiled, MemberResult] | None,
    since: dt.date,
) -> dict[str, pl.DataFrame]:
    """``places``, ``links``, ``link_flows`` and ``map_encounters``; ``history`` is the fitted run before
    the scenarios, of which the months from ``since`` on are shown."""
    places = pl.DataFrame([place.model_dump() for place in corridor.places], infer_schema_length=None)
    links = links_of(corridor)
    rows = [(x.id, x.from_place, x.to_place, x.kind, x.tag, ";".join(x.routes)) for x in links]
    points = encounter_points(corridor)
    return {
        "places": places.with_columns(pl.col("zone").cast(pl.String)),
        "links": pl.DataFrame(rows, schema=list(_LINK_COLUMNS), orient="row", infer_schema_length=None),
        "link_flows": _monthly({(x.id,): x.flows for x in links}, ("link",), runs, history, since),
        "map_encounters": _monthly(points, ("item", "place", "zone"), runs, history, since),
    }


def encounter_points(corridor: Corridor) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Flows of each ``total`` indicator by where people are met: a place, or a zone for those off a route."""
    routes = {route.id: route for route in corridor.routes}
    place_of = {stock.id: stock.place for stock in corridor.stocks}
    flows = {flow.id: flow for flow in corridor.flows}
    found: dict[tuple[str, ...], list[str]] = {}
    for indicator, observation in monthly_indicators(corridor):
        if indicator.kind != "total":
            continue
        for flow in (flows[name] for name in observation.flows):
            if flow.from_route is not None:
                at = ("", routes[flow.from_route].zone or routes[flow.from_route].to_place)
            else:
                at = (place_of[flow.to_stock], "")
            found.setdefault((indicator.id, *at), []).append(flow.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _monthly(
    parts: Mapping[tuple[str, ...], tuple[str, ...]],
    names: tuple[str, ...],
    runs: Sequence[ScenarioRun],
    history: tuple[Compiled, MemberResult] | None,
    since: dt.date,
) -> pl.DataFrame:
    """People through each part's flows by month: fitted before the run, then quantiles by scenario."""
    rows: list[tuple[object, ...]] = []
    for name, ids in parts.items():
        if history is not None:
            compiled, result = history
            at = [compiled.flow_ids.index(flow) for flow in ids]
            people = result.monthly_flow[:, at, :].sum(axis=(1, 2))
            rows += [
                (FITTED, *name, month, value, value, value)
                for month, value in zip(compiled.months, people.tolist(), strict=True)
                if month >= since
            ]
        for run in runs:
            drawn = run.trajectories.flow(*ids).sum(axis=2)
            quantiles = np.quantile(drawn, LEVELS, axis=0).T.tolist()
            rows += [
                (run.id, *name, month, *values)
                for month, values in zip(run.trajectories.months, quantiles, strict=True)
            ]
    columns = ["scenario", *names, "month", "low", "median", "high"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)
