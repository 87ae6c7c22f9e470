"""Small corridors built from short forms of the nouns, most of them with a known answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from corridor.model import PARAMETERS, Corridor, Flow, Group, Parameter, Place, Route, Settings, Stock

START = dt.date(2023, 1, 1)
SOURCE = "assumption, for tests"

# -- short forms of the nouns --------------------------------------------------------------------------


def place(name: str, index: int = 0) -> Place:
    """A place somewhere on a line."""
    return Place(
        id=name, name=name, name_es=name, country="MEX", kind="town", lat=10.0 + index, lon=-80.0 - index,
        tag="assumed", source=SOURCE,
    )  # fmt: skip


def stock(name: str, **fields: Any) -> Stock:
    """A stock ``place.state``."""
    where, state = name.split(".")
    return Stock(id=name, place=where, state=state, tag="assumed", **fields)


def route(start: str, end: str, days: float = 1, stages: int = 1, **fields: Any) -> Route:
    """A route ``start-end`` on foot, unless said otherwise."""
    given = {"id": f"{start}-{end}", "mode": "foot", **fields}
    return Route(
        from_place=start, to_place=end, km=100, days_mean=days, days_stages=stages, tag="assumed",
        source=SOURCE, **given,
    )  # fmt: skip


def flow(name: str, start: str | None, end: str, kind: str = "move", **fields: Any) -> Flow:
    """A flow out of the stock ``start``; give ``from_route`` instead for a flow off a route."""
    return Flow.model_validate(
        {"id": name, "from_stock": start, "to_stock": end, "kind": kind, "tag": "assumed", **fields}
    )


def parameter(name: str, value: float, target: str | None = None, **fields: Any) -> Parameter:
    """A row of parameters with the unit that its name demands."""
    return Parameter(
        parameter=name, target=target, value=value, unit=PARAMETERS[name].unit, source=SOURCE, **fields
    )


def group(nationality: str = "VEN", household: str = "single", size: int = 1) -> Group:
    """A group ``nationality.household``."""
    return Group(id=f"{nationality}.{household}", nationality=nationality, household=household, size=size)


def small_corridor(
    stocks: Sequence[Stock],
    flows: Sequence[Flow],
    parameters: Iterable[Parameter],
    *,
    routes: Sequence[Route] = (),
    groups: Sequence[Group] = (group(),),
    days: int = 90,
    name: str = "small",
    **more: Any,
) -> Corridor:
    """A corridor of these parts over ``days`` days from 1 January 2023; places are those of the stocks."""
    where = dict.fromkeys(item.place for item in stocks)
    end = START + dt.timedelta(days=days - 1)
    return Corridor(
        settings=Settings(
            id=name, name=name, name_es=name, description=name, description_es=name, start=START, end=end,
            as_of=end, license="CC0-1.0", attribution="Tests",
        ),
        places=tuple(place(item, i) for i, item in enumerate(where)),
        stocks=tuple(stocks),
        routes=tuple(routes),
        groups=tuple(groups),
        flows=tuple(flows),
        parameters=tuple(parameters),
        **more,
    )  # fmt: skip


# -- known answers -------------------------------------------------------------------------------------


def one_stock_census(
    departures_per_month: float, stay_days: float, stages: int, *, size: int = 1, days: int = 120
) -> Corridor:
    """People enter ``town.shelter``, stay ``stay_days`` in ``stages`` stages and leave to ``town.out``.

    With as many stages as days the stay is exact, and the census an M/D/∞ queue.
    """
    return small_corridor(
        [stock("town.shelter", stay_days=stay_days, stay_stages=stages), stock("town.out")],
        [flow("leave", "town.shelter", "town.out", share=1)],
        [parameter("departures", departures_per_month, "town.shelter")],
        groups=[group(size=size)],
        days=days,
    )


def split(shares: Sequence[float], initial: float, *, size: int = 1, days: int = 3) -> Corridor:
    """``initial`` people in ``town.start`` leave on the first day, split over ``town.end0``, ``town.end1`` …"""
    ends = [f"town.end{i}" for i in range(len(shares))]
    return small_corridor(
        [stock("town.start", stay_days=1), *(stock(end) for end in ends)],
        [flow(f"to{i}", "town.start", end, share=shares[i]) for i, end in enumerate(ends)],
        [parameter("initial", initial, "town.start")],
        groups=[group(size=size)],
        days=days,
    )


def hazards(probabilities: Sequence[float], initial: float, *, days: int = 30) -> Corridor:
    """``initial`` people in ``town.start`` are subject to competing daily hazards to ``town.end0`` …"""
    ends = [f"town.end{i}" for i in range(len(probabilities))]
    return small_corridor(
        [stock("town.start"), *(stock(end) for end in ends)],
        [flow(f"to{i}", "town.start", end, daily_probability=probabilities[i]) for i, end in enumerate(ends)],
        [parameter("initial", initial, "town.start")],
        days=days,
    )


def queue(initial: float, throughput: float, *, size: int = 1, days: int = 30) -> Corridor:
    """``initial`` people in ``town.queue`` all want to pass every day; ``throughput`` people a day can."""
    return small_corridor(
        [stock("town.queue", stay_days=1), stock("town.out")],
        [flow("pass", "town.queue", "town.out", share=1, throughput=throughput)],
        [parameter("initial", initial, "town.queue")],
        groups=[group(size=size)],
        days=days,
    )


def beds(
    initial: float, capacity: float, *, overflow: bool, occupied: float = 0, size: int = 1, days: int = 30
) -> Corridor:
    """``initial`` people in ``town.desk`` go to ``town.beds``, which nobody leaves within the period.

    Whom it has no room for is released to ``town.out`` if ``overflow``, else waits at the desk.
    """
    over = {"overflow_flow": "released"} if overflow else {}
    # the overflow needs a way of its own; almost nobody takes it unforced
    shares = (1 - 1e-9, 1e-9) if overflow else (1.0, 0.0)
    return small_corridor(
        [
            stock("town.desk", stay_days=1),
            stock("town.beds", capacity=capacity),
            stock("town.out"),
        ],
        [
            flow("held", "town.desk", "town.beds", "detention", share=shares[0], **over),
            flow("released", "town.desk", "town.out", "release", share=shares[1]),
        ],
        [parameter("initial", initial, "town.desk"), parameter("occupied", occupied, "town.beds")],
        groups=[group(size=size)],
        days=days,
    )


def journey(
    initial: float, days_mean: float, stages: int, *, death: float = 0, met: float = 0, days: int = 60
) -> Corridor:
    """``initial`` people go from ``a`` to ``b``; ``death`` and ``met`` are probabilities per journey."""
    off = [
        flow("die", None, "b.dead", "death", from_route="a-b", share=death),
        flow("met", None, "a.held", "interdiction", from_route="a-b", share=met),
    ]
    return small_corridor(
        [stock("a.here", stay_days=1), stock("a.held"), stock("b.here"), stock("b.dead")],
        [flow("go", "a.here", "b.here", "travel", route="a-b", share=1), *off],
        [parameter("initial", initial, "a.here")],
        routes=[route("a", "b", days_mean, stages)],
        days=days,
    )


def attempts(initial: float, returned: float, again: float, *, days: int = 60) -> Corridor:
    """A branching chain: each attempt fails with probability ``returned``; then one tries ``again`` or stays.

    Attempts per person are 1 / (1 - returned x again) in the long run; a round takes two days.
    """
    return small_corridor(
        [stock("a.ready", stay_days=1), stock("a.back", stay_days=1), stock("a.in"), stock("a.home")],
        [
            flow("succeed", "a.ready", "a.in", share=1 - returned),
            flow("fail", "a.ready", "a.back", "return", share=returned),
            flow("retry", "a.back", "a.ready", "renewed_attempt", share=again),
            flow("stay", "a.back", "a.home", share=1 - again),
        ],
        [parameter("initial", initial, "a.ready")],
        days=days,
    )
